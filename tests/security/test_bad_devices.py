"""One bad device does not spoil a good one; alone it is told by its cause, and left behind."""

from __future__ import annotations

import functools
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fido2.ctap import CtapDevice, CtapError
from fido2.hid import CAPABILITY, ConnectionFailure
from fido2.webauthn import AttestationObject
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import MadoguchiError
from app.core.relying_party import TRAINING_RP_ID
from app.security.authenticators import devices
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.port import NewCredential
from app.security.authenticators.verify import verify_registration
from app.training.software_key import SoftwareKey
from tests.support import soak
from tests.support.authenticators import (
    TRAINING,
    Person,
    authenticator,
    enrol,
    key_with_pin,
    registered,
    sign,
)


class Device(CtapDevice):
    """A device that does one thing to every call."""

    product_name = "例のキー"

    def __init__(self, act: Callable[[], bytes], *, cbor: bool = True) -> None:
        self._act = act
        self._cbor = cbor
        self.closed = False

    @property
    def capabilities(self) -> int:
        return int(CAPABILITY.CBOR) if self._cbor else 0

    def call(self, cmd: int, data: bytes = b"", *more: Any, **other: Any) -> bytes:
        return self._act()

    def close(self) -> None:
        self.closed = True

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())


def raising(error: BaseException) -> Callable[[], bytes]:
    def act() -> bytes:
        raise error

    return act


@dataclass
class Plugged:
    """A plug that opens as it is told."""

    opens: Callable[[], CtapDevice]
    name: str = "例のキー"
    opened: int = 0

    @property
    def key(self) -> object:
        return id(self)

    def open(self) -> CtapDevice:
        self.opened += 1
        return self.opens()


@dataclass
class Bad:
    """The bad devices by their kinds; ``let_go`` ends those that never answer."""

    let_go: threading.Event = field(default_factory=threading.Event)

    def never(self) -> bytes:
        self.let_go.wait(30)
        raise OSError("gone")

    def of(self, kind: str) -> Plugged:
        made: dict[str, Callable[[], CtapDevice]] = {
            "mute": lambda: Device(self.never),
            "mute at opening": lambda: Device(raising(ValueError(self.never()))),
            "busy": lambda: Device(raising(CtapError(CtapError.ERR.CHANNEL_BUSY))),
            "in use": lambda: raising(OSError(16, "busy"))(),
            "raising": lambda: Device(raising(RuntimeError("?"))),
            "broken": lambda: Device(raising(ConnectionFailure("Wrong nonce"))),
            "pulled out": lambda: raising(OSError(19, "gone"))(),
            "u2f": lambda: Device(raising(CtapError(CtapError.ERR.INVALID_COMMAND)), cbor=False),
            "forbidden": lambda: raising(PermissionError(13, "no"))(),
        }
        return Plugged(made[kind])


KINDS = (
    "mute", "mute at opening", "busy", "in use", "raising", "broken", "pulled out", "u2f",
    "forbidden",
)  # fmt: skip


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bad]:
    monkeypatch.setattr(devices, "_PATIENCE", 0.5)
    monkeypatch.setattr(devices, "_GRACE", 0.2)
    made = Bad()
    yield made
    made.let_go.set()


@pytest.fixture
def key() -> SoftwareKey:
    return key_with_pin()


def code(call: Callable[[], object]) -> str:
    with pytest.raises(MadoguchiError) as raised:
        call()
    assert raised.value.message and raised.value.remedy
    return raised.value.code


@pytest.mark.parametrize("kinds", [*((one,) for one in KINDS), *itertools.combinations(KINDS, 2)])
@pytest.mark.parametrize("first", [True, False])
def test_the_one_that_answers_wins(
    bad: Bad, key: SoftwareKey, kinds: tuple[str, ...], first: bool
) -> None:
    credential = registered(authenticator(key)).credential_id
    others = [bad.of(kind) for kind in kinds]
    plugged = [*others, key] if first else [key, *others]
    port = CtapAuthenticator(lambda: plugged, Person(on_touch=key.touch), seconds=10)
    assert sign(port, credential, b"c" * 32).credential_id == credential


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_key_is_registered_beside_it(bad: Bad, key: SoftwareKey, kind: str) -> None:
    plugged = [bad.of(kind), key]
    port = CtapAuthenticator(lambda: plugged, Person(on_touch=key.touch), seconds=10)
    assert registered(port).credential_id


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("mute", "key.silent"),
        ("mute at opening", "key.silent"),
        ("busy", "key.busy"),
        ("in use", "key.busy"),
        ("raising", "key.silent"),
        ("broken", "key.silent"),
        ("pulled out", "key.removed"),
        ("u2f", "key.unsupported"),
        ("forbidden", "key.forbidden"),
    ],
)
def test_alone_it_is_told_by_its_cause_and_its_name(
    bad: Bad, key: SoftwareKey, kind: str, told: str
) -> None:
    credential = registered(authenticator(key)).credential_id
    plugged = [bad.of(kind)]
    port = CtapAuthenticator(lambda: plugged, Person(), seconds=10)
    with pytest.raises(MadoguchiError) as raised:
        sign(port, credential, b"c" * 32)
    assert raised.value.code == told
    if told in ("key.silent", "key.busy", "key.forbidden"):
        assert "例のキー" in raised.value.message
    assert code(lambda: enrol(port)) == told


