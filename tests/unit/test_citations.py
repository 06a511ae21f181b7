"""What code, tests and tables cite exists: DESIGN in docs/design.md, DOMAIN in docs/domain.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"DESIGN": ROOT / "docs" / "design.md", "DOMAIN": ROOT / "docs" / "domain.md"}
CITING = ("app", "db", "forms", "tests", "resources")
_CITED = re.compile(r"\b(DESIGN|DOMAIN) (\d+(?:\.\d+)?)(?: \"([^\"]+)\")?")


def places(page: Path) -> set[str]:
    """Numbers that can be cited: sections, sub-sections, and the items of a section's list."""
    found, section = set(), ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#{2,3} (\d+(?:\.\d+)?)[. ]", line):
            section = heading[1]
            found.add(section)
        elif item := re.match(r"(\d+)\. \*\*", line):
            found.add(f"{section}.{item[1]}")
    return found


def citations() -> Iterator[tuple[str, str, str, str]]:
    """(file, page, number, quoted heading) of each citation in the tree."""
    for room in CITING:
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix not in (".py", ".toml"):
                continue
            for cited in _CITED.finditer(file.read_text(encoding="utf-8")):
                yield str(file.relative_to(ROOT)), cited[1], cited[2], cited[3] or ""


@pytest.mark.parametrize("name", PAGES)
def test_every_citation_leads_somewhere(name: str) -> None:
    known = places(PAGES[name])
    words = PAGES[name].read_text(encoding="utf-8")
    cited = [one for one in citations() if one[1] == name]
    lost = {
        (file, number, quoted)
        for file, _, number, quoted in cited
        if number not in known or (quoted and f"**{quoted}" not in words)
    }
    assert cited
    assert lost == set()


def test_a_citation_of_nothing_is_found() -> None:
    assert "1.10" in places(PAGES["DESIGN"])
    assert "1.99" not in places(PAGES["DESIGN"])
    assert "4.9" in places(PAGES["DOMAIN"])
    assert "11" not in places(PAGES["DOMAIN"])
