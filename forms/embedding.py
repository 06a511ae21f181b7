"""Fonts inside the PDF: subset, embedded, and copied out as the very characters of the data.

Every pair of font and drawn cluster gets a code of its own (a CID), so that two sequences which
share an outline still copy out as themselves, selectors and characters beyond U+FFFF included
(ReportLab's own TrueType fonts know neither, TECH 0.4 and 0.5).
"""

from __future__ import annotations

import hashlib
import re
import string
import struct
from collections.abc import Iterable

import uharfbuzz as hb
from reportlab.pdfbase import pdfdoc

from forms.fonts import FontFile

_KEPT_TABLES = frozenset({"glyf", "head", "hhea", "hmtx", "loca", "maxp"})
_FLAGS = (
    hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NO_BIDI_CLOSURE
)
_SYMBOLIC = 4
_PER_BLOCK = 100  # entries that one bfchar block of a CMap may have


class EmbeddedFont:
    """One font of one document; ``resource`` is its name in the page's content."""

    def __init__(self, file: FontFile, resource: str) -> None:
        self.file = file
        self.resource = resource
        self._codes: dict[tuple[str, int], int] = {}

    def code(self, text: str, glyph: int) -> int:
        """The two-byte code that draws ``glyph`` and copies out as ``text``."""
        return self._codes.setdefault((text, glyph), len(self._codes) + 1)

    def add_to(self, document: pdfdoc.PDFDocument) -> pdfdoc.PDFObjectReference:
        """Write subset, widths and text map into the document; returns the font's reference."""
        glyphs = [glyph for _, glyph in self._codes]
        program, new_ids = _subset(self.file.face, glyphs)
        name = pdfdoc.PDFName(_subset_name(self.file.spec.name, program))
        to_glyph = struct.pack(f">{len(glyphs) + 1}H", 0, *(new_ids[glyph] for glyph in glyphs))
        widths = [round(self.file.advance(glyph) * 1000, 3) for glyph in glyphs]
        descendant = _dictionary(
            document,
            Type=pdfdoc.PDFName("Font"),
            Subtype=pdfdoc.PDFName("CIDFontType2"),
            BaseFont=name,
            CIDSystemInfo=pdfdoc.PDFDictionary(
                {
                    "Registry": pdfdoc.PDFString("Adobe"),
                    "Ordering": pdfdoc.PDFString("Identity"),
                    "Supplement": 0,
                }
            ),
            FontDescriptor=self._descriptor(document, name, program),
            DW=1000,
            W=pdfdoc.PDFArray([1, pdfdoc.PDFArray(widths)]),
            CIDToGIDMap=_stream(document, to_glyph),
        )
        return _dictionary(
            document,
            Type=pdfdoc.PDFName("Font"),
            Subtype=pdfdoc.PDFName("Type0"),
            BaseFont=name,
            Encoding=pdfdoc.PDFName("Identity-H"),
            DescendantFonts=pdfdoc.PDFArray([descendant]),
            ToUnicode=_stream(document, _text_map([text for text, _ in self._codes])),
        )

    def _descriptor(
        self, document: pdfdoc.PDFDocument, name: pdfdoc.PDFName, program: bytes
    ) -> pdfdoc.PDFObjectReference:
        return _dictionary(
            document,
            Type=pdfdoc.PDFName("FontDescriptor"),
            FontName=name,
            Flags=_SYMBOLIC,
            FontBBox=pdfdoc.PDFArray(_bounds(self.file, [glyph for _, glyph in self._codes])),
            ItalicAngle=0,
            Ascent=880,
            Descent=-120,
            CapHeight=700,
            StemV=80,
            FontFile2=_stream(document, program, Length1=len(program)),
        )


class DocumentFonts:
    """The fonts that one document uses, in the order of their first use."""

    def __init__(self) -> None:
        self._used: dict[FontFile, EmbeddedFont] = {}

    def use(self, file: FontFile) -> EmbeddedFont:
        """The document's font for this file."""
        found = self._used.get(file)
        if found is None:
            found = self._used[file] = EmbeddedFont(file, f"G{len(self._used) + 1}")
        return found

    def add_to(self, document: pdfdoc.PDFDocument) -> None:
        """Write all fonts and name them in the dictionary that every page refers to."""
        shared = document.idToObject[pdfdoc.BasicFonts]
        for font in self._used.values():
            shared.dict[font.resource] = font.add_to(document)


def _subset(face: hb.Face, glyphs: Iterable[int]) -> tuple[bytes, dict[int, int]]:
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = _FLAGS
    wanted.drop_table_tag_set.update(
        int.from_bytes(tag.encode("ascii"), "big")
        for tag in face.table_tags
        if tag not in _KEPT_TABLES
    )
    plan = hb.SubsetPlan(face, wanted)
    return bytes(plan.execute().blob.data), dict(plan.old_to_new_glyph_mapping)


def _subset_name(name: str, program: bytes) -> str:
    digest = hashlib.sha256(program).digest()
    tag = "".join(string.ascii_uppercase[byte % 26] for byte in digest[:6])
    return f"{tag}+{re.sub(r'[^A-Za-z0-9]', '', name)}"


def _bounds(file: FontFile, glyphs: Iterable[int]) -> list[int]:
    extents = [file.extents(glyph) for glyph in glyphs]
    return [
        min(left for left, _, _, _ in extents),
        min(low for _, low, _, _ in extents),
        max(right for _, _, right, _ in extents),
        max(high for _, _, _, high in extents),
    ]


def _text_map(texts: list[str]) -> bytes:
    entries = [
        f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in enumerate(texts, start=1)
    ]
    blocks = [entries[at : at + _PER_BLOCK] for at in range(0, len(entries), _PER_BLOCK)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end", ""]
    return "\n".join(lines).encode("ascii")


def _dictionary(document: pdfdoc.PDFDocument, **entries: object) -> pdfdoc.PDFObjectReference:
    return document.Reference(pdfdoc.PDFDictionary(entries))


def _stream(
    document: pdfdoc.PDFDocument, content: bytes, **entries: object
) -> pdfdoc.PDFObjectReference:
    return document.Reference(
        pdfdoc.PDFStream(
            dictionary=pdfdoc.PDFDictionary(entries),
            content=content,
            filters=[pdfdoc.PDFZCompress],
        )
    )
