"""Cases at the counter (受付): opening, the draft being keyed, cancelling.

A draft lies in the encrypted store; the individual number of a draft lies under the number key
in its own table, never in the draft's text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, select

from app.cases import state
from app.cases.about import Payer
from app.cases.beginning import ALONE, Begun, begin, read_about, settle_line
from app.cases.entry import NUMBER, TODAY, FieldKind
from app.cases.follow_ups import reopen_by_case, settle_by_case
from app.cases.households import Household, read
from app.cases.kind import CaseKind, Look
from app.cases.state import (
    CaseState,
    add,
    change,
    looks_first,
    move,
    no_case,
    state_of,
)
from app.cases.whom import Related, Whom
from app.cases.whom import shown as shown_of
from app.core.canon import canonical_json
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_screen
from app.security.acts.approval import NO_SUBJECT
from app.security.gate.gate import ActWork, Gate, RowVersion, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.items import hidden, kept
from db.named import hidden_others, read_names
from db.tables.cases import case_file
from db.tables.persons import my_number


@dataclass(frozen=True, slots=True)
class KeyedCase:
    """One case as a screen sees it. ``whom`` is the person from the address master, None for a
    newcomer. ``values`` holds no individual number; ``has_number``
    says whether one is kept with the case; ``version`` is what the next change refers to.
    ``second_look`` is who looked it through (SEC-13), ``looks_first`` whether that must have
    happened before the sending. ``sitting`` is the first case of the visit, where there was one
    before it (同じ来庁). ``hides``: something of it is not shown, because of support measures
    (支援措置); ``read_whole`` has it. ``household`` is the one that is keyed of a newcomer."""

    id: str
    kind: CaseKind
    state: CaseState
    whom: Whom | None
    values: Mapping[str, str]
    step: str
    has_number: bool
    decision_id: str
    version: int
    second_look: str = ""
    looks_first: bool = False
    sitting: str = ""
    hides: bool = False
    household: Household | None = None
    keyed_by: tuple[str, ...] = ()

    @property
    def care(self) -> bool:
        """Whether it is about somebody restricted who is not open to who works (取扱注意)."""
        whom = self.whom
        return whom is not None and (whom.care or (whom.payer is not None and whom.payer.care))

    @property
    def restricted(self) -> bool:
        """Whether it is about somebody under support measures, be she open to who works or not."""
        whom = self.whom
        payer = whom.payer if whom is not None else None
        return whom is not None and (whom.restricted or (payer is not None and payer.restricted))

    @property
    def name(self) -> str:
        """Whom the case is about: as the address master says, or as keyed for a newcomer and
        for a payer of no register here."""
        return self._named.name if self._named is not None else self.kind.name_in(self.values)

    @property
    def kana(self) -> str:
        """The kana to ``name``."""
        return self._named.kana if self._named is not None else self.kind.kana_in(self.values)

    @property
    def _named(self) -> Whom | Related | None:
        if self.whom is not None and isinstance(self.kind.about, Payer):
            return self.whom.payer
        return self.whom


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Which case is taken over."""

    case_id: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What opening a case writes."""

    kind: str
    person_id: str
    values: str
    payer_id: str
    after: str
    line: str


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
    return canonical_json({k: v for k, v in values.items() if v and k != NUMBER})


def first_values(kind: CaseKind, today: date, tables: Tables) -> dict[str, str]:
    """What stands in a fresh entry."""
    day = on_screen(today, Eras(tables["eras"]))
    fields = kind.fields.values()
    return {one.name: day if one.first == TODAY else one.first for one in fields if one.first}


def as_of(case: KeyedCase, today: date, tables: Tables) -> dict[str, str]:
    """The values as they stand today: the day of processing is always today's."""
    day = on_screen(today, Eras(tables["eras"]))
    fields = case.kind.fields.values()
    days = [one.name for one in fields if one.read_only and one.kind is FieldKind.DAY]
    return {**case.values, **dict.fromkeys(days, day)}


