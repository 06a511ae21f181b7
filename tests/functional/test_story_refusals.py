"""The union refuses: each reason in a sentence that the clerk can read out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.cases import closing, sending
from app.cases.decisions import DecisionView
from app.core.errors import UserError
from db.tables.cases import case_file
from db.tables.certificates import certificate
from db.tables.persons import my_number
from tests.support.stories import Desk, Template, story_in

pytestmark = pytest.mark.req("FLOW-104", "FLOW-105")


@dataclass(frozen=True)
class Refused:
    """A reason and what brings it about: ``keyed`` differs from the papers of a stranger
    whose ``numbers`` are somebody's whom the union knows as ``case``."""

    reason: str
    keyed: dict[str, str] = field(default_factory=dict)
    case: str = ""
    numbers: tuple[str, ...] = ()


CASES = (
    Refused("number_elsewhere", case="general2", numbers=("my_number",)),
    Refused("atena_elsewhere", case="general2", numbers=("atena_number",)),
    Refused("special_address", {"address": "見本県見本市緑ケ丘99番1号"}),
    Refused("special_address", {"facility_code": "F001"}),
    Refused("disability_paper_missing", {"birth_written": "昭和34年5月3日"}),
    Refused("too_young", {"birth_written": "昭和41年5月3日"}),
    Refused("same_prefecture", {"former_municipality_code": "152986"}),
    Refused("outside_area", {"address": "見本県手本町本町1番1号"}),
    Refused("household_unknown", {"household_number": "000000000099999"}),
)


@pytest.fixture(scope="module")
def desk(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One clerk for all of them."""
    with story_in(template, tmp_path_factory.mktemp("refusals")) as story, story.desk() as made:
        yield made


def assert_readable(desk: Desk, view: DecisionView, reason: str) -> None:
    assert view.case_state == "refused" and view.record is not None
    assert view.record.outcome == "refused" and reason in view.record.reasons.split()
    row = desk.tables["refusal_reasons"].at(desk.today, code=reason)
    assert row.text("label") in view.record.reason_text
    assert row.text("remedy") in view.record.reason_text
    assert view.record.insured_number == view.record.body == ""
    with pytest.raises(UserError) as nothing:
        desk.draw(view)
    assert nothing.value.code == "cases.not_issuable"


def end(desk: Desk, view: DecisionView) -> None:
    """What was explained is ended: nothing keyed stays here."""
    closing.close_case(desk.gate, desk.session, view)
    row = next(row for row in desk.rows(case_file) if row.id == view.case_id)
    assert (row.state, row.draft) == ("closed", "{}")
    assert view.case_id not in [row.owner_id for row in desk.rows(my_number)]
    assert view.case_id not in [row.case_id for row in desk.rows(certificate)]


@pytest.mark.parametrize("refused", CASES, ids=[f"{n}-{one.reason}" for n, one in enumerate(CASES)])
def test_each_reason_is_told(desk: Desk, refused: Refused) -> None:
    known = {one.case: one for one in desk.story.template.place.persons()}.get(refused.case)
    theirs: dict[str, Any] = {name: getattr(known, name) for name in refused.numbers}
    # whose the number of a resident is, this terminal knows itself; the union learned it since
    since = theirs.pop("atena_number", "")
    mover = desk.story.stranger(100 + CASES.index(refused), **theirs)
    new = "UPDATE person SET atena_number = ? WHERE atena_number = ?"
    if since:
        desk.story.change_union(new, mover.person.atena_number, since)
    view = desk.decided(mover, **refused.keyed)
    if since:
        desk.story.change_union(new, since, mover.person.atena_number)
    assert_readable(desk, view, refused.reason)
    end(desk, view)


def test_who_is_insured_already_is_told_so(desk: Desk) -> None:
    mover = desk.story.stranger(200)
    assert desk.decided(mover).case_state == "decided"
    view = desk.decided(mover)
    assert_readable(desk, view, "already_insured")
    end(desk, view)


def test_a_day_in_the_future_is_stopped_here_and_refused_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = (desk.today + timedelta(days=1)).isoformat()
    case = desk.entered(desk.story.stranger(300), event_on=tomorrow)
    with pytest.raises(UserError) as local:
        desk.send(case)
    assert local.value.code == "cases.not_ready"
    monkeypatch.setattr(sending.checks, "check_all", lambda *_: [])  # type: ignore[attr-defined]  # a terminal gone wrong
    sent = desk.send(desk.load(case.id))
    assert desk.engine.send_now(sent.outbox_id).accepted
    view = desk.show(case.id)
    assert_readable(desk, view, "event_in_future")
    end(desk, view)
