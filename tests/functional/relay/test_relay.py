"""``madoguchi relay``: unattended, sealed, under a standing order of two persons (DESIGN 6)."""

from __future__ import annotations

import argparse
import configparser
import io
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from app.core.errors import MadoguchiError
from app.core.paths import RESOURCES
from app.main import main as program
from app.relay import opening
from app.relay.main import _parser
from app.relay.main import _status as status_command
from app.relay.service import STATUS, told_status
from app.security.control.state import REGISTERED, ControlState, Terminal
from app.sync.faults import line_fault
from app.sync.terminal_keys import remove_values, write_values
from app.wire.cards import open_card
from app.wire.container import peek
from app.wire.files import FILES
from db.tables.exchange import inbox, outbox, staged_record
from db.tables.media import standing_order
from tests.support.founded import believing
from tests.support.parties import Party, container
from tests.support.relay_room import DOWN, UP, RelayRoom
from tests.support.sendings import rows, sample
from tests.support.soak import tries
from tests.support.world import DATA_KEY, world_in

ROOT = Path(__file__).resolve().parents[3]


def refuses(code: str):
    return pytest.raises(MadoguchiError, match=code.replace(".", r"\."))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RelayRoom]:
    with world_in(tmp_path) as world:
        yield RelayRoom(world, tmp_path)


@pytest.mark.req("SYS-05", "FILE-05")
def test_a_sealed_file_goes_up_without_anybody_and_without_being_opened(room: RelayRoom) -> None:
    order, _ = room.order(up=("FILE-05",))
    room.put("FILE-05_1.mdg", room.sealed("FILE-05"))
    status = room.once()
    assert status["state"] == "working" and status["taken"] == ["FILE-05_1.mdg"]
    ((sent_id, records),) = room.union.taken
    assert records == sample("FILE-05")
    (row,) = rows(room.world, outbox)
    assert (row.id, row.file_id, row.state) == (sent_id, "FILE-05", "accepted")
    assert row.confirmed_by == " ".join(order.persons), "the two persons of the order (SEC-114)"
    assert room.names("up") == []


@pytest.mark.req("SYS-05")
def test_what_comes_down_lies_sealed_for_the_courier_alone(room: RelayRoom) -> None:
    room.order()
    room.union.terminal = replace(room.union.terminal, receiving=room.courier.receiving)
    item = room.union.announce(DOWN, list(sample(DOWN)))
    status = room.once()
    assert status["received"] == [DOWN]
    (name,) = room.names("down")
    data = (room.folders.down / name).read_bytes()
    head = peek(io.BytesIO(data))
    opened = pyrage.decrypt(data[-head.body.cipher_size :], [room.courier.receiving])
    assert sample(DOWN)[0].name.encode() in opened
    assert [one.id for one in room.union.acknowledged] == [item.id]
    assert rows(room.world, staged_record) == []
    assert [row.state for row in rows(room.world, inbox)] == ["applied"]


@pytest.mark.req("SYS-05")
def test_outside_of_the_order_everything_waits(room: RelayRoom) -> None:
    room.put("FILE-03_1.mdg", room.sealed())
    room.union.announce(DOWN, list(sample(DOWN)))
    assert room.once()["state"] == "no_order"
    room.order(up=(UP,), down=())
    other = room.put("FILE-01_1.mdg", room.sealed("FILE-01"))
    status = room.once()
    assert status["taken"] == ["FILE-03_1.mdg"]
    assert {one["why"] for one in status["waiting"]} == {"常時の指示にないファイルです。"}
    assert len(status["waiting"]) == 2
    assert other.exists() and room.names("down") == [] and room.union.acknowledged == []
    for _ in range(5):
        room.world.later(days=28)
        status = room.once()
    assert status["state"] == "order_ended"
    assert len(room.union.taken) == 1


@pytest.mark.req("SYS-05")
def test_an_order_is_given_by_two_for_a_year_at_most(room: RelayRoom) -> None:
    for until in ("2027-11-17", "2026-11-15"):
        with refuses("relay.period"):
            room.order(until=until)
    for up, down in (((), ()), (("FILE-17",), ()), (("FILE-03",), ("FILE-03",)), (("X",), ())):
        with refuses("relay.files"):
            room.order(up=up, down=down)
    order, own = room.order()
    assert len(set(order.persons)) == 2
    card = open_card(own)
    assert card.receiving == "" and card.union_receiving == room.union.me.recipient
    room.order(down=())
    kept = [row for row in rows(room.world, standing_order) if not row.withdrawn_at]
    assert [row.files_down for row in kept] == [""], "a new order takes the place of the old one"
    assert room.withdraw() == 1
    assert room.once()["state"] == "no_order"


