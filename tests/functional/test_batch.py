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
from app.functions.printing import batch, batch_building
from app.persons import stopping
from app.security.refusals import Refusal
from app.wire.records import CardRecord
from db.tables.cases import check_entry
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import batch_item, batch_part, mail_item, print_batch, print_line
from forms.batch import Job, build, part_path
from tests.support.batches import YEAR, card, residents
from tests.support.counter import Counter
from tests.support.form_examples import CERTIFICATE, NOW
from tests.support.soak import tries

IDENTITY = x25519.Identity.generate()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.batch, "PART", 4)


def numbers_in(path: Path, identity: x25519.Identity = IDENTITY) -> list[str]:
    """The certificate numbers in a sealed part, in order."""
    document = pypdfium2.PdfDocument(decrypt(path.read_bytes(), [identity]))
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
    forms.batch.begin_worker()  # so that no child spends its time on the fonts
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
    assert first.positions == (0, 1, 3)
    assert [(one.position, one.code) for one in first.failed] == [(2, "forms.overflow")]
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
    batch_id = batch_made.batch_id
    assert built_now(counter, batch_id, tmp_path) == [0, 1, 2]
    assert built_now(counter, batch_id, tmp_path) == []
    assert counter.rows(print_batch)[0].state == "built"
    # Somebody dies after the building: the part is built again without her.
    dead = next(one for one in counter.rows(batch_item) if one.state == "built")
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [dead.person_id])
    assert built_now(counter, batch_id, tmp_path) == [dead.part - 1]
    in_files = in_order(counter, batch_id, tmp_path)
    assert dead.number not in in_files
    built = [one for one in counter.rows(batch_item) if one.state == "built"]
    assert in_files == [one.number for one in built] and len(built) == 6
    release(counter, batch_id, tmp_path, refused="not_seen")
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, tmp_path, who)
    release(counter, batch_id, tmp_path)
    assert {row.state for row in counter.rows(certificate)} == {"issued"}
    assert len(counter.rows(certificate)) == len(counter.rows(mail_item)) == 6
    assert [(row.reason, row.copies) for row in counter.rows(print_line)] == [("batch", 6)]
    release(counter, batch_id, tmp_path, refused="batch_state")


def test_two_processes_build_the_same_part_as_one(counter: Counter, tmp_path: Path) -> None:
    """Two processes of their own, with the tables in force (about two seconds); the size of a part
    is the product's own, so there is one part here."""
    residents(counter, 9)
    batch_id = made(counter, [card(n) for n in range(9)]).batch_id
    digests = []
    for cores in (1, 2):
        assert built_now(counter, batch_id, tmp_path, cores=cores) == [0]
        digests += [row.pdf_digest for row in counter.rows(batch_part)]
        flipped(part_path(tmp_path / batch_id, 0))
    assert digests[0] == digests[1]


def flipped(path: Path) -> bytes:
    """The file with one bit changed; gives what it was."""
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    return before


@pytest.mark.req("FLOW-307")
def test_a_part_that_was_changed_or_exchanged_is_neither_seen_nor_released(
    counter: Counter, tmp_path: Path, small_parts: None
) -> None:
    residents(counter, 8)
    batch_id = made(counter, [card(n) for n in range(8)]).batch_id
    assert built_now(counter, batch_id, tmp_path) == [0, 1]
    first, second = (part_path(tmp_path / batch_id, part) for part in (0, 1))
    whole = flipped(second)
    with pytest.raises(UserError, match=r"batch_part_changed.*第2部"):
        see(counter, batch_id, tmp_path, "supervisor")
    second.write_bytes(whole)
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, tmp_path, who)
    for harm, cause in (
        (lambda: flipped(first), "batch_part_changed"),
        (lambda: second.write_bytes(first.read_bytes()), "batch_part_changed"),  # sealed alike
        (second.unlink, "batch_part"),
    ):
        kept = (first.read_bytes(), second.read_bytes())
        harm()
        release(counter, batch_id, tmp_path, refused=cause)
        first.write_bytes(kept[0])
        second.write_bytes(kept[1])
    flipped(second)
    assert built_now(counter, batch_id, tmp_path) == [1], "it is built again, and seen again"
    release(counter, batch_id, tmp_path, refused="not_seen")
    assert in_order(counter, batch_id, tmp_path) == [one.number for one in counter.rows(batch_item)]


