"""Letters of a released batch go to the post by whole parts, with the post office's numbers one
after another; their list goes along, a part at a time (FLOW-307; 郵送簿).

The sheets lie in the order of the post, and the inserting machine reads the code on each sheet. Who
was stopped after the release and before the part was printed is not among them (``batch_stopped``);
who was stopped later is pulled out by hand: such letters are named before the posting and take no
number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, repeat
from typing import Any

from sqlalchemy import func, select, update

from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.printing.batch_building import require_batch
from app.functions.printing.post_numbers import numbers_between, read_number
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Subject
from app.security.staff.session import Session
from app.security.waiting import Waits, WaitWork
from db.tables.printing import batch_item, hand_over, mail_item, print_batch
from db.work import ReadRows

POST = "printing.post_batch"


@dataclass(frozen=True, slots=True)
class PartPost:
    """A part on its way: its letters in all, how many are posted, how many were stopped after the
    release with their numbers (to be pulled out), and the numbers of the post office."""

    part: int
    letters: int
    posted: int
    stopped: tuple[str, ...]
    first_number: str
    last_number: str
    posted_on: str


@dataclass(frozen=True, slots=True)
class PostedParts:
    """What the touch is over: which parts, how they go, and the numbers from … to ("" for none)."""

    batch_id: str
    parts: tuple[int, ...]
    method: str
    no_forward: bool
    first_number: str
    last_number: str
    day: str


@dataclass(frozen=True, slots=True)
class Posting:
    """What was keyed of a posting: from which part (from 1) to which, how, and the numbers."""

    first_part: int
    last_part: int
    method: str
    no_forward: bool
    first_number: str
    last_number: str


def parts_posted(gate: Gate, session: Session, batch_id: str) -> tuple[PartPost, ...]:
    """The parts of a released batch as letters, in the order of the post."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        require_batch(work, batch_id, ("released",))
        return tuple(posted_parts(work, batch_id))


def prepare_post_parts(
    gate: Gate, session: Session, batch_id: str, keyed: Posting, tables: Tables
) -> PreparedAct:
    """Parts that were handed in at the post office.

    Raises UserError ``printing.part_range``, ``printing.parts_posted`` (one of them is posted),
    ``printing.post_number_wrong``, ``printing.post_count``.
    """
    today = gate.now().date()
    numbered = tables["mail_methods"].at(today, code=keyed.method).flag("numbered")
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        require_batch(work, batch_id, ("released",))
        chosen = _chosen(tuple(posted_parts(work, batch_id)), keyed)
    count = sum(one.letters - len(one.stopped) for one in chosen)
    first, last = keyed.first_number, keyed.last_number
    if numbered:
        ends = read_number(first, field="first_number"), read_number(last, field="last_number")
        numbers_between(*ends, count)
    else:
        first = last = ""
    label = tables["mail_methods"].label(keyed.method, today)
    ends_of = (chosen[0], chosen[-1])[: len(chosen)]
    which = "から".join(f"第{one.part + 1}部" for one in ends_of)
    return gate.prepare(
        POST,
        session,
        subject=Subject("batch", batch_id),
        content=PostedParts(
            batch_id,
            tuple(one.part for one in chosen),
            keyed.method,
            keyed.no_forward,
            first,
            last,
            today.isoformat(),
        ),
        sentence=f"一括印刷の{which}、{count:,} 通（{label}）を差し出したことを記録します。",
    )


