"""What each kind of case changes in the union's books, as a hand-written table with its sources,
and that a kind which changed nothing, or from another day, would be seen.

A row is told to the real decisions in a transaction of which nothing stays; then it is told again
to the same kind broken on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.peers.union.office import history
from app.peers.union.office.case import Case, OfficeKind, nothing_more
from app.peers.union.office.kinds import KINDS
from app.peers.union.office.persons import find_person
from app.training.people import MUNICIPALITY_CODE, atena_of
from app.wire.bodies.inquiring import PROCEDURES
from tests.functional.union_rules.test_daily_files import undone
from tests.functional.union_rules.test_sequences_of_events import HEAD, Books, Event, known
from tests.functional.union_rules.test_sequences_of_events import system as system
from tests.support.claim_entries import CLAIMED

TOLD = 5
"""The day of the books on which the rows are told: 2026-11-25."""
_DAYS = ("event_on", "notified_on", "accepted_on", "processed_on")


@dataclass(frozen=True)
class Row:
    """A kind whose event was 2026-11-20: which fact says what, from which day on and not on the
    day before. ``after`` is what must have happened on 2026-11-18, told on the 22nd."""

    code: str
    fact: tuple[str, str]
    says: Mapping[str, str]
    since: str
    after: str = ""


ROWS = (
    # 高確法53条1項, DOMAIN 2.4: the day after leaving
    Row("move_out", ("eligibility", ""), {"loss_reason": "LOS_OUT"}, "2026-11-21"),
    Row("move_out_abroad", ("eligibility", ""), {"loss_reason": "LOS_ABROAD"}, "2026-11-21"),
    # 高確法53条2項: the day itself
    Row("welfare_start", ("eligibility", ""), {"loss_reason": "LOS_WELF"}, "2026-11-20"),
    # 高確法53条1項・51条2号: the day after
    Row("exemption", ("eligibility", ""), {"loss_reason": "LOS_EXEMPT"}, "2026-11-21"),
    Row("ex_officio_loss", ("eligibility", ""), {"loss_reason": "LOS_EXOFF"}, "2026-11-21"),
    # DOMAIN 2.4: 職権消除 by the base event; the person is taken off the register that day
    Row("whereabouts", ("state", ""), {"state": "9"}, "2026-11-20"),
    # 高確法53条1項: the day after the death; dead from the day itself
    Row("death", ("eligibility", ""), {"loss_reason": "LOS_DEATH"}, "2026-11-21"),
    Row("death", ("state", ""), {"state": "3"}, "2026-11-20"),
    # 高確法51条1号・52条, DOMAIN 2.3: the day of 廃止, the day on which the exemption is over
    Row(
        "welfare_end",
        ("eligibility", ""),
        {"acquisition_reason": "ACQ_WELF_END"},
        "2026-11-20",
        "welfare_start",
    ),
    Row(
        "exemption_end",
        ("eligibility", ""),
        {"acquisition_reason": "ACQ_EXEMPT_END"},
        "2026-11-20",
        "exemption",
    ),
    # DOMAIN 5.5: the day of the change
    Row("name_change", ("name", ""), {"name": "見本　花子"}, "2026-11-20"),
    Row("alias_change", ("alias", ""), {"alias": "見本　花"}, "2026-11-20"),
    Row("former_name", ("former_name", ""), {"former_name": "旧見本"}, "2026-11-20"),
    Row("contact", ("phone", ""), {"phone": "0250002222"}, "2026-11-20"),
    Row("move_within", ("address", ""), {"address": "見本県見本市港町9番9号"}, "2026-11-20"),
    Row("delivery_address", ("delivery", "certificates"), {"in_care": "例示"}, "2026-11-20"),
    Row("account", ("account", ""), {"account_number": "0123456"}, "2026-11-20"),
    Row("tax_agent", ("tax_agent", ""), {"agent_name": "見本　一郎"}, "2026-11-20"),
    Row("heir", ("heir", ""), {"heir_name": "見本　一郎"}, "2026-11-20", "death"),
    Row(
        "household_change", ("household", ""), {"household_number": "000000000001234"}, "2026-11-20"
    ),
    Row(
        "former_dependant", ("former_dependant", ""), {"insurer": "見本健康保険組合"}, "2026-11-20"
    ),
    Row("nondisclosure", ("nondisclosure", ""), {"ground": "本人の申出"}, "2026-11-20"),
    Row("special_treatment", ("special_treatment", ""), {"ground": "arrears"}, "2026-11-20"),
    Row("copay_exemption", ("copay_exemption", ""), {"cause": "disaster"}, "2026-11-20"),
    # DOMAIN 2.5, 3.10: 特定疾病 from the first of the month of the application
    Row("disease", ("disease", ""), {"disease_kind": "1"}, "2026-11-01"),
)


CHANGES_NOBODY = frozenset(
    (
        *("burden_paper", "coverage_paper", "dependant_paper", "disability_paper"),
        *("disease_paper", "move_out_papers", "reissue", "card_cancel", "funeral"),
        *("paper_back", "paper_back_dead", "paper_found", "paper_lost"),
        *("debit_cancel", "direct_debit", "direct_debit_payer", "levy_deferral"),
        *("levy_reduction", "ordinary_collection", "other_desk", "payment_proof", "pledge"),
        *("refund_claim", "slip_again", "third_party"),
        *("identity_inquiry", "income_asked", "income_inquiry"),
    )
)
"""A paper, a payment, an answer, or something handed on, of which it is noted that it was."""

DECIDED_LATER = frozenset((*PROCEDURES, *CLAIMED))
"""What waits for another body or for receipts: test_story_inquiry.py, test_claims.py."""

IN_EVERY_KIND = frozenset(
    (
        *("move_in", "move_in_abroad", "move_in_within", "foreigner", "special_address"),
        *("unregistered", "unregistered_end", "longer_stay", "ex_officio", "income_reply"),
        "income_by_hand",
        *("disability", "disability_change", "disability_renewal", "disability_end"),
        *("disability_withdrawal", "special_address_end", "acquisition_cancelled"),
        *("special_address_begin", "special_address_change"),
        *("loss_cancelled", "birth_correction", "number_change", "head_change", "protection"),
        *("limit_mark", "limit_mark_end", "long_stay", "standard_income"),
        *("certificate_application", "special_treatment_end"),
    )
)
"""Of somebody who is not here before, who is younger or who has other income than this household:
their days and facts stand in the rows of ``every_kind``."""


def told(books: Books, row: Row) -> str:
    """The row's event, after what must have happened before it."""
    if row.after:
        assert books.tell(Event(row.after, HEAD, 4), 2) == "accepted"
    return books.tell(Event(row.code, HEAD, 5), TOLD)


