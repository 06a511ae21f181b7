"""Cases at the counter (受付): opening, the draft being keyed, listing, cancelling.

A draft lies in the encrypted store; the individual number of a draft lies under the number key
in its own table, never in the draft's text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.security.gate import ActWork, Gate, RowVersion, Subject
from app.security.session import Session
from db.tables.cases import case_file
from db.tables.exchange import outbox
from db.tables.persons import my_number

MOVE_IN = "move_in"
"""The notification of moving in from another prefecture (県外転入), code of notification_kinds."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as a screen sees it. ``values`` holds no individual number; ``has_number``
    says whether one is kept with the case; ``version`` is what the next change refers to."""

    id: str
    kind: str
    state: str
    values: Mapping[str, str]
    step: str
    has_number: bool
    decision_id: str
    version: int


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the day list (受付の一覧)."""

    id: str
    kind: str
    state: str
    name: str
    opened_at: str
    opened_by: str
    waiting_cause: str
    second_look_open: bool


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What opening a case writes."""

    kind: str
    values: str


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """What saving a draft writes: the values as canonical JSON and where the clerk was."""

    case_id: str
    values: str
    step: str


@dataclass(frozen=True, slots=True)
class KeepNumber:
    """Which case's individual number is kept; the number itself is in no act's content."""

    case_id: str


@dataclass(frozen=True, slots=True)
class CancelCase:
    """Which case is dropped and why (窓口で選ばれた理由)."""

    case_id: str
    reason: str


def _draft_text(values: Mapping[str, str]) -> str:
    return canonical_json({k: v for k, v in values.items() if v and k != "my_number"})


def open_case(gate: Gate, session: Session, kind: str, values: Mapping[str, str]) -> Case:
    """Open a case of ``kind`` with what is known so far (FLOW-101)."""
    content = OpenCase(kind, _draft_text(values))
    draft = gate.prepare("eligibility.open_case", session, content=content)
    with gate.act(draft) as work:
        case_id = work.new_id()
        work.run(
            case_file.insert().values(
                id=case_id,
                kind=kind,
                state="draft",
                opened_by=work.staff_id,
                opened_at=work.at.isoformat(),
                draft=content.values,
            )
        )
    return Case(case_id, kind, "draft", json.loads(content.values), "", False, "", 1)


def load_case(gate: Gate, session: Session, case_id: str) -> Case:
    """Open an existing case again. Raises UserError ``eligibility.no_case``."""
    with gate.view("eligibility.load_case", session, subject=Subject("case", case_id)) as work:
        row = work.first(select(case_file).where(case_file.c.id == case_id))
        number = work.first(
            select(my_number.c.owner_id).where(
                my_number.c.owner_kind == "case", my_number.c.owner_id == case_id
            )
        )
    if row is None:
        raise _no_case()
    return Case(
        row.id,
        row.kind,
        row.state,
        json.loads(row.draft),
        row.step,
        number is not None,
        row.decision_id or "",
        row.version,
    )


def save_draft(
    gate: Gate, session: Session, case: Case, values: Mapping[str, str], step: str
) -> Case:
    """Keep what is keyed so far. Raises UserError when the case is no longer a draft."""
    text = _draft_text(values)
    draft = gate.prepare(
        "eligibility.save_draft",
        session,
        subject=Subject("case", case.id),
        content=SaveDraft(case.id, text, step),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(draft) as work:
        _require_draft(work, case.id)
        work.run(
            update(case_file)
            .where(case_file.c.id == case.id)
            .values(draft=text, step=step, version=case_file.c.version + 1)
        )
    return Case(
        case.id,
        case.kind,
        case.state,
        json.loads(text),
        step,
        case.has_number,
        "",
        case.version + 1,
    )


def keep_number(gate: Gate, session: Session, case: Case, number: str) -> Case:
    """Seal a verified individual number (12 digits, check digit right) with the case.

    Raises UserError for a number that cannot be one (SEC-52: also without the right).
    """
    draft = gate.prepare(
        "eligibility.keep_number",
        session,
        subject=Subject("case", case.id),
        content=KeepNumber(case.id),
    )
    with gate.act(draft) as work:
        _require_draft(work, case.id)
        work.my_number.put("case", case.id, number)
    return Case(
        case.id, case.kind, case.state, case.values, case.step, True, case.decision_id, case.version
    )


def cancel_case(gate: Gate, session: Session, case: Case, reason: str) -> None:
    """Drop a case that was not sent: values and number are erased, the fact remains."""
    draft = gate.prepare(
        "eligibility.cancel_case",
        session,
        subject=Subject("case", case.id),
        content=CancelCase(case.id, reason),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(draft) as work:
        _require_draft(work, case.id)
        work.run(
            update(case_file)
            .where(case_file.c.id == case.id)
            .values(draft="{}", state="cancelled", step="", version=case_file.c.version + 1)
        )
        work.run(
            delete(my_number).where(
                my_number.c.owner_kind == "case", my_number.c.owner_id == case.id
            )
        )


def list_cases(gate: Gate, session: Session) -> tuple[CaseLine, ...]:
    """Cases that still need somebody, oldest first: drafts, waiting, decided, refused, and
    those issued whose second look is open (SEC-13, SEC-98)."""
    open_states = ("draft", "waiting", "decided", "refused")
    with gate.view("eligibility.list_cases", session, subject=Subject("list", "cases")) as work:
        rows = work.all(
            select(case_file, outbox.c.last_cause)
            .select_from(case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id))
            .where(
                case_file.c.state.in_(open_states)
                | ((case_file.c.state == "issued") & (case_file.c.second_look_by == ""))
            )
            .order_by(case_file.c.opened_at)
        )
        work.note(shown=tuple(row.id for row in rows), query_kind="cases", numbers=False)
    return tuple(
        CaseLine(
            row.id,
            row.kind,
            row.state,
            str(json.loads(row.draft).get("name", "")),
            row.opened_at,
            row.opened_by,
            row.last_cause or "",
            row.state == "issued",
        )
        for row in rows
    )


def _require_draft(work: ActWork, case_id: str) -> None:
    state = work.scalar(select(case_file.c.state).where(case_file.c.id == case_id))
    if state is None:
        raise _no_case()
    if state != "draft":
        raise UserError(
            "eligibility.not_draft",
            "この届出は、すでに送信されたか取りやめられています。",
            "受付の一覧から、今の状態を確かめてください。",
        )


def _no_case() -> UserError:
    return UserError(
        "eligibility.no_case",
        "その受付が見つかりません。",
        "受付の一覧から選び直してください。",
    )
