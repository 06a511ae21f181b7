"""The three persons of the counter visit, who are in nobody's store yet (issue 2, items 2, 7, 8).

Each moved in this morning from another prefecture into a household of the municipality. What
their papers show is here: the copy of the moving-in notification (転入届の写し) with the atena and
household numbers that the resident system gave, the 負担区分等証明書 of the former union, and the
documents for identity and number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.training.municipality import Municipality, born
from app.training.people import (
    MUNICIPALITY_CODE,
    Person,
    atena_of,
    insured_of,
    my_number_of,
)
from app.training.special import SPECIAL_HOUSEHOLDS
from app.wire.bodies import move_in
from app.wire.bodies.move_in import MoveIn

FIRST_INDEX = 9_000_001
"""Movers' numbers lie beyond those of any municipality that is produced."""

_FORMER_NUMBERS = 6_000_000
LEAST_PERSONS = sum(len(household) for household in SPECIAL_HOUSEHOLDS[:3])
"""The smallest municipality that the three can move into: their three households whole."""
MOST_PERSONS = _FORMER_NUMBERS - 1
"""Beyond it the municipality's own numbers would meet those of the movers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopayPaper:
    """負担区分等証明書 of the former union: amounts in yen."""

    on: date
    taxed: bool
    taxable_income: int
    revenue: int
    pension_other: int
    base_income: int
    all_income_zero: bool
    limit_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One person of the visit with everything her papers show."""

    label: str
    person: Person
    joins: str
    former_municipality_code: str
    former_address: str
    former_insured_number: str
    moved_on: date
    paper: CopayPaper
    identity_check: str
    number_check: str
    expected_paper: str  # what the union's rule must give: never used by a clerk's screen

    def notification(
        self,
        case_id: str,
        on: date,
        *,
        with_copay_paper: bool = True,
        channel: str = "counter",
        delivery: str = "counter",
    ) -> MoveIn:
        """FILE-01 as the clerk keys it on the day ``on``."""
        person, paper = self.person, self.paper
        day = on.isoformat()
        shown = with_copay_paper
        record: MoveIn = move_in.LAYOUTS[-1].new(
            case_id=case_id,
            kind="move_in",
            channel=channel,
            event_on=self.moved_on.isoformat(),
            notified_on=day,
            accepted_on=day,
            processed_on=day,
            municipality_code=MUNICIPALITY_CODE,
            atena_number=person.atena_number,
            household_number=person.household_number,
            relation=person.relation,
            is_head="0",
            person_kind=person.person_kind,
            name=person.name,
            kana=person.kana,
            birth_written=person.birth_written,
            birth_sort=person.birth_sort.isoformat(),
            birth_precision=person.birth_precision,
            sex=person.sex,
            phone=person.phone,
            my_number=person.my_number,
            postal_code=person.postal_code,
            address=person.address,
            building=person.building,
            former_municipality_code=self.former_municipality_code,
            former_address=self.former_address,
            former_insured_number=self.former_insured_number,
            notifier="person",
            identity_check=self.identity_check,
            number_check=self.number_check,
            delivery=delivery,
            card_use=person.card_use,
            copay_paper="1" if shown else "0",
            copay_paper_on=paper.on.isoformat() if shown else "",
            copay_taxed=("1" if paper.taxed else "0") if shown else "",
            copay_taxable_income=str(paper.taxable_income) if shown else "",
            copay_revenue=str(paper.revenue) if shown else "",
            copay_pension_other=str(paper.pension_other) if shown else "",
            copay_base_income=str(paper.base_income) if shown else "",
            copay_all_income_zero=("1" if paper.all_income_zero else "0") if shown else "",
            copay_class=paper.limit_class if shown else "",
            disability_paper="0",
            disease_paper="0",
            dependant_paper="0",
        )
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    label: str
    case: str
    name: str
    kana: str
    relation: str
    age: int
    month: int
    day: int
    card_use: str
    visits: int
    former: str
    former_address: str
    paper: CopayPaper
    identity_check: str
    number_check: str
    expected_paper: str


def _wanted(on: date) -> tuple[_Wanted, ...]:
    issued = date(on.year, on.month, 1)
    return _without_card(issued), _with_card(issued), _old_with_card(issued)


