"""The certificate: drawn from the decision alone, proved, signed, printed, confirmed."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import os
import signal
from dataclasses import replace

import pypdfium2
import pytest

from app.cases import check_list, decisions, issuing
from app.cases.waiting import SHEET
from app.core.errors import EnvironmentFault, UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.acts.approval import Role, read_signed
from app.security.refusals import Refusal
from app.wire.bodies.coverage import Coverage
from db.tables.cases import case_file, check_entry
from db.tables.certificates import certificate, sheet
from forms.catalog import FORMS
from tests.support.counter import Counter, accepted
from tests.support.day import cases_waiting
from tests.support.world import open_world


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def redrawn(counter: Counter, number: str) -> issuing.DrawnPaper:
    world = counter.world
    return issuing.redraw(
        world.gate,
        world.session("clerk"),
        MOVE_IN,
        number,
        counter.drawing,
    )


def reprint(counter: Counter, proof: issuing.DrawnPaper, copy: int) -> issuing.Issued:
    world = counter.world
    prepared = issuing.prepare_reprint(world.gate, world.session("clerk"), proof, copy)
    given = tuple(world.approvals(prepared))
    return issuing.perform_reprint(world.gate, prepared, given, proof, counter.printer)


@pytest.mark.req("FLOW-107", "SEC-93")
def test_the_touch_is_over_the_very_pdf(counter: Counter) -> None:
    view = counter.compared()
    proof = counter.draw(view)
    assert proof.number == "T01-1-20261116-00001"
    assert counter.rows(certificate)[0].state == "reserved" and counter.printer.sheets == []
    issued = counter.issue(proof, view)
    ((_, pdf),) = counter.printer.sheets
    begun = counter.world.journal.line(issued.journal_line).entry
    signed = read_signed(begun.evidence[0].signed)
    assert signed.document_digest == hashlib.sha256(pdf).digest() == proof.rendered.digest
    assert (signed.role, signed.subject.key) == (Role.ACTOR, proof.number)


@pytest.mark.req("SEC-119")
def test_nothing_is_drawn_before_the_screen_was_compared(counter: Counter) -> None:
    view = counter.decided()
    with pytest.raises(UserError) as early:
        counter.draw(view)
    assert early.value.code == "cases.not_compared"
    # a screen that pretends is refused by the row
    with pytest.raises(UserError) as pretended:
        counter.draw(replace(view, compared=True))
    assert pretended.value.code == "cases.not_issuable"
    assert counter.rows(certificate) == []


@pytest.mark.req("CON-07")
def test_the_paper_follows_the_decision_and_not_what_was_keyed(counter: Counter) -> None:
    counter.answers.append(
        lambda record: replace(
            accepted(record),
            name="辻﨑　髙子",
            copay_ratio="3",
            paper="eligibility_notice",
        )
    )
    view = counter.compared()
    assert view.record is not None and view.keyed["name"] == "辻󠄀﨑　髙子"
    proof = counter.draw(view)
    assert proof.form_id == "FORM-N1"
    text = text_of(proof.rendered.pdf)
    assert "辻﨑" in text.replace(" ", "") and "辻󠄀" not in text
    assert "3割" in text or "３割" in text


@pytest.mark.req("CON-07")
def test_what_the_screen_holds_does_not_reach_the_paper(counter: Counter) -> None:
    view = counter.compared()
    assert view.record is not None
    forged = replace(view, record=replace(view.record, copay_ratio="1", name="偽　太郎"))
    text = text_of(counter.draw(forged).rendered.pdf)
    assert "偽" not in text and ("2割" in text or "２割" in text)
    invented = replace(view, record=replace(view.record, decision_id="U15-1-000999"))
    with pytest.raises(UserError) as nothing:
        counter.draw(invented)
    assert nothing.value.code == "cases.not_issuable"


@pytest.mark.req("CON-07")
def test_no_call_draws_a_certificate_from_an_entry(counter: Counter) -> None:
    for form in FORMS:
        if form.from_decision is not None:
            taken = inspect.signature(form.from_decision).parameters
            assert next(p.annotation for p in taken.values()) == "DecidedCoverage"
    case = counter.entered()
    with pytest.raises(UserError):
        counter.draw(counter.show(case.id))
    sent = counter.send(case)
    with pytest.raises(UserError) as waiting:
        counter.draw(counter.show(sent.case_id))
    assert waiting.value.code == "cases.not_issuable"
    assert counter.rows(certificate) == [] and counter.printer.sheets == []


def test_another_pdf_than_the_approved_one_is_not_printed(counter: Counter) -> None:
    view = counter.compared()
    proof = counter.draw(view)
    other = replace(proof, rendered=replace(proof.rendered, pdf=proof.rendered.pdf + b"\n"))
    world = counter.world
    prepared = issuing.prepare_issue(world.gate, world.session("clerk"), proof, view)
    given = tuple(world.approvals(prepared))
    with pytest.raises(UserError) as swapped:
        issuing.perform_issue(world.gate, prepared, given, other, counter.printer)
    assert swapped.value.code == "cases.not_issuable"
    assert counter.rows(certificate)[0].state == "reserved" and counter.printer.sheets == []


@pytest.mark.req("FLOW-108")
def test_a_spoilt_sheet_is_printed_again_and_not_issued_again(counter: Counter) -> None:
    issued = counter.issued()
    proof = redrawn(counter, issued.number)
    with pytest.raises(UserError) as unsettled:
        reprint(counter, proof, 2)
    assert unsettled.value.code == "cases.sheet_not_spoilt"
    counter.settle(issued, good=False, cause="紙詰まり")
    with pytest.raises(UserError) as settled:
        counter.settle(issued)
    assert settled.value.code == "cases.sheet_settled"
    (line,) = cases_waiting(counter.world.gate, counter.world.session("clerk"))
    assert SHEET in line.holds_day
    second = reprint(counter, proof, 2)
    counter.settle(second)
    assert [(row.copy, row.state, row.cause) for row in counter.rows(sheet)] == [
        (1, "spoilt", "紙詰まり"),
        (2, "confirmed", ""),
    ]
    assert len(counter.rows(certificate)) == 1
    first_pdf, second_pdf = (pdf for _, pdf in counter.printer.sheets)
    assert first_pdf == second_pdf
    with pytest.raises(UserError):
        reprint(counter, proof, 3)


def test_a_printer_that_fails_leaves_the_issue_and_an_open_sheet(counter: Counter) -> None:
    view = counter.compared()
    proof = counter.draw(view)
    counter.printer.broken = True
    with pytest.raises(EnvironmentFault) as fault:
        counter.issue(proof, view)
    assert fault.value.code == "print.refused"
    assert counter.rows(certificate)[0].state == "issued"
    again = counter.reopened()
    (line,) = cases_waiting(again.world.gate, again.world.session("clerk"))
    assert line.state == "交付済み" and SHEET in line.holds_day
    paper = again.show(line.key).paper
    assert paper is not None and paper.sheet_state == "spooled"
    again.settle(
        issuing.Issued(MOVE_IN, paper.number, paper.sheet_id, 0), good=False, cause="未印刷"
    )
    again.printer.broken = False
    second = reprint(again, redrawn(again, paper.number), paper.copies + 1)
    again.settle(second)
    paper = again.show(line.key).paper
    assert paper is not None and paper.settled and paper.copies == 2
    assert len(again.printer.sheets) == 1
    counter.world = again.world


def test_a_number_given_up_is_void_with_its_cause_and_never_used_again(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    view = counter.compared()
    proof = counter.draw(view)
    issuing.void(world.gate, session, MOVE_IN, proof.number, 1, "発行せずに戻った")
    (row,) = counter.rows(certificate)
    assert (row.state, row.cause) == ("void", "発行せずに戻った")
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        counter.issue(proof, view)
    later = counter.draw(view)
    assert later.number == "T01-1-20261116-00002"
    with pytest.raises(UserError):
        redrawn(counter, proof.number)


def test_a_number_left_behind_becomes_void_when_the_next_is_reserved(counter: Counter) -> None:
    view = counter.compared()
    counter.draw(view)
    counter.issue(counter.draw(view), view)
    assert [row.state for row in counter.rows(certificate)] == ["void", "issued"]
    assert counter.rows(certificate)[0].cause == "発行されないまま残っていた"


def test_one_decision_is_issued_once(counter: Counter) -> None:
    issued = counter.issued()
    view = counter.show(counter.rows(case_file)[0].id)
    with pytest.raises(UserError) as twice:
        counter.draw(view)
    assert twice.value.code == "cases.issued_already"
    assert counter.rows(certificate)[0].number == issued.number


def test_a_paper_that_cannot_be_drawn_voids_its_number(counter: Counter) -> None:
    counter.answers.append(lambda record: replace(accepted(record), name="辻\U000e01ef　髙子"))
    view = counter.compared()
    with pytest.raises(UserError) as stopped:
        counter.draw(view)
    assert stopped.value.code == "forms.sequence_missing"
    (row,) = counter.rows(certificate)
    assert row.state == "void" and "forms.sequence_missing" in row.cause


def test_a_character_without_a_shape_goes_onto_the_list(counter: Counter) -> None:
    counter.answers.append(lambda record: replace(accepted(record), name="辻\U0010fffd　髙子"))
    counter.issued()
    (entry,) = counter.rows(check_entry)
    assert entry.cause == "character_missing" and "U+10FFFD" in entry.detail
    (line,) = check_list.list_checks(counter.world.gate, counter.world.session("clerk"))
    assert line.id == entry.id


@pytest.mark.req("CON-07")
def test_a_newer_decision_stops_the_issue_of_the_old_one(counter: Counter) -> None:
    view = counter.compared()
    proof = counter.draw(view)
    assert view.record is not None
    counter.decide(replace(view.record, copay_ratio="1"), supersedes=view.record.decision_id)
    counter.contact()
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        counter.issue(proof, view)
    with pytest.raises(UserError) as old:
        counter.draw(view)
    assert old.value.code == "cases.not_issuable"
    (row,) = counter.rows(certificate)
    assert (row.state, row.cause) == ("void", "新しい決定が届いた")
    newer = counter.show(view.case_id)
    decisions.confirm_comparison(counter.world.gate, counter.world.session("clerk"), newer)
    newer = counter.show(view.case_id)
    later = counter.draw(newer)
    assert "1割" in text_of(later.rendered.pdf) or "１割" in text_of(later.rendered.pdf)
    counter.issue(later, newer)
    assert [row.state for row in counter.rows(certificate)] == ["void", "issued"]


def test_a_decision_without_paper_prints_nothing(counter: Counter) -> None:
    counter.answers.append(
        lambda record: replace(
            accepted(record), copay_ratio="", copay_from="", paper="none", expires_on=""
        )
    )
    with pytest.raises(UserError) as none:
        counter.draw(counter.compared())
    assert none.value.code == "cases.not_issuable"


def test_every_item_of_the_record_is_text(counter: Counter) -> None:
    view = counter.decided()
    assert isinstance(view.record, Coverage)
    assert all(isinstance(value, str) for value in dataclasses.astuple(view.record))


class KillingPrinter:
    """Kills the program at the moment the sheet should go out."""

    def spool(self, pdf: bytes, number: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_kill_at_the_printer_leaves_the_row_and_asks_for_the_sheet(counter: Counter) -> None:
    view = counter.compared()
    data = counter.world.paths.data
    signers = counter.world.signers
    counter.world.close()
    child = os.fork()
    if child == 0:
        try:
            counter.world = open_world(data)
            counter.world.signers = signers
            counter.printer = KillingPrinter()  # type: ignore[assignment]
            counter.issue(counter.draw(view), view)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    counter.world = open_world(data)
    (line,) = cases_waiting(counter.world.gate, counter.world.session("clerk"))
    assert line.state == "交付済み" and SHEET in line.holds_day
    (row,) = counter.rows(certificate)
    assert row.state == "issued" and counter.world.journal.open_acts() == ()
    assert redrawn(counter, row.number).rendered.digest.hex() == row.pdf_digest
