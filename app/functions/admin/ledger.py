"""管理台帳と突合 (SEC-43 … 45): the list of users against the record of requests and approvals,
what is not used any more, and both on paper.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.cases.issuing import Drawing
from app.cases.list_paper import ListPrint, put_on_paper
from app.functions.admin import rights_list, staff
from app.functions.admin.rights_list import GrantLine, access_word
from app.functions.admin.staff import StaffLine
from app.rules.calendar.days import BusinessCalendar
from app.rules.calendar.wareki import Eras, on_paper, on_screen
from app.security.acts.approval import Approval
from app.security.acts.content import encode
from app.security.gate.gate import Gate, PreparedAct, Session, Subject, WithDocument
from app.security.journal.journal import Journal
from app.security.journal.line import Line, State
from app.security.spec import Actor, Catalog
from app.security.staff.grants import GrantState
from app.security.staff.roles import Role, permission_table
from forms.items import FormData
from forms.lists.ledgers import (
    ComparisonData,
    PermissionTableData,
    RightsLedgerData,
    UserLedgerData,
)
from forms.spool import Printer

UNUSED_DAYS = 60
"""A staff id, or a right, that nobody used for so many days is looked at again (SEC-45)."""

_IN_FORCE = (GrantState.EFFECTIVE, GrantState.CONFIRMED)
_STATES = {
    GrantState.REQUESTED: "承認待ち",
    GrantState.APPROVED: "反映待ち",
    GrantState.EFFECTIVE: "確認待ち",
    GrantState.CONFIRMED: "確認済",
    GrantState.REVOKED: "取消",
    GrantState.LAPSED: "失効",
}
_LOGIN = "session.login"
_GENESIS = 1


@dataclass(frozen=True, slots=True)
class Used:
    """What was used since ``since``: the last login of each person (ISO day), and the functions
    that each ran."""

    since: date
    logins: Mapping[str, str]
    functions: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something to look at, of one person: what, and what to do."""

    staff_id: str
    name: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The list of users, the record of the rights, what was used, and what differs."""

    people: tuple[StaffLine, ...]
    rights: tuple[GrantLine, ...]
    used: Used
    differences: tuple[Difference, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 of everything that was compared."""
        return hashlib.sha256(encode((self.people, self.rights))).digest()


@dataclass(frozen=True, slots=True)
class Check:
    """突合の記録: on which day, how many persons and rights were compared, and what was found."""

    day: date
    people: int
    rights: int
    differences: int
    note: str


def read_ledger(
    gate: Gate, session: Session, journal: Journal, catalog: Catalog, calendar: BusinessCalendar
) -> Ledger:
    """Everything of today."""
    with gate.view("admin.ledger", session, subject=Subject("list", "ledger")) as work:
        people = staff.read_people(work)
        rights = rights_list.read_lines(work, catalog, calendar, over=True)
        today = work.at.date()
    used = read_used(journal.newest_first(), today - timedelta(days=UNUSED_DAYS))
    return Ledger(people, rights, used, differences(people, rights, used, today))


def read_used(newest_first: Iterable[Line], since: date) -> Used:
    """What the journal says of the days from ``since`` on."""
    logins: dict[str, str] = {}
    functions: dict[str, set[str]] = {}
    for line in newest_first:
        day, entry = line.at[:10], line.entry
        if date.fromisoformat(day) < since:
            break
        if entry.function_id == _LOGIN:
            logins.setdefault(entry.staff_id, day)
        elif entry.state in (State.VIEW, State.BEGUN):
            functions.setdefault(entry.staff_id, set()).add(entry.function_id)
    return Used(since, logins, {who: frozenset(ran) for who, ran in functions.items()})


def differences(
    people: Sequence[StaffLine], rights: Sequence[GrantLine], used: Used, today: date
) -> tuple[Difference, ...]:
    """What the two lists do not say alike, and what nobody uses, by person."""
    found = []
    for person in people:
        mine = [line for line in rights if line.grant.staff_id == person.staff_id]
        held = [
            line for line in mine if line.grant.state in _IN_FORCE and line.grant.valid_to >= today
        ]
        for what, remedy in (*_of_person(person, held, used, today), *_of_rights(held)):
            found.append(Difference(person.staff_id, person.called, what, remedy))
    return tuple(found)


