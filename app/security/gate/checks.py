"""The gate's questions, one function each; every "no" is a ``Refusal`` with its own cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from app.core.clock import Clock
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import (
    Approval,
    Assertion,
    AssertionCheck,
    Confirmed,
    Credential,
    Evidence,
    Role,
    challenge_of,
)
from app.security.acts.prepared import PreparedAct, RowVersion
from app.security.control.beside import WITHDRAWN
from app.security.control.keeper import Control
from app.security.control.rules import House
from app.security.control.start import start_of
from app.security.control.state import REGISTERED, REMOVED, ControlState
from app.security.gate.age import check_age, days_old
from app.security.gate.clock_mark import Judgement, believed, judge_here, moved
from app.security.gate.facts import (
    READS,
    TerminalFacts,
    read_credential,
    read_place,
)
from app.security.journal.journal import Journal
from app.security.refusals import Refusal, misuse, refusal
from app.security.spec import Actor, Area, Catalog, Function, Hand, Kind, MyNumber, Need, StepUp
from app.security.staff.grants import Grant, access_of, holding
from app.security.staff.hours import hours_of
from app.security.staff.roles import Role as StaffRole
from app.security.staff.session import LiveSession
from db.tables import METADATA
from db.tables.control import act as act_table
from db.work import Store, Work

_USER_VERIFIED = 0x04
_FLAGS_AT = 32


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the terminal can say about its surroundings, asked at the moment of an act."""

    peer_reachable: Callable[[], bool]
    medium_scanned: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the checks need besides the store. ``purposes`` are the codes a purpose is chosen
    from; ``catalog`` are the functions' declarations, ``registry`` is their version; ``roles``
    is the permission table (対応表) as of a day."""

    calendar: BusinessCalendar
    purposes: frozenset[str]
    conditions: Conditions
    check_assertion: AssertionCheck
    catalog: Catalog
    registry: str
    roles: Callable[[date], Sequence[StaffRole]]

    @property
    def house(self) -> House:
        """The rules that the control log is read by."""
        return House(self.catalog, self.calendar, self.roles)


def check_terminal(function: Function, area: Area, place: TerminalFacts) -> None:
    """The terminal must be registered with the union (SEC-70), but for setting it up."""
    parting = place.state == REMOVED and function.at_the_end and function.actor is Actor.SYSTEM
    if place.state in (WITHDRAWN, REMOVED) and not parting:
        raise refusal("terminal.withdrawn")
    early = area.before_registration and not function.personal
    if place.state != REGISTERED and not early:
        raise refusal("terminal.not_registered")


def check_start(function: Function, state: ControlState, now: datetime, catalog: Catalog) -> None:
    """While the two founders alone answer for the terminal, nothing personal is opened."""
    early = catalog.area_of(function).by_founding and not function.personal
    if not early and start_of(state, now.date(), catalog).founders:
        raise refusal("terminal.founders_alone")


def held_back(
    permitted: Iterable[str], state: ControlState, today: date, catalog: Catalog
) -> dict[str, Refusal]:
    """Those of ``permitted`` that the terminal's own state keeps from everybody today, each with
    what ``check_terminal`` or ``check_start`` would say."""
    registered = state.terminal.state == REGISTERED
    alone = bool(start_of(state, today, catalog).founders)
    found = {}
    for function_id in permitted:
        function = catalog[function_id]
        area = catalog.area_of(function)
        if not registered and (function.personal or not area.before_registration):
            found[function_id] = refusal("terminal.not_registered")
        elif alone and (function.personal or not area.by_founding):
            found[function_id] = refusal("terminal.founders_alone")
    return found


def check_clock(function: Function, mark: datetime | None, now: datetime, *, ahead: bool) -> None:
    """The machine's time must be believable, but for setting it right."""
    judgement = judge_here(mark, now, ahead=ahead)
    if judgement is not Judgement.GOOD and not function.while_clock_wrong:
        raise refusal(f"clock.{judgement}")


def check_hours(function: Function, place: TerminalFacts, now: datetime) -> None:
    """Inside the usable hours (SEC-69); the exception itself may be asked for outside."""
    if not function.outside_hours and not hours_of(place.settings).is_open(now):
        raise refusal("hours.closed")


def check_purpose(function: Function, purpose: str, purposes: frozenset[str]) -> None:
    """A purpose is chosen where one must be, and is one of the list."""
    if function.purpose and not purpose:
        raise refusal("purpose.missing")
    if purpose and purpose not in purposes:
        raise refusal("purpose.unknown")


def check_needs(function: Function, place: TerminalFacts, conditions: Conditions) -> None:
    """Peer, media terminal, scanned medium, first load: what the function declares."""
    if Need.PEER in function.needs and not conditions.peer_reachable():
        raise refusal("need.peer")
    if Need.MEDIA_TERMINAL in function.needs and not place.media:
        raise refusal("need.media_terminal")
    if Need.SCANNED_MEDIUM in function.needs and not conditions.medium_scanned():
        raise refusal("need.scanned_medium")
    if Need.FILLED in function.needs and not place.filled:
        raise refusal("need.filled")


