"""The gate's questions, one function each; every "no" is a ``Refusal`` with its own cause."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from app.core.canon import canonical_json
from app.rules.days import BusinessCalendar
from app.security.approval import (
    Approval,
    Assertion,
    Confirmed,
    Credential,
    Evidence,
    Role,
    challenge_of,
)
from app.security.clock_mark import Judgement, judge
from app.security.draft import Draft, RowVersion
from app.security.grants import Grant, access_of, holding
from app.security.hours import hours_of
from app.security.refusals import Refusal, misuse, refusal
from app.security.session import LiveSession
from app.security.spec import Actor, Catalog, Function, Kind, MyNumber, Need, StepUp
from app.security.standing import (
    Place,
    read_credential,
    read_credentials,
    read_standing,
)
from db.tables import METADATA
from db.work import Work

CLOCK_FUNCTION = "admin.clock"
"""What alone may run while the machine's time cannot be believed."""

SUPERVISE = "admin.supervise"
"""The right that makes a second person a supervisor (責任者)."""

UNREGISTERED_AREAS = frozenset({"admin", "files", "own", "records"})
"""Areas that work before the union has registered the terminal: it must be set up somehow."""

HOURS_FUNCTION = "admin.hours_exception"
"""What alone may run outside the usable hours."""

CHANGE_FUNCTION = "own.change_password"
"""What alone may run in the last days of a password."""

_LIMITS = {
    frozenset({CLOCK_FUNCTION}): "session.clock_only",
    frozenset({HOURS_FUNCTION}): "session.hours_only",
    frozenset({CHANGE_FUNCTION}): "session.password_only",
}

_USER_VERIFIED = 0x04
_FLAGS_AT = 32


