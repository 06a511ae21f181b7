"""Choosing what something personal is used for (利用目的, SEC-95)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.base.desk import Desk
from app.ui.base.labels import PlainQuestion

_NUMBER = "何のために個人番号を使いますか。目的は操作記録に残ります。"


def ask_purpose(
    parent: QWidget,
    desk: Desk,
    title: str,
    chosen: Callable[[str], None],
    words: str = _NUMBER,
) -> None:
    """Show the purposes of today under ``words``; ``chosen`` gets the code. Nothing happens when
    given up."""
    purposes, today = desk.tables["purposes"], desk.clock.now().date()
    rows = purposes.rows(today, use="data")
    codes = {row.text("label"): row.text("code") for row in rows}
    dialog = PlainQuestion(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(words)
    dialog.setComboBoxItems(list(codes))
    dialog.setOkButtonText("決める")
    dialog.setCancelButtonText("やめる")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.textValueSelected.connect(lambda label: chosen(codes[label]))
    dialog.open()
