"""Names as text: what belongs together on screen, and the keys by which persons are found.

Nothing here changes what is stored. A name is kept, shown and printed exactly as it was
recorded; NFC and NFKC alike would turn U+FA19 神 or U+FA1B 福 into other characters. Only a
search key (検索キー) is folded, by DOMAIN 6.7, and a search key is never shown.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache

from app.core.paths import RESOURCES

VARIANTS_FILE = RESOURCES / "texts" / "name_variants.toml"

_NO_SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
_LONG_MARK = "ー"
_DASHES = "-‐‑‒–—―−－ｰ─━ー〜～~"
_VU_ROW = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴ": "ブ"}
_SMALL_AND_SAME_SOUND = str.maketrans(
    "ァィゥェォッャュョヮヵヶヂヅヰヱヲ", "アイウエオツヤユヨワカケジズイエオ"
)
_LONG_O = re.compile(f"(?<=[オコゴソゾトドノホボポモヨロ])[ウ{_LONG_MARK}]+")
_DROPPED = frozenset("・･,.，．、。'’=＝゠")
# standing alone these become a space and a mark under NFKC, and would not join their kana
_VOICE_MARKS = str.maketrans({"゛": "\u3099", "゜": "\u309a"})
_LEFT_OUT = {**_NO_SELECTORS, **_VOICE_MARKS}
_HIRAGANA_TO_KATAKANA = {
    **{code: code + 0x60 for code in range(0x3041, 0x3097)},
    **{code: code + 0x60 for code in (0x309D, 0x309E)},
}


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
    """Kana as they are recorded (カナ氏名): full-width katakana, half-width and hiragana
    turned, every run of spaces one full-width space. Other characters stay as they are."""
    joined = text.translate(_VOICE_MARKS)
    full = "".join(
        unicodedata.normalize("NFKC", run) if _is_half_kana(run[0]) else run
        for run in _half_kana_runs(joined)
    )
    turned = unicodedata.normalize("NFC", full) if "\u3099" in full or "\u309a" in full else full
    return "\u3000".join(turned.translate(_HIRAGANA_TO_KATAKANA).split())


def is_kana(text: str) -> bool:
    """Whether ``text`` holds kana (any width), long marks, middle dots and spaces only, and at
    least one kana: what a kana search and a カナ氏名 may consist of."""
    kept = [c for c in text if not c.isspace() and c not in _DASHES and c not in "・･"]
    return bool(kept) and all(_is_kana_letter(character) for character in kept)


@cache
def _plain() -> dict[int, str | None]:
    """Hiragana as katakana, variants as their plain form, dashes as one, marks dropped: one
    table, because every name of a file goes through it."""
    pairs = tomllib.loads(VARIANTS_FILE.read_text(encoding="utf-8"))
    base_of = {variant: base for base, variants in pairs.items() for variant in variants}
    marks: dict[str, str | None] = dict.fromkeys(_DASHES, _LONG_MARK)
    marks |= dict.fromkeys(_DROPPED)
    folded: dict[int, str | None] = {ord(mark): plain for mark, plain in marks.items()}
    folded |= {ord(variant): marks.get(base, base) for variant, base in base_of.items()}
    for hiragana, code in _HIRAGANA_TO_KATAKANA.items():
        katakana = chr(code)
        folded[hiragana] = base_of.get(katakana, katakana)
    return folded


def search_key(text: str) -> str:
    """The key under which a name, in kanji or kana, is stored for search and looked up.

    Variants fold to their plain form (邉邊→辺), selectors go, width and letter case go,
    hiragana reads as katakana, ヂ=ジ, ヅ=ズ, ヴァ=バ, ッ=ツ (and every small kana its large
    one), all long marks, hyphens and dashes are one, オ段+ウ is オ段+オ, spaces and middle dots
    are ignored, 々 repeats the character before it. ``search_key(search_key(x))`` is
    ``search_key(x)``.
    """
    if not text:
        return ""
    plain = unicodedata.normalize("NFKC", text.translate(_LEFT_OUT))
    key = "".join(plain.upper().translate(_plain()).split())
    if "々" in key or "〻" in key:
        key = _repeated(key)
    return _fold_kana(unicodedata.normalize("NFKC", key))


def _repeated(text: str) -> str:
    kept: list[str] = []
    for character in text:
        kept.append(kept[-1] if character in "々〻" and kept else character)
    return "".join(kept)


def _fold_kana(text: str) -> str:
    if "ヴ" in text:
        for written, plain in _VU_ROW.items():
            text = text.replace(written, plain)
    return _LONG_O.sub(_long_o, text.translate(_SMALL_AND_SAME_SOUND))


def _long_o(run: re.Match[str]) -> str:
    return "オ" * len(run.group())


def bigrams(key: str) -> tuple[str, ...]:
    """Every two neighbours of a search key, each pair once, in order of appearance."""
    return tuple(dict.fromkeys(key[at : at + 2] for at in range(len(key) - 1)))


def digits(text: str) -> str:
    """The digits of ``text`` as ASCII, everything else left out: a telephone number's key."""
    values = (unicodedata.decimal(character, None) for character in text)
    return "".join(str(value) for value in values if value is not None)


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
        or "\u3099" <= character <= "\u309e"
        or "\u30a1" <= character <= "\u30fa"
        or "\u30fd" <= character <= "\u30fe"
        or _is_half_kana(character)
    )
