"""What applies received files, by the function each is applied under (FILE-17, FILE-24)."""

from __future__ import annotations

from app.functions.files.check_list import receive_check_list
from app.functions.files.insured import receive_insured
from app.sync.inbox import Handler

HANDLERS: dict[str, Handler] = {
    "files.receive_insured": receive_insured,
    "files.receive_check_list": receive_check_list,
}
"""Handed to the engine by the composition root, together with those of other areas."""
