"""One person's premium ledger for the window (保険料の台帳): how much, why, until when.

The figures are the decision's and the municipality's own. Beside them stands whether the rules
give the same, and nothing is put in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, tuple_

from app.core.tables import Tables
from app.functions.levy.account import Account, Said, accounts, said
from app.functions.levy.proof import Prover, Told
from app.functions.levy.words import fiscal_year
from app.persons.restrictions import unknown_person
from app.persons.show import PersonLine, person_lines
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.search import by_ids
from db.tables.money import premium_record
from db.tables.persons import atena, insured, person

OPEN = "levy.open_ledger"
READS = (
    "person",
    "atena",
    "insured",
    "address",
    "restriction",
    "household_member",
    "household",
    "watermark",
    "premium_record",
)


@dataclass(frozen=True, slots=True)
class Year:
    """One 相当年度: its account, its name, and the decision beside the rules."""

    account: Account
    words: str
    told: Told


@dataclass(frozen=True, slots=True)
class Ledger:
    """A person's ledger, the newest year first; without years for whoever is under support
    measures, and where no file said anything."""

    line: PersonLine
    today: date
    years: tuple[Year, ...]

    def before(self, year: Year) -> Year | None:
        """The year before ``year``, where the ledger has it."""
        last = str(int(year.account.year) - 1)
        return next((one for one in self.years if one.account.year == last), None)


def open_ledger(
    gate: Gate, session: Session, person_id: str, tables: Tables, today: date
) -> Ledger:
    """Open one person's ledger (保険料の台帳). Raises UserError ``persons.unknown``."""
    with gate.view(OPEN, session, subject=Subject("person", person_id)) as work:
        hits = by_ids(work, [person_id], opened=work.opened)
        if not hits:
            raise unknown_person()
        line = person_lines(hits, tables, today)[0]
        years = () if line.care else _years(work, person_id, tables)
        work.note(shown=(person_id,), query_kind="premium", numbers=False)
    return Ledger(line, today, years)


def _years(work: GateWork, person_id: str, tables: Tables) -> tuple[Year, ...]:
    words = words_of(work, person_id)
    born = str(work.scalar(select(person.c.birth_sort).where(person.c.id == person_id)) or "")
    periods = tuple(
        (row.insured_number, row.acquired_on, row.lost_on or "")
        for row in work.all(
            select(insured.c.insured_number, insured.c.acquired_on, insured.c.lost_on)
            .where(insured.c.person_id == person_id)
            .order_by(insured.c.acquired_on)
        )
    )
    prover = Prover(tables)
    return tuple(
        Year(
            account,
            fiscal_year(year, tables),
            prover.of(account.decision.record, born, periods) if account.decision else Told(()),
        )
        for year, account in accounts(words).items()
    )


def words_of(work: GateWork, person_id: str) -> tuple[Said, ...]:
    """Everything that the files said of a person, by every 宛名番号 she ever had."""
    places = work.all(
        select(atena.c.municipality_code, atena.c.atena_number).where(
            atena.c.person_id == person_id
        )
    )
    rows = work.all(
        select(premium_record)
        .where(
            tuple_(premium_record.c.municipality_code, premium_record.c.atena_number).in_(
                [tuple(row) for row in places]
            )
        )
        .order_by(premium_record.c.batch, premium_record.c.line)
    )
    return tuple(map(said, rows))
