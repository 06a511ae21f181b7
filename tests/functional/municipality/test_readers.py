"""What was moved out comes back into the municipal system's own tables (FILE-17, 19, 20, 43)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.errors import MadoguchiError
from app.peers.municipality import life
from app.peers.municipality.feeders import write_file
from app.peers.municipality.main import take_in
from app.peers.municipality.readers import read_file
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import (
    address_exception,
    collection,
    file_log,
    instalment,
    insured,
    on_register,
    premium,
)
from app.wire.codec import decode_file
from app.wire.files import FILES
from tests.support.framed import FRAME, encode_file
from tests.support.sendings import sample


def refuses(code: str):
    return pytest.raises(MadoguchiError, match=code.replace(".", r"\."))


def put(
    here: Municipality, folder: Path, file_id: str, records: Sequence[Any] = (), **frame: Any
) -> Path:
    """A file as it was opened at this side."""
    name = f"{file_id}_{frame.get('edition', 1)}_{frame.get('business_on', '')}.csv"
    path = folder / name
    records = records or [replace(one, municipality_code=here.code) for one in sample(file_id)]
    content = encode_file(FILES[file_id], records, here.codes, replace(FRAME, **frame))
    path.write_bytes(content)
    return path


def rows(here: Municipality, table: Any) -> list[Any]:
    with here.read() as connection:
        return list(connection.execute(select(table)))


@pytest.mark.req("FLOW-306", "FLOW-2017")
def test_insured_persons_are_taken_as_the_union_says_them(
    here: Municipality, tmp_path: Path
) -> None:
    records = [replace(one, municipality_code=here.code) for one in sample("FILE-17")]
    done = read_file(here, put(here, tmp_path, "FILE-17", records))
    assert (done.count, done.changed) == (len(records), len(records))
    found = {row.atena_number: row for row in rows(here, insured)}
    for record in records:
        row = found[record.atena_number]
        assert (row.insured_number, row.lost_on, row.copay_ratio) == (
            record.insured_number,
            record.lost_on,
            record.copay_ratio,
        )
    later = [replace(records[0], copay_ratio="3"), *records[1:]]
    done = read_file(here, put(here, tmp_path, "FILE-17", later, edition=2))
    assert done.changed == 1, "only what is new changes a row"


def test_no_file_is_taken_twice_or_for_somebody_else(here: Municipality, tmp_path: Path) -> None:
    path = put(here, tmp_path, "FILE-17")
    read_file(here, path)
    with refuses("municipality.read_before"):
        read_file(here, path)
    same_day = put(here, tmp_path, "FILE-17", made_at="2026-11-16T09:00:00+09:00")
    with refuses("municipality.read_before"):
        read_file(here, same_day)
    with refuses("municipality.other"):
        read_file(here, put(here, tmp_path, "FILE-17", municipality="131016", edition=3))
    with refuses("municipality.unknown_file"):
        read_file(here, tmp_path / "FILE-01_x.csv")
    with refuses("municipality.unreadable"):
        read_file(here, tmp_path / "FILE-17_none.csv")
    states = [(row.state, row.cause) for row in rows(here, file_log)]
    assert states.count(("read", "")) == 1
    assert ("refused", "municipality.read_before") in states


def test_a_broken_file_changes_nothing_and_is_written_down(
    here: Municipality, tmp_path: Path
) -> None:
    path = put(here, tmp_path, "FILE-17")
    path.write_bytes(path.read_bytes()[:-20])
    with refuses("file."):
        read_file(here, path)
    assert rows(here, insured) == []
    (line,) = rows(here, file_log)
    assert line.state == "refused" and line.cause.startswith("file.")


@pytest.mark.req("FLOW-2017")
def test_address_exceptions_are_taken_by_person_and_day(here: Municipality, tmp_path: Path) -> None:
    records = [replace(one, municipality_code=here.code) for one in sample("FILE-19")]
    read_file(here, put(here, tmp_path, "FILE-19", records))
    ended = [replace(records[0], ended_on="2026-11-30"), *records[1:]]
    read_file(here, put(here, tmp_path, "FILE-19", ended, edition=2))
    found = {
        (row.atena_number, row.began_on): row.ended_on for row in rows(here, address_exception)
    }
    assert found[(records[0].atena_number, records[0].began_on)] == "2026-11-30"
    assert len(found) == len(records)


@pytest.mark.req("FLOW-408", "FLOW-503", "FLOW-2020", "FLOW-2023", "FLOW-2036", "FLOW-2037")
def test_a_premium_becomes_instalments_payments_and_arrears(
    here: Municipality, tmp_path: Path, out: Path
) -> None:
    record = replace(sample("FILE-20")[0], municipality_code=here.code, levy_year="2026",
                     amount="66000")  # fmt: skip
    read_file(here, put(here, tmp_path, "FILE-20", [record]))
    (kept,) = rows(here, premium)
    assert (kept.amount, kept.insured_number) == (66000, record.insured_number)
    plan = rows(here, instalment)
    assert sum(one.amount for one in plan) == 66000
    sent = decode_file(
        FILES["FILE-07"], write_file(here, "FILE-07", out).path.read_bytes(), here.codes
    )
    assert sum(int(one.amount) for one in sent) == 66000
    assert {one.cause for one in sent} == {"first"}
    for _ in range(140):
        life.next_day(here, 0)
    paid = rows(here, collection)
    assert paid and len(paid) <= len(plan)
    gone = decode_file(
        FILES["FILE-08"], write_file(here, "FILE-08", out).path.read_bytes(), here.codes
    )
    assert sum(int(one.amount) for one in gone) == sum(one.amount for one in paid)
    left = decode_file(
        FILES["FILE-09"], write_file(here, "FILE-09", out).path.read_bytes(), here.codes
    )
    due = [one for one in plan if one.due_on < here.today.isoformat()]
    unpaid = sum(one.amount for one in due) - sum(one.amount for one in paid)
    assert sum(int(one.unpaid) for one in left) == unpaid


def test_a_changed_premium_leaves_what_was_paid(here: Municipality, tmp_path: Path) -> None:
    record = replace(sample("FILE-20")[0], municipality_code=here.code, levy_year="2026",
                     amount="66000")  # fmt: skip
    read_file(here, put(here, tmp_path, "FILE-20", [record]))
    first = min(rows(here, instalment), key=lambda one: one.period)
    with here.write() as connection:
        connection.execute(collection.insert().values(**life.payment_of(first, here.today)))
    less = replace(record, levy_id="L-9", amount="50000", previous_amount="66000")
    read_file(here, put(here, tmp_path, "FILE-20", [less], edition=2))
    plan = rows(here, instalment)
    assert sum(one.amount for one in plan) == 50000
    kept = next(one for one in plan if one.period == first.period)
    assert kept.amount == first.amount
    assert {one.cause for one in plan if one.period != first.period} == {"changed"}


@pytest.mark.req("FLOW-308", "FLOW-2047", "FILE-43", "ACT-09", "ACT-31")
def test_the_resident_register_gets_number_and_days_and_nothing_else(
    here: Municipality, tmp_path: Path, out: Path
) -> None:
    read_file(here, put(here, tmp_path, "FILE-17"))
    made = write_file(here, "FILE-43", out)
    names = set(made.path.read_text().splitlines()[1].replace('"', "").split(","))
    assert names == {
        "municipality_code",
        "atena_number",
        "insured_number",
        "acquired_on",
        "lost_on",
    }
    assert read_file(here, made.path).count == made.count > 0
    said = {row.atena_number: row for row in rows(here, insured) if row.insured_number}
    there = {row.atena_number: row for row in rows(here, on_register)}
    assert set(there) == set(said), "the insured alone, no member of a household"
    assert all(there[key].insured_number == said[key].insured_number for key in said)
    assert write_file(here, "FILE-43", out).count == 0


def test_a_watched_folder_is_read_and_put_away(here: Municipality, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    put(here, folder, "FILE-17")
    bad = put(here, folder, "FILE-17", edition=2)
    bad.write_bytes(b"nothing")
    assert take_in(here, folder) == 1
    assert [path.name for path in folder.glob("*.csv")] == []
    assert len(list((folder / "read").iterdir())) == 1
    assert len(list((folder / "refused").iterdir())) == 1
    with here.read() as connection:
        assert connection.execute(select(func.count()).select_from(insured)).scalar()
