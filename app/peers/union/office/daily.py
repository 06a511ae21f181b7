"""日次: the resident register's file against what the counters keyed (FILE-03, SEC-108, SEC-110).

The register's word confirms an immediate entry or contradicts it; what contradicts goes to the
check list and changes nothing. The register's own persons follow the file; death and moving out
end a coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.core.errors import UserError
from app.peers.union.line.delivery import forget_old
from app.peers.union.line.enrolment import Caller
from app.peers.union.office.arriving import arrives, is_inside, known_elsewhere, not_arrived
from app.peers.union.office.check_list import (
    NUMBER_BLANK,
    CheckEntry,
    deliver_list,
    list_entry,
    tell_other,
)
from app.peers.union.office.correcting import correct_waiting
from app.peers.union.office.decisions import kept_record
from app.peers.union.office.history import bring
from app.peers.union.office.holding import deliver_file
from app.peers.union.office.insured import deliver_changes
from app.peers.union.office.kinds import KINDS
from app.peers.union.office.levying import PREMIUMS
from app.peers.union.office.persons import (
    PersonRow,
    add_person,
    change_person,
    end_coverage,
    find_person,
    get_person,
    household_of,
    number_of,
    open_coverage,
    owner_of,
    put_number,
    touch,
)
from app.peers.union.office.reaching import reach_75
from app.peers.union.office.rejudging import CARDS, rejudge_others
from app.peers.union.office.stopping import file_of, is_stopped
from app.peers.union.system import UNION_ACTOR, System, log_act
from app.peers.union.tables import notification
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import may_be_same_day
from app.rules.eligibility.loss import LossFacts, lose
from app.rules.eligibility.reasons import LossReason
from app.rules.errors import RuleError
from app.rules.identifiers import IdentifierError, my_number
from app.rules.values.days import kept_birth
from app.wire.container import Header
from app.wire.records import ResidentRecord

FOLLOWED = (
    "household_number",
    "relation",
    "person_kind",
    "name",
    "kana",
    "alias",
    "alias_kana",
    "birth_written",
    "sex",
    "postal_code",
    "address",
    "building",
)
"""Columns of the register's line that a person here follows."""

_KANA = {"kana": "name", "alias_kana": "alias"}
"""Columns of kana, and the names that they are of."""

_PLACE = ("municipality_code", "atena_number")
_TAKEN = (*FOLLOWED, "birth_sort", "birth_precision", "state")


_OF_HOUSEHOLD = ("household_number", "state", "is_head", "birth_sort")
"""Columns by which a share may change: who belongs to the household, and who of it counts."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a daily run found."""

    records: int
    confirmed: int
    contradicted: int
    listed: int
    stopped: bool = False  # nothing was taken: two officials are asked first


class Homes:
    """Households that the file changes, each with the day of the first change: judged anew once,
    when everybody of the file is taken."""

    def __init__(self) -> None:
        self._changed: dict[tuple[str, str], tuple[str, ResidentRecord]] = {}
        self._heads: set[tuple[str, str]] = set()

    def add(self, record: ResidentRecord, *households: str) -> None:
        """A line changes these households on its day; a head of the first may be its second."""
        if record.is_head == "1" and record.state == "1":
            self._heads.add((record.municipality_code, households[0]))
        for household in households:
            key = (record.municipality_code, household)
            before = self._changed.get(key)
            if before is None or record.event_on < before[0]:
                self._changed[key] = (record.event_on, record)

    def rejudge(self, system: System, connection: Connection) -> int:
        """Judge each from the right day; how many could not be judged and were listed."""
        listed = 0
        for place, (event_on, record) in self._changed.items():
            if place in self._heads:
                listed += _heads(system, connection, place)
            whole = connection.begin_nested()
            try:
                rejudge_others(system, connection, *place, date.fromisoformat(event_on), 0)
            except RuleError as cause:
                whole.rollback()
                listed += _list(system, connection, record, "household_impossible", cause.message)
            else:
                whole.commit()
        return listed


