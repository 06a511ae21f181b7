"""What nobody may carry away from the screen: typed, the input method (IME) sees nothing of it and
remembers nothing; shown or typed, a picture of the screen has it covered (SEC-55)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.rules.identifiers import my_number_check_digit
from app.ui.base.labels import PlainLabel

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


class SecretEdit(QLineEdit):
    """A line edit without an input method. Full-width digits, as a keyboard in kana mode or a
    pasted text gives them, become digits; with ``digits`` False the text stays as it is typed.
    """

    def __init__(self, text: str = "", *, echo: QLineEdit.EchoMode, digits: bool = True) -> None:
        super().__init__(text)
        self._digits = digits
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhLatinOnly
        )
        self.setEchoMode(echo)
        self.textChanged.connect(self._narrow)

    def setEchoMode(self, mode: QLineEdit.EchoMode) -> None:
        super().setEchoMode(mode)
        # Qt decides this anew by the echo mode, and lets the input method in for two of them.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def inputMethodQuery(self, query: Any, argument: Any = None) -> Any:
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Text from an input method is refused."""
        event.ignore()

    def _narrow(self, text: str) -> None:
        narrow = text.translate(_DIGITS) if self._digits else text
        if narrow != text:
            at = self.cursorPosition()
            self.setText(narrow)
            self.setCursorPosition(at)


COVERED = "covered"
"""The property of a line edit whose text is secret though it is typed with the input method."""


class SecretLabel(PlainLabel):
    """Shows what may be seen and not carried away: an individual number (個人番号), a share."""


@contextmanager
def covered(windows: Sequence[QWidget]) -> Iterator[None]:
    """While it lasts, no secret of these windows can be read: ＊ in place of every sign. Text that
    holds an individual number is secret wherever it stands."""
    labels = [one for window in windows for one in window.findChildren(PlainLabel)]
    edits = [one for window in windows for one in window.findChildren(QLineEdit)]
    shown = [(one, one.text()) for one in labels if _is_secret_label(one)]
    typed = [(one, one.echoMode()) for one in edits if _is_secret_edit(one)]
    try:
        for label, text in shown:
            label.setText("".join(" " if sign == " " else "＊" for sign in text))
        for edit, _ in typed:
            edit.setEchoMode(QLineEdit.EchoMode.Password)
        yield
    finally:
        for label, text in shown:
            label.setText(text)
        for edit, mode in typed:
            edit.setEchoMode(mode)


def _is_secret_label(label: PlainLabel) -> bool:
    return isinstance(label, SecretLabel) or _holds_number(label.text())


def _is_secret_edit(edit: QLineEdit) -> bool:
    secret = isinstance(edit, SecretEdit) or bool(edit.property(COVERED))
    return secret or _holds_number(edit.text())


def _holds_number(text: str) -> bool:
    """Whether an individual number is in it, however it is grouped."""
    digits = re.sub(r"[\s‐－−ー-]", "", text.translate(_DIGITS))
    return any(_is_number(one.group(1)) for one in re.finditer(r"(?=([0-9]{12}))", digits))


def _is_number(digits: str) -> bool:
    return my_number_check_digit(digits[:11]) == digits[11]
