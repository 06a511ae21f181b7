"""How a person stands to the system: insured, lost (資格喪失), dead, or never insured here."""

from __future__ import annotations

INSURED, LOST, DEAD, NEVER = "insured", "lost", "dead", "never"
_DEAD_STATE = "3"


def eligibility_state_of(state: str, period: object) -> str:
    """From 住民状態 and the last period of eligibility (a row of ``insured``), None for none."""
    if state == _DEAD_STATE:
        return DEAD
    if period is None:
        return NEVER
    return LOST if getattr(period, "lost_on", "") else INSURED
