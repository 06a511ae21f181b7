"""Erased is gone: the plain pages of store, log and backup hold nothing of a person any more, and
the same look finds everything before (SEC-157). Whoever is erased does not come back by a restore
(SEC-160)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.retention import running
from app.security import vault
from app.security.founding.restoring import erase_again
from app.security.vault.backups import _opened
from db import again, engine
from db.tables.persons import address, person
from tests.support.forensics import decrypted, decrypted_log
from tests.support.retention_scene import (
    order,
    patterns,
    put_everything,
    put_gone,
    run_all,
    someone,
)
from tests.support.world import DATA_KEY as KEY
from tests.support.world import RECOVERY, World, world_in

MANY = 120


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def clear(folder: Path, key: bytes) -> bytes:
    """Every page of the store in ``folder`` as whoever has the key reads it, free ones and those of
    the log included."""
    store = folder / "store.db"
    log = store.with_name("store.db-wal")
    return decrypted(store, key) + (decrypted_log(log, key) if log.exists() else b"")


def found(pages: bytes, texts: Sequence[str]) -> list[str]:
    return [one for one in texts if one.encode() in pages]


def fill(world: World) -> list[str]:
    """Persons in an order that makes SQLite split and move pages, some of them changed twice."""
    numbers = list(range(1, MANY + 1))
    random.Random(7).shuffle(numbers)
    ids = put_gone(world, *numbers)
    with world.hands_on("person", "address") as work:
        for key in ids[::3]:
            work.run(update(person).where(person.c.id == key).values(phone="0" * 30))
            work.run(update(address).where(address.c.person_id == key).values(building="棟" * 30))
            phone = someone(int(key[2:])).phone
            work.run(update(person).where(person.c.id == key).values(phone=phone))
    return ids


def here(world: World) -> list[str]:
    with closing(vault.open_store(world.paths, KEY)) as store, store.view(("person",)) as work:
        return [row.id for row in work.all(select(person.c.id))]


def rewritten(world: World) -> None:
    running.start_rewrite(world.gate, world.session("supervisor"))
    running.rewrite(world.scheduler_hand, world.access)


@pytest.mark.req("SEC-157")
def test_nothing_of_anybody_is_left_on_any_page(world: World) -> None:
    """Several seconds, because it fills a store until pages split."""
    ids = fill(world)
    put_everything(world, ids[0])
    texts = [text for key in ids for text in patterns(key)]
    kept = [f"{ids[0]}-{what}-text" for what in ("draft", "decided", "detail")]
    folder = world.paths.data
    assert found(clear(folder, KEY), [*texts, *kept]) == [*texts, *kept]
    order(world)
    run_all(world)
    rewritten(world)
    assert found(clear(folder, KEY), [*texts, *kept]) == []
    made = vault.backup(world.store, world.paths, KEY, RECOVERY.public, world.clock, reason="after")
    _, key = _opened(made.folder, RECOVERY.private)
    assert found(clear(made.folder, key), [*texts, *kept]) == []
    (record,) = book.show(world.gate, world.session("supervisor"), LEDGERS["erasures"])
    assert [one.step for one in record.entries] == ["ordered", "done", "clean"]


@pytest.mark.req("SEC-157")
def test_the_look_finds_what_was_deleted_without_secure_delete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look is no look that never finds: with secure delete off most of it is still there."""
    prepare = engine._prepare

    def careless(connection: object, key: bytes | None, tuning: engine.Tuning) -> None:
        prepare(connection, key, tuning)
        connection.execute("PRAGMA secure_delete = OFF")  # type: ignore[attr-defined]

    monkeypatch.setattr(engine, "_prepare", careless)
    with world_in(tmp_path) as world:
        ids = fill(world)
        order(world)
        run_all(world)
        texts = [text for key in ids for text in patterns(key)]
        pages = clear(world.paths.data, KEY)
        assert len(found(pages, texts)) > len(texts) / 4
        made = world.access.back_up(world.clock, "between")  # before anybody wrote the file anew
        _, key = _opened(made.folder, RECOVERY.private)
        assert found(clear(made.folder, key), texts) == []
        rewritten(world)
        assert found(clear(world.paths.data, KEY), texts) == []


@pytest.mark.req("SEC-160")
def test_who_was_erased_is_erased_again_when_a_backup_is_restored(world: World) -> None:
    with world.hands_on("store_fact") as work:
        again.make_key(work)
    put_gone(world, *range(1, 31))
    made = vault.backup(world.store, world.paths, KEY, RECOVERY.public, world.clock, reason="x")
    order(world)
    run_all(world)
    put_gone(world, 99, on="2026-11-01")
    beside = world.paths.erased.read_text()
    assert len(beside.split()) == 30 and "P-" not in beside
    world.close()
    vault.restore(world.paths, made.folder, RECOVERY.private, KEY)
    assert len(here(world)) == 30, "the backup holds them"
    assert erase_again(world.paths, KEY) == 30
    assert here(world) == []
    texts = [text for number in range(1, 31) for text in patterns(f"P-{number}")]
    assert found(clear(world.paths.data, KEY), texts) == []
    assert erase_again(world.paths, KEY) == 0
