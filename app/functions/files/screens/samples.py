"""抜き取り: some records of a sending beside each other, item by item."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.functions.files.samples import Sample
from app.ui.base.labels import PlainLabel
from app.ui.base.tables import fill, list_table, widen

_NONE = "この送信には、示せる抜き取りがありません（支援措置の方は示しません）。"
_ITEM, _VALUE = 230, 270


class SamplesView(QWidget):
    """Empty and hidden until somebody has something to confirm."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._title = PlainLabel("")
        self._layout.addWidget(self._title)
        self.table = list_table("抜き取り", ("項目",), ())
        self._layout.addWidget(self.table)
        self.setVisible(False)

    def show_none(self) -> None:
        """Nothing is to be confirmed."""
        self.setVisible(False)

    def show_records(self, count: int, samples: Sequence[Sample]) -> None:
        """The records drawn of a file of ``count``, each in a column; items that none has are left
        out."""
        labels = list(dict.fromkeys(label for one in samples for label, _ in one.items))
        said = [dict(one.items) for one in samples]
        heads = ["項目", *(f"{one.place:,}件目" for one in samples), ""]
        self._title.setText(f"抜き取り（{count:,}件のうち {len(samples)}件）" if samples else _NONE)
        self.table.setColumnCount(len(heads))
        self.table.setHorizontalHeaderLabels(heads)
        fill(self.table, [(label, *(one.get(label, "") for one in said), "") for label in labels])
        widen(self.table, (_ITEM, *(_VALUE for _ in samples)))
        self.table.setVisible(bool(samples))
        self.setVisible(True)
