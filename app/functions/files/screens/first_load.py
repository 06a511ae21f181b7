"""初期登録の状況: the union's counts beside ours, and whether one may begin to work."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.functions.files import filling
from app.sync.first_load import Count, FirstLoad
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import fill, list_table

_HEAD = ("何が", "広域連合が送った件数", "この端末に入った件数", "合っているか")
_WIDTHS = (300, 220, 220)
_EVERY = 500  # milliseconds


class FirstLoadScreen(Page):
    """One line for each kind of thing that a new terminal gets."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "初期登録の状況",
            "新しい端末には、広域連合が登録のすべてを送ります。両方の件数が合うと、検索できます。",
        )
        self._desk = desk
        self.shown: FirstLoad | None = None
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = list_table("初期登録の件数", _HEAD, _WIDTHS)
        self.body.addWidget(self.table, 1)
        self._moving = PlainLabel("")
        self.body.addWidget(self._moving)
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._tell_progress)
        self._watch.start(_EVERY)
        self.action("戻る", "Esc", desk.home)
        self.action("読み直す", "F5", self.load)
        desk.watch(self, lambda: filling.show(desk.gate, desk.session, background=True), self._show)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read everything again."""
        desk = self._desk
        desk.run(self, lambda: filling.show(desk.gate, desk.session), self._show)

    def _tell_progress(self) -> None:
        shown = self._desk.engine.progress.shown()
        self._moving.setText("" if shown is None else shown.told)

    def _show(self, load: FirstLoad | None) -> None:
        self.shown = load
        clear(self._summary)
        self._summary.addWidget(box(*_told(load)))
        counts = () if load is None else load.counts
        fill(self.table, [_cells(count) for count in counts])


def _told(load: FirstLoad | None) -> tuple[str, str]:
    if load is None:
        return "ok", "この端末に、初期登録を待っているものはありません。"
    if load.done_at:
        moment = load.done_at[:16].replace("T", " ")
        return "ok", f"初期登録は {moment} に済み、広域連合の件数と合いました。検索できます。"
    if any(count.stopped for count in load.counts):
        return "stop", f"取り込めなかったものがあり、止まっています。{filling.STOPPED}。"
    if not load.counts:
        return "warn", _since(
            load
        ) + "広域連合からの返事を待っています。回線がつながると、自動で始まります。"
    return "warn", _since(
        load
    ) + "受け取っています。済むまで検索はできません。この画面は自動で読み直します。"


def _since(load: FirstLoad) -> str:
    if not load.stands:
        return ""
    moment = filling.told_moment(load.stands)
    return f"復元したため、この端末のデータは {moment} 現在のものです。そのあとの分を、"


def _cells(count: Count) -> tuple[str, ...]:
    if count.stopped:
        compared = f"取り込めなかったものが {count.stopped:,}件"
    else:
        compared = "合っている" if count.equal else f"あと {count.sealed - count.taken:,}件"
    return count.title, f"{count.sealed:,}件", f"{count.taken:,}件", compared