def holds(books: Books, row: Row) -> bool:
    """Whether the books say what the row says, from its day on and not before."""
    her = find_person(books.connection, MUNICIPALITY_CODE, atena_of(HEAD))
    assert her is not None
    since, today = date.fromisoformat(row.since), books.system.today()

    def says(day: date) -> bool:
        value = history.as_of(books.connection, her.id, day, today).get(row.fact, {})
        return all(value.get(name) == text for name, text in row.says.items())

    return says(since) and not says(since - timedelta(days=1))


def silent(kind: OfficeKind) -> OfficeKind:
    """The kind answers as before, and changes nothing."""

    def decide(office: Any, case: Case, checked: Any, person_id: int) -> Any:
        nested = office.connection.begin_nested()
        answer = kind.decide(office, case, checked, person_id)
        nested.rollback()
        return answer

    return replace(kind, decide=decide, effect=nothing_more)


def early(kind: OfficeKind) -> OfficeKind:
    """The kind takes every day forty days too early."""

    def moved(case: Case) -> Case:
        days = {
            name: (date.fromisoformat(getattr(case.record, name)) - timedelta(days=40)).isoformat()
            for name in _DAYS
        }
        return replace(case, record=replace(case.record, **days))

    return replace(
        kind,
        check=lambda office, case: kind.check(office, moved(case)),
        decide=lambda office, case, *rest: kind.decide(office, moved(case), *rest),
        effect=lambda office, case, answer: kind.effect(office, moved(case), answer),
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}-{row.fact[0]}")
def test_what_a_kind_changes_is_seen_and_so_is_a_kind_that_is_changed(
    system: Any, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    with undone(system) as connection:
        books = Books(system, connection)
        assert told(books, row) == "accepted" and holds(books, row)
    # forty days before, what must have happened before it had not
    broken = (silent,) if row.after else (silent, early)
    for breaks in broken:
        with monkeypatch.context() as patch, undone(system) as connection:
            patch.setitem(KINDS, row.code, breaks(KINDS[row.code]))
            books = Books(system, connection)
            assert told(books, row) == "accepted"
            assert not holds(books, row), f"{breaks.__name__} is not seen"


def test_every_kind_has_its_row_or_says_where_its_effect_is_shown() -> None:
    rows = {row.code for row in ROWS}
    elsewhere = CHANGES_NOBODY | DECIDED_LATER | IN_EVERY_KIND
    assert rows | elsewhere == KINDS.keys()
    assert not rows & elsewhere


@pytest.mark.parametrize("code", ["paper_lost", "burden_paper", "identity_inquiry"])
def test_what_changes_nobody_leaves_the_books_as_they_were(system: Any, code: str) -> None:
    with undone(system) as connection:
        books = Books(system, connection)
        before = known(books, date(2026, 11, 25))
        assert books.tell(Event(code, HEAD, 5), TOLD) == "accepted"
        assert known(books, date(2026, 11, 25)) == before
