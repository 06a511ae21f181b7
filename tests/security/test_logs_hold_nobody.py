"""No log of any process holds personal data: each is made to fail with a person in its hands,
and everything it wrote is searched (DESIGN 1.12)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from app.core.errors import EnvironmentFault
from app.peers.union.embed import embedded
from app.training.people import MUNICIPALITY_CODE, atena_of, my_number_of
from app.wire.files import FILES
from app.wire.protocol import Cause, complete_path
from app.wire.strict_cbor import encode
from tests.support.failing import NAME, NUMBER, WAYS
from tests.support.forked_union import ForkedUnion
from tests.support.framed import encode_file
from tests.support.postgres import worker_postgres
from tests.support.union_inside import notification, resident
from tests.support.union_terminal import CODES, MORNING, RefusedError, UnionTerminal

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_terminal_that_fails_names_the_place_and_nobody(way):
    child = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.support.failing", way],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    wrote = child.stdout + child.stderr
    assert NAME not in wrote
    assert NUMBER not in wrote
    assert "failing.py" in wrote or "_raised" in wrote or way in wrote, "the place is missing"


SECRET = ("まぼろし", "マボロシ", "1943-05-03", "昭和18年5月3日", "幻町", my_number_of(4711))
PHANTOM = {
    "name": "見本　まぼろし",
    "kana": "ミホン　マボロシ",
    "address": "見本県見本市幻町7番7号",
    "my_number": my_number_of(4711),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def broken_union(request, tmp_path):
    """A union whose table of persons takes nobody, and where all its logs lie."""
    if request.param == "sqlite":
        with embedded(tmp_path, moment=MORNING, start=ForkedUnion) as running:
            terminal = UnionTerminal(running).enrol()
            with sqlite3.connect(tmp_path / "union.db") as beside:
                beside.execute(
                    "CREATE TRIGGER nobody BEFORE INSERT ON person BEGIN "
                    "SELECT RAISE(ABORT, 'no person'); END"
                )
            beside.close()
            yield running, terminal, [tmp_path / "union.log"]
            terminal.close()
        return
    server = worker_postgres()
    url = server.union()
    with embedded(tmp_path, database=url, moment=MORNING, start=ForkedUnion) as running:
        terminal = UnionTerminal(running).enrol()
        plain = url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(plain, autocommit=True) as beside:
            # PostgreSQL names the whole failing row in its error.
            beside.execute("ALTER TABLE person ADD CONSTRAINT nobody CHECK (name = '')")
        yield running, terminal, [tmp_path / "union.log", server.log]
        terminal.close()
    server.drop(url)


def test_a_union_that_fails_answers_with_a_number_and_logs_nobody(broken_union):
    running, terminal, logs = broken_union
    record = notification(4711, **PHANTOM)
    sent = terminal.build("FILE-01", [record])
    terminal.upload(sent)
    with pytest.raises(RefusedError) as refused:
        terminal.ask("POST", complete_path(sent.id))
    assert (refused.value.status, refused.value.cause) == (500, Cause.FAULT)
    incident = refused.value.message.partition("エラー番号 ")[2][:8]

    file = encode_file(FILES["FILE-03"], [_resident(record)], CODES)
    with pytest.raises(EnvironmentFault) as told:
        running.first.daily(MUNICIPALITY_CODE, file)
    assert told.value.code == "union.fault"
    second = told.value.message.partition("エラー番号 ")[2][:8]

    texts = [log.read_text(encoding="utf-8", errors="replace") for log in logs]
    assert f"incident={incident}" in texts[0]
    assert f"incident={second}" in texts[0]
    assert "IntegrityError" in texts[0]
    for secret in (*SECRET, atena_of(4711)):
        assert not any(secret in text for text in texts), secret
        assert secret not in refused.value.message + told.value.message
    assert running.first.status()["union"] == "U15", "it goes on"


def _resident(record):
    names = ("name", "kana", "address", "my_number", "birth_written", "birth_sort", "sex")
    return resident(4711, **{name: getattr(record, name) for name in names})


def test_a_body_that_is_none_is_the_askers_mistake(broken_union):
    """What the terminal says wrong is still told as wrong, not as a fault of the union."""
    _, terminal, _ = broken_union
    with pytest.raises(RefusedError) as refused:
        terminal.ask("POST", "/v1/up/T01-1-000009", encode("no start"))
    assert refused.value.cause is Cause.MALFORMED
