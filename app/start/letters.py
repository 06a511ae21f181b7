"""How large this desk's letters are (文字の大きさ): kept beside the store, for the login too."""

from __future__ import annotations

from contextlib import suppress

from app.core.errors import EnvironmentFault
from app.core.files import write_whole
from app.core.paths import Paths
from app.ui.base.theme import LETTERS


def kept_letters(paths: Paths) -> int:
    """The kept size in points; the first where none is kept or what is there is none of ours."""
    try:
        kept = int(paths.letters.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return LETTERS[0]
    return kept if kept in LETTERS else LETTERS[0]


def next_letters(paths: Paths, step: int) -> int:
    """One size larger (1) or smaller (-1) than the kept one, kept from now on; at the end of the
    sizes the same."""
    at = LETTERS.index(kept_letters(paths)) + step
    letters = LETTERS[min(max(at, 0), len(LETTERS) - 1)]
    with suppress(EnvironmentFault):  # large letters are worth having for this time alone
        write_whole(paths.letters, str(letters).encode())
    return letters
