"""Sealing, opening, trusting: what two persons at the municipal system's side do with a file."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.core.errors import EnvironmentFault, UserError
from app.core.files import put_in_place, remove, write_whole
from app.courier.book import Book, Entry, blank
from app.courier.keys import Opened
from app.courier.plain import (
    ReadPlain,
    changed,
    for_sealing,
    for_the_system,
    read_plain,
    write_list,
)
from app.wire.attached import LIST, members_of
from app.wire.cards import CARD_ENDING, Card, card_fingerprint, open_card
from app.wire.characters import UTF_8, Charset
from app.wire.codec import decode_file
from app.wire.container import (
    Addressee,
    Header,
    Verified,
    check_count,
    check_place,
    open_body,
    peek,
    seal_body,
    verify,
    write_head,
)
from app.wire.files import FILES
from app.wire.keys import SigningKeys, check_digits, signing_id, signing_keys
from app.wire.protocol import is_id, stream_of
from app.wire.refusals import ContainerCause, ContainerRefused
from app.wire.statements import sign
from app.wire.strict_cbor import MalformedBody
from app.wire.values import Codes

SEALED, PARTNERS = "sealed", "partners"
ENDING = ".mdg"
_BLOCK = 256 * 1024
_LONGEST_CARD = 64 * 1024


@dataclass(frozen=True)
class Courier:
    """The courier at work: its home, its keys in two hands, its open book, the codes, the time, and
    the municipal system's character set."""

    home: Path
    keys: Opened
    book: Book
    codes: Codes
    now: Callable[[], datetime]
    charset: Charset = UTF_8

    @property
    def at(self) -> str:
        """The moment, ISO."""
        return self.now().isoformat(timespec="seconds")


def own_card(keys: Opened, at: str) -> bytes:
    """This courier as terminals and relays must know it."""
    file = keys.file
    card = Card(
        name=file.name,
        title=file.title,
        municipality=file.municipality,
        signing=keys.signing.public_key().public_bytes_raw(),
        receiving=keys.recipient,
        archive="",
        union="",
        union_receiving="",
        union_signing=(),
        at=at,
    )
    return sign(card, keys.signing)


def read_card(path: Path) -> tuple[bytes, Card, str]:
    """A partner's card, and the digits to compare. Raises UserError ``courier.card``."""
    try:
        with path.open("rb") as source:
            data = source.read(_LONGEST_CARD)
        card = open_card(data)
        if not is_id(card.name) or not card.archive:
            raise ValueError("no terminal's card")
    except (OSError, ValueError, MalformedBody, EnvironmentFault) as cause:
        raise UserError(
            "courier.card",
            f"{path} は、端末の名刺として読み取れません。",
            "端末で媒体を登録すると、媒体の MADOGUCHI フォルダーに terminal.card ができます。",
        ) from cause
    return data, card, card_fingerprint(data)


def trust(here: Courier, data: bytes, card: Card) -> None:
    """Keep a partner whose digits were compared. Raises UserError ``courier.municipality``."""
    if card.municipality != here.keys.file.municipality:
        raise UserError(
            "courier.municipality",
            "名刺の市区町村が、この受渡担当の市区町村と違います。",
            "渡す相手を確かめてください。登録していません。",
        )
    folder = here.home / PARTNERS
    folder.mkdir(mode=0o700, exist_ok=True)
    write_whole(folder / f"{card.name}{CARD_ENDING}", data)
    here.book.write(
        blank("trusted", here.at, here.keys.by, peer=card.name, note=card_fingerprint(data))
    )


def partners(home: Path) -> dict[str, Card]:
    """The partners that are trusted, by name."""
    cards = [open_card(path.read_bytes()) for path in sorted((home / PARTNERS).glob("*.card"))]
    return {card.name: card for card in cards}


def partner(home: Path, name: str) -> Card:
    """One partner; "" is the only one there is. Raises UserError ``courier.partner``."""
    known = partners(home)
    if name in known:
        return known[name]
    if not name and len(known) == 1:
        return next(iter(known.values()))
    names = "、".join(known) or "まだありません"
    raise UserError(
        "courier.partner",
        f"相手「{name}」は登録されていません（登録されている相手：{names}）。",
        "相手の名前を --to で指定するか、名刺を madoguchi courier trust で登録してください。",
    )


def look_through(path: Path, codes: Codes, charset: Charset = UTF_8) -> ReadPlain:
    """Read a plain file whole by its layout. Raises FileRefused with its faults, UserError
    ``courier.file``."""
    spec = FILES.get(path.name[:7])
    if spec is None or spec.unspecified or not spec.moved_in:
        raise UserError(
            "courier.file",
            f"{path.name} は、端末へ渡すファイルではないか、どのファイルか分かりません。",
            "ファイル名を「FILE-03_」のように、ファイルの番号で始めてください。",
        )
    try:
        return read_plain(path, spec, codes, charset)
    except OSError as cause:
        raise _unreadable(path) from cause


