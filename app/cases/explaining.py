"""割合の理由: why somebody pays what she pays, from the grounds of the union's last decision; the
counter only words them (DOMAIN 3, CON-07).

Two texts: the clerk's with every figure, and the one to read aloud. What others of the household
earn is said aloud only where they stand by or have consented, which is a note of that day
(連絡・対応の記録).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.core.tables import Tables
from app.persons import notes, same
from app.persons.restrictions import unknown_person
from app.persons.show import PersonLine, person_lines
from app.rules.calendar.days import judgement_period, judgement_year
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.search import by_ids
from db.tables.cases import decision

EXPLAIN = "eligibility.explain"
READS = (
    *("person", "atena", "insured", "address", "restriction", "watermark", "household_member"),
    *("same_person", "decision", "ledger_entry", "case_file.person_id", "case_file.id"),
    *("certificate.person_id", "certificate.decision_id"),
)

_UNTAXED = frozenset(("low2", "low1", "low1_pension", "low1_border"))
_LEAST_USE = {"last_year": "この1年", "last_3_months": "この3か月"}


@dataclass(frozen=True, slots=True)
class Explained:
    """What the page says. ``aloud`` may be read to the visitor, ``clerk`` is the clerk's;
    ``consent`` says since when and by whom it may be read aloud too, "" for nobody.
    ``since`` and ``until`` are sentences; ``changes`` are the applications that could change it.
    Everything but ``line`` is empty for somebody under support measures, or without a decision."""

    line: PersonLine
    decided: str = ""
    share: str = ""
    since: str = ""
    until: str = ""
    aloud: str = ""
    clerk: str = ""
    consent: str = ""
    counted: str = ""
    changes: tuple[str, ...] = ()


def explain(gate: Gate, session: Session, person_id: str, tables: Tables, today: date) -> Explained:
    """Why this person pays what she pays. Raises UserError ``persons.unknown``."""
    with gate.view(EXPLAIN, session, subject=Subject("person", person_id)) as work:
        hits = by_ids(work, [person_id], opened=work.opened)
        if not hits:
            raise unknown_person()
        line = person_lines(hits, tables, today)[0]
        work.note(shown=(person_id,), query_kind="explain", numbers=False)
        if line.care:
            return Explained(line)
        found = _last_decision(work, same.joined(work, person_id))
        if found is None:
            return Explained(line)
        consent = notes.consent_of(work, person_id, today)
    said, number = found
    return _explained(line, said, number, consent, tables, today)


def _last_decision(
    work: GateWork, persons: tuple[str, ...]
) -> tuple[Mapping[str, Any], str] | None:
    """The newest decision that says a share, and its number."""
    rows = work.all(
        select(decision.c.id, decision.c.record)
        .where(
            decision.c.person_id.in_(persons),
            decision.c.current.is_(True),
            decision.c.outcome == "accepted",
        )
        .order_by(decision.c.received_at.desc(), decision.c.id.desc())
    )
    for row in rows:
        said = json.loads(row.record)
        if isinstance(said, dict) and said.get("copay_ratio"):
            return said, row.id
    return None


def _explained(
    line: PersonLine,
    said: Mapping[str, Any],
    number: str,
    consent: str,
    tables: Tables,
    today: date,
) -> Explained:
    eras = Eras(tables["eras"])
    ratio, limit = str(said["copay_ratio"]), str(said.get("limit_class") or "")
    since = str(said.get("copay_from") or "")
    start = date.fromisoformat(since) if since else today
    last = judgement_period(judgement_year(max(start, today)))[1]
    provisional = said.get("provisional") == "1"
    words = tables["limit_classes"].label(limit, today) if limit else ""
    return Explained(
        line,
        decided=f"広域連合の決定 {number}",
        share="　".join(filter(None, (f"{ratio}割", words, "（見込み）" if provisional else ""))),
        since=f"{on_paper(start, eras)}から" if since else "",
        until=f"{on_paper(last, eras)}まで。世帯や所得が変わると、その前に判定し直されます。",
        aloud=str(said.get("grounds_aloud") or ""),
        clerk=str(said.get("grounds_clerk") or ""),
        consent=consent,
        counted=_counted(str(said.get("grounds") or "")),
        changes=_changes(tables, ratio, limit, today),
    )


def _counted(grounds: str) -> str:
    """What was counted for 資格確認書 or お知らせ, where the union told it."""
    try:
        use = json.loads(grounds).get("use") if grounds else None
    except (ValueError, AttributeError):
        return ""
    if not isinstance(use, dict):
        return ""
    registered = "あり" if use.get("registered") else "なし"
    visits = "、".join(f"{words} {use.get(name, 0)}回" for name, words in _LEAST_USE.items())
    return f"マイナ保険証の利用登録 {registered}。利用 {visits}。"


def _changes(tables: Tables, ratio: str, limit: str, today: date) -> tuple[str, ...]:
    taxed = "" if not limit else "no" if limit in _UNTAXED else "yes"
    rows = tables["share_applications"].rows(today)
    fitting = [
        row for row in rows if row.text("ratio") in ("", ratio) and row.text("taxed") in ("", taxed)
    ]
    return tuple(row.text("label") for row in sorted(fitting, key=lambda row: row.number("order")))
