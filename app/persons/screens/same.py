"""同一人の確認: two records side by side; two persons decide whether they are one."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.core.errors import UserError
from app.persons import same, same_acts
from app.persons.same import Step
from app.persons.same_list import SideBySide, list_same
from app.rules.calendar.wareki import Eras
from app.ui.base.choice import choose as ask
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("状態", "一人目", "二人目", "理由")
_WIDTHS = (220, 330, 330)
_ITEM_COLUMNS = ("項目", "一人目", "二人目", "比べると")
_ITEM_WIDTHS = (130, 390, 390)


class SameScreen(Page):
    """The pairs above, the chosen one side by side below, and why."""

    def __init__(self, desk: Desk, word: str = "") -> None:
        super().__init__(
            "同一人の確認",
            "↑↓で選び、二つの記録を書類と見比べます。理由を入れて、同じ方なら Ctrl+Enter。"
            "もう一人の職員が確認します。",
        )
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        self._painter = NamePainter(desk.fonts)
        self._wanted = word
        self._permitted: frozenset[str] = frozenset()
        self.pairs: tuple[SideBySide, ...] = ()
        names = NameDelegate(self._painter)
        names.setParent(self)
        self.table = list_table("同一人の確認", _COLUMNS, _WIDTHS)
        self.table.setItemDelegate(names)
        self.table.currentCellChanged.connect(lambda *_cells: self._show_chosen())
        self.body.addWidget(self.table, 2)
        self.items = list_table("見比べ", _ITEM_COLUMNS, _ITEM_WIDTHS)
        self.items.setItemDelegate(names)
        self.body.addWidget(self.items, 3)
        self._told = QVBoxLayout()
        self.body.addLayout(self._told)
        self.why = TextField(
            "why", "理由", note="何で確かめたか（書類、聞き取り、照会先）", limit=200
        )
        self.why.done.connect(self._same)
        self.body.addWidget(self.why)
        self.action("読み直す", "F5", self.load)
        self.action("開く", "Alt+O", self._open)
        self.apart_button = self.action("別の方", "Alt+D", self._apart)
        self.undo_button = self.action("同じ方を取り消す", "Alt+U", self._undo)
        self.same_button = self.action("同じ方", "Ctrl+Return", self._same, primary=True)
        self._offer(None)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the pairs."""
        desk, today = self._desk, self._desk.clock.now().date()

        def work() -> tuple[tuple[SideBySide, ...], frozenset[str]]:
            found = list_same(desk.gate, desk.session, desk.tables, today)
            return found, desk.gate.permitted(desk.session)

        desk.run(self, work, lambda read: self._loaded(*read))

    def _loaded(self, pairs: tuple[SideBySide, ...], permitted: frozenset[str]) -> None:
        before = self._chosen()
        wanted = before.pair.one + before.pair.other if before else ""
        self.pairs, self._permitted = pairs, permitted
        fill(self.table, [_cells(one) for one in pairs])
        places = (
            at
            for at, one in enumerate(pairs)
            if one.pair.word == self._wanted or one.pair.one + one.pair.other == wanted
        )
        if pairs:
            choose(self.table, [next(places, 0)])
        self._wanted = ""
        self._show_chosen()

    def _chosen(self) -> SideBySide | None:
        row = self.table.currentRow()
        return self.pairs[row] if 0 <= row < len(self.pairs) else None

    def _show_chosen(self) -> None:
        one = self._chosen()
        clear(self._told)
        rows = [
            (item.label, item.left, item.right, "" if item.alike else "違います")
            for item in (one.items if one else ())
        ]
        fill(self.items, rows, bold=[bool(row[3]) for row in rows])
        if one is None:
            self._told.addWidget(box("ok", "同一人の疑いはありません。"))
        else:
            if one.against:
                self._told.addWidget(box("stop", f"同じ方にはできません。{one.against}"))
            if one.beware:
                self._told.addWidget(box("warn", one.beware))
            if one.pair.why:
                by = " と ".join(filter(None, (one.pair.said_by, one.pair.confirmed_by)))
                words = same.WORDS[one.pair.step]
                self._told.addWidget(box("ok", f"{words}：{one.pair.why}（{by}）"))
        self._offer(one)

    def _offer(self, one: SideBySide | None) -> None:
        step = one.pair.step if one else None
        decides = same_acts.DECIDE in self._permitted
        for button, wanted in (
            (self.same_button, decides and one is not None and step is not Step.SAME),
            (self.apart_button, decides and step is Step.FOUND),
            (self.undo_button, same_acts.UNDO in self._permitted and step is Step.SAME),
        ):
            button.setVisible(wanted)  # absent, not greyed (SEC-30)
            button.setEnabled(wanted and not (button is self.same_button and one and one.against))

    # -- what is decided ---------------------------------------------------------------------

    def _same(self) -> None:
        one = self._chosen()
        if one is None or not self.same_button.isEnabled():
            return
        first = one.begins_with
        sides = sorted((one.left, one.right), key=lambda side: side.person_id != first)
        labels = [
            f"宛名番号 {side.atena_number}　{side.name}（{side.state or '現住民'}）"
            if not side.care
            else f"{side.name}（取扱注意）"
            for side in sides
        ]
        ask(
            self,
            "同じ方として、これからの受付にどちらの記録を使いますか。あとから元に戻せます。",
            labels,
            lambda at: self._decide(one, Step.SAME, sides[at].person_id),
            ok="使う",
            painter=self._painter,
        )

    def _apart(self) -> None:
        if (one := self._chosen()) is not None and self.apart_button.isEnabled():
            self._decide(one, Step.APART)

    def _undo(self) -> None:
        if (one := self._chosen()) is not None and self.undo_button.isEnabled():
            self._decide(one, Step.UNDONE)

    def _decide(self, one: SideBySide, step: Step, kept: str = "") -> None:
        desk, why = self._desk, self.why.value()
        self.why.set_error("")

        def done(_word: str) -> None:
            desk.say(f"「{same.WORDS[step]}」と記録しました。")
            self.why.set_value("")
            self.load()

        desk.carry_out(
            self,
            lambda: same_acts.prepare_verdict(
                desk.gate, desk.session, one.pair, step, why, kept=kept
            ),
            lambda prepared, given: same_acts.perform_verdict(
                desk.gate, prepared, given, self._eras
            ),
            done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, UserError) and error.field == self.why.name:
            self.why.set_error(f"{error.message}{error.remedy}")
            self.why.setFocus()
        else:
            self._desk.door.show(self, error)

    def _open(self) -> None:
        one = self._chosen()
        if one is None:
            return
        sides = (one.left, one.right)
        ask(
            self,
            "どちらを開きますか。",
            [f"{side.name}　{side.atena_number}" for side in sides],
            lambda at: self._desk.go("persons.open", person_id=sides[at].person_id),
            ok="開く",
            painter=self._painter,
        )


def _cells(one: SideBySide) -> tuple[str, ...]:
    left, right = (
        f"{side.name}　{side.atena_number}".rstrip("　") for side in (one.left, one.right)
    )
    return same.WORDS[one.pair.step], left, right, same.in_words(one.pair.reasons)
