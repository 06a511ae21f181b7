"""Who had to approve a function's acts, and how, on the day of an act (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.security.acts.approval import Role
from app.security.acts.prepared import roles_needed
from app.security.spec import Catalog, Function, Kind


@dataclass(frozen=True, slots=True)
class Level:
    """The roles that must have approved, and which of them with PIN, fingerprint or face.
    ``by_clock``: it runs only while the time can be believed; ``sets_clock``: it makes the time
    believed anew."""

    roles: frozenset[Role]
    verified: frozenset[Role]
    by_clock: bool = True
    sets_clock: bool = False


Levels = Callable[[str, date], Level | None]
"""The level of a function on a day; None for one that this program does not know any more."""


def levels_of(catalog: Catalog) -> Levels:
    """As the functions are declared, and as they were (``Function.formerly``)."""

    def level(function_id: str, day: date) -> Level | None:
        function = catalog.get(function_id)
        return None if function is None else level_of(function.on(day))

    return level


def level_of(function: Function) -> Level:
    """Second persons and administration always verify; the operator's presence suffices within
    15 minutes of a verification, which no line can prove."""
    roles = frozenset(roles_needed(function))
    verified = roles if function.kind is Kind.ADMINISTER else roles - {Role.ACTOR}
    return Level(roles, verified, not function.while_clock_wrong, function.sets_clock)
