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

FACTS = "store_fact.number_key_generation"
"""What a unit of work that seals a number reads beside the table."""

ROTATION_WRITES = (
    "my_number",
    "store_fact.number_key_chain",
    "store_fact.number_key_generation",
    "store_fact.number_key_owed",
)
"""What the function that changes the number key declares under ``writes``."""

_NONCE_BYTES = 12
_CHAIN = "number_key_chain"
_GENERATION = "number_key_generation"
_OWED = "number_key_owed"
_AT_ONCE = 1000


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

    def show(self, owner_kind: str, owner_id: str) -> str | None:
        """The owner's number, 12 digits, or nothing."""
        owner = Owner(owner_kind, owner_id)
        sealed = self._work.scalar(select(my_number.c.sealed).where(_is(owner)))
        return None if sealed is None else self._sealer.open(owner, bytes(sealed))

    def put(self, owner_kind: str, owner_id: str, number: str) -> None:
        """Keep ``number`` for the owner, in place of an earlier one. Full-width digits and
        hyphens are understood. Raises ``UserError`` for a number of wrong length, wrong check
        digit or one digit throughout (番号法施行令8条, 総務省令85号 5条)."""
        owner = Owner(owner_kind, owner_id)
        self._keep(owner, checked_number(number))

    def find(self, number: str) -> tuple[Owner, ...]:
        """All owners of ``number``, persons and open cases. Raises ``UserError`` as ``put``."""
        index = self._sealer.index(checked_number(number))
        found = select(my_number.c.owner_kind, my_number.c.owner_id)
        found = found.where(my_number.c.search_index == index)
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
    """Seal every number anew under ``new_key``, in this one unit of work; gives how many.

    The new key is kept under the old one in the same transaction, so that a crash before the
    slot file holds the new key loses nothing: ``current_key`` finds it, ``settle`` ends it.
    Raises ``EnvironmentFault`` ``my_number.unopened`` and changes nothing when a row does not
    open under ``old_key``.
    """
    old, new = _Sealer(old_key), _Sealer(new_key)
    generation = _generation(work) + 1
    resealed = 0
    while rows := work.all(_BATCH_OF_OLDER, {"generation": generation}):
        for row in rows:
            owner = Owner(row.owner_kind, row.owner_id)
            number = old.open(owner, bytes(row.sealed))
            sealed, index = new.seal(owner, number), new.index(number)
            values = {"sealed": sealed, "search_index": index, "key_generation": generation}
            work.run(update(my_number).where(_is(owner)).values(**values))
        resealed += len(rows)
    chain = seal_under(old_key, new_key, _CHAIN).hex()
    work.set_fact(_CHAIN, chain)
    work.set_fact(_GENERATION, str(generation))
    work.drop_fact(_OWED)
    return resealed


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


def _generation(work: Rows) -> int:
    value = work.fact(_GENERATION)
    return int(value) if value is not None else 1


_BATCH_OF_OLDER = (
    select(my_number.c.owner_kind, my_number.c.owner_id, my_number.c.sealed)
    .where(my_number.c.key_generation < bindparam("generation"))
    .limit(_AT_ONCE)
)
