"""Examples of every function of a case, from its opening to the close of the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import insert

from app.cases import (
    beginning,
    board,
    closing,
    decisions,
    drafts,
    follow_ups,
    namesakes,
    rejected,
    second_look,
    sending,
    slips,
)
from app.cases.kind import CaseKind, Look
from app.cases.state import SUMMARY
from app.catalog import CASES, CATALOG
from app.functions.benefits.kinds.funeral import FUNERAL
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.gate.gate import Session
from app.start.compose import handlers
from app.wire.files import FILES
from db.tables.cases import follow_up
from tests.support.attempts import Attempt, Example
from tests.support.counter import (
    ENTRY,
    NUMBER,
    Counter,
    Resident,
    accepted,
    put_residents,
    refused,
)
from tests.support.kinds import SCENES, refusing
from tests.support.line import LoopUnion, enrol
from tests.support.sendings import sample
from tests.support.visit_examples import VISIT_EXAMPLES
from tests.support.world import World

DAY = date(2026, 11, 16)


def at(world: World, kind: CaseKind = MOVE_IN) -> Counter:
    """The desk of this world, enrolled."""
    counter = Counter(world, LoopUnion(), kind=kind)
    enrol(world, counter.union)
    return counter


def _on_draft(
    call: Callable[[World, Session, drafts.KeyedCase], object], kind: str = "does", **changed: str
) -> Example:
    """An example on a case that is keyed and not sent."""

    def example(world: World) -> Attempt:
        case = at(world).entered(**changed)
        return Attempt("clerk", **{kind: lambda session: call(world, session, case)})  # type: ignore[arg-type]

    return example


def _find_payers(world: World) -> Attempt:
    put_residents(world, Resident())
    kind = CASES["direct_debit_payer"]
    return Attempt(
        "clerk",
        view=lambda session: beginning.sides(world.gate, session, kind, "P-1", world.tables),
    )


def _withdraw(world: World) -> Attempt:
    counter = at(world)
    sent = counter.send(counter.entered())
    case = drafts.load_case(world.gate, world.session("clerk"), MOVE_IN, sent.case_id)
    return Attempt("clerk", does=lambda session: sending.withdraw(world.gate, session, case))


def _slip(world: World) -> Attempt:
    counter = at(world)
    sent = counter.send(counter.entered())
    case = drafts.load_case(world.gate, world.session("clerk"), MOVE_IN, sent.case_id)
    return Attempt(
        "clerk",
        does=lambda session: slips.print_slip(
            world.gate,
            session,
            case,
            counter.drawing,
            counter.printer,
            slips.At(world.clock.now(), "見本市役所　保険年金課", "000-000-0000"),
        ),
    )


# -- the decision --------------------------------------------------------------------------


def _receive_decision(world: World) -> Attempt:
    counter = at(world)
    sent = counter.send(counter.entered())
    entry = replace(sample("FILE-01")[0], case_id=sent.case_id)
    record = replace(accepted(entry), decision_id="U15-1-000001", notification_id=sent.outbox_id)
    spec = FILES["FILE-16"]

    def receive() -> None:
        with world.engine_hand.system("eligibility.receive_decision") as work:
            handlers(world.tables)[spec.applied_by](work, spec, [record])

    return Attempt("", system=receive)


def _show_decision(world: World) -> Attempt:
    view = at(world).decided()
    return Attempt(
        "clerk",
        view=lambda session: decisions.show(
            world.gate, session, MOVE_IN, view.case_id, world.tables
        ),
    )


def _show_rejection(world: World) -> Attempt:
    case_id = at(world).rejected()
    return Attempt(
        "clerk", view=lambda session: rejected.show(world.gate, session, MOVE_IN, case_id)
    )


def _compare(world: World) -> Attempt:
    view = at(world).decided()
    return Attempt(
        "clerk", does=lambda session: decisions.confirm_comparison(world.gate, session, view)
    )


def _second_look(world: World) -> Attempt:
    view = at(world).decided()
    return Attempt(
        "supervisor",
        lambda session: second_look.prepare_second_look(world.gate, session, view),
        lambda prepared, given: second_look.perform_second_look(
            world.gate, prepared, tuple(given), MOVE_IN
        ),
    )


def _settle_follow_up(world: World) -> Attempt:
    case = at(world).entered()
    with world.hands_on("follow_up", "case_file") as work:
        work.run(
            insert(follow_up).values(
                id="T01-1-77", case_id=case.id, code="paper_to_return", since="2026-11-16"
            )
        )
    return Attempt(
        "clerk", does=lambda session: follow_ups.settle(world.gate, session, "T01-1-77", "done")
    )


def _close_case(world: World) -> Attempt:
    counter = at(world)
    counter.answers.append(refused)
    view = counter.decided()
    return Attempt(
        "clerk",
        does=lambda session: closing.close_case(world.gate, session, view),
    )


def _close_day(world: World) -> Attempt:
    at(world).entered()
    return Attempt(
        "supervisor",
        lambda session: board.prepare_close(world.gate, session, CATALOG, DAY),
        lambda prepared, given: board.perform_close(world.gate, prepared, tuple(given), CATALOG),
    )


# -- of every kind -------------------------------------------------------------------------


def _of(kind: CaseKind) -> dict[str, Example]:
    """The examples of opening and sending a kind."""

    def open_(world: World) -> Attempt:
        scene = SCENES[kind.code]
        about = "" if scene.resident is None else scene.resident.id
        if scene.resident is not None:
            put_residents(world, scene.resident)
        return Attempt(
            "clerk",
            does=lambda session: drafts.open_case(
                world.gate, session, kind, scene.entry, person_id=about
            ),
        )

    def send(world: World, **changed: str) -> Attempt:
        counter = at(world, kind)
        case = counter.entered(**changed)
        if changed or kind.second_look.look is Look.BEFORE:
            counter.look(case.id, "supervisor2")
            case = drafts.load_case(world.gate, world.session("clerk"), kind, case.id)
        return Attempt(
            "clerk",
            lambda session: counter.prepare_send(case),
            lambda prepared, given: sending.perform_send(
                world.gate, prepared, tuple(given), kind, world.tables
            ),
        )

    found: dict[str, Example] = {kind.opening: open_, kind.sending: send}
    if kind.has_supervised_sending:
        found[kind.supervised_sending] = lambda world: send(
            world, person_kind="3", number_check="number_card", my_number_absent=""
        )
    return found


def _drafted(
    kind: CaseKind, call: Callable[[World, Session, drafts.KeyedCase], object], how: str = "does"
) -> Example:
    """On a case that is keyed."""

    def example(world: World) -> Attempt:
        case = at(world, kind).entered()
        return Attempt("clerk", **{how: lambda session: call(world, session, case)})  # type: ignore[arg-type]

    return example


def _sent(kind: CaseKind, call: Callable[[Counter, Session, drafts.KeyedCase], object]) -> Example:
    """On a case that waits in the outbox."""

    def example(world: World) -> Attempt:
        counter = at(world, kind)
        case_id = counter.send(counter.entered()).case_id
        case = drafts.load_case(world.gate, world.session("clerk"), kind, case_id)
        return Attempt("clerk", does=lambda session: call(counter, session, case))

    return example


def _answered(
    kind: CaseKind,
    call: Callable[[World, Session, decisions.DecisionView], object],
    how: str = "does",
    *,
    refused: bool = False,
) -> Example:
    """On a case that the union has answered."""

    def example(world: World) -> Attempt:
        counter = at(world, kind)
        if refused:
            counter.answers.append(refusing)
        view = counter.decided()
        return Attempt("clerk", **{how: lambda session: call(world, session, view)})  # type: ignore[arg-type]

    return example


def _looked_at(kind: CaseKind) -> Example:
    def example(world: World) -> Attempt:
        view = at(world, kind).decided()
        return Attempt(
            "supervisor",
            lambda session: second_look.prepare_second_look(world.gate, session, view),
            lambda prepared, given: second_look.perform_second_look(
                world.gate, prepared, tuple(given), kind
            ),
        )

    return example


def _not_taken(kind: CaseKind) -> Example:
    def example(world: World) -> Attempt:
        case_id = at(world, kind).rejected()
        return Attempt(
            "clerk", view=lambda session: rejected.show(world.gate, session, kind, case_id)
        )

    return example


def _received(kind: CaseKind) -> Example:
    def example(world: World) -> Attempt:
        counter = at(world, kind)
        sent = counter.send(counter.entered())
        record = replace(
            SCENES[kind.code].answer(counter.entry_of(sent.case_id)),
            decision_id="U15-1-000001",
            notification_id=sent.outbox_id,
        )
        function_id = kind.function("receive_decision")

        def work() -> None:
            with world.engine_hand.system(function_id) as unit:
                handlers(world.tables)[function_id](unit, kind.answered_in, [record])

        return Attempt("", system=work)

    return example


def _give_slip(counter: Counter, session: Session, case: drafts.KeyedCase) -> None:
    world = counter.world
    slips.print_slip(
        world.gate,
        session,
        case,
        counter.drawing,
        counter.printer,
        slips.At(world.clock.now(), "見本市役所　保険年金課", "000-000-0000"),
    )


def _on_the_way(kind: CaseKind) -> dict[str, Example]:
    """The examples of what is done with a case of ``kind``'s area, without number and paper."""
    entry = SCENES[kind.code].entry
    acts: dict[str, Example] = {
        "load_case": _drafted(
            kind,
            lambda world, session, case: drafts.load_case(world.gate, session, kind, case.id),
            "view",
        ),
        "take_over": _drafted(
            kind,
            lambda world, session, case: drafts.take_over(
                world.gate, session, case, "handover_absent"
            ),
        ),
        "save_draft": _drafted(
            kind,
            lambda world, session, case: drafts.save_draft(
                world.gate, session, case, entry, SUMMARY
            ),
        ),
        "cancel_case": _drafted(
            kind,
            lambda world, session, case: drafts.cancel_case(
                world.gate, session, case, "届出人が取りやめた"
            ),
        ),
        "withdraw_notification": _sent(
            kind, lambda desk, session, case: sending.withdraw(desk.world.gate, session, case)
        ),
        "print_slip": _sent(kind, _give_slip),
        "show_rejection": _not_taken(kind),
        "receive_decision": _received(kind),
        "show_decision": _answered(
            kind,
            lambda world, session, view: decisions.show(
                world.gate, session, kind, view.case_id, world.tables
            ),
            "view",
        ),
        "compare_decision": _answered(
            kind,
            lambda world, session, view: decisions.confirm_comparison(world.gate, session, view),
        ),
        "second_look": _looked_at(kind),
        "close_case": _answered(
            kind,
            lambda world, session, view: closing.close_case(world.gate, session, view),
            refused=True,
        ),
    }
    return {kind.function(act): example for act, example in acts.items()}


