"""A terminal killed in the middle of an act of administration: afterwards the old state or the new
one, nothing between, and the control log still proves every row.

Few kills in ``make test``, many in ``make soak``; each costs a login (about a second)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import UserError
from app.core.tables import shipped_tables
from app.functions.admin import offices, rights, staff, table_packages, upkeep
from app.functions.own import service as own
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.control.state import ControlState
from app.security.entry.doorway import Doorway
from app.security.staff.session import Session
from app.training.software_key import SoftwareKey
from tests.support.authenticators import Person
from tests.support.founded import PASSWORDS, FoundedTerminal, found_terminal
from tests.support.keys import QUICK
from tests.support.soak import tries
from tests.support.table_packages import package_of, trust_in

KILLS = tries(1, 60)
FRESH = "Nadeshiko-41-ume"
Act = Callable[[FoundedTerminal, Doorway, Session], None]


def _signed(terminal: FoundedTerminal, door: Doorway, prepared: Any, second: str = "") -> Any:
    assert door.terminal is not None
    return terminal.touches(door.terminal.gate, prepared, second)


def move(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    assert door.terminal is not None
    gate = door.terminal.gate
    person = door.terminal.control.state.person("S201")
    change = staff.OfficeChange("S201", "税務課", person.valid_to, person.version)
    prepared = staff.prepare_office(gate, session, change)
    staff.perform_office(gate, prepared, _signed(terminal, door, prepared, "S202"))


def ask(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    assert door.terminal is not None
    gate = door.terminal.gate
    today = gate.now().date()
    wanted = rights.Request(
        "S202", "deputy", ("admin.deputise",), today, today + timedelta(days=30), "代理"
    )
    prepared = rights.prepare_request(gate, session, wanted, gate.catalog, terminal.tables)
    rights.perform_request(gate, prepared, _signed(terminal, door, prepared), gate.catalog)


def take_away(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    assert door.terminal is not None
    gate = door.terminal.gate
    held = door.terminal.control.state.grants_of("S202", "admin.back_up")[0]
    from app.functions.admin.rights_list import GrantLine

    prepared = rights.prepare_revoke(gate, session, [GrantLine(held, "責任 二郎", "控え", "")])
    given = _signed(terminal, door, prepared)
    rights.perform_revoke(gate, prepared, given, lambda: None)


def rekey(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    assert door.terminal is not None
    gate, access = door.terminal.gate, door.terminal.access
    prepared = upkeep.prepare_rotate(gate, session, upkeep.KeyChange(()))
    upkeep.perform_rotate(gate, prepared, _signed(terminal, door, prepared, "S202"), access)


def show(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    assert door.terminal is not None
    gate = door.terminal.gate
    card = offices.OfficeCard(
        "本庁", gate.now().date(), "窓口", "000", "", "見本市長", "", b"", "（公印省略）"
    )
    prepared = offices.prepare_card(gate, session, card)
    offices.perform_card(gate, prepared, _signed(terminal, door, prepared, "S202"))


def tables(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    assert door.terminal is not None
    gate = door.terminal.gate
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    trust_in(door.terminal.store, key)
    since = gate.now().date() + timedelta(days=1)
    data = package_of(key, since)
    prepared = table_packages.prepare_put(gate, session, data, since, shipped_tables())
    table_packages.perform_put(gate, prepared, _signed(terminal, door, prepared, "S202"))


def password(terminal: FoundedTerminal, door: Doorway, session: Session) -> None:
    from threading import Event

    assert door.terminal is not None
    gate, access = door.terminal.gate, door.terminal.access
    question = door.ask("S201")
    assertion = terminal.keys["S201"].assert_(
        question.rp_id,
        question.challenge,
        question.request.credential_ids,
        uv=True,
        prf_salt=question.request.prf_salt,
        cancel=Event(),
    )
    opened = door.own_keys(question, PASSWORDS["S201"], assertion)
    prepared = own.prepare_change(gate, session, access.under_password(opened, FRESH, QUICK))
    given = _signed(terminal, door, prepared)
    own.perform_change(gate, prepared, given, access, opened, FRESH, QUICK)


ACTS: tuple[Act, ...] = (move, ask, take_away, rekey, show, tables, password)


def summary(state: ControlState) -> dict[str, Any]:
    """What the acts above change, and nothing that moves with a login."""
    return {
        "move": state.person("S201").post,
        "ask": len(state.grants_of("S202", "admin.deputise")),
        "take_away": state.grants_of("S202", "admin.back_up")[0].state.value,
        "show": len(state.offices),
        "tables": [one.deed for one in state.packages],
    }


def killed(terminal: FoundedTerminal, act: Act, delay: float) -> None:
    """A child logs in and begins the act; it is killed ``delay`` seconds later."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            door = terminal.login()
            session = terminal.enter(door, "S201")
            os.write(writer, b".")
            act(terminal, door, session)
            os.write(writer, b".")
            time.sleep(60)
        finally:
            os._exit(1)
    os.close(writer)
    assert os.read(reader, 1) == b"."
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)


def keys_as_they_are(made: FoundedTerminal) -> dict[str, CtapAuthenticator]:
    """The same keys with what the child's touches left in their memory."""
    return {
        staff_id: CtapAuthenticator(
            SoftwareKey(made.folder / "keys" / f"{staff_id}.key", touched_at_once=True).plugged,
            Person(),
            seconds=10,
        )
        for staff_id in made.keys
    }


def opened(terminal: FoundedTerminal) -> tuple[Doorway, Session]:
    """Whoever did it comes in: with the old password or the new one, one of them."""
    door = terminal.login()
    try:
        return door, terminal.enter(door, "S201")
    except UserError as refused:
        if refused.code != "login.wrong_password":
            raise
        door = terminal.login()
        return door, terminal.enter(door, "S201", password=FRESH)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_the_old_state_or_the_new_one(tmp_path: Path, act: Act) -> None:
    made = found_terminal(tmp_path / "made")
    door, session = opened(made)
    assert door.terminal is not None
    before = summary(door.terminal.control.state)
    door.log_off(session)
    moments = random.Random(11)
    for at in range(KILLS):
        folder = tmp_path / f"try-{at}"
        shutil.copytree(tmp_path / "made", folder)
        terminal = replace(made, folder=folder)
        terminal.keys = keys_as_they_are(made)
        killed(terminal, act, moments.uniform(0.0, 0.12))
        terminal.keys = keys_as_they_are(made)
        door, session = opened(terminal)
        here = door.terminal
        assert here is not None
        assert here.control.faults == () and here.control.strange == ()
        now = summary(here.control.state)
        assert {name for name in now if now[name] != before[name]} <= {act.__name__}
        again = act is not password  # the same act goes through afterwards, or was done already
        if again and now == before and act is not rekey:
            act(terminal, door, session)
            assert summary(here.control.state)[act.__name__] != before[act.__name__]
        door.log_off(session)
