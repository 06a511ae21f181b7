"""誤交付: a paper that went to the wrong person is void at once and an incident is open; it waits
on the day board until it is fetched back and another one is issued (SEC-106)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.cases import incidents
from app.core.errors import UserError
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Subject
from app.security.staff.session import Session
from app.security.waiting import Source, Waits, WaitWork
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import paper_return

REPORT = "printing.report_misdelivered"
CAUSE = "誤交付"
"""The cause with which such a paper is void."""

READS = ("certificate", "paper_return")
WRITES = (
    "certificate.state",
    "certificate.cause",
    "certificate.version",
    *incidents.WRITES,
)


@dataclass(frozen=True, slots=True)
class Misdelivered:
    """Whose paper (``number``) went to whom, in words of relation and not by name; who noticed it
    (a code of ``incidents.FOUND_BY``), what was done at once, and to whom it was reported."""

    person_id: str
    number: str
    given_to: str
    found_by: str
    first_aid: str
    reported_to: str


_ASKED = (
    ("given_to", "渡した相手"),
    ("found_by", "気づいた人"),
    ("first_aid", "すぐにしたこと"),
    ("reported_to", "報告した相手"),
)


def prepare_report(gate: Gate, session: Session, found: Misdelivered) -> PreparedAct:
    """What is touched for. Raises UserError ``printing.misdelivered_empty`` with its field."""
    for name, label in _ASKED:
        if not getattr(found, name).strip():
            raise UserError(
                "printing.misdelivered_empty",
                f"{label}が入っていません。",
                f"{label}を入れてください。分からないときは「不明」と入れます。",
                field=name,
            )
    return gate.prepare(
        REPORT,
        session,
        subject=Subject("person", found.person_id),
        content=found,
        sentence=f"発行番号 {found.number} の証を誤って渡したことを記録します。"
        "証はすぐに無効になり、事故の記録が始まります。",
    )


def perform_report(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> str:
    """Make the paper void and open the incident; the incident's number. Raises UserError
    ``printing.not_issued`` for a paper that is not this person's, or not in anybody's hands."""
    with gate.act(prepared, approvals) as work:
        found: Misdelivered = work.content
        changed = work.run(
            update(certificate)
            .where(
                certificate.c.number == found.number,
                certificate.c.person_id == found.person_id,
                certificate.c.state == "issued",
            )
            .values(state="void", cause=CAUSE, version=certificate.c.version + 1)
        )
        if not changed:
            raise UserError(
                "printing.not_issued",
                "この証は、この方に交付されたものではないか、すでに無効です。",
                "証の発行番号と、どの方の証かを確かめてください。",
            )
        cells = {
            "found_by_whom": found.found_by,
            "what_happened": f"証の誤交付（発行番号 {found.number}）。渡した相手：{found.given_to}",
            "first_aid": found.first_aid,
            "reported_to": found.reported_to,
        }
        return incidents.open_incident(work, cells)


def _lines(work: WaitWork) -> Iterator[Waits]:
    """Until it is fetched back, then until another one is in the right hands."""
    rows = work.all(
        select(certificate, person.c.name, paper_return.c.id.label("back"))
        .select_from(
            certificate.outerjoin(person, person.c.id == certificate.c.person_id).outerjoin(
                paper_return, paper_return.c.certificate_number == certificate.c.number
            )
        )
        .where(certificate.c.state == "void", certificate.c.cause == CAUSE)
    )
    for row in rows:
        given = (("person_id", row.person_id),)
        if row.back is None:
            yield Waits(
                key=row.number,
                what="誤って渡した証",
                state="取り戻していません",
                since=row.issued_at,
                next_step="取り戻し、「証の返還」で受ける",
                opens="printing.held_papers",
                given=given,
                whose=row.name or "",
            )
        elif not _issued_since(work, row.person_id, row.issued_at):
            yield Waits(
                key=row.number,
                what="誤って渡した証",
                state="取り戻しました。再交付がまだです",
                since=row.issued_at,
                next_step="この方を開き、再交付を始める",
                opens="persons.open",
                given=given,
                whose=row.name or "",
            )


def _issued_since(work: WaitWork, person_id: str, moment: str) -> bool:
    later = select(certificate.c.number).where(
        certificate.c.person_id == person_id,
        certificate.c.state == "issued",
        certificate.c.issued_at > moment,
    )
    return work.first(later) is not None


WAITS = Source(("certificate", "paper_return", "person.name", "person.id"), _lines, REPORT)
