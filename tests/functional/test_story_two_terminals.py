"""Two terminals are two processes with two data directories, two keyrings, two certificates."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import MadoguchiError
from app.core.paths import Paths
from app.demo.keys import KeyDrawer
from app.demo.people import CLERK, FOUNDERS
from app.demo.room import Script, enrol_training_terminal, found_training_terminal
from app.functions.admin import enrolment, following
from app.security.keys.os_keyring import OsKeyring
from app.start.compose import make_parts
from app.sync import outbox as outgoing
from db.tables.exchange import inbox, outbox
from tests.support.children import PATIENCE_SECONDS, in_child, in_children
from tests.support.keyring_daemon import KeyringDaemon, keyring_daemon
from tests.support.keys import QUICK
from tests.support.line import CODES
from tests.support.sendings import TABLES, act_of
from tests.support.stories import Story, in_keyring


@dataclass(frozen=True)
class Other:
    """Terminal B: its folder, its people's keys, its machine's keyring."""

    data: Path
    keys: Path
    ring: KeyringDaemon


@pytest.fixture
def other(story: Story, tmp_path: Path) -> Iterator[Other]:
    """A second terminal of the municipality, founded and enrolled in a process of its own."""
    with keyring_daemon() as ring:
        made = Other(tmp_path / "b" / "terminal", tmp_path / "b" / "keys", ring)
        made.keys.mkdir(parents=True)

        def found_and_enrol() -> None:
            keys = KeyDrawer(touched_at_once=True, folder=made.keys)
            found_training_terminal(Paths(made.data), keys, story.clock, QUICK)
            parts = make_parts(made.data, story.clock, OsKeyring)
            script = Script(parts, keys, parts.doorway(lambda: True))
            session = script.enter(FOUNDERS[0])
            enrol_training_terminal(script, session, FOUNDERS[1].staff_id, story.union)
            script.doorway.close()

        with in_keyring(ring):
            in_child(found_and_enrol)
        yield made


def opened_in_a_process(
    story: Story, data: Path, keys: Path, ring: KeyringDaemon | None = None
) -> tuple[str, ...]:
    """Start the program on ``data``, on the machine with ``ring``, as the first founder with a
    right password and key: terminal number, certificate and contact, or why not."""

    def work() -> tuple[str, ...]:
        drawer = KeyDrawer(touched_at_once=True, folder=keys)
        try:
            parts = make_parts(data, story.clock, OsKeyring)
            script = Script(parts, drawer, parts.doorway(lambda: True))
            script.enter(FOUNDERS[0])
        except MadoguchiError as error:
            return (error.code,)
        found = enrolment.keys(script.terminal.engine_hand)
        report = parts.engine(script.terminal, lambda: True).contact()
        assert report.problem is None, report
        script.doorway.close()
        return found.facts.terminal, found.certificate.hex()

    if ring is None:
        return tuple(in_child(work))
    with in_keyring(ring):
        return tuple(in_child(work))


@pytest.mark.req("SEC-70")
def test_a_copied_data_directory_opens_nothing_at_the_other_terminal(
    story: Story, other: Other, tmp_path: Path
) -> None:
    a_keys, b_keys = story.folder / "keys", other.keys
    a = opened_in_a_process(story, story.data, a_keys)
    b = opened_in_a_process(story, other.data, b_keys, other.ring)
    assert (a[0], b[0]) == ("T01", "T02")
    assert a[1] != b[1]  # two certificates

    a_copy = shutil.copytree(story.data, tmp_path / "a-copy")
    b_copy = shutil.copytree(other.data, tmp_path / "b-copy")
    assert opened_in_a_process(story, a_copy, a_keys, other.ring) == ("keyslots.other_terminal",)
    assert opened_in_a_process(story, b_copy, b_keys) == ("keyslots.other_terminal",)
    with keyring_daemon() as empty:  # a third machine that never was a terminal
        assert opened_in_a_process(story, a_copy, a_keys, empty) == ("keyslots.keyring_lost",)

    assert opened_in_a_process(story, story.data, a_keys)[0] == "T01"
    assert opened_in_a_process(story, other.data, b_keys, other.ring)[0] == "T02"


def sends(story: Story, data: Path, keys: Path, records: list[Any], ready: Path) -> list[Any]:
    """Log in on ``data``, let these notifications be sent, wait until the other terminal is ready
    too, and talk with the union until all are accepted: (id, state) of each."""
    parts = make_parts(data, story.clock, OsKeyring)
    script = Script(
        parts, KeyDrawer(touched_at_once=True, folder=keys), parts.doorway(lambda: True)
    )
    script.enter(FOUNDERS[0])
    terminal = script.terminal
    world: Any = SimpleNamespace(clock=story.clock)
    with terminal.store.update(TABLES, TABLES) as work:
        act = act_of(world, work)
        for record in records:
            made = outgoing.prepare(act, "FILE-01", [record], codes=CODES)
            if not outgoing.confirm(act, made, "S101"):
                outgoing.confirm(act, made, "S201")
    (ready / terminal.store.identity.terminal).touch()
    until = time.monotonic() + PATIENCE_SECONDS
    while len(list(ready.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.005)
    engine = parts.engine(terminal, lambda: True)
    for _ in range(3):
        engine.contact()
    with terminal.store.view(("outbox", "inbox")) as work:
        states = [(row.id, str(row.state)) for row in work.all(select(outbox))]
        states += [(row.file_id, "") for row in work.all(select(inbox))]
    script.doorway.close()
    return states


@pytest.mark.req("SEC-98", "SEC-31")
def test_two_terminals_that_send_at_once_are_each_answered_their_own(
    story: Story, other: Other, tmp_path: Path
) -> None:
    """Two processes begin to talk at the same moment, one person among those whom both send."""
    ready = tmp_path / "ready"
    ready.mkdir()
    day = story.clock.now().date()

    def of(prefix: str, *movers: Any) -> list[Any]:
        return [
            one.notification(f"{prefix}-1-{number:06d}", day)
            for number, one in enumerate(movers, start=701)
        ]

    first, second, both = story.movers
    mine = of("T01", first, both)
    theirs = of("T02", second, both)

    def there() -> list[Any]:
        with in_keyring(other.ring):
            return sends(story, other.data, other.keys, theirs, ready)

    here, beyond = in_children(
        lambda: sends(story, story.data, story.folder / "keys", mine, ready), there
    )
    sent = {key for key, state in (*here, *beyond) if state == "accepted"}
    assert len(sent) == 4, (here, beyond)
    assert [key for key, _ in here].count("FILE-16") == 2, "each its own decisions"
    assert [key for key, _ in beyond].count("FILE-16") == 2
    made = Counter(one["notification_id"] for one in story.union.first.act("decisions"))
    assert made == Counter(sent), "each was decided once"


@pytest.mark.req("SEC-70")
def test_the_keys_of_the_others_people_open_nothing_here(story: Story, other: Other) -> None:
    """Same staff ids, same passwords, this machine's keyring: still the wrong keys."""
    assert opened_in_a_process(story, story.data, other.keys)[0] in (
        "key.no_credential",
        "key.wrong",
        "login.wrong_key",
    )


