"""一括印刷: every batch with its next step; building goes on beside it, with its progress."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QHideEvent
from PySide6.QtWidgets import QInputDialog, QProgressBar, QVBoxLayout

from app.cases.issuing import Drawing
from app.core.paths import Paths
from app.functions.printing import batch, batch_building, batch_sending, batch_view
from app.functions.printing.batch_building import Building, Order, Standing
from app.functions.printing.batch_sending import SheetAgain, WhichPart
from app.functions.printing.batch_view import BatchLine
from app.rules.calendar.days import judgement_period
from app.rules.calendar.wareki import Eras, on_paper
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainQuestion
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose as choose_rows
from app.ui.base.tables import fill, list_table

_HEAD = ("年度", "証", "件数", "取り置き", "作成", "見本", "状態")
_WIDTHS = (190, 250, 100, 100, 110, 80)
_MAKE, _SEE, _HELD = "printing.make_batch", "printing.see_samples", "printing.held_batch"
_POST, _SEAL = "printing.post_batch", "printing.seal_batch"
_EVERY = 200  # milliseconds
_STATES = {
    "made": "始めたところ",
    "building": "作成の途中",
    "built": "作成済み",
    "released": "発行済み",
}
_WHY_AGAIN = ("用紙が出てこなかった", "用紙が汚れた・破れた", "プリンターを替えた")
_WHY_ENDED = (
    "年度やファイルを間違えた",
    "広域連合がファイルを作り直す",
    "委託先で印刷することになった",
)


class BatchesScreen(Page):
    """One line for each batch; Ctrl+Enter takes the next step of the chosen one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "一括印刷",
            "年に一度の証をまとめて作ります。↑↓で選び、Ctrl+Enter で次にすることへ進みます。",
        )
        self._desk = desk
        paths = Paths(desk.engine.folder.parent)
        self.root, self.leaving = paths.batches, paths.leaving
        self.lines: tuple[BatchLine, ...] = ()
        self.building: Building | None = None
        self._order: Order | None = None
        self._stepping = False
        self._next: Callable[[], None] | None = None
        self.question: QInputDialog | None = None
        self.table = list_table("一括印刷", _HEAD, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell())
        self.body.addWidget(self.table, 1)
        self.bar = QProgressBar()
        self.bar.setVisible(False)
        self.body.addWidget(self.bar)
        self._told = QVBoxLayout()
        self.body.addLayout(self._told)
        self.action("戻る", "Esc", desk.home)
        self.action("読み直す", "F5", self.load)
        self.held_button = self.action("取り置きの一覧", "Alt+H", self._show_held)
        self.parts_button = self.action("印刷に回す", "Alt+P", self._show_parts)
        self.sheet_button = self.action("一枚だけ刷り直す", "Alt+R", self._ask_sheet)
        self.seal_button = self.action("委託先へ", "Alt+C", self._show_contractor)
        self.post_button = self.action("差出し", "Alt+S", self._show_posting)
        self.end_button = self.action("終える・取りやめる", "Alt+E", self._end)
        self.make_button = self.action("新しく始める", "Alt+N", lambda: desk.go(_MAKE))
        self.main_button = self.action("次へ", "Ctrl+Return", self._go_on, primary=True)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    @property
    def chosen(self) -> BatchLine | None:
        """The batch whose line is chosen."""
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def load(self) -> None:
        """Read the list again."""
        desk = self._desk
        desk.run(self, lambda: batch_view.batches(desk.gate, desk.session), self._show)

    def _show(self, lines: tuple[BatchLine, ...]) -> None:
        before = self.chosen.id if self.chosen else ""
        self.lines = lines
        eras = Eras(self._desk.tables["eras"])
        fill(self.table, [_cells(one, eras) for one in lines])
        ids = [one.id for one in lines]
        if ids:
            choose_rows(self.table, [ids.index(before) if before in ids else 0])
        self._tell()

    def _tell(self) -> None:
        """What the chosen batch needs next, in a sentence and on the button."""
        line = self.chosen
        clear(self._told)
        word, self._next = "", None
        if line is None:
            self._told.addWidget(box("ok", "一括印刷はありません。Alt+N で新しく始めます。"))
        else:
            kind, text, word, self._next = self._what_next(line)
            self._told.addWidget(box(kind, text))
        self.main_button.setText(f"{word}  [Ctrl+Enter]")
        self.main_button.setAccessibleName(word)
        for button, on in (
            (self.main_button, bool(word)),
            (self.held_button, line is not None and bool(line.held)),
            (self.parts_button, line is not None and line.state == "released"),
            (self.sheet_button, line is not None and line.state == "released"),
            (self.seal_button, line is not None and line.state == "released"),
            (self.post_button, line is not None and line.state == "released"),
            (self.end_button, line is not None and self.building is None),
            (self.make_button, self.building is None),
        ):
            button.setVisible(on)
            button.setEnabled(on)

    def _what_next(self, line: BatchLine) -> tuple[str, str, str, Callable[[], None]]:
        if self.building is not None and self._order and self._order.batch_id == line.id:
            said = "作っています。この画面を離れると、できた部まで残して止まります。"
            return "ok", said, "止める", self._pause
        if line.state == "released":
            left = line.built - line.sent
            if left:
                said = f"発行しました。まだ印刷に回していない部が{left}部あります。"
                return "warn", said, "印刷に回す", self._show_parts
            if line.unposted:
                said = f"印刷に回しました。差し出していない郵便が{line.unposted:,}通あります。"
                return "warn", said, "差し出した部を記録する", self._show_posting
            return "ok", "すべての郵便を差し出しました。", "終える", self._end
        if line.stale and line.built:
            said = "作ったあとで、止まった方がいます。作り直しが要ります（その部だけ）。"
            return "warn", said, "作成する", self._build
        if line.state != "built" or line.built < line.parts:
            return "ok", f"証を {line.standing:,} 件作ります。", "作成する", self._build
        if len(line.seen_by) < 2:
            said = "見本を、二人の職員が別々に目で確かめます。"
            if line.seen_by:
                said += f"一人目（{line.seen_by[0]}）は確かめました。別の職員が確かめてください。"
            return "warn", said, "見本を確かめる", lambda: self._desk.go(_SEE, batch_id=line.id)
        said = "見本を二人が確かめました。発行すると、印刷に回せます。"
        return "ok", said, "発行する（キーに触れる）", self._release

    def _go_on(self) -> None:
        if self._next is not None and not self._desk.operations.busy:
            self._next()

    # -- building ----------------------------------------------------------------------

    def _build(self) -> None:
        desk, line = self._desk, self.chosen
        assert line is not None

        def begun(order: Order) -> None:
            self._order = order
            self.building = Building(desk.gate, desk.session, order, desk.tables)
            self.bar.setRange(0, order.parts)
            self.bar.setValue(0)
            self.bar.setFormat("作っています")
            self.bar.setVisible(True)
            state = self.table.item(self.table.currentRow(), len(_HEAD) - 1)
            if state is not None:
                state.setText("作成中")
            self._timer.start(_EVERY)
            self._tell()
            self._step()

        desk.run(
            self,
            lambda: batch_building.begin_building(
                desk.gate, desk.session, line.id, self.root, training=desk.training
            ),
            begun,
        )

    def _step(self) -> None:
        """Note what is finished and begin what is next, as soon as there is either."""
        building = self.building
        if building is None or self._stepping or not building.ready:
            return
        self._stepping = True
        self._desk.run(self, building.step, self._stepped, failed=self._broke, ended=self._over)

    def _stepped(self, standing: Standing) -> None:
        self._stepping = False
        self.bar.setValue(standing.done)
        self.bar.setFormat(f"第{standing.done}部まで作りました（全{standing.total}部）　%p%")
        if standing.over or (self.building is not None and self.building.idle):
            self._over()

    def _pause(self) -> None:
        if self.building is not None:
            self.building.paused = True
            self.bar.setFormat("作りかけの部が終わるのを待っています")
            if self.building.idle:
                self._over()

    def _broke(self, error: BaseException) -> None:
        self._desk.door.show(self, error)

    def _over(self) -> None:
        """It is built, was stopped, or could not go on: what stands on the disk stays."""
        self._stepping = False
        self._timer.stop()
        if self.building is not None:
            self.building.close()
        self.building = self._order = None
        self.bar.setVisible(False)
        self.load()

    def _leave_building(self) -> None:
        self._timer.stop()
        if self.building is not None:
            self.building.close()
            self.building = None

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():  # the window was only minimised
            self._leave_building()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leave_building()
        super().closeEvent(event)

    # -- what follows ------------------------------------------------------------------

    def _release(self) -> None:
        desk, line = self._desk, self.chosen
        assert line is not None

        def released(count: int) -> None:
            desk.say(f"{count:,} 件の証を発行しました。印刷に回してください。")
            self.load()

        desk.carry_out(
            self,
            lambda: batch.prepare_release(desk.gate, desk.session, line.id, self.root),
            lambda prepared, given: batch.perform_release(desk.gate, prepared, given),
            released,
        )

    def _show_parts(self) -> None:
        desk, line = self._desk, self.chosen
        if line is None:
            return

        def shown(parts: tuple[batch_sending.PartLine, ...]) -> None:
            words = [_part_words(one) for one in parts]
            self.question = choose(
                self,
                "どの部を印刷に回しますか。",
                words,
                lambda at: self._print(line, parts[at]),
                ok="印刷に回す",
            )

        desk.run(self, lambda: batch_sending.parts_of(desk.gate, desk.session, line.id), shown)

    def _print(self, line: BatchLine, part: batch_sending.PartLine) -> None:
        if not part.sent_at:
            self._print_part(line, part, "")
            return
        choose(
            self,
            f"第{part.part + 1}部は、すでに回しました。もう一度回す理由は何ですか。",
            _WHY_AGAIN,
            lambda at: self._print_part(line, part, _WHY_AGAIN[at]),
            ok="もう一度回す",
        )

    def _print_part(self, line: BatchLine, part: batch_sending.PartLine, again: str) -> None:
        desk = self._desk
        way = (desk.tables, desk.printer)

        def sent(went: batch_sending.PartPrinted) -> None:
            said = f"第{part.part + 1}部（{went.sheets}枚）を印刷に回しました。"
            if went.stopped:
                said += f"発送止めの{len(went.stopped)}枚は抜きました（取り置きの一覧にあります）。"
            desk.say(said)
            self.load()

        desk.run(
            self,
            lambda: batch_sending.print_part(
                desk.gate,
                desk.session,
                WhichPart(line.id, part.part, again),
                self.root,
                way,
            ),
            sent,
        )

    def _ask_sheet(self) -> None:
        """The number stands on the torn sheet, or on the list of its part."""
        line = self.chosen
        if line is None:
            return
        dialog = PlainQuestion(self)
        dialog.setWindowTitle("一枚だけ刷り直す")
        dialog.setLabelText("刷り直す証の発行番号を読み取るか、入れてください。")
        dialog.setOkButtonText("次へ")
        dialog.setCancelButtonText("やめる")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda text: self._ask_why(line, text.strip()))
        self.question = dialog
        dialog.open()

    def _ask_why(self, line: BatchLine, number: str) -> None:
        self.question = choose(
            self,
            f"{number} を刷り直す理由は何ですか。",
            _WHY_AGAIN,
            lambda at: self._draw_sheet(SheetAgain(line.id, number, _WHY_AGAIN[at])),
            ok="刷り直す",
        )

    def _draw_sheet(self, again: SheetAgain) -> None:
        desk = self._desk
        drawing = Drawing(desk.tables, desk.press, desk.training)
        desk.run(
            self,
            lambda: batch_sending.draw_sheet(desk.gate, desk.session, again, drawing),
            self._print_sheet,
        )

    def _print_sheet(self, drawn: batch_sending.DrawnAgain) -> None:
        desk = self._desk
        desk.carry_out(
            self,
            lambda: batch_sending.prepare_sheet(desk.gate, desk.session, drawn),
            lambda prepared, given: batch_sending.perform_sheet(
                desk.gate, prepared, given, drawn, desk.printer
            ),
            lambda _none: desk.say(f"発行番号 {drawn.again.number} をもう一枚印刷に回しました。"),
        )

    def _end(self) -> None:
        line = self.chosen
        if line is None:
            return
        if line.state == "released" and line.sent == line.built and not line.unposted:
            self._carry_end(line, "")
            return
        choose(
            self,
            "この一括印刷を取りやめます。理由は何ですか。",
            _WHY_ENDED,
            lambda at: self._carry_end(line, _WHY_ENDED[at]),
            ok="取りやめる",
        )

    def _carry_end(self, line: BatchLine, reason: str) -> None:
        desk = self._desk

        def ended(_none: None) -> None:
            desk.say("一括印刷を終えました。印刷用ファイルは消しました。")
            self.load()

        desk.carry_out(
            self,
            lambda: batch_sending.prepare_end(desk.gate, desk.session, line.id, reason),
            lambda prepared, given: batch_sending.perform_end(
                desk.gate, prepared, given, self.root, self.leaving
            ),
            ended,
        )

    def _show_posting(self) -> None:
        if self.chosen is not None:
            self._desk.go(_POST, batch_id=self.chosen.id)

    def _show_contractor(self) -> None:
        if self.chosen is not None:
            self._desk.go(_SEAL, batch_id=self.chosen.id)

    def _show_held(self) -> None:
        if self.chosen is not None:
            self._desk.go(_HELD, batch_id=self.chosen.id)


def _cells(line: BatchLine, eras: Eras) -> tuple[str, ...]:
    first, _ = judgement_period(line.judged_year)
    state = _STATES[line.state]
    if line.state == "released":
        state = f"発行済み（{line.sent}／{line.built}部を印刷に回した）"
    elif line.stale and line.built:
        state = "作り直しが要る"
    return (
        f"{on_paper(first, eras)}から",
        line.title,
        f"{line.papers:,}件",
        f"{sum(line.held.values()):,}件",
        f"{line.built}／{line.parts}部",
        f"{len(line.seen_by)}人",
        state,
    )


def _part_words(part: batch_sending.PartLine) -> str:
    went = "" if not part.sent_at else f"　{batch_sending.HOW[part.sent_how]}：{part.sent_at[:16]}"
    went = went.replace("T", " ")
    stopped = f"（うち発送止め{part.stopped}枚）" if part.stopped else ""
    return f"第{part.part + 1}部　{part.sheets}枚{stopped}　{part.first} 〜 {part.last}{went}"
