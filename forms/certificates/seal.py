"""The insurer's seal (印) on a certificate: an image, engraved characters, or its omission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from forms.drawing import VERMILION, Sheet, Style
from forms.record import Box


@dataclass(frozen=True, slots=True)
class SealImage:
    """The registered image of the seal as PNG (印影印刷)."""

    png: bytes


@dataclass(frozen=True, slots=True)
class SealCharacters:
    """A seal set from its characters, column by column from the right."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealOmitted:
    """No seal; the wording that says so."""

    wording: str = "（公印省略）"


Seal: TypeAlias = SealImage | SealCharacters | SealOmitted


def draw_seal(sheet: Sheet, seal: Seal, box: Box) -> None:
    """Draw the seal into a square box."""
    if isinstance(seal, SealImage):
        sheet.picture(seal.png, box)
    else:
        sheet.once((seal, box), lambda: _draw_words(sheet, seal, box))


def _draw_words(sheet: Sheet, seal: SealCharacters | SealOmitted, box: Box) -> None:
    if isinstance(seal, SealCharacters):
        _engrave(sheet, seal, box)
    else:
        sheet.label(seal.wording, box, Style(8, least=5, align="center"))


def _engrave(sheet: Sheet, seal: SealCharacters, box: Box) -> None:
    sheet.frame(box, 0.5, radius=0.6, colour=VERMILION)
    inner = box.inset(0.7, 0.7)
    across = inner.width / len(seal.columns)
    for number, column in enumerate(seal.columns):
        left = inner.right - (number + 1) * across
        down = inner.height / len(column)
        style = Style(
            min(across, down) * 72 / 25.4 * 0.94, role="mincho", align="center", colour=VERMILION
        )
        for place, char in enumerate(column):
            sheet.label(char, Box(left, inner.top + place * down, across, down), style)
