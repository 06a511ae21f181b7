"""Examples of the functions of the premium: the ledger opened, its files taken in."""

from __future__ import annotations

from app.functions.levy import ledger
from tests.support.attempts import Attempt, Example
from tests.support.case_examples import DAY
from tests.support.counter import Resident, put_residents
from tests.support.premiums import decision, instalments, receive
from tests.support.world import World


def _open_ledger(world: World) -> Attempt:
    put_residents(world, Resident())
    receive(world, "FILE-20", decision())
    return Attempt(
        "clerk",
        view=lambda session: ledger.open_ledger(world.gate, session, "P-1", world.tables, DAY),
    )


LEVY_EXAMPLES: dict[str, Example] = {
    ledger.OPEN: _open_ledger,
    "levy.receive_premium": lambda world: Attempt(
        "", system=lambda: receive(world, "FILE-20", decision())
    ),
    "levy.receive_collection": lambda world: Attempt(
        "", system=lambda: receive(world, "FILE-07", *instalments())
    ),
}
