"""拠点の廃止 (SEC-147): every terminal of a site ends in one action, and no other."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from app.core.errors import UserError
from app.peers.union.line.enrolment import withdraw_site
from app.peers.union.tables import operator_log, terminal
from tests.support.union_inside import union_inside

OTHER, OURS = "152986", "152994"


def _enrolled(connection, id_, municipality, name):
    values = {"id": id_, "municipality": municipality, "name": name, "state": "active"}
    values |= {"profile": "counter", "enrolled_at": "2026-11-16T09:00:00+09:00"}
    connection.execute(insert(terminal).values(**values))


@pytest.mark.req("SEC-147")
def test_a_site_is_removed_in_one_action(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        with system.database.write() as connection:
            for id_, town, name in (
                ("T11", OURS, "北出張所"),
                ("T12", OURS, "北出張所"),
                ("T13", OURS, "本庁"),
                ("T14", OTHER, "北出張所"),
                ("T15", OURS, "北出張所"),
            ):
                _enrolled(connection, id_, town, name)
            connection.execute(
                update(terminal).where(terminal.c.id == "T15").values(state="withdrawn")
            )
        assert withdraw_site(system, "操作者一", OURS, "北出張所") == 2
        with system.database.read() as connection:
            states = dict(
                connection.execute(select(terminal.c.id, terminal.c.state)).tuples().all()
            )
            logged = connection.execute(
                select(operator_log.c.subject).where(operator_log.c.act == "withdraw")
            ).scalars()
            assert sorted(logged) == ["T11", "T12"]
        assert {one for one, state in states.items() if state == "active"} == {"T13", "T14"}
        with pytest.raises(UserError, match="使用中の端末はありません") as nobody:
            withdraw_site(system, "操作者一", OURS, "北出張所")
        assert nobody.value.code == "union.no_terminal"