def _heads(system: System, connection: Connection, place: tuple[str, str]) -> int:
    """A household with two heads is named: who its householder is decides the premium."""
    heads = [row for row in household_of(connection, *place) if row.is_head]
    if len(heads) < 2:
        return 0
    detail = f"世帯 {place[1]} に、世帯主が {len(heads)} 人います。"
    entries = [CheckEntry("two_heads", place[0], row.atena_number) for row in heads]
    return sum(list_entry(system, connection, entry, detail) for entry in entries)


def receive(
    system: System,
    connection: Connection,
    caller: Caller,
    header: Header,
    records: tuple[ResidentRecord, ...],
    made_at: str,
) -> None:
    """A FILE-03 or 05 from a terminal or relay: run it."""
    run(system, connection, caller.municipality, records, made_at)


def run(
    system: System,
    connection: Connection,
    municipality: str,
    records: tuple[ResidentRecord, ...],
    made_at: str = "",
) -> Run:
    """Take the register's file, or set it aside for two officials (``stopping``); one that does
    not say when it was made was made now."""
    made_at = made_at or system.now()
    if any(record.municipality_code != municipality for record in records):
        raise _other_municipality()
    if records and is_stopped(system, connection, municipality, records, made_at):
        return Run(len(records), 0, 0, 0, stopped=True)
    return apply(system, connection, municipality, records, made_at)


def apply(
    system: System,
    connection: Connection,
    municipality: str,
    records: tuple[ResidentRecord, ...],
    made_at: str,
) -> Run:
    """Compare and follow the register's file of that moment, then deliver what changed and the
    check list."""
    bring(system, connection, "file", file_of(records), municipality)
    waiting = _waiting(connection, municipality)
    homes = Homes()
    confirmed = contradicted = listed = 0
    for record in records:
        keyed = waiting.pop(record.atena_number, None)
        if keyed is None:
            listed += _follow(system, connection, record, homes)
            continue
        equal, found = _compare(system, connection, record, keyed)
        listed += found
        confirmed += equal
        contradicted += len(keyed) - equal
    for row in (row for rows in waiting.values() for row in rows):
        if _is_missing(system, row, made_at):
            _absent(system, connection, row)
            contradicted += 1
    listed += homes.rejudge(system, connection)
    listed += reach_75(system, connection, municipality)
    listed += not_arrived(system, connection, municipality)
    correct_waiting(system, connection, municipality)
    deliver_list(system, connection, municipality)
    deliver_changes(system, connection, municipality)
    for file_id in (CARDS, PREMIUMS):
        deliver_file(system, connection, municipality, file_id)
    forget_old(system)
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


def _waiting(connection: Connection, municipality: str) -> dict[str, list[Row[Any]]]:
    """What the counters keyed and the register has not spoken on yet, by atena number; somebody
    may have been notified more than once."""
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(
        select(notification)
        .where(
            notification.c.municipality_code == municipality,
            notification.c.standing == "waiting",
        )
        .order_by(notification.c.received_at, notification.c.id)
    ):
        found.setdefault(row.atena_number, []).append(row)
    return found


def _compare(
    system: System, connection: Connection, record: ResidentRecord, keyed: Sequence[Row[Any]]
) -> tuple[int, int]:
    """The counters' entries against the register's line (SEC-110): how many are equal, and how
    many faults of the number were listed."""
    equal = 0
    for row in keyed:
        said = kept_record(row.record)
        compared = KINDS[said.kind].register_says or ()
        items = tuple(name for name in compared if _differs(system.eras, name, said, record))
        if items:
            detail = "窓口での入力が、翌日の住基情報と違います。"
            _list(system, connection, record, "resident_differs", detail, items, row.case_id)
        equal += not items
        _standing(connection, row, "contradicted" if items else "confirmed")
    found = find_person(connection, record.municipality_code, record.atena_number)
    if found is None:
        return equal, 0
    if equal:
        change_person(connection, found.id, {"origin": "register"})
    return equal, _number(system, connection, record, found, taken=bool(equal))


