"""One union in one folder, and a socket that answers at once."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault
from app.peers.union.embed import embedded
from app.peers.union.folder import endpoint_file
from app.peers.union.running import _listen

ROOT = Path(__file__).resolve().parents[3]


def test_a_second_process_is_refused_and_the_first_goes_on(tmp_path):
    with embedded(tmp_path) as first:
        before = endpoint_file(tmp_path).read_bytes()
        command = [sys.executable, "-m", "app.peers.union.main", "run", "--data", str(tmp_path)]
        second = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode == 1
        assert "もう動いています" in second.stderr
        with pytest.raises(EnvironmentFault) as refused, embedded(tmp_path):
            pass
        assert refused.value.code == "union.running"
        assert endpoint_file(tmp_path).read_bytes() == before
        assert first.first.status()["union"] == "U15"
    assert not endpoint_file(tmp_path).exists()


def test_what_a_crashed_union_said_of_itself_is_not_believed(tmp_path):
    stale = {"terminals": "127.0.0.1:1", "operators": "http://127.0.0.1:1", "process": 1}
    endpoint_file(tmp_path).write_text(json.dumps(stale))
    with embedded(tmp_path) as running:
        assert running.address != stale["terminals"]


def test_a_small_answer_leaves_at_once():
    """Without TCP_NODELAY an answer in two writes waits for the asker's delayed receipt."""

    async def option():
        answered = asyncio.get_running_loop().create_future()

        async def met(_, writer):
            inner = writer.get_extra_info("socket")
            answered.set_result(inner.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = _listen("127.0.0.1", 0)
        server = await asyncio.start_server(met, sock=listening)
        async with server:
            _, writer = await asyncio.open_connection(*listening.getsockname())
            found = await answered
            writer.close()
        return found

    assert asyncio.run(option()) != 0


def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(EnvironmentFault) as refused:
            _listen("127.0.0.1", taken.getsockname()[1])
    assert refused.value.code == "union.port"
