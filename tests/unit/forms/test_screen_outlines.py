"""A screen that draws the glyphs of ``split_runs`` shows what the paper will show (TECH 0.2)."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QPainterPath, QRawFont

from forms.fonts import FontSet, Run, split_runs
from forms.proof.sources import SourceFont

SIZE = 64.0


def screen_path(run: Run) -> QPainterPath:
    return QRawFont(str(run.path), SIZE).pathForGlyph(run.glyphs[0].glyph)


@pytest.mark.parametrize("text", ["髙", "﨑", "𠮷", "葛\U000e0102", "辻\U000e0100", "邉\U000e010f"])
def test_screen_draws_the_outline_of_the_paper(
    qapp: QGuiApplication, fonts: FontSet, text: str
) -> None:
    run = split_runs(text, fonts, SIZE).runs[0]
    drawn = screen_path(run).boundingRect()
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
