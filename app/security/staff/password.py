"""Passwords: what is refused as weak (SEC-28) and how long one may be kept (SEC-27)."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.core.errors import UserError
from app.security.keys.derivation import SALT_BYTES, Argon2Parameters, stretch

_RUN = 4
_FEWEST_DIFFERENT = 5
_SEQUENCES = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
)
_COMMON_WORDS = """
password passwd pass word admin administrator root user guest login welcome letmein monkey
dragon master secret changeme default test demo sample temp hello sunshine princess football
baseball iloveyou superman batman trustno shadow michael windows office microsoft google apple
japan nippon tokyo osaka sakura hanako taro tarou kouki koureisha kourei iryou hoken hokenka
nenkin shiyakusho yakusho kuyakusho machi madoguchi kokuho shokuin kakari kachou himitsu anshou
arigatou konnichiwa ohayou january february march april may june july august september october
november december spring summer autumn winter haru natsu aki fuyu reiwa heisei showa shouwa
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The municipality's settings. ``shortest`` in characters; ``kinds``: how many of
    capital, small, digit, other; ``remembered``: how many former ones are refused;
    ``longest_age`` and ``warning`` in days (有効期間, 変更を促す期間)."""

    shortest: int = 12
    kinds: int = 3
    remembered: int = 5
    longest_age: int = 90
    warning: int = 14


class AgeState(StrEnum):
    """Where a password stands: usable, to be changed now, or the id has lapsed (失効)."""

    VALID = "valid"
    CHANGE_ONLY = "change_only"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class PasswordAge:
    """The state and the whole days left, counted to and including the last usable day."""

    state: AgeState
    days_left: int


@dataclass(frozen=True, slots=True)
class PasswordMark:
    """What is kept of a former password, to recognise it again; it rests in the store."""

    salt: bytes
    digest: bytes = field(repr=False)


def mark_of(password: str, parameters: Argon2Parameters) -> PasswordMark:
    """The mark to keep of a password that was accepted."""
    salt = secrets.token_bytes(SALT_BYTES)
    return PasswordMark(salt, stretch(password, salt, parameters))


def age_of(set_on: date, today: date, rules: PasswordRules) -> PasswordAge:
    """How old a password is. Inside the warning window the login leads only to the change
    screen; past the longest age the id has lapsed and an administrator must reissue it."""
    left = (set_on + timedelta(days=rules.longest_age) - today).days
    if left < 0:
        return PasswordAge(AgeState.LAPSED, 0)
    if left < rules.warning:
        return PasswordAge(AgeState.CHANGE_ONLY, left)
    return PasswordAge(AgeState.VALID, left)


def rules_in_words(rules: PasswordRules) -> str:
    """What a new password must be, told before it is typed."""
    return (
        f"パスワードは{rules.shortest}文字以上で、英大文字・英小文字・数字・記号のうち{rules.kinds}種類以上を"
        "使います。職員番号、同じ文字のくり返し、並び順どおりの文字、よく使われる語は使えません。"
    )


def check_new_password(
    password: str,
    staff_id: str,
    rules: PasswordRules,
    former: Iterable[PasswordMark],
    parameters: Argon2Parameters,
) -> None:
    """Accept a new password or say what is weak about it.

    ``former``: the marks kept, newest first, made with ``parameters``. Raises ``UserError``:
    ``password.too_short``, ``password.too_few_kinds``, ``password.contains_id``,
    ``password.monotonous``, ``password.common``, ``password.reused``.
    """
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < rules.shortest:
        raise _weak(
            "too_short",
            f"パスワードが短すぎます（{rules.shortest}文字以上にしてください）。",
        )
    if _kinds(password) < rules.kinds:
        raise _weak(
            "too_few_kinds",
            f"英大文字・英小文字・数字・記号のうち、{rules.kinds}種類以上を使ってください。",
        )
    if staff_id and staff_id.casefold() in folded:
        raise _weak("contains_id", "パスワードに職員番号を含めることはできません。")
    if _is_monotonous(folded):
        raise _weak("monotonous", "同じ文字のくり返しや、並び順どおりの文字が多いパスワードです。")
    if _is_common(folded):
        raise _weak("common", "よく使われる語でできた、推測されやすいパスワードです。")
    for _, mark in zip(range(rules.remembered), former, strict=False):
        if hmac.compare_digest(stretch(password, mark.salt, parameters), mark.digest):
            raise _weak(
                "reused",
                f"最近使ったパスワードです（直近{rules.remembered}回分は使えません）。",
            )


def _weak(cause: str, message: str) -> UserError:
    return UserError(
        f"password.{cause}",
        message,
        "ほかの人が推測できない、新しいパスワードを入力してください。",
        field="new_password",
    )


def _kinds(password: str) -> int:
    tests = (
        str.isupper,
        str.islower,
        str.isdigit,
        lambda one: not (one.isupper() or one.islower() or one.isdigit()),
    )
    return sum(any(test(one) for one in password) for test in tests)


def _is_monotonous(folded: str) -> bool:
    if len(set(folded)) < _FEWEST_DIFFERENT:
        return True
    covered = sum(_starts_run(folded[at : at + _RUN]) for at in range(len(folded) - _RUN + 1))
    return covered * 2 >= len(folded) - _RUN + 1


def _starts_run(part: str) -> bool:
    backwards = part[::-1]
    return len(set(part)) == 1 or any(part in row or backwards in row for row in _SEQUENCES)


def _is_common(folded: str) -> bool:
    """Whether the letters, digits read as the letters they imitate, are all common words."""
    start = next((at for at, one in enumerate(folded) if one.isalpha()), len(folded))
    end = next((at for at in range(len(folded), 0, -1) if folded[at - 1].isalpha()), 0)
    imitated = folded[start:end].translate(str.maketrans("0134578@$!", "oleastbasi"))
    for text in (folded, imitated):
        letters = "".join(one for one in text if one.isalpha())
        if letters in _COMMON or _is_made_of_common(letters):
            return True
    return False


def _is_made_of_common(letters: str) -> bool:
    """Whether ``letters`` is a row of common words; an empty row is none."""
    if not letters:
        return False
    reachable = {0}
    for end in range(1, len(letters) + 1):
        if any(letters[start:end] in _COMMON for start in reachable):
            reachable.add(end)
    return len(letters) in reachable
