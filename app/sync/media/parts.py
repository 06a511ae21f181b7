"""As what a moved-in file goes up: most as themselves, FILE-02 as FILE-03 and FILE-04.

The municipal system hands over who is on the register and who is not (住登外, 個人区分 3) in one
file; each goes up in its own (FLOW-202, FLOW-203). What the union's file asks and the municipal
one does not say is the code for "other": the municipal system says it in a FILE-04 of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.wire.files import FILES, FileSpec
from app.wire.layout import columns
from app.wire.records import ResidentRecord, UnregisteredRecord

NOT_REGISTERED = "3"
_GAINED = frozenset(("move_in", "move_in_abroad", "birth", "ex_officio_entry"))
_LOST = frozenset(("move_out", "move_out_abroad", "death", "ex_officio_removal"))
_UNDONE = frozenset(("undone_gain", "undone_loss"))


@dataclass(frozen=True, slots=True)
class Part:
    """One file that goes up. ``keep`` gives the record as it goes, None for one that is not of
    this part; ``always``: it goes even without records, so that a quiet day is told."""

    spec: FileSpec
    keep: Callable[[Any], Any | None]
    always: bool = True


def parts_of(spec: FileSpec) -> tuple[Part, ...]:
    """The files that ``spec`` goes up as."""
    return _SPLIT.get(spec.id, (Part(spec, lambda record: record),))


def _registered(record: Any) -> Any | None:
    if record.person_kind == NOT_REGISTERED:
        return None
    return ResidentRecord(**_common(ResidentRecord, record))


def _unregistered(record: Any) -> Any | None:
    if record.person_kind != NOT_REGISTERED:
        return None
    lost = record.event in _LOST
    values = _common(UnregisteredRecord, record) | {
        "reason": "other",
        "event": _register_event(record.event),
        "valid_from": record.resident_since or record.event_on,
        "valid_until": record.event_on if lost else "",
    }
    return UnregisteredRecord(**values)


def _register_event(event: str) -> str:
    """The register's event as the list of the unregistered calls it."""
    for events, said in ((_GAINED, "added"), (_LOST, "ended"), (_UNDONE, "cancelled")):
        if event in events:
            return said
    return "changed"


def _common(kind: type[Any], record: Any) -> dict[str, str]:
    """What both records say under the same name."""
    return {
        column.name: getattr(record, column.name)
        for column in columns(kind)
        if hasattr(record, column.name)
    }


_SPLIT: Mapping[str, tuple[Part, ...]] = {
    "FILE-02": (
        Part(FILES["FILE-03"], _registered),
        Part(FILES["FILE-04"], _unregistered, always=False),
    ),
}
