"""連帯納付義務 (高確法108条2項・3項, DOMAIN 4.7)."""

from __future__ import annotations

import pytest

from app.rules.collection.instalments import Method
from app.rules.collection.liability import Liable, Tie, jointly_liable

HEAD = Liable("H", Tie.HOUSEHOLDER)
SPOUSE = Liable("S", Tie.SPOUSE)


@pytest.mark.parametrize(
    ("householder", "spouse", "liable"),
    [
        ("H", "S", (HEAD, SPOUSE)),
        ("H", None, (HEAD,)),
        ("H", "H", (HEAD,)),
        ("P", "S", (SPOUSE,)),
        ("P", None, ()),
    ],
)
def test_householder_and_spouse_for_ordinary_collection_only(
    householder: str, spouse: str | None, liable: tuple[Liable, ...]
) -> None:
    assert jointly_liable(Method.ORDINARY, "P", householder, spouse) == liable
    assert jointly_liable(Method.DEDUCTION, "P", householder, spouse) == ()
