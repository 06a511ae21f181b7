"""Examples of every function of a certificate."""

from __future__ import annotations

from app.cases import (
    issuing,
    slips,
)
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.functions.printing import misdelivered, union_papers
from app.security.staff.session import Session
from db.tables.persons import person
from tests.support.attempts import Attempt, Example
from tests.support.case_examples import at
from tests.support.counter import (
    KeepingPrinter,
)
from tests.support.union_papers import parts, three_pages
from tests.support.union_papers import receive as receive_papers
from tests.support.world import World


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


def _union_paper(world: World) -> Attempt:
    receive_papers(world, parts(three_pages()))
    return Attempt(
        "clerk", view=lambda session: union_papers.open_paper(world.gate, session, "U15-1-9")
    )


def _list_union_papers(world: World) -> Attempt:
    receive_papers(world, parts(three_pages()))
    return Attempt("clerk", view=lambda session: union_papers.list_papers(world.gate, session))


def _print_union_paper(world: World) -> Attempt:
    receive_papers(world, parts(three_pages()))

    def does(session: Session) -> str:
        paper = KeepingPrinter()
        return union_papers.print_paper(world.gate, session, "U15-1-9", (1, 1), paper)

    return Attempt("clerk", does=does)


def _misdelivered(world: World) -> Attempt:
    counter = at(world)
    issued = counter.issued()
    (hers,) = counter.rows(person)
    said = ("隣の方", "staff", "電話した", "課長")
    found = misdelivered.Misdelivered(hers.id, issued.number, *said)
    return Attempt(
        "clerk",
        lambda session: misdelivered.prepare_report(world.gate, session, found),
        lambda prepared, given: misdelivered.perform_report(world.gate, prepared, given),
    )


PAPER_EXAMPLES: dict[str, Example] = {
    "eligibility.reserve_certificate": _reserve,
    "eligibility.issue_certificate": _issue,
    "eligibility.void_certificate": _void,
    "eligibility.settle_sheet": _settle,
    "eligibility.show_certificate": _show_certificate,
    "eligibility.reprint_sheet": _reprint,
    "eligibility.print_issue_slip": _issue_slip,
    misdelivered.REPORT: _misdelivered,
    union_papers.LIST: _list_union_papers,
    union_papers.SHOW: _union_paper,
    union_papers.PRINT: _print_union_paper,
    union_papers.RECEIVE: lambda world: Attempt(
        "", system=lambda: receive_papers(world, parts(three_pages()))
    ),
}
