"""One visit, from the notification to the paper in the hand (FLOW-101 … FLOW-108)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counter import Counter, counter_in


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


def test_visit(counter: Counter) -> None:
    view = counter.compared()
    proof = counter.proof(view)
    issued = counter.issue(proof, view)
    counter.settle(issued)
    counter.look(view.case_id)
    assert counter.show(view.case_id).case_state == "closed"
