"""Newcomers: what every kind about somebody who was not here asks, and how one is made known."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, insert

from app.core.errors import UserError
from app.peers.union.office.case import Case, Checked, Office, RefusalReason
from app.peers.union.office.check_list import NUMBER_BLANK, CheckEntry, list_entry
from app.peers.union.office.checks import DATES, before_last_loss, four_dates
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
from app.peers.union.system import System
from app.peers.union.tables import former_atena
from app.rules.calendar.days import age_on, day_of_75
from app.rules.calendar.wareki import DateError, Eras, WarekiDate
from app.rules.calendar.wareki_input import may_be_same_day, parse_date
from app.rules.eligibility.acquisition import Acquisition, AcquisitionFacts, acquire
from app.rules.eligibility.reasons import AcquisitionReason, EligibilityError
from app.rules.identifiers import my_number
from app.rules.values.days import kept_birth
from app.wire.bodies.newcomer import Newcomer

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

REFUSALS = (
    *DATES,
    "not_acquired",
    "atena_elsewhere",
    "number_invalid",
    "number_elsewhere",
    "number_differs",
    "already_insured",
    "household_unknown",
    "exempt",
)
"""What ``against`` may give wherever the newcomer lives; inside the area also ``outside_area``."""

JUDGED = (
    *("birth_undetermined", "too_young", "disability_paper_missing"),
    "before_last_loss",
)
"""What ``judged`` may give."""

REGISTER_SAYS = (
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
)
"""What the resident register's next file must repeat of a newcomer (SEC-110)."""


def against(
    office: Office, case: Case, *, elsewhere: bool = False
) -> tuple[PersonRow | None, list[RefusalReason]]:
    """Who of those known here the newcomer is, and every reason against it that no kind may
    leave out. ``elsewhere``: lives outside the area of this union (住所地特例)."""
    record = case.record
    birth = written_birth(office.system, record)
    findings = _birth_fits(record, birth) or four_dates(office, case, record.birth_sort)
    if not elsewhere:
        findings += _area(office.system, record)
    known, about_person = _person(office, record)
    findings += about_person
    findings += household_there(office.connection, record)
    findings += _exempt(office.connection, known)
    return known, findings


def judged(
    office: Office, case: Case, known: PersonRow | None, findings: list[RefusalReason]
) -> Checked:
    """Refused for ``findings``, pending for a birth date of which too little is known, or from
    which day the newcomer is insured."""
    if findings:
        return Checked(refused=tuple(findings))
    birth = written_birth(office.system, case.record)
    undetermined = _undetermined(birth, case.record)
    if undetermined:
        return Checked(pending=undetermined, person=known)
    reason = reason_of(office.system, case.record)
    acquired = acquisition_of(office.system, case.record, reason)
    if isinstance(acquired, RefusalReason):
        return Checked(refused=(acquired,))
    twice = before_last_loss(office.connection, known, acquired.day)
    return Checked(refused=twice, person=known, facts=acquired)


def reason_of(system: System, record: Newcomer) -> AcquisitionReason:
    """The reason of acquisition that the table of kinds gives for this one."""
    kind = system.tables["notification_kinds"].at(system.today(), code=record.kind)
    return AcquisitionReason(kind.text("acquisition_reason"))


def written_birth(system: System, record: Newcomer) -> WarekiDate | None:
    """The birth date as it was written; None when the text cannot be read."""
    try:
        return parse_date(record.birth_written, system.eras, uncertain=True)
    except DateError:
        return None


def acquisition_of(
    system: System, record: Newcomer, reason: AcquisitionReason
) -> Acquisition | RefusalReason:
    """From which day the person is insured, or why not (app.rules.eligibility)."""
    event_on = date.fromisoformat(record.event_on)
    recognised = _recognised(record)
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


def _recognised(record: Any) -> bool:
    """Whether a paper of the former union says so: 障害認定証明書, which not every kind has."""
    until = getattr(record, "disability_until", "")
    shown = getattr(record, "disability_paper", "0") == "1"
    return shown and (not until or bool(until >= record.event_on))