def seal(here: Courier, path: Path, counted: ReadPlain, to: Card, out: Path) -> Path:
    """Seal a file that was looked through to a partner; where it lies now.

    A terminal opens it itself; a relay never does: for one the body is sealed to the union. The
    sealed copy, then the book's line, then the file's place in ``out``: whatever breaks in between,
    ``again`` finishes. Raises UserError ``courier.changed``, ``courier.again``.
    """
    _refuse_same(here, counted, to)
    header, container = _sealed(here, path, counted, to)
    (here.home / SEALED).mkdir(mode=0o700, exist_ok=True)
    name = f"{counted.spec.id}_{here.now():%Y%m%d}_{header.id}{ENDING}"
    write_whole(here.home / SEALED / name, container)
    here.book.write(
        blank(
            "sealed",
            here.at,
            here.keys.by,
            file=name,
            id=header.id,
            peer=to.name,
            stream=header.stream,
            epoch=header.epoch,
            sequence=header.sequence,
            digest=hashlib.sha256(container).hexdigest(),
            count=counted.count,
            note=counted.digest,
        )
    )
    return deliver(here, header.id, out)


def _sealed(here: Courier, path: Path, counted: ReadPlain, to: Card) -> tuple[Header, bytes]:
    """The container of a file in its place of the stream to this partner."""
    spec, stream = counted.spec, stream_of(counted.spec.id)
    place = here.book.next_place(("sealed",), to.name, stream)
    number = sum(one.act == "sealed" for one in here.book.entries) + 1
    body = io.BytesIO()
    try:
        with path.open("rb") as source:
            plain = for_sealing(source, counted, here.codes, here.charset)
            facts = seal_body(plain, body, to.receiving or to.union_receiving, to.archive)
    except OSError as cause:
        raise _unreadable(path) from cause
    if here.charset.writes_all and facts.plain_digest != counted.digest:
        raise changed(path.name)
    header = Header(
        version=1,
        sender=here.keys.file.name,
        receiver=to.name,
        municipality=to.municipality,
        file_id=spec.id,
        layout=spec.layout,
        layout_version=spec.version,
        stream=stream,
        epoch=place.epoch,
        sequence=place.sequence,
        previous=place.previous,
        id=f"{here.keys.file.name}-1-{number:06d}",
        count=counted.count,
        body=facts,
        created=here.at,
        signing_key=signing_id(here.keys.signing),
    )
    return header, write_head(header, here.keys.signing) + body.getvalue()


def deliver(here: Courier, sealing_id: str, out: Path) -> Path:
    """Put a sealed copy into ``out`` (again). Raises UserError ``courier.unknown`` and
    ``courier.out``, EnvironmentFault ``disk.*``."""
    line = here.book.find("sealed", sealing_id)
    if line is None:
        raise UserError(
            "courier.unknown",
            f"封の番号 {sealing_id} は、受渡記録にありません。",
            "madoguchi courier status で、封の番号を確かめてください。",
        )
    if not out.is_dir():
        raise UserError(
            "courier.out",
            f"置き場所 {out} がありません。",
            "媒体を差すか、置き場所を --out で指定してください。封をしたものは残っています"
            f"（madoguchi courier again {sealing_id}）。",
        )
    target = out / line.file
    write_whole(target, (here.home / SEALED / line.file).read_bytes())
    here.book.write(
        blank("delivered", here.at, here.keys.by, file=line.file, id=sealing_id, peer=line.peer)
    )
    return target


@dataclass(frozen=True, slots=True)
class UnsealedFile:
    """A file that was opened: its place, its records, and the list of characters that the
    municipal system's character set cannot write, None where it writes all. ``again`` is when it
    was opened before (ISO), "" for now: then nothing was written."""

    path: Path
    count: int
    characters: Path | None
    again: str = ""
    digits: str = ""
    """Of what is to be printed: the digits for the receipt (照合コード)."""


def unseal(here: Courier, path: Path, out: Path, *, skip_missing: bool = False) -> UnsealedFile:
    """Open a container that came from a terminal, or through a relay from the union. It is checked
    by its layout before its name stands in ``out``.

    The same container a second time is no fault: a relay that was killed hands over again, and
    whoever was killed here comes again. Raises ContainerRefused and FileRefused; a gap is passed
    over only with ``skip_missing``, and the book says so.
    """
    try:
        with path.open("rb") as source:
            head = peek(source)
            sender, keys = _sender(here, head)
            source.seek(0)
            found = verify(source, _addressee(here, head, sender, keys))
            before = _opened_before(here, head, found.digest)
            if before is not None:
                here.book.write(replace(before, act="again", at=here.at, by=" ".join(here.keys.by)))
                return UnsealedFile(out / before.file, before.count, None, before.at)
            plain = io.BytesIO()
            skipped = _check(here, head, skip_missing=skip_missing)
            source.seek(0)
            open_body(source, found, here.keys.identities, plain)
    except OSError as cause:
        raise _unreadable(path) from cause
    spec = FILES[head.file_id].at(head.layout_version)
    if spec.attached:
        return _unseal_pages(here, found, plain, out, skipped=skipped)
    content, decoder, unmapped = for_the_system(plain.getvalue(), spec, here.codes, here.charset)
    check_count(head, decoder.count)
    _require_folder(out)
    target = out / f"{_name_of(head)}.csv"
    write_whole(target, content)
    characters = write_list(target, unmapped)
    _note_opened(here, found, target.name, skipped=skipped)
    return UnsealedFile(target, decoder.count, characters)


