"""庁舎の表示と公印: what the papers of this office say, put in force by two (FORM-76, DESIGN 7)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import date

from PIL import Image

from app.core.errors import UserError
from app.functions.admin.words import day_words
from app.security.acts.approval import Approval
from app.security.control.deeds import OfficeCard
from app.security.control.offices import LABELS, check, check_since
from app.security.control.state import PutCard
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.security.gate.later import Later

__all__ = ["LABELS", "OfficeCard", "PutCard"]

_SUBJECT = Subject("setting", "office")


def list_cards(gate: Gate, session: Session) -> tuple[PutCard, ...]:
    """Every card that two persons ever signed here, the newest beginning first."""
    with gate.view("admin.list_offices", session, subject=Subject("list", "offices")) as work:
        cards = [one for cards in work.control.offices.values() for one in cards]
    return tuple(sorted(cards, key=lambda one: (one.card.since, one.signed_by), reverse=True))


def in_force(cards: Sequence[PutCard], place: str, day: date) -> PutCard | None:
    """Of ``list_cards`` the one that counts for a place on a day."""
    mine = (one for one in cards if one.card.place == place and one.card.since <= day)
    return next(mine, None)


def prepare_card(gate: Gate, session: Session, card: OfficeCard) -> PreparedAct:
    """Raises ``UserError`` ``office.<field>`` for what cannot be printed."""
    today = gate.now().date()
    check(card)
    check_since(card, today, today)
    if card.seal:
        check_picture(card.seal)
    deputy = f"、職務代理者「{card.deputy}」" if card.deputy else ""
    seal = f"公印は画像（{mark_of(card.seal)}）" if card.seal else f"公印は「{card.omission}」"
    return gate.prepare(
        "admin.put_office",
        session,
        subject=_SUBJECT,
        content=card,
        sentence=f"{day_words(card.since)}から、「{card.place}」の書類の表示を、窓口「{card.name}」、"
        f"電話 {card.phone}、受付時間「{card.hours or 'なし'}」、発行者「{card.issuer}」{deputy}、"
        f"{seal}とします。",
    )


def perform_card(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Put it in force."""
    with gate.act(prepared, approvals):
        pass


CARD_LATER = Later(
    OfficeCard, lambda gate, prepared, given, _access: perform_card(gate, prepared, given)
)


def mark_of(seal: bytes) -> str:
    """What two persons compare of a picture: 16 bits twice of its SHA-256, as ``1a2b-3c4d``."""
    digits = hashlib.sha256(seal).hexdigest()
    return f"印影の照合 {digits[:4]}-{digits[4:8]}"


def check_picture(seal: bytes) -> None:
    """The whole picture can be drawn. Raises ``UserError`` ``office.seal``."""
    try:
        with Image.open(io.BytesIO(seal), formats=("PNG",)) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as cause:
        raise UserError(
            "office.seal",
            "公印の画像が途中で切れているか、壊れています。",
            "元の画像からもう一度書き出したPNGを選んでください。",
            field="seal",
        ) from cause
