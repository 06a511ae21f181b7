"""A rendered book as pages to hand on: HTML for a reader's browser, PDF for paper."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import (
    QFontDatabase,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextDocument,
)

from app.core.files import write_whole

_STYLE = """
<style>
body { font-family: "IPAexGothic", "Noto Sans CJK JP", "Yu Gothic", sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 0.5em 0; }
th, td { border: 1px solid #888; padding: 2px 6px; text-align: left; }
h2 { border-bottom: 2px solid #246; page-break-before: auto; }
</style>
"""
_TABLE = '<table border="1" cellspacing="0" cellpadding="3"'
_POINTS = 8
_MARGIN_MM = 12.0


def write_pages(
    markdown: str, title: str, font: bytes, *, html: Path | None = None, pdf: Path | None = None
) -> None:
    """Write the book that ``markdown`` holds, titled ``title``; ``font`` is the outline font of the
    PDF's text. Raises OSError."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    assert application is not None
    document = QTextDocument()
    family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFontFromData(font))
    face = document.defaultFont()
    face.setFamilies([*family, "sans-serif"])
    face.setPointSize(_POINTS)
    document.setDefaultFont(face)
    document.setMarkdown(markdown, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    text = document.toHtml().replace("<table", _TABLE)
    if html is not None:
        head = f'<head><meta charset="utf-8" /><title>{title}</title>{_STYLE}'
        write_whole(html, text.replace("<head>", head, 1).encode())
    if pdf is not None:
        document.setHtml(text)
        _print(document, title, pdf)


def _print(document: QTextDocument, title: str, file: Path) -> None:
    part = file.with_name(file.name + ".part")
    writer = QPdfWriter(str(part))
    writer.setTitle(title)
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Landscape,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    document.print_(writer)
    del writer  # closes the file
    part.replace(file)
