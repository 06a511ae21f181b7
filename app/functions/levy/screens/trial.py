"""保険料の試算: what a visitor says above, what would come out below, marked as a trial."""

from __future__ import annotations

import re
from datetime import date

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.core.errors import UserError
from app.core.signs import plain
from app.functions.levy.screens.ledger import whole_height
from app.functions.levy.screens.picture import PartsPicture, YearBar
from app.functions.levy.trial import (
    PRINT,
    Asked,
    Money,
    Tried,
    conditions,
    pieces,
    print_trial,
    reasons,
    try_out,
)
from app.functions.levy.words import fiscal_year as year_words
from app.functions.levy.words import yen
from app.rules.calendar.days import fiscal_year
from app.rules.calendar.wareki import Eras
from app.rules.values.amounts import amount
from app.rules.values.value import ValueRefused
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, FlagField, TextField
from app.ui.base.flow import side_by_side
from app.ui.base.form_parts import DayField, clear_errors, show_at_field
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, card, clear, scrolled
from app.ui.base.tables import fill, list_table

_LEAD = (
    "聞いたことを入れて Ctrl+Enter。空けた欄は 0 円です。入れたことも結果も、この端末に残りません。"
)
_SAYS = "試算です。決定ではありません。実際の額は、広域連合の決定によります。"
_HEADS = (
    ("own", "本人・ほかの被保険者"),
    ("over", "被保険者でない方（65歳以上）"),
    ("under", "被保険者でない方（65歳未満）"),
)
_KINDS = ("pension", "salary", "other")
_AMOUNTS = {
    "pension": "本人の公的年金の収入（年）",
    "salary": "本人の給与の収入（年）",
    "other": "本人のその他の所得（年）",
    "head_pension": "世帯主の公的年金の収入",
    "head_salary": "世帯主の給与の収入",
    "head_other": "世帯主のその他の所得",
}


