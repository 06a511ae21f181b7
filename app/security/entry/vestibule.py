"""The vestibule: what is known and remembered before the store is open (DESIGN 4).

Wrong tries are counted per id, known or not, and written as sealed lines, which only the opened
store can read. Count and head of the chain and the counters are mirrored in the OS keyring:
taking lines away, changing them or putting an old file back shows at the next start. Then nobody
gets a try for as long as the longest wait, the counters go on from the mirror, and the damage and
the number of lines lost are a line for the journal. Recovery (復旧) begins the file anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import cbor2

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, UserError
from app.core.files import write_fault, write_whole
from app.security.entry.lockout import LockoutRule, Tries
from app.security.keys.sealing import SealError, open_with, seal_to
from app.security.keys.terminal_secret import NO_LINES, Mirror, SecretShelf, TerminalSecret

UNKNOWN = "unknown"
"""Stands for every id that is not registered here; what was typed is never kept."""

_UNKNOWN_SINCE = math.inf
_TAG_BYTES = 16
_MOST_STRANGERS = 256
"""Ids that nobody has, of which a counter is kept."""
_MOST_MIRRORED = 12
"""Counters in the keyring: an entry of Windows' holds 1,280 characters."""
_MARK = b"MDGVESTB"
_MAC_BYTES = 32


class StateError(Exception):
    """The bytes are not a state that this terminal wrote. Does not leave the vestibule."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened before the store was open. ``number`` counts from genesis and
    never repeats; ``staff_id`` is a registered id, ``unknown`` or empty (the terminal
    itself); ``cause`` is an error code; ``failures`` the tries in a row so far, of the terminal's
    own lines the lines lost."""

    number: int
    at: datetime
    staff_id: str
    cause: str
    failures: int


@dataclass(frozen=True, slots=True)
class State:
    """``base`` is the chain before the first line kept; ``tries`` by the tag of the id;
    ``everybody`` is what all wait for after damage, and since then the login is ``strict``."""

    base: Mirror = NO_LINES
    lines: tuple[bytes, ...] = ()
    tries: Mapping[bytes, Tries] = field(default_factory=dict)
    strict: bool = False
    everybody: Tries | None = None

    @property
    def heads(self) -> list[Mirror]:
        """Count and head after each line, ``base`` first."""
        return list(accumulate(self.lines, _after, initial=self.base))

    @property
    def head(self) -> Mirror:
        """Count and head after the last line."""
        return self.heads[-1]


def encode(state: State, terminal: TerminalSecret) -> bytes:
    """The bytes of the file, with a MAC under the terminal secret."""
    content = cbor2.dumps(
        {
            "base": [state.base.count, state.base.head],
            "lines": list(state.lines),
            "tries": {tag: _plain(one) for tag, one in state.tries.items()},
            "strict": state.strict,
            "everybody": None if state.everybody is None else _plain(state.everybody),
        },
        canonical=True,
    )
    return _MARK + _mac(content, terminal) + content


def decode(raw: bytes, terminal: TerminalSecret) -> State:
    """Read what ``encode`` wrote with the same secret. Raises ``StateError``."""
    start = len(_MARK) + _MAC_BYTES
    mac, content = raw[len(_MARK) : start], raw[start:]
    if not raw.startswith(_MARK) or not hmac.compare_digest(mac, _mac(content, terminal)):
        raise StateError
    fields = cbor2.loads(content)
    everybody = fields.get("everybody")
    return State(
        base=Mirror(*fields["base"]),
        lines=tuple(fields["lines"]),
        tries=dict(_tries(key, one, terminal) for key, one in fields["tries"].items()),
        strict=fields["strict"],
        everybody=None if everybody is None else _tries(b"", everybody, terminal)[1],
    )


def _plain(one: Tries) -> list[float]:
    return [one.failures, one.since, one.delay.total_seconds()]


def _tries(key: str | bytes, said: list[Any], terminal: TerminalSecret) -> tuple[bytes, Tries]:
    if isinstance(key, str):  # as it was before: an id in clear, and a moment of the wall clock
        return tag_of(key, terminal), Tries(said[0], _UNKNOWN_SINCE, timedelta(0))
    return bytes(key), Tries(int(said[0]), float(said[1]), timedelta(seconds=said[2]))


