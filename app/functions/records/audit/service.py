"""監査資料 (SEC-163, SEC-165, FORM-88): everything an auditor asks for of a period, as one packet
of papers and machine-readable copies without insured persons."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.cases import print_log
from app.cases.list_paper import ListDesk, head_of
from app.core.errors import UserError
from app.core.packet import Packet
from app.functions.records import service as records
from app.functions.records.audit.checklist import answered
from app.functions.records.audit.sections import (
    MachineLine,
    Section,
    machine,
    proof,
    reviews,
    summary,
)
from app.functions.records.review import Month
from app.rules.calendar.wareki import Eras, on_paper
from app.security.acts.approval import Approval
from app.security.authenticators.verify import verify_assertion
from app.security.evidence import Row, Span
from app.security.gate.gate import PreparedAct, Subject, WithDocument
from app.security.journal.findings import UnionWord
from app.security.journal.journal import Journal
from app.security.packets import SealedPacket, check_folder, write_packet
from forms.items import FormData
from forms.lists.audit_pages import (
    CHECKLIST_FORM,
    MOST_SIGNS,
    SECTION_FORM,
    ChecklistData,
    SectionData,
)

MAKE, MAKE_VIEW = "records.audit_packet", "records.audit_evidence"
LINES_AT_ONCE = 20_000
LONGEST_DAYS = 366 * 2
_COLUMNS = ("対象", "内容", "いつ", "数")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands outside the store: the machine, and what the union says of the journal."""

    check: Callable[[], Iterable[MachineLine]]
    union: Callable[[], AbstractContextManager[UnionWord]]


def check_days(days: Span, today: date) -> Span:
    """Raises UserError ``audit.days``."""
    first, last = days
    if not (first <= last <= today and (last - first).days < LONGEST_DAYS):
        raise UserError(
            "audit.days",
            "期間が正しくありません。終わりはきょうまで、長さは2年までです。",
            "始まりと終わりの日を確かめて、入れ直してください。",
            field="last",
        )
    return days


def gather(
    desk: ListDesk, journal: Journal, days: Span, around: Around
) -> Generator[str, None, Packet]:
    """Everything of the period, a piece at each step, so that a clerk goes on beside it; what was
    done last is said. Raises as the gate for whoever may not review, prove and make."""
    gate, session = desk.gate, desk.session
    period = records.find_period(gate, session, journal, days)
    month = Month(gate.catalog, period.hours.is_open)
    for first in range(period.first, period.last + 1, LINES_AT_ONCE):
        stop = min(first + LINES_AT_ONCE, period.last + 1)
        records.read_lines(gate, session, journal, month, range(first, stop))
        yield "lines"
    with around.union() as union:
        proved = records.verify_journal(gate, session, journal, verify_assertion, union=union)
    yield "proof"
    checked = machine(around.check())
    yield "machine"
    done = (summary(month, period.names), reviews(month), proof(proved), checked)
    found = (*_from_rows(desk, days), *done)
    head = head_of(desk, MAKE, "A", "")
    files: dict[str, bytes] = {}
    for at, section in enumerate(found, start=1):
        files |= _section(desk, head, days, (at, section))
        yield section.key
    files |= _checklist(desk, head, days, found)
    said = {
        "number": head["list_number"],
        "terminal": head["terminal"],
        "days": [day.isoformat() for day in days],
        "journal_head": head["journal_head"],
        "made_by": session.staff_id,
    }
    return Packet(said, files)


def prepare_packet(desk: ListDesk, packet: Packet) -> PreparedAct:
    """What the maker touches for: the digest of the table of contents."""
    first, last = packet.said["days"]
    return desk.gate.prepare(
        MAKE,
        desk.session,
        subject=Subject("list", str(packet.said["number"])),
        content=WithDocument(None, packet.digest),
        sentence=f"{first} から {last} までの監査資料（{len(packet.files)}ファイル）を作り、"
        "1つのファイルにして封をします。職員の氏名を含み、被保険者の情報は含みません。",
    )


def perform_packet(
    desk: ListDesk,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    packet: Packet,
    folder: Path,
) -> SealedPacket:
    """Write it, sealed, into ``folder``. Raises as ``check_folder`` and ``write_packet``."""
    number = str(packet.said["number"])
    path = check_folder(folder, number)
    with desk.gate.act(prepared, approvals) as work:
        digest = packet.digest.hex()
        printed = print_log.Print(
            SECTION_FORM.id, ("list", number), number, print_log.LISTED, digest
        )
        print_log.note_print(work, printed)
    return write_packet(path, packet)


def _from_rows(desk: ListDesk, days: Span) -> tuple[Section, ...]:
    with desk.gate.view(MAKE_VIEW, desk.session, subject=Subject("list", "audit")) as work:
        catalog = desk.gate.catalog
        return tuple(
            Section(one.key, one.title, tuple(one.rows(work, days, catalog)))
            for area in catalog.areas
            for one in area.evidence
        )


def _section(
    desk: ListDesk, head: Mapping[str, str], days: Span, numbered: tuple[int, Section]
) -> dict[str, bytes]:
    at, section = numbered
    name = f"{at:02d}-{section.key}"
    shown = tuple(_fitted(row) for row in section.rows)
    said = {**head, "counted": f"{len(shown):,}件", "section": section.title}
    data = SectionData(**said, period=_period(desk, days), rows=shown)
    return {
        f"{name}.csv": _csv(_COLUMNS, section.rows),
        f"{name}.pdf": _pdf(desk, SECTION_FORM.id, data),
    }


def _checklist(
    desk: ListDesk, head: Mapping[str, str], days: Span, found: Sequence[Section]
) -> dict[str, bytes]:
    checks = answered({one.key: one for one in found})
    said = {**head, "counted": f"{len(checks)}項目"}
    data = ChecklistData(**said, period=_period(desk, days), rows=checks)
    return {
        "00-checklist.csv": _csv(("番号", "点検すること", "結果", "根拠", "備考"), checks),
        "00-checklist.pdf": _pdf(desk, CHECKLIST_FORM.id, data),
    }


def _period(desk: ListDesk, days: Span) -> str:
    eras = Eras(desk.drawing.tables["eras"])
    first, last = (on_paper(day, eras) for day in days)
    return f"{first}から{last}まで"


def _pdf(desk: ListDesk, form_id: str, data: FormData) -> bytes:
    press = desk.drawing.press
    now = desk.gate.now()
    rendered = press.render(form_id, data, training=desk.drawing.training, now=now)
    # texts, boxes and outlines of all; the ink of the one that somebody signs by hand: the copy
    # beside each of the others says the same
    press.prove(rendered, data, picture=form_id == CHECKLIST_FORM.id)
    return rendered.pdf


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with BOM, so that a spreadsheet reads it; a cell never begins a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell[:1] else cell


def _fitted(row: Row) -> Row:
    """What the paper has room for; the copy beside it has everything."""
    who, what, when, count = row
    return (_short(who, 26), _short(what, MOST_SIGNS), _short(when, 26), _short(count, 12))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
