"""当日のファイル: one line for each file of the day; Enter takes its next step."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QGridLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.functions.files import day_acts, day_files, recalls, system_work
from app.functions.files.day_files import DayFile, Step
from app.functions.files.screens.system_work import SystemWork
from app.security.scheduled import Due
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel, PlainQuestion
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.tables import list_table

_HEAD = ("ファイル", "向き", "基準日・版", "件数（前回）", "状態", "次にすること")
_WIDTHS = (250, 60, 130, 170, 170)
_EVERY = 500  # milliseconds

Shown: TypeAlias = tuple[tuple[DayFile, ...], tuple[Due, ...]]


class DayFilesScreen(Page):
    """The files of the day, what needs somebody first."""

    def __init__(self, desk: Desk, key: str = "") -> None:
        super().__init__(
            "当日のファイル",
            "↑↓で選び、Enter で次にすることへ進みます。端末が送り受けすると、自動で読み直します。",
        )
        self._desk = desk
        self._wanted = key
        self.lines: tuple[DayFile, ...] = ()
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = _table()
        self.table.itemActivated.connect(lambda _item: self._next())
        self.table.currentCellChanged.connect(lambda *_cells: self._tell())
        self.body.addWidget(self.table, 1)
        self._particulars = QVBoxLayout()
        self.body.addLayout(self._particulars)
        self.schedule = SystemWork()
        self.body.addWidget(self.schedule)
        self.action("戻る", "Esc", desk.home)
        self.action("読み直す", "F5", self.load)
        self.recall_button = self.action("受理された送信を回収する", "Alt+R", self._recall)
        self.recall_button.setVisible(False)
        self.stop_button = self.action("送り受けを中止する", "Alt+X", desk.engine.cancel)
        self.stop_button.setVisible(False)
        self._moving = PlainLabel("")
        self.body.addWidget(self._moving)
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._tell_progress)
        self._watch.start(_EVERY)
        desk.watch(self, lambda: self._read(background=True), self._show)
        desk.run(
            self,
            lambda: recalls.RECALL in desk.gate.permitted(desk.session),
            self.recall_button.setVisible,  # absent, not greyed (SEC-30)
        )
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read everything again."""
        self._desk.run(self, self._read, self._show)

    def _read(self, *, background: bool = False) -> Shown:
        gate, session = self._desk.gate, self._desk.session
        return (
            day_files.show(gate, session, background=background),
            system_work.show(gate, session, self._desk.catalog, background=background),
        )

    def _show(self, found: Shown) -> None:
        lines, scheduled = found
        self.schedule.show_lines(scheduled)
        chosen = self.chosen()
        wanted = chosen.key if chosen is not None else self._wanted
        self.lines = lines
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(_cells(line)):
                self.table.setItem(row, column, QTableWidgetItem(text))
        keys = [line.key for line in lines]
        if lines:
            self.table.selectRow(keys.index(wanted) if wanted in keys else 0)
        self._sum_up()
        self._tell()

    def _tell_progress(self) -> None:
        """How far the transfer is; Alt+X ends it, and what came so far is gone on from."""
        shown = self._desk.engine.progress.shown()
        self._moving.setText("" if shown is None else shown.told)
        self.stop_button.setVisible(shown is not None)

    def chosen(self) -> DayFile | None:
        """The line that is chosen."""
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _sum_up(self) -> None:
        clear(self._summary)
        alarms = [line for line in self.lines if line.alarm or line.stuck]
        for late in self.schedule.late():
            self._summary.addWidget(box("warn", f"{late.what}：{late.trouble}。{late.remedy}。"))
        waits = sum(line.step is not Step.NOTHING for line in self.lines)
        for line in alarms:
            self._summary.addWidget(
                box("stop", "　".join(filter(None, (_told(line), f"{line.next_step}。"))))
            )
        if waits:
            self._summary.addWidget(
                box("warn", f"次にすることのあるファイルが {waits}件あります。")
            )
        elif not alarms:
            self._summary.addWidget(box("ok", "今日のファイルで、人を待っているものはありません。"))

    def _tell(self) -> None:
        clear(self._particulars)
        line = self.chosen()
        self.recall_button.setEnabled(line is not None and line.may_recall)
        if line is not None:
            self._particulars.addWidget(_particulars(line))

    def _next(self) -> None:
        line = self.chosen()
        if line is None or self._desk.operations.busy:
            return
        if line.step is Step.CONFIRM:
            self._desk.go("files.show_sendings")
        elif line.step is Step.SETTLE:
            self._settle(line)
        elif line.step is Step.SET_ASIDE:
            self._desk.go("files.show_set_aside", item_id=line.key)
        elif line.step in (Step.MOVE_IN, Step.MOVE_OUT):
            self._desk.go("files.show_media")

    def _recall(self) -> None:
        """Ask for the reason, then for both keys."""
        line, desk = self.chosen(), self._desk
        if line is None or not line.may_recall or desk.operations.busy:
            return
        dialog = PlainQuestion(self)
        dialog.setWindowTitle("受理された送信の回収")
        dialog.setLabelText("何が誤りか、理由を入れてください。広域連合に伝わります。")
        dialog.setOkButtonText("二人で回収を求める")
        dialog.setCancelButtonText("やめる")

        def ask(reason: str) -> None:
            desk.carry_out(
                self,
                lambda: recalls.prepare_recall(desk.gate, desk.session, line.key, reason),
                lambda prepared, given: recalls.perform_recall(desk.gate, prepared, given),
                lambda _none: self._done("回収を求めました。次の連絡で広域連合に伝わります。"),
            )

        dialog.textValueSelected.connect(ask)
        dialog.open()

    def _settle(self, line: DayFile) -> None:
        desk = self._desk
        choices = day_acts.dispositions(desk.tables, desk.clock.now().date())

        def settle(at: int) -> None:
            how = choices[at][0]
            desk.run(
                self,
                lambda: day_acts.settle(desk.gate, desk.session, line.key, how, desk.tables),
                lambda _none: self._done("処理を記録しました。"),
            )

        choose(
            self,
            "この送信は、どうなりましたか。あなたの名と時刻が残ります。",
            [label for _, label in choices],
            settle,
            ok="記録する",
        )

    def _done(self, text: str) -> None:
        self._desk.say(text)
        self.load()


