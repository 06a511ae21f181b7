"""同一人の疑い: the terminal's own daily look for persons who may be one (SEC-117), and what of it
waits on the day board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from sqlalchemy import func, select, tuple_

from app.persons import same
from app.persons.same import Step
from app.rules.calendar.days import BusinessCalendar
from app.security.gate.hand import SystemHand
from app.security.waiting import Source, Waits, WaitWork
from db.tables.persons import my_number, person, restriction
from db.work import ReadRows

FIND = "persons.find_same"
LOOKED = "persons.same_looked"
"""The fact that says on which day (YYYY-MM-DD) was looked."""

READS = ("same_person", "person", "my_number.owner_kind", "my_number.owner_id",
         "my_number.search_index")  # fmt: skip

AT_ONCE = 50
"""So many pairs are proposed in one look: the rest comes when these are decided."""

LISTED = 10
"""So many pairs have a line of their own on the day board; more are counted in one."""


def find_same(hand: SystemHand, _calendar: BusinessCalendar) -> None:
    """Look once a day, at the first login."""
    with hand.system(FIND) as work:
        today = work.at.date().isoformat()
        if work.fact(LOOKED) == today:
            return
        work.set_fact(LOOKED, today)
        said = (work.staff_id, work.at.isoformat(), work.line)
        put = len([one for one in same.pairs(work) if one.step is Step.FOUND])
        for one, other, reason in (*_same_number(work), *_same_name(work)):
            if put >= AT_ONCE:
                return
            put += same.put_found(work, one, other, reason, said)


def _same_number(work: ReadRows) -> Iterator[tuple[str, str, str]]:
    """Persons with the same individual number: seen by its keyed digest, never by itself."""
    of_persons = my_number.c.owner_kind == "person"
    twice = (
        select(my_number.c.search_index)
        .where(of_persons)
        .group_by(my_number.c.search_index)
        .having(func.count() > 1)
    )
    rows = work.all(
        select(my_number.c.search_index, my_number.c.owner_id).where(
            of_persons, my_number.c.search_index.in_(twice)
        )
    )
    yield from _combined([(row.search_index, row.owner_id) for row in rows], "my_number")


def _same_name(work: ReadRows) -> Iterator[tuple[str, str, str]]:
    """Persons of the same reading, whole birth date and sex."""
    keys = person.c.kana_key, person.c.birth_sort
    # the index on these two answers alone; only what stands twice is read
    twice = select(*keys).where(person.c.kana_key != "").group_by(*keys).having(func.count() > 1)
    rows = work.all(
        select(person.c.id, *keys, person.c.sex).where(
            tuple_(*keys).in_(twice), person.c.birth_precision == "day", person.c.kana_key != ""
        )
    )
    named = [((row.kana_key, row.birth_sort, row.sex), row.id) for row in rows]
    yield from _combined(named, "name_birth")


def _combined(found: Sequence[tuple[object, str]], reason: str) -> Iterator[tuple[str, str, str]]:
    by_key: dict[object, list[str]] = {}
    for key, person_id in found:
        by_key.setdefault(key, []).append(person_id)
    for ones in by_key.values():
        for one, other in combinations(sorted(ones), 2):
            yield one, other, reason


def _lines(work: WaitWork) -> Iterator[Waits]:
    """What is to be decided, and what must not stay as it is: of two who are one, only one under
    support measures."""
    found = same.pairs(work)
    open_ones = [pair for pair in found if pair.step is Step.FOUND]
    named = [pair.one for pair in open_ones[:LISTED]]
    names = {row.id: row.name for row in work.all(
        select(person.c.id, person.c.name).where(person.c.id.in_(named)))}  # fmt: skip
    for pair in open_ones[:LISTED]:
        yield Waits(
            key=pair.word,
            what="同一人の疑い",
            state=same.UNCONFIRMED,
            since=pair.at,
            next_step="二つの記録を見比べ、二人で決める",
            opens=same.LIST,
            given=(("word", pair.word),),
            whose=names.get(pair.one, ""),
            cause=same.in_words(pair.reasons),
        )
    if len(open_ones) > LISTED:
        yield Waits(
            key="same-more",
            what="同一人の疑い（ほか）",
            state=f"{len(open_ones) - LISTED}組",
            since=open_ones[-1].at,
            next_step="古いものから少しずつ決める",
            opens=same.LIST,
        )
    yield from _one_sided(work, [pair for pair in found if pair.step is Step.SAME])


def _one_sided(work: WaitWork, ones: list[same.Pair]) -> Iterator[Waits]:
    ids = {one for pair in ones for one in (pair.one, pair.other)}
    held = select(restriction.c.person_id).where(
        restriction.c.person_id.in_(ids), restriction.c.lifted_at == ""
    )
    restricted = {row.person_id for row in work.all(held)} if ids else set()
    for pair in ones:
        if (pair.one in restricted) != (pair.other in restricted):
            bare = pair.other if pair.one in restricted else pair.one
            yield Waits(
                key=f"{pair.word}-care",
                what="同じ方の片方だけの取扱注意",
                state="もう一方の記録は隠れていません",
                since=pair.at,
                next_step="もう一方を開き、取扱注意をそろえる",
                opens="persons.open",
                given=(("person_id", bare),),
                holds_day=("片方だけに取扱注意のある同じ方",),
            )


WAITS = Source(("same_person", "person", "restriction"), _lines, same.LIST)
