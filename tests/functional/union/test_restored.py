"""A union that lost its last commits is told as what it is, confirmed by two, and made whole."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.core.errors import UserError
from app.peers.union.embed import embedded
from app.sync.faults import line_fault
from app.sync.states import Incoming, Outgoing
from app.training.movers import movers
from app.training.municipality import municipality
from app.training.people import seed_line
from app.wire.protocol import Returned
from db.tables.exchange import inbox, outbox
from tests.functional.union.test_engine import confirmed, engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.sendings import rows, sending
from tests.support.union_terminal import TABLES
from tests.support.world import MONDAY_MORNING, world_in

ON = MONDAY_MORNING.date()


class Place:
    """One union's folder, its port, and a copy of its database made while it stood still."""

    def __init__(self, folder):
        self.folder = folder / "union"
        self.copy = folder / "backup.db"
        self.port = 0
        self.now = MONDAY_MORNING

    @contextmanager
    def running(self):
        with embedded(self.folder, moment=self.now, port=self.port, start=ForkedUnion) as union:
            self.port = int(union.address.rpartition(":")[2])
            yield union
        self.now += timedelta(minutes=10)

    def back_up(self):
        source, target = sqlite3.connect(self.folder / "union.db"), sqlite3.connect(self.copy)
        with source, target:
            source.backup(target)

    def restore(self):
        for beside in self.folder.glob("union.db*"):
            beside.unlink()
        shutil.copy(self.copy, self.folder / "union.db")


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def people():
    return movers(TABLES, municipality(TABLES, size=80, on=ON))


@pytest.fixture
def world(tmp_path):
    with world_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def lost(place, world, people):
    """One case before the backup, two after it, all decided and received; then the backup is
    all that is left. The decisions as the terminal has them, and its engine."""
    decisions = []
    small = municipality(TABLES, size=80, on=ON)
    with place.running() as union:
        union.first.load(seed_line(person) for person in small.persons())
        enrolled(world, union)
        running = engine(world, decisions)
        send(world, running, people[0], 1)
    place.back_up()
    with place.running():
        world.later(minutes=10)
        send(world, running, people[1], 2)
        send(world, running, people[2], 3)
        assert running.contact().problem is None
        assert len(decisions) == 3
    place.restore()
    return decisions, running


def send(world, running, mover, number):
    outbox_id = confirmed(world, mover.notification(f"T01-1-{number:06d}", ON))
    report = running.send_now(outbox_id)
    assert report.accepted, report.problem
    return outbox_id


def confirm(union):
    (waiting,) = [item for item in union.first.restores() if not item["confirmed_at"]]
    union.first.confirm_restored(waiting["id"])
    return union.second.confirm_restored(waiting["id"])


def known_to(union):
    notifications = sorted(item["case_id"] for item in union.first.act("notifications"))
    decisions = sorted(item["id"] for item in union.first.act("decisions"))
    return notifications, decisions


def test_it_is_told_as_what_it_is_and_nothing_is_lost_or_refused(place, world, people, lost):
    _, running = lost
    with place.running() as union:
        new = confirmed(world, people[1].notification("T01-1-000004", ON))
        assert running.send_now(new).problem.code in ("peer.out_of_place", "peer.restored")
        report = running.contact()
        assert report.problem.code == "peer.restored"
        assert "操作者２名" in report.problem.remedy
        assert running.contact().problem.code == "peer.restored"
        assert sending(world, new).state == Outgoing.SENT, "it waits, and is not refused"
        (noticed,) = union.first.restores()
        assert noticed["noticed_by"] == "T01"
        assert noticed["point"] < noticed["noticed_at"]
        confirm(union)
        report = running.contact()  # the new one waits for its next try, those before it do not
        assert [s.outbox_id for s in report.sent] == ["T01-1-000002", "T01-1-000003"]
        world.later(minutes=1)
        report = running.contact()
        assert [(s.outbox_id, s.accepted) for s in report.sent] == [(new, True)]


def test_two_operators_confirm_and_not_one_twice(place, lost):
    _, running = lost
    with place.running() as union:
        running.contact()
        (noticed,) = union.first.restores()
        union.first.confirm_restored(noticed["id"])
        assert running.contact().problem.code == "peer.restored"
        with pytest.raises(UserError) as same:
            union.first.confirm_restored(noticed["id"])
        assert same.value.code == "union.same_operator"
        assert running.contact().problem.code == "peer.restored"
        union.second.confirm_restored(noticed["id"])
        assert running.contact().problem is None
        with pytest.raises(UserError) as again:
            union.second.confirm_restored(noticed["id"])
        assert again.value.code == "union.no_restore"


def test_nothing_is_taken_or_given_before_it_is_confirmed(place, world, people, lost):
    """An operator may say it before any terminal notices."""
    _, running = lost
    with place.running() as union:
        union.first.act("restored")
        before = known_to(union)
        new = confirmed(world, people[1].notification("T01-1-000004", ON))
        report = running.send_now(new)
        assert (report.accepted, report.problem.code) == (False, "peer.restored")
        assert known_to(union) == before
        confirm(union)
        assert running.contact().problem is None


