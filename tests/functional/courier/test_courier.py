"""``madoguchi courier``: two persons seal and open at the municipal system's side (DESIGN 6)."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyrage
import pytest

from app.core.errors import MadoguchiError
from app.core.tables import load_tables, shipped_tables
from app.courier import keys as courier_keys
from app.courier.book import BOOK, read_book
from app.courier.keys import KEYS
from app.courier.plain import LIST, set_charset
from app.functions.files import media_acts
from app.main import main as program
from app.security.keys.sealing import SealError, open_with
from app.sync.media.files import FOLDER, INCOMING, OUTGOING
from app.wire.cards import Card, open_card
from app.wire.characters import charset_of
from app.wire.codec import decode_file
from app.wire.container import ContainerPlace, peek
from app.wire.files import FILES
from app.wire.statements import sign
from db.tables.exchange import outbox
from tests.support.courier_side import FIRST, SECOND, THIRD, CourierHome
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.media_room import DAILY, MediaRoom
from tests.support.parties import MUNICIPALITY, Party, container
from tests.support.sendings import rows, sample
from tests.support.world import world_in


def refuses(code: str):
    return pytest.raises(MadoguchiError, match=code.replace(".", r"\."))


def plain_file(folder: Path, name: str = "FILE-03_day.csv", records=None) -> Path:
    path = folder / name
    path.write_bytes(encode_file(FILES[name[:7]], records or sample(name[:7]), CODES))
    return path


def card_of(party: Party, union: Party, archive: Party, **other) -> bytes:
    values = {
        "name": party.name,
        "title": "窓口端末",
        "municipality": MUNICIPALITY,
        "signing": party.public,
        "receiving": party.recipient,
        "archive": archive.recipient,
        "union": union.name,
        "union_receiving": union.recipient,
        "union_signing": (union.public,),
        "at": "2026-11-16T09:00:00+09:00",
    }
    return sign(Card(**{**values, **other}), party.signing)


class Side:
    """A courier that trusts one terminal, and where files come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.courier = CourierHome(folder / "home")
        self.terminal, self.union, self.archive = Party("T01"), Party("U15"), Party("archive")
        self.out = folder / "out"
        self.out.mkdir()
        self.courier.init()
        self.trust(card_of(self.terminal, self.union, self.archive))

    def trust(self, card: bytes) -> None:
        path = self.folder / "terminal.card"
        path.write_bytes(card)
        self.courier.run("trust", path)

    def seal(self, path: Path, *more: str) -> Path:
        before = set(self.out.iterdir())
        self.courier.run("seal", path, "--out", self.out, *more)
        (made,) = set(self.out.iterdir()) - before
        return made

    def sent(self, records=None, **other) -> Path:
        """A container from the terminal to the courier, as it lies on a stick."""
        file_id = "FILE-17"
        records = sample(file_id) if records is None else records
        line = self.receiver()
        data = container(
            self.terminal,
            line,
            self.archive,
            encode_file(FILES[file_id], records, CODES),
            file_id=file_id,
            count=len(records),
            **other,
        )
        path = self.folder / "sent.mdg"
        path.write_bytes(data)
        return path

    def receiver(self) -> Party:
        """The courier as somebody who seals to it sees it."""
        self.courier.run("card", "--to", self.folder)
        card = open_card((self.folder / "courier.card").read_bytes())

        class Seen(Party):
            recipient = card.receiving

        return Seen(card.name)


@pytest.fixture
def side(tmp_path: Path) -> Side:
    return Side(tmp_path)


@pytest.mark.req("SEC-92", "SEC-114")
def test_what_two_persons_seal_opens_for_the_terminal_alone(side: Side) -> None:
    path = plain_file(side.folder)
    made = side.seal(path)
    data = made.read_bytes()
    assert sample(DAILY)[0].name.encode() not in data
    head = peek(io.BytesIO(data))
    assert (head.sender, head.receiver, head.count) == (f"C-{MUNICIPALITY}", "T01", 2)
    body = data[-head.body.cipher_size :]
    assert pyrage.decrypt(body, [side.terminal.receiving]) == path.read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(body, [Party("other").receiving])
    lines = list(read_book(side.courier.home))
    assert [(one.act, one.by) for one in lines[-2:]] == [
        ("sealed", f"{FIRST} {SECOND}"),
        ("delivered", f"{FIRST} {SECOND}"),
    ]


@pytest.mark.req("SEC-114")
def test_nobody_seals_or_opens_alone(side: Side) -> None:
    path = plain_file(side.folder)
    for two in ((FIRST, FIRST), (FIRST, THIRD), (FIRST, "K999")):
        side.courier.keyboard.two = two
        with refuses("courier.same_person|courier.wrong_person"):
            side.seal(path)
    side.courier.keyboard.two = (FIRST, SECOND)
    side.courier.keyboard.passwords[SECOND] = "wrong"
    with refuses("courier.wrong_person"):
        side.seal(path)
    assert list(side.out.iterdir()) == []
    # one person's own password and the whole file open nothing
    file = courier_keys.read(side.courier.home)
    private = courier_keys._private(file, FIRST, side.courier.keyboard.passwords[FIRST])
    for slot in file.pairs:
        with pytest.raises(SealError):
            open_with(private, open_with(private, slot.sealed))


