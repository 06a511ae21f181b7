"""Records and bytes: exact there and back, strict, in constant memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.signs import UNSEEN, is_blank
from app.core.tables import load_tables, shipped_tables
from app.wire.book import interface_book
from app.wire.codec import (
    Decoder,
    Encoding,
    FileRefused,
    decode_file,
    encode_file,
    record_maker,
)
from app.wire.files import FILES
from app.wire.frame import layout_in
from app.wire.layout import columns
from app.wire.values import clusters, code_sets
from tests.support.soak import tries

CODES = code_sets(load_tables(shipped_tables()), date(2026, 11, 20))
SAMPLES = Path(__file__).parents[2] / "support" / "files"
BROKEN = sorted(SAMPLES.glob("*/broken.*.csv"))
CHECK = FILES["FILE-24"].at(1)
"""A file without head and trailer; those of the others are in test_frame.py."""
READ = sorted(file_id for file_id, spec in FILES.items() if not spec.unspecified)
ROOT = Path(__file__).parents[3]


def _sample(file_id: str):
    """A sample without head and trailer where there is one, else the newest."""
    spec, folder = FILES[file_id], SAMPLES / file_id
    older = folder / "good.v1.csv"
    data = (older if older.exists() else folder / "good.csv").read_bytes()
    return layout_in(spec, data), data


@pytest.mark.req("SEC-112")
def test_every_file_has_a_good_sample_and_three_broken_ones():
    assert {path.name for path in SAMPLES.iterdir()} == set(FILES)
    for file_id in FILES:
        assert (SAMPLES / file_id / "good.csv").exists()
        reasons = {path.name.split(".")[1] for path in (SAMPLES / file_id).glob("broken.*.csv")}
        assert len(reasons) >= 3


GOOD = sorted(path for path in SAMPLES.glob("*/good*.csv") if path.parent.name in READ)


@pytest.mark.req("SEC-112", "FILE-01", "FILE-03", "FILE-16", "FILE-17", "FILE-24")
@pytest.mark.parametrize("path", GOOD, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_the_hand_written_sample_is_read_and_written_back_byte_for_byte(path):
    data = path.read_bytes()
    spec = layout_in(FILES[path.parent.name], data)
    taken = []
    decoder = Decoder(spec, CODES, lambda _, values: taken.append(record_maker(spec)(values)))
    decoder.write(data)
    decoder.close()
    assert len(taken) == 2
    assert encode_file(spec, taken, CODES, decoder.frame) == data


def test_every_version_of_a_file_has_its_sample():
    for file_id in READ:
        found = [path for path in GOOD if path.parent.name == file_id]
        versions = {layout_in(FILES[file_id], path.read_bytes()).version for path in found}
        assert versions == set(FILES[file_id].versions)


@pytest.mark.parametrize("file_id", [one for one in READ if FILES[one].earlier])
def test_an_older_version_is_read_as_the_newest(file_id):
    spec = FILES[file_id]
    for path in SAMPLES.glob(f"{file_id}/good*.csv"):
        records = decode_file(spec, path.read_bytes(), CODES)
        assert {type(record) for record in records} == {spec.record}


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("path", BROKEN, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_broken_file_is_refused_whole_with_its_reason_and_place(path):
    _, reason, *column = path.stem.split(".")
    taken = []
    with pytest.raises(FileRefused) as refused:
        taken.extend(decode_file(FILES[path.parent.name], path.read_bytes(), CODES))
    assert refused.value.code == f"file.{reason}"
    assert refused.value.column == "".join(column)
    assert f"{refused.value.line} 行目" in refused.value.message
    assert taken == []


def test_the_place_counts_lines_as_an_editor_shows_them():
    """The first record of this sample stands on two lines."""
    spec, data = _sample("FILE-24")
    records = [*decode_file(spec, data, CODES)]
    swapped = encode_file(spec, [records[1], records[0]], CODES)
    broken = swapped.replace(b'"number_blank"', b'"nothing"')
    with pytest.raises(FileRefused) as refused:
        decode_file(spec, broken, CODES)
    assert refused.value.line == 4


def test_names_keep_every_sign():
    _, data = _sample("FILE-01")
    first, second = decode_file(FILES["FILE-01"], data, CODES)
    assert first.name == "辻\U000e0100﨑\u3000髙子"
    assert first.building == '"コーポ見本" 101'
    assert second.name == "SAMPLE MARIA\u0085LUISA"
    assert second.address == "見本県見本市港町\n5番地"


_TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, blacklist_categories=("Cs", "Cc")),
        st.sampled_from('",\n\r\t\u0085\u2028\u2029\x1e\U000e0101髙﨑'.replace("\x1e", "")),
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: not is_blank(text))


@settings(max_examples=tries(80, 10_000))
@given(st.lists(_TEXT, min_size=1, max_size=5), st.integers(1, 97))
def test_any_text_comes_back_exactly_whatever_the_chunks(texts, step):
    record = decode_file(*_sample("FILE-24"), CODES)[0]  # type: ignore[call-arg]
    records = [replace(record, detail=text) for text in texts]
    data = encode_file(CHECK, records, CODES)
    got = []
    decoder = Decoder(CHECK, CODES, lambda _, values: got.append(values[7]))
    for start in range(0, len(data), step):
        decoder.write(data[start : start + step])
    decoder.close()
    assert got == texts


def _many(records: int) -> bytes:
    """A FILE-24 of so many records on one line each."""
    record = replace(decode_file(*_sample("FILE-24"), CODES)[1], detail="見本の内容")  # type: ignore[call-arg]
    return encode_file(CHECK, [record] * records, CODES)


def _at_line(data: bytes, line: int, change: Callable[[bytes], bytes]) -> bytes:
    lines = data.split(b"\n")
    lines[line - 1] = change(lines[line - 1])
    return b"\n".join(lines)


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize(
    ("change", "reason", "line"),
    [
        (lambda d: b"\xef\xbb\xbf" + d, "bom", 1),
        (lambda d: _at_line(d, 17, lambda x: b"\xef\xbb\xbf" + x), "bom", 17),
        (lambda d: b"", "header", 1),
        (lambda d: d.replace(b'"cause",', b"", 1), "header", 1),
        (lambda d: d[:-1], "end", 21),
        (lambda d: d[:-2], "end", 21),
        (lambda d: d + b'"half', "end", 22),
        (lambda d: d + b"\x1a", "end_mark", 22),
        (lambda d: d + b"\x1a\n", "end_mark", 22),
        (lambda d: d[:-1] + b"\x1a", "end", 21),
        (lambda d: d + b"\n", "columns", 22),
        (lambda d: _at_line(d, 12, lambda x: "\u500b".encode("cp932") + x), "encoding", 12),
        (lambda d: _at_line(d, 21, lambda x: x + b"\xe3\x81"), "encoding", 21),
        (lambda d: d + b"\xe3", "encoding", 22),
        (lambda d: d.decode().encode("utf-16"), "encoding", 1),
        (lambda d: _at_line(d, 9, lambda x: x[:9] + b'"' + x[9:]), "quoting", 9),
        (lambda d: _at_line(d, 9, lambda x: x.replace("見本".encode(), b"a\0b")), "control", 9),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 64, 1_000_000])
def test_a_file_that_is_no_such_file_is_refused_with_its_true_line(change, reason, line, step):
    """20 records on lines 2 to 21, whatever the chunks in which they come."""
    data = change(_many(20))
    decoder = Decoder(CHECK, CODES, lambda *_: None)
    with pytest.raises(FileRefused) as refused:
        for start in range(0, len(data), step):
            decoder.write(data[start : start + step])
        decoder.close()
    assert (refused.value.code, refused.value.line) == (f"file.{reason}", line)


def test_the_line_is_true_far_into_a_long_file():
    data = _at_line(_many(30_000), 29_000, lambda x: x[:8] + b"\x83\x5c" + x[8:])
    decoder = Decoder(CHECK, CODES, lambda *_: None)
    with pytest.raises(FileRefused) as refused:
        for start in range(0, len(data), 65_536):
            decoder.write(data[start : start + 65_536])
        decoder.close()
    assert (refused.value.reason, refused.value.line) == ("encoding", 29_000)


def test_a_mark_within_a_value_is_part_of_the_value():
    record = decode_file(*_sample("FILE-24"), CODES)[0]  # type: ignore[call-arg]
    kept = replace(record, detail="a\n\ufeffb")
    assert decode_file(CHECK, encode_file(CHECK, [kept], CODES), CODES) == (kept,)


def test_a_quote_never_closed_does_not_fill_the_memory():
    spec, data = _sample("FILE-24")
    decoder = Decoder(spec, CODES, lambda *_: None)
    with pytest.raises(FileRefused) as refused:
        decoder.write(data + b'"')
        for _ in range(64):
            decoder.write(b"x\n" * 32768)
    assert refused.value.reason == "quoting"


def test_width_counts_what_a_reader_sees():
    assert clusters("葛\U000e0101城") == 2
    assert clusters("𠮷") == 1
    assert clusters("か\u3099") == 1
    record = decode_file(*_sample("FILE-24"), CODES)[0]  # type: ignore[call-arg]
    wide = "葛\U000e0101" * 500
    assert decode_file(CHECK, encode_file(CHECK, [replace(record, detail=wide)], CODES), CODES)
    with pytest.raises(FileRefused) as refused:
        encode_file(CHECK, [replace(record, detail=wide + "城")], CODES)
    assert refused.value.code == "file.width"


@pytest.mark.parametrize(
    ("file_id", "column", "written", "read"),
    [
        ("FILE-01", "atena_number", "123455", "000000000123455"),
        ("FILE-01", "household_number", "０００１２３４", "000000000001234"),
        ("FILE-03", "atena_number", "123455", "000000000123455"),
        ("FILE-03", "household_number", "1234", "000000000001234"),
        ("FILE-17", "former_atena", "77 000000000088", "000000000000077 000000000000088"),
        ("FILE-17", "phone", "0250-00-1234", "0250001234"),
        ("FILE-17", "phone", "+81 250–00–1234", "0250001234"),
        ("FILE-01", "phone", "(0250)00-1234", "0250001234"),
        ("FILE-01", "facility_code", "f-001", "F001"),
        ("FILE-01", "copay_revenue", "1,200,000", "1200000"),
        ("FILE-01", "copay_revenue", "0001200000", "1200000"),
        ("FILE-03", "kana", "ﾂｼﾞｻｷ ﾐｽｽﾞ", "ツジサキ　ミスズ"),
        ("FILE-03", "kana", "カ\u3099トウ　ミスヾ", "ガトウ　ミスヾ"),
        ("FILE-17", "alias", "\u200b\u3000", ""),
        ("FILE-17", "kana", "", ""),
        ("FILE-03", "kana", "", ""),
        ("FILE-01", "kana", "", ""),
        ("FILE-16", "kana", "", ""),
    ],
)
def test_another_spelling_of_a_right_value_is_read_as_that_value(file_id, column, written, read):
    spec, data = _sample(file_id)
    given = replace(decode_file(spec, data, CODES)[0], **{column: written})
    (got,) = decode_file(spec, _raw(spec, given), CODES)
    assert getattr(got, column) == read
    assert encode_file(spec, [given], CODES) == encode_file(spec, [got], CODES)


@pytest.mark.parametrize(
    ("file_id", "column", "written", "reason"),
    [
        ("FILE-03", "atena_number", "番号不明", "resident"),
        ("FILE-03", "atena_number", "000000000000000", "resident"),
        ("FILE-17", "household_number", "1234567890123456", "resident"),
        ("FILE-17", "former_atena", "77 不明", "resident"),
        ("FILE-17", "phone", "なし", "phone"),
        ("FILE-17", "phone", "0250", "phone"),
        ("FILE-01", "copay_revenue", "-1200000", "yen"),
        ("FILE-01", "copay_revenue", "1,20,000", "yen"),
        ("FILE-01", "copay_revenue", "12345678901", "yen"),
        ("FILE-01", "facility_code", "不明", "facility"),
        ("FILE-03", "municipality_code", "130001", "municipality"),
        ("FILE-03", "former_municipality_code", "11011", "municipality"),
        ("FILE-03", "former_municipality_code", "131017", "municipality"),
        *(("FILE-03", "name", sign, "required") for sign in UNSEEN),
        ("FILE-03", "name", "\u3000", "required"),
        ("FILE-03", "kana", "つじさき", "kana"),
        ("FILE-24", "listed_at", "2026-11-21x06:00:00+09:00", "moment"),
        ("FILE-24", "listed_at", '2026-11-21T06:00:00"+09:00', "moment"),
        ("FILE-24", "listed_at", "20261121T0600+09", "moment"),
        ("FILE-24", "listed_at", "2026-11-31T06:00:00+09:00", "moment"),
        ("FILE-24", "listed_at", "2026-11-21T06:00:00", "moment"),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused_by_name(file_id, column, written, reason):
    spec, data = _sample(file_id)
    given = replace(decode_file(spec, data, CODES)[0], **{column: written})
    for refuse in (
        lambda: decode_file(spec, _raw(spec, given), CODES),
        lambda: encode_file(spec, [given], CODES),
    ):
        with pytest.raises(FileRefused) as refused:
            refuse()
        assert (refused.value.reason, refused.value.column) == (reason, column)


def test_half_of_a_pair_is_no_character_of_a_file():
    record = decode_file(*_sample("FILE-24"), CODES)[0]  # type: ignore[call-arg]
    with pytest.raises(FileRefused) as refused:
        encode_file(CHECK, [replace(record, detail="\ud842野")], CODES)
    assert refused.value.code == "file.control"


def _raw(spec, record) -> bytes:
    """A file of one record as another maker writes it, unchecked."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([column.name for column in spec.columns])
    writer.writerow([getattr(record, column.name) for column in columns(type(record))])
    return text.getvalue().encode()


