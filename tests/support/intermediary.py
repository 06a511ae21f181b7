"""An intermediary beside a story: 中間サーバー with the training municipality behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.core.clock import Clock
from app.core.tables import load_tables, shipped_tables
from app.peers.intermediary import desk, system
from app.peers.intermediary.system import Intermediary
from app.wire.beyond import BEYOND
from app.wire.codec import encode_file
from app.wire.records.beyond import PermittedInquiry

PERMITTED = (
    ("80-1", "medical"),
    ("80-2", "residents"),
    ("80-3", "welfare"),
    ("80-4", "disability"),
    ("80-5", "local_tax"),
    ("80-6", "pension"),
    ("80-7", "care"),
    ("80-8", "account"),
)
"""The permitted list of these tests."""


@contextmanager
def intermediary(folder: Path, clock: Clock) -> Iterator[Intermediary]:
    """A new one that knows no union yet."""
    made = system.make(folder, load_tables(shipped_tables()), clock, ("127.0.0.1",))
    try:
        yield made
    finally:
        made.close()


def permit(here: Intermediary, lines: Sequence[tuple[str, str]] = PERMITTED) -> None:
    """Take a list of these procedures and items, from the beginning of the year on."""
    records = [
        PermittedInquiry(
            number=number,
            item=item,
            asker="",
            permit=f"P-{number}",
            valid_from="2026-01-01",
            valid_to="",
        )
        for number, item in lines
    ]
    desk.permit(here, encode_file(BEYOND["FILE-41"], records, here.codes))


def holds(here: Intermediary, my_number: str, item: str, **content: str) -> None:
    """A body behind the network has this of her."""
    say(here, {"my_number": my_number, "item": item, "provider": "見本区", "content": content})


def say(here: Intermediary, line: Mapping[str, Any]) -> None:
    """One line of what the bodies behind the network hold."""
    desk.load(here, [json.dumps(line).encode()])
