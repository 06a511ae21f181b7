"""What an office shows (庁舎の表示): name, telephone, hours, issuer and seal of its papers.

Two persons put a card in force from a day on. It is believed as far as it is signed; no row of the
store says it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from app.core.errors import UserError
from app.core.signs import is_blank
from app.security.control.deeds import OfficeCard
from app.security.control.done import Done
from app.security.control.state import ControlState, PutCard

LONGEST: Mapping[str, int] = MappingProxyType(
    {"place": 100, "name": 40, "phone": 30, "hours": 30, "issuer": 30, "deputy": 40, "omission": 12}
)
"""How many characters each text may have."""
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "place": "設置場所",
        "since": "いつから",
        "name": "窓口の名称",
        "phone": "電話番号",
        "hours": "受付時間",
        "issuer": "発行者",
        "deputy": "職務代理者",
        "seal": "公印の画像",
        "omission": "公印を省くときの文言",
    }
)
_NEEDED = ("place", "name", "phone", "issuer")
AHEAD = timedelta(days=366)
WAITED = timedelta(days=14)
"""So far the beginning may lie before the day of the act: a card that waited for its second person
(five business days) begins when it was meant to, and is printed from the act on."""
SEAL_BYTES = 200_000
SEAL_PIXELS = (150, 2_000)
"""The least and most pixels of a seal's edge: 25 mm at 150 dpi and more than any printer shows."""
_PNG = b"\x89PNG\r\n\x1a\n"
_SQUARE = 1.25


def put(state: ControlState, card: OfficeCard, done: Done) -> None:
    """Take a card in. Raises as ``check``, and ``UserError`` ``office.since`` for one that would
    begin more than a year after the act or long before it."""
    check(card)
    check_since(card, done.day - WAITED, done.day)
    known = state.offices.get(card.place, ())
    signed = PutCard(card, done.staff_id, done.second_id, done.moment, done.number)
    state.offices[card.place] = (*known, signed)


def check_since(card: OfficeCard, first: date, today: date) -> None:
    """Raises ``UserError`` ``office.since`` for a beginning before ``first`` or too far ahead."""
    if not first <= card.since <= today + AHEAD:
        raise _wrong("since", "今日から1年以内の日を入れてください。")


def check(card: OfficeCard) -> None:
    """Raises ``UserError`` ``office.<field>`` for what cannot be printed: a needed text that is
    missing, one that is too long or holds a line break, a seal that is no usable picture."""
    for name, most in LONGEST.items():
        text: str = getattr(card, name)
        if name in _NEEDED and is_blank(text):
            raise _wrong(name, f"{LABELS[name]}を入れてください。")
        if len(text) > most or not text.replace("　", "").isprintable():
            raise _wrong(name, f"改行を入れずに{most}文字までで入れてください。")
    if card.seal:
        _check_seal(card.seal)
    elif is_blank(card.omission):
        raise _wrong(
            "omission", "公印の画像を選ぶか、「（公印省略）」のような文言を入れてください。"
        )


def _check_seal(seal: bytes) -> None:
    """By the head of the picture; whether all of it can be drawn is asked where it is chosen."""
    if len(seal) > SEAL_BYTES:
        raise _wrong("seal", f"{SEAL_BYTES // 1000}KBまでのPNGの画像を選んでください。")
    if not seal.startswith(_PNG) or seal[12:16] != b"IHDR" or len(seal) < 33:
        raise _wrong("seal", "PNGの画像（拡張子 .png）を選んでください。")
    width, height = struct.unpack(">II", seal[16:24])
    least, most = SEAL_PIXELS
    if not (least <= min(width, height) and max(width, height) <= most):
        raise _wrong("seal", f"縦横とも{least}〜{most}ドットの画像を選んでください。")
    if max(width, height) > _SQUARE * min(width, height):
        raise _wrong(
            "seal", "縦と横がほぼ同じ長さの画像（印影だけを切り取ったもの）を選んでください。"
        )


def _wrong(name: str, remedy: str) -> UserError:
    return UserError(f"office.{name}", f"{LABELS[name]}が使えません。", remedy, field=name)
