"""What the union decides on claims, by hand from receipts and certificates (DOMAIN 3.5-3.10, 5.5),
and every bad claim with its own reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.errors import UserError
from app.peers.union.office import assessing, decisions, settling, unclaimed
from app.peers.union.office.decisions import last_decision
from app.peers.union.tables import benefit, check_entry, decision, entitlement, person, share
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of
from tests.functional.union_rules.test_daily_files import undone
from tests.functional.union_rules.test_sequences_of_events import Event, record
from tests.support.union_inside import CALLER, load, seed_person, union_inside
from tests.support.union_terminal import MORNING

HEAD, WIFE, ALONE = 401, 402, 403
TODAY = (MORNING + timedelta(days=5)).date()


def treated(key: str, who: int, day: str, cost: int, paid: int, **more: Any) -> dict[str, Any]:
    number = insured_of(who)
    said = {"insured_number": number, "key": key, "treated_on": day, "cost": cost, "paid": paid}
    return {**said, **more}


RECEIPTS = (
    *(
        treated(f"y{at}", HEAD, day, 180_000, 18_000)
        for at, day in enumerate(
            (
                *("2025-09-02", "2025-10-02", "2025-11-04", "2025-12-02"),
                *("2026-01-06", "2026-02-03", "2026-03-03", "2026-04-02"),
            )
        )
    ),
    treated("m1", HEAD, "2026-05-07", 400_000, 10_000, specified_disease=True),
    treated("m2", HEAD, "2026-05-08", 150_000, 15_000),
    treated("j1", HEAD, "2026-06-03", 250_000, 25_000),
    treated("j2", HEAD, "2026-06-10", 500_000, 50_000, inpatient=True),
    treated("j3", WIFE, "2026-06-11", 100_000, 10_000),
    treated("f1", WIFE, "2026-04-10", 100_000, 5_000, fund="intractable", own_limit=5_000),
    treated("f2", WIFE, "2026-04-20", 140_000, 14_000),
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A couple in 一般Ⅰ and somebody alone in 区分Ⅱ, at 1割 since August 2025, with receipts."""
    with union_inside(tmp_path_factory.mktemp("claims")) as made:
        load(
            made,
            seed_person(HEAD, "1940-01-01"),
            seed_person(WIFE, "1942-05-05", relation="妻", is_head=False, sex="2"),
            seed_person(ALONE, "1941-02-02", household_number=atena_of(79)),
        )
        made.clock.set_to(MORNING + timedelta(days=5))  # type: ignore[attr-defined]
        with made.database.write() as connection:
            for index in (HEAD, WIFE, ALONE):
                mine = select(person.c.id).where(person.c.atena_number == atena_of(index))
                level = "low2" if index == ALONE else "general1"
                connection.execute(
                    update(share)
                    .where(share.c.person_id == connection.execute(mine).scalar_one())
                    .values(copay_from="2025-08-01", limit_from="2025-08-01", limit_class=level)
                )
        settling.take_treatments(made, "甲", RECEIPTS)
        for month in ("2026-04-01", "2026-05-01", "2026-06-01"):
            first = date.fromisoformat(month)
            assessing.reckon_month(made, "甲", MUNICIPALITY_CODE, first)
        yield made


def told(system: Any, connection: Any, code: str, who: int = HEAD, **changed: Any) -> Any:
    """What the union answers to a claim that was keyed, but for what is ``changed``."""
    case = replace(record(Event(code, who, 15), TODAY), **changed)
    header = SimpleNamespace(id=case.case_id)
    decisions.receive(system, connection, CALLER, header, (case,))  # type: ignore[arg-type]
    return last_decision(connection, case.case_id) or refusal(connection, case.case_id)


def refusal(connection: Any, case_id: str) -> Any:
    """A refusal keeps its reasons only (SEC-130)."""
    row = connection.execute(
        select(decision).where(decision.c.notification_id == case_id)
    ).one()  # fmt: skip
    return SimpleNamespace(outcome=row.outcome, reasons=row.reasons)