def test_what_does_not_fit_is_on_the_list_and_the_others_are_built(
    counter: Counter, tmp_path: Path, small_parts: None
) -> None:
    """文字超過リスト, and what prints as 〓: named once, however often it is built."""
    residents(counter, 3)
    cards = [card(0, name="齋" * 200), card(1, name="見本　\ue123子"), card(2)]
    batch_id = made(counter, cards).batch_id
    built_now(counter, batch_id, tmp_path)
    found = {one.cause: one for one in counter.rows(check_entry)}
    items = {one.person_id: one for one in counter.rows(batch_item)}
    assert found.keys() == {"text_overflow", "character_missing"}
    assert items["P-0"].number in found["text_overflow"].detail
    assert "氏名" in found["text_overflow"].detail and "齋" not in found["text_overflow"].detail
    assert "U+E123" in found["character_missing"].detail
    assert (items["P-0"].state, items["P-0"].cause) == ("held", "failed")
    flipped(part_path(tmp_path / batch_id, 0))
    assert built_now(counter, batch_id, tmp_path) == [0]
    assert len(counter.rows(check_entry)) == 2


def test_other_cards_than_were_touched_for_make_no_batch(counter: Counter) -> None:
    residents(counter, 2)
    gate, session = counter.gate, counter.world.session("supervisor")
    prepared = batch.prepare_make(gate, session, [card(0)], YEAR)
    with pytest.raises(UserError, match="batch_other"):
        batch.perform_make(gate, prepared, tuple(counter.world.approvals(prepared)), [card(1)])
    assert counter.rows(print_batch) == []


def test_letters_stand_in_the_order_of_the_post() -> None:
    """Post code, then district, then the houses by their numbers, however they are written."""
    written = ("港町二丁目10番", "港町2丁目2番", "中央町十二番", "中央町３番", "港町一丁目1番")
    cards = [card(n, postal_code="9500001", address=where) for n, where in enumerate(written)]
    cards.append(card(9, postal_code="9500000", address="港町9番"))
    assert [one.address for one in sorted(cards, key=batch.posted_order)] == [
        "港町9番",
        "中央町３番",
        "中央町十二番",
        "港町一丁目1番",
        "港町2丁目2番",
        "港町二丁目10番",
    ]


@pytest.mark.req("FLOW-307")
def test_what_is_built_again_must_be_seen_again(
    counter: Counter, tmp_path: Path, small_parts: None
) -> None:
    """Somebody is pulled after two persons saw the samples; so is everybody of the last part."""
    residents(counter, 5)
    batch_id = made(counter, [card(n) for n in range(5)]).batch_id
    gate, session = counter.gate, counter.world.session("supervisor")
    assert built_now(counter, batch_id, tmp_path) == [0, 1]
    late = batch.prepare_seen(gate, session, batch_id, tmp_path, (0,))
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, tmp_path, who)
    last = next(one for one in counter.rows(batch_item) if one.position == 4)
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [last.person_id])
    release(counter, batch_id, tmp_path, refused="batch_changed")
    assert built_now(counter, batch_id, tmp_path) == [1]
    assert len(list(tmp_path.rglob("*.age"))) == 1, "the sheet of the dead person is gone"
    assert built_now(counter, batch_id, tmp_path) == []
    release(counter, batch_id, tmp_path, refused="not_seen")
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        batch.perform_seen(gate, late, tuple(counter.world.approvals(late)))
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, tmp_path, who)
    release(counter, batch_id, tmp_path, count=4)


def built_now(counter: Counter, batch_id: str, root: Path, *, cores: int = 1) -> list[int]:
    """Build what is missing; the parts that were built."""
    gate, session = counter.gate, counter.world.session("supervisor")
    order = batch_building.begin_building(gate, session, batch_id, root, training=False)
    steps = batch_building.build_parts(gate, session, order, counter.tables, cores=cores)
    return [part for standing in steps for part in standing.noted]


def in_order(counter: Counter, batch_id: str, root: Path) -> list[str]:
    """The certificate numbers in the parts, in order."""
    (row,) = [one for one in counter.rows(print_batch) if one.id == batch_id]
    files = sorted((root / batch_id).glob("*.age"))
    return [n for path in files for n in numbers_in(path, x25519.Identity.from_str(row.seal))]


def see(counter: Counter, batch_id: str, root: Path, who: str) -> None:
    prepared = batch.prepare_seen(counter.gate, counter.world.session(who), batch_id, root, (0,))
    batch.perform_seen(counter.gate, prepared, tuple(counter.world.approvals(prepared)))


def release(
    counter: Counter, batch_id: str, folder: Path, refused: str = "", count: int = 6
) -> None:
    session = counter.world.session("supervisor")

    def carried_out() -> int:
        prepared = batch.prepare_release(counter.gate, session, batch_id, folder)
        given = tuple(counter.world.approvals(prepared))
        return batch.perform_release(counter.gate, prepared, given)

    if not refused:
        assert carried_out() == count
        return
    with pytest.raises(UserError) as caught:
        carried_out()
    assert caught.value.code == f"printing.{refused}"
