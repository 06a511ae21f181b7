"""FORMS: every paper of the terminal, collected from the modules that declare them (DESIGN 3).

To add a form: docs/howto/add-a-form.md.
"""

from __future__ import annotations

from datetime import date

from app.core.errors import Bug
from forms.applications import eligibility, papers, recognitions
from forms.certificates import (
    burden_certificate,
    coverage_certificate,
    dependant_certificate,
    disability_certificate,
    disease_certificate,
    disease_recipient,
    eligibility_certificate,
    eligibility_notice,
    former,
    move_out_set,
)
from forms.form import Form
from forms.lists import (
    audit_pages,
    disclosure,
    erasure_certificate,
    issue_list,
    issue_slip,
    ledger_pages,
    ledgers,
    media_ledger,
    number_registers,
    posting_book,
    premium_trial,
    remake_notice,
    review_report,
    screen_copy,
    test_page,
    union_papers,
)
from forms.notices import (
    acceptance_slip,
    address_exception,
    hand_on_slip,
    next_steps,
    returned_receipt,
)

FORMS: tuple[Form, ...] = (
    eligibility_certificate.FORM,
    eligibility_notice.FORM,
    disease_recipient.FORM,
    burden_certificate.FORM,
    disability_certificate.FORM,
    disease_certificate.FORM,
    dependant_certificate.FORM,
    move_out_set.FORM,
    coverage_certificate.FORM,
    address_exception.FORM,
    acceptance_slip.FORM,
    issue_slip.FORM,
    issue_list.FORM,
    posting_book.FORM,
    test_page.FORM,
    returned_receipt.FORM,
    hand_on_slip.FORM,
    next_steps.FORM,
    media_ledger.FORM,
    erasure_certificate.FORM,
    *audit_pages.FORMS,
    disclosure.FORM,
    remake_notice.FORM,
    review_report.FORM,
    screen_copy.FORM,
    premium_trial.FORM,
    union_papers.FORM,
    *ledgers.FORMS,
    *ledger_pages.FORMS,
    number_registers.FORM,
    *eligibility.FORMS,
    *papers.FORMS,
    *recognitions.FORMS,
    *former.FORMS,
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