def tag_of(staff_id: str, terminal: TerminalSecret) -> bytes:
    """What stands for an id in the file and in the mirror, registered or not."""
    key = terminal.key_for("vestibule ids")
    return hmac.digest(key, staff_id.encode(), "sha256")[:_TAG_BYTES]


def seal_entry(entry: Entry, store_public: str) -> bytes:
    """One line of the log; only the opened store can read it."""
    content = [entry.number, entry.at.isoformat(), entry.staff_id, entry.cause, entry.failures]
    return seal_to(store_public, cbor2.dumps(content))


def open_entry(sealed: bytes, store_private: bytes) -> Entry:
    """Read a line. Raises ``SealError``."""
    content: list[Any] = cbor2.loads(open_with(store_private, sealed))
    number, at, staff_id, cause, failures = content
    return Entry(number, datetime.fromisoformat(at), staff_id, cause, failures)


def _after(before: Mirror, line: bytes) -> Mirror:
    return Mirror(before.count + 1, hashlib.sha256(b"vestibule" + before.head + line).digest())


def _mac(content: bytes, terminal: TerminalSecret) -> bytes:
    return hmac.digest(terminal.key_for("vestibule"), _MARK + content, "sha256")


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The lines for the journal, oldest first, and how far ``settle`` may forget them."""

    entries: tuple[Entry, ...]
    through: Mirror


class Vestibule:
    """One terminal's vestibule; make it by ``enter``. Not for several threads at once;
    several processes see each other's lines."""

    def __init__(
        self,
        path: Path,
        shelf: SecretShelf,
        terminal: TerminalSecret,
        store_public: str,
        staff_ids: frozenset[str],
        rule: LockoutRule,
        clock: Clock,
    ) -> None:
        self._path = path
        self._shelf = shelf
        self._terminal = terminal
        self._store_public = store_public
        self._staff_ids = staff_ids
        self._rule = rule
        self._clock = clock
        self._state = State()
        self._mirror = NO_LINES
        self._raw: bytes | None = None

    @classmethod
    def enter(
        cls,
        path: Path,
        shelf: SecretShelf,
        terminal: TerminalSecret,
        store_public: str,
        staff_ids: frozenset[str],
        rule: LockoutRule,
        clock: Clock,
    ) -> Vestibule:
        """Read the vestibule's file and hold it against the mirror in the keyring.

        ``staff_ids`` are the persons of the slot file. A missing file is a first start only
        when the mirror says so. Raises ``EnvironmentFault`` ``keyring.*``, ``disk.*`` or
        ``vestibule.unreadable``.
        """
        one = cls(path, shelf, terminal, store_public, staff_ids, rule, clock)
        one._load(one._read())
        return one

    @property
    def strict(self) -> bool:
        """Whether there was damage: then one wrong try brings the longest wait."""
        return self._state.strict

    def wait(self, staff_id: str) -> timedelta:
        """How long this id still waits; zero if not at all."""
        self._refresh()
        waiting = (self._state.everybody, self._state.tries.get(self._tag(staff_id)))
        now = self._clock.monotonic()
        return max((one.wait(now) for one in waiting if one), default=timedelta(0))

    def admit(self, staff_id: str) -> None:
        """Let a try begin, or refuse it while the id waits: ``UserError``
        ``login.locked_out``, with its line."""
        left = self.wait(staff_id)
        if left <= timedelta(0):
            return
        own = self._state.tries.get(self._tag(staff_id))
        failures = own.failures if own else 0
        self._append(self._known(staff_id), "login.locked_out", failures, self._state)
        minutes = -(-int(left.total_seconds()) // 60) or 1
        everybody = self._state.everybody
        if everybody and everybody.wait(self._clock.monotonic()) > timedelta(0):
            raise UserError(
                "login.locked_out",
                "ログインの記録ファイルが失われたか、書き換えられています。"
                f"このため、あと約{minutes}分は誰もログインできません。",
                "システム管理者に連絡してください。待てないときは、責任者二人と復旧鍵2枚で"
                "復旧（madoguchi recover）を行うと、記録が新しく始まります。",
                field="staff_id",
            )
        raise UserError(
            "login.locked_out",
            f"ログインに続けて失敗したため、あと約{minutes}分は操作できません。",
            "時間をおいてからもう一度操作してください。"
            "心当たりがないときは、すぐに責任者に知らせてください。",
            field="staff_id",
        )

    def refuse(self, staff_id: str, cause: str) -> timedelta:
        """Count a failed try of ``staff_id`` with its error code, and write its line.

        Returns how long the id waits now. Raises ``EnvironmentFault`` ``keyring.*`` or
        ``disk.*``: then no further try may be offered, because it could not be counted.
        """
        self._refresh()
        tag = self._tag(staff_id)
        before = self._state.tries.get(tag)
        failures = (before.failures if before else 0) + 1
        delay = self._rule.longest if self._state.strict else self._rule.delay_after(failures)
        counted = Tries(failures, self._clock.monotonic(), delay)
        tries = self._without_strangers({**self._state.tries, tag: counted})
        state = dataclasses.replace(self._state, tries=tries)
        self._append(self._known(staff_id), cause, failures, state)
        return delay

    def note(self, cause: str) -> None:
        """Write a line about the terminal itself (no staff id), by its error code."""
        self._refresh()
        self._append("", cause, 0, self._state)

    def succeed(self, staff_id: str) -> None:
        """The id got in: its failures count from zero again."""
        self._refresh()
        own = self._tag(staff_id)
        tries = {tag: one for tag, one in self._state.tries.items() if tag != own}
        if tries != self._state.tries:
            self._write(dataclasses.replace(self._state, tries=tries))
            self._keep_mirror()

    def take_over(self, store_private: bytes) -> TakenOver:
        """The lines for the journal, read with the opened store's private half.

        Write them to the journal, then ``settle``. After a crash between the two they come
        again with the same ``number``. A line that does not open is left out and a line
        about it stands in the result.
        """
        self._refresh()
        entries = []
        for mirror, sealed in zip(self._state.heads[1:], self._state.lines, strict=True):
            try:
                entries.append(open_entry(sealed, store_private))
            except SealError:
                lost = Entry(mirror.count, self._clock.now(), "", "vestibule.line_unreadable", 0)
                entries.append(lost)
        return TakenOver(tuple(entries), self._state.head)

    def settle(self, taken: TakenOver) -> None:
        """The journal holds these lines durably: forget them, and be strict no longer."""
        self._refresh()
        self._catch_up()
        heads = self._state.heads
        if taken.through not in heads:
            raise ValueError("these lines are not the vestibule's")
        kept = self._state.lines[heads.index(taken.through) :]
        self._write(dataclasses.replace(self._state, base=taken.through, lines=kept, strict=False))
        if taken.entries:
            self._keep_mirror()

    def know(self, staff_ids: frozenset[str]) -> None:
        """Who is registered now: the slot file may have changed since ``enter``."""
        self._staff_ids = staff_ids

    def _known(self, staff_id: str) -> str:
        return staff_id if staff_id in self._staff_ids else UNKNOWN

    def _tag(self, staff_id: str) -> bytes:
        return tag_of(staff_id, self._terminal)

    def _without_strangers(self, tries: dict[bytes, Tries]) -> dict[bytes, Tries]:
        """Counters of ids that nobody has, the newest only: a file does not grow for ever."""
        ours = {self._tag(staff_id) for staff_id in self._staff_ids}
        strangers = sorted(
            (tag for tag in tries if tag not in ours), key=lambda it: tries[it].since
        )
        for tag in strangers[:-_MOST_STRANGERS]:
            del tries[tag]
        return tries

    def _append(self, who: str, cause: str, failures: int, state: State) -> None:
        self._catch_up()
        number = state.head.count + 1
        entry = Entry(number, self._clock.now(), who, cause, failures)
        line = seal_entry(entry, self._store_public)
        self._write(dataclasses.replace(state, lines=(*state.lines, line)))
        self._catch_up()

    def _catch_up(self) -> None:
        # the file goes first and the mirror follows, so the file is at most one line ahead
        if self._mirror != self._state.head:
            self._keep_mirror()

    def _keep_mirror(self) -> None:
        """Count and head, how many lines the journal has, and the counters."""
        tries = {tag: [one.failures, int(one.delay.total_seconds())] for tag, one in self._memory()}
        memory = cbor2.dumps([self._state.base.count, tries], canonical=True)
        mirror = dataclasses.replace(self._state.head, memory=memory)
        self._shelf.keep_mirror(mirror)
        self._mirror = mirror

    def _memory(self) -> list[tuple[bytes, Tries]]:
        """The counters that go into the keyring, where place is short: those that wait first."""
        ordered = sorted(self._state.tries.items(), key=lambda item: -item[1].failures)
        return ordered[:_MOST_MIRRORED]

    def _write(self, state: State) -> None:
        raw = encode(state, self._terminal)
        write_whole(self._path, raw)
        self._state, self._raw = state, raw

    def _refresh(self) -> None:
        """Take in what another start of the program wrote, so that many windows at the login
        give no more tries than one, and notice a file changed under our hands."""
        raw = self._read()
        if raw != self._raw:
            self._load(raw)

    def _load(self, raw: bytes | None) -> None:
        mirror = self._shelf.read_mirror()
        self._mirror = mirror or NO_LINES
        try:
            self._state, self._raw = self._checked(raw, mirror), raw
        except _DamageFound as found:
            self._begin_again(found.cause)
        now = self._as_it_stands(self._state)
        if now != self._state:
            self._write(now)
        self._catch_up()

    def _as_it_stands(self, state: State) -> State:
        """Waits that began before a restart of the machine begin anew, in the file too."""
        now, tries = self._clock.monotonic(), dict(state.tries)
        for tag, one in tries.items():
            if one.since == _UNKNOWN_SINCE:
                one = dataclasses.replace(one, delay=self._rule.delay_after(one.failures))
            tries[tag] = one.at(now)
        everybody = state.everybody and state.everybody.at(now)
        return dataclasses.replace(state, tries=tries, everybody=everybody)

    def _read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise EnvironmentFault(
                "vestibule.unreadable",
                "ログインの記録ファイルを読み取れません。",
                "この端末専用のOSアカウントでログオンしているか確かめ、"
                "システム管理者に連絡してください。",
            ) from cause

    def _checked(self, raw: bytes | None, mirror: Mirror | None) -> State:
        if mirror is None:  # founding keeps one
            raise _DamageFound("vestibule.mirror_gone")
        if raw is None:
            if self._mirror == NO_LINES:
                return State()
            raise _DamageFound("vestibule.removed")
        try:
            state = decode(raw, self._terminal)
        except (StateError, ValueError, KeyError, TypeError) as cause:
            raise _DamageFound("vestibule.changed") from cause
        if state.head.count < self._mirror.count:
            raise _DamageFound("vestibule.rolled_back")
        if self._mirror not in state.heads[-2:]:
            raise _DamageFound("vestibule.mirror_differs")
        return state

    def _begin_again(self, cause: str) -> None:
        """Keep the damaged file as evidence and go on from the mirror, strictly."""
        evidence = self._path.with_name(f"{self._path.name}.damaged-{self._mirror.count}")
        try:
            if self._path.exists():
                self._path.replace(evidence)
        except OSError as error:
            raise write_fault(error) from error
        now = self._clock.monotonic()
        settled, tries = _remembered(self._mirror)
        everybody = Tries(0, now, self._rule.longest)
        known = {tag: Tries(count, now, delay) for tag, (count, delay) in tries.items()}
        self._state = State(self._mirror, (), known, strict=True, everybody=everybody)
        self._append("", cause, max(0, self._mirror.count - settled), self._state)


def _remembered(mirror: Mirror) -> tuple[int, dict[bytes, tuple[int, timedelta]]]:
    """How many lines the journal had, and the counters. A mirror of before tells neither."""
    if not mirror.memory:
        return mirror.count, {}
    settled, tries = cbor2.loads(mirror.memory)
    return settled, {
        tag: (count, timedelta(seconds=seconds)) for tag, (count, seconds) in tries.items()
    }


class _DamageFound(Exception):
    """Carries the code of the damage to ``_load``."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause
