"""試し刷り (FORM-N13): shows that a printer takes the size as it is, keeps front and back in
register, and has the fonts' strokes. It holds nobody's data. N13 is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.barcodes import qr_code
from forms.drawing import Sheet, Style
from forms.form import DAY, LIST, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.record import Box

_SAMPLE = "葛\U000e0102 辻\U000e0100 邉\U000e010f 髙 﨑 𠮷 𣘺 0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPageData:
    """Which printer, when."""

    __test__ = False  # pytest would take it for a test by its name

    test_number: str = item("試し刷り番号", pattern=r"[!-~]{1,40}")
    printer: str = item("プリンター")
    printed_at: str = item("印刷日時")
    terminal: str = item("端末")


def draw_test_page(sheet: Sheet, data: TestPageData, paper: SheetSize) -> None:
    """Front and back with the same crosses, a ruler of 50 mm, the sample of variants."""
    for side in ("表", "裏"):
        sheet.page(paper.width, paper.height)
        for x in (10.0, paper.width - 10.0):
            for y in (10.0, paper.height - 10.0):
                sheet.rule(x - 5, y, x + 5, y, 0.1)
                sheet.rule(x, y - 5, x, y + 5, 0.1)
        sheet.label(f"試し刷り（{side}）", Box(16, 14, 58, 8), Style(12, role="bold"))
        sheet.rule(20, 30, 70, 30, 0.2)
        sheet.rule(20, 28, 20, 32, 0.2)
        sheet.rule(70, 28, 70, 32, 0.2)
        words = "この線は 50 mm です。違うときは、倍率の設定を直してください。"
        sheet.paragraph((words,), Box(16, 33, paper.width - 32, 12), Style(7.5))
        sheet.label(_SAMPLE, Box(16, 46, paper.width - 32, 7), Style(11, least=6, role="mincho"))
        if side == "表":
            for number, name in enumerate(("printer", "printed_at", "terminal")):
                box = Box(16, 56 + number * 6.5, paper.width - 32, 5.5)
                sheet.value(name, getattr(data, name), box, Style(9, least=6, condense=0.7))
            sheet.barcode("test_number", qr_code(data.test_number), Box(18, 80, 16, 16))
            sheet.value("test_number", data.test_number, Box(38, 86, 44, 5), Style(9, least=6))


_TYPICAL = TestPageData(
    test_number="T01-1-000099",
    printer="資格確認書用プリンター",
    printed_at="令和8年11月21日　8時30分",
    terminal="T01　本庁２番窓口",
)

FORM = Form(
    id="FORM-N13",
    title="試し刷り",
    kind=LIST,
    data=TestPageData,
    draw=draw_test_page,
    source=DAY,
    numbered=False,
    paper="FORM-N13",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL, printer="本庁市民福祉部保険年金課１２番窓口資格確認書用プリンター"
        ),
        oddest=replace(_TYPICAL, printer="p", terminal="T99"),
    ),
)
