"""What the terminal itself can see in a keyed entry, before anything is sent.

An error stops the sending; a warning must be answered by the clerk (DOMAIN 7.3: both say the
reason and the remedy). The union decides; these checks only spare the person a second visit.
Here each field is taken by its kind; what concerns several fields are the pages' own rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.cases import belonging
from app.cases.entry import (
    NUMBER,
    Entered,
    EntryField,
    EntryPage,
    FieldKind,
    Finding,
    Values,
    error,
)
from app.core.errors import UserError
from app.core.signs import is_blank
from app.core.tables import Tables
from app.rules.calendar import days
from app.rules.calendar.wareki import on_paper
from app.rules.calendar.wareki_input import parse_date
from app.rules.values import accounts
from app.rules.values.reader import Reader
from db.items import HIDDEN

if TYPE_CHECKING:
    from app.cases.households import Household
    from app.cases.kind import CaseKind
    from app.cases.whom import Whom

NOTHING: Values = MappingProxyType({})
_KEPT_NUMBER = "123456789018"
"""Stands for a kept number in the checks, so that the number need not be read (DOMAIN 1.2)."""


def understood(
    field: EntryField, typed: str, today: date, tables: Tables, values: Values = NOTHING
) -> str:
    """What the program takes ``typed`` for, shown while it is being keyed; the reason when it
    can take it for nothing. ``values`` are those beside it."""
    if is_blank(typed) or typed == HIDDEN:
        return ""
    reader = Reader.of(tables, today)
    try:
        if field.kind in (FieldKind.BIRTH, FieldKind.DAY):
            return _understood_date(field, typed, reader)
        normal = reader.take(field.kind, typed, field.asked_in(values)).normal
    except UserError as cause:
        return cause.message if _is_told_at_once(field, cause) else ""
    if field.kind is FieldKind.MUNICIPALITY:
        row = tables["municipalities"].find(today, code=normal)
        if row is not None:
            return f"→ {normal}　{row.text('prefecture')}{row.text('label')}"
    if field.kind is FieldKind.MONEY:
        return f"→ {int(normal):,} 円"
    if field.kind in (FieldKind.BANK, FieldKind.BRANCH):
        return f"→ {_place(field, normal, values) or normal}"
    if field.kind is FieldKind.KANA or (field.kind in _NUMBERS and normal != typed):
        return f"→ {normal}"
    return ""


_NUMBERS = frozenset(
    {
        FieldKind.DIGITS,
        FieldKind.ATENA,
        FieldKind.HOUSEHOLD,
        FieldKind.INSURED,
        FieldKind.FACILITY,
        FieldKind.PAPER,
        FieldKind.PHONE,
        FieldKind.POSTAL,
        FieldKind.MUNICIPALITY,
        FieldKind.ACCOUNT_NUMBER,
    }
)


def _place(field: EntryField, code: str, values: Values) -> str:
    """A bank or branch with its name; "" for one that the list does not have."""
    if field.kind is FieldKind.BANK:
        name = accounts.bank_name(code)
    else:
        name = accounts.branch_name(accounts.code_of(values.get(field.beside, "")), code)
    return f"{code}　{name}" if name else ""


def _is_told_at_once(field: EntryField, cause: UserError) -> bool:
    """A number that is not typed to its end lacks digits; nobody needs to be told."""
    return field.kind not in (*_NUMBERS, FieldKind.MY_NUMBER) or cause.code.endswith(
        ("not_digits", "too_long")
    )


def _understood_date(field: EntryField, typed: str, reader: Reader) -> str:
    eras, today = reader.eras, reader.day
    value = parse_date(typed, eras, uncertain=field.kind is FieldKind.BIRTH)
    text = on_paper(value, eras)
    if field.explained is not None and value.exact is not None:
        text += f"　{field.explained(value.exact, reader.tables)}"
    if field.kind is FieldKind.BIRTH and value.exact is not None:
        if value.exact > today:
            return f"{text}　今日より後の日です"
        text += f"（{value.exact:%Y-%m-%d}・{days.age_on(value.exact, today)}歳）"
    return f"→ {text}"


def normal_form(field: EntryField, typed: str, reader: Reader, values: Values = NOTHING) -> str:
    """The form in which a field's value is sent and compared: ISO days, numbers in their one
    form, katakana; names stay as typed. ``values`` are those beside it.

    Raises UserError, which names the field, where the value cannot be taken.
    """
    if is_blank(typed):
        return "0" if field.kind is FieldKind.FLAG else ""
    return reader.take(field.kind, typed, field.asked_in(values)).normal


def as_sent(kind: CaseKind, values: Values, reader: Reader) -> Mapping[str, str]:
    """What was keyed in the form in which it was sent: numbers in their one form."""
    return {
        name: normal_form(field, values[name], reader, values)
        for name, field in kind.fields.items()
        if name in values and field.shown(values)
    }


def as_entered(
    kind: CaseKind,
    values: Values,
    tables: Tables,
    today: date,
    whom: Whom | None = None,
    household: Household | None = None,
    *,
    has_number: bool = False,
) -> Entered:
    """The entry as its rules see it; a kept number (``has_number``) counts as filled in."""
    if has_number and not values.get(NUMBER, ""):
        values = {**values, NUMBER: _KEPT_NUMBER}
    return Entered(kind.fields, values, Reader.of(tables, today), whom, household)


def check_page(page: EntryPage, entered: Entered) -> list[Finding]:
    """Errors and warnings of one page: what is missing or cannot be taken, then its rules."""
    found: list[Finding] = []
    shown = [field for field in page.fields if field.shown(entered.values)]
    for field in shown:
        found += _own(field, entered)
    errors = {item.field for item in found}
    for rule in (*(field.rule for field in shown if field.rule is not None), *page.rules):
        found += [item for item in rule(entered) if item.field not in errors]
    return found


def _own(field: EntryField, entered: Entered) -> Iterator[Finding]:
    """What is wrong with one field alone. Whether it is filled is asked of what will be stored.
    What is hidden (支援措置) is filled, and checked whole when it is sent."""
    if entered.values.get(field.name, "") == HIDDEN:
        return
    try:
        typed = entered.values.get(field.name, "")
        kept = normal_form(field, typed, entered.reader, entered.values)
    except UserError as cause:
        yield error(field.name, cause.code, cause.message, cause.remedy)
        return
    empty = not kept or (field.kind is FieldKind.FLAG and kept == "0")
    if field.is_required(entered.values) and empty:
        yield _missing(field)
    yield from belonging.asked_about(field, entered)


def check_all(kind: CaseKind, entered: Entered) -> list[Finding]:
    """Errors and warnings of the whole entry, in the order of its pages."""
    return [item for page in kind.pages for item in check_page(page, entered)]


def _missing(field: EntryField) -> Finding:
    if field.kind is FieldKind.FLAG:
        message, remedy = f"「{field.label}」がまだです。", "行ってから、チェックを入れてください。"
    elif field.kind is FieldKind.CHOICE:
        message, remedy = (
            f"{field.label}が選ばれていません。",
            "番号キーか矢印キーで選んでください。",
        )
    else:
        message, remedy = f"{field.label}が入っていません。", "届出のとおりに入れてください。"
    return error(field.name, "missing", message, remedy)
