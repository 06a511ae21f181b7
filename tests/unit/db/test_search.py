"""Finding persons, and the name index that is never forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text, update

from db import search
from db.faults import Undeclared
from db.tables.exchange import watermark
from db.tables.persons import address, atena, insured, person, restriction
from tests.support.stores import open_store


def person_row(person_id, name, kana, **changed):
    return {
        "id": person_id,
        "kind": "1",
        "name": name,
        "kana": kana,
        "birth_written": "昭和10年5月3日",
        "birth_sort": "1935-05-03",
        "birth_precision": "day",
        "sex": "2",
        "state": "1",
        **changed,
    }


PEOPLE = (
    person_row("p1", "渡\u9089\U000e010f 花子", "ワタナベ　ハナコ", phone="025-123-4567"),
    person_row("p2", "渡辺 一郎", "ワタナベ　イチロウ", birth_sort="1940-01-01"),
    person_row("p3", "山田 太郎", "ヤマダ　タロウ"),
    person_row("p4", "田中 山", "タナカ　ヤマ"),
    person_row("p5", "\U00020bb7田 \ufa1b", "ヨシダ　フク"),
    person_row(
        "p6", "JOHN SMITH", "ジョン　スミス", alias="山本 丈", alias_kana="ヤマモト　ジョウ"
    ),
    person_row("p7", "ヴァン 林", "バン　リン", batch=7),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("search")) as (_, made):
        with made.update(search.READS, (*search.WRITES, "atena", "insured")) as work:
            assert search.insert_persons(work, PEOPLE) == 7
            number = {"municipality_code": "999991", "current": True}
            work.run(insert(atena).values(atena_number="0012345", person_id="p1", **number))
            number["municipality_code"] = "999992"
            work.run(insert(atena).values(atena_number="0012345", person_id="p3", **number))
            period = {
                "insured_number": "00000017",
                "insurer_number": "39999999",
                "acquisition_reason": "1",
            }
            for day in ("2010-05-03", "2020-05-03"):
                work.run(insert(insured).values(acquired_on=day, person_id="p1", **period))
        yield made


def ids(store, find, *args):
    with store.view(search.READS) as work:
        return [hit.person_id for hit in find(work, *args).persons]


@pytest.mark.req("SEC-06")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("渡辺", ["p1", "p2"]),
        ("渡邊花", ["p1"]),
        ("田", ["p3", "p4", "p5"]),
        ("山", ["p3", "p4", "p6"]),
        ("山田", ["p3"]),
        ("田太郎", ["p3"]),
        ("吉田", ["p5"]),
        ("福", ["p5"]),
        ("smith", ["p6"]),
        ("山本丈", ["p6"]),
        ("smith山", []),
        ("鈴木", []),
        ("", []),
        ("　", []),
        ('" OR 1', []),
    ],
)
def test_a_part_of_a_name_in_any_variant(store, typed, found):
    assert ids(store, search.by_name, typed) == found


def test_pairs_that_are_there_but_not_in_a_row_are_rechecked(tmp_path):
    with open_store(tmp_path) as (_, made):
        with made.update((), search.WRITES) as work:
            search.insert_persons(work, [person_row("x", "山田中山", "ア")])
        assert ids(made, search.by_name, "田中山田") == []
        assert ids(made, search.by_name, "中山") == ["x"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ワタナ", ["p2", "p1"]),
        ("わたなべ　は", ["p1"]),
        ("ﾜﾀﾅﾍﾞ", ["p2", "p1"]),
        ("ワタナベイチロオ", ["p2"]),
        ("ナベ", []),
        ("ジヨン", ["p6"]),
        ("ヤマモト", ["p6"]),
        ("やまもと じょう", ["p6"]),
        ("ヤマ", ["p3", "p6"]),
        ("ジ", ["p6"]),
        ("", []),
    ],
)
def test_the_beginning_of_the_kana_in_order_of_kana(store, typed, found):
    assert ids(store, search.by_kana, typed) == found


def test_numbers_are_whole_and_an_atena_number_may_have_several_owners(store):
    assert ids(store, search.by_insured_number, "00000017") == ["p1"]
    assert ids(store, search.by_insured_number, "0000001") == []
    assert ids(store, search.by_atena_number, "0012345") == ["p1", "p3"]
    assert ids(store, search.by_atena_number, "0012345", "999992") == ["p3"]


def test_birth_date_alone_and_as_narrowing(store):
    assert ids(store, search.by_birth, "1940-01-01") == ["p2"]
    assert ids(store, search.by_birth, "1935-05-03") == ["p6", "p4", "p3", "p5", "p1"]
    assert ids(store, search.by_kana, "ワタナベ", "1935-05-03") == ["p1"]
    assert ids(store, search.by_name, "渡辺", "1940-01-01") == ["p2"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("smith", "john"), ["p6"]),
        (("丈", "山本"), ["p6"]),
        (("太郎", "山田"), ["p3"]),
        (("辺", "渡"), ["p1", "p2"]),
        (("渡", "花", "子"), ["p1"]),
        (("smith", "太郎"), []),
        ((), []),
        (("・", " "), []),
    ],
)
def test_the_words_of_a_name_in_any_order(store, words, found):
    assert ids(store, search.by_words, words) == found
    assert ids(store, search.by_words, words, "1900-01-01") == []


def test_namesakes_are_those_who_may_have_been_born_on_one_day(tmp_path):
    people = [
        person_row("same", "渡辺 花", "ワタナベ　ハナ"),
        person_row("other", "渡辺 花", "ワタナベ　ハナ", birth_sort="1935-05-04"),
        person_row("year", "渡邊 華", "わたなべ　はな", birth_sort="1935-01-01",
                   birth_precision="year", birth_written="昭和10年 月日不詳"),
        person_row("later", "渡辺 花", "ワタナベ　ハナ", birth_sort="1936-01-01",
                   birth_precision="year", birth_written="昭和11年 月日不詳"),
        person_row("longer", "渡辺 花子", "ワタナベ　ハナコ"),
        person_row("bare", "WATANABE HANA", "", birth_sort="1935-01-01",
                   birth_precision="year", birth_written="1935年"),
    ]  # fmt: skip
    with open_store(tmp_path) as (_, made):
        with made.update((), search.WRITES) as work:
            search.insert_persons(work, people)
        day = ("1935-05-03", "1935-05-03")
        assert ids(made, search.namesakes, (), "ワタナベ ハナ", *day) == ["year", "same"]
        year = ("1935-01-01", "1935-12-31")
        assert ids(made, search.namesakes, (), "ワタナベ ハナ", *year) == ["year", "same", "other"]
        assert ids(made, search.namesakes, ("Hana", "Watanabe"), "", *day) == ["bare"]
        assert ids(made, search.namesakes, ("華",), "ワタナベ ハナコ", *day) == ["longer", "year"]
        assert ids(made, search.namesakes, (), "", *day) == []
        assert ids(made, search.by_birth, *year) == ["bare", "year", "same", "other", "longer"]


def test_telephone_however_grouped(store):
    assert ids(store, search.by_phone, "０２５（１２３）４５６７") == ["p1"]
    assert ids(store, search.by_phone, "+81 25–123–4567") == ["p1"]
    assert ids(store, search.by_phone, "なし") == []


def test_a_batch_above_the_watermark_is_not_seen(tmp_path):
    with open_store(tmp_path) as (_, made):
        with made.update(search.READS, ("person", "watermark")) as work:
            search.insert_persons(work, PEOPLE)
        assert ids(made, search.by_name, "林") == []
        assert ids(made, search.by_kana, "バン") == []
        with made.update((), ("watermark",)) as work:
            moved = {"subject": search.WATERMARK, "batch": 7, "moved_at": "2026-11-21"}
            work.run(insert(watermark).values(**moved))
        assert ids(made, search.by_name, "林") == ["p7"]
        assert ids(made, search.by_kana, "バン") == ["p7"]


def test_more_than_fifty_are_said_and_the_order_stays(tmp_path):
    with open_store(tmp_path) as (_, made):
        rows = [person_row(f"p{n:03d}", "山田 太郎", "ヤマダ　タロウ") for n in range(120)]
        with made.update((), search.WRITES) as work:
            search.insert_persons(work, rows)
        with made.view(search.READS) as work:
            for find, typed in (
                (search.by_name, "山田"),
                (search.by_kana, "ヤマ"),
                (search.by_birth, "1935-05-03"),
            ):
                result = find(work, typed)
                assert [hit.person_id for hit in result.persons] == [
                    row["id"] for row in rows[: search.SHOWN]
                ]
                assert result.more


def test_the_name_index_follows_a_change_and_an_erasure(tmp_path):
    with open_store(tmp_path) as (_, made):
        with made.update((), search.WRITES) as work:
            search.insert_persons(work, [person_row("x", "山田 太郎", "ヤマダ　タロウ")])
        with made.update((), search.WRITES) as work:
            changed = {"name": "鈴木 太郎", "kana": "スズキ　タロウ"}
            assert search.update_person(work, "x", changed)
            assert not search.update_person(work, "nobody", changed)
        assert ids(made, search.by_name, "山田") == []
        assert ids(made, search.by_name, "鈴木") == ["x"]
        assert ids(made, search.by_kana, "スズキ") == ["x"]
        with made.view(search.READS) as work:
            assert work.scalar(select(person.c.version)) == 2
        with made.update((), search.WRITES) as work:
            search.update_person(work, "x", {"state": "3"})
        assert ids(made, search.by_name, "鈴木") == ["x"]
        with made.update((), search.WRITES) as work:
            assert search.delete_person(work, "x")
            assert not search.delete_person(work, "x")
        assert ids(made, search.by_name, "鈴木") == []


def test_the_name_index_is_closed_without_the_declaration_of_persons(store):
    for reads in ("atena", "person.state"):
        with pytest.raises(Undeclared), store.view((reads,)) as work:
            work.all(text("SELECT rowid FROM name_grams WHERE name_grams MATCH 'x'"))
    with pytest.raises(Undeclared), store.update(("person",), ("person.phone",)) as work:
        work.run(text("INSERT INTO name_grams(rowid, grams) VALUES (1, 'x')"))


def test_the_search_uses_its_indexes(store):
    plans = {
        search.by_kana: ("ix_person_kana_key", "ix_person_alias_kana_key"),
        search.by_birth: ("ix_person_birth_sort",),
        search.by_phone: ("ix_person_phone_key",),
    }
    for find, indexes in plans.items():
        for statement, index in zip(_statements_of(find, "1"), indexes, strict=True):
            steps = _plan(store, statement)
            assert any(index in step for step in steps), find.__name__
            assert not any("TEMP B-TREE" in step for step in steps), find.__name__


class _Recorder:
    def __init__(self):
        self.statements = []

    def all(self, statement, params=None):
        self.statements.append(statement.params(**params))
        return []


def _statements_of(find, typed):
    recorder = _Recorder()
    find(recorder, typed)
    return recorder.statements


def _plan(store, statement):
    from sqlalchemy.dialects import sqlite

    # With bound values, as the store runs it: a partial index needs its condition in the text.
    made = statement.compile(dialect=sqlite.dialect())
    values = tuple(made.params[name] for name in made.positiontup)
    with store._lanes.reader.connect() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}", values)
        return [row[3] for row in steps if row[1] == 0]  # the persons' own, not their details'


@pytest.mark.req("SEC-07", "SEC-10")
def test_a_hit_shows_address_and_numbers_unless_the_person_is_restricted(tmp_path):
    with open_store(tmp_path) as (_, made):
        tables = ("person", "address", "atena", "insured", "restriction")
        place = {"kind": "current", "municipality_code": "999991", "postal_code": "9999999"}
        period = {"insurer_number": "39999999", "acquisition_reason": "1"}
        with made.update(search.READS, tables) as work:
            search.insert_persons(work, PEOPLE[:2])
            for owner, number in (("p1", "1"), ("p2", "2")):
                where = {"written": "見本市一番町", "building": "見本荘101", "person_id": owner}
                work.run(insert(address).values(**place, **where))
                old = {"insured_number": number, "acquired_on": "2010-01-01", "person_id": owner}
                work.run(insert(insured).values(**period, **old))
                new = {**old, "insured_number": number * 2, "acquired_on": "2015-01-01"}
                work.run(insert(insured).values(**period, **new))
                for atena_number, current in (("9" + number, False), ("8" + number, True)):
                    numbered = {"atena_number": atena_number, "current": current}
                    whose = {"municipality_code": "999991", "person_id": owner}
                    work.run(insert(atena).values(**numbered, **whose))
            days = {"from_on": "2026-01-01", "until_on": "2026-12-31"}
            row = {"id": "r1", "person_id": "p2", "kind": "support_measure", **days}
            work.run(insert(restriction).values(**row))
        with made.view(search.READS) as work:
            hits = search.by_name(work, "渡辺").persons
            open_one, shut_one = hits
        assert (open_one.address, open_one.insured_number) == ("見本市一番町見本荘101", "11")
        assert (open_one.atena_number, open_one.restricted) == ("81", False)
        assert shut_one.restricted is True
        assert (shut_one.address, shut_one.insured_number, shut_one.atena_number) == ("", "", "")
        assert shut_one.name == "渡辺 一郎"
        with made.update((), ("restriction",)) as work:
            work.run(update(restriction).values(lifted_at="2026-11-21"))
        with made.view(search.READS) as work:
            assert not search.by_name(work, "渡辺").persons[1].restricted
