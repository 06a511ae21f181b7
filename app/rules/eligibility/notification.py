"""The four dates of a notification (届出) and its 14 days (高確法54条, 標準仕様 異動日)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.calendar.days import BusinessCalendar, not_before_birth
from app.rules.eligibility.reasons import EligibilityError

NOTICE_DAYS = timedelta(days=14)
"""54条1項: within 14 days of the event."""
_NO_CLOSURE_LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class NotificationDates:
    """異動日, 届出日 (on the paper), 受付日 (at the counter), 処理日 (the day of keying)."""

    event_on: date
    notified_on: date
    received_on: date
    processed_on: date


def check_dates(dates: NotificationDates, birth: date, *, departure: bool, person: str) -> None:
    """Pass when the four dates can be true; ``departure``: a 転出 may lie in the future.

    Raises EligibilityError: event_in_future, dates_disorder; DateError ``date.before_birth``.
    """
    not_before_birth(birth, dates.event_on, person=person)
    if dates.event_on > dates.processed_on and not departure:
        raise EligibilityError(
            "event_in_future",
            "異動日が今日より後の日になっています。",
            "異動日を確かめてください。先の日付にできるのは転出だけです。",
            person=person,
            missing="event_on",
        )
    if not dates.notified_on <= dates.received_on <= dates.processed_on:
        raise EligibilityError(
            "dates_disorder",
            "届出日・受付日・処理日の順序が正しくありません。",
            "届出日は受付日以前、受付日は処理日以前にしてください。",
            person=person,
            missing="notified_on",
        )


def notice_due(event_on: date, calendar: BusinessCalendar) -> date:
    """The last day in time: 14 days after the event, moved to the next working day."""
    return calendar.on_or_after(event_on + NOTICE_DAYS)


def is_late(event_on: date, notified_on: date, calendar: BusinessCalendar) -> bool:
    """True when the notification came after the 14 days (届出遅延).

    Asks the calendar only where a closed day can decide, so that an old event, of a year whose
    holidays nobody keeps any more, can still be told to be late.
    """
    if notified_on <= event_on + NOTICE_DAYS:
        return False
    if notified_on > event_on + NOTICE_DAYS + _NO_CLOSURE_LASTS:
        return True
    return notified_on > notice_due(event_on, calendar)
