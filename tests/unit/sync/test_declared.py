"""What applies a received file is declared so that it can be whole or not at all."""

from __future__ import annotations

import pytest

from app.catalog import CATALOG
from app.security.spec import Actor
from app.start.compose import handlers
from app.sync import outbox
from app.sync.inbox import APPLYING, INCOMING
from app.sync.work import EXCHANGE
from app.wire.files import FILES
from tests.support.world import shared_tables

APPLIED_BY = sorted({spec.applied_by for spec in FILES.values()} - {""})


@pytest.mark.req("FILE-16", "FILE-17", "FILE-24")
@pytest.mark.parametrize("function_id", APPLIED_BY)
def test_rows_and_state_of_a_file_change_in_one_transaction(function_id):
    function = CATALOG[function_id]
    assert function.actor is Actor.SYSTEM
    assert set(APPLYING) <= set(function.writes)


@pytest.mark.req("SEC-54")
def test_no_file_with_the_number_comes_down():
    down = {f"FILE-{number}" for number in range(16, 25)}
    told_back = {"FILE-07", "FILE-08", "FILE-09"}  # went up, and come to every counter's ledger
    assert set(INCOMING) == down | told_back | {"DESK-01", "DESK-02", "DESK-03"}
    assert not any(FILES[file_id].holds_my_number for file_id in INCOMING)


def test_moving_states_touches_no_person():
    function = CATALOG[EXCHANGE]
    assert function.actor is Actor.SYSTEM
    assert not {"person", "my_number", "insured", "address"} & {*function.reads, *function.writes}


def test_the_sending_of_a_notification_declares_the_outbox():
    function = CATALOG["eligibility.send_move_in"]
    assert set(outbox.WRITES) <= set(function.writes)
    assert set(outbox.READS) <= set(function.reads)


def test_the_handlers_of_this_area_are_functions():
    assert set(handlers(shared_tables())) == set(APPLIED_BY)
