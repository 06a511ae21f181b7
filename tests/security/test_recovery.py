"""The recovery key: two of three on paper open the store, one or an old pair does not."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.security.keys import keyslots
from app.security.keys.recovery import RecoveryIssue, combine, open_store_keys
from app.security.keys.sealing import new_pair
from app.security.keys.slot_model import SlotFile
from app.security.keys.slot_storage import (
    read_slot_file,
    read_unauthenticated,
    write_slot_file,
)
from app.security.keys.terminal_secret import new_terminal_secret
from tests.support.keys import Founded, founded, person, prf_of, unlock


def _give_out(issue: RecoveryIssue) -> list[str]:
    papers = []
    while not issue.done:
        papers.append(" ".join(issue.current.words))
        issue.confirm(papers[-1])
    return papers


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(MadoguchiError) as raised:
        call()
    assert raised.value.message and raised.value.remedy
    return raised.value.code


def _with_recovery() -> tuple[Founded, SlotFile, list[str]]:
    place = founded(number_holders=frozenset({"A001"}))
    issue = RecoveryIssue()
    papers = _give_out(issue)
    keys = unlock(place, "A001").keys
    return place, keyslots.replace_recovery(place.file, issue.public, keys), papers


def test_any_two_of_three_open_the_data_key_and_the_number_key() -> None:
    place, file, papers = _with_recovery()
    for two in itertools.permutations(papers, 2):
        keys = open_store_keys(file, combine(two))
        assert keys.data_keys == {1: place.data_key}
        assert keys.number_key == place.number_key
    assert open_store_keys(file, combine(papers)).data_keys == {1: place.data_key}


def test_one_share_or_the_same_twice_opens_nothing() -> None:
    papers = _give_out(RecoveryIssue())
    assert _code(lambda: combine(papers[:1])) == "recovery.too_few"
    assert _code(lambda: combine([])) == "recovery.too_few"
    assert _code(lambda: combine([papers[0], papers[0].upper()])) == "recovery.same_share"


def test_shares_of_two_issues_do_not_fit() -> None:
    first, second = _give_out(RecoveryIssue()), _give_out(RecoveryIssue())
    assert _code(lambda: combine([first[0], second[1]])) == "recovery.shares_differ"
    assert _code(lambda: combine([first[0], second[0]])) == "recovery.shares_differ"


def test_each_share_is_shown_once_and_typed_back_before_the_next() -> None:
    issue = RecoveryIssue()
    shown = []
    for number in (1, 2, 3):
        assert issue.current.number == number and len(issue.current.words) == 33
        with pytest.raises(ValueError, match="not yet"):
            _ = issue.public
        wrong = [*issue.current.words]
        wrong[4] = "academic" if wrong[4] != "academic" else "acid"
        assert _code(lambda wrong=wrong: issue.confirm(" ".join(wrong))) == (  # type: ignore[misc]
            "recovery.typed_differently"
        )
        shown.append(issue.current.words)
        issue.confirm("\n".join(word[:4] for word in issue.current.words).upper())
    assert issue.done and len(set(shown)) == 3
    assert issue.public.startswith("age1")
    with pytest.raises(ValueError, match="given out"):
        _ = issue.current
    assert shown[0][10] not in repr(issue._left)


def test_typing_mistakes_are_told_with_their_place() -> None:
    papers = _give_out(RecoveryIssue())
    words = papers[0].split()
    unknown = " ".join([*words[:6], "zzzz", *words[7:]])
    with pytest.raises(UserError) as raised:
        combine([unknown, papers[1]])
    assert raised.value.code == "recovery.word_unknown" and "7番目" in raised.value.message
    other = "academic" if words[9] != "academic" else "acid"
    swapped = " ".join([*words[:9], other, *words[10:]])
    assert _code(lambda: combine([swapped, papers[1]])) == "recovery.share_mistyped"
    assert _code(lambda: combine([" ".join(words[:-1]), papers[1]])) == "recovery.share_mistyped"
    longer = " ".join([words[0] + "x", *words[1:]])
    assert _code(lambda: combine([longer, papers[1]])) == "recovery.word_unknown"


def test_a_reissue_makes_the_old_shares_worthless() -> None:
    place, file, old = _with_recovery()
    issue = RecoveryIssue()
    new = _give_out(issue)
    keys = unlock(place, "A001", file).keys
    file = keyslots.replace_recovery(file, issue.public, keys)
    assert _code(lambda: open_store_keys(file, combine(old[:2]))) == "recovery.superseded"
    assert open_store_keys(file, combine(new[1:])).data_keys == {1: place.data_key}


def test_a_reissue_needs_the_number_right_and_every_generation() -> None:
    place = founded(number_holders=frozenset({"A001"}))
    without = unlock(place, "A002").keys
    assert _code(lambda: keyslots.replace_recovery(place.file, new_pair().public, without)) == (
        "keyslots.number_right_needed"
    )
    before = unlock(place, "A001").keys
    rotated, _ = keyslots.begin_rotation(place.file, place.terminal)
    with pytest.raises(ValueError, match="every generation"):
        keyslots.replace_recovery(rotated, new_pair().public, before)


def test_a_rotation_reaches_the_recovery_key_too() -> None:
    place, file, papers = _with_recovery()
    rotated, next_key = keyslots.begin_rotation(file, place.terminal)
    assert open_store_keys(rotated, combine(papers[:2])).data_keys == {
        1: place.data_key,
        2: next_key,
    }


def test_after_the_keyring_is_lost_the_shares_found_the_terminal_anew(tmp_path: Path) -> None:
    place, file, papers = _with_recovery()
    path = tmp_path / "slots"
    write_slot_file(path, file, place.terminal)
    assert _code(lambda: read_slot_file(path, None)) == "keyslots.keyring_lost"

    saved = read_unauthenticated(path)
    keys = open_store_keys(saved, combine(papers[1:]))
    terminal = new_terminal_secret("T01")
    again = keyslots.refound(saved, terminal, [person("A001", None, "new-key")], keys)
    write_slot_file(path, again, terminal)
    file = read_slot_file(path, terminal)
    assert file.staff_ids == {"A001"}
    opened = keyslots.unlock(file, terminal, "A001", "pw-A001", prf_of("new-key"))
    assert opened.keys.data_keys == {1: place.data_key}
    assert _code(lambda: unlock(place, "A001", file)) == "login.wrong_key"


def test_a_broken_recovery_seal_is_told() -> None:
    _, file, papers = _with_recovery()
    broken = dataclasses.replace(file, recovery_number_key=b"junk")
    with pytest.raises(EnvironmentFault) as raised:
        open_store_keys(broken, combine(papers[:2]))
    assert raised.value.code == "recovery.seal_broken"


def test_no_share_and_no_private_half_is_in_the_slot_file(tmp_path: Path) -> None:
    place, file, papers = _with_recovery()
    path = tmp_path / "slots"
    write_slot_file(path, file, place.terminal)
    raw = path.read_bytes()
    pair = combine(papers[:2])
    assert pair.private not in raw
    # single words of the list are also names of fields ("terminal"); two in a row are not
    words = papers[0].split()
    assert not any(" ".join(pair).encode() in raw for pair in itertools.pairwise(words))
    assert not any("".join(pair).encode() in raw for pair in itertools.pairwise(words))
