"""A relay from the empty folder: founded, enrolled with the real union as 中継, ordered by two with
their own keys, run by the machine key: what happened in the municipality goes up by itself
(自動連携), and what the union makes of it comes down, where only the courier opens it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault, UserError
from app.peers.municipality import life, system
from app.peers.municipality.feeders import write_file
from app.peers.municipality.readers import read_file
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import insured, movement, resident
from app.relay import opening
from app.relay.main import order, withdraw
from app.relay.service import Relay, Rhythm
from app.start.setting_up import enrol_terminal
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from tests.functional.test_setting_up import (
    PASSWORDS,
    Keyboard,
    found_here,
    open_at_any_time,
    parts_of,
    port,
)
from tests.functional.test_setting_up import keys as keys
from tests.functional.test_setting_up import training as training
from tests.functional.test_setting_up import union as union
from tests.support.courier_side import CourierHome
from tests.support.world import MONDAY_MORNING, shared_tables

PERSONS = 60


def ordering(folder: Path, card: Path, key: Path) -> argparse.Namespace:
    return argparse.Namespace(
        up=["FILE-05"], down=["FILE-17"], until="2099.1.1", folder=folder, reason="自動連携",
        courier=card, key_to=key,
    )  # fmt: skip


class Place:
    """One relay on its way: its folder, its keys, the union, the courier with its card."""

    def __init__(self, folder: Path, keys, union) -> None:
        self.folder = folder
        self.data, self.srv = folder / "relay", folder / "srv"
        self.key_file = folder / "relay.key"
        self.keys, self.union = keys, union
        self.courier = CourierHome(folder / "courier")
        self.courier.init()
        self.courier.run("card", "--to", folder)
        self.card = folder / "courier.card"
        self.authority = folder / "authority.pem"
        self.authority.write_bytes(union.authorities)

    def authenticator(self, _talk: object):
        return port(*self.keys.values())

    def enrol(self, answers: list[str], card: Path | None) -> Keyboard:
        board = Keyboard(["S201", *answers], [PASSWORDS["S201"]])
        enrol_terminal(
            self.data,
            self.union.address,
            self.authority,
            board.talk(),
            parts_of(self.data),
            self.authenticator,
            card,
        )
        return board

    def order(self) -> None:
        """Both founders give it, to the first of this month next year."""
        board = Keyboard(["S201", "S202"], [PASSWORDS["S201"]])
        asked = ordering(self.srv, self.card, self.key_file)
        parts = parts_of(self.data)
        today = parts.clock.now().date()
        asked.until = today.replace(year=today.year + 1, day=1).isoformat()
        assert order(asked, parts, board.talk(), self.authenticator) == 0


def seeds() -> list[dict[str, Any]]:
    """People whom the union and the municipal system know alike."""
    place = municipality(shared_tables(), PERSONS, on=MONDAY_MORNING.date())
    return [seed_line(one) for one in islice(place.persons(), PERSONS)]


@contextmanager
def at_home(folder: Path) -> Iterator[Municipality]:
    """The municipal system, on yesterday: what happens next happens today."""
    clock = SystemClock()
    yesterday = clock.now().date() - timedelta(days=1)
    code, tables = MUNICIPALITY_CODE, shared_tables()
    here = system.make(folder / "municipality", tables, clock, code, yesterday)
    system.load(here, [json.dumps(line).encode() for line in seeds()])
    try:
        yield here
    finally:
        here.close()


@contextmanager
def opened_relay(place: Place) -> Iterator[Relay]:
    parts = parts_of(place.data)
    with opening.opened(parts, opening.machine_key(place.key_file)) as opened:
        yield Relay(parts, opened, Rhythm(1.0, lambda _s: True, lambda: 1e12))


def read_back(place: Place, here: Municipality) -> int:
    """The courier opens what came down, the municipal system reads it; how many lines changed."""
    back = place.folder / "back"
    back.mkdir(exist_ok=True)
    changed = 0
    for came in sorted((place.srv / "down").glob("FILE-17_*.mdg")):
        place.courier.run("open", came, "--out", back)
        (file,) = back.glob("FILE-17_*.csv")
        changed += read_file(here, file).changed
        file.unlink()
    return changed


def assert_followed(here: Municipality) -> None:
    """Whoever moved, came, left or died stands in what came back as in the resident register; the
    coverage of those who died or left has ended."""
    with here.read() as connection:
        ours = {row.atena_number: row for row in connection.execute(select(resident))}
        theirs: dict[str, list[Any]] = {}
        for row in connection.execute(select(insured)):
            theirs.setdefault(row.atena_number, []).append(row)
        moved = set(connection.execute(select(movement.c.atena_number)).scalars())
    gone = 0
    for atena in moved:
        for row in theirs[atena]:
            said = json.loads(row.record)
            names = ("name", "household_number", "state", "address")
            told = {name: said[name] for name in names}
            assert told == {name: getattr(ours[atena], name) for name in names}
            if row.insured_number and ours[atena].state != "1":
                assert row.lost_on, "a coverage that goes on after death or moving out"
                gone += 1
    assert gone


@pytest.mark.req("SYS-05", "FILE-05", "FLOW-203")
def test_from_the_empty_folder_to_a_file_each_way(
    tmp_path: Path, keys, training, union, os_keyring_session, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_at_any_time(monkeypatch)
    place = Place(tmp_path, keys, union)
    found_here(place.data, keys)
    with pytest.raises(UserError, match=r"enrol\.courier"):
        place.enrol(["中継"], None)
    with pytest.raises(EnvironmentFault, match=r"enrol\.waiting"):
        place.enrol(["中継"], place.card)
    union.approve_waiting()
    place.enrol(["S202"], place.card)
    union.first.load(seeds())
    place.order()
    place.courier.run("trust", place.srv / "relay.card")

    with at_home(tmp_path) as here, opened_relay(place) as relay:
        union.deliver(MUNICIPALITY_CODE)
        relay.once()
        assert read_back(place, here) >= PERSONS, "all of them once"
        events = life.next_day(here, 12).events
        assert sum(events.values()) > 6, events
        given = write_file(here, "FILE-05", tmp_path)
        place.courier.run("seal", given.path, "--out", place.srv / "up")
        status = relay.once()
        assert status["problem"] == "" and status["accepted"] == 1, status
        relay.once()
        assert 0 < read_back(place, here) < PERSONS, "then what the movements changed"
        assert_followed(here)

    board = Keyboard(["S201"], [PASSWORDS["S201"]])
    assert withdraw(parts_of(place.data), board.talk(), place.authenticator) == 0
    with (
        pytest.raises(EnvironmentFault, match=r"relay\.wrong_key"),
        opening.opened(parts_of(place.data), opening.machine_key(place.key_file)),
    ):
        raise AssertionError
