"""Who stands for a person (関係者): 喪主, 相続人代表, who pays.

Kept with the person once a case that named them was accepted, for the cases that come after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from app.persons import history
from db.work import ReadRows


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody in a role (code of ``person_roles``), who need be in no register here; the case
    says where it was told."""

    role: str
    name: str
    relation: str
    phone: str
    case_id: str

    @property
    def value(self) -> Mapping[str, str]:
        """As the history keeps it (``facts.KINDS``)."""
        return asdict(self)

    @property
    def called(self) -> str:
        """As the clerk reads it."""
        return f"{self.name}（{self.relation}）" if self.relation else self.name


def named_for(work: ReadRows, person_id: str, day: date) -> tuple[Named, ...]:
    """Who stands for the person on ``day``, as it is known on that day."""
    lines = history.lines_of(work, (person_id,), kinds=("role",))[person_id]
    seen = history.seen(person_id, lines, day, day)
    return () if seen is None else tuple(Named(**one) for one in seen.values("role").values())
