"""Every form looks as it was last looked at."""

from __future__ import annotations

import pytest
from PIL import Image

from forms.catalog import FORMS
from forms.press import Press
from tests.golden.pictures import CASES, FOLDER, difference, draw_case, make_press

TOLERANCE = 40.0  # of 255, over 4 × 4 pixels: another build of the renderer, not another text


@pytest.fixture(scope="module")
def press() -> Press:
    return make_press()


def test_every_form_has_a_golden_picture() -> None:
    assert {form.id for form in FORMS} <= {form_id for form_id, _, _ in CASES.values()}


@pytest.mark.req("FORM-04")
@pytest.mark.parametrize("case", CASES)
def test_form_looks_as_before(press: Press, case: str) -> None:
    drawn = draw_case(press, case)
    kept = {path.name for path in FOLDER.glob("*.png") if path.stem.rpartition("-")[0] == case}
    assert set(drawn) == kept
    for name, image in drawn.items():
        path = FOLDER / name
        assert path.stat().st_size < 100_000
        assert difference(image, Image.open(path)) < TOLERANCE, name


def test_another_digit_is_seen(press: Press) -> None:
    """The tolerance is finer than one changed character."""
    one = draw_case(press, "FORM-N2")["FORM-N2-1.png"]
    changed = one.copy()
    changed.paste((255, 255, 255), (100, 150, 400, 170))
    assert difference(one, changed) > TOLERANCE
