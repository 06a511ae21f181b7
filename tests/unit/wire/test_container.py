"""A container is taken whole and right, or refused with its own cause."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.wire.container import (
    MAGIC,
    ContainerPlace,
    check_count,
    check_place,
    following,
    open_body,
    peek,
    verify,
    write_head,
)
from app.wire.refusals import SENTENCES, ContainerCause, ContainerRefused
from tests.support.parties import Party, container
from tests.support.soak import tries

UNION, TERMINAL, ARCHIVE, STRANGER = (Party(name) for name in ("U99", "T01", "archive", "X"))
PLAIN = "氏名 髙﨑\U000e0101\n".encode() * 4000


def _verify(data: bytes, **other):
    return verify(io.BytesIO(data), TERMINAL.listens_to(UNION, **other))


def _cause(excinfo) -> str:
    return excinfo.value.code.removeprefix("container.")


def test_what_was_sealed_comes_out_for_receiver_and_archive():
    data = container(UNION, TERMINAL, ARCHIVE, PLAIN)
    found = _verify(data)
    assert found.digest == hashlib.sha256(data).hexdigest()
    for party in (TERMINAL, ARCHIVE):
        out = io.BytesIO()
        assert open_body(io.BytesIO(data), found, party.identities, out) == len(PLAIN)
        assert out.getvalue() == PLAIN
    assert PLAIN[:12] not in data


@pytest.mark.req("SEC-96")
def test_another_party_cannot_open_it():
    data = container(UNION, TERMINAL, ARCHIVE, PLAIN)
    with pytest.raises(ContainerRefused) as refused:
        open_body(io.BytesIO(data), _verify(data), STRANGER.identities, io.BytesIO())
    assert _cause(refused) == "not_ours"


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({"version": 2}, "version"),
        ({"sender": "X"}, "sender"),
        ({"receiver": "T02"}, "receiver"),
        ({"municipality": "151009"}, "municipality"),
        ({"file_id": "FILE-99"}, "layout"),
        ({"layout": "insured"}, "layout"),
        ({"layout_version": 9}, "layout_version"),
    ],
)
@pytest.mark.req("SEC-112", "SEC-115")
def test_a_rightly_signed_but_wrong_header_has_its_own_cause(other, cause):
    data = container(UNION, TERMINAL, ARCHIVE, PLAIN)
    header = replace(peek(io.BytesIO(data)), **other)
    body_at = _verify(data).body_at
    with pytest.raises(ContainerRefused) as refused:
        _verify(write_head(header, UNION.signing) + data[body_at:])
    assert _cause(refused) == cause
    assert refused.value.message
    assert refused.value.remedy


def test_another_signer_is_an_unknown_key():
    data = container(UNION, TERMINAL, ARCHIVE, PLAIN)
    with pytest.raises(ContainerRefused) as refused:
        verify(io.BytesIO(data), TERMINAL.listens_to(Party("U99")))
    assert _cause(refused) == "unknown_key"


def test_cut_short_or_lengthened_is_refused_before_anything_is_decrypted():
    data = container(UNION, TERMINAL, ARCHIVE, PLAIN)
    for broken, cause in (
        (data[:-1], "digest"),
        (data + b"\0", "digest"),
        (data[:40], "form"),
        (b"", "form"),
        (b"PK\x03\x04" + data, "form"),
    ):
        with pytest.raises(ContainerRefused) as refused:
            _verify(broken)
        assert _cause(refused) == cause


_SMALL = container(UNION, TERMINAL, ARCHIVE, b"x" * 300)
_REGIONS = {
    "magic": (0, len(MAGIC)),
    "length": (len(MAGIC), len(MAGIC) + 4),
    "header": (len(MAGIC) + 4, _verify(_SMALL).body_at - 64),
    "signature": (_verify(_SMALL).body_at - 64, _verify(_SMALL).body_at),
    "body": (_verify(_SMALL).body_at, len(_SMALL)),
}


@pytest.mark.parametrize("region", _REGIONS)
@settings(max_examples=tries(50, 5_000), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_flipped_bit_anywhere_is_refused(region, data):
    start, end = _REGIONS[region]
    at = data.draw(st.integers(start, end - 1))
    bit = data.draw(st.integers(0, 7))
    broken = bytearray(_SMALL)
    broken[at] ^= 1 << bit
    with pytest.raises(ContainerRefused) as refused:
        _verify(bytes(broken))
    assert _cause(refused) in {"form", "version", "unknown_key", "signature", "digest"}


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        (ContainerPlace(1, 2, "a" * 64), None),
        (ContainerPlace(1, 1, ""), "repeat"),
        (ContainerPlace(1, 3, "a" * 64), "gap"),
        (ContainerPlace(1, 2, "b" * 64), "previous"),
        (ContainerPlace(2, 1, ""), "epoch"),
        (ContainerPlace(0, 2, "a" * 64), "restored"),
    ],
)
def test_the_place_in_the_stream(place, cause):
    expected = ContainerPlace(1, 2, "a" * 64)
    header = peek(io.BytesIO(container(UNION, TERMINAL, ARCHIVE, b"", place=place)))
    if cause is None:
        check_place(header, expected)
        return
    with pytest.raises(ContainerRefused) as refused:
        check_place(header, expected)
    assert _cause(refused) == cause


def test_what_follows_a_container():
    first = peek(io.BytesIO(container(UNION, TERMINAL, ARCHIVE, b"")))
    assert following(None, "", 3) == ContainerPlace(3, 1, "")
    assert following(first, "d" * 64, 1) == ContainerPlace(1, 2, "d" * 64)
    assert following(first, "d" * 64, 2) == ContainerPlace(2, 1, "")


def test_the_count_of_records_must_fit():
    header = peek(io.BytesIO(container(UNION, TERMINAL, ARCHIVE, b"", count=3)))
    check_count(header, 3)
    with pytest.raises(ContainerRefused) as refused:
        check_count(header, 2)
    assert _cause(refused) == "count"


def test_a_plain_text_other_than_signed_is_refused():
    """A sender whose header lies about the plain text is refused after opening."""
    data = container(UNION, TERMINAL, ARCHIVE, PLAIN)
    header = peek(io.BytesIO(data))
    lying = replace(header, body=replace(header.body, plain_digest="0" * 64))
    data = write_head(lying, UNION.signing) + data[_verify(data).body_at :]
    with pytest.raises(ContainerRefused) as refused:
        open_body(io.BytesIO(data), _verify(data), TERMINAL.identities, io.BytesIO())
    assert _cause(refused) == "plain"


def test_a_signed_body_that_is_no_age_stream_is_refused():
    body = b"not age at all"
    data = container(UNION, TERMINAL, ARCHIVE, b"")
    header = peek(io.BytesIO(data))
    digest = hashlib.sha256(body).hexdigest()
    facts = replace(header.body, cipher_digest=digest, cipher_size=len(body))
    data = write_head(replace(header, body=facts), UNION.signing) + body
    with pytest.raises(ContainerRefused) as refused:
        open_body(io.BytesIO(data), _verify(data), TERMINAL.identities, io.BytesIO())
    assert _cause(refused) == "body"


def test_every_cause_has_a_sentence_and_a_remedy():
    assert set(SENTENCES) == set(ContainerCause)
    assert len({message for message, _ in SENTENCES.values()}) == len(SENTENCES)


@pytest.mark.req("SEC-112", "SEC-115")
def test_every_cut_and_every_flipped_byte_of_a_small_container_is_refused():
    """In ``make soak`` each of them, in ``make test`` one of twelve, another one of each kind."""
    data = _SMALL
    step = tries(12, 1)
    for end in range(0, len(data), step):
        with pytest.raises(ContainerRefused):
            _verify(data[:end])
    for at in range(step // 2, len(data), step):
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        with pytest.raises(ContainerRefused):
            _verify(bytes(flipped))
    assert _verify(data).header.body.plain_size == 300
