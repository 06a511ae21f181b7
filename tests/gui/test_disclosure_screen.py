"""The page of what is disclosed: a mark for each part, printed by touch."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.functions.records.screens.disclosure import DisclosureScreen
from tests.functional.test_disclosure import asked, of
from tests.support.counter import counter_in
from tests.support.desk import Room


@pytest.mark.req("FORM-89")
def test_what_is_unmarked_is_held_back_and_the_rest_printed(qtbot: Any, tmp_path: Path) -> None:
    with counter_in(tmp_path) as counter:
        record = asked(counter, of(counter))
        room = Room(counter, qtbot)
        room.staff_door = SimpleNamespace(terminal=SimpleNamespace(journal=counter.world.journal))
        screen = room.add(DisclosureScreen(room.desk("supervisor"), record))
        screen.resize(1280, 900)
        flags = {one.name: one for one in screen.fields}
        flags["address"].set_value("0")
        folder = os.environ.get("MADOGUCHI_PICTURES")
        if folder:
            screen.grab().save(str(Path(folder) / "disclosure.png"))
        screen.carry_out()
        room.until(lambda: bool(room.said))
        assert "印刷しました" in room.said[-1]
        assert room.went[-1] == ("records.show_disclosures", {"record": record})
