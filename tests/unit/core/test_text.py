"""Folding of names for search (DOMAIN 6.7) and what must stay untouched."""

from __future__ import annotations

import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import text
from app.core.signs import DASHES, SPACES, UNSEEN, WAVES, hidden_sign, is_blank, plain

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
        ("みすゞ", "ミスズ"),
        ("ミスヾ", "みすず"),
        ("ほゝづき", "ホホズキ"),
        ("ガヽ", "ガカ"),
        ("カ\u3099ヽ", "ガカ"),
        ("スヽ\u3099キ", "スズキ"),
        ("ラヾ", "ララ"),
        ("⻑谷川", "長谷川"),
        ("⾧谷川", "長谷川"),
        ("⼾田", "戸田"),
        ("⻄⻘", "西青"),
        ("か\u3099と", "ガト"),
        ("José", "JOSE"),
        ("\U0001b017\U0001b07e", "カナ"),  # 変体仮名
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
        ("ｶﾞ-ﾗ", "ガーラ"),
        ("か\u3099ーら", "ガーラ"),
        ("つじさき　みすゞ", "ツジサキ　ミスヾ"),
        ("ロ〜ラ\u00a0\u200bハナ", "ローラ　ハナ"),
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


@pytest.mark.parametrize(
    ("name", "words", "forms"),
    [("joyo", 362, 364), ("jinmei", 18, 18), ("jinmei_old", 212, 212), ("hyogai", 22, 22)],
)
def test_the_lists_of_the_law_are_whole(name: str, words: int, forms: int) -> None:
    """常用漢字表 has 364 characters in brackets (three of them at 弁), 別表第二 18 and 212."""
    found = text.variant_sets()[name]
    assert len(set(found)) == len(found) == words
    assert sum(len(word) - 1 for word in found) == forms
    assert all(len(set(word)) == len(word) for word in found)


@pytest.mark.parametrize("name", text.variant_sets())
def test_every_form_of_a_word_has_the_key_of_its_plain_form(name: str) -> None:
    for word in text.variant_sets()[name]:
        assert len({text.search_key(f"見{form}本") for form in word}) == 1, word


def test_each_list_says_where_it_comes_from() -> None:
    lists = tomllib.loads(text.VARIANTS_FILE.read_text(encoding="utf-8"))
    assert all(found["source"] and found["title"] for found in lists.values())


def test_every_radical_and_stroke_of_unicode_has_its_kanji() -> None:
    """U+2E80 has no equivalent, U+2E9A is no character; the rest of the three blocks has one."""
    known = text.lookalikes()
    radicals = [*range(0x2E81, 0x2E9A), *range(0x2E9B, 0x2EF4), *range(0x2F00, 0x2FD6)]
    assert not [hex(code) for code in radicals if chr(code) not in known]
    for sign, kanji in known.items():
        assert text.search_key(f"{sign}谷川") == text.search_key(f"{kanji}谷川")


@pytest.mark.parametrize(
    ("one", "other"),
    [("亜", "悪"), ("弁", "余"), ("斉", "済"), ("鉄", "銭"), ("大", "太"), ("土", "士")],
)
def test_kanji_that_are_not_the_same_do_not_fold(one: str, other: str) -> None:
    assert text.search_key(one) != text.search_key(other)


@given(st.sampled_from(DASHES), st.sampled_from(DASHES + WAVES))
def test_every_dash_and_wave_is_one_long_mark(one: str, other: str) -> None:
    assert text.search_key(f"ロ{one}ラ") == text.search_key(f"ロ{other}ラ") == "ロオラ"


@pytest.mark.parametrize("sign", [*SPACES, *UNSEEN], ids=lambda sign: f"U+{ord(sign):04X}")
def test_what_is_not_seen_does_not_part_a_name(sign: str) -> None:
    assert text.search_key(f"渡{sign}辺{sign}") == text.search_key("渡辺")
    assert is_blank(sign)
    assert plain(f"{sign}1{sign}") == "1"


FOREIGN_DASHES = set("\u058a\u05be\u1400\u1806\u2e17\u2e1a\u2e40\u2e5d\u30a0\U00010ead")
"""Dashes of other scripts, double and oblique ones; U+30A0 parts the words of foreign names."""


def test_every_dash_space_and_zero_width_sign_of_unicode_is_in_its_list():
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    dashes = {sign for sign in every if unicodedata.category(sign) == "Pd"} - FOREIGN_DASHES
    assert dashes <= set(DASHES + WAVES)
    assert {sign for sign in every if unicodedata.category(sign)[0] == "Z"} <= set(SPACES)
    assert not set(DASHES) & set(WAVES) and not set(SPACES) & set(UNSEEN)
    joined = DASHES + WAVES + SPACES + UNSEEN
    assert len(joined) == len(set(joined))


@pytest.mark.parametrize(
    "brought",
    [
        "山\u200b田　太郎",
        "山田\u202e　太郎",
        "山田\n太郎",
        "山田　太\x07郎",
        "山田　太\U000e0041郎",
        "山\u0301\u0302\u0303田太郎",
    ],
)
def test_a_name_with_hidden_signs_that_a_file_brought_is_found_as_it_is_seen(brought: str) -> None:
    assert text.search_key(brought) == text.search_key("山田太郎")
    assert hidden_sign(brought)


@pytest.mark.parametrize(
    "name", ["山田　太郎", "髙﨑𠮷", "葛\U000e0102城", "José", "ハ\u309a", "外\ue000字", ""]
)
def test_a_name_that_a_reader_sees_hides_nothing(name: str) -> None:
    assert hidden_sign(name) == ""
