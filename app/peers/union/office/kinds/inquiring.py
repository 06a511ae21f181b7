"""情報照会 on the union's side (FLOW-901, 921): what may be asked goes to 中間サーバー, and the
case waits for what comes back (``app.peers.union.beyond``). Nobody here changes what is
asked (SEC-133).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from app.peers.union.beyond.tables import information_inquiry
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
    find_whom,
)
from app.peers.union.office.checks import DATES, four_dates
from app.wire.bodies.inquiring import PROCEDURES, asked_text, digest_of

WAITS = "inquiry_waits"
NOT_PERMITTED = "inquiry_not_permitted"
REFUSALS = ("unknown_person", *DATES, "inquiry_consent", WAITS, NOT_PERMITTED)


def check(office: Office, case: Case) -> Checked:
    """Whom it is about, the days, the consent that the procedure needs; then it waits."""
    record, row = case.record, find_whom(office, case)
    if row is None:
        return Checked(refused=(RefusalReason("unknown_person"),))
    findings = four_dates(office, case, row.birth_sort)
    line = office.system.tables["inquiry_procedures"].at(
        office.system.today(), code=record.procedure
    )
    if line.flag("consent") and not record.consent_on:
        findings.append(RefusalReason("inquiry_consent"))
    fits = record.kind == f"inquiry_{record.procedure}" and line.text("item") == record.item
    if not fits:
        findings.append(RefusalReason(NOT_PERMITTED))
    if findings:
        return Checked(refused=tuple(findings))
    return Checked(pending=(RefusalReason(WAITS),), person=row)


def waits(office: Office, case: Case, person_id: int) -> None:
    """It stands in the queue towards the intermediary."""
    put_in_queue(office, case, person_id, case.record)


def put_in_queue(office: Office, case: Case, person_id: int, said: Any) -> None:
    """What is ``said`` (the items of ``asked_text``) is asked for a case that waits for it."""
    system, asked = office.system, asked_text(said)
    line = system.tables["inquiry_procedures"].at(system.today(), code=said.procedure)
    office.connection.execute(
        insert(information_inquiry).values(
            notification_id=case.id,
            person_id=person_id,
            municipality=case.municipality,
            procedure=said.procedure,
            item=said.item,
            number=line.text("number"),
            asked=asked,
            digest=digest_of(asked),
            state="wanted",
            wanted_at=system.now(),
        )
    )


def _never_at_once(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    raise AssertionError("an inquiry is answered by the intermediary alone")


KINDS = tuple(
    OfficeKind(code, check, _never_at_once, waits=waits, refusals=REFUSALS) for code in PROCEDURES
)
