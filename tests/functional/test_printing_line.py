"""帳票: what becomes of a paper after its issue: post, envelope, return, stock, lists, log."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from app.cases import issuing, slips
from app.core.errors import UserError
from app.functions.printing import applications, lists, posting, returned, stock
from app.persons import stopping
from app.security.refusals import Refusal
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import (
    batch_item,
    hand_over,
    mail_item,
    paper_return,
    print_batch,
    print_line,
    stock_move,
)
from tests.support.counter import Counter
from tests.support.stories import text_of
from tests.support.world import TERMINAL

PLACE = lists.Place("本庁２番窓口")


def posted_issue(counter: Counter) -> issuing.Issued:
    """A certificate that goes by post, its sheet confirmed."""
    view = counter.compared(delivery="post")
    issued = counter.issue(counter.draw(view), view)
    counter.settle(issued)
    return issued


def the_letter(counter: Counter) -> posting.Letter:
    (letter,) = posting.letters(counter.gate, counter.world.session("clerk"))
    return letter


def post(counter: Counter, letter: posting.Letter, number: str) -> int:
    session, gate = counter.world.session("clerk"), counter.gate
    prepared = posting.prepare_post(gate, session, ((letter, number),), counter.world.tables)
    return posting.perform_post(gate, prepared, tuple(counter.approvals(prepared)))


@pytest.mark.req("FLOW-307")
def test_a_letter_is_posted_only_after_both_codes_were_its_own(counter: Counter) -> None:
    issued = posted_issue(counter)
    session, letter = counter.world.session("clerk"), the_letter(counter)
    assert (letter.number, letter.state) == (issued.number, "waiting")
    with pytest.raises(UserError) as early:
        post(counter, letter, "000-00-00001-0")
    assert early.value.code == "printing.letter_state"
    other = issued.number[:-1] + "9"
    for enclosed, envelope in ((issued.number, other), (other, issued.number), ("", "")):
        with pytest.raises(UserError) as wrong:
            posting.check_envelope(counter.gate, session, letter, enclosed, envelope)
        assert wrong.value.code == "printing.wrong_envelope"
        assert the_letter(counter).state == "waiting"
    posting.check_envelope(counter.gate, session, letter, issued.number, f" {issued.number}\n")
    with pytest.raises(UserError) as without:
        post(counter, the_letter(counter), "")
    assert without.value.code == "printing.post_number"
    assert post(counter, the_letter(counter), "000-00-00001-0") == 1
    (row,) = counter.rows(mail_item)
    assert (row.state, row.post_number, row.checked_by) == ("posted", "000-00-00001-0", "S101")
    assert [one.how for one in counter.rows(hand_over)] == ["post"]


def test_a_letter_that_comes_back_waits_until_somebody_says_what_was_done(
    counter: Counter,
) -> None:
    issued = posted_issue(counter)
    session, gate = counter.world.session("clerk"), counter.gate
    posting.change_way(gate, session, the_letter(counter), "regular", no_forward=True)
    posting.check_envelope(gate, session, the_letter(counter), issued.number, issued.number)
    post(counter, the_letter(counter), "")
    posting.note_returned(gate, session, the_letter(counter), "unknown")
    letter = the_letter(counter)
    assert (letter.state, letter.return_reason, letter.no_forward) == ("returned", "unknown", True)
    with pytest.raises(UserError) as nothing:
        posting.settle_returned(gate, session, letter, " ")
    assert nothing.value.code == "printing.no_words"
    posting.settle_returned(gate, session, letter, "再送した")
    assert counter.rows(mail_item)[0].state == "settled"


def test_a_death_stops_letter_reprint_and_batch_at_once(counter: Counter) -> None:
    """発送止め: whatever brings the death, nothing more leaves."""
    issued = posted_issue(counter)
    (hers,) = counter.rows(person)
    with counter.world.hands_on(*stopping.WRITES, "print_batch", "person") as work:
        work.run(
            insert(print_batch).values(
                id="B-1",
                judged_year=2027,
                form_id="FORM-04",
                state="made",
                made_by="S201",
                made_at="x",
                source_digest="x",
            )
        )
        work.run(
            insert(batch_item).values(
                batch_id="B-1", position=0, person_id=hers.id, record="{}", state="waiting"
            )
        )
        work.run(update(person).values(state="3"))
        stopping.pull_dead(work, [hers.id])
    assert counter.rows(mail_item)[0].state == "stopped"
    (item,) = counter.rows(batch_item)
    assert (item.state, item.cause) == ("held", "death")
    letters = posting.letters(counter.gate, counter.world.session("clerk"))
    assert letters == ()
    proof = issuing.redraw(
        counter.gate, counter.world.session("clerk"), counter.kind, issued.number, counter.drawing
    )
    prepared = issuing.prepare_reprint(counter.gate, counter.world.session("clerk"), proof, 2)
    given = tuple(counter.approvals(prepared))
    with pytest.raises(UserError) as dead:
        issuing.perform_reprint(counter.gate, prepared, given, proof, counter.printer)
    assert dead.value.code == "cases.has_died"
    assert len(counter.printer.sheets) == 1


def test_nothing_is_reserved_for_somebody_who_died_after_the_decision(counter: Counter) -> None:
    view = counter.compared()
    with counter.world.hands_on("person") as work:
        work.run(update(person).values(state="3"))
    with pytest.raises(UserError) as dead:
        counter.draw(view)
    assert dead.value.code == "cases.has_died"
    assert counter.rows(certificate) == [] and counter.printer.sheets == []


@pytest.mark.req("FORM-74")
def test_the_issue_list_has_every_number_of_the_day_and_the_journal_s_head(
    counter: Counter,
) -> None:
    issued = counter.issued()
    counter.settle(issued, good=False, cause="紙詰まり")
    session, gate = counter.world.session("clerk"), counter.gate
    today = gate.now().date()
    head = gate.prepare("printing.print_list", session).head
    (line,) = lists.issues_of_day(gate, session, today)
    assert (line.number, line.state, line.sheets) == (issued.number, "交付", "1枚")
    lists.print_issue_list(gate, session, today, PLACE, counter.drawing, counter.printer)
    name, pdf = counter.printer.sheets[-1]
    said = "".join(text_of(pdf).split())
    assert name == f"{TERMINAL}-L{today:%Y%m%d}"
    assert issued.number in said and PLACE.name in said
    assert re.search(f"{head.number + 2}[0-9a-f]{{64}}", said), "the head before the printing"
    reasons = [row.reason for row in counter.rows(print_line)]
    assert reasons == ["first", "list"]
    assert not any(row.my_number for row in counter.rows(print_line))


def test_yesterday_s_papers_are_not_on_today_s_list(counter: Counter) -> None:
    counter.issued()
    session, gate = counter.world.session("clerk"), counter.gate
    tomorrow = gate.now().date() + timedelta(days=1)
    assert lists.issues_of_day(gate, session, tomorrow) == ()
    assert lists.prints_of_day(gate, session, tomorrow) == ()
    (line,) = lists.prints_of_day(gate, session, gate.now().date())
    assert (line.why, line.copies, line.my_number) == ("印刷", "1", "なし")


def test_every_sheet_is_taken_from_its_stock_good_or_spoilt(counter: Counter) -> None:
    issued = counter.issued()
    counter.settle(issued, good=False, cause="紙詰まり")
    session, gate = counter.world.session("clerk"), counter.gate
    (used,) = counter.rows(stock_move)
    assert (used.change, used.cause, used.reference) == (-1, "spoilt", issued.number)
    union = counter.world.tables["municipalities"].rows()[0].text("code")[:2]
    (card,) = (
        one
        for one in stock.stocks(gate, session, counter.world.tables, union)
        if one.code == used.stock
    )
    assert "令和8年度" in card.words and (card.left, card.spoilt) == (-1, 1)
    stock.move_stock(gate, session, card, 500, stock.RECEIVED)
    card = next(
        one
        for one in stock.stocks(gate, session, counter.world.tables, union)
        if one.code == used.stock
    )
    assert card.left == 499
    stock.move_stock(gate, session, card, 490, stock.COUNTED)
    assert sum(row.change for row in counter.rows(stock_move)) == 490
    for wrong in (-1, 0, 2_000_000):
        with pytest.raises(UserError) as refused:
            stock.move_stock(gate, session, card, wrong, stock.RECEIVED)
        assert refused.value.code == "printing.stock_number"


def test_a_paper_that_comes_back_gets_a_receipt_and_is_asked_for_no_more(
    counter: Counter,
) -> None:
    issued = counter.issued()
    session, gate = counter.world.session("clerk"), counter.gate
    (hers,) = counter.rows(person)
    (held,) = returned.held_papers(gate, session, hers.id)
    brought = returned.Brought(
        hers.id, held.form_id, held.number, "県外への転出", "本人", "保険年金課", gate.now()
    )
    receipt = returned.take_back(gate, session, brought, counter.drawing, counter.printer)
    name, pdf = counter.printer.sheets[-1]
    assert name == receipt and issued.number in "".join(text_of(pdf).split())
    (row,) = counter.rows(paper_return)
    assert (row.state, row.certificate_number) == ("returned", issued.number)
    assert returned.held_papers(gate, session, hers.id) == ()


@pytest.mark.req("ADD-13", "FORM-15")
def test_the_code_of_an_application_holds_a_token_only_and_opens_nothing_without_the_right(
    counter: Counter,
) -> None:
    counter.issued()
    session, gate = counter.world.session("clerk"), counter.gate
    (hers,) = counter.rows(person)
    token = applications.print_application(
        gate, session, hers.id, "FORM-15", counter.drawing, counter.printer, "広域連合長"
    )
    said = "".join(text_of(counter.printer.sheets[-1][1]).split())
    assert "".join(hers.name.split())[:1] in said and "記入例" in said
    kept = b"".join(
        path.read_bytes() for path in counter.world.paths.store.parent.iterdir() if path.is_file()
    )
    assert token.encode() not in kept
    found = applications.read_application(gate, session, token.lower())
    assert (found.person_id, found.form_id) == (hers.id, "FORM-15")
    with pytest.raises(Refusal):
        applications.read_application(gate, counter.world.session("nobody"), token)
    for code, cause in (("x", "code_shape"), ("MDG1-" + "A" * 26, "code_unknown")):
        with pytest.raises(UserError) as refused:
            applications.read_application(gate, session, code)
        assert refused.value.code == f"printing.{cause}"


def test_the_issue_slip_names_year_and_colour_of_the_paper(counter: Counter) -> None:
    view = counter.compared()
    paper = counter.draw(view)
    issued = counter.issue(paper, view)
    slips.print_issue_slip(
        counter.gate,
        counter.world.session("clerk"),
        paper,
        counter.drawing,
        counter.printer,
        slips.At(counter.gate.now(), "保険年金課", ""),
    )
    said = "".join(text_of(counter.printer.sheets[-1][1]).split())
    assert issued.number in said and "令和8年度用" in said and counter.kind.label in said
    (hers,) = counter.rows(person)
    assert hers.name.split()[0] not in said, "no name stands on it"