@pytest.mark.req("SEC-49")
def test_a_clerk_enrolled_at_the_first_terminal_sits_down_at_one_that_joins(
    story: Story, other: Other
) -> None:
    """Two data directories, two keyrings, two certificates and the real union between them."""
    assert opened_in_a_process(story, story.data, story.folder / "keys")[0] == "T01"

    def join() -> tuple[str, str]:
        drawer = KeyDrawer(touched_at_once=True, folder=other.keys)
        parts = make_parts(other.data, story.clock, OsKeyring)
        script = Script(parts, drawer, parts.doorway(lambda: True))
        session = script.enter(FOUNDERS[0])
        problem = parts.engine(script.terminal, lambda: True).contact().control_problem
        assert problem is not None
        prepared = following.prepare_follow(script.terminal, session)
        touches = script.approvals(prepared, FOUNDERS[1].staff_id)
        following.perform_follow(script.terminal, prepared, touches)
        code = following.standing(script.terminal).code
        script.doorway.close()
        return problem.code, code

    def sit_down() -> tuple[str, bool, bool]:
        drawer = KeyDrawer(touched_at_once=True, folder=story.folder / "keys")
        parts = make_parts(other.data, story.clock, OsKeyring)
        script = Script(parts, drawer, parts.doorway(lambda: True))
        session = script.enter(CLERK)
        report = parts.engine(script.terminal, lambda: True).contact()
        assert (report.problem, report.control_problem) == (None, None)
        may = "persons.open" in script.terminal.gate.permitted(session)
        faultless = script.terminal.control.faults == () == script.terminal.control.strange
        number = script.terminal.store.identity.terminal
        script.doorway.close()
        return number, may, faultless

    with in_keyring(other.ring):
        code, joined = in_child(join)
        assert code == "control.other_genesis" and joined
        assert in_child(sit_down) == ("T02", True, True)
    refused = ("key.no_credential", "key.wrong", "login.wrong_key")
    assert opened_in_a_process(story, other.data, other.keys, other.ring)[0] in refused
