"""Examples of the ledgers' functions: each ledger begun, gone on with, confirmed, printed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.core.canon import canonical_json
from app.functions.records import number_registers, phases
from app.functions.records.ledgers import LEDGERS, book, paper
from app.functions.records.ledgers.book import Place
from app.functions.records.ledgers.declared import PRINT, Form, Item, Ledger, Step
from app.functions.records.retention import proposal, running
from app.security.gate.gate import Session
from db.tables.records import ledger_entry
from tests.support.attempts import Attempt, Example
from tests.support.counter import KeepingPrinter
from tests.support.retention_scene import order, put_gone, run_all
from tests.support.verbs import shared_press
from tests.support.world import STAFF, World

DAY = "2026-11-16"


def typed(step: Step, **said: str) -> dict[str, str]:
    """Something right for every item of a step; ``said`` instead for some."""
    return {item.name: said.get(item.name, _right(item)) for item in step.items}


def _right(item: Item) -> str:
    return {
        Form.TEXT: f"{item.label}の例",
        Form.DAY: DAY,
        Form.CHOICE: item.choices[0][0] if item.choices else "",
        Form.STAFF: STAFF["clerk"][0],
        Form.COUNT: "1",
        Form.KIND: "転入の届出",
    }[item.form]


def put(world: World, ledger: Ledger, upto: int, **said: str) -> str:
    """A record with its first ``upto`` steps, put there past the gate; its id."""
    record = ""
    with world.hands_on("ledger_entry") as work:
        for number, step in enumerate(ledger.steps[:upto], 1):
            entry_id = work.new_id()
            record = record or entry_id
            work.run(
                insert(ledger_entry).values(
                    id=entry_id,
                    record_id=record,
                    ledger=ledger.id,
                    step=step.code,
                    cells=canonical_json(typed(step, **said)),
                    written_by=STAFF["supervisor"][0],
                    at=f"{DAY}T09:0{number}:00+09:00",
                    line=number,
                )
            )
    return record


def list_desk(world: World, session: Session) -> ListDesk:
    """Where a ledger is printed; the printer keeps what it was given."""
    drawing = Drawing(world.tables, shared_press(), training=True)
    return ListDesk(world.gate, session, drawing, KeepingPrinter(), "本庁２番窓口")


def _show(ledger: Ledger) -> Example:
    def example(world: World) -> Attempt:
        put(world, ledger, 1)
        return Attempt("supervisor", view=lambda session: book.show(world.gate, session, ledger))

    return example


def _write(ledger: Ledger, step: Step) -> Example:
    def example(world: World) -> Attempt:
        at = ledger.steps.index(step)
        place = Place(put(world, ledger, at) if at else "", step.code)
        return Attempt(
            "supervisor",
            lambda session: book.prepare_entry(world.gate, session, ledger, place, typed(step)),
            lambda prepared, approvals: book.perform_entry(world.gate, prepared, approvals),
        )

    return example


def _print(world: World) -> Attempt:
    ledger = LEDGERS["questions"]
    put(world, ledger, 1)
    (record,) = book.show(world.gate, world.session("supervisor"), ledger)
    return Attempt(
        "supervisor",
        does=lambda session: paper.print_records(
            list_desk(world, session), ledger, [record], "令和8年度"
        ),
    )


def _examples() -> Mapping[str, Example]:
    found: dict[str, Example] = {PRINT: _print}
    for ledger in LEDGERS.values():
        found[ledger.shows] = _show(ledger)
        plain = [step for step in ledger.steps if not (step.confirmed or step.by_program)]
        if plain:
            found[ledger.writes] = _write(ledger, plain[0])
        confirmed = [step for step in ledger.steps if step.confirmed]
        if confirmed:
            found[ledger.confirms] = _write(ledger, confirmed[0])
    return found


def _show_erasure(world: World) -> Attempt:
    put_gone(world, 1)
    return Attempt("supervisor", view=lambda session: proposal.look(world.gate, session))


def _order(world: World) -> Attempt:
    put_gone(world, 1)
    found = proposal.look(world.gate, world.session("supervisor"))
    return Attempt(
        "supervisor",
        lambda session: proposal.prepare_order(world.gate, session, found),
        lambda prepared, given: proposal.perform_order(world.gate, prepared, given),
    )


def _piece(world: World) -> Attempt:
    put_gone(world, 1)
    order(world)
    return Attempt("", system=lambda: running.erase_piece(world.scheduler_hand, world.access))


def _start_rewrite(world: World) -> Attempt:
    return Attempt("supervisor", does=lambda session: running.start_rewrite(world.gate, session))


def _rewrite(world: World) -> Attempt:
    put_gone(world, 1)
    order(world)
    run_all(world)
    running.start_rewrite(world.gate, world.session("supervisor"))
    return Attempt("", system=lambda: running.rewrite(world.scheduler_hand, world.access))


LEDGER_EXAMPLES = {
    **_examples(),
    proposal.SHOW: _show_erasure,
    proposal.ORDER: _order,
    proposal.FIND: lambda world: Attempt(
        "", system=lambda: proposal.find_expired(world.scheduler_hand, world.calendar)
    ),
    phases.SHOW: lambda world: Attempt(
        "supervisor",
        view=lambda session: phases.show(
            world.gate, session, world.journal.newest_first(), frozenset()
        ),
    ),
    running.PIECE: _piece,
    running.START_REWRITE: _start_rewrite,
    running.REWRITE: _rewrite,
    number_registers.SHOW: lambda world: Attempt(
        "supervisor",
        view=lambda session: number_registers.show(world.gate, session, world.tables),
    ),
    number_registers.PRINT: lambda world: Attempt(
        "supervisor",
        does=lambda session: number_registers.print_registers(list_desk(world, session)),
    ),
}