class TrialScreen(Page):
    """The fields of one question, and its answer."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("保険料の試算", _LEAD)
        self._desk = desk
        self.tried: Tried | None = None
        self._this_year = fiscal_year(desk.clock.now().date())
        self._place = QVBoxLayout()
        self._make_fields(Eras(desk.tables["eras"]))
        self.action("やめる", "Esc", desk.home)
        self.button = self.action("試算する", "Ctrl+Return", self.reckon, primary=True)
        self.print_button = self.action("試算を印刷", "Alt+P", self._print)
        self.print_button.setVisible(False)
        self.print_button.setEnabled(False)
        self._permitted: frozenset[str] = frozenset()
        desk.run(self, lambda: desk.gate.permitted(desk.session), self._may)

    def _make_fields(self, eras: Eras) -> None:
        self.year = ChoiceField("year", "年度", self._years(), required=True)
        self.head = ChoiceField("head", "世帯主", _HEADS, required=True)
        self.amounts = {
            name: TextField(name, label, limit=20, understand=_understood)
            for name, label in _AMOUNTS.items()
        }
        own = [self.amounts[name] for name in _KINDS]
        heads = [self.amounts[f"head_{name}"] for name in _KINDS]
        note = "いなければ空けておく。二人以上は空白で区切る"
        self.others = TextField("others", "世帯のほかの被保険者の年金の収入", note=note, limit=60)
        self.joined = DayField(
            "joined", "加入の日", eras, required=False, note="一年を通すなら空ける"
        )
        self.left = DayField(
            "left", "資格がなくなる日", eras, required=False, note="なければ空ける"
        )
        words = "加入の前の日に、会社などの健康保険の被扶養者だった"
        self.dependant = FlagField("dependant", "被扶養者", words)
        left: list[Field] = [self.year, *own]
        right: list[Field] = [self.head, *heads]
        foot: list[Field] = [self.others, self.joined, self.left, self.dependant]
        self.fields = (*left, *right, *foot)
        for field, after in zip(self.fields, self.fields[1:], strict=False):
            field.done.connect(after.setFocus)
        self.dependant.done.connect(self.reckon)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(_beside(left, right))
        column.addWidget(_beside(foot[:2], foot[2:]))
        column.addLayout(self._place)
        column.addStretch(1)
        self.body.addWidget(scrolled(inner), 1)
        self.year.set_value(str(self._this_year))
        self.head.set_value("own")
        self.head.changed.connect(self._head_changed)
        self._head_changed()

    def first_focus(self) -> None:
        self.amounts["pension"].setFocus()

    def _may(self, permitted: frozenset[str]) -> None:
        self._permitted = permitted

    def _years(self) -> list[tuple[str, str]]:
        years = range(self._this_year - 1, self._this_year + 2)
        return [(str(year), year_words(year, self._desk.tables)) for year in years]

    def _head_changed(self) -> None:
        """A head who is insured has no line of his own."""
        apart = self.head.value() != "own"
        for name in _KINDS:
            self.amounts[f"head_{name}"].setVisible(apart)

    def reckon(self) -> None:
        """Check the fields and try."""
        clear_errors(self.fields)
        try:
            asked = self._asked()
        except UserError as wrong:
            self._failed(wrong)
            return
        desk = self._desk
        desk.run(
            self,
            lambda: try_out(desk.gate, desk.session, asked, desk.tables),
            self._show,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self.tried = None
        clear(self._place)
        self._offer_print()
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)

    def _asked(self) -> Asked:
        head = None
        if self.head.value() != "own":
            head = self._money("head_")
        return Asked(
            int(self.year.value()),
            self._money(""),
            head,
            self.head.value() != "under",
            tuple(
                Money(_read(one, "others", self.others.label))
                for one in _apart(self.others.value())
            ),
            self._day(self.joined),
            self._day(self.left),
            self.dependant.value() == "1",
        )

    def _money(self, before: str) -> Money:
        fields = (self.amounts[f"{before}{name}"] for name in _KINDS)
        return Money(*(_read(one.value(), one.name, one.label) for one in fields))

    def _day(self, field: DayField) -> date | None:
        return field.day() if field.value() else None

    def _show(self, tried: Tried) -> None:
        self.tried = tried
        clear(self._place)
        frame, layout = card()
        title = PlainLabel(f"試算　{tried.words}　{yen(tried.premium.amount)}")
        title.setObjectName("title")
        layout.addWidget(title)
        layout.addWidget(box("warn", _SAYS))
        if tried.notes:
            layout.addWidget(
                box("warn", f"まだ確かめられていない表を使いました：{'、'.join(tried.notes)}")
            )
        row = side_by_side()
        table = list_table("試算の内訳", ("項目", "額", "どう決まるか"), (210, 150))
        lines = list(reasons(tried))
        fill(
            table,
            [(one.label, one.text, one.how) for one in lines],
            bold=[one.label.startswith("保険料額") for one in lines],
        )
        whole_height(table)
        row.addWidget(table, 3)
        picture = PartsPicture()
        picture.show_years([YearBar(f"試算　{tried.words}", pieces(tried), tried.premium.amount)])
        aside = QVBoxLayout()
        aside.addWidget(picture)
        for one in conditions(tried):
            aside.addWidget(PlainLabel(f"{one.label}　{one.text}　{one.how}".rstrip("　")))
        aside.addStretch(1)
        row.addLayout(aside, 2)
        layout.addLayout(row)
        self._place.addWidget(frame)
        self._offer_print()

    def _offer_print(self) -> None:
        may = self.tried is not None and PRINT in self._permitted
        self.print_button.setVisible(may)
        self.print_button.setEnabled(may)

    def _print(self) -> None:
        desk, tried = self._desk, self.tried
        if tried is None:
            return
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        desk.run(
            self,
            lambda: print_trial(paper, tried),
            lambda number: desk.say(f"試算 {number} を印刷しました。"),
        )


def _read(text: str, field: str, label: str) -> int:
    """An amount in yen; nothing is 0. Raises UserError for the field."""
    if not text:
        return 0
    try:
        return int(amount(text, label).normal)
    except ValueRefused as wrong:
        raise UserError(wrong.code, wrong.message, wrong.remedy, field=field) from wrong


def _apart(text: str) -> list[str]:
    return re.split(" +", plain(text)) if text else []


def _understood(text: str) -> str:
    try:
        return f"→ {yen(int(amount(text, '').normal))}" if text else ""
    except ValueRefused:
        return ""


def _beside(left: list[Field], right: list[Field]) -> QWidget:
    frame, layout = card()
    row = side_by_side()
    for fields in (left, right):
        column = QVBoxLayout()
        for field in fields:
            column.addWidget(field)
        column.addStretch(1)
        row.addLayout(column, 1)
    layout.addLayout(row)
    return frame
