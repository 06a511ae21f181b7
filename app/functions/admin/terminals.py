"""端末の一覧 (SEC-70, SEC-147): this terminal, and those of which the union's exchange has told.

What another terminal may do the union decides; this store knows of the others what they said of
their cases, papers and drafts, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.errors import EnvironmentFault
from app.security.control.state import REMOVED
from app.security.gate.facts import MEDIA_FACT, TERMINAL_STATE_FACT
from app.security.gate.gate import Gate, Session, Subject, ViewWork
from app.sync.enrolment import days_left
from app.sync.terminal_keys import LineFacts, read_facts
from db.tables.exchange import desk_case, desk_draft, desk_issue

PROFILES: Mapping[str, str] = {"counter": "窓口", "branch": "出張所", "relay": "中継"}
_STATES: Mapping[str, str] = {
    "founded": "初期設定済・広域連合に未登録",
    "registered": "登録済",
    "withdrawn": "登録が取り消されています",
    REMOVED: "廃止されています",
}
ENDS_SOON = 60
"""So many days before its end the certificate is told of."""
_OVER = ("closed", "withdrawn")


@dataclass(frozen=True, slots=True)
class TerminalLine:
    """One terminal. ``valid_to`` is the last moment of its certificate and ``heard`` the last
    moment at which it said something (both ISO, "" when nothing is known); ``cases`` counts its
    open cases as it told them, ``problem`` says what somebody must see to."""

    number: str
    here: bool
    profile: str
    state: str
    valid_to: str
    heard: str
    cases: int
    media: str = ""
    problem: str = ""


def list_terminals(gate: Gate, session: Session) -> tuple[TerminalLine, ...]:
    """This terminal first, the others by their number."""
    subject = Subject("list", "terminals")
    with gate.view("admin.list_terminals", session, subject=subject) as work:
        return (_here(work), *_others(work))


def _here(work: ViewWork) -> TerminalLine:
    names = ("terminal", "profile", TERMINAL_STATE_FACT, MEDIA_FACT)
    facts = {name: work.fact(name) or "" for name in names}
    try:
        line: LineFacts | None = read_facts(work)
    except EnvironmentFault:
        line = None
    state = facts.get(TERMINAL_STATE_FACT, "")
    return TerminalLine(
        facts["terminal"],
        True,
        PROFILES.get(facts.get("profile", ""), ""),
        _STATES.get(state, state),
        line.valid_to if line is not None else "",
        "",
        0,
        "電子媒体を扱う" if facts.get(MEDIA_FACT) == "1" else "",
        _problem(line, work.at),
    )


def _problem(line: LineFacts | None, now: datetime) -> str:
    if line is None:
        return "madoguchi enrol で広域連合に登録してください。"
    left = days_left(line, now)
    if left < 0:
        return "証明書の期限が切れています。広域連合に更新を頼んでください。"
    if left <= ENDS_SOON:
        return f"証明書の期限まであと {left} 日です。"
    return ""


def _others(work: ViewWork) -> tuple[TerminalLine, ...]:
    heard: dict[str, str] = {}
    for table in (desk_case, desk_issue, desk_draft):
        last = select(table.c.desk, func.max(table.c.said_at).label("at")).group_by(table.c.desk)
        for row in work.all(last):
            heard[row.desk] = max(heard.get(row.desk, ""), row.at)
    still_open = desk_case.c.state.not_in(_OVER)
    counted = select(desk_case.c.desk, func.count().label("n")).where(still_open)
    cases = {row.desk: row.n for row in work.all(counted.group_by(desk_case.c.desk))}
    return tuple(
        TerminalLine(desk, False, "", "広域連合に登録済", "", heard[desk], cases.get(desk, 0))
        for desk in sorted(heard)
    )
