"""What was keyed at the counter is there after the decision in one form, and is found."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.cases import namesakes, sending
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.persons import find, show
from db.tables.persons import atena, household_member, person
from tests.support.counter import ENTRY, Counter, Resident, put_residents

DAY = date(2026, 11, 16)
FOREIGN = {
    "kana": "",
    "name": "SMITH MARIA LUISA",
    "birth_written": "1945年00月00日",
    "person_kind": "2",
    "alias": "見本　真理",
    "alias_kana": "みほん　まり",
    "phone": "+81 250–00–1234",
    "atena_number": "１２３４５５",
    "household_number": "1234",
}


def found(counter: Counter, typed: str) -> set[str]:
    world = counter.world
    results = find.search(world.gate, world.session("clerk"), typed, world.tables, DAY)
    return {line.name for line in results.lines}


def who_may_be_the_same(counter: Counter, **values: str) -> list[str]:
    world = counter.world
    session = world.session("clerk")
    found = namesakes.find(world.gate, session, MOVE_IN, values, world.tables, DAY)
    return [one.person_id for one in found]


@pytest.mark.req("FLOW-103", "FLOW-106")
@pytest.mark.parametrize(
    "typed",
    [
        "みほん　まり",
        "ﾐﾎﾝ",
        "見本真理",
        "Maria Smith",
        "SMITH LUISA",
        "0250001234",
        "0250-00-1234",
        "+81 250 00 1234",
        "123455",
        "000000000123455",
        "1945年",
        "みほん 1945-08-01",
    ],
)
def test_a_foreign_resident_is_found_by_what_was_keyed(counter: Counter, typed: str) -> None:
    counter.decided(**FOREIGN)
    assert found(counter, typed) == {"SMITH MARIA LUISA"}


def test_what_was_keyed_is_kept_in_one_form(counter: Counter) -> None:
    counter.decided(**FOREIGN)
    (row,) = counter.rows(person)
    kept: dict[str, Any] = {name: getattr(row, name) for name in ("kana", "alias", "alias_kana")}
    assert kept == {"kana": "", "alias": "見本　真理", "alias_kana": "ミホン　マリ"}
    assert (row.phone, row.birth_written) == ("0250001234", "1945年 月日不詳")
    (number,) = counter.rows(atena)
    assert number.atena_number == "000000000123455"
    (member,) = counter.rows(household_member)
    assert member.household_number == "000000000001234"


@pytest.mark.parametrize("typed", ["⻑谷川", "\u200b山田　花子", "-"])
def test_the_summary_shows_what_will_be_sent_and_bears_what_is_wrong(
    counter: Counter, typed: str
) -> None:
    case = counter.entered(name=typed, atena_number="1234567890123456", phone="+81 250–00–1234")
    lines = sending.summary(case, counter.world.tables, DAY)
    shown = {line.label: line.value for line in lines}
    assert shown["氏名"] == typed, "a sign that nobody sees is refused, not dropped"
    assert shown["宛名番号"] == "1234567890123456"
    assert shown["電話番号"] == "0250001234"


def test_alias_and_telephone_stand_on_the_persons_page(counter: Counter) -> None:
    counter.decided(**FOREIGN)
    world = counter.world
    (line,) = find.search(world.gate, world.session("clerk"), "ﾐﾎﾝ", world.tables, DAY).lines
    assert line.alias == "見本　真理"
    view = show.open_person(world.gate, world.session("clerk"), line.person_id, world.tables, DAY,
                            by_number=False, confirmed=False)  # fmt: skip
    assert (view.line.alias, view.alias_kana) == ("見本　真理", "ミホン　マリ")
    assert view.phone == "0250001234"


def test_nothing_of_a_protected_person_but_name_and_birth(counter: Counter) -> None:
    put_residents(counter.world, Resident(id="P-1", alias="見本　真理", care=True))
    world = counter.world
    (line,) = find.search(world.gate, world.session("clerk"), "見本真理", world.tables, DAY).lines
    view = show.open_person(world.gate, world.session("clerk"), "P-1", world.tables, DAY,
                            by_number=False, confirmed=False)  # fmt: skip
    assert (line.alias, view.line.alias, view.alias_kana, view.phone) == ("", "", "", "")


def test_another_spelling_of_a_known_number_makes_no_second_person(counter: Counter) -> None:
    known = Resident(id="P-1", name="辻󠄀﨑　髙子", kana="ツジサキ　タカコ", insured_number="",
                     birth_written="1945年5月3日", birth_sort="1945-05-03",
                     atena_number="000000000123455")  # fmt: skip
    put_residents(counter.world, known)
    counter.decided(atena_number="０００００００００１２３４５５")
    assert [row.id for row in counter.rows(person)] == ["P-1"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("atena_number", "番号不明"),
        ("household_number", "-"),
        ("phone", "番号不明"),
        ("facility_code", "？"),
        ("kana", "・"),
        ("name", "\u200b"),
        ("name", "⻑谷川"),
        ("copay_pension_other", "-2,000,000"),
        ("copay_revenue", "-"),
        ("former_municipality_code", "130001"),
        ("former_municipality_code", "11011"),
    ],
)
def test_what_is_no_value_never_leaves(counter: Counter, name: str, typed: str) -> None:
    case = counter.entered(**{name: typed})
    with pytest.raises(UserError) as refused:
        counter.prepare_send(case)
    assert (refused.value.code, refused.value.field) == ("cases.not_ready", name)


@pytest.mark.req("FLOW-102")
@pytest.mark.parametrize(
    ("known", "typed", "same"),
    [
        (("昭和20年5月3日", "1945-05-03", "day"), "S20.5.3", True),
        (("昭和20年5月3日", "1945-05-03", "day"), "1945年5月3日生", True),
        (("昭和20年5月3日", "1945-05-03", "day"), "S20.5.4", False),
        (("昭和20年5月3日", "1945-05-03", "day"), "昭和20年月日不詳", True),
        (("昭和20年5月3日", "1945-05-03", "day"), "昭和20年5月上旬", True),
        (("昭和20年5月3日", "1945-05-03", "day"), "昭和20年5月中旬", False),
        (("昭和20年 月日不詳", "1945-01-01", "year"), "S20.5.3", True),
        (("昭和20年 月日不詳", "1945-01-01", "year"), "S21.5.3", False),
        (("推定昭和20年5月9日", "1945-05-09", "around"), "S20.5.3", True),
        (("昭和19年12月28日から1月3日までの間", "1944-12-28", "part_of_month"), "S20.1.2", True),
        (("年月日不詳", "0001-01-01", "unknown"), "S20.5.3", True),
        (("昭和20年5月3日", "1945-05-03", "day"), "年月日不詳", True),
    ],
)
def test_namesakes_whose_days_may_be_one_are_shown(
    counter: Counter, known: tuple[str, str, str], typed: str, same: bool
) -> None:
    written, sort, precision = known
    put_residents(
        counter.world,
        Resident(id="P-1", name="辻崎　隆子", kana="ツジサキ　タカコ", birth_written=written,
                 birth_sort=sort, birth_precision=precision),
        Resident(id="P-2", name="辻崎　隆", kana="ツジサキ　タカシ", insured_number="",
                 atena_number="000000000000009", birth_written=written, birth_sort=sort,
                 birth_precision=precision),
    )  # fmt: skip
    asked = {"kana": ENTRY["kana"], "name": ENTRY["name"], "birth_written": typed}
    assert who_may_be_the_same(counter, **asked) == (["P-1"] if same else [])


@pytest.mark.parametrize(
    ("name", "kana", "same"),
    [
        ("Smith Maria", "", True),
        ("MARIA SMITH", "", True),
        ("MARIA SMITH", "スミス　マリア", True),
        ("見本　真理", "", True),
        ("見本真理", "ミホン　マリ", True),
        ("MARIA", "", False),
        ("MARIA SMITH LEE", "", False),
        ("見本　真理子", "ミホン　マリコ", False),
    ],
)
def test_where_one_has_no_kana_the_name_tells_the_namesake(
    counter: Counter, name: str, kana: str, same: bool
) -> None:
    foreign = Resident(id="P-1", kind="2", name="SMITH MARIA", kana="", alias="見本　真理")
    put_residents(counter.world, foreign)
    asked = {"name": name, "kana": kana, "birth_written": "S10.5.3"}
    assert who_may_be_the_same(counter, **asked) == (["P-1"] if same else [])
