"""From genesis to a session, and every way in which the door stays shut (SEC-20 … 34, 41, 69)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.catalog import CATALOG
from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.functions.records.service import find_period, show_lines
from app.security.authenticators.attestation import AttestationKind, judge_again
from app.security.control.deeds import SettingChange
from app.security.control.state import ControlState
from app.security.entry.control import LOGIN
from app.security.journal.genesis import fingerprint, read_genesis
from app.security.journal.line import State
from app.security.keys.terminal_state import STATE_EVENT
from app.security.refusals import Refusal
from app.security.staff.session import LOG_OFF
from db.tables.control import credential
from tests.support.founded import FoundedTerminal, believing, found_terminal, person_is
from tests.support.keyring_daemon import KeyringDaemon


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


@pytest.mark.req("SEC-26")
def test_a_contractor_at_work_is_named_as_one(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the work, and in every line of the review of what was done."""
    person_is(monkeypatch, "S201", contractor=True)
    login = terminal.login()
    session = terminal.enter(login, "S201")
    assert session.staff_name == "委託　責任 一郎"
    assert login.terminal is not None
    gate, journal = login.terminal.gate, login.terminal.journal
    day = terminal.clock.now().date()
    period = find_period(gate, session, journal, (day, day))
    assert period.names == {"S201": "委託　責任 一郎", "S202": "責任 二郎"}
    lines = show_lines(gate, session, journal, CATALOG, [journal.head.number])
    assert [line.staff_name for line in lines] == ["委託　責任 一郎"]


