"""Lock and return: whose hand, which hours, and what is forgotten meanwhile (SEC-64 … 69)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest

from app.security.authenticators.port import Assertion
from app.security.entry.doorway import Doorway, Question
from app.security.entry.login import LOCK, UNLOCK
from app.security.entry.terminal import OpenTerminal
from app.security.keys.terminal_state import STATE_EVENT
from app.security.refusals import Refusal
from app.security.staff.session import Session
from tests.support.founded import PASSWORDS, FoundedTerminal, found_terminal


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def inside(login: Doorway) -> OpenTerminal:
    assert login.terminal is not None
    return login.terminal


def signed(terminal: FoundedTerminal, login: Doorway, staff_id: str) -> tuple[Question, Assertion]:
    question = login.ask(staff_id)
    assertion = terminal.keys[staff_id].assert_(
        question.rp_id,
        question.challenge,
        question.request.credential_ids,
        uv=True,
        prf_salt=question.request.prf_salt,
        cancel=Event(),
    )
    return question, assertion


def come_back(terminal: FoundedTerminal, login: Doorway, session: Session, staff_id: str) -> None:
    question, assertion = signed(terminal, login, staff_id)
    login.unlock(session, question, PASSWORDS[staff_id], assertion)


@pytest.mark.req("SEC-64")
def test_nobody_else_comes_back_into_a_locked_session(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    login.lock(session)
    with pytest.raises(Refusal, match=r"session\.other"):
        come_back(terminal, login, session, "S202")
    assert inside(login).gate.permitted(session) == frozenset()
    entry = inside(login).journal.line(inside(login).journal.head.number).entry
    assert (entry.function_id, entry.staff_id, entry.cause) == (UNLOCK, "S202", "session.other")
    login.close()


@pytest.mark.req("SEC-53", "SEC-64")
def test_a_locked_terminal_has_forgotten_the_number_key(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    held = inside(login).access.number_key
    assert held is not None
    assert inside(login).sessions.get(session).number_key == held
    login.lock(session)
    assert inside(login).access.number_key is None
    assert inside(login).sessions.get(session).number_key is None
    *_, locked, mirrored = inside(login).journal.lines()
    assert (locked.entry.function_id, mirrored.entry.function_id) == (LOCK, STATE_EVENT)
    come_back(terminal, login, session, "S201")
    assert inside(login).access.number_key == held
    assert inside(login).sessions.get(session).number_key == held
    terminal_before = inside(login)
    login.log_off(session)
    assert terminal_before.access.number_key is None
    assert terminal_before.sessions.all() == ()


def test_closing_forgets_every_session_and_the_number_key(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    terminal.enter(login, "S201")
    before = inside(login)
    login.close()
    assert before.sessions.all() == ()
    assert before.access.number_key is None


@pytest.mark.req("SEC-69")
def test_nobody_comes_back_after_the_hours(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    login.lock(session)
    terminal.clock.advance(timedelta(hours=10))
    with pytest.raises(Refusal, match=r"hours\.closed"):
        come_back(terminal, login, session, "S201")
    login.close()


@pytest.mark.req("SEC-41")
def test_nobody_comes_back_who_has_left_meanwhile(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    login.lock(session)
    people = inside(login).control.state.people
    people["S201"] = replace(people["S201"], left_on=date(2026, 11, 16))
    with pytest.raises(Refusal, match=r"staff\.left"):
        come_back(terminal, login, session, "S201")
    assert inside(login).gate.permitted(session) == frozenset()
    login.close()


def test_a_clock_put_wrong_behind_a_locked_screen_opens_only_the_clock(
    terminal: FoundedTerminal,
) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    login.lock(session)
    terminal.clock.set_wall(terminal.clock.now() - timedelta(days=1, minutes=10))
    with pytest.raises(Refusal, match=r"clock\.back"):
        come_back(terminal, login, session, "S201")
    login.close()
