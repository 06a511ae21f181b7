"""A case as the union decides it, and what a kind of case declares here.

``KINDS`` (``app.peers.union.office.kinds``) holds one entry a kind; ``decisions`` does for all of
them what is common: take in, keep, refuse, answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.peers.union.office.persons import PersonRow, find_person
from app.peers.union.system import System
from app.wire.layout import BodyLayout


@dataclass(frozen=True, slots=True)
class Office:
    """Where a case is decided: the system, and the transaction in which all of it happens."""

    system: System
    connection: Connection


@dataclass(frozen=True, slots=True)
class Case:
    """A case that is being decided: the id it was sent under, by which terminal of which
    municipality, and what it says (a subclass of ``app.wire.records.CaseHead``)."""

    id: str
    terminal: str
    municipality: str
    record: Any


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """One reason (a code of ``refusal_reasons``) and what is particular to this case."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a kind's checks gave. ``refused`` empty: it can be taken.

    ``pending``: an official must settle something first. ``person``: whom of those known here
    it is about. ``facts``: what the kind's own ``decide`` goes on from.
    """

    refused: tuple[RefusalReason, ...] = ()
    pending: tuple[RefusalReason, ...] = ()
    person: PersonRow | None = None
    facts: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided for a person: the body's values, and those of the head that only the
    decision knows (insured number, grounds). ``told`` are reasons that go with an acceptance."""

    person_id: int
    layout: BodyLayout
    values: Mapping[str, str]
    told: tuple[RefusalReason, ...] = ()


def known_person(office: Office, case: Case, checked: Checked) -> int:
    """The person a case is about, when she must be known before (all kinds but a newcomer's)."""
    assert checked.person is not None, "a case about somebody unknown is refused"
    return int(checked.person.id)


def nothing_more(office: Office, case: Case, answer: Answer) -> None:
    """The effect of a decision that changes nobody."""


def only_waits(office: Office, case: Case, person_id: int) -> None:
    """A case that waits for an official begins nothing elsewhere."""


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """One kind of case on the union's side.

    ``check`` finds every reason against it and changes nothing. ``whom`` gives the person, whom a
    newcomer's kind makes known first. ``decide`` makes the answer; ``effect`` carries out what it
    means for others than the answer itself, ``waits`` begins elsewhere what a case that is pending
    waits for; with ``goes_on`` it is decided again by what another body answers (情報照会).
    ``register_says`` are the columns of the notification
    that the resident register's next file must repeat (SEC-110); None where the register has no
    say. ``refusals`` are the codes that ``check`` and ``decide`` may give.
    """

    code: str
    check: Callable[[Office, Case], Checked]
    decide: Callable[[Office, Case, Checked, int], Answer]
    effect: Callable[[Office, Case, Answer], None] = nothing_more
    whom: Callable[[Office, Case, Checked], int] = known_person
    waits: Callable[[Office, Case, int], None] = only_waits
    goes_on: bool = False
    register_says: tuple[str, ...] | None = field(default=None)
    refusals: tuple[str, ...] = ()


def find_whom(office: Office, case: Case) -> PersonRow | None:
    """The person whose atena number the head names."""
    return find_person(office.connection, case.municipality, case.record.atena_number)
