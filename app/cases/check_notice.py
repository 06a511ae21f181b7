"""確認結果の通知 of a list (FORM-70, SEC-109): what was found, line by line, for the sender."""

from __future__ import annotations

from dataclasses import dataclass

from app.cases import check_list
from app.cases.check_list import CheckLine, DeliveredList
from app.cases.list_paper import ListDesk, head_of, print_list
from app.core.errors import UserError
from app.core.tables import Table
from app.security.gate.gate import ActWork
from forms.lists import remake_notice
from forms.lists.remake_notice import RemakeNoticeData

PRINT = "eligibility.print_notice"
READS = (*check_list.READS, "print_line")

_ASKS = {"": "確かめる", "notified": "確かめる", "remake": "作り直す"}
"""What the sender is asked, by what was recorded of the line; of one without fault, nothing."""


@dataclass(frozen=True, slots=True)
class PrintedNotice:
    """The notice's number, its lines, and how many were left out for support measures."""

    number: str
    lines: int
    left_out: int


def print_notice(desk: ListDesk, found: DeliveredList | None) -> PrintedNotice:
    """Print the notice of a delivered list (every line but those found right, also what was
    settled already), or of what this terminal found itself (``None``: what is open). Nothing of
    a person under support measures (支援措置) is on it.

    Raises UserError ``cases.nothing_to_tell`` when no line is left for it, and
    ``cases.notice_closed`` when a measure was registered since the lines were read.
    """
    lines = check_list.list_checks(
        desk.gate,
        desk.session,
        open_only=found is None,
        list_id=found.id if found else "",
    )
    told = [one for one in lines if one.disposition in _ASKS]
    shown = [one for one in told if not one.hidden]
    if not shown:
        raise UserError(
            "cases.nothing_to_tell",
            "通知書に載せる行がありません。",
            "「問題なし」の行と取扱注意の方の行は載りません。取扱注意の方は責任者に引き継いで"
            "ください。",
        )
    causes = desk.drawing.tables["check_causes"]
    data = RemakeNoticeData(
        **head_of(desk, PRINT, "N", f"{len(shown)}件"),
        about=_about(found),
        rows=_rows(desk, causes, shown),
    )
    ids = {one.id for one in shown}

    def still(work: ActWork) -> None:
        if ids & check_list.closed_entries(work):
            raise UserError(
                "cases.notice_closed",
                "印刷の前に、載っている方に支援措置が登録されました。印刷していません。",
                "もう一度印刷してください。その方の行は載りません。",
            )

    number = print_list(desk, PRINT, remake_notice.FORM.id, data, still=still)
    return PrintedNotice(number, len(shown), len(told) - len(shown))


def _about(found: DeliveredList | None) -> str:
    if found is None:
        return "確認リスト（この端末で見つけたもの）"
    month, day = int(found.arrived_at[5:7]), int(found.arrived_at[8:10])
    return f"{found.title}（{month}月{day}日に届いたもの）"


def _rows(desk: ListDesk, causes: Table, lines: list[CheckLine]) -> tuple[tuple[str, ...], ...]:
    today = desk.gate.now().date()
    return tuple(
        (
            str(number),
            _where(line),
            causes.label(line.cause, today),
            line.detail,
            _ASKS[line.disposition],
        )
        for number, line in enumerate(lines, start=1)
    )


def _where(line: CheckLine) -> str:
    if line.atena_number:
        return f"宛名番号 {line.atena_number}"
    return f"受付番号 {line.case_id}" if line.case_id else "一覧の行"