# 高確令14条・15条 as of 2018-08: 18,000 for outpatients, 57,600 for the household in 一般Ⅰ
MONTHS = [
    # 10,000 (特定疾病 of a share of 40,000) + 15,000 - 18,000
    (HEAD, "2026-05", 7_000),
    # 25,000 - 18,000; then (18,000 + 50,000 + 10,000) - 57,600 = 20,400, of it 68/78 and the yen
    (HEAD, "2026-06", 7_000 + 17_785),
    (WIFE, "2026-06", 2_615),
    # 難病 leaves 5,000 by its own limit; 5,000 + 14,000 - 18,000
    (WIFE, "2026-04", 1_000),
]


@pytest.mark.req("FLOW-605", "FILE-47")
@pytest.mark.parametrize(("who", "month", "amount"), MONTHS)
def test_a_month_of_receipts_is_a_right_until_two_years_later(
    system: Any, who: int, month: str, amount: int
) -> None:
    with system.database.read() as connection:
        row = connection.execute(
            select(entitlement)
            .join(person, person.c.id == entitlement.c.person_id)
            .where(person.c.atena_number == atena_of(who), entitlement.c.period == month)
        ).one()
    year, number = int(month[:4]) + 2, int(month[5:])
    ends = date(year, number + 1, 1) - timedelta(days=1)
    assert (row.amount, row.state, row.claim_until) == (amount, "open", ends.isoformat())


