"""Proving control rows one after another (DESIGN 1.10): the only way from bytes to rights.

A row counts when everybody whom its function needs signed it with a key that an earlier row
registered, held the right by earlier rows on that day, and the deed keeps the rules of the
house. A row that does not is named and changes nothing.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from app.core.errors import MadoguchiError
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import (
    AssertionCheck,
    Evidence,
    Role,
    SignedAct,
    challenge_of,
    read_signed,
)
from app.security.acts.content import decode, digest_of, encode, read_as
from app.security.acts.prepared import roles_needed
from app.security.acts.seconding import last_day
from app.security.authenticators.port import Assertion
from app.security.control.deeds import DEEDS, TYPES, Founding, Recovery
from app.security.control.done import Done
from app.security.control.effects import check_order, take_effect
from app.security.control.log import ControlRow, RowError, after, read_row
from app.security.control.rules import House
from app.security.control.state import ORIGIN, ControlState
from app.security.journal.genesis import FOUNDERS, Genesis, genesis_challenge, genesis_of
from app.security.spec import Function, Kind

_RECOVERY = b"madoguchi-recovery-v2"

FINDINGS: Mapping[str, str] = {
    "form": "制御ログの行の形が正しくありません。",
    "chain": "制御ログの行が抜けているか、書き換えられています。",
    "genesis": "制御ログの最初の行（初期設定）が正しくありません。",
    "recovery": "復旧の印が、復旧鍵によるものではありません。",
    "function": "その手続きを行う機能がありません。",
    "content": "署名された内容と、残されている内容が違います。",
    "roles": "必要な人数の承認がそろっていません。",
    "key": "承認に使われた鍵が登録されていないか、取り消されています。",
    "right": "承認した職員に、その手続きを行う権限がありません。",
    "signature": "承認の署名が正しくありません。",
    "replayed": "同じ手続きが二度入っています。",
    "store": "別の端末の保存データのために署名された手続きです。",
    "order": "手続きの日時が、前の行より前です。",
    "journal": "手続きが、操作記録のその日時の行にありません。",
    "deed": "手続きが、権限の決まりに反しています。",
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """A control row that counts for nothing: its number and why (``FINDINGS``); of a row of
    several desks also at which terminal and by whom it says that it was signed."""

    number: int
    code: str
    terminal: str = ""
    staff_id: str = ""

    @property
    def who(self) -> tuple[str, ...]:
        """Terminal and staff id, where the row names them."""
        return tuple(one for one in (self.terminal, self.staff_id) if one)

    @property
    def message(self) -> str:
        """What it means, in the clerk's words."""
        where = f"（端末 {self.terminal}、職員 {self.staff_id}）" if self.terminal else ""
        return f"{self.number}行目{where}: {FINDINGS[self.code]}"


@dataclass(frozen=True, slots=True)
class Proved:
    """What a log leads to, and its rows that count for nothing."""

    state: ControlState
    faults: tuple[RowFault, ...]


Stands = Callable[[SignedAct, Sequence[Evidence]], bool]
"""Whether an act stands where it must: in the journal, or in the union's order (``standing``)."""


def _believed(_said: SignedAct, _evidence: Sequence[Evidence]) -> bool:
    return True


def _ours(_said: SignedAct) -> bool:
    return True


