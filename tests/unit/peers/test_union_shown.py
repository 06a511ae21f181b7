"""What the operators' commands answer, in words: every fact and every code has one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, Text, insert

from app.core.language import VARIABLE
from app.core.tables import load_tables, shipped_tables
from app.peers.union import operators
from app.peers.union.line.faults import Faults
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.shown import ACTS, FACTS, LEFT_OUT, WORDS, as_words
from app.peers.union.system import System
from app.peers.union.tables import (
    credential,
    enrolment,
    enrolment_approval,
    inquiry,
    restore,
    returned,
    terminal,
)
from app.wire.protocol import EnrolmentStep
from tests.support.union_inside import decide, load, notification, seed_person, union_inside
from tests.support.union_terminal import MORNING

ROOT = Path(__file__).resolve().parents[3]
ASKED = (
    "status",
    "requests",
    "terminals",
    "certificates",
    "inquiries",
    "notifications",
    "decisions",
    "check_list",
    "log",
    "restores",
    "returned",
)
TABLES = load_tables(shipped_tables())


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a union that has seen everything once answers."""
    with union_inside(tmp_path_factory.mktemp("union")) as system:
        load(system, seed_person(1, "1940-01-01"))
        decide(system, notification())
        decide(system, notification(501, birth_sort="1999-01-01"), "S-2")
        _put(system, enrolment, step="waiting", profile="counter", terminal="T01")
        _put(system, enrolment_approval)
        _put(system, terminal, state="active", profile="branch")
        _put(system, credential, valid_to=system.now(), withdrawn_at=system.now())
        _put(system, inquiry, person_id=1, year=2026, state="open")
        _put(system, restore)
        _put(system, returned, standing="differs")
        with system.database.write() as connection:
            entry = CheckEntry("number_blank", "152994", "1", ("name", "birth_written"))
            list_entry(system, connection, entry, "個人番号が空白です。", case_id="T01-1-000001")
        desk = operators.Desk(system, Faults(), system.clock, {})  # type: ignore[arg-type]
        acts = operators._acts(desk)
        acts["facilities"]("操作者", {}, b"[]")  # type: ignore[arg-type]
        acts["fault"]("操作者", operators._Arguments(kind="drop"), b"")
        yield {name: acts[name]("操作者", {}, b"") for name in ASKED}  # type: ignore[arg-type]


def _put(system: System, table: Table, **values: object) -> None:
    """One row, what is not given filled with anything of its type."""
    for column in table.c:
        if not column.nullable and column.name not in values and column.default is None:
            kind = column.type
            filler: object = 1
            if isinstance(kind, Text):
                filler = "文字"
            elif isinstance(kind, LargeBinary):
                filler = b"x"
            values[column.name] = filler
    with system.database.write() as connection:
        connection.execute(insert(table).values(**values))


def test_every_fact_has_a_name(answers: dict[str, Any]) -> None:
    asked = [answers[name] for name in ASKED]
    records = [
        one for answer in asked for one in (answer if isinstance(answer, list) else [answer])
    ]
    assert len(records) > len(ASKED) - 2
    known = set(FACTS) | LEFT_OUT
    assert {name for record in records for name in record} - known == set()


def test_no_name_of_a_table_or_a_code_is_told(answers: dict[str, Any]) -> None:
    told = "\n".join(as_words(answers[name], TABLES, MORNING.date()) for name in ASKED)
    assert "{" not in told
    for line in told.splitlines():
        fact, _, value = line.partition("： ")
        assert not re.search("[A-Za-z]", fact), line
        assert not re.fullmatch(r"[a-z_]+", value) or fact == "対象", (
            line
        )  # which fault, in training
    for word in ("承認待ち", "出張所", "回答待ち", "却下", "個人番号が空白", "氏名", "不調の設定"):
        assert word in told


def test_every_code_that_is_kept_has_a_word() -> None:
    assert set(WORDS["step"]) == {step.value for step in EnrolmentStep}
    acts = set()
    for module in (ROOT / "app" / "peers" / "union").rglob("*.py"):
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "log_act":
                assert isinstance(call.args[3], ast.Constant), module
                acts.add(call.args[3].value)
    assert len(acts) > 10
    assert acts - set(ACTS) == set()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "行いました。"),
        ([], "ありません。"),
        ({"persons": 60, "coverages": 31, "judged": 27}, "住民： 60"),
        (
            {"records": 1, "confirmed": 0, "contradicted": 1, "listed": 1},
            "確認リストに載せたもの： 1",
        ),
        ({"detail": json.dumps({"count": 3, "cause": "bad_signature"})}, "内容： 件数： 3"),
        ({"reasons": "too_young gone_code"}, "理由： 年齢が75歳に達しておらず"),
        ("2026-11-20", "結果： 2026-11-20"),
    ],
)
def test_answers_of_every_shape(answer: object, told: str) -> None:
    assert told in as_words(answer, TABLES, MORNING.date())


def test_english_when_asked(answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "en")
    told = as_words(answers["requests"], TABLES, MORNING.date())
    assert "kind of terminal: counter" in told
    assert "state: waiting" in told
