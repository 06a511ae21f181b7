"""Kana, names and addresses: kept as they were recorded, but nothing that a reader cannot read
or takes for something else.

A name may hold any kanji of any plane, private-use ones (外字) and selectors included. What is
refused is named with its code and, where there is one, with the sign to take instead.
"""

from __future__ import annotations

import re
import unicodedata

from app.core.signs import DASHES, SPACES, UNSEEN, WAVES, hidden_sign, without_unseen
from app.core.text import clusters, is_selector, join_kana, lookalikes, to_katakana
from app.rules.values.value import Value, ValueRefused, shown_sign

WIDTH = 100
KANA = re.compile("(?=.*[ァ-ヺㇰ-ㇿ])[ァ-ヺㇰ-ㇿーヽヾ・＝]+(?:\u3000[ァ-ヺㇰ-ㇿーヽヾ・＝]+)*")
"""Normal form of a カナ氏名: full-width katakana; ・ and ＝ stand in foreign residents' names."""

_EQUALS = str.maketrans({"=": "＝", "゠": "＝", "･": "・"})
_OTHER_SPACE = {ord(sign): "\u3000" for sign in SPACES if sign not in " \u3000"}
# Planes and blocks of kanji, newer ones than this Python's character tables included.
_KANJI = re.compile(
    "[々〆〇〻\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
    "\ue000-\uf8ff\U000f0000-\U0010fffd]"
)
_KANA_SIGN = re.compile(
    "[\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\U0001b000-\U0001b16f]"
)
_HALF_KANA = re.compile("[\uff65-\uff9f]")
_NAME_MARKS = re.compile("[-'’,.()（），．、。・＝=゠／/\u2010-\u2015\u2212－ \u3000]")
_ADDRESS_SCRIPTS = ("LATIN", "FULLWIDTH LATIN", "GREEK", "ROMAN NUMERAL", "SMALL ROMAN")
_NAME_SCRIPTS = ("LATIN", "FULLWIDTH LATIN")


def kana(text: str, label: str, width: int = WIDTH) -> Value:
    """A カナ氏名 from kana of any kind: full-width katakana, one full-width space between words.

    ゝゞヽヾ stay (katakana ヽヾ). Raises ValueRefused: empty, control, not_kana, too_long.
    """
    _refuse_hidden("kana", text, label)
    kind, normal = "kana", to_katakana(text).translate(_EQUALS)
    how = "ひらがなかカタカナで、姓と名の間を空けて入れてください。"
    if not normal:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", how)
    if not KANA.fullmatch(normal):
        wrong = next((sign for sign in normal if not KANA.fullmatch("ア" + sign + "ア")), "")
        what = (
            f"にカナでない文字{shown_sign(wrong)}があります。" if wrong else "にカナがありません。"
        )
        raise ValueRefused(kind, "not_kana", f"{label}{what}", how)
    _refuse_long(kind, normal, label, width)
    return Value(normal, text)


def name(text: str, label: str, width: int = WIDTH) -> Value:
    """A name of a person (氏名, 通称): kanji of any form, kana, Latin letters of passports.

    Kept sign by sign; spaces around go, decomposed kana is joined. Raises ValueRefused: empty,
    control (a line end, a format sign, three marks over one letter), not_name (no letter, or
    digits), lookalike (⻑), half_width (ｱ), script, sign (emoji, ㈱), too_long.
    """
    return _written("name", text, label, width, _NAME_SCRIPTS)


def address(text: str, label: str, width: int = WIDTH) -> Value:
    """An address, a building, a relation: what a name may hold, and digits, Greek letters,
    numerals and punctuation. Raises as ``name`` does."""
    return _written("address", text, label, width, _ADDRESS_SCRIPTS)


def _written(kind: str, text: str, label: str, width: int, scripts: tuple[str, ...]) -> Value:
    _refuse_hidden(kind, text, label)
    seen = spaced_as_written(text)
    normal = join_kana(seen)
    if not normal:
        raise ValueRefused(
            kind, "empty", f"{label}が入っていません。", "届出のとおりに入れてください。"
        )
    if half := _HALF_KANA.search(seen):
        raise ValueRefused(
            kind,
            "half_width",
            f"{label}に半角のカナ{shown_sign(half.group())}があります。",
            f"全角で入れてください（「{normal}」）。",
        )
    for cluster in clusters(normal):
        _refuse_sign(kind, cluster, normal, label, scripts)
    if not any(_is_letter(sign) for sign in normal):
        raise ValueRefused(
            kind,
            "not_name",
            f"{label}に文字がありません。",
            "届出のとおりに入れてください。分からないまま記号を入れないでください。",
        )
    _refuse_long(kind, normal, label, width)
    return Value(normal, text)


