"""The machine's own list of media, read from what Linux and Windows answer (SEC-76)."""

from __future__ import annotations

import ctypes
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import EnvironmentFault
from app.sync.media import devices
from app.sync.media.devices import SystemMedia, read_descriptor, read_lsblk
from app.sync.media.port import Attached
from app.sync.media.scan import CommandScanner


def disk(**values: Any) -> dict[str, Any]:
    """A device as lsblk tells it: a USB stick unless said otherwise."""
    stick = {
        "name": "sdb",
        "serial": "4C530001 ",
        "model": "Cruzer Blade",
        "rm": True,
        "hotplug": True,
        "ro": False,
        "tran": "usb",
        "type": "disk",
        "mountpoints": [None],
    }
    return stick | values


def part(mount: str | None, **values: Any) -> dict[str, Any]:
    return {"name": "sdb1", "type": "part", "ro": False, "mountpoints": [mount]} | values


def told(*devices_: dict[str, Any]) -> tuple[Attached, ...]:
    return read_lsblk(json.dumps({"blockdevices": list(devices_)}).encode())


def test_a_mounted_stick_is_listed_by_the_serial_of_its_hardware() -> None:
    assert told(disk(children=[part("/media/m1")])) == (
        Attached("4C530001", Path("/media/m1"), "Cruzer Blade", False),
    )


@pytest.mark.req("SEC-76")
def test_what_is_no_removable_medium_is_not_listed() -> None:
    assert told(disk(rm=False, hotplug=False, tran="sata", children=[part("/")])) == ()
    assert told(disk(tran=None, children=[part("/media/m1")])) == ()
    assert told(disk(type="loop", children=[part("/media/m1")])) == ()
    assert told(disk(type="rom", children=[part("/media/cd")])) == ()
    assert told(disk(children=[part(None)])) == (), "plugged in and not mounted"
    assert told(disk(children=[part("[SWAP]")])) == ()


def test_every_partition_counts_and_an_encrypted_one_stands_where_it_was_opened() -> None:
    opened = {"name": "luks", "type": "crypt", "ro": True, "mountpoints": ["/media/m2"]}
    found = told(disk(children=[part("/media/m1"), part(None, children=[opened])]))
    assert [(one.mount, one.read_only) for one in found] == [
        (Path("/media/m1"), False),
        (Path("/media/m2"), True),
    ]


def test_a_stick_without_a_serial_has_none() -> None:
    assert [one.serial for one in told(disk(serial=None, mountpoints=["/media/m1"]))] == [""]


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"blockdevices": 1}', b"\xff"])
def test_another_answer_is_a_fault_and_no_empty_list(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Done:
        stdout = answer

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(subprocess, "run", lambda *_given, **_named: Done())
    with pytest.raises(EnvironmentFault, match=r"media\.list"):
        SystemMedia().attached()


def test_a_machine_without_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(devices, "_LSBLK", ("/nowhere/lsblk",))
    with pytest.raises(EnvironmentFault, match=r"media\.list"):
        SystemMedia().attached()


def descriptor(serial: bytes, model: bytes) -> bytes:
    """A STORAGE_DEVICE_DESCRIPTOR as a driver answers it."""
    texts = model + b"\0" + serial + b"\0"
    at = 40
    head = struct.pack(
        "<IIBBBBIIIIII", 40, at + len(texts), 0, 0, 1, 0, 0, at, 0, at + len(model) + 1, 7, 0
    )
    return head.ljust(at, b"\0") + texts


def test_windows_answers_serial_and_model() -> None:
    assert read_descriptor(descriptor(b"4C530001", b"Cruzer Blade")) == (
        "4C530001",
        "Cruzer Blade",
    )
    assert read_descriptor(b"") == ("", "")
    assert read_descriptor(b"\xff" * 40) == ("", "")


class Create:
    """CreateFileW: the slot of drive F is empty."""

    restype: Any = None

    def __call__(self, name: str, *_rest: Any) -> int | None:
        return ctypes.c_void_p(-1).value if "F:" in name else 7


class Kernel:
    """kernel32 with a fixed disk, a stick and an empty card reader."""

    def __init__(self) -> None:
        self.closed = 0

        self.CreateFileW = Create()

    def GetLogicalDrives(self) -> int:
        return 0b111100

    def GetDriveTypeW(self, root: str) -> int:
        return {"C:\\": 3, "D:\\": 3, "E:\\": 2, "F:\\": 2}[root]

    def DeviceIoControl(self, *given: Any) -> int:
        answer = descriptor(b"4C530001", b"Cruzer Blade")
        given[4].raw = answer.ljust(1024, b"\0")
        given[6]._obj.value = len(answer)
        return 1

    def CloseHandle(self, _handle: Any) -> int:
        self.closed += 1
        return 1

    def GetVolumeInformationW(self, *given: Any) -> int:
        given[5]._obj.value = 0x00080000
        return 1


def test_windows_lists_the_drives_that_are_removable(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel()
    monkeypatch.setattr(ctypes, "WinDLL", lambda *_given, **_named: kernel, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    (only,) = SystemMedia().attached()
    assert (only.serial, only.model, only.read_only) == ("4C530001", "Cruzer Blade", True)
    assert kernel.closed == 1


@pytest.mark.req("SEC-85")
@pytest.mark.parametrize(("code", "clean"), [(0, True), (1, False)])
def test_a_scanner_s_answer_is_its_exit_code(tmp_path: Path, code: int, clean: bool) -> None:
    command = tmp_path / "scanner"
    command.write_text(f'#!/bin/sh\ntest -f "$1" && exit {code}\nexit 9\n')
    command.chmod(0o700)
    file = tmp_path / "file"
    file.write_bytes(b"x")
    verdict = CommandScanner((str(command),)).scan(file)
    assert (verdict.clean, verdict.by) == (clean, "scanner")
    with pytest.raises(EnvironmentFault, match=r"media\.scanner"):
        CommandScanner((str(command),)).scan(tmp_path / "none")
    with pytest.raises(EnvironmentFault, match=r"media\.scanner"):
        CommandScanner(("/nowhere",)).scan(file)
