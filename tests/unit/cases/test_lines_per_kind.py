"""A kind of case is a declaration: on average it costs at most 120 lines on terminal, wire and
union together, comments, families and registries included."""

from __future__ import annotations

from pathlib import Path

from app.catalog import CASES

ROOT = Path(__file__).parents[3]
ROOMS = ("app/functions/*/kinds", "app/wire/bodies", "app/peers/union/office/kinds")
MOST = 120


def lines_of(room: str) -> int:
    files = [path for folder in ROOT.glob(room) for path in folder.glob("*.py")]
    assert files, f"{room} is empty: nothing would be counted"
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def test_a_kind_costs_at_most_120_lines_on_average() -> None:
    lines = {room: lines_of(room) for room in ROOMS}
    assert len(CASES) >= 55
    assert sum(lines.values()) / len(CASES) <= MOST, lines