def test_a_wrong_record_is_never_written():
    record = decode_file(*_sample("FILE-24"), CODES)[0]  # type: ignore[call-arg]
    with pytest.raises(FileRefused) as refused:
        encode_file(CHECK, [record, replace(record, insured_number="1")], CODES)
    assert (refused.value.code, refused.value.line) == ("file.digits", 3)
    assert "1" not in refused.value.message.replace("FILE-24", "")


def test_memory_stays_flat_over_a_long_file():
    record = decode_file(*_sample("FILE-24"), CODES)[0]  # type: ignore[call-arg]

    def peak(count: int) -> int:
        seen = 0

        def take(_: int, __: object) -> None:
            nonlocal seen
            seen += 1

        encoding = Encoding(CHECK, (record for _ in range(count)), CODES)
        decoder = Decoder(CHECK, CODES, take)
        tracemalloc.start()
        while data := encoding.read(8192):
            decoder.write(data)
        decoder.close()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert seen == encoding.count == count
        return most

    assert peak(20_000) < 1.5 * peak(5_000)


@pytest.mark.req("SEC-112")
def test_the_interface_book_is_current():
    assert (ROOT / "docs" / "interface-book.md").read_text(encoding="utf-8") == interface_book()
    for spec in FILES.values():
        assert f"## {spec.id} {spec.title}" in interface_book()
        assert all(f"`{column.name}`" in interface_book() for column in spec.columns)
