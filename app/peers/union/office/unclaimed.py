"""未請求の給付 (SEC-109): who has a right and has not claimed it, with the day on which it ends,
for the list of the municipality; and payments whose transfer came back.

What is listed is nobody's decision: funerals of insured persons of which no claim came, months of
高額療養費 that wait for a first claim, refunds of a corrected share, transfers that came back.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, update

from app.core.errors import UserError
from app.peers.union.office import benefits
from app.peers.union.office.benefits import Unclaimed
from app.peers.union.office.check_list import CheckEntry, deliver_list, list_entry
from app.peers.union.office.kinds import funeral
from app.peers.union.office.persons import coverages_of
from app.peers.union.system import System, log_act
from app.peers.union.tables import benefit, entitlement, person

RETURNED = "returned"
"""A right to what was paid and came back."""


def list_unclaimed(system: System, operator: str, municipality: str) -> dict[str, int]:
    """Put what is unclaimed today on the municipality's list (FILE-24); what stands on it already
    is not listed twice. How many there are, and how many are new."""
    today = system.today().isoformat()
    with system.database.write() as connection:
        found = [*_rights(system, connection, municipality, today),
                 *funeral.unclaimed(system, connection, municipality, today)]  # fmt: skip
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
