"""The control log exported and proved by somebody else (docs/auditing.md 5): the independent
verifier finds what the program finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.security.acts.approval import read_signed
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import SettingChange
from app.security.control.log import after, read_row
from app.security.control.proof import Prover
from app.security.control.rows import read_log
from app.security.control.state import ORIGIN
from app.security.journal.export import Rules, exported
from app.security.journal.findings import PublicKey, UnionWord
from tests.security.test_signed_rights import (
    CHANGE,
    forged_row,
    leaving_of,
    newcomer,
    opened,
    row_for_another_store,
    with_content,
)
from tests.support import independent_control
from tests.support.founded import FoundedTerminal, found_terminal
from tests.support.independent_control import Control
from tests.support.signers import Signer

Rows = list[tuple[int, bytes, bytes]]


def lived_in(folder: Path) -> FoundedTerminal:
    """A founded terminal at which a third person was registered, asked for and left."""
    terminal = found_terminal(folder)
    newcomer(terminal)
    terminal.clock.advance(timedelta(hours=1))
    door, session = opened(terminal)
    terminal.sign(door, session, "admin.change_setting", CHANGE)
    terminal.sign(door, session, "admin.mark_leaver", leaving_of(door, "S301"), "S202")
    door.close()
    return terminal


def wider(content: Any) -> Any:
    content[1]["asked"][0][1]["function_ids"] = ["admin.approve_grant"]
    return content


def unsigned_deed(log: list[bytes]) -> list[bytes]:
    """The newcomer, who holds no right, signs with the own key and an outside tool."""
    said = read_signed(read_row(log[2]).evidence[0].signed)
    content = SettingChange("lock.idle_minutes", "60")
    return [*log, forged_row(said, content, Signer.of("S301"), "S301", at=said.at)]


def chained(bodies: list[bytes]) -> Rows:
    """The rows with a chain that an attacker with an outside tool made anew."""
    head, log = ORIGIN, []
    for body in bodies:
        head = after(head, body)
        log.append((head.number, head.hash, body))
    return log


ATTACKS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "other content": lambda log: [*log[:2], with_content(log[2], wider), *log[3:]],
    "a row taken out": lambda log: [*log[:3], *log[4:]],
    "another order": lambda log: [log[0], log[2], log[1], *log[3:]],
    "the same act again": lambda log: [*log, log[3]],
    "without a right": unsigned_deed,
}


@pytest.mark.req("SEC-105")
def test_the_control_log_is_proved_by_somebody_else_and_every_attack_found_by_both(
    tmp_path: Path,
) -> None:
    terminal = lived_in(tmp_path)
    door, _ = opened(terminal)
    assert door.terminal is not None
    journal, house = door.terminal.journal, terminal.rules().house
    with door.terminal.store.view(("control_row",)) as work:
        rows = read_log(work)
    keys = {
        id_: PublicKey(key.staff_id, key.entry.public_key)
        for id_, key in door.terminal.control.state.keys.items()
    }
    functions = tuple(terminal.rules().catalog.values())

    def outside(log: Rows) -> list[tuple[int, str]]:
        at, rules = terminal.clock.now(), Rules(functions, log)
        text = "\n".join(exported(journal, keys, UnionWord(), at, rules))
        return list(Control(text).faults())

    assert len(rows) == 5
    assert outside(rows) == []
    for name, attack in ATTACKS.items():
        log = chained(attack([body for _, _, body in rows]))
        assert Prover(house, verify_assertion).replay(log).faults or len(log) < len(rows), name
        assert outside(log), name
    elsewhere = row_for_another_store(terminal, rows[2][2])
    log = chained([*(body for _, _, body in rows[:3]), elsewhere])
    proved = Prover(house, verify_assertion).replay(log)
    assert [(one.number, one.code) for one in proved.faults] == [(4, "store")]
    assert outside(log)[0] == (0, "control row 4: signed for another store")
    last = rows[1][2][-1] ^ 1  # of a signature: any byte may have been there
    flipped = [rows[0], (2, rows[1][1], rows[1][2][:-1] + bytes([last])), *rows[2:]]
    assert outside(flipped) == [(0, "control row 2 is missing or changed")]
    door.close()


def test_an_export_without_the_control_log_names_nobody(tmp_path: Path) -> None:
    door, _ = opened(found_terminal(tmp_path))
    assert door.terminal is not None
    now = door.terminal.clock.now()
    plain = "\n".join(exported(door.terminal.journal, {}, UnionWord(), now))
    with door.terminal.store.view(("control_row",)) as work:
        whole = Rules((), read_log(work))
    named = "\n".join(exported(door.terminal.journal, {}, UnionWord(), now, whole))
    name = "責任 一郎".encode().hex()
    assert name in named and name not in plain
    door.close()


def test_the_second_verifier_is_short_and_knows_nothing_of_ours() -> None:
    source = Path(independent_control.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 200
    imported = [line.split()[1] for line in source.splitlines() if line.startswith("from ")]
    ours = [one for one in imported if one.split(".")[0] in ("app", "db", "tests")]
    assert ours == [
        "tests.support.independent_signatures",
        "tests.support.independent_verifier",
    ]
