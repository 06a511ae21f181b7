"""移入 and 移出 over a registered medium, the whole way and every refusal (SEC-76 … 82, 85, 92)."""

from __future__ import annotations

import io
from dataclasses import replace
from hashlib import sha256

import pyrage
import pytest
from sqlalchemy import select

from app.core.errors import MadoguchiError
from app.core.progress import Progress
from app.functions.files import faults_found, media_acts, media_in, media_paper, media_wipe
from app.functions.files.media_acts import Disposing
from app.functions.files.media_steps import Do, ledger, steps
from app.sync import outbox as outgoing
from app.sync.media.files import OUTGOING
from app.wire.characters import charset_of
from app.wire.codec import decode_file
from app.wire.container import open_body, peek, verify
from app.wire.files import FILES
from db.tables.exchange import outbox, stream_state
from tests.support.counter import KeepingPrinter
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.media_room import DAILY, HANDLER, NAME, MediaRoom
from tests.support.sending_examples import paper_desk
from tests.support.sendings import act_of, rows, sample
from tests.support.sticks import CourierSide, Stick, stick_in
from tests.support.stories import text_of


def refuses(code: str):
    """A refusal of this code, with a message and a remedy that a clerk can read."""
    return pytest.raises(MadoguchiError, match=code.replace(".", r"\."))


def plain_of(room: MediaRoom, outbox_id: str) -> bytes:
    """What a sending holds, opened with the union's key."""
    with room.world.store.view(("outbox",)) as work:
        row = work.one(select(outbox).where(outbox.c.id == outbox_id))
    facts, body = outgoing.unpack(bytes(row.payload))
    assert facts.receiver_key in room.union.me.identities
    identity = pyrage.x25519.Identity.from_str(room.union.me.identities[facts.receiver_key])
    return bytes(pyrage.decrypt(body, [identity]))


