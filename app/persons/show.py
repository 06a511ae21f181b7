"""One person as the screen shows them, with restrictions applied (SEC-06, SEC-94; DOMAIN 7.3).

A person under support measures (支援措置) is 取扱注意: name and birth date only, no address, no
number, no household, to whoever looks, but for the minutes for which somebody with the right opened
the person (一時解除).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from sqlalchemy import select

from app.core.errors import UserError
from app.core.tables import Tables
from app.persons import at_home, reaching, same
from app.persons.at_home import Member
from app.persons.eligibility_state import eligibility_state_of
from app.persons.notes import Note, notes_of, shown_to
from app.persons.reaching import Outlook
from app.persons.restrictions import is_restricted, may_be_replaced, unknown_person
from app.persons.roles import named_for
from app.persons.words import CASE_STATES, PAPER_STATES
from app.rules.calendar import days
from app.rules.calendar.wareki import Eras, on_paper, on_screen
from app.rules.values.days import kept_birth
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.search import Hit, by_ids
from db.tables.cases import case_file
from db.tables.certificates import certificate
from db.tables.persons import (
    atena,
    household_member,
    insured,
    my_number,
    person,
    restriction,
)

_FOREIGN = "2"
_LIVING = "1"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of a result list, all text as shown."""

    person_id: str
    name: str
    kana: str
    birth: str
    age: str
    sex: str
    address: str
    insured_number: str
    atena_number: str
    state: str
    care: bool
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """One period of eligibility, as shown."""

    insured_number: str
    acquired: str
    lost: str
    copay: str
    limit: str


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Another number of this person, or one that may be hers: ``words`` say which, ``kept`` that
    cases begin there."""

    person_id: str
    word: str
    words: str
    decided: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person's page. Everything but name and birth is empty when ``care`` is set;
    ``opened_until`` is the moment (ISO) until which a restricted person is open to who looks
    (一時解除), "" when she is not. ``markable``: a decided measure can be set, or the one that is
    there prolonged. ``home``: she and her household, by which
    what else fits them is told."""

    line: PersonLine
    former_atena: tuple[str, ...]
    eligibility: tuple[Eligibility, ...]
    household: tuple[str, ...]
    cases: tuple[tuple[str, str], ...]
    certificates: tuple[tuple[str, str], ...]
    has_number: bool
    alias_kana: str = ""
    phone: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    eligibility_state: str = ""
    opened_until: str = ""
    markable: bool = False
    outlook: Outlook | None = None
    same: tuple[SamePerson, ...] = ()
    notes: tuple[Note, ...] = ()
    home: tuple[Member, ...] = ()

    @property
    def opened(self) -> bool:
        """Whether she is restricted and open to who looks."""
        return bool(self.opened_until)


def person_lines(
    hits: Sequence[Hit],
    tables: Tables,
    today: date,
    marks: Mapping[str, str] = MappingProxyType({}),
) -> tuple[PersonLine, ...]:
    """Found persons in the clerk's words, beside any number the name, birth date and address
    (SEC-06, SEC-07); 取扱注意 hides all but name and birth date. ``marks`` stand beside the state
    of those whom they name (``same.marks``)."""
    eras = Eras(tables["eras"])
    return tuple(
        _marked(_line(hit, tables, eras, today), marks.get(hit.person_id, "")) for hit in hits
    )


def _marked(line: PersonLine, mark: str) -> PersonLine:
    return replace(line, state="・".join(filter(None, (line.state, mark)))) if mark else line


def _line(hit: Hit, tables: Tables, eras: Eras, today: date) -> PersonLine:
    birth = kept_birth(hit.birth_written, hit.birth_sort, eras)
    shown = on_screen(birth, eras, western=hit.person_kind == _FOREIGN)
    if hit.restricted:
        return PersonLine(hit.person_id, hit.name, "", shown, "", "", "", "", "", "取扱注意", True)
    known = birth.exact is not None and birth.exact <= today
    return PersonLine(
        hit.person_id,
        hit.name,
        hit.kana,
        shown,
        str(days.age_on(birth.sort_date, today)) if known else "不詳",
        tables["sexes"].label(hit.sex, today),
        hit.address,
        hit.insured_number,
        hit.atena_number,
        "" if hit.state == _LIVING else tables["resident_states"].label(hit.state, today),
        False,
        hit.alias,
    )


def open_person(
    gate: Gate,
    session: Session,
    person_id: str,
    tables: Tables,
    today: date,
    *,
    by_number: bool,
    confirmed: bool,
) -> PersonView:
    """Open one person (個人の照会).

    Raises UserError ``persons.number_alone`` when the person was found by a number and name
    and birth date were not compared (SEC-06), ``persons.unknown`` for an id that is not here.
    """
    if by_number and not confirmed:
        raise UserError(
            "persons.number_alone",
            "番号だけでは開けません。",
            "氏名と生年月日を窓口の方に確かめてから、もう一度選んでください。",
        )
    with gate.view("persons.open", session, subject=Subject("person", person_id)) as work:
        hits = by_ids(work, [person_id], opened=work.opened)
        if not hits:
            raise unknown_person()
        until = work.opened.get(person_id, "") if is_restricted(work, person_id) else ""
        line = person_lines(hits, tables, today)[0]
        if line.care:
            view = PersonView(line, (), (), (), (), (), has_number=False)
        else:
            view = _whole(work, line, person_id, tables, today)
        markable = may_be_replaced(work, person_id)
        view = replace(
            view,
            eligibility_state=_eligibility_state(work, person_id),
            opened_until=until,
            markable=markable,
            same=_same(work, person_id),
        )
        work.note(shown=(person_id,), query_kind="person", numbers=False)
    return replace(view, notes=shown_to(view.notes, gate.permitted(session)))


