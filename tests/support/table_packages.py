"""Packages of tables as the union signs them, and a terminal that trusts the signer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.tables import shipped_tables
from app.sync.terminal_keys import write_values
from app.wire.table_package import TablePackage, packed, seal_package
from db.work import Store
from tests.support.world import World, shared_tables

MEALS = "meal_charges"


def shipped(name: str) -> str:
    """The content of a shipped table."""
    return (shipped_tables() / f"{name}.toml").read_text(encoding="utf-8")


def dearer_meals(yen: int = 777) -> str:
    """The shipped table of meals with one figure of 2025 changed."""
    return shipped(MEALS).replace("general = 510", f"general = {yen}")


def package_of(
    key: Ed25519PrivateKey,
    since: date,
    number: int = 1,
    tables: Mapping[str, str] | None = None,
    program: str = "",
) -> bytes:
    """A package file."""
    contents = {MEALS: dearer_meals()} if tables is None else tables
    return seal_package(
        TablePackage(
            number,
            "食事代の改定",
            program or shared_tables().version,
            since.isoformat(),
            tuple(packed(name, text.encode()) for name, text in contents.items()),
        ),
        key,
    )


def trust(world: World, key: Ed25519PrivateKey) -> None:
    """As after an enrolment with a union that signs with ``key``."""
    with world.hands_on("terminal_key") as work:
        write_values(work, {"union_signing": key.public_key().public_bytes_raw()})


def trust_in(store: Store, key: Ed25519PrivateKey) -> None:
    """The same of an open store."""
    with store.update(("terminal_key",), ("terminal_key",)) as work:
        write_values(work, {"union_signing": key.public_key().public_bytes_raw()})
