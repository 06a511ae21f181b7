"""What the input method (IME) is told of each kind of field: numbers are typed without changing
the mode first, names and addresses with kanji."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.rules.values.reader import ValueKind

_Hint = Qt.InputMethodHint
_NUMBER = _Hint.ImhDigitsOnly | _Hint.ImhNoPredictiveText
_MOSTLY_NUMBERS = _Hint.ImhPreferNumbers | _Hint.ImhPreferLatin | _Hint.ImhNoPredictiveText

HINTS: dict[ValueKind, Qt.InputMethodHint] = {
    ValueKind.TEXT: _Hint.ImhNone,
    # What is proposed from other people's names is proposed to whoever looks on.
    ValueKind.NAME: _Hint.ImhNoPredictiveText,
    ValueKind.KANA: _Hint.ImhNoPredictiveText,
    ValueKind.ADDRESS: _Hint.ImhNone,
    ValueKind.BIRTH: _MOSTLY_NUMBERS,  # also 昭10.1.1, so not digits alone
    ValueKind.DAY: _MOSTLY_NUMBERS,
    ValueKind.DIGITS: _NUMBER,
    ValueKind.MONEY: _MOSTLY_NUMBERS,  # also 1,200円
    ValueKind.COUNT: _MOSTLY_NUMBERS,
    ValueKind.CHOICE: _Hint.ImhNone,
    ValueKind.FLAG: _Hint.ImhNone,
    ValueKind.MY_NUMBER: _NUMBER | _Hint.ImhHiddenText | _Hint.ImhSensitiveData,
    ValueKind.ATENA: _NUMBER,
    ValueKind.HOUSEHOLD: _NUMBER,
    ValueKind.INSURED: _NUMBER,
    ValueKind.FACILITY: _MOSTLY_NUMBERS,
    ValueKind.PAPER: _MOSTLY_NUMBERS,
    ValueKind.PHONE: _Hint.ImhDialableCharactersOnly | _Hint.ImhNoPredictiveText,
    ValueKind.POSTAL: _MOSTLY_NUMBERS,  # also 100-0001
    ValueKind.MUNICIPALITY: _MOSTLY_NUMBERS,
    ValueKind.BANK: _Hint.ImhNone,  # also by name
    ValueKind.BRANCH: _Hint.ImhNone,
    ValueKind.ACCOUNT_NUMBER: _NUMBER,
}


def expect(edit: QLineEdit, kind: ValueKind) -> None:
    """Tell the input method what is typed here; what the field keeps from it stays kept."""
    edit.setInputMethodHints(edit.inputMethodHints() | HINTS[kind])
