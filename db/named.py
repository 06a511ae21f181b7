"""Restricted persons (支援措置) who are named in what is told of somebody else: who inherits, who
pays, whose proxy, who lives there (DOMAIN 7.3).

Such a text says no id of ours, so they are found by what it says: a name or kana, folded as for
search, or a number of the address master. Whoever has the same name is hidden too; that is the
safe side, and whoever opens the restricted person (一時解除) sees both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, union_all

from app.core.text import search_key
from db.items import HIDDEN, HIDDEN_DETAIL, as_shown, is_private
from db.tables.persons import atena, person, restriction

if TYPE_CHECKING:
    from db.work import ReadRows

READS = ("restriction", "person", "atena")
"""What ``read_names`` reads."""

_LEAST = 3
"""Signs of a folded name; a shorter one stands in too many words."""

_LETTERS = re.compile("[A-Za-z]")
"""Codes, days and numbers need no folding, which costs more than all the rest."""

_OWN = frozenset(
    (
        *("name", "kana", "alias", "alias_kana", "former_name", "former_name_kana"),
        *("new_name", "new_kana", "heard_kana"),
    )
)
"""Items that name the person whom the text is about."""

_NAMING = ("_name", "_kana", "_atena_number")
_BESIDE = {
    "addressee": ("in_care", "to_"),
    "in_care": ("addressee", "to_"),
    "holder_kana": ("bank_", "branch_", "account_"),
    "payee_name": ("holder_", "bank_", "branch_", "account_"),
    "payee_kana": ("holder_", "bank_", "branch_", "account_"),
    "claimant_name": ("holder_", "bank_", "branch_", "account_"),
    "claimant_kana": ("holder_", "bank_", "branch_", "account_"),
}
"""What belongs to somebody named beside the items of the same beginning."""

_OF_FACTS = {"role": ("name", "phone"), "payment": ("payee",), "note": ("text",)}
"""Facts that tell of others: which item says who, and what goes with it."""


@dataclass(frozen=True, slots=True)
class Names:
    """By what the restricted persons are found who are not open to who looks: keys by their first
    ``_LEAST`` signs."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Collection[str | None]) -> Names:
        """From names, kana and numbers as they are stored."""
        keys: dict[str, tuple[str, ...]] = {}
        for key in sorted({search_key(one) for one in said if one}):
            if len(key) >= _LEAST:
                keys[key[:_LEAST]] = (*keys.get(key[:_LEAST], ()), key)
        return cls(keys)

    def within(self, text: str) -> bool:
        """Whether a text names one of them."""
        if not self.keys or not text:
            return False
        folded = text if text.isascii() and not _LETTERS.search(text) else search_key(text)
        return any(
            folded.startswith(self.keys.get(folded[at : at + _LEAST], ()), at)
            for at in range(len(folded) - _LEAST + 1)
        )


NOBODY = Names()

CLOSED = (
    "(SELECT json_group_array(p.name || char(10) || p.kana || char(10) || ifnull(p.alias, '')"
    " || char(10) || ifnull((SELECT group_concat(a.atena_number, char(10)) FROM main.atena AS a"
    " WHERE a.person_id = p.id), '')) FROM main.restriction AS r"
    " JOIN main.person AS p ON p.id = r.person_id"
    " WHERE r.lifted_at = '' AND NOT is_open_to_reader(r.person_id))"
)
"""``Names`` as the views of ``db.shown`` read them: a JSON list with a text of lines for each
person, made once for a statement."""

_HELD = restriction.c.lifted_at == ""
_OF_PERSON = restriction.join(person, person.c.id == restriction.c.person_id)
_OF_NUMBER = restriction.join(atena, atena.c.person_id == restriction.c.person_id)
_ALL = union_all(
    *(
        select(restriction.c.person_id, said.label("said")).select_from(of).where(_HELD)
        for of, said in (
            *((_OF_PERSON, one) for one in (person.c.name, person.c.kana, person.c.alias)),
            (_OF_NUMBER, atena.c.atena_number),
        )
    )
)


def read_names(work: ReadRows, opened: Collection[str]) -> Names:
    """The same for a unit of work that reads whole; ``opened`` are open to who looks."""
    return Names.of([row.said for row in work.all(_ALL) if row.person_id not in opened])


@lru_cache(maxsize=16)
def _names(closed: str | None) -> Names:
    said = json.loads(closed) if closed else ()
    return Names.of([line for one in said for line in one.split("\n")])


def hidden_others(values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The items of an entry or a decision as they are shown where somebody restricted is named:
    the item itself, and what belongs to it."""
    named = {
        name
        for name, value in values.items()
        if name not in _OWN and value and names.within(_text(value))
    }
    begin = tuple(one for name in named for one in _beside(name))
    return {
        name: HIDDEN
        if value and (name in named or (name.startswith(begin) and is_private(name)))
        else value
        for name, value in values.items()
    }


def _beside(name: str) -> tuple[str, ...]:
    same = tuple(f"{name.removesuffix(end)}_" for end in _NAMING if name.endswith(end))
    return (*same, *_BESIDE.get(name, ()))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def hidden_entry(text: str | None, closed: str | None) -> str | None:
    """``hidden_others`` of canonical JSON, as the views call it; what is no JSON object is told
    when it names nobody."""
    names = _names(closed)
    if text is None or not names.keys:
        return text
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return "{}" if names.within(text) else text
    return as_shown(text, values, hidden_others(values, names))


def hidden_fact(kind: str, value: str | None, closed: str | None) -> str | None:
    """The value of a fact, as the views call it."""
    items, names = _OF_FACTS.get(kind, ()), _names(closed)
    if value is None or not items or not names.within(value):
        return value
    instead = {**dict.fromkeys(items, ""), items[0]: HIDDEN}
    return json.dumps({**json.loads(value), **instead}, ensure_ascii=False)


def hidden_line(text: str | None, closed: str | None) -> str | None:
    """An explanation, as the views call it."""
    return HIDDEN_DETAIL if text is not None and _names(closed).within(text) else text


FUNCTIONS = {"hidden_entry": hidden_entry, "hidden_fact": hidden_fact, "hidden_line": hidden_line}
"""SQL functions that only the views of ``db.shown`` call."""
