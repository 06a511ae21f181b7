"""The files of premiums on the terminal: kept as they were said, nothing written over, each bad
case with its own words (issue 21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app.functions.levy.account import State
from app.functions.levy.ledger import Ledger, open_ledger
from db.tables.cases import check_entry
from db.tables.money import premium_record
from db.tables.persons import insured, restriction
from tests.support.counter import Resident, put_residents
from tests.support.premiums import behind, decision, instalments, last_year, paid, receive
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        put_residents(made, Resident())
        yield made


def ledger(world: World) -> Ledger:
    today = world.clock.now().date()
    return open_ledger(world.gate, world.session("clerk"), "P-1", world.tables, today)


def listed(world: World) -> dict[str, str]:
    with world.hands_on("check_entry") as work:
        return {row.cause: row.detail for row in work.all(select(check_entry))}


@pytest.mark.req("FILE-20", "FILE-08", "DATA-30")
def test_a_year_is_told_from_what_the_files_said(world: World) -> None:
    assert ledger(world).years == ()
    assert receive(world, "FILE-20", decision(), last_year(decision())).applied == 2
    receive(world, "FILE-07", *instalments())
    receive(
        world,
        "FILE-08",
        paid(1, 3500),
        paid(2, 3400),
        paid(2, 100, "SN-2b", kind="refund"),
        paid(3, 1000),
    )
    receive(world, "FILE-09", behind(3, 2400))
    assert listed(world) == {}, "what agrees is listed nowhere"
    shown = ledger(world)
    assert [year.account.year for year in shown.years] == ["2026", "2025"]
    this = shown.years[0]
    assert this.words == "令和8年度"
    assert this.told.differences == () and this.told.why_not == ""
    assert this.account.decision is not None and this.account.decision.amount == 27300
    assert this.account.billed == 27300 and not this.account.sum_differs
    states = [this.account.state(one, shown.today) for one in this.account.periods]
    assert states == [
        State.PAID, State.LATE, State.LATE, State.LATE, State.NEXT, State.OPEN, State.OPEN,
        State.OPEN,
    ]  # fmt: skip
    assert [one.paid for one in this.account.periods[:3]] == [3500, 3300, 1000]
    assert this.account.paid == 7800
    third = this.account.periods[2]
    assert third.arrears is not None and third.arrears.state == "demanded"
    before = shown.before(this)
    assert before is not None and before.account.decision is not None
    assert before.account.decision.amount == 26100
    assert world.last_line().entry.query_kind == "premium"


@pytest.mark.req("SEC-110")
def test_a_file_that_repeats_or_contradicts_changes_nothing(world: World) -> None:
    receive(world, "FILE-20", decision())
    again = receive(world, "FILE-20", decision())
    assert (again.applied, again.dropped, again.listed) == (0, 1, 1)
    assert "1件は、同じ内容がすでに台帳にあります" in listed(world)["premium_repeats"]
    receive(world, "FILE-20", decision(amount="27400", medical="26700"))
    shown = ledger(world).years[0].account
    assert shown.decision is not None and shown.decision.amount == 27300
    assert [one.record.amount for one in shown.contradicting] == ["27400"], "nothing is lost"
    assert "賦課の番号 U15-1-1は、前に届いた内容と違います" in listed(world)["premium_contradicts"]
    receive(world, "FILE-08", paid(1, 3500))
    receive(world, "FILE-08", paid(1, 3600))
    assert ledger(world).years[0].account.paid == 3500
    with world.hands_on("check_entry") as work:
        told = [row.detail for row in work.all(select(check_entry.c.detail))]
    assert any("整理番号 SN-1は、前に届いた内容と違います" in one for one in told)
    with world.hands_on("premium_record") as work:
        assert len(work.all(select(premium_record))) == 4
        with pytest.raises(Exception, match=r"store\.conflict"):
            work.run(update(premium_record).values(record="{}"))


def test_a_correction_counts_and_says_what_was_before(world: World) -> None:
    receive(world, "FILE-20", decision())
    receive(world, "FILE-07", *instalments())
    less = decision(
        levy_id="U15-1-2", cause="exempted", decided_on="2026-10-01", exempted="7300",
        amount="20000", previous_amount="27300",
    )  # fmt: skip
    receive(world, "FILE-20", less)
    account = ledger(world).years[0].account
    assert account.decision is not None and account.decision.amount == 20000
    assert not account.is_spread, "the instalments are those of the decision before"
    assert listed(world) == {}
    receive(world, "FILE-07", *instalments(20000, "2026-10-05", cause="exempted"))
    account = ledger(world).years[0].account
    assert account.is_spread and account.billed == 20000 and not account.sum_differs
    assert listed(world) == {}
    unknown = replace(less, levy_id="U15-1-4", decided_on="2026-11-01", previous_amount="19000")
    receive(world, "FILE-20", unknown)
    told = listed(world)["premium_previous"]
    assert "変更前を19,000円としていますが、台帳では20,000円" in told


def test_instalments_that_do_not_add_up_are_listed_and_kept(world: World) -> None:
    receive(world, "FILE-20", decision())
    receive(world, "FILE-07", *instalments(27000))
    assert (
        "期割の合計は27,000円で、決定の保険料額27,300円と違います"
        in listed(world)["instalment_sum"]
    )
    account = ledger(world).years[0].account
    assert account.sum_differs and account.billed == 27000


def test_a_decision_that_the_rules_reckon_otherwise_is_said_not_changed(world: World) -> None:
    receive(world, "FILE-20", decision(medical_income="12900", medical="26600"))
    told = listed(world)["premium_reckoned"]
    assert "医療分の所得割は決定で12,900円、計算で12,915円" in told
    year = ledger(world).years[0]
    assert year.told.differences == ("医療分の所得割は決定で12,900円、計算で12,915円",)
    assert year.account.decision is not None and year.account.decision.amount == 27300


def test_collection_of_somebody_who_left_is_kept_and_listed(world: World) -> None:
    with world.hands_on("insured") as work:
        work.run(update(insured).values(lost_on="2026-09-01"))
    receive(world, "FILE-08", paid(1, 3500), paid(5, 3400, received_on="2026-11-10"))
    told = listed(world)
    assert (
        "資格を失った方（2026-09-01 喪失）の収納です（2026-11-10 領収 3,400円"
        in told["collection_left"]
    )
    assert ledger(world).years[0].account.paid == 6900


def test_collection_that_hangs_in_the_air_is_listed(world: World) -> None:
    receive(world, "FILE-20", decision())
    receive(world, "FILE-07", *instalments())
    receive(
        world,
        "FILE-08",
        paid(9, 500),
        paid(1, 3500, "SN-U", kind="cancelled", undoes="SN-UNKNOWN"),
    )
    told = listed(world)
    assert "取り消す SN-UNKNOWN は、台帳にありません" in told["collection_undoes"]
    assert "納める先が期割にありません" in told["collection_stray"]


def test_whom_the_terminal_does_not_know_is_kept_until_they_come(world: World) -> None:
    stranger = decision(atena_number="000000000009998", insured_number="00001237")
    receive(world, "FILE-20", stranger)
    assert "この端末にいません" in listed(world)["premium_unknown"]
    put_residents(
        world,
        Resident(
            id="P-2", atena_number="000000000009998", insured_number="00001237",
            household_number="000000000000078", name="見本　次郎", kana="ミホン　ジロウ",
        ),
    )  # fmt: skip
    today = world.clock.now().date()
    found = open_ledger(world.gate, world.session("clerk"), "P-2", world.tables, today)
    assert found.years[0].account.year == "2026"
    receive(world, "FILE-20", decision(levy_id="U15-1-9", insured_number="00001237"))
    assert "この宛名番号の方の番号では" in listed(world)["premium_number"]


@pytest.mark.req("SEC-94")
def test_nobody_sees_the_ledger_of_a_restricted_person(world: World) -> None:
    receive(world, "FILE-20", decision())
    with world.hands_on("restriction") as work:
        work.run(
            insert(restriction).values(
                id="R-1",
                person_id="P-1",
                kind="support_measure",
                from_on="2026-04-01",
                until_on="2027-03-31",
            )
        )
    shown = ledger(world)
    assert shown.line.care and shown.years == ()
    with world.gate.view("levy.open_ledger", world.session("clerk")) as work:
        assert work.all(select(premium_record)) == [], "the view itself holds it back"


def test_a_branch_keeps_nothing_of_it(world: World) -> None:
    world.set_fact("profile", "branch")
    done = receive(world, "FILE-20", decision())
    assert (done.applied, done.dropped) == (0, 1)
    with world.hands_on("premium_record") as work:
        assert work.all(select(premium_record)) == []