def _differs(eras: Eras, name: str, said: Any, record: ResidentRecord) -> bool:
    """Whether counter and register say something else. A birth date is the same in whatever
    spelling; kana are compared where the register has some (it has none of foreigners)."""
    ours, theirs = getattr(said, name), getattr(record, name)
    if name == "birth_written" and ours != theirs:
        first = kept_birth(ours, said.birth_sort, eras)
        second = kept_birth(theirs, record.birth_sort, eras)
        return (first.sort_date, first.latest) != (second.sort_date, second.latest)
    return bool(ours != theirs and (theirs or name not in _KANA))


def _known_kana(found: PersonRow, record: ResidentRecord) -> dict[str, object]:
    """Kana that a counter keyed for a name of which the register has none."""
    return {
        kana: getattr(found, kana)
        for kana, name in _KANA.items()
        if not getattr(record, kana) and getattr(record, name) == getattr(found, name)
    }


def _is_other_person(eras: Eras, found: PersonRow, record: ResidentRecord) -> tuple[str, ...]:
    """Which of birth date and sex say that this is somebody else: birth dates that cannot be
    the same day do, one that is known by half does not."""
    births = (
        kept_birth(found.birth_written, found.birth_sort, eras),
        kept_birth(record.birth_written, record.birth_sort, eras),
    )
    birth = () if may_be_same_day(*births) else ("birth_written",)
    return birth + (() if found.sex == record.sex else ("sex",))


def _is_missing(system: System, row: Row[Any], made_at: str) -> bool:
    """Whether a file that does not speak of an entry should have: it was made after the entry (one
    that was late, or stopped, was not), and the day of the entry is over."""
    if row.received_at[:10] >= system.today().isoformat():
        return False
    return datetime.fromisoformat(row.received_at) < datetime.fromisoformat(made_at)


def _absent(system: System, connection: Connection, row: Row[Any]) -> None:
    _standing(connection, row, "contradicted")
    entry = CheckEntry("not_in_register", row.municipality_code, row.atena_number)
    detail = "窓口で受け付けた方が、翌日の住基情報にいません。"
    list_entry(system, connection, entry, detail, case_id=row.case_id)


def _standing(connection: Connection, row: Row[Any], standing: str) -> None:
    connection.execute(
        update(notification).where(notification.c.id == row.id).values(standing=standing)
    )


def _follow(system: System, connection: Connection, record: ResidentRecord, homes: Homes) -> int:
    """Take the register's line for a person nobody keyed; returns how many were listed."""
    whole = connection.begin_nested()
    try:
        listed = _put(system, connection, record, homes)
    except RuleError as cause:
        # What this line says cannot be (a death before the birth): the others are taken.
        whole.rollback()
        return _list(system, connection, record, "event_impossible", cause.message)
    whole.commit()
    return listed


