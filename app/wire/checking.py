"""Checking the values of records: one by one with each fault named, and whole columns at once.

A daily file has hundreds of thousands of records that are nearly all right. A column of a block
of them is found right by a handful of operations over all its values together; only where that
fails is each value looked at (``Checker``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.core.signs import SPACES, UNSEEN
from app.wire.faults import FileFault, FileRefused
from app.wire.layout import BodyLayout, Column, Kind, columns
from app.wire.spec import FileSpec
from app.wire.values import Check, Codes, check_of, mended

TEXTS = (Kind.TEXT, Kind.JSON)
"""The kinds of value that may hold quotes."""

_NAMES_BODY = ("kind", "body", "body_version")
_REMEMBERED = 65536
_FEW = 4096
_FEW_SIGNS = 262_144
_SOME = 100
_UNSURE = re.compile(f"\n[{re.escape(SPACES + UNSEEN)}]")
_WORDS = re.compile("(?:[ァ-ヺㇰ-ㇿ][ァ-ヾ＝ㇰ-ㇿ]*+\u3000)*+")
_KANA = re.compile("[ァ-ヺㇰ-ㇿ][ァ-ヺㇰ-ㇿーヽヾ・＝]*(?:\u3000[ァ-ヺㇰ-ㇿーヽヾ・＝]+)*")
_LEADING = re.compile("\n0[0-9]")
_OWN_IDS = re.compile("(?:[A-Z][0-9]{2}-[0-9]{1,4}-[0-9]{1,10}\n)*")

Quick = Callable[[Sequence[str]], bool]
"""Whether all of these values are right for certain. None of them holds a sign of control, and
one that holds a quote is right nowhere but in a text."""


class Checker:
    """Checks a record's values by the columns of ``spec`` and of the body its head names."""

    def __init__(self, spec: FileSpec, codes: Codes) -> None:
        self._spec = spec
        self._codes = codes
        self._columns: dict[BodyLayout | None, tuple[Column, ...]] = {None: spec.columns}
        self._checks: dict[BodyLayout | None, tuple[tuple[Check, bool], ...]] = {
            None: self._checks_of(spec.columns)
        }
        names = [column.name for column in spec.columns]
        self._named = [names.index(name) for name in _NAMES_BODY] if spec.bodies else []

    def check(self, values: Sequence[str], line: int) -> tuple[str, ...]:
        """The values in their normal form. Raises FileRefused with every wrong one."""
        faults: list[FileFault] = []
        kept = self.examine(values, line, faults)
        if faults:
            raise FileRefused(self._spec, tuple(faults))
        return kept

    def examine(self, values: Sequence[str], line: int, faults: list[FileFault]) -> tuple[str, ...]:
        """The values in their normal form; what is wrong is added to ``faults``."""
        before = len(faults)
        layout = self._layout_of(values, line, faults) if self._named else None
        if len(faults) > before:
            return ()
        if layout is not None and layout not in self._checks:
            self._columns[layout] = columns(layout.record)
            self._checks[layout] = self._checks_of(columns(layout.record))
        checks = self._checks[layout]
        if len(values) != len(checks):
            faults.append(FileFault.at(line, "columns"))
            return ()
        for value, (check, required) in zip(values, checks, strict=True):
            if check(value) if value else required:
                return self._mended(layout, values, line, faults)
        return tuple(values)

    def one(self, at: int, value: str) -> tuple[str, str]:
        """A value of the ``at``-th column in its normal form, and the rule it breaks or ""."""
        column, (check, required) = self._columns[None][at], self._checks[None][at]
        return _normal(column, check, required, value)

    def _layout_of(
        self, values: Sequence[str], line: int, faults: list[FileFault]
    ) -> BodyLayout | None:
        """The body that the head names; None where it stands alone. Faults: ``kind`` (none of
        this file's), ``body`` (that of another kind, or none where one belongs),
        ``body_version`` (one that is not known here)."""
        if len(values) < len(self._spec.columns):
            faults.append(FileFault.at(line, "columns"))
            return None
        kind, body, version = (values[at] for at in self._named)
        known = self._spec.bodies.get(kind)
        if known is None:
            self._fault("kind", line, 0, faults)
            return None
        if not body and not version and self._spec.bare:
            return None
        same = [layout for layout in known if layout.id == body]
        if not same:
            self._fault("body", line, 1, faults)
            return None
        for layout in same:
            if str(layout.version) == version:
                return layout
        self._fault("body_version", line, 2, faults)
        return None

    def _fault(self, rule: str, line: int, named: int, faults: list[FileFault]) -> None:
        faults.append(FileFault.at(line, rule, self._spec.columns[self._named[named]]))

    def _checks_of(self, declared: tuple[Column, ...]) -> tuple[tuple[Check, bool], ...]:
        return tuple((check_of(column, self._codes), column.required) for column in declared)

    def _mended(
        self, layout: BodyLayout | None, values: Sequence[str], line: int, faults: list[FileFault]
    ) -> tuple[str, ...]:
        """The values with another spelling of a right one in its normal form; looked for again,
        because it is rare."""
        kept = []
        declared = zip(self._columns[layout], self._checks[layout], values, strict=True)
        for column, (check, required), value in declared:
            normal, rule = _normal(column, check, required, value)
            if rule:
                faults.append(FileFault.at(line, rule, column))
            kept.append(normal)
        return tuple(kept)


