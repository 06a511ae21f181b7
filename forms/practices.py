"""How one union prints its papers: stock, colour, seal (table ``paper_practices``, DOMAIN 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Tables
from forms.certificates.seal import Seal, SealCharacters, SealOmitted

EVERY_UNION = "00"
"""The row that holds where a union has none of its own."""


@dataclass(frozen=True, slots=True)
class PaperPractice:
    """``stock`` is the code of a counted paper, "" for plain paper; ``stock_words`` what the
    issue slip says of it."""

    stock: str
    stock_words: str
    seal: Seal


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
            )
    return PLAIN
