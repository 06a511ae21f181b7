"""Every form looks as it was last looked at."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from forms.press import Press
from tests.golden.pictures import FOLDER, difference, draw_case, make_press
from tests.support.form_examples import CASES, DRAWN

TOLERANCE = 24.0  # of 255, over 3 × 3 pixels: fewer greys in the kept picture, not another stroke


@pytest.fixture(scope="module")
def press() -> Press:
    return make_press()


def test_every_form_has_three_golden_pictures() -> None:
    wanted = {f"{form.id}-{which}-1.png" for form in DRAWN for which, _ in form.examples or ()}
    assert len(wanted) == 3 * len(DRAWN)
    assert wanted <= {path.name for path in FOLDER.glob("*.png")}


@pytest.mark.req("FORM-04", "FORM-08", "FORM-10")
@pytest.mark.parametrize(("form_id", "which"), CASES)
def test_form_looks_as_before(press: Press, form_id: str, which: str) -> None:
    drawn = draw_case(press, form_id, which)
    kept = {path.name for path in FOLDER.glob(f"{form_id}-{which}-*.png")}
    assert set(drawn) == kept
    for name, image in drawn.items():
        path = FOLDER / name
        assert path.stat().st_size < 150_000
        assert difference(image, Image.open(path)) < TOLERANCE, name


def test_one_missing_stroke_is_seen(press: Press) -> None:
    """The tolerance is finer than the middle stroke of a small 日 (0.1 mm high, 0.8 mm wide)."""
    one = draw_case(press, "FORM-04", "typical")["FORM-04-typical-1.png"]
    pixels = np.asarray(one.convert("L"))
    # 有効期限's 日 in the caption row of the issue day: the darkest short row of the small text.
    top, left = 58, 282
    area = pixels[top : top + 24, left : left + 140]
    row, column = (int(at) for at in np.unravel_index(int(area.argmin()), area.shape))
    changed = one.copy()
    changed.paste(
        (255, 255, 255), (left + column - 2, top + row - 1, left + column + 3, top + row + 1)
    )
    assert difference(one, changed) > TOLERANCE
