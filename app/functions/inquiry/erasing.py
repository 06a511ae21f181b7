"""Answers go after their term (照会結果の消去, SEC-126): what was answered is taken out of the
decision that brought it; that it was asked and answered, by whom and when, stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from app.core.canon import canonical_json, digest_hex
from app.core.settings import Settings
from app.functions.inquiry.contents import ERASED
from app.functions.inquiry.kinds import KINDS
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Subject
from app.security.gate.gate import SystemHand
from app.security.scheduled import Due, Scheduled
from app.security.waiting import WaitWork
from db.tables.cases import case_file, decision
from db.tables.control import setting

ERASE = "inquiry.erase_answers"
DAYS = "inquiry.answer_days"
LOOKED_FACT = "inquiry.looked"
"""Fact of the store: the day on which answers past their term were last looked for."""
_ITEMS = ("content", "provider", "answer_reason", "grounds_clerk")
_CODES = tuple(kind.code for kind in KINDS)


def erase_answers(hand: SystemHand, _calendar: BusinessCalendar) -> None:
    """Erase the content of every answer that came longer ago than the setting says, once a day:
    each with its own line in the journal."""
    with hand.system(ERASE) as work:
        today = work.at.date()
        if work.fact(LOOKED_FACT) == today.isoformat():
            return
        days = work.control.in_force.number(DAYS)
        due = list(_past(work, today - timedelta(days=days)))
        work.set_fact(LOOKED_FACT, today.isoformat())
    for row in due:
        with hand.system(ERASE, subject=Subject("case", row.case_id)) as work:
            said = json.loads(row.record)
            gone = dict.fromkeys(_ITEMS, "") | {"answer_reason": ERASED}
            text = canonical_json(said | gone)
            work.run(
                update(decision)
                .where(decision.c.id == row.id)
                .values(record=text, digest=digest_hex(text.encode()), came_in=work.line)
            )


def _past(work: Any, day: date) -> Iterator[Any]:
    rows = work.all(
        select(decision.c.id, decision.c.case_id, decision.c.record, decision.c.received_at)
        .join(case_file, case_file.c.id == decision.c.case_id)
        .where(case_file.c.kind.in_(_CODES), decision.c.outcome == "accepted")
        .where(decision.c.received_at < day.isoformat())
    )
    for row in rows:
        if json.loads(row.record).get("content"):
            yield row


def _lines(work: WaitWork) -> Iterator[Due]:
    rows = work.all(select(setting.c.value).where(setting.c.name == DAYS))
    days = Settings({DAYS: rows[0].value} if rows else {}).number(DAYS)
    yield Due(
        key=ERASE,
        what="照会結果の消去",
        every=f"毎日（受け取ってから {days} 日）",
        last=work.fact(LOOKED_FACT) or "",
    )


SCHEDULED = Scheduled(("setting", f"store_fact.{LOOKED_FACT}"), _lines)
"""Its line among what the terminal does by itself."""
