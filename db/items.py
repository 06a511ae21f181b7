"""Which items of an entry or a decision are hidden of a restricted person (支援措置)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

HIDDEN = "（取扱注意）"
"""What stands in place of a private item that was keyed or decided."""

HIDDEN_DETAIL = "取扱注意の方です。責任者に引き継いでください。"
"""What stands in place of an explanation."""

_ENDINGS = ("address", "building", "postal_code", "phone", "household_number")
"""Items that end so say where somebody lives or is reached, whatever stands before."""

_PRIVATE = frozenset(
    (
        # municipalities from which, to which and by which: where the person was or goes
        *("former_municipality_code", "from_municipality_code", "to_municipality_code"),
        *("country", "facility_code", "facility_name", "hospital", "physician", "accident_place"),
        *("welfare_office", "insurer", "insurer_name", "insurer_number", "former_insurer"),
        *("former_insurance", "next_insurance", "letter_number", "shown_to", "decided_by"),
        # others by name
        *("addressee", "in_care", "agent_name", "heir_name", "heir_kana", "mourner_name"),
        *("payer_name", "payee_name", "payee_kana", "injured_by", "holder_kana"),
        *("claimant_name", "claimant_kana"),
        # where the person was treated, for what, and how she came there
        *("institution", "disease", "moved_from", "moved_to"),
        *("other_insurer", "other_certificate", "care_certificate"),
        *("paid_by_name", "paid_by_kana", "members"),
        # where the money goes tells where the person banks
        *("bank_code", "branch_code", "account_number"),
        # explanations
        *("ground", "grounds", "grounds_clerk", "grounds_aloud", "reason_text", "burden_grounds"),
        *("found_by", "answers", "wanted", "heard_postal", "called_back", "answer_reason"),
        # what another body answered, and which
        *("content", "provider", "asked_municipality", "asked_insurer"),
    )
)
_OF_CHOICES = frozenset(("ground",))
"""Items that are free text in one kind of case and a code in another: a code tells nothing."""


def is_private(name: str) -> bool:
    """Whether an item of an entry or a decision is hidden of a restricted person."""
    return name in _PRIVATE or name.endswith(_ENDINGS)


def hidden(values: Mapping[str, Any]) -> dict[str, Any]:
    """The items of an entry or a decision as they are shown of a restricted person."""
    return {name: _hidden(name, value) for name, value in values.items()}


def kept(values: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """What is to be stored of ``values`` that come back from a screen: an item that was shown
    hidden and was not typed anew is the stored one."""
    return {
        name: stored.get(name, "") if value == HIDDEN else value for name, value in values.items()
    }


def _hidden(name: str, value: Any) -> Any:
    if not value or not is_private(name):
        return value
    if name in _OF_CHOICES and isinstance(value, str) and value.isascii():
        return value
    return HIDDEN


def hidden_text(text: str | None) -> str:
    """``hidden`` of canonical JSON, as the views call it; what is no JSON object is all hidden."""
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return "{}"
    return as_shown(text or "{}", values, hidden(values)) if isinstance(values, dict) else "{}"


def as_shown(text: str, values: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """The text of ``shown``; where nothing of ``values`` is hidden, ``text`` as it is, to the byte:
    what was signed or has a digest is still the same."""
    return text if shown == values else json.dumps(shown, ensure_ascii=False)
