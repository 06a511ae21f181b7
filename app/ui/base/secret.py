"""Typing what nobody may learn: the input method (IME) sees nothing of it and remembers nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QLineEdit

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
