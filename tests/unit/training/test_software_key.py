"""The software key itself: it behaves as a CTAP2 key does, judged by python-fido2's client."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from threading import Thread

import pytest
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import STATUS, CtapError
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.extensions import CredProtectExtension, HmacSecretExtension
from fido2.ctap2.pin import PinProtocolV1, PinProtocolV2
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, UserVerificationRequirement

from app.core.relying_party import SOFTWARE_KEY_AAGUID
from app.training.software_key import SoftwareKey

RP = "m999998.madoguchi.internal"
HASH = hashlib.sha256(b"client data").digest()
ES256 = [{"type": "public-key", "alg": -7}]
PIN = "4321-99"


class _Types(UserInteraction):
    def request_pin(self, permissions: object, rp_id: str | None) -> str:
        return PIN


@pytest.fixture
def key() -> SoftwareKey:
    key = SoftwareKey(touched_at_once=True)
    ClientPin(Ctap2(key)).set_pin(PIN)
    return key


def _token(ctap: Ctap2, permission: int, protocol: object | None = None) -> tuple[bytes, int]:
    pin = ClientPin(ctap, protocol)
    token = pin.get_pin_token(PIN, ClientPin.PERMISSION(permission), RP)
    return pin.protocol.authenticate(token, HASH), pin.protocol.VERSION


def _make(ctap: Ctap2, name: str, **options: object) -> object:
    parameter, version = _token(ctap, 1)
    return ctap.make_credential(
        HASH,
        {"id": RP, "name": "x"},
        {"id": name.encode(), "name": name},
        ES256,
        pin_uv_param=parameter,
        pin_uv_protocol=version,
        **options,
    )


def _refused(call: object) -> CtapError.ERR:
    with pytest.raises(CtapError) as raised:
        call()  # type: ignore[operator]
    return raised.value.code


def test_registration_and_login_against_python_fido2s_own_client_and_server(
    key: SoftwareKey,
) -> None:
    server = Fido2Server(PublicKeyCredentialRpEntity(id=RP, name="x"), attestation="direct")
    client = Fido2Client(
        key,
        DefaultClientDataCollector(f"https://{RP}"),
        user_interaction=_Types(),
        extensions=[HmacSecretExtension(), CredProtectExtension()],
    )
    options, state = server.register_begin(
        {"id": b"user", "name": "x"},
        user_verification=UserVerificationRequirement.REQUIRED,
        resident_key_requirement="required",
        extensions={"prf": {}},
    )
    answer = client.make_credential(options.public_key)
    data = server.register_complete(state, answer)
    assert answer.client_extension_results.prf.enabled
    assert str(data.credential_data.aaguid) == SOFTWARE_KEY_AAGUID

    outputs = []
    for _ in range(2):  # without naming a credential: the resident one answers
        options, state = server.authenticate_begin(
            user_verification=UserVerificationRequirement.REQUIRED,
            extensions={"prf": {"eval": {"first": b"s" * 32, "second": b"t" * 32}}},
        )
        login = client.get_assertion(options.public_key).get_response(0)
        server.authenticate_complete(state, [data.credential_data], login)
        assert login.response.user_handle == b"user"
        outputs.append(login.client_extension_results.prf.results)
    assert outputs[0].first == outputs[1].first != outputs[0].second


def test_prf_differs_with_and_without_verification(key: SoftwareKey) -> None:
    ctap = Ctap2(key)
    made = _make(ctap, "a", extensions={"hmac-secret": True})
    credential = made.auth_data.credential_data.credential_id  # type: ignore[attr-defined]

    def prf(*, verified: bool) -> bytes:
        pin = ClientPin(ctap)
        agreement, shared = pin._get_shared_secret()
        salt = pin.protocol.encrypt(shared, b"s" * 32)
        asked = {
            1: agreement,
            2: salt,
            3: pin.protocol.authenticate(shared, salt),
            4: pin.protocol.VERSION,
        }
        parameter, version = _token(ctap, 2) if verified else (None, None)
        answer = ctap.get_assertion(
            RP,
            HASH,
            [{"type": "public-key", "id": credential}],
            {"hmac-secret": asked},
            pin_uv_param=parameter,
            pin_uv_protocol=version,
        )
        return pin.protocol.decrypt(shared, answer.auth_data.extensions["hmac-secret"])

    assert prf(verified=True) == prf(verified=True)
    assert prf(verified=True) != prf(verified=False)


def test_several_resident_credentials_come_one_after_another(key: SoftwareKey) -> None:
    ctap = Ctap2(key)
    for name in ("a", "b", "c"):
        _make(ctap, name, options={"rk": True})
    _make(ctap, "not resident")
    answers = ctap.get_assertions(RP, HASH)
    assert {one.user["id"] for one in answers} == {b"a", b"b", b"c"}
    assert _refused(ctap.get_next_assertion) == CtapError.ERR.NOT_ALLOWED
    assert _refused(lambda: ctap.get_assertions("other.internal", HASH)) == (
        CtapError.ERR.NO_CREDENTIALS
    )


@pytest.mark.parametrize(("level", "listed", "unlisted"), [(1, 1, 1), (2, 1, 0), (3, 0, 0)])
def test_cred_protect_hides_credentials_from_those_who_did_not_verify(
    key: SoftwareKey, level: int, listed: int, unlisted: int
) -> None:
    ctap = Ctap2(key)
    made = _make(ctap, "a", options={"rk": True}, extensions={"credProtect": level})
    assert made.auth_data.extensions == {"credProtect": level}  # type: ignore[attr-defined]
    allow = [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}]  # type: ignore[attr-defined]
    for wanted, names in ((listed, allow), (unlisted, None)):
        if wanted:
            assert ctap.get_assertions(RP, HASH, names)
        else:
            call = lambda names=names: ctap.get_assertions(RP, HASH, names)  # noqa: E731
            assert _refused(call) == CtapError.ERR.NO_CREDENTIALS
    parameter, version = _token(ctap, 2)
    assert ctap.get_assertions(RP, HASH, None, None, None, parameter, version)


@pytest.mark.parametrize("protocol", [PinProtocolV1(), PinProtocolV2()])
def test_a_token_serves_one_touch_one_purpose_and_one_relying_party(
    key: SoftwareKey, protocol: object
) -> None:
    ctap = Ctap2(key)
    made = _make(ctap, "a")
    allow = [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}]  # type: ignore[attr-defined]
    parameter, version = _token(ctap, 2, protocol)

    def use(rp_id: str = RP, message: bytes = HASH) -> object:
        return ctap.get_assertion(
            rp_id, message, allow, pin_uv_param=parameter, pin_uv_protocol=version
        )

    refused = CtapError.ERR.PIN_AUTH_INVALID
    assert _refused(lambda: use("other.internal")) == refused
    assert _refused(lambda: use(message=b"\x00" * 32)) == refused
    assert use().auth_data.is_user_verified()  # type: ignore[attr-defined]
    assert _refused(use) == refused
    parameter, version = _token(ctap, 1, protocol)
    assert _refused(use) == refused  # made for registration only


def test_a_protected_key_registers_nobody_without_verification(key: SoftwareKey) -> None:
    ctap = Ctap2(key)
    arguments = (HASH, {"id": RP, "name": "x"}, {"id": b"a"})
    assert _refused(lambda: ctap.make_credential(*arguments, ES256)) == (
        CtapError.ERR.PUAT_REQUIRED
    )
    assert _refused(
        lambda: ctap.make_credential(*arguments, [{"type": "public-key", "alg": -257}])
    ) == (CtapError.ERR.UNSUPPORTED_ALGORITHM)
    assert _refused(lambda: ctap.send_cbor(0x55)) == CtapError.ERR.INVALID_COMMAND
    assert _refused(lambda: ctap.send_cbor(Ctap2.CMD.GET_ASSERTION, {1: RP})) == (
        CtapError.ERR.MISSING_PARAMETER
    )


def test_pins_are_set_once_checked_for_length_and_changed_with_the_old_one() -> None:
    key = SoftwareKey()
    pin = ClientPin(Ctap2(key))
    assert _refused(lambda: pin.get_pin_token(PIN)) == CtapError.ERR.PIN_NOT_SET
    assert _refused(lambda: pin.set_pin("x" * 64)) == CtapError.ERR.PIN_POLICY_VIOLATION
    pin.set_pin(PIN)
    assert _refused(lambda: pin.set_pin("9999-99")) == CtapError.ERR.PIN_AUTH_INVALID
    assert _refused(lambda: pin.change_pin("wrong", "9999-99")) == CtapError.ERR.PIN_INVALID
    pin.change_pin(PIN, "9999-99")
    assert pin.get_pin_token("9999-99") and pin.get_pin_retries() == (8, False)


def test_what_the_key_remembers_survives_the_program_and_is_the_owners_only(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key"
    key = SoftwareKey(path, touched_at_once=True)
    ClientPin(Ctap2(key)).set_pin(PIN)
    made = _make(Ctap2(key), "a", options={"rk": True})
    with pytest.raises(CtapError):
        ClientPin(Ctap2(key)).get_pin_token("0000")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    again = SoftwareKey(path, touched_at_once=True)
    assert again.state == key.state and again.state.pin_tries == 7
    (answer,) = Ctap2(again).get_assertions(RP, HASH)
    answer.verify(HASH, made.auth_data.credential_data.public_key)  # type: ignore[attr-defined]
    assert answer.auth_data.counter == 1
    assert SoftwareKey(path).state.credentials[0].counter == 1


def test_a_silent_look_up_neither_counts_nor_waits() -> None:
    key = SoftwareKey(touched_at_once=True)
    made = Ctap2(key).make_credential(HASH, {"id": RP, "name": "x"}, {"id": b"a"}, ES256)
    key.touched_at_once = False
    allow = [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}]
    for _ in range(2):
        answer = Ctap2(key).get_assertion(RP, HASH, allow, options={"up": False})
        assert answer.auth_data.counter == 0 and not answer.auth_data.is_user_present()


def test_a_touch_before_the_key_blinks_does_not_count() -> None:
    key = SoftwareKey(touch_seconds=0.1)
    key.touch()
    assert _refused(Ctap2(key).selection) == CtapError.ERR.USER_ACTION_TIMEOUT
    helper: list[Thread] = []

    def blink(status: STATUS) -> None:
        assert status == STATUS.UPNEEDED
        helper.append(Thread(target=key.touch))
        helper[0].start()

    assert Ctap2(key).selection(on_keepalive=blink) is None
    helper[0].join()


def test_a_reset_leaves_an_empty_key(key: SoftwareKey) -> None:
    ctap = Ctap2(key)
    _make(ctap, "a", options={"rk": True})
    ctap.reset()
    assert not ctap.get_info().options["clientPin"] and key.state.credentials == ()
    assert _refused(lambda: ctap.get_assertions(RP, HASH)) == CtapError.ERR.NO_CREDENTIALS


def test_a_software_key_is_never_found_by_looking_for_devices() -> None:
    assert list(SoftwareKey.list_devices()) == []
    key = SoftwareKey()
    assert list(key.plugged()) == [key]
    key.remove()
    assert key.plugged() == ()
    with pytest.raises(OSError, match="pulled out"):
        Ctap2(key)


def test_secrets_do_not_show_in_a_representation(key: SoftwareKey) -> None:
    _make(Ctap2(key), "a")
    (credential,) = key.state.credentials
    shown = repr(key.state)
    for secret in (credential.private, credential.random_with_uv, key.state.pin_digest):
        assert repr(secret) not in shown


def test_foreign_key_agreement_is_refused(key: SoftwareKey) -> None:
    pin = ClientPin(Ctap2(key))
    for point in ({-2: os.urandom(32), -3: os.urandom(32)}, {}, {-2: "x", -3: "y"}):
        call = lambda point=point: pin.ctap.client_pin(2, 5, point, pin_hash_enc=b"")  # noqa: E731
        assert _refused(call) == CtapError.ERR.INVALID_PARAMETER
    assert _refused(lambda: pin.ctap.client_pin(3, 2)) == CtapError.ERR.INVALID_PARAMETER
    assert _refused(lambda: pin.ctap.client_pin(2, 0x20, {})) == (CtapError.ERR.INVALID_SUBCOMMAND)
