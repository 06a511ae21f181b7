"""Checks that many kinds of case share; each finding is a code of ``refusal_reasons``."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from app.core.errors import MadoguchiError
from app.peers.union.office.case import Case, Office, RefusalReason, find_whom
from app.peers.union.office.persons import PersonRow, coverages_of, open_coverage
from app.rules.calendar.wareki import DateError
from app.rules.eligibility.notification import NotificationDates, check_dates
from app.rules.eligibility.reasons import EligibilityError

DEAD = "3"
"""住民状態 of the dead."""

INSURED = ("unknown_person", "already_dead", "not_insured")
"""What ``insured_person`` may give."""

DATES = ("event_in_future", "event_before_birth", "dates_disorder")
"""What ``four_dates`` may give."""

_SHORT = {"event_in_future", "dates_disorder"}


def four_dates(office: Office, case: Case, birth_sort: str) -> list[RefusalReason]:
    """異動日・届出日・受付日・処理日 in their order, none before the birth (DOMAIN 2.1)."""
    record = case.record
    event_on, notified_on, accepted_on, processed_on = (
        date.fromisoformat(text)
        for text in (record.event_on, record.notified_on, record.accepted_on, record.processed_on)
    )
    if processed_on > office.system.today():
        return [RefusalReason("dates_disorder", "処理日が広域連合の今日より後です。")]
    dates = NotificationDates(event_on, notified_on, accepted_on, processed_on)
    earliest = date.fromisoformat(birth_sort)
    try:
        check_dates(dates, earliest, departure=False, person=record.atena_number)
    except EligibilityError as cause:
        return [RefusalReason(cause.cause if cause.cause in _SHORT else "dates_disorder")]
    except DateError:
        return [RefusalReason("event_before_birth")]
    return []


def before_last_loss(
    connection: Connection, known: PersonRow | None, day: date
) -> tuple[RefusalReason, ...]:
    """Nobody is insured twice on one day: whoever becomes insured on ``day`` had lost what she had
    before it."""
    periods = [] if known is None else coverages_of(connection, [known.id]).get(known.id, [])
    lost = max((row.lost_on for row in periods if row.lost_on > row.acquired_on), default="")
    if lost <= day.isoformat():
        return ()
    return (RefusalReason("before_last_loss", f"前の資格の喪失日は {lost} です。"),)


def told(code: str, cause: MadoguchiError) -> RefusalReason:
    """A rule's own sentence as the particulars of a reason."""
    return RefusalReason(code, cause.message)


def insured_person(
    office: Office, case: Case
) -> tuple[PersonRow | None, Row[Any] | None, list[RefusalReason]]:
    """The living insured person that the head names and her coverage, or why there is none."""
    row = find_whom(office, case)
    if row is None:
        return None, None, [RefusalReason("unknown_person")]
    if row.state == DEAD:
        return row, None, [RefusalReason("already_dead", f"死亡日は {row.state_on} です。")]
    current = open_coverage(office.connection, row.id)
    return row, current, [] if current is not None else [RefusalReason("not_insured")]