class Prover:
    """Judges rows. ``house`` are the rules, ``check`` the authenticators' check; ``stands`` is
    asked of each act where the journal is at hand, ``own`` whether it was signed at this
    terminal."""

    def __init__(
        self,
        house: House,
        check: AssertionCheck,
        stands: Stands = _believed,
        own: Callable[[SignedAct], bool] = _ours,
    ) -> None:
        # the permission table of a day is asked for by every request of that day
        self._house = replace(house, roles=functools.cache(house.roles))
        self._check = check
        self._stands = stands
        self._own = own

    def replay(
        self, rows: Iterable[tuple[int, bytes, bytes]], start: ControlState | None = None
    ) -> Proved:
        """The state after ``rows`` of (number, chain hash, body), from ``start`` on.

        A row out of the chain ends the reading: nothing holds what comes after it.
        """
        kept, broken = in_chain(tuple(rows))
        proved = self.follow(start or ControlState(), ((number, body) for number, _, body in kept))
        return Proved(proved.state, (*proved.faults, *broken))

    def follow(self, state: ControlState, rows: Iterable[tuple[int, bytes]]) -> Proved:
        """The state after ``rows`` of (number in this store, body) in the order in which they are
        given; the head counts them in that order."""
        faults = []
        for number, body in rows:
            try:
                state = self.take(state, body, number)
            except RowError as cause:
                faults.append(RowFault(number, cause.code, *who_signed(body)))
                state = state.draft()
                state.head = after(state.head, body)
        return Proved(state, tuple(faults))

    def take(self, state: ControlState, body: bytes, number: int = 0) -> ControlState:
        """The state after the row ``body``, which is row ``number`` of this store (0: the head says
        which). Raises ``RowError``; ``state`` is as it was then."""
        row = read_row(body)
        try:
            deed = read_as(TYPES, row.content)
        except ValueError as cause:
            raise RowError("form") from cause
        if type(deed).__name__ not in DEEDS:
            raise RowError("form")
        draft = state.draft()
        draft.head = after(state.head, body)
        done = replace(self._done(draft, row, deed), number=number or draft.head.number)
        if done.nonce in draft.nonces:
            raise RowError("replayed")
        try:
            check_order(draft, deed, done, self._house)
        except MadoguchiError as cause:
            raise RowError("order") from cause
        try:
            take_effect(draft, deed, done, self._house)
        except MadoguchiError as cause:
            raise RowError("deed", cause.code) from cause
        draft.note(deed, done)
        return draft

    def _done(self, draft: ControlState, row: ControlRow, deed: object) -> Done:
        """Who did the deed, proved."""
        if isinstance(deed, Founding):
            return self._founded(draft, row, deed)
        if isinstance(deed, Recovery):
            return self._recovered(draft, row, deed)
        return self._signed(draft, row, deed)

    def _recovered(self, draft: ControlState, row: ControlRow, deed: Recovery) -> Done:
        """A recovery: sealed by the recovery key, and each fresh key answered."""
        statement = recovery_statement(draft.store_id, row.salt, row.what)
        try:
            at = datetime.fromisoformat(decode(row.evidence[0].signed)[1])
            check = Ed25519PublicKey.from_public_bytes(draft.recovery_check)
            check.verify(row.seal, _RECOVERY + row.evidence[0].signed)
        except (InvalidSignature, ValueError, TypeError, IndexError, KeyError) as cause:
            raise RowError("recovery") from cause
        keys = {one.key.credential_id: one.key.public_key for one in deed.persons}
        if [one.credential_id for one in row.evidence] != list(keys):
            raise RowError("recovery")
        signed = recovery_signed(statement, at.isoformat())
        for evidence in row.evidence:
            if evidence.signed != signed:
                raise RowError("recovery")
            challenge = recovery_challenge(signed)
            self._verify(evidence, keys[evidence.credential_id], draft.rp_id, challenge, True)
        ids = [one.staff_id for one in deed.persons]
        return Done(ids[0], ids[-1], deed.terminal, 0, row.salt, at, draft.head.number)

    def _founded(self, draft: ControlState, row: ControlRow, deed: Founding) -> Done:
        """The first row: what both founders signed with their genesis."""
        if draft.head.number != 1:
            raise RowError("genesis")
        try:
            genesis = genesis_of(row.seal)
            at = datetime.fromisoformat(genesis.at)
        except (MadoguchiError, ValueError) as cause:
            raise RowError("genesis") from cause
        if not _same_founders(genesis, deed) or genesis.founding != digest_of(row.salt, row.what):
            raise RowError("genesis")
        keys = {one.credential_id: one.public_key for one in genesis.founders}
        if {one.credential_id for one in row.evidence} != set(keys) or len(keys) != FOUNDERS:
            raise RowError("genesis")
        challenge = genesis_challenge(row.seal)
        for evidence in row.evidence:
            self._verify(evidence, keys[evidence.credential_id], genesis.rp_id, challenge, True)
        draft.rp_id, draft.store_id = genesis.rp_id, genesis.store_id
        draft.recovery_check = genesis.recovery_check
        draft.recovery_recipient = genesis.recovery_public
        ids = [one.staff_id for one in genesis.founders]
        return Done(ids[0], ids[1], genesis.terminal, 1, row.salt, at, draft.head.number)

    def _signed(self, draft: ControlState, row: ControlRow, deed: object) -> Done:
        """An act: by everybody whom its function needs."""
        said = _agreed(row)
        if said[0].nonce in draft.nonces:
            raise RowError("replayed")
        if draft.store_id not in ("", said[0].store_id):  # "": a store from before the log
            raise RowError("store")
        function = self._house.catalog.get(said[0].function_id)
        if function is None or function.deed != type(deed).__name__:
            raise RowError("function")
        function = function.on(datetime.fromisoformat(said[0].at).date())
        at = _moment_of(said, function, self._house.calendar)
        if sorted(one.role for one in said) != sorted(roles_needed(function)):
            raise RowError("roles")
        if len({one.staff_id for one in said}) != len(said):
            raise RowError("roles")
        for one, evidence in zip(said, row.evidence, strict=True):
            self._judge(draft, one, evidence, function, at)
        # its line was written when the last one signed, which for an act that waited is another day
        if not self._stands(max(said, key=_signed_at), row.evidence):
            raise RowError("journal")
        by = {one.role: one.staff_id for one in said}
        second = next((who for role, who in by.items() if role is not Role.ACTOR), "")
        first = said[0]
        return Done(
            by[Role.ACTOR],
            second,
            first.terminal,
            first.epoch,
            first.nonce,
            at,
            draft.head.number,
            self._own(first),
        )

    def _judge(
        self,
        draft: ControlState,
        said: SignedAct,
        evidence: Evidence,
        function: Function,
        last: datetime,
    ) -> None:
        """One person's part. Whoever signed first must still have key and right when the last one
        signs."""
        key = draft.keys.get(evidence.credential_id)
        if key is None or key.staff_id != said.staff_id:
            raise RowError("key")
        for at in (_signed_at(said), last):
            if not key.is_usable(at):
                raise RowError("key")
            self._may(draft, said, function, at.date())
        verified = said.role is not Role.ACTOR or function.kind is Kind.ADMINISTER
        challenge = challenge_of(evidence.signed)
        self._verify(evidence, key.entry.public_key, draft.rp_id, challenge, verified)

    def _may(self, draft: ControlState, said: SignedAct, function: Function, day: date) -> None:
        """Whoever signed was here on ``day`` and held the right that they named."""
        person = draft.people.get(said.staff_id)
        grant = draft.grants.get(said.grant_id)
        supervises = said.role is Role.SUPERVISOR
        wanted = self._house.catalog.supervises if supervises else function.id
        if (
            person is None
            or person.problem(day)
            or grant is None
            or (grant.staff_id, grant.function_id) != (said.staff_id, wanted)
            or grant.problem(day, self._house.calendar)
        ):
            raise RowError("right")

    def _verify(
        self, evidence: Evidence, key: bytes, rp_id: str, challenge: bytes, verified: bool
    ) -> None:
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
            self._check(key, rp_id, challenge, assertion, require_uv=verified, stored_counter=None)
        except MadoguchiError as cause:
            raise RowError("signature") from cause


