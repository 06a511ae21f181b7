"""個人の照会: one person, read-only, with the actions that lead on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.persons import restrictions, same
from app.persons.at_home import Fitting, fitting
from app.persons.numbers import NumberShown, perform_show_number, prepare_show_number
from app.persons.screens.cards import fits_in_short, kept_notes, turns_75, what_fits
from app.persons.screens.past import PastPanel
from app.persons.screens.purpose import ask_purpose
from app.persons.show import PersonView, open_person
from app.rules.calendar import days
from app.security.acts.approval import Subject
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import Page, box, card, clear, scrolled
from app.ui.base.picker import Offer, pick
from app.ui.base.secret import SecretLabel

_FITS = "合う手続から始める"
_PAST = "いつ時点の記録"
_NOW = "今の記録へ戻る"
_OPEN = "一時解除"
_CLOSE = "一時解除を終える"


SHOWN_SECONDS = 30
"""So long an individual number stands on the screen."""


class NumberDialog(QDialog):
    """個人番号の確認: the number beside name and birth date (SEC-07); gone with Esc, and by itself
    after ``SHOWN_SECONDS``."""

    def __init__(self, parent: QWidget, painter: NamePainter, shown: NumberShown) -> None:
        super().__init__(parent)
        self.setWindowTitle("個人番号の確認")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.addWidget(NameLabel(painter, shown.name, 28))
        column.addWidget(PlainLabel(shown.birth_written))
        grouped = " ".join(shown.number[at : at + 4] for at in range(0, 12, 4))
        number = SecretLabel(grouped)
        number.setObjectName("bigNumber")
        column.addWidget(number)
        self._left = SHOWN_SECONDS
        self._told = PlainLabel("")
        column.addWidget(self._told)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._tell()

    def _tell(self) -> None:
        self._told.setText(f"確かめたら Esc で閉じてください。{self._left} 秒後に閉じます。")

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.reject()
        else:
            self._tell()


class PersonScreen(Page):
    """Name large and in its exact variant; everything else beneath. A case that begins here
    follows ``after`` in the same sitting, where that is given."""

    def __init__(
        self,
        desk: Desk,
        person_id: str,
        by_number: bool = False,
        confirmed: bool = False,
        after: str = "",
    ) -> None:
        super().__init__("個人の照会", "")
        self._desk = desk
        self._painter = NamePainter(desk.fonts)
        self._person_id = person_id
        self.about = Subject("person", person_id)
        self._after = {"after": after} if after else {}
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.view: PersonView | None = None
        self.action("検索へ戻る", "Esc", lambda: desk.go("persons.search"))
        self.begin_button = self.action("手続を始める", "Alt+B", self._ask_what)
        self.fits_button = self.action(_FITS, "Alt+W", self._ask_which_fits)
        self.beside = {
            one.id: self.action(one.label, one.person_key, partial(self._beside, one.id))
            for one in desk.catalog.values()
            if one.person_key
        }
        for button in self.beside.values():
            button.setVisible(False)
            button.setEnabled(False)
        self.past: PastPanel | None = None
        self.past_button = self.action(_PAST, "Alt+H", self._turn)
        self.past_button.setVisible(False)
        self.past_button.setEnabled(False)
        self.same_button = self.action("同じ方の番号", "Alt+G", self._open_same)
        self.same_button.setVisible(False)
        self.same_button.setEnabled(False)
        self.number_button = self.action("個人番号を表示", "Alt+I", self._ask_purpose)
        self.number_button.setVisible(False)
        self.number_button.setEnabled(False)
        self.mark_button = self.action("取扱注意を付ける", "Alt+K", self._mark)
        self.lift_button = self.action("取扱注意を外す", "Alt+U", self._lift)
        self.open_button = self.action(_OPEN, "Alt+O", self._open_or_close)
        self._permitted: frozenset[str] = frozenset()
        self._until_closed = QTimer(self)
        self._until_closed.setSingleShot(True)
        self._until_closed.timeout.connect(self._closed)
        self._begins: tuple[tuple[Offer, str, bool], ...] = ()
        self.fitting: tuple[Fitting, ...] = ()
        for button in (
            *(self.begin_button, self.fits_button),
            *(self.mark_button, self.lift_button, self.open_button),
        ):
            button.setVisible(False)
            button.setEnabled(False)
        self._by_number, self._confirmed = by_number, confirmed
        self._read()

    def _read(self) -> None:
        desk, person_id = self._desk, self._person_id
        by_number, confirmed = self._by_number, self._confirmed
        today = desk.clock.now().date()

        def work() -> tuple[PersonView, frozenset[str]]:
            view = open_person(
                desk.gate,
                desk.session,
                person_id,
                desk.tables,
                today,
                by_number=by_number,
                confirmed=confirmed,
            )
            return view, desk.gate.permitted(desk.session)

        desk.run(self, work, self._opened)

    def _opened(self, found: tuple[PersonView, frozenset[str]]) -> None:
        view, permitted = found
        restricted = view.line.care or view.opened
        marks = ("persons.mark_support" in permitted and view.markable) or (
            "persons.mark_provisional" in permitted and not restricted
        )
        lifts = "persons.lift_support" in permitted and restricted
        opens = "persons.open_support" in permitted and restricted
        self._permitted = permitted
        if view.opened:
            left = datetime.fromisoformat(view.opened_until) - self._desk.clock.now()
            self._until_closed.start(max(0, int(left.total_seconds() * 1000)) + 1)
        else:
            self._until_closed.stop()
        said = _CLOSE if view.opened else _OPEN
        self.open_button.setText(f"{said}  [Alt+O]")
        self.open_button.setAccessibleName(said)
        elsewhere = any(one.kept for one in view.same)
        self._begins = () if elsewhere else self._may_begin(view.eligibility_state, permitted)
        self.fitting = () if elsewhere else fitting(self._desk.kinds, view.home, permitted)
        for function_id, button in self.beside.items():
            button.setVisible(function_id in permitted and not view.line.care)
            button.setEnabled(function_id in permitted and not view.line.care)
        for button, wanted in (
            (self.begin_button, bool(self._begins)),
            (self.fits_button, any(one.opens for one in self.fitting)),
            (self.same_button, bool(view.same) and same.LIST in permitted),
            (self.mark_button, marks),
            (self.lift_button, lifts),
            (self.open_button, opens),
        ):
            button.setVisible(wanted)
            button.setEnabled(wanted)
        self._show(view)

    def _beside(self, function_id: str) -> None:
        """What is kept of this person on a screen of its own."""
        self._desk.go(function_id, person_id=self._person_id)

    def _open_same(self) -> None:
        """To the other number of this person, or to where two persons decide whether it is."""
        view = self.view
        if view is None or not view.same:
            return
        one = next((one for one in view.same if one.kept), view.same[0])
        to_list = partial(self._desk.go, same.LIST, word=one.word)
        if not one.decided:
            to_list()
            return
        ways = (partial(self._desk.go, "persons.open", person_id=one.person_id), to_list)
        choose(
            self,
            "同じ方の番号です。どちらを開きますか。",
            ["もう一つの番号の方", "同一人の確認（取り消すとき）"],
            lambda at: ways[at](),
            ok="開く",
        )

    def _closed(self) -> None:
        """The minutes of an opening are over: nothing of it stays on the screen."""
        clear(self._place)
        self._read()

    def _turn(self) -> None:
        """Between the person as of now and as of another day (いつ時点)."""
        if self.view is None:
            return
        if self.past is not None:
            self.past = None
            self._show(self.view)
            self.setFocus()
        else:
            clear(self._place)
            self.past = PastPanel(self._desk, self._person_id)
            self._place.addWidget(self.past)
            self.past.show()  # before it has the focus: a layout shows it later
            self.past.first_focus()
        said = _PAST if self.past is None else _NOW
        self.past_button.setText(f"{said}  [Alt+H]")
        self.past_button.setAccessibleName(said)

    def _may_begin(
        self, eligibility: str, permitted: frozenset[str]
    ) -> tuple[tuple[Offer, str, bool], ...]:
        """What this clerk may begin with somebody whose 資格 stands so, by which function, and
        whether it is a kind of case or whatever else begins with a person."""
        found = []
        for one in self._desk.catalog.values():
            if not one.from_person or one.id not in permitted:
                continue
            kind = self._desk.kinds.get(dict(one.given).get("kind", ""))
            if kind is None:
                area = self._desk.catalog.area_of(one)
                found.append((Offer(area.label, one.label, one.id), one.id, False))
            elif kind.about.offered_to(eligibility):
                found.append((Offer(kind.group, kind.label, kind.code), one.id, True))
        groups = list(dict.fromkeys(offer.group for offer, *_ in found))
        return tuple(sorted(found, key=lambda one: groups.index(one[0].group)))

    def _ask_what(self) -> None:
        """Which of the cases that may begin with this person begins."""

        def chosen(at: int) -> None:
            _, function_id, is_case = self._begins[at]
            follows = self._after if is_case else {}
            self._desk.go(function_id, person_id=self._person_id, **follows)

        pick(
            self,
            "この方のどの手続を始めますか。",
            [offer for offer, *_ in self._begins],
            chosen,
        )

    def _ask_which_fits(self) -> None:
        """Which of what else fits the household begins; it begins with whom it is about."""
        ones = [one for one in self.fitting if one.opens]

        def chosen(at: int) -> None:
            one = ones[at]
            case = self._desk.catalog[one.opens].from_person and not dict(one.given).get("line")
            follows = self._after if case and one.member.opened else {}
            self._desk.go(one.opens, **dict(one.given), **follows)

        pick(
            self,
            "この方と世帯の方の、どの手続を始めますか。",
            [Offer(f"{one.member.called} 様", one.label, str(at)) for at, one in enumerate(ones)],
            chosen,
        )

    def _mark(self) -> None:
        """At once and provisional, or decided: whoever may do one of them is not asked."""
        view = self.view
        if view is None:
            return
        ways: list[tuple[str, Callable[[], None]]] = []
        if "persons.mark_provisional" in self._permitted and not (view.line.care or view.opened):
            ways.append(("仮支援措置（決定を待たずに、今すぐ）", self._mark_provisional))
        if "persons.mark_support" in self._permitted:
            ways.append(("支援措置（決定済み、今日から1年。延長も）", self._mark_decided))
        if len(ways) == 1:
            ways[0][1]()
            return
        choose(
            self,
            "どちらの取扱注意を付けますか。",
            [label for label, _ in ways],
            lambda at: ways[at][1](),
            painter=self._painter,
        )

    def _mark_provisional(self) -> None:
        desk = self._desk
        desk.carry_out(
            self,
            lambda: restrictions.prepare_provisional(desk.gate, desk.session, self._person_id),
            lambda prepared, given: restrictions.perform_provisional(desk.gate, prepared, given),
            lambda _id: self._read(),
        )

    def _mark_decided(self) -> None:
        """支援措置 last one year, the day before the anniversary included (DOMAIN 7.3)."""
        desk = self._desk
        first = desk.clock.now().date()
        last = days.completion_day(first, 1)
        desk.carry_out(
            self,
            lambda: restrictions.prepare_mark(
                desk.gate, desk.session, self._person_id, first, last
            ),
            lambda prepared, given: restrictions.perform_mark(desk.gate, prepared, given),
            lambda _id: self._read(),
        )

    def _open_or_close(self) -> None:
        """一時解除 for a reason, or back before its time."""
        desk, person_id = self._desk, self._person_id
        if self.view is None:
            return
        if self.view.opened:
            desk.run(
                self,
                lambda: restrictions.close(desk.gate, desk.session, person_id),
                lambda _none: self._read(),
            )
            return
        reasons, today = desk.tables["support_openings"], desk.clock.now().date()
        codes = [str(code) for code in reasons.codes(today)]
        choose(
            self,
            "なぜ一時解除しますか。理由は操作記録に残ります。15分たつと自動で元に戻ります。",
            [reasons.label(code, today) for code in codes],
            lambda at: self._open_for(codes[at]),
            painter=self._painter,
        )

    def _open_for(self, reason: str) -> None:
        desk, person_id = self._desk, self._person_id
        desk.carry_out(
            self,
            lambda: restrictions.prepare_open(desk.gate, desk.session, person_id, reason),
            lambda prepared, given: restrictions.perform_open(desk.gate, prepared, given),
            lambda _until: self._read(),
        )

    def _lift(self) -> None:
        desk = self._desk
        desk.carry_out(
            self,
            lambda: restrictions.prepare_lift(desk.gate, desk.session, self._person_id),
            lambda prepared, given: restrictions.perform_lift(desk.gate, prepared, given),
            lambda _none: desk.home(),
        )

    def _show(self, view: PersonView) -> None:
        self.view = view
        self.past_button.setVisible(not view.line.care)
        self.past_button.setEnabled(not view.line.care)
        self.number_button.setVisible(view.has_number)
        self.number_button.setEnabled(view.has_number)
        clear(self._place)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        head, layout = card()
        row = QHBoxLayout()
        row.addWidget(NameLabel(self._painter, view.line.name, 36), 1)
        if view.line.care or view.opened:
            mark = PlainLabel("取扱注意（一時解除中）" if view.opened else "取扱注意")
            mark.setObjectName("careMark")
            row.addWidget(mark)
        elif view.line.state:
            mark = PlainLabel(view.line.state)
            mark.setObjectName("deadMark")
            row.addWidget(mark)
        layout.addLayout(row)
        layout.addWidget(PlainLabel(view.line.kana))
        age = f"　{view.line.age}歳" if view.line.age.isdigit() else ""
        layout.addWidget(PlainLabel(f"{view.line.birth}{age}　{view.line.sex}"))
        if self.fitting and not view.line.care:
            layout.addWidget(fits_in_short(self.fitting))
        column.addWidget(head)
        if view.opened:
            column.addWidget(
                box(
                    "warn",
                    "支援措置の対象の方を一時解除しています。"
                    f"{datetime.fromisoformat(view.opened_until):%H時%M分}に自動で元に戻ります。"
                    "用が済んだら「一時解除を終える」を押し、画面を周りに見せないでください。",
                )
            )
        for one in view.same:
            column.addWidget(box("ok" if one.decided else "warn", one.words))
        if view.line.care:
            column.addWidget(
                box(
                    "stop",
                    "支援措置の対象の方です。氏名と生年月日のほかは表示できません。"
                    "問い合わせには答えず、責任者に引き継いでください。",
                )
            )
        else:
            if view.outlook is not None:
                column.addWidget(turns_75(self._painter, view.outlook))
            if view.notes:
                column.addWidget(kept_notes(self._painter, view.notes))
            column.addWidget(self._details(view))
            if self.fitting:
                column.addWidget(what_fits(self._painter, self.fitting))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))

    def _ask_purpose(self) -> None:
        """Purpose, touch, and a screen of its own (SEC-10, SEC-95)."""
        ask_purpose(self, self._desk, "個人番号の表示", self._show_number)

    def _show_number(self, purpose: str) -> None:
        desk, person_id = self._desk, self._person_id
        desk.carry_out(
            self,
            lambda: prepare_show_number(desk.gate, desk.session, person_id, purpose),
            lambda prepared, given: perform_show_number(desk.gate, prepared, given),
            lambda shown: NumberDialog(self, self._painter, shown).open(),
        )

    def _details(self, view: PersonView) -> QWidget:
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, 190)
        grid.setColumnStretch(1, 1)
        rows: list[tuple[str, str, bool]] = [
            ("通称", view.line.alias, True),
            ("通称フリガナ", view.alias_kana, False),
            ("住所", view.line.address, True),
            ("電話番号", view.phone, False),
            ("宛名番号", view.line.atena_number, False),
            ("過去の宛名番号", "、".join(view.former_atena), False),
        ]
        for period in view.eligibility:
            lost = f"〜{period.lost}" if period.lost else "〜"
            rows += [
                ("被保険者番号", period.insured_number, False),
                ("資格の期間", f"{period.acquired} {lost}", False),
                ("負担割合", period.copay, False),
                ("限度区分", period.limit, False),
            ]
        rows += [("同じ世帯の方", name, True) for name in view.household]
        rows += [(role, who, True) for role, who in view.roles]
        rows += [("受付", f"{case}（{state}）", False) for case, state in view.cases]
        rows += [("発行した証", f"{no}（{state}）", False) for no, state in view.certificates]
        for label, text, exact in rows:
            if not text:
                continue
            at = grid.rowCount()
            title = PlainLabel(label)
            title.setObjectName("fieldLabel")
            grid.addWidget(title, at, 0)
            value = NameLabel(self._painter, text, 20) if exact else PlainLabel(text)
            if isinstance(value, PlainLabel):
                value.setWordWrap(True)
            grid.addWidget(value, at, 1)
        layout.addLayout(grid)
        return frame
