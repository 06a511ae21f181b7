"""Asking for the key: the sentence being signed, the touch, the PIN, and a way to give up.

The dialog shows; the device worker does; what the touch is worth is judged by the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.core.errors import MadoguchiError, UserError
from app.security.authenticators.pin import in_form
from app.security.authenticators.port import SECONDS, Assertion, Authenticator
from app.security.authenticators.worker import DeviceJob, DeviceWorker
from app.security.gate.carry_out import Enrol, Touch
from app.ui.base.door import ErrorDoor
from app.ui.base.labels import ActionButton, PlainLabel, announce
from app.ui.base.monitors import free_space
from app.ui.base.names import NamePainter, TextBlock
from app.ui.base.operations import Operations
from app.ui.base.secret import SecretEdit
from app.ui.base.theme import grown

_CANCELLED = "key.cancelled"
_SENTENCE_WIDTH = 620
_TOUCH = "セキュリティキーを差し、光ったら触れてください。"
TRY_AGAIN = frozenset(
    {
        "key.none",
        "key.timeout",
        "key.wrong",
        "key.several",
        "key.removed",
        "key.pin_wrong",
        "key.pin_paused",
        "key.uv_failed",
    }
)
"""What the person can mend at the desk: the key signed nothing, and the same is asked again."""
_ENROL = "登録するキーだけを差し、光るたびに触れてください（2回光ります）。"


class ScreenPrompts(QObject):
    """Carries the key's wishes from the device thread to the dialog and the PIN back."""

    touch_wanted = Signal()
    pin_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._answered = Event()
        self._pin: str | None = None

    def touch(self) -> None:
        """Called on the device thread when the key blinks."""
        self.touch_wanted.emit()

    def pin(self, retries_left: int | None) -> str | None:
        """Called on the device thread; waits until the dialog answered."""
        self._answered.clear()
        self._pin = None
        self.pin_wanted.emit(retries_left)
        self._answered.wait()
        pin, self._pin = self._pin, None
        return pin

    def answer(self, pin: str | None) -> None:
        """The dialog's answer; None gives up."""
        self._pin = pin
        self._answered.set()


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose key is expected, what to do with it, and how many seconds there are."""

    whose: str
    ask: str
    seconds: float


class TouchDialog(QDialog):
    """What will be signed, in large letters; whose key is expected, the seconds and the tries
    that are left; after a failure the same once more. Esc gives up."""

    given_up = Signal()
    again_asked = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        sentence: str,
        prompts: ScreenPrompts,
        names: NamePainter,
        asked: Asked,
    ) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self._asked = asked
        self.setWindowTitle("セキュリティキー")
        width = min(grown(_SENTENCE_WIDTH), free_space().width() - 100)
        self.setMinimumWidth(width + 60)
        self._build(names, sentence, width)
        prompts.touch_wanted.connect(self._show_touch)
        prompts.pin_wanted.connect(self._show_pin)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._over = False
        self._blinks = False
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        self._seconds = 0
        self._begin()

    def _build(self, names: NamePainter, sentence: str, width: int) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(30, 26, 30, 22)
        layout.setSpacing(16)
        self.sentence = TextBlock(names, sentence, 24.0, "bold")
        self.sentence.setFixedSize(width, self.sentence.heightForWidth(width))
        layout.addWidget(self.sentence)
        line = QHBoxLayout()
        self.whose = PlainLabel(self._asked.whose)
        self.whose.setObjectName("fieldLabel")
        line.addWidget(self.whose, 1)
        self.tries = PlainLabel("")
        line.addWidget(self.tries)
        self.left = PlainLabel("")
        line.addWidget(self.left)
        layout.addLayout(line)
        self.ask = PlainLabel("")
        self.ask.setObjectName("warnBox")
        self.ask.setWordWrap(True)
        layout.addWidget(self.ask)
        self.pin = SecretEdit(echo=QLineEdit.EchoMode.Password)
        self.pin.setAccessibleName("キーの暗証番号（PIN）")
        self.pin.setPlaceholderText("キーの暗証番号（PIN）を入れて Enter")
        self.pin.setVisible(False)
        self.pin.returnPressed.connect(self._send_pin)
        layout.addWidget(self.pin)
        row = QHBoxLayout()
        row.addStretch(1)
        self.again = ActionButton("もう一度  [Enter]")
        self.again.setObjectName("primary")
        self.again.setVisible(False)
        self.again.clicked.connect(self._again)
        row.addWidget(self.again)
        self.stop = ActionButton("やめる  [Esc]")
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.reject)
        row.addWidget(self.stop)
        layout.addLayout(row)

    @property
    def failed(self) -> bool:
        """Whether the last try failed and the person is asked what next."""
        return not self.again.isHidden()

    def show_failure(self, message: str, remedy: str) -> None:
        """Say why it failed, and offer the same once more."""
        self._clock.stop()
        self._blinks = False
        self.left.setText("")
        self.pin.setVisible(False)
        self._say(f"{message}\n{remedy}")
        self.again.setVisible(True)
        self.again.setFocus()

    @property
    def is_waiting_for_touch(self) -> bool:
        """Whether the key blinks now."""
        return self._blinks

    def finish(self) -> None:
        """Close without giving up: the key has answered."""
        self._over = True
        self.accept()

    def reject(self) -> None:
        if not self._over:
            self._over = True
            self._prompts.answer(None)
            self.given_up.emit()
        super().reject()

    def _begin(self) -> None:
        self.again.setVisible(False)
        self.tries.setText("")
        self._seconds = round(self._asked.seconds)
        self._say(self._asked.ask)
        self._tell_left()
        self._clock.start()

    def _again(self) -> None:
        self._begin()
        self.stop.setFocus()
        self.again_asked.emit()

    def _tick(self) -> None:
        self._seconds = max(self._seconds - 1, 0)
        self._tell_left()

    def _tell_left(self) -> None:
        self.left.setText(f"あと {self._seconds} 秒")

    def _say(self, text: str) -> None:
        self.ask.setText(text)
        announce(self.ask, text)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.accept()

    def _show_touch(self) -> None:
        self._blinks = True
        self.pin.setVisible(False)
        self._say("キーが光っています。触れてください。")

    def _show_pin(self, retries_left: int | None) -> None:
        rest = "" if retries_left is None else f"暗証番号（PIN）はあと {retries_left} 回"
        self.tries.setText(rest)
        self._say(f"キーの暗証番号（PIN）を入れてください。{rest}")
        self.pin.clear()
        self.pin.setVisible(True)
        self.pin.setFocus()

    def _send_pin(self) -> None:
        typed = self.pin.text()
        if not typed:
            return
        self.pin.clear()
        try:
            pin = in_form(typed)
        except UserError as wrong:
            self._say(f"{wrong.message}{wrong.remedy}")
            return
        self.pin.setVisible(False)
        self._say("キーが光ったら触れてください。")
        self._prompts.answer(pin)


@dataclass(frozen=True, slots=True)
class _Ending:
    """Who is told how it ended; ``again``: the dialog itself offers another try first."""

    done: Callable[[Any], None]
    failed: Callable[[BaseException], None] | None
    cancelled: Callable[[], None] | None
    again: bool = False


class TouchDesk(QObject):
    """Runs one touch at a time: dialog on the screen, the key on the device worker."""

    def __init__(
        self,
        authenticator: Authenticator,
        prompts: ScreenPrompts,
        worker: DeviceWorker,
        operations: Operations,
        door: ErrorDoor,
        names: NamePainter,
        seconds: float = SECONDS,
    ) -> None:
        super().__init__()
        self._names = names
        self._seconds = seconds
        self._authenticator = authenticator
        self._prompts = prompts
        self._worker = worker
        self._operations = operations
        self._door = door
        self.dialog: TouchDialog | None = None

    @property
    def signing(self) -> str:
        """The sentence that waits for a key now, "" for none."""
        dialog = self.dialog
        return dialog.sentence.text() if dialog is not None and shiboken6.isValid(dialog) else ""

    def sign(
        self,
        parent: QWidget,
        touch: Touch,
        on_success: Callable[[Assertion], None],
        *,
        on_failure: Callable[[BaseException], None] | None = None,
        on_cancel: Callable[[], None] | None = None,
        again: bool = False,
    ) -> None:
        """Show the sentence of ``touch`` and wait for the key.

        Giving up is not an error: ``on_cancel`` is called, nothing is shown. With ``again`` a
        failure of the key is told in the dialog, which offers the same once more; without it
        ``on_failure`` hears of each.
        """
        ask = touch.ask
        self._show(
            parent,
            TouchDialog(
                parent.window(),
                touch.sentence,
                self._prompts,
                self._names,
                Asked(f"職員 {ask.staff_id} のセキュリティキー", _TOUCH, self._seconds),
            ),
            lambda cancel: self._authenticator.assert_(
                ask.rp_id,
                ask.challenge,
                ask.credential_ids,
                uv=ask.verify,
                prf_salt=touch.prf_salt,
                cancel=cancel,
            ),
            _Ending(on_success, on_failure, on_cancel, again),
        )

    def enrol(
        self,
        parent: QWidget,
        step: Enrol,
        on_success: Callable[[Any], None],
        *,
        on_failure: Callable[[BaseException], None] | None = None,
        on_cancel: Callable[[], None] | None = None,
    ) -> None:
        """Show the sentence of ``step`` and work with the key that is to be registered, on the
        device worker. Giving up as in ``sign``."""
        self._show(
            parent,
            TouchDialog(
                parent.window(),
                step.sentence,
                self._prompts,
                self._names,
                Asked("登録するセキュリティキー", _ENROL, self._seconds),
            ),
            lambda cancel: step.run(self._authenticator, cancel),
            _Ending(on_success, on_failure, on_cancel),
        )

    def _show(
        self,
        parent: QWidget,
        dialog: TouchDialog,
        work: Callable[[Event], Any],
        ending: _Ending,
    ) -> None:
        self.dialog = dialog
        tries: list[DeviceJob[Any]] = []

        def begin() -> None:
            job = self._worker.submit(work)
            tries.append(job)
            self._operations.follow(parent, job.future, done, failed)

        def given_up() -> None:
            if not dialog.failed:
                tries[-1].cancel()
                return
            if self.dialog is dialog:  # nothing is under way that could say how it ended
                self.dialog = None
            if ending.cancelled is not None and shiboken6.isValid(parent):
                ending.cancelled()

        def over() -> None:
            if self.dialog is dialog:
                self.dialog = None
            if shiboken6.isValid(dialog):  # given up, it is gone before the key has answered
                dialog.finish()

        def done(outcome: Any) -> None:
            over()
            ending.done(outcome)

        def failed(error: BaseException) -> None:
            code = getattr(error, "code", "")
            if ending.again and code in TRY_AGAIN and shiboken6.isValid(dialog):
                assert isinstance(error, MadoguchiError)
                dialog.show_failure(error.message, error.remedy)
                return
            over()
            if code == _CANCELLED:
                if ending.cancelled is not None:
                    ending.cancelled()
            elif ending.failed is not None:
                ending.failed(error)
            else:
                self._door.show(parent, error)

        dialog.given_up.connect(given_up)
        dialog.again_asked.connect(begin)
        begin()
        dialog.open()