def _of_person(
    person: StaffLine, held: Sequence[GrantLine], used: Used, today: date
) -> Iterable[tuple[str, str]]:
    gone = person.left_on and person.left_on <= today.isoformat()
    over = person.valid_to < today.isoformat()
    if gone or over:
        if held:
            yield (
                f"退職・異動または期間の終わりのあとに、権限が {len(held)}件残っています",
                "取り消す",
            )
        if person.keys:
            yield f"使わなくなった職員に、キーが {len(person.keys)}本残っています", "キーの取消"
        return
    if not person.keys:
        yield "使えるキーがありません", "登録し直すか、退職・異動を登録する"
    if not held:
        yield "有効な権限が一つもありません", "不要な番号なら退職・異動を登録する"
        return
    beyond = [one for one in held if one.grant.valid_to.isoformat() > person.valid_to]
    if beyond:
        yield f"権限 {len(beyond)}件の終わりの日が、利用終了日より後です", "利用期間を確かめる"
    known = person.valid_from <= used.since.isoformat()
    if person.staff_id not in used.logins and known:
        yield f"{UNUSED_DAYS}日以上ログインしていません", "不要な番号なら退職・異動を登録する"
        return
    ran = used.functions.get(person.staff_id, frozenset())
    idle = [
        one
        for one in held
        if one.grant.function_id not in ran and one.grant.valid_from <= used.since
    ]
    if idle:
        yield (
            f"{UNUSED_DAYS}日以上使われていない権限が {len(idle)}件あります",
            "要らない権限を取り消す",
        )


def _of_rights(held: Sequence[GrantLine]) -> Iterable[tuple[str, str]]:
    """What the record of a right in force must say, and does not."""
    unsigned = [one for one in held if one.problem == rights_list.UNSIGNED]
    if unsigned:
        found = f"署名された申請・承認のない権限が {len(unsigned)}件あります"
        yield found, "すぐに調べる（手で書かれた疑い）"
    for word, missing in (
        ("承認した人", [one for one in held if not one.grant.approved_by]),
        ("反映した人", [one for one in held if not one.grant.effected_by]),
    ):
        if missing:
            yield f"{word}の記録がない権限が {len(missing)}件あります", "取り消して調べる"
    alone = [
        one
        for one in held
        if one.grant.state is GrantState.CONFIRMED
        and one.line != _GENESIS  # what both founders signed together
        and one.grant.confirmed_by in ("", one.grant.effected_by, one.grant.staff_id)
    ]
    if alone:
        yield f"別の人が確認していない権限が {len(alone)}件あります", "取り消して調べる"


def prepare_check(gate: Gate, session: Session, ledger: Ledger, note: str) -> PreparedAct:
    """突合の記録, over exactly what was compared."""
    check = Check(
        gate.now().date(), len(ledger.people), len(ledger.rights), len(ledger.differences), note
    )
    found = f"違い {check.differences}件" if check.differences else "違いなし"
    return gate.prepare(
        "admin.note_check",
        session,
        subject=Subject("list", "ledger"),
        content=WithDocument(check, ledger.digest),
        sentence=f"職員 {check.people}人、権限 {check.rights}件を管理台帳と突き合わせました。"
        f"{found}。{note}",
    )


