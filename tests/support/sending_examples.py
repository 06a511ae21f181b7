"""Examples of sending and sharing files: each succeeds with all rights."""

from __future__ import annotations

from app.functions.files import sendings
from app.functions.files.desks import teller
from app.start.compose import handlers
from app.sync import outbox as outgoing
from app.wire.files import FILES
from tests.support.attempts import Attempt, Example
from tests.support.line import CODES, LoopUnion, enrol
from tests.support.sendings import act_of, sample
from tests.support.world import World

HANDLER = "clerk"


def handlers_of_files(world: World) -> None:
    """The clerk and another one hold the file handler's rights (ファイル連携担当)."""
    for function_id in (sendings.SHOW, sendings.CONFIRM, sendings.WITHDRAW):
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


def _tell(world: World) -> Attempt:
    enrol(world, LoopUnion())
    return Attempt("", system=teller(world.gate, CODES))


def _received(file_id: str) -> Example:
    def example(world: World) -> Attempt:
        spec = FILES[file_id]

        def receive() -> None:
            with world.gate.system(spec.applied_by) as work:
                handlers(world.tables)[spec.applied_by](work, spec, list(sample(file_id)))

        return Attempt("", system=receive)

    return example


SENDING_EXAMPLES: dict[str, Example] = {
    "files.show_sendings": _show,
    "files.confirm_sending": _confirm,
    "files.withdraw_sending": _withdraw,
    "files.tell_desks": _tell,
    "files.receive_desk_word": _received("DESK-01"),
    "files.receive_delivered": _received("FILE-18"),
}
