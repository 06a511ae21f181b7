"""A clerk types whatever is known into one box, sees who it may be, and opens one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import UserError
from app.core.signs import DASHES
from app.persons import find, numbers, show
from app.security.journal.line import State
from app.security.refusals import Refusal
from tests.support.counter import NUMBER, OTHER_NUMBER, Counter, Resident, put_residents

DAY = date(2026, 11, 16)
TAKE = Resident(my_number=NUMBER)
NAMESAKE = Resident(
    id="P-2",
    birth_written="昭和11年1月2日",
    birth_sort="1936-01-02",
    phone="",
    atena_number="000000000004568",
    household_number="000000000000078",
    insured_number="00000981",
    written="見本県見本市山手1番地",
)
SON = Resident(
    id="P-3",
    name="髙橋　一郎",
    kana="タカハシ　イチロウ",
    atena_number="9",
    insured_number="",
    phone="",
)


def search(counter: Counter, typed: str, who: str = "clerk", purpose: str = "") -> find.Results:
    world = counter.world
    return find.search(world.gate, world.session(who), typed, world.tables, DAY, purpose=purpose)


def found(counter: Counter, typed: str) -> set[str]:
    return {line.person_id for line in search(counter, typed).lines}


def open_(counter: Counter, person_id: str, *, by_number: bool, confirmed: bool) -> show.PersonView:
    world = counter.world
    return show.open_person(
        world.gate,
        world.session("clerk"),
        person_id,
        world.tables,
        DAY,
        by_number=by_number,
        confirmed=confirmed,
    )


@pytest.mark.req("SEC-06")
@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("たかはし", {"P-1", "P-2"}),
        ("タカハシ", {"P-1", "P-2"}),
        ("ﾀｶﾊｼ ﾀｹ", {"P-1", "P-2"}),
        ("髙橋", {"P-1", "P-2"}),
        ("高橋", {"P-1", "P-2"}),
        ("橋　タ", {"P-1", "P-2"}),
        ("S10.5.3", {"P-1"}),
        ("1935-05-03", {"P-1"}),
        ("昭和10年5月3日", {"P-1"}),
        ("タカハシ　S11.1.2", {"P-2"}),
        ("高橋 昭和10年5月3日", {"P-1"}),
        ("00000990", {"P-1"}),
        ("０００００９８１", {"P-2"}),
        ("000000000004567", {"P-1"}),
        ("4567", {"P-1"}),
        ("９", {"P-3"}),
        ("000000000000009", {"P-3"}),
        ("0250-11-2233", {"P-1"}),
        ("0250112233", {"P-1"}),
        ("タナカ", set()),
        ("S10.5.4", set()),
    ],
)
def test_one_box_takes_every_kind(counter: Counter, typed: str, who: set[str]) -> None:
    son = replace(SON, name="見本　一郎", kana="ミホン　イチロウ", birth_sort="1960-01-01")
    put_residents(counter.world, TAKE, NAMESAKE, son)
    assert found(counter, typed) == who


SMITH = Resident(
    id="P-4",
    kind="2",
    name="SMITH JOHN PAUL",
    kana="スミス　ジョン　ポール",
    birth_written="1940年",
    birth_sort="1940-01-01",
    birth_precision="year",
    atena_number="000000000044444",
    household_number="000000000044444",
    insured_number="00000444",
    phone="",
)


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        *((f"0250{dash}11{dash}2233", {"P-1"}) for dash in DASHES),
        ("+81 250-11-2233", {"P-1"}),
        ("＋８１ 250 11 2233", {"P-1"}),
        ("S10–5–3", {"P-1"}),
        ("1935—05—03", {"P-1"}),
        ("昭和10年5月3日生", {"P-1"}),
        ("昭和十年五月三日", {"P-1"}),
        ("昭和10年5月", {"P-1"}),
        ("昭和10年月日不詳", {"P-1"}),
        ("高橋 昭和10年 5月 3日", {"P-1"}),
        ("昭和10年5月3日 高橋", {"P-1"}),
        ("\u200bたかはし\u00a0たけ", {"P-1", "P-2"}),
        ("たけ　たかはし", {"P-1", "P-2"}),
        ("⾼橋", {"P-1", "P-2"}),
        ("⾼橋　⺟".replace("⺟", "タケ"), {"P-1", "P-2"}),
        ("takahashi", {"P-1", "P-2"}),
        ("TAKAHASI TAKE", {"P-1", "P-2"}),
        ("take takahashi S10.5.3", {"P-1"}),
        ("SMITH JOHN", {"P-4"}),
        ("john smith", {"P-4"}),
        ("Paul Smith", {"P-4"}),
        ("ジョン スミス", {"P-4"}),
        ("ポール・ジョン　スミス", {"P-4"}),
        ("スミス 1940-08-01", {"P-4"}),
        ("スミス S15.8.1", {"P-4"}),
        ("スミス 1941-08-01", set()),
        ("1940年", {"P-4"}),
        ("・", set()),
        ("-", set()),
        ("\u200b", set()),
    ],
)
def test_what_looks_the_same_is_found_the_same(counter: Counter, typed: str, who: set[str]) -> None:
    put_residents(counter.world, TAKE, NAMESAKE, SMITH)
    assert found(counter, typed) == who


def test_a_name_in_kana_without_kana_beside_it_is_not_hidden_by_others(counter: Counter) -> None:
    bare = Resident(id="P-5", kind="2", name="ジョン　タカハシ", kana="", alias="たかはし　譲",
                    atena_number="5", household_number="5", insured_number="",
                    phone="")  # fmt: skip
    put_residents(counter.world, TAKE, bare)
    assert found(counter, "タカハシ") == {"P-1", "P-5"}
    assert found(counter, "タカハシ　ジョン") == {"P-5"}


def test_latin_letters_find_who_is_written_so_and_who_is_called_so(counter: Counter) -> None:
    """Neither hides the other."""
    latin = Resident(id="P-6", kind="2", name="TAKAHASHI JUN", kana="", alias="",
                     atena_number="6", household_number="6", insured_number="",
                     phone="")  # fmt: skip
    put_residents(counter.world, TAKE, latin)
    assert found(counter, "takahashi") == {"P-1", "P-6"}
    results = search(counter, "takahashi hanako")
    assert results.lines == () and results.prefill["kana"] == "タカハシ ハナコ"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("+81 250-11-2233", "phone"),
        ("+81 12", None),
        ("昭和10年5月3日生", "birth"),
        ("昭和10年月日不明", "birth"),
        ("S20–5–3", "birth"),
        ("〒", None),
    ],
)
def test_a_number_and_a_date_are_no_names(counter: Counter, typed: str, kind: str | None) -> None:
    queries = find.recognise(typed, counter.world.tables, DAY)
    assert (queries[0].kind if queries else None) == kind


@pytest.mark.req("SEC-06", "SEC-07")
def test_beside_a_number_stand_name_birth_and_address(counter: Counter) -> None:
    put_residents(counter.world, TAKE)
    results = search(counter, "00000990")
    (line,) = results.lines
    assert results.by_number
    assert (line.name, line.insured_number) == ("髙橋　タケ", "00000990")
    assert (line.birth, line.address) == ("S10.5.3", "見本県見本市港町5番地")


@pytest.mark.req("SEC-06", "SEC-07")
def test_nobody_is_opened_by_a_number_alone(counter: Counter) -> None:
    put_residents(counter.world, TAKE)
    with pytest.raises(UserError) as refused:
        open_(counter, "P-1", by_number=True, confirmed=False)
    assert refused.value.code == "persons.number_alone"
    view = open_(counter, "P-1", by_number=True, confirmed=True)
    assert view.line.name == "髙橋　タケ"
    assert open_(counter, "P-1", by_number=False, confirmed=False) == view


def test_a_date_written_with_hyphens_is_no_number(counter: Counter) -> None:
    put_residents(counter.world, Resident(id="P-9", insured_number="19350503"), NAMESAKE)
    assert not search(counter, "1935-05-03").by_number
    assert search(counter, "19350503").by_number


@pytest.mark.req("SEC-52", "SEC-53", "SEC-95")
def test_the_individual_number_with_the_right_needs_a_purpose(counter: Counter) -> None:
    put_residents(counter.world, TAKE, NAMESAKE)
    asked = search(counter, NUMBER)
    assert asked.needs_purpose and not asked.lines and not asked.searched
    results = search(counter, NUMBER, purpose="identity_check")
    assert [line.person_id for line in results.lines] == ["P-1"]
    assert results.by_number
    entry = counter.world.last_line().entry
    assert (entry.function_id, entry.purpose) == (find.NUMBER_FUNCTION, "identity_check")
    with pytest.raises(Refusal, match=r"purpose\.unknown"):
        search(counter, NUMBER, purpose="curiosity")


@pytest.mark.req("SEC-52", "CON-03")
def test_without_the_right_the_individual_number_is_not_even_recognised(counter: Counter) -> None:
    put_residents(counter.world, TAKE)
    for who in ("branch", "clerk"):
        if who == "clerk":
            counter.world.change_grant("clerk", find.NUMBER_FUNCTION, state="revoked")
        results = search(counter, NUMBER, who, purpose="identity_check")
        assert not results.lines and not results.needs_purpose
        assert "個人番号" not in results.understood
        assert counter.world.last_line().entry.function_id == "persons.search"


def test_twelve_digits_that_are_an_atena_number_are_found_all_the_same(counter: Counter) -> None:
    put_residents(counter.world, Resident(atena_number=NUMBER))
    assert [line.person_id for line in search(counter, NUMBER).lines] == ["P-1"]
    results = search(counter, NUMBER, purpose="identity_check")
    assert [line.person_id for line in results.lines] == ["P-1"]


@pytest.mark.req("SEC-94")
def test_a_settled_list_leaves_one_line_without_the_text(counter: Counter) -> None:
    put_residents(counter.world, TAKE, NAMESAKE)
    before = counter.world.journal.head.number
    search(counter, "たかはし")
    (line,) = list(counter.world.journal.lines(before + 1))
    entry = line.entry
    assert (entry.state, entry.function_id, entry.query_kind) == (
        State.VIEW,
        "persons.search",
        "kana",
    )
    assert set(entry.shown) == {"P-1", "P-2"} and entry.numbers is False
    assert "たかはし" not in repr(line) and "タカハシ" not in repr(line)


def test_too_little_to_search_by_reads_nothing(counter: Counter) -> None:
    before = counter.world.journal.head.number
    assert search(counter, "  ").lines == ()
    assert counter.world.journal.head.number == before


@pytest.mark.req("SEC-94", "SEC-95")
def test_opening_needs_a_recent_verification_and_leaves_whose_page_it_was(counter: Counter) -> None:
    put_residents(counter.world, TAKE, SON)
    view = open_(counter, "P-1", by_number=False, confirmed=False)
    assert view.household == ("世帯員　髙橋　一郎",)
    assert view.eligibility[0].insured_number == "00000990" and view.has_number
    assert counter.world.last_line().entry.subject.key == "P-1"
    counter.world.later(minutes=16)
    with pytest.raises(Refusal, match=r"fresh\.recent"):
        open_(counter, "P-1", by_number=False, confirmed=False)


def test_an_id_that_is_not_here_is_said_so(counter: Counter) -> None:
    with pytest.raises(UserError) as refused:
        open_(counter, "P-404", by_number=False, confirmed=False)
    assert refused.value.code == "persons.unknown"


@pytest.mark.req("SEC-07", "SEC-10", "SEC-52", "SEC-95", "CON-03")
def test_the_number_is_shown_by_touch_with_a_purpose_beside_the_name(counter: Counter) -> None:
    world = counter.world
    put_residents(world, TAKE, NAMESAKE)
    session = world.session("clerk")
    with pytest.raises(Refusal, match=r"purpose\.missing"):
        numbers.prepare_show_number(world.gate, session, "P-1", "")
    prepared = numbers.prepare_show_number(world.gate, session, "P-1", "question")
    with pytest.raises(Refusal, match=r"approval\.none"):
        numbers.perform_show_number(world.gate, prepared, ())
    shown = numbers.perform_show_number(world.gate, prepared, tuple(world.approvals(prepared)))
    assert (shown.number, shown.name) == (NUMBER, "髙橋　タケ")
    assert NUMBER not in repr(shown)
    entry = world.last_line().entry
    assert (entry.state, entry.function_id) == (State.DONE, "persons.show_my_number")
    assert not any(NUMBER in repr(line) for line in world.lines())
    prepared = numbers.prepare_show_number(world.gate, session, "P-2", "question")
    with pytest.raises(UserError) as none:
        numbers.perform_show_number(world.gate, prepared, tuple(world.approvals(prepared)))
    assert none.value.code == "persons.no_number"


def test_another_number_finds_nobody(counter: Counter) -> None:
    put_residents(counter.world, TAKE)
    assert search(counter, OTHER_NUMBER, purpose="identity_check").lines == ()
