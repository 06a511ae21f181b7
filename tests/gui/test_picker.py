"""A long list of answers: narrowed by a few signs, moved in and taken without leaving the keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.base.picker import Offer, Picker, pick

OFFERS = (
    Offer("資格の喪失", "死亡の届出", "death"),
    Offer("資格の喪失", "県外転出の届出", "move_out"),
    Offer("本人と世帯", "支給口座の届出", "account"),
)


def opened(qtbot: QtBot) -> tuple[Picker, list[int]]:
    taken: list[int] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    picker = pick(parent, "どの手続を始めますか。", OFFERS, taken.append)
    parent.picker = picker  # type: ignore[attr-defined]
    picker.keeper = parent  # type: ignore[attr-defined]
    return picker, taken


def test_all_are_shown_under_their_headings(qtbot: QtBot) -> None:
    picker, _ = opened(qtbot)
    texts = [picker.list.item(row).text() for row in range(picker.list.count())]
    assert texts[0] == "― 資格の喪失" and texts[3] == "― 本人と世帯"
    assert picker.labels() == [one.label for one in OFFERS]
    assert picker.list.currentItem().text() == "　死亡の届出", "never a heading"


def test_a_few_signs_narrow_it_and_enter_takes_the_first(qtbot: QtBot) -> None:
    picker, taken = opened(qtbot)
    picker.narrow.insert("転出")  # what an input method commits; QTest's keys end the process
    assert picker.labels() == ["県外転出の届出"]
    qtbot.keyClick(picker.narrow, Qt.Key.Key_Return)
    assert taken == [1]


def test_it_is_found_by_heading_and_by_code(qtbot: QtBot) -> None:
    picker, _ = opened(qtbot)
    picker.narrow.setText("喪失")
    assert len(picker.labels()) == 2
    picker.narrow.setText("account")
    assert picker.labels() == ["支給口座の届出"]


def test_arrows_move_over_headings_while_the_hand_stays_in_the_field(qtbot: QtBot) -> None:
    picker, taken = opened(qtbot)
    for _ in range(2):
        qtbot.keyClick(picker.narrow, Qt.Key.Key_Down)
    assert picker.list.currentItem().text() == "　支給口座の届出"
    qtbot.keyClick(picker.narrow, Qt.Key.Key_Return)
    assert taken == [2]


def test_nothing_fits_and_nothing_is_taken(qtbot: QtBot) -> None:
    picker, taken = opened(qtbot)
    picker.narrow.setText("ない手続")
    assert picker.labels() == []
    qtbot.keyClick(picker.narrow, Qt.Key.Key_Return)
    assert taken == []
