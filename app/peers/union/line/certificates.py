"""Single certificates of a terminal: which there are, and the withdrawal of one (SEC-70)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from app.core.errors import UserError
from app.peers.union.system import System, log_act
from app.peers.union.tables import credential
from app.wire.keys import recipient_id


def withdraw_lost(
    system: System, connection: Connection, terminal_id: str, opens: frozenset[str]
) -> bool:
    """Withdraw those certificates of a terminal whose receiving key it says it does not hold any
    more (it was restored from before a renewal); whether there were any. The one that it holds
    stays: it is the one that it came with."""
    rows = connection.execute(
        select(credential.c.fingerprint, credential.c.receiving).where(
            credential.c.terminal == terminal_id, credential.c.withdrawn_at == ""
        )
    ).all()
    lost = [row.fingerprint for row in rows if recipient_id(row.receiving) not in opens]
    if not lost or len(lost) == len(rows):
        return False
    for fingerprint in lost:
        _withdraw_certificate(system, connection, terminal_id, fingerprint)
    return True


def certificates(system: System, terminal_id: str = "") -> list[dict[str, object]]:
    """The certificates of a terminal ("" for all), the newest first, each with where it stands:
    ``in_force``, ``expired`` or ``withdrawn``."""
    now = system.clock.now()
    asked = select(credential).order_by(credential.c.position.desc())
    if terminal_id:
        asked = asked.where(credential.c.terminal == terminal_id)
    with system.database.read() as connection:
        rows = connection.execute(asked).all()
    found: list[dict[str, object]] = []
    for row in rows:
        over = datetime.fromisoformat(row.valid_to) < now
        standing = "withdrawn" if row.withdrawn_at else "expired" if over else "in_force"
        found.append(
            {
                "fingerprint": row.fingerprint,
                "terminal": row.terminal,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "standing": standing,
                "withdrawn_at": row.withdrawn_at,
                "withdrawn_by": row.withdrawn_by,
            }
        )
    return found


def withdraw_certificate(system: System, operator: str, fingerprint: str) -> None:
    """Withdraw one certificate (SHA-256 of its DER, hex) with the keys that came with it: the
    next request over it is refused, what it signs counts no more. The terminal and its other
    certificates stay. Raises UserError ``union.no_certificate``."""
    with system.database.write() as connection:
        found = connection.execute(
            select(credential.c.terminal).where(
                credential.c.fingerprint == fingerprint, credential.c.withdrawn_at == ""
            )
        ).scalar()
        if found is None:
            raise UserError(
                "union.no_certificate",
                "その証明書は、使用中の証明書の中にありません。",
                "証明書の一覧（certificates）で、照合コードと状態を確かめてください。",
            )
        _withdraw_certificate(system, connection, operator, fingerprint)


def _withdraw_certificate(
    system: System, connection: Connection, who: str, fingerprint: str
) -> None:
    connection.execute(
        update(credential)
        .where(credential.c.fingerprint == fingerprint)
        .values(withdrawn_at=system.now(), withdrawn_by=who)
    )
    log_act(system, connection, who, "withdraw_certificate", fingerprint)
