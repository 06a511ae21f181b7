"""Examples of the relay's functions."""

from __future__ import annotations

from datetime import date

from app.functions.files import relay_order
from app.functions.files.relay_order import Ordering
from tests.support.attempts import Attempt, Example
from tests.support.relay_room import DOWN, UP, RelayRoom
from tests.support.world import World

DAY = date(2026, 11, 16)
ADMINISTRATOR = "administrator"


def _order(world: World) -> Attempt:
    room = RelayRoom(world, world.paths.data.parent)
    asked = Ordering((UP,), (DOWN,), "2027-03-31", str(room.folder), "自動連携", room.card())
    return Attempt(
        ADMINISTRATOR,
        lambda session: relay_order.prepare_order(world.gate, session, asked, DAY),
        lambda prepared, given: relay_order.perform_order(world.gate, prepared, given),
    )


def _withdraw(world: World) -> Attempt:
    RelayRoom(world, world.paths.data.parent).order()
    return Attempt(
        ADMINISTRATOR,
        lambda session: relay_order.prepare_withdraw(world.gate, session),
        lambda prepared, given: relay_order.perform_withdraw(world.gate, prepared, given),
    )


def _relay(world: World) -> Attempt:
    room = RelayRoom(world, world.paths.data.parent)
    room.order()
    room.put("FILE-03_1.mdg", room.sealed())
    relay = room.relay()
    return Attempt("", system=relay._order)


RELAY_EXAMPLES: dict[str, Example] = {
    "relay.order": _order,
    "relay.withdraw": _withdraw,
    "relay.carry": _relay,
}
