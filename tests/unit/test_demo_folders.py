"""The demonstration's folders: what it writes into, and what a killed run leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.demo.output import output_folder
from app.demo.scratch import clear_leftovers, scratch_folder

ROOT = Path(__file__).resolve().parents[2]


def _write(out: Path, *names: str) -> None:
    with output_folder(out) as folder:
        for name in names:
            (folder / name).write_text("new")
        (folder / "printed").mkdir()
        (folder / "printed" / "a.pdf").write_text("new")


def test_a_new_and_an_empty_folder_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "deep/new"):
        _write(tmp_path / name, "visit.json")
        assert (tmp_path / name / "visit.json").exists()


@pytest.mark.parametrize("theirs", ["letter.txt", ".hidden", "folder/"])
def test_a_folder_with_anything_of_others_is_refused_and_left(tmp_path: Path, theirs: str) -> None:
    path = tmp_path / theirs
    if theirs.endswith("/"):
        path.mkdir()
    else:
        path.write_text("theirs")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError) as refused, output_folder(tmp_path):
        pytest.fail("it was taken")
    assert refused.value.code == "demo.out_not_ours"
    assert "何も消していません" in refused.value.message
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("theirs")
    with pytest.raises(UserError), output_folder(tmp_path / "out"):
        pytest.fail("it was taken")
    assert (tmp_path / "out").read_text() == "theirs"


def test_the_next_run_removes_what_the_last_one_wrote_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _write(out, "01.png", "visit.json")
    (out / "my notes.txt").write_text("theirs")
    with output_folder(out):
        assert sorted(entry.name for entry in out.iterdir()) == [".madoguchi-demo", "my notes.txt"]
        (out / "02.png").write_text("newer")
    with output_folder(out):
        assert not (out / "02.png").exists()
    assert (out / "my notes.txt").read_text() == "theirs"


@pytest.mark.parametrize("listed", [["../outside"], ["."], [".."], [""], "outside", [1], None])
def test_a_mark_that_names_something_outside_removes_nothing(
    tmp_path: Path, listed: object
) -> None:
    (tmp_path / "outside").write_text("theirs")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".madoguchi-demo").write_text(json.dumps(listed))
    (out / "theirs").write_text("theirs")
    with output_folder(out):
        pass
    assert (tmp_path / "outside").exists()
    assert (out / "theirs").exists()


def test_a_run_that_writes_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyError), output_folder(tmp_path / "out"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_somebody_takes_away_hides_no_other_cause(tmp_path: Path) -> None:
    with pytest.raises(KeyError), output_folder(tmp_path / "out") as out:
        shutil.rmtree(out)
        raise KeyError


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault) as refused, output_folder(tmp_path / "file" / "out"):
        pytest.fail("it was taken")
    assert refused.value.code == "demo.out_unwritable"


def test_a_folder_in_use_stays_and_one_let_go_of_is_cleared(tmp_path: Path) -> None:
    with scratch_folder("room-", tmp_path) as used:
        left = tmp_path / "room-left"
        (left / "deep").mkdir(parents=True)
        (tmp_path / "room-left.lock").write_text("")
        with scratch_folder("room-", tmp_path) as second:
            assert used.is_dir()
            assert second.is_dir()
            assert second.stat().st_mode & 0o077 == 0
            assert not left.exists()
        assert clear_leftovers("room-", tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_leftover_of_ours_is_left(tmp_path: Path) -> None:
    (tmp_path / "other" / "deep").mkdir(parents=True)
    (tmp_path / "room-link").symlink_to(tmp_path / "other")
    (tmp_path / "room-link.lock").write_text("")
    (tmp_path / "room-without-lock").mkdir()
    (tmp_path / "room-file").write_text("")
    before = sorted(tmp_path.rglob("*"))
    assert clear_leftovers("room-", tmp_path) == []
    assert sorted(tmp_path.rglob("*")) == before


def test_a_lock_whose_folder_was_never_made_goes(tmp_path: Path) -> None:
    (tmp_path / "room-left.lock").write_text("")
    clear_leftovers("room-", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_s_folder_is_cleared_by_the_next(tmp_path: Path) -> None:
    work = (
        "import os, signal, sys; from pathlib import Path\n"
        "from app.demo.scratch import scratch_folder\n"
        "with scratch_folder('room-', Path(sys.argv[1])) as folder:\n"
        "    (folder / 'store').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", work, tmp_path], cwd=ROOT, check=False)
    assert killed.returncode == -9
    (left,) = (entry for entry in tmp_path.glob("room-*") if entry.is_dir())
    with scratch_folder("room-", tmp_path) as folder:
        assert not left.exists()
        assert list(folder.iterdir()) == []
