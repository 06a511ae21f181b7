"""The list of banks and branches that the program carries (``resources/lists/banks.tsv``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from app.core.paths import RESOURCES

LIST_FILE = RESOURCES / "lists" / "banks.tsv"


@dataclass(frozen=True, slots=True)
class Place:
    """A bank (``branch`` "") or a branch, as the list has it."""

    bank: str
    branch: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class BankList:
    """The list as it stood on ``as_of``. ``branches`` are by bank, then by code."""

    as_of: date
    banks: dict[str, Place]
    branches: dict[str, dict[str, Place]]


@cache
def bank_list() -> BankList:
    """The list of banks that the program carries."""
    lines = LIST_FILE.read_text(encoding="utf-8").splitlines()
    said = re.search(r"\d{4}-\d{2}-\d{2}", lines[0])
    assert said is not None, "the first line of the list of banks says of which day it is"
    found = BankList(date.fromisoformat(said[0]), {}, {})
    for line in lines:
        if not line.startswith("#"):
            place = Place(*line.split("\t"))
            if place.branch:
                found.branches.setdefault(place.bank, {})[place.branch] = place
            else:
                found.banks[place.bank] = place
    return found