def open_case(
    gate: Gate,
    session: Session,
    kind: CaseKind,
    values: Mapping[str, str],
    *,
    person_id: str = "",
    begun: Begun = ALONE,
) -> KeyedCase:
    """Open a case of ``kind`` with what is known so far (FLOW-101).

    A kind about a known person needs ``person_id``, or a case before it in the same sitting
    (``begun.after``). What that case and those named for the person say is there already.
    Raises UserError as ``beginning.begin``.
    """
    text = _draft_text(values)
    content = OpenCase(kind.code, person_id, text, begun.payer_id, begun.after, begun.line)
    subject = Subject("person", person_id) if person_id else NO_SUBJECT
    prepared = gate.prepare(kind.opening, session, subject=subject, content=content)
    with gate.act(prepared) as work:
        found = begin(work, kind, person_id, begun)
        case_id = work.new_id()
        add(
            work,
            case_id,
            kind=kind.code,
            person_id=found.person_id or None,
            payer_id=begun.payer_id or None,
            sitting=found.sitting,
            begun_from=found.begun_from,
            opened_by=work.staff_id,
            opened_at=work.at.isoformat(),
            keyed_by=work.staff_id,
            draft=_draft_text({**values, **found.values}),
        )
        if begun.line:
            settle_line(work, begun.line, case_id)
        for code in kind.settles:
            settle_by_case(work, found.person_id, code, case_id)
        return read_case(work, kind, case_id)


def load_case(gate: Gate, session: Session, kind: CaseKind, case_id: str) -> KeyedCase:
    """Open an existing case again. Raises UserError ``cases.no_case``."""
    subject = Subject("case", case_id)
    with gate.view(kind.function("load_case"), session, subject=subject) as work:
        return read_case(work, kind, case_id)


def read_case(work: GateWork, kind: CaseKind, case_id: str) -> KeyedCase:
    """A case in another service's unit of work, as it is shown. Raises UserError
    ``cases.no_case``, also for a case of another kind."""
    whole = read_whole(work.whole, kind, case_id)
    names = read_names(work, work.opened)
    seen = replace(
        whole,
        whom=None if whole.whom is None else shown_of(whole.whom, names),
        values=hidden(whole.values) if whole.care else hidden_others(whole.values, names),
    )
    seen = replace(seen, hides=seen != whole)
    return seen if whole.household is None else replace(seen, household=read(work, whole.values))


def read_whole(work: GateWork, kind: CaseKind, case_id: str) -> KeyedCase:
    """A case with all that was keyed, to compute with: it is shown to nobody. Raises as
    ``read_case``."""
    row = work.first(
        select(case_file).where(case_file.c.id == case_id, case_file.c.kind == kind.code)
    )
    if row is None:
        raise no_case()
    number = select(my_number.c.owner_id)
    number = number.where(my_number.c.owner_kind == "case", my_number.c.owner_id == case_id)
    return KeyedCase(
        id=row.id,
        kind=kind,
        state=CaseState(row.state),
        whom=read_about(work, kind, row.person_id, row.payer_id, row.sitting, row.id),
        values=json.loads(row.draft),
        step=row.step,
        has_number=work.first(number) is not None,
        decision_id=row.decision_id or "",
        version=row.version,
        second_look=row.second_look_by,
        looks_first=must_look_first(work, kind),
        sitting=row.sitting,
        keyed_by=tuple(row.keyed_by.split()),
        household=read(work, json.loads(row.draft)) if kind.for_newcomer else None,
    )


def must_look_first(work: GateWork, kind: CaseKind) -> bool:
    """Whether a second person must have looked before a case of ``kind`` is sent (SEC-13)."""
    if kind.second_look.look is Look.BY_SETTING:
        return looks_first(work)
    return kind.second_look.look is Look.BEFORE


def close_if_done(work: ActWork, case_id: str, kind: CaseKind) -> None:
    """Close a case of ``kind`` when nothing of it waits for anybody."""
    looked_at = kind.second_look.look is not Look.NONE
    state.close_if_done(work, case_id, papers=bool(kind.papers), looked_at=looked_at)


