"""The next morning's resident file confirms the entry or puts it on the check list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.cases import check_list
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.training.people import MUNICIPALITY_CODE, resident_record
from app.wire.files import FILES
from app.wire.values import code_sets
from db.tables.cases import check_entry
from db.tables.persons import person
from tests.support.framed import encode_file
from tests.support.stories import Desk, Story, entry


def keyed_without_number(desk: Desk, mover: object) -> None:
    from app.cases import drafts

    case = drafts.open_case(desk.gate, desk.session, MOVE_IN, {})
    values = entry(mover, desk.today)  # type: ignore[arg-type]
    values |= {"number_check": "none", "my_number_absent": "not_brought"}
    sent = desk.send(desk.key_in(case, values))
    assert desk.engine.send_now(sent.outbox_id).accepted
    assert desk.show(sent.case_id).case_state == "decided"


@pytest.mark.req("SEC-108", "SEC-109", "SEC-110")
def test_confirmed_contradicted_absent_and_without_a_number(story: Story) -> None:
    same, differs, absent = story.movers
    bare = story.stranger(1)
    with story.desk() as desk:
        cases_of = {one: desk.decided(one).case_id for one in (same, differs, absent)}
        keyed_without_number(desk, bare)
        names = {row.name for row in desk.rows(person)}
        story.set_clock(story.clock.now() + timedelta(days=1))
        records = [
            resident_record(same.person),
            replace(
                resident_record(differs.person),
                address="見本県見本市桜町9番9号",
                kana="ヨシダ　ショウコ",
            ),
            replace(resident_record(bare.person), my_number=""),
        ]
        codes = code_sets(desk.tables, desk.today)
        file = encode_file(FILES["FILE-03"], records, codes)
        run = story.union.first.daily(MUNICIPALITY_CODE, file)
    assert (run["confirmed"], run["contradicted"]) == (2, 2)
    standing = {
        item["atena_number"]: item["standing"] for item in story.union.first.act("notifications")
    }
    assert standing[same.person.atena_number] == "confirmed"
    assert standing[differs.person.atena_number] == "contradicted"
    assert standing[absent.person.atena_number] == "contradicted"

    with story.desk() as desk:
        desk.contact()
        lines = check_list.list_checks(desk.gate, desk.session)
        found = {(line.cause, line.atena_number): line for line in lines}
        assert set(found) == {
            ("number_blank", bare.person.atena_number),
            ("resident_differs", differs.person.atena_number),
            ("not_in_register", absent.person.atena_number),
        }
        contradiction = found["resident_differs", differs.person.atena_number]
        assert contradiction.case_id == cases_of[differs]
        assert "フリガナ" in contradiction.detail and "住所" in contradiction.detail
        assert "氏名" not in contradiction.detail
        assert not any(bare.person.my_number in line.detail for line in lines)
        assert names <= {row.name for row in desk.rows(person)}  # nothing was overwritten
        for line, done in zip(lines, ("ok", "notified", "remake"), strict=True):
            check_list.settle(desk.gate, desk.session, line, done)
        assert check_list.list_checks(desk.gate, desk.session) == ()
        rows = desk.rows(check_entry)
    assert sorted(row.disposition for row in rows) == ["notified", "ok", "remake"]
    assert {row.disposed_by for row in rows} == {"S101"} and all(row.disposed_at for row in rows)
