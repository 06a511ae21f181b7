"""委託先へ (ADD-06): a batch is sealed for who prints it, leaves over a medium, is opened there by
two, and the receipt comes back."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import forms.batch
from app.core.errors import UserError
from app.core.paths import Paths
from app.functions.files import media_acts, media_leaving, media_wipe
from app.functions.files.media_list import look
from app.functions.files.media_use import FINISH
from app.functions.printing import batch_sealing, batch_sending
from app.functions.printing.batch_sealing import Place, Receipt
from app.persons import stopping
from app.sync.media.files import OUTGOING
from app.wire.codec import decode_file
from app.wire.files import PAGES
from db.tables.certificates import certificate
from db.tables.media import medium_use, sealed_out
from db.tables.printing import batch_item, batch_part, mail_item
from forms.preview import page_texts
from tests.functional.test_batch import made
from tests.functional.test_batch_posting import print_part, released
from tests.support.batches import card, residents
from tests.support.counter import Counter
from tests.support.courier_side import CourierHome
from tests.support.media_room import MediaRoom
from tests.support.world import world_in


class House:
    """A terminal with media, a released batch of nine in three parts, and a contractor."""

    def __init__(self, folder: Path, room: MediaRoom) -> None:
        self.folder, self.room = folder, room
        self.counter = Counter(room.world, room.union)
        paths = Paths(room.engine.folder.parent)
        self.place = Place(folder / "batches", paths.leaving, room.engine.codes)
        self.contractor = CourierHome(folder / "contractor")
        residents(self.counter, 9)
        self.batch_id = made(self.counter, [card(n) for n in range(9)]).batch_id
        released(self.counter, self.batch_id, self.place.batches)

    def register(self) -> None:
        """Cards go both ways on the stick; the digits are compared."""
        room, gate = self.room, self.room.world.gate
        room.medium_id = room.register(room.stick)
        self.contractor.init()
        self.contractor.run("card", "--to", room.stick.mount)
        session = room.session("administrator")
        prepared = media_acts.prepare_courier(gate, session, room.stick.attached, "print")
        assert "印刷の委託先として登録" in prepared.sentence
        media_acts.perform_courier(gate, prepared, room.given(prepared), room.stick.attached)
        self.contractor.run("trust", room.stick.mount / "MADOGUCHI" / "terminal.card")

    def seal(self) -> str:
        gate, session = self.room.world.gate, self.counter.world.session("supervisor")
        prepared = batch_sealing.prepare_seal(gate, session, self.batch_id)
        self.sentence = prepared.sentence
        given = self.room.given(prepared)
        assert len(given) == 2, "two see what is sealed, and to whom"
        return batch_sealing.perform_seal(gate, prepared, given, self.place)

    def leave(self, sealed_id: str) -> Any:
        room = self.room
        prepared = media_leaving.prepare_leave(
            room.world.gate, room.session(), room.media, sealed_id, room.medium_id
        )
        return media_leaving.perform_leave(
            room.world.gate, prepared, room.given(prepared), room.carrying
        )

    def open_there(self) -> tuple[Path, str]:
        """Two of the contractor's open what lies on the stick; the folder, and what they read."""
        out = self.folder / "printing"
        out.mkdir(exist_ok=True)
        (name,) = self.room.stick.names(OUTGOING)
        copy = self.folder / name
        shutil.copy(self.room.stick.path(OUTGOING, name), copy)
        said = self.contractor.run("open", copy, "--out", out)
        (digits,) = [one.partition("照合コード： ")[2] for one in said if "照合コード" in one]
        return next(one for one in out.iterdir() if one.name.startswith("PAGE-01")), digits

    def files(self) -> Any:
        session = self.counter.world.session("supervisor")
        return batch_sealing.sealed_files(self.counter.gate, session, self.batch_id)

    def end(self) -> Any:
        session = self.counter.world.session("supervisor")
        return batch_sending.prepare_end(self.counter.gate, session, self.batch_id, "")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(forms.batch, "PART", 4)
    with world_in(tmp_path) as world:
        yield House(tmp_path, MediaRoom(world, tmp_path))


