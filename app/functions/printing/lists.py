"""The day's lists on paper: 証発行一覧 and 郵送簿 with the head of the journal, and 試し刷り."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.cases import print_log
from app.cases.issuing import Drawing
from app.cases.list_paper import ListPrint, put_on_paper
from app.functions.printing.batch_paper import card_of
from app.functions.printing.batch_posting import letters_of_part
from app.functions.printing.posting import STATES, batch_letters_of_day, letters_of_day
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, PreparedAct, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.tables.certificates import certificate, sheet
from db.tables.persons import insured, person
from db.tables.printing import hand_over, print_line
from forms.catalog import get_form
from forms.items import FormData
from forms.lists import issue_list, posting_book, test_page
from forms.lists.issue_list import IssueListData
from forms.lists.posting_book import PostingBookData
from forms.lists.test_page import TestPageData
from forms.spool import Printer

READS = (
    "certificate",
    "sheet",
    "hand_over",
    "mail_item",
    "print_line",
    "person.name",
    "insured.person_id",
    "insured.insured_number",
    "insured.acquired_on",
)
_STATES = {"reserved": "未交付", "issued": "交付", "void": "無効"}
_HOW = {"counter": "窓口で手渡し", "branch": "出張所", "post": "郵送", "": "未交付"}
REASONS = {
    print_log.FIRST: "印刷",
    print_log.REPRINT: "刷り直し",
    print_log.TEST: "試し刷り",
    print_log.LISTED: "一覧",
    print_log.SCREEN: "画面",
    print_log.BATCH: "一括印刷",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list is printed: what the desk is called."""

    name: str


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One certificate of a day, all text as shown."""

    number: str
    title: str
    insured_number: str
    name: str
    state: str
    sheets: str
    how: str
    staff: str
    at: str


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One line of the print log, as shown."""

    at: str
    staff: str
    title: str
    subject: str
    number: str
    why: str
    copies: str
    my_number: str


def issues_of_day(gate: Gate, session: Session, day: date) -> tuple[IssueLine, ...]:
    """What was reserved, issued or made void on a day at this terminal."""
    with gate.view("printing.issues", session) as work:
        lines, people = _issue_lines(work, day)
        work.note(shown=people, query_kind="issues")
    return lines


def prints_of_day(gate: Gate, session: Session, day: date) -> tuple[PrintLine, ...]:
    """印刷記録: every print of a day: who, what, whose, copies, with or without 個人番号."""
    with gate.view("printing.print_log", session) as work:
        rows = work.all(
            select(print_line)
            .where(print_line.c.at >= day.isoformat(), print_line.c.at < f"{day.isoformat()}U")
            .order_by(print_line.c.at, print_line.c.id)
        )
    return tuple(
        PrintLine(
            row.at[11:16],
            row.staff_id,
            get_form(row.form_id).title,
            row.subject_id,
            row.number,
            REASONS[row.reason],
            str(row.copies),
            "あり" if row.my_number else "なし",
        )
        for row in rows
    )


def print_issue_list(
    gate: Gate, session: Session, day: date, place: Place, drawing: Drawing, printer: Printer
) -> None:
    """Print 証発行一覧 of a day; the head of the journal on it is that before the printing."""
    lines = issues_of_day(gate, session, day)
    states = Counter(line.state for line in lines)
    spoilt = sum(max(int(line.sheets.rstrip("枚")) - 1, 0) for line in lines)
    counted = f"交付 {states['交付']}件　無効 {states['無効']}件　印刷不良 {spoilt}枚"
    rows = tuple(
        (
            line.number,
            line.title,
            line.insured_number,
            line.name,
            line.state,
            line.sheets,
            line.how,
            line.staff,
            line.at,
        )
        for line in lines
    )
    start = _start(gate, session)
    number = f"{start.terminal}-L{day:%Y%m%d}"
    common = _common(start, number, counted, _Said(place, drawing, day, gate.now()))
    data = IssueListData(**common, rows=rows)
    _print(gate, session, issue_list.FORM.id, data, number, (drawing, printer))


