"""再登録 (SEC-28): whoever lost the key, forgot the password or let it lapse comes back with new
ones, and with nothing of before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.settings import Settings
from app.functions.admin import staff
from app.functions.admin.staff import LoanKey, Reregistration
from app.security.entry.login import password_rules
from app.security.keys import keyslots
from app.security.keys.slot_model import encode_person_keys
from app.security.refusals import Refusal
from app.security.staff.password import AgeState, age_of
from tests.support import keys
from tests.support.examples import key_entry
from tests.support.world import World, world_in

CLERK = "S101"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def reregister(world: World) -> None:
    fresh = keys.person(CLERK)
    new = Reregistration(CLERK, key_entry("anew"), encode_person_keys(fresh))
    prepared = staff.prepare_reregister(world.gate, world.session("administrator"), new)
    given = world.approvals(prepared)
    staff.perform_reregister(
        world.gate, prepared, given, world.access, fresh, admitted=True, numbers=False
    )


def lend(world: World) -> None:
    lent = replace(keys.person(CLERK), staff_id=keyslots.loan_of(CLERK))
    loan = LoanKey(CLERK, key_entry("lent"), encode_person_keys(lent), world.gate.closing())
    prepared = staff.prepare_lend(world.gate, world.session("administrator"), loan)
    staff.perform_lend(world.gate, prepared, world.approvals(prepared), world.access, lent)


@pytest.mark.req("SEC-27", "SEC-28")
def test_a_lapsed_id_counts_from_the_day_of_its_new_password(world: World) -> None:
    rules = replace(password_rules(Settings({})), longest_age=20)
    world.later(days=21)
    lapsed = world.control.state.person(CLERK).password_set_on
    assert age_of(lapsed, world.clock.now().date(), rules).state is AgeState.LAPSED
    reregister(world)
    person = world.control.state.person(CLERK)
    assert age_of(person.password_set_on, world.clock.now().date(), rules).days_left == 20
    assert world.access.is_admitted(CLERK)


@pytest.mark.req("SEC-23", "SEC-24")
def test_no_key_of_before_signs_anything_and_a_lent_one_ends_by_itself(world: World) -> None:
    former = world.signer(CLERK).credential_id
    lend(world)
    reregister(world)
    held = world.control.state.keys
    usable = set(world.control.state.keys_of(CLERK))
    assert former not in usable and held[former].revoked_at
    assert {held[id_].entry.label for id_ in usable} == {"anew", "lent"}


@pytest.mark.req("SEC-52")
def test_who_has_no_number_key_is_told_so_before_anybody_touches(world: World) -> None:
    world.access.number_key = None
    staff.check_can_give(world.access, CLERK, numbers=False)
    with pytest.raises(Refusal, match=r"staff\.needs_number_key") as refused:
        staff.check_can_give(world.access, CLERK, numbers=True)
    assert CLERK in refused.value.message and "責任者" in refused.value.remedy
