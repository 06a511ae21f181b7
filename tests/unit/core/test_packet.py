"""A packet is what its table of contents says, and only its words open it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.core.packet import CONTENTS, Packet, read_packet
from app.security import packets

PACKET = Packet({"number": "T01-A1"}, {"01-users.csv": b"a,b", "02-log.csv": b"c"})


def _changed(name: str, content: bytes | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PACKET.as_zip())) as source, zipfile.ZipFile(out, "w") as into:
        for entry in source.namelist():
            if entry != name:
                into.writestr(entry, source.read(entry))
        if content is not None:
            into.writestr(name, content)
    return out.getvalue()


def test_the_same_files_make_the_same_bytes_and_come_back() -> None:
    assert (
        PACKET.as_zip() == Packet(PACKET.said, dict(reversed(list(PACKET.files.items())))).as_zip()
    )
    back = read_packet(PACKET.as_zip())
    assert back == PACKET and back.digest == PACKET.digest


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("01-users.csv", b"a,c"),
        ("01-users.csv", None),
        ("03-more.csv", b"more"),
        (CONTENTS, b"{}"),
        (CONTENTS, None),
        ("../outside.csv", b"x"),
    ],
)
def test_what_is_not_as_the_table_says_is_refused(name: str, content: bytes | None) -> None:
    with pytest.raises(EnvironmentFault, match=r"packet\.damaged"):
        read_packet(_changed(name, content))


def test_only_the_words_open_it_and_nothing_is_written_over(tmp_path: Path) -> None:
    path = packets.check_folder(tmp_path, "T01-A1")
    made = packets.write_packet(path, PACKET)
    assert b"users" not in path.read_bytes() and len(made.words) == 23
    assert packets.open_packet(path, f" {made.words.upper()} ") == PACKET
    with pytest.raises(UserError, match=r"packet\.words"):
        packets.open_packet(path, made.words[:-1] + ("a" if made.words[-1] != "a" else "b"))
    with pytest.raises(UserError, match=r"packet\.exists"):
        packets.check_folder(tmp_path, "T01-A1")
    with pytest.raises(UserError, match=r"packet\.folder"):
        packets.check_folder(tmp_path / "none", "T01-A1")
    with pytest.raises(EnvironmentFault, match=r"packet\.unreadable"):
        packets.open_packet(tmp_path / "none.zip.age", made.words)
    packets.lay_out(PACKET, tmp_path / "out")
    assert (tmp_path / "out" / "01-users.csv").read_bytes() == b"a,b"
    with pytest.raises(UserError, match=r"packet\.exists"):
        packets.lay_out(PACKET, tmp_path / "out")
