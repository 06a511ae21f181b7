"""Sending a notification (届出の送信): from the keyed values to a FILE-01 row in the outbox."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.cases import belonging, blocks, checks
from app.cases.about import said_of
from app.cases.beginning import read_about, require_for
from app.cases.drafts import (
    KeyedCase,
    must_look_first,
    not_draft,
    read_whole,
    refuse_elsewhere,
)
from app.cases.entry import NUMBER, Entered, EntryField, FieldKind, Finding, documents_of
from app.cases.kind import CaseKind
from app.cases.state import SUMMARY, CaseState, move, state_of
from app.cases.whom import Whom
from app.core.canon import canonical_json, digest_hex
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, WarekiDate
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.reader import Reader
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject, WithDocument
from app.security.staff.session import Session
from app.sync import outbox as outgoing
from app.wire.layout import Column, columns
from app.wire.records import CaseHead
from app.wire.values import code_sets
from db.items import HIDDEN
from db.tables.cases import case_file


@dataclass(frozen=True, slots=True)
class SendNotification:
    """What the clerk approves by touch: the values as keyed (without the number), what the
    address master says of whom they are about (JSON of ``about.said_of``, "" for a newcomer),
    whether a number goes with them, and the warnings answered."""

    case_id: str
    kind: str
    about: str
    values: str
    with_number: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """A checked entry: what is signed of it, the sentence that says so, and whether a supervisor
    must approve it (SEC-14)."""

    content: SendNotification
    sentence: str
    supervised: bool


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


def summary(case: KeyedCase, tables: Tables, today: date) -> tuple[SummaryLine, ...]:
    """What will be sent, in words; the individual number only as kept or not."""
    lines = [
        SummaryLine("受け取った書類", "書類", title, is_name=False)
        for title in documents_of(case.values)
    ]
    for page in case.kind.pages:
        for field in page.fields:
            text = words_of(field, case, tables, today) if field.shown(case.values) else ""
            if text:
                is_name = field.kind in _NAMES
                lines.append(SummaryLine(page.title, field.label.strip("　"), text, is_name))
    return tuple(lines)


def words_of(field: EntryField, case: KeyedCase, tables: Tables, today: date) -> str:
    """A field's value in the clerk's words; "" for none."""
    typed = case.values.get(field.name, "").strip()
    if field.kind is FieldKind.MY_NUMBER:
        return "登録済み（表示しません）" if case.has_number else "なし"
    if field.kind is FieldKind.FLAG:
        return field.yes if typed == "1" else ""
    if not typed or typed == HIDDEN:
        return typed
    if field.kind is FieldKind.CHOICE:
        return tables[field.codes].label(typed, today)
    try:
        kept = checks.normal_form(field, typed, Reader.of(tables, today), case.values)
    except UserError:
        return typed  # what is wrong with it stands beside the field
    return checks.understood(field, typed, today, tables, case.values).removeprefix("→ ") or kept


def sentence_of(case: KeyedCase, tables: Tables, today: date) -> str:
    """What the clerk signs: the kind's sentence with this case's words."""
    words = {
        field.name: words_of(field, case, tables, today) for field in case.kind.fields.values()
    }
    if case.whom is not None:
        words |= {"name": case.whom.name, "birth": case.whom.birth_written}
        words |= {"household": "、".join(one.called for one in case.whom.members)}
    named_by, _kana = case.kind.about.named_by
    if named_by and case.name:
        words[named_by] = case.name
    return case.kind.sentence.format_map(words)


def entered(case: KeyedCase, tables: Tables, today: date) -> Entered:
    """The case as the checks see it."""
    return checks.as_entered(
        case.kind,
        case.values,
        tables,
        today,
        case.whom,
        case.household,
        has_number=case.has_number,
    )


def prepare_send(
    gate: Gate,
    session: Session,
    case: KeyedCase,
    answered: Iterable[str],
    tables: Tables,
    today: date,
) -> PreparedAct:
    """Check the whole entry and make what will be signed.

    Raises UserError ``cases.not_ready`` (an error stands, or something of it is known to be
    somebody else's), ``cases.unanswered``
    (a warning was not answered), ``cases.no_number`` (SEC-01),
    ``cases.system_check_right`` (SEC-05), or ``cases.second_look_first`` (SEC-13,
    SEC-14: somebody else must look through it before it is sent).
    """
    kind = case.kind
    ready = make_ready(gate, session, case, answered, tables, today)
    return gate.prepare(
        kind.supervised_sending if ready.supervised else kind.sending,
        session,
        subject=Subject("case", case.id),
        content=WithDocument(
            ready.content, bytes.fromhex(digest_hex(ready.content.values.encode()))
        ),
        sentence=ready.sentence,
        versions=(RowVersion("case_file", case.id, case.version),),
    )


def make_ready(
    gate: Gate,
    session: Session,
    case: KeyedCase,
    answered: Iterable[str],
    tables: Tables,
    today: date,
    before: Collection[str] = (),
) -> Ready:
    """Check the whole entry. ``before`` are the cases that are sent with it and before it. Raises
    as ``prepare_send``, UserError ``cases.sent_after`` for one that rests on a case which is not
    sent, and ``cases.not_for_person`` where that one was dropped."""
    kind = case.kind
    shown = case
    if case.hides:
        case = _whole(gate, session, case)
    require_standing(kind, case.whom, before)
    elses = belonging.look(gate, session, case, case.values, Eras(tables["eras"]))
    findings = [*elses, *checks.check_all(kind, entered(case, tables, today))]
    _refuse_errors(findings)
    warnings = _answered(findings, answered)
    with_number = kind.asks_number and _check_number(gate, session, case, tables, today)
    supervised = kind.second_look.supervised(case.values)
    if (case.looks_first or supervised) and not case.second_look:
        raise _look_first()
    text = canonical_json(dict(case.values))
    content = SendNotification(case.id, kind.code, about_of(case), text, with_number, warnings)
    return Ready(content, sentence_of(shown, tables, today), supervised)


def require_standing(kind: CaseKind, whom: Whom | None, before: Collection[str]) -> None:
    """That the kind is about whom the case is about, as she is or as the cases ``before`` make
    her."""
    if whom is None:
        return
    require_for(kind, whom)
    if whom.expected_by and whom.expected_by not in before:
        raise UserError(
            "cases.sent_after",
            f"「{kind.label}」は、同じ来庁の受付 {whom.expected_by} の後に送る手続です。"
            "その受付が、まだ送られていません。",
            f"受付 {whom.expected_by} を先に送るか、「来庁の届出をまとめて送信」で一緒に送って"
            "ください。",
        )


def _whole(gate: Gate, session: Session, case: KeyedCase) -> KeyedCase:
    """The case with what is hidden of restricted persons (支援措置): it is checked and sent, and
    shown to nobody."""
    subject = Subject("case", case.id)
    with gate.view(case.kind.function("load_case"), session, subject=subject) as work:
        return read_whole(work.whole, case.kind, case.id)


def about_of(case: KeyedCase) -> str:
    """What the address master says of whom the case is about, for what is sent; "" for a
    newcomer."""
    return _said(case.kind, case.whom)


def _said(kind: CaseKind, whom: Whom | None) -> str:
    return "" if whom is None else canonical_json(dict(said_of(whom, kind.from_register)))


def _answered(findings: list[Finding], answered: Iterable[str]) -> tuple[str, ...]:
    """The codes of the warnings, all of them answered."""
    warnings = {finding.code for finding in findings if finding.level == "warning"}
    if warnings - set(answered):
        raise UserError(
            "cases.unanswered",
            "まだ確認していない注意があります。",
            "それぞれの注意を読み、「確かめた」にチェックを入れてください。",
        )
    return tuple(sorted(warnings))


def _check_number(
    gate: Gate, session: Session, case: KeyedCase, tables: Tables, today: date
) -> bool:
    """Whether a number goes along: checked, kept, and by a method this person may choose."""
    check = case.values.get(blocks.NUMBER_CHECK, "")
    if check == "none":
        return False
    if not case.has_number:
        raise UserError(
            "cases.no_number",
            "個人番号がまだ登録されていません。",
            "「届出人と本人確認」の画面で個人番号を入れてください。",
            field="my_number",
        )
    needs_right = tables["number_checks"].at(today, code=check).flag("needs_right")
    by_system = case.kind.function("verify_by_system")
    if needs_right and by_system not in gate.permitted(session):
        raise UserError(
            "cases.system_check_right",
            "統合宛名・住基ネットによる番号確認を選ぶ権限がありません。",
            "ほかの確認方法を選ぶか、権限のある職員に代わってください。",
            field=blocks.NUMBER_CHECK,
        )
    return True


def perform_send(
    gate: Gate,
    prepared: PreparedAct,
    approvals: tuple[Approval, ...],
    kind: CaseKind,
    tables: Tables,
) -> Sent:
    """Write the outbox row and mark the case as waiting, in one act (FLOW-103).

    Raises UserError ``cases.number_elsewhere`` when the number is already tied to
    somebody else here (SEC-04): nothing is overwritten, nothing sent.
    """
    with gate.act(prepared, approvals) as work:
        content: SendNotification = work.content
        require_ready(work, kind, content)
        supervised = prepared.function.id == kind.supervised_sending
        require_looked(work, kind, content.case_id, approvals, supervised=supervised)
        return send_one(work, kind, content, tables)


def send_one(work: ActWork, kind: CaseKind, content: SendNotification, tables: Tables) -> Sent:
    """The outbox row of one approved entry, which waits from now on."""
    number = ""
    if content.with_number:
        number = work.my_number.show("case", content.case_id) or ""
        refuse_elsewhere(work, content.case_id, number)
    outbox_id = outgoing.prepare(
        work,
        kind.sent_in.id,
        (to_record(kind, content, number, Reader.of(tables, work.at.date())),),
        codes=code_sets(tables, work.at.date()),
        case_id=content.case_id,
    )
    outgoing.confirm(work, outbox_id, work.staff_id)
    move(work, content.case_id, CaseState.WAITING, outbox_id=outbox_id, step="")
    return Sent(content.case_id, outbox_id)


def require_ready(work: ActWork, kind: CaseKind, content: SendNotification) -> None:
    """The case is a draft that says what was approved, of whom it was said; what it rests on is
    sent."""
    row = work.one(select(case_file).where(case_file.c.id == content.case_id))
    if row.state != CaseState.DRAFT:
        raise not_draft()
    if row.draft != content.values or row.kind != kind.code:
        raise UserError(
            "cases.draft_differs",
            "送ろうとした内容が、保存されている届出と違います。",
            "届出を開き直し、内容を確かめてから送信してください。",
        )
    whom = read_about(work, kind, row.person_id, row.payer_id, row.sitting, row.id)
    require_standing(kind, whom, ())
    if _said(kind, whom) != content.about:
        raise UserError(
            "cases.person_differs",
            "この届出の方の宛名の記録（宛名番号、世帯など）が、開いたときから変わっています。",
            "届出を開き直し、表示された方を確かめてから送信してください。",
        )


def require_looked(
    work: ActWork,
    kind: CaseKind,
    case_id: str,
    approvals: Sequence[Approval],
    *,
    supervised: bool = False,
) -> None:
    """A second person has looked where that comes first; where a supervisor approves, it is a
    third one (SEC-14)."""
    if not (supervised or must_look_first(work, kind)):
        return
    row = work.one(select(case_file.c.second_look_by).where(case_file.c.id == case_id))
    if row.second_look_by in ("", work.staff_id):
        raise _look_first()
    if row.second_look_by in [one.staff_id for one in approvals]:
        raise UserError(
            "cases.third_person",
            "二人目の確認をした人は、責任者としての承認をできません。",
            "別の責任者に承認してもらってください。",
        )


def to_record(kind: CaseKind, content: SendNotification, number: str, reader: Reader) -> CaseHead:
    """The record of an approved entry: exactly what the kind's body declares."""
    values = json.loads(content.values)
    known = {column.name: column for column in columns(kind.body.record)}
    record = {
        name: checks.normal_form(field, values.get(name, ""), reader, values)
        if field.shown(values)
        else _not_asked(field, known[name])
        for name, field in kind.fields.items()
        if name in known and field.kind is not FieldKind.MY_NUMBER
    }
    for field in kind.fields.values():
        if field.kind is FieldKind.BIRTH and values.get(field.name, ""):
            record |= _birth(
                field.name, parse_date(values[field.name], reader.eras, uncertain=True)
            )
    record |= {
        "case_id": content.case_id,
        "kind": content.kind,
        "warnings": " ".join(content.warnings),
        "municipality_code": values["municipality_code"],
    }
    if content.about:
        record |= json.loads(content.about)
    record |= dict(kind.says)
    if NUMBER in known:
        record[NUMBER] = number
    made: CaseHead = kind.body.new(**{k: v for k, v in record.items() if k in known})
    return made


def _not_asked(field: EntryField, column: Column) -> str:
    """What is sent of a field that its page does not show: a required flag is not set."""
    return "0" if field.kind is FieldKind.FLAG and column.required else ""


def _birth(name: str, birth: WarekiDate) -> dict[str, str]:
    """What goes with a birth date as written: the working day and how exactly it is known."""
    stem = name.removesuffix("_written")
    return {
        f"{stem}_sort": birth.sort_date.isoformat(),
        f"{stem}_precision": birth.precision.value,
    }


@dataclass(frozen=True, slots=True)
class WithdrawNotification:
    """Which waiting notification is taken back to the draft."""

    case_id: str


def withdraw(gate: Gate, session: Session, case: KeyedCase) -> None:
    """Take a notification back to the draft, to be corrected and sent again under a new id:
    one that has not left, or one that the union did not take. The cause of the latter stays
    with the draft until it is sent again.

    Raises UserError ``cases.case_state`` for a case in any other state, and
    ``outbox.under_way`` when it is already being sent or was sent.
    """
    prepared = gate.prepare(
        case.kind.function("withdraw_notification"),
        session,
        subject=Subject("case", case.id),
        content=WithdrawNotification(case.id),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(prepared) as work:
        columns: dict[str, str | None] = {"step": SUMMARY}
        if state_of(work, case.id) is CaseState.WAITING:
            row = work.one(select(case_file.c.outbox_id).where(case_file.c.id == case.id))
            outgoing.withdraw(work, row.outbox_id)
            columns["outbox_id"] = None
        move(work, case.id, CaseState.DRAFT, **columns)


def _look_first() -> UserError:
    return UserError(
        "cases.second_look_first",
        "この届出は、送信の前に別の職員の確認が要ります。",
        "今日の仕事の一覧から、別の職員に「二人目の確認」をしてもらってください。",
    )


def _refuse_errors(findings: list[Finding]) -> None:
    errors = [f for f in findings if f.level == "error"]
    if errors:
        first = errors[0]
        raise UserError(
            "cases.not_ready",
            f"このままでは送れません。{first.message}",
            first.remedy,
            field=first.field,
        )
