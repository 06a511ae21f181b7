"""Fields and the guided entry: keyed without a mouse, told at the field, never cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QWidget,
)

from app.cases.checks import as_entered, check_page
from app.cases.entry import EntryPage, Finding
from app.cases.screens.entry_form import EntryForm
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.ui.base.fields import ChoiceField, Field, FlagField, TextField
from app.ui.base.names import NamePainter
from app.ui.base.theme import BASE_POINTS, apply_theme
from forms.fonts import FontSet
from tests.support.counter import ENTRY
from tests.support.world import MONDAY_MORNING, shared_tables

TODAY = MONDAY_MORNING.date()
PAGES = MOVE_IN.pages
BY_ID = {page.id: page for page in PAGES}
EVERYTHING: Mapping[str, str] = {
    **ENTRY,
    "person_kind": "2",
    "notifier": "proxy",
    "channel": "post",
    "disability_paper": "1",
    "disease_paper": "1",
    "dependant_paper": "1",
}
"""An entry in which every field that depends on another is shown."""


def shown(qtbot: Any, widget: QWidget, width: int = 1100, height: int = 700) -> None:
    """Show ``widget`` as a window of its own."""
    widget.resize(width, height)
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    qtbot.waitExposed(widget)


def focused(window: QWidget) -> QWidget:
    widget = window.focusWidget()
    assert widget is not None
    return widget


def field_of(widget: QWidget) -> Field | None:
    at: QWidget | None = widget
    while at is not None and not isinstance(at, Field):
        at = at.parentWidget()
    return at


class TestWhatIsTold:
    def form(self, qtbot: Any, painter: NamePainter, **values: str) -> EntryForm:
        entry = {**ENTRY, **values}
        form = EntryForm(BY_ID["person"], entry, shared_tables(), TODAY, painter)
        shown(qtbot, form)
        return form

    def told(self, form: EntryForm, name: str) -> list[str]:
        labels = form.field(name).findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible()]

    def test_a_sign_that_only_looks_like_a_kanji_is_told_while_it_is_typed(
        self, qtbot: Any, painter: NamePainter
    ) -> None:
        form = self.form(qtbot, painter, name="⻑谷川")
        assert any("U+2ED1" in text for text in self.told(form, "name"))
        form.field("name").set_value("長谷川")
        assert not any("U+2ED1" in text for text in self.told(form, "name"))

    def test_the_reason_is_not_told_twice(self, qtbot: Any, painter: NamePainter) -> None:
        values = {**ENTRY, "name": "⻑谷川"}
        form = self.form(qtbot, painter, name="⻑谷川")
        entered = as_entered(MOVE_IN, values, shared_tables(), TODAY)
        form.show_findings(check_page(BY_ID["person"], entered))
        assert sum("U+2ED1" in text for text in self.told(form, "name")) == 1

    def test_kana_are_asked_of_whoever_must_have_them(
        self, qtbot: Any, painter: NamePainter
    ) -> None:
        assert "必須" in self.told(self.form(qtbot, painter), "kana")
        assert "必須" not in self.told(self.form(qtbot, painter, person_kind="2"), "kana")


class TestChoiceField:
    @pytest.fixture
    def field(self, qtbot: Any) -> ChoiceField:
        field = ChoiceField("sex", "性別", (("1", "男"), ("2", "女"), ("9", "不明")))
        shown(qtbot, field)
        field.setFocus()
        return field

    def test_a_digit_chooses_the_one_that_it_stands_at(self, qtbot: Any, field: Any) -> None:
        with qtbot.waitSignal(field.changed):
            qtbot.keyClick(focused(field.window()), Qt.Key.Key_3)
        assert field.value() == "9"
        assert focused(field.window()).text() == "3  不明"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("key", [Qt.Key.Key_0, Qt.Key.Key_4, Qt.Key.Key_A])
    def test_a_key_that_stands_at_nothing_chooses_nothing(
        self, qtbot: Any, field: Any, key: Qt.Key
    ) -> None:
        qtbot.keyClick(focused(field.window()), key)
        assert field.value() == ""

    def test_arrows_move_the_choice(self, qtbot: Any, field: Any) -> None:
        field.set_value("1")
        for key, code in ((Qt.Key.Key_Right, "2"), (Qt.Key.Key_Right, "9"), (Qt.Key.Key_Left, "2")):
            qtbot.keyClick(focused(field.window()), key)
            assert field.value() == code
            assert field.focusProxy() is focused(field.window())

    def test_enter_goes_on_with_what_is_chosen(self, qtbot: Any, field: Any) -> None:
        qtbot.keyClick(focused(field.window()), Qt.Key.Key_2)
        with qtbot.waitSignal(field.done):
            qtbot.keyClick(focused(field.window()), Qt.Key.Key_Return)
        assert field.value() == "2"

    def test_enter_on_an_open_choice_takes_the_one_in_focus(self, qtbot: Any, field: Any) -> None:
        with qtbot.waitSignal(field.done):
            qtbot.keyClick(focused(field.window()), Qt.Key.Key_Enter)
        assert field.value() == "1"

    @pytest.mark.parametrize("unknown", ["", "7"])
    def test_a_draft_without_a_known_code_leaves_it_open(self, field: Any, unknown: str) -> None:
        field.set_value("2")
        assert field.value() == "2"
        field.set_value(unknown)
        assert field.value() == ""

    def test_ten_choices_have_no_digits(self, qtbot: Any) -> None:
        field = ChoiceField("x", "区分", [(str(n), f"第{n}") for n in range(10)])
        shown(qtbot, field)
        field.setFocus()
        qtbot.keyClick(focused(field.window()), Qt.Key.Key_2)
        assert field.value() == ""
        assert field.findChild(QRadioButton).text() == "第0"


def test_a_flag_is_turned_by_space_and_left_by_enter(qtbot: Any) -> None:
    field = FlagField("is_head", "世帯主", "本人が世帯主のとき")
    shown(qtbot, field)
    field.setFocus()
    assert field.value() == "0"
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field.box, Qt.Key.Key_Space)
    assert field.value() == "1"
    with qtbot.waitSignal(field.done):
        qtbot.keyClick(field.box, Qt.Key.Key_Return)
    assert field.value() == "1"
    field.set_value("")
    assert field.value() == "0"


def text_of(field: Field, style: str) -> str:
    """The text shown beneath the editor in this style."""
    return "".join(x.text() for x in field.findChildren(QLabel) if x.objectName() == style)


class TestTextField:
    @pytest.fixture
    def field(self, qtbot: Any) -> TextField:
        field = TextField("n", "宛名番号", note="15桁", understand=lambda typed: f"→ {typed}号")
        shown(qtbot, field)
        return field

    def test_what_was_understood_replaces_the_note_while_there_is_text(
        self, qtbot: Any, field: TextField
    ) -> None:
        assert text_of(field, "fieldNote") == "15桁"
        qtbot.keyClicks(field.edit, " 12 ")
        assert field.value() == "12"
        assert (text_of(field, "understood"), text_of(field, "fieldNote")) == ("→ 12号", "")
        field.set_value("")
        assert (text_of(field, "understood"), text_of(field, "fieldNote")) == ("", "15桁")

    def test_an_error_stands_at_the_field_until_it_is_taken_back(self, field: TextField) -> None:
        field.set_error("15桁で入れてください。")
        assert field.error == text_of(field, "fieldError") == "15桁で入れてください。"
        assert field.edit.property("wrong") is True
        field.set_error("")
        assert (field.error, field.edit.property("wrong")) == ("", False)

    def test_a_secret_is_not_readable_and_a_given_value_not_changeable(self, qtbot: Any) -> None:
        secret = TextField("my_number", "個人番号", secret=True)
        given = TextField("processed_on", "処理日")
        given.set_read_only()
        assert secret.edit.echoMode() is QLineEdit.EchoMode.PasswordEchoOnEdit
        shown(qtbot, given)
        qtbot.keyClicks(given.edit, "1")
        assert given.value() == ""
        assert given.edit.focusPolicy() is Qt.FocusPolicy.NoFocus
        qtbot.addWidget(secret)


@pytest.fixture
def form_of(qtbot: Any, painter: NamePainter) -> Any:
    def made(page_id: str, values: Mapping[str, str] = EVERYTHING, **size: int) -> EntryForm:
        form = EntryForm(BY_ID[page_id], values, shared_tables(), TODAY, painter)
        shown(qtbot, form, **size)
        return form

    return made


def visible_fields(form: EntryForm) -> list[str]:
    return [d.name for d in form.page.fields if not form.field(d.name).isHidden()]


class TestEntryForm:
    @pytest.mark.req("SEC-11")
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
    def test_a_page_has_exactly_the_declared_fields(self, form_of: Any, page: EntryPage) -> None:
        form = form_of(page.id)
        names = [field.name for field in form.findChildren(Field)]
        assert sorted(names) == sorted(declared.name for declared in page.fields)
        assert visible_fields(form) == [d.name for d in page.fields if d.shown(EVERYTHING)]

    @pytest.mark.req("SEC-18")
    @pytest.mark.parametrize(
        ("page", "master", "code", "dependent", "other"),
        [
            ("person", "person_kind", "2", "alias", "1"),
            ("identity", "notifier", "proxy", "proxy_basis", "person"),
            ("identity", "channel", "post", "copies_received", "counter"),
            ("identity", "number_check", "none", "my_number_absent", "number_card"),
            ("identity", "number_check", "number_card", "my_number", "none"),
            ("papers", "disease_paper", "1", "disease_on", "0"),
        ],
    )
    def test_a_dependent_field_comes_and_goes_and_leaves_nothing_behind(
        self, form_of: Any, page: str, master: str, code: str, dependent: str, other: str
    ) -> None:
        form = form_of(page, {master: other})
        assert dependent not in visible_fields(form)
        form.field(master).set_value(code)
        assert dependent in visible_fields(form)
        field = form.field(dependent)
        field.set_value(field.codes[0] if isinstance(field, ChoiceField) else "1")
        assert form.values()[dependent] != ""
        form.field(master).set_value(other)
        assert dependent not in visible_fields(form)
        assert form.values()[dependent] == ("0" if isinstance(field, FlagField) else "")

    def test_what_other_pages_hold_is_kept(self, form_of: Any) -> None:
        assert form_of("move").values()["kana"] == ENTRY["kana"]

    def test_a_date_is_told_back_in_words(self, form_of: Any) -> None:
        form = form_of("person")
        assert "81歳" in text_of(form.field("birth_written"), "understood")
        form.field("birth_written").set_value("S20.13.3")
        assert "月" in text_of(form.field("birth_written"), "understood")

    def test_errors_stand_at_their_fields_and_the_first_gets_the_focus(self, form_of: Any) -> None:
        form = form_of("person", {})
        findings = check_page(form.page, as_entered(MOVE_IN, form.values(), shared_tables(), TODAY))
        assert form.show_findings(findings)
        wrong = [name for name in visible_fields(form) if form.field(name).error]
        assert wrong[:2] == ["kana", "name"]
        assert field_of(focused(form.window())) is form.field("kana")
        assert "phone" not in wrong
        warning = Finding("kana", "warning", "w", "注意", "")
        assert not form.show_findings([warning])
        assert [name for name in visible_fields(form) if form.field(name).error] == []

    def test_typing_begins_at_the_first_empty_required_field(self, form_of: Any) -> None:
        form = form_of("person", {"kana": "ミホン　ハナコ"})
        form.focus_first()
        assert field_of(focused(form.window())) is form.field("name")
        full = form_of("person")
        full.focus_first()
        assert field_of(focused(full.window())) is full.field("kana")

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
    def test_enter_walks_through_the_page_and_ends_it(
        self, qtbot: Any, form_of: Any, page: EntryPage
    ) -> None:
        form = form_of(page.id)
        walked, ended = [], []
        form.finished.connect(lambda: ended.append(len(walked)))
        keyed = [d.name for d in page.fields if d.shown(EVERYTHING) and not d.read_only]
        form.field(keyed[0]).setFocus()
        for _ in keyed:
            at = focused(form.window())
            walked.append(field_of(at).name)
            qtbot.keyClick(at, Qt.Key.Key_Return)
        assert walked == keyed
        assert ended == [len(keyed)]

    @pytest.mark.parametrize("values", [{}, EVERYTHING], ids=["empty", "full"])
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
    def test_tab_comes_to_every_field_once_and_back(
        self, qtbot: Any, form_of: Any, page: EntryPage, values: Mapping[str, str]
    ) -> None:
        form = form_of(page.id, values)
        reachable = [
            d.name for d in page.fields if not d.read_only and not form.field(d.name).isHidden()
        ]
        form.field(reachable[0]).setFocus()
        walked = []
        for _ in reachable:
            at = focused(form.window())
            assert at.accessibleName(), at
            walked.append(field_of(at).name)
            qtbot.keyClick(at, Qt.Key.Key_Tab)
        assert walked == reachable
        assert field_of(focused(form.window())) is form.field(reachable[0])
        qtbot.keyClick(focused(form.window()), Qt.Key.Key_Backtab)
        assert field_of(focused(form.window())) is form.field(reachable[-1])

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
    def test_every_widget_that_takes_the_focus_has_a_name(
        self, form_of: Any, page: EntryPage
    ) -> None:
        nameless = [
            type(widget).__name__
            for widget in form_of(page.id).findChildren(QWidget)
            if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and not widget.accessibleName()
        ]
        assert nameless == []


def cut_off(window: QWidget) -> Iterator[str]:
    """Labels and buttons whose words do not fit where they stand."""
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.isVisible():
            continue
        if not widget.text():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        need = widget.sizeHint()
        if wraps:
            fits = widget.heightForWidth(widget.width()) <= widget.height()
        else:
            fits = need.width() <= widget.width() and need.height() <= widget.height()
        if not fits:
            yield f"{widget.text()}: {need} in {widget.size()}"


def hidden_sideways(form: EntryForm) -> int:
    """Pixels of the page that stand beside the window."""
    (area,) = form.findChildren(QScrollArea)
    return area.widget().width() - area.viewport().width()


class TestLetterSizes:
    @pytest.mark.parametrize("points", [12, 18, 24])
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
    def test_nothing_is_cut_off(
        self,
        qtbot: Any,
        form_of: Any,
        fonts: FontSet,
        plain_theme: QApplication,
        page: EntryPage,
        points: int,
    ) -> None:
        font = fonts.chain("gothic")[0].spec.path
        apply_theme(plain_theme, font, letters=points)
        form = form_of(page.id, EVERYTHING, width=1100)

        (area,) = form.findChildren(QScrollArea)

        def everything_fits() -> None:
            assert list(cut_off(form)) == []
            assert hidden_sideways(form) <= area.horizontalScrollBar().maximum()
            assert points > BASE_POINTS or hidden_sideways(form) <= 0

        qtbot.waitUntil(everything_fits, timeout=2000)  # letters that grew are laid out anew
        sizes = {x.font().pointSize() for x in form.findChildren(QAbstractButton)}
        assert sizes == {points}
