"""What carries parcels to 中間サーバー and back: operators with a medium (統合専用端末連携), or the
line from server to server (サーバー間連携). Either way the same parcels in the same streams.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore
from sqlalchemy import Connection, delete, insert, select, update

from app.core.errors import EnvironmentFault, UserError
from app.core.files import write_whole
from app.peers.bounded import BoundedHttp, Bounds
from app.peers.line_pair import line_pair
from app.peers.streams import OUT, next_place, note_sent, take_place, was_taken
from app.peers.union.beyond import identity, inquiries
from app.peers.union.beyond.tables import beyond_body, beyond_parcel
from app.peers.union.system import System, log_act
from app.wire.cards import BodyCard, open_body_card
from app.wire.parcels import Own, head_of, open_parcel, pack, wrong_file
from app.wire.statements import sign

_BOUNDS = Bounds(seconds=30.0, largest=64 * 1024 * 1024)
_DONE = 200
PARCELS = "/parcels"


@dataclass(frozen=True, slots=True)
class Body:
    """The intermediary as it is trusted here; ``address`` "" where only media go."""

    card: BodyCard
    address: str


def own_of(system: System) -> Own:
    """By what the union packs and opens."""
    return Own(system.setup.id, system.keys.signing, system.keys.receiving_identity)


def own_card(system: System) -> bytes:
    """The union as the intermediary must know it, signed; its line certificate is made now when
    there is none."""
    certificate = _line_files(system)[1]
    own = own_of(system)
    card = BodyCard(
        name=own.name,
        title=system.setup.name,
        number=inquiries.insurer_number(system),
        signing=own.signing.public_key().public_bytes_raw(),
        receiving=own.recipient,
        certificate=certificate.read_bytes(),
        at=system.now(),
    )
    return sign(card, own.signing)


def trust(system: System, operator: str, data: bytes, address: str) -> dict[str, str]:
    """Know the intermediary of this card, and call it at ``address`` ("host:port", or "").
    Raises as ``open_body_card``."""
    card = open_body_card(data)
    values = {
        "name": card.name,
        "card": data,
        "address": address,
        "trusted_by": operator,
        "trusted_at": system.now(),
    }
    with system.database.write() as connection:
        connection.execute(delete(beyond_body))
        connection.execute(insert(beyond_body).values(**values))
        log_act(system, connection, operator, "trust_intermediary", card.name, address=address)
    return {"name": card.title, "address": address}


def body_of(connection: Connection) -> Body:
    """The intermediary. Raises UserError ``union.no_intermediary``."""
    row = connection.execute(select(beyond_body)).first()
    if row is None:
        raise UserError(
            "union.no_intermediary",
            "中間サーバーが登録されていません。",
            "中間サーバーの名刺を intermediary で登録してください。",
        )
    return Body(open_body_card(row.card), row.address)


def give_out(system: System, operator: str) -> bytes:
    """FILE-31 for a medium (FLOW-902, 903). Raises UserError ``union.nothing_to_ask``, and
    ``union.still_out`` while the one before was not answered: it is given out again."""
    with system.database.write() as connection:
        body = body_of(connection)
        waiting = unanswered(connection, body.card.name, "FILE-31")
        data = waiting or _pack_orders(system, connection, body.card)
        if data is None:
            raise UserError(
                "union.nothing_to_ask",
                "中間サーバーへ送る照会は、ありません。",
                "照会を受け付けてから、もう一度行ってください。",
            )
        log_act(system, connection, operator, "carry_out", head_of(data).id)
        return data


def take_in(system: System, operator: str, data: bytes) -> dict[str, int]:
    """FILE-32, FILE-34 or FILE-36 from a medium or the line (FLOW-907, 908, 911, 912); what became
    of its records. The very same parcel again does nothing. Raises ContainerRefused, FileRefused,
    UserError ``parcel.file``."""
    with system.database.write() as connection:
        body = body_of(connection)
        came = open_parcel(own_of(system), body.card, data, system.codes)
        if was_taken(connection, beyond_parcel, came):
            return {"again": came.header.count}
        match came.header.file_id:
            case "FILE-32":
                counts = inquiries.take_registered(system, connection, came.records)
                _is_answered(connection, body.card.name, "FILE-31")
            case "FILE-34":
                counts = inquiries.take_results(system, connection, came.records)
                _is_answered(connection, body.card.name, "FILE-33")
            case "FILE-36":
                counts = identity.take_found(system, connection, came.records)
                _is_answered(connection, body.card.name, "FILE-35")
            case other:
                raise wrong_file(other)
        take_place(connection, beyond_parcel, came, system.now())
        log_act(system, connection, operator, "carry_in", came.header.id, **counts)
        return counts


def exchange(system: System, operator: str) -> dict[str, int]:
    """Once over the line (FLOW-922 … 930): what waits goes, what is answered comes. How many
    records of each came to what. Raises UserError ``union.no_line`` without an address,
    EnvironmentFault ``union.intermediary_silent`` and ``.intermediary_refused``."""
    counts: dict[str, int] = {}
    with system.database.read() as connection:
        body = body_of(connection)
    if not body.address:
        raise UserError(
            "union.no_line",
            "中間サーバーのアドレスが登録されていません。",
            "媒体で運ぶか、名刺を --address と一緒に登録し直してください。",
        )
    http = BoundedHttp(_BOUNDS, _tls(system, body.card))
    try:
        for file_id in ("FILE-31", "FILE-33", "FILE-35"):
            with system.database.write() as connection:
                waiting = unanswered(connection, body.card.name, file_id)
                data = waiting or packed(system, connection, body.card, file_id)
            if data is None:
                continue
            answer = _carry(http, body.address, data)
            for name, count in take_in(system, operator, answer).items():
                counts[name] = counts.get(name, 0) + count
    finally:
        http.close()
    return counts


def packed(system: System, connection: Connection, to: BodyCard, file_id: str) -> bytes | None:
    """The next parcel of a file, None where there is nothing for it."""
    if file_id == "FILE-31":
        return _pack_orders(system, connection, to)
    records: Sequence[Any] = (
        inquiries.wanted(connection)
        if file_id == "FILE-33"
        else identity.searches(system, connection)
    )
    return _pack(system, connection, to, file_id, records) if records else None


def _pack_orders(system: System, connection: Connection, to: BodyCard) -> bytes | None:
    orders = inquiries.orders(system, connection)
    if not orders:
        return None
    data = _pack(system, connection, to, "FILE-31", orders)
    inquiries.were_sent(connection, orders, head_of(data).id)
    return data


def _pack(
    system: System, connection: Connection, to: BodyCard, file_id: str, records: Iterable[Any]
) -> bytes:
    place = next_place(connection, beyond_parcel, OUT, to.name, file_id)
    data = pack(own_of(system), to, file_id, records, system.codes, place, system.now())
    note_sent(connection, beyond_parcel, to.name, data, system.now())
    kept = update(beyond_parcel).where(*_last(to.name, file_id, place.sequence))
    connection.execute(kept.values(body=data))
    return data


def unanswered(connection: Connection, to: str, file_id: str) -> bytes | None:
    """The parcel of this file that was packed and not answered: the same bytes go again."""
    where = (beyond_parcel.c.body != b"", *_last(to, file_id))
    body = connection.execute(select(beyond_parcel.c.body).where(*where)).scalar()
    return None if body is None else bytes(body)


def _is_answered(connection: Connection, to: str, file_id: str) -> None:
    connection.execute(update(beyond_parcel).where(*_last(to, file_id)).values(body=b""))


def _last(to: str, file_id: str, sequence: int | None = None) -> tuple[Any, ...]:
    mine = (
        beyond_parcel.c.direction == OUT,
        beyond_parcel.c.peer == to,
        beyond_parcel.c.file_id == file_id,
    )
    return mine if sequence is None else (*mine, beyond_parcel.c.sequence == sequence)


def _carry(http: BoundedHttp, address: str, data: bytes) -> bytes:
    headers = {"Content-Type": "application/octet-stream"}
    try:
        status, answer = http.post(f"https://{address}{PARCELS}", headers, data)
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        ssl.SSLError,
    ) as cause:
        raise EnvironmentFault(
            "union.intermediary_silent",
            "中間サーバーから答えがありません。",
            "照会は残っています。中間サーバーと通信を確かめて、もう一度行ってください。",
        ) from cause
    if status == _DONE:
        return answer
    try:
        said = json.loads(answer)
    except ValueError:
        said = {}
    raise EnvironmentFault(
        "union.intermediary_refused",
        f"中間サーバーが受け取りませんでした（{said.get('message', f'状態 {status}')}）。",
        "照会は残っています。中間サーバーの担当者に連絡してください。",
    )


def _tls(system: System, card: BodyCard) -> ssl.SSLContext:
    key, certificate = _line_files(system)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=card.certificate.decode("ascii"))
    context.load_cert_chain(certificate, key)
    return context


def _line_files(system: System) -> tuple[Path, Path]:
    folder = system.setup.data / "keys"
    key, certificate = folder / "beyond.key", folder / "beyond.pem"
    if not (key.exists() and certificate.exists()):
        made = line_pair(system.setup.id, system.setup.hosts, system.clock.now())
        for file, content in zip((key, certificate), made, strict=True):
            write_whole(file, content)
    return key, certificate
