"""How far a terminal had come (端末の状態): what an old copy put back cannot pretend.

It stands in the OS keyring, the slot file and the journal. Each of the three is written after
what it mirrors, so a mirror may be behind, never ahead: whatever is behind its own mirror was put
back (``behind``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace

import cbor2

from app.core.errors import EnvironmentFault
from app.wire.heads import NO_HASH, START, Head

STATE_EVENT = "terminal.state"
"""The journal's lines that hold the state."""
_FORMAT = 2
_FIRST = 1
"""Of the first format are states without ``measures`` and ``counters``, whose last number counted
rights and rows of the control log together."""


@dataclass(frozen=True, slots=True)
class TerminalState:
    """``sequence`` counts the writings; ``genesis`` is the chain's hash at the journal's first
    line (empty: none was written yet); ``revision`` is the slot file's, ``generation`` the data
    key's; ``number`` and ``hash`` are the journal's head, ``heads`` the heads that the union
    countersigned; ``last_act`` is the journal line of the store's newest act, ``decisions`` how
    many the store ever had, ``control`` how many rows of the control log, ``measures`` how many
    support measures; ``counters`` is the sum of what the keys' counters stand at. None of these
    ever falls."""

    sequence: int = 0
    genesis: bytes = b""
    revision: int = 0
    generation: int = 0
    number: int = 0
    hash: bytes = NO_HASH
    heads: int = 0
    last_act: int = 0
    decisions: int = 0
    control: int = 0
    measures: int = 0
    counters: int = 0

    @property
    def head(self) -> Head:
        """The journal's place."""
        return Head(self.number, self.hash)

    def to_bytes(self) -> bytes:
        """Deterministic CBOR, the same in all three places."""
        return cbor2.dumps([_FORMAT, *astuple(self)], canonical=True)


NOTHING_YET = TerminalState()
"""What the keyring holds from the first start on: with it a missing entry was taken away."""


def read_state(content: bytes) -> TerminalState:
    """Read what ``to_bytes`` wrote. Raises ``ValueError``."""
    try:
        version, *values = cbor2.loads(content)
    except (TypeError, ValueError, cbor2.CBORDecodeError) as cause:
        raise ValueError("not a terminal's state") from cause
    if version == _FIRST and len(values) == len(astuple(NOTHING_YET)) - 2:
        version, values = _FORMAT, [*values[:-1], 0, 0, 0]
    kinds = [type(value) for value in astuple(NOTHING_YET)]
    if version != _FORMAT or [type(value) for value in values] != kinds:
        raise ValueError("a terminal's state of another form")
    return TerminalState(
        **dict(zip([one.name for one in fields(TerminalState)], values, strict=True))
    )


def behind(mirror: TerminalState, present: TerminalState, has_head: Callable[[Head], bool]) -> str:
    """What is older than its mirror: ``journal``, ``slots``, ``store``, or nothing.

    ``has_head`` says whether the journal holds a place, or dropped it with an old month.
    """
    if mirror.genesis not in (b"", present.genesis) or mirror.heads > present.heads:
        return "journal"
    if mirror.head != START and not has_head(mirror.head):
        return "journal"
    if mirror.revision > present.revision or mirror.generation > present.generation:
        return "slots"
    counts = (
        (mirror.last_act, present.last_act),
        (mirror.decisions, present.decisions),
        (mirror.control, present.control),
        (mirror.measures, present.measures),
        (mirror.counters, present.counters),
    )
    return "store" if any(then > now for then, now in counts) else ""


def next_state(present: TerminalState, *mirrors: TerminalState | None) -> TerminalState:
    """The present state as the writing that follows all of these."""
    last = max((one.sequence for one in mirrors if one is not None), default=0)
    return replace(present, sequence=last + 1)


_WHAT = {
    "journal": "操作記録が",
    "store": "保存データが",
    "slots": "鍵ファイルが",
}


def rolled_back(what: str) -> EnvironmentFault:
    """The fault for a part that is older than its mirror; ``mirror``: the mirror itself is gone."""
    said = (
        "この端末の状態の控えが、OSのキーリングから取り除かれています。"
        if what == "mirror"
        else f"{_WHAT[what]}、この端末を最後に使ったときより古い状態です。"
        "古い複製に置き換えられたおそれがあります。"
    )
    return EnvironmentFault(
        f"rollback.{what}",
        said,
        "業務を始めず、端末をそのままにして、システム管理者に連絡してください。"
        "続けて使うには、復旧鍵（3枚のうち2枚）による復旧の手順が必要です。",
    )
