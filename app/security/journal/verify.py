"""Proving a journal (操作記録の検証): chain, genesis, signatures, countersigned heads.

``madoguchi journal verify --anchor`` calls ``verify``. What it can find: a line changed,
removed, put in or moved; an approval that its line does not carry rightly; a journal that is
not the one the union, or the founders' fingerprint, knows. What it cannot: lines after the
last countersigned head that whoever controlled the unlocked process wrote anew (DESIGN 5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import cbor2

from app.core.errors import MadoguchiError
from app.security.acts.approval import (
    AssertionCheck,
    Evidence,
    Role,
    SignedAct,
    challenge_of,
    read_signed,
)
from app.security.authenticators.port import Assertion
from app.security.journal import chain
from app.security.journal.findings import (
    FINDINGS,
    UNCHECKED,
    ChainFault,
    PublicKey,
    Report,
    UnionWord,
    Window,
    read_anchor,
)
from app.security.journal.genesis import (
    FOUNDERS,
    Genesis,
    fingerprint,
    genesis_challenge,
    read_genesis,
)
from app.security.journal.heads import HEAD_EVENT, HeadNote, read_head_line
from app.security.journal.journal import Journal
from app.security.journal.levels import UNKNOWN, Levels
from app.security.journal.line import Line, State, decode_line
from app.security.journal.order import TimeOrder, is_of_its_day, moment_of
from app.security.journal.segments import DROPPED, dropped
from app.security.journal.touches import Touches, read_put_off
from app.security.keys.terminal_state import STATE_EVENT, read_state
from app.wire.heads import START, CountersignedHead, Head, chain_hash

__all__ = [
    "FINDINGS",
    "UNCHECKED",
    "ChainFault",
    "PublicKey",
    "Report",
    "UnionWord",
    "Window",
    "read_anchor",
    "segment_lines",
    "verify",
    "verify_chain",
]

_HASH = 32
_FLAGS_AT, _VERIFIED = 32, 0x04
_NOBODY = UnionWord()


def verify_chain(
    journal: Journal, union: UnionWord = _NOBODY
) -> tuple[Head, int, tuple[ChainFault, ...]]:
    """Only the chain, line by line: the head reached, how many lines, what is broken."""
    found = _chain_of(journal, union, {})
    return found.head, found.lines, () if found.fault is None else (found.fault,)


def verify(
    journal: Journal,
    keys: Mapping[bytes, PublicKey],
    check_assertion: AssertionCheck,
    *,
    anchor: Head | str | None = None,
    union: UnionWord = _NOBODY,
    open_allowed: bool = False,
    levels: Levels = UNKNOWN,
) -> Report:
    """Prove the whole journal.

    ``keys`` are all credentials ever registered, by id. ``anchor`` is a place known from
    outside: a head the union countersigned, or the fingerprint of genesis (``read_anchor``).
    ``union`` is what the union signs with and says. ``open_allowed``: an act may be running.
    ``levels``: who had to approve which function's acts, and how, at the time.
    Where the chain does not hold, its first wrong line is the only finding: everything after it
    would be a second, false cause.
    """
    store_id = _store_id(journal)
    notes = journal.heads()
    places = chain.places_of(notes, union, store_id)
    typed = anchor if isinstance(anchor, Head) else None
    found = _chain_of(journal, union, places, typed)
    unchecked = _unchecked(union, typed, found.base)
    window = _window(journal, places, found)
    if found.fault is not None:
        return Report(0, found.head, found.lines, 0, 0, "", (found.fault,), window, unchecked)
    walk = _Walk(keys, check_assertion, found.base, notes, levels)
    for number, kept, body in journal.file.each(
        "SELECT number, hash, body FROM line ORDER BY number"
    ):
        walk.take(number, kept, body)
    faults = [*walk.findings]
    if isinstance(anchor, str) and anchor != walk.fingerprint:
        faults.append(ChainFault(1, "anchor"))
    if not open_allowed:
        faults += [ChainFault(number, "no_end") for number in sorted(walk.begun)]
    faults += [
        ChainFault(number, "head_forged") for number in chain.forged_heads(notes, union, store_id)
    ]
    faults += walk.unnoted_drops(journal)
    return Report(
        walk.first,
        found.head,
        found.lines,
        walk.signatures,
        len(notes),
        walk.fingerprint,
        tuple(faults),
        window,
        unchecked,
    )


def _chain_of(
    journal: Journal,
    union: UnionWord,
    places: Mapping[int, CountersignedHead],
    anchor: Head | None = None,
) -> chain.Chain:
    """The chain from the last dropped month on, held against what is known of it from outside."""
    base, wrong = chain.proved_base(journal, union, _store_id(journal))
    if wrong is not None:
        return chain.Chain(base, base, 0, 0, wrong)
    if union.last is not None and not chain.is_from(union.last, union, _store_id(journal)):
        return chain.Chain(base, base, 0, 0, ChainFault(1, "other_store"))
    known = {number: record.head.hash for number, record in places.items()}
    found = chain.follow_chain(journal, base, known)
    fault = chain.first_wrong_line(journal, found, union)
    if fault is None and chain.genesis_is_other(journal, base, union):
        fault = ChainFault(1, "genesis")
    if fault is None and anchor is not None and anchor.number >= base.number:
        there = anchor == base or journal.has(anchor)
        fault = None if there else ChainFault(anchor.number, "anchor")
    return chain.Chain(base, found.head, found.lines, found.proved, fault)


def _store_id(journal: Journal) -> str:
    """Whose journal it says it is; empty when its first line does not say."""
    try:
        return read_genesis(journal.line(1)).store_id
    except (MadoguchiError, KeyError, ValueError):
        return ""


def _unchecked(union: UnionWord, anchor: Head | None, base: Head) -> tuple[str, ...]:
    codes = []
    if not union.keys:
        codes.append("no_union")
    elif union.last is None:
        codes.append("union_silent")
    if anchor is not None and 0 < anchor.number < base.number:
        codes.append("anchor_dropped")
    return tuple(codes)


def _window(
    journal: Journal, places: Mapping[int, CountersignedHead], found: chain.Chain
) -> Window:
    """What lies behind the last place that the union vouches for."""
    record = places.get(found.proved)
    last = journal.head.number
    since = record.at if record is not None else ""
    try:
        newest = datetime.fromisoformat(journal.line(last).at)
        begun = datetime.fromisoformat(since or journal.line(1).at)
        seconds = max(0, int((newest - begun).total_seconds()))
    except (KeyError, ValueError, TypeError):
        seconds = 0
    return Window(max(0, last - found.proved), seconds, since)


class _Walk:
    """One pass over lines whose chain holds: what they say and who signed it."""

    def __init__(
        self,
        keys: Mapping[bytes, PublicKey],
        check: AssertionCheck,
        base: Head,
        notes: tuple[HeadNote, ...],
        levels: Levels,
    ) -> None:
        self._levels = levels
        self._nonces: set[bytes] = set()
        self._order = TimeOrder(levels)
        self._touches = Touches()
        self._keys = dict(keys)
        self._check = check
        self._genesis: Genesis | None = None
        self.first = 0
        self.signatures = 0
        self.fingerprint = ""
        self.findings: list[ChainFault] = []
        self.begun: set[int] = set()
        self._before = base.number
        self._kept_heads = {note.payload for note in notes}
        self._last_head: HeadNote | None = None
        self._dropped: set[str] = set()
        self._first_at = ""
        self._genesis_hash = b""
        self._hashes = bytearray()  # of the lines after the base: a million take 32 MB

    def take(self, number: int, kept: bytes, body: bytes) -> None:
        """Judge one line, whose chain hash is ``kept``."""
        self.first = self.first or number
        if number > self._before:
            self._hashes += kept
        try:
            line = decode_line(number, body)
        except ValueError:
            self.findings.append(ChainFault(number, "form"))
            return
        entry = line.entry
        if number == 1:
            self._take_genesis(line, body)
            return
        self._first_at = self._first_at or line.at
        if self._order.is_dated_back(line):
            self.findings.append(ChainFault(number, "time"))
        if entry.function_id == HEAD_EVENT and entry.state is State.EVENT:
            self._take_head(line)
        elif entry.function_id == DROPPED:
            self._dropped.add(entry.query_kind)
        elif entry.function_id == STATE_EVENT:
            self._take_state(line)
        if entry.state is State.BEGUN:
            self.begun.add(number)
            self._take_begun(line)
        elif entry.of:
            if entry.of in self.begun:
                self.begun.discard(entry.of)
            elif entry.of > self._before:
                self.findings.append(ChainFault(number, "end_alone"))
        for evidence in entry.evidence:
            self.signatures += 1
            self._take_touch(line, evidence, self._judge(line, evidence))

    def _take_touch(self, line: Line, evidence: Evidence, code: str) -> None:
        """A touch that was found right counts on from the key's touches before it."""
        if not code and not self._touches.counts_on(evidence):
            code = "counter"
        if code:
            self.findings.append(ChainFault(line.number, code))

    def _take_begun(self, line: Line) -> None:
        """A nonce is used once, and everybody whom the function needed then has approved."""
        entry = line.entry
        if entry.nonce in self._nonces:
            self.findings.append(ChainFault(line.number, "nonce"))
        self._nonces.add(entry.nonce)
        level = self._levels.on(entry.function_id, moment_of(line.at).date())
        if level is None:
            return
        if level.puts_off:
            self._take_put_off(line)
        try:
            given = [(read_signed(one.signed).role, one) for one in entry.evidence]
        except ValueError:
            return  # told as "form", signature by signature
        roles = [role for role, _ in given]
        if len(roles) != len(set(roles)) or set(roles) != level.roles:
            self.findings.append(ChainFault(line.number, "roles"))
        elif any(role in level.verified and not _is_verified(one) for role, one in given):
            self.findings.append(ChainFault(line.number, "unverified"))

    def _take_put_off(self, line: Line) -> None:
        """The operator's touch over an act that waits from here on for its second person."""
        try:
            evidence = read_put_off(line.entry.payload)
        except ValueError:
            self.findings.append(ChainFault(line.number, "form"))
            return
        self.signatures += 1
        self._take_touch(line, evidence, self._judge(line, evidence, waits=True))
        self._touches.put_off(evidence)

    def unnoted_drops(self, journal: Journal) -> list[ChainFault]:
        """The dropped months that no line tells of, where that line must still be here."""
        gone = dropped(journal)
        newest = gone[-1].dropped_at if gone else ""
        return [
            ChainFault(one.first, "segment", one.last)
            for one in gone
            if one.month not in self._dropped
            and (one.dropped_at == newest or one.dropped_at >= self._first_at)
        ]

    def _take_head(self, line: Line) -> None:
        try:
            note = read_head_line(line.entry.payload)
        except ValueError:
            self.findings.append(ChainFault(line.number, "form"))
            return
        self._order.signed(note.record.at)
        if note.payload not in self._kept_heads:
            self.findings.append(ChainFault(line.number, "head_missing"))
        before, self._last_head = self._last_head, note
        if before is None or not note.count:
            return  # the first one kept here, or one from before heads were counted
        counted = note.count == before.count + 1 or not before.count
        if not counted or note.previous != before.digest:
            self.findings.append(ChainFault(line.number, "head_order"))

    def _take_state(self, line: Line) -> None:
        """The state names the first line it was written behind, also when no chain leads there."""
        try:
            state = read_state(line.entry.payload)
        except ValueError:
            self.findings.append(ChainFault(line.number, "form"))
            return
        if self._genesis_hash not in (b"", state.genesis):
            self.findings.append(ChainFault(1, "genesis"))
            self._genesis_hash = b""  # said once

    def _take_genesis(self, line: Line, body: bytes) -> None:
        try:
            genesis = read_genesis(line)
        except MadoguchiError:
            self.findings.append(ChainFault(1, "genesis"))
            return
        self._genesis = genesis
        digest = hashlib.sha256(body).digest()
        self._genesis_hash = chain_hash(START.hash, 1, digest)
        self.fingerprint = fingerprint(self._genesis_hash)
        challenge = genesis_challenge(line.entry.payload)
        for founder in genesis.founders:
            self._keys.setdefault(
                founder.credential_id, PublicKey(founder.staff_id, founder.public_key)
            )
        signed_by = {evidence.credential_id for evidence in line.entry.evidence}
        founders = {one.credential_id for one in genesis.founders}
        if signed_by != founders or len(founders) != FOUNDERS:
            self.findings.append(ChainFault(1, "genesis"))
        for evidence in line.entry.evidence:
            self.signatures += 1
            if not self._signed(evidence, challenge, genesis.rp_id):
                self.findings.append(ChainFault(1, "signature"))

    def _judge(self, line: Line, evidence: Evidence, *, waits: bool = False) -> str:
        """What is wrong with an approval, as a code. ``waits``: the line puts its act off."""
        entry = line.entry
        key = self._keys.get(evidence.credential_id)
        if key is None:
            return "unknown_key"
        try:
            said = read_signed(evidence.signed)
        except ValueError:
            return "form"
        same = (
            (self._may_wait(said, line) if waits else _is_of(said, line))
            and said.subject == entry.subject
            and said.content_digest == entry.content_digest
            and said.terminal == line.terminal
            and said.staff_id == key.staff_id
            and (said.staff_id == entry.staff_id) is (said.role is Role.ACTOR)
            and said.head_number < line.number
            and self._knows(said.head_number, said.head_hash)
        )
        if not same:
            return "other_act"
        rp_id = self._genesis.rp_id if self._genesis is not None else ""
        if not self._signed(evidence, challenge_of(evidence.signed), rp_id):
            return "signature"
        in_time = is_of_its_day(said.at, line) or (not waits and self._waited(said, line, evidence))
        return "" if in_time else "time"

    def _may_wait(self, said: SignedAct, line: Line) -> bool:
        """Whether what was signed may be put off in this line."""
        level = self._levels.on(said.function_id, moment_of(line.at).date())
        return said.role is Role.ACTOR and (level is None or level.later)

    def _waited(self, said: SignedAct, line: Line, evidence: Evidence) -> bool:
        """Whether the act waited since an earlier line for the second person, who came in time.
        A line among dropped months is believed."""
        if not self._may_wait(said, line):
            return False
        if 1 < said.head_number <= self._before:
            self._touches.put_off(evidence)
        in_time = self._levels.waited_in_time(moment_of(said.at), moment_of(line.at))
        return in_time and self._touches.waited(evidence)

    def _knows(self, number: int, value: bytes) -> bool:
        """Whether that place is in this journal; places in dropped months are believed."""
        if number <= self._before or number == 0:
            return True
        start = (number - self._before - 1) * _HASH
        return self._hashes[start : start + _HASH] == value

    def _signed(self, evidence: Evidence, challenge: bytes, rp_id: str) -> bool:
        assertion = Assertion(
            evidence.credential_id,
            evidence.authenticator_data,
            evidence.client_data,
            evidence.signature,
            0,
            True,
            True,
        )
        try:
            self._check(
                self._keys[evidence.credential_id].public_key,
                rp_id,
                challenge,
                assertion,
                require_uv=False,
                stored_counter=None,
            )
        except MadoguchiError:
            return False
        return True


