"""The proof of a batch: every sheet by text and boxes, every new shape and the samples in full.

Every sheet is read from the file's operators (``forms.proof.content``): its texts are the data's,
character by character, black, inside their fields, in embedded fonts whose outlines are the
source fonts' (once for each font and character of the file), and nothing else is drawn. A sheet
whose *shape* was not seen before in the file (other parts, fields or lines), and each of the
samples, is proved with PDFium as well: text layer, ink at 300 dpi, barcodes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from forms.fonts import SUBSTITUTE
from forms.items import FormData, printed_items
from forms.proof.content import BatchPages, ReadPage, ReadRun
from forms.proof.failure import Check, ProofFailed
from forms.proof.pdf_fonts import UnreadablePdfError
from forms.proof.prover import objects_of, prove, prove_outlines
from forms.proof.sources import SourceFonts
from forms.record import MM_PER_POINT, DrawnField, DrawRecord, Weight

_SLACK = 0.15  # mm: an outline may stand out of its em box by a hair
_LABELS = "様式の文言"


@dataclass(slots=True)
class BatchReport:
    """What was looked at. ``pictures`` are the sheets that were proved in full."""

    sheets: int = 0
    clusters: int = 0
    outlines: int = 0
    pictures: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Extent:
    """A code of a font: what it copies out as, how far the next one is, and its outline's box,
    all but the text in ems."""

    text: str
    advance: float
    left: float
    bottom: float
    right: float
    top: float


def prove_batch(
    pdf: bytes,
    papers: Sequence[tuple[DrawRecord, FormData]],
    sources: SourceFonts,
    samples: Collection[int] = (),
) -> BatchReport:
    """Prove every paper of one file, in order. ``samples`` are the numbers (from 0) of those that
    are proved in full beside the new shapes. Raises ProofFailed."""
    objects = objects_of(pdf)
    report = BatchReport(outlines=prove_outlines(objects, sources))
    try:
        pages = BatchPages(objects)
        extents = _Extents(pages, sources)
        wanted = sum(len(record.pages) for record, _ in papers)
        if len(pages) != wanted:
            raise ProofFailed(Check.TEXT, "ページ数")
        seen: set[object] = set()
        first = 0
        for number, (record, data) in enumerate(papers):
            read = [pages.read(first + page) for page in range(len(record.pages))]
            report.clusters += _prove_sheet(record, data, read, extents)
            shape = _shape(record, read)
            if shape not in seen or number in samples:
                seen.add(shape)
                prove(pdf, record, data, sources, first=first)
                report.pictures.append(number)
            first += len(record.pages)
            report.sheets += 1
    except (UnreadablePdfError, KeyError, IndexError, ValueError, TypeError) as cause:
        raise ProofFailed(Check.BOX, "枠の外の文字") from cause
    return report


class _Extents:
    """The codes of a file's fonts with their measures in the source fonts."""

    def __init__(self, pages: BatchPages, sources: SourceFonts) -> None:
        self._pages = pages
        self._sources = sources
        self._known: dict[tuple[str, int], _Extent] = {}

    def of(self, font: str, code: int) -> _Extent:
        """One code; raises ProofFailed for one that is not embedded."""
        key = (font, code)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._measure(font, code)
        return found

    def _measure(self, font: str, code: int) -> _Extent:
        read = self._pages.fonts[font]
        source = self._sources.named(read.name) if read.program is not None else None
        if source is None:
            raise ProofFailed(Check.FONT, read.name)
        text = read.texts[code]
        glyph = source.find_glyph(text)
        if glyph is None:
            raise ProofFailed(Check.OUTLINE, read.name)
        left, bottom, right, top = source.bounds(glyph)
        return _Extent(text, source.advance(glyph), left, bottom, right, top)


def _prove_sheet(
    record: DrawRecord, data: FormData, read: Sequence[ReadPage], extents: _Extents
) -> int:
    items = {item.name: item for item in printed_items(data)}
    shown: set[str] = set()
    clusters = 0
    for page, found in enumerate(read):
        moving = [one for one in record.fields if one.page == page and not _is_fixed(one, record)]
        if len(moving) != sum(1 for _ in _grouped(moving, found)):
            raise ProofFailed(Check.TEXT, _LABELS, page)
        if found.barcodes != sum(1 for code in record.barcodes if code.page == page):
            raise ProofFailed(Check.BARCODE, "バーコード", page)
        for drawn, runs in _grouped(moving, found):
            item = items.get(drawn.name)
            title = item.title if item is not None else _LABELS
            text = _text_inside(drawn, runs, found.height, extents, title)
            clusters += len(text)
            wanted = item.text if item is not None else drawn.text
            if SUBSTITUTE in text and SUBSTITUTE not in wanted:
                wanted = drawn.text  # 〓 for what no font holds: listed, and seen in the record
            fits = not item or not item.pattern or re.fullmatch(item.pattern, text)
            if text != wanted or not fits:
                raise ProofFailed(Check.TEXT, title, page)
            shown.add(drawn.name)
    for name, item in items.items():
        if name not in shown:
            raise ProofFailed(Check.TEXT, item.title)
    return clusters


def _is_fixed(drawn: DrawnField, record: DrawRecord) -> bool:
    return drawn.weight is not Weight.VALUE and not drawn.moves


def _grouped(
    moving: Sequence[DrawnField], found: ReadPage
) -> Sequence[tuple[DrawnField, tuple[ReadRun, ...]]]:
    """Each field with the runs of its lines: a field of n lines was written as n texts."""
    grouped: list[tuple[DrawnField, tuple[ReadRun, ...]]] = []
    at = 0
    for drawn in moving:
        lines = len({run.baseline for run in drawn.runs})
        runs = tuple(run for text in found.texts[at : at + lines] for run in text)
        at += lines
        grouped.append((drawn, runs))
    if at != len(found.texts):
        raise ProofFailed(Check.BOX, "枠の外の文字")
    return grouped


def _text_inside(
    drawn: DrawnField,
    runs: tuple[ReadRun, ...],
    height: float,
    extents: _Extents,
    title: str,
) -> str:
    """The text of a field's runs, each outline of which lies inside its box."""
    box, said = drawn.box, []
    for run in runs:
        em_across, em_down = run.across * MM_PER_POINT, run.size * MM_PER_POINT
        x, baseline = run.x * MM_PER_POINT, height - run.y * MM_PER_POINT
        lowest = highest = 0.0
        for code in run.codes:
            one = extents.of(run.font, code)
            if (
                x + one.left * em_across < box.left - _SLACK
                or x + one.right * em_across > box.right + _SLACK
            ):
                raise ProofFailed(Check.BOX, title, drawn.page)
            lowest, highest = min(lowest, one.bottom), max(highest, one.top)
            said.append(one.text)
            x += (one.advance + run.spacing) * em_across
        if (
            baseline - highest * em_down < box.top - _SLACK
            or baseline - lowest * em_down > box.bottom + _SLACK
        ):
            raise ProofFailed(Check.BOX, title, drawn.page)
    return "".join(said)


def _shape(record: DrawRecord, read: Sequence[ReadPage]) -> object:
    """What makes a sheet like another: its drawn-once parts, its fields, their lines and whether
    they were made narrower."""
    fields = tuple(
        (one.name, len(one.runs), one.stretch < 1.0)
        for one in record.fields
        if one.weight is Weight.VALUE
    )
    return tuple(page.parts for page in read), fields
