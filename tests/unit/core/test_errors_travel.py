"""What a process that draws raises is what the program shows: errors arrive whole."""

from __future__ import annotations

import pickle

import pytest

from app.core.errors import Bug, EnvironmentFault, MadoguchiError, UserError
from app.core.tables import load_tables, shipped_tables
from forms.proof.failure import Check, ProofFailed


@pytest.mark.parametrize(
    "error",
    [
        UserError("a.user", "何が。", "どうする。", field="name"),
        EnvironmentFault("a.fault", "何が。", "どうする。"),
        Bug("a.bug", "何が。", "どうする。"),
        ProofFailed(Check.INK, "氏名", 1),
    ],
)
def test_an_error_arrives_whole(error: MadoguchiError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error) and str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_the_tables_in_force_reach_the_processes_that_draw() -> None:
    tables = load_tables(shipped_tables())
    arrived = pickle.loads(pickle.dumps(tables))
    assert arrived.version == tables.version and dict(arrived).keys() == dict(tables).keys()
    name = "print_papers"
    assert arrived[name].rows() == tables[name].rows()
