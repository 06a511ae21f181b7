"""The union's parts on their own: migrations, keys, faults, command line, first load."""

from __future__ import annotations

import json
import os

import pytest
from sqlalchemy import select, text

from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault, UserError
from app.peers.union.database import Database, sqlite_url
from app.peers.union.embed import embedded
from app.peers.union.keys import open_keys
from app.peers.union.line.faults import Fault, FaultKind, Faults
from app.peers.union.main import main
from app.peers.union.office.shares import judge_household
from app.peers.union.operators import open_tokens
from app.peers.union.system import ShiftedClock, next_value
from app.peers.union.tables import counter, person, share
from app.training.municipality import municipality
from app.training.people import seed_line
from tests.support.union_inside import HOUSEHOLD, income, load, seed_person, union_inside
from tests.support.union_terminal import MORNING, TABLES, UnionTerminal


def test_a_newer_database_is_refused(tmp_path):
    database = Database(sqlite_url(tmp_path / "union.db"))
    with database.write() as connection:
        connection.execute(text("INSERT INTO schema_version VALUES (99)"))
    database.close()
    with pytest.raises(EnvironmentFault) as refused:
        Database(sqlite_url(tmp_path / "union.db"))
    assert refused.value.code == "union.newer_database"


def test_a_failed_write_leaves_nothing(tmp_path):
    database = Database(sqlite_url(tmp_path / "union.db"))
    with pytest.raises(RuntimeError), database.write() as connection:
        assert next_value(connection, "n") == 1
        raise RuntimeError
    with database.write() as connection:
        assert connection.execute(select(counter)).all() == []
        assert [next_value(connection, "n") for _ in range(3)] == [1, 2, 3]
    database.close()


@pytest.mark.req("SEC-141")
def test_keys_are_made_once_private_and_never_replaced(tmp_path):
    now = SystemClock().now()
    first = open_keys(tmp_path / "keys", ("127.0.0.1",), "U15", now)
    again = open_keys(tmp_path / "keys", ("127.0.0.1",), "U15", now)
    assert first.receiving == again.receiving
    assert first.authorities == again.authorities
    for file in (tmp_path / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    (tmp_path / "keys" / "signing").unlink()
    with pytest.raises(EnvironmentFault) as missing:
        open_keys(tmp_path / "keys", ("127.0.0.1",), "U15", now)
    assert missing.value.code == "union.keys_damaged"
    (tmp_path / "keys" / "signing").write_bytes(b"short")
    with pytest.raises(EnvironmentFault):
        open_keys(tmp_path / "keys", ("127.0.0.1",), "U15", now)


def test_faults_happen_as_often_as_told():
    faults = Faults()
    faults.add(Fault(FaultKind.DROP, "complete", times=2))
    assert faults.take("down", FaultKind.DROP) is None
    assert faults.take("complete", FaultKind.DELAY) is None
    assert faults.take("complete", FaultKind.DROP) is not None
    assert faults.take("complete", FaultKind.DROP) is not None
    assert faults.take("complete", FaultKind.DROP) is None
    faults.add(Fault(FaultKind.DROP))
    faults.clear()
    assert faults.take("any", FaultKind.DROP) is None


def test_every_operator_has_a_token_of_his_own(tmp_path):
    first = open_tokens(tmp_path, ("甲", "乙"))
    assert open_tokens(tmp_path, ("丙",)) == first
    assert len(set(first.values())) == 2
    assert (tmp_path / "operators.json").stat().st_mode & 0o077 == 0


def test_the_shifted_clock_runs_on_from_where_it_was_set():
    clock = ShiftedClock(SystemClock())
    clock.set_to(MORNING)
    assert 0 <= (clock.now() - MORNING).total_seconds() < 5


def test_the_first_load_is_for_an_empty_union_only(tmp_path):
    with union_inside(tmp_path / "u") as system:
        load(system, seed_person(1, "1940-01-01"))
        with pytest.raises(UserError) as refused:
            load(system, seed_person(2, "1940-01-01"))
        assert refused.value.code == "union.not_empty"
        with system.database.read() as connection:
            assert len(connection.execute(select(person)).all()) == 1


def test_the_initial_shares_are_those_that_one_judgement_gives(tmp_path):
    facts = income(1_450_000, 3_830_000, 2_500_000, 5_000_000, taxed=True)
    with union_inside(tmp_path / "u") as system:
        load(system, seed_person(1, "1940-01-01", income=facts))
        with system.database.read() as connection:
            row = connection.execute(select(share)).one()
            judged = judge_household(system, connection, "152994", HOUSEHOLD, MORNING.date())
    assert (row.copay_ratio, row.limit_class) == (3, "earner1")
    assert judged.decision.ratio == row.copay_ratio
    assert (row.copay_from, row.income_state) == ("2026-08-01", "confirmed")


def test_command_line_and_end_of_the_child(tmp_path, capsys):
    data = tmp_path / "union"
    place = municipality(TABLES, size=60, on=MORNING.date())
    with embedded(data, moment=MORNING) as union:
        process = union.process
        lines = tmp_path / "persons.jsonl"
        lines.write_text(
            "\n".join(json.dumps(seed_line(p), ensure_ascii=False) for p in place.persons()),
            encoding="utf-8",
        )
        assert main(["load", "--json", "--data", str(data), str(lines)]) == 0
        assert json.loads(capsys.readouterr().out)["persons"] == 60
        terminal = UnionTerminal(union)
        state = terminal.ask_enrolment(terminal.request())
        for operator in ("研修操作者一", "研修操作者二"):
            command = ["approve", "--json", "--data", str(data), "--operator", operator, state.id]
            assert main(command) == 0
            answered = json.loads(capsys.readouterr().out)
        assert answered["step"] == "approved"
        assert main(["terminals", "--json", "--data", str(data)]) == 0
        assert json.loads(capsys.readouterr().out)[0]["state"] == "active"
        assert main(["withdraw", "--data", str(data), "T77"]) == 1
        assert "T77" in capsys.readouterr().err
        assert main(["approve", "--data", str(data), "--operator", "誰か", state.id]) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert main(["status", "--data", str(data)]) == 1
    assert "動いていません" in capsys.readouterr().err


def test_a_union_that_cannot_start_says_why(tmp_path):
    data = tmp_path / "union"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "signing").write_bytes(b"x")
    with pytest.raises(EnvironmentFault) as refused, embedded(data):
        raise AssertionError("it must not start")
    assert refused.value.code == "union.not_started"
    assert "鍵" in refused.value.message
