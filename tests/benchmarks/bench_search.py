"""Finding a person in the store (DESIGN 9): 1,000,000 persons, ratios in the same run.

``MADOGUCHI_BENCH_PERSONS`` sets another number of persons. The plain side is the same engine on
the same pages without a key; both sides run the whole unit of work, authorizer included.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import READER, WRITER, open_raw
from app.training import names
from db import search
from db.engine import Tuning, make_engine
from db.tables.persons import address, atena, insured
from db.work import Identity, Lanes, Store, Work
from tests.benchmarks.frame import Bench, Limit, Row

PERSONS = int(os.environ.get("MADOGUCHI_BENCH_PERSONS", "1000000"))
SMALLER = PERSONS // 10
QUERIES = 300
CHUNK = 20_000
KEY = bytes(range(32))
RARE = "阿伊宇江於加木久毛古佐志須世曽多知津手戸奈仁野波比不辺保真美牟女茂矢由与良利留礼呂和"

Query = Callable[[Work], search.Hits]


def persons(count: int) -> Iterator[dict[str, Any]]:
    """Artificial persons: a hundred common surnames, one in ten rare, one in twenty a variant."""
    chance = random.Random(count)
    for number in range(count):
        draw = chance.random()
        if draw < 0.85:
            surname, surname_kana = chance.choice(names.SURNAMES)
        elif draw < 0.90:
            surname, surname_kana = chance.choice(names.VARIANT_SURNAMES)
        else:
            surname, surname_kana = "".join(chance.sample(RARE, 2)), chance.choice(_KANA)
        given = chance.choice(names.SURNAMES)[0][:1] + chance.choice("子一美雄江郎")
        given_kana = chance.choice(_KANA) + chance.choice(("コ", "イチ", "ミ", "オ", "エ", "ロウ"))
        year, month, day = chance.randrange(1921, 1962), chance.randrange(1, 13), number % 28 + 1
        yield {
            "id": f"T01-1-{number:07d}",
            "kind": "1",
            "name": f"{surname}　{given}",
            "kana": f"{surname_kana}　{given_kana}",
            "phone": f"0250{number:07d}",
            "birth_written": f"{year}年{month}月{day}日",
            "birth_sort": f"{year}-{month:02d}-{day:02d}",
            "birth_precision": "day",
            "sex": "12"[number % 2],
            "state": "1",
        }


_KANA = ("アサ", "イシ", "ウメ", "エノ", "カネ", "キヨ", "クニ", "サト", "シゲ", "スミ", "セツ")
_KANA += ("タケ", "チヨ", "ツネ", "トシ", "ナツ", "ハル", "ヒサ", "フミ", "マサ", "ミツ", "ヤス")  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Side:
    """A store of one size, and the file it lies in."""

    store: Store
    file: Path


def fill(store: Store, count: int) -> None:
    """Put ``count`` persons with address and numbers into an empty store."""
    chunk: list[dict[str, Any]] = []
    for row in persons(count):
        chunk.append(row)
        if len(chunk) == CHUNK:
            _put(store, chunk)
            chunk = []
    if chunk:
        _put(store, chunk)


def _put(store: Store, chunk: list[dict[str, Any]]) -> None:
    with store.update(search.READS, ("person", "address", "atena", "insured")) as work:
        search.insert_persons(work, chunk)
        work.run(insert(address), [_address(row["id"]) for row in chunk])
        work.run(insert(atena), [_atena(row["id"]) for row in chunk])
        work.run(insert(insured), [_insured(row["id"]) for row in chunk])
    store.idle()


def _address(person_id: str) -> Mapping[str, Any]:
    return {
        "person_id": person_id,
        "kind": "current",
        "municipality_code": "152994",
        "postal_code": "9990001",
        "written": f"見本県見本市見本町{int(person_id[-4:])}番地{int(person_id[-2:])}",
    }


def _atena(person_id: str) -> Mapping[str, Any]:
    return {
        "municipality_code": "152994",
        "atena_number": f"9{person_id[-7:]:0>14}",
        "person_id": person_id,
        "current": True,
    }


def _insured(person_id: str) -> Mapping[str, Any]:
    return {
        "insured_number": f"9{person_id[-7:]}",
        "acquired_on": "2015-04-01",
        "person_id": person_id,
        "insurer_number": "39152996",
        "acquisition_reason": "1",
    }


def without_key(encrypted: Path, plain: Path) -> Store:
    """The same rows in a file without encryption, by the same engine."""
    connection = open_raw(encrypted, KEY, Tuning())
    connection.execute("ATTACH ? AS plain KEY ''", (str(plain),))
    connection.execute("SELECT sqlcipher_export('plain')").fetchone()
    connection.execute("DETACH plain")
    connection.close()
    lanes = Lanes(
        writer=make_engine(plain, None, WRITER, write=True),
        reader=make_engine(plain, None, READER, write=False),
    )
    return Store(plain, Identity("bench", "T01", 1, True), lanes, lambda: None)


def queries(count: int) -> Mapping[str, Iterable[Query]]:
    """What clerks type, by kind; the same on every side of one size."""
    chance = random.Random(7)

    def numbers() -> list[str]:
        return [f"{chance.randrange(count):07d}" for _ in range(QUERIES)]

    def surnames(size: int) -> list[str]:
        return [chance.choice(names.SURNAMES)[0][:size] for _ in range(QUERIES)]

    def kana(size: int) -> list[str]:
        return [chance.choice(names.SURNAMES)[1][:size] for _ in range(QUERIES)]

    def days() -> list[str]:
        return [
            f"{chance.randrange(1921, 1962)}-{chance.randrange(1, 13):02d}-05"
            for _ in range(QUERIES)
        ]

    def of(find: Callable[..., search.Hits], typed: Iterable[str]) -> list[Query]:
        return [lambda work, text=text: find(work, text) for text in typed]  # type: ignore[misc]

    return {
        "insured number": of(search.by_insured_number, ["9" + n for n in numbers()]),
        "atena number": of(search.by_atena_number, ["9" + n.zfill(14) for n in numbers()]),
        "telephone": of(search.by_phone, ["0250" + n for n in numbers()]),
        "kana prefix, 2 characters": of(search.by_kana, kana(2)),
        "kana prefix, surname": of(search.by_kana, kana(9)),
        "name fragment, 1 character": of(search.by_name, surnames(1)),
        "name fragment, 2 characters": of(search.by_name, surnames(2)),
        "name fragment, none found": of(search.by_name, ["佐木", "田藤", "山々", "中子"] * 75),
        "birth date": of(search.by_birth, days()),
    }


def measure(stores: Sequence[Store], asked: Iterable[Query]) -> list[list[float]]:
    """For each store the milliseconds of each query as a whole unit of work, sorted.

    Five passes in turn after a warming one; the best of each store counts, because other work
    on the machine only ever adds, and in turn, so that it adds to all.
    """
    passes = [[sorted(_one_pass(store, asked)) for store in stores] for _ in range(6)]
    return [min(of_store, key=_p95) for of_store in zip(*passes[1:], strict=True)]


def _one_pass(store: Store, asked: Iterable[Query]) -> Iterator[float]:
    for query in asked:
        started = time.perf_counter()
        with store.view(search.READS) as work:
            query(work)
        yield (time.perf_counter() - started) * 1000


def _p95(took: list[float]) -> float:
    return took[int(len(took) * 0.95)]


def run() -> Iterable[Row]:
    """Build both sizes, measure every kind on every side, give the rows."""
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-bench-"))
    try:
        yield from _measured(folder)
    finally:
        shutil.rmtree(folder)


def _measured(folder: Path) -> Iterator[Row]:
    large, small = _build(folder / "large", PERSONS), _build(folder / "small", SMALLER)
    plain = without_key(large.file, folder / "plain.db")
    yield _size(large, folder / "plain.db")
    few = queries(SMALLER)
    for kind, asked in queries(PERSONS).items():
        sealed, clear = measure((large.store, plain), asked)
        (fewer,) = measure((small.store,), few[kind])
        yield Row(
            f"search {PERSONS:,}: {kind}, p95",
            5.0,
            _p95(sealed),
            "ms",
            Limit("the same without a key", _p95(clear)),
            note=f"p50 {statistics.median(sealed):.2f}",
        )
        yield Row(
            f"search: {kind}, SQLCipher / plain",
            1.3,
            statistics.median(sealed) / statistics.median(clear),
            "×",
            Limit("the same without a key", 1.0),
            note=f"plain p50 {statistics.median(clear):.2f} ms, p95 {_p95(clear):.2f} ms",
        )
        yield Row(
            f"search: {kind}, growth for 10 × persons",
            10.0,
            statistics.median(sealed) / statistics.median(fewer),
            "×",
            Limit("a tenth of the persons", 1.0),
            note=f"{SMALLER:,} persons: p50 {statistics.median(fewer):.2f} ms",
        )
    for store in (large.store, small.store, plain):
        store.close()


def _build(folder: Path, count: int) -> Side:
    paths = Paths(folder)
    store = vault.create(paths, KEY, vault.Founding("bench", "T01", training=True))
    fill(store, count)
    return Side(store, paths.store)


def _size(side: Side, plain: Path) -> Row:
    clear = plain.stat().st_size / PERSONS
    return Row(
        "store: bytes per person",
        1000,
        side.file.stat().st_size / PERSONS,
        "bytes",
        Limit("the same without a key, repacked", clear),
        note="row, address, 2 numbers, all indexes",
    )


BENCHES = (Bench("search", "finding a person in the store, sealed and plain", run),)