def who_signed(body: bytes) -> tuple[str, str]:
    """At which terminal and by whom a row says that it was signed; ("", "") when it says nothing
    that can be read. Nothing of it is proved."""
    try:
        said = read_signed(read_row(body).evidence[0].signed)
    except (RowError, ValueError, TypeError, IndexError):
        return "", ""
    return str(said.terminal), str(said.staff_id)


def said_in(bodies: Iterable[bytes]) -> Iterator[SignedAct]:
    """What each row that can be read says that was signed first; nothing of it is proved."""
    for body in bodies:
        try:
            yield read_signed(read_row(body).evidence[0].signed)
        except (RowError, ValueError, TypeError, IndexError):
            continue


def recovery_statement(store_id: str, salt: bytes, what: bytes) -> bytes:
    """What a recovery is about: this store and this content."""
    return hashlib.sha256(_RECOVERY + store_id.encode() + digest_of(salt, what)).digest()


def recovery_signed(statement: bytes, at: str) -> bytes:
    """The bytes that both fresh keys sign, and the recovery key over them."""
    return encode([statement, at])


def seal_of(signer: Ed25519PrivateKey, signed: bytes) -> bytes:
    """The recovery key's own signature over them: two shares were there."""
    return signer.sign(_RECOVERY + signed)


