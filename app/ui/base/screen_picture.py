"""A picture of the program's own screen, for paper (SEC-55). What is secret is covered in it."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.ui.base.secret import covered


def picture_of(window: QWidget) -> bytes:
    """The window with the dialogs that stand above it, as PNG. Whatever the individual number was,
    its picture is the same."""
    above = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog)]
    dialogs = [one for one in above if one.isVisible()]
    with covered([window, *dialogs]):
        image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        painter = QPainter(image)
        for dialog in dialogs:
            painter.drawPixmap(dialog.pos() - window.pos(), dialog.grab())
        painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
