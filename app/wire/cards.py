"""What two sides tell each other by hand before the first file (名刺): names and public halves.

A card is a signed statement by its own key; whoever takes one compares the forty digits by eye
with the other side. A terminal's card goes to the courier at the municipal system's side
(``madoguchi courier``), the courier's to the terminal or relay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from app.wire.keys import fingerprint, signing_keys
from app.wire.statements import StatementRefused, open_signed, peek

T = TypeVar("T", "Card", "BodyCard")

CARD_ENDING = ".card"
"""How the name of a card's file ends."""


@dataclass(frozen=True, slots=True)
class Card:
    """One side as the other must know it. ``name`` is what its containers carry; ``signing`` 32
    raw bytes; ``receiving`` an age recipient. A terminal's or relay's card also names the
    ``archive`` key of its municipality (an age recipient) and the union with its keys, for what
    goes straight to it and comes straight from it; a courier's leaves them empty."""

    name: str
    title: str
    municipality: str
    signing: bytes
    receiving: str
    archive: str
    union: str
    union_receiving: str
    union_signing: tuple[bytes, ...]
    at: str


def open_card(data: bytes) -> Card:
    """The card in ``data``, signed by the very key it names.

    Raises MalformedBody, StatementRefused ``statement.kind``, ``.key`` or ``.signature``.
    """
    return _self_signed(Card, data)


def card_fingerprint(data: bytes) -> str:
    """The digits that both sides compare: over the whole card, as it was written."""
    return fingerprint(data)


@dataclass(frozen=True, slots=True)
class BodyCard:
    """One body as another must know it: 標準システム and 中間サーバー. ``number`` is the insurer's
    (保険者番号), "" of the intermediary; ``certificate`` is the PEM of its TLS certificate, by
    which each knows the other on the line; the rest as in ``Card``."""

    name: str
    title: str
    number: str
    signing: bytes
    receiving: str
    certificate: bytes
    at: str


def open_body_card(data: bytes) -> BodyCard:
    """The card in ``data``, signed by the very key it names. Raises as ``open_card``."""
    return _self_signed(BodyCard, data)


def _self_signed(kind: type[T], data: bytes) -> T:
    card = peek(kind, data)
    try:
        keys = signing_keys(card.signing)
    except ValueError as cause:
        raise StatementRefused(
            "statement.key",
            "名刺の署名鍵の形が正しくありません。",
            "相手方に、名刺を書き出し直すよう伝えてください。",
        ) from cause
    return open_signed(kind, data, keys)
