"""What may come over the line and fits no kind: each its own message, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.cases import board
from app.cases.state import CaseState
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.eligibility.kinds.leaving import DEATH
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.functions.files import set_aside
from app.peers.union.office import decisions
from app.peers.union.office import kinds as office_kinds
from app.peers.union.office.taking import TAKERS
from app.peers.union.tables import decision, notification
from app.wire.bodies import death, reissue
from app.wire.codec import FileRefused, decode_file
from app.wire.files import FILES
from app.wire.layout import BodyLayout
from db.tables.cases import case_file
from db.tables.cases import decision as kept_here
from db.tables.exchange import inbox
from db.tables.persons import insured
from tests.support.counter import Counter
from tests.support.framed import encode_file
from tests.support.kinds import SCENES
from tests.support.line import CODES
from tests.support.union_inside import CALLER, load, seed_person, union_inside


def entry(counter: Counter) -> Any:
    """A death as it goes up."""
    counter.kind = DEATH
    return counter.entry_of(counter.entered().id)


def test_the_body_of_another_kind_is_not_written_and_not_read(counter: Counter) -> None:
    spec, record = FILES["FILE-01"], entry(counter)
    other = replace(record, kind="reissue")
    with pytest.raises(FileRefused) as refused:
        encode_file(spec, [other], CODES)
    assert (refused.value.code, refused.value.column) == ("file.body", "body")
    data = encode_file(spec, [record], CODES).replace(b'"death","death"', b'"reissue","death"')
    with pytest.raises(FileRefused) as read:
        decode_file(spec, data, CODES)
    assert read.value.code == "file.body" and "種別に合わない様式" in read.value.message


def test_an_unknown_version_of_a_layout_says_that_the_programs_differ(counter: Counter) -> None:
    spec, record = FILES["FILE-01"], entry(counter)
    newer = BodyLayout("death", 2, "死亡の届出", death.Death)
    ahead = replace(spec, bodies={**spec.bodies, "death": (*death.LAYOUTS, newer)})
    data = encode_file(ahead, [replace(record, body_version="2")], CODES)
    with pytest.raises(FileRefused) as refused:
        decode_file(spec, data, CODES)
    assert refused.value.code == "file.body_version"
    assert "版をそろえ" in refused.value.remedy
    (old,) = decode_file(ahead, encode_file(spec, [record], CODES), CODES)
    assert old == record, "the version before goes on being read beside the new one"
    (new,) = decode_file(ahead, data, CODES)
    assert new.body_version == "2"


def test_a_kind_that_the_union_does_not_know_is_answered_and_kept_at_the_counter(
    counter: Counter, tmp_path, monkeypatch
) -> None:
    record = entry(counter)
    known = {code: kind for code, kind in office_kinds.KINDS.items() if code != "death"}
    monkeypatch.setattr(decisions, "KINDS", known)
    with union_inside(tmp_path / "union") as system:
        load(system, seed_person(1, "1940-01-01"))
        with system.database.write() as connection:
            decisions.receive(system, connection, CALLER, SimpleNamespace(id="A-1"), (record,))  # type: ignore[arg-type]
            (answer,) = connection.execute(select(decision)).all()
            (kept,) = connection.execute(select(notification)).all()
    assert (answer.outcome, answer.reasons) == ("refused", "kind_unknown")
    assert kept.standing == "refused" and kept.record == ""
    words = system.tables["refusal_reasons"].at(system.today(), code="kind_unknown")
    assert "届出種別" in words.text("label")


def test_a_file_of_a_kind_not_in_it_is_refused_whole(counter: Counter) -> None:
    spec, record = FILES["FILE-01"], entry(counter)
    behind = replace(spec, bodies={"reissue": reissue.LAYOUTS})
    with pytest.raises(FileRefused) as refused:
        decode_file(behind, encode_file(spec, [record], CODES), CODES)
    assert (refused.value.code, refused.value.column) == ("file.kind", "kind")
    assert set(TAKERS) >= {"FILE-01", "FILE-10"}


def test_a_decision_for_another_kind_than_was_sent_changes_nothing(counter: Counter) -> None:
    counter.kind = DEATH
    sent = counter.send(counter.entered())
    said = counter.entry_of(sent.case_id)
    wrong = replace(SCENES["reissue"].answer(SimpleNamespace(
        **{name: getattr(said, name) for name in ("case_id", "municipality_code", "atena_number")},
        kind="reissue", paper="eligibility_certificate", reason="lost", delivery="counter",
    )))  # fmt: skip
    counter.answers.append(lambda record: wrong)
    before = counter.rows(insured)
    report = counter.engine.send_now(sent.outbox_id)
    assert report.accepted, "the sending itself was taken"
    counter.engine.contact()
    assert counter.show(sent.case_id).record is None
    (row,) = [row for row in counter.rows(inbox) if row.state == "quarantined"]
    assert "「死亡の届出」" in row.cause and "「再交付の申請」" in row.cause
    assert row.cause.endswith("（cases.other_kind）")
    assert counter.rows(kept_here) == [] and counter.rows(insured) == before
    (case,) = counter.rows(case_file)
    assert case.state == "waiting"
    counter.answers.clear()
    counter.decide(SCENES["death"].answer(said), notification_id=sent.outbox_id)
    counter.contact()
    assert counter.show(sent.case_id).case_state == "decided"


@pytest.mark.parametrize("waits_for_it", [True, False])
def test_a_decision_set_aside_stays_on_the_day_board_until_somebody_settles_it(
    counter: Counter, waits_for_it: bool
) -> None:
    """Not the next decision of the stream, not the remade one, not the end of the case that waited
    for it: a person, who is recorded."""
    counter.kind = DEATH
    sent = counter.send(counter.entered())
    said = counter.entry_of(sent.case_id)
    counter.answers.append(
        lambda record: replace(SCENES["death"].answer(record), case_id="T01-9-9")
    )
    counter.engine.send_now(sent.outbox_id)
    counter.engine.contact()
    world = counter.world
    if not waits_for_it:
        with world.hands_on("case_file") as work:
            work.run(update(case_file).values(state=CaseState.CLOSED))

    def set_aside_ones() -> list[str]:
        lines = board.lines(world.gate, world.session(), CATALOG)
        return [line.key for line in lines if line.state == "取り込めず"]

    (key,) = set_aside_ones()
    counter.world.later(minutes=5)
    counter.kind = MOVE_IN
    assert counter.decided().case_state == "decided"
    assert set_aside_ones() == [key]
    counter.world.later(minutes=5)
    counter.decide(SCENES["death"].answer(said), notification_id=sent.outbox_id)
    counter.contact()
    assert set_aside_ones() == [key]

    session = world.session("supervisor")
    with pytest.raises(UserError) as wrong:
        set_aside.dispose(world.gate, session, key, "ok", world.tables)
    assert wrong.value.code == "files.disposition" and set_aside_ones() == [key]
    set_aside.dispose(world.gate, session, key, "remade", world.tables)
    assert set_aside_ones() == []
    (row,) = [one for one in counter.rows(inbox) if one.id == key]
    assert (row.disposition, row.disposed_by, row.disposed_at[:10]) == (
        "remade",
        world.staff_id("supervisor"),
        "2026-11-16",
    )
    done = [line.entry for line in world.lines() if line.entry.function_id == "files.dispose"]
    assert done and done[-1].staff_id == world.staff_id("supervisor")
    with pytest.raises(UserError) as again:
        set_aside.dispose(world.gate, session, key, "by_hand", world.tables)
    assert again.value.code == "files.disposed"


def test_a_decision_kept_before_kinds_had_names_is_read(counter: Counter) -> None:
    """Version 1 of the store kept one flat record of one kind."""
    view = counter.decided()
    assert view.record is not None
    from dataclasses import asdict

    from app.wire.codec import record_from

    flat = {
        name: value
        for name, value in asdict(view.record).items()
        if name not in ("kind", "body", "body_version")
    }
    read = record_from(FILES["FILE-16"], {**flat, "grown_since": "x"})
    assert read == view.record
    refused = record_from(FILES["FILE-16"], {**flat, "outcome": "refused"})
    assert (refused.body, refused.kind) == ("", "move_in")