class AssertionCheck(Protocol):
    """``app.security.authenticators.verify.verify_assertion``."""

    def __call__(
        self,
        public_key: bytes,
        rp_id: str,
        challenge: bytes,
        assertion: Assertion,
        *,
        require_uv: bool,
        stored_counter: int | None,
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the terminal can say about its surroundings, asked at the moment of an act."""

    peer_reachable: Callable[[], bool]
    medium_scanned: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class House:
    """What the checks need besides the store. ``purposes`` are the codes a purpose is chosen
    from; ``registry`` is the version of the functions' declarations."""

    calendar: BusinessCalendar
    purposes: frozenset[str]
    conditions: Conditions
    check_assertion: AssertionCheck
    registry: str


def registry_version(catalog: Catalog) -> str:
    """16 hex digits that change with any declaration: what was signed names its rules."""
    declared = [
        {name: str(getattr(catalog[fid], name)) for name in Function.__slots__} for fid in catalog
    ]
    return hashlib.sha256(canonical_json(declared).encode()).hexdigest()[:16]


def check_terminal(function: Function, place: Place) -> None:
    """The terminal must be registered with the union (SEC-70), but for setting it up."""
    if place.state == "withdrawn":
        raise refusal("terminal.withdrawn")
    if place.state != "registered" and function.area not in UNREGISTERED_AREAS:
        raise refusal("terminal.not_registered")


def check_clock(function: Function, mark: datetime | None, now: datetime) -> None:
    """The machine's time must be believable, but for setting it right."""
    judgement = Judgement.GOOD if mark is None else judge(mark, now)
    if judgement is not Judgement.GOOD and function.id != CLOCK_FUNCTION:
        raise refusal("clock.back" if judgement is Judgement.BACK else "clock.leap")


def check_hours(function: Function, place: Place, now: datetime) -> None:
    """Inside the usable hours (SEC-69); the exception itself may be asked for outside."""
    exempt = function.id in (CLOCK_FUNCTION, HOURS_FUNCTION)
    if not exempt and not hours_of(place.settings).is_open(now):
        raise refusal("hours.closed")


def check_purpose(function: Function, purpose: str, purposes: frozenset[str]) -> None:
    """A purpose is chosen where one must be, and is one of the list."""
    if function.purpose and not purpose:
        raise refusal("purpose.missing")
    if purpose and purpose not in purposes:
        raise refusal("purpose.unknown")


def check_needs(function: Function, place: Place, conditions: Conditions) -> None:
    """Peer, media terminal, scanned medium: what the function declares."""
    if Need.PEER in function.needs and not conditions.peer_reachable():
        raise refusal("need.peer")
    if Need.MEDIA_TERMINAL in function.needs and not place.media:
        raise refusal("need.media_terminal")
    if Need.SCANNED_MEDIUM in function.needs and not conditions.medium_scanned():
        raise refusal("need.scanned_medium")


def check_limits(function: Function, live: LiveSession) -> None:
    """A session limited to some functions (password change, clock) does nothing else."""
    if live.only is not None and function.id not in live.only:
        raise refusal(_LIMITS.get(live.only, "session.limited"))


def check_recent(function: Function, live: LiveSession, now: float) -> None:
    """User verification within 15 minutes, where the function asks for it."""
    if function.step_up is StepUp.RECENT and not live.is_recent(now):
        raise refusal("fresh.recent")


def right_of(work: Work, staff_id: str, function: Function, now: datetime, house: House) -> Grant:
    """The right under which this person runs this function now; raises ``Refusal``."""
    person, rights = read_standing(work, staff_id, function.id)
    person.check(now.date())
    fitting = [one for one in rights if one.access == access_of(function).value]
    return holding(fitting, now.date(), house.calendar)


def second_right(
    work: Work, staff_id: str, role: Role, draft: Draft, now: datetime, house: House
) -> Grant:
    """The right under which a second person approves: the function's own for a confirmer,
    ``admin.supervise`` for a supervisor. Raises ``Refusal`` ``approval.*``."""
    if staff_id == draft.session.staff_id:
        raise refusal("approval.same_person")
    if role not in draft.needs or role is Role.ACTOR:
        raise refusal("approval.not_asked")
    wanted = SUPERVISE if role is Role.SUPERVISOR else draft.function.id
    try:
        person, rights = read_standing(work, staff_id, wanted)
        person.check(now.date())
        return holding(rights, now.date(), house.calendar)
    except Refusal as cause:
        raise refusal("approval.right") from cause


def must_verify(function: Function, role: Role, live: LiveSession, now: float) -> bool:
    """Whether a touch needs PIN, fingerprint or face: second persons and administration
    always, the operator when the last one is older than 15 minutes."""
    if role is not Role.ACTOR or function.kind is Kind.ADMINISTER:
        return True
    return not live.is_recent(now)


def check_draft(draft: Draft, house: House, now: datetime) -> None:
    """The draft was made today, under these declarations."""
    if draft.registry != house.registry:
        raise refusal("act.registry_changed")
    if datetime.fromisoformat(draft.at).date() != now.date():
        raise refusal("act.expired")


def check_approvals(
    work: Work,
    draft: Draft,
    approvals: Sequence[Approval],
    grant: Grant,
    live: LiveSession,
    moment: tuple[datetime, float],
    house: House,
) -> tuple[Confirmed, ...]:
    """Every approval that the act needs, and no other, each signed over this very draft."""
    given = [approval.role for approval in approvals]
    if len(set(given)) != len(given):
        raise refusal("approval.twice")
    if not set(given) <= set(draft.needs):
        raise refusal("approval.not_asked")
    for role in draft.needs:
        if role not in given:
            raise refusal("approval.none" if role is Role.ACTOR else "approval.second_missing")
    now, monotonic = moment
    confirmed = []
    for approval in approvals:
        if approval.role is Role.ACTOR:
            if approval.staff_id != draft.session.staff_id:
                raise refusal("approval.none")
            right = grant
        else:
            right = second_right(work, approval.staff_id, approval.role, draft, now, house)
        verify = must_verify(draft.function, approval.role, live, monotonic)
        confirmed.append(_check_one(work, draft, approval, right, verify, house))
    return tuple(confirmed)


def _check_one(
    work: Work, draft: Draft, approval: Approval, right: Grant, verify: bool, house: House
) -> Confirmed:
    key = own_key(work, approval.staff_id, approval.assertion)
    signed = draft.signed(approval.staff_id, approval.role, right.id)
    counter = house.check_assertion(
        key.public_key,
        draft.rp_id,
        challenge_of(signed),
        approval.assertion,
        require_uv=False,
        stored_counter=key.counter,
    )
    verified = was_verified(approval.assertion)
    if verify and not verified:
        raise refusal("fresh.verification")
    evidence = Evidence.of(signed, approval.assertion)
    return Confirmed(approval.staff_id, approval.role, counter, verified, evidence)


def own_key(work: Work, staff_id: str, assertion: Assertion) -> Credential:
    """The registered key that answered, if it is this person's and in use."""
    key = read_credential(work, bytes(assertion.credential_id))
    if key is None or key.staff_id != staff_id:
        raise refusal("approval.unknown_key")
    if key.revoked:
        raise refusal("approval.key_revoked")
    return key


def was_verified(assertion: Assertion) -> bool:
    """The UV flag of an assertion whose signature has been checked."""
    return bool(assertion.authenticator_data[_FLAGS_AT] & _USER_VERIFIED)


def key_ids(work: Work, staff_id: str) -> tuple[bytes, ...]:
    """The keys that a person may be asked for."""
    return tuple(key.id for key in read_credentials(work, staff_id))


def check_actor(function: Function, actor: Actor) -> None:
    """A person runs what persons run, the terminal what is its own."""
    if function.actor is not actor:
        raise refusal("right.none")


def check_rows(work: Work, versions: Sequence[RowVersion]) -> None:
    """The rows that the person saw have not changed since. Raises ``act.row_changed``."""
    for seen in versions:
        table = METADATA.tables[seen.table]
        key = (seen.key,) if isinstance(seen.key, str) else seen.key
        columns = tuple(table.primary_key.columns)
        if len(columns) != len(key) or "version" not in table.c:
            raise misuse("gate.row_version", f"{seen.table} の版を確かめられません。")
        statement = select(table.c.version)
        for column, value in zip(columns, key, strict=True):
            statement = statement.where(column == value)
        if work.scalar(statement) != seen.version:
            raise refusal("act.row_changed")


def number_key(function: Function, live: LiveSession) -> bytes | None:
    """The number key for a function that declares individual numbers (個人番号, SEC-52);
    None for every other. Raises ``number.no_key``."""
    if function.my_number is MyNumber.NONE:
        return None
    if live.number_key is None:
        raise refusal("number.no_key")
    return live.number_key
