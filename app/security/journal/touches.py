"""Touches in the order in which they were made: keys that count on, and acts that waited.

A touch stands in the line of its act. That of an act that is put off stands in the line that puts
it off, and once more in the act's own line, when its second person has signed (SEC-40).
"""

from __future__ import annotations

import cbor2

from app.security.acts.approval import Evidence

_COUNTER_AT = slice(33, 37)


def put_off_payload(evidence: Evidence) -> bytes:
    """What the line of an act that is put off holds: the operator's approval over it."""
    return cbor2.dumps(
        [
            evidence.signed,
            evidence.credential_id,
            evidence.authenticator_data,
            evidence.client_data,
            evidence.signature,
        ],
        canonical=True,
    )


def read_put_off(payload: bytes) -> Evidence:
    """The approval in such a line. Raises ``ValueError``."""
    try:
        evidence = Evidence(*cbor2.loads(payload))
    except (TypeError, cbor2.CBORDecodeError) as cause:
        raise ValueError("not an approval") from cause
    if not all(isinstance(getattr(evidence, name), bytes) for name in evidence.__slots__):
        raise ValueError("not an approval")
    return evidence


class Touches:
    """The touches of a journal, taken in the order of its lines."""

    def __init__(self) -> None:
        self._counters: dict[bytes, int] = {}
        self._put_off: dict[bytes, Evidence] = {}

    def put_off(self, evidence: Evidence) -> None:
        """The act that this touch is over waits from here on."""
        self._put_off[evidence.signed] = evidence

    def waited(self, evidence: Evidence) -> bool:
        """Whether this very touch stands in an earlier line that put its act off."""
        return self._put_off.get(evidence.signed) == evidence

    def counts_on(self, evidence: Evidence) -> bool:
        """Take a touch: whether its key's counter rose since the touch before, or there is none
        (0). One that waited was taken where it was put off."""
        if self.waited(evidence):
            return True
        seen = int.from_bytes(evidence.authenticator_data[_COUNTER_AT], "big")
        last = self._counters.get(evidence.credential_id, 0)
        self._counters[evidence.credential_id] = max(last, seen)
        return seen > last or seen == last == 0
