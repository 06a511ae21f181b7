"""What nobody is shown of a person under support measures (支援措置; DOMAIN 7.3, SEC-94).

One mechanism, where rows are read for somebody's eyes. On the connection that views read from,
every table that tells where such a person is, or who is with them, lies behind a view of the same
name: the person's rows come with those columns empty, or do not come at all. A screen, a list or
a search written tomorrow reads through it without knowing. Acts, which compute and send, read the
tables themselves (``db.work.Work.whole``).

A table of the store is either one of ``GUARDED`` or one of ``NOT_OF_PERSONS``; a test asks it of
every table, and of every item of an entry and of a decision whether it is private.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from db import named
from db.items import HIDDEN_DETAIL, hidden_text
from db.named import CLOSED


@dataclass(frozen=True, slots=True)
class Guarded:
    """How a table is shown. ``owners`` are SQL expressions over the row ``t`` that give the
    persons it is about; ``shows`` says by column what a restricted person's row has instead,
    ``others`` what stands in another's row that may name a restricted person; ``drops`` is a
    condition under which a restricted person's row does not come at all ("" for none)."""

    owners: tuple[str, ...]
    shows: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    drops: str = ""


_EMPTY = "''"
_BY_NUMBER = (
    "(SELECT a.person_id FROM main.atena AS a WHERE a.municipality_code = t.municipality_code"
    " AND a.atena_number = t.atena_number)"
)
_BY_CASE = "(SELECT c.person_id FROM main.case_file AS c WHERE c.id = t.case_id)"
_BY_PAPER = (  # of a batch: the paper alone says whose it is
    "(SELECT p.person_id FROM main.certificate AS p WHERE p.decision_id = t.id)"
)

GUARDED: Mapping[str, Guarded] = MappingProxyType(
    {
        "person": Guarded(("t.id",), dict.fromkeys(("phone", "alias", "alias_kana"), _EMPTY)),
        "address": Guarded(
            ("t.person_id",),
            dict.fromkeys(
                ("municipality_code", "postal_code", "written", "building", "since"), _EMPTY
            ),
        ),
        # whoever lives with her may be the one she flees from: nobody sees her there
        "household_member": Guarded(("t.person_id",), drops="1"),
        "fact": Guarded(
            ("t.person_id",),
            others={"value": f"hidden_fact(t.kind, t.value, {CLOSED})"},
            drops="t.kind NOT IN ('name', 'birth', 'restriction')",
        ),
        "insured": Guarded(("t.person_id",), {"insurer_number": _EMPTY}),
        "case_file": Guarded(
            ("t.person_id", "t.payer_id"),
            {"draft": "hidden_text(t.draft)"},
            {"draft": f"hidden_entry(t.draft, {CLOSED})"},
        ),
        "decision": Guarded(
            ("t.person_id", _BY_CASE, _BY_PAPER),
            {"record": "hidden_text(t.record)"},
            {"record": f"hidden_entry(t.record, {CLOSED})"},
        ),
        "check_entry": Guarded(
            ("t.person_id", _BY_NUMBER, _BY_CASE),
            {"detail": f"'{HIDDEN_DETAIL}'", "atena_number": _EMPTY},
            {"detail": f"hidden_line(t.detail, {CLOSED})"},
        ),
        "batch_item": Guarded(
            ("t.person_id",),
            {"record": "hidden_text(t.record)"},
            {"record": f"hidden_entry(t.record, {CLOSED})"},
        ),
        # what a ledger says in free words of her, or of somebody with whom she is named
        "ledger_entry": Guarded(
            ("t.person_id",),
            {"cells": "'{}'", "why": _EMPTY},
            {
                "cells": f"hidden_entry(t.cells, {CLOSED})",
                "why": f"hidden_line(t.why, {CLOSED})",
            },
        ),
        # why somebody thought that she is the same as another
        "same_person": Guarded(("t.one_id", "t.other_id"), {"why": _EMPTY}),
        # what she pays, from when on, and who lives with her: the ledger does not open at all
        "premium_record": Guarded((_BY_NUMBER,), drops="1"),
        # a record of a file that goes up, for who confirms it: hers is not among them
        "sending_sample": Guarded(
            (_BY_NUMBER,), others={"record": f"hidden_entry(t.record, {CLOSED})"}, drops="1"
        ),
        "desk_case": Guarded((_BY_NUMBER,), {"desk": _EMPTY}),
        "desk_issue": Guarded((_BY_NUMBER,), {"desk": _EMPTY}),
    }
)
"""Tables that tell where a person is or who is with them."""

