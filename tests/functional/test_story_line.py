"""The line fails: the case waits with a reason, and the decision comes later by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.errors import UserError
from app.functions.admin import enrolment
from app.sync.states import Outgoing
from app.sync.transport import open_line
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.tables.exchange import outbox
from tests.support.day import cases_waiting
from tests.support.stories import Story, text_of


@pytest.mark.req("FLOW-103", "FLOW-104", "SEC-98")
def test_the_union_is_down_and_comes_back(story: Story) -> None:
    story.stop_union()
    with story.desk() as desk:
        sent = desk.sent(story.movers[0])
        report = desk.engine.send_now(sent.outbox_id)
        assert not report.accepted and report.problem is not None
        assert report.problem.code == "line.unreachable"
        assert report.problem.message.startswith("広域連合のシステムにつながりません")
        assert report.problem.remedy
        view = desk.show(sent.case_id)
        assert (view.case_state, view.record) == ("waiting", None)
        with pytest.raises(UserError) as none:
            desk.draw(view)
        assert none.value.code == "cases.not_issuable"
        desk.slip(sent.case_id)
        (slip,) = story.printed.glob("*.pdf")
        assert "これは資格確認書ではありません" in text_of(slip.read_bytes())
        assert desk.rows(certificate) == []
    story.start_union()
    story.set_clock(story.clock.now() + timedelta(minutes=1))
    with story.desk() as desk:  # another day's start: nobody presses anything for this case
        assert [line.key for line in cases_waiting(desk.gate, desk.session)] == [sent.case_id]
        desk.contact()
        view = desk.show(sent.case_id)
        assert view.case_state == "decided" and view.record is not None
        assert view.record.notification_id == sent.outbox_id
        desk.issue(desk.draw(seen := desk.compare(view)), seen)
    assert len(list(story.printed.glob("*.pdf"))) == 2


@pytest.mark.req("FLOW-104", "SEC-98")
@pytest.mark.parametrize(
    ("fault", "route"),
    [("drop", "up"), ("drop", "complete"), ("drop_answer", "complete"), ("drop_answer", "up")],
)
def test_lost_on_the_way_it_is_still_one_decision(story: Story, fault: str, route: str) -> None:
    story.union.first.fault(fault, route)
    with story.desk() as desk:
        sent = desk.sent(story.movers[0])
        report = desk.engine.contact()
        assert report.problem is None, "one sending that was cut stops nothing else"
        assert [s.problem.code for s in report.sent if s.problem] == ["line.cut"]
        view = desk.show(sent.case_id)
        if (fault, route) == ("drop_answer", "complete"):
            assert view.case_state == "decided"  # it was done, and what came of it waited already
        else:
            assert (view.case_state, view.record) == ("waiting", None)
            (line,) = cases_waiting(desk.gate, desk.session)
            assert "途中で切れました" in line.cause
        assert desk.rows(outbox)[0].state in (Outgoing.SENDING, Outgoing.SENT)
        story.set_clock(story.clock.now() + timedelta(minutes=1))
        desk.contact()
        desk.contact()
        view = desk.show(sent.case_id)
        assert view.case_state == "decided" and view.record is not None
        assert len(desk.rows(decision)) == 1
        assert desk.rows(outbox)[0].state == Outgoing.ACCEPTED
    (theirs,) = story.union.first.act("decisions")
    assert (theirs["id"], theirs["notification_id"]) == (view.record.decision_id, sent.outbox_id)
    assert len(story.union.first.act("notifications")) == 1


@pytest.mark.req("FLOW-104", "SEC-98")
def test_said_twice_under_one_id_it_is_one_decision_and_one_receipt(story: Story) -> None:
    """A terminal that forgot everything says again that all is there."""
    with story.desk() as desk:
        view = desk.decided(story.movers[0])
        (row,) = desk.rows(outbox)
        line = open_line(enrolment.keys(desk.script.terminal.engine_hand), story.clock)
        try:
            again = [line.complete(row.id), line.complete(row.id)]
        finally:
            line.close()
        desk.contact()
        assert again == [bytes(row.receipt)] * 2
        assert desk.show(view.case_id) == view and len(desk.rows(decision)) == 1
    assert len(story.union.first.act("decisions")) == 1
    assert len(story.union.first.act("notifications")) == 1
