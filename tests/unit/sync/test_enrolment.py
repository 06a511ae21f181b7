"""Enrolment: public halves out, a checked answer in, the key before kept for what is on its way."""

from __future__ import annotations

from dataclasses import replace

import pyrage
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import select

from app.core.errors import EnvironmentFault, UserError
from app.sync import enrolment
from app.sync.terminal_keys import read_facts, read_keys, read_values
from app.wire.keys import key_id, recipient_id, signing_keys
from app.wire.protocol import RENEWAL_DOMAIN
from app.wire.statements import (
    EnrolmentAnswer,
    StatementRefused,
    open_self_signed,
    sign,
)
from db.tables.control import store_fact
from tests.support.parties import MUNICIPALITY, Party
from tests.support.tls import ENDLESS, Authority

UNION, STRANGER, ARCHIVE = Party("U15"), Party("X"), Party("archive")
AUTHORITY = Authority("union authority")
TABLES = ("terminal_key", "store_fact")


@pytest.fixture
def union():
    """No line: these tests look at the terminal's side alone."""


def _ask(world, **other):
    values = {
        "municipality": MUNICIPALITY,
        "terminal_name": "本庁窓口1",
        "profile": "counter",
        "at": world.clock.now(),
    }
    with world.hands_on(*TABLES) as work:
        return enrolment.ask(work, **{**values, **other})


def _answer(asked, **other):
    public = x509.load_der_x509_csr(asked.request.csr).public_key()
    answer = EnrolmentAnswer(
        municipality=MUNICIPALITY,
        terminal="T07",
        union=UNION.name,
        profile="counter",
        fingerprint=asked.fingerprint,
        certificate=AUTHORITY.issue(public, "T07"),
        authorities=AUTHORITY.pem,
        union_signing=(UNION.public,),
        union_receiving=UNION.recipient,
        archive_receiving=ARCHIVE.recipient,
        hosts=("127.0.0.1:8443", "127.0.0.1:8444"),
        epoch=1,
        valid_from="2026-11-16T00:00:00+09:00",
        valid_to=ENDLESS,
        at="2026-11-16T10:00:00+09:00",
    )
    return replace(answer, **other)


def _take(world, asked, answer):
    checked = enrolment.check_answer(sign(answer, UNION.signing), asked, answer.authorities)
    with world.hands_on(*TABLES) as work:
        return enrolment.take(work, checked)


@pytest.mark.req("SEC-31", "SEC-70")
def test_asked_and_taken(world):
    asked = _ask(world)
    request = open_self_signed(asked.statement)
    assert (request.municipality, request.profile, request.replaces) == (
        MUNICIPALITY,
        "counter",
        "",
    )
    with world.hands_on(*TABLES) as work:
        private = read_values(work)["pending.tls"]
        assert enrolment.pending(work) == asked
        enrolment.note_request(work, "r-1")
        assert enrolment.noted_request(work) == "r-1"
    public = x509.load_der_x509_csr(request.csr).public_key()
    assert load_der_private_key(private, None).public_key() == public
    taken = _take(world, asked, _answer(asked))
    assert (taken.terminal, taken.union) == ("T07", "U15")
    with world.hands_on(*TABLES) as work:
        keys, facts = read_keys(work), read_facts(work)
        assert enrolment.pending(work) is None
        assert enrolment.noted_request(work) == ""
        state = dict(work.all(select(store_fact.c.name, store_fact.c.value)))
    assert facts.hosts == ("127.0.0.1:8443", "127.0.0.1:8444")
    assert keys.signing_key.public_key().public_bytes_raw() == request.signing
    assert keys.identities.keys() == {recipient_id(request.receiving)}
    assert list(keys.union_keys) == [key_id(UNION.public)]
    assert (state["terminal"], state["terminal_state"]) == ("T07", "registered")
    assert enrolment.days_left(facts, world.clock.now()) > 365


