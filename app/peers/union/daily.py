"""日次: the resident register's file against what the counters keyed (FILE-03, SEC-108, SEC-110).

The register's word confirms an immediate entry or contradicts it; what contradicts goes to the
check list and changes nothing. The register's own persons follow the file; death and moving out
end a coverage.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.core.errors import UserError
from app.peers.union.check_list import CheckEntry, deliver_list, list_entry
from app.peers.union.enrolment import Caller
from app.peers.union.insured import deliver_changes
from app.peers.union.persons import (
    PersonRow,
    add_person,
    change_person,
    end_coverage,
    find_person,
    number_of,
    open_coverage,
    owner_of,
    put_number,
)
from app.peers.union.shares import rejudge_others
from app.peers.union.system import UNION_ACTOR, System, log_act
from app.peers.union.tables import notification
from app.rules.eligibility.loss import LossFacts, lose
from app.rules.eligibility.reasons import LossReason
from app.wire.container import Header
from app.wire.records import ResidentRecord

COMPARED = (
    "household_number",
    "relation",
    "person_kind",
    "name",
    "kana",
    "alias",
    "birth_written",
    "sex",
    "postal_code",
    "address",
    "building",
)
"""Columns of a notification that must equal the register's (SEC-110)."""

_IDENTITY = ("birth_written", "sex")
_LOSSES = {"death": LossReason.DEATH, "move_out": LossReason.MOVE_OUT}
_TAKEN = (*COMPARED, "birth_sort", "birth_precision", "state")


@dataclass(frozen=True, slots=True)
class Run:
    """What a daily run found."""

    records: int
    confirmed: int
    contradicted: int
    listed: int


def receive(
    system: System,
    connection: Connection,
    caller: Caller,
    header: Header,
    records: tuple[ResidentRecord, ...],
) -> None:
    """A FILE-03 from a terminal or relay: run it."""
    run(system, connection, caller.municipality, records)


def run(
    system: System,
    connection: Connection,
    municipality: str,
    records: tuple[ResidentRecord, ...],
) -> Run:
    """Compare and follow the register's file, then deliver what changed and the check list."""
    waiting = {
        row.atena_number: row
        for row in connection.execute(
            select(notification).where(
                notification.c.municipality_code == municipality,
                notification.c.standing == "waiting",
            )
        )
    }
    confirmed = contradicted = listed = 0
    for record in records:
        if record.municipality_code != municipality:
            raise _other_municipality()
        found = find_person(connection, municipality, record.atena_number)
        listed += _check_number(system, connection, record, found)
        keyed = waiting.pop(record.atena_number, None)
        if keyed is None:
            listed += _follow(system, connection, record, found)
        elif _compare(system, connection, record, keyed, found):
            confirmed += 1
        else:
            contradicted += 1
    for row in waiting.values():
        if row.received_at[:10] < system.today().isoformat():
            _absent(system, connection, row)
            contradicted += 1
    deliver_list(system, connection, municipality)
    deliver_changes(system, connection, municipality)
    result = Run(len(records), confirmed, contradicted, listed)
    log_act(
        system,
        connection,
        UNION_ACTOR,
        "daily",
        municipality,
        records=result.records,
        confirmed=confirmed,
        contradicted=contradicted,
    )
    return result


def _other_municipality() -> UserError:
    return UserError(
        "union.other_municipality",
        "別の市区町村の住基情報が入っています。",
        "ファイル全体を取り込んでいません。作成元に確かめてください。",
    )


def _check_number(
    system: System, connection: Connection, record: ResidentRecord, found: PersonRow | None
) -> int:
    """SEC-108: a number that changed, is blank, or is tied elsewhere; nothing is overwritten."""
    place = (record.municipality_code, record.atena_number)
    if not record.my_number:
        if found is None or found.person_kind == "3":
            return 0
        entry, detail = CheckEntry("number_blank", *place), "住基情報の個人番号が空白です。"
        return int(list_entry(system, connection, entry, detail))
    owner = owner_of(connection, record.my_number)
    if owner is not None and (found is None or owner.id != found.id):
        entry = CheckEntry("number_elsewhere", *place)
        detail = f"同じ個人番号が宛名番号 {owner.atena_number} の方にあります。"
        return int(list_entry(system, connection, entry, detail))
    if found is None:
        return 0
    before = number_of(connection, found.id)
    if before and before != record.my_number:
        entry = CheckEntry("number_differs", *place)
        detail = "住基情報の個人番号が、以前に登録された番号と違います。"
        return int(list_entry(system, connection, entry, detail))
    if not before:
        put_number(connection, found.id, record.my_number)
    return 0


