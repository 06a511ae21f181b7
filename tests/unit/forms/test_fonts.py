"""Which font holds which character or sequence; what none holds is told apart and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from app.core.errors import EnvironmentFault, UserError
from forms.fonts import (
    FontFile,
    FontSet,
    FontSpec,
    MissingKind,
    load_fonts,
    refuse_missing_sequences,
    split_runs,
)
from forms.proof.sources import SourceFont

BIZ = "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf"


def one_font(path: str, *, private_use: bool = False) -> FontSet:
    spec = FontSpec("one", ("mincho", "gothic", "bold"), Path(path), "", private_use)
    return FontSet([spec])


def box_font(path: Path, codes: tuple[int, ...]) -> None:
    """A tiny font whose every character is a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"g{code:x}" for code in codes)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({code: f"g{code:x}" for code in codes})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupPost()
    builder.save(path)


def names_of(text: str, fonts: FontSet, role: str = "mincho") -> list[str]:
    return [run.font.spec.name for run in split_runs(text, fonts, 10.0, role).runs]


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("髙﨑", "IPAexMincho"),
        ("𠮷田", "IPAmjMincho"),
        ("葛\U000e0100", "IPAexMincho"),  # Adobe-Japan1
        ("辻\U000e0100", "IPAexMincho"),
        ("葛\U000e0102", "IPAmjMincho"),  # Moji_Joho
        ("邉\U000e010f", "IPAmjMincho"),
        ("神\ufe00", "IPAexMincho"),  # standardized variation sequence
    ],
)
def test_exact_character_is_found(fonts: FontSet, text: str, font: str) -> None:
    line = split_runs(text, fonts, 10.0)
    assert not line.missing
    assert line.text == text
    assert [run.font.spec.name for run in line.runs] == [font]


def test_variant_is_another_outline_than_the_bare_character(fonts: FontSet) -> None:
    variant = split_runs("葛\U000e0102", fonts, 10.0).runs[0]
    bare = variant.font.find_glyph("葛")
    assert variant.glyphs[0].glyph != bare


def test_collections_do_not_stand_in_for_each_other() -> None:
    moji_joho = one_font("/usr/share/fonts/truetype/ipamj/ipamjm.ttf")
    line = split_runs("葛\U000e0100城", moji_joho, 10.0)
    assert [(item.kind, item.codes) for item in line.missing] == [
        (MissingKind.SEQUENCE, "U+845B U+E0100")
    ]
    assert line.text == "〓城"


def test_missing_sequence_stops_the_print_and_names_the_character(fonts: FontSet) -> None:
    line = split_runs("葛\U000e01ef", fonts, 10.0)
    with pytest.raises(UserError) as caught:
        refuse_missing_sequences(line.missing, "氏名", "name")
    assert caught.value.field == "name"
    assert caught.value.code == "forms.sequence_missing"
    assert "葛" in caught.value.message
    assert "U+845B U+E01EF" in caught.value.message


@pytest.mark.parametrize("text", ["\ue000", "\U0010de92", "\u200b", "\t", "J\u0301", "\U000e0100"])
def test_unmapped_character_is_substituted_and_listed(fonts: FontSet, text: str) -> None:
    line = split_runs(f"山{text.strip(' ')}田" if text != "\U000e0100" else text, fonts, 10.0)
    assert [item.kind for item in line.missing] == [MissingKind.CHARACTER]
    assert "〓" in line.text
    refuse_missing_sequences(line.missing, "氏名", "name")


def test_combining_mark_is_drawn_composed_but_stays_as_written(fonts: FontSet) -> None:
    line = split_runs("か\u3099", fonts, 10.0)
    assert line.text == "か\u3099"
    glyph = line.runs[0].glyphs[0]
    assert glyph.glyph == line.runs[0].font.find_glyph("が")


def test_private_use_comes_only_from_the_font_configured_for_it(tmp_path: Path) -> None:
    path = tmp_path / "own.ttf"
    box_font(path, (0x3013, 0xE000, 0x5C71))
    assert split_runs("\ue000", one_font(str(path)), 10.0).text == "〓"
    own = split_runs("\ue000", one_font(str(path), private_use=True), 10.0)
    assert own.text == "\ue000"
    assert not own.missing


@pytest.mark.parametrize("name", ["IPAexMincho", "IPAmjMincho", "BIZ UDGothic"])
def test_two_readers_agree_on_every_sequence(fonts: FontSet, name: str) -> None:
    """What draws (HarfBuzz) and what proves (fontTools) find the same glyphs."""
    file = next(file for file in fonts.files if file.spec.name == name)
    judge = SourceFont(file.spec.path)
    sequences = [chr(base) + chr(selector) for base, selector in judge._sequences]
    assert len(sequences) > 400
    for text in sequences:
        assert file.find_glyph(text) == judge.find_glyph(text), ascii(text)
    for text in "一二髙﨑葛辻邉0123年月日" + ("𠮷" if name == "IPAmjMincho" else ""):
        assert file.find_glyph(text) == judge.find_glyph(text) is not None
    for text in ("葛\U000e01ef", "葛\U000e0102\U000e0102"):
        assert file.find_glyph(text) is None
        assert judge.find_glyph(text) is None


def test_one_hand_for_a_name_where_one_good_font_holds_it(fonts: FontSet) -> None:
    assert names_of("髙﨑 𠮷男", fonts) == ["IPAmjMincho"]
    assert names_of("辻\U000e0100 邉\U000e010f", fonts) == ["IPAexMincho", "IPAmjMincho"]


def test_advances_come_in_the_unit_of_the_size(fonts: FontSet) -> None:
    line = split_runs("漢字", fonts, 12.0)
    assert [glyph.advance for glyph in line.runs[0].glyphs] == [12.0, 12.0]
    assert line.width == pytest.approx(24.0)


def config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "fonts.toml"
    path.write_text(text, encoding="utf-8")
    return path


ENTRY = '[[font]]\nname = "A"\nroles = ["gothic", "bold", "mincho"]\nfiles = ["{file}"]\n{more}'


def test_missing_required_font_is_a_fault_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        load_fonts(config(tmp_path, ENTRY.format(file="gone.ttf", more="")))
    assert caught.value.code == "forms.font_missing"
    assert "「A」" in caught.value.message


def test_missing_optional_font_is_left_out(tmp_path: Path) -> None:
    text = ENTRY.format(file=BIZ, more="") + (
        '[[font]]\nname = "B"\nroles = ["mincho"]\nfiles = ["gone.ttf"]\nrequired = false\n'
    )
    assert [file.spec.name for file in load_fonts(config(tmp_path, text)).files] == ["A"]


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "",
        ENTRY.format(file=BIZ, more="colour = 1\n"),
        ENTRY.format(file=BIZ, more="").replace("mincho", "script"),
        '[[font]]\nname = "A"\nroles = ["mincho"]\n',
    ],
)
def test_wrong_list_of_fonts_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        load_fonts(config(tmp_path, text))
    assert caught.value.code == "forms.fonts_config"


def test_font_beside_the_list_is_taken_before_the_system_one(tmp_path: Path) -> None:
    box_font(tmp_path / "own.ttf", (0x3013,))
    text = ENTRY.format(file='own.ttf", "' + BIZ, more="")
    assert load_fonts(config(tmp_path, text)).files[0].spec.path == tmp_path / "own.ttf"


def test_unusable_font_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttf"
    path.write_bytes(b"no font at all")
    file = FontFile(FontSpec("破損", ("mincho",), path, "", False))
    with pytest.raises(EnvironmentFault) as caught:
        file.find_glyph("山")
    assert caught.value.code == "forms.font_unusable"
