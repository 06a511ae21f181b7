"""How a case begins (受付の始め方): from whom, from which other case, from which line.

What the kind declares is checked here, in the act that opens the case; what a case takes over from
the one before it in the same sitting (同じ来庁), and from whoever was named for the person, stands
here too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, or_, select, update

from app.cases import blocks, from_records, state
from app.cases.about import PAID_BY, PAYER_KNOWN, Begin, Household, KnownPerson, Payer
from app.cases.becoming import expected
from app.cases.entry import DOCUMENTS, documents_in, documents_of
from app.cases.kind import CaseKind
from app.cases.state import CaseState, no_case
from app.cases.whom import Whom, read_whom, shown, with_members, with_payer, with_roles
from app.core.errors import UserError
from app.core.tables import Tables
from app.persons import same
from app.persons.eligibility_state import DEAD, INSURED, LOST, NEVER
from app.persons.roles import Named
from app.security.gate.gate import ActWork, Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.items import HIDDEN
from db.named import read_names
from db.tables.cases import case_file, follow_up

ELIGIBILITY_STATES: Mapping[str, str] = {
    INSURED: "被保険者",
    LOST: "資格を喪失した方",
    DEAD: "亡くなった方",
    NEVER: "被保険者になったことのない方",
}
WAYS: Mapping[Begin, str] = {
    Begin.SEARCH: "検索・メニュー",
    Begin.PERSON: "開いた方の「手続を始める」",
    Begin.CASE: "別の受付の「続けて別の手続」",
    Begin.LINE: "「今日の仕事」の行",
}
"""The ways in which a case begins, in the clerk's words."""

_UNANSWERED = (CaseState.DRAFT, CaseState.WAITING, CaseState.REJECTED)
_NAMED = ("name", "kana", "relation", "phone")
_TAKEN_OVER = tuple(one.name for one in blocks.notifier_fields())


@dataclass(frozen=True, slots=True)
class Begun:
    """What a case begins from, beside the opened person: the case before it in the same sitting
    (``after``), the line of the day board (``line``, a follow-up's id or that of a record of a
    ledger), and the payer of the
    register whom the clerk chose (``payer_id``)."""

    payer_id: str = ""
    after: str = ""
    line: str = ""


ALONE = Begun()
"""From the search or an opened person, with nobody beside."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the room found: about whom, in which sitting, from what (``begun_from``, the id of a
    case or of a follow-up), and the values that are there before anybody keys."""

    person_id: str
    sitting: str
    begun_from: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """One answer to the question who pays for whom, as the clerk reads it."""

    label: str
    person_id: str
    payer_id: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def begin(work: ActWork, kind: CaseKind, person_id: str, begun: Begun) -> Beginning:
    """Check that a case of ``kind`` may begin so, and find what it begins with.

    Raises UserError ``cases.begins_elsewhere`` for a way that the kind does not declare,
    ``cases.no_person_yet`` after a case whose person is not here yet, ``cases.no_case``,
    ``cases.no_person``, ``cases.not_for_person``, ``cases.no_household``,
    ``cases.begun_already``, ``cases.line_gone``, and those of ``with_payer``.
    """
    of_record = from_records.is_record(work, begun.line)
    if of_record:
        from_records.require_open(work, begun.line, person_id)
    else:
        _require_way(kind, begun)
    before = _case_before(work, begun.after)
    values = _taken_over(kind, before, work.at.date().isoformat())
    if kind.for_newcomer:
        return Beginning("", _sitting(before), begun.line or begun.after, values)
    if before is not None:
        person_id = _person_of(before, person_id)
    assert isinstance(kind.about, KnownPerson)
    same.require_kept(work, person_id)
    sitting = _sitting(before)
    whom = expected(work, with_roles(work, read_whom(work, person_id)), sitting)
    require_for(kind, whom)
    if isinstance(kind.about, Household) and not whom.household:
        raise _no_household(kind)
    _require_no_other(work, kind, person_id)
    if begun.line and not of_record:
        _require_line(work, begun.line, person_id)
    if begun.payer_id:
        with_payer(work, whom, begun.payer_id)
        values |= {PAYER_KNOWN: "1"}
    of_roles = {} if whom.care else _of_roles(kind, whom) | _of_sitting(work, kind, sitting)
    values |= {k: v for k, v in of_roles.items() if not values.get(k)}
    return Beginning(person_id, sitting, begun.line or begun.after, values)


