"""The interface book as it is handed to the makers of municipal systems: HTML and PDF."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from app.wire.files import FILES
from app.wire.frame import END, HEAD


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The text of the HTML and that of the PDF, made by the command itself."""
    folder = tmp_path_factory.mktemp("book")
    html, pdf = folder / "book.html", folder / "book.pdf"
    command = [sys.executable, "-m", "app.main", "interface-book"]
    subprocess.run([*command, "--html", str(html), "--pdf", str(pdf)], check=True, timeout=120)
    document = pypdfium2.PdfDocument(str(pdf))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return html.read_text(encoding="utf-8"), text


@pytest.mark.parametrize("file_id", FILES)
def test_every_file_and_each_of_its_fields_stands_in_both(pages, file_id: str) -> None:
    html, pdf = pages
    flat = re.sub(r"\s", "", pdf)
    spec = FILES[file_id]
    for said in (spec.title, *(column.label for column in spec.all_columns)):
        assert said in html, said
        assert re.sub(r"\s", "", said) in flat, said


def test_head_and_trailer_stand_in_both(pages) -> None:
    for text in pages:
        assert HEAD in text
        assert END in text
    assert "<title>外部インタフェース仕様書</title>" in pages[0]
    assert "<table" in pages[0]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.main", "interface-book", "--html"]
    done = subprocess.run(
        [*command, str(tmp_path / "none" / "book.html")], capture_output=True, timeout=120
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr.decode()