def print_posting_book(
    gate: Gate, session: Session, day: date, place: Place, drawing: Drawing, printer: Printer
) -> None:
    """Print 郵送簿 of a day: each letter, and of a batch one line for the letters posted that day
    (their own list is ``print_part_list``)."""
    methods = drawing.tables["mail_methods"]
    with gate.view("printing.letters", session) as work:
        posted = letters_of_day(work, day)
        batches = batch_letters_of_day(work, day)
        work.note(shown=tuple(one.person_id for one in posted), query_kind="letters")
    counts = Counter(methods.label(one.method, day) for one in posted)
    for found in batches:
        counts[methods.label(found.method, day)] += found.letters
    rows = tuple(
        (
            one.number,
            f"{one.name}　様",
            "",
            _way(methods.label(one.method, day), one.no_forward),
            one.post_number,
            "済" if one.checked else "なし",
            STATES[one.state],
        )
        for one in posted
    ) + tuple(
        (
            found.batch_id,
            f"一括印刷　{found.letters:,}通",
            "",
            _way(methods.label(found.method, day), found.no_forward),
            f"{found.first} 〜 {found.last}" if found.first else "",
            "機械",
            STATES["posted"],
        )
        for found in batches
    )
    start = _start(gate, session)
    number = f"{start.terminal}-P{day:%Y%m%d}"
    common = _common(start, number, _counted(counts), _Said(place, drawing, day, gate.now()))
    data = PostingBookData(**common, rows=rows)
    _print(gate, session, posting_book.FORM.id, data, number, (drawing, printer))


def print_part_list(
    gate: Gate,
    session: Session,
    batch_id: str,
    part: int,
    place: Place,
    way: tuple[Drawing, Printer],
) -> None:
    """Print the list of the letters of one part of a batch, in the order of the post, with the post
    office's numbers once they are posted. Who was stopped stands on it as that: the letter is taken
    out by hand."""
    drawing, _printer = way
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        letters = letters_of_part(work, batch_id, part)
        work.note(shown=tuple(row.person_id for row in letters), query_kind="batch_letters")
    methods, now = drawing.tables["mail_methods"], gate.now()
    day = max((row.posted_on for row in letters), default="")
    on = date.fromisoformat(day) if day else now.date()
    going = [row for row in letters if row.state != "stopped"]
    counts = Counter(methods.label(row.method, on) for row in going)
    rows = []
    for row in letters:
        card = card_of(row.record)
        code = card.send_postal_code or card.postal_code
        rows.append(
            (
                row.certificate_number,
                f"{card.send_name or card.name}　様",
                f"{code[:3]}-{code[3:]}",
                _way(methods.label(row.method, on), row.no_forward),
                row.post_number,
                "機械",
                STATES[row.state],
            )
        )
    start = _start(gate, session)
    number = f"{start.terminal}-B{batch_id.replace('-', '')}-{part + 1}"
    common = _common(start, number, _counted(counts), _Said(place, drawing, on, now))
    data = PostingBookData(**common, rows=tuple(rows))
    _print(gate, session, posting_book.FORM.id, data, number, way)


def _counted(counts: Counter[str]) -> str:
    return "　".join(f"{words} {count:,}通" for words, count in sorted(counts.items())) or "0通"


def _way(method: str, no_forward: object) -> str:
    return method + ("・転送不要" if no_forward else "")


def print_test_page(
    gate: Gate, session: Session, place: Place, drawing: Drawing, printer: Printer, name: str
) -> None:
    """Print 試し刷り on the printer of the certificates, ``name`` being what it is called."""
    now = gate.now()
    start = _start(gate, session)
    number = f"{start.terminal}-T{now:%Y%m%d-%H%M%S}"
    data = TestPageData(
        test_number=number,
        printer=name or "（プリンターの設定なし）",
        printed_at=_moment(now, drawing),
        terminal=f"{start.terminal}　{place.name}",
    )
    _print(gate, session, test_page.FORM.id, data, number, (drawing, printer))