def read_about(
    work: GateWork,
    kind: CaseKind,
    person_id: str | None,
    payer_id: str | None,
    sitting: str = "",
    case_id: str = "",
) -> Whom | None:
    """Whom a case of ``kind`` is about, with whoever of the register belongs to it, as she will
    be by the cases of its ``sitting`` beside ``case_id``; None for a newcomer. It is whole: what
    is shown of it is ``whom.shown``. Raises UserError ``cases.no_person``."""
    about = kind.about
    if not isinstance(about, KnownPerson) or not person_id:
        return None
    whom = expected(work, with_roles(work, read_whom(work, person_id)), sitting, case_id)
    if isinstance(about, Household):
        whom = with_members(work, whom, about.members, living_in=True)
    if payer_id:
        whom = with_payer(work, whom, payer_id)
    return whom


def sides(
    gate: Gate, session: Session, kind: CaseKind, person_id: str, tables: Tables, *, after: str = ""
) -> tuple[Side, ...]:
    """Who may pay for the opened person (that of the case ``after``, where none is opened), or
    for whom she may pay when she is not one of those the kind is about. Raises UserError
    ``cases.nobody_to_pay_for``, ``cases.no_person``, ``cases.no_person_yet``."""
    about = kind.about
    assert isinstance(about, Payer)
    subject = Subject("person", person_id) if person_id else Subject("case", after)
    with gate.view(kind.function("find_payers"), session, subject=subject) as work:
        before = _case_before(work, after)
        person_id = person_id if before is None else _person_of(before, person_id)
        whom = with_roles(work, with_members(work, read_whom(work, person_id)))
        whom = shown(whom, read_names(work, work.opened))
        others = [one for one in whom.members if one.person_id != person_id and one.name]
        work.note(
            shown=(person_id, *(one.person_id for one in others)),
            query_kind="payers",
            numbers=False,
        )
        day = work.at.date()
    if whom.eligibility_state not in about.states:
        return _paid_for(kind, about, whom)
    living = (one for one in others if one.eligibility_state != DEAD)
    of_home = [Side(one.called, person_id, one.person_id) for one in living]
    words = tables["person_roles"]
    named = [
        Side(
            f"{words.label(one.role, day)}　{one.called}",
            person_id,
            values=_filled(PAID_BY, one),
        )
        for one in whom.roles
        if one.role in about.roles and one.name != HIDDEN
    ]
    return (*of_home, *named, Side("登録にない方（氏名を入れる）", person_id))


def _filled(prefix: str, one: Named) -> dict[str, str]:
    """The fields of a block that somebody named fills."""
    said = {"name": one.name, "relation": one.relation, "phone": one.phone}
    return {f"{prefix}_{item}": text for item, text in said.items() if text}


def _paid_for(kind: CaseKind, about: Payer, whom: Whom) -> tuple[Side, ...]:
    """For whom the opened person may pay."""
    found = tuple(
        Side(f"{one.called}の分", one.person_id, whom.person_id)
        for one in whom.members
        if one.person_id != whom.person_id and one.name and one.eligibility_state in about.states
    )
    if not found or whom.eligibility_state == DEAD:
        wanted = "・".join(ELIGIBILITY_STATES[one] for one in about.states)
        raise UserError(
            "cases.nobody_to_pay_for",
            f"「{kind.label}」は{wanted}の分を納める方についての手続ですが、この方の世帯に"
            f"{wanted}がいません。",
            "だれの分を納めるかを尋ね、その被保険者の方を検索で開いてから始めてください。",
        )
    return found


def _require_way(kind: CaseKind, begun: Begun) -> None:
    alone = Begin.SEARCH if kind.for_newcomer else Begin.PERSON
    way = Begin.LINE if begun.line else Begin.CASE if begun.after else alone
    if way not in kind.beginnings:
        ways = "、".join(WAYS[one] for one in kind.beginnings)
        raise UserError(
            "cases.begins_elsewhere",
            f"「{kind.label}」は、{WAYS[way]}からは始められません。",
            f"{ways}から始めてください。",
        )


def _case_before(work: GateWork, case_id: str) -> Row[Any] | None:
    if not case_id:
        return None
    row = work.first(select(case_file).where(case_file.c.id == case_id))
    if row is None:
        raise no_case()
    return row


def _sitting(before: Row[Any] | None) -> str:
    """The sitting of the case before: the id of its first case."""
    return "" if before is None else before.sitting or before.id


def _person_of(before: Row[Any], person_id: str) -> str:
    """The sitting's person, who stays the same; after a newcomer who waits for the decision,
    whoever of the same visit was opened."""
    if not before.person_id and person_id:
        return person_id
    if not before.person_id:
        raise UserError(
            "cases.no_person_yet",
            f"受付 {before.id} の方は、広域連合の決定が届くまで、この端末に登録されていません。",
            "この方の別の手続は、決定が届いてから、その受付の「続けて別の手続」で始めてください。"
            "一緒に来た方の転入などの届出は、いま始められます。本人確認は引き継がれます。",
        )
    if person_id and person_id != before.person_id:
        raise UserError(
            "cases.person_differs",
            f"受付 {before.id} は別の方の受付です。",
            "その方を検索で開いてから、手続を始めてください。",
        )
    return str(before.person_id)


