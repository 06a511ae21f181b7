"""Who is logged in on this terminal (セッション). Keys and freshness stay in here."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.security.refusals import refusal

RECENT_SECONDS = 15 * 60
"""How long user verification (PIN, fingerprint) counts as recent."""


LOG_OFF = "session.logoff"
"""The journal's line of a session's end."""


@dataclass(frozen=True, slots=True)
class Session:
    """The handle that screens pass on; it opens nothing by itself."""

    id: str
    staff_id: str
    staff_name: str


@dataclass(slots=True)
class LiveSession:
    """What the gate knows of a session. ``verified_at`` and ``used_at`` are monotonic
    seconds; ``only`` limits the session to these functions (None: no limit), and ``limit`` is
    the code of the refusal that everything else gets."""

    session: Session
    verified_at: float
    used_at: float
    only: frozenset[str] | None = None
    number_key: bytes | None = field(default=None, repr=False)
    locked_at: float | None = None
    limit: str = "session.limited"
    challenge: bytes = field(default=b"", repr=False)

    def is_recent(self, now: float) -> bool:
        """Whether user verification lies at most 15 minutes back."""
        return now - self.verified_at <= RECENT_SECONDS


class LiveSessions:
    """The sessions of this process: one person at a time has one."""

    def __init__(self) -> None:
        self._live: dict[str, LiveSession] = {}
        self._causes: dict[str, str] = {}

    def enter(self, live: LiveSession) -> None:
        """Take a session in. Raises ``Refusal`` ``session.second`` (SEC-21)."""
        if any(one.session.staff_id == live.session.staff_id for one in self._live.values()):
            raise refusal("session.second")
        self._live[live.session.id] = live

    def get(self, session: Session) -> LiveSession:
        """The live session of this handle, locked or not. Raises ``session.none``."""
        live = self._live.get(session.id)
        if live is None or live.session != session:
            raise refusal("session.none")
        return live

    def usable(self, session: Session) -> LiveSession:
        """The live session, not locked. Raises ``session.none`` or ``session.locked``."""
        live = self.get(session)
        if live.locked_at is not None:
            raise refusal("session.locked")
        return live

    def is_live(self, session: Session) -> bool:
        """Whether the session has not ended."""
        return session.id in self._live

    def leave(self, session: Session, cause: str = "") -> None:
        """Forget a session and its keys; unknown handles are no error. ``cause``: the code of what
        ended it without its person."""
        if self._live.pop(session.id, None) is not None and cause:
            self._causes[session.id] = cause

    def cause_of(self, session: Session) -> str:
        """Why a session ended without its person; "" for one that goes on or was left."""
        return self._causes.get(session.id, "")

    def all(self) -> tuple[LiveSession, ...]:
        """Every session of this process."""
        return tuple(self._live.values())
