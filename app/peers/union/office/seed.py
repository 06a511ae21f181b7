"""The union's first contents: a municipality's persons with numbers, incomes and coverages.

A line is a JSON object with the names below; absent ones are empty. 研修, demo and tests make
the lines from the synthetic municipality (``app.training.seed_lines``); a real union would load
them from its old system. One person per line::

    municipality_code, atena_number, former_atena [..], household_number, relation, is_head,
    person_kind, name, kana, alias, alias_kana, birth_written, birth_sort, birth_precision, sex,
    phone, my_number, state, state_on, postal_code, address, building, support_from, support_until,
    coverages [[insured_number, acquired_on, reason, lost_on, loss_reason] ..],
    income null or {declared, taxed, taxable_income, revenue, pension, other_income, base_income,
    kinds {..}: the incomes by kind that a levy needs, as ``app.rules.income.Incomes`` names them},
    card null or [registered, visits_year, visits_quarter]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.peers.union import door
from app.peers.union.office.history import bring
from app.peers.union.office.shares import initial_shares
from app.peers.union.system import UNION_ACTOR, System
from app.peers.union.tables import (
    card_use,
    counter,
    coverage,
    facility,
    former_atena,
    income,
    number,
    person,
)
from app.rules.calendar.days import judgement_year
from app.rules.copay.facts import copay_terms
from app.rules.income import Incomes
from app.rules.values.numbers import atena_number, facility_number, household_number, phone

_PERSON = (
    "municipality_code",
    "atena_number",
    "household_number",
    "relation",
    "person_kind",
    "name",
    "kana",
    "alias",
    "alias_kana",
    "birth_written",
    "birth_sort",
    "birth_precision",
    "sex",
    "phone",
    "state",
    "state_on",
    "postal_code",
    "address",
    "building",
    "support_from",
    "support_until",
)
_AT_ONCE = 2_000


@dataclass(slots=True)
class _Batch:
    """Rows on their way into the tables."""

    rows: dict[Table, list[dict[str, object]]] = field(default_factory=dict)
    persons: int = 0
    coverages: int = 0
    highest_insured: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, table: Table, row: dict[str, object]) -> None:
        self.rows.setdefault(table, []).append(row)

    def write(self, connection: Connection) -> None:
        for table in (person, former_atena, number, income, card_use, coverage):
            rows = self.rows.pop(table, [])
            if rows:
                connection.execute(insert(table), rows)


def load(system: System, lines: Iterable[bytes]) -> dict[str, int]:
    """Load persons into an empty union and judge everybody insured; returns the counts.

    Raises UserError ``union.not_empty`` when there are persons already, ``union.seed_line`` for
    a line that cannot be read or whose numbers stood in an earlier one.
    """
    with system.database.write() as connection:
        if connection.execute(select(person.c.id).limit(1)).first() is not None:
            raise UserError(
                "union.not_empty",
                "広域連合のデータベースにはもう人が登録されています。",
                "初回の登録は、空のデータベースだけにできます。",
            )
        year = judgement_year(system.today())
        line_of_pension = copay_terms(system.tables, system.today()).pension_line
        batch = _Batch()
        for line_number, line in enumerate(lines, start=1):
            if line.strip():
                _read(batch, line, line_number, year, line_of_pension)
                if batch.persons % _AT_ONCE == 0:
                    batch.write(connection)
        batch.write(connection)
        _set_counters(connection, batch)
        brought = bring(system, connection, "seed", "", UNION_ACTOR)
        connection.execute(update(person).values(brought=brought))
        judged = initial_shares(
            system, connection, connection.execute(select(person)).all(), system.today()
        )
    return {"persons": batch.persons, "coverages": batch.coverages, "judged": judged}


def load_facilities(system: System, rows: Iterable[Mapping[str, object]]) -> int:
    """Replace the list of single facilities; returns how many there are now.

    Raises KeyError for one without a code, UserError for one whose code is none."""
    values = [
        {"small_regional": 0, "paid_home": 0}
        | {column.name: row[column.name] for column in facility.columns if column.name in row}
        | {"code": facility_number(str(row["code"]), "施設の番号").normal}
        for row in rows
    ]
    with system.database.write() as connection:
        connection.execute(delete(facility))
        if values:
            connection.execute(insert(facility), values)
    return len(values)


def _read(batch: _Batch, line: bytes, line_number: int, year: int, line_of_pension: int) -> None:
    try:
        said = _in_one_form(door.json_of(line))
        keys = _keys(said)
        _take(batch, said, year, line_of_pension)
    except (KeyError, ValueError, TypeError, AttributeError) as cause:
        raise _not_read(line_number, "項目が足りないか、形が違います。") from cause
    except UserError as cause:
        raise _not_read(line_number, cause.message) from cause
    if not batch.seen.isdisjoint(keys):
        raise _not_read(line_number, "同じ番号が、前の行にもあります。")
    batch.seen.update(keys)


def _in_one_form(line: dict[str, Any]) -> dict[str, Any]:
    """The line with its numbers in the one form in which every later file and notification
    brings them. Raises UserError for what is no number."""
    kept = {
        "atena_number": atena_number(line["atena_number"], "宛名番号").normal,
        "household_number": household_number(line["household_number"], "世帯番号").normal,
        "former_atena": [
            atena_number(one, "過去の宛名番号").normal for one in line.get("former_atena", ())
        ],
    }
    if line.get("phone"):
        kept["phone"] = phone(line["phone"], "電話番号").normal
    return line | kept


def _keys(line: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The numbers that only one person may have: atena and individual numbers."""
    place = line["municipality_code"]
    found = [(place, line["atena_number"])]
    if line.get("my_number"):
        found.append(("number", line["my_number"]))
    return found


