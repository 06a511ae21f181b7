"""A terminal killed while it writes the slot file leaves the old one or the new one, whole."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from app.security.keys import keyslots
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from tests.support.keys import founded, unlock
from tests.support.soak import tries

KILLS = tries(20, 1_000)


def test_killed_at_any_moment_one_whole_slot_file_opens(tmp_path: Path) -> None:
    place = founded()
    path = tmp_path / "slots"
    write_slot_file(path, place.file, place.terminal)
    rotated, _ = keyslots.begin_rotation(place.file, place.terminal)
    delays = random.Random(7)
    seen = set()
    for _ in range(KILLS):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            for turn in range(100_000):
                write_slot_file(path, rotated if turn % 2 else place.file, place.terminal)
                os.write(writer, b".")
            os._exit(1)
        os.close(writer)
        assert os.read(reader, 1) + os.read(reader, 1) == b".."  # both files were written
        time.sleep(delays.uniform(0.0, 0.005))
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        os.close(reader)
        file = read_slot_file(path, place.terminal)
        assert file in (place.file, rotated)
        assert unlock(place, "A002", file).keys.data_keys[1] == place.data_key
        seen.add(file.generation)
    assert seen == {1, 2}  # it was killed on either side of the rename