def _unseal_pages(
    here: Courier, found: Verified, plain: io.BytesIO, out: Path, *, skipped: bool
) -> UnsealedFile:
    """A list with the files that it names, into a folder of its own. Nothing stands there under the
    folder's name before every file is what the list says. Raises ContainerRefused, FileRefused."""
    head = found.header
    _require_folder(out)
    target, unfinished = out / _name_of(head), out / f".{_name_of(head)}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    try:
        plain.seek(0)
        members = members_of(plain)
        name, content = next(members, ("", b""))
        wanted = _listed(head, name, content, here.codes)
        write_whole(unfinished / name, content)
        for name, content in members:
            if hashlib.sha256(content).hexdigest() != wanted.pop(name, ""):
                raise ContainerRefused(ContainerCause.PLAIN)
            write_whole(unfinished / name, content)
        if wanted:
            raise ContainerRefused(ContainerCause.COUNT)
        shutil.rmtree(target, ignore_errors=True)
        put_in_place(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _note_opened(here, found, target.name, skipped=skipped)
    return UnsealedFile(target, head.count, None, digits=check_digits(found.digest))


def _listed(head: Header, name: str, content: bytes, codes: Codes) -> dict[str, str]:
    """The files that the list names, with their digests."""
    if name != LIST:
        raise ContainerRefused(ContainerCause.PLAIN)
    records = decode_file(FILES[head.file_id], content, codes)
    check_count(head, len(records))
    return {record.file: record.file_digest for record in records}


def _require_folder(out: Path) -> None:
    if not out.is_dir():
        raise UserError(
            "courier.out", f"置き場所 {out} がありません。", "--out で指定してください。"
        )


def _name_of(head: Header) -> str:
    return f"{head.file_id}_{head.created[:10].replace('-', '')}_{head.id}"


def _note_opened(here: Courier, found: Verified, name: str, *, skipped: bool) -> None:
    head = found.header
    here.book.write(
        blank(
            "skipped" if skipped else "opened",
            here.at,
            here.keys.by,
            file=name,
            id=head.id,
            peer=head.sender,
            stream=head.stream,
            epoch=head.epoch,
            sequence=head.sequence,
            digest=found.digest,
            count=head.count,
        )
    )


def _opened_before(here: Courier, head: Header, digest: str) -> Entry | None:
    """The line of this very container, bit for bit, if it was opened here before."""
    for one in here.book.entries:
        same = (one.id, one.peer, one.digest) == (head.id, head.sender, digest)
        if same and one.act in ("opened", "skipped"):
            return one
    return None


def take_away(path: Path) -> None:
    """Remove the sealed file that was opened. Raises EnvironmentFault ``courier.unreadable``."""
    try:
        remove(path)
    except OSError as cause:
        raise _unreadable(path) from cause


def _check(here: Courier, head: Header, *, skip_missing: bool) -> bool:
    """Whether places before this one are missing and that was said to be known."""
    place = here.book.next_place(("opened", "skipped"), head.sender, head.stream, head.epoch)
    try:
        check_place(head, place)
    except ContainerRefused as refused:
        if refused.cause is ContainerCause.GAP and skip_missing:
            return True
        raise
    return False


def _sender(here: Courier, head: Header) -> tuple[str, SigningKeys]:
    """Who may have sealed this: a terminal to us, or the union to a relay of ours."""
    for card in partners(here.home).values():
        if head.sender == card.name:
            return here.keys.file.name, signing_keys(card.signing)
        if head.sender == card.union and head.receiver == card.name and not card.receiving:
            return card.name, signing_keys(*card.union_signing)
    raise ContainerRefused(ContainerCause.SENDER)


def _addressee(here: Courier, head: Header, receiver: str, keys: SigningKeys) -> Addressee:
    layouts = {spec.id: (spec.layout, spec.versions) for spec in FILES.values()}
    return Addressee(receiver, here.keys.file.municipality, head.sender, keys, layouts)


def _refuse_same(here: Courier, counted: ReadPlain, to: Card) -> None:
    """The same records to the same partner are the same file; one without records is not."""
    for one in here.book.entries:
        same = one.act == "sealed" and (one.peer, one.note) == (to.name, counted.digest)
        if same and counted.count:
            raise UserError(
                "courier.again",
                f"同じ内容のファイルに、すでに封をしています（封の番号 {one.id}）。",
                f"もう一度渡すときは、madoguchi courier again {one.id} を行ってください。",
            )


def _unreadable(path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        "courier.unreadable",
        f"{path} を読み書きできません。",
        "媒体が差さっているか、フォルダーの権限を確かめてください。",
    )
