"""What the desks of one municipality tell each other through the union (DESIGN 4): open cases
without their content, papers issued, acts that wait for a second person.

Each desk tells what changed since it last told it, at every contact, and keeps what the others say.
A thing that is over is told once more and then no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, and_, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.cases.state import OVER as CASE_OVER
from app.cases.state import CaseState
from app.core.canon import canonical_json, digest_hex
from app.core.tables import Tables
from app.functions.files import own_word
from app.sync import outbox as outgoing
from app.sync.inbox import Applied, Handler
from app.sync.states import Outgoing
from app.sync.terminal_keys import LineFacts, read_facts
from app.sync.work import EngineHand, EngineWork
from app.wire.files import FILES, FileSpec
from app.wire.records import IssueRecord, OpenCaseRecord, WaitingRecord
from app.wire.records.desks import OVER
from app.wire.values import Codes
from db.tables.cases import case_file
from db.tables.certificates import certificate
from db.tables.exchange import desk_case, desk_draft, desk_issue, desk_told, outbox
from db.tables.persons import atena

TELL = "files.tell_desks"
"""The function under which this desk tells the others (actor "system")."""

CONFIRM = "files.confirm_sending"
_ISSUED_WITHIN = timedelta(days=31)
"""Papers issued earlier do not change without being told by then."""

_CASE_STATES: Mapping[CaseState, tuple[str, str]] = {
    CaseState.DRAFT: ("open", "入力を終えて送る"),
    CaseState.WAITING: ("waiting", "広域連合の決定を待つ"),
    CaseState.REJECTED: ("open", "直して送り直すか、取りやめる"),
    CaseState.DECIDED: ("decided", "決定を見比べ、書類を渡す"),
    CaseState.REFUSED: ("decided", "却下の理由を説明する"),
    CaseState.ISSUED: ("decided", "もう一人の確認を待つ"),
    CaseState.CLOSED: ("closed", ""),
    CaseState.CANCELLED: ("withdrawn", ""),
}
_PAPER_STATES = ("issued", "void")


@dataclass(frozen=True, slots=True)
class Share:
    """One stream between desks: where the others' word rests, and what this desk has to say."""

    table: Table
    said: Callable[[EngineWork, LineFacts], Iterator[Any]]


def _cases(work: EngineWork, facts: LineFacts) -> Iterator[OpenCaseRecord]:
    told = select(desk_told.c.key).where(desk_told.c.file_id == "DESK-01")
    open_or_told = case_file.c.state.not_in(CASE_OVER) | case_file.c.id.in_(told)
    for row in work.all(_with_number(case_file).where(open_or_told)):
        state, next_step = _CASE_STATES[CaseState(row.state)]
        yield OpenCaseRecord(
            case_id=row.id,
            desk=facts.terminal,
            kind=row.kind,
            municipality_code=facts.municipality,
            atena_number=row.atena_number or "",
            state=state,
            since=row.opened_at,
            next_step=next_step,
            said_at="",
        )
    for lost in _lost(work, facts, desk_case):
        yield OpenCaseRecord(**{**lost, "state": "withdrawn", "next_step": "", "said_at": ""})


def _lost(work: EngineWork, facts: LineFacts, table: Table) -> Iterator[dict[str, str]]:
    """What came back to this desk as its own word after it was restored, and is not here
    (``own_word``): told once more, as over, and no longer kept."""
    mine = table.c.desk == facts.terminal
    for row in work.all(select(table).where(mine)):
        yield dict(row._mapping)
    work.run(delete(table).where(mine))


def _papers(work: EngineWork, facts: LineFacts) -> Iterator[IssueRecord]:
    since = (work.at - _ISSUED_WITHIN).isoformat()
    recent = and_(certificate.c.reserved_at >= since, certificate.c.state.in_(_PAPER_STATES))
    for row in work.all(_with_number(certificate).where(recent)):
        yield IssueRecord(
            certificate_number=row.number,
            desk=facts.terminal,
            form_id=row.form_id,
            municipality_code=facts.municipality,
            atena_number=row.atena_number or "",
            decision_id=row.decision_id,
            state=row.state,
            issued_at=row.issued_at,
            delivery=row.delivery,
            said_at="",
        )


