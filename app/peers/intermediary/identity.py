"""本人確認情報の検索 (FLOW-1002 … 1004): by 個人番号, or by facts that tell one person (SEC-15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from app.peers.intermediary.system import Insurer, Intermediary, log_act
from app.peers.intermediary.tables import resident
from app.wire.records.beyond import IdentityAsked, IdentityFound

_FACTS = ("name", "address", "birth_sort", "sex")
_FEWEST = 3
"""Facts that must be told, the address among them; fewer need a reason."""


def search(
    system: Intermediary, connection: Connection, insurer: Insurer, asked: Sequence[IdentityAsked]
) -> tuple[IdentityFound, ...]:
    """The one resident of each search, told whole; of none and of several nothing is told."""
    found = []
    for one in asked:
        outcome, row = _search(connection, one)
        by = "number" if one.my_number else "facts"
        log_act(
            system,
            connection,
            insurer.card.name,
            "identity",
            one.request_id,
            outcome=outcome,
            by=by,
        )
        values = {} if row is None else {name: getattr(row, name) for name in (*_FACTS, "kana")}
        number = "" if row is None else row.my_number
        found.append(
            IdentityFound(
                request_id=one.request_id,
                outcome=outcome,
                **{"my_number": number, **_BLANK, **values},
            )
        )
    return tuple(found)


_BLANK = dict.fromkeys((*_FACTS, "kana"), "")


def _search(connection: Connection, asked: IdentityAsked) -> tuple[str, Row[Any] | None]:
    if asked.my_number:
        where = [resident.c.my_number == asked.my_number]
    else:
        told = [name for name in _FACTS if getattr(asked, name)]
        enough = len(told) >= _FEWEST and "address" in told
        if not told or not (enough or asked.ground):
            return "incomplete", None
        where = [resident.c[name] == getattr(asked, name) for name in told]
    rows = connection.execute(select(resident).where(*where).limit(2)).all()
    if len(rows) == 1:
        return "found", rows[0]
    return ("several" if rows else "none"), None
