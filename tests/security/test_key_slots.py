"""The claims of DESIGN 4 "Keys" about slot files, each beside the case where it opens."""

from __future__ import annotations

import dataclasses

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.security.keys import keyslots
from app.security.keys.keypairs import (
    KeyringHold,
    PrfOutput,
    make_person_keys,
    open_person,
    with_authenticators,
    with_password,
)
from app.security.keys.sealing import SealError, open_under, open_with
from app.security.keys.slot_model import (
    ContentError,
    decode_person_keys,
    decode_slot_file,
    encode_person_keys,
    encode_slot_file,
)
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from app.security.keys.terminal_secret import TerminalSecret, new_terminal_secret
from tests.support.keys import PRF_SALT, QUICK, Founded, founded, person, prf_of, unlock


@pytest.fixture
def place() -> Founded:
    return founded()


def _code(raised: pytest.ExceptionInfo[UserError | EnvironmentFault]) -> str:
    assert raised.value.message and raised.value.remedy
    return raised.value.code


@pytest.mark.req("SEC-22", "SEC-23")
def test_both_factors_of_a_founder_open_the_data_key(place: Founded) -> None:
    opened = unlock(place, "A001")
    assert opened.keys.newest_first() == ((1, place.data_key),)
    assert opened.keys.number_key is None


@pytest.mark.req("SEC-24")
def test_right_password_with_another_persons_key_opens_nothing(place: Founded) -> None:
    with pytest.raises(UserError) as raised:
        keyslots.unlock(place.file, place.terminal, "A001", "pw-A001", prf_of("key-A002"))
    assert _code(raised) == "login.wrong_key"


@pytest.mark.req("SEC-24")
def test_own_credential_with_another_prf_secret_is_a_wrong_key(place: Founded) -> None:
    forged = PrfOutput(prf_of("key-A001").credential_id, b"\x07" * 32)
    with pytest.raises(UserError) as raised:
        keyslots.unlock(place.file, place.terminal, "A001", "pw-A001", forged)
    assert _code(raised) == "login.wrong_key"


@pytest.mark.req("SEC-22")
def test_right_key_with_wrong_password_opens_nothing(place: Founded) -> None:
    with pytest.raises(UserError) as raised:
        keyslots.unlock(place.file, place.terminal, "A001", "pw-A002", prf_of("key-A001"))
    assert _code(raised) == "login.wrong_password"
    assert raised.value.field == "password"


def test_unknown_staff_id_is_told(place: Founded) -> None:
    with pytest.raises(UserError) as raised:
        keyslots.unlock(place.file, place.terminal, "Z999", "pw", prf_of("key-A001"))
    assert _code(raised) == "login.unknown_staff"


def test_a_stolen_disk_opens_nothing_even_with_password_and_key(place: Founded) -> None:
    """The thief has every file, and even both factors, but not the OS keyring."""
    holder = place.file.find("A001")
    assert holder is not None
    thief = open_person(holder.keys, "pw-A001", prf_of("key-A001"))
    (entry,) = holder.data_keys
    with pytest.raises(SealError):
        open_with(thief.pair.private, entry.sealed)
    guessed = TerminalSecret("T01", b"\x00" * 32)
    with pytest.raises(EnvironmentFault) as raised:
        keyslots.unlock(place.file, guessed, "A001", "pw-A001", prf_of("key-A001"))
    assert _code(raised) == "keyslots.tampered"


def test_a_file_copied_to_another_terminal_opens_nothing_there(place: Founded, tmp_path) -> None:
    path = tmp_path / "slots"
    write_slot_file(path, place.file, place.terminal)
    other = new_terminal_secret("T02")
    with pytest.raises(EnvironmentFault) as raised:
        read_slot_file(path, other)
    assert _code(raised) == "keyslots.other_terminal"
    with pytest.raises(EnvironmentFault) as raised:
        keyslots.unlock(place.file, other, "A001", "pw-A001", prf_of("key-A001"))
    assert _code(raised) == "keyslots.tampered"


@pytest.mark.req("SEC-36")
def test_a_request_is_not_effective_until_a_granter_seals_the_data_key(place: Founded) -> None:
    requested = keyslots.enter(place.file, person("B010"))
    with pytest.raises(UserError) as raised:
        unlock(place, "B010", requested)
    assert _code(raised) == "login.not_effective"

    granter = unlock(place, "A001", requested)
    effective = keyslots.admit(requested, place.terminal, "B010", granter.keys.newest_first()[0][1])
    assert unlock(place, "B010", effective).keys.data_keys == {1: place.data_key}