def test_a_no_to_the_question_seals_nothing(side: Side) -> None:
    side.courier.keyboard.says = "いいえ"
    with refuses("courier.not_confirmed"):
        side.seal(plain_file(side.folder))
    assert list(side.out.iterdir()) == []


def test_a_wrong_file_is_told_by_line_and_item_before_anybody_is_asked(side: Side) -> None:
    path = plain_file(side.folder)
    path.write_bytes(path.read_bytes().replace(sample(DAILY)[0].atena_number.encode(), b"x", 1))
    with refuses("file.resident"):
        side.seal(path)
    with refuses("courier.file"):
        side.seal(side.folder / "name.csv")


def test_the_same_content_is_sealed_once_and_put_again_as_often_as_needed(side: Side) -> None:
    path = plain_file(side.folder)
    made = side.seal(path)
    with refuses("courier.again"):
        side.seal(path)
    first = made.read_bytes()
    made.unlink()
    side.courier.run("again", f"C-{MUNICIPALITY}-1-000001", "--out", side.out)
    assert made.read_bytes() == first
    with refuses("courier.unknown"):
        side.courier.run("again", "C-9", "--out", side.out)


def test_a_missing_folder_keeps_what_was_sealed_and_says_how_to_go_on(side: Side) -> None:
    path = plain_file(side.folder)
    with refuses("courier.out"):
        side.courier.run("seal", path, "--out", side.folder / "no-stick")
    side.courier.run("again", f"C-{MUNICIPALITY}-1-000001", "--out", side.out)
    other = [replace(sample(DAILY)[0], name="あとの 人")]
    after = side.seal(plain_file(side.folder, "FILE-03_next.csv", other))
    heads = [peek(io.BytesIO(one.read_bytes())) for one in sorted(side.out.iterdir())]
    assert [head.sequence for head in heads] == [1, 2] and after.exists()


@pytest.mark.req("FLOW-305")
def test_what_comes_is_opened_checked_and_taken_away(side: Side) -> None:
    path = side.sent()
    side.courier.run("open", path, "--out", side.out)
    (plain,) = side.out.iterdir()
    assert decode_file(FILES["FILE-17"], plain.read_bytes(), CODES) == sample("FILE-17")
    assert plain.name == "FILE-17_20261120_T01-1-000001.csv"
    assert not path.exists(), "the sealed file is taken off the stick"
    with refuses("container.repeat"):
        side.courier.run("open", side.sent(), "--out", side.out)


def test_the_same_container_handed_over_twice_is_opened_once_and_taken_away(side: Side) -> None:
    """A relay killed before its note hands over again; a courier killed before the removal comes
    again. Another container in its place is refused, and stays to be looked at."""
    path = side.sent()
    data = path.read_bytes()
    side.courier.run("open", path, "--out", side.out)
    (plain,) = side.out.iterdir()
    plain.unlink()  # the municipal system has read it
    path.write_bytes(data)
    side.courier.run("open", path, "--out", side.out)
    assert list(side.out.iterdir()) == [], "what was read is not put there again"
    assert not path.exists()
    assert any("二重には開けません" in one for one in side.courier.keyboard.told)
    assert [one.act for one in read_book(side.courier.home)][-2:] == ["opened", "again"]
    following = side.sent(place=ContainerPlace(1, 2, hashlib.sha256(data).hexdigest()))
    side.courier.run("open", following, "--out", side.out)
    forged = side.sent()
    with refuses("container.repeat"):
        side.courier.run("open", forged, "--out", side.out)
    assert forged.exists()


def test_damaged_strange_and_early_containers_each_have_their_cause(side: Side) -> None:
    data = bytearray(side.sent().read_bytes())
    data[-5] ^= 1
    bad = side.folder / "bad.mdg"
    bad.write_bytes(bytes(data))
    with refuses("container.digest"):
        side.courier.run("open", bad, "--out", side.out)
    stranger = Party("T99")
    bad.write_bytes(container(stranger, stranger, side.archive))
    with refuses("container.sender"):
        side.courier.run("open", bad, "--out", side.out)
    ahead = side.sent(place=ContainerPlace(1, 3, "00"))
    with refuses("container.gap"):
        side.courier.run("open", ahead, "--out", side.out)
    assert list(side.out.iterdir()) == []
    side.courier.run("open", ahead, "--out", side.out, "--skip-missing")
    assert [one.act for one in read_book(side.courier.home)][-1] == "skipped"


def test_whoever_leaves_opens_nothing_any_more(side: Side) -> None:
    side.courier.keyboard.newcomers = [THIRD]
    side.courier.run("person", "add")
    side.courier.keyboard.two = (FIRST, THIRD)
    side.courier.run("person", "drop", SECOND)
    side.courier.keyboard.two = (FIRST, SECOND)
    with refuses("courier.wrong_person"):
        side.seal(plain_file(side.folder))
    side.courier.keyboard.two = (THIRD, FIRST)
    assert side.seal(plain_file(side.folder)).exists()
    with refuses("courier.too_few"):
        side.courier.run("person", "drop", THIRD)


