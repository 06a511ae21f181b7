"""What the gate hands a handler: the unit of work, narrowed to what was approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, TableClause
from sqlalchemy.sql.base import Executable

from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Subject
from app.security.control.state import ControlState
from app.security.journal.line import is_id
from app.security.keys.my_number import MyNumbers
from app.security.refusals import misuse
from app.security.staff.grants import Grant
from db.work import Work

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class GateWork:
    """The store's unit of work, plus who does what when.

    ``staff_id`` is the operator (``system`` for the terminal's own work), ``at`` the moment
    of the act, ``subject`` and ``purpose`` as approved. ``opened`` are the restricted persons
    (支援措置) who are open to the operator now, with the moment (ISO) at which they close. The
    reading and writing calls are those of ``db.work.Work`` and see only what the function
    declares.
    """

    def __init__(
        self, work: Work, staff_id: str, at: datetime, subject: Subject, purpose: str
    ) -> None:
        self.staff_id = staff_id
        self.at = at
        self.subject = subject
        self.purpose = purpose
        self._work = work
        self._numbers: MyNumbers | None = None
        self._control: ControlState | None = None
        self._days: BusinessCalendar | None = None
        self.opened: Mapping[str, str] = {}

    @property
    def whole(self) -> GateWork:
        """The same, reading with what is hidden of restricted persons (``db.shown``): to compare
        and to send, never to show. In a view only where the function ``reads_hidden``."""
        tables = cast("Work", self._work.whole)
        seen = GateWork(tables, self.staff_id, self.at, self.subject, self.purpose)
        seen.allow_opened(self.opened)
        return seen

    def allow_opened(self, opened: Mapping[str, str]) -> None:
        """For the gate alone."""
        self.opened = opened

    @property
    def business_days(self) -> BusinessCalendar:
        """The business days (開庁日) that the gate counts by."""
        if self._days is None:
            raise misuse("gate.days", "開庁日の分からない所で、開庁日を数えようとしました。")
        return self._days

    def allow_days(self, calendar: BusinessCalendar) -> None:
        """For the gate alone."""
        self._days = calendar

    def all(self, statement: Executable, params: Values | None = None) -> list[Row[Any]]:
        """All rows, as tuples with names."""
        return self._work.all(statement, params)

    def first(self, statement: Executable, params: Values | None = None) -> Row[Any] | None:
        """The first row, or nothing."""
        return self._work.first(statement, params)

    def one(self, statement: Executable, params: Values | None = None) -> Row[Any]:
        """The one row there must be."""
        return self._work.one(statement, params)

    def scalar(self, statement: Executable, params: Values | None = None) -> Any:
        """The first column of the first row, or ``None``."""
        return self._work.scalar(statement, params)

    def each(
        self, statement: Executable, params: Values | None = None, *, at_once: int = 500
    ) -> Iterator[Row[Any]]:
        """Rows one after another, to be used up inside the block."""
        return self._work.each(statement, params, at_once=at_once)

    def fact(self, name: str) -> str | None:
        """A fact of the store that the function declares; None where it has no such fact."""
        return self._work.fact(name)

    def facts(self, under: str) -> dict[str, str]:
        """The facts whose names begin so, where the function declares all of them."""
        return self._work.facts(under)

    @property
    def my_number(self) -> MyNumbers:
        """Individual numbers; there only when the function declares it and the operator
        holds the number key. Raises ``Bug`` ``gate.my_number`` else."""
        if self._numbers is None:
            raise misuse("gate.my_number", "個人番号を扱わない機能が個人番号を使おうとしました。")
        return self._numbers

    @property
    def control(self) -> ControlState:
        """Who may do what by the control log; there when the function declares a table whose
        rows follow from it. Raises ``Bug`` ``gate.control`` else."""
        if self._control is None:
            raise misuse("gate.control", "権限を扱わない機能が権限を使おうとしました。")
        return self._control

    def allow_control(self, state: ControlState | None) -> None:
        """For the gate alone."""
        self._control = state

    def allow_numbers(self, numbers: MyNumbers) -> None:
        """For the gate alone."""
        self._numbers = numbers


class ActWork(GateWork):
    """The unit of work of an act or of the terminal's own work.

    ``content`` is what was approved, nothing else reaches the handler; ``line`` is the number
    of the journal's ``begun`` line. ``changed_rights`` are the rights that the deed made or
    moved, as they are now.
    """

    def __init__(
        self,
        work: Work,
        staff_id: str,
        at: datetime,
        subject: Subject,
        purpose: str,
        content: Any,
        line: int,
    ) -> None:
        super().__init__(work, staff_id, at, subject, purpose)
        self.content = content
        self.line = line
        self.changed_rights: tuple[Grant, ...] = ()

    def run(self, statement: Executable, params: Values | None = None) -> int:
        """Insert, update or delete; the number of rows concerned."""
        return self._work.run(statement, params)

    def set_fact(self, name: str, value: str) -> None:
        """Write a fact of the store that the function declares under ``writes``."""
        self._work.set_fact(name, value)

    def drop_fact(self, name: str) -> None:
        """Take such a fact away; nothing happens where there is none."""
        self._work.drop_fact(name)

    def new_id(self) -> str:
        """A fresh id ``<terminal>-<epoch>-<number>``."""
        return self._work.new_id()

    def insert_rows(
        self, table: TableClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> int:
        """Insert many rows given as tuples in the order of ``names``."""
        return self._work.insert_rows(table, names, rows)

    def new_ids(self, count: int) -> list[str]:
        """``count`` fresh ids at once."""
        return self._work.new_ids(count)

    def next(self, name: str) -> int:
        """The next number of a counter."""
        return self._work.next(name)

    def counted(self, name: str) -> int:
        """The last number that ``next(name)`` gave; 0 before the first."""
        return self._work.counted(name)


class ViewWork(GateWork):
    """The unit of work of a view. ``note`` what was shown before the block ends."""

    def __init__(
        self, work: Work, staff_id: str, at: datetime, subject: Subject, purpose: str
    ) -> None:
        super().__init__(work, staff_id, at, subject, purpose)
        self.shown: tuple[str, ...] = ()
        self.query_kind = ""
        self.numbers = False
        self._rights: frozenset[str] | None = None

    @property
    def permitted(self) -> frozenset[str]:
        """The functions that the person may run, there when the function lists what waits in
        every area. Raises ``Bug`` ``gate.rights`` else."""
        if self._rights is None:
            raise misuse("gate.rights", "権限を見ない機能が権限を使おうとしました。")
        return self._rights

    def allow_rights(self, rights: frozenset[str] | None) -> None:
        """For the gate alone."""
        self._rights = rights

    def note(
        self, *, shown: Sequence[str] = (), query_kind: str = "", numbers: bool = False
    ) -> None:
        """For the journal line: whose rows are shown (ids of ours), the kind of query (never
        its text), whether individual numbers are among it. Raises ``Bug`` ``gate.note`` for
        anything that is no id."""
        if not all(is_id(text) for text in (*shown, query_kind)):
            raise misuse("gate.note", "操作記録に書けない内容を書こうとしました。")
        self.shown = tuple(shown)
        self.query_kind = query_kind
        self.numbers = numbers
