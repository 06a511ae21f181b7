"""郵送: letters from the sheet to the post office and, when one comes back, to the end of it.

A letter waits until its enclosure was held against its envelope by the code on both
(the commonest accident is the right letter in the wrong envelope, DOMAIN 8), is posted with the
post office's number, and may come back (返戻).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from app.core.errors import UserError
from app.core.tables import Tables
from app.persons import stopping
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from app.security.waiting import Source, Waits, WaitWork
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import hand_over, mail_item

READS = ("mail_item", "certificate", "person.name")
STATES = {
    "waiting": "封入待ち",
    "checked": "照合済み",
    "posted": "差出し済み",
    "returned": "返戻",
    "settled": "処理済み",
    "stopped": "発送止め",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as the screen shows it."""

    id: str
    number: str
    person_id: str
    name: str
    form_id: str
    method: str
    no_forward: bool
    state: str
    post_number: str
    posted_on: str
    return_reason: str
    checked: bool
    version: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Letter and envelope that belong together."""

    letter_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Posted:
    """Which letters went, each with the post office's number ("" where the method has none), on
    which day."""

    letters: tuple[tuple[str, str], ...]
    day: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a letter goes."""

    letter_id: str
    method: str
    no_forward: bool


@dataclass(frozen=True, slots=True)
class CameBack:
    """A letter that came back, and why."""

    letter_id: str
    reason: str
    day: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done about a letter that came back."""

    letter_id: str
    how: str


def letters(gate: Gate, session: Session) -> tuple[Letter, ...]:
    """The letters that are not over, oldest first, and those posted or settled today."""
    with gate.view("printing.letters", session) as work:
        today = gate.now().date().isoformat()
        found = tuple(
            one
            for one in _letters(work, _single)
            if one.state in ("waiting", "checked", "returned") or one.posted_on == today
        )
        work.note(shown=tuple(one.person_id for one in found), query_kind="letters")
    return found


def check_envelope(
    gate: Gate, session: Session, letter: Letter, enclosed: str, envelope: str
) -> None:
    """Record that the enclosure's code and the envelope's are this letter's.

    Raises UserError ``printing.wrong_envelope``: nothing is recorded, the letter stays open.
    """
    for what, code in (("中身", enclosed.strip()), ("封筒", envelope.strip())):
        if code != letter.number:
            raise UserError(
                "printing.wrong_envelope",
                f"{what}の番号（{code or '読み取れません'}）が、この郵便の番号（{letter.number}）と"
                "違います。",
                "封をしないで、中身と封筒の両方を取り替えてから、もう一度読み取ってください。",
            )
    prepared = gate.prepare(
        "printing.check_envelope",
        session,
        subject=Subject("letter", letter.id),
        content=Checked(letter.id, letter.number),
        versions=(RowVersion("mail_item", letter.id, letter.version),),
    )
    with gate.act(prepared) as work:
        content: Checked = work.content
        _move(
            work,
            content.letter_id,
            ("waiting",),
            state="checked",
            checked_by=work.staff_id,
            checked_at=work.at.isoformat(),
        )


def change_way(
    gate: Gate, session: Session, letter: Letter, method: str, *, no_forward: bool
) -> None:
    """Choose the way by which a letter goes (a code of ``mail_methods``) and 転送不要."""
    prepared = gate.prepare(
        "printing.change_way",
        session,
        subject=Subject("letter", letter.id),
        content=Way(letter.id, method, no_forward),
        versions=(RowVersion("mail_item", letter.id, letter.version),),
    )
    with gate.act(prepared) as work:
        content: Way = work.content
        _move(
            work,
            content.letter_id,
            ("waiting", "checked"),
            method=content.method,
            no_forward=int(content.no_forward),
        )


def prepare_post(
    gate: Gate, session: Session, chosen: Iterable[tuple[Letter, str]], tables: Tables
) -> PreparedAct:
    """The letters of a post round, each with its number. Raises UserError
    ``printing.nothing_to_post``, ``printing.post_number`` (a registered letter without one)."""
    pairs = tuple(chosen)
    if not pairs:
        raise UserError(
            "printing.nothing_to_post",
            "照合の済んだ郵便がありません。",
            "封筒と中身を照合してから差し出してください。",
        )
    today = gate.now().date()
    for letter, number in pairs:
        if tables["mail_methods"].at(today, code=letter.method).flag("numbered") and not number:
            raise UserError(
                "printing.post_number",
                f"発行番号 {letter.number} の引受番号がありません。",
                "郵便局の引受番号を入れてください。",
            )
    return gate.prepare(
        "printing.post",
        session,
        subject=Subject("letters", today.isoformat()),
        content=Posted(tuple((one.id, number) for one, number in pairs), today.isoformat()),
        sentence=f"照合の済んだ郵便 {len(pairs)} 通を差し出したことを記録します。",
        versions=tuple(RowVersion("mail_item", one.id, one.version) for one, _ in pairs),
    )


def perform_post(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> int:
    """Write the posting book; gives how many letters. A letter that was stopped meanwhile
    refuses the whole round."""
    with gate.act(prepared, approvals) as work:
        content: Posted = work.content
        for letter_id, number in content.letters:
            _move(
                work,
                letter_id,
                ("checked",),
                state="posted",
                post_number=number,
                posted_on=content.day,
                posted_by=work.staff_id,
            )
            _note_hand_over(work, letter_id)
    return len(content.letters)


def note_returned(gate: Gate, session: Session, letter: Letter, reason: str) -> None:
    """A posted letter came back; ``reason`` is a code of ``mail_return_reasons``."""
    prepared = gate.prepare(
        "printing.note_returned",
        session,
        subject=Subject("letter", letter.id),
        content=CameBack(letter.id, reason, gate.now().date().isoformat()),
        versions=(RowVersion("mail_item", letter.id, letter.version),),
    )
    with gate.act(prepared) as work:
        content: CameBack = work.content
        _move(
            work,
            content.letter_id,
            ("posted",),
            state="returned",
            returned_on=content.day,
            return_reason=content.reason,
        )
        whose = select(mail_item.c.person_id).where(mail_item.c.id == content.letter_id)
        stopping.pull_from_batches(work, [str(work.scalar(whose))], stopping.RETURNED)


def settle_returned(gate: Gate, session: Session, letter: Letter, how: str) -> None:
    """What came of a letter that came back: sent again, handed over, kept, destroyed."""
    if not how.strip():
        raise UserError(
            "printing.no_words",
            "返戻の処理の内容が入っていません。",
            "何をしたか（再送、窓口で交付、調査など）を入れてください。",
        )
    prepared = gate.prepare(
        "printing.settle_returned",
        session,
        subject=Subject("letter", letter.id),
        content=Settled(letter.id, how.strip()),
        versions=(RowVersion("mail_item", letter.id, letter.version),),
    )
    with gate.act(prepared) as work:
        content: Settled = work.content
        _move(
            work,
            content.letter_id,
            ("returned",),
            state="settled",
            settled_at=work.at.isoformat(),
            settled_how=content.how,
        )


def letters_of_day(work: GateWork, day: date) -> tuple[Letter, ...]:
    """The letters posted on a day, for the posting book."""
    return tuple(_letters(work, _single, mail_item.c.posted_on == day.isoformat()))


def batch_letters_of_day(work: GateWork, day: date) -> tuple[Any, ...]:
    """Those of batches, counted: batch, method, first and last number of the post, how many."""
    source = certificate.c.decision_id
    batch_id = func.substr(source, 1, func.instr(source, ".") - 1).label("batch_id")
    return tuple(
        work.all(
            select(
                batch_id,
                mail_item.c.method,
                mail_item.c.no_forward,
                func.min(mail_item.c.post_number).label("first"),
                func.max(mail_item.c.post_number).label("last"),
                func.count().label("letters"),
            )
            .join(certificate, certificate.c.number == mail_item.c.certificate_number)
            .where(certificate.c.case_id.is_(None), mail_item.c.posted_on == day.isoformat())
            .group_by(batch_id, mail_item.c.method, mail_item.c.no_forward)
            .order_by(batch_id)
        )
    )


# A paper of a batch has no case of its own; its letter is posted with its part (batch_posting) and
# stands here alone only when it comes back.
_single = certificate.c.case_id.is_not(None) | mail_item.c.state.in_(["returned", "settled"])


def _letters(work: GateWork, *which: Any) -> Iterable[Letter]:
    rows = work.all(
        select(mail_item, person.c.name, certificate.c.form_id)
        .select_from(
            mail_item.join(
                certificate, certificate.c.number == mail_item.c.certificate_number
            ).outerjoin(person, person.c.id == mail_item.c.person_id)
        )
        .where(*which)
        .order_by(mail_item.c.prepared_at, mail_item.c.id)
    )
    return (_letter(row) for row in rows)


def _letter(row: Any) -> Letter:
    return Letter(
        row.id,
        row.certificate_number,
        row.person_id,
        row.name or "",
        row.form_id,
        row.method,
        bool(row.no_forward),
        row.state,
        row.post_number,
        row.posted_on,
        row.return_reason,
        bool(row.checked_at),
        row.version,
    )


def _move(work: ActWork, letter_id: str, states: tuple[str, ...], **values: object) -> None:
    changed = work.run(
        update(mail_item)
        .where(mail_item.c.id == letter_id, mail_item.c.state.in_(states))
        .values(version=mail_item.c.version + 1, **values)
    )
    if changed != 1:
        raise UserError(
            "printing.letter_state",
            "この郵便は、ほかで処理されたか、発送止めになっています。",
            "一覧を読み直し、今の状態を確かめてください。",
        )


def _note_hand_over(work: ActWork, letter_id: str) -> None:
    number = work.scalar(select(mail_item.c.certificate_number).where(mail_item.c.id == letter_id))
    if work.first(select(hand_over.c.id).where(hand_over.c.certificate_number == number)) is None:
        work.run(
            insert(hand_over).values(
                id=work.new_id(),
                certificate_number=number,
                how="post",
                at=work.at.isoformat(),
                staff_id=work.staff_id,
            )
        )


_NEXT = {
    "waiting": "中身と封筒の番号を読み取って照合し、封をする",
    "checked": "郵便局に差し出し、引受番号を入れる",
    "returned": "宛先を調べ、再送するか窓口で渡す",
    "stopped": "発送せずに保管し、証を廃棄する",
}


def _waiting(work: WaitWork) -> Iterable[Waits]:
    rows = work.all(
        select(mail_item, person.c.name)
        .select_from(
            mail_item.join(
                certificate, certificate.c.number == mail_item.c.certificate_number
            ).outerjoin(person, person.c.id == mail_item.c.person_id)
        )
        .where(mail_item.c.state.in_(["waiting", "checked", "returned"]), _single)
        .order_by(mail_item.c.prepared_at)
    )
    for row in rows:
        yield Waits(
            key=row.id,
            what="郵送する証",
            state=STATES[row.state],
            since=row.returned_on or row.prepared_at,
            next_step=_NEXT[row.state],
            opens="printing.letters",
            whose=row.name or "",
        )


WAITS = Source(
    ("mail_item", "certificate.number", "certificate.case_id", "person.name"),
    _waiting,
    "printing.letters",
)
"""Letters that are not in the post yet, or came back."""
