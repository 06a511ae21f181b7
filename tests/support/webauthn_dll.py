"""``webauthn.dll`` where the library loads it (``ctypes.WinDLL``): python-fido2's own structures
and calls run unchanged through it.

What each call must be given and answers is Microsoft's ``webauthn.h`` (github.com/microsoft/
webauthn; page "WebAuthn APIs" of learn.microsoft.com/windows/win32/api/webauthn, read 2026-11-29);
the name of the definition stands beside each answer. Behind it a software key does what a
security key or Windows Hello would do.
"""

from __future__ import annotations

import ctypes
import ctypes.wintypes
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from types import ModuleType
from typing import Any

from fido2.client import ClientDataCollector, ClientError, Fido2Client, UserInteraction
from fido2.ctap2.extensions import CredProtectExtension, HmacSecretExtension
from fido2.webauthn import (
    AttestationObject,
    AuthenticatorData,
    AuthenticatorSelectionCriteria,
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from app.training.software_key import SoftwareKey

# winerror.h, as WebAuthNGetErrorName of webauthn.h sorts them
ERROR_CANCELLED = 0x800704C7  # "NotAllowedError"
NTE_USER_CANCELLED = 0x80090036  # "NotAllowedError"
ERROR_TIMEOUT = 0x800705B4  # "NotAllowedError"
NTE_NOT_FOUND = 0x80090011  # "NotAllowedError": none of the credentials is here
NTE_DEVICE_NOT_FOUND = 0x80090035  # "NotAllowedError"
NTE_EXISTS = 0x8009000F  # "InvalidStateError": an excluded credential is here
NTE_NOT_SUPPORTED = 0x80090029  # "ConstraintError"
NTE_INVALID_PARAMETER = 0x80090027  # "NotSupportedError"

# D DWORD, B BOOL, L LONG, W WORD, P any pointer; a name in brackets is a structure inside.
_LISTS = {"CREDENTIALS": "D P", "EXTENSIONS": "D P", "CREDENTIAL": "D D P P"}
LAYOUTS: dict[str, str] = {
    # WEBAUTHN_RP_ENTITY_INFORMATION: dwVersion, pwszId, pwszName, pwszIcon
    "WebAuthNRpEntityInformation": "D P P P",
    # WEBAUTHN_USER_ENTITY_INFORMATION: dwVersion, cbId, pbId, pwszName, pwszIcon, pwszDisplayName
    "WebAuthNUserEntityInformation": "D D P P P P",
    # WEBAUTHN_CLIENT_DATA: dwVersion, cbClientDataJSON, pbClientDataJSON, pwszHashAlgId
    "WebAuthNClientData": "D D P P",
    # WEBAUTHN_COSE_CREDENTIAL_PARAMETER: dwVersion, pwszCredentialType, lAlg
    "WebAuthNCoseCredentialParameter": "D P L",
    # WEBAUTHN_CREDENTIAL_EX: dwVersion, cbId, pbId, pwszCredentialType, dwTransports
    "WebAuthNCredentialEx": "D D P P D",
    # WEBAUTHN_HMAC_SECRET_SALT: cbFirst, pbFirst, cbSecond, pbSecond
    "WebAuthNHmacSecretSalt": "D P D P",
    # WEBAUTHN_HMAC_SECRET_SALT_VALUES: pGlobalHmacSalt, cCredWithHmacSecretSaltList, list
    "WebAuthNHmacSecretSaltValues": "P D P",
    # WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS, version by version
    "WebAuthNMakeCredentialOptions": "D D [CREDENTIALS] [EXTENSIONS] D B D D D"
    " P P D D B B B P D P P D P B P D P D P",
    # WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS, version by version
    "WebAuthNGetAssertionOptions": "D D [CREDENTIALS] [EXTENSIONS] D D D"
    " P P P P D D P P B P B D P D P P D P D P",
    # WEBAUTHN_CREDENTIAL_ATTESTATION, version by version
    "WebAuthNCredentialAttestation": "D P D P D P D P D P D P [EXTENSIONS] D B B B B D P"
    " P B D D P D P",
    # WEBAUTHN_ASSERTION, version by version
    "WebAuthNAssertion": "D D P D P [CREDENTIAL] D P [EXTENSIONS] D P D P D D P D P D P",
}
"""Every field of the structures that we send and get, in order (64 bit)."""

VERSIONS: dict[int, dict[str, int]] = {
    # WEBAUTHN_API_VERSION_4 of webauthn.h: what it and the versions before it list
    4: {
        "WebAuthNRpEntityInformation": 1,
        "WebAuthNUserEntityInformation": 1,
        "WebAuthNClientData": 1,
        "WebAuthNCoseCredentialParameter": 1,
        "WebAuthNCredentialEx": 1,
        "WebAuthNMakeCredentialOptions": 5,
        "WebAuthNGetAssertionOptions": 6,
        "WebAuthNCredentialAttestation": 4,
        "WebAuthNAssertion": 3,
    },
}
VERSIONS[6] = VERSIONS[4] | {
    "WebAuthNMakeCredentialOptions": 6,
    "WebAuthNCredentialAttestation": 5,
    "WebAuthNAssertion": 4,
}
VERSIONS[8] = VERSIONS[6] | {
    "WebAuthNMakeCredentialOptions": 8,
    "WebAuthNGetAssertionOptions": 8,
    "WebAuthNCredentialAttestation": 7,
    "WebAuthNAssertion": 5,
}
"""Which version of each structure goes with which version of the interface."""


def size_of(layout: str) -> int:
    """Bytes of a structure on 64-bit Windows, each field on a multiple of its own size."""
    return _extent(layout)[0]


def _extent(layout: str) -> tuple[int, int]:
    at, widest = 0, 1
    for kind in layout.split():
        inner = _LISTS.get(kind.strip("[]"))
        size, align = _extent(inner) if inner else (8, 8) if kind == "P" else (4, 4)
        at = (at + align - 1) // align * align + size
        widest = max(widest, align)
    return (at + widest - 1) // widest * widest, widest


class _HResult:
    """Marks a function whose answer ctypes turns into an error when it is negative."""


@dataclass
class _Function:
    """One exported function; ``argtypes`` and ``restype`` are set by the library."""

    run: Any
    argtypes: Any = None
    restype: Any = None

    def __call__(self, *arguments: Any) -> Any:
        answer = self.run(*arguments)
        if self.restype is _HResult and answer:
            error = OSError(f"[WinError {answer - 2**32}]")
            error.winerror = answer - 2**32  # type: ignore[attr-defined]
            raise error
        return answer


class _Given(ClientDataCollector):
    def __init__(self, data: bytes, rp_id: str) -> None:
        self._answer = (CollectedClientData(data), rp_id)

    def collect_client_data(self, options: Any) -> tuple[CollectedClientData, str]:
        return self._answer


class _AtTheDialog(UserInteraction):
    """The person in front of Windows' own dialog."""

    def __init__(self, key: SoftwareKey, pin: str) -> None:
        self._key = key
        self._pin = pin

    def prompt_up(self) -> None:
        self._key.touch()

    def request_pin(self, permissions: Any, rp_id: str | None) -> str:
        return self._pin

    def request_uv(self, permissions: Any, rp_id: str | None) -> bool:
        return True


@dataclass
class WebAuthnDll:
    """The library. ``answer`` is an HRESULT that every call gives instead of working;
    ``waits`` lets a call stand until it is cancelled; ``synced`` makes credentials that Windows
    would copy to other machines. ``windows`` are the window handles it was given."""

    key: SoftwareKey
    pin: str
    version: int = 4
    answer: int = 0
    waits: bool = False
    synced: bool = False
    windows: list[int] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)
    _cancelled: Event = field(default_factory=Event)
    _kept: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("WebAuthN"):
            raise AttributeError(name)
        function = _Function(getattr(type(self), "_" + name).__get__(self))
        setattr(self, name, function)
        return function

    # -- WebAuthNGetApiVersionNumber: DWORD -------------------------------------------------

    def _WebAuthNGetApiVersionNumber(self) -> int:
        return self.version

    # -- the person gives up: WebAuthNGetCancellationId, WebAuthNCancelCurrentOperation -----

    def _WebAuthNGetCancellationId(self, guid: Any) -> int:
        guid._obj.Data1 = 0x4D444755
        return 0

    def _WebAuthNCancelCurrentOperation(self, guid: Any) -> int:
        if guid._obj.Data1 != 0x4D444755:
            return NTE_NOT_FOUND
        self._cancelled.set()
        return 0

    # -- WebAuthNFreeCredentialAttestation, WebAuthNFreeAssertion: void ----------------------

    def _WebAuthNFreeCredentialAttestation(self, _pointer: Any) -> None:
        self.freed.append("attestation")

    def _WebAuthNFreeAssertion(self, _pointer: Any) -> None:
        self.freed.append("assertion")

    def _WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable(self, _pointer: Any) -> int:
        return 0

    def _WebAuthNGetErrorName(self, _status: int) -> str:
        return "NotAllowedError"

    # -- WebAuthNAuthenticatorMakeCredential ------------------------------------------------

    def _WebAuthNAuthenticatorMakeCredential(
        self, window: int, rp: Any, user: Any, params: Any, client: Any, options: Any, out: Any
    ) -> int:
        given = [one._obj for one in (rp, user, params, client, options)]
        site, person, algorithms, data, wanted = given
        for structure in (site, person, data, wanted):
            self._check(structure)
        refused = self._stand(window)
        if refused:
            return refused
        names = [
            wanted.Extensions.pExtensions[n].pwszExtensionIdentifier
            for n in range(wanted.Extensions.cExtensions)
        ]
        excluded = self._credentials(wanted.pExcludeCredentialList)
        held = {one.credential_id for one in self.key.state.credentials}
        if held & set(excluded):
            return NTE_EXISTS
        creation = PublicKeyCredentialCreationOptions(
            rp=PublicKeyCredentialRpEntity(id=site.pwszId, name=site.pwszName),
            user=PublicKeyCredentialUserEntity(id=person.id, name=person.pwszName),
            challenge=b"in the client data",
            pub_key_cred_params=[
                PublicKeyCredentialParameters(
                    type=PublicKeyCredentialType(
                        algorithms.pCredentialParameters[n].pwszCredentialType
                    ),
                    alg=algorithms.pCredentialParameters[n].lAlg,
                )
                for n in range(algorithms.cCredentialParameters)
            ],
            authenticator_selection=AuthenticatorSelectionCriteria(
                user_verification=_verification(wanted.dwUserVerificationRequirement)
            ),
            extensions={"prf": {}} if "hmac-secret" in names else None,
        )
        try:
            made = self._client(data, site.pwszId).make_credential(creation)
        except ClientError:
            return NTE_NOT_SUPPORTED
        whole = bytes(made.response.attestation_object)
        self._answer_attestation(out, self._copied(whole) if self.synced else whole)
        return 0

    def _answer_attestation(self, out: Any, whole: bytes) -> None:
        api = sys.modules["fido2.client.win_api"]
        found = api.WebAuthNCredentialAttestation()
        found.dwVersion = VERSIONS[self.version]["WebAuthNCredentialAttestation"]
        found.attestation_object = whole
        self._give(out, found)

    @staticmethod
    def _copied(whole: bytes) -> bytes:
        """The same credential with the flags BE and BS (backup eligible, backed up)."""
        data = bytearray(AttestationObject(whole).auth_data)
        data[32] |= AuthenticatorData.FLAG.BE | AuthenticatorData.FLAG.BS
        return bytes(AttestationObject.create("none", AuthenticatorData(bytes(data)), {}))

    # -- WebAuthNAuthenticatorGetAssertion --------------------------------------------------

    def _WebAuthNAuthenticatorGetAssertion(
        self, window: int, rp_id: str, client: Any, options: Any, out: Any
    ) -> int:
        data, wanted = client._obj, options._obj
        for structure in (data, wanted):
            self._check(structure)
        refused = self._stand(window)
        if refused:
            return refused
        allowed = self._credentials(wanted.pAllowCredentialList)
        held = {one.credential_id for one in self.key.state.credentials}
        fitting = [one for one in allowed if one in held]
        if not fitting:
            return NTE_NOT_FOUND
        salts = wanted.pHmacSecretSaltValues
        salt = salts.contents.pGlobalHmacSalt.contents.first if salts else b""
        request = PublicKeyCredentialRequestOptions(
            challenge=b"in the client data",
            rp_id=rp_id,
            allow_credentials=[
                PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one)
                for one in fitting
            ],
            user_verification=_verification(wanted.dwUserVerificationRequirement),
            extensions={"prf": {"eval": {"first": salt}}} if salt else None,
        )
        try:
            signed = self._client(data, rp_id).get_assertion(request).get_response(0)
        except ClientError:
            return NTE_NOT_SUPPORTED
        api = sys.modules["fido2.client.win_api"]
        found = api.WebAuthNAssertion()
        found.dwVersion = VERSIONS[self.version]["WebAuthNAssertion"]
        found.auth_data = bytes(signed.response.authenticator_data)
        found.signature = bytes(signed.response.signature)
        found.Credential.dwVersion = 1
        found.Credential.id = bytes(signed.raw_id)
        found.Credential.pwszCredentialType = "public-key"
        prf = signed.client_extension_results.prf
        if prf and prf.results:
            secret = api.WebAuthNHmacSecretSalt(bytes(prf.results.first))
            found.pHmacSecret = ctypes.pointer(secret)
            self._kept.append(secret)
        self._give(out, found)
        return 0

    # -- what both share --------------------------------------------------------------------

    def _check(self, structure: Any) -> None:
        name = type(structure).__name__
        assert structure.dwVersion == VERSIONS[self.version][name], f"version of {name}"
        assert ctypes.sizeof(structure) == size_of(LAYOUTS[name]), f"size of {name}"

    def _stand(self, window: int) -> int:
        self.windows.append(window)
        if self.answer:
            return self.answer
        if self.waits:
            return ERROR_CANCELLED if self._cancelled.wait(20) else ERROR_TIMEOUT
        return 0

    @staticmethod
    def _credentials(pointer: Any) -> list[bytes]:
        listed = pointer.contents
        return [listed.ppCredentials[n].contents.id for n in range(listed.cCredentials)]

    def _client(self, data: Any, rp_id: str) -> Fido2Client:
        return Fido2Client(
            self.key,
            _Given(data.client_data_json, rp_id),
            user_interaction=_AtTheDialog(self.key, self.pin),
            extensions=[HmacSecretExtension(), CredProtectExtension()],
        )

    def _give(self, out: Any, found: Any) -> None:
        self._kept.append(found)
        out._obj.contents = found


