"""What comes after a case (後に続くこと): a paper to be returned, a claim to be offered.

A kind of case declares it; the row is written in the act that makes it due; the day board shows
it until somebody settles it by hand or the case that it asked for is opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import insert, select, update

from app.core.errors import UserError
from app.security.gate.gate import ActWork, Gate, Session, Subject
from app.security.waiting import Source, Waits, WaitWork
from db.tables.cases import case_file, follow_up
from db.tables.persons import person

READS = ("follow_up",)
WRITES = ("follow_up",)
"""What a function declares that begins follow-ups or settles them by a case."""

HOW = {"done": "済んだ", "not_needed": "不要になった"}
"""How a follow-up is settled by hand."""


class Declared(Protocol):
    """A follow-up as the kind of case declares it. ``days`` is until when it is due, counted
    from the day it begins (None: no day)."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def next_step(self) -> str: ...

    @property
    def days(self) -> int | None: ...


class Names(Protocol):
    """The part of a kind of case that tells whom an entry of it names."""

    def name_in(self, values: Mapping[str, str]) -> str: ...


def begin(work: ActWork, declared: Declared, case_id: str, person_id: str | None, on: date) -> str:
    """Write a follow-up of a case, beginning on the day ``on``; its id."""
    made = work.new_id()
    due = "" if declared.days is None else (on + timedelta(days=declared.days)).isoformat()
    work.run(
        insert(follow_up).values(
            id=made,
            case_id=case_id,
            person_id=person_id,
            code=declared.code,
            since=on.isoformat(),
            due_on=due,
        )
    )
    return made


def settle_by_case(work: ActWork, person_id: str, code: str, case_id: str) -> int:
    """The case that a follow-up of this person asked for is here: nothing waits any more.
    Returns how many were settled."""
    mine = (follow_up.c.person_id == person_id, follow_up.c.code == code)
    return work.run(
        update(follow_up)
        .where(*mine, follow_up.c.settled_at == "")
        .values(
            settled_at=work.at.isoformat(),
            settled_by=work.staff_id,
            how=case_id,
            version=follow_up.c.version + 1,
        )
    )


def reopen_by_case(work: ActWork, case_id: str) -> int:
    """The case that had settled follow-ups is dropped: they wait again. Returns how many."""
    return work.run(
        update(follow_up)
        .where(follow_up.c.how == case_id)
        .values(settled_at="", settled_by="", how="", version=follow_up.c.version + 1)
    )


@dataclass(frozen=True, slots=True)
class Settle:
    """Which follow-up is settled, and how (a code of ``HOW``)."""

    id: str
    how: str


def settle(gate: Gate, session: Session, follow_up_id: str, how: str) -> None:
    """Record that nothing waits any more, with the person and the time.

    Raises UserError ``day.how`` for anything but the codes of ``HOW``, and ``day.settled`` for
    a follow-up that is settled already.
    """
    if how not in HOW:
        raise UserError(
            "day.how",
            "済ませ方が正しくありません。",
            "「済んだ」か「不要になった」を選んでください。",
        )
    prepared = gate.prepare(
        "day.settle",
        session,
        subject=Subject("follow_up", follow_up_id),
        content=Settle(follow_up_id, how),
    )
    with gate.act(prepared) as work:
        content: Settle = work.content
        changed = work.run(
            update(follow_up)
            .where(follow_up.c.id == content.id, follow_up.c.settled_at == "")
            .values(
                settled_at=work.at.isoformat(),
                settled_by=work.staff_id,
                how=content.how,
                version=follow_up.c.version + 1,
            )
        )
        if changed != 1:
            raise UserError(
                "day.settled",
                "すでに済ませてあります。",
                "今日の仕事の一覧を読み直してください。",
            )


def follow_up_source(
    declared: Mapping[str, Declared],
    kinds: Mapping[str, Names],
    opens: Callable[[str], str] = lambda code: "",
) -> Source:
    """The follow-ups (code → declaration) of an area's ``kinds`` that are not settled. ``opens``
    gives the function whose screen a code leads to, with the person; "" for none."""

    def lines(work: WaitWork) -> Iterator[Waits]:
        rows = work.all(
            select(follow_up, person.c.name, case_file.c.kind, case_file.c.draft)
            .select_from(
                follow_up.join(case_file, case_file.c.id == follow_up.c.case_id).outerjoin(
                    person, person.c.id == follow_up.c.person_id
                )
            )
            .where(follow_up.c.settled_at == "", follow_up.c.code.in_(list(declared)))
            .where(case_file.c.kind.in_(list(kinds)))
            .order_by(follow_up.c.since, follow_up.c.id)
        )
        today = work.at.date().isoformat()
        for row in rows:
            one = declared[row.code]
            function_id = opens(row.code)
            yield Waits(
                key=row.id,
                what=one.label,
                state="期限切れ" if row.due_on and row.due_on < today else "待ち",
                since=row.since,
                next_step=one.next_step,
                opens=function_id,
                given=(("person_id", row.person_id), ("line", row.id)) if function_id else (),
                whose=row.name or kinds[row.kind].name_in(json.loads(row.draft)),
                due=row.due_on,
                settles=row.id,
            )

    return Source(("follow_up", "case_file", "person"), lines)
