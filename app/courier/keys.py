"""The courier's keys, which only two of its persons together can open (媒体受渡担当).

Every person has a pair whose private half is sealed under Argon2id of their own password. The key
of the courier's own halves is sealed once for every two persons, to the one and over that to the
other: nobody alone opens anything, and whoever leaves is shut out by a new key sealed to those who
stay. The file is written whole; nothing of it is in clear but names and public halves.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import EnvironmentFault, UserError
from app.core.files import write_whole
from app.security.keys.derivation import SALT_BYTES, STANDARD, Argon2Parameters, stretch
from app.security.keys.sealing import (
    SealError,
    new_pair,
    open_under,
    open_with,
    random_key,
    seal_to,
    seal_under,
)
from app.security.staff.password import PasswordRules, check_new_password
from app.wire.keys import recipient_id
from app.wire.strict_cbor import MalformedBody, decode, encode

KEYS = "courier.keys"
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Person:
    """One who may take part: id, public half, and the private half under their password."""

    id: str
    name: str
    public: str
    salt: bytes
    passes: int
    memory_kib: int
    lanes: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PairSlot:
    """The courier's key for just these two."""

    first: str
    second: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What lies on disk. ``own`` are the courier's private halves under its key."""

    name: str
    title: str
    municipality: str
    persons: tuple[Person, ...]
    pairs: tuple[PairSlot, ...]
    own: bytes


@dataclass(frozen=True, slots=True)
class _Own:
    signing: bytes
    receiving: str


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody with a password of their own choosing."""

    id: str
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """The courier's keys in the hands of two persons."""

    file: KeyFile
    by: tuple[str, str]
    signing: Ed25519PrivateKey
    receiving: pyrage.x25519.Identity
    key: bytes = field(repr=False)

    @property
    def identities(self) -> dict[str, str]:
        """The receiving identity by its key id."""
        return {recipient_id(self.recipient): str(self.receiving)}

    @property
    def recipient(self) -> str:
        """The public half that others seal to."""
        return str(self.receiving.to_public())


def create(
    home: Path,
    names: tuple[str, str, str],
    persons: Sequence[Newcomer],
    cost: Argon2Parameters = STANDARD,
) -> KeyFile:
    """Make keys for a courier (name, title, municipality) of at least two persons.

    Raises UserError ``courier.exists``, ``courier.too_few``, ``courier.same_person`` and
    ``password.*``.
    """
    if (home / KEYS).exists():
        raise UserError(
            "courier.exists",
            f"この場所（{home}）には、すでに受渡しの鍵があります。",
            "別の場所を --home で指定するか、今の鍵をそのまま使ってください。",
        )
    name, title, municipality = names
    made = tuple(_person(one, cost) for one in _apart(persons))
    own = _Own(
        Ed25519PrivateKey.generate().private_bytes_raw(), str(pyrage.x25519.Identity.generate())
    )
    file = _keyed(KeyFile(name, title, municipality, made, (), b""), own)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(home, file)
    return file


def write(home: Path, file: KeyFile) -> None:
    """Replace the key file. Raises EnvironmentFault ``disk.*``."""
    write_whole(home / KEYS, encode(file))


def read(home: Path) -> KeyFile:
    """Raises UserError ``courier.none``, EnvironmentFault ``courier.damaged``."""
    try:
        return decode(KeyFile, (home / KEYS).read_bytes())
    except FileNotFoundError as cause:
        raise UserError(
            "courier.none",
            f"この場所（{home}）には、受渡しの鍵がありません。",
            "madoguchi courier init で鍵を作るか、場所を --home で指定してください。",
        ) from cause
    except (MalformedBody, OSError) as cause:
        raise EnvironmentFault(
            "courier.damaged",
            "受渡しの鍵のファイルが壊れているか、読み取れません。",
            "控えから戻してください。控えがないときは、鍵を作り直し、端末にもう一度登録します。",
        ) from cause


