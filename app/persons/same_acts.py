"""What is done with two persons who may be one (同一人; SEC-117): proposed by a clerk, decided by
two, undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from app.core.errors import UserError
from app.persons.restrictions import is_restricted, unknown_person
from app.persons.same import WORDS, Pair, Step, ordered, pairs
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import may_be_same_day
from app.rules.values.days import kept_birth
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Subject
from app.security.staff.session import Session
from db.tables.persons import atena, person, same_person
from db.work import ReadRows

PROPOSE = "persons.propose_same"
DECIDE, UNDO = "persons.decide_same", "persons.undo_same"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a clerk proposes: the opened person, another one's atena number, and why."""

    person_id: str
    atena_number: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What two persons decide on a pair as they saw it (``word``): ``SAME``, ``APART`` or
    ``UNDONE``, why, and under whom cases begin."""

    word: str
    one: str
    other: str
    step: str
    why: str
    kept: str = ""


def hindrance(work: ReadRows, one: str, other: str, eras: Eras) -> str:
    """Why two cannot be one, "" when nothing speaks against it: another sex, birth dates that
    cannot be the same day, only one of them under support measures."""
    rows = {row.id: row for row in work.all(select(person).where(person.c.id.in_((one, other))))}
    if len(rows) != 2:
        raise unknown_person()
    left, right = rows[one], rows[other]
    if left.sex != right.sex:
        return "性別が違います。"
    births = [kept_birth(row.birth_written, row.birth_sort, eras) for row in (left, right)]
    if not may_be_same_day(*births):
        return "生年月日が違います。"
    if is_restricted(work, one) != is_restricted(work, other):
        return "片方だけに取扱注意（支援措置）が付いています。先に、もう一方にも付けてください。"
    return ""


def prepare_propose(
    gate: Gate, session: Session, person_id: str, atena_number: str, why: str
) -> PreparedAct:
    """Propose that the opened person is also the one of ``atena_number``."""
    return gate.prepare(
        PROPOSE,
        session,
        subject=Subject("person", person_id),
        content=Proposal(person_id, atena_number, _needed(why)),
    )


def perform_propose(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval] = ()) -> str:
    """Write the proposal; the pair's word. Raises UserError ``persons.same_nobody`` for a number
    that nobody here has, ``persons.same_self``, ``persons.same_known`` for a pair that is
    proposed or one already, ``persons.unknown``."""
    with gate.act(prepared, approvals) as work:
        content: Proposal = work.content
        other = _whose(work, content.atena_number)
        if other == content.person_id:
            raise UserError(
                "persons.same_self",
                "開いている方の宛名番号です。",
                "同じ方だと思われる、もう一つの宛名番号を入れてください。",
                field="atena_number",
            )
        one, second = ordered(content.person_id, other)
        known = [pair for pair in pairs(work, (one,)) if second in (pair.one, pair.other)]
        if known and known[0].step in (Step.FOUND, Step.SAME):
            raise UserError(
                "persons.same_known",
                f"このお二人は、すでに「{WORDS[known[0].step]}」になっています。",
                "「同一人の確認」の一覧で見てください。",
            )
        return _write(work, one, second, Step.FOUND, reasons="clerk", why=content.why)


def _whose(work: ActWork, atena_number: str) -> str:
    rows = work.all(select(atena).where(atena.c.atena_number == atena_number))
    if not rows:
        raise UserError(
            "persons.same_nobody",
            f"宛名番号「{atena_number}」の方は、この端末にいません。",
            "番号を確かめるか、検索で氏名から探してください。",
            field="atena_number",
        )
    if len({row.person_id for row in rows}) > 1:
        raise UserError(
            "persons.same_many",
            f"宛名番号「{atena_number}」は、複数の市区町村にあります。",
            "責任者に相談してください。",
            field="atena_number",
        )
    return str(rows[0].person_id)


def prepare_verdict(
    gate: Gate, session: Session, pair: Pair, verdict: Step, why: str, *, kept: str = ""
) -> PreparedAct:
    """What is touched for by two persons: that a pair is one (``kept`` says under whom cases
    begin), that it is two, or that a decision is taken back. Raises UserError
    ``persons.same_why``."""
    sentence = {
        Step.SAME: "このお二人の記録は、同じ方のものです。受付は、選んだ番号で行います。"
        "あとから元に戻せます。",
        Step.APART: "このお二人は別の方です。同一人未確認の印を外します。",
        Step.UNDONE: "同じ方としたのを取り消し、お二人の記録を元どおり別々にします。",
    }[verdict]
    return gate.prepare(
        UNDO if verdict is Step.UNDONE else DECIDE,
        session,
        subject=Subject("person", kept or pair.one),
        content=Verdict(pair.word, pair.one, pair.other, verdict.value, _needed(why), kept),
        sentence=sentence,
    )


def perform_verdict(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], eras: Eras
) -> str:
    """Write what two persons decided. Raises UserError ``persons.same_changed`` when somebody said
    something of the pair meanwhile, ``persons.same_two`` when it cannot be one person."""
    with gate.act(prepared, approvals) as work:
        content: Verdict = work.content
        step = Step(content.step)
        here = (one for one in pairs(work, (content.one,)) if one.word == content.word)
        pair = next(here, None)
        if pair is None or pair.step not in _BEFORE[step]:
            raise UserError(
                "persons.same_changed",
                "見ていたあいだに、ほかの職員がこのお二人について決めました。",
                "読み直し（F5）、いまの状態を確かめてください。",
            )
        if step is Step.SAME:
            against = hindrance(work, pair.one, pair.other, eras)
            if against or content.kept not in (pair.one, pair.other):
                raise UserError(
                    "persons.same_two",
                    f"同じ方にはできません。{against}",
                    "書類で確かめ、別の方なら「別の方」にしてください。"
                    "記録の誤りなら、住民記録の訂正が届いてから決めてください。",
                )
        second = next((one.staff_id for one in approvals if one.staff_id != work.staff_id), "")
        return _write(
            work,
            pair.one,
            pair.other,
            step,
            why=content.why,
            kept_id=content.kept if step is Step.SAME else "",
            confirmed_by=second,
        )


_BEFORE: Mapping[Step, Collection[Step]] = {
    Step.SAME: (Step.FOUND, Step.APART, Step.UNDONE),
    Step.APART: (Step.FOUND,),
    Step.UNDONE: (Step.SAME,),
}
"""After which word another may follow."""


def _write(work: ActWork, one: str, other: str, step: Step, **values: str) -> str:
    made = work.new_id()
    said = {"said_by": work.staff_id, "at": work.at.isoformat(), "line": work.line}
    pair = {"one_id": one, "other_id": other, "step": step.value}
    work.run(insert(same_person).values(id=made, **pair, **values, **said))
    return made


def _needed(why: str) -> str:
    text = why.strip()
    if not text:
        raise UserError(
            "persons.same_why",
            "理由が入っていません。",
            "何で確かめたか（書類、聞き取り、照会先）を入れてください。",
            field="why",
        )
    return text
