"""The worked cases of DOMAIN 2, 3.2 to 3.4 and 5.1 through the wire: a terminal's container over
TLS, the union's decision, and what the terminal opens of it. One union for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.peers.union.embed import embedded
from app.training.people import atena_of, insured_of
from app.wire.statements import Settlement
from tests.support.forked_union import ForkedUnion
from tests.support.told_cases import Teller
from tests.support.union_inside import income, seed_person
from tests.support.union_terminal import MORNING, UnionTerminal

TODAY = MORNING.date()


def day(text: str) -> date:
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Case:
    """One worked case: what is keyed of whom, and what the decision must say. ``seeded`` is how
    the union knows her (None: she is new); ``beside`` are those of her household."""

    name: str
    code: str
    says: Mapping[str, str]
    keyed: Mapping[str, str] = field(default_factory=dict)
    event_on: date = TODAY
    seeded: Mapping[str, Any] | None = None
    beside: tuple[Mapping[str, Any], ...] = ()


# -- DOMAIN 3.3, 3.4: share and class -----------------------------------------------------------


def paper(taxable: int, revenue: int, both: int, *, taxed: bool = True, zero: bool = False) -> Any:
    """The 負担区分等証明書 that she brings."""
    return {
        "copay_paper": "1",
        "copay_paper_on": "R8.11.1",
        "copay_taxed": "1" if taxed else "0",
        "copay_taxable_income": str(taxable),
        "copay_revenue": str(revenue),
        "copay_pension_other": str(both),
        "copay_base_income": "5000000",
        "copay_all_income_zero": "1" if zero else "0",
    }


def single(name: str, shown: Any, ratio: str, limit: str, birth: str = "S18.5.3") -> Case:
    keyed = {**shown, "birth_written": birth}
    return Case(name, "move_in", {"copay_ratio": ratio, "limit_class": limit}, keyed)


def couple(name: str, his: tuple[int, int], hers: tuple[int, int], ratio: str, limit: str) -> Case:
    """He lives here; she moves in, and both get the same share."""
    home = income(his[0], his[1], his[1], 5_000_000, taxed=True)
    shown = paper(hers[0], hers[1], hers[1], taxed=False)
    keyed = {**shown, "birth_written": "S18.5.3", "is_head": "0", "relation": "妻"}
    says = {"copay_ratio": ratio, "limit_class": limit}
    return Case(name, "move_in", says, keyed, beside=({"income": home},))


def with_younger(name: str, theirs: int, ratio: str, limit: str) -> Case:
    """She lives with somebody of 72 who has another insurance (3.2, 3 c)."""
    shown = {**paper(1_450_000, 4_000_000, 4_000_000), "birth_written": "S18.5.3"}
    keyed = {**shown, "is_head": "0", "relation": "妻"}
    other = {"birth": "1954-03-03", "coverages": [], "income": income(0, theirs, theirs)}
    return Case(
        name, "move_in", {"copay_ratio": ratio, "limit_class": limit}, keyed, beside=(other,)
    )


SHARES = (
    single("D1", paper(1_449_999, 2_500_000, 2_500_000), "2", "general2"),
    single("D2", paper(1_450_000, 3_829_999, 2_500_000), "2", "general2"),
    single("D3", paper(1_450_000, 3_830_000, 3_830_000), "3", "earner1"),
    single("D11", paper(280_000, 1_999_999, 1_999_999), "1", "general1"),
    single("D12", paper(280_000, 2_000_000, 2_000_000), "2", "general2"),
    single("D13", paper(279_999, 2_400_000, 2_400_000), "1", "general1"),
    single("D17", paper(0, 1_500_000, 1_500_000, taxed=False), "1", "low2"),
    single("D18", paper(0, 800_000, 800_000, taxed=False, zero=True), "1", "low1"),
    # 3.4: the border of each class
    single("3.4 Ⅰ to Ⅱ", paper(3_799_999, 8_000_000, 8_000_000), "3", "earner1"),
    single("3.4 Ⅱ", paper(3_800_000, 8_000_000, 8_000_000), "3", "earner2"),
    single("3.4 Ⅱ to Ⅲ", paper(6_899_999, 9_000_000, 9_000_000), "3", "earner2"),
    single("3.4 Ⅲ", paper(6_900_000, 9_000_000, 9_000_000), "3", "earner3"),
    # 3.2, 3 a): born from 1945-01-02 on, 旧ただし書所得 of 2,100,000 at most; the day before not
    single(
        "3.2 a) release",
        {**paper(1_450_000, 4_000_000, 4_000_000), "copay_base_income": "2100000"},
        "2",
        "general2",
        "S20.1.2",
    ),
    single(
        "3.2 a) a yen more",
        {**paper(1_450_000, 4_000_000, 4_000_000), "copay_base_income": "2100001"},
        "3",
        "earner1",
        "S20.1.2",
    ),
    single(
        "3.2 a) a day older",
        {**paper(1_450_000, 4_000_000, 4_000_000), "copay_base_income": "2100000"},
        "3",
        "earner1",
        "S20.1.1",
    ),
    with_younger("3.2 c) together under 5,200,000", 1_199_999, "2", "general2"),
    with_younger("3.2 c) together 5,200,000", 1_200_000, "3", "earner1"),
    couple("D6", (2_000_000, 4_200_000), (0, 990_000), "2", "general2"),
    couple("D7", (1_450_000, 4_200_000), (0, 1_000_000), "3", "earner1"),
    couple("D14", (300_000, 2_100_000), (0, 1_090_000), "1", "general1"),
    couple("D15", (300_000, 2_100_000), (0, 1_100_000), "2", "general2"),
)

# -- DOMAIN 5.1: which paper ---------------------------------------------------------------------


def papered(name: str, birth: str, card: str, expected: str) -> Case:
    return Case(name, "move_in", {"paper": expected}, {"birth_written": birth, "card_use": card})


CERTIFICATE, NOTICE = "eligibility_certificate", "eligibility_notice"
PAPERS = (
    papered("85 on 2026-08-01, with a card", "S16.8.1", "registered", CERTIFICATE),
    papered("85 the day after, with a card", "S16.8.2", "registered", NOTICE),
    papered("younger, no card", "S18.5.3", "not_registered", CERTIFICATE),
    papered("younger, with a card", "S18.5.3", "registered", NOTICE),
    papered("younger, nobody knows", "S18.5.3", "unknown", CERTIFICATE),
    Case(
        "要配慮者 with a card asks for one",
        "certificate_application",
        {"paper": CERTIFICATE},
        seeded={"card": [True, 9, 3]},
    ),
    Case(
        "gives up the card",
        "card_cancel",
        {"paper": CERTIFICATE},
        seeded={"card": [True, 9, 3]},
    ),
)

# -- DOMAIN 2.2 to 2.6: the day ------------------------------------------------------------------


def of(index_birth: str, *periods: list[str], **more: Any) -> Mapping[str, Any]:
    return {"birth": index_birth, "coverages": list(periods), **more}


def lost(code: str, event_on: str, lost_on: str, **keyed: str) -> Case:
    """Of somebody insured since 2016-01-01."""
    insured = of("1941-01-01", ["", "2016-01-01", "ACQ_AGE", "", ""])
    name = f"2.4 {code} {event_on}"
    return Case(name, code, {"lost_on": lost_on}, keyed, day(event_on), insured)


ELDER = of("1941-01-01")
DAYS = (
    # 2.3: 転入日; abroad the same
    Case("2.3 転入", "move_in", {"acquired_on": "2026-11-10"}, {}, day("2026-11-10")),
    Case("2.3 国外転入", "move_in_abroad", {"acquired_on": "2026-11-10"}, {}, day("2026-11-10")),
    # 2.3: the day of 認定 and not of the event
    Case(
        "2.3 障害認定", "disability", {"acquired_on": "2026-11-20"}, {}, day("2026-11-02"),
        of("1955-03-03"),
    ),
    # 2.3: the day on which 保護 or the exemption ended
    Case(
        "2.3 保護廃止", "welfare_end", {"acquired_on": "2026-11-10"}, {}, day("2026-11-10"), ELDER
    ),
    Case(
        "2.3 適用除外", "exemption_end", {"acquired_on": "2026-11-10"}, {}, day("2026-11-10"), ELDER
    ),
    Case("2.3 職権", "ex_officio", {"acquired_on": "2026-03-31"}, {}, day("2026-03-31"), ELDER),
    # 2.2, 2.3 (55条の2): the 75th birthday itself, however long she lives there already
    Case(
        "2.2 born 1951-11-20",
        "special_address",
        {"acquired_on": "2026-11-20"},
        {"birth_written": "S26.11.20", "address": "東京都千代田区見本1-1"},
        day("2026-06-01"),
    ),
    Case(
        "2.2 born 1951-03-31",
        "special_address",
        {"acquired_on": "2026-03-31"},
        {"birth_written": "S26.3.31", "address": "東京都千代田区見本1-1"},
        day("2026-01-01"),
    ),
    # 2.4: the day after the death; of the last day of a month the first of the next
    lost("death", "2026-11-15", "2026-11-16"),
    lost("death", "2026-10-31", "2026-11-01"),
    lost("death", "2026-02-28", "2026-03-01"),
    # 2.4: the day after leaving; insured elsewhere the same day: that day
    lost("move_out", "2026-11-10", "2026-11-11"),
    lost("move_out", "2026-11-10", "2026-11-10", elsewhere_from="R8.11.10"),
    lost("move_out_abroad", "2026-11-10", "2026-11-11"),
    # 2.4: 51条1号 the day itself, 2号 the day after
    lost("welfare_start", "2026-11-10", "2026-11-10"),
    lost("exemption", "2026-11-10", "2026-11-11"),
    # 2.4: by the base event
    lost("ex_officio_loss", "2026-11-10", "2026-11-11", base="LOS_OUT"),
    lost("whereabouts", "2026-11-10", "2026-11-11"),
    # 2.6: no day twice, no day without
    lost("special_address_end", "2026-11-10", "2026-11-12", elsewhere_from="R8.11.12"),
    # 2.4: the day after the state ended; the day of the withdrawal, never before
    Case(
        "2.4 障害非該当", "disability_end", {"lost_on": "2026-11-11"}, {}, day("2026-11-10"),
        of("1956-03-03", ["", "2024-01-01", "ACQ_DIS", "", ""]),
    ),
    Case(
        "2.4 障害撤回", "disability_withdrawal", {"lost_on": "2026-11-20"}, {}, TODAY,
        of("1956-03-03", ["", "2024-01-01", "ACQ_DIS", "", ""]),
    ),
    # 2.4, 1.3: next door is no loss: the number and the day stay
    Case(
        "2.4 県内転居",
        "move_in_within",
        {"insured_number": "70000019", "acquired_on": "2020-05-03"},
        {"former_insured_number": "70000019"},
    ),
)  # fmt: skip

LATER = (
    # 2.2: 75 years after a leap day there is none: the first of March
    ("2.2 born 1952-02-29", "S27.2.29", "2027-02-28", "2027-03-01"),
    ("2.2 born 1952-04-01", "S27.4.1", "2027-03-31", "2027-04-01"),
)
"""Who is not 75 yet: refused on the day before, taken on the day."""
CASES = (*SHARES, *PAPERS, *DAYS)


def home_of(number: int) -> str:
    return atena_of(5000 + number)


def seeds() -> Iterator[Mapping[str, Any]]:
    """The people of the cases, each in a household of her own."""
    for number, case in enumerate(CASES, 1):
        if case.seeded is not None:
            more = {**case.seeded}
            birth = more.pop("birth", "1943-05-03")
            if "coverages" in more:
                more["coverages"] = [[insured_of(number), *one[1:]] for one in more["coverages"]]
            yield seed_person(number, birth, household_number=home_of(number), **more)
        for other in case.beside:
            more = {"birth": "1943-01-01", **other}
            birth = more.pop("birth")
            yield seed_person(2000 + number, birth, household_number=home_of(number), **more)
    next_door = {
        "name": "辻󠄀﨑　髙子",
        "birth_written": "昭和20年5月3日",
        "municipality_code": "152986",
        "coverages": [["70000019", "2020-05-03", "ACQ_AGE", "", ""]],
    }
    yield seed_person(3000, "1945-05-03", sex="2", **next_door)


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("union")
    with embedded(folder, moment=MORNING, start=ForkedUnion) as running:
        running.first.load(seeds())
        yield running


@pytest.fixture(scope="module")
def terminal(union: Any) -> Iterator[UnionTerminal]:
    enrolled = UnionTerminal(union).enrol()
    yield enrolled
    enrolled.close()


def answered(
    terminal: UnionTerminal,
    number: int,
    code: str,
    days: tuple[date, date],
    keyed: Mapping[str, str],
) -> Any:
    """The decision on a case about the person of that number; ``days``: of the event, of today."""
    teller = Teller(number, home_of(number))
    record = teller.record(code, *days, keyed, terminal.id)
    receipt = terminal.send("FILE-01", [record], sent_id=f"{record.case_id}-out")
    assert receipt.settlement is Settlement.ACCEPTED, receipt.message
    (decided,) = terminal.receive("FILE-16")
    return decided


@pytest.mark.req("FLOW-104", "FLOW-106", "SYS-01", "DATA-10")
def test_every_worked_case_is_decided_so(terminal: UnionTerminal) -> None:
    """Some fifty cases over one line: what it takes is their decisions."""
    wrong = {}
    for number, case in enumerate(CASES, 1):
        decided = answered(terminal, number, case.code, (case.event_on, TODAY), case.keyed)
        said = {name: getattr(decided, name, "") for name in case.says}
        if decided.outcome != "accepted" or said != dict(case.says):
            wrong[case.name] = (decided.outcome, decided.reasons, said, dict(case.says))
    assert not wrong
    assert len(CASES) > 45


@pytest.mark.req("FLOW-104")
def test_who_is_not_75_yet_is_refused_to_the_day(terminal: UnionTerminal, union: Any) -> None:
    for at, (name, birth, before, on) in enumerate(LATER):
        number = 4000 + at
        keyed = {"birth_written": birth, "address": "東京都千代田区見本1-1"}
        for today, outcome in ((before, "refused"), (on, "accepted")):
            moment = datetime.combine(day(today), MORNING.timetz())
            union.first.set_clock(moment)
            told = day(today)
            event = told - timedelta(days=60)
            decided = answered(terminal, number, "special_address", (event, told), keyed)
            assert decided.outcome == outcome, (name, decided.reasons)
        assert decided.acquired_on == on, name
