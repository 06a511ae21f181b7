"""The union's decision (決定): received by the terminal, compared by the clerk (FLOW-106, 107)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from app.cases import checks
from app.cases.drafts import erase_number
from app.cases.entry import FIELDS
from app.cases.state import (
    LABELS,
    NEXT,
    CaseState,
    Paper,
    change,
    move,
    no_case,
    paper_of,
    state_of,
)
from app.core.canon import canonical_json, digest_hex
from app.core.errors import UserError
from app.core.tables import Tables
from app.persons import effects
from app.persons.judging import Contradiction
from app.persons.writing import Writer
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.reader import Reader
from app.security.gate.gate import ActWork, Gate, RowVersion, Subject
from app.security.staff.session import Session
from app.sync.inbox import Applied, Handler
from app.wire.codec import record_from
from app.wire.files import FILES, FileSpec
from app.wire.records import DecisionHead
from db.tables.cases import case_file, decision
from db.tables.certificates import certificate
from db.tables.exchange import outbox


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A case with what was keyed and what the union decided. ``record`` is None while the
    decision is awaited; ``waiting_cause`` then says why nothing came yet. ``paper`` is what
    was issued for the current decision."""

    case_id: str
    case_state: CaseState
    case_version: int
    keyed: Mapping[str, str]
    record: Any | None
    compared: bool
    second_look: bool
    keyed_by: tuple[str, ...]
    outbox_state: str
    waiting_cause: str
    paper: Paper | None


@dataclass(frozen=True, slots=True)
class CompareLine:
    """One item side by side: as keyed, as decided, and whether they agree. ``only`` marks
    what the union alone says (no keyed side)."""

    label: str
    keyed: str
    decided: str
    agrees: bool
    only: bool
    is_name: bool = False


def receiver(tables: Tables) -> Handler:
    """The handler of FILE-16 (決定の受領): ties each decision to its case and makes the insured
    person known here.

    A decision that came before changes nothing. What contradicts the store goes to the check
    list. It raises UserError ``eligibility.decision_without_case`` for a case that is not ours;
    the file is then quarantined whole.
    """

    def receive(work: ActWork, spec: FileSpec, records: Iterable[Any]) -> Applied:
        reader = Reader.of(tables, work.at.date())
        return Applied(sum(_receive_one(work, record, reader) for record in records), 0)

    return receive


def _receive_one(work: ActWork, record: Any, reader: Reader) -> bool:
    known = work.scalar(select(decision.c.id).where(decision.c.id == record.decision_id))
    if known is not None:
        return False
    case = work.first(select(case_file).where(case_file.c.id == record.case_id))
    if case is None:
        raise UserError(
            "eligibility.decision_without_case",
            f"決定（{record.decision_id}）に対応する受付が、この端末にありません。",
            "広域連合に、どの端末の届出への決定かを確かめてください。",
        )
    writer = effects.writer_of_decision(work, record.decision_id, reader.eras)
    person_id = ""
    if record.outcome == "accepted":
        person_id = effects.acquires(
            writer,
            effects.said_by(record, _as_sent(json.loads(case.draft), reader), reader.eras),
            since=record.acquired_on,
            case_id=record.case_id,
            replaced=_period_of(work, record.supersedes),
        ).person_id
    _keep(work, writer, record, case.id, person_id)
    if record.outcome == "accepted":
        # The union holds the number now; the terminal needs it no longer (SEC-54).
        erase_number(work, case.id)
    return True


def _as_sent(keyed: Mapping[str, str], reader: Reader) -> dict[str, str]:
    """What was keyed in the form in which it was sent: numbers in their one form."""
    return {
        name: checks.stored(name, keyed.get(name, ""), reader)
        for name, field in FIELDS.items()
        if field.shown(keyed) and name in keyed
    }


def _period_of(work: ActWork, decision_id: str) -> tuple[str, str] | None:
    """Insured number and day of acquisition of a decision that is taken back."""
    text = work.scalar(select(decision.c.record).where(decision.c.id == decision_id))
    if text is None:
        return None
    earlier = json.loads(text)
    if not earlier.get("acquired_on"):  # it was pending: there is nothing to take back
        return None
    return earlier["insured_number"], earlier["acquired_on"]


_STATES = {"accepted": CaseState.DECIDED, "refused": CaseState.REFUSED}


def _keep(
    work: ActWork, writer: Writer, record: DecisionHead, case_id: str, person_id: str
) -> None:
    """The decision becomes the case's current one: what was compared, looked through or
    reserved for an earlier one holds no longer."""
    text = canonical_json(asdict(record))
    work.run(update(decision).where(decision.c.case_id == case_id).values(current=False))
    work.run(
        insert(decision).values(
            id=record.decision_id,
            case_id=case_id,
            supersedes=record.supersedes,
            outcome=record.outcome,
            record=text,
            digest=digest_hex(text.encode()),
            received_at=work.at.isoformat(),
            person_id=person_id or None,
            current=True,
        )
    )
    work.run(
        update(certificate)
        .where(certificate.c.case_id == case_id, certificate.c.state == "reserved")
        .values(state="void", cause="新しい決定が届いた", version=certificate.c.version + 1)
    )
    values = {"decision_id": record.decision_id, "compared_by": "", "compared_at": ""}
    if person_id:
        values["person_id"] = person_id
    if record.supersedes:
        values |= {"second_look_by": "", "second_look_at": ""}
    to = _STATES.get(record.outcome, CaseState.WAITING)
    now = state_of(work, case_id)
    if to in NEXT[now]:
        move(work, case_id, to, **values)
        return
    # Nobody asked for this answer any more: it is kept, and somebody looks why it came.
    change(work, case_id, **values)
    detail = f"{LABELS[now]}の受付に決定（{record.decision_id}）が届きました"
    writer.memory.list_entry(
        Contradiction("decision_unexpected", detail),
        person_id=person_id,
        place=(record.municipality_code, record.atena_number),
        case_id=case_id,
    )


