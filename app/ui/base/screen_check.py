"""Draw one small screen and look at it: the part of ``madoguchi self-check`` that needs Qt."""

from __future__ import annotations

from app.core.errors import EnvironmentFault
from app.core.language import in_words
from app.ui.base.application import open_application
from app.ui.base.labels import PlainLabel
from app.ui.base.theme import apply_theme
from forms.fonts import load_fonts


def draw_one_screen() -> str:
    """Show a label in the configured font; returns what was done, in words.

    Raises ``EnvironmentFault`` ``screen.nothing_drawn`` when no ink appears. Without a usable
    platform the process ends (``open_application``).
    """
    app = open_application()
    font = load_fonts().chain("gothic")[0].spec.path
    family = apply_theme(app, font)
    label = PlainLabel("髙﨑　花子")
    label.resize(label.sizeHint())
    picture = label.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    if len(colours) < 2:
        raise EnvironmentFault(
            "screen.nothing_drawn",
            "画面に文字を描けません。",
            "プログラムを入れ直すか、システム管理者に連絡してください。",
        )
    return in_words(
        f"{family} で画面を描きました（{app.platformName()}）。",
        f"drawn in {family} ({app.platformName()}).",
    )
