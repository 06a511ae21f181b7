"""The verbs that a kind of case declares, over decisions as the union makes them: until when
something holds, what a recognition leaves, whom a change of head touches, and that no paper is void
for what was only listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.cases.effects import Changes, Ends, Received
from app.catalog import CASES
from app.core.clock import JST
from app.functions.files.insured import receiver
from app.peers.union.office.kinds import leaving
from app.persons import effects, history
from app.persons.facts import KINDS
from app.rules.calendar.wareki import Eras
from app.wire.files import FILES
from app.wire.layout import columns
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.tables.persons import atena, household_member
from tests.support.sendings import sample
from tests.support.world import World, shared_tables
from tests.unit.persons.conftest import undone

ERAS = Eras(shared_tables()["eras"])
START = datetime(2026, 11, 16, 10, 0, tzinfo=JST)
HOME = "000000000000077"
HER = replace(
    sample("FILE-17")[0],
    support_measure="0",
    former_atena="",
    acquired_on="2020-05-03",
    copay_from="2026-08-01",
    limit_from="2026-08-01",
    household_number=HOME,
    relation="妻",
    is_head="0",
    state_on="",
)
HUSBAND = replace(
    HER,
    atena_number="000000000777771",
    insured_number="01234573",
    birth_written="昭和15年1月1日",
    birth_sort="1940-01-01",
    sex="1",
    relation="世帯主",
    is_head="1",
)
SON = replace(
    HUSBAND,
    atena_number="000000000777772",
    insured_number="",
    acquired_on="",
    copay_ratio="",
    birth_sort="1970-01-01",
    relation="子",
    is_head="0",
)
ELSEWHERE = replace(HUSBAND, atena_number="000000000777773", insured_number="01234581",
                    municipality_code="152986", birth_sort="1941-01-01")  # fmt: skip


@pytest.fixture
def work(world: World) -> Iterator[Any]:
    with undone(world, "eligibility.receive_decision") as made:
        made.at = START - timedelta(days=1)
        receiver(world.tables)(made, FILES["FILE-17"], [HER, HUSBAND, SON, ELSEWHERE])
        made.at = START
        yield made


def id_of(work: Any, one: Any) -> str:
    mine = select(atena.c.person_id).where(atena.c.atena_number == one.atena_number)
    return str(work.scalar(mine))


def carry_out(work: Any, kind: Any, whom: Any = HER, **said: Any) -> effects.Outcome:
    """The effect of a kind for a decision that says so much; what it does not say is empty."""
    items = {one.name: "" for one in columns(kind.answer.record)}
    record = SimpleNamespace(**{**items, "decided_at": "2026-11-16T10:00:00+09:00",
                                "municipality_code": whom.municipality_code,
                                "atena_number": whom.atena_number, **said})  # fmt: skip
    writer = effects.writer_of_decision(work, said.get("decision_id", "U15-D-7"), ERAS)
    received = Received(work, writer, record, "T01-1-7", id_of(work, whom), {}, ERAS)
    return kind.effect.carry_out(received)


def seen(work: Any, day: str, fact: str, subject: str = "", whom: Any = HER) -> dict[str, str]:
    found = history.as_of(work, id_of(work, whom), date.fromisoformat(day), START.date())
    assert found is not None
    return found.value(fact, subject)


LASTING = {
    kind.code: kind
    for kind in CASES.values()
    if isinstance(kind.effect, Changes | Ends)
    and "until" in {one.name for one in columns(kind.answer.record)}
    and not KINDS[kind.effect.fact].in_store
}

SETS = {
    kind.effect.fact: kind.effect for kind in LASTING.values() if isinstance(kind.effect, Changes)
}


@pytest.mark.parametrize("kind", LASTING.values(), ids=LASTING)
def test_until_is_the_last_day_whatever_the_kind(work: Any, kind: Any) -> None:
    fact, subject = kind.effect.fact, "x" if kind.effect.subject else ""
    said: dict[str, str] = {"since": "2026-11-01", "until": "2026-11-10"}
    if kind.effect.subject:
        said[kind.effect.subject] = subject
    if isinstance(kind.effect, Ends):
        setter = SETS[fact]
        said |= {name: "1" for _, name in setter.items}
        carry_out(work, replace(kind, effect=setter), **{**said, "until": ""})
    else:
        said |= {name: "1" for _, name in kind.effect.items}
    assert carry_out(work, kind, **said).taken
    assert seen(work, "2026-11-10", fact, subject), "the last day is one of its days"
    assert not seen(work, "2026-11-11", fact, subject)
    if "ending" not in {one.name for one in columns(kind.answer.record)}:
        return
    carry_out(work, kind, **{**said, "ending": "set", "until": ""})
    assert seen(work, "2027-01-01", fact, subject)
    carry_out(work, kind, **{**said, "ending": "end", "until": "2026-12-20"})
    assert seen(work, "2026-12-20", fact, subject)
    assert not seen(work, "2026-12-21", fact, subject)


def test_an_end_of_before_said_from_which_day_nothing_holds(work: Any) -> None:
    """A union of before this rule decided an end without a last day."""
    kind = CASES["nondisclosure"]
    carry_out(work, kind, ending="set", ground="申出", since="2026-11-01")
    carry_out(work, kind, ending="end", ground="申出", since="2026-11-10")
    assert seen(work, "2026-11-09", "nondisclosure")
    assert not seen(work, "2026-11-10", "nondisclosure")


def delivered(work: Any, name: str, since: str, until: str = "") -> None:
    said = {"addressee": name, "papers": "all", "ending": "set", "since": since, "until": until}
    carry_out(work, CASES["delivery_address"], **said)


def test_after_a_limited_address_the_one_before_it_counts_again(work: Any) -> None:
    def addressee(day: str) -> str:
        return seen(work, day, "delivery", "all").get("addressee", "")

    delivered(work, "一郎", "2026-04-01")
    delivered(work, "次郎", "2026-11-01", "2027-03-31")
    days = ("2026-10-31", "2026-11-01", "2027-03-31", "2027-04-01")
    assert [addressee(day) for day in days] == ["一郎", "次郎", "次郎", "一郎"]
    end = {"papers": "all", "ending": "end", "since": "2026-11-01", "until": "2026-11-10"}
    carry_out(work, CASES["delivery_address"], **end)
    ended = ("2026-11-10", "2026-11-11", "2027-04-01")
    assert [addressee(day) for day in ended] == ["次郎", "一郎", "一郎"]
    carry_out(work, CASES["delivery_address"], **{**end, "until": "2026-12-01"})
    assert [addressee(day) for day in ("2026-12-01", "2026-12-02", "2027-04-01")] == [
        "一郎",
        "",
        "",
    ]


def test_a_recognition_stands_in_the_history_and_ends_with_its_loss(work: Any) -> None:
    recognised = {
        "disability_proof": "mental_2",
        "disability_on": "2026-11-10",
        "disability_until": "2028-03-31",
        "paper": "none",
    }
    assert carry_out(work, CASES["disability_change"], **recognised).taken
    held = {"proof": "mental_2", "proof_until": "2028-03-31"}
    assert seen(work, "2026-11-10", "disability") == held
    silent = {**recognised, "disability_proof": "", "disability_on": ""}
    carry_out(work, CASES["disability_renewal"], **silent)
    assert seen(work, "2026-11-16", "disability") == held, "a decision that is silent ends nothing"
    lost = {"lost_on": "2026-11-14", "loss_reason": "LOS_DIS", "event_on": "2026-11-13"}
    assert carry_out(work, CASES["disability_end"], **lost).taken
    assert seen(work, "2026-11-13", "disability") == held
    assert not seen(work, "2026-11-14", "disability")


BACK = {"acquired_on": "2020-05-03", "insured_number": HER.insured_number}
RECOGNISED = {"disability_proof": "mental_2", "disability_on": "2026-11-10",
              "disability_until": "2028-03-31", "paper": "none"}  # fmt: skip
HELD = {"proof": "mental_2", "proof_until": "2028-03-31"}
GIVEN_UP = {"lost_on": "2026-11-14", "loss_reason": "LOS_DIS", "event_on": "2026-11-13"}


def at(work: Any, day: int) -> dict[str, str]:
    """The next decision comes on that day of November."""
    work.at = START.replace(day=day)
    return {"decision_id": f"U15-D-{day}"}


def then(work: Any, day: str, known_on: int) -> dict[str, str]:
    """障害認定 on a day, as it was known on that day of November."""
    known = date(2026, 11, known_on)
    found = history.as_of(work, id_of(work, HER), date.fromisoformat(day), known)
    assert found is not None
    return found.value("disability")


def test_a_loss_taken_back_gives_the_recognition_back(work: Any) -> None:
    carry_out(work, CASES["disability_change"], **RECOGNISED, **at(work, 17))
    carry_out(work, CASES["disability_end"], **GIVEN_UP, **at(work, 18))
    carry_out(work, CASES["loss_cancelled"], **BACK, **at(work, 20))
    days = ("2026-11-09", "2026-11-10", "2026-11-13", "2026-11-14", "2028-01-01")
    assert [then(work, day, 20) for day in days] == [{}, HELD, HELD, HELD, HELD]
    assert [then(work, day, 18) for day in days] == [{}, HELD, HELD, {}, {}], "as it was known"


def test_what_the_loss_did_not_end_does_not_come_back(work: Any) -> None:
    """Nothing was lost at all; or a decision of its own ended it before the loss."""
    carry_out(work, CASES["disability_change"], **RECOGNISED, **at(work, 17))
    carry_out(work, CASES["loss_cancelled"], **BACK, **at(work, 18))
    assert then(work, "2026-11-16", 18) == HELD, "no loss: nothing is taken back"
    writer = effects.writer_of_decision(work, "U15-D-19", ERAS)
    effects.ends(writer, id_of(work, HER), "disability", last_day="2026-11-11")
    carry_out(work, CASES["disability_end"], **GIVEN_UP, **at(work, 20))
    carry_out(work, CASES["loss_cancelled"], **BACK, **at(work, 21))
    days = ("2026-11-11", "2026-11-12", "2026-11-14")
    assert [then(work, day, 21) for day in days] == [HELD, {}, {}]


def test_every_recognition_that_a_loss_ends_comes_back_with_it() -> None:
    ended = {fact for kind in CASES.values() for fact in getattr(kind.effect, "ends", ())}
    back: Any = CASES["loss_cancelled"].effect
    # 住所地特例 stands in the books of the union alone
    assert ended == set(back.restores) == set(leaving.GIVEN_UP) - {"address_exception"} != set()


def put_paper(work: Any, whom: Any) -> None:
    names = ("id", "outcome", "record", "digest", "received_at")
    work.run(insert(decision).values(**dict.fromkeys(names, "{}")))
    values = dict.fromkeys(("reserved_by", "reserved_at"), "x") | {"form_id": "FORM-04"}
    work.run(
        insert(certificate).values(
            number="N-1", state="issued", decision_id="{}", person_id=id_of(work, whom), **values
        )
    )


LOST = {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT", "event_on": "2026-11-10"}


@pytest.mark.parametrize(("whom", "state"), [(HER, "void"), (SON, "issued")])
def test_a_loss_that_is_only_listed_voids_no_paper(work: Any, whom: Any, state: str) -> None:
    put_paper(work, whom)
    outcome = carry_out(work, CASES["move_out"], whom, **LOST)
    assert outcome.taken is (whom is HER)
    assert work.one(select(certificate)).state == state


def test_a_loss_taken_back_of_somebody_never_insured_leaves_the_mail(work: Any) -> None:
    writer = effects.writer_of_decision(work, "U15-D-1", ERAS)
    stopped = {"stopped": "LOS_DEATH"}
    effects.changes(writer, id_of(work, SON), "mail", stopped, since="2026-11-01")
    back = {"acquired_on": "2020-05-03", "insured_number": "01234565"}
    assert not carry_out(work, CASES["loss_cancelled"], SON, **back).taken
    assert seen(work, "2026-11-16", "mail", whom=SON) == stopped


def members(work: Any) -> dict[str, tuple[str, str, bool]]:
    rows = work.all(
        select(household_member, atena.c.atena_number).join(
            atena, atena.c.person_id == household_member.c.person_id
        )
    )
    return {
        row.atena_number: (row.municipality_code, row.relation, row.is_head)
        for row in rows
        if row.household_number == HOME
    }


def test_a_new_head_changes_every_member_of_this_household_and_municipality(work: Any) -> None:
    """The neighbouring municipality has a household of the same number."""
    head = {"household_number": HOME, "former_relation": "夫", "since": "2026-11-10"}
    assert carry_out(work, CASES["head_change"], HER, **head).taken
    assert members(work) == {
        HER.atena_number: ("152994", "世帯主", True),
        HUSBAND.atena_number: ("152994", "夫", False),
        SON.atena_number: ("152994", "子", False),
        ELSEWHERE.atena_number: ("152986", "世帯主", True),
    }
    assert seen(work, "2026-11-09", "household", "152994", HUSBAND)["is_head"] == "1"
    assert seen(work, "2026-11-10", "household", "152994", HUSBAND)["relation"] == "夫"
