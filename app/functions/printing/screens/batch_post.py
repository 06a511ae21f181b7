"""一括印刷の差出し: the parts as letters; which were handed in, how, and with which numbers."""

from __future__ import annotations

from app.cases.issuing import Drawing
from app.core.errors import UserError
from app.functions.printing import batch_posting, lists
from app.functions.printing.batch_posting import PartPost, Posting
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, FlagField, TextField
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, card
from app.ui.base.tables import choose, fill, list_table

_HEAD = ("部", "郵便", "差出し", "引受番号", "抜き取る証（発送止め）")
_WIDTHS = (90, 90, 150, 330)


class BatchPostScreen(Page):
    """One line for each part, in the order of the post."""

    def __init__(self, desk: Desk, batch_id: str) -> None:
        super().__init__(
            "一括印刷の差出し",
            "差し出した部と、郵便局の引受番号の最初と最後を入れ、Ctrl+Enter（キーに触れます）。",
        )
        self._desk = desk
        self._batch_id = batch_id
        self.parts: tuple[PartPost, ...] = ()
        self.table = list_table("部", _HEAD, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell())
        self.body.addWidget(self.table, 1)
        self.pulled = PlainLabel("")
        self.pulled.setWordWrap(True)
        self.body.addWidget(self.pulled)
        frame, layout = card()
        methods = desk.tables["mail_methods"].rows(desk.clock.now().date())
        ways = [(row.text("code"), row.text("label")) for row in methods]
        self.first_part = TextField("first_part", "どの部から", required=True, limit=5)
        self.last_part = TextField("last_part", "どの部まで", required=True, limit=5)
        self.method = ChoiceField("method", "郵送の方法", ways, required=True)
        self.no_forward = FlagField("no_forward", "転送", "転送不要")
        self.first_number = TextField("first_number", "引受番号（最初）", limit=20)
        self.last_number = TextField(
            "last_number", "引受番号（最後）", limit=20, note="普通郵便では空けておきます。"
        )
        self.fields: tuple[Field, ...] = (
            self.first_part,
            self.last_part,
            self.method,
            self.no_forward,
            self.first_number,
            self.last_number,
        )
        for field, after in zip(self.fields, (*self.fields[1:], None), strict=True):
            layout.addWidget(field)
            if after is not None:
                field.done.connect(after.setFocus)
        self.last_number.done.connect(self.post)
        self.body.addWidget(frame)
        self.action("戻る", "Esc", lambda: desk.go("printing.show_batch"))
        self.action("差出しの一覧を印刷", "Alt+P", self._print_list)
        self.main_button = self.action("差し出した", "Ctrl+Return", self.post, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.first_part.setFocus()

    def load(self) -> None:
        """Read the parts again."""
        desk = self._desk
        desk.run(
            self,
            lambda: batch_posting.parts_posted(desk.gate, desk.session, self._batch_id),
            self._show,
        )

    def _show(self, parts: tuple[PartPost, ...]) -> None:
        self.parts = parts
        fill(self.table, [_cells(one) for one in parts], bold=[bool(one.stopped) for one in parts])
        left = [one for one in parts if not one.posted]
        if left:
            choose(self.table, [parts.index(left[0])])
            self.first_part.set_value(str(left[0].part + 1))
        elif parts:
            choose(self.table, [0])
            self.lead.setText("すべての部を差し出しました。")
        self.main_button.setEnabled(bool(left))

    def _tell(self) -> None:
        """The papers that must be taken out of the chosen part by hand."""
        one = self._chosen()
        stopped = one.stopped if one is not None else ()
        self.pulled.setText(f"発送止め。手で抜き取る証：{'、'.join(stopped)}" if stopped else "")

    def _chosen(self) -> PartPost | None:
        row = self.table.currentRow()
        return self.parts[row] if 0 <= row < len(self.parts) else None

    def _keyed(self) -> Posting:
        numbers = []
        for field in (self.first_part, self.last_part):
            text = field.value().strip()
            if not (text.isascii() and text.isdecimal()):
                raise UserError(
                    "printing.part_range",
                    "部の番号が数字ではありません。",
                    "表の左の番号を、半角の数字で入れてください。",
                    field=field.name,
                )
            numbers.append(int(text))
        if not self.method.value():
            raise UserError(
                "printing.no_method",
                "郵送の方法が選ばれていません。",
                "差し出した方法を選んでください。",
                field="method",
            )
        return Posting(
            numbers[0],
            numbers[1],
            self.method.value(),
            self.no_forward.value() == "1",
            self.first_number.value(),
            self.last_number.value(),
        )

    def post(self) -> None:
        """Record what was handed in."""
        desk = self._desk
        if desk.operations.busy or not self.main_button.isEnabled():
            return
        for field in self.fields:
            field.set_error("")
        try:
            keyed = self._keyed()
        except UserError as wrong:
            self._refused(wrong)
            return

        def posted(count: int) -> None:
            desk.say(f"{count:,} 通の差出しを郵送簿に記録しました。")
            for field in (self.last_part, self.first_number, self.last_number):
                field.set_value("")
            self.load()

        desk.carry_out(
            self,
            lambda: batch_posting.prepare_post_parts(
                desk.gate, desk.session, self._batch_id, keyed, desk.tables
            ),
            lambda prepared, given: batch_posting.perform_post_parts(desk.gate, prepared, given),
            posted,
            failed=self._refused,
        )

    def _refused(self, error: BaseException) -> None:
        name = getattr(error, "field", None)
        for field in self.fields:
            if isinstance(error, UserError) and field.name == name:
                field.set_error(f"{error.message}{error.remedy}")
                field.setFocus()
                return
        self._desk.door.show(self, error)

    def _print_list(self) -> None:
        desk, one = self._desk, self._chosen()
        if one is None or desk.operations.busy:
            return
        way = (Drawing(desk.tables, desk.press, desk.training), desk.printer)
        desk.run(
            self,
            lambda: lists.print_part_list(
                desk.gate,
                desk.session,
                self._batch_id,
                one.part,
                lists.Place(desk.office.name),
                way,
            ),
            lambda _none: desk.say(f"第{one.part + 1}部の差出しの一覧を印刷しました。"),
        )


def _cells(one: PartPost) -> tuple[str, ...]:
    numbers = f"{one.first_number} 〜 {one.last_number}" if one.first_number else ""
    return (
        str(one.part + 1),
        f"{one.letters - len(one.stopped)}通",
        one.posted_on or "まだ",
        numbers,
        f"{len(one.stopped)}枚" if one.stopped else "",
    )
