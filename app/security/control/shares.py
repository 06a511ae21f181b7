"""The recovery key in the control log (復旧鍵): issued again, and as the third person of a step.

Its holders are three papers in different hands; two of them together sign, and whoever reads the
log checks that with the public half that the log itself names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from app.core.errors import UserError
from app.security.acts.content import encode
from app.security.control.deeds import Right, SharesIssued, SharesVouch
from app.security.control.done import Done
from app.security.control.state import ControlState
from app.security.refusals import refusal

_VOUCH = b"madoguchi-shares-v1"
_CHECK_BYTES = 32
_FRESH = timedelta(minutes=30)
"""So long what two shares signed may wait for the touches."""


def issue(state: ControlState, issued: SharesIssued, done: Done) -> None:
    """The new shares count from now on. Raises ``Refusal`` ``act.altered`` for what is no key."""
    if len(issued.check) != _CHECK_BYTES or not issued.recipient.startswith("age1"):
        raise refusal("act.altered")
    state.recovery_check = issued.check
    state.recovery_recipient = issued.recipient


def vouch(state: ControlState, said: SharesVouch, done: Done) -> None:
    """Two shares stand for these rights. Raises ``UserError`` ``shares.not_ours`` when the
    signature is not that of the recovery key in force, ``shares.stale`` for one of before."""
    try:
        check = Ed25519PublicKey.from_public_bytes(state.recovery_check)
        check.verify(said.signature, _signed(state.store_id, said.rights, said.at))
    except (InvalidSignature, ValueError) as cause:
        raise UserError(
            "shares.not_ours",
            "この復旧鍵の控えは、いま有効なものではありません。",
            "いちばん新しく発行された復旧鍵の控えを2枚そろえてください。",
            field="first",
        ) from cause
    if not timedelta() <= done.at - said.at <= _FRESH:
        raise UserError(
            "shares.stale",
            "復旧鍵の控えを入れてから時間がたちました。",
            "もう一度、控え2枚を入れてください。",
            field="first",
        )
    for right in said.rights:
        found = state.grants.get(right.grant_id)
        if found is None or found.version != right.version:
            raise refusal("act.row_changed")
        state.vouched.add(right.grant_id)


def sign_vouch(
    signer: Ed25519PrivateKey, store_id: str, rights: Sequence[Right], at: datetime
) -> SharesVouch:
    """What two shares together say of these rights."""
    kept = tuple(rights)
    return SharesVouch(kept, at, signer.sign(_signed(store_id, kept, at)))


def _signed(store_id: str, rights: tuple[Right, ...], at: datetime) -> bytes:
    return _VOUCH + encode((store_id, rights, at))
