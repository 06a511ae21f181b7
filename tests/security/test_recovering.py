"""A terminal whose keyring is lost comes back by two shares and two supervisors, and by nothing
less (DESIGN 4: recovery key 2-of-3)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.security.authenticators.registration import Registrant, register_person
from app.security.founding.founding import FounderPerson
from app.security.founding.recovering import RECOVERED, Rescue, recover
from app.security.journal.line import State
from tests.support.authenticators import TRAINING
from tests.support.founded import (
    NAMES,
    FoundedTerminal,
    found_terminal,
    software_authenticator,
)
from tests.support.keys import QUICK
from tests.support.shelf import MemoryShelf

FRESH = {"S201": "Hanashobu-27-ame", "S202": "Tsubaki-95-yuki"}


@pytest.fixture
def lost(tmp_path: Path) -> FoundedTerminal:
    """A founded terminal whose keyring is gone."""
    terminal = found_terminal(tmp_path)
    terminal.shelf = MemoryShelf()
    with pytest.raises(EnvironmentFault) as shut:
        terminal.login()
    assert shut.value.code == "keyslots.keyring_lost"
    return terminal


def fresh(*staff_ids: str) -> list[FounderPerson]:
    persons = []
    for staff_id in staff_ids:
        port = software_authenticator()
        name, password = NAMES.get(staff_id, "だれか"), FRESH.get(staff_id, "Ajisai-11-kumo")
        made = register_person(port, TRAINING, Registrant(staff_id, name, password, QUICK))
        persons.append(FounderPerson(staff_id, "", "", made, port))
    return persons


def bring_back(terminal: FoundedTerminal, papers: list[str], persons: list[FounderPerson]) -> int:
    rescue = Rescue(papers, persons)
    house = terminal.rules().house
    return recover(
        terminal.paths, terminal.shelf, "", TRAINING, rescue, terminal.clock, house
    ).journal_line


def test_two_shares_and_two_supervisors_bring_it_back(lost: FoundedTerminal) -> None:
    persons = fresh("S201", "S202")
    line = bring_back(lost, lost.papers[1:], persons)
    for one in persons:
        lost.keys[one.staff_id] = one.authenticator  # type: ignore[assignment]
    door = lost.login()
    session = lost.enter(door, "S201", password=FRESH["S201"])
    assert door.terminal is not None
    assert "admin.supervise" in door.terminal.gate.permitted(session)
    entry = door.terminal.journal.line(line).entry
    assert (entry.state, entry.function_id, entry.staff_id) == (State.EVENT, RECOVERED, "S201")
    assert all(one.registered.credential.credential_id in entry.payload for one in persons)
    door.close()


def test_the_old_passwords_and_keys_open_nothing_any_more(lost: FoundedTerminal) -> None:
    bring_back(lost, lost.papers[:2], fresh("S201", "S202"))
    door = lost.login()
    with pytest.raises(UserError) as refused:
        lost.enter(door, "S201")
    assert refused.value.code == "key.wrong"


@pytest.mark.parametrize(
    ("papers", "who", "code"),
    [
        (slice(0, 1), ("S201", "S202"), "recovery.too_few"),
        (slice(0, 2), ("S201", "S201"), "recover.two_persons"),
        (slice(0, 2), ("S201", "S999"), "recover.not_supervisor"),
    ],
)
def test_nothing_less_suffices(
    lost: FoundedTerminal, papers: slice, who: tuple[str, str], code: str
) -> None:
    before = lost.paths.slots.read_bytes()
    with pytest.raises(UserError) as refused:
        bring_back(lost, lost.papers[papers], fresh(*who))
    assert refused.value.code == code
    assert lost.paths.slots.read_bytes() == before
    assert lost.shelf.read_terminal_secret() is None


def test_a_supervisor_whose_right_has_ended_recovers_nothing(tmp_path: Path) -> None:
    terminal = found_terminal(tmp_path)
    terminal.clock.advance(timedelta(days=181))  # the first founder's rights, not the second's
    with pytest.raises(UserError) as refused:
        bring_back(terminal, terminal.papers[:2], fresh("S201", "S202"))
    assert refused.value.code == "recover.not_supervisor"
