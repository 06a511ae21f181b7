"""What records come to, decided against what is known, not yet written.

A daily file gives blocks of records; a decision is a block of one. Both say the same things of
a person, in the form of FILE-17, and are judged by the same rules: what contradicts who somebody
is, whose a number is, or a period of eligibility is listed and changes nothing. They differ in
their weight (``Word``): the register's word takes the place of what is known, a decision's does
so only for eligibility and for what nobody said before.

A row that is new in this block and named again in it is changed in place, because the row to
be written and the row known are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.persons import facts
from app.persons.history import Line, lines_of_periods
from app.persons.known import Key, Known
from app.rules.calendar.axes import Span, whole
from app.rules.calendar.knowing import AS_BEFORE
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import may_be_same_day
from app.rules.eligibility.reasons import AcquisitionReason, LossReason
from app.rules.values.days import kept_birth
from app.security.control.state import SUPPORT
from app.wire.records import InsuredRecord

PERSON = ("name", "kana", "alias", "birth_written", "phone", "state", "state_on")
BIRTH = ("birth_written", "birth_sort", "birth_precision", "sex", "person_kind")
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
_LIVING = "1"

DETAILS = {
    "birth_differs": "{what}の生年月日か性別が、この宛名番号の方と違います。",
    "insured_elsewhere": "{what}の被保険者番号が、この端末では別の方に付いています。",
    "period_overlaps": "{what}の資格の期間が、この端末にある期間と重なっています。",
    "period_gap": "{what}の転入で得た資格と、前に転出で失った資格の間が空いています（{items}）。"
    "その間の資格がほかの広域連合にあるか、本人か前の住所の広域連合に確かめてください。",
    "former_atena_elsewhere": "{what}の過去の宛名番号が、この端末では別の方に付いています。",
    "resident_differs": "{what}の{items}が、この端末にある住民記録と違います。",
    "not_insured": "{what}は資格の喪失ですが、この端末にはその日に続いている資格がありません。",
    "no_loss": "{what}は資格の喪失の取消しですが、この端末には失われた資格がありません。",
}
"""The one list of causes for which a record is listed instead of written, with its words."""

UNCHANGED = "どちらも書き換えていません。"
TAKEN = {"period_gap": "届いたとおりに記録しました。"}
"""What is listed though it was written, with the words for it: a notice, no contradiction."""

_MOVED_OUT = frozenset((LossReason.MOVE_OUT, LossReason.ADDRESS_EXCEPTION_END))
_MOVED_IN = frozenset((AcquisitionReason.MOVE_IN, AcquisitionReason.ADDRESS_EXCEPTION))

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """How much a record's word weighs.

    ``what`` it is called in the check list. ``since``: the day (YYYY-MM-DD) from which what it
    changes is true, unless the record says one itself. ``is_register``: the resident register
    and the union's own books, whose word replaces what is known. ``case_id``: the case it
    answers. ``replaced``: insured number and day of acquisition of a period that it takes back.
    """

    what: str
    since: str
    is_register: bool
    case_id: str = ""
    replaced: Key | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a record says against the store: a code of ``check_causes`` and the words for
    the check list (確認リスト)."""

    cause: str
    detail: str


