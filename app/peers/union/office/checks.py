"""Whether a notification can be taken (issue 2, item 8): every reason, not only the first.

Each finding is a code of ``refusal_reasons``, whose sentence the clerk can read out. Nothing is
changed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from app.core.errors import MadoguchiError, UserError
from app.peers.union.office.persons import (
    PersonRow,
    coverages_of,
    find_person,
    household_of,
    number_of,
    open_coverage,
    owner_of,
)
from app.peers.union.system import System
from app.peers.union.tables import facility
from app.rules.calendar.days import age_on, day_of_75
from app.rules.calendar.wareki import DateError, WarekiDate
from app.rules.calendar.wareki_input import parse_date
from app.rules.eligibility.acquisition import Acquisition, AcquisitionFacts, acquire
from app.rules.eligibility.address_exception import Dwelling, insurer_of
from app.rules.eligibility.notification import NotificationDates, check_dates
from app.rules.eligibility.reasons import AcquisitionReason, EligibilityError
from app.rules.identifiers import my_number
from app.wire.records import NotificationRecord

_MOVING_IN = frozenset({AcquisitionReason.MOVE_IN})
_LEFT = frozenset({"2", "9"})
_SHORT = {"event_in_future", "dates_disorder"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason (a code of ``refusal_reasons``) and what is particular to this case."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks gave. ``refused`` empty and ``acquisition`` set: it can be decided.

    ``pending``: an official must settle something first. ``known``: the person is here already
    (came back, or under another atena number before).
    """

    refused: tuple[Finding, ...] = ()
    pending: tuple[Finding, ...] = ()
    acquisition: Acquisition | None = None
    known: PersonRow | None = None


def check(
    system: System, connection: Connection, municipality: str, record: NotificationRecord
) -> Checked:
    """Check a notification that arrived from a terminal of ``municipality``."""
    if record.municipality_code != municipality:
        # A terminal learns nothing about another municipality's persons (SEC-51).
        return Checked(refused=(Finding("municipality_differs"),))
    kind = system.tables["notification_kinds"].at(system.today(), code=record.kind)
    reason_code = kind.text_or_none("acquisition_reason")
    if reason_code is None:
        return Checked(refused=(Finding("kind_unknown"),))
    reason = AcquisitionReason(reason_code)
    birth = written_birth(system, record)
    findings = _dates(system, record, birth)
    findings += _area(system, record, reason)
    known, about_person = _person(connection, record)
    findings += about_person
    findings += _household(connection, record)
    findings += _facility(system, connection, record)
    findings += _exempt(connection, known, reason)
    if findings:
        return Checked(refused=tuple(findings))
    undetermined = _undetermined(birth, record)
    if undetermined:
        return Checked(pending=undetermined, known=known)
    acquired = acquisition_of(system, record, reason)
    if isinstance(acquired, Finding):
        return Checked(refused=(acquired,))
    return Checked(acquisition=acquired, known=known)


def written_birth(system: System, record: NotificationRecord) -> WarekiDate | None:
    """The birth date as it was written; None when the text cannot be read."""
    try:
        return parse_date(record.birth_written, system.eras, uncertain=True)
    except DateError:
        return None


def acquisition_of(
    system: System, record: NotificationRecord, reason: AcquisitionReason
) -> Acquisition | Finding:
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
        return Finding("too_young", f"75歳になる日は {acquired.day:%Y-%m-%d} です。")
    return acquired


def _too_young(record: NotificationRecord, cause: EligibilityError) -> Finding:
    if cause.cause != "under_age":
        return Finding("not_acquired", cause.message)
    birth = date.fromisoformat(record.birth_sort)
    if age_on(birth, date.fromisoformat(record.event_on)) >= 65:
        return Finding("disability_paper_missing", f"75歳になる日は {day_of_75(birth)} です。")
    return Finding("too_young", f"75歳になる日は {day_of_75(birth)} です。")


