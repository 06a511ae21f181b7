"""The union's decision (決定): received by the terminal, compared by the clerk (FLOW-106, 107)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.core.canon import canonical_json, digest_hex
from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.eligibility import checks
from app.persons import register
from app.rules.wareki import Eras, on_paper
from app.security.approval import Approval
from app.security.gate import ActWork, Draft, Gate, RowVersion, Subject
from app.security.session import Session
from app.sync.inbox import Applied, Handler
from app.wire.files import FileSpec
from app.wire.records import DecisionRecord
from db.tables.cases import case_file, check_entry, decision
from db.tables.exchange import outbox
from db.tables.persons import my_number


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A case with what was keyed and what the union decided. ``record`` is None while the
    decision is awaited; ``waiting_cause`` then says why nothing came yet."""

    case_id: str
    case_state: str
    case_version: int
    keyed: Mapping[str, str]
    record: DecisionRecord | None
    compared: bool
    second_look: bool
    opened_by: str
    outbox_state: str
    waiting_cause: str


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
    eras = Eras(tables["eras"])

    def receive(work: ActWork, spec: FileSpec, records: Iterable[Any]) -> Applied:
        return Applied(sum(_receive_one(work, record, eras) for record in records), 0)

    return receive


def _receive_one(work: ActWork, record: DecisionRecord, eras: Eras) -> bool:
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
    person_id = None
    if record.outcome == "accepted":
        person_id = register.put_decided(work, record, eras)
        if person_id is None:
            _list_contradiction(work, record)
    text = canonical_json(asdict(record))
    work.run(update(decision).where(decision.c.case_id == case.id).values(current=False))
    work.run(
        insert(decision).values(
            id=record.decision_id,
            case_id=case.id,
            supersedes=record.supersedes,
            outcome=record.outcome,
            record=text,
            digest=digest_hex(text.encode()),
            received_at=work.at.isoformat(),
            person_id=person_id,
            current=True,
        )
    )
    state = {"accepted": "decided", "refused": "refused"}.get(record.outcome, "waiting")
    work.run(
        update(case_file)
        .where(case_file.c.id == case.id)
        .values(
            state=state,
            decision_id=record.decision_id,
            person_id=person_id,
            compared_by="",
            compared_at="",
            version=case_file.c.version + 1,
        )
    )
    if record.outcome == "accepted":
        # The union holds the number now; the terminal needs it no longer (SEC-54).
        work.run(
            delete(my_number).where(
                my_number.c.owner_kind == "case", my_number.c.owner_id == case.id
            )
        )
    return True


def _list_contradiction(work: ActWork, record: DecisionRecord) -> None:
    work.run(
        insert(check_entry).values(
            id=work.new_id(),
            origin="terminal",
            cause="atena_elsewhere",
            case_id=record.case_id,
            municipality_code=record.municipality_code,
            atena_number=record.atena_number,
            detail="決定の宛名番号が、この端末では生年月日か性別の違う方に付いています。"
            "どちらも書き換えていません。",
            listed_at=work.at.isoformat(),
        )
    )


def show(gate: Gate, session: Session, case_id: str) -> DecisionView:
    """The case and its current decision. Raises UserError ``eligibility.no_case``."""
    with gate.view("eligibility.show_decision", session, subject=Subject("case", case_id)) as work:
        case = work.first(
            select(case_file, outbox.c.state.label("outbox_state"), outbox.c.last_cause)
            .select_from(case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id))
            .where(case_file.c.id == case_id)
        )
        found = work.first(
            select(decision.c.record).where(
                decision.c.case_id == case_id, decision.c.current.is_(True)
            )
        )
    if case is None:
        raise UserError(
            "eligibility.no_case",
            "その受付が見つかりません。",
            "受付の一覧から選び直してください。",
        )
    return DecisionView(
        case_id=case.id,
        case_state=case.state,
        case_version=case.version,
        keyed=json.loads(case.draft),
        record=DecisionRecord(**json.loads(found.record)) if found else None,
        compared=bool(case.compared_by),
        second_look=bool(case.second_look_by),
        opened_by=case.opened_by,
        outbox_state=case.outbox_state or "",
        waiting_cause=case.last_cause or "",
    )


