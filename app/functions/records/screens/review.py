"""操作記録の点検: a month as bars and lines, by person, subject and what an auditor looks for."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.core.signs import plain
from app.functions.records import report, service
from app.functions.records.review import HOURS, Asked, Month, Often, Picture
from app.functions.records.screens.bars import Bars
from app.functions.records.service import Period, RecordLine, Review
from app.functions.records.words import CAUSES, EVENTS, SORTS, who_words
from app.rules.calendar.wareki import Eras, on_screen
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.flow import ActionRow
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import fill, list_table
from app.ui.base.theme import grown

LINES_AT_ONCE = 50_000
"""Lines that one look takes in: about half a second."""
SHOWN = 100
_COLUMNS = ("行", "日時", "職員", "機能", "対象", "目的", "結果", "送り先", "表示件数")
_WIDTHS = (62, 170, 150, 190, 128, 76, 150, 200)
_NAME = 2
_RESULTS = {
    "view": "照会",
    "begun": "実行",
    "refused": "拒否",
    "event": "記録",
}
_LEAD = "期間の操作を棒と一覧で見ます。気になる棒を押すと、その日だけになります。"


Span = tuple[date, date]
"""Days from and to, inclusive."""


class ReviewScreen(Page):
    """Choose person, subject or what to look for; the bars and the newest lines follow."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("操作記録の点検", _LEAD)
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        self._journal = desk.door_of_staff.terminal.journal
        self.month: Month | None = None
        self._period: Period | None = None
        self._days = month_of(desk.clock.now().date())
        self._chosen: Span | None = None
        self.picture: Picture | None = None
        self.lines: tuple[RecordLine, ...] = ()
        self._wanted = 0
        self._build()
        self.load()

    def _build(self) -> None:
        row = ActionRow(10, from_left=True)
        self.months = QComboBox()
        self.months.setAccessibleName("期間")
        for text, days in periods(self._desk.clock.now().date()):
            self.months.addItem(text, days)
        self.sorts = QComboBox()
        self.sorts.setAccessibleName("見るもの")
        for text, sort in SORTS:
            self.sorts.addItem(text, sort)
        self.persons = QComboBox()
        self.persons.setAccessibleName("職員")
        self.persons.setMinimumWidth(grown(170))
        self.subject = QLineEdit()
        self.subject.setAccessibleName("対象の番号")
        self.subject.setMinimumWidth(grown(330))
        self.subject.setPlaceholderText("対象の番号（一覧の「対象」）")
        for label, widget in (
            ("期間", self.months),
            ("見るもの", self.sorts),
            ("職員", self.persons),
            ("対象", self.subject),
        ):
            pair = QWidget()
            beside = QHBoxLayout(pair)
            beside.setContentsMargins(0, 0, 0, 0)
            beside.addWidget(PlainLabel(label))
            beside.addWidget(widget, 1)
            row.addWidget(pair)
        self.body.addLayout(row)
        self._notes = QVBoxLayout()
        self.body.addLayout(self._notes)
        bars = QHBoxLayout()
        self.hours, self.days = Bars("時刻ごとの件数"), Bars("日ごと・月ごとの件数")
        bars.addWidget(self.hours, 1)
        bars.addWidget(self.days, 1)
        self.body.addLayout(bars)
        self.table = list_table("操作", _COLUMNS, _WIDTHS)
        self._names = NameDelegate(NamePainter(self._desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.body.addWidget(self.table, 1)
        self.months.activated.connect(lambda _at: self._turn())
        self.sorts.activated.connect(lambda _at: self.look())
        self.persons.activated.connect(lambda _at: self.look())
        self.subject.returnPressed.connect(self.look)
        self.days.chosen.connect(self._choose_day)
        self.table.itemActivated.connect(lambda _item: self._follow_subject())
        self.note_button = self.action("点検記録を残す", "Ctrl+Return", self.note, primary=True)
        self.often_button = self.action("頻度の高い日", "Alt+O", self._show_often)
        self.print_button = self.action("報告を印刷", "Alt+P", self._print)
        self.print_button.setVisible(False)
        self.action("すべてに戻す", "Alt+A", self._reset)
        self.action("読み直す", "F5", self.load)

    def first_focus(self) -> None:
        self.sorts.setFocus()

    def _turn(self) -> None:
        self._days = self.months.currentData()
        self.load()

    # -- taking the lines in ---------------------------------------------------------------

    def load(self) -> None:
        """Read the period anew, a piece at a time, and say how far."""
        desk = self._desk
        self.month, self._period, self._chosen = None, None, None
        self._say("読み込んでいます。")
        days = self._days

        def work() -> tuple[Period, bool]:
            period = service.find_period(desk.gate, desk.session, self._journal, days)
            return period, report.PRINT in desk.gate.permitted(desk.session)

        desk.run(self, work, lambda read: self._found(days, *read))

    def _found(self, days: tuple[date, date], period: Period, may_print: bool) -> None:
        if days != self._days:
            return
        self.print_button.setVisible(may_print)  # absent, not greyed (SEC-30)
        month = Month(self._desk.catalog, period.hours.is_open)
        self._read_on(days, period, month, period.first)

    def _read_on(self, days: tuple[date, date], period: Period, month: Month, first: int) -> None:
        if days != self._days:
            return  # another period was chosen meanwhile
        if first > period.last:
            self._desk.run(self, month.arrange, lambda _none: self._ready(period, month))
            return
        upto = min(first + LINES_AT_ONCE, period.last + 1)
        whole = period.last - period.first + 1
        self._say(f"読み込んでいます（{first - period.first:,} / {whole:,} 行）。")
        desk = self._desk
        desk.run(
            self,
            lambda: service.read_lines(
                desk.gate, desk.session, self._journal, month, range(first, upto)
            ),
            lambda _none: self._read_on(days, period, month, upto),
        )

    def _ready(self, period: Period, month: Month) -> None:
        self.month, self._period = month, period
        self.persons.clear()
        self.persons.addItem("全員", "")
        for staff_id in month.staff_ids:
            named = f"{who_words(staff_id)}　{period.names.get(staff_id, '')}".strip("　")
            self.persons.addItem(named, staff_id)
        self.look()

    # -- looking -----------------------------------------------------------------------------

    @property
    def asked(self) -> Asked:
        """What is chosen now."""
        sort = self.sorts.currentData()
        return Asked(
            self._chosen,
            str(self.persons.currentData() or ""),
            plain(self.subject.text()),
            sort,
        )

    def look(self) -> None:
        """Show what is chosen: bars at once, the newest lines behind them."""
        month, period = self.month, self._period
        if month is None or period is None:
            return
        picture = self.picture = month.look(self.asked, SHOWN)
        self._draw(picture)
        self._wanted += 1
        wanted = self._wanted
        desk = self._desk

        def show(lines: tuple[RecordLine, ...]) -> None:
            if wanted == self._wanted:
                self._fill(lines)

        desk.run(
            self,
            lambda: service.show_lines(
                desk.gate, desk.session, self._journal, desk.catalog, picture.numbers
            ),
            show,
        )

    def _draw(self, picture: Picture) -> None:
        clear(self._notes)
        most = "、".join(f"{who_words(who)} {count:,}件" for who, count in picture.by_staff[:4])
        text = f"{picture.total:,}件。{most}" if picture.total else "0件です。"
        many = f"　新しい {SHOWN}件を表示しています。" if picture.total > SHOWN else ""
        self._note(f"{text}{many}")
        closed = self._closed_hours()
        self.hours.show_counts(picture.by_hour, [f"{at}時" for at in range(HOURS)], closed)
        spans = spans_of(self._days)
        counts = [
            sum(count for day, count in picture.by_day if first <= day <= last)
            for first, last in spans
        ]
        chosen = [
            at
            for at, span in enumerate(spans)
            if self._chosen is not None and span[0] <= self._chosen[0] <= span[1]
        ]
        self.days.show_counts(counts, [_span_words(one) for one in spans], chosen)

    def _closed_hours(self) -> list[int]:
        assert self._period is not None
        hours = self._period.hours
        last = HOURS if hours.closes is None else hours.closes.hour + bool(hours.closes.minute)
        return [at for at in range(HOURS) if at < hours.opens.hour or at >= last]

    def _fill(self, lines: tuple[RecordLine, ...]) -> None:
        self.lines = lines
        self.table.setUpdatesEnabled(False)
        fill(self.table, [self._cells(line) for line in lines])
        self.table.setUpdatesEnabled(True)

    def _cells(self, line: RecordLine) -> tuple[str, ...]:
        result = _RESULTS.get(line.result, line.result)
        return (
            str(line.number),
            f"{on_screen(date.fromisoformat(line.at[:10]), self._eras)} {line.at[11:19]}",
            f"{who_words(line.staff_id)}　{line.staff_name}".strip("　"),
            EVENTS.get(line.function_label, line.function_label),
            line.subject_key or line.subject_kind.replace("none", ""),
            self._purpose(line.purpose),
            f"{result}　{CAUSES.get(line.cause, line.cause)}".strip("　"),
            line.recipient,
            f"{line.shown}件{'　個人番号' if line.numbers else ''}" if line.shown else "",
        )

    def _purpose(self, code: str) -> str:
        known = self._desk.tables["purposes"].rows(code=code)
        return known[0].text("label") if known else code

    def _choose_day(self, at: int) -> None:
        span = spans_of(self._days)[at]
        self._chosen = None if self._chosen == span else span
        self.look()

    def _follow_subject(self) -> None:
        """Everything about the subject of the chosen line."""
        at = self.table.currentRow()
        if 0 <= at < len(self.lines) and self.lines[at].subject_key:
            self.subject.setText(self.lines[at].subject_key)
            self.look()

    def _reset(self) -> None:
        self._chosen = None
        self.subject.clear()
        self.sorts.setCurrentIndex(0)
        self.persons.setCurrentIndex(0)
        self.look()

    def _show_often(self) -> None:
        """Days on which somebody did far more than usual; one of them is shown."""
        if self.month is None:
            return
        found = self.month.often()[:9]
        if not found:
            clear(self._notes)
            self._notes.addWidget(box("ok", "ふだんより極端に多い日はありません。"))
            return
        answers = [
            f"{one.staff_id}　{on_screen(one.day, self._eras)}　{one.count}件"
            f"（ふだん {one.usual}件）"
            for one in found
        ]
        choose(
            self,
            "ふだんより極端に多い日です。どれを見ますか。",
            answers,
            lambda at: self._show_day_of(found[at]),
            ok="見る",
        )

    def _show_day_of(self, one: Often) -> None:
        self._chosen = (one.day, one.day)
        self.sorts.setCurrentIndex(0)
        self.subject.clear()
        self.persons.setCurrentIndex(max(0, self.persons.findData(one.staff_id)))
        self.look()

    # -- the record --------------------------------------------------------------------------

    def note(self) -> None:
        """点検記録: what was found, signed by the one who looked."""
        if self.month is None:
            return
        choose(
            self,
            "点検の結果を選んでください。自分の署名で点検記録を残します。",
            ("異常なし", "異常あり（責任者に報告する）"),
            lambda at: self._sign(irregular=at == 1),
            ok="署名へ進む",
        )

    def _sign(self, *, irregular: bool) -> None:
        desk = self._desk
        last = min(self._days[1], desk.clock.now().date())
        head = self._journal.head
        review = Review(self._days[0], last, head.number, head.hash, irregular)

        def done(line: int) -> None:
            clear(self._notes)
            self._notes.addWidget(box("ok", f"点検記録を残しました（操作記録 {line} 行目）。"))

        desk.carry_out(
            self,
            lambda: service.prepare_review(desk.gate, desk.session, review),
            lambda prepared, approvals: service.perform_review(desk.gate, prepared, approvals),
            done,
        )

    # -- on paper ----------------------------------------------------------------------------

    def _print(self) -> None:
        """点検報告 of the period that is shown."""
        month, period, desk, days = self.month, self._period, self._desk, self._days
        if month is None or period is None:
            return
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        last = min(days[1], desk.clock.now().date())

        def work() -> str:
            numbers = report.administered_numbers(month)
            lines = service.show_lines(
                desk.gate, desk.session, self._journal, desk.catalog, numbers
            )
            made = report.Report((days[0], last), month, period, lines)
            return report.print_report(paper, made)

        def done(number: str) -> None:
            clear(self._notes)
            self._notes.addWidget(box("ok", f"点検報告を印刷しました（{number}）。"))

        desk.run(self, work, done)

    def _say(self, text: str) -> None:
        clear(self._notes)
        self._note(text)

    def _note(self, text: str) -> None:
        note = PlainLabel(text)
        note.setWordWrap(True)
        self._notes.addWidget(note)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month of ``day``."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def spans_of(days: tuple[date, date]) -> list[Span]:
    """What one bar stands for: a day of a month, a month of a year."""
    length = (days[1] - days[0]).days + 1
    if length <= 31:
        every = (days[0] + timedelta(days=at) for at in range(length))
        return [(day, day) for day in every]
    found, at = [], days[0]
    while at <= days[1]:
        found.append(month_of(at))
        at = found[-1][1] + timedelta(days=1)
    return found


def _span_words(span: Span) -> str:
    return f"{span[0].day}日" if span[0] == span[1] else f"{span[0].month}月"


def periods(today: date) -> list[tuple[str, tuple[date, date]]]:
    """What may be looked at: this month and the thirteen before it, and two fiscal years (年度)."""
    found, day = [], today
    for _ in range(14):
        days = month_of(day)
        found.append((f"{days[0].year}年{days[0].month}月", days))
        day = days[0] - timedelta(days=1)
    year = today.year - (today.month < 4)
    for text, at in (("今年度", year), ("前年度", year - 1)):
        found.append((f"{text}（{at}年度）", (date(at, 4, 1), date(at + 1, 3, 31))))
    return found