@pytest.mark.req("SEC-34")
def test_a_leavers_old_key_does_not_open_the_next_generation(place: Founded) -> None:
    with_leaver = keyslots.admit(
        keyslots.enter(place.file, person("B010")), place.terminal, "B010", place.data_key
    )
    leaver = unlock(place, "B010", with_leaver)
    rotated, next_key = keyslots.begin_rotation(with_leaver, place.terminal, ["B010"])
    assert next_key not in leaver.keys.data_keys.values()
    assert rotated.find("B010") is None

    private = leaver.person.pair.private
    label = "data key store-1 {} 2"
    for holder in rotated.holders:
        sealed = next(e.sealed for e in holder.data_keys if e.generation == 2)
        inner = open_under(
            place.terminal.key_for("data key"), sealed, label.format(holder.keys.staff_id)
        )
        with pytest.raises(SealError):
            open_with(private, inner)
    with pytest.raises(UserError) as raised:
        unlock(place, "B010", rotated)
    assert _code(raised) == "login.unknown_staff"
    assert unlock(place, "A002", rotated).keys.data_keys == {1: place.data_key, 2: next_key}


def test_both_generations_stand_until_the_newer_is_proved(place: Founded) -> None:
    rotated, next_key = keyslots.begin_rotation(place.file, place.terminal)
    assert unlock(place, "A001", rotated).keys.newest_first() == (
        (2, next_key),
        (1, place.data_key),
    )
    proved = keyslots.prove(rotated, 2)
    assert unlock(place, "A001", proved).keys.data_keys == {2: next_key}
    abandoned = keyslots.abandon(rotated, 2)
    assert unlock(place, "A001", abandoned).keys.data_keys == {1: place.data_key}
    with pytest.raises(ValueError, match="not in the file"):
        keyslots.prove(abandoned, 2)


def test_nothing_is_granted_while_a_rotation_is_open(place: Founded) -> None:
    rotated, _ = keyslots.begin_rotation(place.file, place.terminal)
    for attempt in (
        lambda: keyslots.begin_rotation(rotated, place.terminal),
        lambda: keyslots.admit(
            keyslots.enter(rotated, person("B010")), place.terminal, "B010", place.data_key
        ),
    ):
        with pytest.raises(UserError) as raised:
            attempt()
        assert _code(raised) == "keyslots.rotation_open"


def test_the_last_who_can_open_the_store_cannot_be_removed(place: Founded) -> None:
    with pytest.raises(UserError) as raised:
        keyslots.begin_rotation(place.file, place.terminal, ["A001", "A002"])
    assert _code(raised) == "keyslots.nobody_left"
    rotated, _ = keyslots.begin_rotation(place.file, place.terminal, ["A001"])
    assert rotated.staff_ids == {"A002"}


@pytest.mark.req("SEC-52")
def test_the_number_key_opens_only_for_those_with_the_number_right(place: Founded) -> None:
    file = keyslots.grant_number(place.file, place.terminal, "A002", place.number_key)
    assert unlock(place, "A002", file).keys.number_key == place.number_key
    clerk = unlock(place, "A001", file)
    assert clerk.keys.number_key is None
    revoked = keyslots.revoke_number(file, "A002")
    assert unlock(place, "A002", revoked).keys.number_key is None


@pytest.mark.req("SEC-52")
def test_a_clerks_own_slot_with_an_outside_tool_does_not_open_the_number_key(
    place: Founded,
) -> None:
    """The clerk holds everything on the machine: files, terminal secret, own private half."""
    file = keyslots.grant_number(place.file, place.terminal, "A002", place.number_key)
    clerk = unlock(place, "A001", file).person
    holder = file.find("A002")
    assert holder is not None and holder.number_key is not None
    inner = open_under(
        place.terminal.key_for("number key"), holder.number_key, "number key store-1 A002"
    )
    for private in (clerk.pair.private, clerk.held_secret, place.data_key):
        with pytest.raises(SealError):
            open_with(private, inner)
        with pytest.raises(SealError):
            open_with(private, file.recovery_number_key)


def test_a_seal_moved_from_one_person_to_another_is_tampering(place: Founded) -> None:
    first, second = place.file.holders
    swapped = dataclasses.replace(
        place.file, holders=(dataclasses.replace(first, data_keys=second.data_keys), second)
    )
    with pytest.raises(EnvironmentFault) as raised:
        unlock(place, first.keys.staff_id, swapped)
    assert _code(raised) == "keyslots.tampered"


def test_a_lost_key_means_a_new_pair_and_the_old_pair_opens_nothing(place: Founded) -> None:
    lost = unlock(place, "A002").person
    rotated, next_key = keyslots.begin_rotation(place.file, place.terminal, ["A002"])
    proved = keyslots.prove(rotated, 2)
    again = keyslots.admit(
        keyslots.enter(proved, person("A002", None, "spare-A002")),
        place.terminal,
        "A002",
        next_key,
    )
    with pytest.raises(UserError) as raised:
        unlock(place, "A002", again)
    assert _code(raised) == "login.wrong_key"
    opened = keyslots.unlock(again, place.terminal, "A002", "pw-A002", prf_of("spare-A002"))
    assert opened.keys.data_keys == {2: next_key}
    assert opened.person.pair.public != lost.pair.public


