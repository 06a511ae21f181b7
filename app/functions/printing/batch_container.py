"""The container that a contractor gets (PAGE-01): the list of the sheets and the parts, sealed.

Part after part is opened, read and sealed; nothing plain touches the disk, and no more than a part
is held. The list comes first and names every part by its digest, so the parts are read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.core.files import make_new, remove, whole_file, write_fault
from app.functions.printing.batch_building import open_part
from app.functions.printing.batch_stopped import BatchSheet, without_stopped
from app.sync.terminal_keys import TerminalKeys
from app.wire.attached import LIST, Packing
from app.wire.codec import encode_file
from app.wire.container import BodyFacts, ContainerPlace, Header, seal_body, write_head
from app.wire.files import PAGES
from app.wire.frame import Frame
from app.wire.keys import signing_id
from app.wire.protocol import stream_of
from app.wire.records import PageRecord
from app.wire.values import Codes
from forms.preview import count_pages

_COPY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sealed:
    """The head of a container: its number, for whom and under which age recipient, how many sheets,
    its place in the stream, the moment (ISO)."""

    id: str
    to_id: str
    to_key: str
    sheets: int
    place: ContainerPlace
    at: str


@dataclass(frozen=True, slots=True)
class PagesOfPart:
    """A part (from 0), the digest of its sealed file, and its sheets, the stopped ones too."""

    part: int
    digest: str
    sheets: tuple[BatchSheet, ...]


@dataclass(frozen=True, slots=True)
class PagesOfBatch:
    """Where the parts lie, the identity that opens them, the form, and the parts."""

    folder: Path
    seal: str
    form_id: str
    parts: tuple[PagesOfPart, ...]

    def __repr__(self) -> str:
        """Never the key."""
        return f"PagesOfBatch({self.folder.name})"

    def members(
        self, head: Sealed, keys: TerminalKeys, codes: Codes
    ) -> Iterator[tuple[str, bytes]]:
        """The list, then every part in which somebody is left. Raises as ``open_part``."""
        records: list[PageRecord] = []
        for one in self.parts:
            records += self._records(one, len(records))
        frame = Frame(
            sender=keys.facts.terminal,
            municipality=keys.facts.municipality,
            business_on=head.at[:10],
            edition=1,
            made_at=head.at,
        )
        yield LIST, encode_file(PAGES, records, codes, frame)
        for one in self.parts:
            if pdf := self._pdf(one):
                yield _file_name(one.part), pdf

    def _pdf(self, one: PagesOfPart) -> bytes:
        return without_stopped(open_part(one.digest, self.seal, self.folder, one.part), one.sheets)

    def _records(self, one: PagesOfPart, before: int) -> list[PageRecord]:
        pdf = self._pdf(one)
        if not pdf:
            return []
        left = [sheet.number for sheet in one.sheets if not sheet.stopped]
        pages, digest = str(count_pages(pdf) // len(left)), hashlib.sha256(pdf).hexdigest()
        return [
            PageRecord(
                sheet=str(before + at),
                file=_file_name(one.part),
                place=str(at),
                pages=pages,
                number=number,
                form_id=self.form_id,
                file_digest=digest,
            )
            for at, number in enumerate(left, 1)
        ]


def write_container(
    target: Path, head: Sealed, source: PagesOfBatch, keys: TerminalKeys, codes: Codes
) -> str:
    """Write it whole; SHA-256 (hex) of it. Raises as ``batch_building.open_part``, EnvironmentFault
    ``disk.*``; nothing stays then."""
    body = target.with_suffix(".body")  # the head says what the body is, so the body comes first
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove(body)
        with make_new(body) as out:
            plain = Packing(source.members(head, keys, codes))
            facts = seal_body(plain, out, head.to_key, keys.facts.archive_receiving)
            out.seek(0)
            first = write_head(_header(head, keys, facts), keys.signing_key)
            digest = hashlib.sha256(first)
            with whole_file(target) as write:
                write(first)
                while block := out.read(_COPY):
                    digest.update(block)
                    write(block)
        return digest.hexdigest()
    except OSError as cause:
        raise write_fault(cause) from cause
    finally:
        with suppress(OSError):
            remove(body)


def _header(head: Sealed, keys: TerminalKeys, body: BodyFacts) -> Header:
    return Header(
        version=1,
        sender=keys.facts.terminal,
        receiver=head.to_id,
        municipality=keys.facts.municipality,
        file_id=PAGES.id,
        layout=PAGES.layout,
        layout_version=PAGES.version,
        stream=stream_of(PAGES.id),
        epoch=head.place.epoch,
        sequence=head.place.sequence,
        previous=head.place.previous,
        id=head.id,
        count=head.sheets,
        body=body,
        created=head.at,
        signing_key=signing_id(keys.signing_key),
    )


def _file_name(part: int) -> str:
    return f"part-{part + 1:05d}.pdf"
