"""FILES: every exchanged file, declared once (DESIGN 3).

To add a file: a record in ``app.wire.records``, an entry here, a hand-written sample and
three broken ones under ``tests/support/files`` (docs/howto/add-a-file.md). To add a kind of case
to a file that carries many: a body in ``app.wire.bodies`` (docs/howto/add-a-case.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.wire import bodies, records
from app.wire.layout import Bodies, BodyLayout, Column, columns


class Route(StrEnum):
    """How a file travels: 即時, 上り, 下り, 媒体移入, 媒体移出."""

    ONLINE = "online"
    UP = "up"
    DOWN = "down"
    MEDIUM_IN = "medium_in"
    MEDIUM_OUT = "medium_out"


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One exchanged file. ``key`` names the columns that tell its records apart;
    ``applied_by`` is the function that applies it on the receiving terminal ("" when it is
    only sent); ``confirmations`` is how many persons must have confirmed a sending;
    ``retention_days`` is how long the sealed copy is kept after settlement (SEC-96).

    A file of many kinds has ``bodies``: ``record`` is then the common head, whose ``kind``,
    ``body`` and ``body_version`` say what follows in the line. ``bare``: a head may stand alone
    (a refusal decides nothing); ``answered_in`` is the file that decides on this one's cases."""

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
    bodies: Bodies = field(default_factory=dict, hash=False)
    bare: bool = False
    answered_in: str = ""

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
    def holds_my_number(self) -> bool:
        """Whether any column holds 個人番号 (its payload then rests sealed)."""
        return any(item.my_number for item in self.all_columns)

    def newest(self, kind: str) -> BodyLayout:
        """The body that is written for ``kind``. Raises KeyError for a kind not in this file."""
        return self.bodies[kind][-1]


FILES: dict[str, FileSpec] = {
    spec.id: spec
    for spec in (
        FileSpec(
            id="FILE-01",
            title="届出情報",
            names=("被保険者資格に関する届出", "届出情報", "申請事項"),
            route=Route.ONLINE,
            frequency="届出の都度",
            record=records.CaseHead,
            layout="notification",
            version=2,
            key=("case_id",),
            bodies=bodies.NOTIFICATIONS,
            answered_in="FILE-16",
        ),
        FileSpec(
            id="FILE-03",
            title="住基情報",
            names=("住基情報", "住民基本台帳情報"),
            route=Route.UP,
            frequency="日次",
            record=records.ResidentRecord,
            layout="resident",
            version=1,
            key=("municipality_code", "atena_number"),
            confirmations=2,
        ),
        FileSpec(
            id="FILE-10",
            title="療養費等関連情報",
            names=("療養費等関連情報", "療養関連情報等", "給付の申請事項"),
            route=Route.ONLINE,
            frequency="申請の都度",
            record=records.CaseHead,
            layout="claim",
            version=1,
            key=("case_id",),
            bodies=bodies.CLAIMS,
            answered_in="FILE-21",
        ),
        FileSpec(
            id="FILE-16",
            title="決定情報",
            names=("決定情報", "資格情報"),
            route=Route.ONLINE,
            frequency="即時",
            record=records.DecisionHead,
            layout="decision",
            version=2,
            key=("decision_id",),
            applied_by="eligibility.receive_decision",
            bodies=bodies.DECISIONS,
            bare=True,
        ),
        FileSpec(
            id="FILE-17",
            title="被保険者情報",
            names=("被保険者情報",),
            route=Route.DOWN,
            frequency="日次",
            record=records.InsuredRecord,
            layout="insured",
            version=1,
            key=("municipality_code", "atena_number", "acquired_on"),
            applied_by="files.receive_insured",
        ),
        FileSpec(
            id="FILE-21",
            title="療養費等支給決定情報",
            names=("療養費等支給決定情報", "療養費等支給決定通知情報"),
            route=Route.ONLINE,
            frequency="支給決定の都度",
            record=records.DecisionHead,
            layout="claim_decision",
            version=1,
            key=("decision_id",),
            applied_by="benefits.receive_decision",
            bodies=bodies.CLAIM_DECISIONS,
            bare=True,
        ),
        FileSpec(
            id="FILE-24",
            title="確認リスト",
            names=("確認リスト", "書面通知"),
            route=Route.DOWN,
            frequency="都度",
            record=records.CheckRecord,
            layout="check_list",
            version=1,
            key=("entry_id",),
            applied_by="files.receive_check_list",
        ),
    )
}


def sent_in(kind: str) -> FileSpec:
    """The file in which a kind of case goes up. Raises KeyError for a kind of none."""
    for spec in FILES.values():
        if spec.answered_in and kind in spec.bodies:
            return spec
    raise KeyError(kind)