NOT_OF_PERSONS = frozenset(
    (
        # the terminal, its people, its rights and its media
        *(
            "act",
            "control_place",
            "control_row",
            "counter",
            "courier",
            "credential",
            "grant_row",
            "medium",
        ),
        *("medium_approval", "medium_use", "preference", "put_off_act", "setting", "staff"),
        *("sealed_out", "standing_order"),
        *("stock_move", "store_fact", "terminal_key", "watermark", "stream_state"),
        # what goes and comes, sealed or counted; a row is about a file
        *("character_line", "delivered_list", "desk_draft", "desk_told", "file_fault", "inbox"),
        "recall",
        *("batch_part", "outbox", "print_batch", "staged_record"),
        # numbers, states, days and by whom: they say that there is something, not where she is
        *("application_token", "atena", "certificate", "follow_up", "hand_over", "mail_item"),
        *("my_number", "origin", "paper_return", "print_line", "sheet"),
        # the union's own pages; whoever opens one is kept from those that name somebody restricted
        "union_paper",
        # a household by its number, without anybody in it
        "household",
        # what was erased: counts, ids that go, keyed hashes
        *("erased", "erasure", "erasure_item"),
        # who is restricted, and who opened her
        *("restriction", "restriction_opening"),
    )
)
"""Tables in which nothing says where somebody is or who is with them."""


def is_open_to(opened: Collection[str]) -> Callable[[str | None], int]:
    """The SQL function ``is_open_to_reader``: whether a restricted person was opened for who
    reads now. ``opened`` is looked at anew on each call."""
    return lambda person_id: int(person_id in opened)


def statements(columns: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The views over the tables whose columns are given, for a connection's own schema."""
    return tuple(
        _view(table, guarded, columns[table])
        for table, guarded in GUARDED.items()
        if columns.get(table)
    )


def _view(table: str, guarded: Guarded, names: tuple[str, ...]) -> str:
    care = " OR ".join(map(_restricted, guarded.owners))
    shown = [_column(guarded, name, care) for name in names]
    only = f" WHERE NOT (({guarded.drops}) AND ({care}))" if guarded.drops else ""
    return f'CREATE TEMP VIEW "{table}" AS SELECT {", ".join(shown)} FROM main."{table}" AS t{only}'


def _column(guarded: Guarded, name: str, care: str) -> str:
    told = guarded.others.get(name, f't."{name}"')
    if name in guarded.shows:
        told = f"CASE WHEN {care} THEN {guarded.shows[name]} ELSE {told} END"
    return f'{told} AS "{name}"'


def _restricted(owner: str) -> str:
    return (
        f"(EXISTS (SELECT 1 FROM main.restriction AS r WHERE r.person_id = {owner}"
        f" AND r.lifted_at = '') AND NOT is_open_to_reader({owner}))"
    )


def guard(raw: Any) -> set[str]:
    """Put the views before the tables of a connection. Gives the set of persons who are open to
    who reads; the caller fills it for one unit of work and empties it after."""
    opened: set[str] = set()
    raw.create_function("hidden_text", 1, hidden_text, deterministic=True)
    for name, function in named.FUNCTIONS.items():
        count = function.__code__.co_argcount
        raw.create_function(name, count, function, deterministic=True)
    raw.create_function("is_open_to_reader", 1, is_open_to(opened))
    columns = {
        table: tuple(row[1] for row in raw.execute(f'PRAGMA main.table_info("{table}")'))
        for table in GUARDED
    }
    for statement in statements(columns):
        raw.execute(statement)
    return opened
