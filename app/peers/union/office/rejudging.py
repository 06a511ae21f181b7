"""判定のやり直し: a household is judged anew from a day, because who belongs to it or what somebody
earned is known otherwise (DOMAIN 3.2), and what follows: shares, papers, what was paid wrongly.

A change of household counts from the 1st of the following month, a correction of income from
1 August or from the day on which somebody became insured. Every later day on which a share of the
household begins is judged again too, each time over those who lived there on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select

from app.peers.union.database import among
from app.peers.union.office import history
from app.peers.union.office.cards import ExpiredProofError, Papers, held_of
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.holding import hold
from app.peers.union.office.persons import (
    PersonRow,
    all_shares_of,
    coverages_of,
    insured_on,
    remembered,
    touch,
)
from app.peers.union.office.settling import settle
from app.peers.union.office.shares import Judged, judge_members
from app.peers.union.system import System, next_value
from app.peers.union.tables import fact, income, person, share, yearly_run
from app.rules.calendar.days import ONE_DAY, judgement_period, judgement_year
from app.rules.copay.days import from_household_change, share_until
from app.rules.copay.facts import copay_terms
from app.wire.files import FILES

CARDS = "FILE-18"
_HERE = "1"
"""住民状態 of those who live in the household."""


class Share(NamedTuple):
    """A row of ``share``."""

    person_id: int
    copay_ratio: int
    copay_from: str
    limit_class: str
    limit_from: str
    provisional: int
    income_state: str


Place = tuple[str, str]
"""Municipality and household number."""


@dataclass(slots=True)
class _Home:
    """Everybody who lives or lived in a household, and what is known of them."""

    place: Place
    rows: dict[int, PersonRow]
    coverages: dict[int, list[Row[Any]]]
    shares: dict[int, list[Row[Any]]]
    told: dict[int, dict[str, Share]] = field(default_factory=dict)


def rejudge_others(
    system: System,
    connection: Connection,
    municipality_code: str,
    household_number: str,
    event_on: date,
    apart_from: int,
) -> list[int]:
    """Judge a household that changed on ``event_on`` (世帯異動) but for one person; of an event
    long past from the present judgement year on (earlier years are corrections). Returns those
    whose share changed."""
    present = judgement_period(judgement_year(system.today()))[0]
    since = max(from_household_change(event_on), present)
    place = (municipality_code, household_number)
    return rejudge(system, connection, place, since, apart_from=apart_from)


def rejudge_incomes(
    system: System, connection: Connection, changed: Iterable[tuple[int, int]]
) -> list[int]:
    """Judge the households of persons of whom an income is known otherwise (所得更正): person and
    tax year. A year that was not judged yet waits for its yearly run."""
    homes: dict[tuple[Place, int], None] = {}
    for person_id, year in sorted(changed):
        for place in places_of(connection, person_id):
            homes[place, year] = None
    found = []
    for place, year in homes:
        first, last = (day.isoformat() for day in judgement_period(year))
        home = _home(connection, place)
        rows = [row for rows in home.shares.values() for row in rows]
        if any(first <= row.copay_from <= last for row in rows):
            found += rejudge(system, connection, place, date.fromisoformat(first))
    return found


def rejudge(
    system: System, connection: Connection, place: Place, since: date, *, apart_from: int = 0
) -> list[int]:
    """Judge a household from ``since`` on, but for one person. Returns those whose share changed.

    Raises RuleError for a household that cannot be judged."""
    home = _home(connection, place)
    begun = {row.copay_from for rows in home.shares.values() for row in rows}
    first = since.isoformat()
    for day in sorted({first} | {one for one in begun if one > first}):
        _judge(system, connection, home, day)
    home.told.pop(apart_from, None)
    changed = []
    for person_id, told in home.told.items():
        if _lay(system, connection, home, person_id, told):
            changed.append(person_id)
    return changed


def rejudge_next_year(system: System, connection: Connection, place: Place) -> list[int]:
    """Judge a household for the next 1 August too, where the yearly run has been over it already:
    somebody came who was not there."""
    until = share_until(system.today())
    run = select(yearly_run.c.id).where(
        yearly_run.c.kind == "share",
        yearly_run.c.municipality == place[0],
        yearly_run.c.day > until.isoformat(),
        (yearly_run.c.finished_at != "") | (yearly_run.c.household >= f"={place[1]}"),
    )
    if connection.execute(run).first() is None:
        return []
    return rejudge(system, connection, place, until + ONE_DAY)


def lived_in(connection: Connection, place: Place) -> list[PersonRow]:
    """Everybody who has or ever had this household number, whatever became of them."""
    municipality, household = place
    there = person.c.municipality_code == municipality
    earlier = select(fact.c.person_id).where(
        fact.c.kind == "household", fact.c.value.like(f'{{"household_number":"{household}"%')
    )
    rows = connection.execute(
        select(person)
        .where(there, (person.c.household_number == household) | person.c.id.in_(earlier))
        .order_by(person.c.id)
    )
    return list(rows)


def members_on(
    system: System, connection: Connection, place: Place, rows: Sequence[PersonRow], day: str
) -> list[PersonRow]:
    """Who of ``rows`` (``lived_in``) lives in the household on ``day``, as it is known today."""
    today = system.today()
    on = min(date.fromisoformat(day), today)
    seen = history.as_of_all(connection, [row.id for row in rows], on, today)
    return [
        row
        for row in rows
        if seen[row.id].get(("state", ""), {}).get("state") == _HERE
        and seen[row.id].get(("household", ""), {}).get("household_number") == place[1]
        and row.birth_sort <= day
    ]


def _home(connection: Connection, place: Place) -> _Home:
    rows = {row.id: row for row in lived_in(connection, place)}
    return _Home(place, rows, coverages_of(connection, rows), all_shares_of(connection, rows))


def places_of(connection: Connection, person_id: int) -> list[Place]:
    """The households to which somebody belongs or ever belonged."""
    row = connection.execute(select(person).where(person.c.id == person_id)).one()
    numbers = [row.household_number]
    for value in history.values_of(connection, person_id, ("household", "")):
        numbers.append(value["household_number"])
    return [(row.municipality_code, number) for number in dict.fromkeys(numbers)]


def _judge(system: System, connection: Connection, home: _Home, day: str) -> None:
    members = members_on(system, connection, home.place, list(home.rows.values()), day)
    insured = {row.id for row in members if insured_on(home.coverages.get(row.id, ()), day)}
    if not insured:
        return
    on = date.fromisoformat(day)
    books = system.shelf.on(max(on, system.today()))
    known = select(income).where(
        among(income.c.person_id, [row.id for row in members]),
        income.c.year == judgement_year(on),
    )
    incomes = {row.person_id: row for row in connection.execute(known)}
    terms = copay_terms(books.tables, on)
    judged = judge_members(books.practice, terms, members, incomes, insured, on)
    for row in members:
        if row.id in insured:
            home.told.setdefault(row.id, {})[day] = _share(row, judged, day)


def _share(row: PersonRow, judged: Judged, day: str) -> Share:
    return Share(
        row.id,
        judged.decision.ratio,
        day,
        judged.decision.class_of(row.atena_number).value,
        day,
        int(judged.decision.provisional),
        judged.income_state,
    )


def _lay(
    system: System, connection: Connection, home: _Home, person_id: int, told: dict[str, Share]
) -> bool:
    """Put what was judged in the place of what stood there; whether the share has changed."""
    old = [Share._make(row) for row in home.shares.get(person_id, [])]
    new = _laid(old, told)
    if new == old:
        return False
    gone = (share.c.person_id == person_id, share.c.copay_from >= min(told))
    with remembered(connection, person_id):
        connection.execute(delete(share).where(*gone))
        rows = [one._asdict() for one in new if one.copay_from >= min(told)]
        if rows:
            connection.execute(insert(share), rows)
    touch(connection, person_id)
    days = {one.copay_from for one in (*old, *new)}
    if all(_shown(old, day) == _shown(new, day) for day in days):
        return False  # what was provisional is settled, at the same share
    row = home.rows[person_id]
    settle(system, connection, row, old, new)
    _papers(system, connection, home, row, (old, new))
    return True


def _laid(old: Sequence[Share], told: dict[str, Share]) -> list[Share]:
    by_day = {one.copay_from: one for one in old}
    for day, one in sorted(told.items()):
        there = by_day.get(day)
        before = [by_day[each] for each in sorted(by_day) if each < day]
        if there is None and before and _same(before[-1], one):
            continue  # the share before goes on
        if there is not None and there.limit_class == one.limit_class:
            one = one._replace(limit_from=there.limit_from)
        by_day[day] = one
    return [by_day[day] for day in sorted(by_day)]


def _same(before: Share, now: Share) -> bool:
    """Within one judgement year; each year has a share of its own."""
    years = {judgement_year(date.fromisoformat(one.copay_from)) for one in (before, now)}
    return len(years) == 1 and _says(before) == _says(now) and before[5] == now[5]


def _says(one: Share) -> tuple[int, str]:
    """What is new in a share that begins."""
    return one.copay_ratio, one.limit_class


def _shown(shares: Sequence[Share], day: str) -> tuple[int, tuple[int, str]] | None:
    """What the paper of a day shows; each judgement year has papers of its own."""
    begun = [one for one in shares if one.copay_from <= day]
    if not begun:
        return None
    return judgement_year(date.fromisoformat(begun[-1].copay_from)), _says(begun[-1])


def _papers(
    system: System,
    connection: Connection,
    home: _Home,
    row: PersonRow,
    change: tuple[Sequence[Share], Sequence[Share]],
) -> None:
    """The papers of this judgement year and of the next, where what they show has changed."""
    old, new = change
    today = system.today().isoformat()
    this_year = share_until(system.today()).isoformat()
    years = (("", this_year), (this_year, "9999"))
    for after, until in years:
        shown = [
            [one for one in shares if after < one.copay_from <= until][-1:] for shares in (old, new)
        ]
        (before, now) = ([_says(one) for one in shares] for shares in shown)
        if not now or before == now:
            continue
        day = max(today, shown[1][0].copay_from)
        if not insured_on(home.coverages.get(row.id, ()), day):
            continue
        held = held_of(row, home.coverages[row.id], shown[1][0], day)
        issue_id = f"{system.setup.id}-S-{next_value(connection, 'card'):08d}"
        papers = Papers(system, connection, [row.id], date.fromisoformat(day))
        try:
            record = papers.record(held, issue_id, "share_changed")
        except ExpiredProofError:
            entry = CheckEntry("proof_expired", row.municipality_code, row.atena_number)
            list_entry(system, connection, entry, PROOF_EXPIRED)
            continue
        hold(connection, FILES[CARDS], row.municipality_code, [record])


PROOF_EXPIRED = "障害認定の証明の期限が切れているため、新しい証を作っていません。"