def _too_young(record: Newcomer, cause: EligibilityError) -> RefusalReason:
    if cause.cause != "under_age":
        return RefusalReason("not_acquired", cause.message)
    birth = date.fromisoformat(record.birth_sort)
    if age_on(birth, date.fromisoformat(record.event_on)) >= 65:
        return RefusalReason(
            "disability_paper_missing", f"75歳になる日は {day_of_75(birth)} です。"
        )
    return RefusalReason("too_young", f"75歳になる日は {day_of_75(birth)} です。")


def _birth_fits(record: Newcomer, birth: WarekiDate | None) -> list[RefusalReason]:
    """The working day is one of those that the written date may be (of an exact one, that)."""
    day = date.fromisoformat(record.birth_sort)
    if birth is None or not birth.sort_date <= day <= birth.latest:
        return [RefusalReason("not_acquired", "生年月日の記載と処理用の日が合いません。")]
    return []


def _undetermined(birth: WarekiDate | None, record: Newcomer) -> tuple[RefusalReason, ...]:
    """A birth date of which too little is known, unless every day it may be is old enough."""
    if birth is None or birth.exact is not None:
        return ()
    if birth.latest < date.max and day_of_75(birth.latest) <= date.fromisoformat(record.event_on):
        return ()
    return (RefusalReason("birth_undetermined"),)


def _area(system: System, record: Newcomer) -> list[RefusalReason]:
    """The address is not in another municipality of this union."""
    return [
        RefusalReason("outside_area", f"住所は{named}です。")
        for row in system.tables["municipalities"].rows(system.today())
        if row.text("code") != record.municipality_code
        and record.address.startswith(named := row.text("prefecture") + row.text("label"))
    ]


def _person(office: Office, record: Newcomer) -> tuple[PersonRow | None, list[RefusalReason]]:
    """Who of those known here this is, and what contradicts it (SEC-04, FLOW-105)."""
    findings: list[RefusalReason] = []
    connection, eras = office.connection, office.system.eras
    known = find_person(connection, record.municipality_code, record.atena_number)
    if known is not None and not may_be_same(known, record, eras):
        return None, [RefusalReason("atena_elsewhere")]
    if record.my_number:
        try:
            my_number(record.my_number)
        except UserError as cause:
            return known, [RefusalReason("number_invalid", cause.remedy)]
        owner = owner_of(connection, record.my_number)
        if owner is not None and (known is None or owner.id != known.id):
            if known is None and may_be_same(owner, record, eras) and owner.state in _LEFT:
                known = owner  # came back under another atena number
            else:
                findings.append(RefusalReason("number_elsewhere"))
        elif known is not None and number_of(connection, known.id) not in ("", record.my_number):
            findings.append(RefusalReason("number_differs"))
    if known is not None and open_coverage(connection, known.id) is not None:
        findings.append(RefusalReason("already_insured"))
    return known, findings


def may_be_same(row: PersonRow, record: Any, eras: Eras) -> bool:
    """The same sex and a birth date that may be the same day; a name may have changed."""
    births = (
        kept_birth(row.birth_written, row.birth_sort, eras),
        kept_birth(record.birth_written, record.birth_sort, eras),
    )
    return row.sex == record.sex and may_be_same_day(*births)


def household_there(
    connection: Connection, record: Any, *, household_number: str = ""
) -> list[RefusalReason]:
    """A household that somebody joins is known from the resident register; ``household_number``
    where the record calls it otherwise."""
    if record.is_head == "1":
        return []
    number = household_number or record.household_number
    members = household_of(connection, record.municipality_code, number)
    return [] if members else [RefusalReason("household_unknown")]


def _exempt(connection: Connection, known: PersonRow | None) -> list[RefusalReason]:
    if known is None:
        return []
    rows = coverages_of(connection, [known.id]).get(known.id, [])
    exempt = bool(rows) and rows[-1].loss_reason in ("LOS_WELF", "LOS_EXEMPT")
    return [RefusalReason("exempt")] if exempt else []


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
        before = (known.municipality_code, known.atena_number)
        if before != (record.municipality_code, record.atena_number):
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
    return person_id
