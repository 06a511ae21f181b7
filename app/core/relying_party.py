"""Under which name a security key knows this installation (WebAuthn relying party)."""

from __future__ import annotations

TRAINING_RP_ID = "training.madoguchi.internal"
"""The relying party of every training store (研修); no production credential has it."""

SOFTWARE_KEY_AAGUID = "6d61646f-6775-6368-692d-6b656e736875"
"""Model number of our own software security key; a production store refuses it."""


def production_rp_id(municipality_code: str) -> str:
    """The relying party of one municipality (団体コード, six digits)."""
    if not (municipality_code.isascii() and municipality_code.isdigit()):
        raise ValueError("a municipality code holds digits only")
    return f"m{municipality_code}.madoguchi.internal"


def origin_of(rp_id: str) -> str:
    """The only origin that client data for ``rp_id`` may carry."""
    return f"https://{rp_id}"
