"""Whatever a layout allows goes out and comes back the same, for every file of the registry; and a
file that was read a column at a time is read as one that was read value by value."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.canon import canonical_json
from app.wire import codec
from app.wire.checking import Checker
from app.wire.codec import Decoder, FileRefused, decode_file
from app.wire.faults import RULES, FileFault
from app.wire.files import FILES, FileSpec
from app.wire.frame import END, HEAD, HEAD_COLUMNS
from app.wire.layout import Column, Kind, columns
from tests.support.framed import FRAME, encode_file
from tests.support.line import CODES
from tests.support.soak import tries

FRAMED = sorted(one for one, spec in FILES.items() if spec.framed and not spec.unspecified)
PLACES = ("152994", "131016", "142051")
_SIGNS = st.sampled_from("山田花髙﨑々ー・ 　A1,\"'\n\r\t\u0085\u2028葛\U000e0102が\U00020b9f")


def values(column: Column) -> st.SearchStrategy[str]:
    """Any value of a column in its normal form, the empty one where it may be."""
    filled = _FILLED[column.kind](column)
    return filled if column.required else st.one_of(st.just(""), filled)


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from("0123456789"), min_size=least, max_size=most)


_AMOUNT = st.integers(0, 999_999).map(str)
_FILLED = {
    Kind.DIGITS: lambda c: _digits(c.width, c.width),
    Kind.NUMBER: lambda c: _digits(1, min(c.width, 6)),
    Kind.TEXT: lambda c: st.tuples(
        st.sampled_from('山A１,"'), st.text(_SIGNS, max_size=min(12, c.width - 1))
    ).map("".join),
    Kind.KANA: lambda _: st.sampled_from(
        ("ミホン　ハナコ", "ヴァン・ダム", "ア", "ガトウ　ミスヾ")
    ),
    Kind.RESIDENT: lambda _: st.integers(1, 10**14).map(lambda n: f"{n:015d}"),
    Kind.RESIDENTS: lambda _: st.lists(st.integers(1, 10**9), min_size=1, max_size=3).map(
        lambda some: " ".join(f"{n:015d}" for n in some)
    ),
    Kind.MUNICIPALITY: lambda _: st.sampled_from(PLACES),
    Kind.PAPER: lambda _: st.sampled_from(("T01-1-20261101-00001", "01234565")),
    Kind.FACILITY: lambda _: st.sampled_from(("F001", "1", "1590000001")),
    Kind.PHONE: lambda _: st.sampled_from(("0250001234", "09012345678", "+12025550100")),
    Kind.YEN: lambda _: _AMOUNT,
    Kind.SIGNED: lambda _: st.one_of(_AMOUNT, st.integers(1, 99_999).map(lambda n: f"-{n}")),
    Kind.YEAR: lambda _: st.integers(1950, 2040).map(str),
    Kind.MONTH: lambda _: st.tuples(st.integers(1950, 2040), st.integers(1, 12)).map(
        lambda pair: f"{pair[0]}-{pair[1]:02d}"
    ),
    Kind.DAY: lambda _: st.dates(date(1868, 1, 25), date(2099, 12, 31)).map(date.isoformat),
    Kind.MOMENT: lambda _: st.sampled_from(
        ("2026-11-20T09:00:00+09:00", "2026-11-20T00:00:00.5+00:00")
    ),
    Kind.CODE: lambda c: st.sampled_from(sorted(CODES[c.codes])),
    Kind.FLAG: lambda _: st.sampled_from("01"),
    Kind.ID: lambda c: st.integers(1, 999_999).map(lambda n: f"T01-1-{n}"[: c.width]),
    Kind.JSON: lambda _: st.dictionaries(st.sampled_from("abc"), st.text(max_size=5)).map(
        canonical_json
    ),
    Kind.HEX: lambda c: st.text(st.sampled_from("0123456789abcdef"), min_size=c.width).map(
        lambda text: text[: c.width]
    ),
    Kind.BYTES: lambda _: st.binary(min_size=1, max_size=40).map(
        lambda data: base64.b64encode(data).decode()
    ),
}


def record_of(made: type[Any]) -> st.SearchStrategy[Any]:
    """A record with anything that its columns allow."""
    return st.builds(made, **{column.name: values(column) for column in columns(made)})


def test_every_kind_of_value_is_tried() -> None:
    assert set(_FILLED) == set(Kind)


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("file_id", FRAMED)
def test_any_record_comes_back_as_it_went(file_id: str) -> None:
    spec = FILES[file_id]

    @settings(max_examples=tries(8, 500), suppress_health_check=list(HealthCheck))
    @given(st.lists(record_of(spec.record), min_size=1, max_size=4), st.integers(1, 90))
    def holds(records: list[Any], step: int) -> None:
        data = encode_file(spec, records, CODES)
        got: list[tuple[str, ...]] = []
        decoder = Decoder(spec, CODES, lambda _, read: got.append(tuple(read)))
        for at in range(0, len(data), step):
            decoder.write(data[at : at + step])
        decoder.close()
        names = [column.name for column in spec.columns]
        assert got == [tuple(getattr(one, name) for name in names) for one in records]
        assert decoder.frame == FRAME
        assert decode_file(spec, data, CODES) == tuple(records)

    holds()


# -- a column at a time, and value by value ------------------------------------------------------


def _lines(spec: FileSpec, rows: Sequence[Sequence[str]]) -> bytes:
    """A file of these values, unchecked, with the right trailer."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    head = [HEAD, spec.id, spec.layout, str(spec.version), FRAME.sender, FRAME.municipality]
    writer.writerow([*head, FRAME.business_on, str(FRAME.edition), FRAME.made_at])
    writer.writerow([column.name for column in spec.columns])
    writer.writerows(rows)
    body = text.getvalue().encode("utf-8", "surrogatepass")
    return body + f'"{END}","{len(rows)}","{hashlib.sha256(body).hexdigest()}"\n'.encode()


