"""How many requirement rows have a test that names them: ``python -m tests.support.coverage``.

A count, not a proof: a row counts as named when at least one test carries its id in
``@pytest.mark.req``. ``--open SEC`` lists the rows of a kind that no test names.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
IDS = Path(__file__).with_name("requirement_ids.txt")


def known_ids() -> tuple[str, ...]:
    """Every requirement row's id, in the list's order."""
    return tuple(IDS.read_text(encoding="utf-8").split())


def cited_ids(folder: Path = TESTS) -> dict[str, set[str]]:
    """Id → tests (``file:line``) whose ``req`` marker names it."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if ".req" not in text:
            continue  # most of the time went into reading what cites nothing
        for call in _markers(ast.parse(text)):
            place = f"{file.relative_to(folder.parent)}:{call.lineno}"
            for argument in call.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise ValueError(f"{place}: a requirement id is written out as text")
                found[argument.value].add(place)
    return dict(found)


def _markers(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "req"
            and ast.unparse(node.func) in ("pytest.mark.req", "mark.req")
        ):
            yield node


def kinds(known: tuple[str, ...]) -> tuple[str, ...]:
    """SYS, FLOW … in the list's order."""
    return tuple(dict.fromkeys(one.partition("-")[0] for one in known))


def table(known: tuple[str, ...], cited: Mapping[str, object]) -> list[tuple[str, int, int]]:
    """Rows (kind, named, all), the whole last."""
    rows = []
    for kind in kinds(known):
        of_kind = [one for one in known if one.startswith(kind + "-")]
        rows.append((kind, sum(one in cited for one in of_kind), len(of_kind)))
    return [*rows, ("all", sum(row[1] for row in rows), sum(row[2] for row in rows))]


def main(argv: list[str] | None = None) -> int:
    """Print the table, or with ``--open KIND`` the rows that no test names."""
    known = known_ids()
    parser = argparse.ArgumentParser(prog="tests.support.coverage", description=__doc__)
    parser.add_argument("--open", choices=kinds(known), help="list the rows no test names")
    arguments = parser.parse_args(argv)
    cited = cited_ids()
    if arguments.open:
        of_kind = (one for one in known if one.startswith(arguments.open + "-"))
        print("\n".join(one for one in of_kind if one not in cited))
        return 0
    print(f"{'rows':<6}{'named by a test':>16}{'of':>6}")
    for kind, named, whole in table(known, cited):
        print(f"{kind:<6}{named:>16}{whole:>6}  {named / whole:>4.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
