"""The folder that the demonstration writes into: its own, or an empty one. Nothing of anybody
else's is deleted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.errors import EnvironmentFault, UserError

_MARK = ".madoguchi-demo"


@contextmanager
def output_folder(out: Path) -> Iterator[Path]:
    """``out``, made if need be and marked as the demonstration's. What an earlier run wrote there
    goes first; what somebody put beside it stays. A folder that stays empty goes again.

    Raises UserError ``demo.out_not_ours`` for a folder with anything in it that has no mark, and
    for what is no folder; EnvironmentFault ``demo.out_unwritable``.
    """
    made = not out.exists()
    mark = out / _MARK
    if not made:
        _refuse_foreign(out, mark)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in _written(mark):
            _remove(out / name)
        theirs = {entry.name for entry in out.iterdir()} | {_MARK}
        _note(mark, [])
    except OSError as cause:
        raise EnvironmentFault(
            "demo.out_unwritable",
            f"{out} に書き込めません。",
            "書き込めるフォルダーを --out で指定してください。",
        ) from cause
    try:
        yield out
    finally:
        with suppress(OSError):  # the folder is gone or the disk full: the run told it already
            ours = sorted(entry.name for entry in out.iterdir() if entry.name not in theirs)
            if ours or not made:
                _note(mark, ours)
            else:
                shutil.rmtree(out, ignore_errors=True)


def _refuse_foreign(out: Path, mark: Path) -> None:
    if not out.is_dir():
        what = f"{out} はフォルダーではないため、使えません。"
    elif any(out.iterdir()) and not mark.is_file():
        what = f"{out} には、実演のものではないファイルがあるため、使いません。何も消していません。"
    else:
        return
    raise UserError(
        "demo.out_not_ours",
        what,
        "空のフォルダーか、まだないフォルダーを --out で指定してください。",
        field="out",
    )


def _written(mark: Path) -> list[str]:
    """What the mark says an earlier run wrote: plain names in its own folder, nothing else."""
    try:
        names = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(names, list):
        return []
    return [
        name
        for name in names
        if isinstance(name, str) and Path(name).name == name and name not in ("", "..")
    ]


def _note(mark: Path, names: list[str]) -> None:
    mark.write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
