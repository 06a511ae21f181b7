"""The union's decision (決定): received by the terminal, compared by the clerk (FLOW-106, 107)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update

from app.cases import blocks, checks
from app.cases.about import said_of
from app.cases.answers import GROUNDS, Compared, Words
from app.cases.beginning import read_about
from app.cases.drafts import KeyedCase, close_if_done, erase_number
from app.cases.effects import Received
from app.cases.entry import EntryField, FieldKind
from app.cases.follow_ups import begin
from app.cases.kind import CaseKind, Kinds
from app.cases.state import (
    LABELS,
    NEXT,
    CaseState,
    IssuedPaper,
    change,
    move,
    no_case,
    paper_of,
    state_of,
)
from app.cases.whom import Whom
from app.cases.whom import shown as shown_of
from app.core.canon import canonical_json, digest_hex
from app.core.errors import UserError
from app.core.tables import Tables
from app.persons import effects
from app.persons.judging import Contradiction
from app.persons.roles import Named
from app.persons.writing import Writer
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.reader import Reader
from app.security.gate.gate import ActWork, Gate, RowVersion, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from app.sync.inbox import Applied, Handler
from app.wire.codec import record_from
from app.wire.files import FileSpec
from app.wire.records import DecisionHead
from db.items import HIDDEN, hidden, is_private
from db.named import Names, hidden_others, read_names
from db.tables.cases import case_file, decision, follow_up
from db.tables.certificates import certificate
from db.tables.exchange import outbox


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A case with what was keyed and what the union decided. ``record`` is None while the
    decision is awaited; ``waiting_cause`` then says why nothing came yet. ``person_id`` is "" for
    a newcomer who is not here yet. ``paper`` is what
    was issued for the current decision. Of a person under support measures (支援措置) the private
    items are hidden on both sides; ``same`` says by compared item whether they agree."""

    case_id: str
    kind: CaseKind
    whom: Whom | None
    person_id: str
    case_state: CaseState
    case_version: int
    keyed: Mapping[str, str]
    record: Any | None
    compared: bool
    second_look: bool
    keyed_by: tuple[str, ...]
    outbox_state: str
    waiting_cause: str
    paper: IssuedPaper | None
    same: Mapping[str, bool] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Whom the case is about, as the address master or the entry says; the decision, where
        the entry is erased."""
        return self.case.name or (self.record.name if self.record is not None else "")

    @property
    def case(self) -> KeyedCase:
        """The case as it was keyed; of a sent one the number counts as kept."""
        return KeyedCase(
            id=self.case_id,
            kind=self.kind,
            state=self.case_state,
            whom=self.whom,
            values=self.keyed,
            step="",
            has_number=self.kind.asks_number,
            decision_id="",
            version=self.case_version,
        )


@dataclass(frozen=True, slots=True)
class CompareLine:
    """One item side by side: as keyed, as decided, and whether they agree. ``only`` marks
    what the union alone says (no keyed side)."""

    label: str
    keyed: str
    decided: str
    agrees: bool
    only: bool
    is_name: bool = False
    large: bool = False


def receiver(tables: Tables, kinds: Kinds) -> Handler:
    """The handler of received decisions (決定の受領): ties each to its case and carries out what
    its kind says that it changes here. Of an entry that was erased meanwhile (終了, 取りやめ)
    nothing is written that it alone could say: that goes to the check list (``entry_gone``).

    A decision that came before changes nothing. What contradicts the store goes to the check
    list. A decision for a case that is not ours, or that is of another kind than was sent, raises
    UserError ``cases.decision_without_case`` or ``cases.other_kind``; the file is then
    quarantined whole.
    """

    def receive(work: ActWork, spec: FileSpec, records: Iterable[Any]) -> Applied:
        reader = Reader.of(tables, work.at.date())
        return Applied(sum(_receive_one(work, record, kinds, reader) for record in records), 0)

    return receive


def _receive_one(work: ActWork, record: Any, kinds: Kinds, reader: Reader) -> bool:
    known = work.scalar(select(decision.c.id).where(decision.c.id == record.decision_id))
    if known is not None:
        return False
    case = work.first(select(case_file).where(case_file.c.id == record.case_id))
    if case is None:
        raise UserError(
            "cases.decision_without_case",
            f"決定（{record.decision_id}）に対応する受付が、この端末にありません。",
            "広域連合に、どの端末の届出への決定かを確かめてください。",
        )
    if record.kind != case.kind:
        raise _other_kind(record, case.kind, kinds)
    writer = effects.writer_of_decision(work, record.decision_id, reader.eras)
    person_id, kind = case.person_id or "", kinds[case.kind]
    if record.outcome == "accepted":
        draft = json.loads(case.draft)
        keyed = checks.as_sent(kind, draft, reader)
        received = Received(work, writer, record, case.id, person_id, keyed, reader.eras)
        person_id = kind.effect.carry_out(received).person_id
        _keep_roles(received, kind, person_id)
        if not draft:  # the case was ended or dropped, and what was keyed erased with it
            _list_gone(received, kind, person_id)
        _begin_follow_ups(received, kind, gone=not draft)
        _end_those_without_paper(work, case.id, person_id, kinds)
    _keep(work, writer, record, case.id, person_id)
    if record.outcome == "accepted":
        # The union holds the number now; the terminal needs it no longer (SEC-54).
        erase_number(work, case.id)
    return True


def _keep_roles(received: Received, kind: CaseKind, person_id: str) -> None:
    """Whoever was named in a role (喪主, 相続人代表 …) stays with the person, for a later case."""
    said = received.keyed
    for role in kind.keeps_roles if person_id else ():
        items = {item: said.get(f"{role}_{item}", "") for item in ("name", "relation", "phone")}
        named = Named(role=role, case_id=received.case_id, **items)
        if named.name:
            effects.stands_for(
                received.writer, person_id, named, since=said.get(blocks.EVENT_ON, "")
            )


def _list_gone(received: Received, kind: CaseKind, person_id: str) -> None:
    """The entry that the decision answers is no longer here: what it alone could say was not
    written, and somebody takes it from the paper (書類)."""
    record = received.record
    lost = [
        field.label.strip("　")
        for name, field in kind.fields.items()
        if (name in effects.KEYED_ONLY or name.removesuffix("_name") in kind.keeps_roles)
        and not hasattr(record, name)
    ]
    unsaid = f"この端末に入れていない項目：{'、'.join(lost)}。" if lost else ""
    detail = (
        f"「{kind.label}」の受付（{received.case_id}）は入力を消した後でしたが、認める決定"
        f"（{record.decision_id}）が届きました。決定にある内容のほかは書いていません。{unsaid}"
        "受け付けた書類を見て、決定の内容と、入れていない項目を確かめてください。"
    )
    received.writer.memory.list_entry(
        Contradiction("entry_gone", detail),
        person_id=person_id,
        place=(record.municipality_code, record.atena_number),
        case_id=received.case_id,
    )


def _begin_follow_ups(received: Received, kind: CaseKind, *, gone: bool) -> None:
    """What comes after the case waits on the day board, once whatever decision followed. Where
    the entry is ``gone``, nobody can tell whether it applies: it waits, and a clerk decides."""
    work, case_id = received.work, received.case_id
    there = {
        row.code for row in work.all(select(follow_up.c.code).where(follow_up.c.case_id == case_id))
    }
    for one in kind.follow_up:
        if one.code not in there and (gone or one.applies(received.keyed)):
            begin(work, one, case_id, received.person_id or None, work.at.date())


def _end_those_without_paper(work: ActWork, case_id: str, person_id: str, kinds: Kinds) -> None:
    """Earlier cases of the person whose paper is void now wait for no sheet any more."""
    earlier = (
        select(case_file.c.id, case_file.c.kind)
        .where(case_file.c.person_id == person_id, case_file.c.state == CaseState.ISSUED)
        .where(case_file.c.id != case_id)
    )
    for row in work.all(earlier):
        close_if_done(work, row.id, kinds[row.kind])


def _other_kind(record: Any, kind: str, kinds: Kinds) -> UserError:
    theirs = kinds[record.kind].label if record.kind in kinds else record.kind
    ours = kinds[kind].label if kind in kinds else kind
    return UserError(
        "cases.other_kind",
        f"受付 {record.case_id} は「{ours}」ですが、届いた決定（{record.decision_id}）は"
        f"「{theirs}」への決定です。",
        "取り込んでいません。広域連合に、どの届出への決定かを確かめてください。",
    )


_STATES = {"accepted": CaseState.DECIDED, "refused": CaseState.REFUSED}


def _keep(
    work: ActWork, writer: Writer, record: DecisionHead, case_id: str, person_id: str
) -> None:
    """The decision becomes the case's current one: what was compared, looked through or
    reserved for an earlier one holds no longer."""
    text = canonical_json(asdict(record))
    work.run(update(decision).where(decision.c.case_id == case_id).values(current=False))
    work.run(
        insert(decision).values(
            id=record.decision_id,
            case_id=case_id,
            supersedes=record.supersedes,
            outcome=record.outcome,
            record=text,
            digest=digest_hex(text.encode()),
            came_in=work.line,
            received_at=work.at.isoformat(),
            person_id=person_id or None,
            current=True,
        )
    )
    work.run(
        update(certificate)
        .where(certificate.c.case_id == case_id, certificate.c.state == "reserved")
        .values(state="void", cause="新しい決定が届いた", version=certificate.c.version + 1)
    )
    values = {"decision_id": record.decision_id, "compared_by": "", "compared_at": ""}
    if person_id:
        values["person_id"] = person_id
    if record.supersedes:
        values |= {"second_look_by": "", "second_look_at": ""}
    to = _STATES.get(record.outcome, CaseState.WAITING)
    now = state_of(work, case_id)
    if to in NEXT[now]:
        move(work, case_id, to, **values)
        return
    # Nobody asked for this answer any more: it is kept, and somebody looks why it came.
    change(work, case_id, **values)
    detail = f"{LABELS[now]}の受付に決定（{record.decision_id}）が届きました"
    writer.memory.list_entry(
        Contradiction("decision_unexpected", detail),
        person_id=person_id,
        place=(record.municipality_code, record.atena_number),
        case_id=case_id,
    )


def show(
    gate: Gate,
    session: Session,
    kind: CaseKind,
    case_id: str,
    tables: Tables,
    *,
    background: bool = False,
) -> DecisionView:
    """The case and its current decision; ``background`` as in ``Gate.view``. Raises UserError
    ``cases.no_case``."""
    subject = Subject("case", case_id)
    with gate.view(
        kind.function("show_decision"), session, subject=subject, background=background
    ) as work:
        view = _read(work.whole, kind, case_id)
        names = read_names(work, work.opened)
        return _shown(view, names, Reader.of(tables, work.at.date()))


def _shown(view: DecisionView, names: Names, reader: Reader) -> DecisionView:
    """What is shown of a case and its decision: of somebody restricted nothing private, of others
    nothing that names one (``names``). What agrees is found before anything is hidden."""
    hide = hidden if view.case.care else partial(hidden_others, names=names)
    keyed, record = hide(view.keyed), view.record
    if record is not None:
        record = replace(
            record, **hide({one.name: getattr(record, one.name) for one in fields(record)})
        )
    seen = replace(view, keyed=keyed, record=record)
    same = _agreeing(view, reader) if seen != view else {}
    whom = None if view.whom is None else shown_of(view.whom, names)
    return replace(seen, whom=whom, same=same)


def _agreeing(view: DecisionView, reader: Reader) -> dict[str, bool]:
    """By compared item, whether both sides say the same."""
    return {
        item.name: _sides(view, item, reader).agree(reader)
        for item in view.kind.answered
        if view.record is not None and hasattr(view.record, _theirs(item))
    }


def _read(work: GateWork, kind: CaseKind, case_id: str) -> DecisionView:
    """The case and its current decision, with all that they say."""
    case = work.first(
        select(case_file, outbox.c.state.label("outbox_state"), outbox.c.last_cause)
        .select_from(case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id))
        .where(case_file.c.id == case_id, case_file.c.kind == kind.code)
    )
    found = work.first(
        select(decision.c.id, decision.c.record).where(
            decision.c.case_id == case_id, decision.c.current.is_(True)
        )
    )
    paper = paper_of(work, found.id) if found is not None else None
    if case is None:
        raise no_case()
    whom = read_about(work, kind, case.person_id, case.payer_id)
    return DecisionView(
        case_id=case.id,
        kind=kind,
        whom=whom,
        person_id=case.person_id or "",
        case_state=CaseState(case.state),
        case_version=case.version,
        keyed=json.loads(case.draft),
        record=record_from(kind.answered_in, json.loads(found.record)) if found else None,
        compared=bool(case.compared_by),
        second_look=bool(case.second_look_by),
        keyed_by=tuple(case.keyed_by.split()),
        outbox_state=case.outbox_state or "",
        waiting_cause=case.last_cause or "",
        paper=paper,
    )


def compare(view: DecisionView, tables: Tables, today: date) -> tuple[CompareLine, ...]:
    """Keyed (or shown from the address master) and decided side by side, in the order of the
    kind's declaration (SEC-119); then what the union alone says."""
    record, kind = view.record, view.kind
    if record is None:
        return ()
    reader = Reader.of(tables, today)
    words = Words(tables, reader.eras, today)
    lines = [
        _pair(view, item, words, reader)
        for item in kind.answered
        if hasattr(record, _theirs(item)) and _is_asked(view, item)
    ]
    if record.outcome == "accepted":
        lines += [
            CompareLine(one.label, "", one.words(record, words), True, True, large=one.large)
            for one in (*kind.told, GROUNDS)
        ]
    return tuple(line for line in lines if line.keyed or line.decided)


