"""First start, enrolment and the proof of the journal at the keyboard, with the real union, a
real keyring and two software keys (issue 2, item 5; DESIGN 4 genesis, 6 enrolment)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from app.core.clock import JST, SystemClock
from app.core.errors import EnvironmentFault, UserError
from app.core.paths import Paths
from app.core.tables import load_tables, shipped_tables
from app.peers.union.embed import Union, embedded
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.keys.os_keyring import OsKeyring
from app.start.auditing import verify_journal
from app.start.compose import Parts
from app.start.founding import Machine, found_terminal
from app.start.installation import Installation, read_installation
from app.start.setting_up import enrol_terminal
from app.start.talk import Talk
from app.start.unfinished import Unfinished
from app.training.people import MUNICIPALITY_CODE
from app.training.software_key import SoftwareKey
from tests.support.authenticators import Person
from tests.support.keyring_daemon import KeyringDaemon

pytestmark = pytest.mark.req("SEC-20", "SEC-31", "SEC-70")

PASSWORDS = {"S201": "Tachiaoi-73-kaki", "S202": "Nadeshiko-41-ume"}


@dataclass
class Keyboard:
    """Answers in turn; remembers what was said and types shares back from it."""

    answers: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def talk(self) -> Talk:
        return Talk(self._ask, self._secret, self.said.append)

    def _ask(self, question: str) -> str:
        self.asked.append(question)
        if "もう使わない端末なら" in question:
            return "使わない"  # other tests of this run founded terminals in the same keyring
        if "打ち返して" in question:
            share = next(text for text in reversed(self.said) if text.startswith("控え "))
            return share.partition("：")[2]
        return self.answers.pop(0)

    def _secret(self, question: str) -> str:
        self.asked.append(question)
        return self.secrets.pop(0)


class GivesUp(Keyboard):
    """Does not try again what the key could not do."""

    def _ask(self, question: str) -> str:
        return "やめる" if "やめるときは" in question else super()._ask(question)


@pytest.fixture
def keys() -> dict[str, SoftwareKey]:
    made = {}
    for staff_id in PASSWORDS:
        made[staff_id] = SoftwareKey(touched_at_once=True)
        made[staff_id].enrol_finger()
    return made


def port(*plugged: SoftwareKey) -> CtapAuthenticator:
    """The authenticator over the keys that are plugged in."""
    return CtapAuthenticator(lambda: plugged, Person(pins=[None]), seconds=10)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keyboard founds production terminals; software keys are for training only."""
    import app.start.founding as founding

    real = founding._ask_installation

    def training_installation(talk: Talk, place: Unfinished) -> Installation:
        asked = real(talk, place)
        return Installation(True, asked.municipality_code, asked.office, asked.phone)

    monkeypatch.setattr(founding, "_ask_installation", training_installation)


@pytest.fixture
def union(tmp_path: Path) -> Iterator[Union]:
    with embedded(tmp_path / "union") as running:
        yield running


def found_here(data: Path, keys: dict[str, SoftwareKey], board: Keyboard | None = None) -> Keyboard:
    board = board or Keyboard()
    board.answers += ["152990", MUNICIPALITY_CODE, "見本市 保険年金課", "0000-00-0000", ""]
    for staff_id, name in (("S201", "責任 一郎"), ("S202", "責任 二郎")):
        board.answers += [staff_id, name, "保険年金課", ""]
        board.secrets += [PASSWORDS[staff_id], PASSWORDS[staff_id]]
    ports = [port(key) for key in keys.values()]
    machine = Machine(lambda talk: ports.pop(0), lambda: None)
    assert found_terminal(data, board.talk(), None, machine) == 0
    return board


def parts_of(data: Path) -> Parts:
    paths = Paths(data)
    return Parts(
        paths,
        SystemClock(),
        load_tables(shipped_tables()),
        read_installation(paths),
        OsKeyring("madoguchi-training"),
    )


def open_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run on any day of the week: the hours are another test's."""
    from app.core.settings import SETTINGS, Setting

    for name, value in (
        ("hours.weekdays", "1234567"),
        ("hours.from", "00:00"),
        ("hours.to", "24:00"),
    ):
        old = SETTINGS[name]
        monkeypatch.setitem(SETTINGS, name, Setting(old.name, old.label, old.form, value))


