"""Errors that a real system makes, by name: so that who takes its files is tried with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from app.peers.municipality.numbers import artificial_number


class Mistake(StrEnum):
    """What goes wrong. The first group is of the file's form, the second of its content."""

    CUT = "cut"  # the file ends in the middle of a record
    COUNT = "count"  # the trailer counts another number
    FLIPPED = "flipped"  # one byte is another one
    BOM = "bom"  # saved by an editor with a mark in front
    SJIS = "sjis"  # saved in the wrong character set
    KANA = "kana"  # a kana field holds hiragana
    TWICE = "twice"  # one record stands twice
    BLANK_NUMBER = "blank_number"  # a person without 個人番号
    OTHER_NUMBER = "other_number"  # a known person with somebody else's number


def in_records(mistake: Mistake | None, records: Sequence[Any]) -> list[Any]:
    """The records with an error of content, if it is one; files without records stay right."""
    kept = list(records)
    if not kept:
        return kept
    first = kept[0]
    if mistake is Mistake.TWICE:
        kept.insert(0, first)
    elif mistake is Mistake.BLANK_NUMBER and hasattr(first, "my_number"):
        kept[0] = replace(first, my_number="")
    elif mistake is Mistake.OTHER_NUMBER and hasattr(first, "my_number"):
        kept[0] = replace(first, my_number=artificial_number(99_999_999))
    return kept


def in_bytes(mistake: Mistake | None, content: bytes, codec: str = "utf-8") -> bytes:
    """The file, written in ``codec``, with an error of form, if it is one."""
    lines = content.splitlines(keepends=True)
    if mistake is Mistake.CUT:
        return content[: max(1, len(content) * 2 // 3)]
    if mistake is Mistake.COUNT:
        return b"".join(lines[:-1]) + lines[-1].replace(b'"#END","', b'"#END","9', 1)
    if mistake is Mistake.FLIPPED:
        at = len(content) // 2
        return content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :]
    if mistake is Mistake.BOM:
        return b"\xef\xbb\xbf" + content
    if mistake is Mistake.SJIS:
        other = "cp932" if codec == "utf-8" else "utf-8"
        return content.decode(codec).encode(other, "replace")
    if mistake is Mistake.KANA:
        return _hiragana(content, codec)
    return content


def _hiragana(content: bytes, codec: str) -> bytes:
    """The first katakana of the records as hiragana."""
    text = content.decode(codec)
    for at, sign in enumerate(text):
        if "ァ" <= sign <= "ヶ":
            return (text[:at] + chr(ord(sign) - 0x60) + text[at + 1 :]).encode(codec)
    return content
