"""The paper of a batch from its record of FILE-18, as forms know a decision (CON-07)."""

from __future__ import annotations

import json
from datetime import date

from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.practice import practice_of
from app.wire.records import CardRecord
from forms.catalog import find_decided_form
from forms.form import Form
from forms.items import FormData


def card_of(record: str) -> CardRecord:
    """The record of a batch's row."""
    return CardRecord(**json.loads(record))


def form_of(paper: str, issue_on: str) -> Form:
    """The form in which a paper of ``issued_papers`` is printed. Raises UserError
    ``printing.batch_paper`` for one that is not printed any more."""
    form = find_decided_form(paper, date.fromisoformat(issue_on))
    if form is None:
        raise UserError(
            "printing.batch_paper",
            f"ファイルに、今は印刷しない種類の証（{paper}）があります。",
            "広域連合に、書類の種類を確かめてもらってください。",
        )
    return form


def paper_data(record: str, number: str, tables: Tables) -> FormData:
    """What is printed of a row under its number."""
    card = card_of(record)
    form = form_of(card.paper, card.issue_on)
    data: FormData = form.fill(_Decided(card, tables), number, tables)
    return data


class _Decided:
    """A record of FILE-18 under the names by which forms know a decision."""

    def __init__(self, card: CardRecord, tables: Tables) -> None:
        self._card = card
        union, day = card.insurer_number[2:4], date.fromisoformat(card.issue_on)
        self._address_printed = practice_of(tables, union, day).address_printed

    def __getattr__(self, name: str) -> str:
        own = {"decision_id": "issue_id"}
        if name in ("person_kind", "provisional", "special_care_from"):
            return ""
        if name == "address_printed":
            return "1" if self._address_printed else "0"
        return str(getattr(self._card, own.get(name, name)))