def _compare(
    system: System,
    connection: Connection,
    record: ResidentRecord,
    keyed: Row[Any],
    found: PersonRow | None,
) -> bool:
    """The counter's entry against the register's line (SEC-110)."""
    said = json.loads(keyed.record)
    items = tuple(name for name in COMPARED if said[name] != getattr(record, name))
    if said["event_on"] != record.event_on:
        items += ("event_on",)
    if items:
        _standing(connection, keyed, "contradicted")
        entry = CheckEntry("resident_differs", record.municipality_code, record.atena_number, items)
        detail = "窓口での入力が、翌日の住基情報と違います。"
        list_entry(system, connection, entry, detail, case_id=keyed.case_id)
        return False
    _standing(connection, keyed, "confirmed")
    if found is not None:
        change_person(connection, found.id, {"origin": "register"})
    return True


def _absent(system: System, connection: Connection, row: Row[Any]) -> None:
    _standing(connection, row, "contradicted")
    entry = CheckEntry("not_in_register", row.municipality_code, row.atena_number)
    detail = "窓口で受け付けた方が、翌日の住基情報にいません。"
    list_entry(system, connection, entry, detail, case_id=row.case_id)


def _standing(connection: Connection, row: Row[Any], standing: str) -> None:
    connection.execute(
        update(notification).where(notification.c.id == row.id).values(standing=standing)
    )


def _follow(
    system: System, connection: Connection, record: ResidentRecord, found: PersonRow | None
) -> int:
    """Take the register's line for a person nobody keyed; returns how many were listed."""
    values: dict[str, object] = {name: getattr(record, name) for name in _TAKEN}
    values["birth_precision"] = record.birth_precision or "day"
    values["is_head"] = int(record.is_head == "1")
    if found is None:
        values |= {"origin": "register", "state_on": record.event_on}
        person_id = add_person(connection, values)
        if record.my_number and owner_of(connection, record.my_number) is None:
            put_number(connection, person_id, record.my_number)
        _events(system, connection, record, person_id)
        return 0
    differing = tuple(name for name in _IDENTITY if getattr(found, name) != getattr(record, name))
    if differing:
        place = (record.municipality_code, record.atena_number)
        entry = CheckEntry("birth_differs", *place, differing)
        detail = "同じ宛名番号で、生年月日か性別が登録と違います。"
        return int(list_entry(system, connection, entry, detail))
    if found.origin == "terminal":
        return 0  # contradicted before: an official settles it, the file does not
    if any(getattr(found, name) != value for name, value in values.items()):
        if found.state != record.state:
            values["state_on"] = record.event_on
        change_person(connection, found.id, values)
    _events(system, connection, record, found.id)
    return 0


def _events(system: System, connection: Connection, record: ResidentRecord, person_id: int) -> None:
    """A coverage ends with death or moving out (53条)."""
    current = open_coverage(connection, person_id)
    birth = date.fromisoformat(record.birth_sort)
    event_on = date.fromisoformat(record.event_on)
    reason = _LOSSES.get(record.event)
    if current is not None and reason is not None and record.state != "1":
        acquired_on = date.fromisoformat(current.acquired_on)
        loss = lose(
            LossFacts(record.atena_number, birth, acquired_on, reason, event_on), system.practice
        )
        end_coverage(connection, current.id, loss.day.isoformat(), loss.reason.value)
        change_person(connection, person_id, {})
        rejudge_others(
            system,
            connection,
            record.municipality_code,
            record.household_number,
            event_on,
            person_id,
        )
