"""No sheet holds an individual number, in whatever way somebody might read it."""

from __future__ import annotations

import io
import unicodedata

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.catalog import CASES, CATALOG
from app.security.keys.my_number import MyNumbers
from app.security.spec import MyNumber
from db.tables.persons import my_number, person
from forms.preview import preview
from tests.support.counter import NUMBER, Counter, pending
from tests.support.stories import text_of
from tests.support.world import NUMBER_KEY

PRINTING = ("reserve_certificate", "issue_certificate", "reprint_sheet", "print_slip")
OWNERS = {"my_number.owner_kind", "my_number.owner_id"}


def read_off(pdf: bytes) -> str:
    """All that a sheet says: its text, its codes as a scanner reads them, its own description."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        said = [*document.get_metadata_dict().values()]
        pages = len(document)
    finally:
        document.close()
    for page in range(pages):
        picture = Image.open(io.BytesIO(preview(pdf, page, 300).png()))
        said += [code.text for code in zxingcpp.read_barcodes(picture)]
    whole = "".join([text_of(pdf), *said])
    return "".join(unicodedata.normalize("NFKC", whole).split()).replace("-", "")


def sheets(counter: Counter, paper: str) -> list[bytes]:
    if paper == "slip":
        counter.answers.append(pending)
        counter.slip(counter.decided().case_id)
    else:
        view = counter.compared()
        (hers,) = counter.rows(person)
        with counter.world.hands_on("my_number", "store_fact") as work:
            MyNumbers(work, NUMBER_KEY).put("person", hers.id, NUMBER)
        issued = counter.issue(counter.draw(view), view)
        if paper == "printed again":
            counter.settle(issued, good=False, cause="jam")
    return [pdf for _, pdf in counter.printer.sheets]


@pytest.mark.req("SEC-57")
@pytest.mark.parametrize("paper", ["slip", "certificate", "printed again"])
def test_what_came_out_of_the_printer_says_no_number(counter: Counter, paper: str) -> None:
    printed = sheets(counter, paper)
    assert printed and len(counter.rows(my_number)) == 1, "the number was there when it was drawn"
    for pdf in printed:
        said = read_off(pdf)
        assert len(said) > 50
        assert NUMBER not in said
        assert NUMBER.encode() not in pdf and NUMBER.encode("utf-16-be") not in pdf


@pytest.mark.req("SEC-57")
def test_what_prints_can_read_no_number() -> None:
    """Not by care in the drawing: the store gives the sealed number to none of these functions."""
    ids = {kind.function(act) for kind in CASES.values() for act in PRINTING} & set(CATALOG)
    assert len(ids) > 4
    for one in ids:
        function = CATALOG[one]
        assert function.my_number is MyNumber.NONE, one
        read = {name for name in function.reads if name.split(".")[0] == "my_number"}
        assert read <= OWNERS, one


def test_a_number_on_a_sheet_would_be_read(counter: Counter) -> None:
    """What looks is not blind: the insured number, printed as text, is found in the same way."""
    view = counter.compared()
    issued = counter.issue(counter.draw(view), view)
    assert view.record is not None
    (pdf,) = [pdf for number, pdf in counter.printer.sheets if number.startswith(issued.number)]
    assert view.record.insured_number in read_off(pdf)
