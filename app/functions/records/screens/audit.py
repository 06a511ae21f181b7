"""監査資料: a period and a folder; the packet is gathered, sealed and written, its words shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.records.audit import service as audit
from app.rules.calendar.wareki import Eras
from app.security.gate.carry_out import Steps, Work
from app.security.packets import SealedPacket, check_folder
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import DayField, needed
from app.ui.base.pages import box, clear

_LONGEST_PATH = 1_000
"""Signs: a path that is cut is another folder."""


class AuditScreen(ActForm):
    """Ctrl+Enter makes it; the words that open it stand on the page until it is left."""

    def __init__(self, desk: Desk) -> None:
        eras = Eras(desk.tables["eras"])
        today = desk.clock.now().date()
        self.first = DayField("first", "期間の始まり", eras, required=True)
        self.last = DayField("last", "期間の終わり", eras, required=True)
        self.folder = TextField(
            "folder",
            "保存先のフォルダー",
            required=True,
            limit=_LONGEST_PATH,
            note="この端末のフォルダー。作るのは封をした1つのファイルです。",
        )
        super().__init__(
            desk,
            "監査資料",
            "期間を決めて Ctrl+Enter。集め終わると、キーに触れて封をします（数分かかることも）。",
            "集めて封をする",
            (self.first, self.last, self.folder),
        )
        self.first.set_day(today.replace(year=today.year - 1, day=1))
        self.last.set_day(today)
        self.folder.set_value(str(Path.home()))
        self._explain()
        self.made: SealedPacket | None = None

    def _explain(self) -> None:
        self.notes.addWidget(
            box(
                "ok",
                "入るもの：利用者と権限、操作記録の集計・点検・検証、媒体、台帳（消去・事故・研修・委託先など）、"
                "端末の自己点検、自己点検チェックリスト。職員の氏名を含み、被保険者の情報は含みません。",
            )
        )

    def steps(self) -> Steps[SealedPacket]:
        desk = self._desk
        days = audit.check_days((self.first.day(), self.last.day()), desk.clock.now().date())
        folder = Path(needed(self.folder)).expanduser()
        check_folder(folder, "audit")
        return self._steps(days, folder)

    def _steps(self, days: Any, folder: Path) -> Steps[SealedPacket]:
        desk = self._desk
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        journal = desk.door_of_staff.terminal.journal
        gathering = audit.gather(paper, journal, days, desk.around)
        while True:
            desk.say("監査資料を集めています。")
            packet = yield Work(lambda: _next(gathering))
            if packet is not None:
                break
        made: SealedPacket = yield from self.act(
            lambda: audit.prepare_packet(paper, packet),
            lambda prepared, given: audit.perform_packet(paper, prepared, given, packet, folder),
        )
        return made

    def done(self, made: Any) -> None:
        self.made = made
        self._desk.say("監査資料を保存しました。")
        clear(self.notes)
        self.notes.addWidget(box("ok", f"{made.path} に保存しました。"))
        self.notes.addWidget(
            box(
                "warn",
                f"開く合言葉： {made.words}　この画面を離れると、もう出せません。"
                "ファイルとは別の方法で、受け取る人に伝えてください。",
            )
        )


def _next(gathering: Any) -> Any:
    """One piece more; the packet when that was the last."""
    try:
        next(gathering)
    except StopIteration as end:
        return end.value
    return None
