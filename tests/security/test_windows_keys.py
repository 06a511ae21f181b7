"""Security keys and Windows Hello through Windows' own interface, its library played."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from threading import Event, Timer
from types import SimpleNamespace

import pytest

from app.core.errors import MadoguchiError
from app.core.relying_party import TRAINING_RP_ID
from app.security.authenticators import hello
from app.security.authenticators.choice import keys_of_this_machine
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.hello import WindowsHello, windows_client
from app.security.authenticators.verify import verify_assertion
from tests.support import webauthn_dll as dll_module
from tests.support.authenticators import (
    PIN,
    SALT,
    Person,
    authenticator,
    enrol,
    key_with_pin,
    registered,
    sign,
)
from tests.support.webauthn_dll import LAYOUTS, VERSIONS, WebAuthnDll, loaded, size_of

WINDOW = 0x5A5A


@pytest.fixture(params=sorted(VERSIONS))
def dll(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebAuthnDll]:
    """Windows with one software key, at each version of its interface."""
    monkeypatch.setattr(hello, "sys", SimpleNamespace(platform="win32"))
    library = WebAuthnDll(key_with_pin(), PIN, version=request.param)
    with loaded(library):
        yield library


def port(seconds: float = 10) -> WindowsHello:
    return WindowsHello(windows_client(lambda: WINDOW), seconds=seconds)


def code_of(act: object) -> str:
    with pytest.raises(MadoguchiError) as raised:
        act()  # type: ignore[operator]
    assert raised.value.message and raised.value.remedy
    return raised.value.code


@pytest.mark.req("SEC-22", "SEC-23")
def test_a_key_is_registered_and_signs_with_a_secret_of_its_own(dll: WebAuthnDll) -> None:
    credential = registered(port())
    challenge = os.urandom(32)
    proof = sign(port(), credential.credential_id, challenge, prf_salt=SALT)
    assert proof.user_present and proof.user_verified
    verify_assertion(
        credential.public_key,
        TRAINING_RP_ID,
        challenge,
        proof,
        require_uv=True,
        stored_counter=credential.counter,
    )
    assert set(dll.windows) == {WINDOW}  # the dialog belongs to our window
    assert dll.freed


def test_the_same_key_gives_the_same_secret_with_and_without_windows(dll: WebAuthnDll) -> None:
    credential = registered(port()).credential_id
    through_windows = sign(port(), credential, b"c" * 32, prf_salt=SALT).prf
    person = Person(on_touch=dll.key.touch)
    by_usb = sign(authenticator(dll.key, person), credential, b"c" * 32, prf_salt=SALT).prf
    assert through_windows is not None
    assert through_windows == by_usb


def test_presence_alone_asks_for_no_verification(dll: WebAuthnDll) -> None:
    credential = registered(port()).credential_id
    proof = sign(port(), credential, b"c" * 32, uv=False)
    assert proof.user_present and not proof.user_verified and proof.prf is None


def test_a_credential_that_windows_would_copy_is_refused(dll: WebAuthnDll) -> None:
    dll.synced = True
    assert code_of(lambda: registered(port())) == "registration.backup_eligible"


def test_one_key_is_not_registered_twice(dll: WebAuthnDll) -> None:
    first = registered(port()).credential_id
    assert code_of(lambda: enrol(port(), exclude=(first,))) == "key.already_registered"


def test_another_person_s_key_is_told_as_that(dll: WebAuthnDll) -> None:
    registered(port())
    assert code_of(lambda: sign(port(), b"somebody else's", b"c" * 32)) == "key.wrong"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (dll_module.ERROR_CANCELLED, "key.cancelled"),
        (dll_module.NTE_USER_CANCELLED, "key.cancelled"),
        (dll_module.ERROR_TIMEOUT, "key.timeout"),
        (dll_module.NTE_DEVICE_NOT_FOUND, "key.none"),
        (dll_module.NTE_NOT_FOUND, "key.wrong"),
        (dll_module.NTE_NOT_SUPPORTED, "key.unsupported"),
        (dll_module.NTE_INVALID_PARAMETER, "key.failed"),
    ],
)
def test_each_answer_of_windows_has_its_own_message(
    dll: WebAuthnDll, status: int, code: str
) -> None:
    credential = registered(port()).credential_id
    dll.answer = status
    assert code_of(lambda: sign(port(), credential, b"c" * 32)) == code


def test_giving_up_in_our_window_ends_windows_dialog(dll: WebAuthnDll) -> None:
    credential = registered(port()).credential_id
    dll.waits = True
    stop = Event()
    hand = Timer(0.05, stop.set)
    hand.start()
    code = code_of(
        lambda: port().assert_(TRAINING_RP_ID, b"c" * 32, (credential,), uv=True, cancel=stop)
    )
    hand.join()
    assert code == "key.cancelled"


def test_a_dialog_that_nobody_answers_ends_with_our_bound(dll: WebAuthnDll) -> None:
    credential = registered(port()).credential_id
    dll.waits = True
    assert code_of(lambda: sign(port(seconds=0.1), credential, b"c" * 32)) == "key.timeout"


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_library_s_structures_have_the_size_that_windows_reads(
    dll: WebAuthnDll, name: str
) -> None:
    api = dll_module.sys.modules["fido2.client.win_api"]  # type: ignore[attr-defined]
    assert ctypes.sizeof(getattr(api, name)) == size_of(LAYOUTS[name])


@pytest.mark.parametrize(
    "name",
    [
        "WebAuthNRpEntityInformation",
        "WebAuthNUserEntityInformation",
        "WebAuthNClientData",
        "WebAuthNMakeCredentialOptions",
        "WebAuthNGetAssertionOptions",
    ],
)
def test_a_structure_of_another_version_is_not_taken(
    dll: WebAuthnDll, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(port())
    monkeypatch.setitem(VERSIONS[dll.version], name, VERSIONS[dll.version][name] + 1)
    with pytest.raises(AssertionError, match=name):
        credential = registered(port()).credential_id
        sign(port(), credential, b"c" * 32)


def test_the_machine_says_which_way_its_keys_are_reached(
    dll: WebAuthnDll, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.security.authenticators import choice

    person = Person()
    monkeypatch.setattr(choice, "sys", SimpleNamespace(platform="win32"))
    assert isinstance(keys_of_this_machine(person, lambda: WINDOW), WindowsHello)
    monkeypatch.setattr(choice, "sys", SimpleNamespace(platform="linux"))
    assert isinstance(keys_of_this_machine(person, lambda: WINDOW), CtapAuthenticator)