def _without_card(issued: date) -> _Wanted:
    """81, without マイナ保険証: a certificate."""
    return _Wanted(
        label="81歳・マイナ保険証なし",
        case="joined_1",
        name="髙橋　和子",
        kana="タカハシ　カズコ",
        relation="母",
        age=81,
        month=5,
        day=3,
        card_use="not_registered",
        visits=0,
        former="109991",
        former_address="隣見本県隣見本市中央二丁目3番4号",
        paper=CopayPaper(
            on=issued,
            taxed=True,
            taxable_income=650_000,
            revenue=2_350_000,
            pension_other=2_350_000,
            base_income=820_000,
            all_income_zero=False,
            limit_class="general2",
        ),
        identity_check="photo_one",
        number_check="resident_copy",
        expected_paper="eligibility_certificate",
    )


def _with_card(issued: date) -> _Wanted:
    """81, with マイナ保険証: a notice."""
    return _Wanted(
        label="81歳・マイナ保険証あり",
        case="joined_2",
        name="\U00020bb7田　正子",
        kana="ヨシダ　マサコ",
        relation="母",
        age=81,
        month=8,
        day=17,
        card_use="registered",
        visits=14,
        former="139998",
        former_address="遠見本都遠見本区西町一丁目15番2号",
        paper=CopayPaper(
            on=issued,
            taxed=False,
            taxable_income=0,
            revenue=1_420_000,
            pension_other=1_420_000,
            base_income=0,
            all_income_zero=False,
            limit_class="general1",
        ),
        identity_check="number_card",
        number_check="number_card",
        expected_paper="eligibility_notice",
    )


def _old_with_card(issued: date) -> _Wanted:
    """86, with マイナ保険証: a certificate all the same."""
    return _Wanted(
        label="86歳・マイナ保険証あり",
        case="joined_3",
        name="渡\u9089\U000e010f　ミツ",
        kana="ワタナベ　ミツ",
        relation="母",
        age=86,
        month=2,
        day=11,
        card_use="registered",
        visits=9,
        former="109991",
        former_address="隣見本県隣見本市大字東原120番地",
        paper=CopayPaper(
            on=issued,
            taxed=False,
            taxable_income=0,
            revenue=1_180_000,
            pension_other=1_180_000,
            base_income=0,
            all_income_zero=False,
            limit_class="low2",
        ),
        identity_check="number_card",
        number_check="number_card",
        expected_paper="eligibility_certificate",
    )


def movers(tables: Tables, place: Municipality) -> tuple[Mover, ...]:
    """The three movers of the day ``place.on``: 81 without マイナ保険証, 81 with, 86 with.

    Each moved on that day itself into the household of the case ``joined_1`` … ``joined_3``.
    """
    eras = Eras(tables["eras"])
    heads = {
        household[0].case: household[0]
        for _, household in zip(range(3), place.households(), strict=False)
    }
    return tuple(
        _mover(wanted, heads[wanted.case], FIRST_INDEX + number, place.on, eras)
        for number, wanted in enumerate(_wanted(place.on))
    )


def _mover(wanted: _Wanted, head: Person, index: int, on: date, eras: Eras) -> Mover:
    birth = born(wanted.age, wanted.month, wanted.day, on)
    return Mover(
        label=wanted.label,
        person=Person(
            atena_number=atena_of(index),
            household_number=head.household_number,
            relation=wanted.relation,
            is_head=False,
            name=wanted.name,
            kana=wanted.kana,
            birth_written=on_paper(birth, eras),
            birth_sort=birth,
            sex="2",
            my_number=my_number_of(index),
            postal_code=head.postal_code,
            address=head.address,
            building=head.building,
            phone=head.phone,
            event="move_in",
            event_on=on,
            card_use=wanted.card_use,
            card_visits_year=wanted.visits,
            card_visits_quarter=min(wanted.visits, 3),
            case="mover",
        ),
        joins=wanted.case,
        former_municipality_code=wanted.former,
        former_address=wanted.former_address,
        former_insured_number=insured_of(_FORMER_NUMBERS + index - FIRST_INDEX),
        moved_on=on,
        paper=wanted.paper,
        identity_check=wanted.identity_check,
        number_check=wanted.number_check,
        expected_paper=wanted.expected_paper,
    )


FACILITIES: tuple[dict[str, object], ...] = (
    {
        "code": "F001",
        "name": "特別養護老人ホーム見本の里",
        "kind": "special_nursing_home",
        "municipality_code": MUNICIPALITY_CODE,
        "address": "見本県見本市緑ケ丘99番1号",
        "small_regional": 0,
        "paid_home": 0,
    },
    {
        "code": "F002",
        "name": "サービス付き高齢者向け住宅見本",
        "kind": "serviced_housing",
        "municipality_code": MUNICIPALITY_CODE,
        "address": "見本県見本市南台99番2号",
        "small_regional": 0,
        "paid_home": 0,
    },
)
"""Facilities in the municipality for the union's list: one under 住所地特例, one not."""