def save_draft(
    gate: Gate, session: Session, case: KeyedCase, values: Mapping[str, str], step: str
) -> KeyedCase:
    """Keep what is keyed so far; an item that was shown hidden (支援措置) and not typed anew stays
    what it was. Raises UserError when the case is no longer a draft."""
    text = _draft_text(values)
    prepared = gate.prepare(
        case.kind.function("save_draft"),
        session,
        subject=Subject("case", case.id),
        content=SaveDraft(case.id, text, step),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(prepared) as work:
        _require_draft(work, case.id)
        stored = work.scalar(select(case_file.c.draft).where(case_file.c.id == case.id))
        text = _draft_text(kept(values, json.loads(stored)))
        _change(work, case.id, draft=text, step=step)
        return read_case(work, case.kind, case.id)


def keep_number(gate: Gate, session: Session, case: KeyedCase, number: str) -> KeyedCase:
    """Seal a verified individual number (12 digits, check digit right) with the case.

    Raises UserError for a number that cannot be one (SEC-52: also without the right), and
    ``cases.number_elsewhere`` for one that is tied to somebody else here (SEC-04).
    """
    prepared = gate.prepare(
        case.kind.function("keep_number"),
        session,
        subject=Subject("case", case.id),
        content=KeepNumber(case.id),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(prepared) as work:
        _require_draft(work, case.id)
        refuse_elsewhere(work, case.id, number)
        work.my_number.put("case", case.id, number)
        _change(work, case.id)
        return read_case(work, case.kind, case.id)


def refuse_elsewhere(work: ActWork, case_id: str, number: str) -> None:
    """Raises UserError ``cases.number_elsewhere`` when the number is kept here for a
    person or for another open case (SEC-04): nothing is overwritten, nothing sent."""
    others = [owner for owner in work.my_number.find(number) if owner != ("case", case_id)]
    if not others:
        return
    cases = "、".join(owner.id for owner in others if owner.kind == "case")
    raise UserError(
        "cases.number_elsewhere",
        f"この個人番号は、別の受付（{cases}）で登録されています。"
        if cases
        else "この個人番号は、別の方の番号としてすでに登録されています。",
        "番号を書類と見比べてください。正しければ送信せず、責任者に相談してください。",
        field=NUMBER,
    )


def _change(work: ActWork, case_id: str, **values: str) -> None:
    """Change a draft: whoever changes it has keyed it, and whoever looked it through looked at
    something else (SEC-13)."""
    known = work.scalar(select(case_file.c.keyed_by).where(case_file.c.id == case_id))
    keyed_by = " ".join(dict.fromkeys((*known.split(), work.staff_id)))
    change(work, case_id, **values, keyed_by=keyed_by, second_look_by="", second_look_at="")


def take_over(gate: Gate, session: Session, case: KeyedCase, reason: str) -> KeyedCase:
    """A colleague's open case is gone on with (引継ぎ), for a reason: a code of ``purposes`` whose
    use is handover. Who takes it over counts from then on as one who keyed it, and so looks it
    through for nobody. Raises UserError when the case is no longer a draft."""
    prepared = gate.prepare(
        case.kind.function("take_over"),
        session,
        subject=Subject("case", case.id),
        purpose=reason,
        content=TakeOver(case.id),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(prepared) as work:
        _require_draft(work, case.id)
        _change(work, case.id)
        return read_case(work, case.kind, case.id)


def cancel_case(gate: Gate, session: Session, case: KeyedCase, reason: str) -> None:
    """Drop a case that was not sent, or that the union did not take: values and number are
    erased, the fact remains, and what it had settled on the day board waits again. Raises
    UserError ``cases.case_state`` for any other."""
    prepared = gate.prepare(
        case.kind.function("cancel_case"),
        session,
        subject=Subject("case", case.id),
        content=CancelCase(case.id, reason),
        versions=(RowVersion("case_file", case.id, case.version),),
    )
    with gate.act(prepared) as work:
        move(work, case.id, CaseState.CANCELLED, draft="{}", step="")
        erase_number(work, case.id)
        if case.kind.settles_lines:
            reopen_by_case(work, case.id)


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
        "cases.not_draft",
        "この届出は、すでに送信されたか取りやめられています。",
        "今日の仕事の一覧から、今の状態を確かめてください。",
    )
