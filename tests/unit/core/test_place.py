"""Where data do not stay whole the program does not start, and says why: each place its own
sentence. The systems are played at the calls that the program makes of them."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.core import place, this_machine
from app.core.errors import EnvironmentFault
from app.core.place import PosixSystem, System, WindowsSystem, badly_named, refuse_place, unfit

LOCAL = "C:\\Users\\madoguchi\\AppData\\Local\\Madoguchi"


@dataclass
class Call:
    """One function of kernel32: it must be declared before it is called."""

    run: Any
    argtypes: Any = None
    restype: Any = None

    def __call__(self, *given: Any) -> int:
        assert self.argtypes is not None and self.restype is ctypes.c_uint32
        for kind, value in zip(self.argtypes, given, strict=True):
            kind.from_param(value)
        return int(self.run(*given))


@dataclass
class Kernel:
    """GetDriveTypeW (learn.microsoft.com/windows/win32/api/fileapi, "GetDriveTypeW function":
    the root with its trailing backslash; 1 for no root, 3 fixed, 4 remote) and GetACP (the
    process's ANSI code page, 932 in Japan unless the manifest asks for 65001)."""

    drives: dict[str, int] = field(default_factory=lambda: {"C:\\": 3, "D:\\": 3, "Z:\\": 4})
    code_page: int = 65001

    def __post_init__(self) -> None:
        self.GetDriveTypeW = Call(lambda root: self.drives.get(root.upper(), 1))
        self.GetACP = Call(lambda: self.code_page)


def windows(kernel: Kernel | None = None, **environment: str) -> System:
    return WindowsSystem(environment, lambda: kernel or Kernel())


def causes(data: str, system: System) -> list[str]:
    """The codes for a path as Windows writes it (absolute there, a plain name here)."""
    return [fault.code for fault in unfit(Path(data), system)]


@pytest.mark.parametrize(
    "data",
    [
        LOCAL,
        "D:\\窓口",
        "C:\\Users\\係 髙﨑\\AppData\\Local\\Madoguchi",
        "\\\\?\\C:\\Users\\madoguchi\\long",
        "C:\\data\\OneDriver",
        "C:\\boxes\\one",
        "C:\\FUNC\\one",
    ],
)
def test_a_place_in_the_machine_is_fit(data: str) -> None:
    assert causes(data, windows(OneDrive="C:\\Users\\madoguchi\\OneDrive")) == []


@pytest.mark.parametrize(
    "data",
    [
        "\\\\server\\share\\madoguchi",
        "\\\\server.city.example\\後期$\\madoguchi",
        "\\\\?\\UNC\\server\\share\\madoguchi",
        "//server/share/madoguchi",
        "Z:\\madoguchi",
        "z:\\a\\b",
        "Z:/madoguchi",
    ],
)
def test_a_network_drive_is_refused(data: str) -> None:
    assert causes(data, windows()) == ["place.network"]


@pytest.mark.parametrize(
    ("data", "environment"),
    [
        ("C:\\Users\\a\\OneDrive\\m", {}),
        ("C:\\Users\\a\\OneDrive - 高崎市役所\\窓口", {}),
        ("C:\\Users\\a\\onedrive\\m", {}),
        ("D:\\同期\\市役所\\m", {"OneDriveCommercial": "D:\\同期"}),
        ("d:\\同期\\市役所\\m", {"OneDrive": "D:\\同期"}),
        ("C:\\Users\\a\\Dropbox (市役所)\\m", {}),
        ("C:\\Users\\a\\Box\\m", {}),
    ],
)
def test_a_folder_that_a_service_copies_is_refused(data: str, environment: dict[str, str]) -> None:
    assert causes(data, windows(None, **environment)) == ["place.synced"]


def test_what_is_said_names_place_service_and_what_to_do() -> None:
    network, *_ = unfit(Path("Z:\\madoguchi"), windows())
    assert "Z:\\madoguchi" in network.message
    assert "ネットワーク" in network.message
    assert "--data" in network.remedy and "消さずに" in network.remedy
    synced, *_ = unfit(Path("C:\\Users\\a\\OneDrive\\m"), windows())
    assert "OneDrive" in synced.message
    assert "OneDrive の対象から外す" in synced.remedy
    assert network.code != synced.code


def test_a_link_into_such_a_folder_is_seen(tmp_path: Path) -> None:
    real = tmp_path / "OneDrive - 市役所" / "m"
    real.mkdir(parents=True)
    link = tmp_path / "data"
    link.symlink_to(real)
    with pytest.raises(EnvironmentFault) as fault:
        refuse_place(link, PosixSystem({}))
    assert fault.value.code == "place.synced"
    refuse_place(tmp_path / "other", PosixSystem({}))


@pytest.mark.parametrize(
    ("kind", "refused"), [("ext4", False), ("nfs4", True), ("cifs", True), ("tmpfs", False)]
)
def test_linux_says_by_its_mounts(tmp_path: Path, kind: str, refused: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "rootfs / ext4 rw 0 0\n"
        f"server:/x /srv/share\\040one {kind} rw 0 0\n"
        "disk /srv/share\\040one/inside ext4 rw 0 0\n",
        encoding="utf-8",
    )
    system = PosixSystem({}, mounts)
    assert causes("/srv/share one/m", system) == (["place.network"] if refused else [])
    assert causes("/srv/share one/inside/m", system) == []
    assert causes("/srv/share one-more/m", system) == []


@pytest.mark.parametrize(
    ("data", "code_page", "told"),
    [
        (LOCAL, 932, False),
        ("C:\\Users\\係 髙﨑\\AppData\\Local\\Madoguchi", 932, True),
        ("C:\\Users\\係 髙﨑\\AppData\\Local\\Madoguchi", 65001, False),
        ("C:\\Users\\𠮷田\\AppData\\Local\\Madoguchi", 1252, True),
    ],
)
def test_a_name_in_kanji_is_told_where_libraries_may_misread_it(
    data: str, code_page: int, told: bool
) -> None:
    assert badly_named(Path(data), windows(Kernel(code_page=code_page))) is told


def test_kernel32_is_what_windows_is_asked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load(name: str) -> Kernel:
        asked.append(name)
        return Kernel()

    monkeypatch.setattr(ctypes, "WinDLL", load, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    system = place.this_system()
    assert isinstance(system, WindowsSystem)
    assert system.is_remote("Z:\\m") and not system.is_remote("C:\\m")
    assert set(asked) == {"kernel32.dll"}


class TestAnotherAccount:
    def test_it_is_told_whose_the_terminal_is(self, tmp_path: Path) -> None:
        note = tmp_path / "Madoguchi" / "account.txt"
        this_machine.refuse_other_account(note, "係 髙﨑")  # nobody said anything yet
        this_machine.note_account(note, "madoguchi")
        this_machine.refuse_other_account(note, "Madoguchi")  # names there are case-blind
        with pytest.raises(EnvironmentFault) as fault:
            this_machine.refuse_other_account(note, "係 髙﨑")
        assert fault.value.code == "place.other_account"
        for part in ("「madoguchi」のもの", "「係 髙﨑」には端末がありません"):
            assert part in fault.value.message
        assert "「madoguchi」でログオンし直して" in fault.value.remedy
        assert str(note) in fault.value.remedy

    def test_the_note_follows_the_account_that_works(self, tmp_path: Path) -> None:
        note = tmp_path / "account.txt"
        this_machine.note_account(note, "first")
        this_machine.note_account(note, "second")
        assert this_machine.account_noted(note) == "second"

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a\nb", b"\x1b[2J", b"  \n"])
    def test_a_note_that_says_nothing_stops_nobody(self, tmp_path: Path, content: bytes) -> None:
        note = tmp_path / "account.txt"
        note.write_bytes(content)
        this_machine.refuse_other_account(note, "me")

    def test_a_note_that_cannot_be_written_stops_nobody(self, tmp_path: Path) -> None:
        (tmp_path / "Madoguchi").write_bytes(b"a file where the folder would be")
        this_machine.note_account(tmp_path / "Madoguchi" / "account.txt", "me")
        this_machine.note_account(None, "me")
        this_machine.refuse_other_account(None, "me")

    def test_windows_alone_has_the_common_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert this_machine.shared_note() is None
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setenv("PROGRAMDATA", "/programdata")
        assert this_machine.shared_note() == Path("/programdata/Madoguchi/account.txt")
