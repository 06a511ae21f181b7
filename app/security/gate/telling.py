"""What the gate tells everybody who asks, without an act: the day, the catalogue, who is gone. It
names nobody's data and leaves no line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from app.core.clock import Clock
from app.rules.calendar.days import BusinessCalendar
from app.security.control import rules
from app.security.control.deeds import OfficeCard
from app.security.control.keeper import Control
from app.security.control.start import Start, start_of
from app.security.control.state import PutPackage
from app.security.gate.checks import GateRules
from app.security.spec import Catalog, MyNumber
from app.security.staff.grants import Grant
from app.security.staff.hours import hours_of


class Telling:
    """The part of the gate that follows from what was signed and from the clock."""

    def __init__(self, control: Control, clock: Clock, rules: GateRules) -> None:
        self._control = control
        self._clock = clock
        self._rules = rules
        self._catalog = rules.catalog

    def gone(self) -> frozenset[str]:
        """Who has left, or whose id has ended, by today."""
        today = self.now().date()
        people = self._control.state.people.values()
        return frozenset(one.id for one in people if one.is_gone(today))

    def closing(self) -> datetime:
        """When today's usable time is over."""
        return hours_of(self._control.state.in_force).ends(self.now())

    def loans_over(self) -> frozenset[str]:
        """Whose lent keys (貸出鍵) are all over by now, or came back."""
        now, state = self.now(), self._control.state
        over = {one.staff_id for one in state.loans_over(now)}
        return frozenset(
            one for one in over if not any(loan.is_usable(now) for loan in state.loans_of(one))
        )

    def check_shut_out(self, staff_ids: Collection[str]) -> None:
        """Raises ``Refusal`` ``staff.last_supervisors`` when the terminal would be left with fewer
        than two supervisors whose keys open it."""
        today, house = self.now().date(), self._rules.house
        rules.check_shut_out(self._control.state, staff_ids, today, house)

    def without_numbers(self) -> frozenset[str]:
        """Who is not entitled to the number key (番号鍵) today: gone, or without any right in
        force or to come that uses individual numbers. Supervisors and administrators hold the
        key to pass it on."""
        today, state = self.now().date(), self._control.state
        entitled = {one.staff_id for one in state.grants.values() if self._uses_numbers(one, today)}
        return frozenset(set(state.people) - entitled) | self.gone()

    def _uses_numbers(self, grant: Grant, today: date) -> bool:
        known = self._catalog.get(grant.function_id)
        passes_on = grant.function_id in (self._catalog.supervises, self._catalog.administers)
        uses = passes_on or (known is not None and known.my_number is not MyNumber.NONE)
        problem = grant.problem(today, self._rules.calendar)
        return uses and problem in ("", "right.not_yet")

    @property
    def catalog(self) -> Catalog:
        """The functions by which this gate judges."""
        return self._catalog

    @property
    def calendar(self) -> BusinessCalendar:
        """The business days by which this gate judges."""
        return self._rules.calendar

    @property
    def store_id(self) -> str:
        """The store that this gate stands before, as genesis names it."""
        return self._control.state.store_id

    def office_card(self, place: str) -> OfficeCard | None:
        """What two persons put in force for the papers of a place as of today; it names nobody
        but whom every paper names, and leaves no line."""
        put = self._control.state.office_card(place, self.now().date())
        return put.card if put is not None else None

    def has_visitor_window(self) -> bool:
        """Whether the administrator lets a second monitor be turned to the visitor."""
        return self._control.state.in_force.text("visitor.window") == "on"

    def table_package(self) -> PutPackage | None:
        """The package whose tables are used today; None for those that came with the program."""
        return self._control.state.table_package(self.now().date())

    def start(self, today: date) -> Start:
        """How far the founders' start has come."""
        return start_of(self._control.state, today, self._catalog)

    def now(self) -> datetime:
        """The present moment by the gate's clock, for what a service stamps or prints."""
        return self._clock.now()
