"""What one block of FILE-17 records comes to, decided against what is known, not yet written.

A row that is new in this block and named again in it is changed in place, because the row to
be written and the row known are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.functions.files.known import Key, Known
from app.wire.records import InsuredRecord

SUPPORT = "support_measure"
PERSON = ("name", "kana", "alias", "birth_written", "phone", "state", "state_on")
ADDRESS = ("municipality_code", "postal_code", "written", "building")
PERIOD = (
    "insurer_number",
    "acquisition_reason",
    "lost_on",
    "loss_reason",
    "copay_ratio",
    "copay_from",
    "limit_class",
    "limit_from",
)
_OPEN_END = "9999-12-31"
_DETAILS = {
    "birth_differs": "届いた被保険者情報の生年月日か性別が、この宛名番号の方と違います。",
    "insured_elsewhere": "届いた被保険者番号が、この端末では別の方に付いています。",
    "period_overlaps": "届いた資格の期間が、この端末にある期間と重なっています。",
    "former_atena_elsewhere": "届いた過去の宛名番号が、この端末では別の方に付いています。",
}

Row = dict[str, Any]


class Decided:
    """The rows of one block. ``ids`` gives fresh ids without end."""

    def __init__(self, known: Known, batch: int, at: datetime, ids: Iterator[str]) -> None:
        self._known = known
        self._batch = batch
        self._at = at.isoformat()
        self._ids = ids
        self.new_persons: dict[str, Row] = {}
        self.changed_persons: dict[str, Row] = {}
        self.atena: list[Row] = []
        self.renumbered: dict[Key, bool] = {}
        self.households: list[Row] = []
        self.moved: list[Row] = []
        self.members: dict[Key, Row] = {}
        self.new_addresses: dict[str, Row] = {}
        self.changed_addresses: dict[str, Row] = {}
        self.new_periods: dict[Key, Row] = {}
        self.changed_periods: dict[Key, Row] = {}
        self.new_restrictions: list[Row] = []
        self.longer_restrictions: list[Row] = []
        self.checks: list[Row] = []

    def take(self, record: InsuredRecord) -> bool:
        """Decide one record; False when it contradicts and was listed instead."""
        key = (record.municipality_code, record.atena_number)
        person_id = self._known.atena.get(key, "") or self._under_former_number(record)
        cause = self._contradiction(record, person_id)
        if cause:
            self._list(record, cause, person_id)
            return False
        if person_id:
            self._change_person(record, person_id)
            self._use_number(key, person_id)
        else:
            person_id = self._add_person(record, key)
        self._former_numbers(record, person_id)
        self._household(record, person_id)
        self._address(record, person_id)
        self._restriction(record, person_id)
        if record.insured_number and record.acquired_on:
            self._period(record, person_id)
        return True

    def _under_former_number(self, record: InsuredRecord) -> str:
        """Who is known here under a number that the record names as a former one (came back, or
        moved within the area), "" unless birth date and sex are the same too."""
        for number in record.former_atena.split():
            person_id = self._known.atena.get((record.municipality_code, number), "")
            known = self._known.persons.get(person_id)
            if known is not None and (known["birth_sort"], known["sex"]) == (
                record.birth_sort,
                record.sex,
            ):
                return person_id
        return ""

    def _contradiction(self, record: InsuredRecord, person_id: str) -> str:
        known = self._known.persons.get(person_id)
        if known is not None and (known["birth_sort"], known["sex"]) != (
            record.birth_sort,
            record.sex,
        ):
            return "birth_differs"
        if not record.insured_number or not record.acquired_on:
            return ""
        owner = self._known.owner_of(record.insured_number)
        if owner and owner != person_id:
            return "insured_elsewhere"
        mine = (record.insured_number, record.acquired_on)
        for row in self._known.periods_of(person_id):
            if (row["insured_number"], row["acquired_on"]) != mine and _overlap(row, record):
                return "period_overlaps"
        return ""

    def _list(self, record: InsuredRecord, cause: str, person_id: str) -> None:
        key = (cause, record.municipality_code, record.atena_number)
        if key in self._known.listed:
            return  # still open from an earlier file
        self._known.listed.add(key)
        self.checks.append(
            {
                "id": next(self._ids),
                "origin": "terminal",
                "cause": cause,
                "person_id": person_id or None,
                "municipality_code": record.municipality_code,
                "atena_number": record.atena_number,
                "detail": f"{_DETAILS[cause]}どちらも書き換えていません。",
                "listed_at": self._at,
            }
        )

    def _add_person(self, record: InsuredRecord, key: Key) -> str:
        person_id = next(self._ids)
        row: Row = {name: getattr(record, name) for name in PERSON}
        row |= {
            "id": person_id,
            "kind": record.person_kind,
            "sex": record.sex,
            "birth_sort": record.birth_sort,
            "birth_precision": record.birth_precision or "day",
            "batch": self._batch,
        }
        self.new_persons[person_id] = self._known.persons[person_id] = row
        self._use_number(key, person_id)
        return person_id

    def _change_person(self, record: InsuredRecord, person_id: str) -> None:
        known = self._known.persons[person_id]
        new: Row = {name: getattr(record, name) for name in PERSON}
        new["kind"] = record.person_kind
        new["phone"] = record.phone or known["phone"]
        changed = {name: value for name, value in new.items() if known[name] != value}
        known.update(changed)
        if changed and person_id not in self.new_persons:
            self.changed_persons.setdefault(person_id, {}).update(changed)

    def _former_numbers(self, record: InsuredRecord, person_id: str) -> None:
        for number in record.former_atena.split():
            key = (record.municipality_code, number)
            owner = self._known.atena.get(key)
            if owner is None:
                self._tie(key, person_id, current=False)
            elif owner != person_id:
                self._list(record, "former_atena_elsewhere", person_id)

    def _use_number(self, key: Key, person_id: str) -> None:
        """The number in use is the record's; the one before it becomes a former one."""
        before = self._known.current.get(person_id)
        if before == key:
            return
        if before is not None:
            self._set_current(before, current=False)
        if key in self._known.atena:
            self._set_current(key, current=True)
        else:
            self._tie(key, person_id, current=True)
        self._known.current[person_id] = key

    def _set_current(self, key: Key, *, current: bool) -> None:
        for row in self.atena:  # tied in this very block
            if (row["municipality_code"], row["atena_number"]) == key:
                row["current"] = current
                return
        self.renumbered[key] = current

    def _tie(self, key: Key, person_id: str, *, current: bool) -> None:
        self._known.atena[key] = person_id
        names = {"municipality_code": key[0], "atena_number": key[1]}
        self.atena.append({**names, "person_id": person_id, "current": current})

    def _household(self, record: InsuredRecord, person_id: str) -> None:
        key = (record.municipality_code, record.household_number)
        names = {"municipality_code": key[0], "household_number": key[1]}
        if key not in self._known.households:
            self._known.households.add(key)
            self.households.append({**names, "batch": self._batch})
        new = {"relation": record.relation, "is_head": record.is_head == "1"}
        members = self._known.members.setdefault(person_id, {})
        held = members.get(key)
        if held is not None and all(held[name] == value for name, value in new.items()):
            return
        here = [other for other in members if other[0] == key[0]]
        if here:
            self.moved.append({"person_id": person_id, "municipality_code": key[0]})
        for other in here:
            del members[other]
        members[key] = {**names, "person_id": person_id, **new}
        self.members[(person_id, key[0])] = members[key]

    def _address(self, record: InsuredRecord, person_id: str) -> None:
        new = {
            "municipality_code": record.municipality_code,
            "postal_code": record.postal_code,
            "written": record.address,
            "building": record.building,
        }
        known = self._known.addresses.get(person_id)
        if known is None:
            row = {"person_id": person_id, "kind": "current", **new}
            self.new_addresses[person_id] = self._known.addresses[person_id] = row
        elif any(known[name] != value for name, value in new.items()):
            known.update(new)
            if person_id not in self.new_addresses:
                self.changed_addresses[person_id] = known

    def _restriction(self, record: InsuredRecord, person_id: str) -> None:
        """支援措置: taken up or lengthened; it never ends by a file, only by an act."""
        if record.support_measure != "1":
            return
        until = record.support_until or _OPEN_END
        held = self._known.restrictions.setdefault(person_id, [])
        mine = next((row for row in held if row["kind"] == SUPPORT), None)
        if mine is None:
            row = {
                "id": next(self._ids),
                "person_id": person_id,
                "kind": SUPPORT,
                "from_on": record.support_from or self._at[:10],
                "until_on": until,
            }
            held.append(row)
            self.new_restrictions.append(row)
        elif until > mine["until_on"]:
            mine["until_on"] = until
            if mine not in self.new_restrictions:
                self.longer_restrictions.append({"of_id": mine["id"], "until": until})

    def _period(self, record: InsuredRecord, person_id: str) -> None:
        key = (record.insured_number, record.acquired_on)
        new: Row = {name: getattr(record, name) for name in PERIOD}
        new["provisional"] = record.provisional == "1"
        known = self._known.insured.get(key)
        if known is None:
            names = {"insured_number": key[0], "acquired_on": key[1]}
            row = {**names, "person_id": person_id, "batch": self._batch, **new}
            self.new_periods[key] = row
            self._known.add_period(row)
        elif any(known[name] != value for name, value in new.items()):
            known.update(new, batch=self._batch)
            if key not in self.new_periods:
                self.changed_periods[key] = known


def _overlap(row: Row, record: InsuredRecord) -> bool:
    """Whether two periods share a day: the day of loss belongs to neither (喪失日)."""
    first = row["acquired_on"] < (record.lost_on or _OPEN_END)
    return first and record.acquired_on < (row["lost_on"] or _OPEN_END)
