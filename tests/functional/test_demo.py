"""`make demo` where there is no display: the scripted visit leaves what README says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = {
    "81歳・マイナ保険証なし": "eligibility_certificate",
    "81歳・マイナ保険証あり": "eligibility_notice",
    "86歳・マイナ保険証あり": "eligibility_certificate",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "demo-out"
    watch = ROOT / "tests" / "support" / "watch"
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-m", "app.main", "demo", "--persons", "200", "--out", str(out)],
        cwd=ROOT,
        env={
            **env,
            "PYTHONPATH": os.pathsep.join((str(watch), str(ROOT))),
            "MADOGUCHI_WATCH": str(out.parent / "connections"),
        },
        capture_output=True,
        text=True,
        timeout=220,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    assert not re.search("[a-z]_[a-z]|``", done.stdout)
    return out


def stories(out: Path) -> list[dict[str, Any]]:
    report = json.loads((out / "visit.json").read_text(encoding="utf-8"))
    return list(report["stories"])


@pytest.fixture(scope="module")
def visits(out: Path) -> list[dict[str, Any]]:
    report = json.loads((out / "visit.json").read_text(encoding="utf-8"))
    return list(report["visits"])


def text_of(pdf: Path | bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.req("SEC-71", "SEC-142")
def test_no_process_of_the_tree_talks_to_anybody_but_the_union_of_the_demonstration(
    out: Path,
) -> None:
    notes = [
        json.loads(line)
        for line in (out.parent / "connections").read_text(encoding="utf-8").splitlines()
    ]
    assert len({tuple(note["argv"]) for note in notes}) >= 2, "the children are watched too"
    asked = {note["address"] for note in notes if note["event"] == "socket.getaddrinfo"}
    assert asked <= {"None", "127.0.0.1", "localhost"}
    spoken = [note["address"] for note in notes if note["event"] != "socket.getaddrinfo"]
    assert {where[0] for where in spoken if isinstance(where, list)} == {"127.0.0.1"}
    doors = [note["address"] for note in notes if note["event"] == "socket.bind"]
    reached = {
        tuple(note["address"])
        for note in notes
        if note["event"] == "socket.connect" and isinstance(note["address"], list)
    }
    assert len(reached) == len(doors) == 2, "the union's line and its operators' door"


@pytest.mark.req("FLOW-101", "FLOW-104", "FLOW-106", "FLOW-107", "FLOW-108")
def test_three_persons_get_the_paper_that_the_decision_names(
    visits: list[dict[str, Any]],
) -> None:
    assert {visit["label"]: visit["paper"] for visit in visits} == PAPERS


def test_every_paper_is_there_as_pdf_and_picture(out: Path, visits: list[dict[str, Any]]) -> None:
    for visit in visits:
        said = text_of(out / visit["pdf"])
        assert visit["insured_number"] in said
        assert visit["certificate_number"] in said
        assert "見本" in said
        assert not re.search("[a-z]", Path(visit["pdf"]).stem)  # named as people name it
        assert (out / visit["picture"]).stat().st_size > 10_000
    printed = {file.read_bytes() for file in (out / "printed").glob("*.pdf")}
    wanted = {(out / one["pdf"]).read_bytes() for one in (*visits, *stories(out)) if one["pdf"]}
    slips = printed - wanted
    assert printed > wanted and len(slips) == 1, "the slip that goes to the other desk"
    assert "引継票" in text_of(slips.pop())


def test_three_stories_are_played_after_the_visits(out: Path) -> None:
    """docs/stories: the question about reaching 75, a lost paper, another desk's request."""
    told = {one["label"]: one for one in stories(out)}
    assert list(told) == ["年齢到達の問い合わせ", "再交付の申請", "ほかの窓口への引継"]
    assert told["再交付の申請"]["paper"] == "eligibility_certificate"
    assert told["年齢到達の問い合わせ"]["touches"] == 0, "nothing is sent, nobody signs"
    assert told["ほかの窓口への引継"]["decision"]
    for one in told.values():
        assert one["journal_lines"]["first"] <= one["journal_lines"]["last"]
        for step in one["steps"]:
            assert (out / step["picture"]).exists()


def test_every_step_has_its_picture_keys_and_time(out: Path, visits: list[dict[str, Any]]) -> None:
    for visit in visits:
        assert visit["touches"] == 2  # the sending and the issue: the acts that matter
        assert visit["keys_pressed"] > 100
        assert visit["journal_lines"]["first"] <= visit["journal_lines"]["issue"]
        assert visit["journal_lines"]["issue"] <= visit["journal_lines"]["last"]
        for step in visit["steps"]:
            assert (out / step["picture"]).exists()
            assert step["milliseconds"] >= 0
    numbers = [visit["certificate_number"] for visit in visits]
    assert len(set(numbers)) == len(numbers)
