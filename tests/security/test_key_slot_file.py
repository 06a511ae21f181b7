"""The slot file on disk: each fault of DESIGN 4 has its own cause, in their order."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
from pathlib import Path

import cbor2
import pytest

from app.core import files
from app.core.errors import EnvironmentFault
from app.security.keys.slot_model import encode_slot_file
from app.security.keys.slot_storage import (
    VERSION,
    frame,
    read_slot_file,
    read_unauthenticated,
    write_slot_file,
)
from app.security.keys.terminal_secret import new_terminal_secret
from tests.support.keys import Founded, founded

CONTENT = 8 + 32 + 2 + 32


@pytest.fixture
def place() -> Founded:
    return founded()


@pytest.fixture
def path(place: Founded, tmp_path: Path) -> Path:
    path = tmp_path / "keys.slots"
    write_slot_file(path, place.file, place.terminal)
    return path


def _fault(path: Path, terminal: object) -> str:
    with pytest.raises(EnvironmentFault) as raised:
        read_slot_file(path, terminal)  # type: ignore[arg-type]
    assert raised.value.message and raised.value.remedy
    return raised.value.code


def _with_right_checksum(raw: bytes) -> bytes:
    return raw[:8] + hashlib.sha256(raw[40:]).digest() + raw[40:]


def test_what_was_written_is_read_and_nobody_else_may_read_it(place: Founded, path: Path) -> None:
    assert read_slot_file(path, place.terminal) == place.file
    assert read_unauthenticated(path) == dataclasses.replace(place.file, holders=())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_missing_file_is_told_apart(place: Founded, tmp_path: Path) -> None:
    assert _fault(tmp_path / "none", place.terminal) == "keyslots.missing"
    assert _fault(tmp_path, place.terminal) == "keyslots.unreadable"


@pytest.mark.parametrize("place_of_bit", [0, 9, 41, 45, 80, -1])
def test_a_flipped_bit_anywhere_is_damage(place: Founded, path: Path, place_of_bit: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place_of_bit] ^= 1
    path.write_bytes(raw)
    assert _fault(path, place.terminal) == "keyslots.damaged"


@pytest.mark.parametrize("length", [0, 7, 39, 41, 60, 200])
def test_a_torn_file_is_damage(place: Founded, path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    assert _fault(path, place.terminal) == "keyslots.damaged"


def test_another_version_comes_after_the_checksum_and_before_the_keyring(
    place: Founded, path: Path
) -> None:
    path.write_bytes(frame(encode_slot_file(place.file), place.terminal, VERSION + 1))
    assert _fault(path, None) == "keyslots.version"


def test_a_lost_keyring_and_another_terminal_are_told_apart(place: Founded, path: Path) -> None:
    assert _fault(path, None) == "keyslots.keyring_lost"
    assert _fault(path, new_terminal_secret("T02")) == "keyslots.other_terminal"


def test_another_os_account_is_told_which_one_to_use(place: Founded, path: Path) -> None:
    file = dataclasses.replace(place.file, account="madoguchi01")
    write_slot_file(path, file, place.terminal)
    with pytest.raises(EnvironmentFault) as raised:
        read_slot_file(path, None, "sato")
    assert raised.value.code == "keyslots.other_account"
    assert "madoguchi01" in raised.value.message and "madoguchi01" in raised.value.remedy
    for account in ("madoguchi01", ""):
        with pytest.raises(EnvironmentFault) as raised:
            read_slot_file(path, None, account)
        assert raised.value.code == "keyslots.keyring_lost"
    assert read_slot_file(path, place.terminal, "sato") == file


def test_content_changed_with_a_right_checksum_is_tampering(place: Founded, path: Path) -> None:
    raw = path.read_bytes().replace(place.file.store_id.encode(), b"S" * len(place.file.store_id))
    path.write_bytes(_with_right_checksum(raw))
    assert _fault(path, place.terminal) == "keyslots.tampered"
    assert _fault(path, new_terminal_secret("T02")) == "keyslots.other_terminal"
    assert _fault(path, new_terminal_secret("T01")) == "keyslots.tampered"


def test_a_right_frame_around_something_else_is_damage(place: Founded, path: Path) -> None:
    path.write_bytes(frame(b"\xa1aa\x01", place.terminal))
    assert _fault(path, place.terminal) == "keyslots.damaged"


def test_a_slot_file_is_written_only_with_its_own_terminals_secret(
    place: Founded, path: Path
) -> None:
    with pytest.raises(ValueError, match="own terminal"):
        write_slot_file(path, place.file, new_terminal_secret("T02"))


@pytest.mark.parametrize(
    ("number", "code"),
    [(28, "disk.full"), (122, "disk.full"), (13, "disk.write_refused"), (5, "disk.write_failed")],
)
def test_a_failed_write_leaves_the_old_file_and_no_rest(
    place: Founded, path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    before = path.read_bytes()

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", fail)  # type: ignore[attr-defined]
    with pytest.raises(EnvironmentFault) as raised:
        write_slot_file(path, place.file, place.terminal)
    assert raised.value.code == code
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_no_staff_id_lies_in_the_file(place: Founded, path: Path) -> None:
    raw = path.read_bytes()
    for holder in place.file.holders:
        for own in (holder.keys.staff_id.encode(), holder.keys.salt, holder.keys.public.encode()):
            assert own not in raw
        assert all(slot.credential_id not in raw for slot in holder.keys.slots)


def test_holders_of_another_file_do_not_fit(place: Founded, path: Path) -> None:
    """Cut out of an older file of the same terminal and put under a newer one's plain part, by
    somebody who has the terminal secret for the MAC too."""
    newer = dataclasses.replace(place.file, revision=place.file.revision + 1)
    old = cbor2.loads(path.read_bytes()[CONTENT:])
    write_slot_file(path, newer, place.terminal)
    new = cbor2.loads(path.read_bytes()[CONTENT:])
    mixed = cbor2.dumps(new | {"holders": old["holders"]}, canonical=True)
    path.write_bytes(frame(mixed, place.terminal))
    assert _fault(path, place.terminal) == "keyslots.tampered"


def test_a_file_of_version_1_is_read_and_written_anew_as_the_newest(
    place: Founded, path: Path
) -> None:
    path.write_bytes(frame(encode_slot_file(place.file), place.terminal, 1))
    assert read_slot_file(path, place.terminal) == place.file
    assert _fault(path, new_terminal_secret("T01")) == "keyslots.tampered"
    write_slot_file(path, read_slot_file(path, place.terminal), place.terminal)
    assert place.file.holders[0].keys.staff_id.encode() not in path.read_bytes()
