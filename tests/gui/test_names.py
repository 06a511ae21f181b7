"""A name on the screen: edited one visible character at a time, drawn in its exact variant."""

from __future__ import annotations

from typing import Any

import pytest
import uharfbuzz as hb
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QImage, QInputMethodEvent, QPainterPath
from PySide6.QtWidgets import QApplication

from app.core.text import clusters
from app.ui.base.names import ClusterEdit, NameEdit, NameLabel, NamePainter
from forms.fonts import SUBSTITUTE, FontSet, Glyph, Run, split_runs

KUZU = "葛\U000e0102"  # Moji_Joho
TSUJI_MOJI_JOHO = "辻\U000e0102"
TSUJI_ADOBE = "辻\U000e0100"
YOSHI = "𠮷"  # one character, two UTF-16 units
GA = "か\u3099"
NAME = f"{KUZU}{YOSHI}{TSUJI_ADOBE}"


def edit_with(qtbot: Any, text: str, limit: int = 100) -> ClusterEdit:
    edit = ClusterEdit(limit)
    qtbot.addWidget(edit)
    edit.show()
    edit.setText(text)
    return edit


def put_cursor(edit: ClusterEdit, after: str) -> None:
    edit.setCursorPosition(len(after.encode("utf-16-le")) // 2)


def before_cursor(edit: ClusterEdit) -> str:
    units = edit.text().encode("utf-16-le")[: edit.cursorPosition() * 2]
    return units.decode("utf-16-le")  # raises when the cursor stands inside a character


def compose(edit: ClusterEdit, preedit: str = "", commit: str = "") -> None:
    """What an input method sends: the text under conversion, or what was chosen."""
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QCoreApplication.sendEvent(edit, event)


class TestClusterEdit:
    @pytest.mark.parametrize("last", [KUZU, YOSHI, GA, "木"])
    def test_backspace_takes_a_whole_visible_character(self, qtbot: Any, last: str) -> None:
        edit = edit_with(qtbot, f"山{last}")
        edit.end(False)
        qtbot.keyClick(edit, Qt.Key.Key_Backspace)
        assert edit.text() == "山"

    @pytest.mark.parametrize("first", [KUZU, YOSHI, GA, "木"])
    def test_delete_takes_a_whole_visible_character(self, qtbot: Any, first: str) -> None:
        edit = edit_with(qtbot, f"{first}山")
        edit.home(False)
        qtbot.keyClick(edit, Qt.Key.Key_Delete)
        assert edit.text() == "山"

    def test_in_the_middle_the_neighbours_keep_their_selectors(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME)
        put_cursor(edit, KUZU + YOSHI)
        qtbot.keyClick(edit, Qt.Key.Key_Backspace)
        assert edit.text() == KUZU + TSUJI_ADOBE
        assert before_cursor(edit) == KUZU
        qtbot.keyClick(edit, Qt.Key.Key_Delete)
        assert edit.text() == KUZU

    def test_at_the_ends_nothing_is_taken(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME)
        edit.home(False)
        qtbot.keyClick(edit, Qt.Key.Key_Backspace)
        edit.end(False)
        qtbot.keyClick(edit, Qt.Key.Key_Delete)
        assert edit.text() == NAME

    def test_arrows_stand_only_between_visible_characters(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME)
        edit.end(False)
        seen = []
        for _ in range(4):
            seen.append(before_cursor(edit))
            qtbot.keyClick(edit, Qt.Key.Key_Left)
        assert seen == [NAME, KUZU + YOSHI, KUZU, ""]
        seen = []
        for _ in range(4):
            seen.append(before_cursor(edit))
            qtbot.keyClick(edit, Qt.Key.Key_Right)
        assert seen == ["", KUZU, KUZU + YOSHI, NAME]

    def test_a_selection_is_taken_as_it_is(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME)
        edit.selectAll()
        qtbot.keyClick(edit, Qt.Key.Key_Backspace)
        assert edit.text() == ""

    def test_a_field_to_read_stays(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME)
        edit.setReadOnly(True)
        edit.end(False)
        qtbot.keyClick(edit, Qt.Key.Key_Backspace)
        assert edit.text() == NAME

    def test_the_limit_counts_visible_characters(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME, limit=3)
        assert edit.text() == NAME
        edit.end(False)
        edit.insert(KUZU)
        assert edit.text() == NAME

    def test_in_a_full_field_what_stands_there_stays(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME, limit=3)
        put_cursor(edit, KUZU)
        edit.insert("山")
        assert edit.text() == NAME
        assert before_cursor(edit) == KUZU

    def test_what_is_pasted_is_cut_between_visible_characters(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, "", limit=2)
        QApplication.clipboard().setText(NAME)
        edit.paste()
        assert edit.text() == KUZU + YOSHI

    def test_a_selector_typed_after_its_kanji_belongs_to_it(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, "葛", limit=1)
        edit.end(False)
        edit.insert("\U000e0102")
        assert edit.text() == KUZU


class TestInputMethod:
    def test_what_is_under_conversion_is_not_yet_text(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, "")
        compose(edit, preedit="かつ")
        assert edit.text() == ""
        compose(edit, preedit=KUZU)
        compose(edit, commit=KUZU)
        assert edit.text() == KUZU

    def test_what_is_chosen_in_the_middle_keeps_every_selector(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, KUZU + TSUJI_ADOBE)
        put_cursor(edit, KUZU)
        compose(edit, preedit="よし")
        assert edit.text() == KUZU + TSUJI_ADOBE
        compose(edit, commit=YOSHI)
        assert edit.text() == NAME
        assert before_cursor(edit) == KUZU + YOSHI

    def test_given_up_conversion_leaves_the_text(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, NAME)
        edit.end(False)
        compose(edit, preedit="かつ")
        compose(edit)
        assert edit.text() == NAME

    def test_more_than_the_limit_is_not_taken_in_halves(self, qtbot: Any) -> None:
        edit = edit_with(qtbot, KUZU, limit=2)
        edit.end(False)
        compose(edit, commit=TSUJI_ADOBE + YOSHI)
        assert edit.text() == KUZU + TSUJI_ADOBE


def outline(run: Run, glyph: Glyph) -> QPainterPath:
    """The glyph at 1000 pixels per em as the font file has it, read without Qt."""
    path, scale = QPainterPath(), 1000.0 / run.font.units_per_em

    def at(x: float, y: float) -> QPointF:
        return QPointF(x * scale, -y * scale)

    pen = hb.DrawFuncs()
    pen.set_move_to_func(lambda x, y, _: path.moveTo(at(x, y)))
    pen.set_line_to_func(lambda x, y, _: path.lineTo(at(x, y)))
    pen.set_quadratic_to_func(lambda cx, cy, x, y, _: path.quadTo(at(cx, cy), at(x, y)))
    pen.set_close_path_func(lambda _: path.closeSubpath())
    hb.Font(run.font.face).draw_glyph(glyph.glyph, pen, None)
    return path


def points(path: QPainterPath) -> list[float]:
    """Every point of the outline, in order."""
    elements = [path.elementAt(at) for at in range(path.elementCount())]
    return [number for one in elements for number in (one.x, one.y)]


def picture(qtbot: Any, label: NameLabel) -> QImage:
    qtbot.addWidget(label)
    label.resize(120, 60)
    return label.grab().toImage()


@pytest.mark.req("SEC-119")
class TestShape:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("葛", KUZU),
            ("辻", TSUJI_ADOBE),
            ("葛\U000e0100", "葛\U000e0101"),
            ("高", "髙"),
            ("𠮷", "吉"),
        ],
    )
    def test_variants_are_drawn_apart(
        self, qtbot: Any, painter: NamePainter, one: str, other: str
    ) -> None:
        first = picture(qtbot, NameLabel(painter, one, 40.0))
        assert first == picture(qtbot, NameLabel(painter, one, 40.0))
        assert first != picture(qtbot, NameLabel(painter, other, 40.0))

    @pytest.mark.parametrize("cluster", [KUZU, TSUJI_ADOBE, TSUJI_MOJI_JOHO, YOSHI, "﨑", "神"])
    def test_the_outline_is_the_glyph_that_the_paper_takes(
        self, painter: NamePainter, fonts: FontSet, cluster: str
    ) -> None:
        (run,) = split_runs(cluster, fonts, 1000.0).runs
        (glyph,) = run.glyphs
        path, advance = painter.path(cluster, 1000.0)
        assert advance == pytest.approx(glyph.advance)
        assert points(path) == pytest.approx(points(outline(run, glyph)), abs=0.1)

    def test_a_line_is_as_wide_as_on_the_paper(self, painter: NamePainter, fonts: FontSet) -> None:
        text = f"{KUZU}{TSUJI_ADOBE}　{YOSHI}子"
        path, advance = painter.path(text, 30.0)
        line = split_runs(text, fonts, 30.0)
        assert len(line.runs) > 1  # both collections: more than one font
        assert advance == pytest.approx(line.width)
        assert 0 < path.boundingRect().width() <= advance

    def test_what_no_font_holds_is_drawn_as_the_paper_would(self, painter: NamePainter) -> None:
        private = "\U000f0001"
        assert painter.path(private, 40.0)[0] == painter.path(SUBSTITUTE, 40.0)[0]

    def test_the_label_tells_its_text_and_grows_with_it(
        self, qtbot: Any, painter: NamePainter
    ) -> None:
        label = NameLabel(painter, KUZU, 40.0)
        qtbot.addWidget(label)
        narrow = label.sizeHint().width()
        before = picture(qtbot, label)
        label.set_text(NAME)
        assert (label.text(), label.accessibleName()) == (NAME, NAME)
        assert label.sizeHint().width() > narrow * 2
        assert picture(qtbot, label) != before

    def test_while_a_name_is_typed_its_shape_stands_beneath(
        self, qtbot: Any, painter: NamePainter
    ) -> None:
        edit = NameEdit(painter)
        qtbot.addWidget(edit)
        edit.show()
        compose(edit.edit, commit=NAME)
        assert edit.shape.text() == NAME
        qtbot.keyClick(edit.edit, Qt.Key.Key_Backspace)
        assert edit.shape.text() == KUZU + YOSHI == "".join(clusters(NAME)[:2])