@pytest.mark.req("FLOW-202", "SEC-77", "SEC-82", "ACT-02")
def test_a_sealed_file_is_taken_in_waits_for_two_persons_and_is_wiped(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    moved = room.taken_in()
    assert moved.wiped and moved.trouble is None
    assert room.stick.names() == []
    (line,) = room.uses()
    assert (line.state, line.wipe, line.record_count) == ("done", "wiped", len(sample(DAILY)))
    assert line.approval_id and line.used_by == "S101" and line.scan == "clamdscan"
    records = decode_file(FILES[DAILY], plain_of(room, line.sending), CODES)
    assert records == sample(DAILY)
    (row,) = rows(room.world, outbox)
    assert (row.state, row.prepared_by, row.route) == ("prepared", "S101", "up")
    with room.world.hands_on("outbox", "store_fact") as work:
        act = act_of(room.world, work)
        assert not outgoing.confirm(act, row.id, "S101")
        assert outgoing.confirm(act, row.id, "S201")
    report = room.engine.contact()
    assert [one.state for one in report.sent] == ["accepted"]


@pytest.mark.req("SEC-85")
def test_nothing_is_read_before_the_check_said_clean(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    room.scanner.clean = False
    with refuses("media.infected"):
        room.scan()
    assert [(one.state, one.cause[-16:]) for one in room.uses()] == [
        ("refused", "（media.infected）")
    ]
    with refuses("media.not_scanned"):
        room.move_in(room.uses()[0].id)
    room.scanner.clean = True
    use_id = room.scan()
    room.media.forget()  # as after a restart of the program: the check is not remembered
    with refuses("media.not_scanned"):
        room.move_in(use_id)
    assert rows(room.world, outbox) == []


@pytest.mark.req("SEC-85")
def test_a_check_by_hand_is_written_down_with_its_person(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    room.scan(by_hand=True)
    assert [(one.scan, one.used_by, one.state) for one in room.uses()] == [
        ("by_hand", "S101", "scanned")
    ]
    assert room.scanner.seen == []


@pytest.mark.req("SEC-85")
def test_a_file_that_changed_after_the_check_is_not_taken(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    use_id = room.scan()
    other = replace(sample(DAILY)[0], name="別人 太郎")
    room.stick.put_file(NAME, room.courier.sealed(records=[other]))
    with refuses("container.gap|media.changed"):
        room.move_in(use_id)
    assert rows(room.world, outbox) == []
    assert room.uses()[0].state == "refused"


@pytest.mark.req("SEC-79", "SEC-76")
def test_a_byte_copy_on_another_stick_is_refused(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    other = stick_in(room.folder, "BB-0002")
    room.stick.copied_to(other)
    room.stick.pull()
    room.port.sticks.append(other)
    (only,) = room.look().plugged
    assert only.judged.fault is not None and only.judged.fault.code == "media.copied"
    with refuses("media.not_attached|media.copied"):
        room.scan()
    assert other.names() == [NAME], "nothing of it was touched"


def test_two_sticks_that_claim_one_serial_are_both_refused(room: MediaRoom) -> None:
    twin = Stick(room.stick.serial, stick_in(room.folder, "twin").mount)
    room.stick.copied_to(twin)
    room.port.sticks.append(twin)
    codes = [one.judged.fault.code for one in room.look().plugged if one.judged.fault]
    assert codes == ["media.same_serial"] * 2


@pytest.mark.req("SEC-79")
def test_media_that_are_not_ours_each_have_their_own_cause(room: MediaRoom) -> None:
    blank = stick_in(room.folder, "NEW-1")
    nameless = Stick("", stick_in(room.folder, "none").mount)
    forged = stick_in(room.folder, "FORGED-1")
    mark = room.stick.path("", "medium.mark")
    forged.put_file("medium.mark", mark.read_bytes()[:-1] + bytes([mark.read_bytes()[-1] ^ 1]), "")
    lost = stick_in(room.folder, "LOST-1")
    room.port.sticks = [lost]
    room.register(lost)
    lost.path("", "medium.mark").unlink()
    room.port.sticks = [blank, nameless, forged, lost, room.stick]
    found = {one.judged.attached.serial: one.judged.fault for one in room.look().plugged}
    assert {serial: fault and fault.code for serial, fault in found.items()} == {
        "NEW-1": "media.unregistered",
        "": "media.no_serial",
        "FORGED-1": "media.mark_forged",
        "LOST-1": "media.mark_lost",
        room.stick.serial: None,
    }


@pytest.mark.req("SEC-86")
def test_a_disposed_medium_is_refused_and_its_owed_wipes_end(room: MediaRoom) -> None:
    room.move_out(room.delivered())
    gate = room.world.gate
    asked = Disposing(room.medium_id, "破砕")
    prepared = media_acts.prepare_dispose(gate, room.session("administrator"), asked, "M-1")
    media_acts.perform_dispose(gate, prepared, room.given(prepared))
    (line,) = room.uses()
    assert (line.wipe, line.wiped_how) == ("destroyed", "破砕")
    (only,) = room.look().plugged
    assert only.judged.fault is not None and only.judged.fault.code == "media.disposed"


@pytest.mark.req("SEC-61", "SEC-80")
def test_without_a_prior_approval_nothing_is_moved(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    use_id = room.scan()
    inbox_id = room.delivered()
    room.world.later(days=15)  # the approvals ended with the month
    room.stick.pull()
    room.stick.put()
    with refuses("media.no_approval"):
        room.move_in(use_id)
    with refuses("media.no_approval"):
        room.move_out(inbox_id)
    with refuses("media.approval_period"):
        room.approve("in", DAILY, "2027-03-31")
    with refuses("media.not_movable"):
        room.approve("out", DAILY)


@pytest.mark.req("SEC-59", "SEC-81")
def test_on_another_terminal_a_medium_is_not_even_looked_at(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    use_id = room.scan()
    room.world.set_fact("terminal_media", "0")

    def not_asked() -> None:
        raise AssertionError("the list of devices was read")

    room.port.attached = not_asked  # type: ignore[method-assign, assignment]
    for attempt in (room.look, room.scan, lambda: room.move_in(use_id), lambda: room.wipe(use_id)):
        with refuses("need.media_terminal"):
            attempt()


@pytest.mark.req("SEC-92", "SEC-114", "FLOW-305", "FLOW-408")
def test_what_is_moved_out_opens_for_the_courier_alone(room: MediaRoom) -> None:
    inbox_id = room.delivered()
    moved = room.move_out(inbox_id)
    (name,) = room.stick.names(OUTGOING)
    data = room.stick.path(OUTGOING, name).read_bytes()
    assert sample("FILE-17")[0].name.encode() not in data
    courier, terminal = room.courier.me, room.union.terminal
    found = verify(io.BytesIO(data), courier.listens_to(terminal))
    plain = io.BytesIO()
    open_body(io.BytesIO(data), found, courier.identities, plain)
    assert decode_file(FILES["FILE-17"], plain.getvalue(), CODES) == sample("FILE-17")
    (line,) = room.uses()
    assert (line.state, line.wipe, line.record_count) == ("done", "owed", moved.count)
    assert line.confirmed_by and line.confirmed_by != line.used_by
    assert [one.use_id for one in steps(room.look()) if one.do is Do.WIPE] == [line.id]
    assert room.look().to_move_out == ()
    assert room.wipe(line.id) == "overwritten"
    assert room.stick.names(OUTGOING) == [] and room.look().owed == ()
    with refuses("media.not_owed"):
        room.wipe(line.id)


def test_a_second_delivery_follows_the_first_in_its_stream(room: MediaRoom) -> None:
    for _ in range(2):
        room.move_out(room.delivered())
    heads = [
        peek(io.BytesIO(room.stick.path(OUTGOING, name).read_bytes()))
        for name in room.stick.names(OUTGOING)
    ]
    assert sorted(head.sequence for head in heads) == [1, 2]


def test_the_same_file_is_not_taken_twice(room: MediaRoom) -> None:
    data = room.courier.sealed()
    room.stick.put_file(NAME, data)
    room.taken_in()
    room.stick.put_file("FILE-03_again.mdg", data)
    use_id = room.scan("FILE-03_again.mdg")
    with refuses("media.again"):
        room.move_in(use_id)
    room.stick.put_file("FILE-03_resealed.mdg", room.courier.sealed())
    use_id = room.scan("FILE-03_resealed.mdg")
    with refuses("media.again"):
        room.move_in(use_id)
    assert len(rows(room.world, outbox)) == 1


def test_a_gap_is_refused_and_a_corrected_file_follows_a_refused_one(room: MediaRoom) -> None:
    good = encode_file(FILES[DAILY], sample(DAILY), CODES)
    wrong = good.replace(sample(DAILY)[0].atena_number.encode(), b"x", 1)
    room.stick.put_file(NAME, room.courier.sealed_plain(DAILY, wrong, len(sample(DAILY))))
    with refuses("file.resident"):
        room.taken_in()
    line = room.uses()[0]
    assert (line.state, line.wipe) == ("refused", "owed") and "3 行目「宛名番号」" in line.cause
    corrected = room.courier.sealed()
    last = [replace(sample(DAILY)[0], name="あとの 人")]
    ahead = room.courier.sealed(records=last, edition=2)
    room.stick.put_file("FILE-03_ahead.mdg", ahead)
    with refuses("container.gap"):
        room.taken_in("FILE-03_ahead.mdg")
    room.stick.put_file("FILE-03_corrected.mdg", corrected)
    assert room.taken_in("FILE-03_corrected.mdg").wiped
    assert room.wipe(line.id) == "overwritten"
    room.stick.put_file("FILE-03_ahead.mdg", ahead)
    assert room.taken_in("FILE-03_ahead.mdg").count == 1


def test_a_stranger_s_seal_and_a_flipped_byte_are_refused(room: MediaRoom) -> None:
    stranger = CourierSide(room.union.terminal, room.union.archive)
    room.stick.put_file(NAME, stranger.sealed())
    with refuses("container.unknown_key"):
        room.taken_in()
    data = bytearray(room.courier.sealed())
    data[len(data) // 2] ^= 1
    room.stick.put_file("FILE-03_flipped.mdg", bytes(data))
    with refuses("container."):
        room.taken_in("FILE-03_flipped.mdg")
    assert rows(room.world, outbox) == []
    assert [one for one in rows(room.world, stream_state) if one.direction == "medium_in"] == []


def test_a_plain_file_only_where_the_setting_and_the_hardware_allow_it(room: MediaRoom) -> None:
    plain = encode_file(FILES[DAILY], sample(DAILY), CODES)
    room.stick.put_file("FILE-03_plain.csv", plain)
    with refuses("media.plain"):
        room.taken_in("FILE-03_plain.csv")
    room.world.set_setting("media.plain", "yes")
    assert room.taken_in("FILE-03_plain.csv").count == len(sample(DAILY))
    weak = stick_in(room.folder, "WEAK-1")
    room.port.sticks = [weak]
    gate = room.world.gate
    asked = media_acts.Registering(weak.serial, "M-WEAK", encrypts=False)
    prepared = media_acts.prepare_register(gate, room.session("administrator"), asked)
    room.medium_id = media_acts.perform_register(gate, prepared, room.given(prepared), room.media)
    room.approve("in", DAILY)
    other = [replace(sample(DAILY)[0], name="ほかの 人")]
    weak.put_file("FILE-03_plain.csv", encode_file(FILES[DAILY], other, CODES))
    with refuses("media.plain"):
        room.taken_in("FILE-03_plain.csv")


class Impatient(Progress):
    """Somebody stops it as soon as the first records went through."""

    def at(self, done: int) -> None:
        self.cancel()
        super().at(done)


def test_a_cancelled_move_leaves_medium_and_store_as_they_were(room: MediaRoom) -> None:
    gate = room.world.gate
    room.stick.put_file(NAME, room.courier.sealed())
    use_id = room.scan()
    act = media_in.prepare_move_in(gate, room.session(), room.media, use_id)
    with refuses("media.cancelled"):
        media_in.perform_move_in(
            gate, act, room.given(act), replace(room.carrying, progress=Impatient())
        )
    assert rows(room.world, outbox) == []
    assert [(one.state, one.wipe) for one in room.uses()] == [("broken", "")]
    assert room.taken_in().count == len(sample(DAILY)), "the same file goes in afterwards"


def test_a_plain_file_of_shift_jis_is_read_by_the_setting_and_its_own_signs_are_listed(
    room: MediaRoom,
) -> None:
    world = room.world
    world.set_setting("media.plain", "yes")
    world.set_setting("media.charset", "cp932")
    sjis = charset_of(world.tables, "cp932", world.clock.now().date())
    records = [replace(sample(DAILY)[0], name="見本　〓")]
    own = encode_file(FILES[DAILY], records, CODES, charset=sjis)
    whole, _, _ = own.rpartition(b'"#END"')
    changed = whole.replace("〓".encode("cp932"), b"\xf0\x41")
    room.stick.put_file(
        "FILE-03_sjis.csv",
        changed + f'"#END","1","{sha256(changed).hexdigest()}"\n'.encode(),
    )
    assert room.taken_in("FILE-03_sjis.csv").count == 1
    (use,) = room.uses()
    (line,) = faults_found.characters(world.gate, room.session(), use.id)
    assert (line.line, line.signs, line.put) == (3, "U+E001", "〓")


def test_the_faults_of_a_refused_file_are_listed_and_the_ledger_prints(room: MediaRoom) -> None:
    """FORM-75 and the list of faults, from the same refused line."""
    world, gate = room.world, room.world.gate
    world.set_setting("media.plain", "yes")
    wrong = encode_file(FILES[DAILY], sample(DAILY), CODES).replace(b"1945-05-03", b"1945-13-03")
    room.stick.put_file("FILE-03_wrong.csv", wrong)
    with refuses("file."):
        room.taken_in("FILE-03_wrong.csv")
    (use,) = room.uses()
    faulty = faults_found.show(gate, room.session(), use.id)
    assert (faulty.faults[0].line, faulty.faults[0].item) == (3, "生年月日（処理用）")
    assert all(one.item.isascii() is False for one in faulty.faults if one.item)
    printer = KeepingPrinter()
    (period, *_) = media_paper.periods(world.clock.now().date())
    media_paper.print_ledger(paper_desk(world, room.session(), printer), period)
    text = text_of(printer.sheets[0][1])
    assert "媒体管理簿" in text and "FILE-03_wrong.csv" in text and "受け付けず" in text
    world.add_grant(HANDLER, faults_found.PRINT)
    faults_found.print_notice(paper_desk(world, room.session(), printer), faulty)
    assert "暦にある日" in text_of(printer.sheets[1][1])


@pytest.mark.req("FLOW-203")
def test_movements_go_up_in_two_files_and_wait_each_for_two(room: MediaRoom) -> None:
    room.approve("in", "FILE-02")
    first = sample("FILE-02")[0]
    both = [replace(first, person_kind="1"), replace(first, person_kind="3", serial="I-9")]
    room.stick.put_file("FILE-02_x.mdg", room.courier.sealed("FILE-02", both))
    moved = room.taken_in("FILE-02_x.mdg")
    assert (moved.count, len(moved.sendings), moved.wiped) == (2, 2, True)
    found = {row.file_id: row for row in rows(room.world, outbox)}
    assert set(found) == {"FILE-03", "FILE-04"}
    assert {row.state for row in found.values()} == {"prepared"}
    assert room.uses()[0].sending.split() == list(moved.sendings)


def test_a_link_in_place_of_a_file_is_not_followed(room: MediaRoom) -> None:
    secret = room.folder / "secret.txt"
    secret.write_text("端末の中のもの")
    room.stick.put_file("FILE-03_x.mdg", b"x")
    room.stick.path("in", "FILE-03_x.mdg").unlink()
    room.stick.path("in", "FILE-03_x.mdg").symlink_to(secret)
    (only,) = room.look().plugged
    assert only.incoming == ()
    with refuses("media."):
        room.scan("FILE-03_x.mdg")
    with refuses("media.no_file"):
        room.scan("FILE-03/../../secret.txt")
    assert secret.read_text() == "端末の中のもの"


@pytest.mark.req("FORM-75", "SEC-77")
def test_the_ledger_names_medium_time_user_file_result_and_wipe(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    room.taken_in()
    room.move_out(room.delivered())
    newest, first = ledger(room.look())
    assert first[1:4] == ("M-AA-0001", "移入", f"住基情報（{NAME}）")
    assert first[5] == "済み" and first[6] == "clamdscan" and first[9].startswith("消去済み")
    assert newest[2] == "移出" and "S101・S" in newest[8] and newest[9] == "消去待ち"
    assert all(moment.startswith("11/16 10:") for moment in (first[0], newest[0]))


def test_another_file_under_the_same_name_is_not_wiped_for_the_old_one(room: MediaRoom) -> None:
    room.stick.put_file(NAME, b"MDGCNT1\nnot a container")
    with refuses("container."):
        room.taken_in()
    line = room.uses()[0]
    assert line.wipe == "owed"
    room.stick.put_file(NAME, room.courier.sealed())
    assert room.wipe(line.id) == "gone"
    assert room.stick.names() == [NAME]
    assert room.taken_in().wiped


def test_a_courier_of_another_municipality_is_not_registered(room: MediaRoom) -> None:
    room.put_card(municipality="131016")
    gate, attached = room.world.gate, room.stick.attached
    prepared = media_acts.prepare_courier(gate, room.session("administrator"), attached)
    with refuses("media.other_municipality"):
        media_acts.perform_courier(gate, prepared, room.given(prepared), attached)
    room.stick.put_file("courier.card", b"nothing", "")
    with refuses("media.card"):
        media_acts.prepare_courier(gate, room.session("administrator"), attached)


def test_the_way_from_the_screen_s_list(room: MediaRoom) -> None:
    """What the screen offers leads from a new file to the wipe."""
    room.stick.put_file(NAME, room.courier.sealed())
    (line,) = steps(room.look())
    assert (line.do, line.next_step) == (Do.SCAN, "ウイルスチェックをする")
    use_id = room.scan()
    (line,) = steps(room.look())
    assert (line.do, line.use_id) == (Do.MOVE_IN, use_id)
    room.move_in(use_id)
    (line,) = steps(room.look())
    assert line.state == "移入するファイルはない"
    fresh = stick_in(room.folder, "NEW-2")
    room.port.sticks.append(fresh)
    assert [one.do for one in steps(room.look())] == [Do.NOTHING, Do.REGISTER]
    assert media_wipe.close_broken(room.world.scheduler_hand) == 0
