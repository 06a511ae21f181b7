"""Which year's paper (DOMAIN 5.3, 8): in July two papers of one person are valid, and the current
one printed after the next one was sent was the accident of 5,695 cards.

A paper's year is the judgement year (1 August to 31 July) in which its last day lies. Where papers
of more than one year are about, the program asks which is meant and prints none but that one; and
the share of a decision is held against the paper's own year before a number is reserved.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.days import judgement_period, judgement_year
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.practice import practice_of
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.work import ReadRows
from forms.catalog import FORMS
from forms.decided import item_of

if TYPE_CHECKING:
    from app.cases.decisions import DecisionView

NOT_ASKED = 0
"""The year of a paper where there was nothing to ask."""
_ATTESTING = tuple(form.id for form in FORMS if form.attests)
_ATTESTED = frozenset(form.decided for form in FORMS if form.attests)


@dataclass(frozen=True, slots=True)
class PaperYear:
    """A judgement year as it is asked for: its first year, whether the decision at hand is of it,
    and the words that the clerk reads and signs."""

    year: int
    decided: bool
    words: str


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper that was issued here: its number, whether it still counts, and what it showed."""

    number: str
    valid: bool
    decision_id: str
    expires_on: date
    copay_ratio: str
    copay_from: str


def years_to_ask(
    gate: Gate, session: Session, view: DecisionView, tables: Tables
) -> tuple[PaperYear, ...]:
    """The years among which the clerk must choose before the paper of ``view`` is made, the
    current one first; empty where only one is possible."""
    if view.record is None:
        return ()
    today = gate.now().date()
    subject = Subject("case", view.case_id)
    with gate.view(view.kind.function("show_certificate"), session, subject=subject) as work:
        return _asked(work, view.record, view.person_id, today, tables)


def require_year(
    work: ReadRows, record: Any, person_id: str, chosen: int, today: date, tables: Tables
) -> str:
    """Hold the decision against the year that was ``chosen`` (``NOT_ASKED`` for none), its own year
    and the papers issued before; gives the words of the year, "" where there was nothing to ask.

    Raises UserError ``cases.paper_expired``, ``cases.share_of_other_year``,
    ``cases.share_differs``, ``cases.year_not_chosen``, ``cases.other_year``.
    """
    expires = _last_day(record)
    if expires is None:
        return ""
    eras = Eras(tables["eras"])
    _require_valid(expires, today, eras)
    _require_share_of_year(record, expires, today, eras)
    _require_same_share(record, expires, _papers_of(work, person_id))
    asked = _asked(work, record, person_id, today, tables)
    if not asked:
        return ""
    ours = next(one for one in asked if one.decided)
    if chosen == NOT_ASKED:
        raise UserError(
            "cases.year_not_chosen",
            "二つの年度の証があります。どちらの証を作るかが選ばれていません。",
            "来た方に今お持ちの証を見せてもらい、どちらの年度の証かを選んでください。",
        )
    if chosen != ours.year:
        raise UserError(
            "cases.other_year",
            f"広域連合の決定は{ours.words}です。選んだ年度の証ではありません。",
            "証は作っていません。選んだ年度の証が要るときは、広域連合にその年度の決定を依頼してください。",
        )
    return ours.words


def other_years(work: ReadRows, person_id: str, record: Any) -> frozenset[str]:
    """Numbers of the valid papers of the person that are of another year than ``record``'s: a copy
    of one year's paper (再交付) takes nothing from the other year's."""
    expires = _last_day(record)
    if expires is None:
        return frozenset()
    year = judgement_year(expires)
    return frozenset(
        one.number
        for one in _papers_of(work, person_id)
        if one.valid and judgement_year(one.expires_on) != year
    )


def words_of_year(work: ReadRows, record: Any, person_id: str, today: date, tables: Tables) -> str:
    """The words of the year of an issued paper, where papers of more than one year are about."""
    asked = _asked(work, record, person_id, today, tables)
    return next((one.words for one in asked if one.decided), "")


def _asked(
    work: ReadRows, record: Any, person_id: str, today: date, tables: Tables
) -> tuple[PaperYear, ...]:
    expires = _last_day(record)
    if expires is None:
        return ()
    ours = judgement_year(expires)
    years = {ours} | {
        judgement_year(one.expires_on)
        for one in _papers_of(work, person_id)
        if one.valid and one.expires_on >= today
    }
    now = judgement_year(today)
    if _next_is_about(record, today, tables):
        years |= {now, now + 1}
    if len(years) == 1:
        return ()
    eras = Eras(tables["eras"])
    return tuple(PaperYear(year, year == ours, _words(year, now, eras)) for year in sorted(years))