def _same(work: GateWork, person_id: str) -> tuple[SamePerson, ...]:
    found = []
    for pair in same.pairs(work, (person_id,)):
        other = pair.beside(person_id)
        number = same.number_of(work, other)
        if pair.step is same.Step.SAME:
            kept = pair.kept == other
            use = "受付はそちらで行います" if kept else "受付はこちらで行います"
            words = f"宛名番号 {number} の方と同じ方です（{use}）。"
            found.append(SamePerson(other, pair.word, words, True, kept))
        elif pair.step is same.Step.FOUND:
            why = same.in_words(pair.reasons)
            words = f"{same.UNCONFIRMED}：宛名番号 {number} の方と同じ方かもしれません（{why}）。"
            found.append(SamePerson(other, pair.word, words, False, False))
    return tuple(found)


def _eligibility_state(work: GateWork, person_id: str) -> str:
    state = work.scalar(select(person.c.state).where(person.c.id == person_id))
    last = work.first(
        select(insured.c.lost_on)
        .where(insured.c.person_id == person_id)
        .order_by(insured.c.acquired_on.desc())
    )
    return eligibility_state_of(state, last)


def _periods(
    work: GateWork, persons: Sequence[str], tables: Tables, today: date
) -> tuple[Eligibility, ...]:
    eras = Eras(tables["eras"])

    def day(text: str) -> str:
        return on_paper(date.fromisoformat(text), eras) if text else ""

    return tuple(
        Eligibility(
            row.insured_number,
            day(row.acquired_on),
            day(row.lost_on),
            f"{row.copay_ratio}割（{day(row.copay_from)}から）" if row.copay_ratio else "",
            tables["limit_classes"].label(row.limit_class, today) if row.limit_class else "",
        )
        for row in work.all(
            select(insured)
            .where(insured.c.person_id.in_(persons))
            .order_by(insured.c.acquired_on.desc())
        )
    )


def _whole(
    work: GateWork, line: PersonLine, person_id: str, tables: Tables, today: date
) -> PersonView:
    all_of_her = same.joined(work, person_id)
    row = work.one(select(person.c.alias_kana, person.c.phone).where(person.c.id == person_id))
    return PersonView(
        line,
        alias_kana=row.alias_kana,
        phone=row.phone,
        former_atena=tuple(
            row.atena_number
            for row in work.all(
                select(atena.c.atena_number).where(
                    atena.c.person_id.in_(all_of_her), atena.c.atena_number != line.atena_number
                )
            )
        ),
        eligibility=_periods(work, all_of_her, tables, today),
        household=_household(work, all_of_her),
        notes=notes_of(work, all_of_her, Eras(tables["eras"])),
        roles=_roles(work, person_id, tables, today),
        cases=tuple(
            (row.id, CASE_STATES[row.state])
            for row in work.all(
                select(case_file.c.id, case_file.c.state).where(
                    case_file.c.person_id.in_(all_of_her)
                )
            )
        ),
        certificates=tuple(
            (row.number, _paper_state(row.state, row.untrue_items))
            for row in work.all(select(certificate).where(certificate.c.person_id.in_(all_of_her)))
        ),
        has_number=work.first(
            select(my_number.c.owner_id).where(
                my_number.c.owner_kind == "person", my_number.c.owner_id == person_id
            )
        )
        is not None,
        outlook=reaching.outlook(work, person_id, tables, today),
        home=at_home.read_home(work, person_id, today),
    )


def _roles(
    work: GateWork, person_id: str, tables: Tables, today: date
) -> tuple[tuple[str, str], ...]:
    """Who was named for the person (喪主, 相続人代表 …): role, and name with relation."""
    words = tables["person_roles"]
    return tuple(
        (words.label(one.role, today), f"{one.called}　{one.phone}".rstrip("　"))
        for one in named_for(work, person_id, today)
    )


def _paper_state(state: str, untrue_items: str) -> str:
    words = PAPER_STATES[state]
    return f"{words}、⚠ {untrue_items}が事実と違う" if untrue_items else words


def _household(work: GateWork, all_of_her: Sequence[str]) -> tuple[str, ...]:
    """Relation and name of those in the same household; members under support measures are
    not named to each other."""
    mine = work.first(
        select(household_member.c.municipality_code, household_member.c.household_number).where(
            household_member.c.person_id == all_of_her[0]
        )
    )
    if mine is None:
        return ()
    hidden = select(restriction.c.person_id).where(restriction.c.lifted_at == "")
    rows = work.all(
        select(household_member.c.relation, person.c.name)
        .join(person, person.c.id == household_member.c.person_id)
        .where(
            household_member.c.municipality_code == mine.municipality_code,
            household_member.c.household_number == mine.household_number,
            household_member.c.person_id.not_in(all_of_her),
            household_member.c.person_id.not_in(hidden),
        )
        .order_by(household_member.c.is_head.desc(), person.c.birth_sort)
    )
    return tuple(f"{row.relation}　{row.name}" for row in rows)
