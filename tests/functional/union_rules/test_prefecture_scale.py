"""The union as a process on PostgreSQL answers like the one on SQLite (DESIGN 8)."""

from __future__ import annotations

import pytest

from app.peers.union.embed import embedded
from app.training.movers import movers
from app.training.municipality import municipality
from app.training.people import seed_line
from app.wire.statements import Settlement
from tests.support.union_terminal import MORNING, TABLES, UnionTerminal


@pytest.mark.req("SYS-01", "FLOW-104", "FLOW-106")
def test_a_visit_on_postgresql_survives_a_restart(tmp_path, postgres):
    url, place = postgres.fresh(), municipality(TABLES, size=80, on=MORNING.date())
    mover = movers(TABLES, place)[0]
    with embedded(tmp_path / "union", database=url, moment=MORNING) as union:
        union.first.load(seed_line(person) for person in place.persons())
        terminal = UnionTerminal(union).enrol()
        record = mover.notification("T01-1-000001", MORNING.date())
        assert terminal.send("FILE-01", [record]).settlement is Settlement.ACCEPTED
        terminal.close()
    assert not list((tmp_path / "union").glob("*.db"))
    with embedded(tmp_path / "union", database=url, moment=MORNING) as union:
        assert union.authorities == terminal.union.authorities
        again = UnionTerminal(union, signing=terminal.signing, tls_key=terminal.tls_key)
        again.identity = terminal.identity
        again.answer = terminal.answer
        again.connect(terminal.answer.certificate, terminal.tls_key)
        (decision,) = again.receive("FILE-16")
        assert (decision.copay_ratio, decision.limit_class) == ("2", "general2")
        assert again.waiting() == ()
        again.close()
