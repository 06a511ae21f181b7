"""取り込めなかったファイル: why it was not taken, what to do, and the record of what was done."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout

from app.functions.files import set_aside
from app.functions.files.set_aside import SetAside
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, card


class SetAsideScreen(Page):
    """One file that was set aside."""

    def __init__(self, desk: Desk, item_id: str) -> None:
        super().__init__(
            "取り込めなかったファイル",
            "広域連合に連絡し、済んだら Ctrl+Enter で処理を記録してください。"
            "記録するまで一覧に残ります。",
        )
        self._desk = desk
        self._item_id = item_id
        self.shown: SetAside | None = None
        self.action("戻る", "Esc", desk.home)
        self.action("誤りの一覧", "Alt+E", lambda: desk.go("files.show_faults", subject=item_id))
        self.dispose_button = self.action("処理を記録する", "Ctrl+Return", self._ask, primary=True)
        self.dispose_button.setEnabled(False)
        desk.run(self, lambda: set_aside.show(desk.gate, desk.session, item_id), self._show)

    def _show(self, item: SetAside) -> None:
        self.shown = item
        self.body.addWidget(box("stop", item.cause))
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, 160)
        grid.setColumnStretch(1, 1)
        rows = (
            ("ファイル", f"{item.title}（{item.file_id}）"),
            ("整理番号", item.id),
            ("届いた日時", item.came_at[:16].replace("T", " ")),
            ("件数", f"{item.count:,}件（1件も取り込んでいません）"),
            (
                "連絡すること",
                "上の枠の文と整理番号。広域連合が作り直すと、次の受信で届きます。",
            ),
        )
        for at, (label, text) in enumerate(rows):
            title = PlainLabel(label)
            title.setObjectName("fieldLabel")
            grid.addWidget(title, at, 0)
            value = PlainLabel(text)
            value.setWordWrap(True)
            grid.addWidget(value, at, 1)
        layout.addLayout(grid)
        self.body.addWidget(frame)
        if item.disposition:
            done = dict(self._choices())[item.disposition]
            when = item.disposed_at[:16].replace("T", " ")
            self.body.addWidget(box("ok", f"処理済み：{done}（{item.disposed_by}、{when}）"))
        self.body.addStretch(1)
        self.dispose_button.setEnabled(not item.disposition)
        self.dispose_button.setFocus()

    def _choices(self) -> tuple[tuple[str, str], ...]:
        desk = self._desk
        return set_aside.dispositions(desk.tables, desk.clock.now().date())

    def _ask(self) -> None:
        choices = self._choices()
        choose(
            self,
            "このファイルは、どうなりましたか。あなたの名と時刻が残ります。",
            [label for _, label in choices],
            lambda at: self._dispose(choices[at][0]),
            ok="記録する",
        )

    def _dispose(self, how: str) -> None:
        desk = self._desk

        def done(_none: None) -> None:
            desk.say("取り込めなかったファイルの処理を記録しました。")
            desk.home()

        desk.run(
            self,
            lambda: set_aside.dispose(desk.gate, desk.session, self._item_id, how, desk.tables),
            done,
        )
