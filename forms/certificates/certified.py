"""What every certificate in letter form says of the person, and who issues it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.tables import Tables
from forms.certificates.seal import Seal, SealOmitted
from forms.decided import DecidedCoverage, Printed, mailing
from forms.examples import SEAL, PersonExample
from forms.items import item


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """The common items. ``postal_code``, ``mail_address`` and ``addressee`` (where it is another's
    name) are for the window of the envelope
    and empty when the paper is handed over or the address may not be printed."""

    certificate_number: str = item("発行番号", pattern=r"[!-~]{1,40}")
    issued_on: str = item("交付年月日")
    insured_number: str = item("被保険者番号", pattern=r"[0-9]{8}")
    name: str = item("氏名")
    name_kana: str = item("フリガナ", required=False)
    birth_date: str = item("生年月日")
    sex: str = item("性別", required=False)
    address: str = item("住所", required=False)
    insurer_number: str = item("保険者番号", pattern=r"[0-9]{8}")
    insurer_name: str = item("保険者名")
    postal_code: str = item("送付先の郵便番号", required=False)
    mail_address: str = item("送付先", required=False)
    addressee: str = item("送付先の宛名", required=False)
    decision_id: str = item("決定番号", printed=False)
    seal: Seal = field(default_factory=SealOmitted)


PERSON_ROWS = ("insured_number", "name_kana", "name", "birth_date", "sex", "address")


def certified(decision: DecidedCoverage, number: str, tables: Tables) -> dict[str, Any]:
    """The common items from a decision."""
    printed = Printed.of(decision, tables)
    address = f"{decision.address}　{decision.building}".rstrip("　")
    return {
        "certificate_number": number,
        "issued_on": printed.day(decision.issue_on),
        "insured_number": decision.insured_number,
        "name": decision.name,
        "name_kana": decision.kana,
        "birth_date": printed.birth_date,
        "sex": tables["sexes"].label(decision.sex, date.fromisoformat(decision.issue_on)),
        "address": address if decision.address_printed == "1" else "",
        "insurer_number": decision.insurer_number,
        "insurer_name": decision.insurer_name,
        **mailing(decision),
        "decision_id": decision.decision_id,
    }


def example_of(person: PersonExample, data: type, number: int) -> dict[str, Any]:
    """The common items of an example."""
    return {
        **person.items(data),
        "mail_address": person.address,
        "certificate_number": f"T01-1-20261121-{number:05d}",
        "decision_id": f"U-2026-{number:07d}",
        "seal": SEAL,
    }


def label_of(tables: Tables, table: str, code: str, decision: DecidedCoverage) -> str:
    """The words of a code on the day of issue; "" for none."""
    return tables[table].label(code, date.fromisoformat(decision.issue_on)) if code else ""