def perform_post_parts(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> int:
    """Write the posting book; gives how many letters. Raises UserError ``printing.post_count``
    when somebody was stopped meanwhile, so that the numbers do not fit any more."""
    with gate.act(prepared, approvals) as work:
        said: PostedParts = work.content
        require_batch(work, said.batch_id, ("released",))
        parts = [_going(work, said.batch_id, part) for part in said.parts]
        count = sum(len(going) for going in parts)
        if said.first_number:
            ends = [read_number(text, field="") for text in (said.first_number, said.last_number)]
            numbers: Iterator[str] = numbers_between(ends[0], ends[1], count)
        else:
            numbers = repeat("")
        for going in parts:
            for row in going:
                work.run(
                    update(mail_item)
                    .where(mail_item.c.id == row.id)
                    .values(
                        state="posted",
                        method=said.method,
                        no_forward=int(said.no_forward),
                        post_number=next(numbers),
                        posted_on=said.day,
                        posted_by=work.staff_id,
                        version=mail_item.c.version + 1,
                    )
                )
            _hand_over(work, [row.certificate_number for row in going])
    return count


def _going(work: ReadRows, batch_id: str, part: int) -> list[Any]:
    letters = letters_of_part(work, batch_id, part)
    return [row for row in letters if row.state in ("waiting", "checked")]


def letters_of_part(work: ReadRows, batch_id: str, part: int) -> Sequence[Any]:
    """The letters of a part with whom they go to, in the order of the post."""
    return work.all(
        select(mail_item, batch_item.c.record)
        .join(batch_item, batch_item.c.number == mail_item.c.certificate_number)
        .where(
            batch_item.c.batch_id == batch_id,
            batch_item.c.part == part + 1,
            batch_item.c.state != "left_out",
        )
        .order_by(batch_item.c.position)
    )


def posted_parts(work: ReadRows, batch_id: str) -> Iterable[PartPost]:
    """The parts of a batch as letters, in the order of the post."""
    letter = mail_item.c
    rows = work.all(
        select(
            batch_item.c.part,
            letter.certificate_number,
            letter.state,
            letter.post_number,
            letter.posted_on,
        )
        .join(batch_item, batch_item.c.number == letter.certificate_number)
        .where(
            batch_item.c.batch_id == batch_id,
            batch_item.c.part > 0,
            batch_item.c.state != "left_out",
        )
        .order_by(batch_item.c.position)
    )
    for part, found in groupby(rows, lambda row: int(row.part) - 1):
        letters = list(found)
        posted = [row for row in letters if row.posted_on]
        yield PartPost(
            part,
            len(letters),
            len(posted),
            tuple(row.certificate_number for row in letters if row.state == "stopped"),
            posted[0].post_number if posted else "",
            posted[-1].post_number if posted else "",
            posted[0].posted_on if posted else "",
        )


def _chosen(parts: Sequence[PartPost], keyed: Posting) -> list[PartPost]:
    chosen = [one for one in parts if keyed.first_part <= one.part + 1 <= keyed.last_part]
    if not chosen:
        raise UserError(
            "printing.part_range",
            "その番号の部はありません。",
            f"第1部から第{parts[-1].part + 1 if parts else 0}部の中で選んでください。",
            field="last_part",
        )
    done = [one for one in chosen if one.posted]
    if done:
        raise UserError(
            "printing.parts_posted",
            f"第{done[0].part + 1}部は、{done[0].posted_on}に差し出しています。",
            "まだ差し出していない部を選んでください。",
            field="first_part",
        )
    return chosen


def _hand_over(work: ActWork, numbers: Sequence[str]) -> None:
    """What is in the post has been handed over."""
    known = work.all(
        select(hand_over.c.certificate_number).where(hand_over.c.certificate_number.in_(numbers))
    )
    fresh = sorted(set(numbers) - {row.certificate_number for row in known})
    rows = [
        (one, number, "post", work.at.isoformat(), work.staff_id)
        for one, number in zip(work.new_ids(len(fresh)), fresh, strict=True)
    ]
    work.insert_rows(hand_over, ("id", "certificate_number", "how", "at", "staff_id"), rows)


_NEXT = {
    "made": "証を作成する",
    "building": "証を作成する",
    "built": "見本を二人で確かめて発行する",
    "released": "印刷に回し、差し出す",
}


def waiting(work: WaitWork) -> Iterable[Waits]:
    """A batch that is not over is one line of the day board, however many letters it has."""
    rows = work.all(
        select(print_batch, func.count(batch_item.c.position).label("papers"))
        .join(batch_item, batch_item.c.batch_id == print_batch.c.id)
        .where(print_batch.c.state.in_(sorted(_NEXT)))
        .group_by(print_batch.c.id)
    )
    for row in rows:
        yield Waits(
            key=row.id,
            what="一括印刷",
            state=f"{row.papers:,}件",
            since=row.released_at or row.made_at,
            next_step=_NEXT[row.state],
            opens="printing.show_batch",
        )
