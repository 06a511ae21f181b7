"""The yearly runs by command, and what a terminal receives of them."""

from __future__ import annotations

import json

import pytest

from app.peers.union.embed import embedded
from app.peers.union.main import main
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from tests.support.union_terminal import MORNING, TABLES, UnionTerminal

pytestmark = pytest.mark.req("SYS-01", "FLOW-303", "FLOW-304", "FLOW-406", "FILE-18", "FILE-20")


def test_two_operators_run_the_year_and_the_terminal_gets_its_papers(tmp_path, capsys):
    place = municipality(TABLES, size=60, on=MORNING.date())
    insured = {
        person.coverage.insured_number
        for person in place.persons()
        if person.coverage
        and person.coverage.acquired_on.isoformat() <= "2026-08-01"
        and not person.coverage.lost_on
    }
    data = tmp_path / "union"

    def command(*words: str, code: int = 0) -> str:
        assert main([words[0], "--data", str(data), *words[1:]]) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    with embedded(data, moment=MORNING) as union:
        union.first.load(seed_line(person) for person in place.persons())
        terminal = UnionTerminal(union).enrol()
        first, second = json.loads((data / "operators.json").read_text(encoding="utf-8"))
        for kind, day, file_id in (
            ("share", "2026-08-01", "FILE-18"),
            ("levy", "2026-04-01", "FILE-20"),
        ):
            asked = ("--operator", first, kind, MUNICIPALITY_CODE, day)
            run = f"U15-{kind}-{MUNICIPALITY_CODE}-2026"
            assert run in command("propose-run", *asked)
            told = command("confirm-run", "--operator", first, run, code=1)
            assert "別の操作者が確かめてください" in told
            told = command("confirm-run", "--operator", second, run)
            assert "終わった日時" in told and "確認リストに載せたもの： 0" in told
            received = terminal.receive(file_id)
            assert {one.insured_number for one in received} >= insured
            assert terminal.waiting() == ()
            assert "始められています" in command("propose-run", *asked, code=1)
        assert "当初賦課" in command("runs")
        assert command("go-on", run) == told
        assert terminal.waiting() == ()
        terminal.close()
