"""A terminal that the union does not (any longer) know is refused, each with its own words."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import pytest

from app.functions.admin import enrolment
from db.tables.cases import decision
from tests.support.day import cases_waiting
from tests.support.log_lines import LogLines
from tests.support.stories import MORNING, Desk, Story


def assert_waits(desk: Desk, case_id: str, code: str, words: str) -> None:
    report = desk.engine.contact()
    assert report.problem is not None
    assert report.problem.code == code and words in report.problem.message
    assert report.problem.remedy
    view = desk.show(case_id)
    assert (view.case_state, view.record, desk.rows(decision)) == ("waiting", None, [])


@pytest.mark.req("SEC-70")
def test_a_withdrawn_terminal_is_refused_at_its_next_request(story: Story) -> None:
    with story.desk() as desk:
        desk.contact()
        sent = desk.sent(story.movers[0])
        story.union.first.withdraw("T01")
        assert_waits(desk, sent.case_id, "peer.withdrawn", "この端末の登録は取り消されています")
        assert desk.engine.send_now(sent.outbox_id).problem is not None
        desk.slip(sent.case_id)
        assert [line.key for line in cases_waiting(desk.gate, desk.session)] == [sent.case_id]
    assert story.union.first.act("notifications") == []


@pytest.mark.req("SEC-70", "SEC-142")
def test_a_certificate_that_is_not_in_the_unions_register(story: Story) -> None:
    story.stop_union()
    with sqlite3.connect(story.folder / "union" / "union.db") as database:
        assert database.execute("DELETE FROM credential WHERE terminal = 'T01'").rowcount == 1
    database.close()
    story.start_union()
    with story.desk() as desk:
        sent = desk.sent(story.movers[0])
        assert_waits(
            desk,
            sent.case_id,
            "peer.unknown_terminal",
            "この証明書の端末は登録されていません",
        )


@pytest.mark.req("SEC-142")
def test_another_unions_system_at_the_same_address_gets_nothing(story: Story) -> None:
    story.stop_union()
    (story.folder / "union").rename(story.folder / "former")
    story.start_union()  # new keys, new authorities, the same address
    with story.desk() as desk:
        sent = desk.sent(story.movers[0])
        assert_waits(desk, sent.case_id, "line.peer_unknown", "登録された広域連合のシステムでは")
    assert story.union.first.act("notifications") == []


@pytest.mark.req("SEC-142")
def test_an_expired_certificate_is_told_before_anything_is_sent(
    story: Story, expected_log: LogLines
) -> None:
    # within the year everybody's time at the municipality ends, and nobody is left to give keys to
    expected_log.expect("the keys did not follow the log: keyslots.nobody_left")
    with story.desk() as desk:
        end = datetime.fromisoformat(
            enrolment.keys(desk.script.terminal.engine_hand).facts.valid_to
        )
        while (now := story.clock.now()) < end:  # a year passes; the desk is used every month
            story.set_clock(min(now + timedelta(days=30), end))
            report = desk.engine.contact()
            if report.problem is not None:
                break
        story.stop_union()  # nothing is asked of it: it need not even be there
        report = desk.engine.contact()
    assert report.problem is not None
    assert report.problem.code == "line.certificate_expired"
    assert "期限が切れています" in report.problem.message and "更新" in report.problem.remedy
    assert story.clock.now() - MORNING > timedelta(days=300)
