"""Asking for the key: the sentence being signed, the touch, the PIN, and a way to give up.

The dialog shows; the device worker does; what the touch is worth is judged by the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.core.errors import UserError
from app.security.authenticators.pin import in_form
from app.security.authenticators.port import Assertion, Authenticator
from app.security.authenticators.worker import DeviceWorker
from app.security.gate.carry_out import Enrol, Touch
from app.ui.base.door import ErrorDoor
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NamePainter, TextBlock
from app.ui.base.operations import Operations
from app.ui.base.secret import SecretEdit

_CANCELLED = "key.cancelled"
_SENTENCE_WIDTH = 620
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


class TouchDialog(QDialog):
    """What will be signed, in large letters; Esc gives up."""

    given_up = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        sentence: str,
        prompts: ScreenPrompts,
        names: NamePainter,
        ask: str = "セキュリティキーを差し、光ったら触れてください。",
    ) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self.setWindowTitle("セキュリティキー")
        self.setMinimumWidth(_SENTENCE_WIDTH + 60)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(30, 26, 30, 22)
        layout.setSpacing(16)
        self.sentence = TextBlock(names, sentence, 24.0, "bold")
        self.sentence.setFixedSize(_SENTENCE_WIDTH, self.sentence.heightForWidth(_SENTENCE_WIDTH))
        layout.addWidget(self.sentence)
        self.ask = PlainLabel(ask)
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
        self.stop = QPushButton("やめる  [Esc]")
        self.stop.setAccessibleName("やめる")
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.reject)
        row.addWidget(self.stop)
        layout.addLayout(row)
        prompts.touch_wanted.connect(self._show_touch)
        prompts.pin_wanted.connect(self._show_pin)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._over = False
        self._blinks = False

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

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.accept()

    def _show_touch(self) -> None:
        self._blinks = True
        self.pin.setVisible(False)
        self.ask.setText("キーが光っています。触れてください。")

    def _show_pin(self, retries_left: int | None) -> None:
        rest = f"（あと {retries_left} 回）" if retries_left is not None else ""
        self.ask.setText(f"キーの暗証番号（PIN）を入れてください。{rest}")
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
            self.ask.setText(f"{wrong.message}{wrong.remedy}")
            return
        self.pin.setVisible(False)
        self.ask.setText("キーが光ったら触れてください。")
        self._prompts.answer(pin)


@dataclass(frozen=True, slots=True)
class _Ending:
    """Who is told how it ended."""

    done: Callable[[Any], None]
    failed: Callable[[BaseException], None] | None
    cancelled: Callable[[], None] | None


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
    ) -> None:
        super().__init__()
        self._names = names
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
    ) -> None:
        """Show the sentence of ``touch`` and wait for the key.

        Giving up is not an error: ``on_cancel`` is called, nothing is shown.
        """
        ask = touch.ask
        self._show(
            parent,
            TouchDialog(
                parent.window(),
                touch.sentence,
                self._prompts,
                self._names,
                f"職員 {ask.staff_id} のセキュリティキーを差し、光ったら触れてください。",
            ),
            lambda cancel: self._authenticator.assert_(
                ask.rp_id,
                ask.challenge,
                ask.credential_ids,
                uv=ask.verify,
                prf_salt=touch.prf_salt,
                cancel=cancel,
            ),
            _Ending(on_success, on_failure, on_cancel),
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
            TouchDialog(parent.window(), step.sentence, self._prompts, self._names, _ENROL),
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
        job = self._worker.submit(work)
        dialog.given_up.connect(job.cancel)

        def over() -> None:
            if self.dialog is dialog:
                self.dialog = None
            if shiboken6.isValid(dialog):  # given up, it is gone before the key has answered
                dialog.finish()

        def done(outcome: Any) -> None:
            over()
            ending.done(outcome)

        def failed(error: BaseException) -> None:
            over()
            if getattr(error, "code", "") == _CANCELLED:
                if ending.cancelled is not None:
                    ending.cancelled()
            elif ending.failed is not None:
                ending.failed(error)
            else:
                self._door.show(parent, error)

        self._operations.follow(parent, job.future, done, failed)
        dialog.open()
