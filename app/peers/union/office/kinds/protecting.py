"""支援措置 on the union's side (DOMAIN 7.3; SEC-124): she is under the measure, and her own
information is not given out (自己情報提供不可, 不開示該当)."""

from __future__ import annotations

from app.peers.union.office import history
from app.peers.union.office.case import RefusalReason
from app.peers.union.office.changes import Held, Stating, Whom
from app.peers.union.office.persons import change_person

_GROUND = "支援措置"


def _in_order(held: Held) -> list[RefusalReason]:
    """The measure does not end before it begins."""
    wrong = held.record.until_on < held.record.event_on
    return [RefusalReason("measure_days")] if wrong else []


def _protected(held: Held, since: str, until: str) -> None:
    """The mark goes to every terminal with the next delivery; it does not end by itself."""
    connection, record = held.office.connection, held.record
    values = {"support_from": since, "support_until": record.until_on}
    change_person(connection, held.row.id, values, since=since, reason=record.kind)
    history.say(
        connection,
        held.row.id,
        ("nondisclosure", ""),
        {"ground": _GROUND},
        since=since,
        until="",
        reason=record.kind,
    )


KINDS = (
    Stating(
        "protection",
        "支援措置",
        _protected,
        _in_order,
        refusals=("measure_days",),
        whom=Whom.KNOWN,
    ).kind,
)
