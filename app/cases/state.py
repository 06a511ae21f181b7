"""Where a case stands, read from the rows: its paper, and whether anything is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from app.core.settings import Settings
from app.security.gate.work import ActWork, GateWork
from db.tables.cases import case_file
from db.tables.certificates import certificate, sheet
from db.tables.control import setting

PAPER_READS = ("certificate", "sheet")
CLOSING_READS = ("case_file", *PAPER_READS)
"""What a function declares that may be the last step of a case."""

_LOOK = "eligibility.second_look"
_UNREGISTERED = "3"


@dataclass(frozen=True, slots=True)
class Paper:
    """The certificate issued for a decision and its last sheet (用紙): ``sheet_state`` is
    spooled (not confirmed yet), confirmed or spoilt; ``copies`` counts the sheets."""

    number: str
    sheet_id: str
    sheet_state: str
    copies: int

    @property
    def settled(self) -> bool:
        """Whether a good sheet was confirmed."""
        return self.sheet_state == "confirmed"


def paper_of(work: GateWork, decision_id: str) -> Paper | None:
    """The paper issued for a decision; None before the issue."""
    rows = work.all(
        select(certificate.c.number, sheet.c.id, sheet.c.state, sheet.c.copy)
        .join(sheet, sheet.c.certificate_number == certificate.c.number)
        .where(certificate.c.decision_id == decision_id, certificate.c.state == "issued")
        .order_by(sheet.c.copy)
    )
    return Paper(*tuple(rows[-1])) if rows else None


def looks_first(work: GateWork) -> bool:
    """Whether a second person must have looked before an entry is sent (SEC-13): else the
    look follows on the same day."""
    found = work.scalar(select(setting.c.value).where(setting.c.name == _LOOK))
    changed = {} if found is None else {_LOOK: str(found)}
    return Settings(changed).text(_LOOK) == "before"


def is_unregistered(values: Mapping[str, str]) -> bool:
    """Whether the entry gives an individual number to an unregistered resident (住登外),
    which always needs two checkers and a supervisor (SEC-14)."""
    checked = values.get("number_check", "")
    return values.get("person_kind", "") == _UNREGISTERED and checked not in ("", "none")


def close_if_done(work: ActWork, case_id: str) -> None:
    """Close an issued case when its sheet is confirmed and a second person has looked."""
    row = work.first(select(case_file).where(case_file.c.id == case_id))
    if row is None or row.state != "issued" or not row.second_look_by:
        return
    paper = paper_of(work, row.decision_id)
    if paper is not None and paper.settled:
        values = {"state": "closed", "version": case_file.c.version + 1}
        work.run(update(case_file).where(case_file.c.id == case_id).values(**values))
