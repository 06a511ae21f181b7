"""Examples of sending and sharing files: each succeeds with all rights."""

from __future__ import annotations

from sqlalchemy import insert, update

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.files import faults_found, filling, recalls, sendings
from app.functions.files.desks import teller
from app.security.authenticators.verify import verify_assertion
from app.security.control.proof import Prover
from app.security.control.shared import Shared, step
from app.security.gate.gate import Session
from app.start.compose import handlers
from app.sync import outbox as outgoing
from app.wire.control import ControlHead
from app.wire.faults import FileFault
from app.wire.files import FILES
from db.tables.exchange import file_fault, outbox
from tests.support.attempts import Attempt, Example
from tests.support.counter import KeepingPrinter
from tests.support.line import CODES, LoopUnion, enrol
from tests.support.list_examples import put_set_aside
from tests.support.sendings import act_of, sample
from tests.support.town import Town
from tests.support.verbs import shared_press
from tests.support.world import World

HANDLER = "clerk"


def handlers_of_files(world: World) -> None:
    """The clerk and another one hold the file handler's rights (ファイル連携担当)."""
    rights = (sendings.SHOW, sendings.CONFIRM, sendings.WITHDRAW, recalls.RECALL)
    for function_id in rights:
        for who in (HANDLER, "branch"):
            world.add_grant(who, function_id)


def waiting(world: World, file_id: str = "FILE-13") -> str:
    """A sending that waits for its two confirmations."""
    enrol(world, LoopUnion())
    handlers_of_files(world)
    with world.hands_on("outbox", "store_fact") as work:
        return outgoing.prepare(act_of(world, work), file_id, list(sample(file_id)), codes=CODES)


def _show(world: World) -> Attempt:
    waiting(world)
    return Attempt(HANDLER, view=lambda session: sendings.lines(world.gate, session))


def _first_load(world: World) -> Attempt:
    world.set_fact("first_load", "open")
    return Attempt(HANDLER, view=lambda session: filling.show(world.gate, session))


def put_faults(world: World) -> str:
    """A file that was set aside for two wrong values; its id."""
    inbox_id = put_set_aside(world)
    birth = next(one for one in FILES["FILE-17"].columns if one.name == "birth_sort")
    found = (FileFault.at(12, "day", birth), FileFault.at(31, "columns"))
    with world.hands_on("file_fault") as work:
        for number, one in enumerate(found):
            row = {"line": one.line, "column": one.column, "kind": one.kind, "rule": one.rule}
            work.run(insert(file_fault).values(subject=inbox_id, number=number, **row))
    return inbox_id


def _show_faults(world: World) -> Attempt:
    subject = put_faults(world)
    return Attempt(HANDLER, view=lambda session: faults_found.show(world.gate, session, subject))


def paper_desk(world: World, session: Session, printer: KeepingPrinter | None = None) -> ListDesk:
    """Where a list is printed."""
    drawing = Drawing(world.tables, shared_press(), training=True)
    return ListDesk(world.gate, session, drawing, printer or KeepingPrinter(), "本庁２番窓口")


FAULTY = faults_found.FaultyFile(
    "union-1",
    "FILE-17",
    "被保険者情報",
    "union-1",
    "",
    (faults_found.FaultLine(12, "生年月日", "日", "暦にある日ではありません"),),
    cut=False,
)


def _print_faults(world: World) -> Attempt:
    world.add_grant(HANDLER, faults_found.PRINT)
    return Attempt(
        HANDLER,
        does=lambda session: faults_found.print_notice(paper_desk(world, session), FAULTY),
    )


def _confirm(world: World) -> Attempt:
    outbox_id = waiting(world)
    return Attempt(
        HANDLER,
        lambda session: sendings.prepare_confirm(world.gate, session, outbox_id),
        lambda prepared, given: sendings.perform_confirm(world.gate, prepared, given),
    )


def _withdraw(world: World) -> Attempt:
    outbox_id = waiting(world)
    return Attempt(
        HANDLER,
        lambda session: sendings.prepare_withdraw(world.gate, session, outbox_id, "作り直すため"),
        lambda prepared, given: sendings.perform_withdraw(world.gate, prepared, given),
    )


def accepted(world: World, file_id: str = "FILE-13") -> str:
    """A sending that the union accepted."""
    outbox_id = waiting(world, file_id)
    with world.hands_on("outbox") as work:
        work.run(
            update(outbox)
            .where(outbox.c.id == outbox_id)
            .values(state="accepted", settled_at=world.clock.now().isoformat())
        )
    return outbox_id


def _recall(world: World) -> Attempt:
    outbox_id = accepted(world)
    return Attempt(
        HANDLER,
        lambda session: recalls.prepare_recall(world.gate, session, outbox_id, "前の月の分"),
        lambda prepared, given: recalls.perform_recall(world.gate, prepared, given),
    )


def _tell(world: World) -> Attempt:
    enrol(world, LoopUnion())
    return Attempt("", system=teller(world.engine_hand, CODES))


def _take_control(world: World) -> Attempt:
    """An answer of the union in which nothing is new but its word."""
    town = Town(world.clock)
    told = ControlHead(town.municipality, 0, town.head.hash, world.clock.now().isoformat())

    def take() -> None:
        state = world.control.state
        shared = Shared(state.draft())
        shared.base.head = town.head
        prover = Prover(world.control.house, verify_assertion)
        done = step(state, shared, (), (told, town.signed()), prover)
        world.engine_hand.take_rows(done)

    return Attempt("", system=take)


def _received(file_id: str) -> Example:
    def example(world: World) -> Attempt:
        spec = FILES[file_id]

        def receive() -> None:
            with world.engine_hand.system(spec.applied_by) as work:
                handlers(world.tables)[spec.applied_by](work, spec, list(sample(file_id)))

        return Attempt("", system=receive)

    return example


SENDING_EXAMPLES: dict[str, Example] = {
    "files.show_sendings": _show,
    "files.show_first_load": _first_load,
    "files.show_faults": _show_faults,
    "files.print_faults": _print_faults,
    "files.confirm_sending": _confirm,
    "files.withdraw_sending": _withdraw,
    "files.recall_sending": _recall,
    "files.tell_desks": _tell,
    "files.take_control": _take_control,
    "files.receive_desk_word": _received("DESK-01"),
    "files.receive_delivered": _received("FILE-18"),
}