_WRONG = st.sampled_from(
    (
        "",
        "\u3000",
        "x",
        "-1",
        "９",
        "0" * 15,
        "2026-02-30",
        "なし",
        "a\x00b",
        "\u200b",
        '"',
        '""\n"',
    )
)


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("file_id", FRAMED)
def test_reading_at_once_finds_what_reading_one_by_one_finds(file_id: str) -> None:
    """The quick way is judged by the slow one: the same values and the same faults."""
    spec = FILES[file_id]
    width = len(spec.columns)
    spoilt = st.tuples(st.integers(0, 9), st.integers(0, width - 1), _WRONG)

    @settings(max_examples=tries(8, 500), suppress_health_check=list(HealthCheck))
    @given(
        st.lists(record_of(spec.record), min_size=1, max_size=10),
        st.lists(spoilt, max_size=3),
    )
    def holds(records: list[Any], changes: list[tuple[int, int, str]]) -> None:
        rows = [[getattr(one, c.name) for c in spec.columns] for one in records]
        for row, at, wrong in changes:
            rows[row % len(rows)][at] = wrong
        faults: list[FileFault] = []
        checker, line, kept = Checker(spec, CODES), 3, []
        for values_of_row in rows:
            kept.append(checker.examine(values_of_row, line, faults))
            line += 1 + sum(value.count("\n") for value in values_of_row)
        got: list[tuple[str, ...]] = []
        decoder = Decoder(spec, CODES, lambda _, read: got.append(tuple(read)))
        decoder.write(_lines(spec, rows))
        if not faults:
            decoder.close()
            assert got == kept
            return
        with pytest.raises(FileRefused) as refused:
            decoder.close()
        order = [column.name for column in spec.columns]
        expected = sorted(faults, key=lambda one: (one.line, order.index(one.column)))
        found = sorted(refused.value.faults, key=lambda one: (one.line, order.index(one.column)))
        assert found == expected

    holds()


# -- head and trailer, and all faults ------------------------------------------------------------

CHECK = FILES["FILE-24"]


def _good() -> bytes:
    return encode_file(CHECK, decode_file(CHECK, _sample(), CODES), CODES)


