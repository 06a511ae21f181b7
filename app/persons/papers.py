"""Papers that a correction makes untrue, or true again: what was printed on a day against what is
known now to have been true on that day.

A change from a later day makes a paper old, not untrue. Only what is known otherwise of the very
day of issue (交付年月日) does. All items are judged anew at every correction, so that the mark says
what is untrue now; the caller lists what became untrue and settles what became true again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.persons.history import Known, Line, lines_of
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.work import Rows
from forms.catalog import get_form
from forms.form import Form

Printed = Mapping[str, str]
"""The record of the decision that a paper was drawn from."""


CAUSE = "certificate_untrue"
"""What an entry of the check list about an untrue item has as its cause (``check_causes``)."""

READS = ("certificate", "decision", "fact", "origin", "person", "address", "insured")
"""What a function declares that has papers judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A paper of which another verdict holds now: its issue number, whose it is, and which items
    are untrue now and were until now, in the clerk's words."""

    number: str
    person_id: str
    untrue: tuple[str, ...]
    before: tuple[str, ...]

    @property
    def became_untrue(self) -> tuple[str, ...]:
        """The items that nobody was told of yet."""
        return tuple(one for one in self.untrue if one not in self.before)


@dataclass(frozen=True, slots=True)
class _Item:
    """One printed item: the fact it shows, its name in fact and record, its name among the data of
    a form (one that has none of this name does not show it), whether the record says that it is
    printed, and the items of the record that name the days from which the paper speaks of it; it
    speaks from the last of them."""

    label: str
    kind: str
    name: str
    printed: str
    data: str
    shown: Callable[[Printed], bool] = lambda record: True
    since: tuple[str, ...] = ("issue_on",)

    @property
    def line(self) -> Line:
        """The line of the fact: of several addresses the one that is printed."""
        return self.kind, "current" if self.kind == "address" else ""


def _with_address(record: Printed) -> bool:
    return record["address_printed"] == "1"


_INSURED = ("issue_on", "acquired_on")
"""A paper that is issued ahead speaks of the days from the acquisition on."""

_ITEMS = (
    _Item("氏名", "name", "name", "name", "name"),
    _Item("フリガナ", "name", "kana", "kana", "name_kana"),
    _Item("生年月日", "birth", "birth_sort", "birth_sort", "birth_date"),
    _Item("性別", "birth", "sex", "sex", "sex"),
    _Item("住所", "address", "written", "address", "address", _with_address),
    _Item("方書", "address", "building", "building", "address", _with_address),
    _Item(
        "被保険者番号",
        "eligibility",
        "insured_number",
        "insured_number",
        "insured_number",
        since=_INSURED,
    ),
    _Item(
        "資格取得年月日", "eligibility", "acquired_on", "acquired_on", "acquired_on", since=_INSURED
    ),
    _Item(
        "負担割合",
        "copay",
        "ratio",
        "copay_ratio",
        "copay_ratio",
        since=(*_INSURED, "copay_from"),
    ),
    _Item(
        "限度区分",
        "limit",
        "limit_class",
        "limit_class",
        "limit_class",
        lambda record: record["limit_printed"] == "1",
        since=(*_INSURED, "limit_from"),
    ),
)


def judge_papers(work: Rows, person_ids: Collection[str], at: str) -> Iterator[Judged]:
    """Judge the issued papers of these persons by what is known now (the history and the current
    tables are written) and let their marks say it; gives those of which the verdict changed.
    ``at`` is the ISO moment from which a paper that was true so far is known to be untrue."""
    rows = work.all(
        select(certificate, decision.c.record)
        .join(decision, decision.c.id == certificate.c.decision_id)
        .where(certificate.c.person_id.in_(list(person_ids)), certificate.c.state == "issued")
        .order_by(certificate.c.number)
    )
    owners = {row.person_id for row in rows}
    lines = lines_of(work, owners, kinds={item.kind for item in _ITEMS}) if owners else {}
    for row in rows:
        marked = tuple(row.untrue_items.split(_BETWEEN)) if row.untrue_items else ()
        wrong = _wrong(get_form(row.form_id), json.loads(row.record), lines[row.person_id])
        if wrong == marked:
            continue
        work.run(
            update(certificate)
            .where(certificate.c.number == row.number)
            .values(
                untrue_at=(row.untrue_at or at) if wrong else "",
                untrue_items=_BETWEEN.join(wrong),
                version=certificate.c.version + 1,
            )
        )
        yield Judged(row.number, row.person_id, wrong, marked)


def entry_text(number: str, item: str) -> str:
    """What the check list says of one untrue item of a paper."""
    return (
        f"交付した証（発行番号 {number}）の{item}が、訂正後の記録と違います。"
        "証に印を付けました。回収と差し替えを確かめてください。"
    )


def items_of_entry(detail: str, number: str) -> frozenset[str]:
    """The items that an entry says are untrue of this paper; empty for another paper's. An entry
    of an earlier version of the product names several."""
    found = _ENTRY.match(detail)
    if found is None or found["number"] != number:
        return frozenset()
    return frozenset(found["items"].split(_BETWEEN))


_BETWEEN = "・"
_ENTRY = re.compile(
    "交付した証（発行番号 (?P<number>[^）]+)）の(?P<items>.+?)が、訂正後の記録と違います。"
)


def _wrong(
    form: Form, record: Mapping[str, str], lines: Mapping[Line, Sequence[Known]]
) -> tuple[str, ...]:
    printed: dict[str, str] = {name: "" for item in _ITEMS for name in (item.printed, *item.since)}
    printed |= {"address_printed": "", "limit_printed": ""} | dict(record)
    wrong = []
    for item in _ITEMS:
        day = max(printed[name] for name in item.since)
        line = lines.get(item.line, ())
        held = next((one for one in line if not one.known_until and one.span.holds_on(day)), None)
        if held is None or not form.shows(item.data) or not item.shown(printed):
            continue
        if _never_told(held, line):
            continue
        if held.value.get(item.name, "") != printed[item.printed]:
            wrong.append(item.label)
    return tuple(wrong)


def _never_told(held: Known, line: Sequence[Known]) -> bool:
    """Whether nobody ever said anything of these days, so that nothing can differ from it; a
    span of nothing that replaced something was told (a period that was taken back)."""
    by_number = {one.number: one for one in line}
    while held.carried:
        held = by_number[held.replaces[0]]
    return not held.span.value and not held.replaces
