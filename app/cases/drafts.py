"""Cases at the counter (受付): opening, the draft being keyed, cancelling.

A draft lies in the encrypted store; the individual number of a draft lies under the number key
in its own table, never in the draft's text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from app.cases.state import (
    CaseState,
    add,
    change,
    looks_first,
    move,
    no_case,
    state_of,
)
from app.core.canon import canonical_json
from app.core.errors import UserError
from app.security.gate.gate import ActWork, Gate, RowVersion, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.tables.cases import case_file
from db.tables.persons import my_number

MOVE_IN = "move_in"
"""The notification of moving in from another prefecture (県外転入), code of notification_kinds."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as a screen sees it. ``values`` holds no individual number; ``has_number``
    says whether one is kept with the case; ``version`` is what the next change refers to.
    ``second_look`` is who looked it through (SEC-13), ``looks_first`` whether that must have
    happened before the sending."""

    id: str
    kind: str
    state: CaseState
    values: Mapping[str, str]
    step: str
    has_number: bool
    decision_id: str
    version: int
    second_look: str = ""
    looks_first: bool = False


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
        add(
            work,
            case_id,
            kind=kind,
            opened_by=work.staff_id,
            opened_at=work.at.isoformat(),
            keyed_by=work.staff_id,
            draft=content.values,
        )
        return read_case(work, case_id)


def load_case(gate: Gate, session: Session, case_id: str) -> Case:
    """Open an existing case again. Raises UserError ``eligibility.no_case``."""
    with gate.view("eligibility.load_case", session, subject=Subject("case", case_id)) as work:
        return read_case(work, case_id)


def read_case(work: GateWork, case_id: str) -> Case:
    """A case in another service's unit of work. Raises UserError ``eligibility.no_case``."""
    row = work.first(select(case_file).where(case_file.c.id == case_id))
    if row is None:
        raise no_case()
    number = select(my_number.c.owner_id)
    number = number.where(my_number.c.owner_kind == "case", my_number.c.owner_id == case_id)
    return Case(
        id=row.id,
        kind=row.kind,
        state=CaseState(row.state),
        values=json.loads(row.draft),
        step=row.step,
        has_number=work.first(number) is not None,
        decision_id=row.decision_id or "",
        version=row.version,
        second_look=row.second_look_by,
        looks_first=looks_first(work),
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
        _change(work, case.id, draft=text, step=step)
        return read_case(work, case.id)


def keep_number(gate: Gate, session: Session, case: Case, number: str) -> Case:
    """Seal a verified individual number (12 digits, check digit right) with the case.

    Raises UserError for a number that cannot be one (SEC-52: also without the right), and
    ``eligibility.number_elsewhere`` for one that is tied to somebody else here (SEC-04).
    """
    draft = gate.prepare(
        "eligibility.keep_number",
        session,
        subject=Subject("case", case.id),
        content=KeepNumber(case.id),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(draft) as work:
        _require_draft(work, case.id)
        refuse_elsewhere(work, case.id, number)
        work.my_number.put("case", case.id, number)
        _change(work, case.id)
        return read_case(work, case.id)


def refuse_elsewhere(work: ActWork, case_id: str, number: str) -> None:
    """Raises UserError ``eligibility.number_elsewhere`` when the number is kept here for a
    person or for another open case (SEC-04): nothing is overwritten, nothing sent."""
    others = [owner for owner in work.my_number.find(number) if owner != ("case", case_id)]
    if not others:
        return
    cases = "、".join(owner.id for owner in others if owner.kind == "case")
    raise UserError(
        "eligibility.number_elsewhere",
        f"この個人番号は、別の受付（{cases}）で登録されています。"
        if cases
        else "この個人番号は、別の方の番号としてすでに登録されています。",
        "番号を書類と見比べてください。正しければ送信せず、責任者に相談してください。",
        field="my_number",
    )


def _change(work: ActWork, case_id: str, **values: str) -> None:
    """Change a draft: whoever changes it has keyed it, and whoever looked it through looked at
    something else (SEC-13)."""
    known = work.scalar(select(case_file.c.keyed_by).where(case_file.c.id == case_id))
    keyed_by = " ".join(dict.fromkeys((*known.split(), work.staff_id)))
    change(work, case_id, **values, keyed_by=keyed_by, second_look_by="", second_look_at="")


def cancel_case(gate: Gate, session: Session, case: Case, reason: str) -> None:
    """Drop a case that was not sent, or that the union did not take: values and number are
    erased, the fact remains. Raises UserError ``eligibility.case_state`` for any other."""
    draft = gate.prepare(
        "eligibility.cancel_case",
        session,
        subject=Subject("case", case.id),
        content=CancelCase(case.id, reason),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(draft) as work:
        move(work, case.id, CaseState.CANCELLED, draft="{}", step="")
        erase_number(work, case.id)


def erase_number(work: ActWork, case_id: str) -> None:
    """Erase the number kept with a case; nothing happens when there is none."""
    work.run(
        delete(my_number).where(my_number.c.owner_kind == "case", my_number.c.owner_id == case_id)
    )


def _require_draft(work: ActWork, case_id: str) -> None:
    if state_of(work, case_id) is not CaseState.DRAFT:
        raise not_draft()


def not_draft() -> UserError:
    """The case was sent or dropped meanwhile."""
    return UserError(
        "eligibility.not_draft",
        "この届出は、すでに送信されたか取りやめられています。",
        "今日の仕事の一覧から、今の状態を確かめてください。",
    )
