"""Units of work: what commits, what does not, and what they may touch."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from app.core.errors import Bug, EnvironmentFault
from db import search
from db.authorizer import Gatekeeper
from db.faults import RowConflict, Undeclared
from db.tables.control import act, counter, setting, staff
from db.tables.persons import atena, person
from tests.support.stores import add_person, open_store, person_values

ALL_PERSON = ("person",)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as (_, made):
        yield made


def names(store):
    with store.view(ALL_PERSON) as work:
        return [row.name for row in work.all(select(person.c.name).order_by(person.c.id))]


def test_an_update_commits_and_a_view_sees_it(store):
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1", name="渡邉 花子")
    assert names(store) == ["渡邉 花子"]


def test_an_exception_in_the_block_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.update((), ALL_PERSON) as work:
        add_person(work, "p1")
        work.new_id()
        _ = 1 / 0
    assert names(store) == []
    with store.update((), ()) as work:
        assert work.new_id() == "T01-1-000001"


def test_names_are_kept_code_point_by_code_point(store):
    # U+FA19 and U+FA1B would not survive any Unicode normalisation (TECH 0.6)
    written = "\ufa19\ufa1b\uf9dc \u845b\U000e0102\U00020bb7\ufa11\u9ad9"
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1", name=written)
    assert names(store) == [written]


def test_ids_carry_terminal_and_epoch_and_never_repeat(store):
    made = []
    for _ in range(3):
        with store.update((), ()) as work:
            made += [work.new_id(), work.new_id()]
    assert made == [f"T01-1-{number:06d}" for number in range(1, 7)]


def test_counters_are_separate_and_without_gaps(store):
    with store.update((), ()) as work:
        assert [work.next("certificate"), work.next("certificate"), work.next("sheet")] == [1, 2, 1]
        assert work.counted("certificate") == 2
        assert work.counted("never") == 0


@pytest.mark.req("SEC-53")
@pytest.mark.parametrize(
    ("reads", "statement"),
    [
        ((), select(person.c.id)),
        (("person.name",), select(person.c.kana)),
        (("person",), select(atena.c.person_id)),
        (("person.name",), select(person)),
        (("staff",), select(func.count()).select_from(person)),
        (("person",), text("SELECT name FROM sqlite_master")),
        (("person",), text("SELECT name FROM person WHERE kana IN (SELECT post FROM staff)")),
        (("person",), text("SELECT randomblob(9)")),
        (("person",), text("SELECT sqlcipher_export('main')")),
        (("person",), text("PRAGMA cipher_integrity_check")),
        (("person",), text("PRAGMA key = 'x'")),
        (("person",), text("ATTACH 'x.db' AS x KEY ''")),
        (("person",), text("DROP TABLE person")),
        (("person",), text("CREATE TABLE x(a)")),
        (("person",), text("COMMIT")),
    ],
)
def test_what_was_not_declared_is_refused(store, reads, statement):
    with pytest.raises(Undeclared) as refused, store.update(reads, ()) as work:
        work.all(statement)
    assert refused.value.code == "store.undeclared"


def test_declared_columns_are_enough_and_keys_come_with_them(store):
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1")
    with store.view(("person.name",)) as work:
        row = work.one(select(person.c.id, person.c.version, person.c.name))
    assert tuple(row) == ("p1", 1, "見本 太郎")


@pytest.mark.parametrize(
    "statement",
    [
        insert(person).values(**person_values("p2")),
        delete(person),
        update(person).values(kana="ア"),
        update(staff).values(post="x"),
    ],
)
def test_a_written_column_permits_that_column_only(store, statement):
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1")
    with pytest.raises(Undeclared), store.update((), ("person.phone",)) as work:
        work.run(statement)
    with store.update((), ("person.phone",)) as work:
        assert work.run(update(person).values(phone="1").where(person.c.id == "p1")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM act",
        "UPDATE act SET nonce = 'x'",
        "DELETE FROM counter",
        "UPDATE counter SET name = 'x'",
    ],
)
def test_a_used_nonce_stays_used_and_a_number_counted(store, statement):
    with store.update((), ()) as work:
        assert work.next("x") == 1
    with pytest.raises(Undeclared), store.update((), ALL_PERSON) as work:
        work.run(text(statement))
    with store.update((), ()) as work:
        assert work.next("x") == 2


def test_a_view_writes_nothing_not_even_counters(store):
    with pytest.raises(Undeclared), store.view(("counter",)) as work:
        work.run(insert(counter).values(name="x", value=1))
    with pytest.raises(Undeclared), store.view(ALL_PERSON) as work:
        add_person(work, "p1")


def test_the_refusal_holds_for_a_statement_that_ran_before(store):
    statement = select(setting.c.value)
    with store.view(("setting",)) as work:
        work.all(statement)
    with pytest.raises(Undeclared), store.view(("person",)) as work:
        work.all(statement)


@pytest.fixture
def compiled(monkeypatch):
    """How many questions the engine asks its authorizer while something runs."""
    asked = []
    judged = Gatekeeper.__call__

    def counted(self, *question):
        if question[0] != sqlite3.SQLITE_TRANSACTION:  # BEGIN and COMMIT
            asked.append(question)
        return judged(self, *question)

    def count(run):
        asked.clear()
        run()
        return len(asked)

    monkeypatch.setattr(Gatekeeper, "__call__", counted)
    return count


@pytest.mark.parametrize("kind", ["view", "update"])
def test_a_statement_is_compiled_once_for_each_declaration_and_judged_for_each(
    store, kind, compiled
):
    def look(*reads):
        unit = store.view(reads) if kind == "view" else store.update(reads, ())
        with unit as work:
            return work.first(select(staff.c.name))

    assert compiled(lambda: look("staff")) > 0
    again = compiled(lambda: look("staff"))
    assert again == 0
    assert compiled(lambda: look("staff", "setting")) > 0  # another declaration
    with pytest.raises(Undeclared):
        look("setting")
    with pytest.raises(Undeclared):  # nor after it was refused, nor after it was allowed again
        look("setting")
    look("staff")
    with pytest.raises(Undeclared):
        look("staff.id")
    assert compiled(lambda: look("staff")) == 0


def test_searching_compiles_nothing_anew(store, compiled):
    def of(found):
        with store.view(search.READS) as work:
            for name in ("山田", "佐藤"):
                found(work, name)

    for found in (search.by_kana, search.by_name, search.by_insured_number, search.by_phone):
        of(found)
        of(found)
        first = compiled(lambda found=found: of(found))
        assert first == 0, found.__name__


def test_a_declaration_that_no_table_has_is_our_mistake(store):
    with pytest.raises(Bug, match=r"store\.unknown_declaration"), store.view(("persons",)):
        pass
    with pytest.raises(Bug, match=r"store\.unknown_declaration"), store.view(("person.nam",)):
        pass


def test_a_used_nonce_is_a_conflict_and_the_store_goes_on(store):
    line = {"function_id": "f", "staff_id": "s", "at": "t", "salt": b""}
    with store.update((), ("act",)) as work:
        work.run(insert(act).values(nonce="n", journal_line=1, **line))
    with pytest.raises(RowConflict), store.update((), (*ALL_PERSON, "act")) as work:
        add_person(work, "p1")
        work.run(insert(act).values(nonce="n", journal_line=2, **line))
    assert names(store) == []


def test_a_missing_parent_is_refused(store):
    row = {"municipality_code": "999999", "atena_number": "1", "current": True}
    with pytest.raises(RowConflict), store.update((), ("atena",)) as work:
        work.run(insert(atena).values(person_id="nobody", **row))


def test_the_error_of_a_statement_quotes_no_values(store):
    with pytest.raises(RowConflict) as refused, store.update((), ALL_PERSON) as work:
        add_person(work, "p1", name="秘匿 一郎")
        add_person(work, "p1", name="秘匿 一郎")
    shown = "".join(str(error) for error in (refused.value, refused.value.__cause__))
    assert "秘匿" not in shown


def test_one_refuses_none_and_several(store):
    with pytest.raises(Bug, match=r"store\.row_missing"), store.view(ALL_PERSON) as work:
        work.one(select(person.c.id))


def test_many_rows_at_once_and_one_after_another(store):
    with store.update((), ALL_PERSON) as work:
        rows = [person_values(f"p{number:04d}") for number in range(1200)]
        assert work.run(insert(person), rows) == 1200
    with store.view(ALL_PERSON) as work:
        found = [row.id for row in work.each(select(person.c.id).order_by(person.c.id))]
    assert found == [row["id"] for row in rows]


def test_units_of_work_do_not_nest_in_one_thread(store):
    with pytest.raises(Bug, match=r"store\.nested"), store.update((), ()), store.update((), ()):
        pass
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1")
    assert names(store) == ["見本 太郎"]


def test_a_view_beside_an_update_sees_the_state_before(store):
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1")
        assert names(store) == []
    assert names(store) == ["見本 太郎"]


def test_threads_take_turns_and_nothing_is_lost(store):
    def work_hard(number):
        for step in range(20):
            with store.update((), ALL_PERSON) as work:
                add_person(work, work.new_id(), name=f"{number}-{step}")
            names(store)

    threads = [threading.Thread(target=work_hard, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names(store))) == 80


def test_idle_cuts_the_log_but_not_under_somebody_at_work(store):
    log = store.file.with_name(store.file.name + "-wal")
    with store.update((), ALL_PERSON) as work:
        add_person(work, "p1")
        assert store.idle() is False
    assert log.stat().st_size > 0
    assert store.idle() is True
    assert log.stat().st_size == 0


def test_a_closed_store_says_so(store):
    store.close()
    with pytest.raises(EnvironmentFault) as refused, store.view(()):
        pass
    assert refused.value.code == "store.closed"
    assert not store.is_open


def test_a_view_held_long_is_told_to_the_technical_log(store, monkeypatch, caplog):
    from db import work as module

    with store.view(()):
        pass
    assert not caplog.records
    monkeypatch.setattr(module, "LONG_VIEW_SECONDS", -1.0)
    with store.view(()):
        pass
    assert "view was held" in caplog.text


def test_who_waits_too_long_for_their_turn_is_told_busy(store, monkeypatch):
    from db import work as module

    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.02)
    inside, leave = threading.Event(), threading.Event()

    def hold():
        with store.update((), ()):
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    with pytest.raises(EnvironmentFault) as refused, store.update((), ()):
        pass
    leave.set()
    holder.join()
    assert refused.value.code == "store.busy"
    with store.update((), ()) as work:
        assert work.new_id()
