"""What a founding gives: the rights of both founders, from genesis on (DESIGN 4 "Rights")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.core.errors import EnvironmentFault, MadoguchiError
from app.security.control.deeds import Founder, Founding, KeyEntry
from app.security.control.done import Done
from app.security.control.effects import take_effect
from app.security.control.rules import House
from app.security.control.state import ControlState
from app.security.journal.genesis import Genesis, read_genesis
from app.security.journal.journal import Journal
from app.security.spec import Catalog
from app.security.staff.roles import Role

FOUNDING_ROLES = ("supervisor", "administrator")
"""What both founders get, and nothing of the day's business."""

_FIRST_END = timedelta(days=180)
_STAGGER = timedelta(days=30)


def founding_functions(catalog: Catalog, roles: Sequence[Role]) -> tuple[str, ...]:
    """The functions that each founder holds."""
    by_code = {role.code: role for role in roles}
    return tuple(
        dict.fromkeys(
            function_id
            for code in FOUNDING_ROLES
            for function_id in by_code[code].function_ids
            if catalog.area_of(catalog[function_id]).by_founding
        )
    )


def founders_end(today: date, at: int) -> date:
    """The last day of the founder at place ``at``: staggered, so that the terminal is never
    without one of them."""
    return today + _FIRST_END + at * _STAGGER


def founders_of(journal: Journal, house: House) -> ControlState:
    """The state of a store from before the control log: its founders, by the genesis that they
    signed and the rule of then; nobody else until the founders admit them by signed acts.

    Raises ``EnvironmentFault`` ``control.rows_lost`` for a store whose genesis names a log, and
    ``journal.no_genesis``.
    """
    try:
        genesis = read_genesis(journal.line(1))
    except KeyError as cause:
        raise rows_lost() from cause
    if genesis.founding:
        raise rows_lost()
    state = ControlState(rp_id=genesis.rp_id)
    at = datetime.fromisoformat(genesis.at)
    ids = [one.staff_id for one in genesis.founders]
    done = Done(ids[0], ids[1], genesis.terminal, 1, b"genesis", at, 0)
    try:
        take_effect(state, _first_founding(genesis, at.date(), house), done, house)
    except MadoguchiError as cause:
        raise rows_lost() from cause
    return state


def _first_founding(genesis: Genesis, today: date, house: House) -> Founding:
    founders = tuple(
        Founder(
            one.staff_id,
            one.staff_id,
            "",
            today,
            founders_end(today, at),
            KeyEntry(one.credential_id, one.public_key, b"", "", "genesis", 0, ""),
        )
        for at, one in enumerate(genesis.founders)
    )
    return Founding(founders, founding_functions(house.catalog, house.roles(today)), ())


def rows_lost() -> EnvironmentFault:
    """The fault of a control log that is shorter than the journal says."""
    return EnvironmentFault(
        "control.rows_lost",
        "権限の手続きの記録が、操作記録より少なくなっています。"
        "古い複製に置き換えられたか、行が消されたおそれがあります。",
        "業務を始めず、システム管理者に連絡して復旧の手順を行ってください。",
    )
