"""Names in Latin letters (ローマ字): how a clerk finds a foreigner's or anybody's kana without the
input method. Hepburn and Kunrei spellings are read alike: SHI and SI, TSU and TU, FU and HU."""

from __future__ import annotations

from app.core.signs import plain

_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "s": "サシスセソ",
    "t": "タチツテト",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "m": "マミムメモ",
    "y": "ヤ ユ ヨ",
    "r": "ラリルレロ",
    "w": "ワ   ヲ",
    "g": "ガギグゲゴ",
    "z": "ザジズゼゾ",
    "d": "ダヂヅデド",
    "b": "バビブベボ",
    "p": "パピプペポ",
}
_GLIDES = {"ya": "ャ", "yu": "ュ", "yo": "ョ"}
_SYLLABLES = {
    consonant + vowel: kana
    for consonant, row in _ROWS.items()
    for vowel, kana in zip("aiueo", row, strict=True)
    if kana != " "
}
_SYLLABLES |= {
    consonant + glide: _SYLLABLES[consonant + "i"] + small
    for consonant in "ksnhmrgzdbpt"
    for glide, small in _GLIDES.items()
}
_SYLLABLES |= {
    spelled + vowel: first + small
    for spelled, first in (("sh", "シ"), ("ch", "チ"), ("j", "ジ"))
    for vowel, small in (("a", "ャ"), ("u", "ュ"), ("o", "ョ"), ("e", "ェ"))
}
_SYLLABLES |= {"shi": "シ", "chi": "チ", "tsu": "ツ", "fu": "フ", "ji": "ジ", "vu": "ヴ"}
_SYLLABLES |= {f"f{vowel}": f"フ{small}" for vowel, small in zip("aieo", "ァィェォ", strict=True)}
_SYLLABLES |= {f"jy{vowel}": "ジ" + small for vowel, small in zip("auo", "ャュョ", strict=True)}
_LONGEST = max(map(len, _SYLLABLES))
_CONSONANTS = frozenset("kstcnhmyrwgzdbpjfv")


def to_kana(text: str) -> str:
    """Katakana of a text in Latin letters, its spaces kept; "" for what no Japanese name can be."""
    words = [_word(word) for word in plain(text).lower().split()]
    return " ".join(words) if words and all(words) else ""


def _word(word: str) -> str:
    kana, at = "", 0
    while at < len(word):
        found = next(
            (word[at : at + n] for n in range(_LONGEST, 0, -1) if word[at : at + n] in _SYLLABLES),
            "",
        )
        if found:
            kana, at = kana + _SYLLABLES[found], at + len(found)
        elif word[at] == "n" or (word[at] == "m" and word[at + 1 : at + 2] in ("b", "p", "m")):
            kana, at = kana + "ン", at + 1
        elif (word[at] == "'" and kana.endswith("ン")) or (
            word[at] == "h" and word[at - 1 : at] == "o"
        ):
            at += 1
        elif word[at : at + 2] == "tc" or (
            at + 1 < len(word) and word[at] == word[at + 1] and word[at] in _CONSONANTS
        ):
            kana, at = kana + "ッ", at + 1
        elif word[at] == "-" and kana:
            kana, at = kana + "ー", at + 1
        else:
            return ""
    return kana
