"""The grounds of a copay decision as plain values, for a decision that travels (FILE-16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from app.rules.copay.judgement import Ground, GroundKind


def grounds_to_data(grounds: Sequence[Ground]) -> list[dict[str, object]]:
    """Each ground as a mapping of JSON values; absent values are left out."""
    return [
        {
            "kind": ground.kind.value,
            "met": ground.met,
            "persons": list(ground.persons),
            **({} if ground.amount is None else {"amount": ground.amount}),
            **({} if ground.line is None else {"line": ground.line}),
            **({} if ground.day is None else {"day": ground.day.isoformat()}),
        }
        for ground in grounds
    ]


def grounds_from_data(data: Sequence[Mapping[str, object]]) -> tuple[Ground, ...]:
    """The grounds that ``grounds_to_data`` wrote; ValueError for anything else."""
    return tuple(_ground(item) for item in data)


def _ground(item: Mapping[str, object]) -> Ground:
    kind, met, persons = item.get("kind"), item.get("met"), item.get("persons")
    amount, line, day = item.get("amount"), item.get("line"), item.get("day")
    if (
        not isinstance(kind, str)
        or not isinstance(met, bool)
        or not isinstance(persons, list)
        or not all(isinstance(person, str) for person in persons)
        or not isinstance(amount, int | None)
        or not isinstance(line, int | None)
        or not isinstance(day, str | None)
    ):
        raise ValueError("not a ground of a copay decision")
    return Ground(
        GroundKind(kind),
        met,
        tuple(persons),
        amount,
        line,
        None if day is None else date.fromisoformat(day),
    )
