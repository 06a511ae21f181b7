"""A kind of case is a declaration of its own: no two are alike, and on average one costs at most
120 lines on terminal, wire and union together, comments, families and registries included."""

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


def test_no_two_kinds_are_declared_alike() -> None:
    """Apart from code, name and help: what is asked, shown, refused and looked at, and the rest."""
    declared: dict[object, str] = {}
    for code, kind in CASES.items():
        fields = tuple(
            (one.name, one.label, one.kind, one.codes, one.required, one.note, one.first)
            for one in kind.fields.values()
        )
        shown = tuple(one.words for one in kind.documents)
        after = tuple((one.code, one.days) for one in kind.follow_up)
        about = (type(kind.about), getattr(kind.about, "states", ()))
        done = (kind.papers, kind.says, kind.second_look.look)
        whole = repr((fields, shown, kind.refusals, done, after, about))
        assert whole not in declared, f"{code} is {declared.get(whole)}"
        declared[whole] = code
