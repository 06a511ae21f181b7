"""県外転入 on the union's side: every reason against it, the acquisition, the newcomer's effect.

A newcomer is made known first: the person as the notification has her, the number, the income
of the former union's paper.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from app.core.errors import MadoguchiError
from app.peers.union.office import newcomers
from app.peers.union.office.case import Answer, Case, Checked, Office, OfficeKind, RefusalReason
from app.peers.union.office.coverages import cover, insure
from app.peers.union.office.rejudging import rejudge_others
from app.peers.union.office.shares import put_income
from app.peers.union.system import System
from app.peers.union.tables import facility
from app.rules.calendar.days import judgement_year
from app.rules.copay.facts import IncomeFacts
from app.rules.eligibility.address_exception import Dwelling, insurer_of
from app.wire.bodies.move_in import MoveIn


def check(office: Office, case: Case) -> Checked:
    """Every reason against it (DOMAIN 2.2 … 2.6), or from which day the person is insured."""
    system, connection, record = office.system, office.connection, case.record
    known, findings = newcomers.against(office, case)
    findings += _former_place(system, record)
    findings += _facility(system, connection, record)
    return newcomers.judged(office, case, known, findings)


def _former_place(system: System, record: MoveIn) -> list[RefusalReason]:
    """Inside the prefecture the eligibility goes on (県内転入)."""
    rows = system.tables["municipalities"].rows(system.today())
    former = record.former_municipality_code
    ours = {row.text("code") for row in rows if row.text("union") == system.setup.prefecture}
    inside = former in ours or former[:2] == system.setup.prefecture
    return [RefusalReason("same_prefecture")] if inside else []


def _facility(system: System, connection: Connection, record: MoveIn) -> list[RefusalReason]:
    """An address that is a 住所地特例 facility: the former union stays the insurer (55条)."""
    rows = connection.execute(
        select(facility).where(facility.c.municipality_code == record.municipality_code)
    ).all()
    found = next(
        (
            row
            for row in rows
            if row.code == record.facility_code or record.address.startswith(row.address)
        ),
        None,
    )
    former = record.former_municipality_code
    if found is None or not former:
        return []
    event_on = date.fromisoformat(record.event_on)
    try:
        insurer = insurer_of(
            (
                Dwelling(union=former[:2], from_on=date.fromisoformat(record.birth_sort)),
                Dwelling(
                    union=system.setup.prefecture,
                    from_on=event_on,
                    facility=found.kind,
                    small_regional=bool(found.small_regional),
                    paid_home=bool(found.paid_home),
                ),
            ),
            system.tables["address_exception_facilities"],
            event_on,
            event_on,
            # A mover was insured by the former union, so what lies before the move counts.
            under_nhi=True,
            person=record.atena_number,
        )
    except MadoguchiError as cause:
        return [RefusalReason("not_acquired", cause.message)]
    if insurer.union == system.setup.prefecture:
        return []
    return [RefusalReason("special_address", f"施設は{found.name}です。")]


def decide(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """Number the person, open the coverage, and judge the share and the paper."""
    acquired = insure(office, case, person_id, checked.facts)
    return cover(office, case, person_id, acquired)


def effect(office: Office, case: Case, answer: Answer) -> None:
    """The others of the household are judged anew from the following month (世帯異動)."""
    record: MoveIn = case.record
    rejudge_others(
        office.system,
        office.connection,
        record.municipality_code,
        record.household_number,
        date.fromisoformat(answer.values["acquired_on"]),
        answer.person_id,
    )


def register(office: Office, case: Case, checked: Checked) -> int:
    """The newcomer, and what 負担区分等証明書 says of the income."""
    system, record = office.system, case.record
    person_id = newcomers.register(office, case, checked)
    if record.copay_paper == "1":
        event = judgement_year(date.fromisoformat(record.event_on))
        year = max(event, judgement_year(system.today()))
        put_income(office.connection, person_id, year, "paper", paper_facts(record))
    return person_id


def paper_facts(record: MoveIn) -> IncomeFacts:
    """The figures of 負担区分等証明書; what it does not say is not known."""
    return IncomeFacts(
        taxed=_said(record.copay_taxed),
        taxable_income=_yen(record.copay_taxable_income),
        revenue=_yen(record.copay_revenue),
        pension_other=_yen(record.copay_pension_other),
        base_income=_yen(record.copay_base_income),
        income_zero=_said(record.copay_all_income_zero),
    )


def _said(text: str) -> bool | None:
    return None if text == "" else text == "1"


def _yen(text: str) -> int | None:
    return None if text == "" else int(text)


KIND = OfficeKind(
    code="move_in",
    check=check,
    whom=register,
    decide=decide,
    effect=effect,
    register_says=newcomers.REGISTER_SAYS,
    refusals=(
        *newcomers.REFUSALS,
        "outside_area",
        *newcomers.JUDGED,
        "same_prefecture",
        "special_address",
        "income_unconfirmed",
    ),
)
