"""Twenty events of a household, one after another, whatever they are: no gap, no overlap and no day
twice in anybody's history, one share for a household, and an event that is cancelled leaves the
history that would have been without it (DOMAIN 2.4, 2.7, 3.2)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.cases.sending import SendNotification, to_record
from app.catalog import CASES
from app.core.canon import canonical_json
from app.peers.union.office import decisions, history
from app.peers.union.office.persons import shares_of
from app.peers.union.tables import coverage, decision, person
from app.rules.values.reader import Reader
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of
from tests.functional.union_rules.test_daily_files import undone
from tests.functional.union_rules.test_two_axes import assert_whole
from tests.support.claim_entries import CLAIMED
from tests.support.kind_entries import KEYED
from tests.support.soak import tries
from tests.support.union_inside import CALLER, HOUSEHOLD, load, seed_person, union_inside
from tests.support.union_terminal import MORNING, TABLES

HEAD, WIFE = 401, 402
READER = Reader.of(TABLES, MORNING.date())
_CASES = itertools.count(1)
PAPER = {"paper_return": "returned"}
OUT = {
    **PAPER,
    "confirmed": "1",
    "to_municipality_code": "131016",
    "to_address": "東京都千代田区見本1-1",
}
EVENTS: Mapping[str, Mapping[str, str]] = {
    "move_out": OUT,
    "move_out_abroad": {**PAPER, "confirmed": "1", "country": "ブラジル"},
    "welfare_start": {**PAPER, "welfare_office": "見本福祉事務所"},
    "exemption": {**PAPER, "ground": "short_stay"},
    "ex_officio_loss": {**PAPER, "base": "LOS_OUT", "found_by": "住民票の除票"},
    "whereabouts": {
        **PAPER,
        "letters_on": "R8.9.1",
        "visited_on": "R8.10.1",
        "answers": "近隣の方は姿を見ていない",
        "decided_by": "保険年金課長",
    },
    "acquisition_cancelled": {**PAPER, "found_by": "保護廃止の取消し"},
    "death": {**PAPER, "day_estimated": "0"},
    "loss_cancelled": {"found_by": "届出の取りやめ"},
    "welfare_end": {"welfare_end": "ended", "welfare_office": "見本福祉事務所"},
    "exemption_end": {"ground": "short_stay"},
    "ex_officio": {"found_by": "実態調査", "base": "ACQ_OTHER"},
    "name_change": KEYED["name_change"],
    "contact": KEYED["contact"],
    "delivery_address": KEYED["delivery_address"],
    "move_within": {**KEYED["move_within"], "new_household_number": HOUSEHOLD},
    "disease": {"disease_kind": "1", "doctor_on": "R8.11.1", "physician": "見本医院"},
    "limit_mark": {"delivery": "counter"},
}
LOSSES = (
    *("move_out", "move_out_abroad", "welfare_start", "exemption", "ex_officio_loss"),
    *("whereabouts", "death"),
)
COMMON = {
    "channel": "counter",
    "notifier": "person",
    "identity_check": "photo_one",
    "delivery": "counter",
    "municipality_code": MUNICIPALITY_CODE,
    "number_check": "none",
    "my_number_absent": "forgotten",
    "purpose_explained": "1",
    "card_use": "not_registered",
    "copay_paper": "0",
}


@dataclass(frozen=True)
class Event:
    """What happened to whom, so many days before it was told."""

    code: str
    who: int
    ago: int


def record(event: Event, told: date) -> Any:
    """The case that tells of an event, as a terminal sends it."""
    kind, on = CASES[event.code], told - timedelta(days=event.ago)
    days = {"event_on": on.isoformat()}
    days |= dict.fromkeys(("notified_on", "accepted_on", "processed_on"), told.isoformat())
    keyed = {**KEYED, **CLAIMED, **EVENTS}[event.code]
    values = {**COMMON, **keyed, **days}
    about = {
        "atena_number": atena_of(event.who),
        "household_number": HOUSEHOLD,
        "members": f"{atena_of(HEAD)} {atena_of(WIFE)}",
        "insured_number": insured_of(event.who),
        "died_on": "",
    }
    said = {name: text for name, text in about.items() if name in kind.from_register}
    content = SendNotification(
        f"T99-1-{next(_CASES):06d}",
        event.code,
        canonical_json(said),
        canonical_json({name: text for name, text in values.items() if name in kind.fields}
                       | {"municipality_code": MUNICIPALITY_CODE}),
        with_number=False,
        warnings=(),
    )  # fmt: skip
    return to_record(kind, content, "", READER)


@dataclass(frozen=True)
class Books:
    """The union's books in a transaction of which nothing stays."""

    system: Any
    connection: Any

    def tell(self, event: Event, day: int) -> str:
        """Tell the union of it on that day; what it answers."""
        now = MORNING + timedelta(days=day)
        self.system.clock.set_to(now)
        case = record(event, now.date())
        header = SimpleNamespace(id=case.case_id)
        decisions.receive(self.system, self.connection, CALLER, header, (case,))  # type: ignore[arg-type]
        told = self.connection.execute(
            select(decision.c.outcome).where(decision.c.notification_id == case.case_id)
        )
        return str(told.scalar_one())


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A couple of 86 and 84, both insured."""
    with union_inside(tmp_path_factory.mktemp("sequences")) as made:
        load(
            made,
            seed_person(HEAD, "1940-01-01"),
            seed_person(WIFE, "1942-05-05", relation="妻", is_head=False, sex="2"),
        )
        yield made


def known(books: Books, day: date) -> dict[str, list[dict[Any, Any]]]:
    """What is known of both at the end of ``day``, of every day of two weeks."""
    asked = [day + timedelta(days=ago) for ago in range(-12, 3)]
    people = books.connection.execute(select(person.c.id, person.c.atena_number)).all()
    return {
        row.atena_number: [history.as_of(books.connection, row.id, one, day) for one in asked]
        for row in people
    }


def assert_no_day_twice(books: Books) -> None:
    """Periods in order, none over another, and no line of the history with a gap."""
    assert_whole(books.connection)
    rows = books.connection.execute(select(coverage).order_by(coverage.c.acquired_on)).all()
    for key in {row.person_id for row in rows}:
        mine = [row for row in rows if row.person_id == key]
        mine = [row for row in mine if row.lost_on != row.acquired_on]  # never insured
        assert all(not row.lost_on or row.acquired_on < row.lost_on for row in mine)
        assert [row for row in mine[:-1] if not row.lost_on] == []
        for before, after in itertools.pairwise(mine):
            assert before.lost_on <= after.acquired_on, (before, after)


def assert_one_share(books: Books) -> None:
    """Whoever of the household is insured has the same share."""
    today = books.system.today().isoformat()
    insured = books.connection.execute(
        select(person.c.id, person.c.household_number)
        .join(coverage, coverage.c.person_id == person.c.id)
        .where(coverage.c.lost_on == "", person.c.state == "1")
    ).all()
    for home in {row.household_number for row in insured}:
        mine = [row.id for row in insured if row.household_number == home]
        shares = {row.copay_ratio for row in shares_of(books.connection, mine, today).values()}
        assert len(shares) == 1, (home, shares)


EVENT = st.builds(
    Event,
    st.sampled_from(sorted(EVENTS)),
    st.sampled_from((HEAD, WIFE)),
    st.integers(0, 30),
)


SHARDS = tries(1, 20)
"""In the soak in twenty parts, so that each core has its own and none runs for hours."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_twenty_events_leave_no_gap_no_overlap_and_one_share(system: Any, shard: int) -> None:
    """A decision of the real union takes some 10 ms, so two sequences here and 100,000 in the soak;
    households at random, without books, are tried in ``test_copay_properties``."""

    @settings(
        max_examples=tries(2, 100_000 // SHARDS),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.lists(EVENT, min_size=20, max_size=20))
    def holds(events: list[Event]) -> None:
        with undone(system) as connection:
            books = Books(system, connection)
            for day, event in enumerate(events, 1):
                books.tell(event, day)
                assert_no_day_twice(books)
                assert_one_share(books)

    holds()


@pytest.mark.parametrize("code", LOSSES)
def test_a_cancelled_loss_leaves_the_history_that_was(system: Any, code: str) -> None:
    """The share between the loss and its cancellation was missing."""
    with undone(system) as connection:
        books = Books(system, connection)
        assert books.tell(Event("name_change", HEAD, 3), 1) == "accepted"
        today = (MORNING + timedelta(days=3)).date()
        before = known(books, today)
        assert books.tell(Event(code, HEAD, 5), 2) == "accepted"
        assert known(books, today) != before
        assert books.tell(Event("loss_cancelled", HEAD, 0), 3) == "accepted"
        assert known(books, today) == before


def test_nobody_is_insured_before_the_last_loss(system: Any) -> None:
    with undone(system) as connection:
        books = Books(system, connection)
        assert books.tell(Event("welfare_start", HEAD, 2), 1) == "accepted"
        assert books.tell(Event("welfare_end", HEAD, 9), 2) == "refused"
        assert "before_last_loss" in reasons(books)
        assert books.tell(Event("welfare_end", HEAD, 5), 3) == "refused", "a day before"
        assert books.tell(Event("welfare_end", HEAD, 4), 3) == "accepted", "the very day"


def test_who_moved_away_becomes_insured_by_moving_in_only(system: Any) -> None:
    """The union failed on it: in her household nobody was left to be judged."""
    with undone(system) as connection:
        books = Books(system, connection)
        assert books.tell(Event("move_out", HEAD, 2), 1) == "accepted"
        assert books.tell(Event("welfare_end", HEAD, 0), 2) == "refused"
        assert "not_resident" in reasons(books)


def reasons(books: Books) -> str:
    """Of the last refusal."""
    last = select(decision.c.reasons).order_by(decision.c.id.desc()).limit(1)
    return str(books.connection.execute(last).scalar_one())
