"""Every screen of the catalogue in the real window, one after another, and how it can be read: in a
process of its own, because Qt takes its monitor when it starts.

python -m tests.support.every_screen FOLDER LOOK...    where a LOOK is scheme:letters:width:height
(light:12:1280:720); says as JSON what each screen was like. With MADOGUCHI_PICTURES a picture of
every screen and look is written there.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from tests.support.look import Bot, monitor

READABLE, SEEN = 4.5, 3.0
"""What WCAG 2.2 asks of texts (1.4.3) and of edges and the focus (1.4.11)."""


class Look(NamedTuple):
    """Scheme, size of letters in points, window in dots."""

    scheme: str
    letters: int
    width: int
    height: int


def luminance(pixels: Any) -> Any:
    """Relative luminance (WCAG 2.2) of pixels (…, 3) in 0 to 255."""
    part = pixels.astype(float) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return linear @ np.array((0.2126, 0.7152, 0.0722))


def ratio(one: Any, other: Any) -> Any:
    """The contrast of two luminances."""
    high, low = np.maximum(one, other), np.minimum(one, other)
    return (high + 0.05) / (low + 0.05)


def pixels_of(window: Any) -> Any:
    """The window as rows of RGB pixels."""
    from PySide6.QtGui import QImage

    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(bytes(image.constBits()), np.uint8)  # the image does not outlive this
    lines = raw.reshape(image.height(), image.bytesPerLine())[:, : image.width() * 3]
    return lines.reshape(image.height(), image.width(), 3)


def legible(part: Any) -> float:
    """The contrast of a text with its ground: of the commonest colour and the ink farthest off."""
    flat = part.reshape(-1, 3)
    if not len(flat):
        return 99.0
    key = flat.astype(np.uint32) @ np.array((65536, 256, 1), dtype=np.uint32)
    _colours, first, counts = np.unique(key, return_index=True, return_counts=True)
    light = luminance(flat[first])
    return float(ratio(light[counts.argmax()], light).max())


def edge(shot: Any, place: Any) -> float:
    """The contrast of a control's edge at its left with what lies outside it."""
    rows, left = shot[place.top() + 6 : place.bottom() - 6], place.left()
    if left < 4 or not len(rows):
        return 99.0
    outside = luminance(rows[:, left - 3])[:, None]
    return float(ratio(outside, luminance(rows[:, left : left + 3])).max())  # it may be dashed


class Found(NamedTuple):
    """What was seen of a screen: faint texts, faint edges, what is cut, its least size, the
    keys on its buttons with their words, and what a screen reader would not say."""

    screen: str
    look: Look
    faint: list[tuple[float, str]]
    edges: list[tuple[float, str]]
    cut: list[str]
    least: tuple[int, int]
    keys: list[tuple[str, str]]
    unspoken: list[str]


def judged(window: Any, name: str, look: Look) -> Found:
    """Everything that can be seen in the window now."""
    shot = pixels_of(window)
    faint, edges, cut = [], [], []
    for widget, text, place in visible_texts(window):
        inner = place.adjusted(4, 4, -4, -4)
        part = shot[inner.top() : inner.bottom() + 1, inner.left() : inner.right() + 1]
        if (found := legible(part)) < READABLE:
            faint.append((round(found, 2), f"{type(widget).__name__} {text[:24]}"))
        if is_cut(widget, text):
            cut.append(f"{type(widget).__name__} {text[:40]}")
    for words, place in cells(window):
        part = shot[place.top() + 2 : place.bottom() - 1, place.left() + 2 : place.right() - 1]
        if (found := legible(part)) < READABLE:
            faint.append((round(found, 2), f"cell {words[:24]}"))
    for widget, place in bordered(window):
        if (found := edge(shot, place)) < SEEN:
            edges.append((round(found, 2), f"{type(widget).__name__} {said(widget)[:24]}"))
    cut += [f"beyond the edge: {one}" for one in beyond(window)]
    least = window.minimumSizeHint()
    size = (least.width(), least.height())
    return Found(name, look, faint, edges, cut, size, keys_of(window), list(unspoken(window)))


def keys_of(window: Any) -> list[tuple[str, str]]:
    """Every key of the page, also of a button that is not offered now."""
    from PySide6.QtWidgets import QPushButton

    from app.ui.base.pages import Page

    page = window.open_screen()
    assert isinstance(page, Page)
    row = page.action_row
    buttons = (row.itemAt(at).widget() for at in range(row.count()))
    found = []
    for button in buttons:
        assert isinstance(button, QPushButton)
        words, _, key = button.text().rpartition("  [")
        found.append((key.rstrip("]"), words))
    return found


