"""What one visitor brought, as entries keyed to their end, and the examples of its functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.cases import becoming, drafts, next_steps, together
from app.cases.beginning import Begun
from app.cases.slips import At
from app.cases.state import SUMMARY
from app.catalog import CASES
from app.rules.values.reader import Reader
from tests.support.attempts import Attempt, Example
from tests.support.counter import ENTRY, NUMBER, OTHER_NUMBER, Counter, put_residents
from tests.support.kinds import SCENES
from tests.support.line import LoopUnion, enrol
from tests.support.world import World

DEATH, FUNERAL = CASES["death"], CASES["funeral"]
WHOM = SCENES["death"].resident


def keyed(
    counter: Counter,
    code: str,
    values: Mapping[str, str],
    *,
    after: str = "",
    person_id: str = "",
    number: str = "",
) -> drafts.KeyedCase:
    """One entry keyed to its end as the screen does it."""
    kind = CASES[code]
    session = counter.world.session("clerk")
    begun = Begun(after=after)
    case = drafts.open_case(counter.gate, session, kind, {}, person_id=person_id, begun=begun)
    if number:
        case = drafts.keep_number(counter.gate, session, case, number)
    reader = Reader.of(counter.tables, counter.today)
    noted = becoming.note(kind, {**case.values, **values}, reader)
    return drafts.save_draft(counter.gate, session, case, noted, SUMMARY)


def death_and_claim(counter: Counter) -> tuple[drafts.KeyedCase, drafts.KeyedCase]:
    """A death and the claim for its funeral, one visit, nothing sent."""
    assert WHOM is not None
    put_residents(counter.world, replace(WHOM, state="1"))
    died = {**SCENES["death"].entry, "mourner_name": "見本　一郎", "mourner_relation": "子"}
    died |= {"heir_name": "見本　次郎", "heir_relation": "子"}
    death = keyed(counter, "death", died, person_id=WHOM.id)
    claimed = {**SCENES["funeral"].entry, "event_on": "R8.11.16"}
    claim = keyed(counter, "funeral", claimed, after=death.id)
    return death, claim


def two_movers(counter: Counter) -> tuple[drafts.KeyedCase, drafts.KeyedCase]:
    """A couple that moved in, each with a number."""
    first = keyed(counter, "move_in", ENTRY, number=NUMBER)
    other = {**ENTRY, "kana": "つじさき　たけし", "name": "辻󠄀﨑　武", "sex": "1"}
    other |= {"birth_written": "S18.2.3", "atena_number": "000000000123466"}
    second = keyed(counter, "move_in", other, after=first.id, number=OTHER_NUMBER)
    return first, second


def seen(counter: Counter, case: drafts.KeyedCase, who: str = "clerk") -> tuple[together.Seen, ...]:
    """The visit as its screen reads it."""
    session = counter.world.session(who)
    return together.show(counter.gate, session, CASES, case.id, counter.tables, counter.today)


def answers(visit: tuple[together.Seen, ...]) -> dict[str, list[str]]:
    """Every warning answered."""
    return {one.case.id: [finding.code for finding in one.warnings] for one in visit}


def _sending(world: World, *, numbered: bool) -> Attempt:
    counter = Counter(world, LoopUnion(), kind=DEATH)
    enrol(world, counter.union)
    first, _second = two_movers(counter) if numbered else death_and_claim(counter)
    visit = seen(counter, first)
    cases = [one.case for one in visit]
    return Attempt(
        "clerk",
        lambda session: together.prepare(
            world.gate, session, cases, answers(visit), world.tables, counter.today
        ),
        lambda prepared, given: together.perform(
            world.gate, prepared, tuple(given), CASES, world.tables
        ),
    )


def _show(world: World) -> Attempt:
    counter = Counter(world, LoopUnion(), kind=DEATH)
    enrol(world, counter.union)
    death, _claim = death_and_claim(counter)
    return Attempt(
        "clerk",
        view=lambda session: together.show(
            world.gate, session, CASES, death.id, world.tables, counter.today
        ),
    )


def _next_steps(world: World) -> next_steps.NextSteps:
    assert WHOM is not None
    put_residents(world, WHOM)
    return next_steps.show(world.gate, world.session("clerk"), CASES, WHOM.id)


def _show_next(world: World) -> Attempt:
    assert WHOM is not None
    put_residents(world, WHOM)
    return Attempt(
        "clerk", view=lambda session: next_steps.show(world.gate, session, CASES, WHOM.id)
    )


def _print_next(world: World) -> Attempt:
    counter, view = Counter(world, LoopUnion()), _next_steps(world)
    return Attempt(
        "clerk",
        does=lambda session: next_steps.print_next_steps(
            world.gate,
            session,
            view,
            range(len(view.steps)),
            counter.drawing,
            counter.printer,
            At(world.clock.now(), "見本市役所　保険年金課", "000-000-0000"),
        ),
    )


VISIT_EXAMPLES: dict[str, Example] = {
    next_steps.SHOW: _show_next,
    next_steps.PRINT: _print_next,
    together.SHOW: _show,
    together.SEND: lambda world: _sending(world, numbered=False),
    together.SEND_NUMBERED: lambda world: _sending(world, numbered=True),
}
