"""A relay from the empty folder: founded, enrolled with the real union as 中継, ordered by two with
their own keys, run by the machine key; one file goes up and one comes down that only the courier
opens."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.relay import opening
from app.relay.main import order, withdraw
from app.relay.service import Relay, Rhythm
from app.start.setting_up import enrol_terminal
from app.training.people import MUNICIPALITY_CODE
from app.wire.codec import encode_file
from app.wire.files import FILES
from app.wire.frame import Frame
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
from tests.support.line import CODES
from tests.support.sendings import sample


def ordering(folder: Path, card: Path, key: Path) -> argparse.Namespace:
    return argparse.Namespace(
        up=["FILE-03"], down=["FILE-17"], until="2099.1.1", folder=folder, reason="自動連携",
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


@pytest.mark.req("SYS-05")
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
    place.order()
    place.courier.run("trust", place.srv / "relay.card")

    frame = Frame(
        sender="M-1",
        municipality=MUNICIPALITY_CODE,
        business_on="2026-11-16",
        edition=1,
        made_at="2026-11-16T06:00:00+09:00",
    )
    given = tmp_path / "FILE-03_day.csv"
    given.write_bytes(encode_file(FILES["FILE-03"], sample("FILE-03"), CODES, frame))
    parts = parts_of(place.data)
    with opening.opened(parts, opening.machine_key(place.key_file)) as opened:
        relay = Relay(parts, opened, Rhythm(1.0, lambda _s: True, lambda: 1e12))
        relay.once()
        place.courier.run("seal", given, "--out", place.srv / "up")
        status = relay.once()
        assert status["problem"] == "" and status["accepted"] == 1, status
        relay.once()
    came = sorted((place.srv / "down").glob("FILE-17_*.mdg"))
    assert came, "what the union delivered lies there, sealed"
    back = tmp_path / "back"
    back.mkdir()
    place.courier.run("open", came[0], "--out", back)
    assert len(list(back.glob("FILE-17_*.csv"))) == 1

    board = Keyboard(["S201"], [PASSWORDS["S201"]])
    assert withdraw(parts_of(place.data), board.talk(), place.authenticator) == 0
    with (
        pytest.raises(EnvironmentFault, match=r"relay\.wrong_key"),
        opening.opened(parts, opening.machine_key(place.key_file)),
    ):
        raise AssertionError
