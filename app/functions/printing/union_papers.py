"""The union's papers (FILE-23): put together from their parts, proved, listed by business and day,
looked into and printed by pages. What is damaged, incomplete or another's is set aside whole.

A page that names a restricted person (支援措置) is neither shown nor printed while she is closed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select

from app.cases import print_log
from app.core.errors import EnvironmentFault, UserError
from app.core.text import search_key
from app.security.gate.gate import Gate, Subject, WithDocument
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from app.sync.inbox import Applied
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from app.wire.records import DocumentRecord
from db import named
from db.tables.exchange import union_paper
from forms.lists.union_papers import FORM
from forms.preview import page_texts, pages_of
from forms.spool import Printer

LIST, SHOW, PRINT = (
    "printing.union_papers",
    "printing.show_union_paper",
    "printing.print_union_paper",
)
RECEIVE = "printing.receive_union_papers"
READS = ("union_paper", *named.READS)
_LINES = 50
"""Lines of a text that are called a page."""


@dataclass(frozen=True, slots=True)
class UnionPaper:
    """One paper as the list shows it; days are ISO."""

    id: str
    title: str
    kind: str
    made_on: str
    due_on: str
    pages: int
    media_type: str
    arrived_at: str


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """A paper that is looked into. ``texts`` are its pages' words, ``hidden`` the pages (from 0)
    that name a restricted person: their text is empty. ``pdf`` is empty for a text."""

    paper: UnionPaper
    texts: tuple[str, ...]
    hidden: frozenset[int]
    pdf: bytes

    def found(self, words: str) -> tuple[int, ...]:
        """The pages (from 0) on which ``words`` stand, however they are written."""
        key = search_key(words)
        return tuple(at for at, text in enumerate(self.texts) if key and key in search_key(text))


def receive(work: EngineWork, spec: FileSpec, records: Iterable[DocumentRecord]) -> Applied:
    """The handler of FILE-23. Raises UserError ``papers.*``, which sets the whole file aside."""
    if work.fact("profile") not in (None, "counter"):
        return Applied(0, sum(1 for _ in records))
    ours = work.fact("municipality_code")
    parts: dict[str, list[DocumentRecord]] = {}
    count = 0
    for record in records:
        count += 1
        if ours and record.municipality_code != ours:
            raise _refused("foreign", record, "別の市区町村の帳票です。")
        parts.setdefault(record.document_id, []).append(record)
    kept = sum(_keep(work, group) for group in parts.values())
    return Applied(kept, count - kept)


def _keep(work: EngineWork, parts: Sequence[DocumentRecord]) -> int:
    """Keep one paper; how many records were new."""
    first = parts[0]
    content = _whole(parts)
    known = work.first(select(union_paper.c.digest).where(union_paper.c.id == first.document_id))
    if known is not None:
        if known.digest != first.digest:
            raise _refused("contradicts", first, "同じ番号で、前に届いた帳票と中身が違います。")
        return 0
    work.run(
        insert(union_paper).values(
            id=first.document_id,
            title=first.title,
            kind=first.kind,
            made_on=first.made_on,
            due_on=first.due_on,
            pages=int(first.pages),
            media_type=first.media_type,
            digest=first.digest,
            content=content,
            arrived_at=work.at.isoformat(),
        )
    )
    return len(parts)


def _whole(parts: Sequence[DocumentRecord]) -> bytes:
    """The paper's bytes, proved. Raises UserError ``papers.*``."""
    first = parts[0]
    said = {
        (one.title, one.kind, one.made_on, one.pages, one.media_type, one.parts, one.digest)
        for one in parts
    }
    numbers = sorted(int(one.part) for one in parts)
    if len(said) != 1 or numbers != list(range(1, int(first.parts) + 1)):
        raise _refused("parts", first, "部分がそろっていないか、部分ごとに内容が食い違っています。")
    try:
        ordered = sorted(parts, key=lambda one: int(one.part))
        content = b"".join(base64.b64decode(one.content, validate=True) for one in ordered)
    except binascii.Error as cause:
        raise _refused("parts", first, "部分の中身を読み取れません。") from cause
    if hashlib.sha256(content).hexdigest() != first.digest:
        raise _refused(
            "digest", first, "中身が検査値と合いません（壊れているか、差し替えられています）。"
        )
    try:
        pages = len(_texts(content, first.media_type))
    except (EnvironmentFault, UnicodeDecodeError) as cause:
        raise _refused("unreadable", first, "中身を開けません。") from cause
    if first.media_type == "pdf" and pages != int(first.pages):
        raise _refused("pages", first, f"枚数が{int(first.pages)}枚とありますが、{pages}枚です。")
    return content


