"""What the administration shows an auditor: users, rights, settings (SEC-165, SEC-48)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.core.settings import OFFERED
from app.functions.admin.rights_list import access_word, read_lines
from app.functions.admin.staff import read_people
from app.security.evidence import Evidence, Row, Span, within
from app.security.gate.gate import ViewWork
from app.security.spec import Catalog
from app.security.staff.grants import Grant
from app.security.vault import LAST_BACKUP
from db.tables.control import setting


def _users(work: ViewWork, days: Span, _catalog: Catalog) -> Iterator[Row]:
    first, last = (day.isoformat() for day in days)
    for one in read_people(work):
        if one.valid_from > last or (one.left_on or one.valid_to) < first:
            continue
        kind = "委託先" if one.contractor else "職員"
        ended = f"　退職・異動 {one.left_on}" if one.left_on else ""
        until = f"{one.valid_from}から{one.valid_to}まで{ended}"
        yield (f"{one.staff_id}　{one.called}", f"{kind}　{one.post}", until, f"{len(one.keys)}")


def _rights(work: ViewWork, days: Span, catalog: Catalog) -> Iterator[Row]:
    lines = read_lines(work, catalog, work.business_days, over=True)
    for line in lines:
        one = line.grant
        steps = (
            ("申請", one.requested_by, line.requested_at),
            ("承認", one.approved_by, line.approved_at),
            ("反映", one.effected_by, line.effected_at),
            ("確認", one.confirmed_by, line.confirmed_at),
            ("取消", "", one.revoked_at),
        )
        if not any(within(at, days) for _, _, at in steps) and not _holds(one, days):
            continue
        said = "　".join(f"{word} {who}".strip() for word, who, at in steps if at)
        what = f"{line.area_label}　{line.function_label}（{access_word(one.access)}）　{said}"
        yield (f"{one.staff_id}", what, f"{one.valid_from}から{one.valid_to}まで", "1")


def _holds(one: Grant, days: Span) -> bool:
    effected = one.effected_on
    return effected is not None and effected <= days[1] and one.valid_to >= days[0]


def _settings(work: ViewWork, _days: Span, _catalog: Catalog) -> Iterator[Row]:
    changed = {row.name: row for row in work.all(select(setting))}
    for name, declared in OFFERED.items():
        row = changed.get(name)
        value = row.value if row is not None else declared.default
        by = f"　{row.set_by}" if row is not None else "　（初期値）"
        said = f"{declared.word(value)}{declared.unit}{by}"
        yield (declared.label, said, row.set_at[:10] if row is not None else "", "")


def _backups(work: ViewWork, _days: Span, _catalog: Catalog) -> Iterator[Row]:
    made = work.fact(LAST_BACKUP)
    yield (
        "最後のバックアップ",
        "復旧鍵だけで開く",
        made[:10] if made else "",
        "1" if made else "0",
    )


EVIDENCE = (
    Evidence("users", "ユーザの一覧（数はキー）", ("staff", "credential"), _users),
    Evidence("rights", "アクセス権限と手続き", ("staff", "grant_row", "setting"), _rights),
    Evidence("settings", "設定", ("setting",), _settings),
    Evidence("backups", "バックアップ", (f"store_fact.{LAST_BACKUP}",), _backups),
)
