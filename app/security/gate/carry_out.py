"""The one way from a button to an act: prepare, the touches, perform, done or its cause.

What has to happen stands here once, as a chain of steps; who takes the steps (the window with
its workers, the keyboard before there is a window) stands elsewhere. A step that fails is
thrown back into the chain, so that ``fresh.recent`` alone is mended by one touch and every
other cause reaches whoever takes the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

from app.core.errors import UserError
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import Ask, PreparedAct
from app.security.authenticators.port import Assertion, Authenticator
from app.security.gate.gate import Gate
from app.security.refusals import Refusal
from app.security.staff.session import Session

T = TypeVar("T")

NOT_RECENT = "fresh.recent"
"""The one refusal that a touch of the person's own key mends."""

RENEW = "本人であることを、もう一度キーで確かめます（前の確認から15分が過ぎました）。"


@dataclass(frozen=True, slots=True)
class Work:
    """Run ``run`` where the store is worked with; its outcome is the answer."""

    run: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Touch:
    """Show ``sentence`` and wait for the key of ``ask``'s person; the ``Assertion`` is the
    answer. With ``prf_salt`` the key's PRF output comes with it."""

    sentence: str
    ask: Ask
    prf_salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class CallSecond:
    """Call a second person to ``sentence``; the staff id they give is the answer. Where it
    ``may_wait``, "" answers that nobody is here now: the act is kept until somebody is."""

    sentence: str
    role: Role
    may_wait: bool = False


@dataclass(frozen=True, slots=True)
class Enrol:
    """Show ``sentence`` and work with the key of whoever stands before the screen, to register
    it: ``run`` gets the authenticator and what gives up, where keys are worked with; its outcome
    is the answer."""

    sentence: str
    run: Callable[[Authenticator, Event], Any]


Step = Work | Touch | CallSecond | Enrol
Steps = Generator[Step, Any, T]
"""A chain of steps that ends with a ``T``. Closing it gives up: nothing further happens."""

Prepare = Callable[[], PreparedAct]
Perform = Callable[[PreparedAct, tuple[Approval, ...]], T]


def carry_out(
    gate: Gate, session: Session, prepare: Prepare, perform: Perform[T]
) -> Generator[Step, Any, T]:
    """Prepare an act, collect every approval it needs, the operator's first, and perform it.

    ``prepare`` and ``perform`` run as ``Work``. A second person gives a staff id and touches a
    key of their own, over the same sentence. Raises ``PutOff`` when the act was kept for a second
    person who comes later.
    """
    prepared: PreparedAct = yield from with_recent(gate, session, prepare)
    given: list[Approval] = []
    for role in prepared.needs:
        ask = prepared.own_ask
        if role is not Role.ACTOR:
            ask = yield from _second(gate, prepared, role, tuple(given))
        assertion = yield Touch(prepared.sentence, ask)
        given.append(Approval(ask.staff_id, ask.role, assertion))
    approvals = tuple(given)
    return (yield from with_recent(gate, session, lambda: perform(prepared, approvals)))


def with_recent(gate: Gate, session: Session, work: Callable[[], T]) -> Generator[Step, Any, T]:
    """Run ``work``; when only the recent verification is missing, renew it by one touch and
    run ``work`` once more. ``work`` is refused before it changes anything, or it is one act."""
    try:
        return (yield Work(work))  # type: ignore[no-any-return]  # the answer to Work is its outcome
    except Refusal as cause:
        if cause.code != NOT_RECENT:
            raise
    ask: Ask = yield Work(lambda: gate.ask_refresh(session))
    assertion = yield Touch(RENEW, ask)
    yield Work(lambda: gate.refresh(session, assertion))
    return (yield Work(work))  # type: ignore[no-any-return]


class PutOff(UserError):
    """Not done yet and not lost: the act waits for its second person."""

    def __init__(self) -> None:
        super().__init__(
            "act.put_off",
            "責任者の承認を待つ手続きに入れました。まだ行われていません。",
            "責任者が「二人目待ち」を開いて承認すると行われます（5営業日以内）。",
        )


def _second(
    gate: Gate, prepared: PreparedAct, role: Role, given: tuple[Approval, ...]
) -> Generator[Step, Any, Ask]:
    may_wait = bool(prepared.function.later) and bool(given)
    staff_id: str = yield CallSecond(prepared.sentence, role, may_wait)
    if may_wait and not staff_id:
        yield from with_recent(gate, prepared.session, lambda: gate.put_off(prepared, given))
        raise PutOff
    ask: Ask = yield Work(lambda: gate.ask(prepared, staff_id, role))
    return ask


def _no_key_here(_step: Enrol) -> Any:
    raise ValueError("no key is registered here")


def take_at_once(
    steps: Steps[T],
    touch: Callable[[Touch], Assertion],
    second: Callable[[CallSecond], str],
    enrol: Callable[[Enrol], Any] = _no_key_here,
) -> T:
    """Take every step here and now, one after another: where nobody waits at a window.

    ``touch`` asks for one touch, ``second`` for the second person's staff id, ``enrol`` for a
    key to register. Raises what a step raises, except the one cause that the steps mend
    themselves.
    """

    def answer_to(step: Step) -> object:
        if isinstance(step, Work):
            return step.run()
        if isinstance(step, Enrol):
            return enrol(step)
        return touch(step) if isinstance(step, Touch) else second(step)

    try:
        step = next(steps)
        while True:
            try:
                answer = answer_to(step)
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        outcome: T = end.value
        return outcome
