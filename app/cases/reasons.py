"""Reasons for which many kinds of case are refused or held: codes of ``refusal_reasons``, in the
groups in which a kind's ``refusals`` name them. The union's side declares the same sets."""

from __future__ import annotations

DATES = ("event_in_future", "event_before_birth", "dates_disorder")
"""The four dates (DOMAIN 2.1)."""

INSURED = ("unknown_person", "already_dead", "not_insured")
"""Somebody who lives and is insured here."""

RESIDENT = ("unknown_person", "already_dead", "not_resident", "already_insured")
"""Somebody who lives here and is not insured."""

NEWCOMER = (
    *DATES,
    "not_acquired",
    "atena_elsewhere",
    "number_invalid",
    "number_elsewhere",
    "number_differs",
    "already_insured",
    "household_unknown",
    "exempt",
    "too_young",
    "income_unconfirmed",
)
"""Somebody who was not here before, wherever he lives."""

STAY = ("stay_not_registered", "stay_excluded", "stay_too_short")
"""A stay in Japan that founds no eligibility (則9条)."""