def test_a_new_pair_inherits_no_seal_of_the_old_one(place: Founded) -> None:
    fresh = keyslots.enter(place.file, person("A002", None, "spare-A002"))
    holder = fresh.find("A002")
    assert holder is not None
    assert holder.data_keys == ()
    assert holder.number_key is None
    with pytest.raises(UserError) as raised:
        keyslots.unlock(fresh, place.terminal, "A002", "pw-A002", prf_of("spare-A002"))
    assert _code(raised) == "login.not_effective"


@pytest.mark.req("SEC-27")
def test_a_changed_password_keeps_the_seals_and_refuses_the_old_one(place: Founded) -> None:
    opened = unlock(place, "A001")
    holder = place.file.find("A001")
    assert holder is not None
    changed = keyslots.enter(
        place.file, with_password(holder.keys, opened.person, "another 9 words", QUICK)
    )
    with pytest.raises(UserError) as raised:
        unlock(place, "A001", changed)
    assert _code(raised) == "login.wrong_password"
    again = keyslots.unlock(changed, place.terminal, "A001", "another 9 words", prf_of("key-A001"))
    assert again.keys.data_keys == {1: place.data_key}


def test_a_spare_authenticator_opens_the_same_pair(place: Founded) -> None:
    opened = unlock(place, "A001")
    holder = place.file.find("A001")
    assert holder is not None
    keys = with_authenticators(holder.keys, opened.person, [prf_of("spare")])
    assert keys.credential_ids == (
        prf_of("key-A001").credential_id,
        prf_of("spare").credential_id,
    )
    file = keyslots.enter(place.file, keys)
    for name in ("key-A001", "spare"):
        again = keyslots.unlock(file, place.terminal, "A001", "pw-A001", prf_of(name))
        assert again.person.pair.private == opened.person.pair.private


def test_a_keyring_slot_needs_the_terminal_secret_and_is_marked(place: Founded) -> None:
    hold = KeyringHold(place.terminal, (b"signs only", b"spare"))
    keys = make_person_keys("C020", "pw-C020", QUICK, PRF_SALT, hold)
    assert keys.rests_on_keyring and keys.credential_ids == (b"signs only", b"spare")
    assert not person("C021").rests_on_keyring
    file = keyslots.admit(keyslots.enter(place.file, keys), place.terminal, "C020", place.data_key)
    opened = keyslots.unlock(file, place.terminal, "C020", "pw-C020", None)
    assert opened.keys.data_keys == {1: place.data_key}
    with pytest.raises(UserError) as raised:
        open_person(keys, "pw-C020", new_terminal_secret("T01"))
    assert _code(raised) == "login.wrong_key"
    with pytest.raises(UserError) as raised:
        keyslots.unlock(file, place.terminal, "A001", "pw-A001", None)
    assert _code(raised) == "login.wrong_key"


def test_the_file_form_is_deterministic_and_complete(place: Founded) -> None:
    file = keyslots.grant_number(place.file, place.terminal, "A001", place.number_key)
    turned = dataclasses.replace(file, holders=tuple(reversed(file.holders)))
    assert encode_slot_file(file) == encode_slot_file(turned)
    assert decode_slot_file(encode_slot_file(file)) == file
    keys = person("B010")
    assert decode_person_keys(encode_person_keys(keys)) == keys


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xa0", b"\xff" * 9, b"\xa1aa\x01"])
def test_content_that_is_no_slot_file_is_refused(content: bytes) -> None:
    with pytest.raises(ContentError):
        decode_slot_file(content)
    with pytest.raises(ContentError):
        decode_person_keys(content)


def test_no_secret_shows_in_a_representation(place: Founded) -> None:
    shown = repr((unlock(place, "A001"), place.terminal, prf_of("key-A001"), place.recovery))
    for secret in (place.data_key, place.terminal.secret, place.recovery.private):
        assert repr(secret) not in shown and secret.hex() not in shown


@pytest.mark.req("ADD-02")
def test_a_thousand_people_have_their_slots_in_one_file(place: Founded) -> None:
    """The largest house of the sources; all but the last have the same pair, which costs less."""
    file, pattern = place.file, person("S0000")
    for number in range(999):
        one = dataclasses.replace(pattern, staff_id=f"S{number:04d}")
        file = keyslots.enter(file, one)
        file = keyslots.admit(file, place.terminal, one.staff_id, place.data_key)
    file = keyslots.enter(file, person("S0999"))
    file = keyslots.admit(file, place.terminal, "S0999", place.data_key)
    turned, data_key = keyslots.begin_rotation(file, place.terminal, ("S0500",))
    kept = decode_slot_file(encode_slot_file(keyslots.prove(turned, turned.generation)))
    last = keyslots.unlock(kept, place.terminal, "S0999", "pw-S0999", prf_of("key-S0999"))
    assert last.keys.data_keys == {turned.generation: data_key}
    assert kept.find("S0500") is None and len(kept.holders) == 1001