@pytest.mark.parametrize("cut", ["changed", "missing", "torn"])
def test_a_book_that_was_touched_stops_everything(side: Side, cut: str) -> None:
    side.seal(plain_file(side.folder))
    book = side.courier.home / BOOK
    lines = book.read_bytes().splitlines(keepends=True)
    changed = {
        "changed": b"".join(lines).replace(b'"count":2', b'"count":3'),
        "missing": b"".join(lines[:1] + lines[2:]),
        "torn": b"".join(lines)[:-3],
    }
    book.write_bytes(changed[cut])
    with refuses("courier.book"):
        side.courier.run("status")


def test_status_names_persons_partners_and_what_was_done(side: Side) -> None:
    side.seal(plain_file(side.folder))
    told = side.courier.run("status")
    assert "K101、K102" in told[0] and "T01" in told[1]
    assert any("封をした FILE-03_20261116" in line for line in told)
    assert told[-1].endswith("書かれたときのままです。")


def test_a_second_courier_is_not_made_over_the_first(side: Side) -> None:
    before = (side.courier.home / KEYS).read_bytes()
    side.courier.keyboard.newcomers = [FIRST, SECOND]
    with refuses("courier.exists"):
        side.courier.init()
    assert (side.courier.home / KEYS).read_bytes() == before
    assert b"K101" in before and side.courier.keyboard.passwords[FIRST].encode() not in before


@pytest.mark.req("FLOW-202", "FLOW-305", "SEC-92")
def test_the_whole_circle_with_a_media_terminal(tmp_path: Path) -> None:
    """Cards by the stick, a file in, a file out, opened at the other end."""
    with world_in(tmp_path) as world:
        room = MediaRoom(world, tmp_path)
        room.medium_id = room.register(room.stick)
        courier = CourierHome(tmp_path / "courier")
        courier.init()
        courier.run("card", "--to", room.stick.mount)
        gate, attached = world.gate, room.stick.attached
        prepared = media_acts.prepare_courier(gate, room.session("administrator"), attached)
        assert courier.keyboard.told[-1].rpartition("： ")[2] in prepared.sentence
        media_acts.perform_courier(gate, prepared, room.given(prepared), attached)
        courier.run("trust", room.stick.path("", "terminal.card"))
        room.approve("in", DAILY)
        room.approve("out", "FILE-17")

        path = plain_file(tmp_path)
        courier.run("seal", path, "--out", room.stick.mount)
        (name,) = room.stick.names(INCOMING)
        assert room.taken_in(name).count == len(sample(DAILY))
        assert len(rows(world, outbox)) == 1

        room.move_out(room.delivered())
        (name,) = room.stick.names(OUTGOING)
        here = tmp_path / "municipal"
        here.mkdir()
        courier.run("open", room.stick.mount / FOLDER / OUTGOING / name, "--out", here)
        (opened,) = here.iterdir()
        assert decode_file(FILES["FILE-17"], opened.read_bytes(), CODES) == sample("FILE-17")
        (line,) = room.look().owed
        assert room.wipe(line.id) == "gone"


def test_the_documented_command_answers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        program(["--data", str(tmp_path), "courier", "help"])
    assert ended.value.code == 0
    assert "seal" in capsys.readouterr().out
    assert program(["--data", str(tmp_path), "courier", "status"]) == 1


def test_a_municipal_system_of_shift_jis_is_read_and_written_in_its_own_set(side: Side) -> None:
    """What it cannot write, and its own characters, stand on a list beside the file."""
    side.courier.run("charset", "cp932")
    sjis = charset_of(load_tables(shipped_tables()), "cp932", date(2026, 11, 20))
    path, spec = side.folder / "FILE-03_day.csv", FILES["FILE-03"]
    plain = [replace(one, name="見本　﨑子") for one in sample("FILE-03")]
    path.write_bytes(encode_file(spec, plain, CODES, charset=sjis))
    with pytest.raises(UnicodeDecodeError):
        path.read_text("utf-8")
    data = side.seal(path).read_bytes()
    head = peek(io.BytesIO(data))
    opened = bytes(pyrage.decrypt(data[-head.body.cipher_size :], [side.terminal.receiving]))
    assert decode_file(spec, opened, CODES) == tuple(plain)
    strange = [replace(sample("FILE-17")[0], name="\U00020bb7田　\U00029e3d")]
    into = side.folder / "municipal"
    into.mkdir()
    side.courier.run("open", side.sent(strange), "--out", into)
    (made,) = into.glob("FILE-17*_T01-1-000001.csv")
    assert "吉田　〓".encode("cp932") in made.read_bytes()
    listed = made.with_name(made.name + LIST).read_text("utf-8-sig")
    assert "U+20BB7,吉" in listed and "U+29E3D,〓" in listed
    with refuses("courier.charset"):
        set_charset(side.courier.home, "ebcdic")
