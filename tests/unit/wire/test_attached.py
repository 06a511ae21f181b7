"""A list with its files in one stream: what was packed comes out; nothing else is taken."""

from __future__ import annotations

import io
import tarfile

import pytest

from app.wire.attached import LIST, Packing, members_of
from app.wire.refusals import ContainerRefused

MEMBERS = ((LIST, b"a,b\n"), ("part-00001.pdf", b"%PDF" * 700), ("part-00002.pdf", b""))


@pytest.mark.parametrize("size", [1, 511, 4096, -1])
def test_what_was_packed_comes_out_however_it_is_read(size: int) -> None:
    source, whole = Packing(MEMBERS), b""
    while block := source.read(size):
        whole += block
    assert tuple(members_of(io.BytesIO(whole))) == MEMBERS
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        assert archive.getnames() == [name for name, _ in MEMBERS], "any tar program reads it"


def packed(*infos: tarfile.TarInfo) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for one in infos:
            archive.addfile(one, io.BytesIO(bytes(one.size)))
    out.seek(0)
    return out


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    "harm",
    [
        (member("../part.pdf"),),
        (member("/etc/part.pdf"),),
        (member("a/part.pdf"),),
        (member("part.exe"),),
        (member("part.pdf", tarfile.SYMTYPE, "/etc/passwd"),),
        (member("part.pdf", tarfile.DIRTYPE),),
        (member("part.pdf"), member("part.pdf")),
    ],
    ids=["up", "root", "folder", "program", "link", "directory", "twice"],
)
def test_what_could_reach_outside_is_refused(harm: tuple[tarfile.TarInfo, ...]) -> None:
    with pytest.raises(ContainerRefused, match=r"container\.body"):
        list(members_of(packed(*harm)))


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(ContainerRefused, match=r"container\.body"):
        list(members_of(io.BytesIO(b"no archive at all" * 100)))
    with pytest.raises(ValueError, match="name"):
        Packing((("../x.pdf", b""),)).read()
