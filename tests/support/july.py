"""A counter in July, when two papers of one person are valid: this year's and next year's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from app.core.clock import JST
from app.functions.eligibility.kinds.reissue import REISSUE
from app.functions.printing import batch, batch_building
from app.security.gate.clock_mark import MARK_FACT
from app.wire.records import CardRecord
from db.tables.certificates import certificate
from db.tables.control import grant_row, staff, store_fact
from tests.support.counter import Counter, counter_in, put_residents
from tests.support.kinds import LIVING, SCENES

JULY = datetime(2027, 7, 21, 10, 0, tzinfo=JST)
DAYS = dict.fromkeys(("event_on", "notified_on", "accepted_on", "processed_on"), "R9.7.20")
CURRENT = {
    "copay_ratio": "2",
    "copay_from": "2026-08-01",
    "expires_on": "2027-07-31",
    "issue_on": "2027-07-21",
}
NEXT = {**CURRENT, "copay_ratio": "3", "copay_from": "2027-08-01", "expires_on": "2028-07-31"}


@contextmanager
def july_in(folder: Path) -> Iterator[Counter]:
    """21 July: the rights that ended in March were renewed."""
    with counter_in(folder) as counter:
        with counter.world.hands_on("staff", "grant_row", "store_fact") as work:
            for table in (staff, grant_row):
                work.run(update(table).values(valid_to="2027-12-31"))
            mark = update(store_fact).where(store_fact.c.name == MARK_FACT)
            work.run(mark.values(value=JULY.replace(month=6, day=20).isoformat()))
        counter.world.clock.set_wall(JULY)
        counter.kind = REISSUE
        put_residents(counter.world, LIVING)
        yield counter


def decided(counter: Counter, *, days: Any = DAYS, **says: str) -> Any:
    """A copy was applied for; the union answers with these items."""
    answer = SCENES[REISSUE.code].answer
    counter.answers.append(lambda record: replace(answer(record), **(CURRENT | says)))
    return counter.compared(**days)


def renew(counter: Counter, folder: Path) -> str:
    """The yearly batch of July: next year's paper, with next year's share. Gives its number."""
    values = dict.fromkeys(CardRecord.__dataclass_fields__, "") | {
        "issue_id": "U15-K-1",
        "municipality_code": "152994",
        "atena_number": LIVING.atena_number,
        "insured_number": LIVING.insured_number,
        "insurer_number": "39152996",
        "insurer_name": "見本県後期高齢者医療広域連合",
        "paper": "eligibility_certificate",
        "cause": "renewed",
        "name": LIVING.name,
        "birth_written": LIVING.birth_written,
        "birth_sort": LIVING.birth_sort,
        "sex": LIVING.sex,
        "postal_code": "9990001",
        "address": LIVING.written,
        "acquired_on": "2010-05-03",
        "delivery": "post",
        "support_measure": "0",
        **NEXT,
        "issue_on": "2027-07-05",
    }
    cards, gate, world = [CardRecord(**values)], counter.gate, counter.world
    prepared = batch.prepare_make(gate, world.session("supervisor"), cards, 2027)
    made = batch.perform_make(gate, prepared, tuple(world.approvals(prepared)), cards)
    session = world.session("supervisor")
    order = batch_building.begin_building(gate, session, made.batch_id, folder, training=True)
    list(batch_building.build_parts(gate, session, order, counter.tables, cores=1))
    for who in ("supervisor", "supervisor2"):
        prepared = batch.prepare_seen(gate, world.session(who), made.batch_id, folder, (0,))
        batch.perform_seen(gate, prepared, tuple(world.approvals(prepared)))
    prepared = batch.prepare_release(gate, session, made.batch_id, folder)
    batch.perform_release(gate, prepared, tuple(world.approvals(prepared)))
    (number,) = [one.number for one in counter.rows(certificate) if not one.case_id]
    return str(number)
