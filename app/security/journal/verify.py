"""Proving a journal (操作記録の検証): chain, genesis, signatures, countersigned heads.

``madoguchi journal verify --anchor`` calls ``verify``. What it can find: a line changed,
removed, put in or moved; an approval that its line does not carry rightly; a journal that is
not the one the union, or the founders' fingerprint, knows. What it cannot: lines after the
last countersigned head that whoever controlled the unlocked process wrote anew (DESIGN 5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.errors import MadoguchiError, UserError
from app.security.acts.approval import AssertionCheck, Evidence, Role, challenge_of, read_signed
from app.security.authenticators.port import Assertion
from app.security.journal.genesis import (
    FOUNDERS,
    Genesis,
    fingerprint,
    genesis_challenge,
    read_genesis,
)
from app.security.journal.journal import Journal, read_head
from app.security.journal.line import Line, State, decode_line
from app.wire.heads import START, Head, chain_hash, is_countersigned

_HASH = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A registered key, revoked ones included: ``public_key`` is COSE in CBOR."""

    staff_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Something that is not as it should be: at which line (0: the whole), and its code."""

    line: int
    code: str

    @property
    def message(self) -> str:
        """What it means, in the clerk's words."""
        where = f"{self.line}行目: " if self.line else ""
        return where + FINDINGS[self.code]


