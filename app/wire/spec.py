"""What is declared of an exchanged file (DESIGN 3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.wire.layout import Bodies, BodyLayout, Column, columns


class Route(StrEnum):
    """How a file travels: 即時, 上り, 下り, 端末間, 媒体移入, 媒体移出, 中間サーバーとの間."""

    ONLINE = "online"
    UP = "up"
    DOWN = "down"
    SHARED = "shared"  # up from one desk and down to the others, at every contact
    CONTACT = "contact"  # in the answer to a contact, before anything else
    MEDIUM_IN = "medium_in"
    MEDIUM_OUT = "medium_out"
    BEYOND = "beyond"  # between the union and 中間サーバー; no terminal


@dataclass(frozen=True, slots=True)
class Edition:
    """An older version of a layout, which goes on being read beside the newest."""

    version: int
    record: type[Any]
    framed: bool = True


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One exchanged file. ``key`` names the columns that tell its records apart;
    ``applied_by`` is the function that applies it on the receiving terminal ("" when it is
    only sent); ``confirmations`` is how many persons must have confirmed a sending;
    ``retention_days`` is how long the sealed copy is kept after settlement (SEC-96).

    ``framed``: the first line is the head, the last the trailer with count and digest
    (``app.wire.frame``); a file without is carried in the container alone, whose header is both.
    ``earlier``: older versions, oldest first. ``moved_in``: the municipal system makes it, and
    it is moved in before it goes up; ``moved_out``: it is moved out after it came down;
    ``relayed``: the unattended relay may carry it (自動連携). ``unspecified``: why nobody can send
    or take it although it is declared.

    A file of many kinds has ``bodies``: ``record`` is then the common head, whose ``kind``,
    ``body`` and ``body_version`` say what follows in the line. ``bare``: a head may stand alone
    (a refusal decides nothing); ``answered_in`` is the file that decides on this one's cases.
    ``attached``: files that the records name go with them (``app.wire.attached``)."""

    id: str
    title: str
    names: tuple[str, ...]
    route: Route
    frequency: str
    record: type[Any]
    layout: str
    version: int
    key: tuple[str, ...]
    applied_by: str = ""
    confirmations: int = 1
    retention_days: int = 2557
    framed: bool = False
    earlier: tuple[Edition, ...] = ()
    moved_in: bool = False
    moved_out: bool = False
    relayed: bool = False
    unspecified: str = ""
    bodies: Bodies = field(default_factory=dict, hash=False)
    bare: bool = False
    answered_in: str = ""
    attached: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """The record's columns in file order; of a file of many kinds those of the head."""
        return columns(self.record)

    @property
    def layouts(self) -> tuple[BodyLayout, ...]:
        """Every body that may stand in this file, each once."""
        return tuple(dict.fromkeys(one for group in self.bodies.values() for one in group))

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns of the record, or of the head and of every body."""
        own = (one.own_columns(self.record) for one in self.layouts)
        return self.columns + tuple(item for group in own for item in group)

    @property
    def told_back(self) -> bool:
        """Whether what went up in it is told to every counter of its municipality, the one that
        carried it included: whoever carries a file does not know what is in it."""
        return self.route is Route.UP and bool(self.applied_by)

    @property
    def holds_my_number(self) -> bool:
        """Whether any column holds 個人番号 (its payload then rests sealed)."""
        return any(item.my_number for item in self.all_columns)

    @property
    def versions(self) -> tuple[int, ...]:
        """Every version that is read here, oldest first; the last is the one that is written."""
        return (*(one.version for one in self.earlier), self.version)

    def at(self, version: int) -> FileSpec:
        """This file in one of its ``versions``. Raises KeyError for one that is not known."""
        if version == self.version:
            return self
        for one in self.earlier:
            if one.version == version:
                return replace(
                    self, version=version, record=one.record, framed=one.framed, earlier=()
                )
        raise KeyError(version)

    def lifted(self, record: Any) -> Any:
        """A record of an older version as the newest: what the older one does not say is "".
        Whoever applies a file sees the newest record only."""
        if not self.earlier or type(record) not in (one.record for one in self.earlier):
            return record
        values = {one.name: getattr(record, one.name) for one in columns(type(record))}
        return self.record(**values)

    def newest(self, kind: str) -> BodyLayout:
        """The body that is written for ``kind``. Raises KeyError for a kind not in this file."""
        return self.bodies[kind][-1]