def spaced_as_written(text: str) -> str:
    """``text`` without unseen signs and outer spaces; spaces between stay as wide as they were,
    tabs and line ends become a full-width one."""
    return without_unseen(text).strip(SPACES).translate(_OTHER_SPACE)


def _refuse_hidden(kind: str, text: str, label: str) -> None:
    """Spaces and line ends around are the scanner's; what is hidden inside a name is somebody's."""
    sign = hidden_sign(text.strip(SPACES))
    if not sign:
        return
    category = unicodedata.category(sign)
    if sign in "\n\r\x0b\x0c\x85\u2028\u2029":
        what = "改行"
    elif category[0] == "M" and sign not in UNSEEN:
        what = "三つ以上重ねた記号"
    else:
        what = "目に見えない記号"
    raise ValueRefused(
        kind,
        "control",
        f"{label}に{what}{shown_sign(sign)}があります。",
        "その記号を消して、届出のとおりに入れてください。見えないときは、全部消して打ち直してください。",
    )


def _refuse_sign(kind: str, cluster: str, whole: str, label: str, scripts: tuple[str, ...]) -> None:
    sign = cluster[0]
    if _KANJI.match(sign) or _KANA_SIGN.match(sign):
        _refuse_marks(kind, cluster, label)
        return
    if kanji := lookalikes().get(sign):
        fixed = "".join(lookalikes().get(one, one) for one in whole)
        raise ValueRefused(
            kind,
            "lookalike",
            f"{label}の{shown_sign(sign)}は、漢字に見える部首の記号です。",
            f"漢字の「{kanji}」を入れてください（「{fixed}」）。",
        )
    _refuse_other(kind, sign, label, scripts)


def _refuse_marks(kind: str, cluster: str, label: str) -> None:
    for mark in cluster[1:]:
        if not is_selector(mark):
            raise ValueRefused(
                kind,
                "sign",
                f"{label}に、前の文字と一つにならない記号{shown_sign(mark)}があります。",
                "その記号を消して、届出のとおりに入れてください。",
            )


def _refuse_other(kind: str, sign: str, label: str, scripts: tuple[str, ...]) -> None:
    """Whatever is neither kanji nor kana: letters of some scripts, punctuation, the rest."""
    category = unicodedata.category(sign)
    title = unicodedata.name(sign, "")
    if category[0] == "L" or category == "Nl":
        if title.startswith(scripts):
            return
        rule, what = "script", "日本の氏名や住所に使わない文字"
    elif category[0] == "C" or category[0] == "M":
        rule, what = "control", "目に見えない記号か、使えない記号"
    elif kind == "name":
        if _NAME_MARKS.match(sign):
            return
        rule, what = ("not_name", "数字") if category[0] == "N" else ("sign", "氏名に使わない記号")
    else:
        if category[0] in "NPZ" or _is_printed(sign):
            return
        rule, what = "sign", "印字できない記号（絵文字など）"
    plain = unicodedata.normalize("NFKC", sign)
    instead = f"「{plain}」" if plain != sign and plain.isprintable() else ""
    raise ValueRefused(
        kind,
        rule,
        f"{label}に{what}{shown_sign(sign)}があります。",
        f"{instead or '届出のとおり、漢字・かな・英字'}で入れてください。",
    )


def _is_printed(sign: str) -> bool:
    """Whether a symbol is one of the printed signs of JIS X 0208 (☆, ♪, 〒) or ASCII; 〓 stands
    for a sign that is not there."""
    try:
        return bool(sign.encode("shift_jis")) and sign != "〓"
    except UnicodeEncodeError:
        return sign in DASHES + WAVES


def _is_letter(sign: str) -> bool:
    if _KANJI.match(sign):
        return True
    return unicodedata.category(sign) in ("Lo", "Ll", "Lu", "Lt") or sign in "ゝゞヽヾ"


def _refuse_long(kind: str, normal: str, label: str, width: int) -> None:
    length = len(clusters(normal))
    if length > width:
        raise ValueRefused(
            kind,
            "too_long",
            f"{label}は{width}文字までですが、{length}文字です。",
            "届出と見比べて、余分な文字がないか確かめてください。",
        )
