"""Who holds what, until when, and what waits for whom (権限の一覧, SEC-43 … 45)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.functions.admin.words import day_words
from app.rules.calendar.days import BusinessCalendar
from app.security.gate.facts import grant_of
from app.security.gate.gate import Gate, Session, Subject, ViewWork
from app.security.refusals import Refusal
from app.security.spec import Catalog
from app.security.staff import grants
from app.security.staff.grants import Access, Grant, GrantState
from app.security.staff.people import called
from app.security.staff.roles import Role
from db.tables.control import grant_row, staff

_NAMED = 3
"""Up to so many functions or persons are named in a sentence; more are counted."""


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One right as the list shows it. ``problem`` is why it does not hold today, or "";
    ``since`` (ISO) is when it came to its step, ``line`` the journal line of the act that
    brought it there; the moments of the four steps stand beside it. ``contractor``: the holder
    is one of a contractor's people (SEC-26)."""

    grant: Grant
    staff_name: str
    function_label: str
    problem: str
    area_label: str = ""
    contractor: bool = False
    since: str = ""
    line: int = 0
    reason: str = ""
    requested_at: str = ""
    approved_at: str = ""
    effected_at: str = ""
    confirmed_at: str = ""

    @property
    def called(self) -> str:
        """The holder's name as every line shows it."""
        return called(self.staff_name, contractor=self.contractor)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What supervisors must see to: rights at a step, and rights near their end."""

    open_steps: tuple[GrantLine, ...]
    dead_ends: tuple[tuple[GrantLine, int], ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rights of one person that one act brought to the step at which they wait: they go on
    together. ``step`` is the function that takes them on; ``mine`` says whether whoever looks
    may be the one, ``not_mine`` why not; ``last_day`` is the last day for it, if there is one."""

    step: str
    lines: tuple[GrantLine, ...]
    not_mine: str = ""
    last_day: date | None = None

    @property
    def mine(self) -> bool:
        """Whether whoever looks may take the step."""
        return not self.not_mine

    @property
    def first(self) -> GrantLine:
        """Any of the rights: person, dates, reason and step are the same for all."""
        return self.lines[0]

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells this bundle from others."""
        return self.step, self.first.grant.staff_id, self.first.line


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole table: every right that is not over, what waits, what ends soon with the
    warning reached (60, 30, 7 days), and what whoever looks may do."""

    lines: tuple[GrantLine, ...]
    bundles: tuple[Bundle, ...]
    ending: tuple[tuple[GrantLine, int], ...]
    permitted: frozenset[str]


UNSIGNED = "right.unsigned"
"""Why a row gives no right that nobody signed for: it was written past the program."""

STEPS = {
    GrantState.REQUESTED: "admin.approve_grant",
    GrantState.APPROVED: "admin.effect_grant",
    GrantState.EFFECTIVE: "admin.confirm_grant",
    GrantState.REVOKED: "admin.confirm_grant",
}
"""What takes a waiting right on: 承認, 反映, 確認."""


def list_grants(
    gate: Gate, session: Session, catalog: Catalog, calendar: BusinessCalendar
) -> tuple[GrantLine, ...]:
    """Every right that is not over, by person and function (SEC-43, SEC-44)."""
    with gate.view("admin.list_grants", session, subject=Subject("list", "grants")) as work:
        return read_lines(work, catalog, calendar)


def read_standing_table(
    gate: Gate, session: Session, catalog: Catalog, calendar: BusinessCalendar
) -> Standing:
    """The rights as a table, with what waits gathered as it goes on."""
    lines = list_grants(gate, session, catalog, calendar)
    today = gate.now().date()
    permitted = gate.permitted(session)
    by_id = {line.grant.id: line for line in lines}
    ending = grants.dead_ends([line.grant for line in lines], today)
    return Standing(
        lines,
        _bundles(lines, session.staff_id, permitted, today, calendar),
        tuple((by_id[grant.id], days) for grant, days in ending),
        permitted,
    )


def list_waiting(
    gate: Gate, session: Session, catalog: Catalog, calendar: BusinessCalendar
) -> Waiting:
    """What waits for a supervisor: open steps, and ends 60, 30 and 7 days away."""
    with gate.view("admin.supervise", session, subject=Subject("list", "waiting")) as work:
        lines = read_lines(work, catalog, calendar)
    by_id = {line.grant.id: line for line in lines}
    ending = grants.dead_ends([line.grant for line in lines], gate.now().date())
    return Waiting(
        tuple(line for line in lines if _waits(line.grant)),
        tuple((by_id[grant.id], days) for grant, days in ending),
    )


def what(functions: Sequence[tuple[str, str]]) -> str:
    """Which functions (label and area), in a sentence: each named while they are few, else
    counted by area."""
    labels = list(dict.fromkeys(label for label, _ in functions))
    if len(labels) <= _NAMED:
        return "「" + "」「".join(labels) + "」"
    counted = Counter(area for _, area in functions)
    return f"{len(functions)}件（{'、'.join(f'{area} {n}' for area, n in counted.items())}）"


