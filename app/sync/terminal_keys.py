"""What enrolment gave this terminal: its place on the line and the keys of both sides.

Public facts stand in ``store_fact`` (``LINE_FACTS``), private halves and certificates
in ``terminal_key``, inside the store and nowhere else (DESIGN 6: private keys lie sealed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.sql.base import Executable

from app.core.errors import EnvironmentFault
from app.wire.keys import SigningKeys, recipient_id, signing_keys
from db.tables.control import terminal_key

_PREFIX = "line."
LINE_FACTS = "store_fact.line.*"
"""What a function declares that reads them."""
_FACTS = (
    "municipality",
    "terminal",
    "union",
    "union_receiving",
    "archive_receiving",
    "hosts",
    "valid_to",
)


class Reads(Protocol):
    """Whatever facts can be read through."""

    def fact(self, name: str) -> str | None: ...


class ReadsRows(Protocol):
    """Whatever rows can be read through."""

    def all(self, statement: Executable, params: Any = None) -> list[Row[Any]]: ...


class ReadsKeys(Reads, ReadsRows, Protocol):
    """Whatever the keys can be read through."""


class Rows(Protocol):
    """The part of a unit of work that this module uses."""

    def all(self, statement: Executable, params: Any = None) -> list[Row[Any]]: ...

    def run(self, statement: Executable, params: Any = None) -> int: ...

    def fact(self, name: str) -> str | None: ...

    def set_fact(self, name: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class LineFacts:
    """The public side of enrolment. ``hosts`` are "host:port", the first one is called;
    ``valid_to`` is the moment the certificate ends."""

    municipality: str
    terminal: str
    union: str
    union_receiving: str
    archive_receiving: str
    hosts: tuple[str, ...]
    valid_to: str


@dataclass(frozen=True, slots=True)
class TerminalKeys:
    """Everything the engine needs to speak with the union; held in memory during a contact.

    ``certificate`` and ``authorities`` are PEM, ``tls_key`` PKCS#8 DER. ``receiving`` maps key
    ids to age identities: the one in force and, after a renewal, the one before.
    """

    facts: LineFacts
    certificate: bytes
    authorities: bytes
    tls_key: bytes
    signing: bytes
    union_signing: tuple[bytes, ...]
    receiving: tuple[tuple[str, str], ...]

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """The private half this terminal signs with."""
        return Ed25519PrivateKey.from_private_bytes(self.signing)

    @property
    def union_keys(self) -> SigningKeys:
        """The public halves the union signs with."""
        return signing_keys(*self.union_signing)

    @property
    def first_union_key(self) -> Ed25519PublicKey:
        """The union's signing key that countersigns heads."""
        return Ed25519PublicKey.from_public_bytes(self.union_signing[0])

    @property
    def identities(self) -> dict[str, str]:
        """age identities by key id."""
        return dict(self.receiving)

    def __repr__(self) -> str:
        """Never the keys."""
        return f"TerminalKeys({self.facts.terminal})"


def read_facts(work: Reads) -> LineFacts:
    """The public facts. Raises EnvironmentFault ``line.not_enrolled`` before enrolment."""
    found: dict[str, str] = {}
    for name in _FACTS:
        value = work.fact(_PREFIX + name)
        if value is None:
            raise not_enrolled()
        found[name] = value
    hosts = tuple(found.pop("hosts").split(" "))
    return LineFacts(**found, hosts=hosts)


def write_facts(work: Rows, facts: LineFacts) -> None:
    """Replace the public facts."""
    values = {name: getattr(facts, name) for name in _FACTS if name != "hosts"}
    values["hosts"] = " ".join(facts.hosts)
    for name, value in values.items():
        work.set_fact(_PREFIX + name, value)


def read_keys(work: ReadsKeys) -> TerminalKeys:
    """The terminal's keys. Raises EnvironmentFault ``line.not_enrolled``."""
    facts = read_facts(work)
    held = read_values(work)
    try:
        return TerminalKeys(
            facts=facts,
            certificate=held["tls_certificate"],
            authorities=held["authorities"],
            tls_key=held["tls"],
            signing=held["signing"],
            union_signing=_halves(held["union_signing"]),
            receiving=tuple(
                (name.removeprefix("receiving:"), value.decode("ascii"))
                for name, value in sorted(held.items())
                if name.startswith("receiving:")
            ),
        )
    except KeyError as cause:
        raise not_enrolled() from cause


def read_union_keys(work: ReadsRows) -> SigningKeys:
    """The public halves that the union signs with, and nothing else. Raises as ``read_facts``."""
    wanted = select(terminal_key.c.value).where(terminal_key.c.name == "union_signing")
    found = work.all(wanted)
    if not found:
        raise not_enrolled()
    return signing_keys(*_halves(bytes(found[0].value)))


def read_values(work: ReadsRows) -> dict[str, bytes]:
    """All rows of ``terminal_key`` by name."""
    rows = work.all(select(terminal_key.c.name, terminal_key.c.value))
    return {row.name: bytes(row.value) for row in rows}


def receiving_keys(work: Rows, keys: TerminalKeys) -> tuple[str, ...]:
    """The ids of the receiving keys held here, that of a renewal under way among them. A relay
    holds none: whose key what comes is sealed to, is not its matter."""
    pending = read_values(work).get("pending.receiving", b"")
    asked = [recipient_id(recipient_of(pending))] if pending and keys.receiving else []
    return tuple(sorted({name for name, _ in keys.receiving} | set(asked)))


def recipient_of(identity: bytes) -> str:
    """The public half (age recipient) of a receiving key."""
    return str(pyrage.x25519.Identity.from_str(identity.decode("ascii")).to_public())


def write_values(work: Rows, values: dict[str, bytes], valid_to: str = "") -> None:
    """Replace rows of ``terminal_key``."""
    remove_values(work, tuple(values))
    work.run(
        insert(terminal_key),
        [{"name": name, "value": value, "valid_to": valid_to} for name, value in values.items()],
    )


def remove_values(work: Rows, names: tuple[str, ...]) -> None:
    """Delete rows of ``terminal_key``."""
    work.run(delete(terminal_key).where(terminal_key.c.name.in_(list(names))))


def not_enrolled() -> EnvironmentFault:
    """The fault of a terminal that has no place on the line yet."""
    return EnvironmentFault(
        "line.not_enrolled",
        "この端末は、まだ広域連合に登録されていません。",
        "システム管理者が端末の登録（enrol）を済ませてください。",
    )


def _halves(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[start : start + 32] for start in range(0, len(joined), 32))