def _waiting(work: EngineWork, facts: LineFacts) -> Iterator[WaitingRecord]:
    """Sendings that one person has confirmed and a second one has not."""
    told = select(desk_told.c.key).where(desk_told.c.file_id == "DESK-03")
    half = (outbox.c.state == Outgoing.PREPARED) & (outbox.c.confirmed_by != "")
    for row in work.all(select(outbox).where(half | outbox.c.id.in_(told))):
        waits = row.state == Outgoing.PREPARED
        ended = "refused" if row.state == Outgoing.WITHDRAWN else "done"
        yield WaitingRecord(
            draft_id=row.id,
            desk=facts.terminal,
            function_id=CONFIRM,
            state="waiting" if waits else ended,
            prepared_by=row.prepared_by,
            prepared_at=row.prepared_at,
            valid_until=row.prepared_at[:10] + "T23:59:59+09:00",
            digest=row.payload_digest,
            said_at="",
        )
    for lost in _lost(work, facts, desk_draft):
        yield WaitingRecord(**{**lost, "state": "lapsed", "said_at": ""})


def _with_number(table: Table) -> Any:
    """The rows of ``table`` with the 宛名番号 of the person they are about."""
    number = (
        select(func.max(atena.c.atena_number))
        .where(atena.c.person_id == table.c.person_id, atena.c.current)
        .scalar_subquery()
    )
    return select(table, number.label("atena_number"))


SHARES: Mapping[str, Share] = {
    "DESK-01": Share(desk_case, _cases),
    "DESK-02": Share(desk_issue, _papers),
    "DESK-03": Share(desk_draft, _waiting),
}


def teller(hand: EngineHand, codes: Codes) -> Callable[[], None]:
    """What the engine calls before it sends: a sending of each stream with what changed."""

    def tell() -> None:
        with hand.system(TELL) as work:
            facts = read_facts(work)
            for file_id, share in SHARES.items():
                _tell(work, FILES[file_id], share.said(work, facts), codes)

    return tell


def _tell(work: Any, spec: FileSpec, said: Iterable[Any], codes: Codes) -> None:
    """Prepare one sending of what is new and remember it, in the same transaction."""
    before = {
        row.key: row.digest
        for row in work.all(select(desk_told).where(desk_told.c.file_id == spec.id))
    }
    new, at = [], work.at.isoformat()
    for record in said:
        key = "\x1f".join(getattr(record, name) for name in spec.key)
        digest = digest_hex(canonical_json(_values(record)).encode())
        if before.get(key) == digest:
            continue
        new.append(replace(record, said_at=at))
        work.run(delete(desk_told).where(desk_told.c.file_id == spec.id, desk_told.c.key == key))
        if record.state not in OVER:
            values = {"file_id": spec.id, "key": key, "digest": digest, "told_at": at}
            work.run(insert(desk_told).values(**values))
    if new:
        outbox_id = outgoing.prepare(work, spec.id, new, codes=codes)
        outgoing.confirm(work, outbox_id, work.staff_id)


def _values(record: Any) -> dict[str, str]:
    return {item.name: getattr(record, item.name) for item in fields(record)}


def receiver(tables: Tables) -> Handler:
    """The handler of DESK-01 … 03 (the function ``files.receive_desk_word``): what is newer is
    kept. A relay holds nobody's word (DESIGN 4); of this desk's own, which comes back after it
    was restored, what is here is not kept twice."""

    def receive(work: EngineWork, spec: FileSpec, records: Iterable[Any]) -> Applied:
        table, said = SHARES[spec.id].table, tuple(records)
        kept = () if work.fact("profile") == "relay" else own_word.others(work, spec, said, tables)
        for record in kept:
            values = _values(record)
            statement = upsert(table).values(**values)
            work.run(
                statement.on_conflict_do_update(
                    index_elements=list(spec.key),
                    set_=values,
                    where=table.c.said_at <= record.said_at,
                )
            )
        return Applied(len(kept), len(said) - len(kept))

    return receive
