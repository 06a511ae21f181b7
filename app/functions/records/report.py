"""操作記録の点検報告 on paper (FORM-79): the analysis that is due once a year at the least
(SEC-100), with every act of administration to be ticked against the record of use (SEC-101)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.cases.list_paper import ListDesk, head_of, print_list
from app.functions.records.review import Asked, Month, Reviewed, Sort
from app.functions.records.service import Period, RecordLine
from app.functions.records.words import CAUSES, EVENTS, SORTS, who_words
from app.rules.calendar.wareki import Eras, on_paper, on_screen
from forms.lists import review_report
from forms.lists.review_report import ReviewReportData

PRINT = "records.print_report"
ADMINISTERED_AT_MOST = 1000
"""Lines of administration that one report lists; a longer period is printed month by month."""

Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """What is printed of a period: its days, what was counted, and its acts of administration,
    the newest first (``administered``, at most ADMINISTERED_AT_MOST)."""

    days: tuple[date, date]
    month: Month
    period: Period
    administered: Sequence[RecordLine]


def administered_numbers(month: Month) -> tuple[int, ...]:
    """The lines of administration that a report lists."""
    asked = Asked(sort=Sort.ADMINISTERED)
    return month.look(asked, ADMINISTERED_AT_MOST).numbers


def print_report(desk: ListDesk, report: Report) -> str:
    """Print it; its number. Raises as ``print_list``."""
    eras = Eras(desk.drawing.tables["eras"])
    total = report.month.look(Asked(), 0).total
    head = head_of(desk, PRINT, "V", f"操作 {total:,}件")
    first, last = (on_paper(day, eras) for day in report.days)
    rows = tuple(_rows(report, eras))
    data = ReviewReportData(**head, period=f"{first}から{last}まで", rows=rows)
    return print_list(desk, PRINT, review_report.FORM.id, data)


def _rows(report: Report, eras: Eras) -> Iterator[Row]:
    names = report.period.names
    for text, sort in SORTS:
        if sort is None:
            continue
        found = report.month.look(Asked(sort=sort), 0).by_staff
        if not found:
            yield (text, "", "", "0件", "", "")
        for staff_id, count in found:
            yield (text, _called(staff_id, names), "", f"{count:,}件", "", "")
    often = report.month.often()
    if not often:
        yield ("頻度の高い日", "", "", "0件", "", "")
    for one in often:
        day = on_screen(one.day, eras)
        usual = f"ふだん {one.usual:,}件"
        yield ("頻度の高い日", _called(one.staff_id, names), day, f"{one.count:,}件", usual, "")
    yield from _administered(report, eras)
    if not report.month.reviews:
        yield ("点検記録", "", "", "0件", "この期間に点検記録はありません", "")
    for review in report.month.reviews:
        what = (_over(review, eras), "")
        yield (
            "点検記録",
            _called(review.staff_id, names),
            _moment(review.at, eras),
            f"{review.line}行",
            *what,
        )


def _administered(report: Report, eras: Eras) -> Iterator[Row]:
    for line in reversed(report.administered):
        label = EVENTS.get(line.function_label, line.function_label)
        cause = CAUSES.get(line.cause, line.cause)
        yield (
            "管理の操作（１件ずつ）",
            _called(line.staff_id, report.period.names),
            _moment(line.at, eras),
            f"{line.number}行",
            "　".join(filter(None, (label, line.subject_key, cause))),
            "",
        )
    listed = len(report.administered)
    whole = report.month.look(Asked(sort=Sort.ADMINISTERED), 0).total
    if whole > listed:
        more = f"ほか {whole - listed:,}件。月ごとに印刷してください"
        yield ("管理の操作（１件ずつ）", "", "", "", more, "")


def _over(review: Reviewed, eras: Eras) -> str:
    first, last, code = review.key.split("_")
    days = "〜".join(on_screen(date.fromisoformat(one), eras) for one in (first, last))
    return f"{days} {'異常あり' if code == 'irregular' else '異常なし'}"


def _called(staff_id: str, names: Mapping[str, str]) -> str:
    return f"{who_words(staff_id)}　{names.get(staff_id, '')}".strip("　")


def _moment(iso: str, eras: Eras) -> str:
    return f"{on_screen(date.fromisoformat(iso[:10]), eras)} {iso[11:16]}"
