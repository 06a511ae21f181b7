"""Killed in the middle of a visit, again and again: nothing lies in clear, nothing is lost,
nothing is doubled (issue 2 items 4 and 7, DESIGN 7 and 9).

The terminal is a process of its own with private temporary, home and working directories and
no core dumps. The printer's folder and the union's data lie elsewhere: what came out of the
printer is meant to be read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cases import decisions as decisions_service
from app.cases import issuing
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.authenticators.verify import verify_assertion
from app.security.journal.verify import PublicKey, verify
from app.sync.transport import HttpsLine
from app.training.movers import Mover
from db.tables.cases import case_file, decision
from db.tables.certificates import certificate, sheet
from db.tables.control import credential
from db.tables.exchange import inbox, outbox
from db.tables.persons import atena, my_number
from tests.support.day import cases_waiting
from tests.support.plaintext_scan import ENCODINGS
from tests.support.stories import Desk, Story, die, entry
from tests.support.verbs import shared_press


@pytest.fixture(scope="module", autouse=True)
def press() -> None:
    """Fonts are read once, before any process is forked."""
    shared_press()


@dataclass(frozen=True)
class Seen:
    """What a terminal shows after it was started again."""

    case_state: str
    has_number: bool
    step: str
    name: str
    outbox: tuple[tuple[str, str], ...]
    decisions: tuple[str, ...]
    certificates: tuple[tuple[str, str], ...]
    sheets: tuple[str, ...]
    persons: int
    received: tuple[str, ...]


def texts_of(mover: Mover, insured_number: str = "") -> list[str]:
    """Everything of a person that must not lie anywhere in clear."""
    one = mover.person
    family, _, given = one.name.partition("　")
    street = one.address.removeprefix("見本県見本市")
    assert street != one.address
    texts = [
        one.name,
        family + given,
        one.kana,
        one.kana.replace("　", ""),
        one.kana.partition("　")[0],
        one.my_number,
        one.atena_number,
        one.household_number,
        mover.former_insured_number,
        insured_number,
        street,
        mover.former_address,
        one.phone,
        one.phone.replace("-", ""),
    ]
    return [text for text in dict.fromkeys(texts) if text]


def assert_nothing_in_clear(story: Story, mover: Mover, insured_number: str = "") -> None:
    assert story.found_in_clear(texts_of(mover, insured_number)) == []


def look(story: Story, case_id: str, atena_number: str) -> Seen:
    """Start the program in a process, log in, look, prove the journal, end."""

    def work() -> Seen:
        with story.desk() as desk:
            assert_journal_whole(desk)
            case = desk.load(case_id)
            return Seen(
                case.state,
                case.has_number,
                case.step,
                case.values.get("name", ""),
                tuple(
                    (row.id, row.state) for row in desk.rows(outbox) if row.case_id == case_id
                ),  # what the desks tell each other at every contact is no case's
                tuple(row.id for row in desk.rows(decision)),
                tuple((row.number, row.state) for row in desk.rows(certificate)),
                tuple(row.state for row in desk.rows(sheet)),
                len([one for one in desk.rows(atena) if one.atena_number == atena_number]),
                tuple(row.id for row in desk.rows(inbox)),
            )

    seen: Seen = story.in_terminal_process(work)
    return seen


def assert_journal_whole(desk: Desk) -> None:
    keys = {row.id: PublicKey(row.staff_id, row.public_key) for row in desk.rows(credential)}
    terminal = desk.script.terminal
    report = verify(
        terminal.journal, keys, verify_assertion, anchor=desk.story.template.fingerprint
    )
    assert report.whole, [finding.message for finding in report.findings]
    assert terminal.journal.open_acts() == ()


def only_case(desk: Desk) -> str:
    """The one case of the day list."""
    (line,) = cases_waiting(desk.gate, desk.session)
    return line.key


class DyingPrinter:
    """The process dies before the sheet reaches the printer, or right after."""

    def __init__(self, under: Any, *, after: bool) -> None:
        self._under = under
        self._after = after

    def spool(self, pdf: bytes, number: str) -> None:
        if self._after:
            self._under.spool(pdf, number)
        die()


def dying(call: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """``call``, and the process dies before it or after it."""

    def called(*given: Any, **named: Any) -> Any:
        if after:
            call(*given, **named)
        die()

    return called


# -- the parts of a visit, each in a process of its own ------------------------------------------


def begin(story: Story, mover: Mover) -> None:
    """Half keyed with the number kept: then the power goes."""
    with story.desk() as desk:
        case = desk.open_case(mover)
        keyed = entry(mover, desk.today)
        half = {name: keyed[name] for name in ("name", "kana", "birth_written", "sex", "phone")}
        desk.key_in(case, half, "move")
        die()


def prepare(story: Story, mover: Mover) -> None:
    """Keyed to the end and put into the outbox."""
    with story.desk() as desk:
        case = desk.load(only_case(desk))
        desk.send(desk.key_in(case, entry(mover, desk.today)))
        die()


def exchange(story: Story, name: str, *, after: bool) -> None:
    """One round that dies at this request."""
    with story.desk() as desk:
        setattr(HttpsLine, name, dying(getattr(HttpsLine, name), after=after))
        desk.engine.contact()


def receive(story: Story) -> None:
    """The round dies inside the transaction that ties the decision to its case."""
    with story.desk() as desk:
        decisions_service._keep = dying(decisions_service._keep, after=True)
        desk.engine.contact()


def reserve(story: Story) -> None:
    """Compared, number reserved, drawn and proved: then the power goes."""
    with story.desk() as desk:
        view = desk.show(only_case(desk))
        desk.draw(view if view.compared else desk.compare(view))
        die()


def issue(story: Story, *, after: bool) -> None:
    """Issued, and dead while printing."""
    with story.desk() as desk:
        desk.printer = DyingPrinter(desk.printer, after=after)
        view = desk.show(only_case(desk))
        desk.issue(desk.draw(view), view)


def finish(story: Story) -> None:
    """The sheet that did not come out is spoilt and printed again; looked through; closed."""
    with story.desk() as desk:
        view = desk.show(only_case(desk))
        assert view.paper is not None and view.paper.sheet_state == "spooled"
        number, sheet_id = view.paper.number, view.paper.sheet_id
        issuing.settle_sheet(
            desk.gate,
            desk.session,
            issuing.Issued(MOVE_IN, number, sheet_id, 0),
            good=False,
            cause="出なかった",
        )
        proof = issuing.redraw(
            desk.gate,
            desk.session,
            MOVE_IN,
            number,
            desk.drawing,
        )
        draft = issuing.prepare_reprint(desk.gate, desk.session, proof, 2)
        issued = issuing.perform_reprint(
            desk.gate, draft, desk.script.approvals(draft), proof, desk.printer
        )
        desk.settle(issued)
        desk.look(view.case_id)
        desk.contact()


@pytest.mark.req("FLOW-101", "FLOW-103", "FLOW-104", "FLOW-107", "FLOW-108", "SEC-98")
def test_a_visit_killed_at_every_turn_ends_with_one_decision_and_one_paper(story: Story) -> None:
    mover = story.movers[0]

    def killed(work: Callable[[], None], case_id: str = "", insured: str = "") -> Seen:
        story.killed_at(work)
        assert_nothing_in_clear(story, mover, insured)
        case_id = case_id or story.in_terminal_process(lambda: _first_case(story))
        seen = look(story, case_id, mover.person.atena_number)
        assert_nothing_in_clear(story, mover, insured)
        return seen

    draft = killed(lambda: begin(story, mover))
    assert (draft.case_state, draft.has_number, draft.step) == ("draft", True, "move")
    assert draft.name == mover.person.name and draft.outbox == ()
    case_id = story.in_terminal_process(lambda: _first_case(story))

    prepared = killed(lambda: prepare(story, mover), case_id)
    assert (prepared.case_state, prepared.has_number) == ("waiting", True)
    ((sent_id, state),) = prepared.outbox
    assert state == "confirmed" and story.union.first.act("decisions") == []

    started = killed(lambda: exchange(story, "complete", after=False), case_id)
    assert started.outbox == ((sent_id, "sent"),)
    assert story.union.first.act("decisions") == []

    unreceipted = killed(lambda: exchange(story, "complete", after=True), case_id)
    assert unreceipted.outbox == ((sent_id, "sent"),) and unreceipted.decisions == ()
    (theirs,) = story.union.first.act("decisions")
    assert theirs["notification_id"] == sent_id

    received = killed(lambda: receive(story), case_id)
    assert received.outbox == ((sent_id, "accepted"),)
    assert (received.case_state, received.decisions, received.persons) == ("waiting", (), 0)

    applied = killed(lambda: exchange(story, "acknowledge", after=False), case_id)
    assert (applied.case_state, applied.has_number) == ("decided", False)
    assert applied.decisions == (theirs["id"],) and applied.persons == 1
    insured = story.in_terminal_process(lambda: _insured_number(story, case_id))

    reserved = killed(lambda: reserve(story), case_id, insured)
    ((first, state),) = reserved.certificates
    assert state == "reserved" and not list(story.printed.glob("*.pdf"))

    printing = killed(lambda: issue(story, after=False), case_id, insured)
    (_, second) = printing.certificates
    assert printing.certificates[0] == (first, "void")
    assert second[1] == "issued" and second[0] != first
    assert printing.sheets == ("spooled",) and not list(story.printed.glob("*.pdf"))

    story.in_terminal_process(lambda: finish(story))
    assert_nothing_in_clear(story, mover, insured)
    end = look(story, case_id, mover.person.atena_number)
    assert (end.case_state, end.decisions, end.persons) == ("closed", (theirs["id"],), 1)
    assert end.certificates == ((first, "void"), second)
    assert end.sheets == ("spoilt", "confirmed") and end.received == applied.received
    assert len(list(story.printed.glob("*.pdf"))) == 1
    assert len(story.union.first.act("decisions")) == 1
    assert len(story.union.first.act("notifications")) == 1


def _first_case(story: Story) -> str:
    with story.desk() as desk:
        return only_case(desk)


def _insured_number(story: Story, case_id: str) -> str:
    with story.desk() as desk:
        record = desk.show(case_id).record
        assert record is not None and len(record.insured_number) == 8
        return record.insured_number


@pytest.mark.req("SEC-96", "SEC-54")
def test_a_whole_visit_writes_in_its_own_folders_only_and_nothing_in_clear(story: Story) -> None:
    """Every file that the terminal opens for writing lies in its folders or at the printer."""
    mover = story.movers[1]

    def work() -> tuple[str, set[str]]:
        opened: set[str] = set()
        sys.addaudithook(lambda event, given: _note(event, given, opened))
        with story.desk() as desk:
            view = desk.compared(mover)
            desk.slip(view.case_id)
            issued = desk.issue(desk.draw(view), view)
            desk.settle(issued)
            desk.look(view.case_id)
            desk.contact()
            assert desk.rows(case_file)[0].state == "closed"
            assert desk.rows(my_number) == []
            assert view.record is not None
            return view.record.insured_number, opened

    insured, opened = story.in_terminal_process(work)
    own = (*story.written(), story.printed, story.folder / "keys", Path("/dev"))
    elsewhere = [
        name for name in opened if not any(Path(name).is_relative_to(place) for place in own)
    ]
    assert opened and elsewhere == []
    assert_nothing_in_clear(story, mover, insured)
    # The same scan finds her where she is meant to be read, and where she is planted.
    (story.home / "planted").write_text(f"…{insured}…", encoding="utf-16-le")
    (finding,) = story.found_in_clear(texts_of(mover, insured))
    assert (finding.text, finding.encoding) == (insured, "utf-16-le")


def _note(event: str, given: tuple[Any, ...], opened: set[str]) -> None:
    if event != "open" or not isinstance(given[0], str):
        return
    if given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        opened.add(str(Path(given[0]).resolve()))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_whatever_is_planted_is_found(story: Story, encoding: str) -> None:
    """Each text of the person, in each encoding that can write it, in each folder."""
    for mover in story.movers:
        for number, text in enumerate(texts_of(mover, "12345674")):
            try:
                content = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            place = story.written()[number % 3] / "planted"
            place.write_bytes(os.urandom(500) + content + os.urandom(500))
            found = {(one.text, one.encoding) for one in story.found_in_clear([text])}
            assert (text, encoding) in found
            place.unlink()
