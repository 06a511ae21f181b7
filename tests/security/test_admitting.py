"""The steps that take a newcomer in, as a production terminal takes them: up to the key that no
machine of the tests has, and not beyond."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Event

import pytest

from app.core.errors import MadoguchiError
from app.core.relying_party import production_rp_id
from app.functions.admin import staff
from app.functions.admin.admitting import Newcomer, admit
from app.security.authenticators.port import Assertion
from app.security.authenticators.verify import Profile, RegistrationPolicy
from app.security.gate.carry_out import CallSecond, Enrol, Touch, take_at_once
from tests.support.authenticators import TRAINING
from tests.support.founded import FoundedTerminal, found_terminal, software_authenticator
from tests.support.keys import QUICK

PRODUCTION = RegistrationPolicy(Profile.PRODUCTION, production_rp_id("152994"), frozenset(), ())
NEWCOMER = Newcomer(
    "S301",
    "情報 四郎",
    "デジタル推進課",
    False,
    date(2026, 11, 16),
    date(2027, 3, 31),
    "青い札",
    ("S201", "S202"),
)
PASSWORD = "Kikyou-65-sugi"


class Counter:
    """Two founders and a newcomer at one terminal, each with a key at the CTAP2 port."""

    def __init__(self, folder: Path) -> None:
        self.place: FoundedTerminal = found_terminal(folder)
        self.door = self.place.login()
        self.session = self.place.enter(self.door, "S201")
        self.newcomer = software_authenticator()
        self.said: list[str] = []

    def touch(self, touch: Touch) -> Assertion:
        self.said.append(touch.sentence)
        ask = touch.ask
        key = self.place.keys[ask.staff_id]
        return key.assert_(ask.rp_id, ask.challenge, ask.credential_ids, uv=True, cancel=Event())

    def second(self, call: CallSecond) -> str:
        return "S202"

    def enrol(self, step: Enrol) -> object:
        self.said.append(step.sentence)
        return step.run(self.newcomer, Event())

    def admit(self, policy: RegistrationPolicy) -> None:
        terminal = self.door.terminal
        assert terminal is not None
        steps = admit(terminal, self.session, policy, NEWCOMER, PASSWORD, QUICK)
        take_at_once(steps, self.touch, self.second, self.enrol)

    def known(self) -> list[str]:
        terminal = self.door.terminal
        assert terminal is not None
        listed = staff.list_staff(terminal.gate, self.session)
        return [line.staff_id for line in listed.lines]


@pytest.mark.req("SEC-23")
def test_a_production_terminal_asks_the_key_and_refuses_one_made_of_software(
    tmp_path: Path,
) -> None:
    counter = Counter(tmp_path)
    with pytest.raises(MadoguchiError) as refused:
        counter.admit(PRODUCTION)
    assert refused.value.code == "registration.software_key"
    assert counter.said == ["職員 S301（情報 四郎）のキーを登録します。本人が触れます。"]
    assert counter.known() == ["S201", "S202"]
    counter.door.close()


@pytest.mark.req("SEC-21", "SEC-43")
def test_the_same_steps_register_in_training_with_three_people_s_touches(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.admit(TRAINING)
    key, own, second = counter.said
    assert "本人が触れます" in key
    assert own == second
    assert own == (
        "職員 S301（情報 四郎、デジタル推進課）を、"
        "2026年11月16日から2027年3月31日までとして登録します。"
    )
    assert counter.known() == ["S201", "S202", "S301"]
    with pytest.raises(MadoguchiError, match=r"staff\.taken"):
        counter.admit(TRAINING)
    assert len(counter.said) == 3  # nobody touched for what was wrong of the form
    counter.door.close()
