"""The first start when something is amiss: it is told before anything is asked where it can be,
what was answered is kept, and what breaks off leaves no terminal behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.paths import Paths
from app.security.authenticators import faults
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.port import Assertion
from app.security.keys.terminal_secret import SecretShelf, new_terminal_secret
from app.start import founding
from app.start.founding import Machine, found_terminal
from app.start.installation import Installation, read_installation
from app.start.setting_up import recover_terminal
from app.start.talk import Talk
from app.start.unfinished import Unfinished, unfinished
from app.training.people import MUNICIPALITY_CODE
from app.training.software_key import SoftwareKey
from tests.support.authenticators import Person
from tests.support.keys import QUICK
from tests.support.shelf import MemoryShelf

pytestmark = pytest.mark.req("SEC-20")

PASSWORDS = ("Tachiaoi-73-kaki", "Nadeshiko-41-ume")
PLAIN = [MUNICIPALITY_CODE, "見本市 保険年金課", "0000-00-0000", "なし"]
PERSONS = [["S201", "責任 一郎", "保険年金課", "なし"], ["S202", "責任 二郎", "保険年金課", ""]]
AGAIN, EARLIER, BACK = "やめるときは", "もう使わない端末なら", "打ち返して"


class HungUp(EOFError):
    """The person at the keyboard left."""


@dataclass
class Board:
    """Answers in turn. ``leaves_at`` counts questions and secrets from 1: there the person is
    gone. ``again`` answers the offers to do a step again, ``earlier`` the question about an
    earlier terminal; both are at their end "やめる"."""

    answers: list[str] = field(default_factory=lambda: [*PLAIN, *PERSONS[0], *PERSONS[1]])
    passwords: list[str] = field(default_factory=lambda: [one for one in PASSWORDS for _ in "12"])
    leaves_at: int = 0
    again: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def talk(self) -> Talk:
        return Talk(self._ask, self._secret, self.said.append)

    def _came(self, question: str) -> None:
        self.asked.append(question)
        if len(self.asked) == self.leaves_at:
            raise HungUp

    def _ask(self, question: str) -> str:
        self._came(question)
        if AGAIN in question:
            return self.again.pop(0) if self.again else "やめる"
        if EARLIER in question:
            return self.earlier.pop(0)
        if BACK in question:
            return self.words[-1]
        return self.answers.pop(0)

    def _secret(self, question: str) -> str:
        self._came(question)
        return self.passwords.pop(0)

    @property
    def words(self) -> list[str]:
        return [text.partition("：")[2] for text in self.said if text.startswith("控え ")]


@dataclass
class Bench:
    """A machine with a keyring in memory and a key for each founder."""

    data: Path
    shelves: dict[str, MemoryShelf] = field(default_factory=dict)
    key_is_there: Callable[[], None] = lambda: None
    ports: list[CtapAuthenticator] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in PASSWORDS:
            key = SoftwareKey(touched_at_once=True)
            key.enrol_finger()
            self.ports.append(CtapAuthenticator(key.plugged, Person(pins=[None]), seconds=10))

    def shelf(self, service: str = "madoguchi-training") -> MemoryShelf:
        return self.shelves.setdefault(service, MemoryShelf())

    def found(self, board: Board, shelf_of: Callable[[str], SecretShelf] | None = None) -> int:
        ports = iter(self.ports)
        machine = Machine(lambda talk: next(ports), self.key_is_there, shelf_of or self.shelf)
        return found_terminal(self.data, board.talk(), None, machine)

    @property
    def left(self) -> list[str]:
        """What lies where the terminal should be or beside it."""
        places = sorted(self.data.parent.rglob("*"))
        return [place.relative_to(self.data.parent).as_posix() for place in places]


ANSWERS = ["terminal.founding", "terminal.founding/answers.toml"]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "terminal")


@pytest.fixture(autouse=True)
def training(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Software keys are for training only; quick passwords are for tests only."""
    real = founding._ask_installation

    def training_installation(talk: Talk, place: Unfinished) -> Installation:
        asked = real(talk, place)
        return Installation(True, asked.municipality_code, asked.office, asked.phone, asked.printer)

    monkeypatch.setattr(founding, "_ask_installation", training_installation)
    monkeypatch.setattr(founding, "STANDARD", QUICK)
    yield


def _locked(_service: str) -> SecretShelf:
    shelf = MemoryShelf()
    shelf.locked = True
    return shelf


def _no_key() -> None:
    raise faults.no_key()


def test_without_a_keyring_nothing_is_asked(bench: Bench) -> None:
    board = Board()
    with pytest.raises(EnvironmentFault) as refused:
        bench.found(board, _locked)
    assert refused.value.code == "keyring.locked"
    assert board.asked == []
    assert bench.left == []


