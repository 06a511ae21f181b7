"""A file that comes in is decoded and sealed anew in one stream, and whatever breaks ends it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pyrage
import pytest

from app.sync.media.transcode import Source, transcode
from app.wire.codec import FileRefused, decode_file
from app.wire.files import FILES
from app.wire.refusals import ContainerRefused
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.parties import Party
from tests.support.sendings import sample

SPEC = FILES["FILE-03"]
MANY = [replace(sample("FILE-03")[0], name=f"見本 {number}") for number in range(6000)]


def feed_of(plain: bytes, block: int = 1000):
    def feed(to) -> None:
        for at in range(0, len(plain), block):
            to.write(plain[at : at + block])

    return feed


def test_the_records_come_out_as_they_went_in() -> None:
    union, archive = Party("U15"), Party("archive")
    plain = encode_file(SPEC, MANY, CODES)
    sealed = transcode(Source(SPEC, feed_of(plain), CODES), union.recipient, archive.recipient)
    assert (sealed.count, sealed.read) == (6000, 6000)
    opened = bytes(pyrage.decrypt(sealed.body, [union.receiving]))
    assert opened == plain


def test_what_is_not_kept_is_counted_and_does_not_go() -> None:
    union, archive = Party("U15"), Party("archive")
    plain = encode_file(SPEC, MANY, CODES)
    sealed = transcode(
        Source(SPEC, feed_of(plain), CODES),
        union.recipient,
        archive.recipient,
        keep=lambda record: record if record.name.endswith("7") else None,
    )
    assert (sealed.count, sealed.read) == (600, 6000)
    opened = bytes(pyrage.decrypt(sealed.body, [union.receiving]))
    assert {one.name[-1] for one in decode_file(SPEC, opened, CODES)} == {"7"}


@pytest.mark.req("SEC-112")
def test_a_wrong_record_far_inside_refuses_the_file_and_ends_the_thread() -> None:
    union, archive = Party("U15"), Party("archive")
    wrong = encode_file(SPEC, MANY, CODES).replace("見本 5900".encode(), b"\x00")
    with pytest.raises(FileRefused) as refused:
        transcode(Source(SPEC, feed_of(wrong), CODES), union.recipient, archive.recipient)
    assert refused.value.line == 5903
    assert not [one for one in threading.enumerate() if "_run" in one.name]


@pytest.mark.parametrize("far", [0, 3])
def test_what_reading_raises_passes_unchanged(far: int) -> None:
    union, archive = Party("U15"), Party("archive")
    plain = encode_file(SPEC, MANY, CODES)

    def broken(to) -> None:
        for at in range(far):
            to.write(plain[at * 100_000 : (at + 1) * 100_000])
        raise OSError(5, "gone")

    with pytest.raises(OSError, match="gone"):
        transcode(Source(SPEC, broken, CODES), union.recipient, archive.recipient)


def test_a_reader_that_goes_away_leaves_no_thread_behind() -> None:
    plain = encode_file(SPEC, MANY, CODES)
    with pytest.raises(ContainerRefused):
        transcode(Source(SPEC, feed_of(plain), CODES), "no recipient", "none")
    assert threading.active_count() < 20
    assert not [one for one in threading.enumerate() if "_run" in one.name]
