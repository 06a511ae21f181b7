"""定期判定: share and class of every insured person from 1 August, household by household, from the
new incomes (DOMAIN 3.1-3.4), and the papers that follow (FILE-18; DOMAIN 5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, update

from app.core.errors import UserError
from app.peers.union.database import among
from app.peers.union.office import history
from app.peers.union.office.cards import ExpiredProofError, Papers, held_of, yearly_issue
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.holding import hold
from app.peers.union.office.persons import PersonRow, all_shares_of
from app.peers.union.office.rejudging import PROOF_EXPIRED, Share
from app.peers.union.office.shares import Judged, judge_members
from app.peers.union.runs.blocks import Block
from app.peers.union.runs.pieces import Worked, YearlyRun
from app.peers.union.system import System, next_value
from app.peers.union.tables import coverage, person, share
from app.rules.calendar.days import judgement_year
from app.rules.copay.days import class_mark_from, from_yearly_judgement
from app.rules.copay.facts import copay_terms
from app.rules.eligibility.papers import certificate_rule
from app.rules.errors import RuleError
from app.wire.files import FILES
from app.wire.records import CardRecord

_FILE = "FILE-18"
_HERE = "1"
"""住民状態 of those who live in the household."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a household or a person of it cannot be judged for: a code of ``check_causes``."""

    cause: str
    row: PersonRow
    detail: str


def _ready(system: System, day: date) -> None:
    """The judgement is for a 1 August, not a long past one, and its tables are there."""
    year = judgement_year(day)
    today = system.today()
    if day != from_yearly_judgement(year) or not today.year - 1 <= year <= today.year:
        raise UserError(
            "union.run_day",
            f"定期判定は8月1日の分だけを行います（指示された日は {day.isoformat()} です）。",
            f"{today.year}-08-01 のように、今年か去年の8月1日を指定してください。",
        )
    tables = system.shelf.on(day).tables
    copay_terms(tables, day)
    certificate_rule(tables, day)


def _whom(day: date) -> ColumnElement[bool]:
    """Whoever is insured on the day."""
    on = day.isoformat()
    ends = (coverage.c.lost_on == "") | (coverage.c.lost_on > on)
    return (coverage.c.acquired_on <= on) & ends


def _work(system: System, connection: Connection, run: Row[Any], block: Block) -> Worked:
    day = date.fromisoformat(run.day)
    faults: list[Fault] = []
    rows = {row.id: row for rows in block.households.values() for row in rows}
    shares = {one.person_id: one for one in _judged(system, block, day, faults)}
    _keep(connection, block, shares, run.day)
    papers = Papers(system, connection, list(shares), day)
    records: list[CardRecord] = []
    for person_id, one in shares.items():
        held = held_of(rows[person_id], block.coverages[person_id], one, run.day)
        number = held.coverage.insured_number
        issue_id = yearly_issue(system.setup.id, run.municipality, day.year, number)
        try:
            records.append(papers.record(held, issue_id, "renewed"))
        except ExpiredProofError:
            faults.append(Fault("proof_expired", held.person, PROOF_EXPIRED))
    made = hold(connection, FILES[_FILE], run.municipality, records)
    return Worked(made, sum(_list(system, connection, fault) for fault in faults))


_HEADS = "世帯 {} に、世帯主が {} 人います（負担割合は判定しました）。"


def _judged(system: System, block: Block, day: date, faults: list[Fault]) -> Iterator[Share]:
    books = system.shelf.on(day)
    terms = copay_terms(books.tables, day)
    for members, insured in _households(block):
        heads = [row for row in members if row.is_head]
        if len(heads) > 1:
            detail = _HEADS.format(heads[0].household_number, len(heads))
            faults += [Fault("two_heads", row, detail) for row in heads]
        try:
            judged = judge_members(books.practice, terms, members, block.incomes, insured, day)
        except RuleError as cause:
            named = [row for row in members if row.atena_number == cause.person] or members
            faults.append(Fault("household_impossible", named[0], cause.message))
            continue
        for row in members:
            if row.id in insured:
                yield _share(row, block.coverages[row.id], judged, day)


def _households(block: Block) -> Iterator[tuple[Sequence[PersonRow], set[int]]]:
    """Those who live together; whoever is insured here and lives elsewhere (住所地特例) is judged
    alone, because nobody here is of that household any more."""
    for everybody in block.households.values():
        here = [row for row in everybody if row.state == _HERE]
        apart = [[row] for row in everybody if row.state != _HERE]
        for members in (here, *apart):
            insured = {row.id for row in members if row.id in block.whom}
            if insured:
                yield members, insured


def _share(row: PersonRow, coverages: Sequence[Row[Any]], judged: Judged, day: date) -> Share:
    acquired = max(one.acquired_on for one in coverages if one.acquired_on <= day.isoformat())
    return Share(
        row.id,
        judged.decision.ratio,
        day.isoformat(),
        judged.decision.class_of(row.atena_number).value,
        class_mark_from(day, date.fromisoformat(acquired)).isoformat(),
        int(judged.decision.provisional),
        judged.income_state,
    )


def _keep(connection: Connection, block: Block, shares: dict[int, Share], day: str) -> None:
    """Put the shares beside those of the years before; what was decided for a later day of the
    year stays."""
    ids = list(shares)
    if not ids:
        return
    before = all_shares_of(connection, ids)
    connection.execute(
        delete(share).where(among(share.c.person_id, ids), share.c.copay_from == day)
    )
    connection.execute(insert(share), [one._asdict() for one in shares.values()])
    changes = {}
    for person_id, one in shares.items():
        old = before.get(person_id, [])
        if old and _says(old[-1]) == _says(one):
            continue  # it goes on: nothing new is known
        new = sorted([row for row in old if row.copay_from != day] + [one], key=_from)
        periods = block.coverages[person_id]
        changes[person_id] = (
            history.share_lines(old, periods) if old else {},
            history.share_lines(new, periods),
        )
    history.remember_all(connection, changes, since=day)
    touched = update(person).where(among(person.c.id, ids))
    connection.execute(touched.values(touched=next_value(connection, "touched")))


def _says(row: Any) -> tuple[int, int, str]:
    return row.copay_ratio, row.provisional, row.limit_class


def _from(row: Any) -> str:
    return str(row.copay_from)


def _list(system: System, connection: Connection, fault: Fault) -> int:
    row = fault.row
    entry = CheckEntry(fault.cause, row.municipality_code, row.atena_number)
    return int(list_entry(system, connection, entry, fault.detail))


RUN = YearlyRun("share", "定期判定", _FILE, _ready, _whom, judgement_year, _work)
"""The yearly judgement of share and class."""
