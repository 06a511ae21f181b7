"""Who had to approve a function's acts, and how, on the day of an act (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.rules.calendar.days import BusinessCalendar
from app.rules.errors import RuleError
from app.security.acts.approval import Role
from app.security.acts.prepared import roles_needed
from app.security.acts.seconding import last_day
from app.security.spec import Function, Kind


@dataclass(frozen=True, slots=True)
class Level:
    """The roles that must have approved, and which of them with PIN, fingerprint or face.
    ``by_clock``: it runs only while the time can be believed; ``sets_clock``: it makes the time
    believed anew; ``later``: its acts may wait for their second person; ``puts_off``: its lines
    keep an act that waits."""

    roles: frozenset[Role]
    verified: frozenset[Role]
    by_clock: bool = True
    sets_clock: bool = False
    later: bool = False
    puts_off: bool = False


@dataclass(frozen=True, slots=True)
class Levels:
    """As the functions are declared, and as they were (``Function.formerly``); ``calendar`` are
    the days on which the office works."""

    functions: Mapping[str, Function]
    calendar: BusinessCalendar

    def on(self, function_id: str, day: date) -> Level | None:
        """The level on a day; None for a function that this program does not know any more."""
        function = self.functions.get(function_id)
        return None if function is None else level_of(function.on(day))

    def waited_in_time(self, signed: datetime, seconded: datetime) -> bool:
        """Whether an act that its operator signed then could still be seconded at that moment."""
        try:
            return signed.date() <= seconded.date() <= last_day(signed, self.calendar)
        except RuleError:
            return False  # no calendar of that year: nobody could have put it off


UNKNOWN = Levels({}, BusinessCalendar(frozenset(), frozenset()))
"""Of no function at all: of no line it is known who had to approve it."""


def level_of(function: Function) -> Level:
    """Second persons and administration always verify; the operator's presence suffices within
    15 minutes of a verification, which no line can prove."""
    roles = frozenset(roles_needed(function))
    verified = roles if function.kind is Kind.ADMINISTER else roles - {Role.ACTOR}
    return Level(
        roles,
        verified,
        not function.while_clock_wrong,
        function.sets_clock,
        bool(function.later),
        function.puts_off,
    )