def test_broken_off_between_two_that_go_again_each_keeps_its_place(place, world, people, lost):
    decisions, running = lost
    with place.running() as union:
        running.contact()
        confirm(union)
        original, done = running._open_line, []

        def breaking(keys):
            line = original(keys)
            complete = line.complete

            def once(outbox_id):
                done.append(outbox_id)
                if len(done) == 2:
                    raise line_fault("cut")
                return complete(outbox_id)

            line.complete = once
            return line

        running._open_line = breaking
        report = running.contact()
        assert [s.accepted for s in report.sent] == [True, False]
        new = confirmed(world, people[0].notification("T01-1-000006", ON))
        world.later(minutes=1)
        report = running.contact()
        assert report.problem is None
        assert [(s.outbox_id, s.accepted) for s in report.sent] == [(done[1], True), (new, True)]
        assert [row.sequence for row in rows(world, outbox)] == [1, 2, 3, 4]
        assert len(decisions) == 4


@pytest.mark.req("SEC-98")
def test_what_is_missing_is_sent_again_exactly_once_and_the_decisions_stand(
    place, world, people, lost
):
    decisions, running = lost
    told = {record.case_id: record for record in decisions}
    with place.running() as union:
        running.contact()
        confirm(union)
        report = running.contact()
        assert report.problem is None
        assert [s.accepted for s in report.sent] == [True, True]
        notifications, ids = known_to(union)
        assert notifications == sorted(told)
        assert ids == sorted(record.decision_id for record in decisions)
        assert {item["standing"] for item in union.first.returned()} == {"taken"}
        assert len(decisions) == 3, "nothing was decided or told twice"
        covered = _coverages(place)
        for record in decisions:
            assert covered[record.atena_number] == [(record.insured_number, record.acquired_on)]
        assert running.contact().sent == ()
        head = world.journal.last_countersigned()
        assert head is not None
        states = [row.state for row in rows(world, outbox)]
        assert states == [Outgoing.ACCEPTED] * 3


def test_life_goes_on_in_both_directions(place, world, people, lost):
    decisions, running = lost
    before = {record.decision_id for record in decisions}
    with place.running() as union:
        running.contact()
        confirm(union)
        running.contact()
        other = people[0].notification("T01-1-000005", ON)
        outbox_id = confirmed(world, other)
        assert running.send_now(outbox_id).accepted
        assert len(decisions) == 4
        assert decisions[-1].decision_id not in before, "a forgotten number is not given again"
        assert running.contact().problem is None
        places = {(row.stream, row.epoch, row.sequence) for row in rows(world, inbox)}
        assert ("file-16", 2, 1) in places
        assert all(row.state == Incoming.APPLIED for row in rows(world, inbox))


def test_restored_twice_to_the_same_backup(place, world, people, lost):
    """The second restore forgets the first: what terminals hold of it is proof again."""
    decisions, running = lost
    with place.running() as union:
        running.contact()
        confirm(union)
        assert running.contact().problem is None
        world.later(minutes=10)
    place.restore()
    with place.running() as union:
        world.later(minutes=10)
        assert running.contact().problem.code == "peer.restored"
        assert confirm(union)["epoch"] == 3, "an epoch that terminals have seen is not used again"
        assert running.contact().problem is None
        assert known_to(union)[1] == sorted(record.decision_id for record in decisions)
        assert len(decisions) == 3


def test_a_crash_between_a_receipt_and_the_disk_is_noticed_by_the_receipt_alone(
    place, world, people
):
    """No journal line was countersigned in between: only the receipt proves it."""
    decisions = []
    small = municipality(TABLES, size=80, on=ON)
    with place.running() as union:
        union.first.load(seed_line(person) for person in small.persons())
        enrolled(world, union)
        running = engine(world, decisions)
        running.contact()
    place.back_up()
    with place.running():
        send(world, running, people[1], 2)
    place.restore()
    with place.running() as union:
        assert running.contact().problem.code == "peer.restored"
        (noticed,) = union.first.restores()
        assert noticed["evidence"].startswith("受領証 T01-1-")
        assert "操作記録" not in noticed["evidence"]


def test_a_decision_that_was_never_ours_is_not_taken_back(place, lost, expected_log):
    expected_log.expect("a decision was not taken back: peer.bad_signature")
    decisions, running = lost
    with place.running() as union:
        running.contact()
        confirm(union)
        original = running._open_line

        def forging(keys):
            line = original(keys)
            give_back = line.give_back
            line.give_back = lambda said: give_back(Returned(said.head, said.plain + b"\n"))
            return line

        running._open_line = forging
        assert running.contact().problem is None
        assert union.first.returned() == []
        fresh = [record.decision_id for record in decisions[3:]]
        assert len(fresh) == 2, "what was not vouched for is decided again"
        assert not set(fresh) & {record.decision_id for record in decisions[:3]}


def _coverages(place):
    with sqlite3.connect(place.folder / "union.db") as connection:
        found = connection.execute(
            "SELECT atena_number, insured_number, acquired_on FROM coverage"
            " JOIN person ON person.id = coverage.person_id"
        ).fetchall()
    covered = {}
    for atena, number, acquired in found:
        covered.setdefault(atena, []).append((number, acquired))
    return covered
