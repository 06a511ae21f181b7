"""Which function applies which received file: handed to the exchange engine by ``compose``."""

from __future__ import annotations

from app.core.tables import Tables
from app.functions.eligibility.decisions import receiver
from app.functions.files.service import HANDLERS
from app.sync.inbox import Handler


def handlers(tables: Tables) -> dict[str, Handler]:
    """Every apply handler by its function's id; the engine refuses to start if one is missing."""
    return {**HANDLERS, "eligibility.receive_decision": receiver(tables)}
