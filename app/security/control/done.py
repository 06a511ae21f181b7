"""A signed act as far as its deed needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Done:
    """A signed act as far as its deed needs it. ``number`` is its control row in this store,
    ``own`` whether this terminal is the one that it was signed at."""

    staff_id: str
    second_id: str
    terminal: str
    epoch: int
    nonce: bytes
    at: datetime
    number: int
    own: bool = True

    @property
    def day(self) -> date:
        """The day of the act."""
        return self.at.date()

    @property
    def moment(self) -> str:
        """The moment of the act as text."""
        return self.at.isoformat()
