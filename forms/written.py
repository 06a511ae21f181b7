"""A PDF of ``forms.document`` as its objects: what is printed may be less than, or beside, what was
touched, and every object that stays is byte for byte the one that was proved.

Only files of our own make are read (a table of places, no object streams, nothing added behind).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from app.core.errors import EnvironmentFault

_TRAILER = re.compile(rb"trailer\n<<(.*?)>>\nstartxref\n(\d+)\n%%EOF\n?$", re.S)
_TABLE = re.compile(rb"xref\n0 (\d+)\n")
_ENTRY = 20  # bytes of a line of the table (ISO 32000-1, 7.5.4)
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_KIDS = re.compile(rb"/Count \d+ /Kids \[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")


@dataclass(frozen=True, slots=True)
class Written:
    """The objects of a file by their numbers, whole from ``N 0 obj`` to ``endobj``; the numbers of
    its pages in order and of the list that names them; the trailer's entries; where the table of
    places begins."""

    head: bytes
    objects: Mapping[int, bytes]
    order: tuple[int, ...]
    page_list: int
    trailer: bytes
    table_at: int


def read_written(pdf: bytes) -> Written:
    """Raises EnvironmentFault ``forms.other_make`` for a file of another make."""
    trailer = _TRAILER.search(pdf)
    if trailer is None:
        raise _other_make()
    table_at = int(trailer[2])
    table = _TABLE.match(pdf, table_at)
    if table is None:
        raise _other_make()
    places = {}
    for number in range(1, int(table[1])):
        at = table.end() + number * _ENTRY
        entry = pdf[at : at + _ENTRY]
        if entry[17:18] == b"n":
            places[number] = int(entry[:10])
    objects = _cut(pdf, places, table_at)
    root = _ROOT.search(trailer[1])
    pages = _PAGES.search(objects.get(int(root[1]), b"")) if root else None
    kids = _KIDS.search(objects.get(int(pages[1]), b"")) if pages else None
    if pages is None or kids is None:
        raise _other_make()
    order = tuple(int(one) for one in _REFERENCE.findall(kids[1]))
    if not order or not all(b"/Type /Page\n" in objects.get(one, b"") for one in order):
        raise _other_make()
    head = pdf[: min(places.values())]
    return Written(head, objects, order, int(pages[1]), trailer[1], table_at)


def _cut(pdf: bytes, places: Mapping[int, int], end: int) -> dict[int, bytes]:
    by_place = sorted((place, number) for number, place in places.items())
    objects = {}
    for (start, number), (stop, _) in pairwise([*by_place, (end, 0)]):
        body = pdf[start:stop]
        if not body.startswith(b"%d 0 obj\n" % number) or not body.endswith(b"endobj\n"):
            raise _other_make()
        objects[number] = body
    return objects


def without_pages(pdf: bytes, taken_out: Collection[int]) -> bytes:
    """The file without these pages (from 0) and without what is drawn on them alone; everything
    else stays byte for byte. Raises EnvironmentFault ``forms.other_make``, ValueError when no page
    would be left."""
    if not taken_out:
        return pdf
    read = read_written(pdf)
    kept = [one for at, one in enumerate(read.order) if at not in set(taken_out)]
    if not kept:
        raise ValueError("no page is left")
    gone = set(read.order) - set(kept)
    drawn = {number: _drawn_on(read.objects[number]) for number in read.order}
    gone |= set().union(*(drawn[one] for one in gone)) - set().union(*(drawn[one] for one in kept))
    kids = b" ".join(b"%d 0 R" % one for one in kept)
    listed = _KIDS.sub(b"/Count %d /Kids [ %s ]" % (len(kept), kids), read.objects[read.page_list])
    objects = {number: body for number, body in read.objects.items() if number not in gone}
    return _whole(read, {**objects, read.page_list: listed})


def _drawn_on(page: bytes) -> set[int]:
    return {int(one) for one in _CONTENTS.findall(page)}


def _whole(read: Written, objects: Mapping[int, bytes]) -> bytes:
    """The file written anew from these objects; a number that is gone is a free place."""
    out, places = bytearray(read.head), {}
    for number in sorted(objects):
        places[number] = len(out)
        out += objects[number]
    last = max(read.objects)
    table = [b"0000000000 65535 f \n"]
    table += [
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(1, last + 1)
    ]
    at = len(out)
    out += b"xref\n0 %d\n" % (last + 1) + b"".join(table)
    out += b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (read.trailer, at)
    return bytes(out)


def _other_make() -> EnvironmentFault:
    return EnvironmentFault(
        "forms.other_make",
        "印刷用のファイルの作りが違うため、そのままでは印刷に回せません。",
        "印刷していません。もう一度作り直し、直らないときはシステム管理者に連絡してください。",
    )
