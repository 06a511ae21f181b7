"""A member of staff (職員) and when they belong here (SEC-34, 41, 42)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from app.core.errors import UserError
from app.security.refusals import refusal


def called(name: str, *, contractor: bool) -> str:
    """A person's name as every line shows it: a contractor's people as such (委託, SEC-26)."""
    return f"委託　{name}" if contractor else name


@dataclass(frozen=True, slots=True)
class Staff:
    """A person as the gate sees them. Days are inclusive; ``left_on`` is the first day on which
    the person no longer belongs here (SEC-41). ``signed_by`` is the number of the control row
    that last changed it."""

    id: str
    name: str
    valid_from: date
    valid_to: date
    left_on: date | None
    password_set_on: date
    contractor: bool
    post: str = ""
    version: int = 1
    signed_by: int = 0

    @property
    def called(self) -> str:
        """The name as every line shows it."""
        return called(self.name, contractor=self.contractor)

    def check(self, today: date) -> None:
        """Raises ``Refusal`` ``staff.left``, ``staff.not_yet`` or ``staff.ended``."""
        cause = self.problem(today)
        if cause:
            raise refusal(cause)

    def problem(self, today: date) -> str:
        """Why this person is not here on ``today``: a code of ``refusals``, "" if they are."""
        if self.left_on is not None and today >= self.left_on:
            return "staff.left"
        if today < self.valid_from:
            return "staff.not_yet"
        if today > self.valid_to:
            return "staff.ended"
        return ""

    def is_gone(self, today: date) -> bool:
        """Whether the person has left or the id has ended, for good."""
        return self.problem(today) in ("staff.left", "staff.ended")


def check_not_taken(staff_id: str, known: Collection[str]) -> None:
    """Raises ``UserError`` ``staff.taken`` for an id that somebody has or had (SEC-21)."""
    if staff_id in known:
        raise UserError(
            "staff.taken",
            "この職員番号は、すでに登録されています。",
            "職員番号は一人に一つで、使い回しはできません。番号を確かめてください。",
            field="staff_id",
        )
