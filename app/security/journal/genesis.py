"""The first line of a journal (初期設定の記録): who founded this store, signed by both.

Its fingerprint is kept by the union and by the two founders; it anchors the whole chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import cbor2

from app.core.errors import EnvironmentFault, UserError
from app.security.acts.approval import Assertion, AssertionCheck, Evidence
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, Line, State

GENESIS_DOMAIN = b"madoguchi-genesis-v1"
GENESIS = "journal.genesis"
FOUNDERS = 2
_FORMAT = 2
_FIRST_FORMAT = 1
"""Without the digest of the founding: its founders' rights follow from the rule of then."""


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the two who start a terminal; ``public_key`` is COSE in CBOR."""

    staff_id: str
    credential_id: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Genesis:
    """What is fixed at the first start. ``recovery_public`` is an age recipient; ``at`` is
    ISO text with offset; ``training`` marks a 研修 store; ``founding`` is the digest of what the
    first control row says of the founders' rights and of the settings, ``recovery_check`` the
    public half that proves a recovery (``app.security.keys.recovery``)."""

    store_id: str
    terminal: str
    municipality_code: str
    rp_id: str
    training: bool
    founders: tuple[Founder, ...]
    recovery_public: str
    at: str
    founding: bytes = b""
    recovery_check: bytes = b""

    def to_bytes(self) -> bytes:
        """Deterministic CBOR."""
        fields = [
            _FORMAT if self.founding else _FIRST_FORMAT,
            self.store_id,
            self.terminal,
            self.municipality_code,
            self.rp_id,
            self.training,
            [[one.staff_id, one.credential_id, one.public_key] for one in self.founders],
            self.recovery_public,
            self.at,
        ]
        if self.founding:
            fields += [self.founding, self.recovery_check]
        return cbor2.dumps(fields, canonical=True)

    @property
    def challenge(self) -> bytes:
        """What both founders sign, with user verification."""
        return genesis_challenge(self.to_bytes())


def genesis_challenge(payload: bytes) -> bytes:
    """The challenge over a genesis line's payload."""
    return hashlib.sha256(GENESIS_DOMAIN + payload).digest()


def write_genesis(
    journal: Journal,
    genesis: Genesis,
    assertions: Sequence[Assertion],
    check_assertion: AssertionCheck,
) -> str:
    """Write line 1, signed by both founders in their order; the fingerprint.

    Raises ``UserError`` ``genesis.two_founders`` unless two different persons with two
    different keys found it, the authenticators' ``assertion.*`` for a wrong signature.
    """
    founders = genesis.founders
    persons = {one.staff_id for one in founders}
    keys = {one.credential_id for one in founders}
    if not (len(founders) == len(persons) == len(keys) == len(assertions) == FOUNDERS):
        raise UserError(
            "genesis.two_founders",
            "初期設定には、別々のセキュリティキーを持つ二人の職員が必要です。",
            "二人がそれぞれ自分のセキュリティキーで、もう一度承認してください。",
        )
    if journal.head.number:
        raise ValueError("genesis is the first line")
    payload = genesis.to_bytes()
    evidence = []
    for founder, assertion in zip(founders, assertions, strict=True):
        check_assertion(
            founder.public_key,
            genesis.rp_id,
            genesis.challenge,
            assertion,
            require_uv=True,
            stored_counter=None,
        )
        if bytes(assertion.credential_id) != founder.credential_id:
            raise ValueError("an assertion of another credential")
        evidence.append(Evidence.of(payload, assertion))
    journal.append(Entry(State.GENESIS, GENESIS, payload=payload, evidence=tuple(evidence)))
    return fingerprint(journal.head.hash)


def fingerprint(line_hash: bytes) -> str:
    """How the genesis line's hash is compared by eye: 8 groups of 4 hex digits."""
    text = line_hash[:16].hex().upper()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def read_genesis(line: Line) -> Genesis:
    """The genesis of a journal from its first line.

    Raises ``EnvironmentFault`` ``journal.no_genesis`` when it is none.
    """
    if line.number != 1 or line.entry.state is not State.GENESIS:
        raise _no_genesis()
    return genesis_of(line.entry.payload)


def genesis_of(payload: bytes) -> Genesis:
    """The genesis out of its signed bytes. Raises as ``read_genesis``."""
    try:
        version, *fields = cbor2.loads(payload)
        store_id, terminal, municipality, rp_id, training, founders, recovery, at, *more = fields
        known = tuple(Founder(*one) for one in founders)
    except (TypeError, ValueError, cbor2.CBORDecodeError) as cause:
        raise _no_genesis() from cause
    if (version, len(more)) not in ((_FIRST_FORMAT, 0), (_FORMAT, 2)):
        raise _no_genesis()
    return Genesis(store_id, terminal, municipality, rp_id, training, known, recovery, at, *more)


def _no_genesis() -> EnvironmentFault:
    return EnvironmentFault(
        "journal.no_genesis",
        "操作記録の最初の行（初期設定の記録）が正しくありません。",
        "操作をやめ、システム管理者に連絡してください。",
    )
