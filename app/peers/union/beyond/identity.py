"""本人確認情報 (FLOW-1001 … 1005; SEC-15): an official asks for it, looks at what was found
beside what the union holds, and takes 個人番号 over; nothing is taken over by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.core.errors import UserError
from app.peers.union.beyond.tables import identity_search
from app.peers.union.office.history import bring
from app.peers.union.office.persons import (
    find_person,
    get_person,
    number_of,
    owner_of,
    put_number,
    touch,
)
from app.peers.union.system import System, log_act, next_value
from app.wire.records.beyond import IdentityAsked, IdentityFound

BY_NUMBER, BY_FACTS = "number", "facts"
_TOLD = ("name", "kana", "address", "birth_sort", "sex")


def ask(
    system: System, operator: str, municipality: str, atena: str, by: str, ground: str
) -> dict[str, str]:
    """Queue a search for a person known here, by her four facts or by her 個人番号.

    Raises UserError ``union.no_person``, ``union.no_number`` for a search by a number that is not
    held, ``union.search_by``."""
    if by not in (BY_NUMBER, BY_FACTS):
        raise UserError(
            "union.search_by", f"検索の方法「{by}」はありません。", "facts か number です。"
        )
    with system.database.write() as connection:
        row = find_person(connection, municipality, atena)
        if row is None:
            raise UserError(
                "union.no_person",
                "この宛名番号の方は、登録されていません。",
                "市区町村コードと宛名番号を確かめてください。",
            )
        if by == BY_NUMBER and not number_of(connection, row.id):
            raise UserError(
                "union.no_number",
                "この方の個人番号は、登録されていません。",
                "基本４情報（facts）で検索してください。",
            )
        search_id = f"{system.setup.id}-I-{next_value(connection, 'identity_search'):06d}"
        connection.execute(
            insert(identity_search).values(
                id=search_id,
                person_id=row.id,
                by=by,
                ground=ground,
                operator=operator,
                asked_at=system.now(),
            )
        )
        log_act(system, connection, operator, "search_identity", search_id, by=by)
        return {"id": search_id}


def searches(system: System, connection: Connection) -> tuple[IdentityAsked, ...]:
    """FILE-35: what was asked and is not answered."""
    rows = connection.execute(
        select(identity_search)
        .where(identity_search.c.outcome == "", identity_search.c.settled_at == "")
        .order_by(identity_search.c.id)
    )
    return tuple(_asked(connection, row) for row in rows)


def _asked(connection: Connection, row: Row[Any]) -> IdentityAsked:
    person = get_person(connection, row.person_id)
    by_number = row.by == BY_NUMBER
    facts = ("name", "address", "birth_sort", "sex")
    return IdentityAsked(
        request_id=row.id,
        my_number=number_of(connection, row.person_id) if by_number else "",
        **{name: "" if by_number else getattr(person, name) for name in facts},
        ground=row.ground,
        asked_at=row.asked_at,
    )


def take_found(
    system: System, connection: Connection, records: Iterable[IdentityFound]
) -> dict[str, int]:
    """FILE-36: what was found is kept for the official who asked."""
    counts = {"found": 0, "not_found": 0, "unmatched": 0}
    for one in records:
        row = _find(connection, one.request_id)
        if row is None or row.outcome:
            counts["unmatched"] += 1
            log_act(system, connection, "", "unmatched_answer", one.request_id)
            continue
        found = one.outcome == "found"
        counts["found" if found else "not_found"] += 1
        values = {"outcome": one.outcome, "found": json.dumps(asdict(one)) if found else ""}
        connection.execute(_of(one.request_id).values(**values))
    return counts


def shown(system: System) -> list[dict[str, Any]]:
    """The searches, with how each fact that was found stands beside the union's: 同じ or 違う. No
    number is shown (it is taken over by ``settle``)."""
    with system.database.read() as connection:
        rows = connection.execute(
            select(identity_search).order_by(identity_search.c.id.desc())
        ).all()
        return [_compared(connection, row) for row in rows]


def _compared(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row.id,
        "by": row.by,
        "asked_at": row.asked_at,
        "search_outcome": row.outcome,
        "settled_at": row.settled_at,
    }
    if row.found:
        person, found = get_person(connection, row.person_id), json.loads(row.found)
        told["differs"] = [name for name in _TOLD if getattr(person, name) != found[name]]
        mine = number_of(connection, row.person_id)
        told["number_found"] = "same" if found["my_number"] == mine else "other"
    return told


def settle(system: System, operator: str, search_id: str, *, take_over: bool) -> dict[str, str]:
    """End a search; ``take_over``: the number found becomes the person's, who had none.

    Raises UserError ``union.no_search``, ``union.number_there`` where she has another number, and
    ``union.number_elsewhere`` where it is somebody else's: nothing is overwritten."""
    with system.database.write() as connection:
        row = _find(connection, search_id)
        if row is None or row.settled_at or not row.outcome:
            raise UserError(
                "union.no_search",
                "答えの届いた検索ではありません。",
                "identities の一覧で番号を確かめてください。",
            )
        if take_over:
            _take_over(system, connection, row)
            log_act(system, connection, operator, "take_number", search_id)
        else:
            log_act(system, connection, operator, "settle_identity", search_id)
        values = {"settled_at": system.now(), "found": ""}
        connection.execute(_of(search_id).values(**values))
        return {"id": search_id, "settled_at": system.now()}


def _take_over(system: System, connection: Connection, row: Row[Any]) -> None:
    found = json.loads(row.found)["my_number"] if row.found else ""
    mine, owner = number_of(connection, row.person_id), owner_of(connection, found)
    if not found or mine not in ("", found):
        raise UserError(
            "union.number_there",
            "この方には、別の個人番号が登録されています。または、番号が見つかっていません。",
            "個人番号の変更・訂正の届出で直してください。",
        )
    if owner is not None and owner.id != row.person_id:
        raise UserError(
            "union.number_elsewhere",
            "この個人番号は、別の方に登録されています。",
            "どちらの方の番号か、市区町村に確かめてください。",
        )
    if not mine:
        bring(system, connection, "official", row.id, row.operator)
        put_number(connection, row.person_id, found)
        touch(connection, row.person_id)


def _find(connection: Connection, search_id: str) -> Row[Any] | None:
    where = identity_search.c.id == search_id
    return connection.execute(select(identity_search).where(where)).first()


def _of(search_id: str) -> Any:
    return update(identity_search).where(identity_search.c.id == search_id)