def test_a_terminal_is_founded_enrolled_and_its_journal_proved(
    tmp_path: Path,
    keys: dict[str, SoftwareKey],
    training: None,
    union: Union,
    os_keyring_session: KeyringDaemon,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_at_any_time(monkeypatch)
    data = tmp_path / "terminal"
    board = found_here(data, keys)
    fingerprint = board.said[-2].strip()
    assert len(fingerprint.split("-")) == 8
    authority = tmp_path / "authority.pem"
    authority.write_bytes(union.authorities)

    def enrol(board: Keyboard) -> int:
        return enrol_terminal(
            data, union.address, authority, board.talk(), parts_of(data),
            lambda talk: port(*keys.values()),
        )  # fmt: skip

    first = Keyboard(["S201", "本庁", "窓口"], [PASSWORDS["S201"]])
    with pytest.raises(EnvironmentFault) as waiting:
        enrol(first)
    assert waiting.value.code == "enrol.waiting"
    shown = union.first.requests()[0]
    assert shown["fingerprint"] in " ".join(first.said)
    union.approve_waiting()

    again = Keyboard(["S201", "S202"], [PASSWORDS["S201"]])
    assert enrol(again) == 0
    assert any("T01" in text for text in again.said)

    def prove(anchor: str) -> tuple[int, Keyboard]:
        board = Keyboard(["S202"], [PASSWORDS["S202"]])
        code = verify_journal(
            data, anchor, board.talk(), parts_of(data), lambda talk: port(*keys.values())
        )
        return code, board

    code, board = prove(fingerprint)
    assert code == 0, board.said
    code, board = prove("0000-" + fingerprint[5:])
    assert code == 1
    assert any("照合する印（anchor）と合いません" in text for text in board.said)


@pytest.mark.parametrize(("content", "cause"), [(None, "missing"), (b"not a certificate", "none")])
def test_a_certificate_that_is_none_is_told_before_anybody_logs_in(
    tmp_path: Path, content: bytes | None, cause: str
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    board = Keyboard()
    with pytest.raises(UserError) as refused:
        enrol_terminal(tmp_path / "none", "host:1", tmp_path / "ca.pem", board.talk())
    assert refused.value.code == f"enrol.certificate_{cause}"
    assert board.asked == []


def test_a_software_key_founds_no_production_terminal(
    tmp_path: Path, keys: dict[str, SoftwareKey], os_keyring_session: KeyringDaemon
) -> None:
    board = GivesUp()
    with pytest.raises((UserError, EnvironmentFault)) as refused:
        found_here(tmp_path / "terminal", keys, board)
    assert refused.value.code == "registration.software_key"
    assert not (tmp_path / "terminal").exists()


def test_weak_passwords_and_a_wrong_code_are_asked_again(
    tmp_path: Path,
    keys: dict[str, SoftwareKey],
    training: None,
    os_keyring_session: KeyringDaemon,
) -> None:
    board = Keyboard(secrets=["mijikai", PASSWORDS["S201"], "chigau"])
    found_here(tmp_path / "terminal", keys, board)
    said = " ".join(board.said)
    assert "市区町村コード" in said
    assert "短すぎます" in said
    assert "二つのパスワードが違います" in said


def test_the_moment_of_founding_is_in_the_first_line(
    tmp_path: Path,
    keys: dict[str, SoftwareKey],
    training: None,
    os_keyring_session: KeyringDaemon,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_at_any_time(monkeypatch)
    data = tmp_path / "terminal"
    before = datetime.now(JST)
    found_here(data, keys)
    doorway = parts_of(data).doorway(lambda: True)
    from app.security.journal.genesis import read_genesis
    from app.start.setting_up import Hands

    hands = Hands(Keyboard(["S202"], [PASSWORDS["S202"]]).talk(), doorway, port(*keys.values()))
    hands.log_in()
    try:
        genesis = read_genesis(hands.terminal.journal.line(1))
    finally:
        doorway.close()
    assert before <= datetime.fromisoformat(genesis.at) <= datetime.now(JST)
    assert genesis.municipality_code == MUNICIPALITY_CODE
