"""Examples of every function at the counter: persons, eligibility, files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import insert, update

from app.cases import (
    board,
    check_list,
    closing,
    decisions,
    drafts,
    follow_ups,
    issuing,
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
from app.functions.files import day_acts, day_files, set_aside
from app.persons import find, numbers, restrictions, show
from app.security.gate.gate import Session
from app.start.compose import handlers
from app.wire.files import FILES
from db.tables.cases import check_entry, delivered_list, follow_up
from db.tables.exchange import inbox, outbox
from tests.support.attempts import Attempt, Example
from tests.support.counter import (
    ENTRY,
    NUMBER,
    Counter,
    KeepingPrinter,
    Resident,
    accepted,
    put_residents,
    refused,
)
from tests.support.kinds import SCENES, refusing
from tests.support.line import LoopUnion, enrol
from tests.support.sendings import prepared, sample
from tests.support.world import World

DAY = date(2026, 11, 16)


def at(world: World, kind: CaseKind = MOVE_IN) -> Counter:
    """The desk of this world, enrolled."""
    counter = Counter(world, LoopUnion(), kind=kind)
    enrol(world, counter.union)
    return counter


# -- persons -------------------------------------------------------------------------------


def _search(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        view=lambda session: find.search(world.gate, session, "たかはし", world.tables, DAY),
    )


def _search_by_number(world: World) -> Attempt:
    put_residents(world, Resident(my_number=NUMBER))

    def search(session: Session) -> object:
        with world.gate.view(
            find.NUMBER_FUNCTION, session, purpose="identity_check"
        ) as work:  # the service itself asks for the right first and then searches without it
            return work.my_number.find(NUMBER)

    return Attempt("clerk", view=search)


def _open_person(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        view=lambda session: show.open_person(
            world.gate, session, "P-1", world.tables, DAY, by_number=False, confirmed=False
        ),
    )


def _show_number(world: World) -> Attempt:
    put_residents(world, Resident(my_number=NUMBER))
    return Attempt(
        "clerk",
        lambda session: numbers.prepare_show_number(world.gate, session, "P-1", "question"),
        lambda prepared, given: numbers.perform_show_number(world.gate, prepared, tuple(given)),
    )


def _mark(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        lambda session: restrictions.prepare_mark(
            world.gate, session, "P-1", DAY, date(2027, 11, 15)
        ),
        lambda prepared, given: restrictions.perform_mark(world.gate, prepared, tuple(given)),
    )


def _lift(world: World) -> Attempt:
    put_residents(world, Resident(care=True))
    return Attempt(
        "supervisor",
        lambda session: restrictions.prepare_lift(world.gate, session, "P-1"),
        lambda prepared, given: restrictions.perform_lift(world.gate, prepared, tuple(given)),
    )


# -- a case and its sending ----------------------------------------------------------------


def _on_draft(
    call: Callable[[World, Session, drafts.KeyedCase], object], kind: str = "does", **changed: str
) -> Example:
    """An example on a case that is keyed and not sent."""

    def example(world: World) -> Attempt:
        case = at(world).entered(**changed)
        return Attempt("clerk", **{kind: lambda session: call(world, session, case)})  # type: ignore[arg-type]

    return example


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
        with world.gate.system("eligibility.receive_decision") as work:
            handlers(world.tables)[spec.applied_by](work, spec, [record])

    return Attempt("", system=receive)


def _show_decision(world: World) -> Attempt:
    view = at(world).decided()
    return Attempt(
        "clerk", view=lambda session: decisions.show(world.gate, session, MOVE_IN, view.case_id)
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


# -- the certificate -----------------------------------------------------------------------


def _reserve(world: World) -> Attempt:
    counter = at(world)
    view = counter.compared()
    return Attempt(
        "clerk",
        does=lambda session: issuing.reserve_and_draw(world.gate, session, view, counter.drawing),
    )


def _void(world: World) -> Attempt:
    counter = at(world)
    proof = counter.draw(counter.compared())
    return Attempt(
        "clerk",
        does=lambda session: issuing.void(
            world.gate, session, MOVE_IN, proof.number, 1, "取りやめ"
        ),
    )


def _issue(world: World) -> Attempt:
    counter = at(world)
    view = counter.compared()
    proof = counter.draw(view)
    return Attempt(
        "clerk",
        lambda session: issuing.prepare_issue(world.gate, session, proof, view),
        lambda prepared, given: issuing.perform_issue(
            world.gate, prepared, tuple(given), proof, KeepingPrinter()
        ),
    )


def _settle(world: World) -> Attempt:
    issued = at(world).issued()
    return Attempt(
        "clerk",
        does=lambda session: issuing.settle_sheet(world.gate, session, issued, good=True),
    )


def _show_certificate(world: World) -> Attempt:
    counter = at(world)
    issued = counter.issued()
    return Attempt(
        "clerk",
        view=lambda session: issuing.redraw(
            world.gate,
            session,
            MOVE_IN,
            issued.number,
            counter.drawing,
        ),
    )


def _issue_slip(world: World) -> Attempt:
    counter = at(world)
    view = counter.compared()
    paper = counter.draw(view)
    counter.issue(paper, view)
    when = slips.At(world.clock.now(), "見本市役所　保険年金課", "")
    return Attempt(
        "clerk",
        does=lambda session: slips.print_issue_slip(
            world.gate, session, paper, counter.drawing, counter.printer, when
        ),
    )


def _reprint(world: World) -> Attempt:
    counter = at(world)
    issued = counter.issued()
    counter.settle(issued, good=False, cause="紙詰まり")
    proof = issuing.redraw(
        world.gate,
        world.session("clerk"),
        MOVE_IN,
        issued.number,
        counter.drawing,
    )
    return Attempt(
        "clerk",
        lambda session: issuing.prepare_reprint(world.gate, session, proof, 2),
        lambda prepared, given: issuing.perform_reprint(
            world.gate, prepared, tuple(given), proof, counter.printer
        ),
    )


# -- the check list ------------------------------------------------------------------------


def put_check(world: World, entry_id: str = "C-1") -> check_list.CheckLine:
    """One open entry."""
    with world.hands_on("check_entry") as work:
        work.run(
            insert(check_entry).values(
                id=entry_id,
                origin="union",
                cause="resident_differs",
                municipality_code="152994",
                atena_number="000000000004567",
                detail="氏名が違います。",
                listed_at="2026-11-16T08:30:00+09:00",
            )
        )
    lines = check_list.list_checks(world.gate, world.session("clerk"))
    return next(line for line in lines if line.id == entry_id)


def _list_checks(world: World) -> Attempt:
    put_check(world)
    return Attempt("clerk", view=lambda session: check_list.list_checks(world.gate, session))


def _settle_check(world: World) -> Attempt:
    line = put_check(world)
    return Attempt(
        "clerk", does=lambda session: check_list.settle(world.gate, session, line, "notified")
    )


def put_list(world: World, list_id: str = "T01-1-9", due_on: str = "2026-11-24") -> str:
    """A delivered list of one line; its id."""
    with world.hands_on("delivered_list", "check_entry") as work:
        work.run(
            insert(delivered_list).values(
                id=list_id,
                kind="undeclared",
                title="未申告者リスト",
                arrived_at="2026-11-16T09:00:00+09:00",
                entries=1,
                due_on=due_on,
            )
        )
        work.run(
            insert(check_entry).values(
                id=f"{list_id}-e",
                origin="union",
                cause="undeclared",
                list_id=list_id,
                detail="所得の申告がありません。",
                listed_at="2026-11-16T09:00:00+09:00",
            )
        )
    return list_id


def _open_list(world: World) -> Attempt:
    list_id = put_list(world)
    return Attempt("clerk", does=lambda session: check_list.open_list(world.gate, session, list_id))


# -- files ---------------------------------------------------------------------------------


def put_set_aside(world: World, key: str = "union-1") -> str:
    """A file that could not be taken in; its id."""
    with world.hands_on("inbox") as work:
        work.run(
            insert(inbox).values(
                id=key,
                file_id="FILE-17",
                stream="insured",
                epoch=1,
                sequence=1,
                size=1,
                state="quarantined",
                cause="3行目の生年月日が日付ではありません。",
                announced_at="2026-11-16T09:00:00+09:00",
            )
        )
    return key


def _show_set_aside(world: World) -> Attempt:
    key = put_set_aside(world)
    return Attempt("supervisor", view=lambda session: set_aside.show(world.gate, session, key))


def _dispose_file(world: World) -> Attempt:
    key = put_set_aside(world)
    return Attempt(
        "supervisor",
        does=lambda session: set_aside.dispose(
            world.gate, session, key, "not_needed", world.tables
        ),
    )


def put_sending(world: World, **changed: str) -> str:
    """A daily file that was prepared for the union; its id."""
    at(world)
    outbox_id = prepared(world, "FILE-03")
    if changed:
        with world.hands_on("outbox") as work:
            work.run(update(outbox).where(outbox.c.id == outbox_id).values(**changed))
    return outbox_id


def _show_day_files(world: World) -> Attempt:
    return Attempt("supervisor", view=lambda session: day_files.show(world.gate, session))


def _settle_rejected(world: World) -> Attempt:
    outbox_id = put_sending(world, state="rejected", last_cause="件数が違います")
    return Attempt(
        "supervisor",
        does=lambda session: day_acts.settle(
            world.gate, session, outbox_id, "not_needed", world.tables
        ),
    )


def _exchange(world: World) -> Attempt:
    counter = at(world)
    return Attempt("", system=lambda: counter.engine.open_items())


def _file(file_id: str) -> Example:
    def example(world: World) -> Attempt:
        spec = FILES[file_id]

        def receive() -> None:
            with world.gate.system(spec.applied_by) as work:
                handlers(world.tables)[spec.applied_by](work, spec, list(sample(file_id)))

        return Attempt("", system=receive)

    return example


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
            with world.gate.system(function_id) as unit:
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
            lambda world, session, view: decisions.show(world.gate, session, kind, view.case_id),
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


COUNTER_EXAMPLES: dict[str, Example] = {
    **{name: one for kind in CASES.values() for name, one in _of(kind).items()},
    **_on_the_way(FUNERAL),
    "persons.search": _search,
    "persons.search_by_number": _search_by_number,
    "persons.open": _open_person,
    "persons.show_my_number": _show_number,
    "persons.mark_support": _mark,
    "persons.lift_support": _lift,
    "day.settle": _settle_follow_up,
    "day.show": _on_draft(
        lambda world, session, case: board.lines(world.gate, session, CATALOG), "view"
    ),
    "eligibility.load_case": _on_draft(
        lambda world, session, case: drafts.load_case(world.gate, session, MOVE_IN, case.id), "view"
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
    "eligibility.reserve_certificate": _reserve,
    "eligibility.issue_certificate": _issue,
    "eligibility.void_certificate": _void,
    "eligibility.settle_sheet": _settle,
    "eligibility.show_certificate": _show_certificate,
    "eligibility.reprint_sheet": _reprint,
    "eligibility.print_slip": _slip,
    "eligibility.print_issue_slip": _issue_slip,
    "eligibility.close_case": _close_case,
    "day.close": _close_day,
    "eligibility.list_checks": _list_checks,
    "eligibility.settle_check": _settle_check,
    "eligibility.open_list": _open_list,
    "files.show_day": _show_day_files,
    "files.settle_rejected": _settle_rejected,
    "files.show_set_aside": _show_set_aside,
    "files.dispose": _dispose_file,
    "files.exchange": _exchange,
    "files.receive_insured": _file("FILE-17"),
    "files.receive_check_list": _file("FILE-24"),
}
