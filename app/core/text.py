"""Names as text: what belongs together on screen, and the keys by which persons are found.

Nothing here changes what is stored. A name is kept, shown and printed exactly as it was
recorded; NFC and NFKC alike would turn U+FA19 神 or U+FA1B 福 into other characters. Only a
search key (検索キー) is folded, by DOMAIN 6.7, and a search key is never shown.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache

from app.core.paths import RESOURCES
from app.core.signs import (
    DASHES,
    HALF_VOICED,
    SPACES,
    UNSEEN,
    VOICE_MARKS,
    VOICED,
    WAVES,
    plain,
    without_hidden,
    without_unseen,
)

VARIANTS_FILE = RESOURCES / "texts" / "name_variants.toml"
LOOKALIKES_FILE = RESOURCES / "texts" / "kanji_lookalikes.toml"

_NO_SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
_LONG_MARK = "ー"
_LONG_MARKS = DASHES + WAVES
_VU_ROW = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴ": "ブ"}
_SMALL_AND_SAME_SOUND = str.maketrans(
    "ァィゥェォッャュョヮヵヶヂヅヰヱヲヷヸヹヺㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ",
    "アイウエオツヤユヨワカケジズイエオバビベボクシストヌハヒフヘホムラリルレロ",
)
_LONG_O = re.compile(f"(?<=[オコゴソゾトドノホボポモヨロ])[ウ{_LONG_MARK}]+")
_DROPPED = frozenset("・･,.，．、。'’=＝゠")
# Before NFKC, which makes of some of these a space with a mark over it.
_FIRST: dict[int, str | None] = {
    **_NO_SELECTORS,
    **VOICE_MARKS,
    **dict.fromkeys(map(ord, SPACES + UNSEEN)),
    **dict.fromkeys(map(ord, _LONG_MARKS), _LONG_MARK),
}
_HIRAGANA_TO_KATAKANA = {
    **{code: code + 0x60 for code in range(0x3041, 0x3097)},
    **{code: code + 0x60 for code in (0x309D, 0x309E)},
}
_BETWEEN_WORDS = re.compile(f"[{re.escape(SPACES)}・･＝=゠]+")
_HENTAIGANA = range(0x1B001, 0x1B11F)
_KANA_REPEATED = {"ヽ": "", "ヾ": VOICED}
# Marks over and under Latin letters; Japanese input has none, a passport has them.
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_MARKED_LATIN = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")


def is_selector(character: str) -> bool:
    """Whether this is a variation selector (異体字セレクタ), standardised or ideographic."""
    return ord(character) in _NO_SELECTORS


def strip_selectors(text: str) -> str:
    """``text`` without variation selectors: for search keys, never for what is kept."""
    return text.translate(_NO_SELECTORS)


def clusters(text: str) -> tuple[str, ...]:
    """``text`` in units that a person sees as one character: a base with its variation
    selector or combining marks. Joined again they give ``text``."""
    found: list[str] = []
    for character in text:
        if found and (is_selector(character) or unicodedata.category(character)[0] == "M"):
            found[-1] += character
        else:
            found.append(character)
    return tuple(found)


def to_katakana(text: str) -> str:
    """Kana as they are recorded (カナ氏名): full-width katakana, half-width and hiragana turned,
    every run of spaces one full-width space, decomposed kana joined, a dash or wave after a kana
    the long mark. Other characters stay as they are."""
    words = "".join(" " if sign in SPACES else sign for sign in without_unseen(text)).split()
    return "\u3000".join(map(_word_in_katakana, words))


def _word_in_katakana(word: str) -> str:
    joined = join_kana(word).translate(_HIRAGANA_TO_KATAKANA)
    kept: list[str] = []
    for sign in joined:
        long = sign in _LONG_MARKS and kept and (_is_kana_letter(kept[-1]) or kept[-1] == "ー")
        kept.append(_LONG_MARK if long else sign)
    return "".join(kept)


def join_kana(text: str) -> str:
    """``text`` with half-width and decomposed kana (か + U+3099, か゛) as the one full-width sign
    that each of them is; everything else stays as it was recorded."""
    if not any(_is_half_kana(sign) or sign in "\u3099\u309a\u309b\u309c" for sign in text):
        return text
    joined = text.translate(VOICE_MARKS)
    full = "".join(
        unicodedata.normalize("NFKC", run) if _is_half_kana(run[0]) else run
        for run in _half_kana_runs(joined)
    )
    kept: list[str] = []
    for sign in full:
        pair = unicodedata.normalize("NFC", kept[-1] + sign) if kept else ""
        if sign in (VOICED, HALF_VOICED) and len(pair) == 1:
            kept[-1] = pair
        else:
            kept.append(sign)
    return "".join(kept)


def is_kana(text: str) -> bool:
    """Whether ``text`` holds kana (any width), long marks, middle dots and spaces only, and at
    least one kana: what a kana search and a カナ氏名 may consist of."""
    kept = [c for c in text if c not in SPACES and c not in _LONG_MARKS and c not in "・･=＝゠"]
    return bool(kept) and all(_is_kana_letter(character) for character in kept)


@cache
def variant_sets() -> dict[str, tuple[str, ...]]:
    """The words of each list of ``VARIANTS_FILE``: a character and the forms found with it."""
    lists = tomllib.loads(VARIANTS_FILE.read_text(encoding="utf-8"))
    return {name: tuple(found["pairs"].split()) for name, found in lists.items()}


@cache
def lookalikes() -> dict[str, str]:
    """Signs that look like a kanji and are none (⻑, ⼾), each with the kanji it looks like."""
    words = tomllib.loads(LOOKALIKES_FILE.read_text(encoding="utf-8"))["signs"].split()
    return {word[0]: word[1:] for word in words}


@cache
def _folded_variants() -> dict[str, str]:
    """Each character of a variant list to the one that stands for all found with it: the first
    in the order of the lists, the law's own lists before the registers'."""
    first: dict[str, str] = {}
    for word in (word for words in variant_sets().values() for word in words):
        forms = [unicodedata.normalize("NFKC", sign) for sign in word]
        plain_forms = dict.fromkeys(first[form] for form in forms if form in first)
        chosen = next(iter(plain_forms), forms[0])
        for known in [key for key, base in first.items() if base in plain_forms]:
            first[known] = chosen
        first.update(dict.fromkeys(forms, chosen))
    return {form: base for form, base in first.items() if form != base}


@cache
def _plain() -> dict[int, str | None]:
    """Hiragana as katakana, variants and lookalikes as their plain form, dashes as one, marks
    dropped: one table, because every name of a file goes through it."""
    base_of = _folded_variants()
    marks: dict[str, str | None] = dict.fromkeys(_LONG_MARKS, _LONG_MARK)
    marks |= dict.fromkeys(_DROPPED)
    marks |= dict.fromkeys(SPACES)
    folded: dict[int, str | None] = {ord(mark): plain for mark, plain in marks.items()}
    folded |= {ord(variant): marks.get(base, base) for variant, base in base_of.items()}
    for sign, kanji in lookalikes().items():
        folded[ord(sign)] = base_of.get(kanji, kanji)
    for hiragana, code in _HIRAGANA_TO_KATAKANA.items():
        katakana = chr(code)
        folded[hiragana] = base_of.get(katakana, katakana)
    folded.update(_hentaigana())
    return folded


def _hentaigana() -> Iterator[tuple[int, str]]:
    """変体仮名 of old family registers as the katakana of today, by their Unicode names."""
    for code in _HENTAIGANA:
        sound = unicodedata.name(chr(code), "-").split()[-1].split("-")[0]
        try:
            letter = unicodedata.lookup(f"HIRAGANA LETTER {sound}")
        except KeyError:
            continue
        yield code, letter.translate(_HIRAGANA_TO_KATAKANA)


def search_key(text: str) -> str:
    """The key under which a name, in kanji or kana, is stored for search and looked up.

    Variants fold to their plain form (邉邊→辺), signs that look like a kanji to the kanji,
    selectors, controls, format signs and marks over letters go, width and letter case go,
    hiragana and 変体仮名
    read as katakana, ヂ=ジ, ヅ=ズ, ヴァ=バ, ッ=ツ (and every small kana its large one), all long
    marks, hyphens, dashes and waves are one, オ段+ウ is オ段+オ, spaces and middle dots are
    ignored, 々 repeats the character before it, ゝゞヽヾ the kana before them.
    ``search_key(search_key(x))`` is ``search_key(x)``.
    """
    if not text:
        return ""
    plain = unicodedata.normalize("NFKC", without_hidden(text.translate(_FIRST)))
    if _MARKED_LATIN.search(plain):
        plain = unicodedata.normalize("NFC", _without_latin_marks(plain))
    key = plain.upper().translate(_plain())
    if not _REPEAT_MARKS.isdisjoint(key):
        key = repeated(key)
    return _fold_kana(unicodedata.normalize("NFKC", key))


def _without_latin_marks(text: str) -> str:
    return "".join(
        _LATIN_MARKS.sub("", unicodedata.normalize("NFD", sign)) if sign.isalpha() else sign
        for sign in text
    )


_REPEAT_MARKS = frozenset("々〻ヽヾ")


def repeated(text: str) -> str:
    """``text`` with 々 written as the character before it, ヽヾ as the kana before them."""
    kept: list[str] = []
    for character in text:
        before = kept[-1] if kept else ""
        if character in "々〻" and before:
            kept.append(before)
        elif character in _KANA_REPEATED and (_is_kana_letter(before) or before == _LONG_MARK):
            kept.append(_kana_again(before, _KANA_REPEATED[character]))
        else:
            kept.append(character)
    return "".join(kept)


def _kana_again(before: str, mark: str) -> str:
    """The kana before once more, without (ヽ) or with (ヾ) its 濁点 where it can have one."""
    bare = unicodedata.normalize("NFD", before)[0]
    again = unicodedata.normalize("NFC", bare + mark)
    return again if len(again) == 1 else bare


def _fold_kana(text: str) -> str:
    if "ヴ" in text:
        for written, plain in _VU_ROW.items():
            text = text.replace(written, plain)
    return _LONG_O.sub(_long_o, text.translate(_SMALL_AND_SAME_SOUND))


def _long_o(run: re.Match[str]) -> str:
    return "オ" * len(run.group())


def name_words(name: str) -> list[str]:
    """The parts of a name: between them stand spaces, and middle dots in those of foreigners."""
    return [word for word in _BETWEEN_WORDS.split(name) if word]


def bigrams(key: str) -> tuple[str, ...]:
    """Every two neighbours of a search key, each pair once, in order of appearance."""
    return tuple(dict.fromkeys(key[at : at + 2] for at in range(len(key) - 1)))


def digits(text: str) -> str:
    """The ASCII digits of ``text`` once its signs are plain, everything else left out."""
    return "".join(sign for sign in plain(text) if sign in "0123456789")


def _is_half_kana(character: str) -> bool:
    return "\uff66" <= character <= "\uff9f"


def _half_kana_runs(text: str) -> list[str]:
    runs: list[str] = []
    for character in text:
        same = runs and _is_half_kana(runs[-1][-1]) == _is_half_kana(character)
        if same:
            runs[-1] += character
        else:
            runs.append(character)
    return runs


def _is_kana_letter(character: str) -> bool:
    return (
        "\u3041" <= character <= "\u3096"
        or "\u31f0" <= character <= "\u31ff"
        or "\u3099" <= character <= "\u309e"
        or "\u30a1" <= character <= "\u30fa"
        or "\u30fd" <= character <= "\u30fe"
        or _is_half_kana(character)
    )
