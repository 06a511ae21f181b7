"""One line of the journal (操作記録): what it may hold and its bytes.

Ids only: never a name, a number or anything typed (SEC-57). That is checked here, so that a
caller's mistake stops the act and never reaches the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import cbor2

from app.security.acts.approval import NO_SUBJECT, Evidence, Subject

LINE_FORMAT = 1
_ID = re.compile(r"[A-Za-z0-9_.:@+-]{0,64}")
_LONG_NUMBER = re.compile(r"[0-9]{11}")


class State(StrEnum):
    """What a line says. ``begun`` is followed by ``done`` or ``failed``; the others stand
    alone. ``event`` is a login, a lock, a countersigned head and the like."""

    GENESIS = "genesis"
    EVENT = "event"
    VIEW = "view"
    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written; number, moment, terminal and epoch are the journal's own.

    ``of`` is the number of the ``begun`` line that this one ends. ``shown`` are ids of ours
    whose data left the store, ``query_kind`` the kind of query (never its text), ``numbers``
    whether individual numbers (個人番号) were among them. ``payload`` is structured content
    of genesis and head lines.
    """

    state: State
    function_id: str
    staff_id: str = ""
    session: str = ""
    subject: Subject = NO_SUBJECT
    purpose: str = ""
    cause: str = ""
    of: int = 0
    nonce: bytes = b""
    content_digest: bytes = b""
    document_digest: bytes = b""
    shown: tuple[str, ...] = ()
    query_kind: str = ""
    numbers: bool = False
    payload: bytes = b""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read back. ``at`` is ISO text with offset."""

    number: int
    at: str
    terminal: str
    epoch: int
    entry: Entry


def encode_line(at: str, terminal: str, epoch: int, entry: Entry) -> bytes:
    """The line's body. Raises ``ValueError`` for what is no id (see the module)."""
    _only_ids(entry)
    return cbor2.dumps(
        [
            LINE_FORMAT,
            at,
            terminal,
            epoch,
            entry.state.value,
            entry.function_id,
            entry.staff_id,
            entry.session,
            entry.subject.kind,
            entry.subject.key,
            entry.purpose,
            entry.cause,
            entry.of,
            entry.nonce,
            entry.content_digest,
            entry.document_digest,
            list(entry.shown),
            entry.query_kind,
            entry.numbers,
            entry.payload,
            [
                [e.signed, e.credential_id, e.authenticator_data, e.client_data, e.signature]
                for e in entry.evidence
            ],
        ],
        canonical=True,
    )


def decode_line(number: int, body: bytes) -> Line:
    """Read what ``encode_line`` wrote. Raises ``ValueError``."""
    try:
        version, at, terminal, epoch, state, function_id, *rest = cbor2.loads(body)
        staff_id, session, kind, key, purpose, cause, of, nonce, content, document, *more = rest
        shown, query_kind, numbers, payload, evidence = more
        kept = tuple(Evidence(*parts) for parts in evidence)
    except (TypeError, cbor2.CBORDecodeError) as problem:
        raise ValueError(f"line {number} is no journal line") from problem
    if version != LINE_FORMAT:
        raise ValueError(f"line {number} has format {version}")
    entry = Entry(
        State(state),
        function_id,
        staff_id,
        session,
        Subject(kind, key),
        purpose,
        cause,
        of,
        nonce,
        content,
        document,
        tuple(shown),
        query_kind,
        numbers,
        payload,
        kept,
    )
    return Line(number, at, terminal, epoch, entry)


def is_id(text: str) -> bool:
    """Whether ``text`` may stand in a line: an id or a code, no name and no long number."""
    return _ID.fullmatch(text) is not None and _LONG_NUMBER.search(text) is None


def _only_ids(entry: Entry) -> None:
    texts = (
        entry.function_id,
        entry.staff_id,
        entry.session,
        entry.subject.kind,
        entry.subject.key,
        entry.purpose,
        entry.cause,
        entry.query_kind,
        *entry.shown,
    )
    for text in texts:
        if not is_id(text):
            raise ValueError("a journal line holds ids only")
