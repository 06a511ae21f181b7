"""The other half of ``test_effects_of_kinds``: kinds about newcomers, younger people and those with
another income, and kinds whose decision is their effect. Hand-written, with their sources; each row
is told to the real decisions in a transaction of which nothing stays, then to the same kind broken
on purpose, which must be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from app.catalog import CASES
from app.core.canon import canonical_json
from app.peers.union.office import decisions, history
from app.peers.union.office.case import Case, OfficeKind
from app.peers.union.office.kinds import KINDS
from app.peers.union.office.persons import find_person
from app.peers.union.tables import decision, number, person
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from tests.functional.union_rules.test_daily_files import undone
from tests.functional.union_rules.test_effects_of_kinds import (
    CHANGES_NOBODY,
    IN_EVERY_KIND,
    early,
    silent,
)
from tests.support.told_cases import Teller
from tests.support.union_inside import CALLER, income, load, seed_person, union_inside
from tests.support.union_terminal import MORNING

NEW, HEAD, WIFE, YOUNG, DISABLED, LOW, THREE, FACILITY, FOREIGNER, DEAD, UNTOLD = range(401, 412)
NEXT_DOOR = "70000019"
TOLD = 5
"""The day of the books on which the rows are told: 2026-11-25; the event was on the 20th."""
_NAMED = {"name": "辻󠄀﨑　髙子", "birth_written": "昭和20年5月3日", "birth_sort": "1945-05-03"}


@dataclass(frozen=True)
class Row:
    """A kind about ``who``: the fact of the union's history that says what from ``since`` on and
    not on the day before; ``("decision", "")`` is the decision itself, ``("number", "")`` the
    individual number. ``after`` is what must have happened to her on 2026-11-18."""

    code: str
    who: int
    fact: tuple[str, str]
    says: Mapping[str, str]
    since: str = ""
    keyed: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    days_ago: int = TOLD


ELIGIBILITY, DECISION = ("eligibility", ""), ("decision", "")
ROWS = (
    # 高確法52条2号, DOMAIN 2.3: the day the address here began
    Row("move_in", NEW, ELIGIBILITY, {"acquisition_reason": "ACQ_IN"}, "2026-11-20"),
    Row("move_in_abroad", NEW, ELIGIBILITY, {"acquisition_reason": "ACQ_ABROAD"}, "2026-11-20"),
    # 則9条, DOMAIN 2.3
    Row(
        "foreigner",
        NEW,
        ELIGIBILITY,
        {"acquisition_reason": "ACQ_OTHER"},
        "2026-11-20",
        {"person_kind": "2"},
    ),
    Row("longer_stay", FOREIGNER, ELIGIBILITY, {"acquisition_reason": "ACQ_OTHER"}, "2026-11-20"),
    # DOMAIN 1.3, 2.4: no loss; the number and the day of acquisition stay
    Row(
        "move_in_within",
        NEW,
        DECISION,
        {"insured_number": NEXT_DOOR, "acquired_on": "2020-05-03"},
        keyed={"former_insured_number": NEXT_DOOR},
    ),
    # 高確法55条の2, DOMAIN 2.6: from 75, so that an earlier event makes no other day
    Row(
        "special_address",
        NEW,
        ELIGIBILITY,
        {"acquisition_reason": "ACQ_SPADDR"},
        keyed={"birth_written": "S26.11.20", "address": "東京都千代田区見本1-1"},
    ),
    # DOMAIN 2.3: 職権取得
    Row("ex_officio", FOREIGNER, ELIGIBILITY, {"acquisition_reason": "ACQ_EXOFF"}, "2026-11-20"),
    # FLOW-2005: known from the day, and gone from the day
    Row("unregistered", NEW, ("name", ""), {"name": "辻󠄀﨑　髙子"}),
    Row(
        "unregistered_end",
        NEW,
        ("state", ""),
        {"state": "9"},
        "2026-11-20",
        after=("unregistered",),
    ),
    # 高確法52条3号, DOMAIN 2.3: the day of 認定, never before the receipt
    Row("disability", YOUNG, ELIGIBILITY, {"acquisition_reason": "ACQ_DIS"}, "2026-11-25"),
    Row("disability", YOUNG, ("disability", ""), {"proof": "physical_2"}, "2026-11-25"),
    # DOMAIN 2.5: the day of the change; the paper ends with the 手帳
    Row("disability_change", DISABLED, ("disability", ""), {"proof": "physical_1"}, "2026-11-20"),
    Row(
        "disability_renewal",
        DISABLED,
        ("disability", ""),
        {"proof_until": "2028-03-31"},
        "2026-11-20",
    ),
    # DOMAIN 2.4: the day after; the day of the withdrawal itself
    Row("disability_end", DISABLED, ELIGIBILITY, {"loss_reason": "LOS_DIS"}, "2026-11-21"),
    Row(
        "disability_withdrawal",
        DISABLED,
        ELIGIBILITY,
        {"loss_reason": "LOS_DIS_WD"},
        "2026-11-25",
        days_ago=0,
    ),
    # 高確法55条, DOMAIN 2.6: the same day as there
    Row("special_address_end", FACILITY, ELIGIBILITY, {"loss_reason": "LOS_SPADDR"}, "2026-11-20"),
    # 高確法55条, DOMAIN 2.6: insured here, living there, from the day; each facility after it too
    Row(
        "special_address_begin",
        HEAD,
        ("address", ""),
        {"address": "東京都千代田区見本2-2"},
        "2026-11-20",
    ),
    Row(
        "special_address_begin",
        HEAD,
        ("address_exception", ""),
        {"facility_name": "見本の里"},
        "2026-11-20",
    ),
    Row(
        "special_address_change",
        FACILITY,
        ("address_exception", ""),
        {"facility_name": "例示の里"},
        "2026-11-20",
    ),
    # DOMAIN 2.4: never insured
    Row("acquisition_cancelled", HEAD, DECISION, {"lost_on": "2020-01-01"}),
    Row("acquisition_cancelled", HEAD, ELIGIBILITY, {"loss_reason": "LOS_EXOFF"}),
    # DOMAIN 2.7: 異動の取消し
    Row("loss_cancelled", HEAD, ELIGIBILITY, {"loss_reason": ""}, after=("move_out_abroad",)),
    # DOMAIN 2.7
    Row(
        "birth_correction",
        LOW,
        ("birth", ""),
        {"sex": "2"},
        keyed={"new_birth_written": "S16.1.1", "new_sex": "2"},
    ),
    Row("number_change", HEAD, ("number", ""), {"my_number": my_number_of(900)}),
    Row("head_change", WIFE, ("household", ""), {"relation": "世帯主"}, "2026-11-20"),
    # SEC-124, DOMAIN 7.3
    Row("protection", HEAD, ("restriction", ""), {"support_until": "2027-11-09"}, "2026-11-20"),
    Row("protection", HEAD, ("nondisclosure", ""), {"ground": "支援措置"}, "2026-11-20"),
    # DOMAIN 3.2: decided again, from the 1st of the month after
    Row("income_reply", LOW, ("copay", ""), {"ratio": "2"}, "2026-12-01"),
    Row("income_by_hand", UNTOLD, ("copay", ""), {"ratio": "2"}, "2026-12-01", {"year": "2025"}),
    Row("standard_income", THREE, ("copay", ""), {"ratio": "2"}, "2026-12-01"),
    # DOMAIN 3.10: from the month after; 5.4: from the 1st of the month of application
    Row("long_stay", LOW, ("long_stay", ""), {"days": "95"}, "2026-12-01"),
    Row("limit_mark", LOW, DECISION, {"limit_printed": "1", "limit_from": "2026-11-01"}),
    Row("limit_mark_end", LOW, DECISION, {"limit_printed": "0"}, after=("limit_mark",)),
    # DOMAIN 5.1: 要配慮者
    Row("certificate_application", HEAD, ("certificate_application", ""), {"ground": "care"}),
    # decision 018: the day told is the last one on which it holds
    Row(
        "special_treatment_end",
        HEAD,
        ("special_treatment", ""),
        {"ground": ""},
        "2026-11-21",
        after=("special_treatment",),
    ),
)

_PAPERS = {
    *("burden_paper", "coverage_paper", "disability_paper", "disease_paper", "dependant_paper"),
    *("move_out_papers", "reissue", "card_cancel", "funeral"),
}
ANSWERS: Mapping[str, Mapping[str, str]] = {
    # DOMAIN 2.6, 5.5: which paper
    "burden_paper": {"paper": "burden_certificate", "judged_year": "2026年度"},
    "coverage_paper": {"paper": "coverage_certificate"},
    "disability_paper": {"paper": "disability_certificate"},
    "disease_paper": {"paper": "disease_certificate", "disease_kind": "1"},
    "dependant_paper": {"former_insurer": "見本健康保険組合"},
    "move_out_papers": {"paper": "move_out_set"},
    # DOMAIN 5.3, 5.1
    "reissue": {"paper": "eligibility_certificate", "reissue_reason": "lost", "reissue_count": "1"},
    "card_cancel": {"paper": "eligibility_certificate"},
    # DOMAIN 5.5: 条例
    "funeral": {"amount": "50000", "payee_name": "髙橋　一郎"},
    # FLOW-2033: taken in from the day on which it was said
    **{code: {"since": "2026-11-20"} for code in CHANGES_NOBODY - _PAPERS},
}
"""What the decision of a kind that changes nobody says."""
BEFORE = {
    "disability_paper": ("disability_change", DISABLED),
    "disease_paper": ("disease", HEAD),
    "dependant_paper": ("former_dependant", HEAD),
    "paper_back_dead": ("", DEAD),
    "funeral": ("", DEAD),
}
"""What must have happened before it, and whom it is about, where that is not the head."""
NOTES: Mapping[str, str] = {
    **{code: "handed_on" for code, kind in CASES.items() if kind.handed_on is not None},
    "income_inquiry": "inquiry",
}
"""What is noted of the person: which fact of the union's, and of her nothing else."""