def compare(view: DecisionView, tables: Tables, today: date) -> tuple[CompareLine, ...]:
    """Keyed and decided side by side, in the order of the certificate (SEC-119)."""
    record = view.record
    if record is None:
        return ()
    eras = Eras(tables["eras"])
    lines = [
        _pair(view, record, "name", "氏名", eras, is_name=True),
        _pair(view, record, "kana", "フリガナ", eras),
        _pair(view, record, "birth_written", "生年月日", eras),
        _pair(view, record, "sex", "性別", eras, tables=tables, codes="sexes", today=today),
        _pair(view, record, "address", "住所", eras, is_name=True),
        _pair(view, record, "building", "方書", eras, is_name=True),
        _pair(view, record, "atena_number", "宛名番号", eras),
    ]
    if record.outcome == "accepted":
        lines += _decided_only(record, tables, eras)
    return tuple(line for line in lines if line.keyed or line.decided)


def _pair(
    view: DecisionView,
    record: DecisionRecord,
    name: str,
    label: str,
    eras: Eras,
    *,
    tables: Tables | None = None,
    codes: str = "",
    today: date | None = None,
    is_name: bool = False,
) -> CompareLine:
    keyed = checks.stored(name, view.keyed.get(name, "").strip(), eras)
    decided = str(getattr(record, name))
    agrees = keyed == decided
    if name == "birth_written" and not agrees:
        agrees = record.birth_sort != "" and keyed == decided
    if tables is not None and today is not None:
        keyed = tables[codes].label(keyed, today) if keyed else ""
        decided = tables[codes].label(decided, today) if decided else ""
    return CompareLine(label, keyed, decided, agrees, only=False, is_name=is_name)


def _decided_only(record: DecisionRecord, tables: Tables, eras: Eras) -> list[CompareLine]:
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
        work.run(
            update(case_file)
            .where(case_file.c.id == view.case_id)
            .values(
                compared_by=work.staff_id,
                compared_at=work.at.isoformat(),
                version=case_file.c.version + 1,
            )
        )


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Which case a second person looked through (SEC-13)."""

    case_id: str
    decision_id: str


def prepare_second_look(gate: Gate, session: Session, view: DecisionView) -> Draft:
    """A second look by somebody who did not key the case. Raises UserError
    ``eligibility.same_person`` for the one who opened it."""
    if session.staff_id == view.opened_by:
        raise UserError(
            "eligibility.same_person",
            "この届出を入力した人は、二人目の確認をできません。",
            "別の職員に確認してもらってください。",
        )
    return gate.prepare(
        "eligibility.second_look",
        session,
        subject=Subject("case", view.case_id),
        content=SecondLook(view.case_id, view.record.decision_id if view.record else ""),
        sentence="この届出と決定を、二人目として確認します。",
        versions=(RowVersion("case_file", view.case_id, view.case_version),),
    )


def perform_second_look(gate: Gate, draft: Draft, approvals: tuple[Approval, ...]) -> None:
    """Record the second look; the one who keyed the case is refused here too."""
    with gate.act(draft, approvals) as work:
        content: SecondLook = work.content
        opened_by = work.scalar(
            select(case_file.c.opened_by).where(case_file.c.id == content.case_id)
        )
        if opened_by == work.staff_id:
            raise UserError(
                "eligibility.same_person",
                "この届出を入力した人は、二人目の確認をできません。",
                "別の職員に確認してもらってください。",
            )
        work.run(
            update(case_file)
            .where(case_file.c.id == content.case_id)
            .values(
                second_look_by=work.staff_id,
                second_look_at=work.at.isoformat(),
                version=case_file.c.version + 1,
            )
        )
