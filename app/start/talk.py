"""The person at the keyboard: questions, answers, the key, and trying again (before there is a
window). Everything said is Japanese, one thing at a time."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from app.core.errors import MadoguchiError, UserError
from app.core.signs import SPACES, UNSEEN, is_blank
from app.security.authenticators.choice import keys_of_this_machine
from app.security.authenticators.pin import in_form
from app.security.authenticators.port import Assertion, Authenticator, KeyUser, NewCredential

T = TypeVar("T")

_AGAIN = "もう一度行うときは Enter、やめるときは「やめる」"
_GIVE_UP = "やめる"


@dataclass(frozen=True, slots=True)
class Talk:
    """The person at the keyboard: ``ask`` shows a question, ``secret`` hides the answer."""

    ask: Callable[[str], str]
    secret: Callable[[str], str]
    say: Callable[[str], None]


def keyboard() -> Talk:
    """The real keyboard and screen."""

    def say(text: str) -> None:
        with suppress(OSError):  # the terminal was closed; what follows undoes and ends
            print(text, flush=True)

    return Talk(
        lambda question: input(f"{question}： ").strip(),
        lambda question: getpass.getpass(f"{question}： "),
        say,
    )


class KeyboardPrompts:
    """The security key's wishes on the text screen."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def touch(self) -> None:
        """The key blinks."""
        self._talk.say("キーが光ったら触れてください。")

    def pin(self, retries_left: int | None) -> str | None:
        """The key's PIN; an empty answer gives up."""
        rest = f"（あと{retries_left}回）" if retries_left is not None else ""

        def ask() -> str | None:
            typed = self._talk.secret(f"キーの暗証番号（PIN）{rest}")
            return in_form(typed) if typed else None

        return until_right(self._talk, ask)


def real_authenticator(talk: Talk) -> Authenticator:
    """Whatever security key is plugged in."""
    return keys_of_this_machine(KeyboardPrompts(talk))


def until_right(talk: Talk, once: Callable[[], T]) -> T:
    """Ask again, with the reason, until the answer can be taken."""
    while True:
        try:
            return once()
        except UserError as error:
            talk.say(f"{error.message}{error.remedy}")


def again(talk: Talk, once: Callable[[], T]) -> T:
    """Do ``once``; when the machine, a key or the person could not, say why and offer to do it
    again. Raises the reason when the person gives up."""
    while True:
        try:
            return once()
        except MadoguchiError as error:
            talk.say(f"{error.message}{error.remedy}")
            if talk.ask(_AGAIN) == _GIVE_UP:
                raise


def not_blank(what: str) -> Callable[[str], str]:
    """A check that takes an answer with something in it."""

    def check(answer: str) -> str:
        if is_blank(answer):
            raise UserError("setting_up.blank", f"{what}が入っていません。", "入れてください。")
        return answer.strip(SPACES + UNSEEN)

    return check


class PatientKey:
    """Somebody's key that is asked for by name, and again when it was the wrong one, was not
    there or was not touched in time."""

    def __init__(self, talk: Talk, key: Authenticator, person: str) -> None:
        self._talk = talk
        self._key = key
        self._person = person

    def enrol(
        self,
        user: KeyUser,
        rp_id: str,
        challenge: bytes,
        exclude: tuple[bytes, ...],
        *,
        prf_salt: bytes,
        cancel: Event,
    ) -> NewCredential:
        """As the port says."""
        return self._key.enrol(user, rp_id, challenge, exclude, prf_salt=prf_salt, cancel=cancel)

    def assert_(
        self,
        rp_id: str,
        challenge: bytes,
        credential_ids: tuple[bytes, ...],
        *,
        uv: bool,
        prf_salt: bytes | None = None,
        cancel: Event,
    ) -> Assertion:
        """As the port says."""
        self._talk.say(f"{self._person}のセキュリティキーを差してください。")
        return again(
            self._talk,
            lambda: self._key.assert_(
                rp_id, challenge, credential_ids, uv=uv, prf_salt=prf_salt, cancel=cancel
            ),
        )
