"""中継への常時の指示: what the unattended relay may do and until when, given by two persons.

The order also says whom the relay takes sealed files from (the courier, by its card) and which
folder is watched. Whatever is outside of it waits (DESIGN 6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.core.errors import UserError
from app.functions.files.media_acts import own_card, put_courier
from app.functions.files.media_list import moves_in, moves_out
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.wire.cards import card_fingerprint, open_card
from app.wire.files import FILES, FileSpec
from db.tables.media import standing_order

ORDER, WITHDRAW = "relay.order", "relay.withdraw"
FOLDER_FACT = "relay.folder"
LONGEST = timedelta(days=365)
ENDS_SOON = 30
_SUBJECT = Subject("setting", "relay")


@dataclass(frozen=True, slots=True)
class Ordering:
    """What is ordered: file ids up and down, the last day (ISO), the watched folder, why, and the
    courier's card."""

    up: tuple[str, ...]
    down: tuple[str, ...]
    valid_to: str
    folder: str
    reason: str
    card: bytes


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """An order that is written down. ``persons`` are the two who gave it."""

    id: str
    up: frozenset[str]
    down: frozenset[str]
    valid_from: date
    valid_to: date
    folder: str
    persons: tuple[str, str]

    def holds(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.valid_from <= day <= self.valid_to


def prepare_order(gate: Gate, session: Session, asked: Ordering, today: date) -> PreparedAct:
    """Raises UserError ``relay.period``, ``relay.files``."""
    last = date.fromisoformat(asked.valid_to)
    if not today <= last <= today + LONGEST:
        raise UserError(
            "relay.period",
            "常時の指示は、今日から一年以内の日までです。",
            "終わりの日を、一年以内の日にしてください。",
        )
    wrong = [one for one in asked.up if not _relayed(one, moves_in)]
    wrong += [one for one in asked.down if not _relayed(one, moves_out)]
    if wrong or not (asked.up or asked.down):
        which = "、".join(wrong) or "一つも指定されていません"
        raise UserError(
            "relay.files",
            f"中継で扱えないファイルがあります（{which}）。",
            "送るものと受けるものを、ファイルの番号で指定してください。",
        )
    card = open_card(asked.card)
    up, down = "、".join(asked.up) or "なし", "、".join(asked.down) or "なし"
    return gate.prepare(
        ORDER,
        session,
        subject=_SUBJECT,
        content=asked,
        sentence=f"{last:%Y年%m月%d日} まで、中継が人の確認なしに {up} を送り、{down} を"
        f"受け取ることを指示します。封をする相手は「{card.title}」"
        f"（照合コード {card_fingerprint(asked.card)}）、置き場所は {asked.folder} です。",
    )


def _relayed(file_id: str, goes: Callable[[FileSpec], bool]) -> bool:
    spec = FILES.get(file_id)
    return spec is not None and spec.relayed and goes(spec)


def perform_order(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]
) -> tuple[StandingOrder, bytes]:
    """Write it in place of the one before; the order and this relay's own card for the courier.

    Raises UserError ``relay.profile`` on a terminal that is no relay, ``relay.opens`` when it
    holds a key that opens what comes, ``media.other_municipality``.
    """
    with gate.act(prepared, approvals) as work:
        asked: Ordering = work.content
        if work.fact("profile") != "relay":
            raise UserError(
                "relay.profile",
                "この端末は中継として登録されていません。窓口の端末は中継になりません。",
                "別のデータの場所で初期設定し、「中継」として登録してください。",
            )
        card = own_card(work)
        if open_card(card).receiving:
            raise UserError(
                "relay.opens",
                "この中継は、届いたものを開ける鍵を持っています。",
                "受渡担当の名刺を付けて（enrol --courier）登録し直してください。",
            )
        put_courier(work, open_card(asked.card))
        second = next(one.staff_id for one in approvals if one.staff_id != work.staff_id)
        at = work.at.isoformat()
        work.run(
            update(standing_order)
            .where(standing_order.c.withdrawn_at == "")
            .values(withdrawn_at=at, version=standing_order.c.version + 1)
        )
        work.run(
            insert(standing_order).values(
                id=work.new_id(),
                files_up=" ".join(asked.up),
                files_down=" ".join(asked.down),
                valid_from=work.at.date().isoformat(),
                valid_to=asked.valid_to,
                reason=asked.reason,
                ordered_by=work.staff_id,
                confirmed_by=second,
                ordered_at=at,
            )
        )
        work.set_fact(FOLDER_FACT, asked.folder)
        order = order_in_force(work)
        assert order is not None
        return order, card


def prepare_withdraw(gate: Gate, session: Session) -> PreparedAct:
    """End the order at once: one person's touch, because it only takes away."""
    return gate.prepare(
        WITHDRAW,
        session,
        subject=_SUBJECT,
        sentence="中継への常時の指示を取りやめます。中継は、次の送受信から何もしません。",
    )


def perform_withdraw(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> int:
    """How many orders ended."""
    with gate.act(prepared, approvals) as work:
        return work.run(
            update(standing_order)
            .where(standing_order.c.withdrawn_at == "")
            .values(withdrawn_at=work.at.isoformat(), version=standing_order.c.version + 1)
        )


def order_in_force(work: Any) -> StandingOrder | None:
    """The order that was not withdrawn, whatever its days."""
    row = work.first(select(standing_order).where(standing_order.c.withdrawn_at == ""))
    if row is None:
        return None
    folder = work.fact(FOLDER_FACT)
    return StandingOrder(
        row.id,
        frozenset(row.files_up.split()),
        frozenset(row.files_down.split()),
        date.fromisoformat(row.valid_from),
        date.fromisoformat(row.valid_to),
        str(folder or ""),
        (row.ordered_by, row.confirmed_by),
    )
