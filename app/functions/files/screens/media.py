"""電子媒体: what is plugged in and what waits, each with its next step; and the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.core.progress import Progress
from app.functions.files import (
    media_acts,
    media_in,
    media_leaving,
    media_out,
    media_paper,
    media_wipe,
)
from app.functions.files.media_list import LEDGER, MediaView, UseLine, look
from app.functions.files.media_steps import (
    LEDGER_HEAD,
    Do,
    MediaStep,
    is_handed_over,
    ledger,
    steps,
)
from app.functions.files.media_use import Carrying, Moved
from app.sync.media.port import Attached
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import list_table
from app.wire.characters import charset_of

_HEAD = ("もの", "どこ", "状態", "次にすること")
_WIDTHS = (520, 150, 330)
_WHO = {"system": "市区町村のシステム側で封をし、開ける担当", "print": "証を印刷する事業者"}


class MediaScreen(Page):
    """One line for each thing; Enter takes its next step."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "電子媒体", "↑↓で選び、Enter で次にすることへ進みます。媒体を差したら F5。"
        )
        self._desk = desk
        self.view: MediaView | None = None
        self.lines: tuple[MediaStep, ...] = ()
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = list_table("電子媒体", _HEAD, _WIDTHS)
        self.table.itemActivated.connect(lambda _item: self._next())
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_why())
        self.body.addWidget(self.table, 1)
        self._why = QVBoxLayout()
        self.body.addLayout(self._why)
        self.action("戻る", "Esc", desk.home)
        self.action("読み直す", "F5", self.load)
        self.by_hand = self.action("手で検査した", "Alt+H", self._scanned_by_hand)
        self.action("媒体管理簿", "Alt+L", lambda: desk.go("files.show_ledger"))
        self.action("相手の名刺を登録", "Alt+C", self._take_card)
        self.progress = Progress()
        self.stop_button = self.action("移入・移出を中止する", "Alt+X", self.progress.cancel)
        self.stop_button.setVisible(False)
        self._moving = PlainLabel("")
        self.body.addWidget(self._moving)
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._tell_progress)
        self._watch.start(500)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Look again at what is plugged in."""
        desk = self._desk
        desk.run(self, lambda: look(desk.gate, desk.session, desk.media), self._show)

    def _tell_progress(self) -> None:
        """How far the file is; Alt+X ends it and leaves medium and store as they were."""
        shown = self.progress.shown()
        self._moving.setText("" if shown is None else shown.told)
        self.stop_button.setVisible(shown is not None)

    def _show(self, view: MediaView) -> None:
        self.view = view
        self.lines = steps(view)
        _fill(
            self.table,
            [(one.what, one.where, one.state, one.next_step) for one in self.lines],
        )
        if self.lines:
            self.table.selectRow(0)
        clear(self._summary)
        kind, text = _summary(view, self.lines)
        self._summary.addWidget(box(kind, text))
        self._tell_why()

    def _chosen(self) -> MediaStep | None:
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _tell_why(self) -> None:
        clear(self._why)
        line = self._chosen()
        self.by_hand.setEnabled(line is not None and line.do is Do.SCAN)
        if line is not None and line.why:
            self._why.addWidget(box("warn", line.why))

    def _next(self) -> None:
        line = self._chosen()
        if line is None or self._desk.operations.busy:
            return
        go = self._desk.go
        if line.do is Do.REGISTER:
            go("files.register_medium", serial=line.serial)
        elif line.do is Do.APPROVE:
            go(
                "files.approve_media_use",
                medium_id=line.medium_id,
                direction=line.direction,
                file_id=line.file_id,
                label=self._label(line.medium_id),
            )
        elif line.do is Do.SCAN:
            self._scan(line, by_hand=False)
        elif line.do is Do.MOVE_IN:
            self._move_in(line)
        elif line.do is Do.MOVE_OUT:
            self._move_out(line)
        elif line.do is Do.WIPE:
            self._wipe(line)

    # -- the steps -------------------------------------------------------------------------

    def _scanned_by_hand(self) -> None:
        line = self._chosen()
        if line is not None and line.do is Do.SCAN:
            self._scan(line, by_hand=True)

    def _scan(self, line: MediaStep, *, by_hand: bool) -> None:
        desk, view = self._desk, self.view
        assert view is not None
        if not by_hand and not view.has_scanner:
            clear(self._why)
            self._why.addWidget(
                box(
                    "warn",
                    "この端末には検査のプログラムが設定されていません。ほかの機器で検査し、"
                    "問題がなければ「手で検査した」（Alt+H）で記録してください。",
                )
            )
            return
        desk.run(
            self,
            lambda: media_in.scan(
                desk.gate, desk.session, desk.media, line.medium_id, line.name, by_hand=by_hand
            ),
            lambda _use: self._done("ウイルスチェックを記録しました。続けて移入できます。"),
        )

    def _move_in(self, line: MediaStep) -> None:
        desk = self._desk

        def moved(done: Moved) -> None:
            wiped = "媒体のファイルは消去しました。" if done.wiped else "媒体の消去が残っています。"
            self._done(f"{done.count:,}件を移入しました。送信は二人の確認を待ちます。{wiped}")
            if done.trouble is not None:
                desk.door.show(self, done.trouble)

        desk.carry_out(
            self,
            lambda: media_in.prepare_move_in(desk.gate, desk.session, desk.media, line.use_id),
            lambda prepared, given: media_in.perform_move_in(
                desk.gate, prepared, given, self._carrying()
            ),
            moved,
            ended=self.load,
        )

    def _move_out(self, line: MediaStep) -> None:
        desk = self._desk
        prepare, perform = media_out.prepare_move_out, media_out.perform_move_out
        if line.sealed_id:  # it leaves as it was sealed
            prepare, perform = media_leaving.prepare_leave, media_leaving.perform_leave
        what = line.sealed_id or line.inbox_id
        desk.carry_out(
            self,
            lambda: prepare(desk.gate, desk.session, desk.media, what, line.medium_id),
            lambda prepared, given: perform(desk.gate, prepared, given, self._carrying()),
            lambda done: self._done(
                f"{done.count:,}件を移出しました。受渡しのあと、媒体のファイルを消去してください。"
            ),
            ended=self.load,
        )

    def _wipe(self, line: MediaStep) -> None:
        desk = self._desk
        desk.run(
            self,
            lambda: media_wipe.wipe_now(desk.gate, desk.session, self._carrying(), line.use_id),
            lambda how: self._done(f"消去を記録しました：{media_wipe.HOW[how]}。"),
        )

    def _take_card(self) -> None:
        view = self.view
        ours = [one.judged for one in view.plugged if one.judged.fault is None] if view else []
        if not ours:
            clear(self._why)
            self._why.addWidget(box("warn", "名刺の入った、登録された媒体を差してください。"))
            return
        roles = list(media_acts.ROLES)
        choose(
            self,
            "媒体の名刺は、どの相手のものですか。",
            [f"{media_acts.ROLES[one]}（{_WHO[one]}）" for one in roles],
            lambda at: self._register(ours[0].attached, roles[at]),
            ok="照合コードを読み合わせて登録する",
        )

    def _register(self, attached: Attached, role: str) -> None:
        desk = self._desk
        desk.carry_out(
            self,
            lambda: media_acts.prepare_courier(desk.gate, desk.session, attached, role),
            lambda prepared, given: media_acts.perform_courier(
                desk.gate, prepared, given, attached
            ),
            lambda name: self._done(f"{name} を{media_acts.ROLES[role]}として登録しました。"),
        )

    def _carrying(self) -> Carrying:
        desk = self._desk
        today = desk.clock.now().date()
        return Carrying(
            desk.media,
            desk.engine.codes,
            desk.engine.folder,
            desk.finish,
            lambda charset_id: charset_of(desk.tables, charset_id, today),
            progress=self.progress,
        )

    def _label(self, medium_id: str) -> str:
        media = self.view.media if self.view else ()
        return next((one.label for one in media if one.id == medium_id), "")

    def _done(self, text: str) -> None:
        self._desk.say(text)
        self.load()


class LedgerScreen(Page):
    """媒体管理簿: every use, what came of it, and whether the file was wiped (SEC-77)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "媒体管理簿", "新しいものから並びます。消去が済んでいない行は、電子媒体で消去します。"
        )
        self._desk = desk
        self.view: MediaView | None = None
        self.table = list_table(
            "媒体管理簿", LEDGER_HEAD, (110, 110, 52, 330, 64, 100, 86, 110, 110)
        )
        self.body.addWidget(self.table, 1)
        self._why = QVBoxLayout()
        self.body.addLayout(self._why)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_why())
        self.action("電子媒体へ", "Esc", lambda: desk.go("files.show_media"))
        self.action("読み直す", "F5", self.load)
        self.action("誤りの一覧", "Alt+E", lambda: self._of_line("files.show_faults"))
        self.action("文字リスト", "Alt+M", lambda: self._of_line("files.show_characters"))
        self.action("この媒体を廃棄", "Alt+Q", self._dispose)
        self.print_button = self.action("印刷する", "Alt+P", self._print)
        self.print_button.setVisible(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read it again."""
        desk = self._desk
        desk.run(
            self,
            lambda: (
                look(desk.gate, desk.session, desk.media, LEDGER),
                media_paper.PRINT in desk.gate.permitted(desk.session),
            ),
            lambda read: self._show(*read),
        )

    def _show(self, view: MediaView, may_print: bool) -> None:
        self.view = view
        self.print_button.setVisible(may_print)  # absent, not greyed (SEC-30)
        _fill(self.table, ledger(view))
        if view.uses:
            self.table.selectRow(0)

    def _chosen(self) -> UseLine | None:
        row, uses = self.table.currentRow(), self.view.uses if self.view else ()
        return uses[row] if 0 <= row < len(uses) else None

    def _tell_why(self) -> None:
        clear(self._why)
        line = self._chosen()
        if line is not None and line.cause:
            self._why.addWidget(box("warn", line.cause))

    def _of_line(self, function_id: str) -> None:
        line = self._chosen()
        if line is not None:
            self._desk.go(function_id, subject=line.id)

    def _print(self) -> None:
        desk = self._desk
        found = media_paper.periods(desk.clock.now().date())
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)

        def put(at: int) -> None:
            desk.run(
                self,
                lambda: media_paper.print_ledger(paper, found[at]),
                lambda number: desk.say(f"媒体管理簿 {number} を印刷しました。"),
            )

        labels = [f"{one.label}（{one.first}から）" for one in found]
        choose(self, "どの期間の媒体管理簿を印刷しますか。", labels, put, ok="印刷する")

    def _dispose(self) -> None:
        line = self._chosen()
        if line is not None:
            self._desk.go("files.dispose_medium", medium_id=line.medium_id, label=line.label)


def _summary(view: MediaView, lines: Sequence[MediaStep]) -> tuple[str, str]:
    out = sum(is_handed_over(line) for line in view.owed)
    owed = len(view.owed) - out
    if owed:
        return "stop", f"媒体に残っているファイルが {owed}件あります。消去してください。"
    if out:
        return (
            "warn",
            f"受渡し中のファイルが {out}件あります。相手方が受け取ったら消去してください。",
        )
    if not view.plugged:
        return "warn", "媒体が差さっていません。登録された媒体を差し、F5 で読み直してください。"
    waiting = sum(one.do not in (Do.NOTHING, Do.REGISTER) for one in lines)
    if waiting:
        return "ok", f"次にすることのあるものが {waiting}件あります。"
    return "ok", "媒体ですることはありません。"


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    table.setRowCount(len(rows))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(text))