@pytest.mark.req("ADD-06")
def test_sealed_handed_over_opened_there_and_the_receipt_comes_back(house: House) -> None:
    """The whole way, with somebody who dies before the sealing (one story, three seconds)."""
    counter, items = house.counter, {one.position: one for one in house.counter.rows(batch_item)}
    with pytest.raises(UserError, match="no_contractor"):
        house.seal()
    house.register()
    print_part(counter, house.batch_id, 0, house.place.batches)  # one part is printed here
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [items[5].person_id])
    sealed_id = house.seal()
    assert "4 枚（2部）" in house.sentence and "発送止めの 1 枚は入れません" in house.sentence
    assert {one.sent_how for one in counter.rows(batch_part)} == {"printer", "contractor"}
    assert counter.rows(certificate)[5].state == "void"
    with pytest.raises(UserError, match="nothing_to_seal"):
        house.seal()
    for path in house.place.leaving.iterdir():
        assert items[4].number.encode() not in path.read_bytes() and path.suffix == ".mdg"
    with pytest.raises(UserError, match=r"media\.no_approval"):
        house.leave(sealed_id)
    house.room.approve("out", PAGES.id)
    (waits,) = look(house.room.world.gate, house.room.session(), house.room.media).to_move_out
    assert (waits.sealed_id, waits.count) == (sealed_id, 4)
    assert house.leave(sealed_id).count == 4
    (line,) = house.counter.rows(medium_use)
    assert (line.state, line.wipe, line.record_count) == ("done", "owed", 4)
    with pytest.raises(UserError, match="sealed_gone"):
        house.leave(sealed_id)
    folder, digits = house.open_there()
    listed = decode_file(PAGES, (folder / "list.csv").read_bytes(), house.place.codes)
    wanted = [items[at].number for at in (4, 6, 7, 8)]
    assert [one.number for one in listed] == wanted, "in the order of the post, without the dead"
    found = []
    for name in dict.fromkeys(one.file for one in listed):
        pdf = (folder / name).read_bytes()
        assert hashlib.sha256(pdf).hexdigest() == {o.file: o.file_digest for o in listed}[name]
        found += [text for text in page_texts(pdf) if "T01-" in text]
    assert [number in text for number, text in zip(wanted, found, strict=True)] == [True] * 4
    with pytest.raises(UserError, match="parts_left"):
        house.end()
    gate, session = counter.gate, counter.world.session("supervisor")
    for wrong, cause in (
        ("0000 0000 0000 0000", "receipt_digits"),
        (digits[:-1], "receipt_digits"),
    ):
        with pytest.raises(UserError, match=cause):
            batch_sealing.note_receipt(
                gate, session, Receipt(sealed_id, wrong, "2026-11-17", "受領係")
            )
    batch_sealing.note_receipt(gate, session, Receipt(sealed_id, digits, "2026-11-17", "受領係"))
    (told,) = house.files()
    assert (told.state, told.received_by, told.digits) == ("received", "受領係", digits)
    with pytest.raises(UserError, match="receipt_state"):
        batch_sealing.note_receipt(
            gate, session, Receipt(sealed_id, digits, "2026-11-17", "受領係")
        )


@pytest.mark.req("ADD-06")
def test_who_is_stopped_before_it_left_never_leaves(house: House) -> None:
    """Sealed, then somebody dies: that file does not leave; another is sealed without her. One who
    dies after it left is named, to be told to the contractor."""
    items = {one.position: one for one in house.counter.rows(batch_item)}
    house.register()
    house.room.approve("out", PAGES.id)
    first = house.seal()
    with house.counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_restricted(work, [items[8].person_id])
    assert [one.state for one in house.files()] == ["stale"]
    with pytest.raises(UserError, match="sealed_gone"):
        house.leave(first)
    assert look(house.room.world.gate, house.room.session(), house.room.media).to_move_out == ()
    second = house.seal()
    assert "8 枚（3部）" in house.sentence
    house.leave(second)
    folder, _ = house.open_there()
    listed = decode_file(PAGES, (folder / "list.csv").read_bytes(), house.place.codes)
    assert items[8].number not in {one.number for one in listed} and len(listed) == 8
    assert {one.file for one in listed} == {"part-00001.pdf", "part-00002.pdf"}
    with house.counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [items[0].person_id])
    assert [one.state for one in house.files()] == ["stale", "left"]
    letters = {one.certificate_number: one.state for one in house.counter.rows(mail_item)}
    assert letters[items[0].number] == "stopped", "named at the posting"


@pytest.mark.req("ADD-06")
def test_what_is_harmed_on_the_way_does_not_leave_and_is_not_opened(house: House) -> None:
    """The file changed on the disk; the stick pulled while it is written; the program ended
    meanwhile: it waits again, and nothing that was not sealed leaves."""
    house.register()
    house.room.approve("out", PAGES.id)
    sealed_id = house.seal()
    path = house.place.leaving / f"{sealed_id}.mdg"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(UserError, match="sealed_changed"):
        house.leave(sealed_id)
    assert house.room.stick.names(OUTGOING) == [] and house.files()[0].state == "sealed"
    path.write_bytes(whole)
    house.room.at_step = lambda name: house.room.stick.pull() if name == "media.write" else None
    with pytest.raises(Exception, match=r"media\."):
        house.leave(sealed_id)
    house.room.at_step = lambda name: None
    house.room.stick.put()
    assert house.files()[0].state == "sealed"
    with house.room.world.hands_on("medium_use", "sealed_out") as work:  # as a kill leaves it
        work.run(sealed_out.update().values(state="left"))
        last = house.counter.rows(medium_use)[-1].id
        mine = medium_use.update().where(medium_use.c.id == last)
        work.run(mine.values(state="begun", inbox_id=sealed_id))
    assert media_wipe.close_broken(house.room.world.hand_of(FINISH)) == 1
    assert house.files()[0].state == "sealed"
    house.leave(sealed_id)
    (name,) = house.room.stick.names(OUTGOING)
    on_stick = house.room.stick.path(OUTGOING, name)
    on_stick.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Exception, match=r"container\."):
        house.open_there()
    assert list((house.folder / "printing").iterdir()) == []
