"""名寄せ (FLOW-1011): somebody whom the resident register of one municipality names for the first
time and another municipality of this union knows. The coverage goes on (DOMAIN 1.3): a move inside
the area is no loss.

She is the same by 個人番号 and one fact more (SEC-06), or by four facts: name, birth date, sex and
the former address. Where less agrees the doubt is on the check list and nobody is joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app.peers.union.office.cards import ExpiredProofError, Papers, held_of
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.holding import hold
from app.peers.union.office.newcomers import may_be_same
from app.peers.union.office.persons import (
    PersonRow,
    change_person,
    coverages_of,
    get_person,
    levy_waits,
    open_coverage,
    owner_of,
    reopen_coverage,
)
from app.peers.union.office.rejudging import CARDS, rejudge_others
from app.peers.union.system import System, next_value
from app.peers.union.tables import coverage, former_atena, person, share
from app.wire.files import FILES
from app.wire.records import ResidentRecord

_LEFT = "2"
_HERE = "1"
_LATE_DAYS = 14
"""A move is notified within 14 days (住民基本台帳法22条); the register follows at once."""


def is_inside(system: System, municipality: str) -> bool:
    """Whether a municipality belongs to this union."""
    row = system.tables["municipalities"].find(system.today(), code=municipality)
    return row is not None and row.text("union") == system.setup.prefecture


def known_elsewhere(
    system: System, connection: Connection, record: ResidentRecord
) -> PersonRow | None:
    """Who of another municipality of this union the person of a line without a known 宛名番号 is;
    None for nobody, and where too little agrees: that is listed."""
    if record.state != _HERE:
        return None
    owner = owner_of(connection, record.my_number) if record.my_number else None
    if owner is not None:
        if owner.municipality_code == record.municipality_code:
            return None  # two 宛名番号 of one municipality: its own check list (number_elsewhere)
        return owner if may_be_same(owner, record, system.eras) else None
    return _by_four_facts(system, connection, record)


def _by_four_facts(
    system: System, connection: Connection, record: ResidentRecord
) -> PersonRow | None:
    if not record.former_municipality_code:
        return None
    rows = connection.execute(
        select(person).where(
            person.c.municipality_code == record.former_municipality_code,
            person.c.municipality_code != record.municipality_code,
            person.c.name == record.name,
            person.c.sex == record.sex,
            person.c.state.in_((_HERE, _LEFT)),
        )
    ).all()
    alike = [row for row in rows if may_be_same(row, record, system.eras)]
    same = [row for row in alike if _address(row) == record.former_address.strip()]
    if len(same) == 1 and not record.my_number:
        return same[0]
    if alike:
        detail = (
            f"前住所地（{record.former_municipality_code}）に、氏名・生年月日・性別の同じ方がいます。"
            "同じ方か確かめてください。資格は引き継いでいません。"
        )
        entry = CheckEntry("maybe_same", record.municipality_code, record.atena_number)
        list_entry(system, connection, entry, detail)
    return None


def _address(row: PersonRow) -> str:
    return f"{row.address}{row.building}".strip()


def arrives(
    system: System,
    connection: Connection,
    record: ResidentRecord,
    mover: PersonRow,
    values: Mapping[str, object],
) -> PersonRow:
    """She lives here now: the former 宛名番号 leads to her, the coverage goes on under the new
    保険者番号, what is shown of it is printed anew, and the household that she left is judged."""
    connection.execute(
        insert(former_atena).values(
            municipality_code=mover.municipality_code,
            atena_number=mover.atena_number,
            person_id=mover.id,
        )
    )
    place = {"municipality_code": record.municipality_code, "atena_number": record.atena_number}
    change_person(
        connection,
        mover.id,
        {**values, **place, "state_on": record.event_on},
        since=record.event_on,
        reason=record.event,
    )
    _goes_on(connection, record, mover)
    since = date.fromisoformat(record.event_on)
    left = (mover.municipality_code, mover.household_number)
    rejudge_others(system, connection, *left, since, mover.id)
    row = get_person(connection, mover.id)
    current = open_coverage(connection, mover.id)
    if current is not None:
        levy_waits(connection, mover.id)
        _card(system, connection, row)
    return row


def not_arrived(system: System, connection: Connection, municipality: str) -> int:
    """Whoever left for another municipality of the area and is in none of them after a while is on
    the check list, once: the coverage goes on and nobody has her. How many are new."""
    day = (system.today() - timedelta(days=_LATE_DAYS)).isoformat()
    rows = connection.execute(
        select(person)
        .join(coverage, coverage.c.person_id == person.c.id)
        .where(
            person.c.municipality_code == municipality,
            person.c.state == _LEFT,
            person.c.state_on < day,
            coverage.c.lost_on == "",
        )
    ).all()
    detail = "県内へ転出しましたが、転入先の住基情報が届いていません。資格は続いています。"
    return sum(
        list_entry(
            system, connection, CheckEntry("not_arrived", municipality, row.atena_number), detail
        )
        for row in rows
    )


def _goes_on(connection: Connection, record: ResidentRecord, mover: PersonRow) -> None:
    """A loss by moving out that the move itself has shown to be none is taken back."""
    periods = coverages_of(connection, [mover.id]).get(mover.id, [])
    last = periods[-1] if periods else None
    if last is not None and last.loss_reason == "LOS_OUT" and last.lost_on >= record.event_on:
        reopen_coverage(connection, last.id)


def _card(system: System, connection: Connection, row: PersonRow) -> None:
    today = system.today().isoformat()
    shares: list[Row[Any]] = list(
        connection.execute(
            select(share)
            .where(share.c.person_id == row.id, share.c.copay_from <= today)
            .order_by(share.c.copay_from)
        )
    )
    if not shares:
        return
    held = held_of(row, coverages_of(connection, [row.id])[row.id], shares[-1], today)
    issue_id = f"{system.setup.id}-S-{next_value(connection, 'card'):08d}"
    papers = Papers(system, connection, [row.id], system.today())
    try:
        record = papers.record(held, issue_id, "moved")
    except ExpiredProofError:
        return
    hold(connection, FILES[CARDS], row.municipality_code, [record])