def _theirs(item: Compared) -> str:
    return item.decided or item.name


def _is_asked(view: DecisionView, item: Compared) -> bool:
    """Whether there is something to compare: of what may be left to the union, only what somebody
    keyed."""
    field = view.kind.fields.get(item.name)
    if not item.if_keyed or field is None:
        return True
    flag = field.kind is FieldKind.FLAG
    return (flag or bool(view.keyed.get(item.name, "").strip())) and field.shown(view.keyed)


@dataclass(frozen=True, slots=True)
class _Sides:
    """One compared item on both sides as it is stored. ``from_register``: its side here comes from
    the address master."""

    item: Compared
    field: EntryField | None
    keyed: str
    decided: str

    def agree(self, reader: Reader) -> bool:
        """Whether both sides say the same."""
        if self.item.is_birth and self.keyed and self.decided:
            return _same_birth(self.keyed, self.decided, reader.eras)
        return self.keyed == self.decided


def _sides(view: DecisionView, item: Compared, reader: Reader) -> _Sides:
    field = view.kind.fields.get(item.name)
    decided = str(getattr(view.record, _theirs(item)))
    if field is not None and field.kind is FieldKind.FLAG:
        decided = decided or "0"
    shown = said_of(view.whom, view.kind.from_register).get(item.name, "")
    typed = view.keyed.get(item.name, "")
    if shown:
        keyed = shown
    elif field is not None:
        keyed = typed if typed == HIDDEN else checks.normal_form(field, typed, reader, view.keyed)
    else:
        keyed = str(getattr(view.whom, item.name, ""))
    return _Sides(item, field, keyed, decided)


