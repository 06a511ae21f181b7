"""An application (申請書・届書) to sign: filled in with what the union knows, its filled example
behind it (ADD-13), and a code that holds a random case token only.

Each application is a ``Layout``: who it goes to, its parts and their lines. The individual number
is never filled in: whoever brings the form writes it or shows the card. The code opens nothing by
itself; a desk that reads it asks for the right to the person's case. Lengths are millimetres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from forms.barcodes import qr_code
from forms.drawing import Sheet, Style
from forms.examples import LONG, ODD, TYPICAL, PersonExample
from forms.form import APPLICATION, PERSON, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.record import Box

MARGIN = 18.0
LABEL = 44.0
_TITLE = Style(17, least=11, role="bold", align="center", spacing=0.12)
_PART = Style(10, role="bold")
_CAPTION = Style(9.5, least=7, role="gothic", lines=2)
_VALUE = Style(12, least=7, role="mincho", lines=2, condense=0.8)
_NUMBER = Style(14, least=11, role="bold", spacing=0.15)
_KANA = Style(9, least=6, role="mincho", condense=0.7)
_CHOICE = Style(9.5, least=6.5, role="gothic", lines=2, condense=0.8)
_HAND = Style(12, least=7, role="mincho", lines=2, condense=0.8, colour=(0.1, 0.2, 0.6))
_SMALL = Style(7.5, role="gothic")
_RIGHT = Style(10.5, role="mincho", align="right")
TOKEN_SHAPE = r"MDG1-[A-Z2-7]{26}"  # noqa: S105 - a shape
"""A random token of 128 bits in capitals and digits, behind the mark of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationData:
    """What is filled in. Everything but addressee and token may be empty: a form for somebody
    of whom nothing is known yet is signed as well."""

    addressee: str = item("あて先")
    printed_on: str = item("作成日")
    insured_number: str = item("被保険者番号", required=False, pattern=r"[0-9]{8}")
    name: str = item("氏名", required=False)
    name_kana: str = item("フリガナ", required=False)
    birth_date: str = item("生年月日", required=False)
    sex: str = item("性別", required=False)
    postal_code: str = item("郵便番号", required=False)
    address: str = item("住所", required=False)
    token: str = item("受付用コード", printed=False, pattern=TOKEN_SHAPE)
    token_until: str = item("コードの有効期限")


