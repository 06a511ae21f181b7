"""Anybody on the line may ask to be enrolled: what he cannot do with that."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import UserError
from app.peers.union.line import enrolment
from app.peers.union.line.refusal import Refused
from app.peers.union.system import System
from app.wire.protocol import Cause, EnrolmentStep
from app.wire.statements import EnrolmentRequest, peek, sign
from tests.support.union_door import enrol
from tests.support.union_inside import union_inside
from tests.support.union_terminal import MORNING, UnionTerminal

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with union_inside(tmp_path) as made:
        yield made


def refusal(system: System, data: bytes, address: str = HERE) -> Cause:
    with pytest.raises(Refused) as refused:
        enrolment.receive_request(system, data, address)
    assert refused.value.body.message and refused.value.body.remedy
    return refused.value.cause


def waiting(system: System) -> list[dict[str, object]]:
    return [one for one in enrolment.requests(system) if one["step"] == "waiting"]


@pytest.mark.req("SEC-31")
def test_a_request_that_nobody_decides_lapses_and_says_so(system: System) -> None:
    newcomer = UnionTerminal(None)
    state = enrolment.receive_request(system, newcomer.request(), HERE)
    system.clock.set_to(MORNING + timedelta(days=enrolment.WAITING_DAYS, minutes=-1))  # type: ignore[attr-defined]
    assert len(waiting(system)) == 1
    system.clock.set_to(MORNING + timedelta(days=enrolment.WAITING_DAYS, minutes=1))  # type: ignore[attr-defined]
    with pytest.raises(UserError) as late:
        enrolment.approve(system, "一", state.id)
    assert late.value.code == "union.no_request"
    assert waiting(system) == []
    told = enrolment.state_of(system, state.id)
    assert told.step is EnrolmentStep.REFUSED and "申請してください" in told.note
    again = enrolment.receive_request(system, newcomer.request(), HERE)
    assert again.id != state.id and again.step is EnrolmentStep.WAITING


def test_one_address_fills_its_own_share_only(system: System) -> None:
    for _ in range(enrolment.MOST_BY_ADDRESS):
        enrolment.receive_request(system, UnionTerminal(None).request(), HERE)
    assert refusal(system, UnionTerminal(None).request()) is Cause.BUSY
    enrolment.receive_request(system, UnionTerminal(None).request(), THERE)
    assert {one["address"] for one in waiting(system)} == {HERE, THERE}


def test_the_same_request_said_again_is_one_request(system: System) -> None:
    data = UnionTerminal(None).request()
    one = enrolment.receive_request(system, data, HERE)
    assert enrolment.receive_request(system, data, HERE) == one
    assert len(waiting(system)) == 1


@pytest.mark.req("SEC-70")
@pytest.mark.parametrize("part", ["tls_key", "signing", "identity"])
def test_a_key_that_belongs_to_a_terminal_is_refused(system: System, part: str) -> None:
    there = UnionTerminal(None)
    enrol(system, there)
    copycat = dataclasses.replace(UnionTerminal(None), **{part: getattr(there, part)})
    assert refusal(system, copycat.request()) is Cause.OTHER_CONTENT
    enrolment.withdraw(system, "一", "T01")
    assert refusal(system, copycat.request()) is Cause.OTHER_CONTENT


def test_of_two_requests_with_one_key_only_one_becomes_a_terminal(system: System) -> None:
    one = UnionTerminal(None)
    other = dataclasses.replace(UnionTerminal(None), identity=one.identity)
    state = enrolment.receive_request(system, one.request(), HERE)
    second = enrolment.receive_request(system, other.request(), HERE)
    enrolment.approve(system, "一", second.id)
    for operator in ("一", "二"):
        enrolment.approve(system, operator, state.id)
    with pytest.raises(UserError) as taken:
        enrolment.approve(system, "二", second.id)
    assert taken.value.code == "union.key_taken" and taken.value.remedy
    assert len(enrolment.terminals(system)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"terminal_name": ""},
        {"terminal_name": "　"},
        {"terminal_name": "窓" * 101},
        {"terminal_name": "窓口\n二"},
        {"terminal_name": "窓口‮"},
        {"profile": "x" * 81},
        {"profile": "counter/../x"},
        {"at": "yesterday"},
        {"at": "2026-11-20T09:30:00"},
        {"replaces": "x" * 4000},
        {"csr": b"\x30"},
        {"receiving": "age1" + "q" * 5000},
    ],
)
def test_what_a_request_says_is_bounded(system: System, values: dict[str, Any]) -> None:
    newcomer = UnionTerminal(None)
    said = dataclasses.replace(peek(EnrolmentRequest, newcomer.request()), **values)
    assert refusal(system, sign(said, newcomer.signing)) in (Cause.MALFORMED, Cause.BAD_SIGNATURE)
    assert waiting(system) == []


def test_a_huge_request_and_one_with_another_kind_of_key_are_refused(system: System) -> None:
    newcomer = UnionTerminal(None)
    assert refusal(system, newcomer.request() + bytes(20_000)) is Cause.TOO_LARGE
    other: Any = rsa.generate_private_key(65537, 2048)
    assert (
        refusal(system, dataclasses.replace(newcomer, tls_key=other).request()) is Cause.MALFORMED
    )


def test_a_forged_request_takes_no_place(system: System) -> None:
    data = UnionTerminal(None).request(key=Ed25519PrivateKey.generate())
    assert refusal(system, data) is Cause.BAD_SIGNATURE
    assert waiting(system) == []