@dataclass(slots=True)
class Change:
    """What a record changes of one line of a person: the whole line as it was stated before,
    and what is said now. ``line`` is the number of the record in its file."""

    person_id: str
    of: Line
    before: tuple[Span, ...]
    said: tuple[Span, ...]
    line: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record: whom it concerns ("" when it contradicts who that is), whether
    it was taken, and what was listed."""

    person_id: str
    taken: bool
    contradictions: tuple[Contradiction, ...]


class Judged:
    """The rows of one block. ``origin`` is what brings the block (``db.tables.history``);
    ``ids`` gives fresh ids without end."""

    def __init__(
        self, known: Known, word: Word, origin: int, batch: int, ids: Iterator[str], eras: Eras
    ) -> None:
        self._known = known
        self._word = word
        self._origin = origin
        self._batch = batch
        self._ids = ids
        self._eras = eras
        self._line = 0
        self._from_day = word.since
        self._found: list[Contradiction] = []
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
        self.removed_periods: list[Key] = []
        self.new_restrictions: list[Row] = []
        self.longer_restrictions: list[Row] = []
        self.changes: list[Change] = []
        self.same: list[tuple[str, str]] = []
        self.listed: list[tuple[Contradiction, Key, str]] = []

    def take(self, record: InsuredRecord, line: int = 0) -> Taken:
        """Judge one record; what contradicts is listed instead."""
        self._line, self._found = line, []
        said = record.event_on if self._word.is_register else ""
        self._from_day = said or self._word.since
        key = (record.municipality_code, record.atena_number)
        person_id = self._known.atena.get(key, "") or self._under_former_number(record)
        cause = self._contradiction(record, person_id)
        if cause:
            self._list(cause, person_id, key)
            who = "" if cause in ("birth_differs", "insured_elsewhere") else person_id
            return Taken(who, False, tuple(self._found))
        if person_id:
            self._change_person(record, person_id)
            self._use_number(key, person_id)
        else:
            person_id = self._add_person(record, key)
        self._former_numbers(record, person_id)
        self._restriction(record, person_id)
        if record.insured_number and record.acquired_on:
            self._period(record, person_id)
        return Taken(person_id, True, tuple(self._found))

    def _under_former_number(self, record: InsuredRecord) -> str:
        """Who is known here under a number that the record names as a former one (came back, or
        moved within the area), "" unless it can be the same person."""
        for number in record.former_atena.split():
            person_id = self._known.atena.get((record.municipality_code, number), "")
            known = self._known.persons.get(person_id)
            if known is not None and self._same_person(known, record):
                return person_id
        return ""

    # -- what contradicts ----------------------------------------------------------------

    def _contradiction(self, record: InsuredRecord, person_id: str) -> str:
        known = self._known.persons.get(person_id)
        if known is not None and not self._same_person(known, record):
            return "birth_differs"
        if not record.insured_number or not record.acquired_on:
            return ""
        owner = self._known.owner_of(record.insured_number)
        if owner and owner != person_id:
            return "insured_elsewhere"
        apart = ((record.insured_number, record.acquired_on), self._word.replaced)
        for row in self._known.periods_of(person_id):
            if (row["insured_number"], row["acquired_on"]) not in apart and _overlap(row, record):
                return "period_overlaps"
        return ""

    def _same_person(self, known: Row, record: InsuredRecord) -> bool:
        """The same sex, and birth dates that can be the same day: of one that is known by half
        (不詳) the working day is a choice, not a fact."""
        if known["sex"] != record.sex:
            return False
        if known["birth_sort"] == record.birth_sort:
            return True
        if "day" == known["birth_precision"] == (record.birth_precision or "day"):
            return False
        return may_be_same_day(
            kept_birth(known["birth_written"], known["birth_sort"], self._eras),
            kept_birth(record.birth_written, record.birth_sort, self._eras),
        )

    def _list(self, cause: str, person_id: str, place: Key, items: Iterable[str] = ()) -> None:
        key = (cause, *place, self._word.case_id)
        text = DETAILS[cause].format(what=self._word.what, items="・".join(items))
        contradiction = Contradiction(cause, text + TAKEN.get(cause, UNCHANGED))
        self._found.append(contradiction)
        if key in self._known.listed:
            return  # still open from an earlier file
        self._known.listed.add(key)
        self.listed.append((contradiction, place, person_id))

    # -- the person ----------------------------------------------------------------------

    def _add_person(self, record: InsuredRecord, key: Key) -> str:
        person_id = next(self._ids)
        row: Row = {name: getattr(record, name) for name in PERSON}
        row |= {
            "id": person_id,
            "kind": record.person_kind,
            "alias_kana": record.alias_kana,
            "sex": record.sex,
            "birth_sort": record.birth_sort,
            "birth_precision": record.birth_precision or "day",
            "origin": self._origin,
            "batch": self._batch,
        }
        self.new_persons[person_id] = self._known.persons[person_id] = row
        self._use_number(key, person_id)
        since = "" if self._word.is_register else self._from_day
        self._address(record, person_id, since)
        self._household(record, person_id, since)
        return person_id

    def _change_person(self, record: InsuredRecord, person_id: str) -> None:
        known = self._known.persons[person_id]
        if self._word.is_register or known["origin"] == self._origin:
            self._take_over(person_id, self._as_register_says(record, known))
            self._household(record, person_id, self._from_day)
            self._address(record, person_id, self._from_day)
            return
        changed, differing = self._as_decision_says(record, known)
        self._take_over(person_id, changed)
        if changed.get("state") == _LIVING or person_id not in self._known.addresses:
            self._address(record, person_id, self._from_day)
            self._household(record, person_id, self._from_day)
        else:
            differing += self._elsewhere(record, person_id)
        if differing:
            place = (record.municipality_code, record.atena_number)
            self._list("resident_differs", person_id, place, differing)

    def _as_register_says(self, record: InsuredRecord, known: Row) -> Row:
        new: Row = {name: getattr(record, name) for name in PERSON}
        new["kind"] = record.person_kind
        new["birth_sort"] = record.birth_sort
        new["birth_precision"] = record.birth_precision or "day"
        new["phone"] = record.phone or known["phone"]
        same_alias = record.alias == known["alias"]
        new["alias_kana"] = record.alias_kana or (known["alias_kana"] if same_alias else "")
        return new

    def _as_decision_says(self, record: InsuredRecord, known: Row) -> tuple[Row, list[str]]:
        """What a decision adds to a person whom the register knows, and the items that it says
        otherwise: the register's word stays."""
        new: Row = {"phone": record.phone or known["phone"]}
        if known["state"] != _LIVING and record.insured_number:
            new |= {"state": _LIVING, "state_on": self._from_day}
        names = (("name", "氏名"), ("kana", "フリガナ"))
        differing = [label for name, label in names if known[name] != getattr(record, name)]
        aliases = (
            ("alias", "通称", record.alias),
            ("alias_kana", "通称フリガナ", record.alias_kana),
        )
        for name, label, said in aliases:
            if said and not known[name]:
                new[name] = said
            elif said and known[name] != said:
                differing.append(label)
        return new, differing

    def _elsewhere(self, record: InsuredRecord, person_id: str) -> list[str]:
        known = self._known.addresses[person_id]
        differing = []
        if (known["written"], known["building"]) != (record.address, record.building):
            differing.append("住所")
        houses = {key[1] for key in self._known.members.get(person_id, {})}
        if record.household_number and houses and record.household_number not in houses:
            differing.append("世帯")
        return differing

    def _take_over(self, person_id: str, new: Row) -> None:
        known = self._known.persons[person_id]
        changed = {name: value for name, value in new.items() if known[name] != value}
        if not changed:
            return
        before = self._spans_of_person(person_id)
        known.update(changed)
        if person_id in self.new_persons:
            return
        self.changed_persons.setdefault(person_id, {}).update(changed)
        for kind, (now,) in facts.spans_of_person(known).items():
            if before and now != before[kind][0]:
                said = self._since(before[kind][0], now)
                self._say(person_id, (kind, ""), before[kind], said)

    def _since(self, old: Span, now: Span) -> list[Span]:
        """What is said when ``old`` becomes ``now``: from its own day on (住民状態), else from
        the day of the record's word. The same state of a later day was not yet so before."""
        if now.value != old.value:
            return [Span(now.value, now.true_from or self._from_day)]
        since = now.true_from or old.true_from
        said = [Span(now.value, since)]
        if "" < old.true_from < since:
            said.append(Span(AS_BEFORE, old.true_from, since))
        return said

    def _spans_of_person(self, person_id: str) -> dict[str, list[Span]]:
        if self._is_entering(person_id):
            return {}
        return facts.spans_of_person(self._known.persons[person_id])

    def _is_entering(self, person_id: str) -> bool:
        """What one file or decision says of a person is known at once: it is the beginning of
        the person's history and changes nothing in it."""
        return bool(self._known.persons[person_id]["origin"] == self._origin)

    def _say(self, person_id: str, of: Line, before: Iterable[Span], said: Iterable[Span]) -> None:
        if not self._is_entering(person_id):
            self.changes.append(Change(person_id, of, whole(before), tuple(said), self._line))

    def _former_numbers(self, record: InsuredRecord, person_id: str) -> None:
        for number in record.former_atena.split():
            key = (record.municipality_code, number)
            owner = self._known.atena.get(key)
            if owner is None:
                self._tie(key, person_id, current=False)
            elif owner != person_id:
                place = (record.municipality_code, record.atena_number)
                self._list("former_atena_elsewhere", person_id, place)
                self.same.append((person_id, owner))

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

    # -- where the person lives ----------------------------------------------------------

    def _household(self, record: InsuredRecord, person_id: str, since: str) -> None:
        if not record.household_number:
            return
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
        left = [members.pop(other) for other in here]
        members[key] = {**names, "person_id": person_id, **new, "since": since}
        self.members[(person_id, key[0])] = members[key]
        if not self._is_entering(person_id):  # a file may bring a hundred thousand: no words yet
            before = [span for row in left[:1] for span in facts.spans_of_member(row)]
            said = facts.spans_of_member(members[key])
            self._say(person_id, ("household", key[0]), before, said)

    def _address(self, record: InsuredRecord, person_id: str, since: str) -> None:
        new = {
            "municipality_code": record.municipality_code,
            "postal_code": record.postal_code,
            "written": record.address,
            "building": record.building,
        }
        known = self._known.addresses.get(person_id)
        if known is None:
            known = {"person_id": person_id, "kind": "current", **new, "since": since}
            self.new_addresses[person_id] = self._known.addresses[person_id] = known
            before: list[Span] = []
        elif any(known[name] != value for name, value in new.items()):
            before = facts.spans_of_address(known)
            known.update(new, since=since)
            if person_id not in self.new_addresses:
                self.changed_addresses[person_id] = known
        else:
            return
        if not self._is_entering(person_id):
            said = facts.spans_of_address(known)
            self._say(person_id, ("address", "current"), before, said)

    def _restriction(self, record: InsuredRecord, person_id: str) -> None:
        """支援措置: taken up, decided or lengthened; it never ends by a file, only by an act."""
        if record.support_measure != "1":
            return
        until = record.support_until or _OPEN_END
        held = self._known.restrictions.setdefault(person_id, [])
        mine = next((row for row in held if row["kind"] == SUPPORT), next(iter(held), None))
        if mine is None:
            row = {
                "id": next(self._ids),
                "person_id": person_id,
                "kind": SUPPORT,
                "from_on": record.support_from or self._from_day,
                "until_on": until,
                "lifted_at": "",
            }
            held.append(row)
            self.new_restrictions.append(row)
            self._say(person_id, ("restriction", row["id"]), (), facts.spans_of_restriction(row))
        elif until > mine["until_on"] or mine["kind"] != SUPPORT:
            before = facts.spans_of_restriction(mine)
            until = max(until, mine["until_on"])
            mine |= {"kind": SUPPORT, "until_on": until}
            if mine not in self.new_restrictions:
                self.longer_restrictions.append({"of_id": mine["id"], "until": until})
            self._say(
                person_id,
                ("restriction", mine["id"]),
                before,
                facts.spans_of_restriction(mine),
            )

    # -- eligibility ---------------------------------------------------------------------

    def _period(self, record: InsuredRecord, person_id: str) -> None:
        key = (record.insured_number, record.acquired_on)
        new: Row = {name: getattr(record, name) for name in PERIOD}
        new["provisional"] = record.provisional == "1"
        known = self._known.insured.get(key)
        taken_back = self._word.replaced if self._word.replaced != key else None
        if known is not None and not self._word.is_register and not record.lost_on:
            new |= {name: known[name] for name in ("lost_on", "loss_reason")}
        stays = known is not None and all(known[name] == value for name, value in new.items())
        if stays and taken_back is None:
            return
        before = self._periods_as_stated(person_id)
        if taken_back:
            self._take_back(taken_back, person_id)
        if known is None:
            self._gap(record, person_id)
            names = {"insured_number": key[0], "acquired_on": key[1]}
            known = {**names, "person_id": person_id, "batch": self._batch, **new}
            self.new_periods[key] = known
            self._known.add_period(known)
        else:
            known.update(new, batch=self._batch)
            if key not in self.new_periods:
                self.changed_periods[key] = known
        self._say_periods(person_id, before, known)

    def _gap(self, record: InsuredRecord, person_id: str) -> None:
        """Who moved out of the area and in again was insured elsewhere meanwhile, or nowhere
        (空白期間, SEC-116): somebody asks."""
        rows = self._known.periods_of(person_id)
        earlier = [row for row in rows if row["acquired_on"] < record.acquired_on]
        last = max(earlier, key=lambda row: row["acquired_on"], default=None)
        if last is None or self._is_entering(person_id):
            return
        moved = record.acquisition_reason in _MOVED_IN and last["loss_reason"] in _MOVED_OUT
        if moved and last["lost_on"] < record.acquired_on:
            place = (record.municipality_code, record.atena_number)
            days = f"{last['lost_on']}から{record.acquired_on}の前日まで"
            self._list("period_gap", person_id, place, (days,))

    def set_state(self, person_id: str, state: str, since: str) -> None:
        """住民状態 from ``since``: 死亡, 転出 …"""
        self._take_over(person_id, {"state": state, "state_on": since})

    def contradict(self, cause: str, person_id: str) -> Contradiction:
        """Put something on the list that no record says."""
        places = (key for key, owner in self._known.atena.items() if owner == person_id)
        self._list(cause, person_id, next(places, ("", "")))
        return self._found[-1]

    def lose(self, person_id: str, lost_on: str, reason: str) -> bool:
        """End the period that holds on ``lost_on``; with "" take a loss back. False when
        there is none."""
        rows = self._known.periods_of(person_id)
        if lost_on:
            mine = [row for row in rows if row["acquired_on"] <= lost_on and not row["lost_on"]]
        else:
            mine = [max(rows, key=lambda row: row["acquired_on"])] if rows else []
        if not mine:
            return False
        before = self._periods_as_stated(person_id)
        row = mine[-1]
        row.update(lost_on=lost_on, loss_reason=reason, batch=self._batch)
        self.changed_periods[(row["insured_number"], row["acquired_on"])] = row
        self._say_periods(person_id, before, row)
        return True

    def _take_back(self, key: Key, person_id: str) -> None:
        row = self._known.insured.get(key)
        if row is not None and row["person_id"] == person_id:
            self._known.remove_period(key)
            self.removed_periods.append(key)

    def _periods_as_stated(self, person_id: str) -> dict[str, list[Span]]:
        if self._is_entering(person_id):
            return {}
        return lines_of_periods(self._known.periods_of(person_id))

    def _say_periods(self, person_id: str, before: dict[str, list[Span]], row: Row) -> None:
        """Eligibility is stated whole by a person's periods; the shares only by the one that
        changed, because of earlier shares it says nothing."""
        if self._is_entering(person_id):
            return
        periods = self._known.periods_of(person_id)
        self._say(
            person_id,
            ("eligibility", ""),
            before["eligibility"],
            whole(facts.spans_of_periods(periods)),
        )
        later = [one["acquired_on"] for one in periods if one["acquired_on"] > row["acquired_on"]]
        for kind, spans in facts.spans_of_share(row, min(later, default="")).items():
            self._say(person_id, (kind, ""), before[kind], spans)


def _overlap(row: Row, record: InsuredRecord) -> bool:
    """Whether two periods share a day: the day of loss belongs to neither (喪失日)."""
    first = row["acquired_on"] < (record.lost_on or _OPEN_END)
    return first and record.acquired_on < (row["lost_on"] or _OPEN_END)
