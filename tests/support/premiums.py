"""A person's premium in files: decision, instalments, collection, as the sides would write them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.start.compose import handlers
from app.sync.inbox import Applied
from app.wire.files import FILES
from app.wire.records import ArrearsRecord, CollectionRecord, InstalmentRecord, PremiumRecord
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.world import World

WHO = {
    "municipality_code": "152994",
    "atena_number": "000000000004567",
    "insured_number": "00000990",
}
YEAR = {"levy_year": "2026", "equivalent_year": "2026"}
NOTICE = "2026-000101"
DUE = ("07-31", "08-31", "09-30", "11-02", "11-30", "12-25", "02-01", "03-01")


def decision(**changed: str) -> PremiumRecord:
    """令和8年度: 7割軽減, a base of 150,000 yen, 26,600 + 700 yen, as the rates of 新潟 give it."""
    values = {
        **WHO, **YEAR, "household_number": "000000000000077", "levy_id": "U15-1-1",
        "cause": "first", "decided_on": "2026-07-10", "month_from": "2026-04",
        "month_to": "2027-03", "months": "12", "income_state": "confirmed", "base": "150000",
        "judged": "430000", "reduction": "seven", "former_dependant": "0",
        "medical_per_capita": "49200", "medical_reduced": "35424", "medical_income": "12915",
        "medical_capped": "0", "medical": "26600", "child_per_capita": "1354",
        "child_reduced": "948", "child_income": "390", "child_capped": "0", "child": "700",
        "exempted": "0", "amount": "27300", "provisional": "0",
    }  # fmt: skip
    return PremiumRecord(**{**values, **changed})


def instalments(
    total: int = 27300, fixed_on: str = "2026-07-10", **changed: str
) -> list[InstalmentRecord]:
    """Eight periods by slip; the first takes the rest."""
    each = total // len(DUE) // 100 * 100
    found = []
    for at, day in enumerate(DUE, start=1):
        year = "2026" if day > "04" else "2027"
        amount = total - each * (len(DUE) - 1) if at == 1 else each
        found.append(
            InstalmentRecord(
                **{
                    **WHO,
                    **YEAR,
                    "notice_number": NOTICE,
                    "method": "slip",
                    "period": str(at),
                    "month": f"{year}-{day[:2]}" if at != 4 else "2026-10",
                    "due_on": f"{year}-{day}",
                    "amount": str(amount),
                    "provisional": "0",
                    "cause": "first",
                    "fixed_on": fixed_on,
                    **changed,
                }
            )
        )
    return found


def paid(period: int, amount: int, entry: str = "", **changed: str) -> CollectionRecord:
    """A payment on a period at a shop."""
    return CollectionRecord(
        **{
            **WHO,
            **YEAR,
            "entry_id": entry or f"SN-{period}",
            "notice_number": NOTICE,
            "period": str(period),
            "method": "slip",
            "kind": "payment",
            "amount": str(amount),
            "received_on": "2026-07-30",
            "credited_on": "2026-08-01",
            "place": "store",
            **changed,
        }
    )


def behind(period: int, unpaid: int, **changed: str) -> ArrearsRecord:
    """A period that is not paid, after the demand."""
    return ArrearsRecord(
        **{
            **WHO,
            **YEAR,
            "notice_number": NOTICE,
            "period": str(period),
            "due_on": "2026-09-30",
            "unpaid": str(unpaid),
            "state": "demanded",
            "demanded_on": "2026-10-20",
            "as_of": "2026-11-15",
            **changed,
        }
    )


def receive(world: World, file_id: str, *records: Any) -> Applied:
    """Apply a file as the engine would; what cannot be written as a file fails here."""
    spec = FILES[file_id]
    encode_file(spec, list(records), CODES)
    with world.engine_hand.system(spec.applied_by) as work:
        return handlers(world.tables)[spec.applied_by](work, spec, list(records))


def last_year(record: PremiumRecord, **changed: str) -> PremiumRecord:
    """A decision of the year before."""
    values = {
        "levy_id": "U15-1-0", "levy_year": "2025", "equivalent_year": "2025",
        "decided_on": "2025-07-10", "month_from": "2025-04", "month_to": "2026-03",
        "medical_per_capita": "44200", "medical_reduced": "30940", "medical_income": "12915",
        "medical": "26100", "child_per_capita": "", "child_reduced": "", "child_income": "",
        "child_capped": "", "child": "", "amount": "26100",
    }  # fmt: skip
    return replace(record, **{**values, **changed})
