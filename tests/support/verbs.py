"""What a clerk does at a counter, one verb each, whatever stands behind the counter.

``Counter`` (a world in memory) and ``Desk`` (a founded terminal beside a real union) say what
they are made of; every verb that drives cases stands here and nowhere else.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy import select

from app.cases import checks, decisions, drafts, issuing, second_look, sending, slips
from app.cases.decisions import DecisionView
from app.cases.drafts import KeyedCase
from app.cases.issuing import DrawnPaper, Issued
from app.cases.kind import CaseKind, Look
from app.cases.state import SUMMARY
from app.core.tables import Tables
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.gate.gate import Gate
from app.security.staff.session import Session
from app.sync.engine import Engine
from db.work import Store
from forms.fonts import load_fonts
from forms.press import Press
from tests.support.world import shared_tables


@functools.cache
def shared_press() -> Press:
    """The press, made once: it reads fonts."""
    return Press(load_fonts(), shared_tables())


class Verbs(ABC):
    """``kind`` is the kind of case that is meant where a verb is not told another; ``second``
    the person who looks a second time. ``who`` is always a person by the name that
    ``logged_in`` knows, "" for whoever stands at the counter."""

    kind: CaseKind = MOVE_IN
    second = ""
    printer: Any

    # -- what the counter is made of -------------------------------------------------------

    @property
    @abstractmethod
    def gate(self) -> Gate:
        """The gate."""

    @property
    @abstractmethod
    def store(self) -> Store:
        """The open store, for looking past the gate."""

    @property
    @abstractmethod
    def tables(self) -> Tables:
        """The tables."""

    @property
    @abstractmethod
    def at(self) -> slips.At:
        """Now and here, as a slip says it."""

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """The engine of this terminal, with the handlers of every area."""

    @abstractmethod
    def logged_in(self, who: str = "") -> AbstractContextManager[Session]:
        """The session of a person."""

    @abstractmethod
    def approvals(self, prepared: PreparedAct) -> Sequence[Approval]:
        """Every touch that the act needs."""

    @abstractmethod
    def entered(self, whom: Any = None, **changed: str) -> KeyedCase:
        """A case keyed to its end; ``changed`` replaces fields of the entry. A counter that
        knows movers keys the papers of ``whom``."""

    @property
    def today(self) -> date:
        """The terminal's day."""
        return self.at.now.date()

    @property
    def drawing(self) -> issuing.Drawing:
        """What papers are drawn with."""
        return issuing.Drawing(self.tables, shared_press(), training=True)

    # -- keying ----------------------------------------------------------------------------

    def begin(self, *, number: str = "", person_id: str = "") -> KeyedCase:
        """A fresh case, with an individual number kept where one is given."""
        with self.logged_in() as session:
            case = drafts.open_case(self.gate, session, self.kind, {}, person_id=person_id)
            return drafts.keep_number(self.gate, session, case, number) if number else case

    def key_in(self, case: KeyedCase, values: Mapping[str, str], step: str = SUMMARY) -> KeyedCase:
        """Save what is keyed."""
        with self.logged_in() as session:
            return drafts.save_draft(self.gate, session, case, values, step)

    def load(self, case_id: str, who: str = "") -> KeyedCase:
        """A case opened again."""
        with self.logged_in(who) as session:
            return drafts.load_case(self.gate, session, self.kind, case_id)

    def warnings(self, case: KeyedCase) -> list[str]:
        """The codes of the warnings of a case."""
        found = checks.check_all(case.kind, sending.entered(case, self.tables, self.today))
        return [finding.code for finding in found if finding.level == "warning"]

    # -- sending ---------------------------------------------------------------------------

    def prepare_send(self, case: KeyedCase, who: str = "", **options: Any) -> PreparedAct:
        """The sending with every warning answered."""
        options = {"answered": self.warnings(case)} | options
        with self.logged_in(who) as session:
            return sending.prepare_send(
                self.gate, session, case, tables=self.tables, today=self.today, **options
            )

    def send(self, case: KeyedCase, who: str = "") -> sending.Sent:
        """Touch and put the notification into the outbox."""
        prepared = self.prepare_send(case, who)
        given = tuple(self.approvals(prepared))
        return sending.perform_send(self.gate, prepared, given, case.kind, self.tables)

    def sent(self, whom: Any = None, **changed: str) -> sending.Sent:
        """Keyed, looked through where the kind asks for it first, and put into the outbox."""
        return self.send(self.looked_first(self.entered(whom, **changed)))

    def looked_first(self, case: KeyedCase) -> KeyedCase:
        """The case looked through where its kind asks for it before the sending."""
        if case.kind.second_look.look is not Look.BEFORE:
            return case
        self.look(case.id, kind=case.kind)
        return self.load(case.id)

    def answered(self, case: KeyedCase) -> DecisionView:
        """The case sent, decided and come back."""
        sent = self.send(case)
        report = self.engine.send_now(sent.outbox_id)
        assert report.accepted, report
        return self.show(sent.case_id, kind=case.kind)

    def contact(self) -> Any:
        """One round with the union, in which nothing goes wrong."""
        report = self.engine.contact()
        assert report.problem is None, report
        assert all(one.problem is None for one in report.received), report
        return report

    # -- what was decided ------------------------------------------------------------------

    def show(self, case_id: str, who: str = "", kind: CaseKind | None = None) -> DecisionView:
        """The case with its decision."""
        with self.logged_in(who) as session:
            return decisions.show(self.gate, session, kind or self.kind, case_id, self.tables)

    def decided(self, whom: Any = None, **changed: str) -> DecisionView:
        """Keyed, sent and answered."""
        return self.answered(self.looked_first(self.entered(whom, **changed)))

    def compare(self, view: DecisionView) -> DecisionView:
        """Record that keyed and decided were compared."""
        with self.logged_in() as session:
            decisions.confirm_comparison(self.gate, session, view)
        return self.show(view.case_id, kind=view.kind)

    def compared(self, whom: Any = None, **changed: str) -> DecisionView:
        """Keyed, sent, answered and compared."""
        return self.compare(self.decided(whom, **changed))

    # -- the paper -------------------------------------------------------------------------

    def draw(self, view: DecisionView) -> DrawnPaper:
        """Number reserved, paper drawn and proved."""
        with self.logged_in() as session:
            return issuing.reserve_and_draw(self.gate, session, view, self.drawing)

    def issue(self, paper: DrawnPaper, view: DecisionView) -> Issued:
        """Touch over the PDF, row, spool."""
        with self.logged_in() as session:
            prepared = issuing.prepare_issue(self.gate, session, paper, view)
        given = tuple(self.approvals(prepared))
        return issuing.perform_issue(self.gate, prepared, given, paper, self.printer)

    def issued(self, whom: Any = None, **changed: str) -> Issued:
        """A whole visit up to the sheet in the printer."""
        view = self.compared(whom, **changed)
        return self.issue(self.draw(view), view)

    def settle(self, issued: Issued, *, good: bool = True, cause: str = "") -> None:
        """Confirm the sheet, or call it spoilt."""
        with self.logged_in() as session:
            issuing.settle_sheet(self.gate, session, issued, good=good, cause=cause)

    def slip(self, case_id: str) -> None:
        """Print the acceptance slip (受付票)."""
        case = self.load(case_id)
        with self.logged_in() as session:
            slips.print_slip(self.gate, session, case, self.drawing, self.printer, self.at)

    # -- the second person -----------------------------------------------------------------

    def look(self, case_id: str, who: str = "", kind: CaseKind | None = None) -> None:
        """The second look by somebody else."""
        looked = kind or self.kind
        with self.logged_in(who or self.second) as session:
            view = decisions.show(self.gate, session, looked, case_id, self.tables)
            prepared = second_look.prepare_second_look(self.gate, session, view)
            given = tuple(self.approvals(prepared))
            second_look.perform_second_look(self.gate, prepared, given, looked)

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table of the store, with what is hidden of restricted persons."""
        with self.store.view((table.name,), whole=True) as work:
            return work.whole.all(select(table))