def _pair(view: DecisionView, item: Compared, words: Words, reader: Reader) -> CompareLine:
    """One item on both sides; days and codes are told in words. Of a hidden item only whether the
    sides are the same (同じ) or not (違う)."""
    sides = _sides(view, item, reader)
    field, keyed, decided = sides.field, sides.keyed, sides.decided
    agrees = view.same.get(item.name, sides.agree(reader))
    codes = item.codes or (field.codes if field is not None else "")
    if HIDDEN in (keyed, decided) or (view.case.care and is_private(item.name)):
        keyed, decided = HIDDEN, "同じ" if agrees else "違う"
    elif item.is_birth and keyed and decided:
        pass
    elif codes:
        keyed, decided = words.label(codes, keyed), words.label(codes, decided)
    elif field is not None and field.kind is FieldKind.DAY:
        keyed, decided = words.on(keyed), words.on(decided)
    elif field is not None and field.kind is FieldKind.FLAG:
        keyed, decided = (field.yes if one == "1" else "なし" for one in (keyed, decided))
    label = item.label or (field.label if field is not None else item.name)
    return CompareLine(label.strip("　"), keyed, decided, agrees, False, is_name=item.is_name)


def _same_birth(keyed: str, decided: str, eras: Eras) -> bool:
    """Whether two writings (昭和20年5月3日, 1945-05-03) say the same birth date."""
    mine, theirs = (parse_date(text, eras, uncertain=True) for text in (keyed, decided))
    return (mine.sort_date, mine.precision) == (theirs.sort_date, theirs.precision)


@dataclass(frozen=True, slots=True)
class ComparedDecision:
    """Which decision was compared on the screen."""

    case_id: str
    decision_id: str


def confirm_comparison(gate: Gate, session: Session, view: DecisionView) -> None:
    """Record that the decision was compared with the notification (SEC-119).

    Raises UserError when there is no accepted decision to compare.
    """
    if view.record is None or view.record.outcome != "accepted":
        raise UserError(
            "cases.nothing_to_compare",
            "見比べる決定がまだありません。",
            "決定が届くのを待ってください。",
        )
    prepared = gate.prepare(
        view.kind.function("compare_decision"),
        session,
        subject=Subject("case", view.case_id),
        content=ComparedDecision(view.case_id, view.record.decision_id),
        versions=(RowVersion("case_file", view.case_id, view.case_version),),
    )
    with gate.act(prepared) as work:
        change(work, view.case_id, compared_by=work.staff_id, compared_at=work.at.isoformat())
        if not view.kind.papers:
            close_if_done(work, view.case_id, view.kind)
