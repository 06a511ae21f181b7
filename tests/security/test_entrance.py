"""The way in as a login goes it: real slot file, real keyring, a CTAP2 key, a real store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.core.clock import JST, FixedClock
from app.core.errors import MadoguchiError
from app.core.paths import Paths
from app.core.relying_party import TRAINING_RP_ID
from app.security import vault
from app.security.authenticators.port import Assertion
from app.security.authenticators.verify import VerifiedCredential, verify_assertion
from app.security.entry.entrance import Entrance
from app.security.entry.lockout import LockoutRule
from app.security.keys import derivation, keypairs, keyslots
from app.security.keys.keypairs import (
    KeyringHold,
    PrfOutput,
    make_person_keys,
    new_prf_salt,
    wrong_key,
)
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.sealing import KeyPair, new_pair, random_key
from app.security.keys.slot_storage import write_slot_file
from app.security.keys.terminal_secret import NO_LINES, TerminalSecret, new_terminal_secret
from app.training.software_key import SoftwareKey
from tests.support.authenticators import authenticator, key_with_pin, registered, sign
from tests.support.keyring_daemon import KeyringDaemon
from tests.support.keys import QUICK
from tests.support.shelf import MemoryShelf

RULE = LockoutRule(free_tries=3, delays=(timedelta(minutes=5),))
PASSWORDS = {"A001": "Tsuki-no-9-hikari", "A002": "9Kumo/Umi+Yama"}


class Terminal:
    """A terminal founded by two persons with two keys, as genesis does it."""

    def __init__(self, folder: Path, shelf: OsKeyring | MemoryShelf) -> None:
        self.paths = Paths(folder)
        self.paths.make()
        self.shelf = shelf
        self.clock = FixedClock(datetime(2026, 11, 20, 8, 30, tzinfo=JST))
        self.keys: dict[str, SoftwareKey] = {one: key_with_pin() for one in PASSWORDS}
        self.credentials: dict[str, VerifiedCredential] = {}
        self.secret: TerminalSecret = new_terminal_secret("T01")
        self.store: KeyPair = new_pair()
        self.data_key = random_key()
        shelf.keep_terminal_secret(self.secret)
        shelf.keep_mirror(NO_LINES)
        genesis = keyslots.Genesis(
            store_id="store-1",
            store_public=self.store.public,
            recovery_public=new_pair().public,
            founders=tuple(self._founder(one) for one in PASSWORDS),
            data_key=self.data_key,
            number_key=random_key(),
        )
        self.slots = keyslots.new_slot_file(genesis, self.secret)
        write_slot_file(self.paths.slots, self.slots, self.secret)
        vault.create(self.paths, self.data_key, vault.Founding("store-1", "T01", True)).close()

    def _founder(self, staff_id: str) -> keyslots.PersonKeys:  # type: ignore[name-defined]
        port = authenticator(self.keys[staff_id])
        credential = self.credentials[staff_id] = registered(port, staff_id)
        salt = new_prf_salt()
        proof = sign(port, credential.credential_id, b"c" * 32, prf_salt=salt)
        assert proof.prf is not None
        held = [PrfOutput(proof.credential_id, proof.prf)]
        return make_person_keys(staff_id, PASSWORDS[staff_id], QUICK, salt, held)

    def start(self) -> Entrance:
        return Entrance.open(self.paths, self.shelf, RULE, self.clock)

    def touch(self, entrance: Entrance, staff_id: str, key: SoftwareKey | None = None) -> Assertion:
        """What the device worker does between ``request`` and ``unlock``."""
        asked = entrance.request(staff_id)
        port = authenticator(key or self.keys[staff_id])
        try:
            return port.assert_(
                TRAINING_RP_ID,
                b"c" * 32,
                asked.credential_ids,
                uv=True,
                prf_salt=asked.prf_salt,
                cancel=Event(),
            )
        except MadoguchiError as error:
            entrance.failed(staff_id, error)
            raise

    def causes(self) -> list[tuple[str, str]]:
        taken = self.start().vestibule.take_over(self.store.private)
        return [(one.staff_id, one.cause) for one in taken.entries]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "T01", MemoryShelf())


@pytest.fixture
def real_terminal(tmp_path: Path, os_keyring_session: KeyringDaemon) -> Iterator[Terminal]:
    shelf = OsKeyring(f"madoguchi-test-{os.urandom(4).hex()}")
    yield Terminal(tmp_path / "T01", shelf)
    shelf.forget()


def _code(call: object) -> str:
    with pytest.raises(MadoguchiError) as raised:
        call()  # type: ignore[operator]
    return raised.value.code


class Work:
    """How often each costly step of unlocking was taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: list[str] = []
        for module, name in (
            (derivation, "hash_secret_raw"),
            (keypairs, "open_with"),
            (keypairs, "open_under"),
        ):
            monkeypatch.setattr(module, name, self._counted(name, getattr(module, name)))

    def _counted(self, name: str, step: Callable[..., bytes]) -> Callable[..., bytes]:
        def counted(*given: Any, **more: Any) -> bytes:
            self.steps.append(name)
            return step(*given, **more)

        return counted

    def of(self, call: Callable[[], object]) -> tuple[list[str], str, str]:
        """The steps of one refused try, and what was said."""
        self.steps.clear()
        with pytest.raises(MadoguchiError) as raised:
            call()
        return list(self.steps), raised.value.code, raised.value.message


