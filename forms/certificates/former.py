"""The papers of the years before 2024-12-02 (DOMAIN 5.1, CON-24): known by name, so that the
history says what somebody once held. They have no drawing: they are never printed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forms.form import CERTIFICATE, DECISION, Form
from forms.items import item

LAST_DAY = date(2024, 12, 1)
"""The last day on which one of them was issued; those in hand held until 2025-07-31."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerPaperData:
    """What the history knows of one."""

    number: str = item("番号", required=False)


def _former(form_id: str, title: str, decided: str) -> Form:
    return Form(
        id=form_id,
        title=title,
        kind=CERTIFICATE,
        data=FormerPaperData,
        draw=None,
        source=DECISION,
        numbered=True,
        paper="",
        decided=decided,
        valid_from=date(2008, 4, 1),
        valid_to=LAST_DAY,
    )


FORMS = (
    _former("FORM-01", "後期高齢者医療被保険者証", "insured_card"),
    _former("FORM-02", "後期高齢者医療短期被保険者証", "short_term_card"),
    _former("FORM-03", "後期高齢者医療被保険者資格証明書", "qualification_certificate"),
    _former("FORM-07", "限度額適用認定証", "limit_certificate"),
    _former("FORM-09", "限度額適用・標準負担額減額認定証", "reduced_meal_certificate"),
)
