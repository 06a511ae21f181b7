"""Decisions that terminals give back after a restore go on standing, on both databases."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select

from app.core.errors import UserError
from app.peers.union.line import restored
from app.peers.union.line.enrolment import Caller
from app.peers.union.line.refusal import Refused
from app.peers.union.office.officials import settle_birth
from app.peers.union.system import next_value
from app.peers.union.tables import coverage, decision, restore, returned
from app.training.people import MUNICIPALITY_CODE
from app.wire.heads import Head, countersign
from app.wire.protocol import Cause
from app.wire.statements import Contact, Receipt, Settlement, sign
from app.wire.strict_cbor import encode
from tests.support.union_inside import decide, notification, union_inside

T01 = Caller("T01", MUNICIPALITY_CODE, "")
AT = "2026-11-20T09:00:00+09:00"


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path / "union", database) as system:
        yield system


def decided_before(tmp_path, record, sent_id):
    """What a union decided on a case, and forgot with everything else."""
    with union_inside(tmp_path / f"forgotten-{sent_id}") as other:
        with other.database.write() as connection:
            for _ in range(40):
                next_value(connection, "insured_number")
                next_value(connection, "decision")
        return decide(other, record, sent_id)


def given(record):
    """The row of a decision given back, as a terminal has it."""
    return {
        "decision_id": record.decision_id,
        "outcome": record.outcome,
        "insured_number": getattr(record, "insured_number", ""),
        "record": json.dumps(asdict(record), ensure_ascii=False),
    }


def give_back(system, sent_id, row):
    with system.database.write() as connection:
        position = next_value(connection, "returned")
        more = {"terminal": "T99", "position": position, "returned_at": AT, "standing": "open"}
        connection.execute(insert(returned).values(notification_id=sent_id, **row, **more))


def standings(system):
    with system.database.read() as connection:
        rows = connection.execute(select(returned.c.decision_id, returned.c.standing))
        return dict(rows.all())


def test_the_same_decision_takes_its_old_place_number_and_all(system, tmp_path):
    record = notification(701)
    before = decided_before(tmp_path, record, "same")
    give_back(system, "same", given(before))
    now = decide(system, record, "same")
    assert now == before
    assert standings(system) == {before.decision_id: "taken"}
    with system.database.read() as connection:
        numbers = connection.execute(select(coverage.c.insured_number)).scalars().all()
    assert numbers == [before.insured_number]


def test_another_decision_corrects_the_old_one_and_is_named(system, tmp_path):
    record = notification(702)
    before = decided_before(tmp_path, record, "other")
    give_back(system, "other", given(before))
    richer = {"copay_taxable_income": "7000000", "copay_revenue": "9000000"}
    body = replace(record, **richer, copay_pension_other="9000000")
    now = decide(system, body, "other")
    assert now.decision_id != before.decision_id
    assert now.supersedes == before.decision_id
    assert now.insured_number == before.insured_number, "it stands on a paper"
    assert standings(system) == {before.decision_id: "differs"}


def test_a_refusal_given_back_is_not_told_again(system, tmp_path):
    record = notification(703, former_municipality_code="152986")
    before = decided_before(tmp_path, record, "refused")
    assert before.outcome == "refused"
    row = {"decision_id": before.id, "outcome": "refused", "insured_number": "", "record": ""}
    give_back(system, "refused", row)
    decide(system, record, "refused")
    with system.database.read() as connection:
        rows = connection.execute(select(decision.c.id, decision.c.outcome)).all()
    assert [tuple(row) for row in rows] == [(before.id, "refused")]


def test_an_official_who_settles_again_gives_the_number_that_was_given(system, tmp_path):
    unknown = {"birth_written": "昭和26年頃", "birth_sort": "1951-01-01", "birth_precision": "year"}
    record = notification(704, **unknown, disability_paper="0")
    with union_inside(tmp_path / "forgotten") as other:
        with other.database.write() as connection:
            for _ in range(40):
                next_value(connection, "insured_number")
        pending = decide(other, record, "birth")
        assert pending.outcome == "pending"
        settle_birth(other, "係長", "birth", date(1951, 6, 1))
        with other.database.read() as connection:
            settled = connection.execute(
                select(decision.c.record).where(decision.c.outcome == "accepted")
            ).scalar_one()
            number = connection.execute(select(coverage.c.insured_number)).scalar_one()
    give_back(system, "birth", given(pending))
    told = json.loads(settled)
    row = {"decision_id": told["decision_id"], "outcome": "accepted", "insured_number": number}
    give_back(system, "birth", {**row, "record": settled})
    assert decide(system, record, "birth").decision_id == pending.decision_id
    assert standings(system) == {pending.decision_id: "taken", told["decision_id"]: "open"}
    assert settle_birth(system, "係長", "birth", date(1951, 6, 1)) == told["decision_id"]
    assert set(standings(system).values()) == {"taken"}


# -- what proves and what does not


def contact(system, *, proof=b"", receipts=(), store="store", terminal="T01"):
    said = Contact(
        MUNICIPALITY_CODE,
        terminal,
        store,
        1,
        bytes(32),
        Head(0, bytes(32)),
        (),
        0,
        AT,
        proof,
        receipts,
    )
    with system.database.write() as connection:
        return restored.take_proofs(system, connection, T01, said)


def head(system, *, key=None, store="store", terminal="T01", number=9):
    signing = key or system.keys.signing
    return encode(countersign(signing, store, terminal, Head(number, bytes(32)), AT))


def receipt(system, *, key=None, sender="T01", receiver="U15", settlement=Settlement.ACCEPTED):
    told = Receipt(
        "T01-1-000001", "0" * 64, "", sender, receiver, "file-01", 1, 3, settlement, "", "", AT
    )
    return sign(told, key or system.keys.signing)


def test_our_own_signature_on_more_than_we_know_proves_the_loss(system):
    for proofs in ({"proof": head(system)}, {"receipts": (receipt(system),)}):
        with pytest.raises(Refused) as refused:
            contact(system, **proofs)
        assert refused.value.cause is Cause.RESTORED
    (noticed,) = restored.listing(system)
    assert (noticed["noticed_by"], noticed["confirmed_at"]) == ("T01", "")


def test_what_we_did_not_sign_for_this_terminal_proves_nothing(system):
    strange = Ed25519PrivateKey.generate()
    for proofs in (
        {"proof": b"\xff"},
        {"proof": head(system, key=strange)},
        {"proof": head(system, terminal="T02")},
        {"proof": head(system, store="another")},
        {"receipts": (b"\xff", receipt(system, key=strange), receipt(system, sender="T02"))},
        {"receipts": (receipt(system, receiver="U13"),)},
        {"receipts": (receipt(system, settlement=Settlement.REJECTED),)},
    ):
        assert contact(system, **proofs) is None
    assert restored.listing(system) == []


def test_two_operators_and_numbers_that_leave_a_gap(system):
    restore_id = restored.say(system, "一")
    assert restored.say(system, "二") == restore_id, "one restore is confirmed once"
    with system.database.read() as connection:
        assert restored.halted(connection)
        assert restored.epoch_of(connection) == 1
    restored.confirm(system, "一", restore_id)
    with pytest.raises(UserError):
        restored.confirm(system, "一", restore_id)
    with system.database.read() as connection:
        assert restored.halted(connection)
    restored.confirm(system, "二", restore_id)
    with system.database.write() as connection:
        assert not restored.halted(connection)
        assert restored.epoch_of(connection) == 2
        assert next_value(connection, "insured_number") > 100_000
        row = connection.execute(select(restore)).one()
    assert (row.first_operator, row.second_operator) == ("一", "二")
    assert contact(system, proof=head(system)) is not None, "explained by the confirmed restore"