def show(gate: Gate, session: Session, case_id: str, *, background: bool = False) -> DecisionView:
    """The case and its current decision; ``background`` as in ``Gate.view``. Raises UserError
    ``eligibility.no_case``."""
    subject = Subject("case", case_id)
    with gate.view(
        "eligibility.show_decision", session, subject=subject, background=background
    ) as work:
        case = work.first(
            select(case_file, outbox.c.state.label("outbox_state"), outbox.c.last_cause)
            .select_from(case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id))
            .where(case_file.c.id == case_id)
        )
        found = work.first(
            select(decision.c.id, decision.c.record).where(
                decision.c.case_id == case_id, decision.c.current.is_(True)
            )
        )
        paper = paper_of(work, found.id) if found is not None else None
    if case is None:
        raise no_case()
    return DecisionView(
        case_id=case.id,
        case_state=CaseState(case.state),
        case_version=case.version,
        keyed=json.loads(case.draft),
        record=record_from(FILES["FILE-16"], json.loads(found.record)) if found else None,
        compared=bool(case.compared_by),
        second_look=bool(case.second_look_by),
        keyed_by=tuple(case.keyed_by.split()),
        outbox_state=case.outbox_state or "",
        waiting_cause=case.last_cause or "",
        paper=paper,
    )


def compare(view: DecisionView, tables: Tables, today: date) -> tuple[CompareLine, ...]:
    """Keyed and decided side by side, in the order of the certificate (SEC-119)."""
    record = view.record
    if record is None:
        return ()
    eras, reader = Eras(tables["eras"]), Reader.of(tables, today)
    lines = [
        _pair(view, record, "name", "氏名", reader, is_name=True),
        _pair(view, record, "kana", "フリガナ", reader),
        _pair(view, record, "birth_written", "生年月日", reader),
        _pair(view, record, "sex", "性別", reader, codes="sexes"),
        _pair(view, record, "address", "住所", reader, is_name=True),
        _pair(view, record, "building", "方書", reader, is_name=True),
        _pair(view, record, "atena_number", "宛名番号", reader),
    ]
    if record.outcome == "accepted":
        lines += _decided_only(record, tables, eras)
    return tuple(line for line in lines if line.keyed or line.decided)


def _pair(
    view: DecisionView,
    record: DecisionHead,
    name: str,
    label: str,
    reader: Reader,
    *,
    codes: str = "",
    is_name: bool = False,
) -> CompareLine:
    keyed = checks.stored(name, view.keyed.get(name, ""), reader)
    decided = str(getattr(record, name))
    agrees = keyed == decided
    if name == "birth_written" and keyed and decided:
        agrees = _same_birth(keyed, decided, reader.eras)
    if codes:
        table, day = reader.tables[codes], reader.day
        keyed = table.label(keyed, day) if keyed else ""
        decided = table.label(decided, day) if decided else ""
    return CompareLine(label, keyed, decided, agrees, only=False, is_name=is_name)


def _same_birth(keyed: str, decided: str, eras: Eras) -> bool:
    """Whether two writings (昭和20年5月3日, 1945-05-03) say the same birth date."""
    mine, theirs = (parse_date(text, eras, uncertain=True) for text in (keyed, decided))
    return (mine.sort_date, mine.precision) == (theirs.sort_date, theirs.precision)


def _decided_only(record: Any, tables: Tables, eras: Eras) -> list[CompareLine]:
    def day(text: str) -> str:
        return on_paper(date.fromisoformat(text), eras) if text else ""

    issued = date.fromisoformat(record.issue_on)
    provisional = "（見込み）" if record.provisional == "1" else ""
    limit = tables["limit_classes"].label(record.limit_class, issued) if record.limit_class else ""
    rows = [
        ("交付する書類", tables["papers"].label(record.paper, issued) if record.paper else ""),
        ("被保険者番号", record.insured_number),
        ("保険者番号", f"{record.insurer_number}　{record.insurer_name}"),
        ("資格取得年月日", day(record.acquired_on)),
        (
            "負担割合",
            f"{record.copay_ratio}割{provisional}　{day(record.copay_from)} から"
            if record.copay_ratio
            else "所得未確認（割合は後で決まります）",
        ),
        ("限度区分", limit),
        ("有効期限", day(record.expires_on)),
        ("判定の根拠", record.grounds_clerk),
    ]
    return [CompareLine(label, "", text, agrees=True, only=True) for label, text in rows]


@dataclass(frozen=True, slots=True)
class Compared:
    """Which decision was compared on the screen."""

    case_id: str
    decision_id: str


def confirm_comparison(gate: Gate, session: Session, view: DecisionView) -> None:
    """Record that the decision was compared with the notification (SEC-119).

    Raises UserError when there is no accepted decision to compare.
    """
    if view.record is None or view.record.outcome != "accepted":
        raise UserError(
            "eligibility.nothing_to_compare",
            "見比べる決定がまだありません。",
            "決定が届くのを待ってください。",
        )
    draft = gate.prepare(
        "eligibility.compare_decision",
        session,
        subject=Subject("case", view.case_id),
        content=Compared(view.case_id, view.record.decision_id),
        versions=(RowVersion("case_file", view.case_id, view.case_version),),
    )
    with gate.act(draft) as work:
        change(work, view.case_id, compared_by=work.staff_id, compared_at=work.at.isoformat())