def _issue_lines(work: GateWork, day: date) -> tuple[tuple[IssueLine, ...], tuple[str, ...]]:
    today = day.isoformat()
    of_day = (certificate.c.reserved_at >= today, certificate.c.reserved_at < f"{today}U")
    numbers = (
        select(insured.c.person_id, func.max(insured.c.insured_number).label("insured_number"))
        .group_by(insured.c.person_id)
        .subquery()
    )
    sheets = (
        select(sheet.c.certificate_number, func.count().label("sheets"))
        .group_by(sheet.c.certificate_number)
        .subquery()
    )
    rows = work.all(
        select(
            certificate,
            person.c.name,
            numbers.c.insured_number,
            sheets.c.sheets,
            hand_over.c.how,
        )
        .select_from(
            certificate.outerjoin(person, person.c.id == certificate.c.person_id)
            .outerjoin(numbers, numbers.c.person_id == certificate.c.person_id)
            .outerjoin(sheets, sheets.c.certificate_number == certificate.c.number)
            .outerjoin(hand_over, hand_over.c.certificate_number == certificate.c.number)
        )
        .where(*of_day, certificate.c.case_id.is_not(None))
        .order_by(certificate.c.number)
    )
    lines = (*(_issue_line(row) for row in rows), *_batch_lines(work, of_day))
    return lines, tuple(row.person_id for row in rows if row.person_id)


def _batch_lines(work: GateWork, of_day: tuple[Any, ...]) -> Iterator[IssueLine]:
    """One line for the papers that a batch issued at one moment, with the first number."""
    one = certificate.c
    rows = work.all(
        select(
            one.form_id,
            one.issued_by,
            one.issued_at,
            func.min(one.number).label("number"),
            func.count().label("papers"),
        )
        .where(*of_day, one.case_id.is_(None))
        .group_by(one.form_id, one.issued_by, one.issued_at)
        .order_by(one.issued_at)
    )
    for row in rows:
        yield IssueLine(
            f"{row.number}から",
            get_form(row.form_id).title.removeprefix("後期高齢者医療"),
            "",
            f"一括印刷　{row.papers:,}件",
            _STATES["issued"],
            f"{row.papers:,}枚",
            _HOW["post"],
            row.issued_by,
            row.issued_at[11:16],
        )


def _issue_line(row: Any) -> IssueLine:
    return IssueLine(
        row.number,
        get_form(row.form_id).title.removeprefix("後期高齢者医療"),
        row.insured_number or "",
        row.name or "",
        _STATES[row.state],
        f"{row.sheets or 0}枚",
        _HOW[row.how or ""],
        row.issued_by or row.reserved_by,
        (row.issued_at or row.reserved_at)[11:16],
    )


def _start(gate: Gate, session: Session) -> PreparedAct:
    """An act that is never performed: it says which terminal this is and the journal's head."""
    return gate.prepare("printing.print_list", session, subject=Subject("list", "today"))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the head of a list says beside its rows."""

    place: Place
    drawing: Drawing
    day: date
    now: datetime


def _common(start: PreparedAct, number: str, counted: str, said: _Said) -> dict[str, str]:
    return {
        "list_number": number,
        "day": on_paper(said.day, Eras(said.drawing.tables["eras"])),
        "terminal": f"{start.terminal}　{said.place.name}",
        "counted": counted,
        "journal_head": f"{start.head.number} {start.head.hash.hex()}",
        "printed_at": _moment(said.now, said.drawing),
    }


def _moment(now: datetime, drawing: Drawing) -> str:
    return f"{on_paper(now.date(), Eras(drawing.tables['eras']))}　{now:%H時%M分}"


def _print(
    gate: Gate,
    session: Session,
    form_id: str,
    data: FormData,
    number: str,
    way: tuple[Drawing, Printer],
) -> None:
    reason = print_log.TEST if form_id == test_page.FORM.id else print_log.LISTED
    what = ListPrint("printing.print_list", form_id, data, number, reason)
    put_on_paper(gate, session, what, way)
