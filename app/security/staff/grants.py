"""Rights and their dates (権限): from request to second check (SEC-35 … 42).

A right is one function for one person between two days. It counts from the day on which it
was put into force (反映) by somebody who did not ask for it; the second check (確認) by yet
another person must follow within five business days, else it lapses. Everything here is a
function of values; the acts that change rows are ``app.functions.admin``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.calendar.days import BusinessCalendar
from app.security.refusals import Refusal, refusal
from app.security.spec import Function, Kind

SECOND_CHECK_DAYS = 5
"""Business days within which a right in force must be confirmed (DESIGN 4 "Rights")."""

DEAD_END_WARNINGS = (60, 30, 7)
"""Days before a right ends on which its holder's supervisors are warned."""


class GrantState(StrEnum):
    """Where a right stands: 申請, 承認, 反映, 確認済, 取消, 失効."""

    REQUESTED = "requested"
    APPROVED = "approved"
    EFFECTIVE = "effective"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    LAPSED = "lapsed"


class Access(StrEnum):
    """更新権限 or 照会権限 (SEC-36); derived from the function's kind."""

    UPDATE = "update"
    INQUIRE = "inquire"


def access_of(function: Function) -> Access:
    """Which of the two a function needs."""
    return Access.INQUIRE if function.kind is Kind.INQUIRE else Access.UPDATE


@dataclass(frozen=True, slots=True)
class Grant:
    """One right as it stands. Days are inclusive; ``effected_on`` is None before 反映.
    Staff ids and moments (ISO) are empty while nobody has taken that step. ``signed_by`` is the
    number of the control row that last changed it."""

    id: str
    staff_id: str
    function_id: str
    access: str
    valid_from: date
    valid_to: date
    state: GrantState
    requested_by: str = ""
    approved_by: str = ""
    effected_by: str = ""
    effected_on: date | None = None
    confirmed_by: str = ""
    version: int = 1
    reason: str = ""
    requested_at: str = ""
    approved_at: str = ""
    effected_at: str = ""
    confirmed_at: str = ""
    revoked_at: str = ""
    signed_by: int = 0

    def problem(self, today: date, calendar: BusinessCalendar) -> str:
        """Why this right does not hold on ``today``: a code of ``refusals``, "" if it does."""
        if self.state is GrantState.REVOKED:
            return "right.revoked"
        if self.state in (GrantState.REQUESTED, GrantState.APPROVED):
            return "right.pending"
        if self.state is GrantState.LAPSED or self.has_lapsed(today, calendar):
            return "right.lapsed"
        if today < self.valid_from:
            return "right.not_yet"
        if today > self.valid_to:
            return "right.ended"
        return ""

    def has_lapsed(self, today: date, calendar: BusinessCalendar) -> bool:
        """Whether the second check is overdue: more than five business days after 反映."""
        if self.state is not GrantState.EFFECTIVE or self.effected_on is None:
            return False
        if (today - self.effected_on).days <= SECOND_CHECK_DAYS:
            return False
        return calendar.between(self.effected_on, today) > SECOND_CHECK_DAYS


_MOST_TELLING = ("right.lapsed", "right.pending", "right.not_yet", "right.ended", "right.revoked")


def holding(grants: Iterable[Grant], today: date, calendar: BusinessCalendar) -> Grant:
    """The right that holds on ``today`` among one person's rights to one function.

    Raises ``Refusal`` with the most telling cause when none holds, ``right.none`` when there
    is nothing at all.
    """
    causes = set()
    for grant in grants:
        cause = grant.problem(today, calendar)
        if not cause:
            return grant
        causes.add(cause)
    raise refusal(next((cause for cause in _MOST_TELLING if cause in causes), "right.none"))


def check_request(function: Function, valid_from: date, valid_to: date, today: date) -> None:
    """A request names an end, and a period that has not passed (SEC-42). Raises ``Refusal``."""
    if valid_to < valid_from or valid_to < today:
        raise Refusal(
            "grant.period",
            "権限の有効期間が正しくありません。",
            "有効開始日以後で、まだ過ぎていない有効終了日を入力してください。",
            field="valid_to",
        )
    if (valid_to - valid_from).days > LONGEST_GRANT_DAYS:
        raise Refusal(
            "grant.too_long",
            f"「{function.label}」の権限の期間が長すぎます。",
            f"{LONGEST_GRANT_DAYS}日以内の有効終了日を入力してください。",
            field="valid_to",
        )


