"""Somebody with his own factors and an outside tool writes into the rows that papers are drawn
from: nothing is printed, and the clerk is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.cases import issuing
from app.core.canon import canonical_json
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.journal.line import State, encode_line
from db.tables.cases import decision
from db.tables.certificates import certificate
from tests.support.counter import Counter

Attack = Callable[[Counter], None]


def write(counter: Counter, **values: object) -> None:
    """As with an outside tool: no act, no line."""
    with counter.world.store.update(("decision",), ("decision",)) as work:
        work.run(update(decision).values(**values))


def content(counter: Counter) -> dict[str, object]:
    (row,) = counter.rows(decision)
    return dict(json.loads(row.record))


def another_ratio(counter: Counter) -> None:
    text = canonical_json({**content(counter), "copay_ratio": "1", "name": "別人　太郎"})
    write(counter, record=text, digest=hashlib.sha256(text.encode()).hexdigest())


def no_line(counter: Counter) -> None:
    another_ratio(counter)
    write(counter, came_in=0)


def line_of_another_work(counter: Counter) -> None:
    another_ratio(counter)
    lines = [
        line.number
        for line in counter.world.journal.lines()
        if line.entry.state is State.BEGUN and line.entry.payload
    ]
    write(counter, came_in=max(lines) - 1)


ATTACKS: list[Attack] = [another_ratio, no_line, line_of_another_work]


@pytest.mark.req("CON-07")
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_paper_is_drawn_from_a_changed_decision(counter: Counter, attack: Attack) -> None:
    view = counter.compared()
    attack(counter)
    with pytest.raises(UserError) as changed:
        counter.draw(view)
    assert changed.value.code == "cases.decision_changed"
    assert "届いたときのものと違います" in changed.value.message
    assert "責任者" in changed.value.remedy and "送り直して" in changed.value.remedy
    (row,) = counter.rows(certificate)
    assert row.state == "void" and "cases.decision_changed" in row.cause
    assert counter.printer.sheets == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_paper_is_drawn_again_from_a_changed_decision(counter: Counter, attack: Attack) -> None:
    view = counter.compared()
    proof = counter.draw(view)
    counter.issue(proof, view)
    attack(counter)
    with pytest.raises(UserError) as changed:
        issuing.redraw(
            counter.world.gate,
            counter.world.session("clerk"),
            MOVE_IN,
            proof.number,
            counter.drawing,
        )
    assert changed.value.code == "cases.decision_changed"
    assert len(counter.printer.sheets) == 1


def test_another_decision_s_content_under_this_number_is_no_decision(counter: Counter) -> None:
    """Both came from the union and both are vouched for, each for itself."""
    counter.compared()
    first = content(counter)
    view = counter.compared()
    with counter.world.store.view(("decision",)) as work:
        newest = work.first(
            select(decision.c.id, decision.c.came_in).where(decision.c.id != first["decision_id"])
        )
        older = work.first(select(decision.c.came_in).where(decision.c.id == first["decision_id"]))
    assert newest is not None and older is not None
    text = canonical_json(first)
    with counter.world.store.update(("decision",), ("decision",)) as work:
        work.run(
            update(decision)
            .where(decision.c.id == newest.id)
            .values(record=text, came_in=older.came_in)
        )
    with pytest.raises(UserError, match=r"cases\.decision_changed"):
        counter.draw(view)


def test_a_line_that_does_not_fit_its_chain_vouches_for_nothing(counter: Counter) -> None:
    counter.compared()
    (row,) = counter.rows(decision)
    journal = counter.world.journal
    digest = hashlib.sha256(row.record.encode()).digest()
    assert journal.vouches(row.came_in, digest)
    assert not journal.vouches(row.came_in, hashlib.sha256(b"").digest())
    assert not journal.vouches(row.came_in + 1, digest)
    assert not journal.vouches(10**9, digest)


def test_a_rewritten_line_of_the_journal_vouches_for_nothing(counter: Counter) -> None:
    """The payload is that of the changed row; the chain behind it is not."""
    view = counter.compared()
    another_ratio(counter)
    (row,) = counter.rows(decision)
    journal = counter.world.journal
    line = journal.line(row.came_in)
    digest = hashlib.sha256(row.record.encode()).digest()
    body = encode_line(line.at, line.terminal, line.epoch, replace(line.entry, payload=digest))
    tool = journal.file._connection
    tool.execute("DROP TRIGGER line_stays")
    tool.execute("UPDATE line SET body = ? WHERE number = ?", (body, row.came_in))
    assert journal.line(row.came_in).entry.payload == digest
    with pytest.raises(UserError, match=r"cases\.decision_changed"):
        counter.draw(view)