def what_of(lines: Sequence[GrantLine]) -> str:
    """As ``what``, of rights."""
    return what([(line.function_label, line.area_label) for line in lines])


def whose(lines: Sequence[GrantLine]) -> str:
    """Whose rights, in a sentence; contractors' people are told apart (SEC-26)."""
    people = {line.grant.staff_id: line for line in lines}
    if len(people) > _NAMED:
        return f"職員 {len(people)}人（{'、'.join(people)}）"
    named = (f"{one.grant.staff_id}（{one.called}）" for one in people.values())
    return f"職員 {'、'.join(named)}"


def when(lines: Sequence[GrantLine]) -> str:
    """The dates, in a sentence."""
    first = min(line.grant.valid_from for line in lines)
    last = max(line.grant.valid_to for line in lines)
    each = "それぞれの期間、" if len({one.grant.valid_to for one in lines}) > 1 else ""
    return f"{each}{day_words(first)}から{day_words(last)}まで"


def _waits(grant: Grant) -> bool:
    """At a step that somebody must take, a 取消 that nobody has looked at included."""
    return grant.state in STEPS and not grant.confirmed_by


def _bundles(
    lines: Iterable[GrantLine],
    staff_id: str,
    permitted: frozenset[str],
    today: date,
    calendar: BusinessCalendar,
) -> tuple[Bundle, ...]:
    gathered: dict[tuple[str, GrantState, int], list[GrantLine]] = {}
    for line in lines:
        grant = line.grant
        if _waits(grant) and line.problem not in ("right.lapsed", UNSIGNED):
            gathered.setdefault((grant.staff_id, grant.state, line.line), []).append(line)
    found = []
    for (_, state, _), members in gathered.items():
        step = STEPS[state]
        grant = members[0].grant
        found.append(
            Bundle(
                step,
                tuple(members),
                _not_mine(step, grant, staff_id, permitted, today, calendar),
                grants.last_day_of_check(grant, calendar),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.mine, one.first.since)))


def _not_mine(
    step: str,
    grant: Grant,
    staff_id: str,
    permitted: frozenset[str],
    today: date,
    calendar: BusinessCalendar,
) -> str:
    """Why this person may not take the step; "" when they may."""
    if step not in permitted:
        return "この手続きの権限のある職員が行います。"
    checks = {
        GrantState.REQUESTED: lambda: grants.check_approve(grant, staff_id),
        GrantState.APPROVED: lambda: grants.check_effect(grant, staff_id, today),
        GrantState.EFFECTIVE: lambda: grants.check_confirm(grant, staff_id, today, calendar),
        GrantState.REVOKED: lambda: grants.check_second(grant, staff_id),
    }
    try:
        checks[grant.state]()
    except Refusal as cause:
        return f"{cause.message}{cause.remedy}"
    return ""


def read_lines(
    work: ViewWork, catalog: Catalog, calendar: BusinessCalendar, *, over: bool = False
) -> tuple[GrantLine, ...]:
    """As ``list_grants``, in the unit of work of a view that reads the same tables; with ``over``
    those that lapsed too."""
    people = {row.id: row for row in work.all(select(staff.c.id, staff.c.name, staff.c.contractor))}
    hidden = () if over else (GrantState.LAPSED.value,)
    rows = work.all(
        select(grant_row)
        .where(grant_row.c.state.not_in(hidden))
        .order_by(grant_row.c.staff_id, grant_row.c.function_id)
    )
    today = work.at.date()
    found = []
    believed = work.control.grants
    for row in rows:
        signed = believed.get(row.id)
        grant = signed or grant_of(row)
        known = catalog.get(grant.function_id)
        found.append(
            GrantLine(
                grant,
                people[grant.staff_id].name,
                known.label if known is not None else grant.function_id,
                grant.problem(today, calendar) if signed else UNSIGNED,
                catalog.area_of(known).label if known is not None else "",
                bool(people[grant.staff_id].contractor),
                row.revoked_at or row.effected_at or row.approved_at or row.requested_at,
                row.journal_line,
                row.reason,
                row.requested_at,
                row.approved_at,
                row.effected_at,
                row.confirmed_at,
            )
        )
    work.note(shown=tuple(sorted({line.grant.staff_id for line in found})))
    return tuple(found)


def role_words(lines: Sequence[GrantLine], roles: Sequence[Role]) -> str:
    """The smallest role that has all of these functions, "" when none has."""
    wanted = {line.grant.function_id for line in lines}
    fitting = [role for role in roles if wanted <= set(role.function_ids)]
    return min(fitting, key=lambda role: len(role.function_ids)).label if fitting else ""


def access_word(access: str) -> str:
    """更新 or 照会."""
    return "更新" if access == Access.UPDATE.value else "照会"
