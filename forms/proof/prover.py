"""The checks of the proof, one function each, over what was read back."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import zxingcpp

from app.core.text import clusters
from forms.fonts import SUBSTITUTE
from forms.items import FormData, printed_items
from forms.pdfium import open_pdf, render_page
from forms.proof.failure import Check, ProofFailed
from forms.proof.ink import PagePicture, dark, difference, paint
from forms.proof.pdf_fonts import FontInPdf, PdfObjects, UnreadablePdfError
from forms.proof.reading import ReadCluster, read_clusters
from forms.proof.sources import SourceFonts, embedded_outlines
from forms.record import (
    MM_PER_POINT,
    Box,
    DrawnBarcode,
    DrawnField,
    DrawnPicture,
    DrawRecord,
    Weight,
)

DPI = 300
INK_TOLERANCE = 0.28
"""Greatest difference of ink (``ink.difference``); whole prints stay below 0.23."""

_BOX_SLACK = 0.15  # mm: an outline may stand out of its em box by a hair
_WHITE, _LEAST_INK = 240, 0.01
"""Which channel values are paper, and the share of an image that must be more than paper."""
_QUIET_ZONE = 2.5  # mm around a barcode that go to the reader with it
_LABELS = "様式の文言"


@dataclass(frozen=True, slots=True)
class ProofReport:
    """What was looked at; a report exists only when every check passed."""

    fields: int
    clusters: int
    inked: int
    outlines: int
    barcodes: int


def prove(
    pdf: bytes,
    record: DrawRecord,
    data: FormData,
    sources: SourceFonts,
    *,
    picture: bool = True,
    first: int | None = None,
) -> ProofReport:
    """Prove the PDF against the data; raises ProofFailed with the check and the item.

    ``picture=False`` leaves out ink and barcodes. ``first`` is the page at which this paper
    begins in a file that holds several, whose outlines are proved once; without it the file holds
    this paper alone.
    """
    titles = {item.name: item.title for item in printed_items(data)}
    outlines = prove_outlines(objects_of(pdf), sources) if first is None else 0
    read: dict[int, list[ReadCluster]] = {}
    inked = 0
    with open_pdf(pdf) as document:
        alone, begins = first is None, first or 0
        if len(document) < begins + len(record.pages) or (
            alone and len(document) != len(record.pages)
        ):
            raise ProofFailed(Check.TEXT, "ページ数")
        for page, size in enumerate(record.pages):
            found = read_clusters(document, begins + page)
            fields = [number for number, f in enumerate(record.fields) if f.page == page]
            owned = _assign(record, fields, found, page)
            for number in fields:
                _prove_box(record.fields[number], owned[number], size, titles)
            read.update(owned)
            barcodes = [barcode for barcode in record.barcodes if barcode.page == page]
            values = [number for number in fields if record.fields[number].weight is Weight.VALUE]
            images = [image for image in record.pictures if image.page == page]
            if picture and (values or barcodes or images):
                drawn = PagePicture(render_page(document, begins + page, DPI), size)
                for number in values:
                    _prove_ink(record.fields[number], owned[number], drawn, sources, titles)
                for barcode in barcodes:
                    _prove_barcode(barcode, drawn, data)
                for image in images:
                    _prove_picture(image, drawn)
                inked += len(values)
    _prove_texts(record, read, data, titles)
    return ProofReport(
        fields=len(record.fields),
        clusters=sum(len(found) for found in read.values()),
        inked=inked,
        outlines=outlines,
        barcodes=len(record.barcodes) if picture else 0,
    )


def objects_of(pdf: bytes) -> PdfObjects:
    """The objects of a file; raises ProofFailed for one that is not built as ours are."""
    try:
        return PdfObjects(pdf)
    except (UnreadablePdfError, KeyError, IndexError, ValueError, TypeError) as cause:
        raise ProofFailed(Check.FONT, "フォントの構造") from cause


def prove_outlines(objects: PdfObjects, sources: SourceFonts) -> int:
    """(c) Every code of every font draws what the source font holds for its text."""
    try:
        fonts = list(objects.fonts())
    except (UnreadablePdfError, KeyError, IndexError, ValueError, TypeError) as cause:
        raise ProofFailed(Check.FONT, "フォントの構造") from cause
    return sum(_prove_font(font, sources) for font in fonts)


def _prove_font(font: FontInPdf, sources: SourceFonts) -> int:
    if font.program is None:
        raise ProofFailed(Check.FONT, font.name)
    source = sources.named(font.name)
    if source is None:
        raise ProofFailed(Check.OUTLINE, font.name)
    drawn = embedded_outlines(font.program)
    for code, text in font.texts.items():
        wanted = source.find_glyph(text)
        glyph = font.glyphs.get(code)
        if wanted is None or glyph is None:
            raise ProofFailed(Check.OUTLINE, font.name)
        if source.embedded_outline(drawn, glyph) != source.outline(wanted):
            raise ProofFailed(Check.OUTLINE, font.name)
    return len(font.texts)


def _assign(
    record: DrawRecord, numbers: list[int], found: list[ReadCluster], page: int
) -> dict[int, list[ReadCluster]]:
    """Give every cluster on the page to the smallest field that its origin lies in."""
    owned: dict[int, list[ReadCluster]] = {number: [] for number in numbers}
    by_size = sorted(
        (number for number in numbers if record.fields[number].weight is not Weight.BACKDROP),
        key=lambda number: record.fields[number].box.width * record.fields[number].box.height,
    )
    # 見本 is drawn first, under everything, one mark after the other.
    behind = [
        number
        for number in numbers
        if record.fields[number].weight is Weight.BACKDROP
        for _ in record.fields[number].glyphs
    ]
    last: tuple[int, ...] = ()  # neighbours mostly lie in the same field
    for order, cluster in enumerate(found):
        if order < len(behind):
            owned[behind[order]].append(cluster)
            continue
        owner = next(
            (
                number
                for number in (*last, *by_size)
                if record.fields[number].box.holds_point(cluster.x, cluster.y, 0.01)
            ),
            None,
        )
        if owner is None:
            raise ProofFailed(Check.BOX, "枠の外の文字", page)
        owned[owner].append(cluster)
        last = (owner,)
    return owned


def _prove_box(
    field: DrawnField,
    read: list[ReadCluster],
    size: tuple[float, float],
    titles: dict[str, str],
) -> None:
    """(b) Every outline inside its field, on the sheet, in an embedded font."""
    where = titles.get(field.name, _LABELS)
    sheet = Box(0.0, 0.0, *size)
    for cluster in read:
        if not cluster.embedded:
            raise ProofFailed(Check.FONT, where, field.page)
        if field.weight is Weight.BACKDROP:
            continue
        if not (field.box.holds(cluster.box, _BOX_SLACK) and sheet.holds(cluster.box)):
            raise ProofFailed(Check.BOX, where, field.page)


def _prove_texts(
    record: DrawRecord,
    read: dict[int, list[ReadCluster]],
    data: FormData,
    titles: dict[str, str],
) -> None:
    """(a) Every text reads as it was drawn, and every item of the data stands on the paper."""
    texts = {number: "".join(cluster.text for cluster in found) for number, found in read.items()}
    for number, field in enumerate(record.fields):
        if texts[number] != field.text:
            raise ProofFailed(Check.TEXT, titles.get(field.name, _LABELS), field.page)
    standing: dict[str, list[int]] = {}
    for number, field in enumerate(record.fields):
        standing.setdefault(field.name, []).append(number)
    for item in printed_items(data):
        places = standing.get(item.name, ())
        if not places:
            raise ProofFailed(Check.TEXT, item.title)
        for number in places:
            field = record.fields[number]
            absent = {glyph.cluster for glyph in field.glyphs if glyph.text != glyph.cluster}
            wanted = "".join(
                SUBSTITUTE if cluster in absent else cluster for cluster in clusters(item.text)
            )
            shape_fails = item.pattern and not re.fullmatch(item.pattern, texts[number])
            if texts[number] != wanted or shape_fails:
                raise ProofFailed(Check.TEXT, item.title, field.page)


def _prove_ink(
    field: DrawnField,
    read: list[ReadCluster],
    picture: PagePicture,
    sources: SourceFonts,
    titles: dict[str, str],
) -> None:
    """(b) The picture shows the outlines of the source font, whole, and nothing else."""
    where = titles.get(field.name, field.name)
    crop = picture.crop(field.box)
    if len(read) != len(field.glyphs) or crop.size == 0:
        raise ProofFailed(Check.INK, where, field.page)
    across, down = picture.scale
    left, top = picture.corner(field.box)
    em = field.size * MM_PER_POINT
    pieces = []
    for cluster, drawn in zip(read, field.glyphs, strict=True):
        source = sources.at(drawn.font)
        glyph = source.find_glyph(cluster.text)
        if glyph is None:
            raise ProofFailed(Check.OUTLINE, where, field.page)
        origin = (cluster.x * across - left, cluster.y * down - top)
        pieces.append(
            source.edges(glyph) * np.tile((em * across * field.stretch, -em * down), 2)
            + np.tile(origin, 2)
        )
    expected = paint(np.concatenate(pieces), *crop.shape[:2])
    if difference(dark(crop), expected) > INK_TOLERANCE:
        raise ProofFailed(Check.INK, where, field.page)


def _prove_barcode(barcode: DrawnBarcode, picture: PagePicture, data: FormData) -> None:
    """(d) The picture of the barcode gives back the data's text."""
    crop = picture.crop(barcode.box.inset(-_QUIET_ZONE, -_QUIET_ZONE))
    symbology = getattr(zxingcpp.BarcodeFormat, barcode.symbology)
    found = zxingcpp.read_barcodes(np.ascontiguousarray(crop), formats=symbology, try_rotate=False)
    wanted = getattr(data, barcode.name)
    if [result.text for result in found] != [wanted] or barcode.text != wanted:
        raise ProofFailed(Check.BARCODE, "バーコード", barcode.page)


def _prove_picture(image: DrawnPicture, picture: PagePicture) -> None:
    """Something stands where an image was drawn. What it shows two persons have looked at."""
    crop = picture.crop(image.box)
    if crop.size == 0 or (crop < _WHITE).mean() < _LEAST_INK:
        raise ProofFailed(Check.PICTURE, "画像", image.page)
