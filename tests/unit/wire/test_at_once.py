"""A block of records read a column at a time is read as sign by sign: same values, same faults."""

from __future__ import annotations

import csv
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.tables import load_tables, shipped_tables
from app.wire.checking import TEXTS
from app.wire.codec import Decoder, FileRefused, _columns_in, decode_file
from app.wire.files import FILES
from app.wire.frame import digest_of, layout_in
from app.wire.spec import FileSpec
from app.wire.values import check_of, code_sets
from tests.support.soak import tries

CODES = code_sets(load_tables(shipped_tables()), date(2026, 11, 20))
SAMPLES = Path(__file__).parents[2] / "support" / "files"
TOKENS = (
    *(b'"', b'""', b'"""', b'","', b'"\n"', b'","\n","', b'"\n","', b'",'),
    *(b"\n", b",", b"\x1e", b'","\x1e","', b"\x00", b"\xe3", b" ", b"0", b"a", "ー".encode()),
)
EDIT = st.tuples(st.integers(0, 2**16), st.sampled_from((0, 1, 2)), st.sampled_from(TOKENS))


def _parts(file_id: str) -> tuple[FileSpec, bytes, bytes]:
    """The layout, what stands before the records and the records, some of which are repeated."""
    data = (SAMPLES / file_id / "good.csv").read_bytes()
    lines = data.splitlines(keepends=True)
    return layout_in(FILES[file_id], data), b"".join(lines[:2]), b"".join(lines[2:-1]) * 8


def _read(spec: FileSpec, data: bytes, *, columns: bool) -> tuple[object, ...]:
    """Everything that comes out of a file, read by columns where it can be, or never so."""
    taken: list[tuple[int, tuple[str, ...]]] = []
    decoder = Decoder(spec, CODES, lambda line, values: taken.append((line, tuple(values))))
    if not columns:
        decoder._quick = None
    try:
        decoder.write(data)
        decoder.close()
    except FileRefused as refused:
        return refused.faults, refused.count, str(refused)
    return tuple(taken), decoder.count


def _both(file_id: str, body: bytes) -> tuple[object, ...]:
    spec, head, _ = _parts(file_id)
    count = body.count(b"\n")  # right unless a value holds one: then both refuse the count alike
    before = head + body
    data = before + f'"#END","{count}","{digest_of(before)}"\n'.encode()
    by_columns = _read(spec, data, columns=True)
    assert by_columns == _read(spec, data, columns=False)
    return by_columns


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("file_id", ["FILE-17", "FILE-20", "FILE-24", "FILE-43"])
@settings(max_examples=tries(150, 3_000))
@given(edits=st.lists(EDIT, min_size=0, max_size=4))
def test_any_edit_of_the_records_is_read_the_same_both_ways(file_id, edits):
    body = _parts(file_id)[2]
    for place, dropped, put in edits:
        at = place % len(body)
        body = body[:at] + put + body[at + dropped :]
    _both(file_id, body)


@pytest.mark.parametrize(
    "value",
    [b"\n", b'""', b'""\n""', b'"","",""', b'x""', b'""x', b",", b"\n\n", b'",""\n""'],
)
def test_a_text_of_separators_is_one_text(value):
    """Values that look like the ends of values and records are found by columns too."""
    _, _, body = _parts("FILE-24")
    at = body.index("個人番号が".encode())
    _both("FILE-24", body[:at] + value + body[at:])
    _both("FILE-24", body[:at] + value + body[body.index(b'"', at) :])


@pytest.mark.parametrize("width", [1, 2, 3])
def test_every_short_text_of_signs_is_split_as_it_is_read(width):
    """All texts of up to eleven quotes, commas and line feeds, so many texts to a record: a second
    for each, and the only way in which a wrong end of a record surely shows."""
    found = 0
    for size in range(12):
        for signs in product('",\n', repeat=size):
            text = '"' + "".join(signs) + '"\n'
            block = _columns_in(text, (True,) * width)
            if block is not None:
                found += 1
                read = csv.reader(text.splitlines(keepends=True), strict=True)
                assert [list(values) for values in zip(*block, strict=True)] == list(read), text
    assert found > 100


def test_a_quote_is_right_nowhere_but_in_a_text():
    """What splitting at the separators rests on, at every place of every sample's values."""
    tried = 0
    for file_id, spec in FILES.items():
        if spec.unspecified or spec.bodies:
            continue
        record = decode_file(spec, (SAMPLES / file_id / "good.csv").read_bytes(), CODES)[0]
        for column in spec.columns:
            value, check = getattr(record, column.name), check_of(column, CODES)
            if column.kind not in TEXTS:
                tried += 1
                for at in range(len(value) + 1):
                    assert check(f'{value[:at]}"{value[at:]}'), (file_id, column.name, at)
    assert tried > 200


def test_a_large_file_is_really_read_by_columns(monkeypatch):
    """Else the comparison would be one of the slow way with itself."""
    spec, head, body = _parts("FILE-17")
    slow: list[bytes] = []
    monkeypatch.setattr(Decoder, "_one_by_one", lambda self, data: slow.append(data))
    decoder = Decoder(spec, CODES, lambda *_: None)
    decoder.write(head + body * 400)
    assert decoder.count > 500
    assert slow == []
