"""The line: who may speak, over TLS 1.3 only, and what happens to those who may not."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta

import httpx
import pyrage
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from app.core.errors import UserError
from app.wire import protocol
from app.wire.keys import signing_keys
from app.wire.protocol import Cause, EnrolmentStep, Refusal
from app.wire.statements import (
    EnrolmentAnswer,
    PeerTime,
    open_self_signed,
    open_signed,
    request_fingerprint,
)
from app.wire.strict_cbor import decode
from tests.support.union_terminal import MORNING, RefusedError, UnionTerminal


@pytest.mark.req("SEC-31")
def test_without_a_certificate_only_enrolment_is_answered(union, terminal):
    stranger = UnionTerminal(union)
    with stranger._bare() as bare:
        for path in (protocol.DOWN, protocol.HEAD, protocol.TIME):
            answer = bare.get(path)
            assert answer.status_code == 401
            assert decode(Refusal, answer.content).cause is Cause.NO_CERTIFICATE
        assert bare.post(protocol.CONTACT, content=b"x").status_code == 401
        assert bare.get(protocol.enrolment_path("0" * 32)).status_code == 404


@pytest.mark.req("SEC-31", "SEC-70")
def test_a_certificate_of_another_authority_is_refused_by_tls(union):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "T01")])
    forged = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MORNING - timedelta(days=2))
        .not_valid_after(MORNING + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    stranger = UnionTerminal(union)
    stranger.connect(forged.public_bytes(serialization.Encoding.PEM), key)
    with pytest.raises(httpx.TransportError):
        stranger.client.get(protocol.DOWN)
    stranger.close()


@pytest.mark.req("SEC-141")
def test_nothing_older_than_tls_13_and_no_plain_text(union):
    host, port = union.address.split(":")
    context = ssl.create_default_context(cadata=union.authorities.decode())
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname=host)
    with socket.create_connection((host, int(port)), timeout=5) as plain:
        plain.sendall(b"GET /v1/down HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answered = plain.recv(64)
        except ConnectionError:
            answered = b""
        assert b"HTTP" not in answered


def test_the_terminal_refuses_another_peer(union, tmp_path):
    stranger = UnionTerminal(union)
    other = ssl.create_default_context()
    with (
        httpx.Client(base_url=f"https://{union.address}", verify=other, trust_env=False) as bare,
        pytest.raises(httpx.ConnectError),
    ):
        bare.get(protocol.DOWN)
    stranger.close()


@pytest.mark.req("SEC-31", "SEC-70", "SEC-115")
def test_two_different_operators_make_a_terminal(union):
    newcomer = UnionTerminal(union, name="窓口9")
    request = newcomer.request()
    state = newcomer.ask_enrolment(request)
    assert state.step is EnrolmentStep.WAITING
    assert union.first.approve(state.id)["step"] == "waiting"
    with pytest.raises(UserError) as twice:
        union.first.approve(state.id)
    assert twice.value.code == "union.approved_already"
    assert newcomer.enrolment_state(state.id).answer == b""
    assert union.second.approve(state.id)["step"] == "approved"
    newcomer.accept(newcomer.enrolment_state(state.id).answer)
    answer = newcomer.answer
    assert answer.fingerprint == request_fingerprint(open_self_signed(request))
    assert answer.hosts[0] == union.address
    assert answer.municipality == "152994"
    assert answer.authorities == union.authorities
    assert newcomer.waiting() == ()
    newcomer.close()
    acts = [(item["act"], item["operator"]) for item in union.first.act("log")]
    assert ("approve", "研修操作者一") in acts
    assert ("approve", "研修操作者二") in acts


def test_a_refused_request_is_told_why(union):
    newcomer = UnionTerminal(union, name="窓口10")
    state = newcomer.ask_enrolment(newcomer.request())
    union.first.act("refuse", {"id": state.id, "note": "指紋が違います"})
    told = newcomer.enrolment_state(state.id)
    assert (told.step, told.note, told.answer) == (EnrolmentStep.REFUSED, "指紋が違います", b"")


def test_bad_requests_are_refused(union):
    newcomer = UnionTerminal(union)
    with pytest.raises(RefusedError) as unknown:
        UnionTerminal(union, municipality="109991").ask_enrolment(
            UnionTerminal(union, municipality="109991").request()
        )
    assert unknown.value.status == 400
    with pytest.raises(RefusedError) as forged:
        newcomer.ask_enrolment(newcomer.request(key=Ed25519PrivateKey.generate()))
    assert forged.value.cause is Cause.BAD_SIGNATURE
    with pytest.raises(RefusedError):
        newcomer.ask_enrolment(b"\x00")


@pytest.mark.req("SEC-31", "SEC-70")
def test_a_withdrawn_terminal_is_refused_at_its_next_request(union):
    leaving = UnionTerminal(union, name="窓口11").enrol()
    assert leaving.waiting() == ()
    union.second.withdraw(leaving.id)
    with pytest.raises(RefusedError) as refused:
        leaving.waiting()
    assert (refused.value.status, refused.value.cause) == (403, Cause.WITHDRAWN)
    leaving.close()


def test_renewal_overlaps_and_widens_nothing(union):
    old = UnionTerminal(union, name="窓口12").enrol()
    before = old.answer
    old.identity = pyrage.x25519.Identity.generate()
    state = old.renew()
    assert state.step is EnrolmentStep.APPROVED
    renewed = open_signed(EnrolmentAnswer, state.answer, signing_keys(*before.union_signing))
    assert renewed.terminal == before.terminal
    assert renewed.certificate != before.certificate
    assert old.waiting() == ()  # the old certificate still counts
    new = UnionTerminal(union, name="窓口12", signing=old.signing, tls_key=old.tls_key)
    new.identity = old.identity
    new.accept(state.answer)
    assert new.waiting() == ()
    assert new.contact().head.head.number == 0  # signed with the new key
    union.deliver("152994")  # sealed to the recipient named last
    assert len(new.receive("FILE-17")) >= 300
    stolen = UnionTerminal(union, name="窓口12", signing=Ed25519PrivateKey.generate())
    stolen.client, stolen.answer = new.client, new.answer
    with pytest.raises(RefusedError) as refused:
        stolen.renew()
    assert refused.value.cause is Cause.BAD_SIGNATURE
    new.close()


@pytest.mark.req("SEC-70")
def test_a_renewal_that_widens_or_names_another_key_is_refused(union):
    desk = UnionTerminal(union, name="窓口13", profile="branch").enrol()
    desk.profile = "counter"
    with pytest.raises(RefusedError) as wider:
        desk.renew()
    assert wider.value.cause is Cause.MALFORMED
    other = UnionTerminal(union, name="窓口14").enrol()
    with pytest.raises(RefusedError) as renamed:
        other.renew(replaces="0" * 16)
    assert renamed.value.cause is Cause.BAD_SIGNATURE
    desk.close()
    other.close()


@pytest.mark.req("SEC-115")
def test_a_withdrawn_terminal_is_delivered_nothing(union):
    leaving = UnionTerminal(union, name="窓口15").enrol()
    union.first.withdraw(leaving.id)
    made = union.deliver("152994")
    active = [item for item in union.first.act("terminals") if item["state"] == "active"]
    assert 0 < made <= len(active)
    leaving.close()


@pytest.mark.req("SEC-141")
def test_a_certificate_past_its_day_is_refused(union, terminal):
    union.first.set_clock(MORNING + timedelta(days=800))
    try:
        with pytest.raises(RefusedError) as refused:
            terminal.waiting()
        assert refused.value.cause is Cause.EXPIRED
        assert "期限" in refused.value.message
    finally:
        union.first.set_clock(MORNING)
    terminal.waiting()


def test_signed_time_answers_this_nonce_only(union, terminal):
    nonce = bytes(range(32))
    data = terminal.ask("GET", f"{protocol.TIME}?nonce={nonce.hex()}")
    said = open_signed(PeerTime, data, terminal.union_keys)
    assert said.nonce == nonce
    assert said.at.startswith("2026-11-20T09:3")
    for wrong in ("", "00", "zz" * 32):
        with pytest.raises(RefusedError) as refused:
            terminal.ask("GET", f"{protocol.TIME}?nonce={wrong}")
        assert refused.value.status == 400


@pytest.mark.req("SEC-115")
def test_operators_need_their_token(union):
    endpoint = union.first._url
    with httpx.Client(base_url=endpoint, trust_env=False) as stranger:
        assert stranger.post("/acts/status").status_code == 401
        wrong = {"Authorization": "Bearer x"}
        assert stranger.post("/acts/requests", headers=wrong).status_code == 401
    with pytest.raises(UserError):
        union.first.act("no_such_act")


def test_bad_recipient_in_a_request(union):
    newcomer = UnionTerminal(union)
    newcomer.identity = type("Fake", (), {"to_public": lambda self: "age1nothing"})()
    with pytest.raises(RefusedError) as refused:
        newcomer.ask_enrolment(newcomer.request())
    assert refused.value.cause is Cause.MALFORMED
