"""誤りの一覧: what is wrong with a file that was refused, line by line, on the screen and as a
notice for whoever made it (SEC-112, SEC-109, FORM-70). Never a value of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from app.cases.list_paper import ListDesk, head_of, print_list
from app.core.errors import UserError
from app.security.gate.gate import Gate, Session, Subject
from app.wire.faults import KEPT, RULES
from app.wire.files import FILES, FileSpec
from app.wire.frame import HEAD_COLUMNS, TRAILER_COLUMNS
from app.wire.layout import KIND_NAMES, columns
from db.tables.exchange import character_line, file_fault, inbox
from db.tables.media import medium_use
from db.work import ReadRows
from forms.lists import remake_notice
from forms.lists.remake_notice import RemakeNoticeData

SHOW = "files.show_faults"
PRINT = "files.print_faults"
CHARACTERS = "files.show_characters"
READS = ("file_fault", "inbox", "medium_use")


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One fault as it is shown: the line as an editor counts it, the item and its kind of value
    ("" for a whole line), and the rule that is broken."""

    line: int
    item: str
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class FaultyFile:
    """A refused file: ``subject`` is the id of what came or of the use of a medium, ``name`` that
    by which its maker knows it, ``cause`` the whole sentence. ``faults`` are empty where it was
    refused for something else; ``cut``: there were more than are kept."""

    subject: str
    file_id: str
    title: str
    name: str
    cause: str
    faults: tuple[FaultLine, ...]
    cut: bool


def show(gate: Gate, session: Session, subject: str) -> FaultyFile:
    """The faults of a refused file. Raises UserError ``files.no_faults`` for none."""
    with gate.view(SHOW, session, subject=Subject("file", subject)) as work:
        return _read(work, subject)


@dataclass(frozen=True, slots=True)
class CharacterLine:
    """One character that could not be kept as it came (文字リスト): the line and item of the file,
    its code points, and what stands in its place."""

    line: int
    item: str
    signs: str
    put: str


def characters(gate: Gate, session: Session, subject: str) -> tuple[CharacterLine, ...]:
    """The character list of what was moved in. Raises UserError ``files.no_faults``."""
    with gate.view(CHARACTERS, session, subject=Subject("file", subject)) as work:
        moved = work.first(select(medium_use).where(medium_use.c.id == subject))
        if moved is None:
            raise _none()
        labels = _labels(FILES[moved.file_id])
        rows = work.all(
            select(character_line)
            .where(character_line.c.subject == subject)
            .order_by(character_line.c.number)
        )
    return tuple(
        CharacterLine(row.line, labels.get(row.column, row.column), row.signs, row.put)
        for row in rows
    )


def print_notice(desk: ListDesk, faulty: FaultyFile) -> str:
    """Print the notice to the maker; its number. Raises UserError ``files.no_faults``."""
    if not faulty.faults:
        raise _none()
    more = "以上" if faulty.cut else ""
    head = head_of(desk, PRINT, "N", f"{len(faulty.faults)}か所{more}")
    rows = tuple(
        (
            str(number),
            f"{fault.line:,} 行目",
            f"{fault.item}（{fault.kind}）" if fault.kind else fault.item,
            fault.rule,
            "作り直す",
        )
        for number, fault in enumerate(faulty.faults, start=1)
    )
    about = f"{faulty.title}（{faulty.name}）"
    data = RemakeNoticeData(**head, about=about, rows=rows)
    return print_list(desk, PRINT, remake_notice.FORM.id, data)


def _read(work: ReadRows, subject: str) -> FaultyFile:
    came = work.first(select(inbox).where(inbox.c.id == subject))
    moved = work.first(select(medium_use).where(medium_use.c.id == subject))
    about = came or moved
    if about is None:
        raise _none()
    spec = FILES[about.file_id]
    rows = work.all(
        select(file_fault).where(file_fault.c.subject == subject).order_by(file_fault.c.number)
    )
    labels = _labels(spec)
    return FaultyFile(
        subject=subject,
        file_id=spec.id,
        title=spec.title,
        name=subject if came is not None else about.name,
        cause=about.cause,
        faults=tuple(_fault(row, labels) for row in rows),
        cut=len(rows) >= KEPT,
    )


def _fault(row: Row[Any], labels: dict[str, str]) -> FaultLine:
    return FaultLine(
        row.line,
        labels.get(row.column, row.column),
        KIND_NAMES.get(row.kind, ""),
        RULES.get(row.rule, row.rule),
    )


def _labels(spec: FileSpec) -> dict[str, str]:
    """What each column of the file is called, those of all its bodies and of its first and last
    line among them."""
    records = (spec.record, *(layout.record for layout in spec.layouts))
    ours = [column for record in records for column in columns(record)]
    return {column.name: column.label for column in (*HEAD_COLUMNS, *TRAILER_COLUMNS, *ours)}


def _none() -> UserError:
    return UserError(
        "files.no_faults",
        "そのファイルの誤りの一覧はありません。",
        "取り込めなかったファイルの理由の文を、作成元に伝えてください。",
    )
