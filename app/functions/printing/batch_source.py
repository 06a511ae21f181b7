"""The received files of which a batch may be made: 被保険者証発行用情報 (FILE-18), sealed here.

The file passes through this terminal (CON-04); for a batch it is opened again, verified whole, and
its records go into the rows of the batch and nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from app.core.errors import UserError
from app.rules.calendar.days import judgement_year
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from app.sync.receiving import container_path
from app.sync.states import Incoming
from app.sync.terminal_keys import LINE_FACTS, TerminalKeys, read_keys
from app.wire.codec import Decoder, record_maker
from app.wire.container import Addressee, check_count, open_body, verify
from app.wire.files import FILES
from app.wire.records import CardRecord
from app.wire.values import Codes
from db.tables.exchange import inbox
from db.tables.printing import print_batch

FILE = "FILE-18"
LIST, OPEN = "printing.show_batch", "printing.open_cards"
READS = ("inbox", "terminal_key", LINE_FACTS)


@dataclass(frozen=True, slots=True)
class Source:
    """A received file: when it came, for which day it was made, how many papers it holds, and
    whether a batch was made of it."""

    inbox_id: str
    received_at: str
    business_on: str
    count: int
    used: bool


@dataclass(frozen=True, slots=True)
class Cards:
    """The records of a file; ``counts`` says how many there are of each kind of paper and year."""

    inbox_id: str
    cards: tuple[CardRecord, ...]

    @property
    def counts(self) -> Mapping[tuple[str, int], int]:
        """By code of ``issued_papers`` and judgement year."""
        return Counter((one.paper, year_of(one)) for one in self.cards)

    def of(self, paper: str) -> Sequence[CardRecord]:
        """The records of one kind of paper."""
        return tuple(one for one in self.cards if one.paper == paper)


def year_of(card: CardRecord) -> int:
    """The judgement year in which a paper ends."""
    return judgement_year(date.fromisoformat(card.expires_on))


def sources(gate: Gate, session: Session) -> tuple[Source, ...]:
    """The files that came, newest first."""
    with gate.view(LIST, session, subject=Subject("list", "batch_sources")) as work:
        used = {row.source_id for row in work.all(select(print_batch.c.source_id))}
        rows = work.all(
            select(inbox)
            .where(inbox.c.file_id == FILE, inbox.c.state == Incoming.APPLIED)
            .order_by(inbox.c.applied_at.desc(), inbox.c.id.desc())
        )
    return tuple(
        Source(row.id, row.applied_at, row.business_on, row.record_count, row.id in used)
        for row in rows
    )


def open_cards(gate: Gate, session: Session, folder: Path, codes: Codes, inbox_id: str) -> Cards:
    """The records of a received file, verified from its sealed copy in ``folder``.

    Raises UserError ``printing.no_copy`` where the copy is gone, ContainerRefused for one that is
    not as it came, FileRefused.
    """
    with gate.view(OPEN, session, subject=Subject("inbox", inbox_id)) as work:
        row = work.one(select(inbox.c.container_digest).where(inbox.c.id == inbox_id))
        keys = read_keys(work)
    try:
        return Cards(inbox_id, _read(container_path(folder, inbox_id), keys, codes, row[0]))
    except FileNotFoundError as cause:
        raise _no_copy() from cause


def _read(path: Path, keys: TerminalKeys, codes: Codes, digest: str) -> tuple[CardRecord, ...]:
    spec, facts = FILES[FILE], keys.facts
    layouts = {spec.id: (spec.layout, spec.versions)}
    us = Addressee(facts.terminal, facts.municipality, facts.union, keys.union_keys, layouts)
    with path.open("rb") as source:
        verified = verify(source, us)
        if verified.digest != digest:
            raise _no_copy()
        as_sent = spec.at(verified.header.layout_version)
        make, found = record_maker(as_sent), []
        decoder = Decoder(as_sent, codes, lambda _line, values: found.append(make(values)))
        source.seek(0)
        open_body(source, verified, keys.identities, decoder)
        decoder.close()
    check_count(verified.header, len(found))
    return tuple(found)


def _no_copy() -> UserError:
    return UserError(
        "printing.no_copy",
        "受信したファイルの控えが、この端末にありません。",
        "広域連合に、ファイルをもう一度送ってもらってください。",
    )
