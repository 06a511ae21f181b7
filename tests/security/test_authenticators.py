"""The authenticator port: one contract for CTAP2 keys and Windows Hello, and every fault."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event, Thread

import pytest
from fido2.client import ClientError, Fido2Client
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.extensions import CredProtectExtension, HmacSecretExtension

from app.core.errors import MadoguchiError
from app.core.relying_party import SOFTWARE_KEY_AAGUID, TRAINING_RP_ID
from app.security.authenticators.ctap import CtapAuthenticator, _Interaction
from app.security.authenticators.hello import WindowsHello, windows_client
from app.security.authenticators.port import Authenticator
from app.security.authenticators.verify import verify_assertion
from app.security.authenticators.webauthn import collector
from app.training.software_key import SoftwareKey
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


def _over_ctap(key: SoftwareKey, person: Person) -> Authenticator:
    return CtapAuthenticator(key.plugged, person, seconds=10)


def _over_hello(key: SoftwareKey, person: Person) -> Authenticator:
    """Windows' client is a WebAuthnClient; here the library's own stands in its place."""

    def client(rp_id: str) -> Fido2Client:
        return Fido2Client(
            key,
            collector(rp_id),
            user_interaction=_Interaction(key, person),
            extensions=[HmacSecretExtension(), CredProtectExtension()],
        )

    return WindowsHello(client, seconds=10)


Make = Callable[[SoftwareKey, Person], Authenticator]
both = pytest.mark.parametrize("make", [_over_ctap, _over_hello], ids=["ctap", "hello"])


@pytest.fixture
def key() -> SoftwareKey:
    return key_with_pin()


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(MadoguchiError) as raised:
        call()
    assert raised.value.message and raised.value.remedy
    return raised.value.code


@both
@pytest.mark.req("SEC-22", "SEC-23", "SEC-25")
def test_contract_enrol_then_sign(make: Make, key: SoftwareKey) -> None:
    port = make(key, Person(on_touch=key.touch))
    credential = registered(port)
    assert credential.aaguid == SOFTWARE_KEY_AAGUID and credential.attested == "allowed"

    challenge = os.urandom(32)
    proof = sign(port, credential.credential_id, challenge, prf_salt=SALT)
    assert proof.user_present and proof.user_verified and len(proof.prf or b"") == 32
    counter = verify_assertion(
        credential.public_key,
        TRAINING_RP_ID,
        challenge,
        proof,
        require_uv=True,
        stored_counter=credential.counter,
    )
    assert counter == proof.counter == 1


@both
def test_contract_prf_is_stable_per_salt_and_asked_only_with_verification(
    make: Make, key: SoftwareKey
) -> None:
    port = make(key, Person(on_touch=key.touch))
    credential = registered(port).credential_id
    first, again = (sign(port, credential, b"c" * 32, prf_salt=SALT).prf for _ in range(2))
    other = sign(port, credential, b"c" * 32, prf_salt=b"\x22" * 32).prf
    assert first == again and first != other
    with pytest.raises(ValueError, match="user verification"):
        sign(port, credential, b"c" * 32, uv=False, prf_salt=SALT)
    with pytest.raises(ValueError, match="known credentials"):
        port.assert_(TRAINING_RP_ID, b"c" * 32, (), uv=True, cancel=Event())


@both
def test_contract_presence_alone_asks_no_pin(make: Make, key: SoftwareKey) -> None:
    person = Person(on_touch=key.touch)
    port = make(key, person)
    credential = registered(port).credential_id
    person.asked.clear()
    proof = sign(port, credential, b"c" * 32, uv=False)
    assert proof.user_present and not proof.user_verified and proof.prf is None
    assert person.asked == ["touch"]


@both
def test_contract_cancel_before_and_during_the_touch(make: Make, key: SoftwareKey) -> None:
    credential = registered(_over_ctap(key, Person(on_touch=key.touch))).credential_id
    cancel = Event()
    port = make(key, Person(on_touch=cancel.set))
    assert (
        _code(
            lambda: port.assert_(TRAINING_RP_ID, b"c" * 32, (credential,), uv=True, cancel=cancel)
        )
        == "key.cancelled"
    )
    later = Event()
    helper = Thread(target=lambda: (waiting.wait(), later.set()))
    waiting = Event()
    helper.start()
    port = make(key, Person(on_touch=waiting.set))
    assert (
        _code(
            lambda: port.assert_(TRAINING_RP_ID, b"c" * 32, (credential,), uv=False, cancel=later)
        )
        == "key.cancelled"
    )
    helper.join()


@both
def test_contract_giving_up_at_the_pin_is_a_cancel_in_ctap(make: Make, key: SoftwareKey) -> None:
    port = make(key, Person(pins=[None]))
    if make is _over_ctap:
        assert _code(lambda: enrol(port)) == "key.cancelled"
    else:  # Windows asks for the PIN itself and reports its own status
        assert _code(lambda: enrol(port)) == "key.failed"


def test_nobody_touches_in_time(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    port = CtapAuthenticator(key.plugged, Person(), seconds=0.2)
    assert _code(lambda: sign(port, credential, b"c" * 32, uv=False)) == "key.timeout"


def test_the_keys_own_time_out_is_a_time_out(key: SoftwareKey) -> None:
    impatient = key_with_pin(touch_seconds=0.05)
    port = CtapAuthenticator(impatient.plugged, Person(), seconds=10)
    assert _code(lambda: enrol(port)) == "key.timeout"


def test_no_key_is_there(key: SoftwareKey) -> None:
    key.remove()
    assert _code(lambda: enrol(authenticator(key))) == "key.none"


@pytest.mark.req("SEC-24")
def test_another_persons_key_is_told_before_any_pin_is_asked(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    other = key_with_pin()
    registered(authenticator(other))
    person = Person(on_touch=other.touch)
    port = authenticator(other, person)
    assert _code(lambda: sign(port, credential, b"c" * 32)) == "key.wrong"
    assert person.asked == []


def test_the_right_one_of_two_plugged_keys_answers(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    other = key_with_pin()

    def both_keys() -> tuple[object, ...]:
        return (*other.plugged(), *key.plugged())

    port = CtapAuthenticator(both_keys, Person(on_touch=key.touch), seconds=10)
    assert sign(port, credential, b"c" * 32).credential_id == credential
    assert _code(lambda: enrol(port)) == "key.several"


def test_one_key_is_not_registered_twice_for_one_person(key: SoftwareKey) -> None:
    port = authenticator(key)
    credential = registered(port).credential_id
    assert _code(lambda: enrol(port, exclude=(credential,))) == "key.already_registered"


def test_a_wrong_pin_counts_down_then_pauses_then_blocks(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    person = Person(pins=["0000-00"], on_touch=key.touch)
    port = authenticator(key, person)
    codes = []
    messages = []
    for attempt in range(9):
        with pytest.raises(MadoguchiError) as raised:
            sign(port, credential, b"c" * 32)
        codes.append(raised.value.code)
        messages.append(raised.value.message)
        if raised.value.code == "key.pin_paused" and attempt < 8:
            key.remove()
            key.insert()
    assert codes == [
        "key.pin_wrong",
        "key.pin_wrong",
        "key.pin_paused",
        "key.pin_wrong",
        "key.pin_wrong",
        "key.pin_paused",
        "key.pin_wrong",
        "key.pin_blocked",
        "key.pin_blocked",
    ]
    assert "あと7回" in messages[0] and "あと6回" in messages[1]
    assert person.asked[:3] == [8, 7, 6]
    person.pins = [PIN]
    assert _code(lambda: sign(port, credential, b"c" * 32)) == "key.pin_blocked"


def test_a_right_pin_restores_the_tries(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    assert (
        _code(lambda: sign(authenticator(key, Person(pins=["0000-00"])), credential, b"c" * 32))
        == "key.pin_wrong"
    )
    assert key.state.pin_tries == 7
    sign(authenticator(key), credential, b"c" * 32)
    assert key.state.pin_tries == 8


@both
@pytest.mark.parametrize("pin", ["123", "あ" * 22, "12\x0034"])
def test_a_pin_that_cannot_be_right_costs_no_try(make: Make, key: SoftwareKey, pin: str) -> None:
    credential = registered(make(key, Person(on_touch=key.touch)))
    tries = key.state.pin_tries
    port = make(key, Person(on_touch=key.touch, pins=[pin]))
    assert _code(lambda: sign(port, credential.credential_id, os.urandom(32))) == "key.pin_form"
    assert key.state.pin_tries == tries


def test_a_paused_key_wants_to_be_taken_out_even_with_the_right_pin(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    person = Person(pins=["1111", "1111", "1111", PIN], on_touch=key.touch)
    port = authenticator(key, person)
    codes = [_code(lambda: sign(port, credential, b"c" * 32)) for _ in range(4)]
    assert codes == ["key.pin_wrong", "key.pin_wrong", "key.pin_paused", "key.pin_paused"]
    key.remove()
    key.insert()
    assert sign(port, credential, b"c" * 32).user_verified


def test_a_key_without_pin_or_finger_cannot_verify_its_user() -> None:
    bare = SoftwareKey()
    person = Person(on_touch=bare.touch)
    assert _code(lambda: enrol(authenticator(bare, person))) == "key.pin_not_set"


def test_a_key_with_a_finger_needs_no_pin_and_blocks_after_three_failures() -> None:
    key = SoftwareKey()
    key.enrol_finger()
    person = Person(on_touch=key.touch)
    port = authenticator(key, person)
    credential = registered(port).credential_id
    assert all(asked == "touch" for asked in person.asked)
    key.finger_matches = False
    codes = [_code(lambda: sign(port, credential, b"c" * 32)) for _ in range(4)]
    assert codes == ["key.uv_failed", "key.uv_failed", "key.uv_blocked", "key.uv_blocked"]


def test_a_blocked_finger_falls_back_to_the_pin(key: SoftwareKey) -> None:
    key.enrol_finger()
    person = Person(on_touch=key.touch)
    port = authenticator(key, person)
    credential = registered(port).credential_id
    key.finger_matches = False
    for _ in range(2):
        assert _code(lambda: sign(port, credential, b"c" * 32)) == "key.uv_failed"
    assert sign(port, credential, b"c" * 32).user_verified
    assert person.asked[-2:] == [8, "touch"]


def test_pulling_the_key_out_is_told_apart(key: SoftwareKey) -> None:
    credential = registered(authenticator(key)).credential_id
    port = authenticator(key, Person(on_touch=key.remove))
    assert _code(lambda: sign(port, credential, b"c" * 32, uv=False)) == "key.removed"
    key.insert()
    assert sign(authenticator(key), credential, b"c" * 32).user_present


def test_an_old_pin_protocol_is_spoken_too() -> None:
    key = SoftwareKey()
    ctap = Ctap2(key)
    from fido2.ctap2.pin import PinProtocolV1

    ClientPin(ctap, PinProtocolV1()).set_pin(PIN)
    assert registered(authenticator(key)).counter == 0
    ClientPin(ctap, PinProtocolV1()).change_pin(PIN, "9999-88")
    assert _code(lambda: enrol(authenticator(key))) == "key.pin_wrong"
    person = Person(pins=["9999-88"], on_touch=key.touch)
    assert enrol(authenticator(key, person))[0].prf_available


class _WindowsClient:
    """Fails as webauthn.dll does: an OSError with a status, wrapped by python-fido2."""

    def __init__(self, status: int) -> None:
        self._status = status

    def get_assertion(self, options: object, event: Event) -> object:
        error = OSError("webauthn")
        error.winerror = self._status  # type: ignore[attr-defined]
        raise ClientError.ERR.OTHER_ERROR(error)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (0x800704C7, "key.cancelled"),
        (0x80090036 - 2**32, "key.cancelled"),
        (0x800705B4, "key.timeout"),
        (0x80090011, "key.wrong"),
        (0x80090035, "key.none"),
        (0x8009000F, "key.already_registered"),
        (0x80090029, "key.unsupported"),
        (0x80004005, "key.failed"),
    ],
)
def test_windows_statuses_are_told_apart(status: int, code: str) -> None:
    port = WindowsHello(lambda _rp_id: _WindowsClient(status))
    assert _code(lambda: sign(port, b"id", b"c" * 32)) == code


def test_hello_says_that_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.security.authenticators.hello.sys.platform", "linux")
    assert _code(windows_client) == "key.hello_unavailable"
