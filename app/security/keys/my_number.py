"""Individual numbers (個人番号) in the store: sealed row by row, found without being opened.

They lie in a table of their own, sealed with AES-256-GCM under the number key (番号鍵), which
only staff with the number right hold: whoever opens the store without that right finds no
number (SEC-52, SEC-53). The owner is bound to the seal, so a row moved to another owner by
hand does not open. The search index is an HMAC under a key derived from the number key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, and_, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core.errors import EnvironmentFault, UserError
from app.rules.identifiers import my_number as checked_number
from app.security.keys.sealing import KEY_BYTES, SealError, open_under, seal_under, subkey
from db.tables.persons import my_number
from db.work import ReadRows, Rows

TABLE = ("my_number",)
"""What a function that uses numbers declares under ``reads``, or ``writes`` to change them."""

FACTS = ("store_fact.number_key_generation", "store_fact.number_key_former")
"""What a unit of work that uses numbers reads beside the table."""

ROTATION_WRITES = (
    "my_number",
    "store_fact.number_key_chain",
    "store_fact.number_key_former",
    "store_fact.number_key_generation",
    "store_fact.number_key_owed",
)
"""What the function that changes the number key declares under ``writes``."""

_NONCE_BYTES = 12
_CHAIN = "number_key_chain"
_FORMER = "number_key_former"
_GENERATION = "number_key_generation"
_OWED = "number_key_owed"
_AT_ONCE = 1000
"""So many numbers are sealed anew in one unit of work, in less time than a clerk notices."""


class Owner(NamedTuple):
    """Whose number it is: ``kind`` person or case, and an id of ours."""

    kind: str
    id: str


class MyNumbers:
    """The numbers, for one unit of work of a function that may use them.

    ``key``: the number key in force (32 bytes, see ``current_key``). Every method may raise
    ``EnvironmentFault`` ``my_number.unopened`` when a row does not open under it.
    """

    def __init__(self, work: Rows, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("the number key has 32 bytes")
        self._work = work
        self._sealer = _Sealer(key)
        self._former = _former(work, key)

    def show(self, owner_kind: str, owner_id: str) -> str | None:
        """The owner's number, 12 digits, or nothing."""
        owner = Owner(owner_kind, owner_id)
        found = select(my_number.c.sealed, my_number.c.key_generation).where(_is(owner))
        for row in self._work.all(found):
            older = row.key_generation < _generation(self._work)
            sealer = self._former if older and self._former is not None else self._sealer
            return sealer.open(owner, bytes(row.sealed))
        return None

    def put(self, owner_kind: str, owner_id: str, number: str) -> None:
        """Keep ``number`` for the owner, in place of an earlier one. Full-width digits and
        hyphens are understood. Raises ``UserError`` for a number of wrong length, wrong check
        digit or one digit throughout (番号法施行令8条, 総務省令85号 5条)."""
        owner = Owner(owner_kind, owner_id)
        self._keep(owner, checked_number(number))

    def find(self, number: str) -> tuple[Owner, ...]:
        """All owners of ``number``, persons and open cases. Raises ``UserError`` as ``put``."""
        wanted = checked_number(number)
        sealers = [one for one in (self._sealer, self._former) if one is not None]
        found = select(my_number.c.owner_kind, my_number.c.owner_id)
        found = found.where(my_number.c.search_index.in_([one.index(wanted) for one in sealers]))
        rows = self._work.all(found.order_by(my_number.c.owner_kind, my_number.c.owner_id))
        return tuple(Owner(row.owner_kind, row.owner_id) for row in rows)

    def move(self, from_kind: str, from_id: str, to_kind: str, to_id: str) -> None:
        """Give the number of one owner to another (from a case to its person). Raises
        ``UserError`` ``my_number.none`` when there is nothing to move, and
        ``my_number.other_number`` when the other has a different one: it is never overwritten
        (SEC-108)."""
        number = self.show(from_kind, from_id)
        if number is None:
            raise UserError(
                "my_number.none",
                "引き継ぐ個人番号が登録されていません。",
                "個人番号を入力し直すか、確認リストで後から登録してください。",
            )
        known = self.show(to_kind, to_id)
        if known is not None and known != number:
            raise UserError(
                "my_number.other_number",
                "この人には、すでに別の個人番号が登録されています。",
                "上書きはできません。本人確認書類を確かめ、確認リストで処理してください。",
            )
        self._keep(Owner(to_kind, to_id), number)
        self.remove(from_kind, from_id)

    def remove(self, owner_kind: str, owner_id: str) -> None:
        """Erase the owner's number; nothing happens when there is none."""
        self._work.run(delete(my_number).where(_is(Owner(owner_kind, owner_id))))

    def _keep(self, owner: Owner, number: str) -> None:
        values = {
            "sealed": self._sealer.seal(owner, number),
            "search_index": self._sealer.index(number),
            "key_generation": _generation(self._work),
        }
        statement = insert(my_number).values(owner_kind=owner.kind, owner_id=owner.id, **values)
        changed = {**values, "version": my_number.c.version + 1}
        keys = [my_number.c.owner_kind, my_number.c.owner_id]
        self._work.run(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def rotate(work: Rows, old_key: bytes, new_key: bytes) -> int:
    """From now on numbers are sealed under ``new_key``; gives how many of those that are there
    were sealed anew at once. The others follow with ``reseal``: until then the store keeps
    ``old_key`` sealed under the new one.

    The new key is kept under the old one in the same transaction, so that a crash before the
    slot file holds the new key loses nothing: ``current_key`` finds it, ``settle`` ends it.
    Raises ``EnvironmentFault`` ``my_number.unopened`` and changes nothing when no row opens
    under ``old_key``.
    """
    while reseal(work, old_key):  # what an earlier change has left
        continue
    work.set_fact(_GENERATION, str(_generation(work) + 1))
    work.set_fact(_FORMER, seal_under(new_key, old_key, _FORMER).hex())
    work.set_fact(_CHAIN, seal_under(old_key, new_key, _CHAIN).hex())
    work.drop_fact(_OWED)
    return reseal(work, new_key)


def reseal(work: Rows, key: bytes) -> int:
    """Seal the next numbers anew under ``key``, the key in force; gives how many, 0 when none is
    left. A row that does not open stays as it is, and the others go on; raises
    ``EnvironmentFault`` ``my_number.unopened`` when only such rows are left."""
    former = _former(work, key)
    if former is None:
        return 0
    current, generation = _Sealer(key), _generation(work)
    rows = work.all(_BATCH_OF_OLDER, {"generation": generation, "at_once": _AT_ONCE})
    resealed, damaged = [], None
    for row in rows:
        owner = Owner(row.owner_kind, row.owner_id)
        try:
            number = former.open(owner, bytes(row.sealed))
        except EnvironmentFault as fault:
            damaged = fault
            continue
        sealed, index = current.seal(owner, number), current.index(number)
        resealed.append(
            {"kind": owner.kind, "id": owner.id, "sealed": sealed, "search_index": index}
        )
    if damaged is not None and not resealed:
        raise damaged
    if resealed:
        work.run(_SEALED_ANEW.values(key_generation=generation), resealed)
    if not rows:
        work.drop_fact(_FORMER)
    return len(resealed)


def is_resealing(work: ReadRows) -> bool:
    """Whether numbers are left that a change of key has not reached."""
    return work.fact(_FORMER) is not None


def owe(work: Rows) -> None:
    """Somebody's number right ended while nobody was there who could make the key anew."""
    work.set_fact(_OWED, "1")


def is_owed(work: ReadRows) -> bool:
    """Whether the next holder of the number key has to make it anew."""
    return work.fact(_OWED) is not None


def current_key(work: Rows, key: bytes) -> bytes:
    """The number key in force for somebody whose slot gave ``key``: another one only after
    a change of key that was cut short."""
    chain = work.fact(_CHAIN)
    if chain is None:
        return key
    try:
        return open_under(key, bytes.fromhex(chain), _CHAIN)
    except SealError:
        return key  # the slot already holds the new key


def is_changing(work: Rows) -> bool:
    """Whether a change of key waits for the slot file and for ``settle``."""
    return work.fact(_CHAIN) is not None


def settle(work: Rows) -> None:
    """End a change of key: the slot file holds the new key for everybody who stays."""
    work.drop_fact(_CHAIN)


class _Sealer:
    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._index_key = subkey(key, "my number index")

    def seal(self, owner: Owner, number: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, number.encode(), _bound_to(owner))

    def open(self, owner: Owner, sealed: bytes) -> str:
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._aead.decrypt(nonce, body, _bound_to(owner)).decode()
        except (InvalidTag, ValueError) as cause:
            raise EnvironmentFault(
                "my_number.unopened",
                "登録されている個人番号を開けません。番号鍵が合わないか、記録が書き換えられています。",
                "操作をやめて、システム管理者に連絡してください。",
            ) from cause

    def index(self, number: str) -> bytes:
        return hmac.digest(self._index_key, number.encode(), hashlib.sha256)


def _bound_to(owner: Owner) -> bytes:
    return f"my number\x1f{owner.kind}\x1f{owner.id}".encode()


def _is(owner: Owner) -> ColumnElement[bool]:
    return and_(my_number.c.owner_kind == owner.kind, my_number.c.owner_id == owner.id)


def _former(work: ReadRows, key: bytes) -> _Sealer | None:
    """What opens the numbers that a change of key has not reached."""
    sealed = work.fact(_FORMER)
    if sealed is None:
        return None
    try:
        return _Sealer(open_under(key, bytes.fromhex(sealed), _FORMER))
    except SealError:
        return None  # ``key`` is not the one in force


def _generation(work: ReadRows) -> int:
    value = work.fact(_GENERATION)
    return int(value) if value is not None else 1


_BATCH_OF_OLDER = (
    select(my_number.c.owner_kind, my_number.c.owner_id, my_number.c.sealed)
    .where(my_number.c.key_generation < bindparam("generation"))
    .limit(bindparam("at_once"))
)

_SEALED_ANEW = (
    update(my_number)
    .where(my_number.c.owner_kind == bindparam("kind"), my_number.c.owner_id == bindparam("id"))
    .values(sealed=bindparam("sealed"), search_index=bindparam("search_index"))
)
