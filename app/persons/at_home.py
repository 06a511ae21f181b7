"""What else fits this household (ほかに合う手続): the opened person and whoever lives with her, and
of each what tells which kinds of case fit (DOMAIN 5.3, 5.5).

A kind declares when it fits (``Fits``); what it asks stands in ``Member`` and is read here, so this
room knows no kind. Members under support measures (支援措置) are left out, as on the person's page.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from app.persons import history
from app.persons.eligibility_state import DEAD, INSURED, eligibility_state_of
from db.tables.cases import case_file, decision, follow_up
from db.tables.certificates import certificate
from db.tables.persons import household_member, insured, person, restriction
from db.work import ReadRows

READS = (
    *history.READS,
    "household_member",
    "insured",
    "restriction",
    "case_file",
    "certificate",
    "decision",
    "follow_up",
)
"""What a function declares that asks what else fits."""

_FACTS = ("account", "delivery", "heir")
_ENDED = ("cancelled", "refused")
_DECIDED = "decided"
_LATELY = timedelta(days=730)
"""葬祭費 is claimed within two years; what was begun before says nothing of today."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up that waits: what it is (its code), the line's id, until when."""

    code: str
    line: str
    due: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of a household as of ``today``. ``called`` is how the clerk reads her; ``home`` the
    household's number. ``head_gone``: its head died or lives here no more; ``alone``: everybody
    else of it did. ``noted`` are the facts (of ``app.persons.facts``) that hold of her,
    ``beside`` those of the others; ``was_insured``: now or formerly, here. ``begun`` are the codes
    of the kinds of case that were begun for her in the last two years, but for dropped and refused
    ones; ``waits`` the follow-ups that nobody settled yet; ``untrue`` what is wrong on the paper
    that she has (items, in words); ``unissued`` the cases whose decision ordered a paper that
    nobody was given (id, kind)."""

    person_id: str
    called: str
    name: str
    opened: bool
    state: str
    today: date
    home: str = ""
    state_on: str = ""
    is_head: bool = False
    head_gone: bool = False
    alone: bool = False
    noted: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    was_insured: bool = False
    begun: frozenset[str] = frozenset()
    waits: tuple[Asked, ...] = ()
    untrue: str = ""
    unissued: tuple[tuple[str, str], ...] = ()

    @property
    def insured(self) -> bool:
        """Whether she is insured now."""
        return self.state == INSURED

    @property
    def dead(self) -> bool:
        """Whether she died."""
        return self.state == DEAD

    def died_within(self, days: int) -> bool:
        """Whether she died at most so many days ago. Of an unknown day: yes, since somebody then
        looks."""
        if not self.dead:
            return False
        return not self.state_on or (self.today - date.fromisoformat(self.state_on)).days <= days


@dataclass(frozen=True, slots=True)
class Fits:
    """When a kind of case fits somebody, beside being about one like her. ``why`` is for the clerk
    (``{untrue}``: what is wrong on her paper), ``told`` for the visitor, who takes it home.
    ``once``: one case serves the whole household."""

    applies: Callable[[Member], bool]
    why: str
    told: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class Fitting:
    """One thing that fits: of whom, what, why (for the clerk), what the visitor is told ("" for
    nothing), the papers to bring, and the function that begins it with its arguments ("" where
    nothing of the terminal begins)."""

    member: Member
    label: str
    why: str
    told: str = ""
    bring: tuple[str, ...] = ()
    opens: str = ""
    given: tuple[tuple[str, str], ...] = ()
    due: str = ""
    once: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """By what it is the same as another one."""
        return self.opens or self.label, self.member.home if self.once else self.member.person_id


def read_home(work: ReadRows, person_id: str, today: date) -> tuple[Member, ...]:
    """The opened person first, then whoever is of her household, the head before the others."""
    mine = work.first(select(household_member).where(household_member.c.person_id == person_id))
    members: dict[str, Row[Any] | None] = {person_id: mine}
    if mine is not None:
        hidden = select(restriction.c.person_id).where(restriction.c.lifted_at == "")
        others = work.all(
            select(household_member)
            .where(
                household_member.c.municipality_code == mine.municipality_code,
                household_member.c.household_number == mine.household_number,
                household_member.c.person_id != person_id,
                household_member.c.person_id.not_in(hidden),
            )
            .order_by(household_member.c.is_head.desc(), household_member.c.person_id)
        )
        members |= {row.person_id: row for row in others}
    return _members(work, members, today)


def _members(
    work: ReadRows, members: Mapping[str, Row[Any] | None], today: date
) -> tuple[Member, ...]:
    ids = list(members)
    people = {row.id: row for row in work.all(select(person).where(person.c.id.in_(ids)))}
    last: dict[str, Any] = {}
    for row in work.all(
        select(insured).where(insured.c.person_id.in_(ids)).order_by(insured.c.acquired_on)
    ):
        last[row.person_id] = row
    noted = {
        key: _noted(history.seen(key, lines, today, today))
        for key, lines in history.lines_of(work, ids, kinds=_FACTS).items()
    }
    here = {key for key, row in people.items() if row.state == "1"}
    heads = {key for key, row in members.items() if row is not None and row.is_head}
    begun, unissued = _cases(work, ids, today - _LATELY)
    untrue = _untrue(work, ids)
    waits = _waits(work, ids)
    found = []
    for at, (key, home) in enumerate(members.items()):
        one, others = people[key], [other for other in ids if other != key]
        relation = home.relation if home is not None else ""
        found.append(
            Member(
                person_id=key,
                called=one.name if at == 0 else f"{one.name}（{relation or '同じ世帯の方'}）",
                name=one.name,
                opened=at == 0,
                state=eligibility_state_of(one.state, last.get(key)),
                today=today,
                home=home.household_number if home is not None else "",
                state_on=one.state_on,
                is_head=key in heads,
                head_gone=bool(heads) and not heads & here,
                alone=key in here and bool(others) and not here & set(others),
                noted=noted.get(key, frozenset()),
                beside=frozenset().union(*(noted.get(other, frozenset()) for other in others)),
                was_insured=key in last,
                begun=begun[key],
                waits=waits[key],
                untrue=untrue.get(key, ""),
                unissued=unissued[key],
            )
        )
    return tuple(found)


def _noted(seen: history.AsOf | None) -> frozenset[str]:
    return frozenset() if seen is None else frozenset(fact for fact in _FACTS if seen.values(fact))


def _cases(
    work: ReadRows, ids: list[str], since: date
) -> tuple[defaultdict[str, frozenset[str]], defaultdict[str, tuple[tuple[str, str], ...]]]:
    """By person the kinds begun for her from the day ``since`` on, and the cases whose paper nobody
    was given."""
    begun: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    unissued: defaultdict[str, tuple[tuple[str, str], ...]] = defaultdict(tuple)
    rows = work.all(
        select(case_file, decision.c.record)
        .select_from(case_file.outerjoin(decision, decision.c.id == case_file.c.decision_id))
        .where(case_file.c.person_id.in_(ids), case_file.c.state.not_in(_ENDED))
        .order_by(case_file.c.opened_at)
    )
    for row in rows:
        if row.opened_at[:10] >= since.isoformat():
            begun[row.person_id] |= {row.kind}
        if row.state == _DECIDED and row.record and json.loads(row.record).get("paper"):
            unissued[row.person_id] += ((row.id, row.kind),)
    return begun, unissued


def _untrue(work: ReadRows, ids: list[str]) -> dict[str, str]:
    """By person what is wrong on a paper that she has."""
    rows = work.all(
        select(certificate.c.person_id, certificate.c.untrue_items).where(
            certificate.c.person_id.in_(ids),
            certificate.c.state == "issued",
            certificate.c.untrue_items != "",
        )
    )
    return {row.person_id: row.untrue_items for row in rows}


def _waits(work: ReadRows, ids: list[str]) -> defaultdict[str, tuple[Asked, ...]]:
    found: defaultdict[str, tuple[Asked, ...]] = defaultdict(tuple)
    for row in work.all(
        select(follow_up)
        .where(follow_up.c.person_id.in_(ids), follow_up.c.settled_at == "")
        .order_by(follow_up.c.since, follow_up.c.id)
    ):
        found[row.person_id] += (Asked(row.code, row.id, row.due_on),)
    return found


def fitting(
    kinds: Mapping[str, Any], home: Iterable[Member], permitted: frozenset[str]
) -> tuple[Fitting, ...]:
    """What fits this household now: papers that nobody was given, what earlier cases asked for
    (後に続くこと), and the kinds that say so; each begins only where the clerk may begin it. What
    stands there twice is told once."""
    found: dict[tuple[str, str], Fitting] = {}
    for member in home:
        for one in (
            *_unissued(kinds, member),
            *_asked_for(kinds, member),
            *_by_kind(kinds, member),
        ):
            found.setdefault(one.key, one)
    return tuple(
        one if one.opens in permitted else replace(one, opens="", given=())
        for one in found.values()
    )


def _unissued(kinds: Mapping[str, Any], member: Member) -> Iterator[Fitting]:
    for case_id, code in member.unissued:
        kind = kinds[code]
        yield Fitting(
            member,
            f"{kind.label}の書類",
            "決定した書類を、まだ渡していません。",
            "書類ができています。窓口でお受け取りください。",
            opens=kind.function("show_decision"),
            given=(("kind", code), ("case_id", case_id)),
        )


def _asked_for(kinds: Mapping[str, Any], member: Member) -> Iterator[Fitting]:
    declared = {one.code: one for kind in kinds.values() for one in kind.follow_up}
    by_opening = {kind.opening: kind for kind in kinds.values()}
    for asked in member.waits:
        one = declared.get(asked.code)
        if one is None:
            continue
        opened = by_opening.get(one.opens)
        yield Fitting(
            member,
            opened.label if opened is not None else one.label,
            one.next_step,
            one.told,
            _documents(opened),
            one.opens,
            (("person_id", member.person_id), ("line", asked.line)) if one.opens else (),
            asked.due,
        )


def _by_kind(kinds: Mapping[str, Any], member: Member) -> Iterator[Fitting]:
    for kind in kinds.values():
        fits: Fits | None = kind.fits
        if fits is None or kind.code in member.begun or not kind.about.offered_to(member.state):
            continue
        if fits.applies(member):
            yield Fitting(
                member,
                kind.label,
                fits.why.format(untrue=member.untrue),
                fits.told,
                _documents(kind),
                kind.opening,
                (("person_id", member.person_id),),
                once=fits.once,
            )


def _documents(kind: Any) -> tuple[str, ...]:
    return tuple(one.title for one in kind.documents) if kind is not None else ()
