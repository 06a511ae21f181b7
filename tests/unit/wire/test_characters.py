"""The Shift_JIS family: what cannot be written or read is 〓 and stands on a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.wire.characters import CHARSETS, UTF_8, charset_of
from app.wire.codec import Decoder, Encoding, record_maker
from app.wire.faults import FileRefused
from app.wire.files import FILES
from tests.support.framed import FRAME
from tests.support.line import CODES
from tests.support.sendings import sample
from tests.support.union_terminal import TABLES

DAY = date(2026, 11, 20)
SJIS = charset_of(TABLES, "cp932", DAY)
SPEC = FILES["FILE-03"]


def written(*names: str, charset=SJIS):
    records = [replace(sample("FILE-03")[0], name=name) for name in names]
    made = Encoding(SPEC, records, CODES, FRAME, charset)
    return made.read(), [(one.line, one.column, one.signs, one.put) for one in made.unmapped]


def read(data: bytes, charset=SJIS):
    rows = []
    decoder = Decoder(SPEC, CODES, lambda _line, values: rows.append(values), charset)
    decoder.write(data)
    decoder.close()
    return list(map(record_maker(SPEC), rows)), decoder


@pytest.mark.parametrize("charset_id", CHARSETS)
def test_what_a_charset_has_comes_back_as_it_went(charset_id: str) -> None:
    """Among it characters whose second byte is that of another sign (表, ソ, 能)."""
    charset = charset_of(TABLES, charset_id, DAY)
    names = ("表　ソノ", "山﨑　能", '引用"符', "見本,花子", "改\n行")
    data, listed = written(*names, charset=charset)
    assert listed == []
    records, decoder = read(data, charset)
    assert tuple(one.name for one in records) == names
    assert decoder.count == len(names) and decoder.unmapped == []
    if not charset.writes_all:
        with pytest.raises(UnicodeDecodeError):
            data.decode("utf-8")


def test_another_code_of_the_same_sign_is_no_news_a_reduced_one_is_and_none_is_geta() -> None:
    data, listed = written("山田—一郎", "𠮷田　渡\u9089\U000e010f", "\U00029e3d　花")
    assert [one.name for one in read(data)[0]] == ["山田―一郎", "吉田　渡\u9089", "〓　花"]
    assert listed == [
        (4, "name", "U+20BB7", "吉"),
        (4, "name", "U+9089 U+E010F", "\u9089"),
        (5, "name", "U+29E3D", "〓"),
    ]
    assert written("𠮷田", charset=UTF_8)[1] == []


def test_the_makers_own_characters_are_geta_and_listed_with_line_and_item() -> None:
    data, _ = written("見本　花", "見本　次")
    own = data.replace("次".encode("cp932"), b"\xf0\x40")
    # The digest is over the bytes, so the file's maker states that of the changed ones.
    with pytest.raises(FileRefused) as refused:
        read(own)
    assert refused.value.reason == "digest"
    head, trailer = own.rstrip(b"\n").rsplit(b"\n", 1)
    from hashlib import sha256

    right = sha256(head + b"\n").hexdigest().encode()
    records, decoder = read(head + b'\n"#END","2","' + right + b'"\n')
    assert trailer.startswith(b'"#END"')
    assert [one.name for one in records] == ["見本　花", "見本　〓"]
    assert [(one.line, one.column, one.signs, one.put) for one in decoder.unmapped] == [
        (4, "name", "U+E000", "〓")
    ]


def test_bytes_of_another_charset_are_named_by_their_line() -> None:
    data, _ = written("見本　花", charset=UTF_8)
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert {one.rule for one in refused.value.faults} <= {"encoding", "quoting", "kana", "digest"}
    sjis, _ = written("見本　花")
    with pytest.raises(FileRefused) as other:
        read(sjis, UTF_8)
    assert other.value.reason == "encoding" and other.value.line == 3


def test_every_row_of_the_table_is_needed_and_can_be_written() -> None:
    for charset_id in ("cp932", "shift_jis_2004"):
        charset = charset_of(TABLES, charset_id, DAY)
        for signs, (put, _same) in charset.table.items():
            assert charset.encode(put)
            assert charset.written(signs)[0] == put
            with pytest.raises(UnicodeEncodeError):
                charset.encode(signs)
