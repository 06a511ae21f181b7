"""Kinds of case in copies of the registries: what a declaration can say is proved by kinds that say
it, whether the product has one of them yet or not.

Each is sent with a body of its own and answered with ``Noted``: the head says all.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.cases import answers, blocks, decisions
from app.cases.effects import Received
from app.cases.entry import EntryField, EntryPage, FieldKind
from app.cases.functions import case_functions
from app.cases.kind import CaseKind, Kinds
from app.cases.kind import collect as collect_kinds
from app.cases.waiting import CHECKS, case_sources
from app.catalog import CASES, CATALOG, SPECS, collect
from app.core.tables import Tables, load_tables, shipped_tables
from app.functions.eligibility import spec as eligibility
from app.functions.eligibility.kinds import KINDS as ELIGIBILITY
from app.persons.effects import Outcome
from app.security.spec import Area, Catalog
from app.wire.files import FILES
from app.wire.layout import BodyLayout, Kind, column, columns
from app.wire.records import CaseHead, DecisionHead
from app.wire.values import code_sets
from tests.support import line
from tests.support.counter import Counter, Resident
from tests.support.kinds import NOTIFIER, SCENES, Scene
from tests.support.line import LoopUnion, enrol
from tests.support.world import new_world


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(DecisionHead):
    """The answer to any of them."""

    noted: str = column("結果の記録", Kind.TEXT, 20)


ANSWERED = BodyLayout("noted_here", 1, "試しの決定", Noted)


@dataclass(frozen=True, slots=True)
class ChangesNothing:
    """決定を受け取るだけ."""

    words: str = "なし"

    def carry_out(self, received: Received) -> Outcome:
        return Outcome(received.person_id)


@dataclass(frozen=True)
class More:
    """One kind more: its declaration, the layout it is sent in, what is keyed beside the head, and
    whom its scene is about."""

    kind: CaseKind
    body: BodyLayout
    keyed: dict[str, str]
    resident: Resident | None = None


def kind_of(code: str, label: str, about: Any, **more: Any) -> CaseKind:
    """A kind with the pages that every one has; ``first`` are fields of its own."""
    first: tuple[EntryField, ...] = more.pop("first", ())
    return CaseKind(
        code=code,
        area="eligibility",
        label=label,
        help=f"{label}を届け出ます。",
        source="test",
        about=about,
        pages=(
            EntryPage(
                "own",
                label,
                "届書を見ながら入れてください。",
                (*first, *blocks.four_dates("異動日")),
                blocks.FOUR_DATES,
            ),
            blocks.notifier(),
        ),
        sentence=more.pop("sentence", "{name} 様の届出を送ります。"),
        compared=more.pop("compared", answers.PERSON),
        told=(),
        effect=ChangesNothing(),
        refusals=(),
        **more,
    )


def text(name: str, label: str) -> EntryField:
    """A short text field."""
    return EntryField(name, label, FieldKind.TEXT, 20, required=True)


def catalog_with(more: tuple[More, ...]) -> Catalog:
    """FUNCTIONS as they follow with these kinds too."""
    kinds = (*ELIGIBILITY, *(one.kind for one in more))
    functions = {one.id: one for one in case_functions("eligibility", kinds)}

    def of(spec: Any) -> tuple[Area, Any]:
        if spec is not eligibility:
            return spec.AREA, spec.FUNCTIONS
        kept = tuple(one for one in spec.FUNCTIONS if one.id not in functions)
        area = replace(spec.AREA, waits=(*case_sources(kinds), CHECKS))
        return area, (*functions.values(), *kept)

    return collect(tuple(of(spec) for spec in SPECS))


def answer_of(record: Any, resident: Resident) -> DecisionHead:
    """The acceptance of what was sent."""
    made: DecisionHead = ANSWERED.new(
        decision_id="",
        notification_id="",
        case_id=record.case_id,
        kind=record.kind,
        outcome="accepted",
        decided_at="2026-11-16T10:00:30+09:00",
        municipality_code=record.municipality_code,
        atena_number=record.atena_number,
        insured_number=resident.insured_number,
        person_kind="1",
        name=resident.name,
        kana=resident.kana,
        birth_written=resident.birth_written,
        birth_sort=resident.birth_sort,
        sex=resident.sex,
        noted="済み",
    )
    return made


def tables_with(folder: Path, more: tuple[More, ...]) -> Tables:
    """The shipped tables, in ``folder``, with a row for each of these kinds."""
    shutil.copytree(shipped_tables(), folder)
    with (folder / "notification_kinds.toml").open("a", encoding="utf-8") as table:
        for one in more:
            table.write(f'\n[[row]]\ncode = "{one.kind.code}"\nlabel = "{one.kind.label}"\n')
    return load_tables(folder)


@contextmanager
def counter_with(folder: Path, *more: More) -> Iterator[tuple[Counter, Kinds]]:
    """A counter whose terminal knows these kinds too, and CASES with them; the first one is
    ``Counter.kind``."""
    tables = tables_with(folder.with_name("tables"), more)
    kinds = collect_kinds(tuple(CASES.values()), tuple(one.kind for one in more))
    receive = decisions.receiver(tables, kinds)
    handlers = {one.function("receive_decision"): receive for one in kinds.values()}
    others: dict[str, Callable[..., None]] = {
        spec.applied_by: lambda *_: None for spec in FILES.values() if spec.applied_by
    }
    known = code_sets(tables, date(2026, 11, 16))["notification_kinds"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.world.shared_tables", lambda: tables)
        patch.setitem(line.CODES, "notification_kinds", known)
        for file_id in ("FILE-01", "FILE-16"):
            spec = FILES[file_id]
            bodies = {
                one.kind.code: (one.body if file_id == "FILE-01" else ANSWERED,) for one in more
            }
            patch.setitem(FILES, file_id, replace(spec, bodies={**spec.bodies, **bodies}))
        for one in more:
            resident = one.resident or Resident()
            patch.setitem(
                SCENES,
                one.kind.code,
                Scene(
                    {**NOTIFIER, "event_on": "R8.11.14", **one.keyed},
                    lambda record, resident=resident: answer_of(record, resident),  # type: ignore[misc]
                    one.resident,
                ),
            )
        patch.setattr("tests.support.counter.handlers", lambda tables: {**others, **handlers})
        world = new_world(folder, catalog=catalog_with(more))
        made = Counter(world, LoopUnion(), kind=more[0].kind)
        enrol(made.world, made.union)
        yield made, kinds
        made.world.close()


def body_of(code: str, record: type[CaseHead]) -> BodyLayout:
    """The layout of a record of one of these kinds."""
    assert columns(record)
    return BodyLayout(f"{code}_here", 1, "試しの届出", record)


__all__ = ["ANSWERED", "CATALOG", "More", "body_of", "counter_with", "kind_of", "text"]
