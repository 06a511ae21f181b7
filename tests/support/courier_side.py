"""Two persons at the courier's keyboard, and what they are told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.core.clock import FixedClock
from app.courier.main import Program, _parser
from app.start.talk import Talk
from tests.support import keys
from tests.support.parties import MUNICIPALITY
from tests.support.world import MONDAY_MORNING

FIRST, SECOND, THIRD = "K101", "K102", "K103"
PASSWORDS = {
    FIRST: "Tsubaki-83-ame",
    SECOND: "Sazanka-27-yuki",
    THIRD: "Hinageshi-56-kaze",
}


class Keyboard:
    """Answers as these two would; ``says`` answers the question whether all is right."""

    def __init__(self, *two: str) -> None:
        self.two = two or (FIRST, SECOND)
        self.passwords = dict(PASSWORDS)
        self.newcomers = [FIRST, SECOND]
        self.says = "はい"
        self.told: list[str] = []
        self.making = False  # init asks for new persons by the words that ask for known ones
        self._new = ""

    @property
    def talk(self) -> Talk:
        return Talk(self._ask, self._secret, self.told.append)

    def _ask(self, question: str) -> str:
        if question.endswith("の氏名"):
            return f"担当 {self._new}"
        if "新しい担当" in question or self.making:
            self._new = self.newcomers.pop(0)
            return self._new
        if question.startswith("1人目"):
            return self.two[0]
        if question.startswith("2人目"):
            return self.two[1]
        return self.says

    def _secret(self, question: str) -> str:
        known = re.match(r"(\S+) のパスワード", question)
        return self.passwords.get(known[1] if known else self._new, "unknown")


class CourierHome:
    """A courier's home with its keyboard."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = FixedClock(MONDAY_MORNING)
        self.keyboard = Keyboard()

    def run(self, *words: Any) -> list[str]:
        """One command; what it said."""
        self.keyboard.told.clear()
        arguments = _parser().parse_args([str(word) for word in words])
        self.keyboard.making = arguments.act == "init"
        program = Program(self.home, self.keyboard.talk, self.clock, keys.QUICK)
        getattr(program, arguments.act)(arguments)
        return list(self.keyboard.told)

    def init(self) -> None:
        self.run("init", "--municipality", MUNICIPALITY, "--title", "見本市 住民情報")
