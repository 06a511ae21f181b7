"""What was sent before the program was renewed and is answered after it: every earlier version of a
decision's body is received, compared and closed as the newest is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from app.cases import decisions
from app.catalog import CASES
from app.wire.bodies import DECISIONS
from app.wire.layout import BodyLayout, columns
from db.tables.cases import case_file, check_entry
from db.tables.exchange import inbox
from db.tables.persons import household_member
from tests.support.counter import Counter
from tests.support.kinds import SCENES

EARLIER = [(code, layout) for code, all_ in sorted(DECISIONS.items()) for layout in all_[:-1]]
ONLY_THEN = {"head_change": {"relation": "世帯主", "is_head": "1"}}
"""What an earlier version says and the newest does not."""


def answered_by(counter: Counter, layout: BodyLayout) -> decisions.DecisionView:
    """Keyed and sent by the program of then, answered in its words."""
    code = counter.kind.code
    then = ONLY_THEN.get(code, {})

    def answer(record: Any) -> Any:
        newest = SCENES[code].answer(record)
        known = {one.name for one in columns(layout.record)} - {"body", "body_version"}
        said = {name: getattr(newest, name, "") for name in known}
        return layout.new(**{**said, **then})

    counter.answers.append(answer)
    sent = counter.send(counter.entered())
    with counter.world.hands_on("case_file") as work:
        draft = json.loads(counter.rows(case_file)[0].draft)
        work.run(update(case_file).values(draft=json.dumps({**draft, **then})))
    counter.engine.send_now(sent.outbox_id)
    return counter.show(sent.case_id)


def test_there_are_earlier_versions() -> None:
    assert "head_change" in {code for code, _ in EARLIER}
    assert {code for code, _ in EARLIER} <= set(CASES)


@pytest.mark.parametrize(
    ("code", "layout"), EARLIER, ids=[f"{code}-{layout.version}" for code, layout in EARLIER]
)
def test_it_is_received_compared_and_closed(
    counter: Counter, code: str, layout: BodyLayout
) -> None:
    counter.kind = CASES[code]
    view = answered_by(counter, layout)
    assert view.record is not None and type(view.record) is layout.record
    assert (view.case_state, counter.rows(inbox)[0].state) == ("decided", "applied")
    lines = decisions.compare(view, counter.world.tables, counter.today)
    assert all(line.agrees for line in lines)
    assert counter.compare(view).compared


def test_of_a_change_of_head_of_then_the_person_alone_changes(counter: Counter) -> None:
    counter.kind = CASES["head_change"]
    view = answered_by(counter, DECISIONS["head_change"][0])
    (home,) = counter.rows(household_member)
    assert (home.person_id, home.relation, home.is_head) == ("P-1", "世帯主", True)
    lines = decisions.compare(view, counter.world.tables, counter.today)
    assert "世帯主（世帯主になる）" in {line.decided for line in lines}
    assert counter.rows(check_entry) == []