def check_limits(function: Function, live: LiveSession) -> None:
    """A session limited to some functions (password change, clock) does nothing else."""
    if live.only is not None and function.id not in live.only:
        raise refusal(live.limit)


def check_recent(function: Function, live: LiveSession, now: float) -> None:
    """User verification within 15 minutes, where the function asks for it."""
    if function.step_up is StepUp.RECENT and not live.is_recent(now):
        raise refusal("fresh.recent")


def right_of(
    state: ControlState, staff_id: str, function: Function, now: datetime, rules: GateRules
) -> Grant:
    """The right under which this person runs this function now; raises ``Refusal``."""
    state.person(staff_id).check(now.date())
    rights = state.grants_of(staff_id, function.id)
    fitting = [one for one in rights if one.access == access_of(function).value]
    return holding(fitting, now.date(), rules.calendar)


def second_right(
    state: ControlState,
    staff_id: str,
    role: Role,
    prepared: PreparedAct,
    now: datetime,
    rules: GateRules,
) -> Grant:
    """The right under which a second person approves: the function's own for a confirmer, the
    one that ``supervises`` for a supervisor. Raises ``Refusal`` ``approval.*``."""
    if staff_id == prepared.session.staff_id:
        raise refusal("approval.same_person")
    if role not in prepared.needs or role is Role.ACTOR:
        raise refusal("approval.not_asked")
    wanted = rules.catalog.supervises if role is Role.SUPERVISOR else prepared.function.id
    try:
        state.person(staff_id).check(now.date())
        return holding(state.grants_of(staff_id, wanted), now.date(), rules.calendar)
    except Refusal as cause:
        raise refusal("approval.right") from cause


def must_verify(function: Function, role: Role, live: LiveSession, now: float) -> bool:
    """Whether a touch needs PIN, fingerprint or face: second persons and administration
    always, the operator when the last one is older than 15 minutes."""
    if role is not Role.ACTOR or function.kind is Kind.ADMINISTER:
        return True
    return not live.is_recent(now)


def check_prepared(prepared: PreparedAct, rules: GateRules, now: datetime) -> None:
    """The prepared act was made today, or seconded today, under these declarations."""
    if prepared.registry != rules.registry:
        raise refusal("act.registry_changed")
    if datetime.fromisoformat(prepared.moment).date() != now.date():
        raise refusal("act.expired")


@dataclass(frozen=True, slots=True)
class Judge:
    """Against what an act's approvals are held: the unit of work that reads, the control log's
    state, the operator's session, the moment (believed and monotonic) and the rules."""

    work: Work
    state: ControlState
    live: LiveSession
    moment: datetime
    monotonic: float
    rules: GateRules


def check_approvals(
    held: Judge,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    grant: Grant,
    needs: Sequence[Role],
) -> tuple[Confirmed, ...]:
    """Every approval that is needed, and no other, each signed over this very act."""
    given = [approval.role for approval in approvals]
    if len(set(given)) != len(given):
        raise refusal("approval.twice")
    if not set(given) <= set(needs):
        raise refusal("approval.not_asked")
    for role in needs:
        if role not in given:
            raise refusal("approval.none" if role is Role.ACTOR else "approval.second_missing")
    confirmed = []
    for approval in approvals:
        if approval.role is Role.ACTOR:
            if approval.staff_id != prepared.session.staff_id:
                raise refusal("approval.none")
            right = grant
        else:
            right = second_right(
                held.state, approval.staff_id, approval.role, prepared, held.moment, held.rules
            )
        confirmed.append(_check_one(held, prepared, approval, right))
    return tuple(confirmed)


def _check_one(held: Judge, prepared: PreparedAct, approval: Approval, right: Grant) -> Confirmed:
    verify = must_verify(prepared.function, approval.role, held.live, held.monotonic)
    key = own_key(held.work, held.state, approval.staff_id, approval.assertion, held.moment)
    signed = prepared.signed(approval.staff_id, approval.role, right.id)
    # the operator's touch of an act that waited was counted when it was put off
    counted = prepared.carrier is not None and approval.role is Role.ACTOR
    counter = held.rules.check_assertion(
        key.public_key,
        prepared.rp_id,
        challenge_of(signed),
        approval.assertion,
        require_uv=False,
        stored_counter=None if counted else key.counter,
    )
    verified = was_verified(approval.assertion)
    if verify and not verified:
        raise refusal("fresh.verification")
    evidence = Evidence.of(signed, approval.assertion)
    seen = None if counted else counter
    return Confirmed(approval.staff_id, approval.role, seen, verified, evidence)


def own_key(
    work: Work, state: ControlState, staff_id: str, assertion: Assertion, at: datetime
) -> Credential:
    """The registered key that answered, if it is this person's and in use at this moment."""
    key = read_credential(work, state, bytes(assertion.credential_id), at)
    if key is None or key.staff_id != staff_id:
        raise refusal("approval.unknown_key")
    if key.revoked:
        raise refusal("approval.key_revoked")
    return key


