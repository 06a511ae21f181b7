"""What makes a PDF one for the archive, PDF/A-2u (ISO 19005-2): it says so in its metadata, and
what its colours mean.

Fonts are embedded and every text is told as characters (``forms.embedding``), nothing is encrypted.
Tags for a screen reader (PDF/UA, PDF/A-2a) are not among it: what writes our files has no tree of
tags. No validator runs here (docs/untested.md).
"""

from __future__ import annotations

import functools
from datetime import datetime
from html import escape
from typing import Any

from PIL.ImageCms import ImageCmsProfile, createProfile
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFStreamFilterZCompress,
    PDFString,
)

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{at}</xmp:CreateDate>
<xmp:ModifyDate>{at}</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


_written = PDFStream.format


def _ending_on_a_line(self: PDFStream, document: Any) -> bytes:
    """``endstream`` stands at the beginning of a line (6.1.7.1); ReportLab lets it follow the last
    byte of what is compressed."""
    written = bytes(_written(self, document))
    return written[: -len(_END)] + b"\n" + _END if written.endswith(_END) else written


_END = b"endstream\n"
PDFStream.format = _ending_on_a_line


def as_archival(document: Any, *, title: str, subject: str, creator: str, now: datetime) -> None:
    """Add metadata and the meaning of colours to ReportLab's document, before it is saved."""
    producer = document.info.producer
    said = _XMP.format(
        title=escape(title),
        subject=escape(subject),
        creator=escape(creator),
        producer=escape(producer),
        at=now.isoformat(timespec="seconds"),
    )
    metadata = PDFStream(
        PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}),
        said.encode(),
        filters=[],
    )
    profile = PDFStream(PDFDictionary({"N": 3}), srgb(), filters=[PDFStreamFilterZCompress()])
    meaning = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile, "sRGB"),
        }
    )
    catalog = document.Catalog
    catalog.Metadata = metadata
    catalog.OutputIntents = PDFArray([meaning])
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]


@functools.cache
def srgb() -> bytes:
    """The profile of sRGB, the same bytes on every day: the moment of its making is taken out."""
    made = bytearray(ImageCmsProfile(createProfile("sRGB")).tobytes())
    made[24:36] = bytes.fromhex("07ea00010001000000000000")  # 2026-01-01 (ICC.1, 7.2.8)
    made[84:100] = bytes(16)  # the profile's own digest would be another one (7.2.18)
    return bytes(made)
