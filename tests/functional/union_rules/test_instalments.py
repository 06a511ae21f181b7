"""期割, 収納 and 滞納 come back and are checked against the premiums of the union."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.peers.union.office import collecting
from app.peers.union.tables import check_entry
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of
from app.wire.records import ArrearsRecord, CollectionRecord, InstalmentRecord
from tests.functional.union_rules.test_yearly_levy import _own, earned, run, start, take
from tests.support.union_inside import union_inside

pytestmark = pytest.mark.req("FLOW-405", "FILE-07", "FILE-08", "FILE-09")


def instalments(index: int, *amounts: int, **values: Any) -> list[InstalmentRecord]:
    whose = {"atena_number": atena_of(index), "insured_number": insured_of(index)}
    return [
        InstalmentRecord(
            municipality_code=MUNICIPALITY_CODE,
            **whose,
            levy_year="2026",
            equivalent_year="2026",
            notice_number=f"N{index}",
            method="ordinary",
            period=str(period),
            month=f"2026-{period + 6:02d}",
            due_on=f"2026-{period + 6:02d}-28",
            amount=str(amount),
            provisional="0",
            cause="first",
            fixed_on="2026-07-10",
        )
        for period, amount in enumerate(amounts, start=1)
    ]


def send(system: Any, records: list[Any], check: Any = collecting.check_instalments) -> None:
    with system.database.write() as connection:
        check(system, connection, records)


def listed(system: Any) -> list[tuple[str, str]]:
    with system.database.read() as connection:
        rows = connection.execute(select(check_entry.c.cause, check_entry.c.atena_number))
        return sorted((row.cause, row.atena_number) for row in rows)


def test_a_file_whose_sum_is_not_the_premium_is_refused_with_the_line(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        start(system, _own(1), _own(2))
        before = instalments(1, 1, 2)
        send(system, before)  # nothing is levied yet
        take(system, earned(1, 2_260_000), earned(2, 2_260_000))
        run(system)
        right = [*instalments(1, 100_000, 15_200), *instalments(2, *[14_400] * 8)[:6]]
        with pytest.raises(UserError) as refused:
            send(system, right)
        assert refused.value.code == "union.instalments_sum"
        told = (
            f"3 件目 被保険者番号 {insured_of(2)}（2026年度）の合計 86,400 円、保険料額 115,200 円"
        )
        assert told in refused.value.message
        assert insured_of(1) not in refused.value.message
        with pytest.raises(UserError):  # nothing of the refused file was kept
            send(system, instalments(2, *[14_400] * 8)[6:])
        send(system, [*instalments(1, 100_000, 15_200), *instalments(2, *[14_400] * 8)])
        # the next day only what changed: the rest is what was said before
        send(system, [replace(one, amount="15200") for one in instalments(1, 0, 0)[1:]])
        with pytest.raises(UserError):
            send(system, [replace(one, amount="15300") for one in instalments(1, 0, 0)[1:]])


def test_only_provisional_instalments_are_no_premium_yet(tmp_path):
    with union_inside(tmp_path / "u") as system:
        start(system, _own(1))
        take(system, earned(1, 2_260_000))
        run(system)
        send(system, [replace(one, provisional="1") for one in instalments(1, 17_000, 17_000)])
        send(system, instalments(9, 5_000))
        assert listed(system) == [("levy_missing", atena_of(9))]


def test_what_is_collected_or_owed_of_no_instalment_is_named(tmp_path):
    with union_inside(tmp_path / "u") as system:
        start(system, _own(1))
        take(system, earned(1, 2_260_000))
        run(system)
        fixed = instalments(1, 100_000, 15_200)
        send(system, fixed)
        names = ["municipality_code", "atena_number", "insured_number", "levy_year"]
        names += ["equivalent_year", "notice_number", "method"]
        head = {name: getattr(fixed[0], name) for name in names}
        paid = {"kind": "payment", "received_on": "2026-08-01", "credited_on": "2026-08-01"}
        paid |= {"amount": "100000", "place": "bank"}
        collected = [
            CollectionRecord(**head, **paid, entry_id=f"E{period}", period=period)
            for period in ("1", "3")
        ]
        send(system, collected, collecting.check_collected)
        del head["method"]
        owed = {"due_on": "2026-08-28", "state": "unpaid", "as_of": "2026-10-01"}
        arrears = [
            ArrearsRecord(**head, **owed, period="2", unpaid=unpaid)
            for unpaid in ("15200", "15201")
        ]
        send(system, arrears, collecting.check_collected)
        assert listed(system) == [("instalment_missing", atena_of(1))] * 2
