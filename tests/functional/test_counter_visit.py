"""One visit, from the notification to the paper in the hand (FLOW-101 … FLOW-108)."""

from __future__ import annotations

import hashlib

import pytest

from app.persons import find
from app.security.journal.line import State
from db.tables.cases import case_file, decision
from db.tables.certificates import certificate, sheet
from db.tables.exchange import outbox
from db.tables.persons import my_number
from tests.support.counter import Counter
from tests.support.day import cases_waiting

STEPS = (
    "persons.search",
    "eligibility.open_move_in",
    "eligibility.keep_number",
    "eligibility.save_draft",
    "eligibility.send_move_in",
    "eligibility.receive_decision",
    "eligibility.compare_decision",
    "eligibility.reserve_certificate",
    "eligibility.issue_certificate",
    "eligibility.settle_sheet",
    "eligibility.second_look",
)


@pytest.mark.req(
    "FLOW-101", "FLOW-102", "FLOW-103", "FLOW-104", "FLOW-106", "FLOW-107", "FLOW-108", "SEC-93"
)
def test_a_visit_from_the_search_to_the_paper(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    today = world.clock.now().date()
    nobody = find.search(world.gate, session, "つじさき", world.tables, today)
    assert nobody.searched and not nobody.lines and nobody.prefill == {"kana": "ツジサキ"}
    view = counter.compared()
    proof = counter.draw(view)
    issued = counter.issue(proof, view)
    counter.settle(issued)
    counter.look(view.case_id)
    (case,) = counter.rows(case_file)
    (paper,) = counter.rows(certificate)
    (page,) = counter.rows(sheet)
    assert (case.state, case.compared_by, case.second_look_by) == ("closed", "S101", "S201")
    assert (paper.state, paper.issued_by, paper.delivery) == ("issued", "S101", "counter")
    assert paper.person_id == case.person_id is not None
    assert (page.state, page.copy) == ("confirmed", 1)
    assert counter.rows(outbox)[0].state == "accepted"
    assert counter.rows(my_number) == []
    assert cases_waiting(world.gate, session) == ()
    ((number, pdf),) = counter.printer.sheets
    assert number == paper.number and hashlib.sha256(pdf).hexdigest() == paper.pdf_digest
    found = find.search(world.gate, session, "01234565", world.tables, today)
    assert [line.name for line in found.lines] == ["辻󠄀﨑　髙子"]
    done = [line.entry for line in world.lines() if line.entry.state in (State.DONE, State.VIEW)]
    order = [entry.function_id for entry in done if entry.function_id in STEPS]
    assert tuple(dict.fromkeys(order)) == STEPS
    assert world.journal.open_acts() == ()
    assert counter.rows(decision)[0].person_id == case.person_id


def test_nothing_of_the_person_stands_in_the_journal(counter: Counter) -> None:
    counter.settle(counter.issued())
    told = "".join(repr(line) for line in counter.world.lines())
    for text in ("辻", "髙子", "ツジサキ", "000001234560", "000000000123455", "見本町"):
        assert text not in told
