"""What the union delivers for the municipal system (FILE-18, 19, 20, 22, 23): it passes through.

The records are proved by their layout and counted; none of them rests here in clear. The sealed
copy stays, and 移出 opens it to carry the whole file on (CON-04, SEC-54).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.sync.inbox import Applied
from app.sync.work import EngineWork
from app.wire.files import FileSpec


def receive_delivered(work: EngineWork, spec: FileSpec, records: Iterable[Any]) -> Applied:
    """Apply a file that passes through (the function ``files.receive_delivered``)."""
    count = sum(1 for _ in records)
    return Applied(count, 0) if spec.moved_out else Applied(0, count)
