"""What a page lets the visitor see on a monitor of their own (来庁者画面)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.signs import plain

_NUMBER = re.compile(r"(?:\d[ 　\-]?){12}")
"""Twelve digits, as an individual number would stand, however it is written."""


@dataclass(frozen=True, slots=True)
class ForVisitor:
    """What a page lets the visitor see: whose case and which (``head``), and the words that may
    be read aloud (``text``, "" for none)."""

    head: str
    text: str = ""

    @property
    def hides_nothing(self) -> bool:
        """Whether it may be shown: nothing in it looks like an individual number."""
        return not _NUMBER.search(plain(f"{self.head}\n{self.text}"))