def _normal(column: Column, check: Check, required: bool, value: str) -> tuple[str, str]:
    rule = check(value) if value else ("required" if required else "")
    if not value or not rule:
        return value, rule
    value = mended(column, value)
    return value, check(value) if value else ("required" if required else "")


class ColumnChecks:
    """The checks of a file of one kind of record, a column at a time."""

    def __init__(self, spec: FileSpec, codes: Codes) -> None:
        self._columns = tuple(_Repeated(_quick(column, codes)) for column in spec.columns)
        self.texts = tuple(column.kind in TEXTS for column in spec.columns)
        """For each column whether a right value of it may hold quotes and line feeds."""

    def doubtful(self, block: Sequence[Sequence[str]]) -> list[int]:
        """The columns (by place) that are not right for certain. ``block`` holds the values of
        each column; no sign of control stands anywhere in it."""
        return [
            at
            for at, (values, quick) in enumerate(zip(block, self._columns, strict=True))
            if not quick(values)
        ]


def _quick(column: Column, codes: Codes) -> Quick:
    """What finds a whole column right. It may say no to what is right, never yes to a wrong one.
    Where the column need not be filled, the empty value is one of the right ones."""
    width, empty = column.width, () if column.required else ("",)
    match column.kind:
        case Kind.TEXT:
            return lambda values: _seen(values, column)
        case Kind.KANA:
            return lambda values: _within(values, column) and _kana(values)
        case Kind.CODE:
            return frozenset((*codes[column.codes], *empty)).issuperset
        case Kind.FLAG:
            return frozenset(("0", "1", *empty)).issuperset
        case Kind.DIGITS:
            return lambda values: _numbered(values, column, width)
        case Kind.RESIDENT:
            return lambda values: _numbered(values, column, 15) and "0" * 15 not in values
        case Kind.NUMBER:
            return lambda values: _within(values, column) and _digits("".join(values))
        case Kind.YEN:
            return lambda values: (
                _within(values, column)
                and _digits("".join(values))
                and not _LEADING.search("\n" + "\n".join(values))
            )
        case Kind.ID:
            slow = _Remembered(check_of(column, codes), empty)
            return lambda values: (_within(values, column) and _own_ids(values)) or slow(values)
        case Kind.DAY | Kind.MONTH | Kind.YEAR | Kind.MOMENT | Kind.MUNICIPALITY:
            return _Remembered(check_of(column, codes), empty)
        case _:
            check = check_of(column, codes)
            return lambda values: (
                _filled(values, column) and not any(map(check, filter(None, values)))
            )


class _Repeated:
    """Remembers what was right while a column has few different values; most columns do."""

    def __init__(self, quick: Quick) -> None:
        self._quick = quick
        self._right: set[str] | None = set()
        self._asked = 0

    def __call__(self, values: Sequence[str]) -> bool:
        right = self._right
        if right is None:
            return self._quick(values)
        if right.issuperset(values):
            return True
        if not self._quick(values):
            return False
        right.update(values)
        self._asked += len(values)
        many = self._asked > _SOME and len(right) > min(_FEW, self._asked // 4)
        if many or sum(map(len, right)) > _FEW_SIGNS:
            self._right = None
        return True


def _filled(values: Sequence[str], column: Column) -> bool:
    return not column.required or "" not in values


def _within(values: Sequence[str], column: Column) -> bool:
    return _filled(values, column) and max(map(len, values)) <= column.width


def _seen(values: Sequence[str], column: Column) -> bool:
    """None too long, and each begins with a sign that a reader sees."""
    return _within(values, column) and not _UNSURE.search("\n" + "\n".join(filter(None, values)))


def _kana(values: Sequence[str]) -> bool:
    """All words at once where each begins with a kana, else value by value."""
    filled = list(filter(None, values))
    joined = "\u3000".join(filled) + "\u3000"
    return _WORDS.fullmatch(joined) is not None or all(map(_KANA.fullmatch, filled))


def _numbered(values: Sequence[str], column: Column, width: int) -> bool:
    """Each has ``width`` digits: the line feeds put between them stand where they must."""
    if not column.required:
        values = list(filter(None, values))
    count, joined = len(values), "\n".join(values)
    return not values or (
        len(joined) == count * (width + 1) - 1
        and joined[width :: width + 1].count("\n") == count - 1
        and _digits("".join(values))
    )


def _digits(joined: str) -> bool:
    return not joined or (joined.isascii() and joined.encode("ascii").isdigit())


def _own_ids(values: Sequence[str]) -> bool:
    joined = "\n".join(values) + "\n"
    return joined.count("\n") == len(values) and _OWN_IDS.fullmatch(joined) is not None


class _Remembered:
    """Values found right once are right again: days, codes of municipalities, months."""

    def __init__(self, check: Check, empty: tuple[str, ...]) -> None:
        self._check = check
        self._empty = empty
        self._right: set[str] = set(empty)

    def __call__(self, values: Sequence[str]) -> bool:
        if self._right.issuperset(values):
            return True
        if len(self._right) > _REMEMBERED:
            self._right = set(self._empty)
        new = set(values) - self._right
        if "" in new or any(map(self._check, new)):
            return False
        self._right |= new
        return True