def _put(system: System, connection: Connection, record: ResidentRecord, homes: Homes) -> int:
    values: dict[str, object] = {name: getattr(record, name) for name in _TAKEN}
    values["birth_precision"] = record.birth_precision or "day"
    values["is_head"] = int(record.is_head == "1")
    found = find_person(connection, record.municipality_code, record.atena_number)
    if found is not None and found.municipality_code != record.municipality_code:
        return 0  # she lives elsewhere in the area now; this is the word of where she left
    mover = known_elsewhere(system, connection, record) if found is None else None
    if mover is not None:
        values |= _known_kana(mover, record) | {"origin": "register"}
        arrived = arrives(system, connection, record, mover, values)
        homes.add(record, record.household_number)
        return _number(system, connection, record, arrived, taken=True)
    if found is None:
        values |= {name: getattr(record, name) for name in _PLACE}
        values |= {"origin": "register", "state_on": record.event_on}
        found = get_person(connection, add_person(connection, values))
        homes.add(record, record.household_number)
        return _number(system, connection, record, found, taken=True)
    if found.origin == "terminal":
        # Contradicted before: an official settles it, the file does not.
        return _number(system, connection, record, found, taken=False)
    differing = _is_other_person(system.eras, found, record)
    if differing:
        detail = "同じ宛名番号で、生年月日か性別が登録と違います。"
        listed = _list(system, connection, record, "birth_differs", detail, differing)
        return listed + _number(system, connection, record, found, taken=False)
    values |= _known_kana(found, record)
    if any(getattr(found, name) != value for name, value in values.items()):
        if found.state != record.state:
            values["state_on"] = record.event_on
        change_person(connection, found.id, values, since=record.event_on, reason=record.event)
        if any(getattr(found, name) != values[name] for name in _OF_HOUSEHOLD):
            homes.add(record, record.household_number, found.household_number)
    listed = _number(system, connection, record, found, taken=True)
    _events(system, connection, record, found.id, homes)
    return listed


def _number(
    system: System,
    connection: Connection,
    record: ResidentRecord,
    found: PersonRow,
    *,
    taken: bool,
) -> int:
    """SEC-108: a number that is blank, wrong, changed or tied elsewhere is listed and overwrites
    nothing; a first one is kept when the line it stands in was ``taken``. How many were listed."""
    if not record.my_number:
        if record.person_kind == "3":
            return 0
        return _list(system, connection, record, "number_blank", NUMBER_BLANK)
    try:
        my_number(record.my_number)
    except IdentifierError:
        detail = "住基情報の個人番号の検査数字が合いません。"
        return _list(system, connection, record, "number_invalid", detail)
    owner = owner_of(connection, record.my_number)
    if owner is not None and owner.id != found.id:
        detail = "同じ個人番号が、別の市区町村の方にあります。"
        if owner.municipality_code == record.municipality_code:
            detail = f"同じ個人番号が宛名番号 {owner.atena_number} の方にあります。"
        else:
            tell_other(system, connection, owner)
        return _list(system, connection, record, "number_elsewhere", detail)
    before = number_of(connection, found.id)
    if before and before != record.my_number:
        detail = "住基情報の個人番号が、以前に登録された番号と違います。"
        return _list(system, connection, record, "number_differs", detail)
    if not before and taken:
        put_number(connection, found.id, record.my_number)
    return 0


def _list(
    system: System,
    connection: Connection,
    record: ResidentRecord,
    cause: str,
    detail: str,
    items: tuple[str, ...] = (),
    case_id: str = "",
) -> int:
    entry = CheckEntry(cause, record.municipality_code, record.atena_number, items)
    return int(list_entry(system, connection, entry, detail, case_id=case_id))


def _events(
    system: System,
    connection: Connection,
    record: ResidentRecord,
    person_id: int,
    homes: Homes,
) -> None:
    """A coverage ends with what the table of events calls a loss (53条). Raises RuleError."""
    current = open_coverage(connection, person_id)
    event = system.tables["resident_events"].at(system.today(), code=record.event)
    reason = event.text_or_none("loss")
    if current is None or reason is None or record.state == "1":
        return
    if reason == LossReason.MOVE_OUT and is_inside(system, record.next_municipality_code):
        return  # no loss inside the area (FLOW-1011): she goes on where she arrives
    event_on = date.fromisoformat(record.event_on)
    loss = lose(
        LossFacts(
            record.atena_number,
            date.fromisoformat(record.birth_sort),
            date.fromisoformat(current.acquired_on),
            LossReason(reason),
            event_on,
        ),
        system.practice,
    )
    end_coverage(connection, current.id, loss.day.isoformat(), loss.reason.value)
    touch(connection, person_id)
    homes.add(record, record.household_number)
