"""What is keyed for each kind of claim beside 葬祭費, and which benefit it is answered with."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.kind_entries import ACCOUNT

PAID = {"payee": "self", "account_from": "keyed", "consent": "0", **ACCOUNT}
EXPENSE = {
    "institution": "見本治療院",
    "paid_on": "R8.11.12",
    "paid": "60,000",
}
ORDERED = {**EXPENSE, "ordered_on": "R8.11.1", "disease": "変形性膝関節症"}
YEAR = {"year": "2025"}

CLAIMED: Mapping[str, Mapping[str, str]] = {
    "claim_brace": {**PAID, **ORDERED},
    "claim_acupuncture": {**PAID, **ORDERED},
    "claim_massage": {**PAID, **ORDERED},
    "claim_abroad": {
        **PAID,
        **EXPENSE,
        "country": "ブラジル",
        "amount_abroad": "2,400 レアル",
        "left_on": "R8.11.1",
        "investigated": "1",
    },
    "claim_without_paper": {**PAID, **EXPENSE, "ground": "not_yet"},
    "claim_transport": {
        **PAID,
        **EXPENSE,
        "moved_from": "見本県見本市本町1番1号",
        "moved_to": "見本病院",
        "suitable_care": "1",
        "hard_to_move": "1",
        "urgent": "1",
    },
    "claim_high_cost": PAID,
    "claim_outpatient_year": {**PAID, **YEAR},
    "claim_combined": {
        **PAID,
        **YEAR,
        "care_certificate": "K-2026-00012",
        "care_burden": "400,000",
        "several_care": "0",
    },
    "claim_meals": {
        **PAID,
        "hospital": "見本病院",
        "stayed_until": "R8.11.14",
        "meals": "15",
        "paid": "7,650",
        "paid_on": "R8.11.15",
        "reason": "could_not_show",
    },
    "claim_copay_refund": PAID,
}

BENEFITS: Mapping[str, str] = {
    "funeral": "funeral",
    "claim_transport": "transport",
    "claim_high_cost": "high_cost",
    "claim_outpatient_year": "outpatient_year",
    "claim_combined": "combined",
    "claim_meals": "meal_difference",
    "claim_copay_refund": "copay_refund",
}
"""Any other claim is 療養費."""


def keys(values: Mapping[str, str]) -> int:
    """Keys for a claim: what is typed, one for a choice or a tick, and one to the next field. What
    stands there when it is opened costs nothing."""
    stands = {"payee": "self", "account_from": "keyed", "account_type": "1"}
    chosen = ("channel", "notifier", "identity_check", "reason", "ground", "account_from")
    ticks = ("suitable_care", "hard_to_move", "urgent", "investigated", "consent", "several_care")
    return sum(
        1 if name in (*chosen, *ticks) else len(text) + 1
        for name, text in values.items()
        if stands.get(name) != text and text != "0"
    )
