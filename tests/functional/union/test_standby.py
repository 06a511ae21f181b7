"""The database dies under the union (DESIGN 8): its synchronous standby is promoted by the
documented command, terminals and officials go on, and nothing accepted is lost or done twice."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.errors import EnvironmentFault
from app.peers.union.embed import embedded
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from app.wire.protocol import Cause
from app.wire.statements import Settlement
from tests.support import soak
from tests.support.forked_union import ForkedUnion
from tests.support.standby import Pair, pair_of_servers
from tests.support.union_inside import notification
from tests.support.union_terminal import MORNING, TABLES, RefusedError, UnionTerminal

KILLS = soak.tries(1, 50)
CASES = 12
PATIENCE = 60.0


@pytest.fixture
def pair() -> Iterator[Pair]:
    with pair_of_servers() as made:
        yield made


def sent_again(terminal: UnionTerminal, sent: Any) -> Any:
    """The terminal's own way: what was not answered is sent again under its id until it is."""
    until = time.monotonic() + PATIENCE
    whole = False
    while True:
        try:
            if not whole:
                terminal.upload(sent)
            return terminal.complete(sent)
        except (RefusedError, httpx.HTTPError) as cause:
            refused = isinstance(cause, RefusedError) and cause.status < 500
            # it lies there whole already: the answer to the last piece did not come
            whole = refused and cause.cause is Cause.WRONG_OFFSET
            if refused and not whole:
                raise
            assert time.monotonic() < until, "the union did not come back"
            time.sleep(0.1)


@pytest.mark.req("SYS-01")
@pytest.mark.parametrize("seed", range(KILLS))
def test_what_was_accepted_before_the_primary_died_stands_once_and_work_goes_on(
    pair: Pair, tmp_path: Path, seed: int
) -> None:
    """Two clusters start and die here: seconds, and no other way to show it."""
    chance = random.Random(seed)
    with embedded(tmp_path, database=pair.url, moment=MORNING, start=ForkedUnion) as union:
        terminal = UnionTerminal(union).enrol()
        try:
            at = chance.uniform(0.05, 0.6)
            died: list[float] = []

            def kill_and_promote() -> None:
                time.sleep(at)
                pair.kill_primary()
                died.append(time.monotonic())
                pair.promote()

            killer = threading.Thread(target=kill_and_promote)
            killer.start()
            accepted, back = [], 0.0
            for index in range(CASES):
                sent = terminal.build("FILE-01", [notification(5000 + index)])
                receipt = sent_again(terminal, sent)
                assert receipt.settlement is Settlement.ACCEPTED
                accepted.append(sent.id)
                if died and not back:
                    back = time.monotonic() - died[0]
            killer.join()
            if not back:  # all were through before it died
                sent = terminal.build("FILE-01", [notification(5000 + CASES)])
                accepted.append(sent.id if sent_again(terminal, sent) else "")
                back = time.monotonic() - died[0]
            decided = Counter(
                str(row[0]) for row in pair.rows("SELECT notification_id FROM decision")
            )
            assert decided == Counter(accepted)
            numbers = pair.rows("SELECT insured_number FROM coverage")
            assert len(set(numbers)) == len(numbers) == len(accepted)
            assert back < 30, f"the first accepted contact came after {back:.1f} s"
            assert len(terminal.receive("FILE-16")) == len(accepted)
        finally:
            terminal.close()


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_yearly_run_goes_on_behind_its_last_piece_and_judges_everybody_once(
    pair: Pair, tmp_path: Path, seed: int
) -> None:
    """The primary dies while a run of several pieces is worked off."""
    place = municipality(TABLES, size=1_500, on=MORNING.date())
    chance = random.Random(seed)
    with embedded(tmp_path, database=pair.url, moment=MORNING, start=ForkedUnion) as union:
        union.first.load(seed_line(person) for person in place.persons())
        run = union.first.propose_run("share", MUNICIPALITY_CODE, "2026-08-01")["id"]
        union.second.confirm_run(run)
        shares = "SELECT person_id, count(*) FROM share WHERE copay_from = '2026-08-01' GROUP BY 1"
        killer = threading.Timer(chance.uniform(0.1, 0.8), pair.kill_primary)
        killer.start()
        told: dict[str, Any] = {}
        until = time.monotonic() + PATIENCE
        while not told.get("finished_at"):
            try:
                told = union.first.go_on(run)
            except EnvironmentFault as cause:
                assert cause.code in ("union.busy", "union.not_running"), cause
                assert time.monotonic() < until, "the union did not come back"
                if pair.killed:
                    pair.promote_once()
        killer.join()
        if not pair.promoted:
            pair.promote_once()
        assert told["done"] == told["total"] > 200
        judged = {one[0]: one[1] for one in pair.rows(shares)}
        assert set(judged.values()) == {1} and len(judged) >= told["total"]


def test_meanwhile_it_is_said_what_is_the_matter(pair: Pair, tmp_path: Path) -> None:
    with embedded(tmp_path, database=pair.url, moment=MORNING, start=ForkedUnion) as union:
        assert union.first.act("notifications") == []
        pair.kill_primary()
        with pytest.raises(EnvironmentFault) as busy:
            union.first.act("notifications")
        assert busy.value.code == "union.busy"
        assert "切り替えています" in busy.value.message
        assert os.getpid() != union.process
        pair.promote()
        assert union.first.act("notifications") == []
