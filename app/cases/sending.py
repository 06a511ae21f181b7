"""Sending a notification (届出の送信): from the keyed values to a FILE-01 row in the outbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.cases import checks
from app.cases.drafts import (
    Case,
    not_draft,
    refuse_elsewhere,
)
from app.cases.entry import FIELDS, LOCAL_ONLY, PAGES, FieldKind
from app.cases.state import SUMMARY, CaseState, is_unregistered, looks_first, move, state_of
from app.core.canon import canonical_json, digest_hex
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.reader import Reader
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Draft, Gate, RowVersion, Subject
from app.security.staff.session import Session
from app.sync import outbox as outgoing
from app.wire.files import FILES
from app.wire.layout import columns
from app.wire.records import CaseHead
from app.wire.values import code_sets
from db.tables.cases import case_file

_SYSTEM_CHECKS = "eligibility.verify_by_system"
SEND = "eligibility.send_notification"
UNREGISTERED = "eligibility.send_unregistered"


@dataclass(frozen=True, slots=True)
class SendNotification:
    """What the clerk approves by touch: the values as keyed (without the number), whether a
    number goes with them, and the warnings answered."""

    case_id: str
    kind: str
    values: str
    with_number: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The case's place in the outbox."""

    case_id: str
    outbox_id: str


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the summary before sending: page, label, value in the clerk's words."""

    page: str
    label: str
    value: str
    is_name: bool


_NAMES = (FieldKind.NAME, FieldKind.ADDRESS)


def summary(
    values: Mapping[str, str], tables: Tables, today: date, *, has_number: bool
) -> tuple[SummaryLine, ...]:
    """What will be sent, in words; the individual number only as kept or not."""
    lines = []
    for page in PAGES:
        for field in page.fields:
            typed = values.get(field.name, "").strip()
            if not field.shown(values):
                continue
            if field.kind is FieldKind.MY_NUMBER:
                text = "登録済み（表示しません）" if has_number else "なし"
            elif field.kind is FieldKind.FLAG:
                if typed != "1":
                    continue
                text = "あり" if field.name.endswith("_paper") else "はい"
            elif not typed:
                continue
            elif field.kind is FieldKind.CHOICE:
                text = tables[field.codes].label(typed, today)
            else:
                text = checks.understood(field, typed, today, tables).removeprefix("→ ") or typed
            lines.append(
                SummaryLine(page.title, field.label.strip("　"), text, field.kind in _NAMES)
            )
    return tuple(lines)


def prepare_send(
    gate: Gate,
    session: Session,
    case: Case,
    answered: Iterable[str],
    tables: Tables,
    today: date,
) -> Draft:
    """Check the whole entry and make what will be signed.

    Raises UserError ``eligibility.not_ready`` (an error stands), ``eligibility.unanswered``
    (a warning was not answered), ``eligibility.no_number`` (SEC-01),
    ``eligibility.system_check_right`` (SEC-05), or ``eligibility.second_look_first`` (SEC-13,
    SEC-14: somebody else must look through it before it is sent).
    """
    findings = checks.check_all(PAGES, _with_number(case), tables, today)
    _refuse_errors(findings)
    warnings = _answered(findings, answered)
    with_number = _check_number(gate, session, case, tables, today)
    unregistered = is_unregistered(case.values)
    if (case.looks_first or unregistered) and not case.second_look:
        raise _look_first()
    name = case.values.get("name", "")
    text = canonical_json(dict(case.values))
    return gate.prepare(
        UNREGISTERED if unregistered else SEND,
        session,
        subject=Subject("case", case.id),
        content=SendNotification(case.id, case.kind, text, with_number, warnings),
        sentence=f"{name} 様の県外転入の届出を、広域連合へ送ります。",
        versions=(RowVersion("case_file", case.id, case.version),),
        digest=bytes.fromhex(digest_hex(text.encode())),
    )


def _answered(findings: list[checks.Finding], answered: Iterable[str]) -> tuple[str, ...]:
    """The codes of the warnings, all of them answered."""
    warnings = {finding.code for finding in findings if finding.level == "warning"}
    if warnings - set(answered):
        raise UserError(
            "eligibility.unanswered",
            "まだ確認していない注意があります。",
            "それぞれの注意を読み、「確かめた」にチェックを入れてください。",
        )
    return tuple(sorted(warnings))


def _check_number(gate: Gate, session: Session, case: Case, tables: Tables, today: date) -> bool:
    """Whether a number goes along: checked, kept, and by a method this person may choose."""
    check = case.values.get("number_check", "")
    if check == "none":
        return False
    if not case.has_number:
        raise UserError(
            "eligibility.no_number",
            "個人番号がまだ登録されていません。",
            "「届出人と本人確認」の画面で個人番号を入れてください。",
            field="my_number",
        )
    needs_right = tables["number_checks"].at(today, code=check).flag("needs_right")
    if needs_right and _SYSTEM_CHECKS not in gate.permitted(session):
        raise UserError(
            "eligibility.system_check_right",
            "統合宛名・住基ネットによる番号確認を選ぶ権限がありません。",
            "ほかの確認方法を選ぶか、権限のある職員に代わってください。",
            field="number_check",
        )
    return True