@pytest.mark.req("SYS-33", "ACT-10", "SEC-26", "SEC-48")
def test_a_contractor_comes_in_with_the_own_key_until_the_last_day_and_opens_what_was_granted(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = terminal.clock.now().date()
    person_is(monkeypatch, "S201", contractor=True, valid_to=last)
    login = terminal.login()
    with pytest.raises(UserError, match=r"key\.wrong"):
        terminal.enter(login, "S201", key_of="S202")
    session = terminal.enter(login, "S201")
    assert login.terminal is not None
    gate, journal = login.terminal.gate, login.terminal.journal
    assert "admin.list_staff" in gate.permitted(session)
    with pytest.raises(Refusal, match=r"right\.none"), gate.view("admin.deputise", session):
        pass
    refused = journal.line(journal.head.number).entry
    assert (refused.staff_id, refused.function_id) == ("S201", "admin.deputise")
    login.log_off(session)
    terminal.clock.advance(timedelta(days=1))
    with pytest.raises(Refusal, match=r"staff\.ended"):
        terminal.enter(terminal.login(), "S201")


@pytest.mark.req("SEC-20", "SEC-22", "SEC-23", "SEC-25")
def test_two_founders_start_a_terminal_and_log_in(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    opened = login.terminal
    assert opened is not None
    assert session.staff_name == "責任 一郎"
    first = opened.journal.line(1)
    genesis = read_genesis(first)
    assert {one.staff_id for one in genesis.founders} == {"S201", "S202"}
    assert genesis.recovery_public == terminal.recovery_public
    *_, entered, mirrored = opened.journal.lines()
    assert entered.entry.function_id == LOGIN
    assert entered.entry.staff_id == "S201"
    assert mirrored.entry.function_id == STATE_EVENT
    login.log_off(session)
    assert login.terminal is None


def test_the_founders_write_down_the_first_line_s_fingerprint(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    terminal.enter(login, "S201")
    assert login.terminal is not None
    (digest,) = login.terminal.journal.lines_since(  # everything, from the start
        type(login.terminal.journal.head)(0, bytes(32)), 1
    )
    assert digest.number == 1
    assert len(terminal.founded.fingerprint) == len(fingerprint(bytes(32)))
    login.close()


def test_one_key_cannot_found_a_terminal_twice_over(tmp_path: Path) -> None:
    with pytest.raises(MadoguchiError):
        found_terminal(tmp_path, same_key=True)
    assert not (tmp_path / "terminal" / "store.db").exists()


def test_founders_have_no_right_to_the_day_s_business(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    assert login.terminal is not None
    allowed = login.terminal.gate.permitted(session)
    assert "admin.request_grant" in allowed
    assert not [f for f in allowed if f.startswith(("eligibility.", "persons."))]
    login.close()


def test_a_founded_terminal_is_not_founded_again(terminal: FoundedTerminal, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        found_terminal(tmp_path, shelf=terminal.shelf)
    assert caught.value.code == "store.exists"
    login = terminal.login()  # nothing of the first founding was touched, its secret least of all
    terminal.enter(login, "S201")
    login.close()


@pytest.mark.req("SEC-22", "SEC-24", "CON-40")
@pytest.mark.parametrize(
    ("password", "key_of", "code"),
    [
        ("Machigai-99-aoi", "", "login.wrong_password"),
        ("", "S202", "key.wrong"),
    ],
)
def test_either_factor_alone_fails_and_is_a_line(
    terminal: FoundedTerminal, password: str, key_of: str, code: str
) -> None:
    login = terminal.login()
    with pytest.raises(UserError) as caught:
        terminal.enter(login, "S201", password=password, key_of=key_of)
    assert caught.value.code == code
    assert login.terminal is None
    terminal.enter(login, "S201")
    assert login.terminal is not None
    told = [line.entry for line in login.terminal.journal.lines()]
    refused = [one for one in told if one.function_id == "session.vestibule"]
    assert [(one.staff_id, one.cause, one.state) for one in refused] == [
        ("S201", code, State.REFUSED)
    ]
    login.close()


@pytest.mark.req("SEC-21")
def test_a_second_session_of_the_same_id_is_refused(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    terminal.enter(login, "S201")
    with pytest.raises(Refusal) as caught:
        terminal.enter(login, "S201")
    assert caught.value.code == "session.second"
    login.close()


@pytest.mark.req("SEC-69")
def test_outside_the_hours_only_an_exception_may_be_made(terminal: FoundedTerminal) -> None:
    terminal.clock.advance(timedelta(hours=10))
    login = terminal.login()
    session = terminal.enter(login, "S201")
    assert login.terminal is not None
    assert login.terminal.gate.permitted(session) == {"admin.hours_exception"}
    login.close()


@pytest.mark.req("SEC-34", "SEC-41", "SEC-42")
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"left_on": date(2026, 11, 16)}, "staff.left"),
        ({"valid_from": date(2026, 11, 17)}, "staff.not_yet"),
        ({"valid_to": date(2026, 11, 15)}, "staff.ended"),
    ],
)
def test_dates_bound_every_id(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, values: dict[str, date], code: str
) -> None:
    person_is(monkeypatch, "S201", **values)
    login = terminal.login()
    with pytest.raises(Refusal) as caught:
        terminal.enter(login, "S201")
    assert caught.value.code == code


@pytest.mark.req("SEC-27", "SEC-28")
@pytest.mark.parametrize(
    ("set_on", "outcome"),
    [(date(2026, 8, 20), "only change"), (date(2026, 8, 1), "lapsed")],
)
def test_an_old_password_leads_only_to_its_change(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, set_on: date, outcome: str
) -> None:
    person_is(monkeypatch, "S201", password_set_on=set_on)
    login = terminal.login()
    if outcome == "lapsed":
        with pytest.raises(Refusal) as caught:
            terminal.enter(login, "S201")
        assert caught.value.code == "staff.password_expired"
        return
    session = terminal.enter(login, "S201")
    assert login.terminal is not None
    assert login.terminal.gate.permitted(session) <= {"own.change_password"}
    login.close()


def test_a_revoked_key_opens_nothing_for_work(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def revoke(state: ControlState) -> None:
        for id_, key in state.keys.items():
            state.keys[id_] = replace(key, revoked_at="2026-11-16T09:00:00+09:00")

    believing(monkeypatch, revoke)
    login = terminal.login()
    with pytest.raises(Refusal) as caught:
        terminal.enter(login, "S201")
    assert caught.value.code == "approval.key_revoked"


def test_a_clock_that_leapt_leaves_only_the_clock(terminal: FoundedTerminal) -> None:
    terminal.clock.advance(timedelta(days=40))
    login = terminal.login()
    session = terminal.enter(login, "S201")
    assert login.terminal is not None
    assert login.terminal.gate.permitted(session) <= {"admin.clock"}
    login.close()


@pytest.mark.req("SEC-64", "SEC-65")
def test_lock_and_unlock_by_the_same_person(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    login.lock(session)
    assert login.terminal is not None
    assert login.terminal.gate.permitted(session) == frozenset()
    question = login.ask("S201")
    from threading import Event

    assertion = terminal.keys["S201"].assert_(
        question.rp_id,
        question.challenge,
        question.request.credential_ids,
        uv=True,
        prf_salt=question.request.prf_salt,
        cancel=Event(),
    )
    with pytest.raises(UserError):
        login.unlock(session, question, "Machigai-99-aoi", assertion)
    question = login.ask("S201")
    assertion = terminal.keys["S201"].assert_(
        question.rp_id,
        question.challenge,
        question.request.credential_ids,
        uv=True,
        prf_salt=question.request.prf_salt,
        cancel=Event(),
    )
    login.unlock(session, question, "Tachiaoi-73-kaki", assertion)
    assert login.terminal.gate.permitted(session)
    login.close()


def test_log_off_is_a_line_and_closes_the_store(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    login.log_off(session)
    again = terminal.login()
    terminal.enter(again, "S202")
    assert again.terminal is not None
    told = [line.entry.function_id for line in again.terminal.journal.lines()]
    assert told.count(LOG_OFF) == 1
    again.close()


@pytest.mark.req("SEC-70", "SEC-75")
def test_genesis_and_login_with_the_real_keyring(
    tmp_path: Path, os_keyring_session: KeyringDaemon
) -> None:
    from app.security.keys.os_keyring import OsKeyring

    shelf = OsKeyring(f"madoguchi-test-{tmp_path.name}")
    terminal = found_terminal(tmp_path, shelf=shelf)
    login = terminal.login()
    terminal.enter(login, "S201")
    login.close()
    shelf.forget()
    with pytest.raises(EnvironmentFault) as caught:
        terminal.login()
    assert caught.value.code == "keyslots.keyring_lost"


def test_settings_of_the_store_are_in_force(terminal: FoundedTerminal) -> None:
    login = terminal.login()
    session = terminal.enter(login, "S201")
    assert login.terminal is not None
    change = SettingChange("hours.to", "23:00")
    terminal.sign(login, session, "admin.change_setting", change)
    login.close()
    terminal.clock.advance(timedelta(hours=10))
    again = terminal.login()
    terminal.enter(again, "S201")
    again.close()


@pytest.mark.req("SEC-25")
def test_a_registration_can_be_judged_again_from_what_its_row_keeps(
    terminal: FoundedTerminal,
) -> None:
    login = terminal.login()
    terminal.enter(login, "S201")
    assert login.terminal is not None
    with login.terminal.store.view(("credential",)) as work:
        rows = work.all(select(credential))
    login.close()
    assert len(rows) == 2
    for row in rows:
        kept = bytes(row.attestation), bytes(row.client_data)
        assert judge_again(*kept, ()) in (AttestationKind.SELF, AttestationKind.UNTRUSTED)
        with pytest.raises(EnvironmentFault, match="attestation_invalid"):
            judge_again(kept[0], kept[1] + b" ", ())
