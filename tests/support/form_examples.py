"""The forms' own examples under the names that the tests use (``forms.form.Examples``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.clock import JST
from forms.catalog import FORMS, get_form
from forms.form import Form

NOW = datetime(2026, 11, 21, 10, 15, 30, tzinfo=JST)

DRAWN: tuple[Form, ...] = tuple(form for form in FORMS if form.draw is not None)
"""The forms that are printed."""


def example(form_id: str, which: str = "typical") -> Any:
    """The example of a form: typical, longest or oddest."""
    return dict(get_form(form_id).examples or ())[which]


CASES = [(form.id, which) for form in DRAWN for which, _ in form.examples or ()]
"""Every example of every form that is printed."""

CERTIFICATE = example("FORM-04")
FULL_CERTIFICATE = example("FORM-04", "longest")
NOTICE = example("FORM-N1")
PROVISIONAL_NOTICE = example("FORM-N1", "longest")
ACCEPTANCE_SLIP = example("FORM-N2")
EXAMPLES = {form.id: example(form.id) for form in DRAWN}
