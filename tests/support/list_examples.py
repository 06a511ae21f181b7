"""Examples of every function of the check list, of delivered lists and of the day's files."""

from __future__ import annotations

from sqlalchemy import insert, update

from app.cases import check_list, check_notice
from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.files import day_acts, day_files, set_aside
from app.security.gate.gate import Session
from app.start.compose import handlers
from app.wire.files import FILES
from db.tables.cases import check_entry, delivered_list
from db.tables.exchange import inbox, outbox
from tests.support.attempts import Attempt, Example
from tests.support.case_examples import at
from tests.support.counter import KeepingPrinter
from tests.support.sendings import prepared, sample
from tests.support.verbs import shared_press
from tests.support.world import World


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


def notice_desk(world: World, session: Session) -> ListDesk:
    """Where the notice of a list is printed; the printer keeps what it was given."""
    drawing = Drawing(world.tables, shared_press(), training=True)
    return ListDesk(world.gate, session, drawing, KeepingPrinter(), "本庁２番窓口")


def _print_notice(world: World) -> Attempt:
    put_check(world)
    return Attempt(
        "clerk",
        does=lambda session: check_notice.print_notice(notice_desk(world, session), None),
    )


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
            with world.engine_hand.system(spec.applied_by) as work:
                handlers(world.tables)[spec.applied_by](work, spec, list(sample(file_id)))

        return Attempt("", system=receive)

    return example


LIST_EXAMPLES: dict[str, Example] = {
    "eligibility.list_checks": _list_checks,
    "eligibility.settle_check": _settle_check,
    "eligibility.open_list": _open_list,
    "eligibility.print_notice": _print_notice,
    "files.show_day": _show_day_files,
    "files.settle_rejected": _settle_rejected,
    "files.show_set_aside": _show_set_aside,
    "files.dispose": _dispose_file,
    "files.exchange": _exchange,
    "files.receive_insured": _file("FILE-17"),
    "files.receive_check_list": _file("FILE-24"),
}
