"""Containers between this terminal and the courier at the municipal system's side.

In: what the courier sealed to this terminal is verified whole, decoded, checked and sealed to the
union in one stream. Out: what the union delivered is opened from its sealed copy and sealed to the
courier. Neither writes anything plain anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.sync.media.faults import media_refusal
from app.sync.media.files import INCOMING, OUTGOING, opened, write_file
from app.sync.media.parts import parts_of
from app.sync.media.port import Attached
from app.sync.media.transcode import Sealed, Source, transcode
from app.sync.terminal_keys import TerminalKeys
from app.wire.characters import UTF_8, Charset
from app.wire.container import (
    Addressee,
    ContainerPlace,
    Header,
    Sink,
    Verified,
    check_count,
    open_body,
    verify,
    write_head,
)
from app.wire.files import FileSpec
from app.wire.frame import layout_in
from app.wire.keys import signing_id, signing_keys
from app.wire.protocol import stream_of
from app.wire.values import Codes

_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Courier:
    """The other end of a medium: its name on containers and its public halves."""

    name: str
    title: str
    signing: bytes
    receiving: str


@dataclass(frozen=True, slots=True)
class Line:
    """This end: the terminal's keys, the file's declaration, the codes that hold, and the
    character set of a plain file (a sealed one is UTF-8: who sealed it has seen to that).
    ``passed`` as in ``transcode.Source``."""

    keys: TerminalKeys
    spec: FileSpec
    codes: Codes
    charset: Charset = UTF_8
    passed: Callable[[int], None] = lambda _count: None


def open_in(
    attached: Attached,
    name: str,
    line: Line,
    sender: Courier | None,
    seen: Callable[[Verified], None] = lambda _verified: None,
) -> tuple[Sealed, ...]:
    """A file on the medium, sealed to the union as the files it goes up as. ``sender`` None: it is
    plain. ``seen`` is told of a container that is whole and from the sender, before it is opened,
    and may refuse it.

    Raises ContainerRefused, FileRefused, UserError and EnvironmentFault ``media.*``.
    """
    facts = line.keys.facts
    with opened(attached, INCOMING, name) as source:
        verified = None if sender is None else verify(source, _addressee(line, sender))
        if verified is not None:
            seen(verified)
        spec = _version_in(line.spec, source, verified)

        def feed(to: Sink) -> None:
            source.seek(0)
            if verified is not None:
                open_body(source, verified, line.keys.identities, to)
                return
            while block := source.read(_BLOCK):
                to.write(block)

        made = []
        for part in parts_of(line.spec):
            sealed = transcode(
                Source(spec, feed, line.codes, UTF_8 if verified else line.charset, line.passed),
                facts.union_receiving,
                facts.archive_receiving,
                target=None if part.spec is line.spec else part.spec,
                keep=part.keep,
            )
            if verified is not None:
                check_count(verified.header, sealed.read)
            if part.always or sealed.count:
                made.append(sealed)
    return tuple(made)


def write_out(
    attached: Attached,
    name: str,
    line: Line,
    to: Courier,
    what: tuple[Path, str, ContainerPlace],
) -> tuple[str, int]:
    """A delivered container (its sealed copy, the ledger's line as its id, its place) sealed to
    the courier onto the medium: SHA-256 (hex) of the file there, and its records.

    Raises UserError ``media.no_copy``, ContainerRefused, EnvironmentFault ``media.*``.
    """
    path, use_id, place = what
    keys, facts = line.keys, line.keys.facts
    try:
        source = path.open("rb")
    except OSError as cause:
        raise media_refusal("no_copy") from cause
    with source:
        layouts = {line.spec.id: (line.spec.layout, line.spec.versions)}
        us = Addressee(facts.terminal, facts.municipality, facts.union, keys.union_keys, layouts)
        verified = verify(source, us)

        def feed(sink: Sink) -> None:
            source.seek(0)
            open_body(source, verified, keys.identities, sink)

        spec = line.spec.at(verified.header.layout_version)
        sealed = transcode(
            Source(spec, feed, line.codes, passed=line.passed),
            to.receiving,
            facts.archive_receiving,
        )
    check_count(verified.header, sealed.read)
    head = _head(line, to, sealed, (use_id, place, verified.header.created))

    def write(out: BinaryIO) -> None:
        out.write(head)
        for at in range(0, len(sealed.body), _BLOCK):
            out.write(sealed.body[at : at + _BLOCK])

    return write_file(attached, OUTGOING, name, write), sealed.count


def _head(line: Line, to: Courier, sealed: Sealed, what: tuple[str, ContainerPlace, str]) -> bytes:
    use_id, place, created = what
    keys, spec = line.keys, line.spec
    header = Header(
        version=1,
        sender=keys.facts.terminal,
        receiver=to.name,
        municipality=keys.facts.municipality,
        file_id=spec.id,
        layout=spec.layout,
        layout_version=sealed.version,
        stream=stream_of(spec.id),
        epoch=place.epoch,
        sequence=place.sequence,
        previous=place.previous,
        id=use_id,
        count=sealed.count,
        body=sealed.facts,
        created=created,
        signing_key=signing_id(keys.signing_key),
    )
    return write_head(header, keys.signing_key)


def _version_in(spec: FileSpec, source: BinaryIO, verified: Verified | None) -> FileSpec:
    """The layout in the version that the container, or the plain file's own head, says."""
    if verified is not None:
        return spec.at(verified.header.layout_version)
    source.seek(0)
    return layout_in(spec, source.read(_BLOCK))


def _addressee(line: Line, sender: Courier) -> Addressee:
    facts = line.keys.facts
    return Addressee(
        facts.terminal,
        facts.municipality,
        sender.name,
        signing_keys(sender.signing),
        {line.spec.id: (line.spec.layout, line.spec.versions)},
    )
