"""A person as of a day, as known on a day, through the gate: what the counter is told, and what
it is not told of a person under support measures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.cases.state import LABELS, CaseState
from app.core.errors import UserError
from app.persons import past, restrictions, show
from app.persons.words import CASE_STATES, PAPER_STATES
from db.tables.cases import case_file, check_entry
from db.tables.certificates import certificate
from db.tables.history import origin
from db.tables.persons import person
from tests.support.counter import Counter
from tests.support.sendings import sample

HER, _ = sample("FILE-17")
HER = replace(
    HER,
    support_measure="0",
    former_atena="",
    acquired_on="2025-05-03",
    copay_from="2026-08-01",
)
HUSBAND = replace(
    HER,
    atena_number="000000000000019",
    insured_number="00000019",
    name="辻﨑　一郎",
    kana="ツジサキ　イチロウ",
    birth_written="昭和18年2月1日",
    birth_sort="1943-02-01",
    sex="1",
    relation="夫",
)
MOVED = replace(
    HER,
    name="寺町　髙子",
    kana="テラマチ　タカコ",
    address="見本県見本市寺町1番1号",
    building="",
    household_number="000000000009999",
    copay_ratio="3",
    copay_from="2026-08-01",
)
BEFORE, AFTER = date(2026, 11, 16), date(2026, 11, 20)


def by_name(counter: Counter) -> dict[str, str]:
    """Everybody's id by name."""
    return {row.name: row.id for row in counter.rows(person)}


def later(counter: Counter, days: int) -> None:
    """Days pass; the clerk has just touched the key again."""
    world = counter.world
    world.later(days=days)
    world.sessions.get(world.session("clerk")).verified_at = world.clock.monotonic()


def files(counter: Counter) -> str:
    """One file, and four days later another one; gives her id."""
    counter.union.announce("FILE-17", [HER, HUSBAND])
    counter.contact()
    later(counter, 4)
    counter.union.announce("FILE-17", [MOVED])
    counter.contact()
    return by_name(counter)[MOVED.name]


def opened(counter: Counter, person_id: str, **days: date) -> past.PastView:
    world = counter.world
    today = world.clock.now().date()
    return past.open_past(
        world.gate, world.session("clerk"), person_id, world.tables, today=today, **days
    )


def rows(view: past.PastView) -> dict[str, str]:
    return {row.label: row.text for row in view.rows}


def changed(counter: Counter, person_id: str) -> tuple[past.ChangeLine, ...]:
    world = counter.world
    today = world.clock.now().date()
    return past.open_history(
        world.gate, world.session("clerk"), person_id, world.tables, today=today
    )


def test_the_day_and_the_day_of_knowing_are_two_questions(counter: Counter) -> None:
    her = files(counter)
    now = rows(opened(counter, her, day=AFTER))
    assert now["氏名"] == "寺町　髙子（テラマチ　タカコ）"
    assert now["住所"] == "見本県見本市寺町1番1号"
    assert now["負担割合"] == "3割"
    then = rows(opened(counter, her, day=BEFORE))
    assert then["氏名"] == f"{HER.name}（{HER.kana}）"
    assert then["住所"] == HER.address + HER.building
    # the share was put right back to August, and nobody knew it then
    assert then["負担割合"] == "3割"
    as_known = rows(opened(counter, her, day=BEFORE, known_on=BEFORE))
    assert as_known["負担割合"] == "2割"


def test_who_lived_together_on_that_day(counter: Counter) -> None:
    her = files(counter)
    assert rows(opened(counter, her, day=BEFORE))["同じ世帯の方"] == "夫　辻﨑　一郎"
    assert "同じ世帯の方" not in rows(opened(counter, her, day=AFTER))


def test_before_anybody_was_told_nothing_is_known(counter: Counter) -> None:
    her = files(counter)
    view = opened(counter, her, day=BEFORE, known_on=date(2026, 11, 15))
    assert not view.known and view.rows == () and view.line.name == MOVED.name


def test_what_will_be_known_is_not_asked(counter: Counter) -> None:
    her = files(counter)
    with pytest.raises(UserError) as refused:
        opened(counter, her, day=AFTER, known_on=date(2026, 11, 21))
    assert (refused.value.code, refused.value.field) == ("persons.known_in_future", "known_on")
    with pytest.raises(UserError) as nobody:
        opened(counter, "P-404", day=AFTER)
    assert nobody.value.code == "persons.unknown"


def test_every_change_says_what_brought_it(counter: Counter) -> None:
    her = files(counter)
    lines = changed(counter, her)
    by_text = {line.text: line for line in lines}
    new, old = by_text["3割"], by_text["2割"]
    assert new.source == "令和8年11月20日の被保険者情報（1件目）"
    assert new.period == "令和8年8月1日から"
    # the correction says what it stands for
    assert (new.known, new.note) == ("令和8年11月20日", "「2割」を改めた")
    assert old.note == "令和8年11月20日に改められた"
    assert old.source.startswith("令和8年11月16日の被保険者情報")
    assert "寺町　髙子（テラマチ　タカコ）" in by_text


