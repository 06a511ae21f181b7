"""配信: a delivery is asked for by one operator and let go by another (SEC-114)."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from app.core.errors import UserError
from app.peers.union.office.holding import deliver_all
from app.peers.union.office.insured import deliver_changes
from app.peers.union.system import System, log_act
from app.peers.union.tables import bulk_delivery


def propose(system: System, operator: str, municipality: str) -> str:
    """Ask for a delivery; asked for again, the latest one who asked counts. Gives who asked."""
    with system.database.write() as connection:
        log_act(system, connection, operator, "propose_delivery", municipality)
        connection.execute(
            delete(bulk_delivery).where(bulk_delivery.c.municipality == municipality)
        )
        connection.execute(
            insert(bulk_delivery).values(
                municipality=municipality, proposed_by=operator, proposed_at=system.now()
            )
        )
    return operator


def confirm(system: System, operator: str, municipality: str) -> int:
    """Let a delivery go that somebody else asked for: FILE-17 and whatever else is held; how many
    containers were made. Raises UserError ``union.nothing_proposed``, ``union.same_operator``."""
    with system.database.write() as connection:
        asked = connection.execute(
            select(bulk_delivery).where(bulk_delivery.c.municipality == municipality)
        ).first()
        if asked is None:
            raise UserError(
                "union.nothing_proposed",
                "この市区町村への配信は、まだ指示されていません。",
                "一人目の操作者が配信を指示してから、もう一人が確かめてください。",
            )
        if asked.proposed_by == operator:
            raise UserError(
                "union.same_operator",
                "配信を指示した本人は、配信を確かめられません。",
                "別の操作者が確かめてください。",
            )
        connection.execute(
            delete(bulk_delivery).where(bulk_delivery.c.municipality == municipality)
        )
        log_act(system, connection, operator, "deliver", municipality, asked_by=asked.proposed_by)
        made = deliver_changes(system, connection, municipality)
        return made + deliver_all(system, connection, municipality)
