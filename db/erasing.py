"""Erasing persons (消去): everything that is a person's goes in one unit of work (SEC-157).

A table of the store is either one of ``GOES``, which says whose its rows are, or one of ``STAYS``
with the reason; a test asks it of every table, so that a table of tomorrow is decided upon here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import TextClause, bindparam, text

from db import search
from db.work import Rows

_KEYS = ":keys"
_NOBODY = "(SELECT NULL WHERE 0)"


def _goes(persons: str, cases: str) -> Mapping[str, str]:
    """The rows of each table that go with these persons and these cases, in the order in which
    they go, because one row points at another."""
    decisions = (
        f"(SELECT id FROM decision WHERE person_id IN {persons}"
        f" UNION SELECT id FROM decision WHERE case_id IN {cases})"
    )
    papers = (
        f"(SELECT number FROM certificate WHERE person_id IN {persons}"
        f" UNION SELECT number FROM certificate WHERE case_id IN {cases}"
        f" UNION SELECT number FROM certificate WHERE decision_id IN {decisions})"
    )
    of_person = f"person_id IN {persons}"
    numbered = (
        "(municipality_code, atena_number) IN"
        f" (SELECT municipality_code, atena_number FROM atena WHERE {of_person})"
    )
    return {
        # papers and what became of them
        "sheet": f"certificate_number IN {papers}",
        "hand_over": f"certificate_number IN {papers}",
        "mail_item": f"certificate_number IN {papers} OR {of_person}",
        "paper_return": of_person,
        "batch_item": of_person,
        "application_token": of_person,
        "certificate": f"number IN {papers}",
        # cases, what was sent for them, what was decided and what waited after them
        "follow_up": f"case_id IN {cases} OR {of_person}",
        "check_entry": f"{of_person} OR case_id IN {cases} OR {numbered}",
        "recall": f"outbox_id IN (SELECT id FROM outbox WHERE case_id IN {cases})",
        "outbox": f"case_id IN {cases}",
        "desk_case": f"case_id IN {cases} OR {numbered}",
        "desk_issue": numbered,
        "sending_sample": numbered,
        "premium_record": numbered,
        "my_number": f"(owner_kind = 'case' AND owner_id IN {cases})"
        f" OR (owner_kind = 'person' AND owner_id IN {persons})",
        "decision": f"id IN {decisions}",
        "case_file": f"id IN {cases}",
        "same_person": f"one_id IN {persons} OR other_id IN {persons}",
        # the person; the row itself, the name index and the history go last
        **dict.fromkeys(("restriction_opening", "restriction", "insured"), of_person),
        **dict.fromkeys(("household_member", "address", "atena"), of_person),
    }


GOES = _goes(_KEYS, f"(SELECT id FROM case_file WHERE person_id IN {_KEYS})")
"""Whose rows of each table are, by ``:keys``, a list of persons."""

STAYS: Mapping[str, str] = MappingProxyType(
    {
        "person": "goes last, with fact and the name index",
        "fact": "goes last, with its person",
        "household": "a number without anybody in it goes as soon as nobody is left",
        "origin": "which file or act brought something; ids and days",
        **dict.fromkeys(
            (
                *("act", "control_row", "control_place", "counter", "credential", "grant_row"),
                *("staff", "setting"),
            ),
            "the terminal's people and rights",
        ),
        **dict.fromkeys(
            ("courier", "medium", "medium_approval", "medium_use", "sealed_out", "standing_order"),
            "media: files by name, digest and count",
        ),
        **dict.fromkeys(
            ("inbox", "stream_state", "watermark", "desk_told", "delivered_list"),
            "files and lists by count and digest",
        ),
        **dict.fromkeys(("file_fault", "character_line"), "line and column of a file, no value"),
        **dict.fromkeys(("store_fact", "terminal_key", "preference", "stock_move"), "the terminal"),
        "staged_record": "goes when its file is applied or set aside",
        **dict.fromkeys(("print_batch", "batch_part"), "a batch and its parts by their digests"),
        "print_line": "who printed what: ids, under a term of its own (SEC-95)",
        "put_off_act": "acts of administration that wait for a second person",
        "desk_draft": "drafts of other desks by their digest",
        "ledger_entry": "under the term of its ledger",
        "union_paper": "a paper of the union goes whole, under a term of its own",
        "erasure": "what was erased: kinds and counts",
        "erasure_item": "goes one by one as its person goes",
        "erased": "keyed hashes, so that a restored backup is erased again",
    }
)

READS = (*GOES, "person", "fact", "household")
WRITES = READS
"""What a function that erases persons declares."""


def by_keys(sql: str) -> TextClause:
    """A statement whose ``:keys`` are a list of values."""
    return text(sql).bindparams(bindparam("keys", expanding=True))


_HOUSEHOLDS = by_keys(
    "SELECT DISTINCT municipality_code, household_number FROM household_member"
    f" WHERE person_id IN {_KEYS}"
)
_EMPTY = text(
    "DELETE FROM household WHERE municipality_code = :code AND household_number = :number"
    " AND NOT EXISTS (SELECT 1 FROM household_member AS m"
    " WHERE m.municipality_code = :code AND m.household_number = :number)"
)
_WITH_PERSONS = {
    name: by_keys(f'DELETE FROM "{name}" WHERE {where}') for name, where in GOES.items()
}
_WITH_CASES = {
    name: by_keys(f'DELETE FROM "{name}" WHERE {where}')
    for name, where in _goes(_NOBODY, _KEYS).items()
    if _KEYS in where
}


def erase_persons(work: Rows, persons: Sequence[str]) -> Mapping[str, int]:
    """Erase these persons (our ids) with everything that is theirs; rows by table. The caller has
    asked that nothing needs them, and counts ``decision`` and ``restriction`` of what this gives
    under ``purged.*``."""
    keys = {"keys": list(persons)}
    households = work.all(_HOUSEHOLDS, keys)
    rows = {name: work.run(statement, keys) for name, statement in _WITH_PERSONS.items()}
    for row in households:
        work.run(_EMPTY, {"code": row.municipality_code, "number": row.household_number})
    rows["person"] = sum(search.delete_person(work, one) for one in persons)
    return rows


def erase_cases(work: Rows, cases: Sequence[str]) -> Mapping[str, int]:
    """The same for cases that belong to nobody who is known here."""
    keys = {"keys": list(cases)}
    return {name: work.run(statement, keys) for name, statement in _WITH_CASES.items()}
