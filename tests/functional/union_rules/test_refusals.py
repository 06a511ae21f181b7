"""Every refusal of a notification with its code and a sentence to read out (issue 2, item 8)."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.peers.union.office import seed
from app.peers.union.office.checks import RefusalReason  # type: ignore[attr-defined]
from app.peers.union.office.decisions import last_decision
from app.peers.union.office.officials import settle_birth
from app.peers.union.office.texts import reason_text
from app.peers.union.tables import (
    METADATA,
    check_entry,
    decision,
    notification,
    number,
    operator_log,
    person,
)
from app.training.movers import FACILITIES
from app.training.people import atena_of, my_number_of
from tests.support.union_inside import (
    decide,
    load,
    seed_person,
    union_inside,
)
from tests.support.union_inside import (
    notification as notified,
)
from tests.support.union_terminal import TABLES

pytestmark = pytest.mark.req("SYS-01", "FLOW-104")

YOUNG = {"birth_written": "昭和34年5月3日", "birth_sort": "1959-05-03"}

CASES = [
    ("municipality_differs", {"municipality_code": "152986"}),
    ("kind_unknown", {"kind": "unheard_of"}),
    ("event_in_future", {"event_on": "2026-11-21"}),
    ("dates_disorder", {"notified_on": "2026-11-19", "accepted_on": "2026-11-18"}),
    ("dates_disorder", {"processed_on": "2026-11-21"}),
    ("event_before_birth", {"event_on": "1943-05-02"}),
    ("number_invalid", {"my_number": my_number_of(500)[:-1] + "0"}),
    ("number_elsewhere", {"my_number": my_number_of(1)}),
    ("outside_area", {"address": "見本県手本町本町1番1号"}),
    ("same_prefecture", {"former_municipality_code": "152986"}),
    ("household_unknown", {"is_head": "0", "relation": "母"}),
    ("special_address", {"address": "見本県見本市緑ケ丘99番1号"}),
    ("special_address", {"facility_code": "F001"}),
    ("too_young", {"birth_written": "昭和41年5月3日", "birth_sort": "1966-05-03"}),
    ("disability_paper_missing", YOUNG),
    (
        "disability_paper_missing",
        {**YOUNG, "disability_paper": "1", "disability_until": "2026-10-31"},
    ),
    ("not_acquired", {"birth_sort": "1943-05-04"}),
]


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    with union_inside(tmp_path_factory.mktemp("refusals")) as inside:
        welfare = [["00000042", "2020-01-01", "ACQ_AGE", "2026-01-05", "LOS_WELF"]]
        load(
            inside,
            seed_person(1, "1940-01-01"),
            seed_person(2, "1943-05-03", sex="2", coverages=[]),
            seed_person(3, "1943-05-03", sex="2"),
            seed_person(4, "1943-05-03", sex="2", coverages=welfare),
        )
        seed.load_facilities(inside, FACILITIES)
        yield inside


@pytest.mark.parametrize(("code", "values"), CASES)
def test_refused_with_reason_and_sentence(system, code, values):
    index = 500 + CASES.index((code, values))
    values = {"my_number": my_number_of(index), **values}
    if code == "number_invalid":
        values["my_number"] = my_number_of(index)[:-1] + str(
            (int(my_number_of(index)[-1]) + 1) % 10
        )
    decided = decide(system, notified(index, **values), f"refused-{index}")
    assert decided.outcome == "refused"
    assert code in decided.reasons.split(" ")


KNOWN = [
    ("atena_elsewhere", 1, {}),
    ("number_differs", 2, {"my_number": my_number_of(777)}),
    ("already_insured", 3, {}),
    ("exempt", 4, {}),
]


@pytest.mark.req("SEC-04", "FLOW-105")
@pytest.mark.parametrize(("code", "index", "values"), KNOWN)
def test_refused_for_what_is_known_of_the_person(system, code, index, values):
    values = {"my_number": "", **values}
    record = notified(800 + index, atena_number=atena_of(index), **values)
    decided = decide(system, record, f"known-{index}")
    assert decided.outcome == "refused"
    assert code in decided.reasons.split(" ")


def test_a_likeness_who_never_left_is_another_person(system):
    """The same birth date and sex do not make somebody who lives here the one who came back."""
    decided = decide(system, notified(940, my_number=my_number_of(2)), "likeness")
    assert (decided.outcome, decided.reasons) == ("refused", "number_elsewhere")


def test_all_reasons_are_told_at_once(system):
    record = notified(900, event_on="2026-11-25", is_head="0", my_number=my_number_of(1))
    reasons = decide(system, record, "several").reasons.split(" ")
    assert set(reasons) == {"event_in_future", "household_unknown", "number_elsewhere"}


def test_every_reason_of_the_table_has_a_sentence_and_a_remedy(system):
    for row in TABLES["refusal_reasons"].rows():
        text = reason_text(system, [RefusalReason(row.text("code"))])
        assert text.startswith(row.text("label"))
        assert text.endswith("。")
        assert len(text) > len(row.text("label"))


@pytest.mark.req("SEC-130", "FLOW-1012")
def test_a_refused_applicant_is_erased_and_the_erasure_recorded(system):
    record = notified(950, name="消去　される", is_head="0")
    assert decide(system, record, "erased").outcome == "refused"
    with system.database.read() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)):
                assert "消去" not in repr(row)
                assert record.my_number not in repr(row)
        kept = connection.execute(select(notification).where(notification.c.id == "erased")).one()
        acts = connection.execute(
            select(operator_log.c.act).where(operator_log.c.subject == "erased")
        ).scalars()
        assert list(acts) == ["erase_refused"]
        none = connection.execute(
            select(person.c.id).where(person.c.atena_number == record.atena_number)
        ).first()
    assert (kept.standing, kept.record, kept.atena_number) == ("refused", "", "")
    assert none is None


def test_a_serviced_housing_that_is_no_paid_home_is_no_exception(system):
    decided = decide(system, notified(960, address="見本県見本市南台99番2号"), "housing")
    assert decided.outcome == "accepted"


def test_who_comes_back_under_another_atena_number_is_the_same_person(tmp_path):
    left = [["00000042", "2019-01-01", "ACQ_AGE", "2021-01-05", "LOS_OUT"]]
    back = seed_person(5, "1943-05-03", sex="2", state="2", coverages=left)
    with union_inside(tmp_path / "u") as inside:
        load(inside, back)
        record = notified(970, my_number=my_number_of(5))
        decided = decide(inside, record, "back")
        assert decided.outcome == "accepted"
        assert decided.insured_number != "00000042"
        with inside.database.read() as connection:
            found = connection.execute(select(person)).all()
    assert [row.atena_number for row in found] == [record.atena_number]


UNKNOWN = {
    "birth_written": "昭和26年頃",
    "birth_sort": "1951-01-01",
    "birth_precision": "year",
}


def test_an_unknown_birth_waits_for_an_official_and_is_decided_then(tmp_path):
    with union_inside(tmp_path / "u") as inside:
        waiting = decide(inside, notified(980, **UNKNOWN), "birth")
        assert (waiting.outcome, waiting.reasons) == ("pending", "birth_undetermined")
        assert waiting.insured_number == ""
        with pytest.raises(UserError) as outside:
            settle_birth(inside, "係長", "birth", date(1960, 1, 1))
        assert outside.value.code == "union.birth_outside"
        settle_birth(inside, "係長", "birth", date(1951, 6, 1))
        with inside.database.read() as connection:
            decided = last_decision(connection, "birth")
        assert decided is not None
        assert (decided.outcome, decided.supersedes) == ("accepted", waiting.decision_id)
        assert decided.birth_written == "昭和26年頃"
        assert decided.acquired_on == "2026-11-20"
        with pytest.raises(UserError) as twice:
            settle_birth(inside, "係長", "birth", date(1951, 6, 1))
        assert twice.value.code == "union.not_pending"


@pytest.mark.req("SEC-130")
def test_a_birth_settled_too_young_is_refused_and_the_applicant_erased(tmp_path):
    with union_inside(tmp_path / "u") as inside:
        waiting = decide(inside, notified(981, **UNKNOWN), "birth")
        settle_birth(inside, "係長", "birth", date(1951, 12, 1))
        with inside.database.read() as connection:
            row = connection.execute(
                select(decision).where(decision.c.supersedes == waiting.decision_id)
            ).one()
            assert connection.execute(select(person)).all() == []
            assert connection.execute(select(number)).all() == []
            kept = connection.execute(select(notification)).one()
    assert (row.outcome, row.reasons) == ("refused", "disability_paper_missing")
    assert (kept.standing, kept.record) == ("refused", "")


def test_a_birth_of_which_every_day_is_old_enough_is_decided_at_once(tmp_path):
    about = {
        "birth_written": "昭和10年頃",
        "birth_sort": "1935-01-01",
        "birth_precision": "year",
    }
    with union_inside(tmp_path / "u") as inside:
        assert decide(inside, notified(990, **about), "about").outcome == "accepted"


@pytest.mark.req("SEC-108")
def test_without_a_number_it_is_accepted_and_goes_on_the_check_list(tmp_path):
    with union_inside(tmp_path / "u") as inside:
        record = notified(995, my_number="", my_number_absent="not_brought", number_check="none")
        assert decide(inside, record, "bare").outcome == "accepted"
        with inside.database.read() as connection:
            (entry,) = connection.execute(select(check_entry)).all()
    assert (entry.cause, entry.case_id) == ("number_blank", record.case_id)


def test_json_of_a_kept_notification_has_no_number(tmp_path):
    with union_inside(tmp_path / "u") as inside:
        record = notified(996)
        decide(inside, record, "kept")
        with inside.database.read() as connection:
            row = connection.execute(select(notification)).one()
    assert json.loads(row.record)["my_number"] == ""
    assert record.my_number not in repr(row)