def _refused(cause: str, record: DocumentRecord, what: str) -> UserError:
    return UserError(
        f"papers.{cause}",
        f"帳票「{record.title}」（{record.document_id}）：{what}",
        "このファイルは取り込まず、取り分けました。広域連合に知らせ、作り直しを頼んでください。",
    )


def _texts(content: bytes, media_type: str) -> tuple[str, ...]:
    """The words of every page."""
    if media_type == "pdf":
        return page_texts(content)
    lines = content.decode("utf-8").splitlines() or [""]
    return tuple("\n".join(lines[at : at + _LINES]) for at in range(0, len(lines), _LINES))


def list_papers(gate: Gate, session: Session) -> tuple[UnionPaper, ...]:
    """Every paper, the newest first."""
    with gate.view(LIST, session, subject=Subject("list", "union_papers")) as work:
        rows = work.all(
            select(*_COLUMNS).order_by(union_paper.c.made_on.desc(), union_paper.c.id.desc())
        )
        work.note(query_kind="papers")
    return tuple(map(_paper, rows))


def _paper(row: Row[Any]) -> UnionPaper:
    return UnionPaper(**{name: getattr(row, name) for name in UnionPaper.__slots__})


_COLUMNS = tuple(union_paper.c[name] for name in UnionPaper.__slots__)


def open_paper(gate: Gate, session: Session, paper_id: str) -> OpenPaper:
    """Look into one paper. Raises UserError ``papers.gone``."""
    with gate.view(SHOW, session, subject=Subject("paper", paper_id)) as work:
        found = _read(work, paper_id)
        work.note(query_kind="paper")
    return found


def _read(work: GateWork, paper_id: str) -> OpenPaper:
    row = work.first(select(*_COLUMNS, union_paper.c.content).where(union_paper.c.id == paper_id))
    if row is None:
        raise UserError(
            "papers.gone", "この帳票は、もうこの端末にありません。", "一覧を開き直してください。"
        )
    paper = _paper(row)
    texts = _texts(row.content, paper.media_type)
    names = named.read_names(work.whole, work.opened)
    hidden = frozenset(at for at, text in enumerate(texts) if names.within(text))
    shown = tuple("" if at in hidden else text for at, text in enumerate(texts))
    return OpenPaper(paper, shown, hidden, row.content if paper.media_type == "pdf" else b"")


def print_paper(
    gate: Gate, session: Session, paper_id: str, pages: tuple[int, int], printer: Printer
) -> str:
    """Print pages ``pages`` (first and last, from 1) of a PDF; the print's number. Raises
    UserError ``papers.range``, ``papers.restricted``, ``papers.no_pages``, ``papers.gone``."""
    first, last = pages
    with gate.view(SHOW, session, subject=Subject("paper", paper_id)) as work:
        pdf = _printable(_read(work, paper_id), first, last)
    digest = hashlib.sha256(pdf).digest()
    number = f"{gate.terminal}-U{gate.now():%Y%m%d-%H%M%S}"
    prepared = gate.prepare(
        PRINT,
        session,
        subject=Subject("paper", paper_id),
        content=WithDocument(None, digest),
    )
    with gate.act(prepared) as work:
        _printable(_read(work, paper_id), first, last)  # a measure may have been set since
        line = print_log.Print(FORM.id, ("paper", paper_id), number, print_log.LISTED, digest.hex())
        print_log.note_print(work, line)
    printer.spool(pdf, number)
    return number


def _printable(opened: OpenPaper, first: int, last: int) -> bytes:
    """The pages as a PDF of their own."""
    if not opened.pdf:
        raise UserError(
            "papers.no_pages",
            "この帳票はPDFではないため、ここからは印刷できません。",
            "画面で見るか、画面の印刷（Ctrl+P）を使ってください。",
        )
    count = len(opened.texts)
    if not 1 <= first <= last <= count:
        raise UserError(
            "papers.range",
            f"ページは1から{count}までです。",
            "始めのページと終わりのページを入れ直してください。",
            field="first",
        )
    named_there = sorted(at + 1 for at in opened.hidden if first <= at + 1 <= last)
    if named_there:
        raise UserError(
            "papers.restricted",
            f"{'・'.join(map(str, named_there))}ページに、支援措置の対象の方の名前があります。",
            "そのページを除いて印刷するか、責任者に引き継いでください。",
            field="first",
        )
    return pages_of(opened.pdf, first - 1, last)
