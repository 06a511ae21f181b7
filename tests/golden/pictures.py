"""Golden pictures of the forms: made anew with ``python -m tests.golden.pictures``, all on one
contact sheet for people to look at with ``make forms`` (``python -m tests.golden.pictures sheet``).

Look at each new picture before it is committed: the test only says that nothing changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from app.core.tables import load_tables, shipped_tables
from forms.catalog import get_form
from forms.fonts import load_fonts
from forms.form import APPLICATION
from forms.press import Press
from forms.preview import Picture, count_pages, preview
from tests.support.form_examples import CASES, NOW, example

FOLDER = Path(__file__).resolve().parent / "forms"
CONTACT = Path(__file__).resolve().parents[2] / "forms-out"
DPI = 150
_THUMB = 620
_ACROSS = 6
_GREYS = [round(value / 28.34) * 255 // 9 for value in range(256)]
"""Ten greys, to keep the files small."""


def make_press() -> Press:
    return Press(load_fonts(), load_tables(shipped_tables()))


def draw_case(press: Press, form_id: str, which: str) -> dict[str, Image.Image]:
    """The pages of an example by file name; the filled example behind an application once."""
    training = which == "oddest"  # the mark 見本 is looked at on one of the three
    pdf = press.render(form_id, example(form_id, which), training=training, now=NOW).pdf
    return {
        f"{form_id}-{which}-{page + 1}.png": _image(preview(pdf, page, DPI))
        for page in range(count_pages(pdf))
        if page == 0 or which == "typical" or get_form(form_id).kind != APPLICATION
    }


def _image(seen: Picture) -> Image.Image:
    """Straight from the pixels: packing a PNG took most of the time of these tests."""
    return Image.frombytes("RGBA", (seen.width, seen.height), seen.rgba).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The greatest difference of two pictures averaged over 3 × 3 pixels, 0 to 255."""
    if one.size != other.size:
        return 255.0
    first, second = (np.asarray(image.convert("L"), dtype=np.float32) for image in (one, other))
    apart = np.pad(np.abs(first - second), 1)
    rows = apart[:-2] + apart[1:-1] + apart[2:]
    return float(((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9.0).max())


def main() -> None:
    """Write the pictures that are kept."""
    FOLDER.mkdir(exist_ok=True)
    press = make_press()
    kept = set()
    for form_id, which in CASES:
        for name, image in draw_case(press, form_id, which).items():
            image.convert("L").point(_GREYS).quantize(16).save(FOLDER / name, "PNG", optimize=True)
            kept.add(name)
    for path in FOLDER.glob("*.png"):
        if path.name not in kept:
            path.unlink()


def contact_sheet() -> Path:
    """Every page of every example, with its name, on one picture."""
    CONTACT.mkdir(exist_ok=True)
    press = make_press()
    pages = [page for form_id, which in CASES for page in draw_case(press, form_id, which).items()]
    rows = -(-len(pages) // _ACROSS)
    whole = Image.new("RGB", (_ACROSS * _THUMB, rows * (_THUMB + 24)), (120, 120, 120))
    pen = ImageDraw.Draw(whole)
    for number, (name, page) in enumerate(pages):
        left, top = number % _ACROSS * _THUMB, number // _ACROSS * (_THUMB + 24)
        page.thumbnail((_THUMB - 16, _THUMB - 8))
        whole.paste(page, (left + (_THUMB - page.width) // 2, top + 20))
        pen.text((left + 8, top + 4), name, (255, 255, 255))
    target = CONTACT / "contact.png"
    whole.save(target)
    return target


if __name__ == "__main__":
    if sys.argv[1:] == ["sheet"]:
        print(contact_sheet())
    else:
        main()