def open_keys(file: KeyFile, two: Sequence[tuple[str, str]]) -> Opened:
    """Two different persons (id, password) open the keys. Raises UserError
    ``courier.same_person``, ``courier.wrong_person`` (which of id and password is not said)."""
    (first, _), (second, _) = two
    if first == second:
        raise _same_person()
    private = {who: _private(file, who, password) for who, password in two}
    slot = next((one for one in file.pairs if {one.first, one.second} == {first, second}), None)
    if slot is None:
        raise wrong_person()
    try:
        key = open_with(private[slot.first], open_with(private[slot.second], slot.sealed))
        own = decode(_Own, open_under(key, file.own, "courier"))
    except (SealError, MalformedBody) as cause:
        raise wrong_person() from cause
    return Opened(
        file,
        (first, second),
        Ed25519PrivateKey.from_private_bytes(own.signing),
        pyrage.x25519.Identity.from_str(own.receiving),
        key,
    )


def add(opened: Opened, who: Newcomer, cost: Argon2Parameters = STANDARD) -> KeyFile:
    """With one more person. Raises UserError ``courier.same_person``, ``password.*``."""
    if who.id in {one.id for one in opened.file.persons}:
        raise _same_person()
    persons = (*opened.file.persons, _person(who, cost))
    return _keyed(replace(opened.file, persons=persons), _own_of(opened))


def drop(opened: Opened, person_id: str) -> KeyFile:
    """Without somebody; a new key that their slot does not open. Raises UserError
    ``courier.too_few``, ``courier.wrong_person``."""
    persons = tuple(one for one in opened.file.persons if one.id != person_id)
    if len(persons) == len(opened.file.persons):
        raise wrong_person()
    if len(persons) < FEWEST:
        raise _too_few()
    return _keyed(replace(opened.file, persons=persons), _own_of(opened))


def _own_of(opened: Opened) -> _Own:
    return _Own(opened.signing.private_bytes_raw(), str(opened.receiving))


def _keyed(file: KeyFile, own: _Own) -> KeyFile:
    """A fresh key for the halves, sealed once for every two persons."""
    key = random_key()
    pairs = tuple(
        PairSlot(one.id, other.id, seal_to(other.public, seal_to(one.public, key)))
        for one, other in combinations(file.persons, 2)
    )
    return replace(file, pairs=pairs, own=seal_under(key, encode(own), "courier"))


def _person(who: Newcomer, cost: Argon2Parameters) -> Person:
    check_new_password(who.password, who.id, PasswordRules(), (), cost)
    pair, salt = new_pair(), secrets.token_bytes(SALT_BYTES)
    sealed = seal_under(stretch(who.password, salt, cost), pair.private, who.id)
    return Person(
        who.id, who.name, pair.public, salt, cost.passes, cost.memory_kib, cost.lanes, sealed
    )


def _private(file: KeyFile, person_id: str, password: str) -> bytes:
    found = next((one for one in file.persons if one.id == person_id), None)
    if found is None:
        raise wrong_person()
    try:
        cost = Argon2Parameters(found.passes, found.memory_kib, found.lanes)
        return open_under(stretch(password, found.salt, cost), found.sealed, person_id)
    except (SealError, ValueError) as cause:
        raise wrong_person() from cause


def _apart(persons: Sequence[Newcomer]) -> Sequence[Newcomer]:
    if len(persons) < FEWEST:
        raise _too_few()
    if len({one.id for one in persons}) < len(persons):
        raise _same_person()
    return persons


def wrong_person() -> UserError:
    """The id or the password is not right; which, is not said."""
    return UserError(
        "courier.wrong_person",
        "職員番号かパスワードが違います。",
        "二人とも、受渡しの担当として登録された職員番号とパスワードを入れてください。",
    )


def _same_person() -> UserError:
    return UserError(
        "courier.same_person",
        "同じ職員番号です。封をするのも開けるのも、別の二人で行います。",
        "二人目の職員番号を入れてください。",
    )


def _too_few() -> UserError:
    return UserError(
        "courier.too_few",
        "担当は二人以上要ります。",
        "もう一人を登録してください。",
    )