def _is_of(said: SignedAct, line: Line) -> bool:
    """Whether what was signed is the act that this line begins."""
    entry = line.entry
    return (
        said.function_id == entry.function_id
        and said.purpose == entry.purpose
        and said.nonce == entry.nonce
        and said.document_digest == entry.document_digest
    )


def _is_verified(one: Evidence) -> bool:
    """Whether the key said that it had asked for PIN, fingerprint or face."""
    return len(one.authenticator_data) > _FLAGS_AT and bool(
        one.authenticator_data[_FLAGS_AT] & _VERIFIED
    )


def segment_lines(plain: bytes) -> tuple[Head, tuple[tuple[int, bytes], ...]]:
    """The content of an opened segment: the place before it, and (number, body) of its lines.

    Raises ``ValueError`` when its lines do not chain to the hash it names.
    """
    try:
        before_number, before_hash, last_hash, lines = cbor2.loads(plain)
    except (TypeError, ValueError, cbor2.CBORDecodeError) as cause:
        raise ValueError("not a journal segment") from cause
    value = before_hash
    for number, body in lines:
        value = chain_hash(value, number, hashlib.sha256(body).digest())
    if value != last_hash or len(last_hash) != _HASH:
        raise ValueError("the segment's lines do not chain")
    return Head(before_number, before_hash), tuple((number, body) for number, body in lines)