DUE = [
    ("claim_high_cost", HEAD, 7_000 + 24_785, {}),
    # 18,000 in each of ten months is 180,000; the limit of the year is 144,000
    ("claim_outpatient_year", HEAD, 36_000, {}),
    # 212,215 (medical) + 400,000 (care) - 560,000 = 52,215, shared by 212,215 to 400,000
    ("claim_combined", HEAD, 52_215 * 212_215 // 612_215, {}),
    # 15 meals in May 2026 at 240 instead of 510
    (
        "claim_meals",
        ALONE,
        7_650 - 15 * 240,
        {"event_on": "2026-05-10", "stayed_until": "2026-05-14", "paid_on": "2026-05-20"},
    ),
]


@pytest.mark.req("FLOW-605", "FLOW-606", "FILE-21")
@pytest.mark.parametrize(("code", "who", "amount", "changed"), DUE)
def test_a_claim_is_paid_as_the_receipts_say_and_only_once(
    system: Any, code: str, who: int, amount: int, changed: dict[str, str]
) -> None:
    with undone(system) as connection:
        answer = told(system, connection, code, who, **changed)
        assert (answer.outcome, answer.amount) == ("accepted", str(amount))
        assert f"{amount:,}円" in answer.grounds_clerk and f"{amount:,}円" in answer.grounds_aloud
        assert answer.claim_until > "2026-11-25"
        kept = connection.execute(select(benefit)).all()[-1]
        assert (kept.kind, kept.amount, kept.claim_until) == (code, amount, answer.claim_until)
        again = told(system, connection, code, who, **changed)
        assert (again.outcome, again.reasons) == ("refused", "claim_twice")


ASSESSED = [
    # 55,000 of 60,000 is assessed; 1割 stays with the person
    ("claim_brace", {"standard": 55_000}, 49_500),
    ("claim_acupuncture", {"standard": 60_000}, 54_000),
    ("claim_massage", {"standard": 60_000}, 54_000),
    ("claim_without_paper", {"standard": 70_000}, 54_000),
    # what was paid is 48,000 yen by the rate of the day
    ("claim_abroad", {"standard": 55_000, "paid": 48_000}, 43_200),
    # whole, as far as it was usual
    ("claim_transport", {"standard": 30_000}, 30_000),
]


@pytest.mark.req("FLOW-605")
@pytest.mark.parametrize(("code", "found", "amount"), ASSESSED)
def test_an_expense_waits_until_it_is_assessed(
    system: Any, monkeypatch: pytest.MonkeyPatch, code: str, found: dict[str, int], amount: int
) -> None:
    with undone(system) as connection:
        answer = told(system, connection, code)
        assert (answer.outcome, answer.reasons) == ("pending", "claim_assessed")
        twice = told(system, connection, code)
        assert (twice.outcome, twice.reasons) == ("refused", "claim_twice")
        official(system, monkeypatch, connection)
        assessing.assess(system, "甲", answer.notification_id, **found)  # type: ignore[arg-type]
        done = last_decision(connection, answer.notification_id)
        assert done is not None and done.supersedes == answer.decision_id
        assert (done.outcome, done.amount) == ("accepted", str(amount))
        with pytest.raises(UserError, match="待っていません"):
            assessing.assess(system, "甲", answer.notification_id, standard=1)


def official(system: Any, monkeypatch: pytest.MonkeyPatch, connection: Any) -> None:
    """An official works in the transaction of which nothing stays."""

    @contextmanager
    def inside() -> Iterator[Any]:
        yield connection

    monkeypatch.setattr(system.database, "write", inside)
    monkeypatch.setattr(system.database, "read", inside)


def test_what_is_not_necessary_is_refused(system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with undone(system) as connection:
        answer = told(system, connection, "claim_brace")
        official(system, monkeypatch, connection)
        assert [one["notification_id"] for one in assessing.waiting(system)] == [
            answer.notification_id
        ]
        assessing.assess(system, "甲", answer.notification_id, standard=None, necessary=False)
        assert refusal_of_last(connection, answer.notification_id) == "not_necessary"
        assert assessing.waiting(system) == []


def refusal_of_last(connection: Any, notification_id: str) -> str:
    mine = select(decision.c.reasons).where(decision.c.notification_id == notification_id)
    return str(connection.execute(mine.order_by(decision.c.id.desc())).scalar())


@pytest.mark.req("SEC-134")
def test_the_public_account_is_asked_for_with_consent_only(
    system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    public: dict[str, Any] = {"account_from": "public", "consent": "1", "account_number": ""}
    account: dict[str, Any] = {"bank_code": "9900", "branch_code": "018", "account_type": "1",
               "account_number": "1234567", "holder_kana": "ミホン　タロウ"}  # fmt: skip
    with undone(system) as connection:
        refused = told(system, connection, "claim_high_cost", **(public | {"consent": "0"}))
        assert (refused.outcome, refused.reasons) == ("refused", "public_account_none")
        answer = told(system, connection, "claim_high_cost", **public)
        assert (answer.outcome, answer.reasons) == ("pending", "account_awaited")
        official(system, monkeypatch, connection)
        with pytest.raises(UserError, match="足りない項目"):
            wrong = {**account, "bank_code": "0002"}
            assessing.tell_account(system, "甲", answer.notification_id, wrong)
        assessing.tell_account(system, "甲", answer.notification_id, account)
        done = last_decision(connection, answer.notification_id)
        assert done is not None and done.outcome == "accepted"
        assert (done.bank_code, done.account_number) == ("9900", "1234567")


def test_the_first_claim_leaves_the_account_for_the_next(system: Any) -> None:
    with undone(system) as connection:
        none = told(system, connection, "claim_outpatient_year", account_from="kept")
        assert (none.outcome, none.reasons) == ("refused", "no_account")
        assert told(system, connection, "claim_high_cost").outcome == "accepted"
        kept = told(system, connection, "claim_outpatient_year", account_from="kept")
        assert (kept.outcome, kept.account_number) == ("accepted", "0123456")


BAD = [
    ("claim_brace", {"event_on": "2019-12-31"}, "not_insured_on_day"),
    # 領収書 of 10 November 2024: through 10 November 2026
    ("claim_brace", {"paid_on": "2024-11-10"}, "claim_lapsed"),
    ("claim_brace", {"atena_number": atena_of(999)}, "unknown_person"),
    ("claim_brace", {"event_on": "2027-01-01"}, "event_in_future"),
    ("claim_outpatient_year", {"year": "2026"}, "period_open"),
    ("claim_outpatient_year", {"year": "2023"}, "claim_lapsed"),
    ("claim_combined", {"year": "2024"}, "receipts_missing"),
    ("claim_combined", {"care_burden": "0"}, "nothing_due"),
    ("claim_meals", {"event_on": "2026-11-10"}, "amount_undecided"),
    ("claim_copay_refund", {}, "nothing_due"),
]


@pytest.mark.parametrize(("code", "changed", "reason"), BAD)
def test_a_bad_claim_is_refused_with_its_own_reason(
    system: Any, code: str, changed: dict[str, Any], reason: str
) -> None:
    with undone(system) as connection:
        answer = told(system, connection, code, **changed)
        assert (answer.outcome, answer.reasons) == ("refused", reason)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"insured_number": "99999999"}, "いません"),
        ({"treated_on": "2019-01-01"}, "資格のある日ではありません"),
        ({"paid": 20_000}, "超えています"),
    ],
)
def test_a_receipt_of_nobody_here_is_named_and_nothing_is_taken(
    system: Any, changed: dict[str, Any], says: str
) -> None:
    rows = [treated("good", HEAD, "2026-07-01", 10_000, 1_000),
            treated("bad", HEAD, "2026-07-01", 10_000, 1_000) | changed]  # fmt: skip
    with pytest.raises(UserError, match="診療 bad") as refused:
        settling.take_treatments(system, "甲", rows)
    assert says in refused.value.message


@pytest.mark.req("SEC-109")
def test_what_nobody_claimed_is_listed_with_the_day_it_ends(
    system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with undone(system) as connection:
        official(system, monkeypatch, connection)
        died = {"state": "3", "state_on": "2026-11-01"}
        connection.execute(
            update(person).where(person.c.atena_number == atena_of(ALONE)).values(died)
        )
        assert unclaimed.list_unclaimed(system, "甲", MUNICIPALITY_CODE) == {
            "count": 5, "listed": 5
        }  # fmt: skip
        rows = connection.execute(
            select(check_entry).where(check_entry.c.cause.startswith("unclaimed_"))
        ).all()
        assert {(row.cause, row.detail) for row in rows} >= {
            ("unclaimed_high_cost",
             "高額療養費（2026-06 診療分）　24,785円。請求できるのは 2028-06-30 までです。"),
            ("unclaimed_funeral",
             "葬祭費（2026-11-01 死亡）　50,000円。請求できるのは 2028-11-01 までです。"),
        }  # fmt: skip
        again = unclaimed.list_unclaimed(system, "甲", MUNICIPALITY_CODE)
        assert again == {"count": 5, "listed": 0}
        assert told(system, connection, "claim_high_cost").outcome == "accepted"
        assert unclaimed.list_unclaimed(system, "甲", MUNICIPALITY_CODE)["count"] == 3


def test_a_transfer_that_came_back_is_a_right_again(
    system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with undone(system) as connection:
        official(system, monkeypatch, connection)
        paid = told(system, connection, "claim_high_cost")
        assert unclaimed.came_back(system, "甲", paid.notification_id) == int(paid.amount)
        with pytest.raises(UserError, match="すでに戻った"):
            unclaimed.came_back(system, "甲", paid.notification_id)
        again = told(system, connection, "claim_high_cost", event_on="2026-11-11")
        assert (again.outcome, again.amount) == ("accepted", paid.amount)
        assert "振込不能で戻った" in again.grounds_clerk


def test_a_receipt_of_somebody_who_was_dead_is_named(
    system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with undone(system) as connection:
        official(system, monkeypatch, connection)
        died = {"state": "3", "state_on": "2026-11-01"}
        connection.execute(
            update(person).where(person.c.atena_number == atena_of(ALONE)).values(died)
        )
        with pytest.raises(UserError, match="診療 late を取り込めません。この方は 2026-11-01 に"):
            settling.take_treatments(
                system, "甲", [treated("late", ALONE, "2026-11-02", 10_000, 1_000)]
            )
