"""A terminal restored from a backup is given again by the real union what it received after it
(decision 024): everything is there again, nothing is doubled, and nobody searches meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.cases import board
from app.core.errors import UserError
from app.functions.files import set_aside
from app.functions.files.desks import teller
from app.peers.union.embed import embedded
from app.persons import find
from app.security import vault
from app.security.gate.facts import FIRST_LOAD_FACT, FIRST_LOAD_OPEN, STANDS_FACT
from app.security.refusals import Refusal
from app.sync import enrolment
from app.sync.age import stands_warning
from app.sync.engine import Engine
from app.sync.faults import ExchangeCancelled, PeerRefused
from app.sync.states import Incoming, Outgoing
from app.sync.terminal_keys import read_keys
from app.sync.transport import open_line
from app.training.movers import movers
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from db.tables.cases import case_file, check_entry
from db.tables.exchange import inbox, outbox
from db.tables.persons import person
from tests.functional.union.test_engine import ON, confirmed, engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.sendings import rows
from tests.support.union_terminal import CODES, TABLES
from tests.support.world import DATA_KEY, MONDAY_MORNING, RECOVERY, World, new_world, open_world

PERSONS = 40


class Restorable:
    """A terminal, the real union, and a backup that may come back into the store's place."""

    def __init__(self, folder: Path, union: Any) -> None:
        self.union = union
        self.world = new_world(folder)
        self.decisions: list[Any] = []
        self._running: Engine | None = None
        self.backup: vault.Backup | None = None

    def engine(self) -> Engine:
        if self._running is None:
            self._running = engine(self.world, self.decisions)
        return self._running

    def back_up(self) -> None:
        world = self.world
        self.backup = vault.backup(
            world.store, world.paths, DATA_KEY, RECOVERY.public, world.clock, "manual"
        )

    def restore(self) -> None:
        """As ``madoguchi restore`` does with the files; the journal stays."""
        assert self.backup is not None
        at = self.world.clock.now()
        epoch = self.world.store.identity.epoch
        self.world.close()
        vault.restore(
            self.world.paths,
            self.backup.folder,
            RECOVERY.private,
            DATA_KEY,
            vault.PutBack(
                epoch_over=epoch,
                keep_journal=True,
                facts={FIRST_LOAD_FACT: FIRST_LOAD_OPEN, STANDS_FACT: self.backup.made_at},
            ),
        )
        self._running = None
        self.world = open_world(self.world.paths.data, start=at)

    def send(self, mover: Any, number: int) -> str:
        outbox_id = confirmed(self.world, mover.notification(f"T01-1-{number:06d}", ON))
        report = self.engine().send_now(outbox_id)
        assert report.accepted, report.problem
        return outbox_id

    def contact(self) -> Any:
        report = self.engine().contact()
        assert report.problem is None, report
        return report

    def applied(self) -> dict[str, int]:
        return {
            row.id: row.record_count for row in rows(self.world, inbox) if row.state == "applied"
        }

    def persons(self) -> list[tuple[Any, ...]]:
        with self.world.store.view(("person",)) as work:
            columns = (person.c.name, person.c.kana, person.c.birth_written, person.c.state)
            found = work.all(select(*columns))
        return sorted(tuple(row) for row in found)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Restorable]:
    small = municipality(TABLES, size=PERSONS, on=ON)
    with embedded(tmp_path / "union", moment=MONDAY_MORNING, start=ForkedUnion) as union:
        union.first.load(seed_line(one) for one in small.persons())
        made = Restorable(tmp_path, union)
        try:
            enrolled(made.world, union)
            made.contact()
            made.send(movers(TABLES, small)[0], 1)
            made.back_up()
            made.world.later(minutes=10)
            yield made
        finally:
            made.world.close()


@pytest.fixture
def worked_on(place: Restorable) -> Restorable:
    """After the backup: two cases sent and decided, a delivery of the day applied."""
    small = movers(TABLES, municipality(TABLES, size=PERSONS, on=ON))
    place.send(small[1], 2)
    place.send(small[2], 3)
    place.union.deliver(MUNICIPALITY_CODE)
    place.contact()
    return place