@pytest.mark.req("SEC-94")
def test_a_measure_hides_the_past_as_well(counter: Counter) -> None:
    her = files(counter)
    world = counter.world
    prepared = restrictions.prepare_mark(
        world.gate, world.session("clerk"), her, AFTER, date(2027, 11, 19)
    )
    restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))
    for day in (BEFORE, AFTER):
        view = opened(counter, her, day=day)
        assert view.line.care and view.rows == ()
        assert not any(text in repr(view) for text in (HER.address, MOVED.address, "9999"))
    assert changed(counter, her) == ()
    other = by_name(counter)[HUSBAND.name]
    assert "同じ世帯の方" not in rows(opened(counter, other, day=BEFORE))
    prepared = restrictions.prepare_lift(world.gate, world.session("supervisor"), her)
    restrictions.perform_lift(world.gate, prepared, tuple(world.approvals(prepared)))
    (mark,) = [line for line in changed(counter, her) if line.text == "支援措置" and line.note]
    assert "S101" in mark.source and "改められた" in mark.note


def test_looking_back_is_written_down(counter: Counter) -> None:
    her = files(counter)
    opened(counter, her, day=BEFORE)
    entry = counter.world.last_line().entry
    assert entry.function_id == "persons.open" and her in entry.shown


def test_a_paper_that_a_correction_made_untrue_is_listed_and_marked(counter: Counter) -> None:
    """She got her certificate, then the union puts the share right from the day of issue on."""
    issued = counter.issued()
    (her,) = by_name(counter).values()
    decided = counter.show(issued_case(counter)).record
    corrected = replace(
        HER,
        insured_number=decided.insured_number,
        acquired_on=decided.acquired_on,
        name=decided.name,
        kana=decided.kana,
        household_number="000000000001234",
        copay_ratio="1",
        copay_from=decided.acquired_on,
    )
    later(counter, 3)
    counter.union.announce("FILE-17", [corrected])
    counter.contact()
    (paper,) = counter.rows(certificate)
    assert paper.number == issued.number
    assert (paper.state, paper.untrue_items) == ("issued", "負担割合")
    assert paper.untrue_at.startswith("2026-11-19")
    (entry,) = [row for row in counter.rows(check_entry) if row.cause == "certificate_untrue"]
    assert entry.person_id == her and issued.number in entry.detail
    world = counter.world
    view = show.open_person(
        world.gate,
        world.session("clerk"),
        her,
        world.tables,
        world.clock.now().date(),
        by_number=False,
        confirmed=False,
    )
    assert view.certificates == ((issued.number, "発行済み、⚠ 負担割合が事実と違う"),)
    # told once; a change from a later day makes the paper old, not untrue
    moved = replace(corrected, address="見本県見本市寺町1番1号", kana="テラマチ　タカコ")
    for one in (moved, replace(moved, copay_ratio="2", copay_from="2026-12-01")):
        counter.union.announce("FILE-17", [one])
        counter.contact()
    (paper,) = counter.rows(certificate)
    assert paper.untrue_items == "負担割合"
    assert len([r for r in counter.rows(check_entry) if r.cause == "certificate_untrue"]) == 1


def test_a_correction_that_is_corrected_back_takes_the_mark_away(counter: Counter) -> None:
    """The share goes from the printed one to another and back; then once more to the other."""
    issued = counter.issued()
    decided = counter.show(issued_case(counter)).record
    as_printed = replace(
        HER,
        insured_number=decided.insured_number,
        acquired_on=decided.acquired_on,
        name=decided.name,
        kana=decided.kana,
        household_number="000000000001234",
        copay_ratio=decided.copay_ratio,
        copay_from=decided.acquired_on,
    )
    corrected = replace(as_printed, copay_ratio="1")
    later(counter, 3)
    counter.union.announce("FILE-17", [corrected])
    counter.contact()
    assert [row.untrue_items for row in counter.rows(certificate)] == ["負担割合"]
    later(counter, 1)
    counter.union.announce("FILE-17", [as_printed])
    counter.contact()
    (paper,) = counter.rows(certificate)
    assert (paper.state, paper.untrue_at, paper.untrue_items) == ("issued", "", "")
    (entry,) = untrue_entries(counter)
    assert (entry.disposition, entry.disposed_at[:10]) == ("true_again", "2026-11-20")
    brought = counter.rows(origin)[-1]
    assert issued.number in entry.detail
    assert f"届いた被保険者情報（取込番号 {brought.ref}）" in entry.detail
    later(counter, 1)
    counter.union.announce("FILE-17", [corrected])
    counter.contact()
    (paper,) = counter.rows(certificate)
    assert (paper.untrue_at[:10], paper.untrue_items) == ("2026-11-21", "負担割合")
    assert sorted(row.disposition for row in untrue_entries(counter)) == ["", "true_again"]


def untrue_entries(counter: Counter) -> list[Any]:
    return [row for row in counter.rows(check_entry) if row.cause == "certificate_untrue"]


def issued_case(counter: Counter) -> str:
    (row,) = counter.rows(case_file)
    return str(row.id)


def test_a_persons_page_says_states_in_words() -> None:
    """Every state that a case or a paper can have has its word there, and no code is shown."""
    assert set(CASE_STATES) == set(CaseState) and CASE_STATES == LABELS
    assert not any(word.isascii() for word in (*CASE_STATES.values(), *PAPER_STATES.values()))