def test_no_counter_becomes_a_relay(room: RelayRoom) -> None:
    room.world.set_fact("profile", "counter")
    with refuses("relay.profile"):
        room.order()
    room.world.set_fact("profile", "relay")
    with room.world.hands_on("terminal_key") as work:
        write_values(work, {"receiving:1": str(room.courier.receiving).encode()})
    with refuses("relay.opens"):
        room.order()
    with room.world.hands_on("terminal_key") as work:
        remove_values(work, ("receiving:1",))
    with refuses("media.other_municipality"):
        room.order(card=room.card(municipality="131016"))


def test_a_half_written_file_is_left_until_it_is_whole(room: RelayRoom) -> None:
    room.order()
    data = room.sealed()
    path = room.put("FILE-03_1.mdg", data[: len(data) // 2])
    room.file_time = path.stat().st_mtime + 1
    status = room.once()
    assert status["waiting"] == [{"name": "FILE-03_1.mdg", "why": "書き終わるのを待っています。"}]
    assert room.names("up") == ["FILE-03_1.mdg"]
    path.write_bytes(data)
    room.file_time = path.stat().st_mtime + 1
    assert room.once()["taken"] == ["FILE-03_1.mdg"]
    hidden = room.put(".FILE-03_2.mdg.aa.tmp", data)
    room.file_time = 1e12
    assert room.once()["taken"] == [] and hidden.exists()


@pytest.mark.parametrize("kind", ["torn", "stranger", "repeat", "readable", "garbage"])
def test_what_cannot_be_taken_lies_aside_with_its_reason(room: RelayRoom, kind: str) -> None:
    room.order()
    first = room.sealed()
    room.put("FILE-03_1.mdg", first)
    room.once()
    stranger = Party("C-152994")
    made = {
        "torn": lambda: room.sealed()[:-3],
        "stranger": lambda: container(
            stranger, Party("T01", receiving=room.union.me.receiving), room.union.archive,
            file_id=UP,
        ),
        "repeat": lambda: container(
            room.courier, Party("T01", receiving=room.union.me.receiving), room.union.archive,
            file_id=UP,
        ),
        "readable": lambda: container(
            room.courier, Party("T01"), room.union.archive, file_id=UP,
            place=room._places[UP],
        ),
        "garbage": lambda: b"not a container at all",
    }  # fmt: skip
    room.put("FILE-03_2.mdg", made[kind]())
    (refused,) = room.once()["refused"]
    assert refused["name"] == "FILE-03_2.mdg" and "（container." in refused["why"]
    assert room.names("refused") == ["FILE-03_2.mdg", "FILE-03_2.mdg.txt"]
    reason = (room.folders.refused / "FILE-03_2.mdg.txt").read_text(encoding="utf-8")
    assert "（container." in reason and reason.count("\n") == 3
    assert len(room.union.taken) == 1


def test_a_gap_waits_for_the_one_before(room: RelayRoom) -> None:
    room.order()
    first, second = room.sealed(), room.sealed(records=[sample(UP)[0]])
    room.put("FILE-03_2.mdg", second)
    status = room.once()
    assert [one["why"] for one in status["waiting"]] == ["前のファイルが届くのを待っています。"]
    room.put("FILE-03_1.mdg", first)
    assert sorted(room.once()["taken"]) == ["FILE-03_1.mdg", "FILE-03_2.mdg"]
    assert [len(records) for _, records in room.union.taken] == [2, 1]


def test_a_line_that_is_down_keeps_what_was_taken(room: RelayRoom) -> None:
    room.order()
    room.put("FILE-03_1.mdg", room.sealed())

    def down(_name: str) -> None:
        raise line_fault("unreachable")

    room.union.before = down
    status = room.once()
    assert status["state"] == "trouble" and "line.unreachable" in status["problem"]
    assert status["to_send"] == 1 and room.names("up") == []
    room.union.before = lambda _name: None
    room.world.later(minutes=20)
    assert room.once()["accepted"] == 1


@pytest.mark.req("SYS-05")
def test_the_status_tells_trouble_age_and_the_end_of_the_order(
    room: RelayRoom, capsys: pytest.CaptureFixture[str]
) -> None:
    data = room.world.paths.data
    lines, well = told_status(data, room.world.clock.now())
    assert not well and "まだ一度も" in lines[0]
    room.order()
    room.once()
    arguments = argparse.Namespace()
    assert status_command(arguments, data, room.world.clock) == 0
    assert "動いています" in capsys.readouterr().out
    room.world.later(minutes=10)
    lines, well = told_status(data, room.world.clock.now())
    assert not well and "止まっています" in lines[0]
    for _ in range(4):
        room.world.later(days=28)
        room.once()
    lines, _ = told_status(data, room.world.clock.now())
    assert any("期限が近づいています" in line for line in lines)
    room.world.later(days=60)
    assert "clock.leap" in room.once()["problem"], "told, and the program goes on"
    (data / STATUS).write_text("{")
    assert not told_status(data, room.world.clock.now())[1]


def registered(state: ControlState) -> None:
    state.terminal = Terminal(REGISTERED)


def test_only_the_machine_key_of_the_order_opens_the_relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    believing(monkeypatch, registered)  # the scene's store was enrolled by nobody's act
    with world_in(tmp_path) as world:
        room = RelayRoom(world, tmp_path)
        room.order()
        key = bytes.fromhex(opening.give_key(world.paths, DATA_KEY))
    assert DATA_KEY not in (world.paths.data / opening.SLOT).read_bytes()
    with opening.opened(room.parts, key) as relay:
        assert relay.store.identity.terminal == "T01"
        with relay.hand.system("relay.carry"):
            pass
    with refuses("relay.wrong_key"), opening.opened(room.parts, bytes(32)):
        raise AssertionError
    opening.take_key_back(world.paths)
    with refuses("relay.wrong_key"), opening.opened(room.parts, key):
        raise AssertionError


def test_the_machine_key_comes_from_the_system_or_a_named_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with refuses("relay.no_key"):
        opening.machine_key(None)
    (tmp_path / opening.CREDENTIAL).write_text("ab" * 32 + "\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert opening.machine_key(None) == b"\xab" * 32
    (tmp_path / "short").write_text("abcd")
    with refuses("relay.no_key"):
        opening.machine_key(tmp_path / "short")


def test_the_shipped_unit_starts_the_documented_command() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(RESOURCES / "systemd" / "madoguchi-relay.service")
    command = unit["Service"]["ExecStart"].split()
    assert command[:2] == ["/usr/bin/madoguchi", "relay"]
    assert _parser().parse_args(command[2:]).act == "run"
    assert unit["Service"]["LoadCredentialEncrypted"].split(":")[0] == opening.CREDENTIAL
    assert unit["Service"]["KillSignal"] == "SIGTERM"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


SERVING = """
import sys
from pathlib import Path
from tests.support.relay_serving import serve
sys.exit(serve(Path(sys.argv[1]), sys.argv[2]))
"""


def test_a_signal_ends_it_in_order_and_a_second_start_goes_on(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        room = RelayRoom(world, tmp_path)
        room.order()
        key = opening.give_key(world.paths, DATA_KEY)
    data = world.paths.data
    for number in (signal.SIGTERM, signal.SIGINT)[: tries(1, 2)]:
        with subprocess.Popen(
            [sys.executable, "-c", SERVING, str(data), key],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
        ) as child:
            (data / STATUS).unlink(missing_ok=True)
            end = time.monotonic() + 60
            while not (data / STATUS).exists():
                assert child.poll() is None and time.monotonic() < end, child.stderr.read()
                time.sleep(0.05)
            child.send_signal(number)
            assert child.wait(timeout=30) == 0
    assert stat.S_IMODE((data / STATUS).stat().st_mode) == 0o600


def test_the_documented_command_answers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        program(["--data", str(tmp_path), "relay", "help"])
    assert ended.value.code == 0 and "status" in capsys.readouterr().out
    assert program(["--data", str(tmp_path), "relay", "status"]) == 1
    assert UP in FILES
