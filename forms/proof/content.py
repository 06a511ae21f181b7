"""The pages of a batch, read from their operators by our own few lines (not by what wrote them).

A page may hold what is drawn once (named objects), texts and barcodes, each in the one shape that
this house writes, and nothing else: whatever else stands in the operators could lie over a text,
and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.proof.pdf_fonts import FontInPdf, PdfObjects, Reference, UnreadablePdfError
from forms.record import MM_PER_POINT

_N = r"-?[0-9.]+"
_SET = rf"/G\d+ 1 Tf {_N} Tc {_N} 0 0 {_N} {_N} {_N} Tm <[0-9A-F]*> Tj ?"
_STATEMENT = re.compile(
    r"\s*(?:"
    r"(?P<start>1 0 0 1 0 0 cm)"
    r"|/(?P<part>[\w.]+) Do"
    rf"|q BT 0 0 0 rg (?P<text>(?:{_SET})+)ET Q"
    rf"|q 0 0 0 rg (?P<code>{_N} 0 0 {_N} {_N} {_N}) cm (?:\d+ \d+ \d+ 1 re ?)* ?f Q"
    r")\s*"
)
_RUN = re.compile(rf"/(G\d+) 1 Tf ({_N}) Tc ({_N}) 0 0 ({_N}) ({_N}) ({_N}) Tm <([0-9A-F]*)> Tj")


@dataclass(frozen=True, slots=True)
class ReadRun:
    """One run of a text: font, size (points), stretched size, spacing, origin in points from the
    bottom left, codes."""

    font: str
    size: float
    across: float
    spacing: float
    x: float
    y: float
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page: the drawn-once parts that it names, its texts in order, how many barcodes, its
    height in millimetres."""

    parts: tuple[str, ...]
    texts: tuple[tuple[ReadRun, ...], ...]
    barcodes: int
    height: float


class BatchPages:
    """The pages of a file in order, and its fonts by resource name."""

    def __init__(self, objects: PdfObjects) -> None:
        self._objects = objects
        self._pages = objects.pages()
        if not self._pages:
            raise UnreadablePdfError("pages")
        shared = objects.get(objects.get(self._pages[0]["Resources"])["Font"])
        self.fonts: dict[str, FontInPdf] = {
            name: self._objects.font(reference) for name, reference in shared.items()
        }

    def __len__(self) -> int:
        return len(self._pages)

    def read(self, number: int) -> ReadPage:
        """One page. Raises UnreadablePdfError for anything that is not in the shapes known."""
        page = self._pages[number]
        height = float(page["MediaBox"][3]) * MM_PER_POINT
        content = self._objects.stream(page["Contents"]).decode("latin-1")
        named = self._objects.get(self._objects.get(page["Resources"]).get("XObject", {}))
        parts: list[str] = []
        texts: list[tuple[ReadRun, ...]] = []
        barcodes = 0
        for found in _statements(content, number):
            if found["part"]:
                parts.append(_reference(named, found["part"], number))
            elif found["text"]:
                texts.append(tuple(_runs(found["text"])))
            elif found["code"]:
                barcodes += 1
        return ReadPage(tuple(parts), tuple(texts), barcodes, height)


def _statements(content: str, page: int) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(content):
        found = _STATEMENT.match(content, at)
        if found is None or found.end() == at:
            if content[at:].strip():
                raise UnreadablePdfError(f"page {page}, byte {at}")
            return
        yield found
        at = found.end()


def _runs(text: str) -> Iterator[ReadRun]:
    for font, spacing, across, size, x, y, codes in _RUN.findall(text):
        yield ReadRun(
            font,
            float(size),
            float(across),
            float(spacing),
            float(x),
            float(y),
            tuple(int(codes[at : at + 4], 16) for at in range(0, len(codes), 4)),
        )


def _reference(named: Any, name: str, page: int) -> str:
    """The object behind the name, so that two pages which name it differently agree."""
    reference = named.get(name) if isinstance(named, dict) else None
    if not isinstance(reference, Reference):
        raise UnreadablePdfError(f"page {page}, part {name}")
    return str(reference.number)
