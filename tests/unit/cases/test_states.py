"""The table of a case's states: whole, without dead ends, and the only way to change one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from app.cases import state
from app.cases.state import LABELS, NEXT, OVER, CaseState, move, state_of
from app.core.errors import UserError
from db.tables.cases import case_file

ROOT = Path(__file__).parents[3]


class Rows:
    """One case in a store of its own."""

    def __init__(self, at: CaseState) -> None:
        self._connection = create_engine("sqlite://").connect()
        case_file.create(self._connection)
        state.add(
            self, "T01-1-1", kind="move_in", opened_by="S101", opened_at="2026-11-16T10:00:00"
        )
        self.run(case_file.update().values(state=at))

    def first(self, statement, params=None):
        return self._connection.execute(statement, params or {}).first()

    def run(self, statement, params=None):
        return self._connection.execute(statement, params or {}).rowcount

    @property
    def row(self):
        return self.first(select(case_file))


class TestTable:
    def test_every_state_has_its_line_and_its_word(self):
        assert set(NEXT) == set(LABELS) == set(CaseState)

    def test_from_every_state_but_the_dropped_one_there_is_a_way_on(self):
        assert [one for one in CaseState if not NEXT[one]] == [CaseState.CANCELLED]

    def test_every_state_is_reached_from_a_fresh_case_and_reaches_an_end(self):
        assert reached(CaseState.DRAFT) | {CaseState.DRAFT} == set(CaseState)
        assert all(reached(one) & OVER or one in OVER for one in CaseState)

    def test_what_the_union_did_not_take_is_corrected_or_dropped_and_never_sent_by_itself(self):
        assert NEXT[CaseState.REJECTED] == {CaseState.DRAFT, CaseState.CANCELLED}

    @given(st.sampled_from(CaseState), st.sampled_from(CaseState))
    def test_move_takes_every_step_of_the_table_and_no_other(self, at, to):
        rows = Rows(at)
        before = rows.row
        if to in NEXT[at]:
            move(rows, "T01-1-1", to, step="summary")
            assert (rows.row.state, rows.row.step) == (to, "summary")
            assert rows.row.version == before.version + 1
        else:
            with pytest.raises(UserError) as refused:
                move(rows, "T01-1-1", to, step="summary")
            assert refused.value.code == "cases.case_state"
            assert LABELS[at] in refused.value.message and LABELS[to] in refused.value.message
            assert rows.row == before

    def test_a_case_that_is_not_there(self):
        with pytest.raises(UserError, match="受付が見つかりません"):
            state_of(Rows(CaseState.DRAFT), "T01-1-2")

    def test_change_does_not_touch_the_state(self):
        with pytest.raises(ValueError, match="move"):
            state.change(Rows(CaseState.DRAFT), "T01-1-1", state="closed")

    @pytest.mark.parametrize("at", CaseState)
    def test_a_late_rejection_moves_only_what_waits(self, at):
        rows = Rows(at)
        state.was_rejected(rows, "T01-1-1")
        expected = CaseState.REJECTED if at is CaseState.WAITING else at
        assert rows.row.state == expected


def reached(at: CaseState) -> set[CaseState]:
    found: set[CaseState] = set()
    ahead = [at]
    while ahead:
        for one in NEXT[ahead.pop()] - found:
            found.add(one)
            ahead.append(one)
    return found


class TestNobodyElseWrites:
    """Every statement that writes ``case_file`` stands in ``app/cases/state.py``."""

    FILES = [
        path
        for room in ("app", "db", "forms")
        for path in (ROOT / room).glob("**/*.py")
        if "migrations" not in path.parts and "peers" not in path.parts
    ]

    def test_nowhere_else(self):
        writers = {
            str(path.relative_to(ROOT))
            for path in self.FILES
            if writes(path.read_text(), "case_file")
        }
        assert writers == {"app/cases/state.py"}

    @pytest.mark.parametrize(
        "source",
        [
            "update(case_file)",
            "insert(case_file)",
            "delete(case_file)",
            "sa.update(case_file)",
            "case_file.update()",
            "cases.case_file.insert()",
            "update(cases.case_file)",
            'text("UPDATE case_file SET state = 1")',
            "work.insert_rows(case_file, names, rows)",
        ],
    )
    def test_the_look_finds_every_way(self, source):
        assert writes(source, "case_file")

    def test_reading_is_free(self):
        assert not writes('select(case_file.c.state)\n"case_file.state"', "case_file")


_WRITING = {"insert", "update", "delete", "insert_rows", "replace"}


def writes(source: str, table: str) -> bool:
    """Whether a statement in ``source`` inserts, updates or deletes rows of ``table``."""
    return any(_writes(node, table) for node in ast.walk(ast.parse(source)))


def _writes(node: ast.AST, table: str) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value.lower()
        return table in text and any(f"{word} " in text for word in ("update", "insert", "delete"))
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else _name(node.func)
    if name not in _WRITING:
        return False
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    return any(_name(one) == table for one in (owner, *node.args) if one is not None)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