def perform_send(gate: Gate, draft: Draft, approvals: tuple[Approval, ...], tables: Tables) -> Sent:
    """Write the outbox row and mark the case as waiting, in one act (FLOW-103).

    Raises UserError ``eligibility.number_elsewhere`` when the number is already tied to
    somebody else here (SEC-04): nothing is overwritten, nothing sent.
    """
    with gate.act(draft, approvals) as work:
        content: SendNotification = work.content
        _require_ready(work, draft.function.id, content, approvals)
        number = ""
        if content.with_number:
            number = work.my_number.show("case", content.case_id) or ""
            refuse_elsewhere(work, content.case_id, number)
        record = to_record(content, number, Reader.of(tables, work.at.date()))
        outbox_id = outgoing.prepare(
            work,
            "FILE-01",
            (record,),
            codes=code_sets(tables, work.at.date()),
            case_id=content.case_id,
        )
        outgoing.confirm(work, outbox_id, work.staff_id)
        move(work, content.case_id, CaseState.WAITING, outbox_id=outbox_id, step="")
    return Sent(content.case_id, outbox_id)


def _require_ready(
    work: ActWork, function_id: str, content: SendNotification, approvals: tuple[Approval, ...]
) -> None:
    """The case is a draft that says what was approved, and a second person has looked where
    that comes first; for an unregistered resident's number the supervisor is a third one
    (SEC-14)."""
    row = work.one(select(case_file).where(case_file.c.id == content.case_id))
    if row.state != CaseState.DRAFT:
        raise not_draft()
    if row.draft != content.values:
        raise UserError(
            "eligibility.draft_differs",
            "送ろうとした内容が、保存されている届出と違います。",
            "届出を開き直し、内容を確かめてから送信してください。",
        )
    first = function_id == UNREGISTERED or looks_first(work)
    if not first:
        return
    if row.second_look_by in ("", work.staff_id):
        raise _look_first()
    if row.second_look_by in [one.staff_id for one in approvals]:
        raise UserError(
            "eligibility.third_person",
            "二人目の確認をした人は、責任者としての承認をできません。",
            "別の責任者に承認してもらってください。",
        )


def to_record(content: SendNotification, number: str, reader: Reader) -> CaseHead:
    """The FILE-01 record of an approved entry."""
    values = json.loads(content.values)
    layout = FILES["FILE-01"].newest(content.kind)
    known = {column.name for column in columns(layout.record)}
    record = {
        name: checks.stored(name, values.get(name, ""), reader) if field.shown(values) else ""
        for name, field in FIELDS.items()
        if name in known and name not in LOCAL_ONLY and field.kind is not FieldKind.MY_NUMBER
    }
    birth = parse_date(values["birth_written"], reader.eras, uncertain=True)
    record |= {
        "case_id": content.case_id,
        "kind": content.kind,
        "birth_sort": birth.sort_date.isoformat(),
        "birth_precision": birth.precision.value,
        "my_number": number,
        "warnings": " ".join(content.warnings),
        "municipality_code": values["municipality_code"],
    }
    made: CaseHead = layout.new(**record)
    return made


@dataclass(frozen=True, slots=True)
class WithdrawNotification:
    """Which waiting notification is taken back to the draft."""

    case_id: str


def withdraw(gate: Gate, session: Session, case: Case) -> None:
    """Take a notification back to the draft, to be corrected and sent again under a new id:
    one that has not left, or one that the union did not take. The cause of the latter stays
    with the draft until it is sent again.

    Raises UserError ``eligibility.case_state`` for a case in any other state, and
    ``outbox.under_way`` when it is already being sent or was sent.
    """
    draft = gate.prepare(
        "eligibility.withdraw_notification",
        session,
        subject=Subject("case", case.id),
        content=WithdrawNotification(case.id),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(draft) as work:
        columns: dict[str, str | None] = {"step": SUMMARY}
        if state_of(work, case.id) is CaseState.WAITING:
            row = work.one(select(case_file.c.outbox_id).where(case_file.c.id == case.id))
            outgoing.withdraw(work, row.outbox_id)
            columns["outbox_id"] = None
        move(work, case.id, CaseState.DRAFT, **columns)


def _with_number(case: Case) -> dict[str, str]:
    """The values as the checks want them: a kept number counts as filled in."""
    values = dict(case.values)
    if case.has_number:
        values["my_number"] = KEPT_NUMBER
    return values


KEPT_NUMBER = "123456789018"
"""Stands for a kept number in the checks, so that the number need not be read (DOMAIN 1.2)."""


def _look_first() -> UserError:
    return UserError(
        "eligibility.second_look_first",
        "この届出は、送信の前に別の職員の確認が要ります。",
        "今日の仕事の一覧から、別の職員に「二人目の確認」をしてもらってください。",
    )


def _refuse_errors(findings: list[checks.Finding]) -> None:
    errors = [f for f in findings if f.level == "error"]
    if errors:
        first = errors[0]
        raise UserError(
            "eligibility.not_ready",
            f"このままでは送れません。{first.message}",
            first.remedy,
            field=first.field,
        )
