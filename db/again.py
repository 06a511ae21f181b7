"""Who was erased, kept as keyed hashes of our ids and nothing else, so that a backup that still
holds them is erased again when it is restored (SEC-160).

The key is a fact of the store and lies in every backup made since; the hashes lie in the store and
once more beside it (``Paths.erased``), where a restore does not put them back.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from app.core.files import append_synced
from db import erasing
from db.tables.persons import person
from db.tables.records import erased
from db.work import ReadRows, Rows

KEY_FACT = "erasure.key"
"""Fact of the store: the key of the hashes, hex."""
READS = (*erasing.READS, "erased", f"store_fact.{KEY_FACT}")
WRITES = (*erasing.WRITES, "erased", f"store_fact.{KEY_FACT}")
_LINE = 65
_AT_ONCE = 200


def note(work: Rows, persons: Sequence[str]) -> list[str]:
    """Note in the unit of work that erases them that these persons are to be erased again after a
    restore; their hashes (hex)."""
    key = _key(work) or _new_key(work)
    hashes = [_hash(key, one) for one in persons]
    known = set(work.all(select(erased.c.hash).where(erased.c.hash.in_(hashes))))
    fresh = [(one,) for one in dict.fromkeys(hashes) if (one,) not in known]
    work.insert_rows(erased, ("hash",), fresh)
    return [one.hex() for one in hashes]


def make_key(work: Rows) -> None:
    """See to it that the store has its key: backups made from now on can be erased again."""
    if _key(work) is None:
        _new_key(work)


def keep_beside(work: ReadRows, beside: Path) -> None:
    """Bring what lies beside the store up to what it holds. Raises ``OSError``."""
    size = beside.stat().st_size if beside.exists() else 0
    if size == _LINE * int(work.scalar(select(func.count()).select_from(erased))):
        return
    there = read_beside(beside)
    missing = [row.hash.hex() for row in work.all(select(erased.c.hash))]
    lines = [one for one in missing if one not in there]
    if lines:
        append_synced(beside, "".join(f"{one}\n" for one in lines).encode("ascii"))


def read_beside(beside: Path) -> frozenset[str]:
    """The hashes beside the store; a line that was cut short is none."""
    if not beside.exists():
        return frozenset()
    lines = beside.read_text(encoding="ascii", errors="replace").splitlines()
    return frozenset(one for one in lines if len(one) == _LINE - 1)


def erase_again(work: Rows, hashes: Collection[str]) -> tuple[int, int, int]:
    """Erase everybody of this store whose hash is among ``hashes``: how many persons, decisions
    and measures went."""
    key = _key(work)
    if key is None or not hashes:
        return 0, 0, 0
    ids = [row.id for row in work.all(select(person.c.id))]
    wanted = [one for one in ids if _hash(key, one).hex() in hashes]
    persons = decisions = measures = 0
    for part in _parts(wanted):
        rows = erasing.erase_persons(work, part)
        note(work, part)
        persons += rows["person"]
        decisions += rows["decision"]
        measures += rows["restriction"]
    return persons, decisions, measures


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]


def _key(work: ReadRows) -> bytes | None:
    held = work.fact(KEY_FACT)
    return None if held is None else bytes.fromhex(held)


def _new_key(work: Rows) -> bytes:
    key = secrets.token_bytes(32)
    work.set_fact(KEY_FACT, key.hex())
    return key


def _hash(key: bytes, person_id: str) -> bytes:
    return hmac.digest(key, person_id.encode(), "sha256")
