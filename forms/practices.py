"""How one union prints its papers: stock, colour, seal (table ``paper_practices``, DOMAIN 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.tables import Row, Tables
from app.rules.calendar.days import judgement_period, judgement_year
from forms.certificates.seal import Seal, SealCharacters, SealOmitted
from forms.decided import DecidedCoverage, mailing
from forms.drawing import Carrier

EVERY_UNION = "00"
"""The row that holds where a union has none of its own."""


@dataclass(frozen=True, slots=True)
class PaperPractice:
    """``stock`` is the code of a counted paper, "" for plain paper; ``stock_words`` what the
    issue slip says of it; ``carrier`` the sheet on which the card lies, None for the bare card."""

    stock: str
    stock_words: str
    seal: Seal
    carrier: Carrier | None = None


A4 = (210.0, 297.0)
"""The sheet of every carrier."""

PLAIN = PaperPractice("", "無地の用紙（数えません）", SealOmitted())


def practice_of_paper(
    tables: Tables, insurer_number: str, form_id: str, day: date
) -> PaperPractice:
    """The practice of the union whose insurer number (39 + prefecture + …) this is, on a day."""
    table = tables["paper_practices"]
    for union in (insurer_number[2:4], EVERY_UNION):
        row = table.find(day, union=union, form=form_id)
        if row is not None:
            columns = row.texts("columns")
            wording = row.text_or_none("wording") or "（公印省略）"
            characters = row.text("seal") == "characters" and columns
            return PaperPractice(
                row.text_or_none("stock") or "",
                f"{row.text_or_none('year') or ''}用（{row.text_or_none('colour') or '白'}）",
                SealCharacters(tuple(columns)) if characters else SealOmitted(wording),
                _carrier(row),
            )
    return PLAIN


def carrier_of(tables: Tables, data: Any, form_id: str, day: date) -> Carrier | None:
    """The carrier of a paper with these data, by the union's practice; ``day`` for data that do not
    say for which day they were filled."""
    on = date.fromisoformat(data.practice_on) if data.practice_on else day
    return practice_of_paper(tables, data.insurer_number, form_id, on).carrier


def carried_mailing(decision: DecidedCoverage, form_id: str, tables: Tables) -> dict[str, Any]:
    """The address that stands beside a card on its carrier; empty for a bare card."""
    day = practice_day(date.fromisoformat(decision.issue_on), decision.expires_on)
    carrier = practice_of_paper(tables, decision.insurer_number, form_id, day).carrier
    sent = mailing(decision) if carrier is not None else {}
    return {"practice_on": day.isoformat(), **sent}


def practice_day(issued: date, expires_on: str) -> date:
    """The day whose stock a paper is printed on: that of its issue, for next year's paper that is
    printed before its year begins the first day of that year (DOMAIN 5.2, 5.3)."""
    if not expires_on:
        return issued
    first, _ = judgement_period(judgement_year(date.fromisoformat(expires_on)))
    return max(issued, first)


def _carrier(row: Row) -> Carrier | None:
    if row.values.get("carrier", "none") == "none":  # a union's own table may be an older one
        return None
    kind = row.text("carrier")
    left, top = float(row.number("card_left_mm")), float(row.number("card_top_mm"))
    folds = tuple(float(one) for one in row.numbers("folds_mm"))
    return Carrier(kind, *A4, left, top, folds)
