"""復旧鍵: three new shares, each shown to one person and typed back; and two of them as a third."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.core.errors import UserError
from app.functions.admin import rights_list, shares, staff
from app.functions.admin.shares import Papers
from app.rules.calendar.days import BusinessCalendar
from app.security.gate.carry_out import Steps, Work, with_recent
from app.security.keys.recovery import SHARES, RecoveryIssue
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import needed
from app.ui.base.pages import box, clear
from app.ui.base.secret import COVERED, SecretLabel

_PER_LINE = 6
_HOW_TO_TYPE = "はじめの4文字だけでも入れられます。語は空白で区切ります。"


class IssueSharesScreen(ActForm):
    """Why; then each share: shown, hidden, typed back; then the touches of two.

    Nothing of it waits behind a lock: the words go with the screen, and it begins anew."""

    def __init__(self, desk: Desk) -> None:
        self._issue: RecoveryIssue | None = None
        self._shown = False
        self.reason = TextField("reason", "理由", required=True, note="保管者の異動・退職など。")
        self.holders = TextField(
            "holders",
            "控えを受け取る職員",
            required=True,
            note="職員番号を空白で区切ります。金庫の1枚は、入れる職員。離れると今日の仕事で知らせます。",
        )
        self._people: tuple[staff.StaffLine, ...] = ()
        self.typed = TextField("words", "写した語", note=_HOW_TO_TYPE, limit=400)
        self.typed.edit.setProperty(COVERED, True)
        super().__init__(
            desk,
            "復旧鍵の再発行",
            "控え3枚を、保管する人に一枚ずつ、その人だけに見せて紙に写してもらいます。",
            "次へ",
            (self.reason, self.holders, self.typed),
        )
        desk.run(self, lambda: staff.list_staff(desk.gate, desk.session), self._loaded)
        self.typed.setVisible(False)
        self._place = QVBoxLayout()
        self.notes.addLayout(self._place)
        self._tell(
            box(
                "warn",
                "再発行が済むまで、これまでの控えを捨てないでください。これまでに作ったバックアップは、"
                "これまでの控えでだけ開けます。済んだら新しいバックアップを作ってください。",
            )
        )

    def _loaded(self, listed: staff.StaffList) -> None:
        self._people = listed.lines

    def _whose(self) -> tuple[str, ...]:
        today = self._desk.clock.now().date()
        return shares.check_holders(needed(self.holders), self._people, today)

    @property
    def waits_behind_lock(self) -> bool:
        return False

    @property
    def words(self) -> tuple[str, ...]:
        """The words on the screen now; none while they are to be typed back."""
        return self._issue.current.words if self._issue is not None and self._shown else ()

    def carry_out(self) -> None:
        """One step further: show, hide and ask, take what was typed; at the end the touches."""
        if not self.button.isEnabled():
            return
        self.reason.set_error("")
        self.holders.set_error("")
        try:
            if self._issue is None:
                needed(self.reason)
                self._whose()
                shares.check_can_issue(self._desk.door_of_staff.terminal.access)
                self._issue = RecoveryIssue()
                self._show()
            elif self._shown:
                self._ask()
            elif not self._issue.done:
                self._take()
            else:
                super().carry_out()
        except UserError as wrong:
            self.failed(wrong)

    def _show(self) -> None:
        assert self._issue is not None
        share = self._issue.current
        self._shown = True
        self.reason.set_read_only()
        self.holders.set_read_only()
        self.typed.setVisible(False)
        words = [f"{at:2}. {word:<10}" for at, word in enumerate(share.words, 1)]
        self._tell(
            box(
                "warn",
                f"{share.number} 枚目（{SHARES} 枚のうち）。保管する人だけが画面を見て、"
                "紙に写してください。写したら Ctrl+Enter。",
            ),
            *(
                SecretLabel("".join(words[at : at + _PER_LINE]))
                for at in range(0, len(words), _PER_LINE)
            ),
        )
        self.button.setFocus()

    def _ask(self) -> None:
        assert self._issue is not None
        self._shown = False
        number = self._issue.current.number
        self._tell(box("ok", f"{number} 枚目を、紙を見ながら打ち返してください。"))
        self.typed.set_value("")
        self.typed.set_error("")
        self.typed.setVisible(True)
        self.typed.setFocus()

    def _take(self) -> None:
        assert self._issue is not None
        self._issue.confirm(self.typed.value())
        self.typed.set_value("")
        self.typed.set_error("")
        if not self._issue.done:
            self._show()
            return
        self.typed.setVisible(False)
        self._tell(box("ok", "3枚とも打ち返されました。Ctrl+Enter で、二人がキーに触れます。"))
        self.button.setFocus()

    def _tell(self, *widgets: Any) -> None:
        clear(self._place)
        for one in widgets:
            self._place.addWidget(one)

    def steps(self) -> Steps[None]:
        assert self._issue is not None
        desk, halves, reason = self._desk, self._issue.halves, self.reason.value()
        access, holders = desk.door_of_staff.terminal.access, self._whose()
        return self.act(
            lambda: shares.prepare_issue(desk.gate, desk.session, halves, reason, holders, access),
            lambda prepared, given: shares.perform_issue(
                desk.gate, prepared, given, holders, access
            ),
        )

    def done(self, _outcome: Any) -> None:
        self._desk.say(
            "復旧鍵を再発行しました。これまでの控えは裁断し、バックアップを作ってください。"
        )
        self._desk.go("admin.back_up")


class VouchScreen(ActForm):
    """Whose rights, and two shares; they are typed by their holders."""

    def __init__(self, desk: Desk) -> None:
        self.staff_id = TextField("staff_id", "権限を受ける職員番号", required=True, limit=20)
        self.first = TextField(
            "first", "復旧鍵の控え（一人目）", note=_HOW_TO_TYPE, limit=400, secret=True
        )
        self.second = TextField(
            "second", "復旧鍵の控え（二人目）", note=_HOW_TO_TYPE, limit=400, secret=True
        )
        super().__init__(
            desk,
            "復旧鍵による立会い",
            "控えの保管者二人が、自分の控えを入れます。そのあと、あなたがキーに触れます。",
            "立ち会う",
            (self.staff_id, self.first, self.second),
        )
        self.notes.addWidget(
            box(
                "ok",
                "この職員の、待っている管理の権限の手続きにだけ効きます。立会いは操作記録と"
                "権限の記録に残ります。",
            )
        )

    def steps(self) -> Steps[None]:
        staff_id = needed(self.staff_id)
        papers = Papers(needed(self.first), needed(self.second))
        return self._steps(staff_id, papers)

    def _steps(self, staff_id: str, papers: Papers) -> Steps[None]:
        desk = self._desk
        calendar = BusinessCalendar.from_table(desk.tables["closed_days"])
        lines: tuple[rights_list.GrantLine, ...] = yield from with_recent(
            desk.gate,
            desk.session,
            lambda: rights_list.list_grants(desk.gate, desk.session, desk.catalog, calendar),
        )
        mine = yield Work(lambda: shares.rights_of(lines, staff_id, desk.catalog))
        yield from self.act(
            lambda: shares.prepare_vouch(desk.gate, desk.session, papers, mine),
            lambda prepared, given: shares.perform_vouch(desk.gate, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        for field in (self.first, self.second):
            field.set_value("")
        self._desk.say("復旧鍵の保管者が立ち会いました。続けて権限の手続きを行ってください。")
        self._desk.go("admin.list_grants", staff_id=self.staff_id.value())
