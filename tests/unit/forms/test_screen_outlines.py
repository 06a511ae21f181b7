"""A screen that draws the glyphs of ``split_runs`` shows what the paper will show (TECH 0.2)."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPainterPath, QRawFont

from app.ui.base.names import NamePainter
from forms.fonts import FontSet, Run, split_runs
from forms.proof.sources import SourceFont

SIZE = 64.0


def raw_path(run: Run) -> QPainterPath:
    """The outline as Qt reads it from the file by itself."""
    return QRawFont(str(run.path), SIZE).pathForGlyph(run.glyphs[0].glyph)


@pytest.mark.parametrize("text", ["髙", "﨑", "𠮷", "葛\U000e0102", "辻\U000e0100", "邉\U000e010f"])
def test_screen_draws_the_outline_of_the_paper(
    qapp: QGuiApplication, fonts: FontSet, text: str
) -> None:
    run = split_runs(text, fonts, SIZE).runs[0]
    drawn = NamePainter(fonts).path(text, SIZE)[0].boundingRect()
    raw = raw_path(run).boundingRect()
    assert drawn.getRect() == pytest.approx(raw.getRect(), abs=0.5)
    source = SourceFont(run.path)
    glyph = source.find_glyph(text)
    assert glyph is not None
    edges = source.edges(glyph) * SIZE
    x, y = edges[:, [0, 2]], edges[:, [1, 3]]
    expected = (x.min(), -y.max(), np.ptp(x), np.ptp(y))
    seen = (drawn.left(), drawn.top(), drawn.width(), drawn.height())
    assert seen == pytest.approx(expected, abs=1.0)


def test_screen_tells_a_variant_from_the_bare_character(
    qapp: QGuiApplication, fonts: FontSet
) -> None:
    variant = split_runs("葛\U000e0102", fonts, SIZE).runs[0]
    bare = variant.font.find_glyph("葛")
    assert bare is not None
    font = QRawFont(str(variant.path), SIZE)
    assert font.pathForGlyph(variant.glyphs[0].glyph) != font.pathForGlyph(bare)


def test_what_is_inside_is_filled_as_qt_fills_it(qapp: QGuiApplication, fonts: FontSet) -> None:
    """Counters stay empty and strokes that cross stay full: the same picture either way."""
    for text in ("髙", "囲", "口", "葛\U000e0102"):
        run = split_runs(text, fonts, SIZE).runs[0]
        ours, theirs = (
            _picture(path) for path in (NamePainter(fonts).path(text, SIZE)[0], raw_path(run))
        )
        assert np.abs(ours - theirs).mean() < 0.02 and ours.mean() > 0.02


def _picture(path: QPainterPath) -> np.ndarray:
    side = 80
    image = QImage(side, side, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(8, 64)
    painter.fillPath(path, QColor("white"))
    painter.end()
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(side, image.bytesPerLine())
    return rows[:, :side] / 255
