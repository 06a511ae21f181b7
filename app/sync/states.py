"""The states of outbox and inbox items (DESIGN 6), and which step leads where."""

from __future__ import annotations

from enum import StrEnum


class Outgoing(StrEnum):
    """送信の状態. Only the engine moves ``SENDING`` and later."""

    PREPARED = "prepared"
    CONFIRMED = "confirmed"
    SENDING = "sending"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Incoming(StrEnum):
    """受信の状態."""

    ANNOUNCED = "announced"
    FETCHING = "fetching"
    VERIFIED = "verified"
    STAGED = "staged"
    APPLIED = "applied"
    QUARANTINED = "quarantined"


OPEN_OUTGOING = (Outgoing.PREPARED, Outgoing.CONFIRMED, Outgoing.SENDING, Outgoing.SENT)
"""An item in one of these is not settled: the day does not close over it (SEC-13, SEC-98)."""
