"""権限: what waits for whom, and the table of functions and persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStackedWidget,
    QVBoxLayout,
)

from app.functions.admin import rights, rights_list
from app.functions.admin.rights_list import Bundle, GrantLine, Standing
from app.functions.admin.screens.matrix import Matrix
from app.functions.admin.screens.parts import end_of_year, eras_of, shown_day, span
from app.rules.calendar.days import BusinessCalendar
from app.rules.calendar.wareki import DateError, on_screen
from app.rules.calendar.wareki_input import parse_day
from app.security.acts.prepared import PreparedAct
from app.security.staff.grants import GrantState
from app.security.staff.roles import roles_on
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel, PlainQuestion, as_tip
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("次の手続き", "だれが", "職員", "権限", "期間", "いつから待つ", "期限")
_WIDTHS = (130, 116, 200, 210, 170, 120)
_NAME = 2
_STEPS = {
    GrantState.REQUESTED: "承認",
    GrantState.APPROVED: "反映",
    GrantState.EFFECTIVE: "確認",
    GrantState.REVOKED: "取消の確認",
}
_ALIVE = (
    GrantState.REQUESTED,
    GrantState.APPROVED,
    GrantState.EFFECTIVE,
    GrantState.CONFIRMED,
)
_DONE = {
    "admin.approve_grant": "承認しました。次は反映です。",
    "admin.effect_grant": "反映しました。5営業日のうちに、別の職員が確認します。",
    "admin.confirm_grant": "確認しました。",
}


class RightsScreen(Page):
    """The steps that wait, mine first; Alt+T shows the table of everything."""

    def __init__(self, desk: Desk, staff_id: str = "") -> None:
        super().__init__("権限", _LEAD_WAITING)
        self._desk = desk
        self._eras = eras_of(desk.tables)
        self._calendar = BusinessCalendar.from_table(desk.tables["closed_days"])
        self._roles = roles_on(desk.tables, desk.catalog, desk.clock.now().date())
        self._staff_id = staff_id
        self._permitted: frozenset[str] = frozenset()
        self.bundles: tuple[Bundle, ...] = ()
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self._views = QStackedWidget()
        self.body.addWidget(self._views, 1)
        self.table = list_table("待っている手続き", _COLUMNS, _WIDTHS)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.table.itemSelectionChanged.connect(self._tell_more)
        self.table.itemActivated.connect(lambda _item: self.go_on())
        self._views.addWidget(self.table)
        self.matrix = Matrix(desk, self._eras)
        self._views.addWidget(self.matrix)
        frame, self._more = card()
        self._frame = frame
        self.body.addWidget(frame)
        self.button = self.action("手続きを進める", "Ctrl+Return", self.go_on, primary=True)
        self.all_button = self.action("同じ手続きをすべて選ぶ", "Ctrl+A", self._choose_alike)
        self.renew_button = self.action("終わりの日を延ばす", "Alt+E", self._ask_until)
        self.revoke_button = self.action("権限を取り消す", "Alt+X", self.revoke)
        self.other_button = self.action("権限の表", "Alt+T", self._turn)
        self.action("読み直す", "F5", self.load)
        self.action("職員へ", "Alt+O", lambda: desk.go("admin.list_staff", staff_id=self._staff_id))
        self.load()

    def first_focus(self) -> None:
        view = self._views.currentWidget()
        if view is not None:
            view.setFocus()

    def load(self) -> None:
        """Read everything again."""
        desk = self._desk
        desk.run(
            self,
            lambda: rights_list.read_standing_table(
                desk.gate, desk.session, desk.catalog, self._calendar
            ),
            self._loaded,
        )

    def _loaded(self, standing: Standing) -> None:
        chosen = {bundle.key for bundle in self.chosen}
        self.bundles = standing.bundles
        self._permitted = standing.permitted
        fill(
            self.table,
            [self._cells(bundle) for bundle in self.bundles],
            bold=[bundle.mine for bundle in self.bundles],
        )
        self.matrix.show_standing(standing, self._staff_id)
        self._sum_up(standing)
        rows = [at for at, one in enumerate(self.bundles) if one.key in chosen]
        if self.bundles:
            choose(self.table, rows or [0])
        self._tell_more()

    def _cells(self, bundle: Bundle) -> tuple[str, ...]:
        grant = bundle.first.grant
        last = bundle.last_day
        return (
            _STEPS[grant.state],
            "あなた" if bundle.mine else "ほかの職員",
            f"{grant.staff_id}　{bundle.first.called}",
            f"{rights_list.role_words(bundle.lines, self._roles)} {len(bundle.lines)}件",
            span(grant.valid_from, grant.valid_to, self._eras),
            shown_day(bundle.first.since, self._eras),
            shown_day(last.isoformat(), self._eras) if last else "",
        )

    def _sum_up(self, standing: Standing) -> None:
        clear(self._summary)
        mine = [one for one in self.bundles if one.mine]
        others = len(self.bundles) - len(mine)
        rest = f"ほかの職員を待つものが {others}件。" if others else ""
        if mine:
            self._summary.addWidget(
                box("warn", f"あなたが進められる手続きが {len(mine)}件あります。{rest}")
            )
        else:
            self._summary.addWidget(box("ok", f"あなたが進める手続きはありません。{rest}"))
        if standing.ending:
            self._summary.addWidget(box("warn", ending_words(standing.ending)))

    @property
    def chosen(self) -> tuple[Bundle, ...]:
        """The chosen lines."""
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return tuple(self.bundles[row] for row in rows if row < len(self.bundles))

    def _tell_more(self) -> None:
        clear(self._more)
        chosen = self.chosen
        self._offer(chosen)
        if not chosen:
            return
        first = chosen[0]
        grant = first.first.grant
        steps = [
            ("申請", grant.requested_by),
            ("承認", grant.approved_by),
            ("反映", grant.effected_by),
        ]
        done = "　".join(f"{word} {who}" for word, who in steps if who)
        self._more.addWidget(PlainLabel(f"{done}　理由：{first.first.reason}"))
        labels = "、".join(line.function_label for line in first.lines)
        functions = PlainLabel(f"機能：{labels}")
        functions.setWordWrap(True)
        functions.setMaximumHeight(96)
        functions.setToolTip(as_tip(labels))
        self._more.addWidget(functions)
        if not first.mine:
            self._more.addWidget(box("warn", f"あなたは進められません。{first.not_mine}"))

    def _offer(self, chosen: Sequence[Bundle]) -> None:
        steps = {bundle.step for bundle in chosen}
        ready = len(steps) == 1 and all(bundle.mine for bundle in chosen)
        here = self._views.currentWidget() is self.table
        self.button.setEnabled(ready)
        self.button.setVisible(here)
        self.all_button.setVisible(here)
        for button, function_id in (
            (self.renew_button, "admin.renew_grant"),
            (self.revoke_button, "admin.revoke_grant"),
        ):
            button.setVisible(not here and function_id in self._permitted)
        self._frame.setVisible(here and bool(self.bundles))
        if ready:
            word = _STEPS[chosen[0].first.grant.state]
            many = f"（{len(chosen)}人分）" if len(chosen) > 1 else ""
            self.button.setText(f"{word}する{many}  [Ctrl+Enter]")

    def _choose_alike(self) -> None:
        """Everything of mine that waits for the same step as the chosen line."""
        chosen = self.chosen
        if not chosen or not chosen[0].mine:
            return
        step = chosen[0].step
        alike = (one.mine and one.step == step for one in self.bundles)
        choose(self.table, [row for row, fits in enumerate(alike) if fits])

    def go_on(self) -> None:
        """Take the step for every chosen line, with one touch over all of them."""
        chosen = self.chosen
        steps = {bundle.step for bundle in chosen}
        if len(steps) != 1 or not all(bundle.mine for bundle in chosen):
            return
        step = steps.pop()
        lines = tuple(line for bundle in chosen for line in bundle.lines)
        prepare, perform = self._acts(step, lines)
        self.button.setEnabled(False)

        def done(_none: Any) -> None:
            self._desk.say(_DONE[step])
            self.load()

        self._desk.carry_out(self, prepare, perform, done, ended=self.load)

    def _acts(
        self, step: str, lines: Sequence[GrantLine]
    ) -> tuple[Callable[[], PreparedAct], Callable[[Any, Any], None]]:
        desk, calendar = self._desk, self._calendar
        gate, session = desk.gate, desk.session
        access = desk.door_of_staff.terminal.access
        return {
            "admin.approve_grant": (
                lambda: rights.prepare_approve(gate, session, lines),
                lambda prepared, given: rights.perform_approve(gate, prepared, given),
            ),
            "admin.effect_grant": (
                lambda: rights.prepare_effect(gate, session, lines),
                lambda prepared, given: rights.perform_effect(
                    gate, prepared, given, access, desk.catalog
                ),
            ),
            "admin.confirm_grant": (
                lambda: rights.prepare_confirm(gate, session, lines, calendar),
                lambda prepared, given: rights.perform_confirm(gate, prepared, given, calendar),
            ),
        }[step]

    def _ask_until(self) -> None:
        """The new last day for the chosen cells, then the touch."""
        lines = self._in_table(GrantState.CONFIRMED)
        if not lines:
            return
        dialog = PlainQuestion(self)
        dialog.setWindowTitle("終わりの日を延ばす")
        dialog.setLabelText(f"選んだ権限 {len(lines)}件の、新しい終わりの日（1年以内）")
        later = end_of_year(max(line.grant.valid_to for line in lines) + timedelta(days=1))
        dialog.setTextValue(on_screen(later, self._eras))
        dialog.setOkButtonText("次へ")
        dialog.setCancelButtonText("やめる")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda text: self.renew(lines, text))
        dialog.open()

    def renew(self, lines: Sequence[GrantLine], until: str) -> None:
        """A later end for these, nothing wider."""
        try:
            day = parse_day(until, self._eras)
        except DateError as wrong:
            self._desk.door.show(self, wrong)
            return
        gate, session = self._desk.gate, self._desk.session
        self._desk.carry_out(
            self,
            lambda: rights.prepare_renew(gate, session, lines, day),
            lambda prepared, given: rights.perform_renew(gate, prepared, given),
            lambda _none: self._changed("終わりの日を延ばしました。"),
        )

    def revoke(self) -> None:
        """Take the chosen rights away at once."""
        lines = self._in_table(*_ALIVE)
        if not lines:
            return
        desk = self._desk
        shut_out = desk.door_of_staff.doorway.begin_day
        desk.carry_out(
            self,
            lambda: rights.prepare_revoke(desk.gate, desk.session, lines),
            lambda prepared, given: rights.perform_revoke(desk.gate, prepared, given, shut_out),
            lambda _none: self._changed("取り消しました。別の職員がそのことを確認します。"),
        )

    def _changed(self, text: str) -> None:
        self._desk.say(text)
        self.load()

    def _in_table(self, *states: GrantState) -> tuple[GrantLine, ...]:
        """The rights of the chosen cells that are in one of these states; none is said so."""
        found = tuple(line for line in self.matrix.chosen if line.grant.state in states)
        if not found:
            self._desk.say("表で、対象になる権限のます目を選んでください。")
        return found

    def _turn(self) -> None:
        """The other view: what waits, or the whole table."""
        waiting = self._views.currentWidget() is self.table
        self._views.setCurrentWidget(self.matrix if waiting else self.table)
        self.lead.setText(_LEAD_TABLE if waiting else _LEAD_WAITING)
        self.other_button.setText(f"{'待っている手続き' if waiting else '権限の表'}  [Alt+T]")
        self._offer(self.chosen)
        self.first_focus()


_LEAD_WAITING = "太字があなたの番です。↑↓で選び、Ctrl+Enter で文を確かめてキーに触れます。"
_LEAD_TABLE = "機能と職員の表です。○ は使え、日付は終わりの日です。ます目を選んで Alt+E・Alt+X。"


def ending_words(ending: Sequence[tuple[GrantLine, int]]) -> str:
    """Whose rights end within 7, 30 and 60 days."""
    said = []
    for days in sorted({days for _, days in ending}):
        people = dict.fromkeys(line.grant.staff_id for line, reached in ending if reached == days)
        said.append(f"{days}日以内 {'、'.join(people)}")
    return f"まもなく終わる権限があります（{'；'.join(said)}）。Alt+T の表から更新できます。"
