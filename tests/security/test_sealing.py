"""Sealing and derivation: what fits opens, what does not fit does not."""

from __future__ import annotations

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.security.keys.derivation import STANDARD, Argon2Parameters, private_half_key, stretch
from app.security.keys.sealing import (
    SealError,
    new_pair,
    open_under,
    open_with,
    pair_from_secret,
    random_key,
    seal_to,
    seal_under,
    subkey,
)
from tests.support.keys import QUICK


def test_a_pair_from_a_secret_is_the_x25519_pair_of_that_secret() -> None:
    """Judged by another library: the shared secret and so the seal fit X25519's own pair.

    age's header holds an ephemeral share E; unwrapping needs X25519(secret, E). If our text
    form carried other bytes, a seal to the public half derived elsewhere would not open.
    """
    for secret in (bytes(range(32)), b"\xff" * 32, random_key()):
        ours = pair_from_secret(secret)
        raw = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        assert _bytes_of(ours.public) == raw
        assert ours == pair_from_secret(secret)


def _bytes_of(age_public: str) -> bytes:
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    data = age_public.removeprefix("age1")[:-6]
    bits = "".join(f"{letters.index(letter):05b}" for letter in data)[:256]
    return int(bits, 2).to_bytes(32, "big")


def test_sealed_bytes_open_only_for_one_of_the_recipients() -> None:
    first, second, stranger = new_pair(), new_pair(), new_pair()
    sealed = seal_to([first.public, second.public], b"secret")
    assert open_with(first.private, sealed) == open_with(second.private, sealed) == b"secret"
    with pytest.raises(SealError):
        open_with(stranger.private, sealed)
    with pytest.raises(ValueError, match="nobody"):
        seal_to([], b"secret")


def test_a_changed_or_cut_seal_does_not_open() -> None:
    pair = new_pair()
    sealed = seal_to(pair.public, b"secret")
    for broken in (sealed[:-1], sealed[:40], b"", sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(SealError):
            open_with(pair.private, broken)


def test_a_symmetric_seal_is_bound_to_key_and_label() -> None:
    key = random_key()
    sealed = seal_under(key, b"secret", "place A")
    assert open_under(key, sealed, "place A") == b"secret"
    for wrong_key, content, label in (
        (random_key(), sealed, "place A"),
        (key, sealed, "place B"),
        (key, sealed[:5], "place A"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), "place A"),
    ):
        with pytest.raises(SealError):
            open_under(wrong_key, content, label)


def test_each_input_of_the_derivation_changes_the_key() -> None:
    salt, held = b"s" * 16, b"h" * 32
    key = private_half_key("password", salt, QUICK, held)
    assert key == private_half_key("password", salt, QUICK, held)
    others = {
        private_half_key("Password", salt, QUICK, held),
        private_half_key("password", b"t" * 16, QUICK, held),
        private_half_key("password", salt, Argon2Parameters(2, 64, 1), held),
        private_half_key("password", salt, QUICK, b"i" * 32),
    }
    assert len(others | {key}) == 5


def test_argon2id_agrees_with_the_other_implementation() -> None:

    theirs = Argon2id(salt=b"s" * 16, length=32, iterations=2, lanes=1, memory_cost=64)
    assert stretch("暗証 word", b"s" * 16, Argon2Parameters(2, 64, 1)) == theirs.derive(
        "暗証 word".encode()
    )


def test_composed_and_decomposed_typing_are_one_password() -> None:
    assert stretch("がぎ", b"s" * 16, QUICK) == stretch("か\u3099き\u3099", b"s" * 16, QUICK)


@pytest.mark.parametrize(
    ("passes", "memory_kib", "lanes"),
    [(0, 64, 1), (65, 64, 1), (1, 7, 1), (1, 2**21, 1), (1, 64, 0), (1, 64, 17)],
)
def test_costs_out_of_range_are_refused(passes: int, memory_kib: int, lanes: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Argon2Parameters(passes, memory_kib, lanes)


def test_the_standard_cost_is_rfc_9106s_second_option() -> None:
    assert (STANDARD.passes, STANDARD.memory_kib, STANDARD.lanes) == (3, 65536, 4)


def test_subkeys_differ_by_purpose_and_secret() -> None:
    one, other = random_key(), random_key()
    assert subkey(one, "a") == subkey(one, "a")
    assert len({subkey(one, "a"), subkey(one, "b"), subkey(other, "a")}) == 3


def test_age_reads_our_text_form_of_a_private_half() -> None:
    pair = new_pair()
    sealed = pyrage.encrypt(b"x", [pyrage.x25519.Recipient.from_str(pair.public)])
    assert open_with(pair.private, sealed) == b"x"
