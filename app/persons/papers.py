"""Papers that a correction makes untrue: what was printed on a day against what is known now
to have been true on that day.

A change from a later day makes a paper old, not untrue. Only what is told otherwise of the very
day of issue (交付年月日) does: the paper is marked, and the caller lists it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.persons import facts
from app.rules.calendar.axes import Span
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.work import Rows

Printed = Mapping[str, str]
"""The record of the decision that a paper was drawn from."""


@dataclass(frozen=True, slots=True)
class Untrue:
    """A paper that said something wrong: its issue number, the items in the clerk's words, and
    whose it is."""

    number: str
    items: str
    person_id: str


@dataclass(frozen=True, slots=True)
class _Item:
    """One printed item: the fact it shows, its name in fact and record, whether it is printed
    on this paper, and from which day the paper speaks of it (the day of issue, or later)."""

    label: str
    kind: str
    name: str
    printed: str
    shown: Callable[[Printed], bool] = lambda record: True
    since: str = "issue_on"


def _with_address(record: Printed) -> bool:
    return record["address_printed"] == "1"


_ITEMS = (
    _Item("氏名", "name", "name", "name"),
    _Item("フリガナ", "name", "kana", "kana"),
    _Item("生年月日", "birth", "birth_sort", "birth_sort"),
    _Item("性別", "birth", "sex", "sex", lambda record: record["paper"] != "eligibility_notice"),
    _Item("住所", "address", "written", "address", _with_address),
    _Item("方書", "address", "building", "building", _with_address),
    _Item("被保険者番号", "eligibility", "insured_number", "insured_number"),
    _Item("資格取得年月日", "eligibility", "acquired_on", "acquired_on"),
    _Item("負担割合", "copay", "ratio", "copay_ratio", since="copay_from"),
    _Item(
        "限度区分",
        "limit",
        "limit_class",
        "limit_class",
        lambda record: record["limit_printed"] == "1",
        since="limit_from",
    ),
)


def mark_untrue(
    work: Rows, told: Mapping[str, Sequence[tuple[str, Span]]], at: str
) -> Iterator[Untrue]:
    """Mark the issued papers of these persons that are untrue by what is told now: by person
    the kinds of fact with the spans that were added. A paper is marked with every item once."""
    rows = work.all(
        select(certificate, decision.c.record)
        .join(decision, decision.c.id == certificate.c.decision_id)
        .where(certificate.c.person_id.in_(list(told)), certificate.c.state == "issued")
        .order_by(certificate.c.number)
    )
    for row in rows:
        known = row.untrue_items.split("・") if row.untrue_items else []
        found = [
            one for one in _wrong(json.loads(row.record), told[row.person_id]) if one not in known
        ]
        if not found:
            continue
        work.run(
            update(certificate)
            .where(certificate.c.number == row.number)
            .values(
                untrue_at=row.untrue_at or at,
                untrue_items="・".join((*known, *found)),
                version=certificate.c.version + 1,
            )
        )
        yield Untrue(row.number, "・".join(found), row.person_id)


def _wrong(record: Mapping[str, str], told: Iterable[tuple[str, Span]]) -> list[str]:
    printed: dict[str, str] = {name: "" for item in _ITEMS for name in (item.printed, item.since)}
    printed |= {"paper": "", "address_printed": "", "limit_printed": ""} | dict(record)
    wrong = []
    for item in _ITEMS:
        day = max(printed["issue_on"], printed[item.since])
        for kind, span in told:
            if kind != item.kind or not span.holds_on(day) or not item.shown(printed):
                continue
            if facts.value_of(span.value).get(item.name, "") != printed[item.printed]:
                wrong.append(item.label)
                break
    return wrong