def search(world: World) -> Any:
    return find.search(world.gate, world.session(), "ミホン", world.tables, ON)


def on_board(world: World, key: str = "first_load") -> list[Any]:
    found = board.lines(world.gate, world.session("supervisor"), world.catalog)
    return [one for one in found if one.key.startswith(key)]


@pytest.mark.req("SEC-118")
def test_everything_is_there_again_and_nothing_twice(worked_on: Restorable) -> None:
    place = worked_on
    before, persons, decided = place.applied(), place.persons(), len(place.decisions)
    known = place.union.first.act("decisions")
    place.restore()
    assert place.applied().keys() < before.keys(), "the backup is older"
    with pytest.raises(Refusal) as early:
        search(place.world)
    assert early.value.code == "need.filled" and "復元" in early.value.message
    (line,) = on_board(place.world)
    assert "11月16日 10:00 現在" in line.what
    assert "現在のデータ" in stands_warning(place.engine().stands())
    place.contact()
    assert place.applied() == before and place.persons() == persons
    told = [one.decision_id for one in place.decisions[decided:]]
    assert sorted(told) == sorted(one.decision_id for one in place.decisions[decided - 2 : decided])
    assert place.union.first.act("decisions") == known, "nothing is decided again"
    assert place.engine().stands() == "" and on_board(place.world) == []
    search(place.world)
    assert place.contact().received == (), "once is enough"


def test_broken_off_at_every_kind_of_step_it_goes_on(worked_on: Restorable) -> None:
    place = worked_on
    before, decided = place.applied(), len(place.decisions)
    place.restore()
    bench = place.engine()._bench
    for cut in (
        "contact.keep_head",
        "receive.list",
        "receive.verify",
        "receive.stage",
        "receive.apply",
        "receive.acknowledge",
    ):

        def step(name: str, cut: str = cut) -> None:
            if name == cut:
                raise ExchangeCancelled

        place.engine()._bench = replace(bench, step=step)
        assert place.engine().contact().cancelled
        with pytest.raises(Refusal):
            search(place.world)
    place.engine()._bench = bench
    place.contact()
    assert place.applied() == before and len(place.decisions) == decided + 2
    search(place.world)


def test_what_went_up_after_the_backup_has_one_effect(place: Restorable) -> None:
    """Confirmed before the backup and sent after it: the restored store sends it once more, in
    its new epoch, and gets the first receipt; what follows begins the stream anew."""
    small = movers(TABLES, municipality(TABLES, size=PERSONS, on=ON))
    waiting = confirmed(place.world, small[1].notification("T01-1-000002", ON))
    place.back_up()
    assert place.engine().send_now(waiting).accepted
    place.restore()
    assert {row.id: row.state for row in rows(place.world, outbox)}[waiting] == Outgoing.CONFIRMED
    report = place.contact()
    assert [(one.outbox_id, one.accepted) for one in report.sent] == [(waiting, True)]
    place.send(small[2], 9)
    place.contact()
    made = [one["notification_id"] for one in place.union.first.act("decisions")]
    assert len(made) == len(set(made)) == 3


@pytest.mark.req("SEC-118")
def test_cases_keyed_after_the_backup_are_on_the_check_list(place: Restorable) -> None:
    """What was typed is lost with the store, that somebody had come is not: the desk told the
    union of it, and gets its own word back. What the backup holds is named by nobody."""
    tell = teller(place.world.engine_hand, CODES)
    _key(place.world, "T01-1-000701")
    tell()
    place.contact()
    place.back_up()
    place.world.later(minutes=10)
    _key(place.world, "T01-1-000702")
    tell()
    place.contact()
    place.restore()
    for _ in range(2):
        place.contact()
        teller(place.world.engine_hand, CODES)()
    place.contact()
    (entry,) = rows(place.world, check_entry)
    assert entry.cause == "case_lost" and "T01-1-000702" in entry.detail
    (line,) = on_board(place.world, "check")
    assert "確認リスト" in line.what
    assert [row.id for row in rows(place.world, case_file)] == ["T01-1-000701"]


