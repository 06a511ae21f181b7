"""Head and trailer of a file: which it is, whose, of which day and edition, whether it is whole.

    "#HEAD","FILE-17","insured","2","U15","152994","2026-11-20","1","2026-11-21T06:00:00+09:00"
    "municipality_code","atena_number", …          the names of the columns
    "152994","000000000123455", …                  the records
    "#END","1","<SHA-256 of all bytes before this line>"

FILE id, business day and edition tell whether a file is there already; a corrected file is the
next edition of its day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.wire.faults import FileRefused, refused
from app.wire.layout import Kind, column, columns
from app.wire.spec import FileSpec

HEAD = "#HEAD"
END = "#END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the head says beside the layout. ``edition`` counts from 1 within file, municipality
    and business day; ``made_at`` is a moment."""

    sender: str
    municipality: str
    business_on: str
    edition: int
    made_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRecord:
    """The first line of a framed file, after ``#HEAD``."""

    file_id: str = column("ファイル番号", Kind.ID, 10, required=True)
    layout: str = column("レイアウト", Kind.ID, 40, required=True)
    version: str = column("レイアウトの版", Kind.NUMBER, 3, required=True)
    sender: str = column("作成した機関・端末", Kind.ID, 40, required=True)
    municipality: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    business_on: str = column("業務日", Kind.DAY, required=True)
    edition: str = column("その業務日の何番目の版か", Kind.NUMBER, 3, required=True)
    made_at: str = column("作成日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailerRecord:
    """The last line of a framed file, after ``#END``."""

    count: str = column("件数（記録の行の数）", Kind.NUMBER, 9, required=True)
    digest: str = column("この行より前の全部のバイトの SHA-256", Kind.HEX, 64, required=True)


HEAD_COLUMNS = columns(HeadRecord)
TRAILER_COLUMNS = columns(TrailerRecord)


def head_values(spec: FileSpec, frame: Frame) -> list[str]:
    """The values of the head of a file that is written now."""
    return [
        HEAD,
        spec.id,
        spec.layout,
        str(spec.version),
        frame.sender,
        frame.municipality,
        frame.business_on,
        str(frame.edition),
        frame.made_at,
    ]


def read_head(spec: FileSpec, values: Sequence[str], check: Any) -> Frame:
    """The frame that a first line states. ``check(column, value)`` gives the broken rule or "".
    Raises FileRefused: ``head``, ``other_file``, ``version`` or the rule of a value."""
    if len(values) != 1 + len(HEAD_COLUMNS) or values[0] != HEAD:
        raise refused(spec, "head", 1)
    for item, value in zip(HEAD_COLUMNS, values[1:], strict=True):
        rule = check(item, value) if value else "required"
        if rule:
            raise refused(spec, rule, 1, item)
    said = HeadRecord(**dict(zip((one.name for one in HEAD_COLUMNS), values[1:], strict=True)))
    if (said.file_id, said.layout) != (spec.id, spec.layout):
        raise refused(spec, "other_file", 1)
    if int(said.version) != spec.version:
        raise refused(spec, "version", 1, HEAD_COLUMNS[2])
    return Frame(
        sender=said.sender,
        municipality=said.municipality,
        business_on=said.business_on,
        edition=int(said.edition),
        made_at=said.made_at,
    )


def trailer_values(count: int, digest: str) -> list[str]:
    """The values of the trailer."""
    return [END, str(count), digest]


def check_trailer(
    spec: FileSpec, values: Sequence[str], line: int, count: int, digest: str
) -> None:
    """The file is whole. Raises FileRefused: ``trailer``, ``count``, ``digest``."""
    if len(values) != 3 or values[0] != END:
        raise refused(spec, "trailer", line)
    if values[1] != str(count):
        raise refused(spec, "count", line, TRAILER_COLUMNS[0])
    if values[2] != digest:
        raise refused(spec, "digest", line, TRAILER_COLUMNS[1])


def stated_version(data: bytes) -> int | None:
    """The version that the first line of a framed file states, None where there is no head: to
    choose the layout, nothing else; the line is checked when the file is read."""
    first = data.partition(b"\n")[0].split(b'","')
    if len(first) < 4 or first[0] != b'"' + HEAD.encode():
        return None
    text = first[3].decode("ascii", "replace")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def layout_in(spec: FileSpec, data: bytes) -> FileSpec:
    """``spec`` in the version that the file says it has: by its head, without one the newest
    version that has none. ``data`` are its first bytes. Raises FileRefused ``version``."""
    version = stated_version(data)
    known = [spec.at(one) for one in spec.versions]
    if version is None:
        bare = [one for one in known if not one.framed]
        return bare[-1] if bare else spec
    if version not in spec.versions:
        raise refused(spec, "version", 1, HEAD_COLUMNS[2])
    return spec.at(version)


def digest_of(data: bytes) -> str:
    """SHA-256 (hex) as the trailer states it."""
    return hashlib.sha256(data).hexdigest()


__all__ = [
    "END",
    "HEAD",
    "HEAD_COLUMNS",
    "TRAILER_COLUMNS",
    "FileRefused",
    "Frame",
    "check_trailer",
    "digest_of",
    "head_values",
    "layout_in",
    "read_head",
    "stated_version",
    "trailer_values",
]
