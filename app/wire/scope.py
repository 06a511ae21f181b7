"""What may rest in this store (保持してよい範囲): the profile of DESIGN 4 (SEC-54)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.calendar.days import years_before
from app.wire.records import InsuredRecord

OF_AGE = 65
"""From this age a resident is kept although not insured: disability recognition begins there."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The profile of one terminal on one day.

    counter: insured persons, those of 65 and over, and their households. branch: insured
    persons. relay: nobody; it holds sealed containers only.
    """

    profile: str
    born_by: str  # YYYY-MM-DD: born on or before this day, one is 65 today

    @classmethod
    def on(cls, profile: str, day: date) -> Scope:
        """The scope of ``profile`` on ``day``."""
        return cls(profile, years_before(day, OF_AGE).isoformat())

    def holds(self, record: InsuredRecord) -> bool:
        """Whether the person may rest here for their own sake."""
        if self.profile == "relay":
            return False
        if record.insured_number:
            return True
        return self.profile == "counter" and record.birth_sort <= self.born_by

    def holds_by_household(self) -> bool:
        """Whether members of a held person's household may rest here too."""
        return self.profile == "counter"
