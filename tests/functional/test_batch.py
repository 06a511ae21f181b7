"""一括印刷: held-back pile, the year asked for, two pairs of eyes, release once; kills leave
neither a double nor a gap."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pyrage import decrypt, x25519
from sqlalchemy import update

import forms.batch
from app.core.errors import UserError
from app.core.files import write_whole
from app.functions.printing import batch, batch_building
from app.functions.printing.batch_building import Building
from app.persons import stopping
from app.security.refusals import Refusal
from app.wire.records import CardRecord
from db.tables.cases import check_entry
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import batch_item, batch_part, mail_item, print_batch, print_line
from forms.batch import part_path
from forms.press import Press
from tests.support.batches import YEAR, card, residents
from tests.support.counter import Counter
from tests.support.soak import tries
from tests.support.world import World, open_world


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.batch, "PART", 4)


def numbers_in(path: Path, identity: x25519.Identity) -> list[str]:
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


KILLS = tries(20, 400)


@pytest.mark.req("FLOW-307")
def test_killed_at_twenty_points_it_goes_on_without_a_double_or_a_gap(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child opens the store, builds, and kills itself at a chosen moment: before a part's file is
    there, when the file stands and its row does not, when the row is written, when the next parts
    were handed out (some seconds: twenty children open the store). What was noted before stays as
    it is; in the end every paper is there once, in order."""
    monkeypatch.setattr(forms.batch, "PART", 1)
    residents(counter, 24)
    batch_id = made(counter, [card(n) for n in range(24)]).batch_id
    forms.batch.begin_worker(counter.tables)  # so that no child spends its time on the fonts
    monkeypatch.setattr(Press, "prove_batch", lambda *_given: None)  # no claim about it here
    root, chosen, points = tmp_path / "batches", random.Random(7), set()
    counter.world.close()
    try:
        for kill in range(KILLS):
            at = ("file", "no_row", "row", "handed_out")[kill % 4]
            points.add(_killed((counter, batch_id, root), at, chosen.randint(1, 2), monkeypatch))
    finally:
        counter.world = reopened(counter)
    assert points == {"file", "no_row", "row", "handed_out"}, "it was killed at each of them"
    stand = len(list(root.rglob("*.age")))
    assert KILLS > 20 or 8 <= stand <= 22, "the children came some way, and not to the end"
    noted = {row.part: row.file_digest for row in counter.rows(batch_part)}
    assert len(noted) <= stand
    built = built_now(counter, batch_id, root)
    assert built == [part for part in range(24) if part not in noted], "what was noted stands"
    assert in_order(counter, batch_id, root) == [one.number for one in counter.rows(batch_item)]
    rows = counter.rows(batch_part)
    assert [row.part for row in rows] == list(range(24))
    for row in rows:
        content = part_path(root / batch_id, row.part).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.file_digest
        assert noted.get(row.part, row.file_digest) == row.file_digest


def _killed(
    scene: tuple[Counter, str, Path], at: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Build in a child that kills itself the ``times``-th time that it comes ``at`` this moment;
    gives the moment, "" when it came to the end before."""
    counter, batch_id, root = scene

    def count() -> None:
        nonlocal times
        times -= 1
        if times <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def write(path: Path, content: bytes, *given: Any) -> None:
        if at == "file":
            count()
        write_whole(path, content, *given)
        if at == "no_row":
            count()

    def note(building: Building, content: batch_building.PartsBuilt) -> Any:
        papers = noting(building, content)
        if at == "row" and content.built:
            count()
        return papers

    def begin(building: Building, part: int, rows: Any) -> None:
        if part in noted:
            os._exit(3)  # built a second time
        if at == "handed_out" and building._done:
            count()
        beginning(building, part, rows)

    child = os.fork()
    if child == 0:
        try:
            monkeypatch.setattr(forms.batch, "write_whole", write)
            monkeypatch.setattr(Building, "_note", note)
            monkeypatch.setattr(Building, "_begin", begin)
            counter.world = reopened(counter)
            noted = {row.part for row in counter.rows(batch_part)}
            built_now(counter, batch_id, root)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.waitstatus_to_exitcode(status) == 0
        return ""
    return at


def reopened(counter: Counter) -> World:
    """The same terminal, opened again; nobody's rights changed meanwhile."""
    was = counter.world
    return open_world(was.paths.data, start=was.clock.now(), state=was.control.state)


noting, beginning = Building._note, Building._begin


def test_stopped_it_ends_with_what_is_under_way(
    counter: Counter, tmp_path: Path, small_parts: None
) -> None:
    residents(counter, 9)
    batch_id = made(counter, [card(n) for n in range(9)]).batch_id
    gate, session = counter.gate, counter.world.session("supervisor")
    order = batch_building.begin_building(gate, session, batch_id, tmp_path, training=False)
    given: list[int] = []
    for standing in batch_building.build_parts(
        gate, session, order, counter.tables, cores=1, paused=lambda: bool(given)
    ):
        given.extend(standing.noted)
    assert given == [0, 1], "the part under way is finished"
    assert built_now(counter, batch_id, tmp_path) == [2]


def test_one_paper_that_cannot_be_drawn_holds_itself_up_alone(
    counter: Counter, tmp_path: Path, small_parts: None
) -> None:
    residents(counter, 8)
    cards = [card(n) for n in range(8)]
    cards[2] = replace(cards[2], name="齋" * 200)
    batch_id = made(counter, cards).batch_id
    assert built_now(counter, batch_id, tmp_path) == [0, 1]
    items = {one.person_id: one for one in counter.rows(batch_item)}
    assert (items["P-2"].state, items["P-2"].cause) == ("held", "failed")
    standing = [one.number for one in counter.rows(batch_item) if one.state == "built"]
    assert len(standing) == 7 and in_order(counter, batch_id, tmp_path) == standing


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
