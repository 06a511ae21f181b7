"""What happens in the municipality on one day: people move, die and pay; nothing else is invented.

A day is made from its number and a seed, so that the same system lives the same life again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from app.peers.municipality.numbers import artificial_number
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import (
    addressee,
    collection,
    disability,
    instalment,
    movement,
    resident,
    tax,
)
from app.rules import identifiers
from app.rules.calendar.days import years_before

_OUTSIDE = "131016"
_TOWNS = ("見本町", "手本町", "例示町")
_FAMILY = (("佐藤", "サトウ"), ("鈴木", "スズキ"), ("髙橋", "タカハシ"), ("渡邊", "ワタナベ"))
_GIVEN = (("一郎", "イチロウ", "1"), ("花子", "ハナコ", "2"), ("清", "キヨシ", "1"))
_PAYS = 0.9
"""So large a part of what falls due is paid on the day."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What one day brought, by name and count."""

    day: date
    events: dict[str, int]
    payments: int


def next_day(system: Municipality, moves: int = 5, seed: int = 0) -> Lived:
    """Live until the next business day: ``moves`` events of the register, payments of what falls
    due, now and then a letter's other address or a disability card."""
    day = system.today + timedelta(days=1)
    chance = random.Random(f"{system.code}-{day}-{seed}")  # noqa: S311 - the same day twice is alike
    events: dict[str, int] = {}
    with system.write() as connection:
        for _ in range(moves):
            kind = chance.choices(tuple(_EVENTS), weights=(4, 3, 2, 2, 1))[0]
            if _EVENTS[kind](connection, day, chance, system.code):
                events[kind] = events.get(kind, 0) + 1
        paid = _pay(connection, day, chance)
        _other_address(connection, day, chance)
        _card(connection, day, chance)
        system.set_fact(connection, "day", day.isoformat())
    return Lived(day, events, paid)


def note(connection: Connection, atena: str, event: str, day: date, **more: str) -> None:
    """One event of the register."""
    values = {"atena_number": atena, "event": event, "event_on": day.isoformat(), **more}
    values.setdefault("processed_on", day.isoformat())
    values.setdefault("notified_on", day.isoformat())
    connection.execute(insert(movement).values(**values))


def change(connection: Connection, atena: str, **values: str) -> None:
    """Change a person's row."""
    connection.execute(update(resident).where(resident.c.atena_number == atena).values(**values))


def _somebody(connection: Connection, chance: random.Random) -> Row[Any] | None:
    there = resident.c.state == "1"
    count = connection.execute(select(func.count()).where(there)).scalar() or 0
    if not count:
        return None
    at = chance.randrange(count)
    return connection.execute(
        select(resident).where(there).order_by(resident.c.atena_number).offset(at).limit(1)
    ).first()


def _moves_within(connection: Connection, day: date, chance: random.Random, _code: str) -> bool:
    who = _somebody(connection, chance)
    if who is None:
        return False
    address = f"{chance.choice(_TOWNS)}{chance.randint(1, 9)}番{chance.randint(1, 30)}号"
    change(connection, who.atena_number, address=address, building="")
    note(connection, who.atena_number, "move_within", day, former_address=who.address)
    return True


def _dies(connection: Connection, day: date, chance: random.Random, _code: str) -> bool:
    who = _somebody(connection, chance)
    if who is None or who.birth_sort > years_before(day, 60).isoformat():
        return False
    change(connection, who.atena_number, state="3", state_on=day.isoformat())
    note(connection, who.atena_number, "death", day)
    return True


def _leaves(connection: Connection, day: date, chance: random.Random, _code: str) -> bool:
    who = _somebody(connection, chance)
    if who is None:
        return False
    change(connection, who.atena_number, state="2", state_on=day.isoformat())
    note(
        connection,
        who.atena_number,
        "move_out",
        day,
        next_municipality_code=_OUTSIDE,
        next_address="例示区例示1番1号",
    )
    return True


