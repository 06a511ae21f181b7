"""A package of tables changed by hand in the store: they are not used, and it is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from app.core.tables import shipped_tables
from app.functions.admin import table_packages
from app.start.compose import Parts
from app.start.installation import Installation
from db.tables.control import control_row
from tests.support.founded import FoundedTerminal, found_terminal
from tests.support.table_packages import MEALS, package_of, trust_in

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def put_for_tomorrow(terminal: FoundedTerminal) -> None:
    door = terminal.login()
    session = terminal.enter(door, "S201")
    assert door.terminal is not None
    gate = door.terminal.gate
    trust_in(door.terminal.store, KEY)
    since = gate.now().date() + timedelta(days=1)
    prepared = table_packages.prepare_put(
        gate, session, package_of(KEY, since), since, shipped_tables()
    )
    table_packages.perform_put(gate, prepared, terminal.touches(gate, prepared, "S202"))
    door.close()


def used(terminal: FoundedTerminal) -> tuple[str, str]:
    """The version that a login gets, and what the person is told."""
    door = terminal.login()
    terminal.enter(door, "S202")
    assert door.terminal is not None
    parts = Parts(
        terminal.paths,
        terminal.clock,
        terminal.tables,
        Installation(True, "999998", "見本市", ""),
        terminal.shelf,
    )
    found, told = parts.in_force(door.terminal)
    door.close()
    return found.tables.version, told


def test_another_figure_written_into_the_package_is_not_used(tmp_path: Path) -> None:
    terminal = found_terminal(tmp_path)
    put_for_tomorrow(terminal)
    terminal.clock.advance(timedelta(days=1))
    shipped = terminal.tables.version
    assert used(terminal) == (f"{shipped}+1", "")
    door = terminal.login()
    terminal.enter(door, "S202")
    assert door.terminal is not None
    with door.terminal.store.update(("control_row",), ("control_row",)) as work:
        rows = work.all(select(control_row.c.number, control_row.c.body))
        number, body = max((row.number, bytes(row.body)) for row in rows)
        assert b"general = 777" in body and MEALS.encode() in body
        wanted = body.replace(b"general = 777", b"general = 778")
        work.run(update(control_row).where(control_row.c.number == number).values(body=wanted))
    door.close()
    version, told = used(terminal)
    assert version == shipped
    assert "署名と合わない行" in told and told.endswith("。")
