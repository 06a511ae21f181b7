"""Examples of the functions of the premium: the ledger opened, its files taken in."""

from __future__ import annotations

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.levy import ledger, trial
from app.functions.levy.trial import Asked, Money
from app.security.gate.gate import Session
from tests.support.attempts import Attempt, Example
from tests.support.case_examples import DAY
from tests.support.counter import KeepingPrinter, Resident, put_residents
from tests.support.premiums import decision, instalments, receive
from tests.support.verbs import shared_press
from tests.support.world import World


def _open_ledger(world: World) -> Attempt:
    put_residents(world, Resident())
    receive(world, "FILE-20", decision())
    return Attempt(
        "clerk",
        view=lambda session: ledger.open_ledger(world.gate, session, "P-1", world.tables, DAY),
    )


ASKED = Asked(2026, Money(pension=2_000_000), Money(salary=3_600_000), head_over_65=False)


def trial_paper(world: World, session: Session) -> ListDesk:
    """Where a trial is printed; the printer keeps what it was given."""
    drawing = Drawing(world.tables, shared_press(), training=False)
    return ListDesk(world.gate, session, drawing, KeepingPrinter(), "本庁２番窓口")


def _try_out(world: World) -> Attempt:
    world.set_fact("municipality_code", "152994")
    return Attempt(
        "clerk", view=lambda session: trial.try_out(world.gate, session, ASKED, world.tables)
    )


LEVY_EXAMPLES: dict[str, Example] = {
    ledger.OPEN: _open_ledger,
    trial.TRY: _try_out,
    trial.PRINT: lambda world: Attempt(
        "clerk",
        does=lambda session: trial.print_trial(
            trial_paper(world, session), trial.reckon(world.tables, "15", ASKED)
        ),
    ),
    "levy.receive_premium": lambda world: Attempt(
        "", system=lambda: receive(world, "FILE-20", decision())
    ),
    "levy.receive_collection": lambda world: Attempt(
        "", system=lambda: receive(world, "FILE-07", *instalments())
    ),
}
