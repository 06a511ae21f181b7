"""Persons out of their term and everything that can be theirs: what an erasure must find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, LargeBinary, insert, update
from sqlalchemy.schema import Table

from app.functions.records.retention import proposal, running
from db import erasing
from db.tables import METADATA
from db.tables.persons import insured, person
from tests.support.counter import Resident, put_residents
from tests.support.world import World

LONG_AGO = "2024-03-31"


def someone(number: int) -> Resident:
    """A person whose every word and number is found nowhere else."""
    return Resident(
        id=f"P-{number}",
        name=f"髙橋　消去{number:05d}",
        kana=f"タカハシ　ケス{_kana(number)}",
        alias=f"通称{number:05d}号",
        phone=f"0250-{number:05d}",
        atena_number=f"{900000 + number:015d}",
        household_number=f"{700000 + number:015d}",
        insured_number=f"{40000 + number:08d}",
        written=f"見本県見本市消去町{number:05d}番地",
    )


def _kana(number: int) -> str:
    return "".join("アイウエオカキクケコ"[int(digit)] for digit in f"{number:05d}")


def put_gone(world: World, *numbers: int, on: str = LONG_AGO) -> list[str]:
    """These persons moved out and lost their eligibility on that day; their ids."""
    ids = [f"P-{number}" for number in numbers]
    put_residents(world, *map(someone, numbers))
    with world.hands_on("person", "insured") as work:
        for key in ids:
            work.run(update(person).where(person.c.id == key).values(state="2", state_on=on))
            work.run(update(insured).where(insured.c.person_id == key).values(lost_on=on))
    return ids


def put_everything(world: World, key: str) -> None:
    """A row that is this person's in every table that goes with a person."""
    wanted = [METADATA.tables[name] for name in reversed(tuple(erasing.GOES))]
    there = {"address", "atena", "household_member", "insured"}
    links = {"person_id": key, "case_id": "C-1", "outbox_id": "O-1", "owner_id": "C-1"}
    links |= {"certificate_number": "N-1", "decision_id": "D-1", "batch_id": "B-1"}
    ids = {"case_file": "C-1", "decision": "D-1", "outbox": "O-1", "certificate": "N-1"}
    links |= {"one_id": key, "other_id": "P-2"}
    number = someone(int(key.partition("-")[2])).atena_number
    links |= {"municipality_code": "152994", "atena_number": number, "number": "N-1"}
    over: dict[str, dict[str, Any]] = {
        "case_file": {"state": "closed", "draft": '{"name":"' + key + '-draft-text"}'}
    }
    over |= {"outbox": {"settled_at": LONG_AGO, "payload": f"{key}-payload".encode()}}
    over |= {"decision": {"record": f'{{"name":"{key}-decided-text"}}'}}
    over |= {"check_entry": {"disposition": "ok", "detail": f"{key}-detail-text"}}
    over |= {"follow_up": {"settled_at": LONG_AGO}, "mail_item": {"state": "settled"}}
    over |= {"certificate": {"state": "issued"}, "my_number": {"owner_kind": "case"}}
    over |= {"restriction": {"lifted_at": LONG_AGO}}
    with world.hands_on(*erasing.GOES, "print_batch") as work:
        batch = _filled(METADATA.tables["print_batch"], {"id": "B-1", "state": "ended"})
        work.run(insert(METADATA.tables["print_batch"]).values(**batch))
        for table in wanted:
            if table.name not in there:
                given = {**links, "id": ids.get(table.name, f"{table.name}-1")}
                values = _filled(table, {**given, **over.get(table.name, {})})
                work.run(insert(table).values(**values))


def _filled(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for column in table.columns:
        if column.name in given:
            values[column.name] = given[column.name]
        elif not column.nullable and column.server_default is None:
            values[column.name] = _something(column.type)
    return values


def _something(kind: Any) -> Any:
    if isinstance(kind, LargeBinary):
        return b"x"
    return 1 if isinstance(kind, Integer) or kind.python_type is bool else "x"


def order(world: World) -> str:
    """Look and order with two supervisors."""
    session = world.session("supervisor")
    found = proposal.look(world.gate, session)
    prepared = proposal.prepare_order(world.gate, session, found)
    return proposal.perform_order(world.gate, prepared, world.approvals(prepared))


def run_all(world: World, most: int = 10_000) -> int:
    """Every piece; how many."""
    for count in range(most):
        if not running.erase_piece(world.scheduler_hand, world.access):
            return count
    raise AssertionError("it does not end")


def patterns(key: str) -> Sequence[str]:
    """What must be found nowhere: as written and as folded for the search."""
    from app.core.text import search_key

    one = someone(int(key.partition("-")[2]))
    said = (one.name, one.kana, one.alias, one.written)
    numbers = (one.phone, one.atena_number, one.household_number, one.insured_number)
    return (*said, *numbers, *map(search_key, (one.name, one.kana)))
