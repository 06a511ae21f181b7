"""The books of benefits: what was decided to be paid and into which account, and rights that wait
to be claimed (未請求) with the day on which they end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.peers.union.office import history
from app.peers.union.system import System, next_value
from app.peers.union.tables import benefit, entitlement
from app.rules.collection.limitation import limitation
from app.rules.collection.tables import limitation_rule

OPEN, PAID, LAPSED = "open", "paid", "lapsed"
ACCOUNT = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")


@dataclass(frozen=True, slots=True)
class Right:
    """A right that was reckoned: ``period`` is the month (YYYY-MM) or the year, ``claim_until``
    the last day on which it can be claimed."""

    benefit: str
    period: str
    amount: int
    steps: tuple[str, ...]
    claim_until: str
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """One line of the list: a code of ``check_causes``, whose, how much, and until when."""

    cause: str
    atena_number: str
    insured_number: str
    amount: int
    what: str
    claim_until: str

    @property
    def detail(self) -> str:
        """In the clerk's words."""
        return f"{self.what}　{self.amount:,}円。請求できるのは {self.claim_until} までです。"


def account_of(connection: Connection, person_id: int, day: str) -> dict[str, str] | None:
    """The account that is registered for benefits (支給口座) on ``day``; None for none."""
    span = history.held_on(connection, person_id, ("account", ""), day)
    if span is None:
        return None
    value = json.loads(span.value)
    return {name: str(value.get(name, "")) for name in ACCOUNT}


def put_right(system: System, connection: Connection, person_id: int, right: Right) -> int:
    """Keep what was reckoned for a period; gives what of it is not paid yet. What was paid stays:
    if it was less, the difference waits as a right of its own."""
    mine = (
        entitlement.c.person_id == person_id,
        entitlement.c.benefit == right.benefit,
        entitlement.c.period.like(f"{right.period}%"),
    )
    rows = connection.execute(select(entitlement).where(*mine).order_by(entitlement.c.id)).all()
    paid = sum(row.amount for row in rows if row.state == PAID)
    due = right.amount - paid
    waiting = next((row for row in rows if row.state != PAID), None)
    period = right.period if not paid else f"{right.period}+{len(rows)}"
    values = {
        "amount": max(due, 0),
        "steps": "\n".join(right.steps),
        "counts": int(right.counts),
        "claim_until": right.claim_until,
        "state": OPEN if right.claim_until >= system.today().isoformat() else LAPSED,
        "changed_at": system.now(),
    }
    if waiting is not None:
        connection.execute(update(entitlement).where(entitlement.c.id == waiting.id).values(values))
    elif due > 0:
        connection.execute(
            insert(entitlement).values(
                id=next_value(connection, "entitlement"),
                person_id=person_id,
                benefit=right.benefit,
                period=period,
                **values,
            )
        )
    return int(max(due, 0))


def open_rights(
    connection: Connection, person_id: int, kinds: Sequence[str], today: str
) -> list[Row[Any]]:
    """What of these benefits somebody can still claim, oldest first."""
    return list(
        connection.execute(
            select(entitlement)
            .where(
                entitlement.c.person_id == person_id,
                entitlement.c.benefit.in_(kinds),
                entitlement.c.state == OPEN,
                entitlement.c.amount > 0,
                entitlement.c.claim_until >= today,
            )
            .order_by(entitlement.c.period)
        )
    )


def settle_rights(system: System, connection: Connection, ids: Sequence[int]) -> None:
    """These rights are paid."""
    connection.execute(
        update(entitlement)
        .where(entitlement.c.id.in_(ids))
        .values(state=PAID, changed_at=system.now())
    )


def claim_until(system: System, claim: str, since: date) -> str:
    """The last day on which can be claimed what could first be claimed because of ``since``
    (時効); ``claim`` is the row of ``limitation_periods``."""
    day = limitation(limitation_rule(system.tables, claim, since), since).last_day
    assert day is not None, "a benefit lapses"
    return day.isoformat()


def paid_before(connection: Connection, person_id: int, kind: str, claim: str) -> bool:
    """Whether the same claim was paid."""
    found = select(benefit.c.id).where(
        benefit.c.person_id == person_id, benefit.c.kind == kind, benefit.c.claim == claim
    )
    return connection.execute(found).first() is not None


def keep(connection: Connection, person_id: int, paid: Mapping[str, Any]) -> None:
    """A benefit that was decided: ``paid`` holds the other columns of the table."""
    connection.execute(insert(benefit).values(person_id=person_id, **paid))
