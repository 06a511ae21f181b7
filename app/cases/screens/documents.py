"""受け取った書類: what is asked for, each ticked when the visitor has shown it (ADD-03)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout

from app.cases.kind import Document
from app.ui.base.flow import ActionRow, folded_words
from app.ui.base.labels import PlainLabel

_GAP = 12
_ROOM = 760
"""Dots that the words of a document have on the smallest monitor."""


class DocumentList(QFrame):
    """A box for each document; ``changed`` gets the titles of those received."""

    def __init__(
        self,
        documents: Sequence[Document],
        received: Sequence[str],
        changed: Callable[[tuple[str, ...]], None],
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 8, 18, 8)
        column.setSpacing(2)
        head = PlainLabel("受け取った書類にチェックを入れてください（Alt+D）")
        head.setObjectName("hint")
        head.setWordWrap(True)
        column.addWidget(head)
        self.boxes: dict[str, QCheckBox] = {}
        rows = ActionRow(_GAP, from_left=True)
        column.addLayout(rows)
        for document in documents:
            box = QCheckBox(folded_words(document.words, _ROOM))
            box.setAccessibleName(f"受け取った　{document.words}")
            box.setChecked(document.title in received)
            box.toggled.connect(lambda _on: changed(self.received()))
            self.boxes[document.title] = box
            rows.addWidget(box)

    def received(self) -> tuple[str, ...]:
        """The titles that are ticked."""
        return tuple(title for title, box in self.boxes.items() if box.isChecked())

    def focus_first(self) -> None:
        """The first box gets the keyboard."""
        first = next(iter(self.boxes.values()), None)
        if first is not None:
            first.setFocus()
