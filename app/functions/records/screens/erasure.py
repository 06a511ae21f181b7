"""保存期間を過ぎた情報: what could go by kind, with samples, and what stays and why; two persons
order it, the terminal erases it piece by piece, and somebody says when the file is written anew."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QVBoxLayout

from app.functions.records.ledgers.declared import SHELF
from app.functions.records.retention import proposal, running
from app.functions.records.retention.proposal import DONE, ORDERED, OfKind, Proposal, Run
from app.rules.calendar.wareki import Eras, on_screen
from app.ui.base.desk import Desk
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("種類", "消せるもの", "残すもの", "期間の始まり")
_WIDTHS = (340, 130, 130)
_SAMPLES = ("見本（古いものから）", "期間の始まった日")
_STAYS = ("残す理由", "件数")


class ErasureScreen(Page):
    """The kinds above; below samples of the chosen one, and what of it stays."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "保存期間を過ぎた情報",
            "件数・見本・残す理由を確かめ、Ctrl+Enter で消去を指示します（もう一人の責任者の承認が"
            "要ります）。",
        )
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        self.proposal: Proposal | None = None
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        names = NameDelegate(NamePainter(desk.fonts))
        names.setParent(self)
        self.table = list_table("種類", _COLUMNS, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._show_chosen())
        self.body.addWidget(self.table, 2)
        self.samples = list_table("見本", _SAMPLES, (520,))
        self.samples.setItemDelegate(names)
        self.body.addWidget(self.samples, 3)
        self.stays = list_table("残すもの", _STAYS, (620,))
        self.body.addWidget(self.stays, 2)
        self.action("戻る", "Esc", desk.home)
        self.action("読み直す", "F5", self.load)
        self.action("消去の記録", "Alt+L", lambda: desk.go(SHELF))
        self.rewrite_button = self.action("消し跡を書き直す", "Alt+W", self.rewrite)
        self.button = self.action("消去を指示", "Ctrl+Return", self.order, primary=True)
        for button in (self.rewrite_button, self.button):
            button.setVisible(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Find it again."""
        desk = self._desk

        def work() -> tuple[Proposal, frozenset[str]]:
            return proposal.look(desk.gate, desk.session), desk.gate.permitted(desk.session)

        desk.run(self, work, lambda read: self._show(*read))

    def _show(self, found: Proposal, permitted: frozenset[str]) -> None:
        self.proposal = found
        rows = [
            (
                one.kind.label,
                f"{len(one.keys):,}{one.kind.unit}",
                f"{sum(count for _, count in one.stays):,}{one.kind.unit}",
                one.kind.starts,
            )
            for one in found.kinds
        ]
        fill(self.table, rows, bold=[bool(one.keys) for one in found.kinds])
        first = next((at for at, one in enumerate(found.kinds) if one.keys), 0)
        choose(self.table, [first])
        under_way = found.run is not None and found.run.state == ORDERED
        some = any(one.keys for one in found.kinds)
        self.button.setVisible(proposal.ORDER in permitted and some and not under_way)
        done = found.run is not None and found.run.state == DONE
        self.rewrite_button.setVisible(running.START_REWRITE in permitted and done)
        clear(self._summary)
        self._summary.addWidget(box(*_summary(found, some)))
        self._show_chosen()

    def _show_chosen(self) -> None:
        found, row = self.proposal, self.table.currentRow()
        if found is None or not 0 <= row < len(found.kinds):
            return
        one: OfKind = found.kinds[row]
        fill(self.samples, [(words, self._day(since)) for words, since in one.samples])
        fill(
            self.stays,
            [(hold.words, f"{count:,}{one.kind.unit}") for hold, count in one.stays],
        )

    def _day(self, iso: str) -> str:
        return on_screen(date.fromisoformat(iso), self._eras)

    def order(self) -> None:
        """Two persons touch for what is shown."""
        desk, found = self._desk, self.proposal
        if found is None:
            return
        desk.carry_out(
            self,
            lambda: proposal.prepare_order(desk.gate, desk.session, found),
            lambda prepared, given: proposal.perform_order(desk.gate, prepared, given),
            lambda _run: self._done("消去を指示しました。端末が少しずつ消します。"),
            ended=self.load,
        )

    def rewrite(self) -> None:
        """Now is the time."""
        desk = self._desk
        desk.run(
            self,
            lambda: running.start_rewrite(desk.gate, desk.session),
            lambda _none: self._done(
                "書き直しを始めます。終わるまで、画面が止まることがあります。"
            ),
        )

    def _done(self, text: str) -> None:
        self._desk.say(text)
        self.load()


def _summary(found: Proposal, some: bool) -> tuple[str, str]:
    run: Run | None = found.run
    if run is not None and run.state == ORDERED:
        return "warn", f"消去の途中です。残り {run.left:,}件。このまま仕事を続けられます。"
    if run is not None and run.state == DONE:
        return (
            "warn",
            "消去が終わりました。窓口の空いているときに、消し跡を書き直してください（Alt+W）。"
            "そのあと、消去の記録で確認を残します。",
        )
    if run is not None:
        return "warn", "消し跡の書き直しが始まるのを待っています。"
    if some:
        return "warn", "保存期間を過ぎた情報があります。太字の種類を確かめてください。"
    return "ok", "消せるものはありません。"
