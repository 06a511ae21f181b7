"""What an area can show an auditor of a period (監査資料, SEC-165): rows without insured persons.

An area declares it in its ``Area`` (``evidence``), beside what waits in it. The packet
(``app.functions.records.audit``) collects all; nothing else is listed anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.security.spec import Catalog

Row = tuple[str, str, str, str]
"""対象, 内容, いつ (ISO day or moment, "" for none), 数: nothing of an insured person."""
Span = tuple[date, date]
"""Days from and to, inclusive."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One section of the packet. ``rows`` gets the view's unit of work, the period and the
    catalogue. ``key`` names its files (small letters), ``reads`` as in
    ``Function``."""

    key: str
    title: str
    reads: tuple[str, ...]
    rows: Callable[[Any, Span, Catalog], Iterable[Row]]


def within(moment: str, days: Span) -> bool:
    """Whether an ISO day or moment lies in the period."""
    return bool(moment) and days[0].isoformat() <= moment[:10] <= days[1].isoformat()
