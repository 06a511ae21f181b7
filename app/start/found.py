"""What a declaration names as ``"module:name"``, found when it is needed."""

from __future__ import annotations

import importlib
from typing import Any


def found_at(place: str) -> Any:
    """What a registry names as "module:name"; imported when it is needed."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
