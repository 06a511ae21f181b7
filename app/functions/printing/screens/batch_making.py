"""一括印刷を始める: the received file, the kind of paper, and the year, which is never guessed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.core.errors import UserError
from app.functions.printing import batch, batch_source
from app.functions.printing.batch_source import Cards, Source
from app.rules.calendar.days import judgement_period, judgement_year
from app.rules.calendar.wareki import Eras, on_paper
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.tables import choose, fill, list_table

_HEAD = ("受信した日時", "作成日", "件数", "一括印刷")
_WIDTHS = (220, 140, 120)


class MakeBatchScreen(Page):
    """Choose the file by Enter, then what is printed and of which year, then touch."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "一括印刷を始める", "広域連合から届いたファイルを ↑↓で選び、Enter で開きます。"
        )
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        self.sources: tuple[Source, ...] = ()
        self.cards: Cards | None = None
        self.paper: ChoiceField | None = None
        self.year: ChoiceField | None = None
        self.table = list_table("届いた証の発行用情報", _HEAD, _WIDTHS)
        self.table.itemActivated.connect(lambda _item: self.open_file())
        self.body.addWidget(self.table, 1)
        self._told = QVBoxLayout()
        self.body.addLayout(self._told)
        self.action("戻る", "Esc", lambda: desk.go("printing.show_batch"))
        self.open_button = self.action("ファイルを開く", "Alt+O", self.open_file)
        self.main_button = self.action("始める", "Ctrl+Return", self.make, primary=True)
        self.main_button.setEnabled(False)
        desk.run(self, lambda: batch_source.sources(desk.gate, desk.session), self._show)

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, sources: tuple[Source, ...]) -> None:
        self.sources = sources
        fill(self.table, [self._cells(one) for one in sources])
        if sources:
            choose(self.table, [0])
            return
        self.open_button.setEnabled(False)
        self._told.addWidget(
            box("warn", "証の発行用情報（FILE-18）が届いていません。届いてから始めます。")
        )

    def _cells(self, one: Source) -> tuple[str, ...]:
        received = one.received_at[:16].replace("T", " ")
        return (
            received,
            one.business_on,
            f"{one.count:,}件",
            "使った" if one.used else "まだ",
        )

    def open_file(self) -> None:
        """Open the chosen file and ask what is to be printed of it."""
        row, desk = self.table.currentRow(), self._desk
        if not 0 <= row < len(self.sources) or desk.operations.busy:
            return
        source = self.sources[row]
        desk.run(
            self,
            lambda: batch_source.open_cards(
                desk.gate,
                desk.session,
                desk.engine.folder,
                desk.engine.codes,
                source.inbox_id,
            ),
            self._opened,
        )

    def _opened(self, cards: Cards) -> None:
        self.cards = cards
        clear(self._told)
        papers = self._desk.tables["issued_papers"]
        today = self._desk.clock.now().date()
        kinds: dict[str, int] = {}
        for (paper, _year), count in cards.counts.items():
            kinds[paper] = kinds.get(paper, 0) + count
        frame, layout = card()
        words = [(one, f"{papers.label(one, today)}（{kinds[one]:,}件）") for one in sorted(kinds)]
        self.paper = ChoiceField("paper", "印刷する証", words, required=True)
        self.year = ChoiceField(
            "year",
            "どの年度の証ですか",
            [(str(year), self._year(year)) for year in self._years(cards)],
            required=True,
            note="ファイルに別の年度の証が一件でもあれば、始められません。",
            columns=1,
        )
        if len(words) == 1:
            self.paper.set_value(words[0][0])
        for field in (self.paper, self.year):
            layout.addWidget(field)
        self._told.addWidget(frame)
        self.lead.setText("印刷する証と年度を選び、Ctrl+Enter で始めます（キーに触れます）。")
        self.main_button.setEnabled(True)
        (self.year if len(words) == 1 else self.paper).setFocus()

    def _years(self, cards: Cards) -> list[int]:
        """Those of the file, this year and the next: the answer is not given away."""
        now = judgement_year(self._desk.clock.now().date())
        return sorted({now, now + 1} | {year for _paper, year in cards.counts})

    def _year(self, year: int) -> str:
        first, last = judgement_period(year)
        return f"{on_paper(first, self._eras)}から{on_paper(last, self._eras)}まで"

    def make(self) -> None:
        """Begin the batch."""
        desk, cards = self._desk, self.cards
        if cards is None or self.paper is None or self.year is None or desk.operations.busy:
            return
        for field, words in ((self.paper, "印刷する証"), (self.year, "年度")):
            field.set_error("" if field.value() else f"{words}を選んでください。")
            if not field.value():
                field.setFocus()
                return
        chosen, year = cards.of(self.paper.value()), int(self.year.value())

        def made(outcome: batch.Made) -> None:
            held = sum(outcome.held.values())
            aside = f"（うち{held:,}件は取り置き）" if held else ""
            desk.say(f"一括印刷 {outcome.papers:,} 件{aside}を始めました。次は「作成する」です。")
            desk.go("printing.show_batch")

        desk.carry_out(
            self,
            lambda: batch.prepare_make(desk.gate, desk.session, chosen, year, cards.inbox_id),
            lambda prepared, given: batch.perform_make(desk.gate, prepared, given, chosen),
            made,
            failed=self._refused,
        )

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, UserError) and error.code == "printing.batch_year" and self.year:
            self.year.set_error(f"{error.message}{error.remedy}")
            self.year.setFocus()
        else:
            self._desk.door.show(self, error)