@dataclass(frozen=True, slots=True)
class Line:
    """One line to fill in. ``kind``: text, choice (``choices`` with a box before each), boxes
    (``count`` squares, for digits), day, or tall (room for several lines). ``sample`` is what
    the filled example shows: a text, or the choice that is ticked."""

    caption: str
    kind: str = "text"
    sample: str = ""
    choices: tuple[str, ...] = ()
    count: int = 0

    @property
    def height(self) -> float:
        """How much room the line takes."""
        if self.kind == "tall":
            return 20.0
        return 9.5 if self.kind != "choice" else 9.5 * max(1, -(-len(self.choices) // 3))


def text(caption: str, sample: str) -> Line:
    """A line to write a text on."""
    return Line(caption, "text", sample)


def day(caption: str, sample: str) -> Line:
    """A line for a day in wareki."""
    return Line(caption, "day", sample)


def choice(caption: str, *choices: str, sample: str) -> Line:
    """Boxes to tick."""
    return Line(caption, "choice", sample, choices)


def boxes(caption: str, count: int, sample: str) -> Line:
    """Squares for digits. ``sample`` is plainly artificial."""
    return Line(caption, "boxes", sample, count=count)


def tall(caption: str, sample: str) -> Line:
    """Room for several lines."""
    return Line(caption, "tall", sample)


@dataclass(frozen=True, slots=True)
class Part:
    """A group of lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


MY_NUMBER = boxes("個人番号", 12, "000000000000")
NOTIFIER = Part(
    "届出（申請）をする人",
    (
        choice("被保険者との関係", "本人", "同じ世帯の人", "代理人", sample="同じ世帯の人"),
        text("氏名", "見本　太郎"),
        text("住所", "被保険者と同じ"),
        text("電話番号（日中）", "000-000-0003"),
    ),
)
_OFFICE = Part(
    "市区町村の記入欄",
    (
        choice("本人確認", "写真付き1点", "写真なし2点", "その他", sample=""),
        choice("番号確認", "番号カード", "住民票等", "住基・宛名で確認", sample=""),
    ),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One application: title, the sentence over the signature, its parts, the papers to bring."""

    title: str
    sentence: str
    parts: tuple[Part, ...]
    bring: tuple[str, ...] = ()
    asks_number: bool = True

    def draw(self, sheet: Sheet, data: ApplicationData, paper: SheetSize) -> None:
        """The form, then its filled example."""
        self._page(sheet, data, paper, example=False)
        self._page(sheet, data, paper, example=True)

    def _page(
        self, sheet: Sheet, data: ApplicationData, paper: SheetSize, *, example: bool
    ) -> None:
        sheet.page(paper.width, paper.height)
        width = paper.width - 2 * MARGIN
        sheet.label(self.title, Box(MARGIN + 24, 12, width - 48, 11), _TITLE)
        if example:
            mark = Box(paper.width - MARGIN - 20, 4.5, 20, 7.5)
            sheet.frame(mark, 0.6)
            sheet.label("記入例", mark, Style(12, role="bold", align="center"))
            shown = _example_of(TYPICAL, "2" * 26)
        else:
            shown = data
            _draw_token(sheet, data, Box(MARGIN, 7, 17, 17))
        put = _fixed(sheet) if example else sheet.value
        put("addressee", shown.addressee, Box(MARGIN, 29, 110, 6), _VALUE)
        sheet.label("あて", Box(MARGIN + 112, 29, 12, 6), Style(10.5, role="mincho"))
        put("printed_on", shown.printed_on, Box(MARGIN + width - 44, 29, 44, 6), _RIGHT)
        sheet.label(self.sentence, Box(MARGIN, 36, width, 6), Style(10, least=7.5))
        top = _draw_person(sheet, shown, put, 44.0, width)
        parts = (
            *((Part("個人番号", (MY_NUMBER,)),) if self.asks_number else ()),
            *self.parts,
            NOTIFIER,
            _OFFICE,
        )
        for part in parts:
            top = _draw_part(sheet, part, top, width, example=example)
        self._draw_foot(sheet, top + 1.5, width)

    def _draw_foot(self, sheet: Sheet, top: float, width: float) -> None:
        if self.bring:
            text_ = "持ってくるもの：" + "、".join(self.bring)
            sheet.paragraph((text_,), Box(MARGIN, top, width, 14), Style(8.5, leading=1.35))


def application(form_id: str, layout: Layout) -> Form:
    """The entry of an application in FORMS."""
    return Form(
        id=form_id,
        title=layout.title,
        kind=APPLICATION,
        data=ApplicationData,
        draw=layout.draw,
        source=PERSON,
        numbered=False,
        paper=form_id,
        asks_number=layout.asks_number,
        examples=Examples(
            typical=_example_of(TYPICAL, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            longest=_example_of(LONG, "Z" * 26),
            oddest=_example_of(replace(ODD, insured_number="", name="", sex=""), "2" * 26),
        ),
    )


def _example_of(person: PersonExample, token: str) -> ApplicationData:
    items = person.items(ApplicationData)
    if not person.name:  # nothing is known of the one who asks
        items = dict.fromkeys(items, "")
    return ApplicationData(
        **items,
        addressee="架空県後期高齢者医療広域連合長",
        printed_on="令和8年11月21日",
        token=f"MDG1-{token}",
        token_until="令和9年2月19日",  # noqa: S106 - a day
    )


_Put = Callable[[str, str, Box, Style], None]


def _fixed(sheet: Sheet) -> _Put:
    """Draws the example's items as wording: they are nobody's data."""

    def put(name: str, text_: str, box: Box, style: Style) -> None:
        sheet.label(text_, box, style)

    return put


def _draw_token(sheet: Sheet, data: ApplicationData, box: Box) -> None:
    sheet.barcode("token", qr_code(data.token), Box(box.left, box.top, 15, 15))
    caption = Box(box.left, box.top + 15.8, 24, 3)
    sheet.label("コードの有効期限", caption, Style(6, role="gothic"))
    place = Box(box.left, box.top + 18.9, 24, 3)
    sheet.value("token_until", data.token_until, place, Style(6.5, least=6))


def _draw_person(sheet: Sheet, data: ApplicationData, put: _Put, top: float, width: float) -> float:
    """The table of the insured person, filled in as far as known."""
    sheet.label("被保険者", Box(MARGIN, top, width, 5), _PART)
    top += 5.4
    half = width / 2
    rows = (
        (("被保険者番号", "insured_number", _NUMBER), ("生年月日", "birth_date", _VALUE)),
        (("フリガナ", "name_kana", _KANA), ("性別", "sex", _VALUE)),
        (("氏名", "name", replace(_VALUE, size=14)),),
        (("郵便番号", "postal_code", _VALUE),),
        (("住所", "address", replace(_VALUE, size=11)),),
    )
    for cells in rows:
        height = 8.0 if cells[0][1] in ("name_kana", "postal_code") else 10.0
        across = width if len(cells) == 1 else half
        for number, (caption, name, style) in enumerate(cells):
            box = Box(MARGIN + number * half, top, across, height)
            label = 30.0 if number == 0 else 24.0
            sheet.frame(box)
            sheet.label(caption, Box(box.left + 2, top, label - 3, height), _CAPTION)
            sheet.rule(box.left + label, top, box.left + label, top + height, 0.15)
            value = getattr(data, name)
            if value:
                place = Box(box.left + label + 2, top + 0.5, across - label - 4, height - 1)
                put(name, value, place, style)
        top += height
    return top + 2.5


def _draw_part(sheet: Sheet, part: Part, top: float, width: float, *, example: bool) -> float:
    sheet.label(part.heading, Box(MARGIN, top, width, 5), _PART)
    top += 5.4
    for line in part.lines:
        box = Box(MARGIN, top, width, line.height)
        sheet.frame(box)
        sheet.label(line.caption, Box(MARGIN + 2, top, LABEL - 4, line.height), _CAPTION)
        sheet.rule(MARGIN + LABEL, top, MARGIN + LABEL, top + line.height, 0.15)
        room = Box(MARGIN + LABEL + 2, top, width - LABEL - 4, line.height)
        _DRAWN[line.kind](sheet, line, room, example=example)
        top += line.height
    return top + 2.5


def _draw_text(sheet: Sheet, line: Line, room: Box, *, example: bool) -> None:
    if example and line.sample:
        sheet.label(line.sample, room.inset(0, 0.6), _HAND)


def _draw_day(sheet: Sheet, line: Line, room: Box, *, example: bool) -> None:
    if example:
        _draw_text(sheet, line, room, example=True)
        return
    style = Style(10.5, role="gothic", align="justify")
    sheet.label("令和　　年　　月　　日", Box(room.left, room.top, 62, room.height), style)


def _draw_choice(sheet: Sheet, line: Line, room: Box, *, example: bool) -> None:
    step = room.width / 3
    for number, words in enumerate(line.choices):
        left, top = room.left + number % 3 * step, room.top + number // 3 * 9.5
        square = Box(left, top + 3.0, 3.5, 3.5)
        sheet.frame(square)
        if example and words == line.sample:
            sheet.rule(square.left, square.top + 1.8, square.left + 1.4, square.bottom, 0.5)
            sheet.rule(square.left + 1.4, square.bottom, square.right + 0.8, square.top - 0.6, 0.5)
        sheet.label(words, Box(left + 5, top + 0.6, step - 6, 8.3), _CHOICE)


def _draw_boxes(sheet: Sheet, line: Line, room: Box, *, example: bool) -> None:
    for number in range(line.count):
        gap = number // 4 * 2.0
        square = Box(room.left + number * 7.0 + gap, room.top + 1.4, 6.6, 6.7)
        sheet.frame(square, 0.25)
        if example and number < len(line.sample):
            digit = replace(_HAND, align="center", lines=1, condense=1.0)
            sheet.label(line.sample[number], square, digit)
    if line.caption == MY_NUMBER.caption:
        note = Box(room.left + 91, room.top + 2.8, room.width - 91, 4)
        sheet.label("番号カード等で確認します", note, Style(7, least=5.5))


_DRAWN: dict[str, Callable[..., None]] = {
    "text": _draw_text,
    "tall": _draw_text,
    "day": _draw_day,
    "choice": _draw_choice,
    "boxes": _draw_boxes,
}