LONGEST_GRANT_DAYS = 366
"""Always an end date, within a year: rights are reviewed then (SEC-45)."""


def check_approve(grant: Grant, staff_id: str) -> None:
    """承認: by somebody who neither asked nor is the holder."""
    _in_state(grant, GrantState.REQUESTED)
    _not_one_of(staff_id, grant.staff_id, grant.requested_by)


def check_effect(grant: Grant, staff_id: str, today: date) -> None:
    """反映: of an approved right, not by the holder, not after its end."""
    _in_state(grant, GrantState.APPROVED)
    _not_one_of(staff_id, grant.staff_id)
    if today > grant.valid_to:
        raise refusal("right.ended")


def check_confirm(grant: Grant, staff_id: str, today: date, calendar: BusinessCalendar) -> None:
    """確認 (二重チェック, SEC-40): by neither the holder nor the one who put it in force."""
    _in_state(grant, GrantState.EFFECTIVE)
    _not_one_of(staff_id, grant.staff_id, grant.effected_by)
    if grant.has_lapsed(today, calendar):
        raise refusal("right.lapsed")


def check_second(grant: Grant, staff_id: str) -> None:
    """The second check of a 取消: by neither the holder nor the one who took it away."""
    _not_one_of(staff_id, grant.staff_id, grant.effected_by)


def check_any_confirm(grant: Grant, staff_id: str, today: date, calendar: BusinessCalendar) -> None:
    """確認 of what was put in force, or of a 取消 that nobody has looked at yet."""
    if grant.state is GrantState.REVOKED and not grant.confirmed_by:
        check_second(grant, staff_id)
    else:
        check_confirm(grant, staff_id, today, calendar)


def check_renew(grant: Grant, staff_id: str, valid_to: date, today: date) -> None:
    """更新: a right in force gets a later end and nothing else, by one other supervisor."""
    if grant.state is not GrantState.CONFIRMED:
        raise _wrong_state()
    _not_one_of(staff_id, grant.staff_id)
    if valid_to <= grant.valid_to or (valid_to - today).days > LONGEST_GRANT_DAYS:
        raise Refusal(
            "grant.renewal_period",
            "更新後の有効終了日が正しくありません。",
            f"今の有効終了日より後で、今日から{LONGEST_GRANT_DAYS}日以内の日を入力してください。",
            field="valid_to",
        )


def check_revoke(grant: Grant) -> None:
    """取消: of anything that is not already over."""
    if grant.state in (GrantState.REVOKED, GrantState.LAPSED):
        raise _wrong_state()


def dead_ends(grants: Sequence[Grant], today: date) -> tuple[tuple[Grant, int], ...]:
    """Rights in force that end in at most 60 days, with the warning reached (60, 30 or 7
    days before), soonest first."""
    found = []
    for grant in grants:
        left = (grant.valid_to - today).days
        if grant.state in (GrantState.EFFECTIVE, GrantState.CONFIRMED) and left >= 0:
            reached = [days for days in DEAD_END_WARNINGS if left <= days]
            if reached:
                found.append((grant, min(reached)))
    return tuple(sorted(found, key=lambda pair: pair[0].valid_to))


def last_day_of_check(grant: Grant, calendar: BusinessCalendar) -> date | None:
    """The last day on which the second check of a right in force may be made; None else."""
    if grant.state is not GrantState.EFFECTIVE or grant.effected_on is None:
        return None
    return calendar.add(grant.effected_on, SECOND_CHECK_DAYS)


def _in_state(grant: Grant, wanted: GrantState) -> None:
    if grant.state is not wanted:
        raise _wrong_state()


def _wrong_state() -> Refusal:
    return Refusal(
        "grant.state",
        "この権限は、この手続きの段階にありません。",
        "権限の一覧で今の段階（申請、承認、反映、確認）を確かめてください。",
    )


def _not_one_of(staff_id: str, *others: str) -> None:
    if staff_id in others:
        raise Refusal(
            "grant.same_person",
            "本人、または前の段階を行った職員は、この手続きを行えません。",
            "別の職員が行ってください。",
        )
