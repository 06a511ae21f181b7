"""A drill proves that a backup comes back, and the live store is as it was (SEC-160)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.functions.admin import upkeep
from app.security.founding import drilling
from app.start.setting_up import drill_backup
from app.start.talk import Talk
from tests.support.founded import FoundedTerminal, found_terminal


@pytest.fixture
def backed_up(tmp_path: Path) -> FoundedTerminal:
    terminal = found_terminal(tmp_path)
    door = terminal.login()
    session = terminal.enter(door, "S201")
    assert door.terminal is not None
    gate, access = door.terminal.gate, door.terminal.access
    prepared = upkeep.prepare_backup(gate, session)
    upkeep.perform_backup(gate, prepared, terminal.touches(gate, prepared), access, terminal.clock)
    door.log_off(session)
    return terminal


def state(terminal: FoundedTerminal) -> dict[str, bytes]:
    """Every file of the terminal."""
    data = terminal.paths.data
    return {str(p.relative_to(data)): p.read_bytes() for p in data.rglob("*") if p.is_file()}


def run(terminal: FoundedTerminal, papers: list[str]) -> str:
    said: list[str] = []
    left = iter(papers)
    talk = Talk(pytest.fail, lambda _: next(left), said.append)
    assert drill_backup(terminal.paths.data, "", talk, terminal.clock) == 0
    return "\n".join(said)


@pytest.mark.req("SEC-160")
def test_it_comes_back_and_nothing_of_the_live_store_changes(backed_up: FoundedTerminal) -> None:
    before = state(backed_up)
    (backed_up.paths.data / "drill-cut").mkdir()  # what a power cut left
    said = run(backed_up, backed_up.papers[1:3])
    assert "戻りました" in said and "すべて続いています" in said
    assert state(backed_up) == before


@pytest.mark.req("SEC-160")
def test_a_backup_that_would_not_come_back_is_told_and_nothing_is_left(
    backed_up: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(backed_up)
    with pytest.raises(UserError):
        run(backed_up, [backed_up.papers[0], backed_up.papers[0]])
    (folder,) = backed_up.paths.backups.iterdir()
    store = folder / "store.db"
    whole = store.read_bytes()
    store.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(EnvironmentFault, match=r"backup\.damaged"):
        run(backed_up, backed_up.papers[:2])
    store.write_bytes(whole)
    monkeypatch.setattr(drilling, "chain_hash", lambda *_: b"another")
    with pytest.raises(EnvironmentFault, match=r"drill\.damaged"):
        run(backed_up, backed_up.papers[:2])
    assert state(backed_up) == before
