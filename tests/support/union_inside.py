"""The union's parts without its ports: decisions on either database in one process."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app.core.clock import FixedClock
from app.peers.union.line.enrolment import Caller
from app.peers.union.office import decisions, seed
from app.peers.union.running import Options, assemble
from app.peers.union.system import ShiftedClock, System
from app.peers.union.tables import decision
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from app.wire.bodies import move_in
from app.wire.bodies.move_in import MoveIn
from app.wire.records import ResidentRecord
from tests.support.union_terminal import MORNING

HOUSEHOLD = atena_of(77)
_NUMBERS = itertools.count(1)
CALLER = Caller("T99", MUNICIPALITY_CODE, "")


@contextmanager
def union_inside(data: Path, database: str = "", *, income_unknown: str = "") -> Iterator[System]:
    """An assembled union on a clock that stands still."""
    clock = ShiftedClock(FixedClock(MORNING))
    options = Options(data=data, database=database, income_unknown=income_unknown)
    data.mkdir(parents=True, exist_ok=True)
    system = assemble(options, clock, 1)
    try:
        yield system
    finally:
        system.database.close()


def seed_person(index: int, birth: str, **values: Any) -> dict[str, Any]:
    """A seed line; ``income`` in the form of ``seed``, insured unless told otherwise."""
    line: dict[str, Any] = {
        "municipality_code": MUNICIPALITY_CODE,
        "atena_number": atena_of(index),
        "household_number": HOUSEHOLD,
        "relation": "世帯主",
        "is_head": True,
        "person_kind": "1",
        "name": f"見本　{index}",
        "kana": "ミホン　タロウ",
        "birth_written": f"{date.fromisoformat(birth):%Y年%-m月%-d日}",
        "birth_sort": birth,
        "birth_precision": "day",
        "sex": "1",
        "my_number": my_number_of(index),
        "state": "1",
        "state_on": "2015-10-05",
        "postal_code": "9990001",
        "address": "見本県見本市本町1番1号",
        "coverages": [[insured_of(index), "2020-01-01", "ACQ_AGE", "", ""]],
        "income": income(),
        "card": [False, 0, 0],
    }
    return {**line, **values}


def income(
    taxable: int = 0,
    revenue: int = 0,
    pension_other: int = 0,
    base: int = 0,
    *,
    taxed: bool = False,
) -> dict[str, Any]:
    """A seed line's income by the figures of 負担区分判定."""
    return {
        "declared": True,
        "taxed": taxed,
        "taxable_income": taxable,
        "revenue": revenue,
        "pension": pension_other,
        "other_income": 0,
        "base_income": base,
    }


def load(system: System, *lines: dict[str, Any]) -> None:
    seed.load(system, [json.dumps(line).encode() for line in lines])


def notification(index: int = 500, **values: Any) -> MoveIn:
    """A complete moving-in notification of a woman of 83, alone in her household."""
    record = move_in.LAYOUTS[-1].new(
        case_id=f"T99-1-{index:06d}",
        kind="move_in",
        channel="counter",
        event_on="2026-11-20",
        notified_on="2026-11-20",
        accepted_on="2026-11-20",
        processed_on="2026-11-20",
        municipality_code=MUNICIPALITY_CODE,
        atena_number=atena_of(index),
        household_number=atena_of(9000 + index),
        relation="世帯主",
        is_head="1",
        person_kind="1",
        name="見本　花子",
        kana="ミホン　ハナコ",
        birth_written="昭和18年5月3日",
        birth_sort="1943-05-03",
        birth_precision="day",
        sex="2",
        my_number=my_number_of(index),
        postal_code="9990001",
        address="見本県見本市本町2番2号",
        former_municipality_code="109991",
        former_address="隣見本県隣見本市中央一丁目1番1号",
        notifier="person",
        identity_check="number_card",
        number_check="number_card",
        delivery="counter",
        card_use="not_registered",
        copay_paper="1",
        copay_paper_on="2026-11-01",
        copay_taxed="1",
        copay_taxable_income="0",
        copay_revenue="1000000",
        copay_pension_other="1000000",
        copay_base_income="0",
        copay_all_income_zero="0",
        disability_paper="0",
        disease_paper="0",
        dependant_paper="0",
    )
    return replace(record, **values)


def resident(index: int, **values: Any) -> ResidentRecord:
    """The register's line of the person of ``seed_person``, who moved house yesterday."""
    record = ResidentRecord(
        municipality_code=MUNICIPALITY_CODE,
        atena_number=atena_of(index),
        household_number=HOUSEHOLD,
        relation="世帯主",
        is_head="1",
        person_kind="1",
        name=f"見本　{index}",
        kana="ミホン　タロウ",
        birth_written="昭和15年1月1日",
        birth_sort="1940-01-01",
        birth_precision="day",
        sex="1",
        my_number=my_number_of(index),
        state="1",
        event="move_within",
        event_on="2026-11-19",
        postal_code="9990001",
        address="見本県見本市本町1番1号",
        support_measure="0",
    )
    return replace(record, **values)


def decide(system: System, record: Any, sent_id: str = "") -> Any:
    """The union's decision on one notification, through ``decisions.receive``."""
    sent_id = sent_id or f"{record.case_id}-{next(_NUMBERS)}"
    with system.database.write() as connection:
        decisions.receive(system, connection, CALLER, SimpleNamespace(id=sent_id), (record,))  # type: ignore[arg-type]
        found = decisions.last_decision(connection, sent_id)
        if found is not None:
            return found
        row = connection.execute(
            select(decision).where(decision.c.notification_id == sent_id)
        ).one()
    return SimpleNamespace(**row._mapping)  # refused: nothing of the applicant is kept