def _key(world: World, case_id: str) -> None:
    at = world.clock.now().isoformat()
    values = {"kind": "move_in", "state": "draft", "opened_by": "S101", "opened_at": at}
    with world.hands_on("case_file") as work:
        work.run(insert(case_file).values(id=case_id, **values))


def test_a_refused_decision_that_is_erased_is_set_aside_and_the_stream_goes_on(
    place: Restorable,
) -> None:
    """The union keeps no refusal once it is acknowledged (SEC-130): a person settles it."""
    small = movers(TABLES, municipality(TABLES, size=PERSONS, on=ON))
    place.send(small[0], 2)
    assert place.decisions[-1].outcome == "refused"
    place.send(small[1], 3)
    place.restore()
    place.contact()
    (aside,) = [row for row in rows(place.world, inbox) if row.state == Incoming.QUARANTINED]
    assert "receive.gone_erased" in aside.cause
    told = [one.decision_id for one in place.decisions]
    assert told[-1] == told[-2], "the accepted one came again, the refused one did not"
    search(place.world)
    place.send(small[2], 9)


def test_a_key_renewed_after_the_backup_is_withdrawn_and_persons_come_anew(
    place: Restorable,
) -> None:
    """What came after the renewal is sealed to a key that the restored store does not hold."""
    _renew(place)
    small = movers(TABLES, municipality(TABLES, size=PERSONS, on=ON))
    place.send(small[1], 2)
    place.union.deliver(MUNICIPALITY_CODE)
    place.contact()
    before, persons = place.applied(), place.persons()
    place.restore()
    place.contact()
    place.world.later(minutes=10)
    place.contact()
    standing = sorted(one["standing"] for one in place.union.first.certificates("T01"))
    assert standing == ["in_force", "withdrawn"]
    assert set(persons) <= set(place.persons()), "and household members that changes do not bring"
    assert place.applied().keys() != before.keys()
    aside = [row for row in rows(place.world, inbox) if row.state == Incoming.QUARANTINED]
    assert aside and all("receive.gone_key" in row.cause for row in aside)
    session = place.world.session("supervisor")
    shown = set_aside.show(place.world.gate, session, aside[0].id)
    assert "復元で失われた鍵" in shown.cause
    place.send(small[2], 9)
    assert place.decisions[-1].outcome == "accepted", "sealed to the key that is here"
    search(place.world)


def _renew(place: Restorable) -> None:
    world = place.world
    with world.hands_on("terminal_key", "store_fact") as work:
        old = read_keys(work)
        asked = enrolment.ask(
            work,
            municipality=MUNICIPALITY_CODE,
            terminal_name="本庁窓口1",
            profile="counter",
            at=world.clock.now(),
            replaces=old,
        )
    line = open_line(old, world.clock)
    try:
        state = line.renew(enrolment.renewal_of(asked, old))
    finally:
        line.close()
    place.contact()  # the answer is not taken yet: nothing may be withdrawn
    answer = enrolment.check_answer(state.answer, asked, old.authorities, known=old.union_keys)
    with world.hands_on("terminal_key", "store_fact") as work:
        enrolment.take(work, answer)


@pytest.mark.req("SEC-70")
def test_one_certificate_is_withdrawn_and_the_renewed_one_goes_on(place: Restorable) -> None:
    with place.world.hands_on("terminal_key", "store_fact") as work:
        old = read_keys(work)
    _renew(place)
    newest, first = place.union.first.certificates("T01")
    place.union.first.withdraw_certificate(first["fingerprint"])
    with pytest.raises(UserError) as twice:
        place.union.first.withdraw_certificate(first["fingerprint"])
    assert twice.value.code == "union.no_certificate"
    line = open_line(old, place.world.clock)
    with pytest.raises(PeerRefused) as refused:
        line.down_list()
    line.close()
    assert refused.value.code == "peer.certificate_withdrawn"
    place.contact()
    place.union.first.withdraw_certificate(newest["fingerprint"])
    report = place.engine().contact()
    assert report.problem is not None and report.problem.code == "peer.certificate_withdrawn"
