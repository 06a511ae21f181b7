"""The glossary (用語集): the one word of the screens, prints and the manual for each thing."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass

from app.core.paths import RESOURCES

_FILE = RESOURCES / "texts" / "glossary.toml"


@dataclass(frozen=True, slots=True)
class Term:
    """A word, its reading in hiragana, its meaning in a clerk's words, the words that are
    ``never`` used for it, and the longer words that hold one of those and are right."""

    word: str
    reading: str
    meaning: str
    never: tuple[str, ...]
    unless: tuple[str, ...] = ()


@functools.cache
def glossary() -> tuple[Term, ...]:
    """The terms by reading, as the manual shows them."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["term"]
    return tuple(
        Term(
            row["word"],
            row["reading"],
            row["meaning"],
            tuple(row["never"]),
            tuple(row.get("unless", ())),
        )
        for row in rows
    )
