"""Restricted persons (支援措置) at the gate: whether one is open to who works now, and what may
leave the counter while none is (DOMAIN 7.3, SEC-94).

What is shown is hidden where rows are read (``db.shown``). What leaves the counter, a paper or
its picture, an answer on the telephone or to a proxy, is stopped here: asked before the touch, at
the act, and once more inside the act's own transaction, so that a measure that was set between
the preview and the print stops the print.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, or_, select, union_all
from sqlalchemy.sql.base import Executable

from app.security.acts.approval import Subject
from app.security.refusals import refusal
from app.security.spec import Function
from db import named
from db.tables.cases import case_file, decision
from db.tables.certificates import certificate
from db.tables.persons import restriction, restriction_opening
from db.work import ReadRows

READS = (
    "restriction",
    "restriction_opening",
    "case_file.person_id",
    "case_file.payer_id",
    "case_file.draft",
    "certificate.person_id",
    "certificate.case_id",
    "certificate.decision_id",
    "decision.case_id",
    "decision.record",
    *named.READS,
)
"""What these questions read."""

_OPENED = (
    select(restriction_opening.c.person_id, restriction_opening.c.until_at)
    .where(
        restriction_opening.c.session_id == bindparam("session_id"),
        restriction_opening.c.until_at > bindparam("now"),
        restriction_opening.c.closed_at == "",
    )
    .order_by(restriction_opening.c.until_at)
)
_OF_CASE = select(case_file.c.person_id, case_file.c.payer_id).where(
    case_file.c.id == bindparam("subject_id")
)
_OF_CERTIFICATE = select(certificate.c.person_id).where(
    certificate.c.number == bindparam("subject_id")
)
_ABOUT = {"case": _OF_CASE, "certificate": _OF_CERTIFICATE}
_SAID_OF_CASE = union_all(
    select(case_file.c.draft.label("said")).where(case_file.c.id == bindparam("subject_id")),
    select(decision.c.record).where(decision.c.case_id == bindparam("subject_id")),
)
_SAID_ON_CERTIFICATE = (
    select(decision.c.record.label("said"))
    .join(certificate, certificate.c.decision_id == decision.c.id)
    .where(certificate.c.number == bindparam("subject_id"))
)
_SAID: Mapping[str, Executable] = {"case": _SAID_OF_CASE, "certificate": _SAID_ON_CERTIFICATE}
_RESTRICTED = select(restriction.c.person_id).where(
    restriction.c.lifted_at == "",
    or_(
        restriction.c.person_id == bindparam("first"),
        restriction.c.person_id == bindparam("second"),
    ),
)


def opened_to(work: ReadRows, session_id: str, now: datetime) -> Mapping[str, str]:
    """The restricted persons whom this session has opened and who have not closed again, with the
    moment (ISO) at which they do."""
    asked = {"session_id": session_id, "now": now.isoformat()}
    return {row.person_id: row.until_at for row in work.all(_OPENED, asked)}


def check_leaves(
    work: ReadRows, function: Function, subject: Subject, session_id: str, now: datetime
) -> None:
    """Nothing of a restricted person leaves the counter before somebody with the right has opened
    her, be it her own paper or one on which she is named. ``work`` reads whole. Raises ``Refusal``
    ``support.closed``, ``support.named``."""
    if not function.leaves_counter:
        return
    opened = set(opened_to(work, session_id, now))
    first, second = (*_persons_of(work, subject), "", "")[:2]
    found = work.all(_RESTRICTED, {"first": first, "second": second})
    if {row.person_id for row in found} - opened:
        raise refusal("support.closed")
    statement = _SAID.get(subject.kind)
    said = work.all(statement, {"subject_id": subject.key}) if statement is not None else ()
    names = named.read_names(work, opened) if said else named.NOBODY
    for row in said:
        values = json.loads(row.said)
        if named.hidden_others(values, names) != values:
            raise refusal("support.named")


def _persons_of(work: ReadRows, subject: Subject) -> tuple[str, ...]:
    """Whom an act's subject is about, one or two; nobody for a list."""
    if subject.kind == "person":
        return (subject.key,)
    statement = _ABOUT.get(subject.kind)
    row = work.first(statement, {"subject_id": subject.key}) if statement is not None else None
    return tuple(one for one in row if one) if row is not None else ()
