"""Kinds in copies of the registries that say of a case whom it is about and how it begins, as no
kind of the product says it, and what a clerk does with their screens."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QDialog, QInputDialog

from app.cases import answers
from app.cases.about import Begin, Household, KnownPerson, Newcomer, Payer
from app.cases.answers import Compared
from app.cases.blocks import payer_fields
from app.cases.entry import EntryField, FieldKind
from app.cases.kind import Document, FollowUp
from app.cases.screens.entry import EntryScreen
from app.cases.screens.whom_bar import WhomBar
from app.persons.eligibility_state import INSURED, LOST
from app.ui.base.names import NameLabel
from app.ui.base.picker import Picker
from app.wire.layout import Kind, column
from app.wire.records import CaseHead
from db.tables.cases import case_file
from tests.support.counter import Counter, Resident
from tests.support.desk import Room
from tests.support.kinds import NOTIFIER
from tests.support.more_kinds import More, body_of, kind_of, text

HOME = "000000000000077"
HER = Resident(household_number=HOME)
SON = Resident(
    id="P-2",
    name="髙橋　一郎",
    kana="タカハシ　イチロウ",
    birth_written="昭和35年4月1日",
    birth_sort="1960-04-01",
    sex="1",
    atena_number="000000000004568",
    household_number=HOME,
    insured_number="",
)
HUSBAND = replace(
    HER,
    id="P-3",
    name="髙橋　茂",
    kana="タカハシ　シゲル",
    atena_number="000000000004569",
    insured_number="00000991",
)
ALONE = replace(
    SON,
    id="P-4",
    name="見本　花",
    atena_number="000000000004570",
    household_number="000000000000088",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHousehold(CaseHead):
    """世帯の届出."""

    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    members: str = column("世帯の方", Kind.RESIDENTS, 200, required=True)
    wanted: str = column("届出の内容", Kind.TEXT, 20, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPayer(CaseHead):
    """納める方の届出."""

    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    paid_by_atena_number: str = column("納める方の宛名番号", Kind.RESIDENT, 15)
    paid_by_name: str = column("納める方の氏名", Kind.TEXT, 100, required=True)
    paid_by_kana: str = column("納める方のフリガナ", Kind.KANA, 100, required=True)
    paid_by_relation: str = column("続柄", Kind.TEXT, 20, required=True)
    paid_by_phone: str = column("電話番号", Kind.PHONE, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfNewcomer(CaseHead):
    """もう一つの新しい方の届出."""

    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100, required=True)
    birth_written: str = column("生年月日", Kind.TEXT, 60, required=True)


PASSPORT = Document("転入通知（写し）")
HOUSEHOLD = More(
    kind_of(
        "test_household",
        "世帯の届出",
        Household(members=(INSURED,)),
        first=(text("wanted", "届出の内容"),),
        documents=(PASSPORT, Document("世帯の方の同意書")),
        sentence="{name} 様の世帯（{household}）の届出を送ります。",
        follow_up=(
            FollowUp(
                "ask_payer", "納付の相談", "納める方を届け出る", 7, "eligibility.open_test_follows"
            ),
        ),
    ),
    body_of("test_household", OfHousehold),
    {"wanted": "合算"},
    HER,
)
PAYER = More(
    kind_of(
        "test_payer",
        "納める方の届出",
        Payer(states=(INSURED, LOST), roles=("payer", "heir")),
        first=payer_fields(),
        documents=(PASSPORT,),
        sentence="{name} 様の保険料を {paid_by_name} 様が納める届出を送ります。",
        compared=(*answers.PERSON, Compared("paid_by_name", "納める方", decided="name")),
    ),
    body_of("test_payer", OfPayer),
    {},
    HER,
)
ONLY_AFTER = More(
    kind_of(
        "test_follows",
        "続きだけの届出",
        KnownPerson(states=(INSURED,)),
        begins=(Begin.CASE, Begin.LINE),
        first=(text("wanted", "届出の内容"),),
    ),
    body_of("test_follows", OfHousehold),
    {"wanted": "続き"},
    HER,
)
SECOND_NEWCOMER = More(
    kind_of(
        "test_newcomer",
        "もう一つの転入の届出",
        Newcomer(),
        first=(
            text("name", "氏名"),
            text("kana", "フリガナ"),
            text("birth_written", "生年月日"),
            EntryField("atena_number", "宛名番号", FieldKind.ATENA, 15),
        ),
    ),
    body_of("test_newcomer", OfNewcomer),
    {
        "name": "見本",
        "kana": "ミホン",
        "birth_written": "昭和20年5月3日",
        "atena_number": "000000000009999",
    },
)
ALL = (HOUSEHOLD, PAYER, ONLY_AFTER, SECOND_NEWCOMER)


def opened(room: Room, code: str, **given: Any) -> EntryScreen:
    screen: EntryScreen = room.add(EntryScreen(room.desk(), code, **given))
    return screen


def answered(room: Room, screen: Any, choice: str) -> None:
    """The question on the screen answered by the line that ends so."""
    room.until(lambda: screen.findChild(QDialog) is not None)
    picker = screen.findChild(Picker)
    if picker is not None:
        (label,) = [one for one in picker.labels() if one.endswith(choice)]
        picker.take(label)
        room.settle()
        return
    dialog = screen.findChild(QInputDialog)
    (line,) = [one for one in dialog.comboBoxItems() if one.endswith(choice)]
    dialog.textValueSelected.emit(line)
    dialog.deleteLater()
    room.settle()


def keyed(room: Room, screen: EntryScreen, **values: str) -> None:
    """Key every page to the summary and send."""
    for page in (values, NOTIFIER):
        room.until(lambda: screen.form is not None)
        form = screen.form
        assert form is not None
        for name, value in {**page, "event_on": "R8.11.14"}.items():
            if name in {one.name for one in form.page.fields} and name != "processed_on":
                form.field(name).set_value(value)
        at = screen.step
        screen.next_button.click()
        room.until(lambda at=at: screen.step > at)  # type: ignore[misc]
    for box in screen.answers():
        box.setChecked(True)
    screen.next_button.click()
    room.until(lambda: any(one[0].endswith("show_decision") for one in room.went))


def bar_of(screen: Any) -> WhomBar:
    """The bar of the page shown; those of pages before are on their way out."""
    bars: list[WhomBar] = screen.findChildren(WhomBar)
    return bars[-1]


def texts(screen: Any) -> str:
    bar = bar_of(screen)
    return "\n".join(one.text() for one in bar.findChildren(NameLabel))


def values_of(counter: Counter, case_id: str) -> dict[str, str]:
    (row,) = [one for one in counter.rows(case_file) if one.id == case_id]
    said: dict[str, str] = json.loads(row.draft)
    return said
