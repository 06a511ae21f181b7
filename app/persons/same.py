"""同一人 (SEC-117): two atena numbers, one person. Proposed with reasons, decided by two persons at
the window, undone without loss.

What was decided stands beside the two persons and changes neither: whoever reads one of them reads
both (``joined``), and a case begins under the one that is kept. So nothing has to be put back when
the decision is undone. Until somebody decides, both are marked 同一人未確認.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import insert, or_, select

from app.core.errors import UserError
from db.tables.persons import atena, same_person
from db.work import ReadRows, Rows

LIST = "persons.list_same"
READS = ("same_person",)

UNCONFIRMED = "同一人未確認"
"""The mark of both persons until somebody decides (同一人未確認フラグ)."""


class FindingWork(Rows, Protocol):
    """A unit of work that may write a proposal."""

    def new_id(self) -> str: ...


class Step(StrEnum):
    """What was said of two persons: 疑い, 同じ方, 別の方, 取消し (they are two again)."""

    FOUND = "found"
    SAME = "same"
    APART = "apart"
    UNDONE = "undone"


WORDS: Mapping[Step, str] = {
    Step.FOUND: "同一人の疑い（未確認）",
    Step.SAME: "同じ方",
    Step.APART: "別の方",
    Step.UNDONE: "同じ方としたのを取り消した",
}
REASONS: Mapping[str, str] = {
    "my_number": "個人番号が同じ",
    "name_birth": "カナ氏名・生年月日・性別が同じ",
    "former_number": "広域連合の記録が、一方の番号をもう一方の過去の宛名番号としている",
    "clerk": "窓口の申出",
}
"""Why two may be one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two persons and the last word on them. ``one`` is the lesser id; ``kept`` is under whom
    cases begin, "" unless they are one. ``reasons`` are those of every word so far; ``word`` is
    the last row's id."""

    word: str
    one: str
    other: str
    step: Step
    reasons: tuple[str, ...]
    why: str
    kept: str
    said_by: str
    confirmed_by: str
    at: str

    def beside(self, person_id: str) -> str:
        """The other of the two."""
        return self.other if person_id == self.one else self.one


def ordered(one: str, other: str) -> tuple[str, str]:
    """A pair as it is kept."""
    return (one, other) if one < other else (other, one)


def pairs(work: ReadRows, persons: Collection[str] | None = None) -> tuple[Pair, ...]:
    """The pairs in which these persons stand (None: all), each with its last word, the newest
    first."""
    statement = select(same_person).order_by(same_person.c.line, same_person.c.id)
    if persons is not None:
        asked = list(persons)
        of_these = same_person.c.one_id.in_(asked), same_person.c.other_id.in_(asked)
        statement = statement.where(or_(*of_these))
    last: dict[tuple[str, str], Pair] = {}
    for row in work.all(statement):
        key = (row.one_id, row.other_id)
        before = last.pop(key).reasons if key in last else ()
        reasons = tuple(dict.fromkeys((*before, *row.reasons.split())))
        last[key] = Pair(
            row.id,
            *key,
            Step(row.step),
            reasons,
            row.why,
            row.kept_id,
            row.said_by,
            row.confirmed_by,
            row.at,
        )
    return tuple(reversed(last.values()))


def joined(work: ReadRows, person_id: str) -> tuple[str, ...]:
    """Everybody who is this person by a decision, herself first."""
    found, asked = [person_id], [person_id]
    while asked:
        known = pairs(work, asked)
        asked = [
            one
            for pair in known
            if pair.step is Step.SAME
            for one in (pair.one, pair.other)
            if one not in found
        ]
        found += dict.fromkeys(asked)
    return tuple(found)


def kept_for(work: ReadRows, person_id: str) -> str:
    """Under whom cases of this person begin: her own id, unless another was kept for her."""
    seen = {person_id}
    while True:
        mine = (one for one in pairs(work, (person_id,)) if one.step is Step.SAME)
        kept = next((one.kept for one in mine if one.kept not in seen), "")
        if not kept:
            return person_id
        seen.add(kept)
        person_id = kept


def marks(work: ReadRows, persons: Sequence[str]) -> dict[str, str]:
    """What a list says of those of ``persons`` who may be, or are, somebody else too."""
    found: dict[str, str] = {}
    for pair in pairs(work, persons):
        for one in (pair.one, pair.other):
            if pair.step is Step.FOUND:
                found[one] = UNCONFIRMED
            elif pair.step is Step.SAME and pair.kept != one:
                found.setdefault(one, "統合済")
    return found


def require_kept(work: ReadRows, person_id: str) -> None:
    """Raises UserError ``persons.same_kept`` where cases begin under the other number."""
    kept = kept_for(work, person_id)
    if kept != person_id:
        raise UserError(
            "persons.same_kept",
            f"この方は、宛名番号 {number_of(work, kept)} の方と同じ方です。"
            "受付はそちらで行います。",
            "この方のページの「同一人」から、使う番号の方を開いて始めてください。",
        )


def number_of(work: ReadRows, person_id: str) -> str:
    """The atena number in use."""
    mine = atena.c.person_id == person_id, atena.c.current.is_(True)
    return work.scalar(select(atena.c.atena_number).where(*mine)) or ""


def put_found(
    work: FindingWork, one: str, other: str, reason: str, said: tuple[str, str, int]
) -> bool:
    """Propose a pair, unless somebody proposed it or decided on it before. ``said``: who, when
    (ISO) and in which line of the journal."""
    first, second = ordered(one, other)
    pair = same_person.c.one_id == first, same_person.c.other_id == second
    if work.first(select(same_person.c.id).where(*pair)) is not None:
        return False
    by, at, line = said
    values = {"one_id": first, "other_id": second, "step": Step.FOUND.value, "reasons": reason}
    work.run(insert(same_person).values(id=work.new_id(), **values, said_by=by, at=at, line=line))
    return True


def in_words(reasons: Iterable[str]) -> str:
    """Reasons for a clerk."""
    return "、".join(REASONS.get(one, one) for one in reasons)