def test_another_persons_key_is_told_as_that_whatever_lies_beside_it(
    bad: Bad, key: SoftwareKey
) -> None:
    credential = registered(authenticator(key)).credential_id
    other = key_with_pin()
    registered(authenticator(other))
    plugged = [bad.of("mute"), other, bad.of("forbidden")]
    port = CtapAuthenticator(lambda: plugged, Person(on_touch=other.touch), seconds=10)
    assert code(lambda: sign(port, credential, b"c" * 32)) == "key.wrong"


class FallsSilent(SoftwareKey):
    """Says that it can help, and answers nothing more when it is asked to sign."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.silent = False

    def call(self, cmd: int, data: bytes = b"", *more: Any, **other: Any) -> bytes:
        if self.silent and b"\xa1bup\xf4" not in data and data[:1] == b"\x02":
            self.let_go.wait(30)
            raise OSError("gone")
        return super().call(cmd, data, *more, **other)


class TestNeverAnswers:
    @pytest.fixture
    def silent(self) -> Iterator[FallsSilent]:
        key = FallsSilent()
        yield key
        key.let_go.set()

    def signs(self, key: FallsSilent, seconds: float, cancel: threading.Event) -> Any:
        port = CtapAuthenticator(key.plugged, Person(pins=[None], on_touch=key.touch), seconds=10)
        key.enrol_finger()
        credential = registered(port).credential_id
        key.silent = True
        bounded = CtapAuthenticator(key.plugged, Person(on_touch=key.touch), seconds=seconds)
        return lambda: bounded.assert_(
            TRAINING_RP_ID, b"c" * 32, (credential,), uv=False, cancel=cancel
        )

    def test_the_bound_holds(self, bad: Bad, silent: FallsSilent) -> None:
        call = self.signs(silent, 0.5, threading.Event())
        began = time.monotonic()
        assert code(call) == "key.timeout"
        assert time.monotonic() - began < 10

    def test_giving_up_works(self, bad: Bad, silent: FallsSilent) -> None:
        cancel = threading.Event()
        call = self.signs(silent, 60, cancel)
        threading.Timer(0.3, cancel.set).start()
        began = time.monotonic()
        assert code(call) == "key.cancelled"
        assert time.monotonic() - began < 10

    def test_the_next_touch_starts_clean(self, bad: Bad, key: SoftwareKey) -> None:
        credential = registered(authenticator(key)).credential_id
        mute = bad.of("mute")
        plugged: list[Any] = [mute]
        person = Person(on_touch=key.touch)
        port = CtapAuthenticator(lambda: plugged, person, seconds=10)
        assert code(lambda: sign(port, credential, b"c" * 32)) == "key.silent"
        plugged.append(key)
        assert sign(port, credential, b"c" * 32).credential_id == credential
        assert mute.opened == 1  # nobody is asked again who has not answered yet
        assert person.asked  # and the person is asked by the key that is used alone


def test_a_key_that_demands_a_new_pin_says_so(
    key: SoftwareKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = registered(authenticator(key)).credential_id
    person = Person(on_touch=key.touch)
    monkeypatch.setattr("app.security.authenticators.ctap._must_change_pin", lambda _device: True)
    assert code(lambda: sign(authenticator(key, person), credential, b"c" * 32)) == (
        "key.pin_must_change"
    )
    assert person.asked == [] and key.state.pin_tries == 8


class TestForbidden:
    FIDO = bytes.fromhex("06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0")

    def test_a_key_that_this_account_may_not_open_is_seen(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, descriptor in (("hidraw0", self.FIDO), ("hidraw1", b"\x05\x01\x09\x06")):
            folder = tmp_path / "sys" / name / "device"
            folder.mkdir(parents=True)
            (folder / "report_descriptor").write_bytes(descriptor)
            (tmp_path / name).touch()
        monkeypatch.setattr(os, "access", lambda *_: False)
        found = list(devices._forbidden(tmp_path / "sys", tmp_path))
        assert [plug.name for plug in found] == ["hidraw0"]
        with pytest.raises(PermissionError):
            found[0].open()
        monkeypatch.setattr(os, "access", lambda *_: True)
        assert list(devices._forbidden(tmp_path / "sys", tmp_path)) == []


@settings(max_examples=soak.tries(100, 5_000))
@given(at=st.integers(0, 10_000), to=st.binary(max_size=4), cut=st.integers(0, 4))
def test_an_attestation_that_is_damaged_in_any_way_is_refused_and_never_an_error_of_ours(
    at: int, to: bytes, cut: int
) -> None:
    new, challenge = _made()
    raw = new.attestation_object
    at %= len(raw)
    damaged = raw[:at] + to + raw[at + cut :]
    try:
        verify_registration(
            TRAINING, challenge, replace(new, attestation_object=damaged), staff_id="S101"
        )
    except MadoguchiError as refused:
        assert refused.code.startswith("registration.")
    else:  # another format is one that we do not know, which proves no maker
        assert damaged == raw or AttestationObject(damaged).fmt != AttestationObject(raw).fmt


@functools.cache
def _made() -> tuple[NewCredential, bytes]:
    return enrol(authenticator(key_with_pin()))


@pytest.mark.parametrize("trouble", [PermissionError, OSError])
def test_a_list_that_breaks_off_does_not_hide_the_key_listed_before(
    trouble: type[OSError],
) -> None:
    key = key_with_pin()
    credential = registered(authenticator(key)).credential_id

    def listing() -> Iterator[CtapDevice]:
        yield key
        raise trouble(13, "no")

    port = CtapAuthenticator(listing, Person(on_touch=key.touch), seconds=10)
    assert sign(port, credential, b"c" * 32).user_verified