FINDINGS: Mapping[str, str] = {
    "genesis": "初期設定の記録（1行目）が正しくありません。",
    "missing": "行が抜けています。",
    "changed": "行の内容、または順序が書き換えられています。",
    "form": "行の形が正しくありません。",
    "anchor": "照合する印（anchor）の行が、この操作記録にありません。",
    "head_absent": "広域連合が確認した行が、この操作記録にありません。",
    "head_forged": "広域連合の確認印が正しくありません。",
    "signature": "承認の署名が正しくありません。",
    "unknown_key": "承認に使われた鍵が登録されていません。",
    "other_act": "承認が、その行の操作に対するものではありません。",
    "no_end": "開始だけで終わりのない行があります。",
    "end_alone": "開始の行のない終わりの行があります。",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was proved. ``whole`` is the verdict; ``fingerprint`` is compared by eye."""

    first: int
    head: Head
    lines: int
    signatures: int
    heads: int
    fingerprint: str
    findings: tuple[ChainFault, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_chain(journal: Journal) -> tuple[Head, int, tuple[ChainFault, ...]]:
    """Only the chain, line by line: the head reached, how many lines, what is broken.

    A changed line is reported where the chain breaks first; the lines after it are not
    judged, because nothing holds them any more.
    """
    base = _base(journal)
    number, value = base.number, base.hash
    count = 0
    sql = "SELECT number, hash, body FROM line WHERE number > ? ORDER BY number"
    for found, kept, body in journal.file.each(sql, (base.number,)):
        if found != number + 1:
            return Head(number, value), count, (ChainFault(number + 1, "missing"),)
        value_now = chain_hash(value, found, hashlib.sha256(body).digest())
        if value_now != kept:
            return Head(number, value), count, (ChainFault(found, "changed"),)
        number, value = found, value_now
        count += 1
    return Head(number, value), count, ()


def verify(
    journal: Journal,
    keys: Mapping[bytes, PublicKey],
    check_assertion: AssertionCheck,
    *,
    anchor: Head | str | None = None,
    union_key: Ed25519PublicKey | None = None,
    open_allowed: bool = False,
) -> Report:
    """Prove the whole journal.

    ``keys`` are all credentials ever registered, by id. ``anchor`` is a place known from
    outside: a head the union countersigned, or the fingerprint of genesis (``read_anchor``).
    ``union_key`` checks the heads that are kept. ``open_allowed``: an act may be running.
    """
    head, count, findings = verify_chain(journal)
    if isinstance(anchor, Head) and not journal.has(anchor):
        findings = (*findings, ChainFault(anchor.number, "anchor"))
    if findings:
        return Report(0, head, count, 0, 0, "", findings)
    walk = _Walk(journal, keys, check_assertion)
    for number, kept, body in journal.file.each(
        "SELECT number, hash, body FROM line ORDER BY number"
    ):
        walk.take(number, kept, body)
    found = [*walk.findings]
    if isinstance(anchor, str) and anchor != walk.fingerprint:
        found.append(ChainFault(1, "anchor"))
    if not open_allowed:
        found += [ChainFault(number, "no_end") for number in sorted(walk.begun)]
    heads, wrong = _verify_heads(journal, union_key)
    return Report(
        walk.first,
        head,
        count,
        walk.signatures,
        heads,
        walk.fingerprint,
        (*found, *wrong),
    )


def read_anchor(typed: str) -> Head | str:
    """An anchor as it is typed after ``--anchor``: the fingerprint of genesis (8 groups of 4
    hex digits), or a head as ``<number>:<64 hex digits>``. Raises ``UserError``
    ``journal.anchor``."""
    text = typed.strip()
    if re.fullmatch(r"([0-9A-Fa-f]{4}-){7}[0-9A-Fa-f]{4}", text):
        return text.upper()
    number, _, value = text.partition(":")
    if number.isdecimal() and re.fullmatch(r"[0-9A-Fa-f]{64}", value):
        return Head(int(number), bytes.fromhex(value))
    raise UserError(
        "journal.anchor",
        "照合する印（anchor）の形が正しくありません。",
        "初期設定の印（4桁ずつ8組）か、「行番号:64桁」の形で入力してください。",
        field="anchor",
    )


class _Walk:
    """One pass over lines whose chain holds: what they say and who signed it."""

    def __init__(
        self, journal: Journal, keys: Mapping[bytes, PublicKey], check: AssertionCheck
    ) -> None:
        self._keys = dict(keys)
        self._check = check
        self._genesis: Genesis | None = None
        self.first = 0
        self.signatures = 0
        self.fingerprint = ""
        self.findings: list[ChainFault] = []
        self.begun: set[int] = set()
        self._before = _base(journal).number
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
        if entry.state is State.BEGUN:
            self.begun.add(number)
        elif entry.of:
            if entry.of in self.begun:
                self.begun.discard(entry.of)
            elif entry.of > self._before:
                self.findings.append(ChainFault(number, "end_alone"))
        for evidence in entry.evidence:
            self.signatures += 1
            code = self._judge(line, evidence)
            if code:
                self.findings.append(ChainFault(number, code))

    def _take_genesis(self, line: Line, body: bytes) -> None:
        try:
            genesis = read_genesis(line)
        except MadoguchiError:
            self.findings.append(ChainFault(1, "genesis"))
            return
        self._genesis = genesis
        digest = hashlib.sha256(body).digest()
        self.fingerprint = fingerprint(chain_hash(START.hash, 1, digest))
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

    def _judge(self, line: Line, evidence: Evidence) -> str:
        entry = line.entry
        key = self._keys.get(evidence.credential_id)
        if key is None:
            return "unknown_key"
        try:
            said = read_signed(evidence.signed)
        except ValueError:
            return "form"
        same = (
            said.function_id == entry.function_id
            and said.subject == entry.subject
            and said.purpose == entry.purpose
            and said.nonce == entry.nonce
            and said.content_digest == entry.content_digest
            and said.document_digest == entry.document_digest
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
        return ""

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


def _verify_heads(
    journal: Journal, union_key: Ed25519PublicKey | None
) -> tuple[int, tuple[ChainFault, ...]]:
    rows = journal.file.rows(
        "SELECT store_id, terminal, number, hash, at, signature FROM head ORDER BY number"
    )
    findings = []
    for row in rows:
        record = read_head(row)
        if not journal.has(record.head) and record.head.number > _base(journal).number:
            findings.append(ChainFault(record.head.number, "head_absent"))
        if union_key is not None and not is_countersigned(union_key, record):
            findings.append(ChainFault(record.head.number, "head_forged"))
    return len(rows), tuple(findings)


def _base(journal: Journal) -> Head:
    """The place after which the kept lines begin: the last dropped month, or the start."""
    rows = journal.file.rows(
        "SELECT last, hash FROM segment WHERE dropped_at <> '' ORDER BY last DESC LIMIT 1"
    )
    return Head(rows[0][0], bytes(rows[0][1])) if rows else START


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
