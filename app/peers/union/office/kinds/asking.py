"""住登外の登録 and inquiries on the union's side (FLOW-2005, 2008, 3018; DOMAIN 3.2)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.peers.union.office import newcomers
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
)
from app.peers.union.office.changes import Held, Stating, Whom, states
from app.peers.union.office.persons import change_person, touch
from app.peers.union.office.rejudging import rejudge_others
from app.peers.union.office.shares import put_income
from app.peers.union.tables import income
from app.rules.calendar.days import judgement_year
from app.rules.copay.facts import IncomeFacts
from app.wire.bodies import DECISIONS

_UNREGISTERED, _REMOVED = "3", "9"


def _unknown_yet(office: Office, case: Case) -> Checked:
    """Nobody else's number, a known household, and of the kind 住登外."""
    known, findings = newcomers.against(office, case, elsewhere=True)
    if case.record.person_kind != _UNREGISTERED:
        findings.append(RefusalReason("not_unregistered"))
    if known is not None:
        findings.append(RefusalReason("already_known"))
    return Checked(refused=tuple(findings))


def _known_now(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """She is known; nothing of eligibility follows."""
    touch(office.connection, person_id)
    record = case.record
    values = {
        "household_number": record.household_number,
        "relation": record.relation,
        "is_head": record.is_head,
        "postal_code": record.postal_code,
        "address": record.address,
        "building": record.building,
        "alias": record.alias,
        "alias_kana": record.alias_kana,
        "birth_precision": record.birth_precision,
        "phone": record.phone,
        "facility_code": record.facility_code,
        "my_number_absent": record.my_number_absent,
        "number_check": record.number_check,
        "ground": record.ground,
        "since": record.event_on,
        "grounds_clerk": f"住登外者として登録（{record.event_on} から）",
    }
    return Answer(person_id, DECISIONS[record.kind][-1], values)


def _is_unregistered(held: Held) -> list[RefusalReason]:
    if held.row.person_kind != _UNREGISTERED:
        return [RefusalReason("not_unregistered")]
    return [RefusalReason("already_insured")] if held.current is not None else []


def _removed(held: Held, since: str, until: str) -> None:
    state = {"state": _REMOVED, "state_on": since}
    change_person(held.office.connection, held.row.id, state, since=since)


def _year_fits(held: Held) -> list[RefusalReason]:
    """The income of the year before the judgement year (DOMAIN 3.2)."""
    year = judgement_year(held.event)
    fits = int(held.record.year) in (year - 1, year - 2)
    return [] if fits else [RefusalReason("income_year", f"{year - 1}年の所得が要ります。")]


_FROM_TAX = "tax"


def _no_file_came(held: Held) -> list[RefusalReason]:
    """What the tax office said is not overwritten by hand."""
    mine = (income.c.person_id == held.row.id, income.c.year == int(held.record.year) + 1)
    found = select(income.c.origin).where(*mine, income.c.origin == _FROM_TAX)
    if held.office.connection.execute(found).first() is not None:
        return [RefusalReason("income_known")]
    return _year_fits(held)


def _replied(held: Held, since: str, until: str) -> None:
    """The figures are kept for the judgement year, and the household is judged anew."""
    office, row, record = held.office, held.row, held.record
    facts = IncomeFacts(
        taxed=record.taxed == "1",
        taxable_income=int(record.taxable_income),
        revenue=int(record.revenue),
        pension_other=int(record.pension_other),
        base_income=int(record.base_income),
        income_zero=record.income_zero == "1",
    )
    put_income(office.connection, row.id, int(record.year) + 1, "inquiry", facts)
    place = (row.municipality_code, row.household_number)
    rejudge_others(office.system, office.connection, *place, date.fromisoformat(since), 0)


KINDS = (
    OfficeKind(
        "unregistered",
        _unknown_yet,
        _known_now,
        whom=newcomers.register,
        refusals=(*newcomers.REFUSALS, "not_unregistered", "already_known"),
    ),
    *(
        one.kind
        for one in (
            Stating(
                "unregistered_end",
                "住登外者の登録の終了",
                _removed,
                _is_unregistered,
                refusals=("not_unregistered", "already_insured"),
                whom=Whom.KNOWN,
            ),
            Stating(
                "income_inquiry",
                "所得照会",
                states("inquiry", "to_municipality_code", "year", subject="year"),
                _year_fits,
                refusals=("income_year",),
                whom=Whom.KNOWN,
            ),
            Stating(
                "income_reply",
                "所得照会の回答",
                _replied,
                _year_fits,
                refusals=("income_year",),
                whom=Whom.KNOWN,
            ),
            Stating(
                "income_by_hand",
                "所得の手入力",
                _replied,
                _no_file_came,
                refusals=("income_year", "income_known"),
                whom=Whom.KNOWN,
            ),
            Stating("income_asked", "他市区町村への回答", whom=Whom.KNOWN),
            Stating("identity_inquiry", "本人確認情報の照会", whom=Whom.KNOWN),
        )
    ),
)
