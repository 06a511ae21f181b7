"""The terminal's own monthly work over the line: closed, sealed, sent, receipted, dropped; what is
not done stands on the day board (SEC-103)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pyrage import decrypt
from sqlalchemy import select

from app.cases import board
from app.core.clock import JST
from app.functions.records.months import MonthKeeper
from app.functions.records.waiting import REVIEWED, SINCE, THROUGH, TROUBLE
from app.security.authenticators.verify import verify_assertion
from app.security.journal.findings import PublicKey, UnionWord
from app.security.journal.segments import DROPPED, segments
from app.security.journal.verify import segment_lines, verify
from app.security.waiting import Waits
from app.sync.engine import Engine
from app.sync.faults import PeerRefused
from app.sync.round import ContactReport
from app.wire.keys import signing_keys
from db.tables.control import store_fact
from tests.support.line import LoopUnion, engine_of, enrol
from tests.support.log_lines import LogLines
from tests.support.signers import Signer
from tests.support.world import STAFF, World, world_in

pytestmark = pytest.mark.req("SEC-103")
DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=JST)
KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}


class Killed(BaseException):
    """The process is gone at this point."""


class Terminal:
    """A world whose union answers in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.union = LoopUnion()
        enrol(world, self.union)

    def contact(self, step: Callable[[str], None] = lambda name: None) -> ContactReport:
        """One round of a program that was just started."""
        world = self.world
        keeper = MonthKeeper(world.engine_hand, world.journal, world.clock)
        engine: Engine = engine_of(world, self.union, on_contact=keeper.look_after, step=step)
        return engine.contact()

    def go_to(self, moment: datetime) -> None:
        self.world.clock.set_wall(moment)
        self.world.set_fact("clock_mark", moment.isoformat())

    def fact(self, name: str) -> str:
        with self.world.hands_on("store_fact") as work:
            found = work.scalar(select(store_fact.c.value).where(store_fact.c.name == name))
            return str(found or "")

    def board(self) -> dict[str, Waits]:
        session = self.world.session("administrator")
        lines = board.lines(self.world.gate, session, self.world.catalog)
        return {line.key: line for line in lines if line.key.startswith("journal_")}


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with world_in(tmp_path) as world:
        yield Terminal(world)


def test_a_month_that_is_over_is_closed_sent_and_receipted_at_the_next_contact(
    terminal: Terminal,
) -> None:
    assert terminal.contact().problem is None
    assert segments(terminal.world.journal) == ()
    assert terminal.fact(THROUGH) == "2026-10"
    terminal.go_to(DECEMBER)
    assert terminal.contact().problem is None
    (part,) = segments(terminal.world.journal)
    assert (part.month, bool(part.receipt)) == ("2026-11", True)
    sealed = terminal.union.segments[1]
    _, lines = segment_lines(decrypt(sealed, [terminal.union.archive.receiving]))
    assert [number for number, _ in lines] == list(range(1, part.last + 1))
    assert terminal.fact(THROUGH) == "2026-11"
    assert terminal.board() == {}
    terminal.contact()
    assert len(segments(terminal.world.journal)) == 1


@pytest.mark.parametrize("place", ["contact.segment", "contact.segment_receipt"])
def test_killed_while_a_month_goes_up_it_ends_whole(terminal: Terminal, place: str) -> None:
    terminal.go_to(DECEMBER)

    def dies(name: str) -> None:
        if name == place:
            raise Killed

    with pytest.raises(Killed):
        terminal.contact(dies)
    assert [bool(part.receipt) for part in segments(terminal.world.journal)] == [False]
    terminal.contact()
    (part,) = segments(terminal.world.journal)
    assert part.receipt and terminal.fact(THROUGH) == "2026-11"


def test_a_month_that_cannot_be_sent_stands_on_the_board_and_holds_nothing_up(
    terminal: Terminal, expected_log: LogLines
) -> None:
    expected_log.expect("a month of the journal was not sent: peer.out_of_place")
    terminal.contact()
    terminal.go_to(DECEMBER)

    def refuses(name: str) -> None:
        if name == "send_segment":
            raise PeerRefused("out_of_place", "前の行がありません。", "連絡してください。")

    terminal.union.before = refuses
    report = terminal.contact()
    assert report.problem is None and report.peer_time
    line = terminal.board()["journal_months"]
    assert "2026年11月" in line.state and line.cause == "peer.out_of_place"
    assert line.due == "2026-12-10"
    terminal.union.before = lambda name: None
    terminal.contact()
    assert terminal.board() == {}


def test_a_terminal_that_had_no_contact_says_so_by_itself(terminal: Terminal) -> None:
    terminal.contact()
    terminal.go_to(DECEMBER)
    assert set(terminal.board()) == {"journal_months"}


def test_a_receipted_month_goes_when_it_is_old_enough(terminal: Terminal) -> None:
    terminal.contact()
    terminal.go_to(DECEMBER)
    terminal.contact()
    world = terminal.world
    (part,) = segments(world.journal)
    for months, gone in ((13, False), (14, True)):
        year, month = divmod(2026 * 12 + 10 + months, 12)
        terminal.go_to(datetime(year, month + 1, 3, 9, 0, tzinfo=JST))
        terminal.contact()
        first = [line.number for line in world.lines()][:2]
        assert (first == [1, part.last + 1]) is gone
    assert any(line.entry.function_id == DROPPED for line in world.lines())
    union = UnionWord(signing_keys(terminal.union.me.public))
    report = verify(world.journal, KEYS, verify_assertion, union=union)
    assert report.whole, report.findings


def test_the_setting_keeps_them_longer(terminal: Terminal) -> None:
    terminal.world.set_setting("journal.keep_months", "24")
    terminal.contact()
    terminal.go_to(DECEMBER)
    terminal.contact()
    terminal.go_to(datetime(2028, 2, 3, 9, 0, tzinfo=JST))
    terminal.contact()
    assert [line.number for line in terminal.world.lines()][:3] == [1, 2, 3]


@pytest.mark.req("SEC-99")
def test_a_review_that_is_due_or_overdue_stands_on_the_board(terminal: Terminal) -> None:
    terminal.contact()
    assert terminal.fact(SINCE) == "2026-11-09"
    assert terminal.board() == {}
    terminal.world.set_setting("journal.review_days", "7")
    terminal.go_to(datetime(2026, 11, 16, 10, 0, tzinfo=JST))
    assert terminal.board()["journal_review"].state == "期限が近い"
    terminal.go_to(datetime(2026, 11, 17, 10, 0, tzinfo=JST))
    line = terminal.board()["journal_review"]
    assert (line.state, line.due) == ("期限を過ぎています", "2026-11-16")
    assert line.opens == "records.view_lines"
    terminal.world.set_fact(REVIEWED, "2026-11-17")
    assert terminal.board() == {}
    assert terminal.fact(TROUBLE) == ""