def _next_is_about(record: Any, today: date, tables: Tables) -> bool:
    """Whether the next year's papers are on their way: whoever prints them, and whether or not this
    terminal knows of it."""
    union = str(record.insurer_number)[2:4]
    month = practice_of(tables, union, today).next_paper_month
    return month <= today.month < 8


def _papers_of(work: ReadRows, person_id: str) -> tuple[_Paper, ...]:
    """What was issued here to the person and is treated with, newest first."""
    if not person_id:
        return ()
    rows = work.all(
        select(certificate.c.number, certificate.c.state, decision.c.id, decision.c.record)
        .join(decision, decision.c.id == certificate.c.decision_id)
        .where(
            certificate.c.person_id == person_id,
            certificate.c.issued_at != "",
            certificate.c.form_id.not_in(_ATTESTING),
        )
        .order_by(certificate.c.issued_at.desc(), certificate.c.number.desc())
    )
    found = []
    for row in rows:
        said = json.loads(row.record)
        if said.get("expires_on", ""):
            found.append(
                _Paper(
                    row.number,
                    row.state == "issued",
                    row.id,
                    date.fromisoformat(said["expires_on"]),
                    said.get("copay_ratio", ""),
                    said.get("copay_from", ""),
                )
            )
    return tuple(found)


def _require_valid(expires: date, today: date, eras: Eras) -> None:
    if expires < today:
        raise UserError(
            "cases.paper_expired",
            f"この決定の証は、有効期限（{on_paper(expires, eras)}）が過ぎています。",
            "証は作っていません。広域連合に、今の年度の証の決定を依頼してください。",
        )


def share_is_of_year(since: date, expires: date, today: date) -> bool:
    """Whether a share in force from ``since`` can stand on a paper with this last day: not last
    year's share on next year's paper, nor next year's on this year's. Within its own year a paper
    may keep the older day of a share that did not change."""
    first = judgement_period(judgement_year(expires))[0]
    return since <= expires and (since >= first or first <= today)


def _require_share_of_year(record: Any, expires: date, today: date, eras: Eras) -> None:
    if not item_of(record, "copay_from"):
        return
    since = date.fromisoformat(record.copay_from)
    if not share_is_of_year(since, expires, today):
        raise UserError(
            "cases.share_of_other_year",
            f"決定の負担割合（{record.copay_ratio}割、{on_paper(since, eras)}から）は、有効期限"
            f"（{on_paper(expires, eras)}）の年度のものではありません。",
            "証は作っていません。広域連合に、証の年度と負担割合を確かめてもらってください。",
        )


def _require_same_share(record: Any, expires: date, papers: Sequence[_Paper]) -> None:
    """A copy changes nothing: another share from the same day, or an older one than the paper of
    that year already shows, is a mistake."""
    if not item_of(record, "reissue_reason"):
        return
    year = judgement_year(expires)
    before = next((one for one in papers if judgement_year(one.expires_on) == year), None)
    if before is None or before.decision_id == record.decision_id:
        return
    same_day = record.copay_from == before.copay_from
    if (same_day and record.copay_ratio != before.copay_ratio) or (
        record.copay_from < before.copay_from
    ):
        raise UserError(
            "cases.share_differs",
            f"再交付の決定は{record.copay_ratio}割ですが、同じ年度の証（発行番号 {before.number}）"
            f"は{before.copay_ratio}割です。",
            "証は作っていません。広域連合に、どちらの割合が正しいかを確かめてもらってください。",
        )


def _last_day(record: Any) -> date | None:
    """The last day of a paper with which one is treated; None for one that attests what was so."""
    attests = item_of(record, "paper") in _ATTESTED
    text = "" if attests else item_of(record, "expires_on")
    return date.fromisoformat(text) if text else None


def _words(year: int, now: int, eras: Eras) -> str:
    first, last = judgement_period(year)
    which = {now: "今の年度", now + 1: "次の年度"}.get(year, "別の年度")
    return f"{which}の証（{on_paper(first, eras)}から{on_paper(last, eras)}まで）"