def unspoken(window: Any) -> Iterator[str]:
    """By Qt's accessibility tree: what can have the focus and has no name, a button that is spoken
    otherwise than it is written, and a field that keeps its 必須 to itself."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QPushButton, QWidget

    from app.ui.base.fields import Field

    def spoken(widget: Any, what: Any) -> str:
        return str(QAccessible.queryAccessibleInterface(widget).text(what))

    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        name = spoken(widget, QAccessible.Text.Name)
        if not name:
            yield f"{type(widget).__name__} without a name"
        if isinstance(widget, QPushButton):
            written = widget.text().partition("  [")[0].replace("\n", "")
            if widget.property("function") is None and name != written:
                yield f"{written} is spoken as {name}"
    for field in window.findChildren(Field):
        if field.isVisible() and field._mark.isVisible():
            for editor in field.editors():
                if "必須" not in spoken(editor, QAccessible.Text.Description):
                    yield f"{field.label} does not say 必須"


def beyond(window: Any) -> Iterator[str]:
    """Words that are reached by scrolling sideways alone."""
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QAbstractItemView, QScrollArea, QWidget

    for area in window.findChildren(QScrollArea):
        if not area.isVisible() or area.widget() is None:
            continue
        view = area.viewport()
        for widget in area.widget().findChildren(QWidget):
            right = widget.mapTo(view, QPoint(widget.width() - 1, 0)).x()
            listed = isinstance(widget.parentWidget().parentWidget(), QAbstractItemView)
            if widget.isVisible() and right > view.width() and said(widget).strip() and not listed:
                yield f"{type(widget).__name__} {said(widget)[:30]}"


def said(widget: Any) -> str:
    """What stands on a widget, "" for nothing."""
    if hasattr(widget, "currentText"):
        return str(widget.currentText())
    text = widget.text() if hasattr(widget, "text") and callable(widget.text) else ""
    return str(text or (widget.placeholderText() if hasattr(widget, "placeholderText") else ""))


def visible_texts(window: Any) -> Iterator[tuple[Any, str, Any]]:
    """Every widget with words on it that is seen whole, the words and the place."""
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

    from app.ui.base.names import NameLabel, TextBlock

    kinds = (QLabel, QAbstractButton, QLineEdit, QComboBox, NameLabel, TextBlock)
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, kinds) or not widget.isVisible():
            continue
        text = said(widget).strip()
        seen = widget.visibleRegion().boundingRect()
        if text and seen == widget.rect():
            yield widget, text, QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def cells(window: Any) -> Iterator[tuple[str, Any]]:
    """Every cell with words in it that is seen whole, its words and its place."""
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QTableView

    for table in window.findChildren(QTableView):
        view, model = table.viewport(), table.model()
        if not table.isVisible() or view.visibleRegion().boundingRect() != view.rect():
            continue
        corner = view.mapTo(window, QPoint(0, 0))
        for row in range(min(model.rowCount(), 12)):
            for column in range(model.columnCount()):
                at = model.index(row, column)
                place, words = table.visualRect(at), str(model.data(at) or "")
                if words.strip() and view.rect().contains(place):
                    yield words, place.translated(corner)


def bordered(window: Any) -> Iterator[tuple[Any, Any]]:
    """The controls that have an edge of their own, and their places."""
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QTableView

    for kind in (QLineEdit, QPushButton, QComboBox, QPlainTextEdit, QTableView):
        for widget in window.findChildren(kind):
            inside = isinstance(widget.parent(), QComboBox)
            in_menu = widget.property("function") is not None
            whole = widget.visibleRegion().boundingRect() == widget.rect()
            if widget.isVisible() and whole and not inside and not in_menu:
                yield widget, QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def is_cut(widget: Any, text: str) -> bool:
    """Whether a part of the words does not fit on their widget."""
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit

    if isinstance(widget, QLineEdit | QComboBox):
        return False  # what is longer than its field is gone through with the cursor
    if isinstance(widget, QAbstractButton):
        need = widget.sizeHint()
        return bool(need.width() > widget.width() + 1 or need.height() > widget.height() + 1)
    if isinstance(widget, QLabel) and not widget.wordWrap():
        return bool(widget.sizeHint().width() > widget.width() + 1)
    return bool(widget.heightForWidth(widget.width()) > widget.height() + 1)


Make = Callable[[], Any]


def _cases(counter: Any) -> dict[str, dict[str, str]]:
    """What the screens of one case are opened with: a case in the state that they are for."""
    kind = {"kind": "move_in"}
    compared = counter.compared()
    more = {
        "number_check": "none",
        "my_number_absent": "not_assigned",
    }  # a number is kept with one case alone
    paper = counter.compared(**more)
    return {
        "DecisionScreen": {**kind, "case_id": compared.case_id},
        "PaperScreen": {**kind, "case_id": paper.case_id},
        "LookScreen": {**kind, "case_id": counter.entered(**more).id},
        "RejectedScreen": {**kind, "case_id": counter.rejected(**more)},
        "EntryScreen": kind,
    }


_GIVEN = {"person_id": "P-1", "staff_id": "S101"}
"""What the other screens ask for; of what is not there they show their frame."""


def every_screen(room: Any) -> Iterator[tuple[str, str, Make]]:
    """Each screen of the catalogue once: its name, the function that opens it and how it is made,
    for somebody who may open it."""
    from app.start.found import found_at

    world, cases, seen = room.counter.world, _cases(room.counter), set()
    for function in world.catalog.values():
        if not function.screen or function.screen in seen:
            continue
        seen.add(function.screen)
        kind = found_at(function.screen)
        asked = inspect.signature(kind.__init__).parameters.values()
        wanted = [one.name for one in asked if one.default is inspect.Parameter.empty]
        given = {one: _GIVEN.get(one, "なし") for one in wanted if one not in ("self", "desk")}
        given |= cases.get(kind.__name__, dict(function.given))
        desk = room.desk(_holder(world, function.id))
        name = function.screen.rpartition(".")[2].replace(":", ".")
        yield name, function.id, partial(kind, desk, **given)


def _door(world: Any) -> Any:
    """What the screens of administration take from the door when they are made."""
    store = SimpleNamespace(identity=SimpleNamespace(terminal="T01"))
    terminal = SimpleNamespace(
        journal=world.journal,
        gate=world.gate,
        paths=world.paths,
        store=store,
        control=world.control,
    )
    return SimpleNamespace(policy=None, terminal=terminal, doorway=None)


def _holder(world: Any, function_id: str) -> str:
    for who in ("clerk", "supervisor", "administrator"):
        if function_id in world.gate.permitted(world.session(who)):
            return who
    return "supervisor"


def window_of(room: Any) -> Any:
    """The real window with a clerk's menu."""
    from app.ui.shell.menu import menu_entries
    from app.ui.shell.window import MainWindow

    world = room.counter.world
    window = MainWindow(training=True, terminal="T01　本庁 1番窓口")
    window.set_menu(menu_entries(world.catalog, world.gate.permitted(world.session("clerk"))))
    window.set_staff("窓口 花子")
    window.say("受信しました。")
    return window


