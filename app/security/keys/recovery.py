"""The recovery key (復旧鍵): 2 of 3 shares on paper, never in a file (DESIGN 4).

The private half of the recovery pair exists only while the shares are shown or typed back.
Shares are SLIP-39 words: 33 English words, each known by its first four letters, with a
checksum, so that a typing mistake is told before it can do harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import EnvironmentFault, UserError
from app.security.keys import slip39
from app.security.keys.keyslots import StoreKeys
from app.security.keys.sealing import (
    KEY_BYTES,
    KeyPair,
    SealError,
    new_pair,
    open_with,
    pair_from_secret,
    subkey,
)
from app.security.keys.slip39 import Share, SharesError
from app.security.keys.slot_model import SlotFile

THRESHOLD = 2
SHARES = 3
_PREFIX = 4


@dataclass(frozen=True, slots=True)
class RecoveryShare:
    """One share on the screen: ``number`` 1 … 3 and its words."""

    number: int
    words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryPublic:
    """What is public of a recovery key: the age ``recipient`` that the store's keys are sealed
    to, and the Ed25519 key (32 bytes) that proves a recovery to whoever reads the control log."""

    recipient: str
    check: bytes


def signer_of(pair: KeyPair) -> Ed25519PrivateKey:
    """What signs a recovery; only two shares together give it."""
    return Ed25519PrivateKey.from_private_bytes(subkey(pair.private, "recovery signature"))


class RecoveryIssue:
    """Issues a fresh recovery pair: each share is shown to one person and typed back.

    ``current`` is the share to show; ``confirm`` takes what was typed and moves on. Shares
    already confirmed are forgotten. When ``done``, ``public`` may be put into the slot file
    (``keyslots.found`` or ``replace_recovery``); not before, because a recovery that nobody
    holds is none.
    """

    def __init__(self) -> None:
        pair = new_pair()
        shares = slip39.split(pair.private, THRESHOLD, SHARES)
        check = signer_of(pair).public_key().public_bytes_raw()
        self._halves = RecoveryPublic(pair.public, check)
        self._left = [
            RecoveryShare(number, share.to_words()) for number, share in enumerate(shares, 1)
        ]

    @property
    def done(self) -> bool:
        """Whether every share was typed back."""
        return not self._left

    @property
    def current(self) -> RecoveryShare:
        """The share that is to be shown now, to one person only."""
        if self.done:
            raise ValueError("all shares are given out")
        return self._left[0]

    @property
    def public(self) -> str:
        """The new public half, once all shares were typed back."""
        return self.halves.recipient

    @property
    def halves(self) -> RecoveryPublic:
        """As ``public``, with the key that a recovery is proved by."""
        if not self.done:
            raise ValueError("the shares are not yet given out")
        return self._halves

    def confirm(self, typed: str) -> None:
        """The holder typed the current share back from paper.

        Raises ``UserError``: ``recovery.word_unknown``, ``recovery.typed_differently``.
        """
        if _words(typed) != self.current.words:
            raise UserError(
                "recovery.typed_differently",
                "入力した語が、表示された復旧鍵と一致しません。",
                "書き写した紙を画面と見比べて直し、もう一度入力してください。",
                field="words",
            )
        self._left.pop(0)


def combine(typed: Sequence[str]) -> KeyPair:
    """The recovery pair from two shares, each typed as one text.

    Raises ``UserError``: ``recovery.word_unknown``, ``recovery.share_mistyped`` (checksum),
    ``recovery.too_few``, ``recovery.same_share``, ``recovery.shares_differ`` (of two issues).
    """
    shares = [_share(text) for text in typed]
    if len(shares) < THRESHOLD:
        raise UserError(
            "recovery.too_few",
            f"復旧には、復旧鍵3枚のうち{THRESHOLD}枚が必要です。",
            "もう一人の保管者の復旧鍵も入力してください。",
        )
    if len({(share.issue, share.number) for share in shares}) < len(shares):
        raise UserError(
            "recovery.same_share",
            "同じ復旧鍵が二度入力されました。",
            "別の保管者の復旧鍵を入力してください。",
        )
    try:
        secret = slip39.combine(shares[:THRESHOLD])
    except SharesError as cause:
        raise UserError(
            "recovery.shares_differ",
            "入力した復旧鍵の組み合わせが正しくありません（発行の回が違います）。",
            "同じ日に発行された復旧鍵を2枚そろえてください。",
        ) from cause
    return pair_from_secret(secret[:KEY_BYTES])


def open_store_keys(file: SlotFile, recovery: KeyPair) -> StoreKeys:
    """The store's keys of every generation, from the slot file's recovery seals alone.

    Read ``file`` by ``slot_storage.read_unauthenticated`` when the keyring was lost. Raises
    ``UserError`` ``recovery.superseded`` when the shares are of an older issue, and
    ``EnvironmentFault`` ``recovery.seal_broken``.
    """
    if file.recovery_public != recovery.public:
        raise UserError(
            "recovery.superseded",
            "この復旧鍵は、再発行によって無効になったものです。",
            "いちばん新しく発行された復旧鍵を2枚そろえてください。",
        )
    try:
        data_keys = {
            entry.generation: open_with(recovery.private, entry.sealed) for entry in file.recovery
        }
        return StoreKeys(data_keys, open_with(recovery.private, file.recovery_number_key))
    except SealError as cause:
        raise EnvironmentFault(
            "recovery.seal_broken",
            "鍵ファイルの復旧用の部分が壊れているか、書き換えられています。",
            "鍵ファイルの控えから戻して、もう一度復旧の操作をしてください。",
        ) from cause


def _share(typed: str) -> Share:
    try:
        return Share.from_words(_words(typed))
    except SharesError as cause:
        raise UserError(
            "recovery.share_mistyped",
            "復旧鍵の入力に誤りがあります（検査の語が合いません）。",
            "語の抜け、順番、読み違いを紙で確かめて、もう一度入力してください。",
            field="words",
        ) from cause


def _words(typed: str) -> tuple[str, ...]:
    by_prefix = {word[:_PREFIX]: word for word in slip39.words()}
    words = []
    for place, raw in enumerate(typed.lower().split(), 1):
        word = by_prefix.get(raw[:_PREFIX])
        if word is None or not word.startswith(raw):
            raise UserError(
                "recovery.word_unknown",
                f"{place}番目の語が、復旧鍵に使われる語ではありません。",
                "紙を確かめて、その語を直してください。はじめの4文字だけでも入力できます。",
                field="words",
            )
        words.append(word)
    return tuple(words)