CASE_EXAMPLES: dict[str, Example] = {
    **{name: one for kind in CASES.values() for name, one in _of(kind).items()},
    **_on_the_way(FUNERAL),
    "day.settle": _settle_follow_up,
    "day.show": _on_draft(
        lambda world, session, case: board.lines(world.gate, session, CATALOG), "view"
    ),
    "eligibility.find_payers": _find_payers,
    "eligibility.load_case": _on_draft(
        lambda world, session, case: drafts.load_case(world.gate, session, MOVE_IN, case.id), "view"
    ),
    "eligibility.take_over": _on_draft(
        lambda world, session, case: drafts.take_over(world.gate, session, case, "handover_absent")
    ),
    "eligibility.save_draft": _on_draft(
        lambda world, session, case: drafts.save_draft(world.gate, session, case, ENTRY, SUMMARY)
    ),
    "eligibility.keep_number": _on_draft(
        lambda world, session, case: drafts.keep_number(world.gate, session, case, NUMBER)
    ),
    "eligibility.cancel_case": _on_draft(
        lambda world, session, case: drafts.cancel_case(
            world.gate, session, case, "届出人が取りやめた"
        )
    ),
    "eligibility.find_namesakes": _on_draft(
        lambda world, session, case: namesakes.find(
            world.gate, session, MOVE_IN, case.values, world.tables, DAY
        ),
        "view",
    ),
    "eligibility.withdraw_notification": _withdraw,
    "eligibility.receive_decision": _receive_decision,
    "eligibility.show_decision": _show_decision,
    "eligibility.show_rejection": _show_rejection,
    "eligibility.compare_decision": _compare,
    "eligibility.second_look": _second_look,
    "eligibility.print_slip": _slip,
    "eligibility.close_case": _close_case,
    "day.close": _close_day,
    **VISIT_EXAMPLES,
}