def _dates(system: System, record: NotificationRecord, birth: WarekiDate | None) -> list[Finding]:
    earliest = date.fromisoformat(record.birth_sort)
    if birth is None or not (birth.exact is None or birth.exact == earliest):
        return [Finding("not_acquired", "生年月日の記載と処理用の日が合いません。")]
    event_on, notified_on, accepted_on, processed_on = (
        date.fromisoformat(text)
        for text in (record.event_on, record.notified_on, record.accepted_on, record.processed_on)
    )
    if processed_on > system.today():
        return [Finding("dates_disorder", "処理日が広域連合の今日より後です。")]
    dates = NotificationDates(event_on, notified_on, accepted_on, processed_on)
    try:
        check_dates(dates, earliest, departure=False, person=record.atena_number)
    except EligibilityError as cause:
        return [Finding(cause.cause if cause.cause in _SHORT else "dates_disorder")]
    except DateError:
        return [Finding("event_before_birth")]
    return []


def _undetermined(birth: WarekiDate | None, record: NotificationRecord) -> tuple[Finding, ...]:
    """A birth date of which too little is known, unless every day it may be is old enough."""
    if birth is None or birth.exact is not None:
        return ()
    if birth.latest < date.max and day_of_75(birth.latest) <= date.fromisoformat(record.event_on):
        return ()
    return (Finding("birth_undetermined"),)


def _area(system: System, record: NotificationRecord, reason: AcquisitionReason) -> list[Finding]:
    findings = []
    rows = system.tables["municipalities"].rows(system.today())
    for row in rows:
        named = row.text("prefecture") + row.text("label")
        if row.text("code") != record.municipality_code and record.address.startswith(named):
            findings.append(Finding("outside_area", f"住所は{named}です。"))
    former = record.former_municipality_code
    ours = {row.text("code") for row in rows if row.text("union") == system.setup.prefecture}
    if reason in _MOVING_IN and (former in ours or former[:2] == system.setup.prefecture):
        findings.append(Finding("same_prefecture"))
    return findings


def _person(
    connection: Connection, record: NotificationRecord
) -> tuple[PersonRow | None, list[Finding]]:
    """Who of those known here this is, and what contradicts it (SEC-04, FLOW-105)."""
    findings: list[Finding] = []
    known = find_person(connection, record.municipality_code, record.atena_number)
    if known is not None and not _same(known, record):
        return None, [Finding("atena_elsewhere")]
    if record.my_number:
        try:
            my_number(record.my_number)
        except UserError as cause:
            return known, [Finding("number_invalid", cause.remedy)]
        owner = owner_of(connection, record.my_number)
        if owner is not None and (known is None or owner.id != known.id):
            if known is None and _same(owner, record) and owner.state in _LEFT:
                known = owner  # came back under another atena number
            else:
                findings.append(Finding("number_elsewhere"))
        elif known is not None and number_of(connection, known.id) not in ("", record.my_number):
            findings.append(Finding("number_differs"))
    if known is not None and open_coverage(connection, known.id) is not None:
        findings.append(Finding("already_insured"))
    return known, findings


def _same(row: PersonRow, record: NotificationRecord) -> bool:
    """The same birth date and sex; a name may have changed."""
    return (row.birth_sort, row.sex) == (record.birth_sort, record.sex)


def _household(connection: Connection, record: NotificationRecord) -> list[Finding]:
    if record.is_head == "1":
        return []
    members = household_of(connection, record.municipality_code, record.household_number)
    return [] if members else [Finding("household_unknown")]


def _facility(system: System, connection: Connection, record: NotificationRecord) -> list[Finding]:
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
            person=record.atena_number,
        )
    except MadoguchiError as cause:
        return [Finding("not_acquired", cause.message)]
    if insurer.union == system.setup.prefecture:
        return []
    return [Finding("special_address", f"施設は{found.name}です。")]


def _exempt(
    connection: Connection, known: PersonRow | None, reason: AcquisitionReason
) -> list[Finding]:
    ends = (AcquisitionReason.WELFARE_END, AcquisitionReason.EXCLUSION_END)
    if known is None or reason in ends:
        return []
    rows = coverages_of(connection, [known.id]).get(known.id, [])
    exempt = bool(rows) and rows[-1].loss_reason in ("LOS_WELF", "LOS_EXEMPT")
    return [Finding("exempt")] if exempt else []
