"""料率・基準の表: which tables are used from which day, and the form that takes a package."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.core.errors import UserError
from app.core.tables import shipped_tables
from app.functions.admin import table_packages
from app.functions.admin.screens.parts import eras_of, shown_day
from app.functions.admin.table_packages import Looked, PutPackage, TableChange, mark_of
from app.rules.calendar.wareki import Eras
from app.security.gate.carry_out import Steps
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import DayField, clear_errors, needed, show_at_field
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("号", "いつから", "件名", "照合", "決めた二人", "状態")
_WIDTHS = (60, 110, 330, 190, 150, 150)
_CHANGED = ("表", "追加", "変更", "削除", "確認待ち")
_CHANGED_WIDTHS = (360, 80, 80, 80, 90)
_PUT = "admin.put_tables"
_SHOWN_ROWS = 60


class TablesScreen(Page):
    """What was put in force from which day, and what is used now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "料率・基準の表",
            "料率、基準額、コードなどの表です。広域連合が署名したパッケージを二人で決めて、"
            "決めた日から使います。",
        )
        self._desk = desk
        self._eras = eras_of(desk.tables)
        self.lines: tuple[PutPackage, ...] = ()
        self._told = QVBoxLayout()
        self.body.addLayout(self._told)
        self.table = list_table("表のパッケージ", _COLUMNS, _WIDTHS)
        self.body.addWidget(self.table, 1)
        self.action("読み直す", "F5", self.load)
        self.button = self.action(
            "パッケージを読む", "Ctrl+Return", lambda: desk.go(_PUT), primary=True
        )
        self.button.setVisible(False)
        self.button.setEnabled(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read what is signed."""
        desk = self._desk

        def work() -> tuple[tuple[PutPackage, ...], PutPackage | None, bool]:
            may = _PUT in desk.gate.permitted(desk.session)
            lines = table_packages.list_packages(desk.gate, desk.session)
            return lines, desk.gate.table_package(), may

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[tuple[PutPackage, ...], PutPackage | None, bool]) -> None:
        self.lines, now, may = found
        self.button.setVisible(may)
        self.button.setEnabled(may)
        clear(self._told)
        used = self._desk.tables.version
        self._told.addWidget(box("ok", f"いま使っている表の版　{used}"))
        wanted = "" if now is None else str(now.number)
        if used.partition("+")[2] != wanted:
            self._told.addWidget(
                box(
                    "warn",
                    f"第{wanted}号は、まだ使われていません。ログオフして、ログインし直してください。"
                    "直らないときは、この版のプログラムのためのパッケージを広域連合に求めてください。",
                )
            )
        fill(self.table, [self._cells(one, now) for one in self.lines])
        if self.lines:
            choose(self.table, [0])

    def _cells(self, one: PutPackage, now: PutPackage | None) -> tuple[str, ...]:
        coming = one.deed.since > self._desk.clock.now().date()
        return (
            f"第{one.number}号",
            shown_day(one.deed.since.isoformat(), self._eras),
            one.title,
            mark_of(one.deed.digest).removeprefix("照合 "),
            f"{one.set_by}・{one.second}",
            "いま有効" if one == now else "これから" if coming else "過去",
        )


class PutTablesScreen(ActForm):
    """Choose the file, see what changes, and let two persons touch."""

    def __init__(self, desk: Desk) -> None:
        self._eras: Eras = eras_of(desk.tables)
        self.file = TextField(
            "file",
            "パッケージのファイル",
            required=True,
            note="広域連合から届いたファイル。下のボタンで選べます。",
            limit=400,
        )
        self.since = DayField(
            "since",
            "いつから",
            self._eras,
            note="明日から1年以内。一日の途中で表は変わりません。",
        )
        self.seen: Looked | None = None
        super().__init__(
            desk,
            "料率・基準の表の変更",
            "ファイルを選ぶと、変わる表が出ます。確かめて Ctrl+Enter。あなたと責任者がもう一人、"
            "キーに触れます。前に受けた決定とその根拠は変わりません。",
            "決める",
            (self.file, self.since),
        )
        row = QHBoxLayout()
        self._choose = QPushButton("ファイルを選ぶ…")
        self._choose.clicked.connect(self._pick)
        self.look_button = QPushButton("変わる表を見る")
        self.look_button.clicked.connect(self.look)
        for button in (self._choose, self.look_button):
            row.addWidget(button)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self.notes.addWidget(holder)
        self._told = QVBoxLayout()
        self.notes.addLayout(self._told)
        self.table = list_table("変わる表", _CHANGED, _CHANGED_WIDTHS)
        self.table.setMinimumHeight(180)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_rows())
        self.notes.addWidget(self.table)
        self.rows = PlainLabel("")
        self.rows.setWordWrap(True)
        self.notes.addWidget(self.rows)
        self.file.changed.connect(self._forget)
        self.since.changed.connect(self._forget)
        self._forget()

    def leave(self) -> None:
        self._desk.go("admin.list_tables")

    def _pick(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, "表のパッケージ", "")
        if chosen:
            self.file.set_value(chosen)
            self.look()

    def _forget(self) -> None:
        """What was looked at is of another file or another day."""
        self.seen = None
        clear(self._told)
        fill(self.table, [])
        self.table.setVisible(False)
        self.rows.setText("")

    def look(self) -> None:
        """Show what the package changes."""
        desk = self._desk
        clear_errors(self.fields)
        try:
            data = table_packages.read_file(needed(self.file))
            since = self.since.day() if self.since.value() else None
        except UserError as wrong:
            self.failed(wrong)
            return
        shipped = shipped_tables()
        desk.run(
            self,
            lambda: table_packages.look(desk.gate, desk.session, data, since, shipped),
            self._looked,
            failed=self._not_looked,
        )

    def _not_looked(self, error: BaseException) -> None:
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)

    def _looked(self, seen: Looked) -> None:
        if not self.since.value():
            self.since.set_day(seen.deed.since)
        self.seen = seen
        clear(self._told)
        package = seen.package
        proposed = shown_day(package.since, self._eras)
        self._told.addWidget(
            PlainLabel(
                f"第{package.number}号「{package.title}」　{mark_of(seen.deed.digest)}"
                f"　広域連合の案は {proposed} から　署名は合っています。"
            )
        )
        kind = "warn" if any(one.unconfirmed for one in seen.changes) else "ok"
        self._told.addWidget(box(kind, table_packages.summary(seen.changes)))
        self.table.setVisible(bool(seen.changes))
        fill(self.table, [_cells(one) for one in seen.changes])
        if seen.changes:
            choose(self.table, [0])
        self._tell_rows()

    def _tell_rows(self) -> None:
        row = self.table.currentRow()
        if self.seen is None or not 0 <= row < len(self.seen.changes):
            self.rows.setText("")
            return
        lines = self.seen.changes[row].lines
        more = len(lines) - _SHOWN_ROWS
        rest = (f"ほか{more}行",) if more > 0 else ()
        self.rows.setText("\n".join((*lines[:_SHOWN_ROWS], *rest)))

    def steps(self) -> Steps[None]:
        desk, seen = self._desk, self.seen
        needed(self.file)
        if seen is None:
            raise UserError(
                "tables.package_unseen",
                "変わる表をまだ見ていません。",
                "「変わる表を見る」を押して、確かめてから決めてください。",
                field="file",
            )
        data, since = seen.deed.package, self.since.day()
        return self.act(
            lambda: table_packages.prepare_put(
                desk.gate, desk.session, data, since, shipped_tables()
            ),
            lambda prepared, given: table_packages.perform_put(desk.gate, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        day = shown_day(self.since.day().isoformat(), self._eras)
        self._desk.say(f"表のパッケージを決めました（{day} から）。")
        self._desk.go("admin.list_tables")


def _cells(one: TableChange) -> tuple[str, ...]:
    counts = (one.added, one.changed, one.removed, one.unconfirmed)
    return (one.title, *(f"{count}行" if count else "" for count in counts))
