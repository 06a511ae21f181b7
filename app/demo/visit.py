"""The counter visit, scripted through the real window by key presses alone (FLOW-101 … 108)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.cases.entry import EntryPage, FieldKind
from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.cases.screens.paper import PaperScreen
from app.catalog import CASES
from app.demo.people import TrainingStaff
from app.demo.room import Room
from app.persons.screens.search import SearchScreen
from app.start.counter import Counter
from app.training.movers import Mover
from app.ui.base.fields import ChoiceField, Field, FlagField
from app.ui.base.picker import Picker
from app.ui.base.touch import TouchDialog
from forms.preview import preview

PAGES = CASES["move_in"].pages
"""What is keyed in for a mover."""

_PATIENCE_SECONDS = 60.0
_POLL_MS = 5


class VisitFailed(Exception):
    """The window did not do what the script waited for; ``shown`` is what it showed."""


@dataclass(slots=True)
class Step:
    """One step of the visit: what happened, keys pressed, milliseconds until it was done."""

    name: str
    keys: int
    milliseconds: int
    picture: str


@dataclass(slots=True)
class Visit:
    """What ``visit.json`` says of one person's visit."""

    label: str
    case_id: str = ""
    decision_id: str = ""
    paper: str = ""
    certificate_number: str = ""
    insured_number: str = ""
    pdf: str = ""
    picture: str = ""
    touches: int = 0
    first_line: int = 0
    last_line: int = 0
    issue_line: int = 0
    steps: list[Step] = field(default_factory=list)