def perform_check(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """The line of the journal is the record."""
    with gate.act(prepared, approvals):
        pass


# -- on paper --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and with what a ledger is printed: what the desk is called, its terminal number,
    the journal, the press and the printer."""

    name: str
    terminal: str
    journal: Journal
    drawing: Drawing
    printer: Printer


def print_users(
    gate: Gate, session: Session, ledger: Ledger, roles: Sequence[Role], desk: Desk
) -> None:
    """ユーザ管理台帳 (FORM-76)."""
    eras = Eras(desk.drawing.tables["eras"])
    today = gate.now().date()
    rows = tuple(_user_row(person, ledger, roles, eras, today) for person in ledger.people)
    head = _head(gate, desk, "U", f"職員 {len(rows)}人　違い {len(ledger.differences)}件")
    _print(gate, session, "FORM-76", UserLedgerData(**head, rows=rows), desk)


def print_rights(gate: Gate, session: Session, ledger: Ledger, desk: Desk) -> None:
    """権限申請・承認の記録 (FORM-78)."""
    eras = Eras(desk.drawing.tables["eras"])
    rows = tuple(_right_row(line, eras) for line in ledger.rights)
    head = _head(gate, desk, "R", f"{len(rows)}件")
    _print(gate, session, "FORM-78", RightsLedgerData(**head, rows=rows), desk)


def print_comparison(gate: Gate, session: Session, ledger: Ledger, desk: Desk) -> None:
    """突合の結果 (SEC-44, SEC-45): each difference, with what to do."""
    rows = tuple((one.staff_id, one.name, one.what, one.remedy, "") for one in ledger.differences)
    head = _head(gate, desk, "D", counted(ledger.differences))
    _print(gate, session, "FORM-N30", ComparisonData(**head, rows=rows), desk)


def print_permissions(
    gate: Gate, session: Session, catalog: Catalog, roles: Sequence[Role], desk: Desk
) -> None:
    """アクセス権限と事務の対応表 (FORM-77)."""
    labels = {role.code: role.label for role in roles}
    lines = permission_table(desk.drawing.tables, catalog, gate.now().date())
    rows = tuple(
        (line.area, line.label, line.access, "、".join(labels[one] for one in line.roles))
        for line in lines
        if catalog[line.function_id].actor is Actor.STAFF
    )
    head = _head(gate, desk, "P", f"{len(rows)}機能")
    _print(gate, session, "FORM-77", PermissionTableData(**head, rows=rows), desk)


def _user_row(
    person: StaffLine, ledger: Ledger, roles: Sequence[Role], eras: Eras, today: date
) -> tuple[str, ...]:
    held = [
        line
        for line in ledger.rights
        if line.grant.staff_id == person.staff_id and line.grant.state in _IN_FORCE
    ]
    last = ledger.used.logins.get(person.staff_id, "")
    return (
        person.staff_id,
        person.called,
        person.post,
        f"{_short(person.valid_from, eras)}〜{_short(person.valid_to, eras)}",
        str(len(person.keys)),
        staff.state_words(person, today, eras),
        f"{rights_list.role_words(held, roles)} {len(held)}件".strip() if held else "なし",
        _short(last, eras) if last else f"{UNUSED_DAYS}日なし",
        "",
    )


def _right_row(line: GrantLine, eras: Eras) -> tuple[str, ...]:
    grant = line.grant
    lapsed = line.problem == "right.lapsed"
    return (
        grant.staff_id,
        line.called,
        line.function_label,
        access_word(grant.access),
        f"{on_screen(grant.valid_from, eras)}〜{on_screen(grant.valid_to, eras)}",
        _who_when(grant.requested_by, line.requested_at, eras),
        _who_when(grant.approved_by, line.approved_at, eras),
        _who_when(grant.effected_by, line.effected_at, eras),
        _who_when(grant.confirmed_by, line.confirmed_at, eras),
        "失効" if lapsed else _STATES[grant.state],
    )


def _who_when(who: str, at: str, eras: Eras) -> str:
    return f"{who} {_short(at, eras)}".strip() if who else ""


def _short(iso: str, eras: Eras) -> str:
    return on_screen(date.fromisoformat(iso[:10]), eras) if iso else ""


def _head(gate: Gate, desk: Desk, letter: str, counted: str) -> dict[str, str]:
    now = gate.now()
    eras = Eras(desk.drawing.tables["eras"])
    head = desk.journal.head
    return {
        "list_number": f"{desk.terminal}-{letter}{now:%Y%m%d-%H%M}",
        "day": on_paper(now.date(), eras),
        "terminal": f"{desk.terminal}　{desk.name}",
        "counted": counted,
        "journal_head": f"{head.number} {head.hash.hex()}",
        "printed_at": f"{on_paper(now.date(), eras)}　{now:%H時%M分}",
    }


def _print(gate: Gate, session: Session, form_id: str, data: FormData, desk: Desk) -> None:
    number: str = data.list_number  # type: ignore[attr-defined]  # every ledger has one
    what = ListPrint("admin.print_ledger", form_id, data, number)
    put_on_paper(gate, session, what, (desk.drawing, desk.printer))


def counted(found: Iterable[Difference]) -> str:
    """How many differences of how many persons, in words."""
    people = Counter(one.staff_id for one in found)
    return f"{sum(people.values())}件（{len(people)}人）" if people else "ありません"
