"""A founding that is not finished: everything it makes lies beside the data directory and takes
its place at the end, whole. What breaks off leaves only the answers that are no secret."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import FileLock, lock_file, put_in_place, remove, write_fault, write_whole
from app.core.paths import Paths

_ANSWERS = "answers.toml"
_LOCK = "founding.lock"


class Unfinished:
    """The folder of one founding. Made by ``unfinished``."""

    def __init__(self, data: Path, folder: Path, lock: FileLock) -> None:
        self._data = data
        self._folder = folder
        self._lock = lock
        self._answers = _read(folder / _ANSWERS)
        self._settled = False
        self.was_broken_off = any(entry.name not in (_ANSWERS, _LOCK) for entry in folder.iterdir())
        """Whether an earlier founding was ended in the middle of the making, by a power cut say."""
        self.clear()

    @property
    def paths(self) -> Paths:
        """Where the founding makes its files for now."""
        return Paths(self._folder / "data")

    def answer(self, name: str) -> str:
        """What was answered to this question last time, else ""."""
        return self._answers.get(name, "")

    def keep(self, name: str, answer: str) -> None:
        """Keep an answer for the next time. Never a secret."""
        self._answers[name] = answer
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
            for key, value in self._answers.items()
        ]
        write_whole(self._folder / _ANSWERS, "".join(lines).encode())

    def clear(self) -> None:
        """Remove what was made, but not the answers."""
        shutil.rmtree(self.paths.data, ignore_errors=True)

    def settle(self) -> None:
        """Put what was made in the data directory's place. Raises EnvironmentFault ``disk.*``."""
        made = self.paths.data
        try:
            if not self._data.exists():
                put_in_place(made, self._data)
            else:  # somebody put the makers' certificates there before
                store = self.paths.store.name
                for entry in sorted(made.iterdir(), key=lambda one: one.name == store):
                    target = self._data / entry.name
                    if target.is_dir() and entry.is_dir():
                        shutil.rmtree(entry)  # a new terminal has made nothing in it yet
                    else:
                        put_in_place(entry, target)
                made.rmdir()
        except OSError as cause:
            raise write_fault(cause) from cause
        self._settled = True

    def leave(self) -> None:
        """Give the folder back; it stays only for answers."""
        self.clear()
        self._lock.release()
        with suppress(OSError):
            remove(self._folder / _LOCK)
            if self._settled:
                remove(self._folder / _ANSWERS)
            self._folder.rmdir()  # stays when there are answers in it


@contextmanager
def unfinished(data: Path) -> Iterator[Unfinished]:
    """The folder in which a terminal is founded that is to stand in ``data``.

    Raises EnvironmentFault ``store.exists``, ``founding.running`` and ``disk.*``.
    """
    if Paths(data).store.exists():
        raise EnvironmentFault(
            "store.exists",
            "この端末には、すでに保存データがあります。初期設定はできません。",
            "そのままログインしてください。作り直すときは、先に端末の廃止の手順で消去します。",
        )
    folder = data.with_name(data.name + ".founding")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = lock_file(folder / _LOCK)
    except OSError as cause:
        raise write_fault(cause) from cause
    if lock is None:
        raise EnvironmentFault(
            "founding.running",
            "この端末の初期設定は、別の画面でいま行われています。",
            "その画面で続けるか、その画面を終えてから、もう一度始めてください。",
        )
    place = Unfinished(data, folder, lock)
    try:
        yield place
    finally:
        place.leave()


def _read(file: Path) -> dict[str, str]:
    try:
        kept = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # answers are a convenience: without them everything is asked
    return {name: value for name, value in kept.items() if isinstance(value, str)}