def recovery_challenge(signed: bytes) -> bytes:
    """What a fresh key is asked."""
    return hashlib.sha256(_RECOVERY + signed).digest()


def _agreed(row: ControlRow) -> list[SignedAct]:
    """What everybody signed, which differs in person, role, right and moment alone."""
    try:
        said = [read_signed(one.signed) for one in row.evidence]
        if not said or row.seal:
            raise RowError("form")
        for one in said:
            datetime.fromisoformat(one.at)
    except (ValueError, TypeError) as cause:
        raise RowError("form") from cause
    if any(one.content_digest != digest_of(row.salt, row.what) for one in said):
        raise RowError("content")
    if len({_act_of(one) for one in said}) != 1:
        raise RowError("content")
    return said


def _act_of(said: SignedAct) -> tuple[object, ...]:
    return (
        said.store_id,
        said.terminal,
        said.epoch,
        said.nonce,
        said.function_id,
        said.registry,
        said.subject,
        said.purpose,
        said.sentence_digest,
        said.document_digest,
    )


def _signed_at(said: SignedAct) -> datetime:
    return datetime.fromisoformat(said.at)


def _moment_of(
    said: Sequence[SignedAct], function: Function, calendar: BusinessCalendar
) -> datetime:
    """The moment of an act: that at which the last one signed. Only where the function lets its
    acts wait may the second person sign later than the operator, and no later than the last day."""
    moments = {one.role: _signed_at(one) for one in said}
    own, last = moments.get(Role.ACTOR), max(moments.values())
    if len(set(moments.values())) == 1:
        return last
    if own is None or own != min(moments.values()) or not function.later:
        raise RowError("content")
    if last.date() > last_day(own, calendar):
        raise RowError("order")
    return last


def in_chain(
    rows: Sequence[tuple[int, bytes, bytes]],
) -> tuple[Sequence[tuple[int, bytes, bytes]], tuple[RowFault, ...]]:
    """The rows of (number, chain hash, body) up to the first that is out of the chain, and that
    one's fault: nothing holds what comes after it."""
    head = ORIGIN
    for at, (number, kept, body) in enumerate(rows):
        head = after(head, body)
        if (head.number, head.hash) != (number, kept):
            return rows[:at], (RowFault(number, "chain"),)
    return rows, ()


def begins_with_founding(rows: Sequence[tuple[int, bytes, bytes]]) -> bool:
    """Whether the log's first row is one of a founding, be it a good one or not."""
    try:
        return bool(rows) and read_row(rows[0][2]).content[0] == Founding.__name__
    except (RowError, TypeError, IndexError):
        return False


def _same_founders(genesis: Genesis, deed: Founding) -> bool:
    named = [(one.staff_id, one.credential_id, one.public_key) for one in genesis.founders]
    return named == [
        (one.staff_id, one.key.credential_id, one.key.public_key) for one in deed.founders
    ]