def _sample() -> bytes:
    from tests.support.sendings import SAMPLES

    return (SAMPLES / "FILE-24" / "good.csv").read_bytes()


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda d: d.replace(b'"FILE-24"', b'"FILE-17"', 1), "other_file"),
        (lambda d: d.replace(b'"check_list","2"', b'"check_list","3"', 1), "version"),
        (lambda d: d.replace(b'"152994"', b'"152995"', 1), "municipality"),
        (lambda d: d.replace(b'"2026-11-16"', b'"2026-11-31"', 1), "day"),
        (lambda d: d[d.index(b"\n") + 1 :], "head"),
        (lambda d: b"", "head"),
        (lambda d: d[: d.rindex(b'"#END"')], "trailer"),
        (lambda d: d[:-1], "end"),
        (lambda d: d + d[d.rindex(b'"#END"') :], "after_end"),
        (lambda d: d + b'"x"\n', "after_end"),
        (lambda d: d.replace("空白".encode(), "空欄".encode()), "digest"),
        (lambda d: d.replace(b'"#END","2"', b'"#END","1"'), "count"),
    ],
)
def test_what_is_wrong_with_head_or_trailer_has_its_own_rule(change: Any, rule: str) -> None:
    data = change(_good())
    taken: list[Any] = []
    for step in (1, 50, 1_000_000):
        decoder = Decoder(CHECK, CODES, lambda line, _: taken.append(line))
        with pytest.raises(FileRefused) as refused:
            for at in range(0, len(data), step):
                decoder.write(data[at : at + step])
            decoder.close()
        assert refused.value.reason == rule


@pytest.mark.req("SEC-112", "FILE-15")
def test_a_file_without_a_defined_content_is_refused_with_that_cause() -> None:
    spec = FILES["FILE-15"]
    from tests.support.sendings import SAMPLES

    with pytest.raises(FileRefused) as refused:
        decode_file(spec, (SAMPLES / "FILE-15" / "good.csv").read_bytes(), CODES)
    assert refused.value.code == "file.unspecified"
    with pytest.raises(FileRefused) as refused:
        codec.encode_file(spec, [], CODES, FRAME)
    assert refused.value.code == "file.unspecified"


@pytest.mark.req("SEC-112")
def test_all_faults_of_a_file_are_listed_and_none_shows_a_value() -> None:
    spec = FILES["FILE-03"]
    from tests.support.sendings import SAMPLES

    good = decode_file(spec, (SAMPLES / "FILE-03" / "good.csv").read_bytes(), CODES)
    rows = [[getattr(good[0], c.name) for c in spec.columns] for _ in range(500)]
    names = [column.name for column in spec.columns]
    rows[10][names.index("my_number")] = "12345678901"
    rows[10][names.index("name")] = ""
    rows[300][names.index("event_on")] = "2026-13-01"
    rows[499][names.index("kana")] = "かな"
    with pytest.raises(FileRefused) as refused:
        decode_file(spec, _lines(spec, rows), CODES)
    faults = [(one.line, one.column, one.kind, one.rule) for one in refused.value.faults]
    assert sorted(faults) == [
        (13, "my_number", "digits", "digits"),
        (13, "name", "text", "required"),
        (303, "event_on", "day", "day"),
        (502, "kana", "kana", "kana"),
    ]
    told = refused.value.message + "".join(one.told for one in refused.value.faults)
    assert "12345678901" not in told
    assert "ほかに 3 か所" in refused.value.message
    assert "13 行目「個人番号」" in "".join(one.told for one in refused.value.faults)


def test_faults_beyond_those_kept_are_counted() -> None:
    spec = FILES["FILE-43"]
    rows = [["152994", "000000000000001", "x", "2026-11-18", ""]] * 2500
    with pytest.raises(FileRefused) as refused:
        decode_file(spec, _lines(spec, rows), CODES)
    assert (len(refused.value.faults), refused.value.count) == (1000, 2500)


def test_every_rule_has_its_words_and_every_head_column_a_label() -> None:
    assert all(words and "。" not in words[-1] for words in RULES.values())
    assert all(column.label for column in HEAD_COLUMNS)
    assert json.loads(json.dumps(RULES)) == RULES


def test_a_file_never_begins_with_free_text() -> None:
    """Else a record could be taken for the trailer."""
    for spec in FILES.values():
        if spec.framed and spec.columns:
            assert spec.columns[0].kind is not Kind.TEXT
            assert len(spec.columns) != 3


def test_an_older_sample_lifts_to_the_newest_record() -> None:
    from tests.support.sendings import SAMPLES

    spec = FILES["FILE-17"]
    old = decode_file(spec, (SAMPLES / "FILE-17" / "good.v1.csv").read_bytes(), CODES)
    new = decode_file(spec, (SAMPLES / "FILE-17" / "good.csv").read_bytes(), CODES)
    assert [replace(one, event="", event_on="") for one in new] == list(old)
    assert new[0].event_on == "2026-11-18"
