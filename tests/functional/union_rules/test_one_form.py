"""The union knows a person by the one form of her numbers and by birth dates that may be one
day (issue: values; DESIGN 1.11), on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.peers.union.office import daily, seed
from app.peers.union.tables import check_entry, person
from app.training.people import MUNICIPALITY_CODE, atena_of, my_number_of
from app.wire.codec import decode_file
from app.wire.files import FILES
from tests.support.framed import encode_file
from tests.support.union_inside import (
    decide,
    load,
    notification,
    resident,
    seed_person,
    union_inside,
)
from tests.support.union_terminal import CODES

KNOWN = 601
SPELLINGS = [
    atena_of(KNOWN).lstrip("0"),
    atena_of(KNOWN).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "0000" + atena_of(KNOWN),
    f"{atena_of(KNOWN)[:7]}–{atena_of(KNOWN)[7:]}",
]


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path, database) as system:
        yield system


def people(system, *columns):
    with system.database.read() as connection:
        return connection.execute(select(*columns or (person,)).order_by(person.c.id)).all()


def sent(file_id, record):
    """The record as the union reads it from the file."""
    return decode_file(FILES[file_id], encode_file(FILES[file_id], [record], CODES), CODES)[0]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_a_number_makes_no_second_person(system, spelling):
    load(system, seed_person(KNOWN, "1943-05-03", sex="2", coverages=[]))
    record = sent("FILE-01", notification(KNOWN, atena_number=spelling, household_number="77"))
    assert record.household_number == "000000000000077"
    assert decide(system, record).outcome == "accepted"
    assert [row.atena_number for row in people(system)] == [atena_of(KNOWN)]
    line = sent("FILE-03", resident(KNOWN, atena_number=spelling))
    with system.database.write() as connection:
        daily.run(system, connection, MUNICIPALITY_CODE, (line,))
    assert len(people(system)) == 1


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_first_load_keeps_the_one_form_too(system, spelling):
    line = seed_person(KNOWN, "1943-05-03", atena_number=spelling, household_number="77",
                       former_atena=["88"], phone="+81 250–00–1234")  # fmt: skip
    load(system, line)
    (row,) = people(system)
    assert (row.atena_number, row.household_number) == (atena_of(KNOWN), "000000000000077")
    assert row.phone == "0250001234"


@pytest.mark.parametrize(
    "wrong", [{"atena_number": "番号不明"}, {"household_number": ""}, {"phone": "なし"}]
)
def test_the_first_load_names_the_line_of_what_is_no_number(system, wrong):
    with pytest.raises(UserError, match="2 行目") as refused:
        load(
            system,
            seed_person(KNOWN, "1943-05-03"),
            seed_person(KNOWN + 1, "1943-05-03", **wrong),
        )
    assert refused.value.code == "union.seed_line"
    assert people(system) == []


@pytest.mark.parametrize(
    ("known", "said", "outcome"),
    [
        (("昭和18年 月日不詳", "1943-01-01", "year"), ("昭和18年5月3日", "1943-05-03", "day"),
         "accepted"),
        (("昭和18年5月3日", "1943-05-03", "day"), ("1943年5月3日", "1943-05-03", "day"),
         "accepted"),
        (("昭和18年5月 日不詳", "1943-05-01", "month"), ("昭和18年5月3日", "1943-05-03", "day"),
         "accepted"),
        (("昭和18年 月日不詳", "1943-01-01", "year"), ("昭和19年5月3日", "1944-05-03", "day"),
         "refused"),
        (("昭和18年5月4日", "1943-05-04", "day"), ("昭和18年5月3日", "1943-05-03", "day"),
         "refused"),
    ],
)  # fmt: skip
def test_birth_dates_that_may_be_one_day_are_one_persons(system, known, said, outcome):
    names = ("birth_written", "birth_sort", "birth_precision")
    load(system, seed_person(KNOWN, "1943-01-01", sex="2", coverages=[],
                             **dict(zip(names, known, strict=True))))  # fmt: skip
    record = notification(
        KNOWN, my_number=my_number_of(KNOWN), **dict(zip(names, said, strict=True))
    )
    decided = decide(system, sent("FILE-01", record))
    assert decided.outcome == outcome
    if outcome == "refused":
        assert "atena_elsewhere" in decided.reasons


@pytest.mark.parametrize(
    ("known", "said", "listed"),
    [
        ("1943年5月3日", "昭和18年5月3日", []),
        ("昭和18年 月日不詳", "昭和18年5月3日", []),
        ("昭和18年5月4日", "昭和18年5月3日", ["birth_differs"]),
    ],
)
def test_the_daily_file_calls_nobody_another_person_for_a_spelling(system, known, said, listed):
    load(system, seed_person(KNOWN, "1943-05-03" if "4日" not in known else "1943-05-04", sex="2",
                             birth_written=known, coverages=[]))  # fmt: skip
    line = resident(KNOWN, birth_written=said, birth_sort="1943-05-03", sex="2")
    with system.database.write() as connection:
        daily.run(system, connection, MUNICIPALITY_CODE, (sent("FILE-03", line),))
        causes = connection.execute(select(check_entry.c.cause)).scalars().all()
    assert causes == listed


FOREIGN = {
    "person_kind": "2",
    "name": "SMITH JOHN",
    "kana": "",
    "alias": "見本　真理",
    "alias_kana": "ミホン　マリ",
    "phone": "0250001234",
}


def test_a_foreigner_without_kana_is_decided_and_delivered_with_alias_and_telephone(system):
    record = sent("FILE-01", notification(KNOWN, **FOREIGN))
    assert decide(system, record).outcome == "accepted"
    (row,) = people(system)
    assert (row.kana, row.alias_kana, row.phone) == ("", "ミホン　マリ", "0250001234")


@pytest.mark.parametrize("kana", ["", "スミス　ジョン"])
def test_the_registers_silence_on_kana_takes_none_away(system, kana):
    keyed = notification(KNOWN, **(FOREIGN | {"kana": kana}))
    assert decide(system, sent("FILE-01", keyed)).outcome == "accepted"
    names = (*daily.FOLLOWED, "birth_sort", "birth_precision", "is_head", "my_number", "event_on")
    shared = {name: getattr(keyed, name) for name in names} | {"kana": "", "alias_kana": ""}
    line = resident(KNOWN, **shared)
    for _ in range(2):
        with system.database.write() as connection:
            daily.run(system, connection, MUNICIPALITY_CODE, (sent("FILE-03", line),))
    (row,) = people(system)
    assert (row.kana, row.alias_kana) == (kana, "ミホン　マリ")
    with system.database.read() as connection:
        assert connection.execute(select(check_entry.c.cause)).scalars().all() == []


def test_a_facility_is_known_by_the_one_form_of_its_number(system):
    rows = [{"code": "f-001", "name": "見本荘", "kind": "special_nursing_home",
             "municipality_code": MUNICIPALITY_CODE, "address": "見本県見本市山手9番"}]  # fmt: skip
    assert seed.load_facilities(system, rows) == 1
    record = notification(KNOWN, facility_code="Ｆ００１", former_municipality_code="131016")
    assert "special_address" in decide(system, sent("FILE-01", record)).reasons
