"""誤交付: a paper in the wrong hands is void at once, an incident is open, and the day board asks
for it until it is fetched back and another one is in the right hands (SEC-106)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from app.cases import board
from app.cases.incidents import FOUND_BY, LEDGER, STEP
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.printing import misdelivered, returned
from app.functions.printing.misdelivered import Misdelivered
from app.functions.records.ledgers import LEDGERS, book
from app.security.waiting import Waits
from db.tables import METADATA
from db.tables.certificates import certificate
from db.tables.persons import person
from tests.support.counter import Counter

SAID = {
    "given_to": "隣の窓口の方",
    "found_by": "staff",
    "first_aid": "電話した",
    "reported_to": "課長",
}


def report(counter: Counter, person_id: str, number: str, **said: str) -> str:
    gate, world = counter.gate, counter.world
    found = Misdelivered(person_id, number, **{**SAID, **said})
    prepared = misdelivered.prepare_report(gate, world.session("clerk"), found)
    return misdelivered.perform_report(gate, prepared, world.approvals(prepared))


def waiting(counter: Counter) -> list[Waits]:
    lines = board.lines(counter.gate, counter.world.session("clerk"), CATALOG)
    return [one for one in lines if one.what == "誤って渡した証"]


@pytest.mark.req("SEC-106")
def test_void_at_once_an_incident_open_fetched_back_reissued(counter: Counter) -> None:
    issued = counter.issued()
    (hers,) = counter.rows(person)
    world = counter.world
    incident = report(counter, hers.id, issued.number)
    (paper,) = counter.rows(certificate)
    assert (paper.state, paper.cause) == ("void", misdelivered.CAUSE)
    (record,) = book.show(world.gate, world.session("supervisor"), LEDGERS[LEDGER])
    assert record.id == incident and issued.number in record.values["what_happened"]
    assert hers.name not in str(record.values)
    # what the program wrote is what the ledger asks of a clerk
    step = LEDGERS[LEDGER].step(STEP)
    written = record.entries[0].cells
    assert dict(book.check_cells(step, written, world.clock.now().date())) == dict(written)
    (item,) = [one for one in step.items if one.name == "found_by_whom"]
    assert set(FOUND_BY) <= set(item.choices)
    (line,) = waiting(counter)
    assert line.state == "取り戻していません" and line.opens == "printing.held_papers"
    (held,) = returned.held_papers(world.gate, world.session("clerk"), hers.id)
    brought = returned.Brought(
        hers.id, held.form_id, held.number, "誤交付", "本人", "保険年金課", counter.gate.now()
    )
    session = world.session("clerk")
    returned.take_back(counter.gate, session, brought, counter.drawing, counter.printer)
    (line,) = waiting(counter)
    assert "再交付がまだです" in line.state and line.opens == "persons.open"
    with world.hands_on("certificate") as work:  # another one is in the right hands
        again = {**paper._mapping, "number": "N-2", "state": "issued", "cause": ""}
        later = "2026-11-17T09:00:00+09:00"
        work.run(insert(METADATA.tables["certificate"]).values(**{**again, "issued_at": later}))
    assert not waiting(counter)


def test_what_is_not_said_and_a_paper_that_is_not_hers_change_nothing(counter: Counter) -> None:
    issued = counter.issued()
    (hers,) = counter.rows(person)
    for name in SAID:
        with pytest.raises(UserError) as told:
            report(counter, hers.id, issued.number, **{name: " "})
        assert told.value.field == name
    for whose, number in (("P-9", issued.number), (hers.id, "N-404")):
        with pytest.raises(UserError) as told:
            report(counter, whose, number)
        assert told.value.code == "printing.not_issued"
    report(counter, hers.id, issued.number)
    with pytest.raises(UserError):  # twice is once
        report(counter, hers.id, issued.number)
    session = counter.world.session("supervisor")
    assert len(book.show(counter.gate, session, LEDGERS[LEDGER])) == 1
