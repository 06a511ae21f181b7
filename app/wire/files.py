"""FILES: every exchanged file, declared once (DESIGN 3).

To add a file: a record in ``app.wire.records``, an entry here, a hand-written sample and
three broken ones under ``tests/support/files`` (docs/howto/add-a-file.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.wire import records
from app.wire.layout import Column, columns


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
    ``retention_days`` is how long the sealed copy is kept after settlement (SEC-96)."""

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

    @property
    def columns(self) -> tuple[Column, ...]:
        """The record's columns in file order."""
        return columns(self.record)

    @property
    def holds_my_number(self) -> bool:
        """Whether any column holds 個人番号 (its payload then rests sealed)."""
        return any(item.my_number for item in self.columns)


FILES: dict[str, FileSpec] = {
    spec.id: spec
    for spec in (
        FileSpec(
            id="FILE-01",
            title="届出情報",
            names=("被保険者資格に関する届出", "届出情報", "申請事項"),
            route=Route.ONLINE,
            frequency="届出の都度",
            record=records.NotificationRecord,
            layout="notification",
            version=1,
            key=("case_id",),
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
            id="FILE-16",
            title="決定情報",
            names=("決定情報", "資格情報"),
            route=Route.ONLINE,
            frequency="即時",
            record=records.DecisionRecord,
            layout="decision",
            version=1,
            key=("decision_id",),
            applied_by="eligibility.receive_decision",
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
