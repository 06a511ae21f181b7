"""FORMS: every paper that the terminal prints, declared once (DESIGN 3).

To add a form: one module with its data, where they come from and its drawing, one entry here,
one row in ``resources/tables/print_papers.toml``, one example and golden picture in
``tests/golden``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import Bug
from app.core.tables import Tables
from forms.certificates.eligibility_certificate import (
    EligibilityCertificateData,
    certificate_of,
    draw_eligibility_certificate,
)
from forms.certificates.eligibility_notice import (
    EligibilityNoticeData,
    draw_eligibility_notice,
    notice_of,
)
from forms.drawing import Sheet
from forms.lists.issue_slip import IssueSlipData, draw_issue_slip
from forms.notices.acceptance_slip import AcceptanceSlipData, draw_acceptance_slip
from forms.papers import SheetSize


@dataclass(frozen=True, slots=True)
class Form:
    """One paper. Ids FORM-nn are the requirement list's; FORM-Nn are ours.

    ``kind`` is certificate, notice, slip or list. ``source`` is what it may be printed from:
    ``decision`` (a received decision, CON-07), ``case`` (an accepted notification) or ``issue``
    (a reserved certificate). ``decided`` is the code of the table ``papers`` with which a
    decision orders this paper; the clerk never chooses it; ``from_decision`` then takes the data
    from the decision, the issue number and the tables. ``numbered``: it bears a reserved
    number (DESIGN 7). ``paper`` names its row in ``print_papers``. Both ends of the validity are
    inclusive; None is open.
    """

    id: str
    title: str
    kind: str
    data: type
    draw: Callable[[Sheet, Any, SheetSize], None]
    source: str
    numbered: bool
    paper: str
    decided: str = ""
    from_decision: Callable[[Any, str, Tables], Any] | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def fill(self, decision: Any, number: str, tables: Tables) -> Any:
        """The data of this paper from a decision that orders it. Raises ValueError for a paper
        that no decision orders."""
        if self.from_decision is None:
            raise ValueError(f"{self.id} is not drawn from a decision")
        return self.from_decision(decision, number, tables)

    def holds_on(self, day: date) -> bool:
        """True when the paper is in use on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


FORMS: tuple[Form, ...] = (
    Form(
        id="FORM-04",
        title="後期高齢者医療資格確認書",
        kind="certificate",
        data=EligibilityCertificateData,
        draw=draw_eligibility_certificate,
        source="decision",
        numbered=True,
        paper="FORM-04",
        decided="eligibility_certificate",
        from_decision=certificate_of,
        valid_from=date(2024, 12, 2),  # abolition of the 被保険者証 (DOMAIN 5.1)
    ),
    Form(
        id="FORM-N1",
        title="資格情報のお知らせ",
        kind="notice",
        data=EligibilityNoticeData,
        draw=draw_eligibility_notice,
        source="decision",
        numbered=True,
        paper="FORM-N1",
        decided="eligibility_notice",
        from_decision=notice_of,
        valid_from=date(2026, 8, 1),  # not issued before (DOMAIN 5.1)
    ),
    Form(
        id="FORM-N2",
        title="受付票",
        kind="slip",
        data=AcceptanceSlipData,
        draw=draw_acceptance_slip,
        source="case",
        numbered=False,
        paper="FORM-N2",
    ),
    Form(
        id="FORM-N3",
        title="発行票",
        kind="list",
        data=IssueSlipData,
        draw=draw_issue_slip,
        source="issue",
        numbered=False,
        paper="FORM-N3",
    ),
)


def get_form(form_id: str, forms: tuple[Form, ...] = FORMS) -> Form:
    """The form of this id, which must exist."""
    for form in forms:
        if form.id == form_id:
            return form
    raise Bug(
        "forms.unknown_form",
        f"帳票 {form_id} は登録されていません。",
        "プログラムの誤りです。システム管理者に連絡してください。",
    )


def find_decided_form(paper: str, day: date, forms: tuple[Form, ...] = FORMS) -> Form | None:
    """The form that a decision with this code of ``papers`` orders on a day; None for none."""
    return next(
        (form for form in forms if paper and form.decided == paper and form.holds_on(day)), None
    )
