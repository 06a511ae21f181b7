"""The training panel beside the window: a button for the touch, and the papers that the movers
bring to the counter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from app.demo.keys import KeyDrawer
from app.demo.people import CLERK, FOUNDERS
from app.training.movers import Mover
from app.wire.layout import columns
from app.wire.records import NotificationRecord


class KeyPanel(QWidget):
    """A small window of its own: it is the world outside the terminal."""

    def __init__(self, keys: KeyDrawer, movers: Sequence[Mover]) -> None:
        super().__init__()
        self.setWindowTitle("研修：キーと持ち物")
        self.resize(520, 760)
        layout = QVBoxLayout(self)
        people = "\n".join(
            f"{one.staff_id}　{one.name}　{one.password}" for one in (CLERK, *FOUNDERS)
        )
        who = QLabel(f"研修の職員（職員番号・氏名・パスワード）\n{people}")
        who.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(who)
        touch = QPushButton("キーに触れる")
        touch.setObjectName("primary")
        touch.clicked.connect(lambda _on: keys.touch())
        layout.addWidget(touch)
        tabs = QTabWidget()
        for mover in movers:
            tabs.addTab(_papers(mover), mover.label)
        layout.addWidget(tabs, 1)


def _papers(mover: Mover) -> QWidget:
    """What the person shows at the counter, in words."""
    record = mover.notification("-", mover.moved_on)
    lines = [
        f"{column.label.strip('　')}：{value}"
        for column in columns(NotificationRecord)
        if (value := str(getattr(record, column.name))) and column.name != "case_id"
    ]
    text = QLabel("\n".join(lines))
    text.setWordWrap(True)
    text.setAlignment(Qt.AlignmentFlag.AlignTop)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return text
