"""One run of the program: what changed in the slot file counts at the very next login."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.security.entry.control import LOGIN
from app.security.entry.doorway import Doorway
from app.security.entry.login import _fresh_session_id
from app.security.entry.terminal import OpenTerminal
from app.security.journal.line import Entry, State, encode_line
from app.security.keys import my_number
from app.security.keys.keyslots import keys_of
from app.security.keys.my_number import MyNumbers, Owner
from tests.support import keys
from tests.support.founded import PASSWORDS, FoundedTerminal, found_terminal, person_is
from tests.support.keys import QUICK
from tests.support.log_lines import LogLines

NEW = "Yukiyanagi-58-mikan"
NUMBER = "123456789018"


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def opened(login: Doorway) -> OpenTerminal:
    assert login.terminal is not None
    return login.terminal


@pytest.mark.req("SEC-27", "SEC-28")
def test_a_changed_password_counts_without_a_new_start(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    question = login.ask("S201")
    holder = keys_of(opened(login).access.slots, "S201")
    assertion = terminal.keys["S201"].assert_(
        question.rp_id,
        question.challenge,
        question.request.credential_ids,
        uv=True,
        prf_salt=holder.prf_salt,
        cancel=Event(),
    )
    unlocked = login._entrance.unlock("S201", PASSWORDS["S201"], assertion)
    access = opened(login).access
    access.enter(access.under_password(unlocked.person, NEW, QUICK))
    login.log_off(session)
    with pytest.raises(UserError, match=r"login\.wrong_password"):
        terminal.enter(login, "S201")
    terminal.enter(login, "S201", password=NEW)
    login.close()


@pytest.mark.req("SEC-34", "SEC-41")
def test_after_a_change_of_key_the_same_run_goes_on(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    opened(login).access.rotate(["S202"])
    login.log_off(session)
    session = terminal.enter(login, "S201")
    login.log_off(session)
    with pytest.raises(UserError, match=r"key\.wrong"):
        terminal.enter(login, "S202")


def test_a_newcomer_is_known_without_a_new_start(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    opened(login).access.enter(keys.person("S777"))
    login.log_off(session)
    question = login.ask("S777")
    login.failed(question, UserError("login.wrong_password", "違います。", "もう一度。"))
    terminal.enter(login, "S201")
    told = [line.entry for line in opened(login).journal.lines()]
    seen = [one.staff_id for one in told if one.function_id == "session.vestibule"]
    assert seen == ["S777"]
    login.close()


@pytest.mark.req("SEC-53")
def test_a_cut_short_change_of_the_number_key_ends_at_the_next_login(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    access = opened(login).access
    assert access.number_key is not None
    with access.store.update(my_number.ROTATION_WRITES, my_number.ROTATION_WRITES) as work:
        MyNumbers(work, access.number_key).put("person", "P1", NUMBER)
        fresh = access.begin_number_change(work)
    person_is(monkeypatch, "S202", left_on=date(2026, 11, 16))
    login.log_off(session)  # the power fails before the slots hold the new key
    session = terminal.enter(login, "S201")
    access = opened(login).access
    assert access.number_key == fresh
    with access.store.view(my_number.ROTATION_WRITES) as work:
        assert not my_number.is_changing(work)
        assert MyNumbers(work, fresh).find(NUMBER) == (Owner("person", "P1"),)
    assert access.has_numbers("S201")
    assert not access.has_numbers("S202")
    login.log_off(session)


@pytest.mark.req("SEC-67")
def test_log_off_forgets_and_closes_even_when_nothing_can_be_written(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, expected_log: LogLines
) -> None:
    expected_log.expect("the terminal's state was not mirrored: journal.full")
    login = terminal.login()
    session = terminal.enter(login, "S201")
    inside = opened(login)

    def full(entry: Entry) -> int:
        raise EnvironmentFault("journal.full", "空きがありません。", "片付けてください。")

    monkeypatch.setattr(inside.journal, "append", full)
    with pytest.raises(EnvironmentFault, match=r"journal\.full"):
        login.log_off(session)
    assert inside.sessions.all() == ()
    assert inside.access.number_key is None
    assert login.terminal is None
    assert not inside.store.is_open


def test_a_session_id_never_looks_like_a_number() -> None:
    """Random digits once made a line of their own refusal impossible."""
    for _ in range(3000):
        entry = Entry(State.EVENT, LOGIN, "S201", session=_fresh_session_id())
        assert encode_line("2026-11-16T10:00:00+09:00", "T01", 1, entry)


WRONG_TRIES = (
    "login.wrong_key",
    "login.wrong_password",
    "login.not_effective",
    "key.wrong",
    "key.pin_wrong",
    "key.pin_paused",
    "key.pin_blocked",
    "key.uv_failed",
    "key.uv_blocked",
    "assertion.proof",
    "assertion.no_touch",
    "assertion.no_verification",
    "assertion.backup_eligible",
    "assertion.counter",
)


@pytest.mark.req("SEC-24")
def test_every_kind_of_wrong_try_counts_and_giving_up_does_not(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    question = login.ask("S201")
    for code in ("key.cancelled", "key.timeout", "key.removed", "disk.full"):
        login.failed(question, EnvironmentFault(code, "言葉。", "手当て。"))
    assert login._entrance.vestibule.wait("S201") == timedelta(0)
    for code in WRONG_TRIES:
        fresh = f"S{code}"
        login._entrance.vestibule.know(frozenset({"S201", "S202", fresh}))
        for _ in range(5):
            assert login._entrance.vestibule.wait(fresh) == timedelta(0)
            login._entrance.failed(fresh, EnvironmentFault(code, "言葉。", "手当て。"))
        assert login._entrance.vestibule.wait(fresh) > timedelta(0), code
