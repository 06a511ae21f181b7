"""The published vectors of SLIP-0039, and what a share may not survive."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.security.keys import slip39
from app.security.keys.slip39 import Share, SharesError, combine, split, words
from tests.support.soak import tries

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "slip39_vectors.json").read_text(encoding="ascii")
)
"""github.com/trezor/python-shamir-mnemonic, vectors.json, which the published text names as its
test vectors. An empty secret: the shares must be refused. The passphrase is TREZOR."""


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["what"] for vector in VECTORS])
def test_published_vector(vector: dict[str, Any]) -> None:
    def secret() -> bytes:
        shares = [Share.from_words(text.split()) for text in vector["shares"]]
        assert [" ".join(share.to_words()) for share in shares] == vector["shares"]
        return combine(shares, b"TREZOR")

    if vector["secret"]:
        assert secret().hex() == vector["secret"]
    else:
        with pytest.raises(SharesError):
            secret()


def test_the_vectors_are_all_there() -> None:
    assert len(VECTORS) == 45
    assert sum(not vector["secret"] for vector in VECTORS) == 30


def test_the_list_of_words_is_the_published_one() -> None:
    assert len(words()) == len({word[:4] for word in words()}) == 1024
    assert list(words()) == sorted(words())


@settings(max_examples=tries(12, 500), deadline=None)
@given(
    secret=some.binary(min_size=16, max_size=32).filter(lambda it: len(it) % 2 == 0),
    shape=some.sampled_from([(2, 2), (2, 3), (3, 5), (1, 1)]),
)
def test_any_enough_shares_give_the_secret_and_fewer_do_not(
    secret: bytes, shape: tuple[int, int]
) -> None:
    threshold, count = shape
    shares = [Share.from_words(one.to_words()) for one in split(secret, threshold, count)]
    for some_of_them in itertools.combinations(shares, threshold):
        assert combine(some_of_them) == secret
    for too_few in itertools.combinations(shares, threshold - 1):
        with pytest.raises(SharesError):
            combine(too_few)


def test_a_wrong_word_is_found_wherever_it_stands() -> None:
    good = split(bytes(range(32)), 2, 3)[1].to_words()
    for place in range(len(good)):
        for shift in (1, 512):
            other = words()[(words().index(good[place]) + shift) % 1024]
            with pytest.raises(SharesError):
                Share.from_words([*good[:place], other, *good[place + 1 :]])


def test_two_exchanged_words_are_found() -> None:
    good = list(split(bytes(range(32)), 2, 3)[0].to_words())
    for place in range(len(good) - 1):
        changed = [*good[:place], good[place + 1], good[place], *good[place + 2 :]]
        if changed != good:
            with pytest.raises(SharesError):
                Share.from_words(changed)


ON_PAPER = (
    "hush lily academic acid always rich slush aide ultimate story steady "
    "disaster budget likely patent daughter prospect permit that fused knife ranked "
    "total evidence execute dwarf ladybug reunion elbow superior earth review learn",
    "hush lily academic always agree obtain ancestor mixture lyrics losing founder "
    "fangs deadline voting anatomy galaxy filter husky literary mule patrol golden "
    "saver junk admit fatal knife corner trial teacher browser guilt national",
)
"""Shares of the bytes 0 … 31 as this program issued them by the library of the authors."""


def test_papers_that_lie_in_a_safe_still_open() -> None:
    shares = [Share.from_words(text.split()) for text in ON_PAPER]
    assert combine(shares) == bytes(range(32))


def test_multiplication_is_that_of_the_field() -> None:
    """FIPS 197, 4.2: {57} • {83} = {c1}; {57} • {13} = {fe}; and every inverse is one."""
    assert slip39._times(0x57, 0x83) == 0xC1
    assert slip39._times(0x57, 0x13) == 0xFE
    assert all(slip39._times(a, slip39._inverse(a)) == 1 for a in range(1, 256))


@pytest.mark.parametrize("size, threshold, count", [(15, 2, 3), (14, 2, 3), (16, 3, 2), (16, 1, 2)])
def test_what_is_no_sharing_is_not_begun(size: int, threshold: int, count: int) -> None:
    with pytest.raises(ValueError):
        split(bytes(size), threshold, count)


def test_neither_a_share_nor_an_error_shows_its_value() -> None:
    share = split(b"sixteen bytes !!", 2, 2)[0]
    assert share.value.hex() not in repr(share) and str(share.value) not in repr(share)
