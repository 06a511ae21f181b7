"""未請求の給付 (SEC-109): who has a right and has not claimed it, with the day on which it ends,
for the list of the municipality; and payments whose transfer came back.

What is listed is nobody's decision: funerals of insured persons of which no claim came, months of
高額療養費 that wait for a first claim, refunds of a corrected share, transfers that came back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, update

from app.core.errors import UserError
from app.peers.union.office import benefits
from app.peers.union.office.check_list import CheckEntry, deliver_list, list_entry
from app.peers.union.office.persons import coverages_of, insured_on
from app.peers.union.system import System, log_act
from app.peers.union.tables import benefit, coverage, entitlement, person
from app.rules.benefits.tables import funeral_amount
from app.rules.errors import RuleError

RETURNED = "returned"
"""A right to what was paid and came back."""
_FUNERAL = "funeral"
_DEAD = "3"


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


def list_unclaimed(system: System, operator: str, municipality: str) -> dict[str, int]:
    """Put what is unclaimed today on the municipality's list (FILE-24); what stands on it already
    is not listed twice. How many there are, and how many are new."""
    today = system.today().isoformat()
    with system.database.write() as connection:
        found = [*_rights(system, connection, municipality, today),
                 *_funerals(system, connection, municipality, today)]  # fmt: skip
        listed = 0
        for one in found:
            entry = CheckEntry(
                one.cause, municipality, one.atena_number, insured_number=one.insured_number
            )
            listed += list_entry(system, connection, entry, one.detail)
        log_act(system, connection, operator, "unclaimed", municipality, count=len(found))
        deliver_list(system, connection, municipality)
        return {"count": len(found), "listed": listed}


def came_back(system: System, operator: str, notification_id: str) -> int:
    """The transfer of a benefit came back (振込不能): the amount waits for another account, two
    years from today. Gives the amount. Raises UserError ``union.no_benefit``."""
    with system.database.write() as connection:
        mine = benefit.c.notification_id == notification_id
        row = connection.execute(select(benefit).where(mine)).first()
        if row is None or row.returned_on:
            raise UserError(
                "union.no_benefit",
                "この送信番号で支払った給付がないか、すでに戻ったものとして記録されています。",
                "支払いの記録で番号を確かめてください。",
            )
        today = system.today()
        connection.execute(update(benefit).where(mine).values(returned_on=today.isoformat()))
        until = benefits.claim_until(system, "benefit", today)
        steps = (f"{row.decided_on} に支払い、{today} に振込不能で戻った {row.amount:,}円",)
        right = benefits.Right(RETURNED, f"R{row.id:08d}", row.amount, steps, until)
        benefits.put_right(system, connection, row.person_id, right)
        log_act(system, connection, operator, "came_back", notification_id)
        return int(row.amount)


def _rights(
    system: System, connection: Connection, municipality: str, today: str
) -> Iterator[Unclaimed]:
    rows = connection.execute(
        select(entitlement, person.c.atena_number)
        .join(person, person.c.id == entitlement.c.person_id)
        .where(
            person.c.municipality_code == municipality,
            entitlement.c.state == benefits.OPEN,
            entitlement.c.amount > 0,
            entitlement.c.claim_until >= today,
        )
        .order_by(entitlement.c.claim_until, entitlement.c.id)
    ).all()
    numbers = coverages_of(connection, {row.person_id for row in rows})
    titles = system.tables["benefits"]
    for row in rows:
        title = "振込不能で戻った給付"
        if row.benefit != RETURNED:
            title = titles.label(row.benefit, system.today())
        month = f"（{row.period[:7]} 診療分）" if row.benefit == "high_cost" else ""
        mine = numbers.get(row.person_id, [])
        yield Unclaimed(
            f"unclaimed_{row.benefit}",
            row.atena_number,
            mine[-1].insured_number if mine else "",
            row.amount,
            f"{title}{month}",
            row.claim_until,
        )


def _funerals(
    system: System, connection: Connection, municipality: str, today: str
) -> Iterator[Unclaimed]:
    """Insured persons who died and for whose funeral nobody claimed. The two years run from the
    funeral, which nobody here knows: from the death is the earliest that they can end."""
    claimed = select(benefit.c.person_id).where(benefit.c.kind.startswith(_FUNERAL))
    rows = connection.execute(
        select(person)
        .where(
            person.c.municipality_code == municipality,
            person.c.state == _DEAD,
            person.c.state_on != "",
            person.c.id.in_(select(coverage.c.person_id)),
            person.c.id.not_in(claimed),
        )
        .order_by(person.c.state_on, person.c.id)
    ).all()
    periods = coverages_of(connection, [row.id for row in rows])
    for row in rows:
        died = date.fromisoformat(row.state_on)
        until = benefits.claim_until(system, "funeral_benefit", died)
        if until < today or not insured_on(periods[row.id], row.state_on):
            continue
        yield Unclaimed(
            "unclaimed_funeral",
            row.atena_number,
            periods[row.id][-1].insured_number,
            _amount(system, row, died),
            f"葬祭費（{row.state_on} 死亡）",
            until,
        )


def _amount(system: System, row: Any, died: date) -> int:
    place = (system.setup.prefecture, row.municipality_code)
    try:
        return funeral_amount(system.tables, *place, died).amount
    except RuleError:
        return 0
