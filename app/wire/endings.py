"""The end of a terminal as the union is told of it (端末の廃止, SEC-158).

Said twice: before anything is destroyed, which ends the enrolment and gives the union its copy of
what the certificate of erasure (消去証明書) will say, and once more when everything is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_KINDS = 20
"""Kinds of what is erased in one statement at most."""


@dataclass(frozen=True, slots=True)
class ErasedKind:
    """What is erased of one kind: its words, how many files, their bytes, and by what method."""

    what: str
    files: int
    size: int
    method: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What a terminal signs. ``number`` is the certificate's, ``reason`` why, ``ordered_by`` and
    ``confirmed_by`` the staff ids of the two who decided; ``line`` and ``hash`` are the journal's
    last countersigned head. ``done_at`` (ISO) is "" before; afterwards ``paper`` is the SHA-256 of
    the printed certificate."""

    municipality: str
    terminal: str
    store: str
    number: str
    reason: str
    ordered_by: str
    confirmed_by: str
    line: int
    hash: bytes
    kinds: tuple[ErasedKind, ...]
    at: str
    done_at: str = ""
    paper: bytes = b""


@dataclass(frozen=True, slots=True)
class EndingReceipt:
    """The union's word that it has the statement and that the terminal is withdrawn."""

    municipality: str
    terminal: str
    store: str
    number: str
    done_at: str
    at: str