class Driver:
    """Presses keys in the window and waits for what must follow, as a person would.

    ``check`` is called while waiting and raises when the visit is to end."""

    def __init__(
        self,
        counter: Counter,
        out: Path,
        touch: Callable[[], None],
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.counter = counter
        self.out = out
        self.touches = 0
        self._touch = touch
        self._check = check
        self._keys = 0
        self._pictures = 0

    # -- keys ------------------------------------------------------------------------------

    def press(self, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key where the focus is."""
        self._keys += 1
        self._activate()
        target = self.counter.window.focusWidget() or self.counter.window
        QTest.keyClick(target, key, modifier)
        QApplication.processEvents()

    def type_in(self, text: str) -> None:
        """Type text where the focus is; what an input method would commit counts one key a
        character."""
        self._keys += len(text)
        target = self.counter.window.focusWidget()
        if isinstance(target, QLineEdit):
            target.selectAll()
            target.insert(text)
        QApplication.processEvents()

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        """Let the window work until ``ready``; raises ``VisitFailed`` when it never is."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not ready():
            self._check()
            if time.monotonic() > end:
                raise VisitFailed(f"{what}: {self._shown()}")
            if self.counter.door.last is not None:
                raise VisitFailed(f"{what}: {self.counter.door.last}")
            loop = QEventLoop()
            QTimer.singleShot(_POLL_MS, loop.quit)
            loop.exec()

    def touch_key(self, name: str) -> None:
        """Wait until the key blinks, look at the sentence being signed, touch."""
        self.wait(lambda: self._blinking() is not None, "the key")
        self.picture(f"{name}のキー")
        self.touches += 1
        dialog = self.counter.touch.dialog

        def answered() -> bool:
            # The screen may ask an instant before the key listens: the finger stays on it.
            self._touch()
            return self.counter.touch.dialog is not dialog

        self.wait(answered, "the key's answer")

    def _blinking(self) -> TouchDialog | None:
        dialog = self.counter.touch.dialog
        return dialog if dialog is not None and dialog.is_waiting_for_touch else None

    def settle(self) -> None:
        """Wait until nothing is under way."""
        self.wait(lambda: not self.counter.operations.busy, "settle")

    def _shown(self) -> str:
        screen = self.counter.window.open_screen()
        return type(screen).__name__

    def _activate(self) -> None:
        """Offscreen no window manager gives the window back its activity after a dialog."""
        if not self.counter.window.isActiveWindow():
            self.counter.window.activateWindow()
            QApplication.processEvents()

    def pick(self, picker: Picker, label: str) -> None:
        """Narrow the list to ``label`` and take it."""
        self._keys += len(label) + 1
        picker.narrow.insert(label)
        QTest.keyClick(picker.narrow, Qt.Key.Key_Return)
        QApplication.processEvents()

    # -- records ---------------------------------------------------------------------------

    def step(self, visit: Visit, name: str, do: Callable[[], None]) -> None:
        """Do one step, time it, take its picture."""
        self._keys = 0
        begun = time.perf_counter()
        do()
        spent = round((time.perf_counter() - begun) * 1000)
        visit.steps.append(Step(name, self._keys, spent, self.picture(name)))

    def picture(self, name: str) -> str:
        """A screenshot of the window, or of the dialog over it; its file name."""
        self._pictures += 1
        QApplication.processEvents()
        file = f"{self._pictures:02d}-{name}.png"
        dialog = self.counter.touch.dialog
        shown: QWidget = dialog if dialog is not None else self.counter.window
        shown.grab().save(str(self.out / file))
        return file

    def screen(self, kind: type[QWidget]) -> Any:
        """Wait for a screen of this kind and give it."""
        self.wait(lambda: isinstance(self.counter.window.open_screen(), kind), kind.__name__)
        return self.counter.window.open_screen()


def log_in(driver: Driver, person: TrainingStaff) -> None:
    """職員番号, password, touch."""
    form = driver.counter.form
    assert form is not None
    form.first_focus()
    driver.type_in(person.staff_id)
    driver.press(Qt.Key.Key_Return)
    driver.type_in(person.password)
    driver.press(Qt.Key.Key_Return)
    driver.touch_key("ログイン")
    driver.wait(lambda: driver.counter.desk is not None, "login")
    driver.screen(BoardScreen)
    driver.settle()


def run_visit(driver: Driver, mover: Mover, room: Room) -> Visit:
    """One mover from the search that finds nobody to the paper in the clerk's hand."""
    visit = Visit(mover.label)
    touches = driver.touches
    visit.first_line = driver.counter.journal_line + 1
    search: list[SearchScreen] = []
    driver.step(visit, "検索", lambda: search.append(find(driver, mover)))
    driver.step(visit, "届出を始める", lambda: _begin(driver))
    entry: EntryScreen = driver.screen(EntryScreen)
    driver.wait(lambda: entry.form is not None, "first page")
    values = _values(mover)
    for at, page in enumerate(PAGES):
        driver.step(visit, f"入力{at + 1}", lambda at=at: fill(driver, entry, PAGES, at, values))  # type: ignore[misc]
        driver.step(visit, f"次へ{at + 1}", lambda at=at: go_on(driver, entry, at))  # type: ignore[misc]
        assert page.id
    driver.step(visit, "送信", lambda: send(driver))
    decision: DecisionScreen = driver.screen(DecisionScreen)
    driver.step(visit, "決定", lambda: await_decision(driver, decision))
    record = decision.view.record if decision.view else None
    assert record is not None
    visit.case_id, visit.decision_id = record.case_id, record.decision_id
    visit.paper, visit.insured_number = record.paper, record.insured_number
    driver.step(visit, "券面", lambda: draw(driver))
    paper: PaperScreen = driver.screen(PaperScreen)
    driver.step(visit, "発行", lambda: issue(driver, paper))
    assert paper.issued is not None and paper.proof is not None
    visit.certificate_number = paper.issued.number
    visit.issue_line = paper.issued.journal_line
    label = room.parts.tables["papers"].label(visit.paper, room.place.on)
    keep(driver, visit, label, paper.proof.rendered.pdf)
    driver.step(visit, "用紙の確認", lambda: confirm(driver))
    visit.touches = driver.touches - touches
    visit.last_line = driver.counter.journal_line
    return visit


def find(driver: Driver, mover: Mover) -> SearchScreen:
    """Search by kana and birth date."""
    driver.press(Qt.Key.Key_F2)
    screen: SearchScreen = driver.screen(SearchScreen)
    driver.settle()
    screen.first_focus()
    driver.type_in(mover.person.kana.split("　")[0] + " " + _short_birth(mover))
    driver.wait(lambda: bool(screen.understood.text()), "search result")
    driver.settle()
    return screen


def _short_birth(mover: Mover) -> str:
    return mover.person.birth_sort.isoformat()


def _begin(driver: Driver) -> None:
    driver.press(Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    driver.wait(lambda: picker(driver) is not None, "what may begin")
    found = picker(driver)
    assert found is not None
    driver.pick(found, CASES["move_in"].label)
    driver.screen(EntryScreen)
    driver.settle()


def picker(driver: Driver) -> Picker | None:
    """The list that asks what begins; None while there is none."""
    found = driver.counter.window.findChildren(Picker)
    return next((one for one in found if one.isVisible()), None)


def _values(mover: Mover) -> dict[str, str]:
    """What the clerk reads off the papers."""
    record = mover.notification("x", mover.moved_on)
    values = {
        name: str(getattr(record, name))
        for page in PAGES
        for name in (f.name for f in page.fields)
        if hasattr(record, name)
    }
    return values | {"purpose_explained": "1", "processed_on": ""}


def fill(
    driver: Driver,
    entry: EntryScreen,
    pages: Sequence[EntryPage],
    at: int,
    values: Mapping[str, str],
) -> None:
    """Key in what a page asks for and does not hold yet."""
    form = entry.form
    assert form is not None
    for declared in pages[at].fields:
        field_ = form.field(declared.name)
        wanted = values.get(declared.name, "")
        if declared.read_only or field_.isHidden():
            continue
        if declared.kind is FieldKind.FLAG and wanted != "1":
            continue
        if declared.kind is not FieldKind.FLAG and (
            not wanted or field_.value().strip() == wanted.strip()
        ):
            continue
        field_.setFocus()
        _key_in(driver, field_, wanted)


def _key_in(driver: Driver, field_: Field, wanted: str) -> None:
    if isinstance(field_, ChoiceField):
        driver.press(Qt.Key(Qt.Key.Key_1 + field_.codes.index(wanted)))
    elif isinstance(field_, FlagField):
        driver.press(Qt.Key.Key_Space)
    else:
        driver.type_in(wanted)


def go_on(driver: Driver, entry: EntryScreen, at: int) -> None:
    """To the next page."""
    driver.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.wait(lambda: entry.step == at + 1 or _errors(entry) != "", f"page {at + 2}")
    if entry.step == at:
        raise VisitFailed(_errors(entry))
    driver.settle()


def _errors(entry: EntryScreen) -> str:
    if entry.form is None:
        return ""
    shown = [entry.form.field(f.name).error for f in entry.form.page.fields]
    return " ".join(text for text in shown if text)


def send(driver: Driver) -> None:
    """Answer what is asked, send, touch."""
    entry: EntryScreen = driver.screen(EntryScreen)
    for box in entry.answers():
        if not box.isChecked():
            box.setFocus()
            driver.press(Qt.Key.Key_Space)
    driver.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.touch_key("送信")
    driver.screen(DecisionScreen)


def await_decision(driver: Driver, screen: DecisionScreen) -> None:
    """Wait for what the union says."""
    driver.wait(
        lambda: screen.view is not None and screen.view.record is not None, "the union's decision"
    )
    driver.settle()


def draw(driver: Driver) -> None:
    """To the drawn and proved paper."""
    driver.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    screen: PaperScreen = driver.screen(PaperScreen)
    driver.wait(lambda: screen.proof is not None, "the certificate")
    driver.settle()


def issue(driver: Driver, screen: PaperScreen) -> None:
    """Issue it by touch."""
    driver.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.touch_key("発行")
    driver.wait(lambda: screen.issued is not None, "the issue")
    driver.settle()


def confirm(driver: Driver) -> None:
    """The sheet came out well."""
    driver.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.screen(BoardScreen)
    driver.settle()


def keep(driver: Driver, visit: Visit, label: str, pdf: bytes) -> None:
    """Leave the paper and its picture in the folder."""
    name = f"{label}-{visit.insured_number}"
    visit.pdf, visit.picture = f"{name}.pdf", f"{name}.png"
    (driver.out / visit.pdf).write_bytes(pdf)
    (driver.out / visit.picture).write_bytes(preview(pdf, 0, 200).png())


def write_report(
    out: Path, visits: Sequence[Visit], stories: Sequence[Visit], fingerprint: str
) -> None:
    """visit.json: what happened, for the auditor and for the tests."""
    report = {
        "journal_fingerprint": fingerprint,
        "visits": [_told(visit) for visit in visits],
        "stories": [_told(visit) for visit in stories],
    }
    text = json.dumps(report, ensure_ascii=False, indent=1)
    (out / "visit.json").write_text(text + "\n", encoding="utf-8")


def _told(visit: Visit) -> dict[str, Any]:
    return {
        "label": visit.label,
        "case": visit.case_id,
        "decision": visit.decision_id,
        "paper": visit.paper,
        "certificate_number": visit.certificate_number,
        "insured_number": visit.insured_number,
        "pdf": visit.pdf,
        "picture": visit.picture,
        "journal_lines": {
            "first": visit.first_line,
            "last": visit.last_line,
            "issue": visit.issue_line,
        },
        "touches": visit.touches,
        "keys_pressed": sum(step.keys for step in visit.steps),
        "milliseconds": sum(step.milliseconds for step in visit.steps),
        "steps": [
            {
                "name": step.name,
                "keys": step.keys,
                "milliseconds": step.milliseconds,
                "picture": step.picture,
            }
            for step in visit.steps
        ],
    }
