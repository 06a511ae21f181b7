"""Shamir's secret sharing as words (SLIP-0039, status Final): the published scheme, and no more
than it says.

Written from the published text (https://github.com/satoshilabs/slips, slip-0039) and held by its
45 published vectors, since the library of its authors says of itself that it is not for sensitive
secrets (docs/decisions/013). Multiplication in the field looks nothing up by a secret and branches
on none; that much Python allows. What it does not allow is said there too.

A secret is encrypted under a passphrase (a Feistel cipher over PBKDF2), split among groups, and
each group's part among its members. This program makes one group; all are read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.core.paths import RESOURCES

WORD_BITS = 10
_ID_BITS = 15
_CHECKSUM_WORDS = 3
_HEAD_WORDS = 4  # identifier, flag and exponent; groups and member
_LEAST_BITS = 128
_LEAST_WORDS = _HEAD_WORDS + _CHECKSUM_WORDS + -(-_LEAST_BITS // WORD_BITS)
_DIGEST_BYTES = 4
_DIGEST_AT, _SECRET_AT = 254, 255
_ROUNDS = 4
_BASE_ITERATIONS = 10_000
_MOST_SHARES = 16
_GENERATOR = (
    0xE0E040,
    0x1C1C080,
    0x3838100,
    0x7070200,
    0xE0E0009,
    0x1C0C2412,
    0x38086C24,
    0x3090FC48,
    0x21B1F890,
    0x3F3F120,
)


class SharesError(ValueError):
    """Words that are no share, or shares that do not make a secret. Holds no word of them."""


@lru_cache
def words() -> tuple[str, ...]:
    """The scheme's 1024 words in their order; the first four letters tell them apart."""
    text = (RESOURCES / "texts" / "slip39_words.txt").read_text(encoding="ascii")
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class Share:
    """One share as its words say it. ``number`` and ``threshold`` are the member's within its
    group, ``group`` the group's; both numbers count from 0."""

    identifier: int
    extendable: bool
    exponent: int
    group: int
    group_threshold: int
    groups: int
    number: int
    threshold: int
    value: bytes = field(repr=False)

    @property
    def issue(self) -> tuple[int, bool, int, int, int, int]:
        """What all shares of one issue have in common."""
        return (
            self.identifier,
            self.extendable,
            self.exponent,
            self.group_threshold,
            self.groups,
            len(self.value),
        )

    def to_words(self) -> tuple[str, ...]:
        """The share in words, its checksum last."""
        bits = len(self.value) * 8
        count = -(-bits // WORD_BITS)
        first = self.identifier << 5 | self.extendable << 4 | self.exponent
        second = self.group << 16 | (self.group_threshold - 1) << 12 | (self.groups - 1) << 8
        second |= self.number << 4 | (self.threshold - 1)
        indices = [
            *_indices(first, 2),
            *_indices(second, 2),
            *_indices(int.from_bytes(self.value, "big"), count),
        ]
        rest = _polymod([*_customization(self.extendable), *indices, 0, 0, 0]) ^ 1
        return tuple(words()[index] for index in [*indices, *_indices(rest, _CHECKSUM_WORDS)])

    @classmethod
    def from_words(cls, text: Sequence[str]) -> Share:
        """Read a share. Raises ``SharesError``: unknown word, length, checksum, padding."""
        known = {word: index for index, word in enumerate(words())}
        try:
            indices = [known[word] for word in text]
        except KeyError:
            raise SharesError("a word is not of the list") from None
        if len(indices) < _LEAST_WORDS:
            raise SharesError("too short")
        padding = (len(indices) - _HEAD_WORDS - _CHECKSUM_WORDS) * WORD_BITS % 16
        if padding > 8:
            raise SharesError("no share has this length")
        first, second = _number(indices[:2]), _number(indices[2:_HEAD_WORDS])
        extendable = bool(first >> 4 & 1)
        if _polymod([*_customization(extendable), *indices]) != 1:
            raise SharesError("the checksum does not fit")
        group_threshold, groups = (second >> 12 & 15) + 1, (second >> 8 & 15) + 1
        if group_threshold > groups:
            raise SharesError("more groups needed than there are")
        body = indices[_HEAD_WORDS:-_CHECKSUM_WORDS]
        size = (len(body) * WORD_BITS - padding) // 8
        value = _number(body)
        if value.bit_length() > size * 8:
            raise SharesError("the padding is not zero")
        return cls(
            first >> 5,
            extendable,
            first & 15,
            second >> 16 & 15,
            group_threshold,
            groups,
            second >> 4 & 15,
            (second & 15) + 1,
            value.to_bytes(size, "big"),
        )


def split(
    secret: bytes, threshold: int, count: int, passphrase: bytes = b"", exponent: int = 1
) -> list[Share]:
    """``count`` shares of one group, any ``threshold`` of which give ``secret`` (16 bytes or
    more, an even number) back. Random anew each time."""
    if len(secret) * 8 < _LEAST_BITS or len(secret) % 2:
        raise ValueError("a secret has an even number of bytes, 16 or more")
    if not 1 <= threshold <= count <= _MOST_SHARES or (threshold == 1 and count > 1):
        raise ValueError("no such shares")
    identifier = secrets.randbits(_ID_BITS)
    encrypted = _feistel(secret, passphrase, exponent, identifier, range(_ROUNDS), True)
    values = _split_one(encrypted, threshold, count)
    return [
        Share(identifier, True, exponent, 0, 1, 1, number, threshold, value)
        for number, value in enumerate(values)
    ]


def combine(shares: Sequence[Share], passphrase: bytes = b"") -> bytes:
    """The secret. The shares must be exactly as many as needed, of one issue, all different.

    Raises ``SharesError``; a wrong passphrase is not noticed, as the scheme wants it.
    """
    if not shares or len({share.issue for share in shares}) != 1:
        raise SharesError("not of one issue")
    one = shares[0]
    groups: dict[int, list[Share]] = {}
    for share in shares:
        groups.setdefault(share.group, []).append(share)
    if len(groups) != one.group_threshold:
        raise SharesError("another number of groups is needed")
    parts = {group: _combine_group(members) for group, members in groups.items()}
    encrypted = _combine_one(one.group_threshold, parts)
    rounds = range(_ROUNDS - 1, -1, -1)
    return _feistel(encrypted, passphrase, one.exponent, one.identifier, rounds, one.extendable)


def _combine_group(members: list[Share]) -> bytes:
    threshold = members[0].threshold
    points = {share.number: share.value for share in members}
    if any(share.threshold != threshold for share in members):
        raise SharesError("members of one group differ in their threshold")
    if len(points) != len(members) or len(members) != threshold:
        raise SharesError("another number of members is needed")
    return _combine_one(threshold, points)


def _split_one(secret: bytes, threshold: int, count: int) -> list[bytes]:
    if threshold == 1:
        return [secret] * count
    points = {number: secrets.token_bytes(len(secret)) for number in range(threshold - 2)}
    padding = secrets.token_bytes(len(secret) - _DIGEST_BYTES)
    fixed = dict(points)
    fixed[_DIGEST_AT] = _digest(padding, secret) + padding
    fixed[_SECRET_AT] = secret
    return [points.get(number) or _interpolate(fixed, number) for number in range(count)]


def _combine_one(threshold: int, points: dict[int, bytes]) -> bytes:
    if threshold == 1:
        return next(iter(points.values()))
    secret = _interpolate(points, _SECRET_AT)
    marked = _interpolate(points, _DIGEST_AT)
    digest, padding = marked[:_DIGEST_BYTES], marked[_DIGEST_BYTES:]
    if not hmac.compare_digest(digest, _digest(padding, secret)):
        raise SharesError("the digest of the shared secret does not fit")
    return secret


def _digest(padding: bytes, secret: bytes) -> bytes:
    return hmac.digest(padding, secret, "sha256")[:_DIGEST_BYTES]


def _interpolate(points: dict[int, bytes], at: int) -> bytes:
    """The polynomial through ``points`` at ``at``, byte by byte (Lagrange)."""
    result = bytes(len(next(iter(points.values()))))
    for x, value in points.items():
        factor = 1
        for other in points:
            if other != x:  # numbers of shares are public
                factor = _times(factor, _times(at ^ other, _inverse(x ^ other)))
        result = bytes(a ^ _times(factor, b) for a, b in zip(result, value, strict=True))
    return result


def _times(a: int, b: int) -> int:
    """The product in GF(256) with Rijndael's polynomial; the same steps for all factors."""
    product = 0
    for bit in range(8):
        product ^= a & -(b >> bit & 1)
        a = (a << 1) ^ (0x11B & -(a >> 7))
    return product


def _inverse(a: int) -> int:
    result = 1
    for _ in range(7):  # a ** (2 + 4 + … + 128) = a ** 254
        a = _times(a, a)
        result = _times(result, a)
    return result


def _feistel(
    data: bytes,
    passphrase: bytes,
    exponent: int,
    identifier: int,
    rounds: Sequence[int],
    extendable: bool,
) -> bytes:
    half = len(data) // 2
    left, right = data[:half], data[half:]
    salt = b"" if extendable else b"shamir" + identifier.to_bytes(2, "big")
    iterations = (_BASE_ITERATIONS << exponent) // _ROUNDS
    for step in rounds:
        mask = hashlib.pbkdf2_hmac(
            "sha256", bytes([step]) + passphrase, salt + right, iterations, half
        )
        left, right = right, bytes(a ^ b for a, b in zip(left, mask, strict=True))
    return right + left


def _customization(extendable: bool) -> bytes:
    return b"shamir_extendable" if extendable else b"shamir"


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 20
        check = (check & 0xFFFFF) << WORD_BITS ^ value
        for bit, factor in enumerate(_GENERATOR):
            check ^= factor & -(top >> bit & 1)
    return check


def _indices(number: int, count: int) -> list[int]:
    return [number >> WORD_BITS * place & 1023 for place in range(count - 1, -1, -1)]


def _number(indices: Sequence[int]) -> int:
    number = 0
    for index in indices:
        number = number << WORD_BITS | index
    return number
