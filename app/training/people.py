"""One synthetic person as the resident register, the tax office and the union know them.

Numbers are plainly artificial: individual numbers (個人番号) begin with ``9900``, telephone
numbers with ``0250-00``, postal codes with ``999``; their check digits are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.identifiers import atena_check_digit, luhn_check_digit, my_number_check_digit
from app.wire.records import InsuredRecord, ResidentRecord

MUNICIPALITY_CODE = "152994"
"""見本県見本市, a municipality that does not exist (resources/tables/municipalities.toml)."""

INSURER_NUMBER = "39152996"
"""Its 保険者番号 at the union."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """Last year's incomes and this year's tax of one person, in yen (DOMAIN 3.2, 4.2).

    ``declared`` False: nobody has declared them (未申告) and every amount is 0.
    """

    declared: bool = True
    taxed: bool = False  # 住民税課税
    pension: int = 0  # 公的年金収入
    revenue: int = 0  # 収入 of 基準収入額, before expenses
    other_income: int = 0  # その他の合計所得金額
    total_income: int = 0  # 合計所得金額
    base_income: int = 0  # 旧ただし書所得
    taxable_income: int = 0  # 課税所得

    @property
    def pension_other(self) -> int:
        """年金収入＋その他の合計所得金額."""
        return self.pension + self.other_income


def income_of(pension: int, other_revenue: int = 0, other_income: int = 0) -> Income:
    """A declared income of somebody of 65 or over with a pension of at most 3.3 million yen."""
    total = max(0, pension - 1_100_000) + other_income
    base = max(0, total - 430_000)
    return Income(
        taxed=total > 450_000,
        pension=pension,
        revenue=pension + other_revenue,
        other_income=other_income,
        total_income=total,
        base_income=base,
        taxable_income=max(0, base - 120_000) // 1000 * 1000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One period of being insured (被保険者期間)."""

    insured_number: str
    acquired_on: date
    reason: str
    lost_on: date | None = None
    loss_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person. ``case`` names the special case for which the person exists, mostly ""."""

    atena_number: str
    household_number: str
    relation: str
    is_head: bool
    name: str
    kana: str
    birth_written: str
    birth_sort: date
    sex: str
    my_number: str
    postal_code: str
    address: str
    former_atena: tuple[str, ...] = ()
    person_kind: str = "1"
    alias: str = ""
    alias_kana: str = ""
    birth_precision: str = "day"
    phone: str = ""
    building: str = ""
    state: str = "1"
    event: str = "ex_officio_entry"
    event_on: date = date(2015, 10, 5)
    support_from: date | None = None
    support_until: date | None = None
    coverages: tuple[Coverage, ...] = ()
    income: Income | None = None
    card_use: str = "not_registered"
    card_visits_year: int = 0  # uses of マイナ保険証 in the last year
    card_visits_quarter: int = 0  # … in the last three months
    case: str = ""

    @property
    def coverage(self) -> Coverage | None:
        """The latest period of being insured."""
        return self.coverages[-1] if self.coverages else None


def my_number_of(index: int) -> str:
    """The artificial 個人番号 of the person ``index`` (1 to 9,999,999)."""
    body = f"9900{index:07d}"
    return body + my_number_check_digit(body)


def atena_of(index: int) -> str:
    """The 宛名番号 (or 世帯番号) ``index``, 15 digits with check digit."""
    body = f"{index:014d}"
    return body + atena_check_digit(body)


def insured_of(index: int) -> str:
    """The 被保険者番号 ``index`` (1 to 9,999,999) with check digit."""
    body = f"{index:07d}"
    return body + luhn_check_digit(body)


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def resident_record(person: Person) -> ResidentRecord:
    """The person's line of FILE-03 住基情報."""
    return ResidentRecord(
        municipality_code=MUNICIPALITY_CODE,
        atena_number=person.atena_number,
        household_number=person.household_number,
        relation=person.relation,
        is_head="1" if person.is_head else "0",
        person_kind=person.person_kind,
        name=person.name,
        kana=person.kana,
        alias=person.alias,
        alias_kana=person.alias_kana,
        birth_written=person.birth_written,
        birth_sort=person.birth_sort.isoformat(),
        birth_precision=person.birth_precision,
        sex=person.sex,
        my_number=person.my_number,
        state=person.state,
        event=person.event,
        event_on=person.event_on.isoformat(),
        postal_code=person.postal_code,
        address=person.address,
        building=person.building,
        support_measure="1" if person.support_from else "0",
    )


