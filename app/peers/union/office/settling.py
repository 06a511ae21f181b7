"""What a corrected share gives back or bills (負担割合の更正; DOMAIN 3.2, 高確法67・68条): the
treatments of which the union has the receipt are settled at the share that held on their day.

A treatment is settled at what is owed then, so that the next correction counts from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from app.core.errors import UserError
from app.peers.union.office import benefits
from app.peers.union.office.persons import PersonRow, get_person
from app.peers.union.system import System, log_act, next_value
from app.peers.union.tables import coverage, settlement, treatment
from app.rules.calendar.days import ONE_DAY
from app.rules.copay.correction import Care, ShareCorrection, correct_share
from app.rules.values.amounts import amount


class ShareFrom(Protocol):
    """A share and the day from which it holds."""

    @property
    def copay_ratio(self) -> int: ...
    @property
    def copay_from(self) -> str: ...


def take_treatments(system: System, operator: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep treatments from receipts (レセプト, FILE-47): ``insured_number``, ``key`` of the line,
    ``treated_on``, ``cost`` and ``paid`` in yen; where there is more to say ``institution``,
    ``inpatient``, ``fund`` (公費) with ``own_limit``, ``specified_disease``. How many were new; a
    known key is kept as it is.

    Raises UserError ``union.treatment`` for a line of somebody who was not insured here on the day
    or was dead, or whose amounts cannot be."""
    with system.database.write() as connection:
        known = set(connection.execute(select(treatment.c.key)).scalars())
        new = [_treatment(connection, row) for row in rows if row["key"] not in known]
        if new:
            connection.execute(insert(treatment), new)
        log_act(system, connection, operator, "treatments", "", count=len(new))
    return len(new)


def settlements(system: System) -> list[dict[str, Any]]:
    """What was settled, the newest first, by 宛名番号."""
    with system.database.read() as connection:
        columns = [column for column in settlement.c if column.name != "person_id"]
        rows = connection.execute(select(*columns).order_by(settlement.c.id.desc()))
        return [dict(row._mapping) for row in rows]


def settle(
    system: System,
    connection: Connection,
    row: PersonRow,
    old: Sequence[ShareFrom],
    new: Sequence[ShareFrom],
) -> None:
    """Settle the treatments of the days on which the share is another than was thought."""
    today = system.today()
    for since, until, ratio in _other(old, new):
        last = min(date.fromisoformat(until) - ONE_DAY, today) if until else today
        cares = _cares(connection, row.id, since, last.isoformat())
        if not cares:
            continue
        found = correct_share(ratio, date.fromisoformat(since), last, cares,
                              person=row.atena_number)  # fmt: skip
        if not found.refund and not found.bill:
            continue
        connection.execute(
            _OWED, [{"of": each.care.key, "owed": each.owed} for each in found.settled]
        )
        number = next_value(connection, "settlement")
        _owe(system, connection, row.id, number, found)
        connection.execute(
            insert(settlement).values(
                id=number,
                person_id=row.id,
                atena_number=row.atena_number,
                since=since,
                until=last.isoformat(),
                copay_ratio=ratio,
                refund=found.refund,
                bill=found.bill,
                settled_at=system.now(),
            )
        )


def _owe(
    system: System, connection: Connection, person_id: int, number: int, found: ShareCorrection
) -> None:
    """What was paid too much can be claimed (一部負担金の還付)."""
    if not found.refund:
        return
    steps = [
        f"{each.care.treated_on}　医療費 {each.care.cost:,}円　支払った額 {each.care.paid:,}円"
        f" → 正しい額 {each.owed:,}円"
        for each in found.settled
        if each.difference < 0
    ]
    steps.append(f"返す額 {found.refund:,}円")
    until = benefits.claim_until(system, "benefit", system.today())
    right = benefits.Right("copay_refund", f"S{number:08d}", found.refund, tuple(steps), until)
    benefits.put_right(system, connection, person_id, right)


_OWED = update(treatment).where(treatment.c.key == bindparam("of")).values(paid=bindparam("owed"))


def _other(old: Sequence[ShareFrom], new: Sequence[ShareFrom]) -> Iterable[tuple[str, str, int]]:
    """The days on which ``new`` has another ratio than ``old``: since, until ("" for ever), and
    the ratio. Nothing is settled where there was no share before."""
    days = sorted({one.copay_from for one in (*old, *new)})
    for since, until in pairwise([*days, ""]):
        before, now = _ratio(old, since), _ratio(new, since)
        if before and now and before != now:
            yield since, until, now


def _ratio(shares: Sequence[ShareFrom], day: str) -> int:
    begun = [one.copay_ratio for one in shares if one.copay_from <= day]
    return begun[-1] if begun else 0


def _cares(connection: Connection, person_id: int, since: str, last: str) -> list[Care]:
    rows = connection.execute(
        select(treatment).where(
            treatment.c.person_id == person_id, treatment.c.treated_on.between(since, last)
        )
    )
    return [Care(row.key, date.fromisoformat(row.treated_on), row.cost, row.paid) for row in rows]


def _treatment(connection: Connection, said: Mapping[str, Any]) -> dict[str, Any]:
    cost, paid = (int(amount(str(said[name]), name).normal) for name in ("cost", "paid"))
    day = date.fromisoformat(str(said["treated_on"])).isoformat()
    found = _whose(connection, str(said["insured_number"]))
    if found is None:
        raise _not_taken(said, "被保険者番号の方がいません。")
    row, period = found
    if row.state == _DEAD and row.state_on < day:
        raise _not_taken(said, f"この方は {row.state_on} に亡くなっています。")
    if day < period.acquired_on or (period.lost_on and day >= period.lost_on):
        raise _not_taken(said, f"{day} は資格のある日ではありません。")
    if paid > cost:
        raise _not_taken(said, "自己負担が医療費を超えています。")
    limit = said.get("own_limit")
    return {
        "key": str(said["key"]),
        "person_id": row.id,
        "treated_on": day,
        "cost": cost,
        "paid": paid,
        "institution": str(said.get("institution", "")),
        "inpatient": int(bool(said.get("inpatient"))),
        "fund": str(said.get("fund", "")),
        "own_limit": None if limit is None else int(amount(str(limit), "own_limit").normal),
        "specified_disease": int(bool(said.get("specified_disease"))),
    }


_DEAD = "3"


def _whose(connection: Connection, insured_number: str) -> tuple[PersonRow, Row[Any]] | None:
    """Whose 被保険者番号 it is or was, and the last period that bore it."""
    period = connection.execute(
        select(coverage)
        .where(coverage.c.insured_number == insured_number)
        .order_by(coverage.c.acquired_on.desc())
    ).first()
    return None if period is None else (get_person(connection, period.person_id), period)


def _not_taken(said: Mapping[str, Any], why: str) -> UserError:
    return UserError(
        "union.treatment",
        f"診療 {said['key']} を取り込めません。{why}",
        "1件も取り込んでいません。レセプトの内容を確かめてください。",
    )
