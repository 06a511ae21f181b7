"""Signs that look the same and are many: the one list of dashes, of waves, of spaces and of signs
that nobody sees, for search, dates, numbers, telephone, post codes and bank names (DESIGN 1.11).

A clerk presses one key, and the input method, a PDF, a web page or an old file gives any of these.
"""

from __future__ import annotations

import re
import unicodedata

DASHES = "".join(
    (
        "-",  # U+002D, the key itself
        "\u2010\u2011",  # hyphen and its no-break form: word processors
        "\u2012\u2013\u2014\u2015",  # figure, en and em dash, horizontal bar: PDF, "smart" typing
        "\u02d7",  # modifier minus: phonetic fonts
        "\u2043",  # hyphen bullet: pasted lists
        "\u207b\u208b",  # raised and lowered minus
        "\u2212",  # minus sign: what the IME of a Mac gives for the key
        "\u23af",  # horizontal line extension
        "\u2500\u2501\u2504\u2505\u2508\u2509\u254c\u254d",  # box lines ─ ━ ┄: drawn by clerks
        "\u2e3a\u2e3b",  # two- and three-em dash
        "\u30fc\uff70",  # long vowel mark: what the IME gives for the key while kana are on
        "\ufe31\ufe32\ufe58\ufe63",  # vertical and small forms: Chinese and old JIS data
        "\uff0d",  # full-width hyphen-minus: what Windows' IME gives
        "\u2796",  # the emoji minus of telephones
    )
)
"""Signs that stand for a hyphen in a number and, between kana, for the long vowel mark."""

WAVES = "".join(
    (
        "~",  # U+007E, the key itself
        "\u02dc\u2053\u223c\u223d\u223e",  # small tilde, swung dash, tilde operators, lazy S
        "\u301c",  # wave dash: JIS, Mac
        "\u3030",  # wavy dash
        "\uff5e",  # full-width tilde: the same key on Windows
    )
)
"""Signs that say "from … to", and a long vowel in a name."""

SPACES = "".join(
    (
        " \t\n\r\u000b\u000c\u0085\u2028\u2029",  # the keys, line ends of every system
        "\u00a0\u202f\u2007",  # no-break spaces: web pages, tables
        "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f",  # typography
        "\u3000",  # the full-width space between names
        "\u115f\u1160\u3164\uffa0\u2800",  # Hangul fillers, Braille blank: look empty, are letters
    )
)
"""Signs that look like an empty place. A scanner ends with a line."""

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "".join(
    (
        "\u00ad",  # soft hyphen
        "\u034f",  # combining grapheme joiner
        "\u180e\u200b\u200c\u200d\u2060\ufeff",  # zero widths, joiners, the mark at a file's front
        _BIDI,  # marks of writing direction
        "\u2061\u2062\u2063\u2064",  # unseen operators
        "\ufff9\ufffa\ufffb",  # ruby marks
    )
)
"""Signs without a shape of their own. Variation selectors are not among them: they are part of a
character (異体字セレクタ)."""

VOICED, HALF_VOICED = "\u3099", "\u309a"
"""The combining 濁点 and 半濁点."""

# Standing alone they become a space and a mark under NFKC, and would not join their kana.
VOICE_MARKS = {0x309B: VOICED, 0x309C: HALF_VOICED}

_NO_UNSEEN = dict.fromkeys(map(ord, UNSEEN))
_TO_SPACE = dict.fromkeys(map(ord, SPACES), " ")
_WIDTH = {0xFF01 + n: chr(0x21 + n) for n in range(94)}
_PLAIN: dict[int, str | None] = {
    **_WIDTH,
    **dict.fromkeys(map(ord, DASHES), "-"),
    **dict.fromkeys(map(ord, WAVES), "~"),
    **_TO_SPACE,
    **_NO_UNSEEN,
    0xFF61: ".",
    0xFF64: ",",
    0xFFE5: "¥",
}


def plain(text: str) -> str:
    """``text`` as a number, date or code is read: full-width letters, digits and signs as ASCII,
    every dash ``-``, every wave ``~``, every space one blank, unseen signs gone, nothing around."""
    return text.translate(_PLAIN).strip()


def without_unseen(text: str) -> str:
    """``text`` without signs that have no shape; variation selectors stay."""
    return text.translate(_NO_UNSEEN)


def spaced(text: str) -> str:
    """``text`` with every kind of space as a blank, unseen signs gone, nothing around it."""
    return text.translate(_TO_SPACE | _NO_UNSEEN).strip()


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing: spaces, unseen signs and lone selectors only."""
    return not any(unicodedata.category(sign) not in ("Mn", "Cf", "Cc") for sign in spaced(text))


_MOST_MARKS = 2
_USUAL = re.compile(
    "[ -~\u3000\uff01-\uff5d\u30fb"
    "\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u3400-\u4dbf\u4e00-\u9fff]*"
)


def hidden_sign(text: str) -> str:
    """The first sign of a name that no reader can see for what it is: a control, a line end, a
    format sign (Cf), or the third mark over one letter; "" if there is none. Variation selectors
    are part of a character and count as marks."""
    if _USUAL.fullmatch(text):  # every name of a file is looked at
        return ""
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category[0] == "M" else 0
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp") or sign in UNSEEN or marks > _MOST_MARKS:
            return sign
    return ""


_SEEN_UNCHANGED = re.compile(
    "[^\u0000-\u001f\u007f-\u00ad\u0300-\u2fff\ufb00-\ufeff\ufff0-\uffff"
    "\U00010000-\U0001ffff\U000e0000-\U000effff]*"
)


def without_hidden(text: str) -> str:
    """``text`` without controls, format signs and marks that stand over what is no kana: for
    search keys, so that a name that a file brought is found as a reader sees it."""
    if _SEEN_UNCHANGED.fullmatch(text):
        return text
    return "".join(
        sign
        for sign in text
        if sign in VOICED + HALF_VOICED or unicodedata.category(sign) not in _HIDDEN
    )


_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Mn", "Me"))
