"""A printer is not the store: what was issued stands, whatever becomes of the sheet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from app.cases.screens.paper import PaperScreen
from app.core.errors import EnvironmentFault
from app.ui.base.printing import PrintQueue
from db.tables.certificates import certificate, sheet
from tests.support.counter import counter_in
from tests.support.desk import Room


class TroubledPrinter:
    """Does not print: hangs until ``held`` is set, then raises ``error``."""

    def __init__(self) -> None:
        self.held = threading.Event()
        self.error: BaseException | None = EnvironmentFault(
            "print.timeout", "プリンターが応答しません。", "電源を確かめてください。"
        )
        self.sheets: list[str] = []
        self.murmured: list[BaseException] = []

    def spool(self, pdf: bytes, number: str) -> None:
        assert self.held.wait(20)
        if self.error is not None:
            raise self.error
        self.sheets.append(number)


@pytest.fixture
def printer() -> TroubledPrinter:
    return TroubledPrinter()


@pytest.fixture
def room(tmp_path: Path, qtbot: Any, printer: TroubledPrinter) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        made.printing = PrintQueue(printer, lambda error, _of: printer.murmured.append(error))
        yield made
        printer.held.set()
        made.printing.close()
        made.operations.close()


def issued(room: Room) -> PaperScreen:
    screen = room.paper(room.counter.compared().case_id)
    screen.main_button.click()
    room.until(lambda: screen.issued is not None)
    return screen


def texts(screen: PaperScreen) -> str:
    return " ".join(label.text() for label in screen.findChildren(QLabel))


def test_while_the_printer_hangs_the_store_works_on(room: Room, printer: TroubledPrinter) -> None:
    screen = issued(room)
    assert not printer.held.is_set() and "発行しました" in texts(screen)
    done: list[int] = []
    room.operations.run(screen, lambda: 1, done.append)
    room.until(lambda: bool(done))


@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_issued_and_not_printed_is_told_as_that_with_the_way_to_print_again(
    room: Room, printer: TroubledPrinter, late: bool, ours: bool
) -> None:
    if ours:
        printer.error = PermissionError("lp")
    if not late:
        printer.held.set()
    screen = issued(room)
    printer.held.set()
    room.until(lambda: "発行済み、印刷していません" in screen.lead.text())
    assert "取り消されています" not in texts(screen)
    assert room.counter.rows(certificate)[0].state == "issued"
    printer.error = None
    screen.spoilt_button.click()
    room.until(lambda: len(printer.sheets) == 1)
    room.until(lambda: "発行済み、印刷していません" not in screen.lead.text())
    screen.main_button.click()
    room.until(lambda: bool(room.went) and room.went[-1][0] == "home")
    assert [(row.state, row.cause) for row in room.counter.rows(sheet)] == [
        ("spoilt", "印刷されなかった"),
        ("confirmed", ""),
    ]
    assert len(printer.murmured) == ours
