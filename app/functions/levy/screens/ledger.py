"""保険料の台帳: how much, why, until when; this year beside the last."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTableWidget, QVBoxLayout, QWidget

from app.functions.levy.ledger import Ledger, Year, open_ledger
from app.functions.levy.screens.picture import PartsPicture, PeriodBar, PeriodsPicture, YearBar
from app.functions.levy.shown import Words, segments
from app.functions.levy.words import yen
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import Page, box, card, clear, scrolled
from app.ui.base.tables import fill, list_table

_PERIODS = ("期", "月", "納期限", "方法", "期割額", "納めた額", "残り", "状態")
_PERIOD_WIDTHS = (90, 60, 150, 190, 110, 110, 110)
_ROOM = 12
_SUM = re.compile("−?[0-9,]+円")
_LEAD = (
    "年度は Alt+B（前の年度）と Alt+N（後の年度）で替わります。"
    "額は、決定と市区町村の記録のとおりです。"
)


class PremiumLedgerScreen(Page):
    """One person's years; one year at a time, with the year before beside it."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__("保険料の台帳", _LEAD)
        self._desk = desk
        self._person_id = person_id
        self.about = Subject("person", person_id)
        self._painter = NamePainter(desk.fonts)
        today = desk.clock.now().date()
        self._words = Words(desk.tables, today)
        self.ledger: Ledger | None = None
        self._at = 0
        self._head = QVBoxLayout()
        self.body.addLayout(self._head)
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("この方へ戻る", "Esc", self._back)
        self.earlier = self.action("前の年度", "Alt+B", lambda: self._turn(1))
        self.later = self.action("後の年度", "Alt+N", lambda: self._turn(-1))
        desk.run(
            self,
            lambda: open_ledger(desk.gate, desk.session, person_id, desk.tables, today),
            self._opened,
        )

    @property
    def year(self) -> Year | None:
        """The year that is shown."""
        years = self.ledger.years if self.ledger is not None else ()
        return years[self._at] if self._at < len(years) else None

    def _back(self) -> None:
        self._desk.go("persons.open", person_id=self._person_id)

    def _turn(self, by: int) -> None:
        if self.ledger is not None and 0 <= self._at + by < len(self.ledger.years):
            self._at += by
            self._show()

    def _opened(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._show()

    def _show(self) -> None:
        assert self.ledger is not None
        ledger, year = self.ledger, self.year
        clear(self._head)
        clear(self._place)
        self.earlier.setEnabled(self._at + 1 < len(ledger.years))
        self.later.setEnabled(self._at > 0)
        self._head.addWidget(NameLabel(self._painter, ledger.line.name, 26))
        if ledger.line.care:
            said = "支援措置の対象の方です。保険料は表示できません。責任者に引き継いでください。"
            self._head.addWidget(box("stop", said))
        elif year is None:
            said = (
                "この方の保険料は、まだ届いていません。資格を得た月の後に、広域連合から届きます。"
            )
            self._head.addWidget(box("warn", said))
        else:
            self._head.addWidget(self._answer(year))
            self._place.addWidget(scrolled(self._whole(ledger, year)))

    def _answer(self, year: Year) -> QWidget:
        """The whole answer in one line: how much, paid, left, what comes next."""
        account = year.account
        amount = yen(account.decision.amount) if account.decision else "決定が届いていません"
        said = f"{year.words}　{amount}"
        if account.periods:
            said += f"　　納めた額 {yen(account.paid)}　残り {yen(account.left)}"
        label = PlainLabel(said)
        label.setObjectName("title")
        label.setWordWrap(True)
        return label

    def _whole(self, ledger: Ledger, year: Year) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        for kind, text in self._notes(ledger, year):
            column.addWidget(box(kind, text))
        before = ledger.before(year)
        row = QHBoxLayout()
        row.addWidget(self._why(year, before), 3)
        row.addWidget(self._pictures(ledger, year, before), 2)
        column.addLayout(row)
        column.addWidget(self._periods(ledger, year))
        if len(year.account.decisions) > 1:
            column.addWidget(self._corrections(year))
        column.addStretch(1)
        return inner

    def _notes(self, ledger: Ledger, year: Year) -> list[tuple[str, str]]:
        """What the clerk must know before she reads the figures out."""
        account, found = year.account, []
        coming = account.next_period(ledger.today)
        if coming is not None:
            method = self._words.label("payment_methods", coming.record.method)
            found.append(
                (
                    "ok",
                    f"次は {self._words.day(coming.record.due_on)} までに {yen(coming.open)}"
                    f"（{int(coming.record.period)}期、{method}）。",
                )
            )
        late = [one for one in account.periods if one.open and one.due < ledger.today]
        if late:
            total = yen(sum(one.open for one in late))
            found.append(
                ("warn", f"納期を過ぎて納められていない期が{len(late)}つあります（{total}）。")
            )
        proof = year.told.proof
        doubted = "端末の計算には、公の文書で確認できていない率や基準を使っています。"
        if year.told.differences:
            found.append(
                (
                    "warn",
                    "決定の額と端末の計算が違います。案内は決定の額でしてください。確認リストに"
                    f"載せています。{'、'.join(year.told.differences)}。"
                    f"{doubted if proof is not None and proof.unconfirmed else ''}",
                )
            )
        elif year.told.why_not:
            found.append(("warn", year.told.why_not))
        if account.sum_differs and account.decision is not None:
            found.append(
                (
                    "warn",
                    f"期割の合計 {yen(account.billed)} が、決定の {yen(account.decision.amount)}"
                    "と違います。確認リストに載せています。",
                )
            )
        elif account.decision is not None and account.periods and not account.is_spread:
            found.append(
                ("warn", "期割は、この決定より前のものです。新しい期割が届くと替わります。")
            )
        if account.contradicting:
            found.append(
                (
                    "warn",
                    f"前と違う内容の記録が{len(account.contradicting)}件届いています。台帳には"
                    "入れず、確認リストに載せています。",
                )
            )
        return found

    def _why(self, year: Year, before: Year | None) -> QWidget:
        frame, layout = card()
        layout.addWidget(_heading("なぜこの額か"))
        last = {one.label: one.text for one in self._words.reasons(before)} if before else {}
        heads = ("項目", year.words, before.words if before else "前の年度", "どう決まるか")
        table = list_table("なぜこの額か", heads, (200, 130, 130))
        reasons = list(self._words.reasons(year))
        fill(
            table,
            [(one.label, one.text, last.get(one.label, "—"), one.how) for one in reasons],
            bold=[one.label.startswith("保険料額") for one in reasons],
        )
        whole_height(table)
        layout.addWidget(table)
        return frame

    def _pictures(self, ledger: Ledger, year: Year, before: Year | None) -> QWidget:
        frame, layout = card()
        layout.addWidget(_heading("内訳"))
        self.parts = PartsPicture()
        self.parts.show_years(
            [
                YearBar(one.words, segments(one.account), one.account.decision.amount)
                for one in (year, before)
                if one is not None and one.account.decision is not None
            ]
        )
        layout.addWidget(self.parts)
        layout.addWidget(_heading("期ごとの納付"))
        self.periods_picture = PeriodsPicture()
        account = year.account
        self.periods_picture.show_periods(
            [
                PeriodBar(
                    f"{int(one.record.month[5:])}月",
                    one.amount,
                    one.paid,
                    account.state(one, ledger.today),
                )
                for one in account.periods
            ]
        )
        layout.addWidget(self.periods_picture, 1)
        layout.addWidget(
            _note("黒は納めた額、斜線は納期を過ぎて未納、白はこれから、太い枠は次の納期。")
        )
        return frame

    def _periods(self, ledger: Ledger, year: Year) -> QWidget:
        frame, layout = card()
        methods = self._words.methods(year.account)
        layout.addWidget(_heading(f"いつまでに納めるか{f'（{methods}）' if methods else ''}"))
        self.table = list_table("いつまでに納めるか", _PERIODS, _PERIOD_WIDTHS)
        account = year.account
        coming = account.next_period(ledger.today)
        fill(
            self.table,
            [self._words.period(account, one, ledger.today) for one in account.periods],
            bold=[one is coming for one in account.periods],
        )
        whole_height(self.table)
        layout.addWidget(self.table)
        for one in account.stray:
            layout.addWidget(
                _note(f"納める先の期がない収納　{yen(int(one.amount))}（整理番号 {one.entry_id}）")
            )
        return frame

    def _corrections(self, year: Year) -> QWidget:
        frame, layout = card()
        layout.addWidget(_heading("決定の経過"))
        table = list_table("決定の経過", ("決定日", "事由", "変更前", "保険料額"), (170, 220, 150))
        fill(table, list(self._words.corrections(year.account)))
        whole_height(table)
        layout.addWidget(table)
        return frame


def _heading(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setObjectName("fieldLabel")
    return label


def _note(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setObjectName("fieldNote")
    label.setWordWrap(True)
    return label


def whole_height(table: QTableWidget) -> None:
    """A table that shows all its rows: the page scrolls, not the table in it. Sums stand at the
    right, so that their digits lie under each other."""
    each = table.fontMetrics().height() + _ROOM
    table.verticalHeader().setDefaultSectionSize(each)
    for row in range(table.rowCount()):
        for column in range(table.columnCount()):
            item = table.item(row, column)
            if item is not None and _SUM.fullmatch(item.text()):
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    head = table.horizontalHeader().sizeHint().height()
    table.setFixedHeight(head + max(1, table.rowCount()) * each + 4)
