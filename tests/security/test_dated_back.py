"""An act that is dated back (日付をさかのぼらせた手続き): signed with the own key by an outside
tool, written into store and journal by whoever controls the unlocked process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert

from app.core.errors import EnvironmentFault
from app.security.acts.approval import Evidence, Role, challenge_of, read_signed
from app.security.acts.content import digest_of, encode
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import SettingChange
from app.security.control.log import ControlRow, after
from app.security.entry.doorway import Doorway
from app.security.gate.traces import head_payload
from app.security.journal.findings import PublicKey, Report
from app.security.journal.levels import Levels
from app.security.journal.line import Entry, State
from app.security.journal.verify import verify
from app.security.refusals import Refusal
from db.tables.control import act, control_row
from tests.security.test_signed_rights import named, opened
from tests.support.founded import FoundedTerminal, found_terminal

CHANGE, MINUTES = SettingChange("lock.idle_minutes", "3"), "lock.idle_minutes"
FUNCTION = "admin.change_setting"
DAY = timedelta(days=1)


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def dated_back(terminal: FoundedTerminal, door: Doorway, by: timedelta, lines_by: timedelta) -> int:
    """The act in store and journal: signed as of ``by`` ago, its lines as of ``lines_by`` ago; the
    number of its line."""
    opened_terminal = door.terminal
    assert opened_terminal is not None
    gate, journal, store = opened_terminal.gate, opened_terminal.journal, opened_terminal.store
    (live,) = opened_terminal.sessions.all()
    prepared = gate.prepare(FUNCTION, live.session, content=CHANGE)
    what, salt, nonce = encode((CHANGE, ())), b"s" * 16, b"dated-back-nonce"
    signed = replace(
        read_signed(prepared.signed("S201", Role.ACTOR, prepared.grant_id)),
        nonce=nonce,
        content_digest=digest_of(salt, what),
        at=(terminal.clock.now() - by).isoformat(),
    ).to_bytes()
    answer = terminal.keys["S201"].assert_(
        prepared.rp_id, challenge_of(signed), prepared.credential_ids, uv=True, cancel=Event()
    )
    evidence = (Evidence.of(signed, answer),)
    body = ControlRow(what, salt, evidence).to_bytes()
    head = after(opened_terminal.control.state.head, body)
    terminal.clock.advance(-lines_by)
    begun = Entry(State.BEGUN, FUNCTION, "S201", subject=prepared.subject, nonce=nonce)
    line = journal.begin(replace(begun, content_digest=digest_of(salt, what), evidence=evidence))
    with store.update(("act", "control_row"), ("act", "control_row")) as work:
        row = {"function_id": FUNCTION, "staff_id": "S201", "at": "", "salt": salt}
        work.run(insert(act).values(nonce=nonce.hex(), journal_line=line, **row))
        work.run(insert(control_row).values(number=head.number, hash=head.hash, body=body))
    journal.end(Entry(State.DONE, FUNCTION, "S201", of=line, payload=head_payload(head)))
    terminal.clock.advance(lines_by)
    door.close()
    return line


def at_work_today(terminal: FoundedTerminal) -> Doorway:
    """S201 came the day after, and has looked at something."""
    terminal.clock.advance(DAY)
    door, session = opened(terminal)
    assert door.terminal is not None
    with door.terminal.gate.view("admin.list_settings", session):
        pass
    return door


def proved(terminal: FoundedTerminal) -> tuple[Doorway, Report]:
    """The next open, and the proof of the journal."""
    door, _ = opened(terminal, "S202")
    assert door.terminal is not None
    keys = {
        id_: PublicKey(key.staff_id, key.entry.public_key)
        for id_, key in door.terminal.control.state.keys.items()
    }
    levels = Levels(terminal.rules().catalog, terminal.rules().calendar)
    journal = door.terminal.journal
    return door, verify(journal, keys, verify_assertion, open_allowed=True, levels=levels)


def codes(report: Report) -> Sequence[tuple[int, str]]:
    return [(one.line, one.code) for one in report.findings]


@pytest.mark.req("SEC-105")
@pytest.mark.parametrize(
    "lines_by", [DAY, timedelta(0)], ids=["with its lines", "its moment alone"]
)
def test_an_act_dated_back_counts_for_nothing_and_is_told(
    terminal: FoundedTerminal, lines_by: timedelta
) -> None:
    """Behind a line of today an act of yesterday is no act, be its lines dated back too or not."""
    line = dated_back(terminal, at_work_today(terminal), DAY, lines_by)
    door, report = proved(terminal)
    assert ("control_row", "2", "journal") in named(door)
    assert door.terminal is not None and MINUTES not in door.terminal.control.state.settings
    assert (line, "time") in codes(report)
    door.close()


def test_an_act_that_no_line_tells_of_opens_nothing(terminal: FoundedTerminal) -> None:
    """The row and the act alone, with the journal left as it was."""
    door = at_work_today(terminal)
    assert door.terminal is not None
    journal = door.terminal.journal
    real, line = journal.begin, journal.head.number
    journal.begin = lambda _entry: line  # type: ignore
    journal.end = lambda _entry: None  # type: ignore
    try:
        dated_back(terminal, door, timedelta(0), timedelta(0))
    finally:
        journal.begin = real  # type: ignore
    with pytest.raises(EnvironmentFault, match=r"rollback\.journal"):
        opened(terminal, "S202")


def test_what_is_left_is_the_window_that_verify_tells(terminal: FoundedTerminal) -> None:
    """Before anything of today was written, an act of the evening before cannot be told from one
    that was done then: it lies behind the last head of the union, and its lines are counted."""
    terminal.clock.advance(DAY)
    door, _ = opened(terminal)
    line = dated_back(terminal, door, timedelta(hours=10), timedelta(hours=10))
    door, report = proved(terminal)
    assert door.terminal is not None
    assert report.window.lines >= door.terminal.journal.head.number - line
    door.close()


@pytest.mark.req("SEC-69")
def test_a_clock_mark_written_back_by_hand_is_brought_to_the_journal_s(
    terminal: FoundedTerminal,
) -> None:
    door = at_work_today(terminal)
    assert door.terminal is not None
    today = terminal.clock.now()
    with door.terminal.store.update((), ("store_fact.clock_mark",)) as work:
        work.set_fact("clock_mark", (today - 5 * DAY).isoformat())
    door.terminal.journal.close()
    door.terminal.store.close()
    terminal.clock.advance(-2 * DAY)  # so that a right of the day before yesterday would hold
    door = terminal.login()
    session = terminal.enter(door, "S201")
    assert door.terminal is not None
    with door.terminal.store.view(("store_fact.clock_mark",)) as work:
        assert work.fact("clock_mark") == today.isoformat()
    with pytest.raises(Refusal, match=r"clock\.back"):
        door.terminal.gate.prepare(FUNCTION, session, content=CHANGE)
    door.close()
