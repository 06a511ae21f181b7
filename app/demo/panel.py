"""The training panel beside the window: a button for the touch, and the papers that the movers
bring to the counter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QTabWidget, QVBoxLayout, QWidget

from app.core.tables import Tables
from app.demo.keys import KeyDrawer
from app.demo.people import CLERK, FOUNDERS
from app.training.movers import Mover
from app.ui.base.labels import PlainLabel
from app.ui.base.monitors import free_space
from app.wire.bodies.move_in import MoveIn
from app.wire.layout import Kind, columns


class KeyPanel(QWidget):
    """A small window of its own: it is the world outside the terminal."""

    def __init__(self, keys: KeyDrawer, movers: Sequence[Mover], tables: Tables) -> None:
        super().__init__()
        self.setWindowTitle("研修：キーと持ち物")
        self.resize(520, 760)
        layout = QVBoxLayout(self)
        people = "\n".join(
            f"{one.staff_id}　{one.name}　{one.password}" for one in (CLERK, *FOUNDERS)
        )
        who = PlainLabel(f"研修の職員（職員番号・氏名・パスワード）\n{people}")
        who.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(who)
        touch = QPushButton("キーに触れる")
        touch.setObjectName("primary")
        touch.clicked.connect(lambda _on: keys.touch())
        layout.addWidget(touch)
        tabs = QTabWidget()
        for mover in movers:
            tabs.addTab(_papers(mover, tables), mover.label)
        layout.addWidget(tabs, 1)

    def show_beside(self, window: QWidget) -> None:
        """Stand to the right of ``window``; where the screen has no room for that, above it."""
        beside = window.frameGeometry().topRight()
        last = free_space(window).right() - self.width()
        if beside.x() > last:
            self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self.move(min(beside.x(), last), beside.y())
        self.show()


_NOT_ON_PAPER = frozenset(
    {
        "case_id",
        "kind",
        "body",
        "body_version",
        "birth_sort",
        "birth_precision",
        "processed_on",
    }
)


def _papers(mover: Mover, tables: Tables) -> QWidget:
    """What the person shows at the counter, in words."""
    day = mover.moved_on
    record = mover.notification("-", day)
    lines = []
    for column in columns(MoveIn):
        value = str(getattr(record, column.name))
        if not value or column.name in _NOT_ON_PAPER:
            continue
        if column.kind is Kind.CODE:
            value = tables[column.codes].label(value, day)
        elif column.kind is Kind.FLAG:
            value = "あり" if value == "1" else "なし"
        lines.append(f"{column.label.strip('　')}：{value}")
    text = PlainLabel("\n".join(lines))
    text.setWordWrap(True)
    text.setAlignment(Qt.AlignmentFlag.AlignTop)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return text
