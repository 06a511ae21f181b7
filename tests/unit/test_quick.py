"""What keeps the tests quick: made once and copied, long files first, a union forked when asked."""

from __future__ import annotations

import os
import re
import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.errors import EnvironmentFault
from app.peers.union.embed import embedded
from tests.support import order, room, soak
from tests.support.forked_union import ForkedUnion

ROOT = Path(__file__).resolve().parents[2]


def test_made_once_however_many_ask() -> None:
    name, built = f"probe-{secrets.token_hex(4)}", []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "made").write_text("whole")

    with ThreadPoolExecutor(4) as asking:
        places = set(asking.map(lambda _: room.once(name, build), range(8)))
    assert [*places] == built and (built[0] / "made").read_text() == "whole"


def test_what_failed_half_way_is_made_anew() -> None:
    name = f"probe-{secrets.token_hex(4)}"

    def break_half_way(folder: Path) -> None:
        (folder / "half").touch()
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        room.once(name, break_half_way)
    place = room.once(name, lambda folder: (folder / "whole").touch())
    assert [one.name for one in place.iterdir()] == ["whole"]


def test_everything_temporary_lies_in_the_room(tmp_path: Path) -> None:
    here = Path(os.environ["TMPDIR"])
    assert tmp_path.is_relative_to(here) and here.name.startswith("madoguchi-tests-")


def test_the_long_files_exist_and_come_first() -> None:
    assert [name for name in order.LONG if not (ROOT / name).is_file()] == []
    short = [SimpleNamespace(nodeid=f"tests/a.py::test_{number}") for number in range(3)]
    long = [SimpleNamespace(nodeid=f"{name}::test") for name in order.LONG[:2]]
    items = [short[0], long[1], short[1], long[0], short[2]]
    order.longest_first(items)  # type: ignore[arg-type]
    assert items == [*long, *short]


def test_a_forked_union_is_a_whole_process_and_its_end_is_seen(tmp_path: Path) -> None:
    with (
        embedded(tmp_path / "a", start=ForkedUnion) as one,
        embedded(tmp_path / "b", start=ForkedUnion) as two,
    ):
        assert len({one.process, two.process, os.getpid()}) == 3
        assert one.first.status()["authorities"] != two.first.status()["authorities"]
        os.kill(one.process, signal.SIGKILL)
        assert two.first.status()["authorities"]


def test_a_forked_union_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "signing").write_bytes(b"x")
    with pytest.raises(EnvironmentFault) as refused, embedded(tmp_path, start=ForkedUnion):
        raise AssertionError("it must not start")
    assert refused.value.code == "union.not_started" and "鍵" in refused.value.message


def test_what_is_random_is_tried_in_full_only_in_make_soak() -> None:
    """A fixed number of examples would be the same few, however long somebody soaks."""
    fixed = re.compile(r"max_examples=\d|@se" + r"ed\(")
    found = [
        f"{file.relative_to(ROOT)}: {hit[0]}"
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        for hit in fixed.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_soaking_takes_the_files_that_try_more(request: pytest.FixtureRequest) -> None:
    names = {item.path.stem for item in request.session.items if item.get_closest_marker("soak")}
    there = {item.path.stem for item in request.session.items}
    assert "test_quick" not in names
    assert names >= there & {"test_store_kill", "test_premium_properties", "test_daily_files"}
    assert soak.tries(1, 1_000) == (1_000 if soak.SOAKING else 1)