def settled(room: Any) -> None:
    """Wait for the screen; what this person may not see of it is told at the door and no matter."""
    from PySide6.QtWidgets import QApplication

    room.qtbot.waitUntil(lambda: not room.operations.busy)
    room.door.shown.clear()
    for _ in range(3):
        QApplication.processEvents()


def look_at_all(folder: Path, looks: list[Look]) -> list[Found]:
    """Open every screen and look at it in every way."""
    os.environ["QT_QPA_PLATFORM"] = monitor(folder)
    from PySide6.QtWidgets import QApplication

    from app.start.running import make_application
    from app.ui.base.theme import Scheme, dress, set_letters
    from forms.fonts import load_fonts
    from tests.support.counter import Resident, counter_in, put_residents
    from tests.support.desk import Room

    app = make_application(load_fonts())
    pictures = os.environ.get("MADOGUCHI_PICTURES")
    found: list[Found] = []
    with counter_in(folder / "terminal") as counter:
        put_residents(counter.world, Resident())
        room = Room(counter, Bot())
        room.staff_door = _door(counter.world)
        window = window_of(room)
        window.show()
        screens = list(every_screen(room))
        for look in looks:
            set_letters(app, look.letters)
            window.refit()
            dress(app, Scheme(look.scheme))
            for name, function_id, make in screens:
                window.show_screen(make(), function_id)
                window.resize(look.width, look.height)
                settled(room)
                QApplication.processEvents()
                found.append(judged(window, name, look))
                if pictures:
                    file = f"{name}-{look.scheme}-{look.letters}-{look.width}.png"
                    window.grab().save(str(Path(pictures) / file))
        room.operations.close()
        room.printing.close()
    return found


def main(folder: Path, looks: list[Look]) -> None:
    """Say as JSON what was seen."""
    found = look_at_all(folder, looks)
    print(json.dumps([one._asdict() for one in found], ensure_ascii=False))
    sys.stdout.flush()
    os._exit(0)  # widgets that nobody owns are not taken down one by one


if __name__ == "__main__":
    asked = [one.split(":") for one in sys.argv[2:]]
    main(Path(sys.argv[1]), [Look(a, int(b), int(c), int(d)) for a, b, c, d in asked])