def test_without_a_key_nothing_is_asked(bench: Bench) -> None:
    bench.key_is_there = _no_key
    board = Board()
    with pytest.raises(EnvironmentFault) as refused:
        bench.found(board)
    assert refused.value.code == "key.none"
    assert board.asked == []
    assert bench.left == []


def test_where_a_terminal_is_nothing_is_asked(bench: Bench) -> None:
    assert bench.found(Board()) == 0
    store = Paths(bench.data).store.read_bytes()
    board = Board()
    with pytest.raises(EnvironmentFault) as refused:
        bench.found(board)
    assert refused.value.code == "store.exists"
    assert board.asked == []
    assert Paths(bench.data).store.read_bytes() == store


def test_a_place_that_cannot_be_written_is_told_first(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    board = Board()
    with pytest.raises(EnvironmentFault) as refused:
        Bench(tmp_path / "file" / "terminal").found(board)
    assert refused.value.code.startswith("disk.")
    assert board.asked == []


def test_two_at_once_are_told_apart(bench: Bench) -> None:
    with unfinished(bench.data), pytest.raises(EnvironmentFault) as refused:
        bench.found(Board())
    assert refused.value.code == "founding.running"
    assert bench.left == []


QUESTIONS = len(PLAIN) + 2 * (len(PERSONS[0]) + 2) + 3


@pytest.mark.parametrize("leaves_at", range(1, QUESTIONS + 1))
def test_whoever_leaves_at_any_question_leaves_no_terminal_and_no_secret(
    bench: Bench, leaves_at: int
) -> None:
    board = Board(leaves_at=leaves_at)
    with pytest.raises(HungUp):
        bench.found(board)
    assert len(board.asked) == leaves_at
    assert bench.left == (ANSWERS if leaves_at > 1 else [])
    assert bench.shelf().secret is None
    kept = "".join(path.read_text("utf-8") for path in bench.data.parent.rglob("*.toml"))
    for secret in (*PASSWORDS, *(word for share in board.words for word in share.split())):
        assert f'"{secret}"' not in kept
        assert f" {secret} " not in kept
    assert "端末には何も作っていません" in board.said[-1]


def test_the_next_time_enter_takes_the_answers_again(bench: Bench) -> None:
    with pytest.raises(HungUp):
        bench.found(Board(leaves_at=QUESTIONS))
    board = Board(answers=[""] * (len(PLAIN) + 2 * len(PERSONS[0])))
    assert bench.found(board) == 0
    assert f"職員番号［Enter で {PERSONS[0][0]}］" in board.asked
    installation = read_installation(Paths(bench.data))
    assert [installation.municipality_code, installation.office, installation.phone] == PLAIN[:3]
    assert installation.printer == ""
    assert bench.data.stat().st_mode & 0o077 == 0
    assert not [name for name in bench.left if "founding" in name]


def _breaks(error: MadoguchiError, real: Callable[..., object]) -> Callable[..., object]:
    """``real``, but the first call raises."""
    waiting = [error]

    def call(*arguments: object, **options: object) -> object:
        if waiting:
            raise waiting.pop()
        return real(*arguments, **options)

    return call


FULL = EnvironmentFault("disk.full", "ディスクの空きが足りません。", "空けてください。")
STEPS = (
    "app.security.founding.founding.vault.create",
    "app.security.founding.founding.write_genesis",
    "app.security.founding.founding.write_slot_file",
    "app.start.unfinished.Unfinished.settle",
    "app.start.founding.register_person",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_is_offered_again_with_everything_answered(
    bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, _breaks(FULL, resolve_name(step)))
    board = Board(again=[""])
    assert bench.found(board) == 0
    assert "ディスクの空きが足りません。空けてください。" in board.said
    assert Paths(bench.data).store.exists()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_for_good_leaves_no_terminal_and_the_earlier_secret(
    bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = bench.shelf().secret = new_terminal_secret("PABCDEFGH")
    monkeypatch.setattr(step, _breaks(FULL, resolve_name(step)))
    with pytest.raises(EnvironmentFault) as refused:
        bench.found(Board(earlier=["使わない"]))
    assert refused.value is FULL
    assert bench.left == ANSWERS
    assert bench.shelf().secret == old


def test_the_wrong_key_at_the_signing_is_offered_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registering takes one assertion a person; the third is the first founder's signature."""
    calls: list[int] = []
    real = CtapAuthenticator.assert_

    def assert_(self: CtapAuthenticator, *arguments: Any, **options: Any) -> Assertion:
        calls.append(1)
        if len(calls) == len(PASSWORDS) + 1:
            raise faults.wrong_key()
        return real(self, *arguments, **options)

    monkeypatch.setattr(CtapAuthenticator, "assert_", assert_)
    board = Board(again=[""])
    assert bench.found(board) == 0
    assert board.said.count("職員 S201 のセキュリティキーを差してください。") == 1
    assert board.said.count("職員 S202 のセキュリティキーを差してください。") == 1
    assert len(calls) == 2 * len(PASSWORDS) + 1


def test_another_terminal_of_this_account_is_asked_about(bench: Bench) -> None:
    bench.shelf().secret = new_terminal_secret("PABCDEFGH")
    board = Board(earlier=["", "はい", "使わない"])
    assert bench.found(board) == 0
    assert sum("PABCDEFGH" in question for question in board.asked) == 3


def test_what_a_power_cut_left_is_cleared_and_not_taken_for_another_terminal(
    bench: Bench,
) -> None:
    bench.shelf().secret = new_terminal_secret("PABCDEFGH")
    half = bench.data.with_name("terminal.founding") / "data"
    half.mkdir(parents=True)
    (half / "store.db").write_bytes(b"half")
    board = Board()
    assert bench.found(board) == 0
    assert not any("PABCDEFGH" in question for question in board.asked)
    assert not half.parent.exists()


def test_what_lay_in_the_data_directory_before_stays(bench: Bench) -> None:
    roots = bench.data / "key-roots"
    roots.mkdir(parents=True)
    (roots / "maker.der").write_bytes(b"root")
    (bench.data / "log").mkdir()
    assert bench.found(Board()) == 0
    assert (roots / "maker.der").read_bytes() == b"root"
    paths = Paths(bench.data)
    assert all(one.exists() for one in (paths.store, paths.journal, paths.slots, paths.settings))


@pytest.mark.parametrize("at", [1, 2, 4, 5, 6])
def test_a_blank_answer_is_asked_again(bench: Bench, at: int) -> None:
    answers = Board().answers
    answers.insert(at, "　")
    board = Board(answers=answers)
    assert bench.found(board) == 0
    assert sum("が入っていません。" in text for text in board.said) == 1


@pytest.mark.parametrize("wrong", ["山田", "S 2", "123456789012"])
def test_a_staff_number_that_no_line_could_hold_is_asked_again(bench: Bench, wrong: str) -> None:
    answers = Board().answers
    answers.insert(len(PLAIN), wrong)
    board = Board(answers=answers)
    assert bench.found(board) == 0
    assert any("この職員番号は使えません。" in text for text in board.said)


def test_the_two_are_two(bench: Bench) -> None:
    answers = Board().answers
    answers.insert(len(PLAIN) + len(PERSONS[0]), "S201")
    board = Board(answers=answers)
    assert bench.found(board) == 0
    assert any("一人目の責任者の番号です" in text for text in board.said)


def test_the_rules_of_a_password_are_told_before_it_is_typed(bench: Bench) -> None:
    told: list[int] = []
    board = Board()
    secret = board._secret

    def _secret(question: str) -> str:
        if question == "新しいパスワード":
            told.append(sum("12文字以上" in text for text in board.said))
        return secret(question)

    board._secret = _secret  # type: ignore[method-assign]
    assert bench.found(board) == 0
    assert told == [1, 2]


def _recover(bench: Bench, board: Board, shelf_of: Callable[[str], SecretShelf]) -> int:
    ports = iter(Bench(bench.data).ports)
    machine = Machine(lambda talk: next(ports), bench.key_is_there, shelf_of)
    return recover_terminal(bench.data, board.talk(), None, machine)


@pytest.mark.req("SEC-31")
def test_a_lost_keyring_is_recovered_at_the_keyboard(bench: Bench) -> None:
    first = Board()
    assert bench.found(first) == 0
    bench.shelves.clear()
    passwords = ["Kikyou-19-hagi", "Kikyou-19-hagi", "Susuki-88-tsuki", "Susuki-88-tsuki"]
    board = Board(answers=[*PERSONS[0], *PERSONS[1]], passwords=[*first.words[1:], *passwords])
    assert _recover(bench, board, bench.shelf) == 0
    assert bench.shelf().secret is not None
    assert any("復旧しました" in text for text in board.said)


def test_a_recovery_too_asks_nothing_without_keyring_or_key(bench: Bench) -> None:
    assert bench.found(Board()) == 0
    board = Board()
    with pytest.raises(EnvironmentFault) as refused:
        _recover(bench, board, _locked)
    assert refused.value.code == "keyring.locked"
    bench.key_is_there = _no_key
    with pytest.raises(EnvironmentFault) as refused:
        _recover(bench, board, bench.shelf)
    assert refused.value.code == "key.none"
    assert board.asked == []