@pytest.mark.req("SEC-23")
@pytest.mark.parametrize("held", ["by the key", "by the keyring"])
def test_an_id_that_nobody_has_costs_the_same_work_and_hears_the_same(
    terminal: Terminal, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's program answers for any key that is asked for; the time it is made to wait tells
    nothing, because the same steps are taken."""
    if held == "by the keyring":
        slots = terminal.slots
        for staff_id, password in PASSWORDS.items():
            credential = terminal.credentials[staff_id].credential_id
            hold = KeyringHold(terminal.secret, (credential,))
            keys = make_person_keys(staff_id, password, QUICK, new_prf_salt(), hold)
            slots = keyslots.enter(slots, keys)
        write_slot_file(terminal.paths.slots, slots, terminal.secret)
    entrance = terminal.start()
    work = Work(monkeypatch)

    def tried(staff_id: str) -> tuple[list[str], str, str]:
        asked = entrance.request(staff_id)
        prf = None if asked.prf_salt is None else bytes(32)
        answer = Assertion(asked.credential_ids[0], b"", b"", b"", 0, True, True, prf)
        return work.of(lambda: entrance.unlock(staff_id, "Chigau-77-hoshi", answer))

    known = tried("A001")
    assert known[0], "the try costs something"
    assert ("hash_secret_raw" in known[0]) is (held == "by the keyring")
    assert [tried(one) for one in ("Z998", "Z999")] == [known, known]


@pytest.mark.req("SEC-20", "SEC-22", "SEC-23")
def test_a_founder_opens_the_store_with_both_factors(real_terminal: Terminal) -> None:
    terminal = real_terminal
    entrance = terminal.start()
    proof = terminal.touch(entrance, "A001")
    opened = entrance.unlock("A001", PASSWORDS["A001"], proof)
    inside = vault.open_with(terminal.paths, opened.keys, entrance.slots, entrance.terminal)
    try:
        assert inside.data_key == terminal.data_key
        credential = terminal.credentials["A001"]
        assert (
            verify_assertion(
                credential.public_key,
                TRAINING_RP_ID,
                b"c" * 32,
                proof,
                require_uv=True,
                stored_counter=1,
            )
            == 2
        )
        entrance.succeeded("A001")
    finally:
        inside.store.close()
    assert terminal.causes() == []


@pytest.mark.req("SEC-20", "SEC-24")
def test_every_wrong_try_is_counted_and_leads_to_the_lock_out(terminal: Terminal) -> None:
    entrance = terminal.start()
    other = terminal.keys["A002"]
    assert _code(lambda: terminal.touch(entrance, "A001", other)) == "key.wrong"
    proof = terminal.touch(entrance, "A001")
    assert _code(lambda: entrance.unlock("A001", PASSWORDS["A002"], proof)) == (
        "login.wrong_password"
    )
    theirs = terminal.touch(entrance, "A002")
    assert _code(lambda: entrance.unlock("A001", PASSWORDS["A001"], theirs)) == "login.wrong_key"
    assert _code(lambda: entrance.request("A001")) == "login.locked_out"
    assert _code(lambda: terminal.start().request("A001")) == "login.locked_out"
    assert _code(lambda: terminal.touch(entrance, "Z999", other)) == "key.wrong"
    assert terminal.causes() == [
        ("A001", "key.wrong"),
        ("A001", "login.wrong_password"),
        ("A001", "login.wrong_key"),
        ("A001", "login.locked_out"),
        ("A001", "login.locked_out"),
        ("unknown", "key.wrong"),
    ]
    terminal.clock.advance(timedelta(minutes=5))
    again = terminal.start()
    proof = terminal.touch(again, "A001")
    assert again.unlock("A001", PASSWORDS["A001"], proof).keys.data_keys == {1: terminal.data_key}


def test_giving_up_is_not_a_wrong_try(terminal: Terminal) -> None:
    terminal.keys["A001"].remove()
    entrance = terminal.start()
    assert _code(lambda: terminal.touch(entrance, "A001")) == "key.none"
    assert terminal.causes() == []


def test_an_answer_without_prf_is_a_wrong_key(terminal: Terminal) -> None:
    entrance = terminal.start()
    proof = replace(terminal.touch(entrance, "A001"), prf=None)
    assert _code(lambda: entrance.unlock("A001", PASSWORDS["A001"], proof)) == "login.wrong_key"


def test_a_keyring_slot_is_opened_by_its_credential_and_password(terminal: Terminal) -> None:
    entrance = terminal.start()
    credential = terminal.credentials["A002"].credential_id
    hold = KeyringHold(terminal.secret, (credential,))
    keys = make_person_keys("B010", "pw-B010", QUICK, new_prf_salt(), hold)
    file = keyslots.admit(
        keyslots.enter(terminal.slots, keys), terminal.secret, "B010", terminal.data_key
    )
    write_slot_file(terminal.paths.slots, file, terminal.secret)
    entrance = terminal.start()
    assert entrance.request("B010").prf_salt is None
    proof = terminal.touch(entrance, "B010", terminal.keys["A002"])
    assert proof.user_verified and proof.prf is None
    opened = entrance.unlock("B010", "pw-B010", proof)
    assert opened.keys.data_keys == {1: terminal.data_key}
    assert _code(lambda: entrance.unlock("B010", "pw", proof)) == "login.wrong_password"


@pytest.mark.req("SEC-34")
def test_a_leaver_is_unknown_and_their_old_factors_open_no_rekeyed_store(
    terminal: Terminal,
) -> None:
    """The leaver kept a copy of the slot file from before the departure."""
    entrance = terminal.start()
    before = terminal.paths.slots.read_bytes()
    first = entrance.unlock("A001", PASSWORDS["A001"], terminal.touch(entrance, "A001"))
    inside = vault.open_with(terminal.paths, first.keys, entrance.slots, entrance.terminal)
    vault.rotate(
        terminal.paths,
        inside.store,
        None,
        vault.Rotated(inside.slots, inside.data_key),
        entrance.terminal,
        ["A002"],
    )
    inside.store.close()
    gone = terminal.start()
    assert _code(lambda: terminal.touch(gone, "A002")) == "key.wrong"

    terminal.paths.slots.write_bytes(before)
    back = terminal.start()
    leaver = back.unlock("A002", PASSWORDS["A002"], terminal.touch(back, "A002"))
    assert leaver.keys.data_keys == {1: terminal.data_key}
    assert _code(
        lambda: vault.open_with(terminal.paths, leaver.keys, back.slots, back.terminal)
    ) == ("store.wrong_key")


def test_a_copied_directory_opens_nothing_on_another_terminal(
    terminal: Terminal, tmp_path: Path
) -> None:
    """The right person with the right factors, but another machine's keyring."""
    elsewhere = MemoryShelf()
    assert (
        _code(lambda: Entrance.open(terminal.paths, elsewhere, RULE, terminal.clock))
        == "keyslots.keyring_lost"
    )
    elsewhere.keep_terminal_secret(new_terminal_secret("T02"))
    assert (
        _code(lambda: Entrance.open(terminal.paths, elsewhere, RULE, terminal.clock))
        == "keyslots.other_terminal"
    )


def test_a_damaged_file_is_told_before_a_locked_keyring(terminal: Terminal) -> None:
    assert isinstance(terminal.shelf, MemoryShelf)
    terminal.shelf.locked = True
    assert _code(terminal.start) == "keyring.locked"
    terminal.paths.slots.write_bytes(terminal.paths.slots.read_bytes()[:-1])
    assert _code(terminal.start) == "keyslots.damaged"


def test_what_a_killed_writer_left_is_swept_at_the_next_start(terminal: Terminal) -> None:
    left = [terminal.paths.data / name for name in (".slots.0a1b2c3d.tmp", ".vestibule.ff.tmp")]
    for path in left:
        path.write_bytes(b"half")
    other = terminal.paths.data / ".other.tmp"
    other.write_bytes(b"not ours")
    terminal.start()
    assert not any(path.exists() for path in left) and other.exists()


def test_no_secret_and_nothing_typed_lies_in_the_directory(terminal: Terminal) -> None:
    entrance = terminal.start()
    proof = terminal.touch(entrance, "A001")
    assert _code(lambda: entrance.unlock("A001", "typed by mistake", proof))
    opened = entrance.unlock("A001", PASSWORDS["A001"], proof)
    secrets = [
        terminal.data_key,
        terminal.secret.secret,
        terminal.secret.secret.hex().encode(),
        opened.person.pair.private,
        opened.person.held_secret,
        proof.prf or b"?",
        *(word.encode() for word in (*PASSWORDS.values(), "typed by mistake")),
    ]
    for file in terminal.paths.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(secret in content for secret in secrets), file.name


def test_an_id_that_nobody_has_cannot_be_told_from_another(terminal: Terminal) -> None:
    """Same questions to the key, same answers to the person, same waits, whatever is tried."""
    entrance = terminal.start()
    thief = terminal.keys["A002"]
    known, unknown = entrance.request("A001"), entrance.request("Z999")
    assert unknown == entrance.request("Z999") != entrance.request("Z998")
    assert [len(one) for one in unknown.credential_ids] == [
        len(one) for one in known.credential_ids
    ]
    assert (unknown.prf_salt is None) is (known.prf_salt is None)
    assert not set(unknown.credential_ids) & set(known.credential_ids)

    def told(staff_id: str) -> tuple[str, str, str]:
        with pytest.raises(MadoguchiError) as raised:
            terminal.touch(entrance, staff_id, thief)
        return raised.value.code, raised.value.message, raised.value.remedy

    def with_a_tool(staff_id: str) -> tuple[str, str]:
        """Somebody whose program answers for any key."""
        (credential, *_) = entrance.request(staff_id).credential_ids
        answer = Assertion(credential, b"", b"", b"", 0, True, True, bytes(32))
        with pytest.raises(MadoguchiError) as raised:
            entrance.unlock(staff_id, PASSWORDS["A001"], answer)
        return raised.value.code, raised.value.message

    assert told("A001") == told("Z999")
    assert (
        with_a_tool("A001")
        == with_a_tool("Z999")
        == (
            "login.wrong_key",
            wrong_key().message,
        )
    )
    for staff_id in ("A001", "Z999"):  # each waits for itself, and equally long
        for _ in range(4):
            with suppress(MadoguchiError):
                terminal.touch(entrance, staff_id, thief)
    assert entrance.vestibule.wait("A001") == entrance.vestibule.wait("Z999") > timedelta(0)
    assert entrance.vestibule.wait("A002") == entrance.vestibule.wait("Z998") == timedelta(0)