def home_of(who: int) -> str:
    return atena_of(1000 + (HEAD if who == WIFE else who))


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A couple, and one household for each of the others; somebody of the newcomer's name is
    insured next door."""
    low, high = income(0, 1_500_000, 1_500_000), income(2_000_000, 5_000_000, 5_000_000, 5_000_000)

    def one(who: int, birth: str, **values: Any) -> dict[str, Any]:
        return seed_person(who, birth, **{"household_number": home_of(who), **values})

    def since(who: int, day: str, reason: str) -> list[list[str]]:
        return [[insured_of(who), day, reason, "", ""]]

    died = {"state": "3", "state_on": "2026-11-10"}
    lost = [[insured_of(DEAD), "2016-04-01", "ACQ_AGE", "2026-11-11", "LOS_DEATH"]]
    beside = {
        "municipality_code": "152986",
        "coverages": [[NEXT_DOOR, "2020-05-03", "ACQ_AGE", "", ""]],
    }
    with union_inside(tmp_path_factory.mktemp("effects")) as made:
        load(
            made,
            one(HEAD, "1940-01-01"),
            one(WIFE, "1942-05-05", relation="妻", is_head=False, sex="2"),
            one(YOUNG, "1955-03-03", coverages=[]),
            one(DISABLED, "1956-03-03", coverages=since(DISABLED, "2024-01-01", "ACQ_DIS")),
            one(LOW, "1941-01-01", income=low, coverages=since(LOW, "2016-01-01", "ACQ_AGE")),
            one(THREE, "1941-02-01", income={**high, "taxed": True}),
            one(UNTOLD, "1941-05-01", income=None),
            one(FACILITY, "1941-03-01", coverages=since(FACILITY, "2020-01-01", "ACQ_SPADDR")),
            one(FOREIGNER, "1945-03-01", coverages=[], person_kind="2"),
            one(DEAD, "1941-04-01", coverages=lost, **died),
            seed_person(600, "1945-05-03", sex="2", **{**_NAMED, **beside}),
        )
        yield made


@dataclass
class Desk:
    """Somebody who tells the union of cases as a terminal sends them."""

    system: Any
    connection: Any

    def record(self, code: str, who: int, told: date, ago: int, keyed: Mapping[str, str]) -> Any:
        couple = (HEAD, WIFE)
        teller = Teller(
            who,
            home_of(who),
            couple if who in couple else (),
            "2026-11-10" if who == DEAD else "",
            my_number_of(900) if code == "number_change" else "",
        )
        return teller.record(code, told - timedelta(days=ago), told, keyed)

    def tell(
        self, code: str, who: int, day: int, ago: int = 0, keyed: Mapping[str, str] | None = None
    ) -> Any:
        """Tell the union on that day; its decision as it was written down."""
        now = MORNING + timedelta(days=day)
        self.system.clock.set_to(now)
        record = self.record(code, who, now.date(), ago, keyed or {})
        header = SimpleNamespace(id=record.case_id)
        decisions.receive(self.system, self.connection, CALLER, header, (record,))  # type: ignore[arg-type]
        found = select(decision).where(decision.c.notification_id == record.case_id)
        row = self.connection.execute(found).one()
        assert row.outcome == "accepted", (code, row.reasons)
        return decisions.last_decision(self.connection, record.case_id)

    def says(self, who: int, fact: tuple[str, str], day: date) -> Mapping[str, str]:
        """What the books say of one fact on a day."""
        her = find_person(self.connection, MUNICIPALITY_CODE, atena_of(who))
        if her is None:
            return {}
        if fact == ("number", ""):
            mine = select(number.c.my_number).where(number.c.person_id == her.id)
            return {"my_number": str(self.connection.execute(mine).scalar_one())}
        seen = history.as_of(self.connection, her.id, day, self.system.today())
        return seen.get(fact, {})

    def everything(self) -> set[tuple[str, ...]]:
        """What is known of everybody, of some days: kind of fact, subject, who, when, what."""
        today = self.system.today()
        people = self.connection.execute(select(person.c.id).order_by(person.c.id)).scalars().all()
        days = [date(2026, 11, 20), date(2026, 12, 31)]
        return {
            (*line, str(one), str(day), canonical_json(value))
            for one in people
            for day in days
            for line, value in history.as_of(self.connection, one, day, today).items()
        }


def holds(desk: Desk, row: Row) -> bool:
    """Whether the row holds once it was told."""
    for code in row.after:
        desk.tell(code, row.who, 3, 5)
    record = desk.tell(row.code, row.who, TOLD, row.days_ago, row.keyed)
    since = date.fromisoformat(row.since or "2026-11-20")

    def said(day: date) -> bool:
        value = (
            {name: getattr(record, name) for name in row.says}
            if row.fact == DECISION
            else desk.says(row.who, row.fact, day)
        )
        return all(value.get(name, "") == text for name, text in row.says.items())

    return said(since) and not (row.since and said(since - timedelta(days=1)))


def mute(names: Mapping[str, str]) -> Callable[[OfficeKind], OfficeKind]:
    """A kind whose answer says nothing of these."""

    def broken(kind: OfficeKind) -> OfficeKind:
        def decide(office: Any, case: Case, checked: Any, person_id: int) -> Any:
            answer = kind.decide(office, case, checked, person_id)
            kept = {name: text for name, text in answer.values.items() if name not in names}
            return replace(answer, values=kept)

        return replace(kind, decide=decide)

    return broken


def of_another(kind: OfficeKind) -> OfficeKind:
    """A kind that makes nobody known, but takes her for somebody who is."""
    return replace(kind, whom=lambda office, case, checked: 1)


def seen_broken(
    system: Any, row: Row, breaks: Callable[[OfficeKind], OfficeKind], patch: Any
) -> bool:
    """Whether the row fails, or nothing can be decided at all, with its kind broken."""
    with patch.context() as patched, undone(system) as connection:
        patched.setitem(KINDS, row.code, breaks(KINDS[row.code]))
        return not done(partial(holds, Desk(system, connection), row))


def done(one: Callable[[], bool]) -> bool:
    """Whether it holds; where the broken kind cannot even be decided, it does not."""
    try:
        return one()
    except (KeyError, TypeError, ValueError, AssertionError, NoResultFound):
        return False


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}-{row.fact[0]}")
def test_what_a_kind_makes_is_seen_and_so_is_a_kind_that_is_changed(
    system: Any, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    with undone(system) as connection:
        assert holds(Desk(system, connection), row)
    breaks = mute(row.says) if row.fact == DECISION else silent
    breaks = of_another if row.code == "unregistered" else breaks
    assert seen_broken(system, row, breaks, monkeypatch), "what is not done is not seen"
    if row.since and not row.after:
        assert seen_broken(system, row, early, monkeypatch), "another day is not seen"


def about(code: str) -> int:
    return BEFORE[code][1] if code in BEFORE else HEAD


def answered(desk: Desk, code: str) -> bool:
    """Whether the decision says what the table says, and the books note what they should."""
    first = BEFORE.get(code, ("", 0))[0]
    if first:
        desk.tell(first, about(code), 3, 5)
    desk.system.clock.set_to(MORNING + timedelta(days=TOLD))
    before = desk.everything()
    record = desk.tell(code, about(code), TOLD, 5)
    said = {name: getattr(record, name) for name in ANSWERS[code]}
    noted = {line[0] for line in desk.everything() ^ before}
    return said == dict(ANSWERS[code]) and noted == ({NOTES[code]} if code in NOTES else set())


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_what_changes_nobody_says_what_it_says_and_leaves_the_books(
    system: Any, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with undone(system) as connection:
        assert answered(Desk(system, connection), code)
    for broken in (mute(ANSWERS[code]), *([silent] if code in NOTES else [])):
        with monkeypatch.context() as patched, undone(system) as connection:
            patched.setitem(KINDS, code, broken(KINDS[code]))
            desk = Desk(system, connection)
            assert not done(partial(answered, desk, code))


def test_every_kind_is_in_one_of_the_tables() -> None:
    assert {row.code for row in ROWS} == IN_EVERY_KIND
    assert ANSWERS.keys() == CHANGES_NOBODY
