"""画面の写し: asks what the print of the open screen is for, and prints it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.cases.issuing import Drawing
from app.functions.printing.lists import Place
from app.functions.printing.screen_copy import ScreenPicture, print_screen
from app.persons.screens.purpose import ask_purpose
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.pages import Page

_WORDS = "いまの画面を、個人番号を＊にして印刷します。\n何のためですか。目的は操作記録に残ります。"


def print_open_screen(desk: Desk, page: QWidget, function_id: str, png: bytes) -> None:
    """Print this picture of the function's screen; nothing when the purpose is not chosen."""
    about = page.about if isinstance(page, Page) else None
    picture = ScreenPicture(function_id, png, about or Subject("screen", function_id))

    def chosen(purpose: str) -> None:
        way = Drawing(desk.tables, desk.press, training=desk.training), desk.printer
        place = Place(desk.office.name)
        desk.run(
            page,
            lambda: print_screen(desk.gate, desk.session, picture, purpose, place, way),
            lambda number: desk.say(f"画面を印刷しました（{number}）。"),
        )

    ask_purpose(page, desk, "画面の印刷", chosen, _WORDS)