def insured_record(person: Person) -> InsuredRecord:
    """The person's line of FILE-17 被保険者情報 as far as the municipality knows it.

    Ratio and class are the union's decisions and stay empty here.
    """
    coverage = person.coverage
    return InsuredRecord(
        municipality_code=MUNICIPALITY_CODE,
        atena_number=person.atena_number,
        former_atena=" ".join(person.former_atena),
        household_number=person.household_number,
        relation=person.relation,
        is_head="1" if person.is_head else "0",
        person_kind=person.person_kind,
        name=person.name,
        kana=person.kana,
        alias=person.alias,
        alias_kana=person.alias_kana,
        birth_written=person.birth_written,
        birth_sort=person.birth_sort.isoformat(),
        birth_precision=person.birth_precision,
        sex=person.sex,
        phone=person.phone,
        state=person.state,
        state_on=_day(person.event_on) if person.state != "1" else "",
        postal_code=person.postal_code,
        address=person.address,
        building=person.building,
        support_measure="1" if person.support_from else "0",
        support_from=_day(person.support_from),
        support_until=_day(person.support_until),
        insured_number=coverage.insured_number if coverage else "",
        insurer_number=INSURER_NUMBER if coverage else "",
        acquired_on=_day(coverage.acquired_on) if coverage else "",
        acquisition_reason=coverage.reason if coverage else "",
        lost_on=_day(coverage.lost_on) if coverage else "",
        loss_reason=coverage.loss_reason if coverage else "",
    )


def seed_line(person: Person) -> dict[str, object]:
    """The person as a line of the union's first load (``app.peers.union.office.seed``)."""
    record = insured_record(person)
    return {
        "municipality_code": MUNICIPALITY_CODE,
        "atena_number": person.atena_number,
        "former_atena": list(person.former_atena),
        "household_number": person.household_number,
        "relation": person.relation,
        "is_head": person.is_head,
        "person_kind": person.person_kind,
        "name": person.name,
        "kana": person.kana,
        "alias": person.alias,
        "alias_kana": person.alias_kana,
        "birth_written": person.birth_written,
        "birth_sort": record.birth_sort,
        "birth_precision": person.birth_precision,
        "sex": person.sex,
        "phone": person.phone,
        "my_number": person.my_number,
        "state": person.state,
        "state_on": _day(person.event_on),
        "postal_code": person.postal_code,
        "address": person.address,
        "building": person.building,
        "support_from": record.support_from,
        "support_until": record.support_until,
        "coverages": [
            [
                item.insured_number,
                item.acquired_on.isoformat(),
                item.reason,
                _day(item.lost_on),
                item.loss_reason,
            ]
            for item in person.coverages
        ],
        "income": None if person.income is None else _seed_income(person.income),
        "card": [
            person.card_use == "registered",
            person.card_visits_year,
            person.card_visits_quarter,
        ],
    }


def _seed_income(income: Income) -> dict[str, object]:
    """The figures of 負担区分判定, and the incomes by kind that a levy needs."""
    return {
        "declared": income.declared,
        "taxed": income.taxed,
        "taxable_income": income.taxable_income,
        "revenue": income.revenue,
        "pension": income.pension,
        "other_income": income.other_income,
        "base_income": income.base_income,
        "kinds": {
            "pension_revenue": income.pension,
            "pension": income.total_income - income.other_income,
            "other": income.other_income,
        },
    }
