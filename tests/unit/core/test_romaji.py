"""Names in Latin letters are read as kana."""

from __future__ import annotations

import pytest

from app.core.romaji import to_kana


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("takahashi kazuko", "タカハシ カズコ"),
        ("TAKAHASI", "タカハシ"),
        ("ｔｓｕｊｉ", "ツジ"),
        ("tuzi", "ツジ"),
        ("hatta", "ハッタ"),
        ("matchi", "マッチ"),
        ("kyouko", "キョウコ"),
        ("shin'ichi", "シンイチ"),
        ("namba", "ナンバ"),
        ("honma", "ホンマ"),
        ("onna", "オンナ"),
        ("ohno", "オノ"),
        ("jun", "ジュン"),
        ("zyun", "ジュン"),
        ("fujii", "フジイ"),
        ("smith", ""),
        ("x", ""),
        ("", ""),
        ("takahashi 5", ""),
    ],
)
def test_it_is_read(typed: str, kana: str) -> None:
    assert to_kana(typed) == kana
