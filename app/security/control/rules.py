"""The rules of the chain (SEC-38 … 49): who may not take which part in whose rights."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.tables import Tables
from app.rules.calendar.days import BusinessCalendar
from app.security.control import deeds
from app.security.control.state import ControlState
from app.security.refusals import Refusal, refusal
from app.security.spec import Catalog, Kind
from app.security.staff.grants import Grant
from app.security.staff.roles import Role, roles_on

MUTUAL_DAYS = 90
"""So long two persons may not do for each other's administration rights what one did for the
other's."""

LEAST_SUPERVISORS = 2


@dataclass(frozen=True, slots=True)
class House:
    """What the rules of the house are: functions, business days, and the permission table
    (対応表) as of a day."""

    catalog: Catalog
    calendar: BusinessCalendar
    roles: Callable[[date], Sequence[Role]]

    @classmethod
    def of(cls, catalog: Catalog, tables: Tables) -> House:
        """By the shipped tables."""
        calendar = BusinessCalendar.from_table(tables["closed_days"])
        return cls(catalog, calendar, lambda day: roles_on(tables, catalog, day))


def supervises(state: ControlState, staff_id: str, day: date, house: House) -> bool:
    """Whether this person is a supervisor (責任者) on ``day``."""
    return holds(state, staff_id, house.catalog.supervises, day, house)


def holds(state: ControlState, staff_id: str, function_id: str, day: date, house: House) -> bool:
    """Whether this person is here and holds this right on ``day``."""
    person = state.people.get(staff_id)
    if person is None or person.problem(day):
        return False
    held = state.grants_of(staff_id, function_id)
    return any(not one.problem(day, house.calendar) for one in held)


def check_second(deed: object, second_id: str) -> None:
    """Nobody is the second person of an act about themselves. Raises ``approval.same_person``."""
    about = getattr(deed, "staff_id", "")
    if second_id and about == second_id:
        raise refusal("approval.same_person")


def check_mutual(state: ControlState, grant: Grant, actor: str, day: date, house: House) -> None:
    """B does nothing for A's administration rights when A did so for B's within 90 days, unless
    a third takes part: somebody else who asked for the right or put it in force, and who is a
    named deputy (職務代理) or of the information section, as the setting says; or the recovery key,
    for which two shares stood.

    Raises ``Refusal`` ``grant.mutual``.
    """
    if not _administers(grant.function_id, house) or grant.id in state.vouched:
        return
    since = (day - timedelta(days=MUTUAL_DAYS)).isoformat()
    returned = any(
        _administers(one.function_id, house) and _did(one, grant.staff_id, since)
        for one in state.grants_of(actor)
    )
    if returned and not _third(state, grant, actor, day, house):
        raise Refusal(
            "grant.mutual",
            f"職員 {grant.staff_id} は、{MUTUAL_DAYS}日以内にあなたの管理の権限の承認または確認を"
            "行いました。二人が互いの管理の権限を認め合うことはできません。",
            "ほかの責任者が行うか、職務代理（または情報部門）の職員が申請か反映を行うか、"
            "「復旧鍵による立会い」を先に行ってください。",
        )


def _administers(function_id: str, house: House) -> bool:
    """Whether a right is one of administration: it changes something there, or supervises."""
    function = house.catalog.get(function_id)
    return function is not None and (function.kind is Kind.ADMINISTER or function.supervises)


def _did(grant: Grant, staff_id: str, since: str) -> bool:
    """Whether this person approved or checked the right since then. A founding, in which the
    one stands for every step of the other's, is genesis and no favour."""
    steps = {grant.requested_by, grant.approved_by, grant.effected_by, grant.confirmed_by}
    if steps == {staff_id}:
        return False
    return (grant.approved_by == staff_id and grant.approved_at >= since) or (
        grant.confirmed_by == staff_id and grant.confirmed_at >= since
    )


def _third(state: ControlState, grant: Grant, actor: str, day: date, house: House) -> bool:
    by_deputy = state.in_force.text("rights.third_person") == "deputy"
    wanted = house.catalog.deputises if by_deputy else house.catalog.administers
    others = {grant.requested_by, grant.effected_by} - {"", actor, grant.staff_id}
    return any(holds(state, one, wanted, day, house) for one in others)


def check_supervisors_left(before: Mapping[date, int], state: ControlState, house: House) -> None:
    """The last two usable supervisors cannot be taken away, neither at once nor by several who
    leave on days to come. Raises ``Refusal`` ``staff.last_supervisors``."""
    for on, had in before.items():
        left = len(_usable(state, on, house))
        if left < had and left < LEAST_SUPERVISORS:
            raise _last_supervisors()


def usable_supervisors(
    state: ControlState, deed: object, day: date, house: House
) -> Mapping[date, int]:
    """How many supervisors can work with a key of their own, on the day from which the deed
    counts and on each later one on which somebody leaves; nothing for deeds that take nothing
    away."""
    when = _takes_away_on(deed, day)
    if when is None:
        return {}
    leave = {one.left_on for one in state.people.values() if one.left_on and one.left_on > when}
    return {on: len(_usable(state, on, house)) for on in (when, *sorted(leave))}


def check_shut_out(state: ControlState, shut_out: Collection[str], day: date, house: House) -> None:
    """As ``check_supervisors_left``, of a change of key that shuts these persons out until they
    are registered anew."""
    usable = _usable(state, day, house)
    left = usable - set(shut_out)
    if left != usable and len(left) < LEAST_SUPERVISORS:
        raise _last_supervisors()


def supervisors(state: ControlState, day: date, house: House) -> frozenset[str]:
    """The supervisors who can work with a key of their own on that day."""
    return _usable(state, day, house)


def _usable(state: ControlState, day: date, house: House) -> frozenset[str]:
    with_key = {
        key.staff_id for key in state.keys.values() if not key.revoked_at and key.until is None
    }
    return frozenset(one for one in with_key if supervises(state, one, day, house))


def _last_supervisors() -> Refusal:
    return Refusal(
        "staff.last_supervisors",
        "この手続きを行うと、端末を任せられる責任者が二人を下回ります。",
        "先に、別の職員を責任者にする手続き（申請から確認まで）を済ませてください。責任者がキーを"
        "なくしたときは、「キーを登録」の「登録し直す」で前のキーを使えなくできます。",
    )


def _takes_away_on(deed: object, day: date) -> date | None:
    match deed:
        case deeds.Leaving(left_on=left_on):
            return max(day, left_on)
        case deeds.OfficeChange(valid_to=valid_to):
            return max(day, valid_to + timedelta(days=1))
        case deeds.Revoke() | deeds.KeyRevocation():
            return day
    return None
