"""県外転入 on the union's side: every reason against it, the acquisition, the newcomer's effect.

A newcomer is made known first: the person as the notification has her, the number, the income
of the former union's paper.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select

from app.core.errors import MadoguchiError, UserError
from app.peers.union.office.case import Answer, Case, Checked, Office, OfficeKind, RefusalReason
from app.peers.union.office.check_list import NUMBER_BLANK, CheckEntry, list_entry
from app.peers.union.office.checks import four_dates
from app.peers.union.office.coverages import cover, insure
from app.peers.union.office.persons import (
    PersonRow,
    add_person,
    change_person,
    coverages_of,
    find_person,
    household_of,
    number_of,
    open_coverage,
    owner_of,
    put_number,
)
from app.peers.union.office.shares import put_income, rejudge_others
from app.peers.union.system import System
from app.peers.union.tables import facility, former_atena
from app.rules.calendar.days import age_on, day_of_75, judgement_year
from app.rules.calendar.wareki import DateError, Eras, WarekiDate
from app.rules.calendar.wareki_input import may_be_same_day, parse_date
from app.rules.copay.facts import IncomeFacts
from app.rules.eligibility.acquisition import Acquisition, AcquisitionFacts, acquire
from app.rules.eligibility.address_exception import Dwelling, insurer_of
from app.rules.eligibility.reasons import AcquisitionReason, EligibilityError
from app.rules.identifiers import my_number
from app.rules.values.days import kept_birth
from app.wire.bodies.move_in import MoveIn

_LEFT = frozenset({"2", "9"})
_KEPT = (
    "municipality_code",
    "atena_number",
    "person_kind",
    "name",
    "kana",
    "birth_written",
    "birth_sort",
    "sex",
    "postal_code",
    "address",
    "building",
    "household_number",
    "relation",
    "alias",
    "alias_kana",
    "phone",
    "facility_code",
)
"""What the notification says of the person and is kept of her."""


def check(office: Office, case: Case) -> Checked:
    """Every reason against it (DOMAIN 2.2 … 2.6), or from which day the person is insured."""
    system, connection, record = office.system, office.connection, case.record
    reason = reason_of(system, record)
    birth = written_birth(system, record)
    findings = _birth(record, birth) or four_dates(office, case, record.birth_sort)
    findings += _area(system, record)
    known, about_person = _person(office, record)
    findings += about_person
    findings += _household(connection, record)
    findings += _facility(system, connection, record)
    findings += _exempt(connection, known)
    if findings:
        return Checked(refused=tuple(findings))
    undetermined = _undetermined(birth, record)
    if undetermined:
        return Checked(pending=undetermined, person=known)
    acquired = acquisition_of(system, record, reason)
    if isinstance(acquired, RefusalReason):
        return Checked(refused=(acquired,))
    return Checked(person=known, facts=acquired)


def reason_of(system: System, record: MoveIn) -> AcquisitionReason:
    """The reason of acquisition that the table of kinds gives for this one."""
    kind = system.tables["notification_kinds"].at(system.today(), code=record.kind)
    return AcquisitionReason(kind.text("acquisition_reason"))


def written_birth(system: System, record: MoveIn) -> WarekiDate | None:
    """The birth date as it was written; None when the text cannot be read."""
    try:
        return parse_date(record.birth_written, system.eras, uncertain=True)
    except DateError:
        return None


def acquisition_of(
    system: System, record: MoveIn, reason: AcquisitionReason
) -> Acquisition | RefusalReason:
    """From which day the person is insured, or why not (app.rules.eligibility)."""
    event_on = date.fromisoformat(record.event_on)
    until = record.disability_until
    recognised = record.disability_paper == "1" and (not until or until >= record.event_on)
    facts = AcquisitionFacts(
        person=record.atena_number,
        birth=date.fromisoformat(record.birth_sort),
        reason=reason,
        event_on=None if reason is AcquisitionReason.AGE else event_on,
        received_on=date.fromisoformat(record.accepted_on),
        disability_recognised=recognised,
        recognised_on=system.today() if recognised else None,
    )
    try:
        acquired = acquire(facts, system.practice)
    except EligibilityError as cause:
        return _too_young(record, cause)
    if acquired.day > system.today():
        return RefusalReason("too_young", f"75歳になる日は {acquired.day:%Y-%m-%d} です。")
    return acquired


def _too_young(record: MoveIn, cause: EligibilityError) -> RefusalReason:
    if cause.cause != "under_age":
        return RefusalReason("not_acquired", cause.message)
    birth = date.fromisoformat(record.birth_sort)
    if age_on(birth, date.fromisoformat(record.event_on)) >= 65:
        return RefusalReason(
            "disability_paper_missing", f"75歳になる日は {day_of_75(birth)} です。"
        )
    return RefusalReason("too_young", f"75歳になる日は {day_of_75(birth)} です。")


def _birth(record: MoveIn, birth: WarekiDate | None) -> list[RefusalReason]:
    """The working day is one of those that the written date may be (of an exact one, that)."""
    day = date.fromisoformat(record.birth_sort)
    if birth is None or not birth.sort_date <= day <= birth.latest:
        return [RefusalReason("not_acquired", "生年月日の記載と処理用の日が合いません。")]
    return []


def _undetermined(birth: WarekiDate | None, record: MoveIn) -> tuple[RefusalReason, ...]:
    """A birth date of which too little is known, unless every day it may be is old enough."""
    if birth is None or birth.exact is not None:
        return ()
    if birth.latest < date.max and day_of_75(birth.latest) <= date.fromisoformat(record.event_on):
        return ()
    return (RefusalReason("birth_undetermined"),)


def _area(system: System, record: MoveIn) -> list[RefusalReason]:
    findings = []
    rows = system.tables["municipalities"].rows(system.today())
    for row in rows:
        named = row.text("prefecture") + row.text("label")
        if row.text("code") != record.municipality_code and record.address.startswith(named):
            findings.append(RefusalReason("outside_area", f"住所は{named}です。"))
    former = record.former_municipality_code
    ours = {row.text("code") for row in rows if row.text("union") == system.setup.prefecture}
    if former in ours or former[:2] == system.setup.prefecture:
        findings.append(RefusalReason("same_prefecture"))
    return findings


def _person(office: Office, record: MoveIn) -> tuple[PersonRow | None, list[RefusalReason]]:
    """Who of those known here this is, and what contradicts it (SEC-04, FLOW-105)."""
    findings: list[RefusalReason] = []
    connection, eras = office.connection, office.system.eras
    known = find_person(connection, record.municipality_code, record.atena_number)
    if known is not None and not _same(known, record, eras):
        return None, [RefusalReason("atena_elsewhere")]
    if record.my_number:
        try:
            my_number(record.my_number)
        except UserError as cause:
            return known, [RefusalReason("number_invalid", cause.remedy)]
        owner = owner_of(connection, record.my_number)
        if owner is not None and (known is None or owner.id != known.id):
            if known is None and _same(owner, record, eras) and owner.state in _LEFT:
                known = owner  # came back under another atena number
            else:
                findings.append(RefusalReason("number_elsewhere"))
        elif known is not None and number_of(connection, known.id) not in ("", record.my_number):
            findings.append(RefusalReason("number_differs"))
    if known is not None and open_coverage(connection, known.id) is not None:
        findings.append(RefusalReason("already_insured"))
    return known, findings


def _same(row: PersonRow, record: MoveIn, eras: Eras) -> bool:
    """The same sex and a birth date that may be the same day; a name may have changed."""
    births = (
        kept_birth(row.birth_written, row.birth_sort, eras),
        kept_birth(record.birth_written, record.birth_sort, eras),
    )
    return row.sex == record.sex and may_be_same_day(*births)


def _household(connection: Connection, record: MoveIn) -> list[RefusalReason]:
    if record.is_head == "1":
        return []
    members = household_of(connection, record.municipality_code, record.household_number)
    return [] if members else [RefusalReason("household_unknown")]


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


def _exempt(connection: Connection, known: PersonRow | None) -> list[RefusalReason]:
    if known is None:
        return []
    rows = coverages_of(connection, [known.id]).get(known.id, [])
    exempt = bool(rows) and rows[-1].loss_reason in ("LOS_WELF", "LOS_EXEMPT")
    return [RefusalReason("exempt")] if exempt else []


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
    """The person as the notification has her, until the resident register confirms it."""
    system, connection, record = office.system, office.connection, case.record
    values: dict[str, object] = {name: getattr(record, name) for name in _KEPT}
    values |= {
        "is_head": int(record.is_head == "1"),
        "birth_precision": record.birth_precision or "day",
        "state": "1",
        "state_on": record.event_on,
        "origin": "terminal",
    }
    known = checked.person
    if known is None:
        person_id = add_person(connection, values)
    else:
        person_id = known.id
        if known.atena_number != record.atena_number:
            connection.execute(
                insert(former_atena).values(
                    municipality_code=known.municipality_code,
                    atena_number=known.atena_number,
                    person_id=person_id,
                )
            )
        change_person(connection, person_id, values)
    if record.my_number and not number_of(connection, person_id):
        put_number(connection, person_id, record.my_number)
    if not record.my_number:
        list_entry(
            system,
            connection,
            CheckEntry("number_blank", record.municipality_code, record.atena_number),
            NUMBER_BLANK,
            case_id=record.case_id,
        )
    if record.copay_paper == "1":
        year = max(
            judgement_year(date.fromisoformat(record.event_on)), judgement_year(system.today())
        )
        put_income(connection, person_id, year, "paper", paper_facts(record))
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
    register_says=(
        "household_number",
        "relation",
        "person_kind",
        "name",
        "kana",
        "alias",
        "alias_kana",
        "birth_written",
        "sex",
        "postal_code",
        "address",
        "building",
        "event_on",
    ),
)
