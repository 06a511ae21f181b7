"""FILE-18 被保険者証発行用情報 of many at once: the paper that each insured person gets (DOMAIN
5.1, 5.4), from what the union knows, with the marks that the last paper bore."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.peers.union.database import among
from app.peers.union.facts import ASKED_FOR_CERTIFICATE, DISABILITY, DISEASE
from app.peers.union.office.decided import last_papers
from app.peers.union.office.persons import PersonRow
from app.peers.union.system import System
from app.peers.union.tables import card_use, fact, number
from app.rules.calendar.days import day_of_75
from app.rules.copay.judgement import LimitClass
from app.rules.eligibility.papers import (
    CardUse,
    Holder,
    PaperDecision,
    certificate_rule,
    limit_mark_matters,
    which_paper,
)
from app.wire.records import CardRecord

_FACTS = (ASKED_FOR_CERTIFICATE, DISABILITY, DISEASE)


@dataclass(frozen=True, slots=True)
class Held:
    """Whose paper it is: the coverage by which she is insured, and the share that it is to show."""

    person: PersonRow
    coverage: Row[Any]
    share: Any


def yearly_issue(union: str, municipality: str, year: int, insured_number: str) -> str:
    """The 発行番号 of the paper that the yearly run of a judgement year made for somebody."""
    return f"{union}-share-{municipality}-{year}-{insured_number}"


class ExpiredProofError(Exception):
    """The proof by which somebody under 75 is insured holds no more on the day of the paper."""


class Papers:
    """Papers of a block of persons, to hold from ``day``: everything about them is read at once."""

    def __init__(
        self, system: System, connection: Connection, ids: Collection[int], day: date
    ) -> None:
        self._system = system
        self._day = day
        self._holds_from = max(day, system.today())
        self._books = system.shelf.on(self._holds_from)
        self._rule = certificate_rule(self._books.tables, self._holds_from)
        self._uses = _uses(connection, ids)
        self._last = last_papers(connection, ids)
        self._facts = _facts(connection, ids, day.isoformat())
        self._places: dict[str, dict[str, str]] = {}

    def record(self, held: Held, issue_id: str, cause: str) -> CardRecord:
        """The record of one person. Raises ExpiredProofError."""
        row, share = held.person, held.share
        paper = self._paper(held)
        return CardRecord(
            issue_id=issue_id,
            **{name: getattr(row, name) for name in _OF_PERSON},
            **self._place(row.municipality_code),
            insured_number=held.coverage.insured_number,
            paper=paper.paper.value,
            cause=cause,
            acquired_on=held.coverage.acquired_on,
            copay_ratio=str(share.copay_ratio),
            copay_from=share.copay_from,
            limit_class=share.limit_class,
            limit_from=share.limit_from,
            issue_on=self._holds_from.isoformat(),
            expires_on=paper.expires_on.isoformat(),
            delivery="post",
            support_measure="1" if row.support_from else "0",
            **self._marks(row.id, LimitClass(share.limit_class)),
        )

    def _paper(self, held: Held) -> PaperDecision:
        row = held.person
        birth = date.fromisoformat(row.birth_sort)
        known = self._facts.get(row.id, {})
        applied = known.get(ASKED_FOR_CERTIFICATE)
        until = known.get(DISABILITY, {}).get("proof_until", "")
        limit = date.fromisoformat(until) if until and self._day < day_of_75(birth) else None
        if limit is not None and limit < self._holds_from:
            raise ExpiredProofError
        last = self._last.get(row.id)
        use = self._uses.get(row.id)
        return which_paper(
            Holder(
                birth=birth,
                acquired_on=date.fromisoformat(held.coverage.acquired_on),
                use=use or CardUse(last is not None and last.paper == "eligibility_notice"),
                applied=applied is not None,
                needs_care=applied is not None and applied.get("ground") != "wish",
                support_measure=bool(row.support_from),
            ),
            self._holds_from,
            self._rule,
            self._books.practice,
            limits=(limit,),
        )

    def _marks(self, person_id: int, limit_class: LimitClass) -> dict[str, str]:
        """任意記載事項: shown again where they were shown, as far as the new class has them."""
        last = self._last.get(person_id)
        known = self._facts.get(person_id, {})
        printed = limit_mark_matters(limit_class) and getattr(last, "limit_printed", "") == "1"
        long_stay = getattr(last, "long_stay_on", "") if limit_class is LimitClass.LOW2 else ""
        disease = known.get(DISEASE, {})
        return {
            "limit_printed": "1" if printed else "0",
            "long_stay_on": long_stay,
            "disease_kind": disease.get("disease_kind") or getattr(last, "disease_kind", ""),
            "disease_from": disease.get("since") or getattr(last, "disease_from", ""),
        }

    def _place(self, municipality: str) -> dict[str, str]:
        if municipality not in self._places:
            row = self._books.tables["municipalities"].at(self._holds_from, code=municipality)
            self._places[municipality] = {
                "insurer_number": row.text("insurer_number"),
                "insurer_name": self._system.setup.name,
            }
        return self._places[municipality]


_OF_PERSON = (
    "municipality_code",
    "atena_number",
    "name",
    "kana",
    "birth_written",
    "birth_sort",
    "sex",
    "postal_code",
    "address",
    "building",
)


def _uses(connection: Connection, ids: Collection[int]) -> dict[int, CardUse]:
    """What the 中間サーバー answered of these persons' cards."""
    rows = connection.execute(
        select(number.c.person_id, card_use)
        .join(card_use, card_use.c.my_number == number.c.my_number)
        .where(among(number.c.person_id, ids))
    )
    return {
        row.person_id: CardUse(bool(row.registered), row.visits_year, row.visits_quarter)
        for row in rows
    }


def _facts(
    connection: Connection, ids: Collection[int], day: str
) -> Mapping[int, dict[str, dict[str, str]]]:
    """What holds on ``day`` of these persons beside coverage and share, by kind of fact."""
    found: dict[int, dict[str, dict[str, str]]] = {}
    rows = connection.execute(
        select(fact.c.person_id, fact.c.kind, fact.c.value, fact.c.true_from).where(
            among(fact.c.person_id, ids),
            fact.c.kind.in_(_FACTS),
            fact.c.known_until == "",
            fact.c.value != "",
            fact.c.true_from <= day,
            (fact.c.true_until == "") | (fact.c.true_until > day),
        )
    )
    for row in rows:
        value = {**json.loads(row.value), "since": row.true_from}
        found.setdefault(row.person_id, {})[row.kind] = value
    return found


def held_of(row: PersonRow, coverages: Sequence[Row[Any]], share: Any, day: str) -> Held:
    """The person with the coverage that holds on ``day``."""
    current = next(
        one for one in reversed(coverages)
        if one.acquired_on <= day and (not one.lost_on or day < one.lost_on)
    )  # fmt: skip
    return Held(row, current, share)
