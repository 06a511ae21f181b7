"""Taking a value by its kind: what entry, union and search call (DESIGN 1.11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Tables
from app.rules import identifiers
from app.rules.calendar.wareki import Eras
from app.rules.values import accounts, amounts, codes, days, names, numbers
from app.rules.values.value import Value, ValueRefused


class ValueKind(StrEnum):
    """What a field's text may be; each kind has one check and one normal form."""

    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    KANA = "kana"
    BIRTH = "birth"  # any date form of the register, unknown ones included
    DAY = "day"  # a day of the calendar
    DIGITS = "digits"  # exactly ``width`` digits
    MONEY = "money"  # yen
    COUNT = "count"  # days, months, pieces
    CHOICE = "choice"
    FLAG = "flag"
    MY_NUMBER = "my_number"
    ATENA = "atena_number"
    HOUSEHOLD = "household_number"
    INSURED = "insured_number"
    FACILITY = "facility"
    PAPER = "paper"  # the number on a paper
    PHONE = "phone"
    POSTAL = "postal"
    MUNICIPALITY = "municipality"
    BANK = "bank"  # by name or code
    BRANCH = "branch"  # of the bank ``beside`` it, by name, code or 記号
    ACCOUNT_NUMBER = "account_number"  # at the branch ``beside`` it


@dataclass(frozen=True, slots=True)
class Asked:
    """Which field asks: its name in the clerk's words, digits or visible characters at most (or
    exactly), and its code table. ``beside`` is what stands in the field that it is read with."""

    label: str
    width: int = names.WIDTH
    codes: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Takes values with the tables of ``day``."""

    tables: Tables
    day: date
    eras: Eras
    municipalities: frozenset[str]

    @classmethod
    def of(cls, tables: Tables, day: date) -> Reader:
        """A reader with the eras and the municipalities that ``tables`` has."""
        known = frozenset(str(code) for code in tables["municipalities"].codes(day))
        return cls(tables, day, Eras(tables["eras"]), known)

    def take(self, kind: ValueKind, text: str, asked: Asked) -> Value:
        """``text`` as a value of ``kind``. Raises UserError: it names the field by its label,
        what is wrong and what to do."""
        return _TAKES[kind](self, text, asked)


def digits(text: str, label: str, width: int) -> Value:
    """Exactly ``width`` digits of any width of sign. Raises ValueRefused: empty, not_digits,
    length."""
    number = identifiers.digits_of(text)
    how = f"{width}桁の数字を、先頭の0も含めて入れてください。"
    if not number:
        raise ValueRefused("digits", "empty", f"{label}が入っていません。", how)
    if not (number.isascii() and number.isdigit()):
        raise ValueRefused("digits", "not_digits", f"{label}に数字でない文字があります。", how)
    if len(number) != width:
        message = f"{label}は{width}桁です（今は{len(number)}桁）。"
        raise ValueRefused("digits", "width", message, how)
    return Value(number, text)


_Take = Callable[[Reader, str, Asked], Value]
_TAKES: Mapping[ValueKind, _Take] = {
    ValueKind.TEXT: lambda _, text, asked: names.address(text, asked.label, asked.width),
    ValueKind.NAME: lambda _, text, asked: names.name(text, asked.label, asked.width),
    ValueKind.ADDRESS: lambda _, text, asked: names.address(text, asked.label, asked.width),
    ValueKind.KANA: lambda _, text, asked: names.kana(text, asked.label, asked.width),
    ValueKind.BIRTH: lambda self, text, asked: days.birth(text, asked.label, self.eras),
    ValueKind.DAY: lambda self, text, asked: days.day(text, asked.label, self.eras),
    ValueKind.DIGITS: lambda _, text, asked: digits(text, asked.label, asked.width),
    ValueKind.MONEY: lambda _, text, asked: amounts.amount(text, asked.label, asked.width),
    ValueKind.COUNT: lambda _, text, asked: amounts.amount(text, asked.label, asked.width),
    ValueKind.CHOICE: lambda self, text, asked: codes.code(
        text, asked.label, self.tables[asked.codes], self.day
    ),
    ValueKind.FLAG: lambda _, text, asked: codes.flag(text, asked.label),
    ValueKind.MY_NUMBER: lambda _, text, asked: numbers.my_number(text, asked.label),
    ValueKind.ATENA: lambda _, text, asked: numbers.atena_number(text, asked.label),
    ValueKind.HOUSEHOLD: lambda _, text, asked: numbers.household_number(text, asked.label),
    ValueKind.INSURED: lambda _, text, asked: numbers.insured_number(text, asked.label),
    ValueKind.FACILITY: lambda _, text, asked: numbers.facility_number(text, asked.label),
    ValueKind.PAPER: lambda _, text, asked: numbers.paper_number(text, asked.label),
    ValueKind.PHONE: lambda _, text, asked: numbers.phone(text, asked.label),
    ValueKind.POSTAL: lambda _, text, asked: numbers.postal_code(text, asked.label),
    ValueKind.MUNICIPALITY: lambda self, text, asked: numbers.municipality_code(
        text, asked.label, self.municipalities
    ),
    ValueKind.BANK: lambda _, text, asked: accounts.bank(text, asked.label),
    ValueKind.BRANCH: lambda _, text, asked: accounts.branch(text, asked.label, asked.beside),
    ValueKind.ACCOUNT_NUMBER: lambda _, text, asked: accounts.account_number(
        text, asked.label, asked.beside
    ),
}
