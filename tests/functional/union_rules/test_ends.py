"""終わる日 at the union: the last day on which something holds, whatever kind says it; and what is
given up with a loss."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.peers.union.office import history
from app.peers.union.office.kinds import KINDS
from app.peers.union.tables import person
from app.training.people import atena_of
from app.wire.bodies import NOTIFICATIONS
from app.wire.layout import columns
from tests.functional.union_rules.test_paper_held import said
from tests.support.union_inside import HOUSEHOLD, decide, load, seed_person, union_inside

AT_HOME = {
    "papers": "all",
    "ending": "set",
    "addressee": "見本　一郎",
    "relation": "子",
    "to_postal_code": "9990003",
    "to_address": "見本県見本市山手1番1号",
}
ELSEWHERE = {**AT_HOME, "addressee": "見本　次郎"}
SET = {
    "delivery_address": ("delivery", AT_HOME, {"papers": "all", "ending": "end"}),
    "nondisclosure": (
        "nondisclosure",
        {"ending": "set", "ground": "本人の申出"},
        {"ending": "end", "ground": "本人の申出"},
    ),
    "special_treatment_end": ("special_treatment", {"ground": "arrears"}, {"ground": "paid"}),
}
"""By the kind that ends something: the fact, what sets it, what ends it."""
BEGINS = {"special_treatment_end": "special_treatment"}


@pytest.fixture
def system(tmp_path):
    with union_inside(tmp_path / "union") as system:
        load(
            system,
            seed_person(1, "1940-01-01"),
            seed_person(2, "1944-01-01", sex="2", relation="妻", is_head=False),
            seed_person(3, "1980-01-01", relation="子", is_head=False, coverages=[]),
            seed_person(4, "1941-01-01", household_number=atena_of(4)),
            seed_person(5, "1958-01-01", household_number=atena_of(5), coverages=[]),
        )
        yield system


def seen(system: Any, fact: str, day: str, subject: str = "", whom: int = 1) -> dict[str, Any]:
    with system.database.read() as connection:
        mine = select(person.c.id).where(person.c.atena_number == atena_of(whom))
        her = connection.execute(mine).scalar_one()
        lines = history.as_of(connection, her, date.fromisoformat(day), system.today())
    return lines.get((fact, subject), {})


def test_every_kind_that_ends_something_is_tried() -> None:
    assert {code for code, kind in KINDS.items() if "nothing_to_end" in kind.refusals} == set(SET)


@pytest.mark.parametrize("ending", SET)
def test_the_day_on_which_something_ends_is_its_last(system: Any, ending: str) -> None:
    fact, set_, end = SET[ending]
    subject = set_.get("papers", "")
    on = {"notified_on": "2026-11-20", "event_on": "2026-11-20"}
    assert decide(system, said(ending, 1, **on, **end)).reasons == "nothing_to_end"
    begun = said(BEGINS.get(ending, ending), 2, **{**on, "event_on": "2026-11-01"}, **set_)
    assert decide(system, begun).outcome == "accepted"
    ended = decide(system, said(ending, 3, **{**on, "event_on": "2026-11-10"}, **end))
    assert (ended.since, ended.until) == ("2026-11-01", "2026-11-10")
    assert seen(system, fact, "2026-11-10", subject)
    assert not seen(system, fact, "2026-11-11", subject)


def test_after_a_limited_address_the_one_before_it_counts_again(system: Any) -> None:
    decide(system, said("delivery_address", 1, **AT_HOME, **{"event_on": "2026-04-01"}))
    limited = {**ELSEWHERE, "event_on": "2026-11-01", "ends_on": "2027-03-31"}
    decided = decide(system, said("delivery_address", 2, **limited))
    assert (decided.since, decided.until) == ("2026-11-01", "2027-03-31")
    for day, whom in (("2027-03-31", "次郎"), ("2027-04-01", "一郎"), ("2026-10-31", "一郎")):
        assert whom in seen(system, "delivery", day, "all")["addressee"], day

    end = {"papers": "all", "ending": "end", "event_on": "2026-11-10"}
    assert decide(system, said("delivery_address", 3, **end)).outcome == "accepted"
    for day, whom in (("2026-11-10", "次郎"), ("2026-11-11", "一郎"), ("2027-06-01", "一郎")):
        assert whom in seen(system, "delivery", day, "all")["addressee"], day

    assert decide(system, said("delivery_address", 4, **{**end, "event_on": "2026-11-19"}))
    assert not seen(system, "delivery", "2026-11-20", "all"), "the one without an end has ended"


def headed(number: int, members: tuple[int, ...], **values: Any) -> Any:
    numbers = " ".join(map(atena_of, members))
    home = {"household_number": HOUSEHOLD, "members": numbers, "former_relation": "夫"}
    record = said("head_change", number, **{**home, **values})
    return type(record)(**{**vars_of(record), "atena_number": atena_of(2)})


def vars_of(record: Any) -> dict[str, str]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_a_new_head_changes_the_household_and_nobody_of_another(system: Any) -> None:
    decided = decide(system, headed(1, (1, 2, 3)))
    assert decided.outcome == "accepted", decided.reasons
    with system.database.read() as connection:
        rows = connection.execute(select(person.c.relation, person.c.is_head).order_by(person.c.id))
        assert [tuple(row) for row in rows][:4] == [
            ("夫", 0),
            ("世帯主", 1),
            ("子", 0),
            ("世帯主", 1),
        ]


@pytest.mark.parametrize(
    "wrong", [{"members": (1, 2, 4)}, {"members": (1, 2), "household_number": atena_of(4)}]
)
def test_a_household_that_is_another_one_here_is_refused(system: Any, wrong: Any) -> None:
    members = wrong.pop("members")
    assert decide(system, headed(1, members, **wrong)).reasons == "household_differs"


def hers(number: int, kind: str, **values: str) -> Any:
    record = said(kind, number, **values)
    return type(record)(**{**vars_of(record), "atena_number": atena_of(5)})


def test_a_recognition_is_given_up_with_the_loss_and_comes_back_with_it(system: Any) -> None:
    decided = decide(
        system,
        hers(
            1,
            "disability",
            event_on="2026-11-15",
            proof="mental_2",
            proof_until="2028-03-31",
            former_insurance="国民健康保険",
            card_use="not_registered",
            delivery="counter",
        ),
    )
    assert (decided.disability_proof, decided.disability_on, decided.disability_until) == (
        "mental_2",
        "2026-11-20",
        "2028-03-31",
    )
    held = {"proof": "mental_2", "proof_until": "2028-03-31"}
    assert seen(system, "disability", "2026-11-20", whom=5) == held
    lost = decide(system, hers(2, "disability_end", ground="lighter", paper_return="later"))
    assert lost.lost_on == "2026-11-21"
    assert seen(system, "disability", "2026-11-20", whom=5) == held
    assert not seen(system, "disability", "2026-11-21", whom=5)

    wrong = {"found_by": "診断書の取り違え", "card_use": "not_registered", "delivery": "counter"}
    back = decide(system, hers(3, "loss_cancelled", **wrong))
    assert back.outcome == "accepted", back.reasons
    for day in ("2026-11-20", "2026-11-21", "2030-01-01"):
        assert seen(system, "disability", day, whom=5) == held, day
    assert not seen(system, "disability", "2026-11-19", whom=5)
    # it was no loss once, and is one again: what is given up now is given up
    again = hers(4, "disability_end", ground="lighter", paper_return="later")
    assert decide(system, again).outcome == "accepted"
    assert not seen(system, "disability", "2026-11-21", whom=5)


@pytest.mark.parametrize(("relation", "is_head"), [("世帯主", "1"), ("妻", "0")])
def test_a_change_of_head_of_the_first_version_is_answered_in_its_words(
    system: Any, relation: str, is_head: str
) -> None:
    """Sent before the update: about one person, and nothing is asked of the household."""
    first = NOTIFICATIONS["head_change"][0]
    newest = vars_of(headed(1, (1, 2, 3)))
    head = {one.name for one in columns(first.record)} - {"body", "body_version"}
    values = {name: text for name, text in newest.items() if name in head}
    decided = decide(system, first.new(**{**values, "relation": relation, "is_head": is_head}))
    assert decided.outcome == "accepted", decided.reasons
    assert (decided.body_version, decided.relation, decided.is_head) == ("1", relation, is_head)
    with system.database.read() as connection:
        mine = select(person.c.relation, person.c.is_head)
        row = connection.execute(mine.where(person.c.atena_number == atena_of(2))).one()
        assert tuple(row) == (relation, int(is_head))
