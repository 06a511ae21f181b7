"""Golden pictures of the forms: made anew with ``python -m tests.golden.pictures``.

Look at each new picture before it is committed: the test only says that nothing changed.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from app.core.tables import load_tables, shipped_tables
from forms.fonts import load_fonts
from forms.items import FormData
from forms.press import Press
from forms.preview import count_pages, preview
from tests.support.form_examples import EXAMPLES, FULL_CERTIFICATE, NOW, PROVISIONAL_NOTICE

FOLDER = Path(__file__).resolve().parent / "forms"
DPI = 100

CASES: dict[str, tuple[str, FormData, bool]] = {
    **{form_id: (form_id, data, False) for form_id, data in EXAMPLES.items()},
    "FORM-N1-provisional": ("FORM-N1", PROVISIONAL_NOTICE, True),
    "FORM-04-full-training": ("FORM-04", FULL_CERTIFICATE, True),
}


def make_press() -> Press:
    return Press(load_fonts(), load_tables(shipped_tables()))


def draw_case(press: Press, case: str) -> dict[str, Image.Image]:
    """The pages of a case by file name, in colours reduced to keep the files small."""
    form_id, data, training = CASES[case]
    pdf = press.render(form_id, data, training=training, now=NOW).pdf
    return {
        f"{case}-{page + 1}.png": Image.open(io.BytesIO(preview(pdf, page, DPI).png()))
        for page in range(count_pages(pdf))
    }


def difference(one: Image.Image, other: Image.Image) -> float:
    """The greatest difference of two pictures averaged over 4 × 4 pixels, 0 to 255."""
    if one.size != other.size:
        return 255.0
    first, second = (np.asarray(image.convert("RGB"), dtype=np.float64) for image in (one, other))
    rows, columns = (edge // 4 * 4 for edge in first.shape[:2])
    apart = np.abs(first - second).mean(axis=2)[:rows, :columns]
    return float(apart.reshape(rows // 4, 4, columns // 4, 4).mean(axis=(1, 3)).max())


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    press = make_press()
    for case in CASES:
        for name, image in draw_case(press, case).items():
            image.quantize(32).save(FOLDER / name, "PNG", optimize=True)


if __name__ == "__main__":
    main()
