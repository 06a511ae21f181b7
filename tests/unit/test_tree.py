"""What may not stand in a tracked file, and what every test and page cites exists."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.support import coverage

ROOT = Path(__file__).resolve().parents[2]

# written in parts, so that this file does not hold what it looks for
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "crates" + ".io")
INDEX_OPTIONS = ("--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "file" + "://")
MACHINE = re.compile(
    r"(?<![\w.<])/(?:wo" + r"rk|ro" + r"ot|opt|Users)/\w|/tm" + r"p/w\b|/ho" + r"me/(?!counter\b)\w"
)
SECRETS = ("-----BEGIN " + "PRIVATE", "-----BEGIN " + "CERTIFICATE", "AGE-SECRET" + "-KEY-1")
CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)
UNFINISHED = re.compile(
    r"\b(TO" + r"DO|FIX" + r"ME)\b|mark\.(sk" + r"ip|xf" + r"ail)\b|pytest\.sk" + r"ip\("
)
LOCKS = ("requirements.lock", "requirements-runtime.lock", "requirements-bundle.lock")
CITED = re.compile(r"\b(?:SYS|FLOW|FILE|DATA|SEC|FORM|ACT|ADD|CON)-\d+\b")


@cache
def _tracked() -> tuple[tuple[str, str], ...]:
    """Every tracked text file and its content."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    found = []
    for name in listed.split("\0"):
        path = ROOT / name
        if name and path.is_file() and b"\0" not in (raw := path.read_bytes()):
            found.append((name, raw.decode("utf-8")))
    assert len(found) > 300
    return tuple(found)


def _holding(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
        for name, text in _tracked()
        for hit in pattern.finditer(text)
    ]


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words))


def test_no_registry_is_named() -> None:
    assert _holding(_any_of(REGISTRIES + INDEX_OPTIONS)) == []


def test_no_path_of_a_machine_is_named() -> None:
    assert _holding(MACHINE) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /wo" + "rk/main", True),
        ("/ro" + "ot/x", True),
        ("/ho" + "me/somebody/x", True),
        ("/ho" + "me/counter/x", False),
        ("app/wo" + "rk/x", False),
    ],
)
def test_the_search_for_paths_finds_paths(text: str, found: bool) -> None:
    assert bool(MACHINE.search(text)) is found


def test_no_key_and_no_certificate_is_kept() -> None:
    assert _holding(_any_of(SECRETS)) == []


def test_nothing_is_left_open_in_the_text() -> None:
    assert _holding(CONFLICT) == []
    assert _holding(UNFINISHED) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)
    pins = [pin for pin in pins if pin.strip() and not pin.startswith("#")]
    assert len(pins) > 20
    for pin in pins:
        assert re.match(r"[\w.-]+==[\w.]+", pin), pin
        assert "--hash=sha256:" in pin, pin


def test_every_id_that_a_test_cites_exists() -> None:
    known = set(coverage.known_ids())
    unknown = {one: places for one, places in coverage.cited_ids().items() if one not in known}
    assert unknown == {}


def claimed_by_rules(cited: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The ids of systems, flows, files, forms and actors that a pure rule's test names."""
    return {
        one: places
        for one, places in cited.items()
        if one.partition("-")[0] in ("SYS", "FLOW", "FILE", "FORM", "ACT")
        and any("tests/unit/rules/" in place for place in places)
    }


def test_no_rule_s_test_claims_a_system_a_flow_a_file_a_form_or_an_actor() -> None:
    """A pure rule shows none of them working: that needs a screen, a line or a paper."""
    assert claimed_by_rules(coverage.cited_ids()) == {}


def test_the_search_for_such_claims_finds_them(tmp_path: Path) -> None:
    mark = "import pytest\n\npytestmark = pytest.mark.req('{}')\n"
    rule = tmp_path / "tests" / "unit" / "rules" / "test_x.py"
    story = tmp_path / "tests" / "functional" / "test_x.py"
    for file, ids in ((rule, "FLOW-101', 'DATA-27"), (story, "FLOW-102")):
        file.parent.mkdir(parents=True)
        file.write_text(mark.format(ids))
    found = claimed_by_rules(coverage.cited_ids(tmp_path / "tests"))
    assert found == {"FLOW-101": {"tests/unit/rules/test_x.py:3"}}


def test_every_id_that_code_or_page_cites_exists() -> None:
    known = set(coverage.known_ids())
    cited = [
        (name, one)
        for name, text in _tracked()
        if name.split("/")[0] in ("app", "db", "forms", "resources", "docs", "README.md")
        for one in CITED.findall(text)
    ]
    assert len(cited) > 100
    assert [(name, one) for name, one in cited if one not in known] == []


def test_the_list_of_ids_is_whole() -> None:
    """The counts that the requirement list states of itself."""
    stated = {"SYS": 75, "FLOW": 207, "FILE": 66, "DATA": 97}
    stated |= {"SEC": 171, "FORM": 92, "ACT": 39, "ADD": 13, "CON": 43}
    known = coverage.known_ids()
    assert len(set(known)) == len(known)
    rows = {kind: whole for kind, _, whole in coverage.table(known, {}) if kind != "all"}
    assert rows == stated


def test_coverage_counts_rows_not_markers(capsys: pytest.CaptureFixture[str]) -> None:
    rows = coverage.table(("SEC-1", "SEC-2", "ACT-1"), {"SEC-1": {"a", "b"}, "FILE-9": {"c"}})
    assert rows == [("SEC", 1, 2), ("ACT", 0, 1), ("all", 1, 3)]
    assert coverage.main([]) == 0
    last = capsys.readouterr().out.splitlines()[-1].split()
    assert last[0] == "all"
    assert 0 < int(last[1]) < int(last[2]) == 803
    assert coverage.main(["--open", "SEC"]) == 0
    still_open = capsys.readouterr().out.split()
    assert set(still_open).isdisjoint(coverage.cited_ids())


def test_an_id_that_is_not_written_out_is_told(tmp_path: Path) -> None:
    test = tmp_path / "tests" / "test_x.py"
    test.parent.mkdir()
    test.write_text("import pytest\n\n@pytest.mark.req(SOMETHING)\ndef test_x(): ...\n")
    with pytest.raises(ValueError, match=r"test_x\.py:3"):
        coverage.cited_ids(test.parent)