def _told(line: DayFile) -> str:
    why = f"（{line.cause}）" if line.cause else ""
    return f"{line.title}：{line.state}{why}。"


def _table() -> QTableWidget:
    return list_table("当日のファイル", _HEAD, _WIDTHS)


def _cells(line: DayFile) -> tuple[str, ...]:
    count = f"{line.count:,}件" if line.count or line.since else ""
    before = f"（{line.before:,}件）" if line.before >= 0 else ""
    edition = f"　第{line.edition}版" if line.edition else ""
    progress = f"　{line.progress}%" if line.progress >= 0 else ""
    return (
        f"{line.title}（{line.file_id}）",
        line.way,
        f"{line.business_on[5:].replace('-', '/')}{edition}",
        f"{count}{before}" if not line.is_due else "",
        f"{line.state}{progress}",
        line.next_step,
    )


def _particulars(line: DayFile) -> QWidget:
    """Who did what when, the reason, the next try."""
    frame, layout = card()
    grid = QGridLayout()
    grid.setColumnMinimumWidth(0, 160)
    grid.setColumnStretch(1, 1)
    difference = line.count - line.before
    rows = (
        ("整理番号", "" if line.is_due else line.key),
        ("移入", f"{_moment(line.moved_at)}（検査：{line.checked_by}）" if line.moved_at else ""),
        ("前回との差", f"{difference:+,}件" if line.before >= 0 and line.count else ""),
        ("用意した人", line.prepared_by),
        ("確認した人", "、".join(line.confirmed_by)),
        ("結果の出た日時", _moment(line.settled_at)),
        ("試した回数", f"{line.tries}回" if line.tries else ""),
        ("次の試み", _moment(line.next_try_at)),
        ("わけ", line.cause),
    )
    for label, text in rows:
        if text:
            at = grid.rowCount()
            title = PlainLabel(label)
            title.setObjectName("fieldLabel")
            grid.addWidget(title, at, 0)
            value = PlainLabel(text)
            value.setWordWrap(True)
            grid.addWidget(value, at, 1)
    layout.addLayout(grid)
    return frame


def _moment(iso: str) -> str:
    return f"{iso[5:7]}/{iso[8:10]} {iso[11:16]}" if iso else ""