def was_verified(assertion: Assertion) -> bool:
    """The UV flag of an assertion whose signature has been checked."""
    return bool(assertion.authenticator_data[_FLAGS_AT] & _USER_VERIFIED)


def check_actor(function: Function, actor: Actor) -> None:
    """A person runs what persons run, the terminal what is its own."""
    if function.actor is not actor:
        raise refusal("right.none")


def check_hand(function: Function, which: Hand) -> None:
    """The terminal's own work goes through the handle that it belongs to."""
    if function.hand is not which:
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


_USED = select(act_table.c.journal_line).where(act_table.c.nonce == bindparam("nonce"))


class Questions:
    """What the gate asks before anything happens. Remembers the clock mark of this run."""

    def __init__(
        self, store: Store, journal: Journal, clock: Clock, rules: GateRules, control: Control
    ) -> None:
        self._store = store
        self._control = control
        self._journal = journal
        self._clock = clock
        self._rules = rules
        self._mark: datetime | None = None

    def standing(
        self,
        work: Work,
        function: Function,
        live: LiveSession,
        purpose: str,
        *,
        counts: bool = True,
        whose: str = "",
    ) -> tuple[Grant, TerminalFacts]:
        """The right and the place under which this session may run ``function`` now.
        ``counts``: the person is at work, and the minutes to the lock begin anew. ``whose``: the
        operator of an act that somebody else's session carries out.

        Raises ``Refusal``, first cause first.
        """
        now = self._clock.now()
        state = self._control.state
        place = read_place(work, state)
        check_actor(function, Actor.STAFF)
        area = self._rules.catalog.area_of(function)
        check_terminal(function, area, place)
        day = believed(self._known_mark(place), now)
        check_start(function, state, day, self._rules.catalog)
        days = days_old(self._control.told_at, day.date(), self._rules.calendar)
        check_age(function, area, days)
        self.believe_clock(function, place)
        check_limits(function, live)
        grant = right_of(state, whose or live.session.staff_id, function, day, self._rules)
        check_hours(function, place, now)
        check_purpose(function, purpose, self._rules.purposes)
        check_needs(function, place, self._rules.conditions)
        check_recent(function, live, self._clock.monotonic())
        if counts:
            live.used_at = self._clock.monotonic()
        return grant, place

    def believe_clock(self, function: Function, place: TerminalFacts) -> None:
        """Raises ``clock.back``, ``clock.leap`` or ``clock.ahead``; a good moment moves the mark
        of this run."""
        now = self._clock.now()
        mark = self._known_mark(place)
        check_clock(function, mark, now, ahead=place.ahead)
        if not function.while_clock_wrong:
            self._mark = now if mark is None else moved(mark, now)

    def _known_mark(self, place: TerminalFacts) -> datetime | None:
        known = [mark for mark in (self._mark, place.mark) if mark is not None]
        return max(known) if known else None

    def clock_was_set(self, moment: datetime) -> None:
        """Two supervisors set the date: the mark of this run starts anew from there."""
        self._mark = moment

    def day_for(self, work: Work) -> datetime:
        """The moment by which a second person's dates are judged."""
        return believed(self._known_mark(read_place(work, self._control.state)), self._clock.now())

    def store_of(self, function: Function) -> str:
        """The store that a signature is for: a deed's is that of the log which it becomes a row of,
        every other act's this terminal's own."""
        followed = self._control.state.store_id if function.deed else ""
        return followed or self._store.identity.store_id

    def check_origin(self, prepared: PreparedAct) -> None:
        """The prepared act belongs to this store, this epoch and this journal."""
        identity = self._store.identity
        here = (self.store_of(prepared.function), identity.terminal, identity.epoch)
        if (prepared.store_id, prepared.terminal, prepared.epoch) != here:
            raise refusal("terminal.other")
        if not self._journal.has(prepared.head):
            raise refusal("act.journal_lost")

    def allowed(
        self,
        prepared: PreparedAct,
        approvals: Sequence[Approval],
        live: LiveSession,
        needs: Sequence[Role] | None = None,
    ) -> tuple[Confirmed, ...]:
        """Everything again, plus the approvals: of ``needs``, or of everybody the act needs.
        Raises ``Refusal`` or ``assertion.*``."""
        now = self._clock.now()
        tables = dict.fromkeys(seen.table for seen in prepared.versions)
        with self._store.view((*READS, "act", *tables)) as work:
            grant, place = self.standing(
                work,
                prepared.function,
                live,
                prepared.purpose,
                whose=prepared.session.staff_id,
            )
            check_prepared(prepared, self._rules, now)
            if work.scalar(_USED, {"nonce": prepared.nonce.hex()}) is not None:
                raise refusal("act.nonce_used")
            check_rows(work, prepared.versions)
            if grant.id != prepared.grant_id:
                raise refusal("act.altered")
            held = Judge(
                work,
                self._control.state,
                live,
                believed(self._known_mark(place), now),
                self._clock.monotonic(),
                self._rules,
            )
            wanted = prepared.needs if needs is None else needs
            return check_approvals(held, prepared, approvals, grant, wanted)
