"""One question with a short list of answers, asked by the keyboard: 1, 2 … or ↑↓, then Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QListView, QWidget

from app.ui.base.labels import PlainQuestion
from app.ui.base.names import NameDelegate, NamePainter

_BESIDE = 32
"""What the frame of a list and the bar beside a long one take, in dots."""


def choose(
    parent: QWidget,
    question: str,
    answers: Sequence[str],
    then: Callable[[int], None],
    *,
    ok: str = "始める",
    gave_up: Callable[[], None] = lambda: None,
    painter: NamePainter | None = None,
) -> QInputDialog:
    """Ask; ``then`` gets the place of the answer, ``gave_up`` is called on Esc. With ``painter``
    the answers hold names, which are shown in their exact variants."""
    numbered = [f"{at}　{answer}" for at, answer in enumerate(answers, 1)]
    dialog = PlainQuestion(parent)
    dialog.setWindowTitle(question.partition("。")[0])
    dialog.setLabelText(question)
    dialog.setOption(QInputDialog.InputDialogOption.UseListViewForComboBoxItems)
    dialog.setComboBoxItems(numbered)
    dialog.setTextValue(numbered[0])
    dialog.setOkButtonText(ok)
    dialog.setCancelButtonText("やめる")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.textValueSelected.connect(lambda text: then(numbered.index(text)))
    dialog.rejected.connect(gave_up)
    dialog.open()
    shown = dialog.findChild(QListView)
    if shown is not None:
        widest = shown.sizeHintForColumn(0)
        if painter is not None:
            delegate = NameDelegate(painter)
            widest = max(delegate.width_of(one) for one in numbered)
            delegate.setParent(shown)
            shown.setItemDelegate(delegate)
        shown.setCurrentIndex(shown.model().index(0, 0))
        shown.setFocus()
        shown.setMinimumWidth(min(widest + _BESIDE, parent.window().width() * 9 // 10))
        dialog.adjustSize()
    return dialog