def _verification(requirement: int) -> UserVerificationRequirement:
    # WEBAUTHN_USER_VERIFICATION_REQUIREMENT_REQUIRED 1, _PREFERRED 2, _DISCOURAGED 3
    return {
        1: UserVerificationRequirement.REQUIRED,
        2: UserVerificationRequirement.PREFERRED,
        3: UserVerificationRequirement.DISCOURAGED,
    }[requirement]


@dataclass
class _User32:
    def GetForegroundWindow(self) -> int:
        return 0xF0


@contextmanager
def loaded(dll: WebAuthnDll) -> Iterator[ModuleType]:
    """python-fido2's Windows client, loaded as on 64-bit Windows with ``dll`` in its place."""
    libraries = {"webauthn": dll, "user32": _User32()}
    small = {"DWORD": ctypes.c_uint32, "BOOL": ctypes.c_int32, "LONG": ctypes.c_int32}
    before = {name: getattr(ctypes.wintypes, name) for name in small}
    long_before = ctypes.c_ulong
    names = ("fido2.client.win_api", "fido2.client.windows")
    try:
        for name, kind in small.items():
            setattr(ctypes.wintypes, name, kind)
        ctypes.c_ulong = ctypes.c_uint32  # type: ignore[assignment, misc]
        ctypes.HRESULT = _HResult  # type: ignore[attr-defined]
        ctypes.WinDLL = lambda name, winmode=0: libraries[name]  # type: ignore[attr-defined]
        importlib.import_module(names[0])
        yield importlib.import_module(names[1])
    finally:
        for name, kind in before.items():
            setattr(ctypes.wintypes, name, kind)
        ctypes.c_ulong = long_before  # type: ignore[misc]
        del ctypes.HRESULT, ctypes.WinDLL  # type: ignore[attr-defined]
        for name in names:
            sys.modules.pop(name, None)