def _comes(connection: Connection, day: date, chance: random.Random, _code: str) -> bool:
    made = connection.execute(select(func.count()).select_from(movement)).scalar() or 0
    atena = fresh_atena(connection, made)
    (family, family_kana), (given, given_kana, sex) = chance.choice(_FAMILY), chance.choice(_GIVEN)
    born = years_before(day, chance.randint(60, 95)) - timedelta(days=chance.randint(1, 300))
    values = {
        "atena_number": atena,
        "household_number": atena,
        "relation": "世帯主",
        "is_head": "1",
        "person_kind": "1",
        "name": f"{family}　{given}",
        "kana": f"{family_kana}　{given_kana}",
        "birth_written": born.isoformat(),
        "birth_sort": born.isoformat(),
        "sex": sex,
        "my_number": artificial_number(int(atena[:14]) % 10**8),
        "state": "1",
        "postal_code": "9990000",
        "address": f"{chance.choice(_TOWNS)}{chance.randint(1, 9)}番1号",
        "support_measure": "0",
        "resident_since": day.isoformat(),
    }
    connection.execute(insert(resident).values(**values))
    connection.execute(
        insert(tax).values(
            atena_number=atena,
            tax_year=str(day.year),
            state="other_municipality",
            taxed="unknown",
            cause="first",
        )
    )
    note(
        connection,
        atena,
        "move_in",
        day,
        former_municipality_code=_OUTSIDE,
        former_address="例示区例示1番1号",
    )
    return True


def _number_changes(connection: Connection, day: date, chance: random.Random, _code: str) -> bool:
    who = _somebody(connection, chance)
    if who is None:
        return False
    fresh = artificial_number(int(who.atena_number[:14]) % 10**7 + 5 * 10**7)
    change(connection, who.atena_number, my_number=fresh)
    note(connection, who.atena_number, "number_request", day)
    return True


_EVENTS = {
    "move_within": _moves_within,
    "death": _dies,
    "move_out": _leaves,
    "move_in": _comes,
    "number_request": _number_changes,
}


def fresh_atena(connection: Connection, hint: int) -> str:
    """An atena number nobody has, with its check digit."""
    index = 70_000_000 + hint
    while True:
        body = f"{index:014d}"
        atena = body + identifiers.atena_check_digit(body)
        taken = select(resident.c.atena_number).where(resident.c.atena_number == atena)
        if connection.execute(taken).first() is None:
            return atena
        index += 1


def _pay(connection: Connection, day: date, chance: random.Random) -> int:
    """What fell due by ``day`` and is not paid is paid, most of it; the rest gets its demand."""
    paid = select(collection.c.notice_number, collection.c.period)
    settled = {(row.notice_number, row.period) for row in connection.execute(paid)}
    due = select(instalment).where(instalment.c.due_on <= day.isoformat(), instalment.c.amount > 0)
    count = 0
    for row in connection.execute(due).all():
        if (row.notice_number, row.period) in settled:
            continue
        if chance.random() < _PAYS:
            connection.execute(insert(collection).values(**payment_of(row, day)))
            count += 1
        elif not row.demanded and date.fromisoformat(row.due_on) + timedelta(days=20) <= day:
            mine = (
                instalment.c.notice_number == row.notice_number,
                instalment.c.period == row.period,
            )
            connection.execute(update(instalment).where(*mine).values(demanded=day.isoformat()))
    return count


def payment_of(row: Row[Any], day: date) -> dict[str, Any]:
    """The payment of one instalment in full."""
    return {
        "entry_id": f"S-{row.notice_number}-{row.period}",
        "notice_number": row.notice_number,
        "period": row.period,
        "kind": "payment",
        "amount": row.amount,
        "received_on": day.isoformat(),
        "credited_on": day.isoformat(),
        "place": "store" if row.method == "slip" else "account",
    }


def _other_address(connection: Connection, day: date, chance: random.Random) -> None:
    who = _somebody(connection, chance)
    if who is None or chance.random() > 0.3:
        return
    connection.execute(
        insert(addressee).values(
            atena_number=who.atena_number,
            change="send_to",
            changed_on=day.isoformat(),
            send_name=who.name,
            send_postal_code="9990001",
            send_address="例示市例示9番9号",
        )
    )


def _card(connection: Connection, day: date, chance: random.Random) -> None:
    """Somebody of 65 to 74 gets a card of a degree that may be recognised (高確法50条2号)."""
    if chance.random() > 0.3:
        return
    span = (years_before(day, 74).isoformat(), years_before(day, 65).isoformat())
    who = connection.execute(
        select(resident)
        .where(resident.c.state == "1", resident.c.birth_sort.between(*span))
        .where(resident.c.atena_number.not_in(select(disability.c.atena_number)))
        .order_by(resident.c.atena_number)
        .limit(1)
    ).first()
    if who is not None:
        connection.execute(
            insert(disability).values(
                atena_number=who.atena_number,
                proof="physical_1",
                grade="1級",
                issued_on=day.isoformat(),
            )
        )