def _not_read(line_number: int, what: str) -> UserError:
    return UserError(
        "union.seed_line",
        f"初回登録のファイルの {line_number} 行目: {what}",
        "1人も登録していません。作成元に確かめ、直したファイルで登録し直してください。",
    )


def _take(batch: _Batch, line: Mapping[str, Any], year: int, line_of_pension: int) -> None:
    batch.persons += 1
    key = batch.persons
    batch.add(
        person,
        {name: line.get(name, "") for name in _PERSON}
        | {
            "id": key,
            "is_head": int(bool(line.get("is_head"))),
            "origin": "register",
            "touched": key,
        },
    )
    for atena in line.get("former_atena", ()):
        row = {"municipality_code": line["municipality_code"], "atena_number": atena}
        batch.add(former_atena, row | {"person_id": key})
    if line.get("my_number"):
        batch.add(number, {"person_id": key, "my_number": line["my_number"]})
    for item in line.get("coverages", ()):
        _take_coverage(batch, key, item)
    if line.get("income") is not None:
        batch.add(income, _income_row(key, line["income"], year, line_of_pension))
    if line.get("card") is not None and line.get("my_number"):
        registered, visits_year, visits_quarter = line["card"]
        batch.add(
            card_use,
            {
                "my_number": line["my_number"],
                "registered": int(registered),
                "visits_year": visits_year,
                "visits_quarter": visits_quarter,
            },
        )


def _take_coverage(batch: _Batch, key: int, item: list[str]) -> None:
    insured_number, acquired_on, reason, lost_on, loss_reason = item
    batch.coverages += 1
    batch.highest_insured = max(batch.highest_insured, int(insured_number[:-1]))
    batch.add(
        coverage,
        {
            "id": batch.coverages,
            "person_id": key,
            "insured_number": insured_number,
            "acquired_on": acquired_on,
            "acquisition_reason": reason,
            "lost_on": lost_on,
            "loss_reason": loss_reason,
        },
    )


def _income_row(
    key: int, said: Mapping[str, Any], year: int, line_of_pension: int
) -> dict[str, object]:
    if not said["declared"]:
        names = ("taxed", "taxable_income", "revenue", "pension_other", "base_income")
        unknown: dict[str, object] = dict.fromkeys((*names, "income_zero"))
        return {"person_id": key, "year": year, "origin": "undeclared", "assessed": "", **unknown}
    zero = said["pension"] <= line_of_pension and said["other_income"] == 0
    return {
        "person_id": key,
        "year": year,
        "origin": "tax",
        "taxed": int(said["taxed"]),
        "taxable_income": said["taxable_income"],
        "revenue": said["revenue"],
        "pension_other": said["pension"] + said["other_income"],
        "base_income": said["base_income"],
        "income_zero": int(zero),
        "assessed": canonical_json(asdict(Incomes(**said["kinds"]))) if "kinds" in said else "",
    }


def _set_counters(connection: Connection, batch: _Batch) -> None:
    values = {
        "person": batch.persons,
        "touched": batch.persons,
        "coverage": batch.coverages,
        "insured_number": batch.highest_insured,
    }
    for name, value in values.items():
        changed = connection.execute(
            update(counter).where(counter.c.name == name).values(value=value)
        )
        if changed.rowcount == 0:
            connection.execute(insert(counter).values(name=name, value=value))


def put_card_use(system: System, my_number: str, registered: bool, year: int, quarter: int) -> None:
    """The synthetic answer of the 中間サーバー for one number."""
    with system.database.write() as connection:
        connection.execute(delete(card_use).where(card_use.c.my_number == my_number))
        connection.execute(
            insert(card_use).values(
                my_number=my_number,
                registered=int(registered),
                visits_year=year,
                visits_quarter=quarter,
            )
        )
