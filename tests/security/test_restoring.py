"""A backup comes back by two shares and two supervisors, and the terminal works on (DESIGN 6)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.functions.admin import upkeep
from app.functions.records import service as records
from app.security import vault
from app.security.authenticators.verify import verify_assertion
from app.security.founding.recovering import Rescue
from app.security.founding.restoring import Place, Restored, find_backup, restore
from app.security.journal.journal import RESTORED
from app.sync import first_load
from tests.security.test_recovering import FRESH, fresh
from tests.support.authenticators import TRAINING
from tests.support.founded import FoundedTerminal, found_terminal

IDLE = "lock.idle_minutes"


def set_idle(terminal: FoundedTerminal, door: Any, session: Any, minutes: str) -> None:
    gate = door.terminal.gate
    prepared = upkeep.prepare_setting(gate, session, upkeep.SettingChange(IDLE, minutes))
    upkeep.perform_setting(gate, prepared, terminal.touches(gate, prepared))


@pytest.fixture
def backed_up(tmp_path: Path) -> FoundedTerminal:
    """A setting before the backup and another one after it."""
    terminal = found_terminal(tmp_path)
    door = terminal.login()
    session = terminal.enter(door, "S201")
    assert door.terminal is not None
    set_idle(terminal, door, session, "7")
    gate, access = door.terminal.gate, door.terminal.access
    prepared = upkeep.prepare_backup(gate, session)
    upkeep.perform_backup(gate, prepared, terminal.touches(gate, prepared), access, terminal.clock)
    set_idle(terminal, door, session, "9")
    door.log_off(session)
    return terminal


def bring_back(
    terminal: FoundedTerminal, papers: list[str] | None = None, name: str = ""
) -> Restored:
    persons = fresh("S201", "S202")
    done = restore(
        Place(terminal.paths, terminal.shelf, ""),
        find_backup(terminal.paths, name),
        TRAINING,
        Rescue(papers or terminal.papers[:2], persons),
        terminal.clock,
        terminal.rules().house,
    )
    for one in persons:
        terminal.keys[one.staff_id] = one.authenticator  # type: ignore[assignment]
    return done


def works(terminal: FoundedTerminal) -> dict[str, Any]:
    """Log in with the fresh factors, do an act, prove the journal; what is found."""
    door = terminal.login()
    session = terminal.enter(door, "S201", password=FRESH["S201"])
    here = door.terminal
    assert here is not None
    idle = here.control.state.in_force.text(IDLE)
    set_idle(terminal, door, session, "6")
    report = records.verify_journal(here.gate, session, here.journal, verify_assertion)
    lines = [line for line in here.journal.lines() if line.entry.function_id == RESTORED]
    found = {
        "idle": idle,
        "epoch": here.store.identity.epoch,
        "findings": [one.code for one in report.findings],
        "lines": here.journal.head.number,
        "restored": len(lines),
        "faults": here.control.faults,
    }
    door.log_off(session)
    return found


def test_a_broken_store_comes_back_and_the_journal_stays(backed_up: FoundedTerminal) -> None:
    backed_up.paths.store.write_bytes(b"broken" * 1000)
    done = bring_back(backed_up)
    assert done.journal_stays and done.epoch == 2
    found = works(backed_up)
    assert (found["idle"], found["epoch"], found["restored"]) == ("7", 2, 1)
    assert found["faults"] == () and found["findings"] == []
    again = bring_back(backed_up)
    assert again.epoch == 3


def test_without_store_journal_slots_and_keyring_everything_is_the_backup_s(
    backed_up: FoundedTerminal,
) -> None:
    for path in (backed_up.paths.store, backed_up.paths.journal, backed_up.paths.slots):
        path.unlink()
    backed_up.shelf.forget()
    done = bring_back(backed_up)
    assert not done.journal_stays
    found = works(backed_up)
    assert (found["idle"], found["epoch"], found["restored"]) == ("7", 2, 1)
    assert found["findings"] == []


def test_the_old_factors_open_nothing_after_a_restore(backed_up: FoundedTerminal) -> None:
    old = dict(backed_up.keys)
    bring_back(backed_up)
    backed_up.keys = old
    door = backed_up.login()
    with pytest.raises(UserError) as refused:
        backed_up.enter(door, "S201")
    assert refused.value.code == "key.wrong"


def _damage(folder: Path) -> None:
    store = folder / "store.db"
    content = bytearray(store.read_bytes())
    content[len(content) // 2] ^= 1
    store.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "papers", "code"),
    [
        (_damage, slice(0, 2), "backup.damaged"),
        (lambda folder: (folder / "journal.db").unlink(), slice(0, 2), "backup.damaged"),
        (lambda _folder: None, slice(0, 1), "recovery.too_few"),
    ],
)
def test_a_damaged_backup_or_one_share_changes_nothing(
    backed_up: FoundedTerminal, harm: Callable[[Path], None], papers: slice, code: str
) -> None:
    harm(find_backup(backed_up.paths, "").folder)
    before = {path: path.read_bytes() for path in (backed_up.paths.store, backed_up.paths.slots)}
    with pytest.raises((UserError, EnvironmentFault)) as refused:
        bring_back(backed_up, backed_up.papers[papers])
    assert refused.value.code == code
    assert {path: path.read_bytes() for path in before} == before


def test_a_backup_elsewhere_is_found_and_a_name_that_is_none_is_said(
    backed_up: FoundedTerminal, tmp_path: Path
) -> None:
    (made,) = vault.list_backups(backed_up.paths)
    away = tmp_path / "stick" / made.folder.name
    shutil.move(made.folder, away)
    assert find_backup(backed_up.paths, str(away)).made_at == made.made_at
    with pytest.raises(EnvironmentFault) as none:
        find_backup(backed_up.paths, "")
    assert none.value.code == "backup.none"
    with pytest.raises(EnvironmentFault) as unknown:
        find_backup(backed_up.paths, "2026")
    assert unknown.value.code == "backup.unknown"


@pytest.mark.parametrize("at", range(1, 6))
def test_cut_short_anywhere_it_goes_through_when_called_again(
    backed_up: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Each write that puts a file in its place, or keeps a secret, is the last one once."""
    from app.core import files

    real, seen = files.put_in_place, 0

    def put(made: Path, place: Path) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            raise OSError("power cut")
        real(made, place)

    places = ("app.security.vault.backups.put_in_place", "app.core.files.put_in_place")
    with monkeypatch.context() as patch:
        for place in places:
            patch.setattr(place, put)
        try:
            bring_back(backed_up)
        except OSError:
            pass
        except EnvironmentFault as fault:
            assert fault.code.startswith(("disk.", "store."))
    assert bring_back(backed_up).epoch >= 2
    assert works(backed_up)["idle"] == "7"


@pytest.mark.parametrize(("profile", "opened"), [("counter", True), ("relay", False)])
def test_an_enrolled_counter_s_first_load_is_open_before_anybody_can_come_in(
    tmp_path: Path, profile: str, opened: bool
) -> None:
    """What it received after the backup is missing; a relay opens nothing and has no register."""
    terminal = found_terminal(tmp_path)
    door = terminal.login()
    session = terminal.enter(door, "S201")
    here = door.terminal
    assert here is not None
    with here.store.update(("store_fact",), ("store_fact",)) as work:
        for name, value in (("line.terminal", "T01"), ("profile", profile)):
            work.set_fact(name, value)
    prepared = upkeep.prepare_backup(here.gate, session)
    given = terminal.touches(here.gate, prepared)
    upkeep.perform_backup(here.gate, prepared, given, here.access, terminal.clock)
    door.log_off(session)
    done = bring_back(terminal)
    door = terminal.login()
    terminal.enter(door, "S201", password=FRESH["S201"])
    assert door.terminal is not None
    with door.terminal.store.view(first_load.READS) as work:
        load = first_load.progress(work)
    assert (load is not None and load.stands == done.made_at and not load.done_at) is opened
