"""Retention and erasure: what goes, what stays and why, who orders it, and what is left of it
(SEC-153 … 157, CON-09)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from app.core.errors import MadoguchiError, UserError
from app.core.settings import SETTINGS
from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.book import NewEntry, Place
from app.functions.records.retention import proposal, running
from app.functions.records.retention.kinds import KINDS, PERSONS
from app.security.acts.approval import Subject
from app.security.journal.mirrors import present_state
from app.security.refusals import Refusal
from db import erasing
from db.tables import METADATA
from db.tables.cases import case_file, check_entry, follow_up
from db.tables.persons import person
from db.tables.records import erased, erasure, ledger_entry
from tests.support.ledger_examples import typed
from tests.support.retention_scene import order, put_everything, put_gone, run_all
from tests.support.world import World, world_in

ERASURES, HOLDS = LEDGERS["erasures"], LEDGERS["holds"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def persons_of(world: World) -> dict[str, tuple[str, ...]]:
    found = proposal.look(world.gate, world.session("supervisor"))
    of = next(one for one in found.kinds if one.kind is PERSONS)
    return {
        "go": of.keys,
        "stay": tuple(hold.code for hold, count in of.stays for _ in range(count)),
    }


def here(world: World) -> set[str]:
    with world.store.view(("person",)) as work:
        return {row.id for row in work.all(select(person.c.id))}


@pytest.mark.req("SEC-154")
def test_every_table_is_decided_upon() -> None:
    """A table of tomorrow goes with its person or says why it stays."""
    tables = set(METADATA.tables)
    assert tables == set(erasing.GOES) | set(erasing.STAYS)
    assert not set(erasing.GOES) & set(erasing.STAYS)
    owned = {"person_id", "case_id", "certificate_number", "decision_id", "owner_id"}
    own_term = {"ledger_entry", "fact"}
    linked = {name for name, table in METADATA.tables.items() if owned & set(table.columns.keys())}
    assert linked - own_term <= set(erasing.GOES)


@pytest.mark.req("SEC-63", "SEC-154", "CON-09")
def test_only_who_is_out_of_scope_longer_than_the_term_may_go(world: World) -> None:
    put_gone(world, 1)
    put_gone(world, 2, on="2025-11-15")  # 366 days before Monday
    put_gone(world, 3, on="2025-11-16")  # a day too short
    put_gone(world, 4)
    put_gone(world, 5)
    with world.hands_on("person", "insured") as work:
        work.run(update(person).where(person.c.id == "P-4").values(state="1"))  # lives here
        work.run(update(person).where(person.c.id == "P-5").values(state="3"))  # died
        work.run(
            insert(METADATA.tables["insured"]).values(
                insured_number="00009999", acquired_on="2026-04-01", person_id="P-2",
                insurer_number="39152996", acquisition_reason="x",
            )
        )  # fmt: skip
    assert persons_of(world)["go"] == ("P-1", "P-5")
    world.set_setting("retention.person_days", "1000")
    assert persons_of(world)["go"] == ()


HELD = {
    "open_case": lambda w: w.run(
        insert(case_file).values(
            id="C-9", kind="move_in", state="waiting", person_id="P-1", opened_by="S", opened_at="x"
        )
    ),
    "payer": lambda w: w.run(
        insert(case_file).values(
            id="C-9", kind="x", state="closed", payer_id="P-1", opened_by="S",
            opened_at="2026-11-01",
        )
    ),
    "check_line": lambda w: w.run(
        insert(check_entry).values(
            id="E-9", origin="union", cause="x", municipality_code="152994",
            atena_number="000000000900001", detail="x", listed_at="x",
        )
    ),
    "follow_up": lambda w: (
        w.run(
            insert(case_file).values(
                id="C-9", kind="x", state="closed", opened_by="S", opened_at="2026-11-01"
            )
        ),
        w.run(
            insert(follow_up).values(id="F", case_id="C-9", person_id="P-1", code="x", since="x")
        ),
    ),
}  # fmt: skip


@pytest.mark.req("SEC-153")
@pytest.mark.parametrize("code", HELD)
def test_what_is_needed_stays_and_is_named(world: World, code: str) -> None:
    put_gone(world, 1)
    with world.hands_on("case_file", "check_entry", "follow_up") as work:
        HELD[code](work)
    found = persons_of(world)
    assert found == {"go": (), "stay": (code,)}


def hold(world: World, key: str) -> str:
    session = world.session("supervisor")
    place = Place("", "held", person=key)
    cells = typed(HOLDS.steps[0])
    prepared = book.prepare_entry(world.gate, session, HOLDS, place, cells)
    return book.perform_entry(world.gate, prepared, world.approvals(prepared))


@pytest.mark.req("SEC-154", "SEC-155", "SEC-156")
def test_an_erasure_from_the_proposal_to_its_record(world: World) -> None:
    """One story: proposed, ordered by two, run in pieces, a hold set meanwhile, recorded."""
    put_gone(world, *range(1, 41))
    proposal.find_expired(world.scheduler_hand, world.calendar)
    order(world)
    with pytest.raises(UserError, match=r"erasure\.running"):
        order(world)
    assert here(world) == {f"P-{n}" for n in range(1, 41)}, "the order itself erases nobody"
    assert running.erase_piece(world.scheduler_hand, world.access)
    left = sorted(here(world))
    assert len(left) == 40 - running.AT_ONCE
    held = hold(world, left[0])  # between proposal and run
    run_all(world)
    assert here(world) == {left[0]}
    session = world.session("supervisor")
    (record,) = book.show(world.gate, session, ERASURES)
    ordered, done = record.entries
    assert (ordered.written_by, ordered.confirmed_by, done.written_by) == ("S201", "S202", "system")
    assert record.values["order_count"] == "40" and record.values["erased_count"] == "39"
    assert "台帳の記録" in record.values["erased_kept"]
    # what the program wrote is corrected by nobody, whatever function is tried
    assert ERASURES.writes not in world.catalog
    for entry in record.entries:
        cells = tuple(entry.cells.items())
        content = NewEntry(ERASURES.id, record.id, entry.step, entry.id, "直す", "", cells)
        prepared = world.gate.prepare(
            ERASURES.confirms, session, subject=Subject("ledger", record.id), content=content
        )
        with pytest.raises(UserError, match="program"):
            book.perform_entry(world.gate, prepared, world.approvals(prepared))
    # a hold that is lifted lets the person go the next time
    place = Place(held, "lifted")
    prepared = book.prepare_entry(world.gate, session, HOLDS, place, typed(HOLDS.step("lifted")))
    book.perform_entry(world.gate, prepared, world.approvals(prepared))
    assert persons_of(world)["go"] == (left[0],)


def test_one_person_alone_orders_nothing_and_what_changed_is_looked_at_again(world: World) -> None:
    put_gone(world, 1, 2)
    session = world.session("supervisor")
    found = proposal.look(world.gate, session)
    prepared = proposal.prepare_order(world.gate, session, found)
    with pytest.raises(Refusal):
        proposal.perform_order(world.gate, prepared, [world.own(prepared)])
    hold(world, "P-2")
    approvals = world.approvals(prepared)
    with pytest.raises(UserError, match=r"erasure\.changed"):
        proposal.perform_order(world.gate, prepared, approvals)
    with world.store.view(("erasure",)) as work:
        assert work.scalar(select(func.count()).select_from(erasure)) == 0


def test_a_clock_that_jumped_erases_nobody(world: World) -> None:
    put_gone(world, 1)
    order(world)
    world.later(days=400)
    with pytest.raises(MadoguchiError, match="clock"):
        running.erase_piece(world.scheduler_hand, world.access)
    assert here(world) == {"P-1"}


@pytest.mark.req("SEC-154")
def test_everything_that_is_a_persons_goes_and_nothing_else(world: World) -> None:
    put_gone(world, 1, 2)
    put_everything(world, "P-1")
    before = counts(world)
    assert all(before[name] for name in erasing.GOES), "the scene leaves a table out"
    state = present_state(world.store, world.journal, world.access.slots)
    order(world)
    hold_two = counts(world)
    run_all(world)
    after = counts(world)
    assert not any(after[name] for name in (*erasing.GOES, "person", "fact", "household"))
    assert hold_two["person"] == 2 and after["erased"] == 2
    # the terminal that lost decisions and measures is no old copy of itself
    now = present_state(world.store, world.journal, world.access.slots)
    assert (now.decisions, now.measures) == (state.decisions, state.measures)


def counts(world: World) -> dict[str, int]:
    names = tuple(METADATA.tables)
    with world.store.update(names, ()) as work:
        return {
            name: int(work.scalar(select(func.count()).select_from(METADATA.tables[name])))
            for name in names
        }


@pytest.mark.req("SEC-95", "SEC-151")
def test_records_of_seven_years_go_after_them_and_not_before(world: World) -> None:
    for months in (83, 241):
        with pytest.raises(UserError):
            SETTINGS["retention.print_months"].check(str(months))
    with world.hands_on("print_line", "ledger_entry", "union_paper") as work:
        for key, at in (("old", "2025-11-15"), ("young", "2025-11-16")):
            paper = {"id": key, "title": "x", "kind": "x", "made_on": at, "due_on": at, "pages": 1}
            paper |= {"media_type": "x", "digest": "x", "content": b"x", "arrived_at": at}
            work.run(insert(METADATA.tables["union_paper"]).values(**paper))
        for key, at in (("old", "2019-11-16"), ("young", "2019-11-17")):
            line = {"id": key, "at": f"{at}T09:00:00+09:00", "staff_id": "S101", "form_id": "F"}
            line |= {"subject_kind": "person", "subject_id": "P-1", "reason": "first"}
            work.run(insert(METADATA.tables["print_line"]).values(**line))
            for step in ("received", "closed") if key == "old" else ("received",):
                entry: dict[str, str | int] = {
                    "id": f"{key}-{step}",
                    "record_id": key,
                    "ledger": "questions",
                }
                entry |= {"step": step, "cells": "{}", "written_by": "S", "line": 1}
                when = "2019-11-16T09:00:00+09:00"
                work.run(insert(ledger_entry).values(**entry, at=when))
    found = proposal.look(world.gate, world.session("supervisor"))
    by_kind = {one.kind.id: one for one in found.kinds}
    assert by_kind["prints"].keys == by_kind["union_papers"].keys == ("old",)
    assert by_kind["records"].keys == ("old",)  # an open record stays whatever its age
    assert [hold.code for hold, _ in by_kind["records"].stays] == ["ledger"]
    order(world)
    run_all(world)
    with world.store.view(("print_line", "union_paper", "erased")) as work:
        papers = METADATA.tables["union_paper"].c.id
        assert [row.id for row in work.all(select(papers))] == ["young"]
        assert [row.id for row in work.all(select(METADATA.tables["print_line"].c.id))] == ["young"]
        assert work.scalar(select(func.count()).select_from(erased)) == 0
    assert set(KINDS) == {"persons", "cases", "check_lines", "union_papers", "prints", "records"}
