"""The recovery shares in the hands of the house: issued again, and as a third person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.functions.admin import shares
from app.functions.admin.shares import Papers
from app.security.entry.doorway import Doorway
from app.security.keys.recovery import RecoveryIssue, signer_of
from app.security.keys.sealing import new_pair, pair_from_secret
from app.security.refusals import Refusal
from app.security.staff.session import Session
from app.security.vault.store_access import StoreAccess
from tests.security.test_chain_rules import approve, approved_lately, asked
from tests.security.test_recovering import bring_back, fresh
from tests.support.founded import FoundedTerminal, found_terminal, typed_back
from tests.support.world import World, world_in


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def opened(terminal: FoundedTerminal) -> tuple[Doorway, Session]:
    door = terminal.login()
    return door, terminal.enter(door, "S201")


def issue(terminal: FoundedTerminal, door: Doorway, session: Session) -> list[str]:
    """Three new shares, typed back and signed for by both; the papers."""
    papers: list[str] = []
    halves = typed_back(RecoveryIssue(), papers)
    here = door.terminal
    assert here is not None
    prepared = shares.prepare_issue(
        here.gate, session, halves, "保管者の異動", ("S201", "S202"), here.access
    )
    given = terminal.touches(here.gate, prepared, "S202")
    shares.perform_issue(here.gate, prepared, given, ("S201", "S202"), here.access)
    return papers


def test_the_new_shares_recover_and_those_of_before_do_not(terminal: FoundedTerminal) -> None:
    door, session = opened(terminal)
    papers = issue(terminal, door, session)
    door.log_off(session)
    with pytest.raises(UserError) as old:
        bring_back(terminal, terminal.papers[:2], fresh("S201", "S202"))
    assert old.value.code == "recovery.superseded"
    assert bring_back(terminal, papers[1:], fresh("S201", "S202")) > 0
    door = terminal.login()  # and the log proves the recovery by the key that it names now
    assert door.terminal is None


def test_cut_short_between_act_and_slots_the_next_login_ends_it(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, session = opened(terminal)
    with monkeypatch.context() as patch:

        def full(access: StoreAccess, recipient: str) -> None:
            raise EnvironmentFault("disk.full", "空きがありません。", "消してください。")

        patch.setattr(StoreAccess, "renew_recovery", full)
        with pytest.raises(EnvironmentFault):
            issue(terminal, door, session)
    assert door.terminal is not None
    recipient = door.terminal.control.state.recovery_recipient
    assert door.terminal.access.slots.recovery_public != recipient != ""
    door.log_off(session)
    door, session = opened(terminal)
    assert door.terminal is not None
    assert door.terminal.access.slots.recovery_public == recipient
    door.log_off(session)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def given_out(world: World) -> list[str]:
    papers: list[str] = []
    world.control.state.recovery_check = typed_back(RecoveryIssue(), papers).check
    return papers


@pytest.mark.req("SEC-38", "SEC-49")
def test_two_shares_stand_as_the_third_where_two_approve_each_other(world: World) -> None:
    approved_lately(world, 10)
    line = asked(world, "supervisor")
    papers = given_out(world)
    with pytest.raises(Refusal, match=r"grant\.mutual"):
        approve(world, line)
    session = world.session("administrator")
    prepared = shares.prepare_vouch(world.gate, session, Papers(*papers[:2]), [line])
    shares.perform_vouch(world.gate, prepared, world.approvals(prepared))
    approve(world, line)
    assert world.control.state.grants[line.grant.id].state == "approved"


def test_shares_of_another_issue_or_one_alone_vouch_for_nothing(world: World) -> None:
    line = asked(world, "supervisor")
    papers = given_out(world)
    other: list[str] = []
    typed_back(RecoveryIssue(), other)
    session = world.session("administrator")
    for two, code in (
        (other[:2], "shares.not_ours"),
        ((papers[0], papers[0]), "recovery.same_share"),
        ((papers[0], other[1]), "recovery.shares_differ"),
        ((papers[0], "kotoba"), "recovery.word_unknown"),
    ):
        with pytest.raises(UserError) as refused:
            shares.prepare_vouch(world.gate, session, Papers(*two), [line])
        assert refused.value.code == code


@pytest.mark.parametrize("what", ["rights", "store", "time"])
def test_a_vouching_counts_for_these_rights_here_and_now(world: World, what: str) -> None:
    """By an outside tool: a signature of the shares, taken from somewhere else."""
    from app.security.control.done import Done
    from app.security.control.effects import right_of, take_effect
    from app.security.control.shares import sign_vouch

    pair = new_pair()
    signer = signer_of(pair_from_secret(pair.private))
    line, now = asked(world, "supervisor"), world.clock.now()
    world.control.state.recovery_check = signer.public_key().public_bytes_raw()
    mine = right_of(line.grant)
    signed = sign_vouch(signer, world.gate.store_id, (mine,), now)
    if what == "rights":
        signed = replace(signed, rights=(replace(mine, grant_id="another"),))
    elif what == "store":
        signed = sign_vouch(signer, "another-store", (mine,), now)
    else:
        signed = sign_vouch(signer, world.gate.store_id, (mine,), now - timedelta(hours=1))
    done = Done("S301", "", "T01", 1, b"n" * 16, now, 99)
    draft = world.control.state.draft()
    with pytest.raises(UserError) as refused:
        take_effect(draft, signed, done, world.control.house)
    assert refused.value.code == ("shares.stale" if what == "time" else "shares.not_ours")
