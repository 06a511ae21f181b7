"""The program as a process that fails with a person in its hands: ``python -m
tests.support.failing WAY``. Everything is the program's own but the mistake."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from app import main as program
from db.engine import Tuning, make_engine

NAME = "見本　まぼろし"
NUMBER = "990012345678"
PERSON = f"{NAME} {NUMBER}"


def _raised() -> None:
    raise ValueError(PERSON)


def _chained() -> None:
    try:
        _raised()
    except ValueError as cause:
        raise RuntimeError(f"{PERSON} again") from cause


def _in_a_group() -> None:
    raise ExceptionGroup(PERSON, [ValueError(PERSON)])


def _in_a_thread() -> None:
    thread = threading.Thread(target=_raised)
    thread.start()
    thread.join()


def _logged_by_a_library() -> None:
    try:
        _raised()
    except ValueError as cause:
        logging.getLogger("library").exception("cannot take %s: %s", NAME, cause)
        logging.getLogger("library").error(f"cannot take {PERSON}")


def _logged_by_us() -> None:
    try:
        _raised()
    except ValueError as cause:
        logging.getLogger("app.sync").exception("not sent: %s", cause)
        logging.getLogger("db").error(cause)


def _warned() -> None:
    warnings.warn(PERSON, stacklevel=1)


def _not_raised() -> None:
    class Ends:
        def __del__(self) -> None:
            _raised()

    Ends()
    gc.collect()


def _in_a_task() -> None:
    async def run() -> None:
        async def part() -> None:
            _raised()

        task = asyncio.create_task(part())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(run())


def _in_a_slot() -> None:
    from PySide6.QtCore import QCoreApplication, QTimer

    qt = QCoreApplication([])
    QTimer.singleShot(0, _raised)
    QTimer.singleShot(1, qt.quit)
    qt.exec()


def _in_the_store() -> None:
    with TemporaryDirectory() as folder:
        engine = make_engine(Path(folder) / "store.db", bytes(32), Tuning(), write=True)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE person (name TEXT CHECK (name = ''))"))
            connection.execute(text("INSERT INTO person VALUES (:name)"), {"name": NAME})


WAYS = {
    way.__name__.strip("_"): way
    for way in (
        _raised,
        _chained,
        _in_a_group,
        _in_a_thread,
        _logged_by_a_library,
        _logged_by_us,
        _warned,
        _not_raised,
        _in_a_task,
        _in_a_slot,
        _in_the_store,
    )
}


def run(way: str) -> int:
    """The command line with one command that does nothing but fail."""

    def fail(_: object) -> int:
        WAYS[way]()
        return 0

    program._screen_check = fail
    sys.argv = ["madoguchi", "screen-check"]
    return program.main()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]))
