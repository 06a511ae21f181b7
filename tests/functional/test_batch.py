"""一括印刷: held-back pile, the year asked for, two pairs of eyes, release once; kills leave
neither a double nor a gap."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pyrage import decrypt, x25519
from sqlalchemy import update

import forms.batch
from app.core.errors import UserError
from app.functions.printing import batch
from app.persons import stopping
from app.security.refusals import Refusal
from app.wire.records import CardRecord
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import batch_item, mail_item, print_batch, print_line
from forms.batch import Job, build, part_path
from tests.support.counter import Counter, Resident, put_residents
from tests.support.form_examples import CERTIFICATE, NOW
from tests.support.soak import tries

IDENTITY = x25519.Identity.generate()
YEAR = 2026


def card(number: int, **changed: str) -> CardRecord:
    values = dict.fromkeys(CardRecord.__dataclass_fields__, "")
    values |= {
        "issue_id": f"U15-K-{number}",
        "municipality_code": "152994",
        "atena_number": f"{number:010d}",
        "insured_number": f"{number * 7919 % 10**8:08d}",
        "insurer_number": "39151006",
        "insurer_name": "架空県後期高齢者医療広域連合",
        "paper": "eligibility_certificate",
        "name": f"見本　{chr(0x4E00 + number)}子",
        "kana": "ミホン　コ",
        "birth_written": "昭和20年5月3日",
        "birth_sort": "1945-05-03",
        "sex": "2",
        "postal_code": f"95{number % 7:05d}",
        "address": f"見本市中央町{number}番",
        "acquired_on": "2020-05-03",
        "copay_ratio": "1",
        "copay_from": "2026-08-01",
        "issue_on": "2026-11-16",
        "expires_on": "2027-07-31",
        "delivery": "post",
        "support_measure": "0",
    }
    return CardRecord(**{**values, **changed})


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.batch, "PART", 4)
    monkeypatch.setattr(batch, "PART", 4)


def residents(counter: Counter, count: int) -> None:
    put_residents(
        counter.world,
        *(
            Resident(
                id=f"P-{number}",
                atena_number=f"{number:010d}",
                household_number=f"H{number}",
                insured_number=f"{number * 7919 % 10**8:08d}",
            )
            for number in range(count)
        ),
    )


def numbers_in(path: Path) -> list[str]:
    """The certificate numbers in a sealed part, in order."""
    document = pypdfium2.PdfDocument(decrypt(path.read_bytes(), [IDENTITY]))
    try:
        found = []
        for page in range(0, len(document), 2):
            text = document[page].get_textpage().get_text_bounded()
            found += [word for word in text.split() if word.startswith("T01-")]
        return found
    finally:
        document.close()


def papers(count: int) -> list[Any]:
    return [
        (n, replace(CERTIFICATE, certificate_number=f"T01-1-20260701-{n:05d}"))
        for n in range(count)
    ]


def job(folder: Path) -> Job:
    return Job("FORM-04", False, NOW, (str(IDENTITY.to_public()),), folder)


@pytest.mark.req("FLOW-307")
def test_killed_at_any_moment_it_goes_on_without_a_double_or_a_gap(
    tmp_path: Path, small_parts: None
) -> None:
    """The parts on disk are all there is: whoever builds again builds what is missing only."""
    wanted = [data.certificate_number for _, data in papers(22)]
    chosen = random.Random(7)
    forms.batch._begin()  # so that no child spends its time on the fonts
    for attempt in range(tries(3, 20)):
        folder = tmp_path / str(attempt)
        for target in (1, 2 + attempt % 3):
            _killed(folder, target, chosen.uniform(0.0, 0.05))
        before = {path.name: path.read_bytes() for path in folder.glob("*.age")}
        _build_missing(folder)
        files = sorted(folder.glob("*.age"))
        assert [number for path in files for number in numbers_in(path)] == wanted
        for name, content in before.items():
            assert (folder / name).read_bytes() == content, "what was there is not built again"


def _build_missing(folder: Path) -> None:
    list(
        build(job(folder), papers(22), done=lambda part: part_path(folder, part).exists(), cores=1)
    )


def _killed(folder: Path, parts: int, later: float) -> None:
    """Build in a child that is killed a little after so many parts stand on disk."""
    child = os.fork()
    if child == 0:
        _build_missing(folder)
        os._exit(0)
    end = time.monotonic() + 60
    while len(list(folder.glob("*.age"))) < parts and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(later)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_two_processes_build_the_same_parts_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two processes the size of a part is the product's own, so there is one part here."""
    monkeypatch.undo()
    alone = build(job(tmp_path / "1"), papers(9), done=lambda n: False, cores=1)
    apart = build(job(tmp_path / "2"), papers(9), done=lambda n: False, cores=2)
    assert [one.pdf_digest for one in alone] == [one.pdf_digest for one in apart]


def test_paused_it_stops_after_the_part_under_way(tmp_path: Path, small_parts: None) -> None:
    given: list[int] = []
    for one in build(
        job(tmp_path), papers(12), done=lambda n: False, cores=1, paused=lambda: bool(given)
    ):
        given.append(one.part)
    assert given == [0]