def _taken_over(kind: CaseKind, before: Row[Any] | None, today: str) -> dict[str, str]:
    """What the visitor showed for the case before, today: who stands here, by what that person was
    identified, and the documents that this kind asks for too. Of another day nothing: who stands
    here is identified anew."""
    if before is None or before.opened_at[:10] != today:
        return {}
    said = json.loads(before.draft)
    values = {name: said[name] for name in _TAKEN_OVER if name in kind.fields and said.get(name)}
    asked = {one.title for one in kind.documents}
    seen = [title for title in documents_of(said) if title in asked]
    return values | ({DOCUMENTS: documents_in(seen)} if seen else {})


def _of_roles(kind: CaseKind, whom: Whom) -> dict[str, str]:
    """The fields that somebody named for the person fills."""
    assert isinstance(kind.about, KnownPerson)
    named = {one.role: one for one in whom.roles}
    found: dict[str, str] = {}
    for role, prefix in kind.about.from_roles:
        if role in named:
            found |= _filled(prefix, named[role])
    return {name: text for name, text in found.items() if name in kind.fields}


def _of_sitting(work: GateWork, kind: CaseKind, sitting: str) -> dict[str, str]:
    """The fields that somebody fills who was named in a case of the sitting that is not accepted
    yet: nobody keeps her with the person before."""
    assert isinstance(kind.about, KnownPerson)
    if not sitting or not kind.about.from_roles:
        return {}
    rows = work.all(
        select(case_file.c.draft)
        .where(
            or_(case_file.c.id == sitting, case_file.c.sitting == sitting),
            case_file.c.state.in_((CaseState.DRAFT, CaseState.WAITING)),
        )
        .order_by(case_file.c.opened_at, case_file.c.id)
    )
    found: dict[str, str] = {}
    for said in (json.loads(row.draft) for row in rows):
        for role, prefix in kind.about.from_roles:
            items = ((f"{role}_{item}", f"{prefix}_{item}") for item in _NAMED)
            found |= {to: said[of] for of, to in items if said.get(of) and to in kind.fields}
    return found


def require_for(kind: CaseKind, whom: Whom) -> None:
    """Raises UserError ``cases.not_for_person`` for somebody whom ``kind`` is not about."""
    about = kind.about
    assert isinstance(about, KnownPerson)
    if whom.eligibility_state in about.states:
        return
    wanted = "・".join(ELIGIBILITY_STATES[one] for one in about.states)
    raise UserError(
        "cases.not_for_person",
        f"「{kind.label}」は{wanted}についての手続です。"
        f"この方は、この端末では{ELIGIBILITY_STATES[whom.eligibility_state]}です。",
        "開いた方が届出の方か確かめてください。記録が違うときは、責任者に相談してください。",
    )


def _no_household(kind: CaseKind) -> UserError:
    return UserError(
        "cases.no_household",
        f"「{kind.label}」は世帯についての手続ですが、この方の世帯がこの端末に届いていません。",
        "住民記録の異動が広域連合から届いてから始めてください。急ぐときは責任者に相談してください。",
    )


def _require_no_other(work: ActWork, kind: CaseKind, person_id: str) -> None:
    """Nobody begins a second case of a kind for a person while the first has no answer."""
    other = work.first(
        select(case_file.c.id, case_file.c.state).where(
            case_file.c.person_id == person_id,
            case_file.c.kind == kind.code,
            case_file.c.state.in_(_UNANSWERED),
        )
    )
    if other is not None:
        raise UserError(
            "cases.begun_already",
            f"この方の「{kind.label}」は、すでに始まっています（受付番号 {other.id}、"
            f"{state.LABELS[CaseState(other.state)]}）。",
            "今日の仕事の一覧から、その受付を続けてください。",
        )


def _require_line(work: ActWork, line: str, person_id: str) -> None:
    row = work.first(select(follow_up).where(follow_up.c.id == line))
    if row is None or row.settled_at or row.person_id != person_id:
        raise UserError(
            "cases.line_gone",
            "この行の用件は、すでに済んでいるか、別の方のものです。",
            "今日の仕事の一覧を読み直してください。",
        )


def settle_line(work: ActWork, line: str, case_id: str) -> None:
    """The case that the line, or the record of a ledger, asked for is here."""
    if from_records.is_record(work, line):
        from_records.note_begun(work, line, case_id)
        return
    work.run(
        update(follow_up)
        .where(follow_up.c.id == line, follow_up.c.settled_at == "")
        .values(
            settled_at=work.at.isoformat(),
            settled_by=work.staff_id,
            how=case_id,
            version=follow_up.c.version + 1,
        )
    )
