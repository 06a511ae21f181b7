"""Folding of names for search (DOMAIN 6.7) and what must stay untouched."""

from __future__ import annotations

import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import text

ALPHABET = st.characters(
    whitelist_categories=("Lo", "Lm", "Mn", "Nd", "Zs", "Pd", "Lu"), max_codepoint=0x2FFFF
)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("渡\u9089\U000e010f", "渡辺"),
        ("\u845b\U000e0102西", "葛西"),
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("\U00020bb7田", "吉田"),
        ("齋藤", "斉藤"),
        ("\ufa19\ufa1b", "神福"),
        ("佐々木", "佐佐木"),
        ("渡 辺　太郎", "渡辺太郎"),
        ("ミヂカ", "ミジカ"),
        ("シヅカ", "シズカ"),
        ("ヴァイオレット", "バイオレツト"),
        ("ヴ", "ブ"),
        ("ハットリ", "ハツトリ"),
        ("キョウコ", "キヨウコ"),
        ("はっとり", "ハットリ"),
        ("ﾜﾀﾅﾍﾞ", "ワタナベ"),
        ("ワタナヘ゛", "ワタナベ"),
        ("オオノ", "オウノ"),
        ("コウタ", "コオタ"),
        ("コータ", "コウタ"),
        ("ロ－ラ", "ロ―ラ"),
        ("イー", "イ-"),
        ("カヲル", "カオル"),
        ("ジョン・スミス", "ジヨンスミス"),
        ("ＪＯＨＮ Smith", "JohnSMITH"),
        ("龍ヶ崎", "竜ケ崎"),
    ],
)
def test_what_is_written_is_found_by_what_is_typed(written, typed):
    assert text.search_key(written) == text.search_key(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("渡辺", "渡部"), ("カキ", "ガキ"), ("ハハ", "パパ"), ("ユウコ", "ユコ"), ("花子", "華子")],
)
def test_different_names_stay_different(one, other):
    assert text.search_key(one) != text.search_key(other)


@given(st.text(ALPHABET, max_size=12))
def test_a_key_is_its_own_key(name):
    key = text.search_key(name)
    assert text.search_key(key) == key


@given(st.text(ALPHABET, max_size=12))
def test_clusters_join_to_the_same_text_and_never_begin_with_a_selector(name):
    parts = text.clusters(name)
    assert "".join(parts) == name
    assert not any(text.is_selector(part[0]) for part in parts[1:])


def test_a_base_and_its_selector_are_one():
    assert text.clusters("葛\U000e0102西") == ("葛\U000e0102", "西")
    assert text.clusters("か\u3099") == ("か\u3099",)
    assert text.clusters("\U00020bb7") == ("\U00020bb7",)
    assert text.strip_selectors("葛\U000e0102西\ufe00") == "葛西"


def test_bigrams_are_neighbours_without_repetition():
    assert text.bigrams("山田太郎") == ("山田", "田太", "太郎")
    assert text.bigrams("ララララ") == ("ララ",)
    assert text.bigrams("林") == ()


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("わたなべ はなこ", "ワタナベ　ハナコ"),
        ("ﾜﾀﾅﾍﾞ  ﾊﾅｺ", "ワタナベ　ハナコ"),
        ("ワタナヘ゛", "ワタナベ"),
        ("ｶﾞｰﾗ", "ガーラ"),
        ("\ufa19ヴ", "\ufa19ヴ"),
    ],
)
def test_kana_are_recorded_in_full_width_katakana(typed, recorded):
    assert text.to_katakana(typed) == recorded


@pytest.mark.parametrize(
    "good", ["ワタナベ ハナコ", "わたなべ", "ﾜﾀﾅﾍﾞ", "コータ", "ジョン・スミス"]
)
def test_kana_are_recognised(good):
    assert text.is_kana(good)


@pytest.mark.parametrize("bad", ["", "  ", "ー", "渡辺", "ワタナベ花", "ABC", "12"])
def test_what_is_not_kana_is_not(bad):
    assert not text.is_kana(bad)


def test_digits_of_a_telephone_number():
    assert text.digits("０２５-123-４５６７ (内線)") == "0251234567"


def test_the_table_of_variants_contradicts_itself_nowhere():
    pairs = tomllib.loads(text.VARIANTS_FILE.read_text(encoding="utf-8"))
    variants = [variant for found in pairs.values() for variant in found]
    assert len(variants) == len(set(variants))
    assert not set(variants) & set(pairs)
    for character in (*variants, *pairs):
        assert len(character) == 1
        assert unicodedata.normalize("NFKC", character) == character