def test_one_paper_that_cannot_be_drawn_holds_itself_up_alone(
    tmp_path: Path, small_parts: None
) -> None:
    some = papers(8)
    some[2] = (2, replace(some[2][1], name="齋" * 200))
    first, second = build(job(tmp_path), some, done=lambda n: False, cores=1)
    assert (first.positions, first.failed) == ((0, 1, 3), ((2, "forms.overflow"),))
    assert second.positions == (4, 5, 6, 7)


def made(counter: Counter, cards: list[CardRecord]) -> batch.Made:
    gate, session = counter.gate, counter.world.session("supervisor")
    prepared = batch.prepare_make(gate, session, cards, YEAR)
    given = tuple(counter.world.approvals(prepared))
    return batch.perform_make(gate, prepared, given, cards)


def test_the_year_is_asked_for_and_nobody_is_in_it_twice(counter: Counter) -> None:
    gate, session = counter.gate, counter.world.session("supervisor")
    for cards, cause in (
        ([], "batch_empty"),
        ([card(1), card(2, expires_on="2026-07-31")], "batch_year"),
        ([card(1), card(1)], "batch_double"),
        ([card(1), card(2, copay_from="2027-08-01")], "batch_share"),
    ):
        with pytest.raises(UserError) as refused:
            batch.prepare_make(gate, session, cards, YEAR)
        assert refused.value.code == f"printing.{cause}"
    assert counter.rows(print_batch) == []


@pytest.mark.req("FLOW-307")
def test_from_the_file_to_the_release(counter: Counter, tmp_path: Path, small_parts: None) -> None:
    residents(counter, 9)
    with counter.world.hands_on("person") as work:
        work.run(update(person).where(person.c.id == "P-3").values(state="3"))
    cards = [card(n) for n in range(9)] + [card(50)]
    cards[5] = replace(cards[5], support_measure="1")
    batch_made = made(counter, cards)
    assert dict(batch_made.held) == {"death": 1, "restricted": 1, "unknown": 1}
    items = counter.rows(batch_item)
    codes = [json.loads(one.record)["postal_code"] for one in items]
    assert codes == sorted(codes), "sorted for the post"
    gate, clerk = counter.gate, counter.world.session("supervisor")
    work_order = job(tmp_path)
    tables = counter.world.tables

    def build_all() -> list[Any]:
        return list(
            batch.build_parts(gate, clerk, batch_made.batch_id, work_order, tables, cores=1)
        )

    assert len(build_all()) == 3 and build_all() == []
    assert counter.rows(print_batch)[0].state == "built"
    # Somebody dies after the building: the part is built again without her.
    dead = next(one for one in counter.rows(batch_item) if one.state == "built")
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [dead.person_id])
    (again,) = build_all()
    assert dead.position not in again.positions
    in_files = [n for path in sorted(tmp_path.glob("*.age")) for n in numbers_in(path)]
    built = [one for one in counter.rows(batch_item) if one.state == "built"]
    assert in_files == [one.number for one in built] and len(built) == 6
    release(counter, batch_made.batch_id, tmp_path, refused="not_seen")
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_made.batch_id, who)
    release(counter, batch_made.batch_id, tmp_path)
    assert {row.state for row in counter.rows(certificate)} == {"issued"}
    assert len(counter.rows(certificate)) == len(counter.rows(mail_item)) == 6
    assert [(row.reason, row.copies) for row in counter.rows(print_line)] == [("batch", 6)]
    release(counter, batch_made.batch_id, tmp_path, refused="batch_state")


@pytest.mark.req("FLOW-307")
def test_what_is_built_again_must_be_seen_again(
    counter: Counter, tmp_path: Path, small_parts: None
) -> None:
    """Somebody is pulled after two persons saw the samples; so is everybody of the last part."""
    residents(counter, 5)
    batch_id = made(counter, [card(n) for n in range(5)]).batch_id
    gate, session = counter.gate, counter.world.session("supervisor")

    def build_all() -> list[Any]:
        given = (batch_id, job(tmp_path), counter.world.tables)
        return list(batch.build_parts(gate, session, *given, cores=1))

    assert len(build_all()) == 2
    late = batch.see_samples(gate, counter.world.session("supervisor"), batch_id)
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, who)
    last = next(one for one in counter.rows(batch_item) if one.position == 4)
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [last.person_id])
    release(counter, batch_id, tmp_path, refused="batch_changed")
    (empty,) = build_all()
    assert (empty.part, empty.positions) == (1, ())
    assert len(list(tmp_path.glob("*.age"))) == 1, "the sheet of the dead person is gone"
    assert build_all() == []
    release(counter, batch_id, tmp_path, refused="not_seen")
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        batch.perform_seen(gate, late, tuple(counter.world.approvals(late)))
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, who)
    release(counter, batch_id, tmp_path, count=4)


def see(counter: Counter, batch_id: str, who: str) -> None:
    prepared = batch.see_samples(counter.gate, counter.world.session(who), batch_id)
    batch.perform_seen(counter.gate, prepared, tuple(counter.world.approvals(prepared)))


def release(
    counter: Counter, batch_id: str, folder: Path, refused: str = "", count: int = 6
) -> None:
    session = counter.world.session("supervisor")
    prepared = batch.prepare_release(counter.gate, session, batch_id, folder)
    given = tuple(counter.world.approvals(prepared))
    if not refused:
        assert batch.perform_release(counter.gate, prepared, given) == count
        return
    with pytest.raises(UserError) as caught:
        batch.perform_release(counter.gate, prepared, given)
    assert caught.value.code == f"printing.{refused}"