def test_no_private_half_leaves(world):
    asked = _ask(world)
    with world.hands_on(*TABLES) as work:
        held = read_values(work)
    for name in ("pending.tls", "pending.signing", "pending.receiving"):
        assert held[name] not in asked.statement


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"fingerprint": "0000 " * 10}, "enrol.answer"),
        ({"municipality": "151009"}, "enrol.answer"),
        ({"profile": "relay"}, "enrol.answer"),
        ({"authorities": STRANGER.public}, "enrol.answer"),
        ({"certificate": b"no certificate"}, "enrol.certificate"),
        ({"hosts": ()}, "enrol.certificate"),
        ({"union_receiving": "age1nothing"}, "enrol.certificate"),
    ],
)
def test_an_answer_to_something_else_is_refused(world, other, code):
    asked = _ask(world)
    answer = _answer(asked, **other)
    with pytest.raises(EnvironmentFault) as fault:
        enrolment.check_answer(sign(answer, UNION.signing), asked, AUTHORITY.pem)
    assert fault.value.code == code


def test_a_certificate_for_another_key_or_of_another_authority_is_refused(world):
    asked = _ask(world)
    foreign = ec.generate_private_key(ec.SECP256R1()).public_key()
    ours = x509.load_der_x509_csr(asked.request.csr).public_key()
    for certificate in (
        AUTHORITY.issue(foreign, "T07"),
        Authority("union authority").issue(ours, "T07"),  # the same name, another key
        Authority("somebody").issue(ours, "T07"),
    ):
        with pytest.raises(EnvironmentFault) as fault:
            enrolment.check_answer(
                sign(_answer(asked, certificate=certificate), UNION.signing), asked, AUTHORITY.pem
            )
        assert fault.value.code == "enrol.certificate"


def test_an_answer_signed_by_a_key_it_does_not_name_is_refused(world):
    asked = _ask(world)
    with pytest.raises(StatementRefused):
        enrolment.check_answer(sign(_answer(asked), STRANGER.signing), asked, AUTHORITY.pem)


def test_a_renewal_is_believed_only_from_a_known_key(world):
    asked = _ask(world)
    _take(world, asked, _answer(asked))
    with world.hands_on(*TABLES) as work:
        keys = read_keys(work)
    again = _ask(world, replaces=keys)
    forged = _answer(again, union_signing=(STRANGER.public,))
    with pytest.raises(StatementRefused) as refused:
        enrolment.check_answer(
            sign(forged, STRANGER.signing), again, AUTHORITY.pem, known=keys.union_keys
        )
    assert refused.value.code == "statement.key"


def test_a_renewal_is_vouched_for_and_overlaps(world):
    first = _ask(world)
    _take(world, first, _answer(first))
    with world.hands_on(*TABLES) as work:
        old = read_keys(work)
    second = _ask(world, replaces=old)
    assert second.request.replaces == key_id(first.request.signing)
    with world.hands_on(*TABLES) as work:
        assert read_keys(work) == old  # in force until the answer is taken
    renewal = enrolment.renewal_of(second, old)
    signing_keys(first.request.signing)[renewal.key].verify(
        renewal.signature, RENEWAL_DOMAIN + second.statement
    )
    _take(world, second, _answer(second))
    with world.hands_on(*TABLES) as work:
        new = read_keys(work)
    assert new.signing != old.signing
    assert new.tls_key != old.tls_key
    assert old.identities.items() < new.identities.items()
    sealed = pyrage.encrypt(b"x", [pyrage.x25519.Recipient.from_str(first.request.receiving)])
    identity = new.identities[recipient_id(first.request.receiving)]
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]) == b"x"


def test_nothing_pending_is_its_own_fault(world):
    asked = _ask(world)
    answer = _answer(asked)
    _take(world, asked, answer)
    with world.hands_on(*TABLES) as work, pytest.raises(EnvironmentFault) as fault:
        enrolment.take(work, answer)
    assert fault.value.code == "enrol.no_request"


def test_an_unknown_profile_is_refused(world):
    with pytest.raises(UserError) as refused:
        _ask(world, profile="superuser")
    assert (refused.value.code, refused.value.field) == ("enrol.profile", "profile")
