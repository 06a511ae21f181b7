"""The language of the command line: Japanese, or English when asked for (``--lang en``).

What the counter's staff read, screens, refusals, the questions of the first start, is Japanese
in both.
"""

from __future__ import annotations

import os

VARIABLE = "MADOGUCHI_LANG"
"""Set for the whole process and those it starts: ``en`` is English, all else Japanese."""


def in_words(japanese: str, english: str) -> str:
    """The one of the two that is asked for."""
    return english if os.environ.get(VARIABLE) == "en" else japanese
