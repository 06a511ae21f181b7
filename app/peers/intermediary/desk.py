"""What becomes of a parcel that came, whichever way it came: on a medium or on the line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.peers.intermediary import identity, inquiries
from app.peers.intermediary.system import (
    Insurer,
    Intermediary,
    insurer_of,
    log_act,
    send,
    sent_last,
)
from app.peers.intermediary.tables import holding, parcel, permitted, resident
from app.peers.streams import take_place, was_taken
from app.rules.identifiers import my_number
from app.wire.beyond import BEYOND
from app.wire.codec import decode_file
from app.wire.parcels import head_of, open_parcel, wrong_file
from app.wire.records.beyond import PermittedInquiry, PublicAccount


def take(system: Intermediary, data: bytes) -> bytes:
    """Take a union's parcel and answer it with the next one: FILE-31 with FILE-32, FILE-33 with
    FILE-34, FILE-35 with FILE-36. The very same parcel again does nothing twice and gets the very
    same answer: the first was lost on the way. Raises ContainerRefused, FileRefused and UserError
    ``parcel.file``."""
    name = head_of(data).sender
    with system.write() as connection:
        insurer = insurer_of(connection, name)
        came = open_parcel(system.keys.own, insurer.card, data, system.codes)
        file_id = came.header.file_id
        if file_id not in _ANSWERED_BY:
            raise wrong_file(file_id)
        answer = _ANSWERED_BY[file_id]
        if was_taken(connection, parcel, came):
            again = sent_last(connection, insurer.card.name, answer)
            if again is not None:
                return again
        else:
            take_place(connection, parcel, came, system.now())
        records = _answers(system, connection, insurer, file_id, came.records)
        inquiries.erase(system, connection)
        return send(system, connection, insurer.card, answer, records)


_ANSWERED_BY = {"FILE-31": "FILE-32", "FILE-33": "FILE-34", "FILE-35": "FILE-36"}


def _answers(
    system: Intermediary,
    connection: Connection,
    insurer: Insurer,
    file_id: str,
    records: tuple[Any, ...],
) -> tuple[Any, ...]:
    if file_id == "FILE-31":
        return inquiries.register(system, connection, insurer, records)
    if file_id == "FILE-35":
        return identity.search(system, connection, insurer, records)
    inquiries.ask_network(system, connection)
    wanted = [one.request_id for one in records]
    return inquiries.results(system, connection, insurer, wanted)


def give_again(system: Intermediary, name: str) -> tuple[bytes, int]:
    """The last FILE-34 once more, when the medium was lost. Raises UserError
    ``intermediary.nothing``."""
    with system.write() as connection:
        data = sent_last(connection, insurer_of(connection, name).card.name, "FILE-34")
        if data is None:
            raise UserError(
                "intermediary.nothing",
                "渡した照会結果は、ありません。",
                "give で照会結果を書き出してください。",
            )
        log_act(system, connection, "", "give_again", head_of(data).id)
        return data, head_of(data).count


def give(system: Intermediary, name: str) -> tuple[bytes, int]:
    """The answers that a union was not given yet, as FILE-34 for a medium, and how many (FLOW-909).
    Raises UserError ``intermediary.nothing`` where there are none."""
    with system.write() as connection:
        insurer = insurer_of(connection, name)
        inquiries.ask_network(system, connection)
        found = inquiries.results(system, connection, insurer, None)
        if not found:
            raise UserError(
                "intermediary.nothing",
                "渡していない照会結果は、ありません。",
                "回答が届いてから、もう一度行ってください。",
            )
        return send(system, connection, insurer.card, "FILE-34", found), len(found)


def permit(system: Intermediary, data: bytes) -> int:
    """Take 照会許可用照合リスト (FILE-41) in place of the one before; how many lines. Raises
    FileRefused."""
    lines: tuple[PermittedInquiry, ...] = decode_file(BEYOND["FILE-41"], data, system.codes)
    with system.write() as connection:
        connection.execute(delete(permitted))
        for one in lines:
            connection.execute(insert(permitted).values(**_values(permitted, one)))
        log_act(system, connection, "", "permit", "FILE-41", lines=len(lines))
    return len(lines)


def accounts(system: Intermediary, data: bytes) -> int:
    """Take 公金受取口座情報 (FILE-53), which is what デジタル庁 answers with; how many. Raises
    FileRefused."""
    lines: tuple[PublicAccount, ...] = decode_file(BEYOND["FILE-53"], data, system.codes)
    names = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")
    with system.write() as connection:
        for one in lines:
            content = {f"account.{name}": getattr(one, name) for name in names}
            _hold(connection, one.my_number, "account", "デジタル庁", content, manual=False)
        log_act(system, connection, "", "accounts", "FILE-53", lines=len(lines))
    return len(lines)


def load(system: Intermediary, lines: Iterable[bytes]) -> int:
    """Take what the bodies behind the network hold, one JSON object a line: ``my_number`` with
    either ``name``, ``kana``, ``address``, ``birth_sort`` and ``sex`` (本人確認情報) or ``item``,
    ``provider``, ``content`` and, where the answer may not go out by itself, ``no_automatic``. How
    many. Raises UserError ``intermediary.line``; nothing of the file is taken then."""
    count = 0
    with system.write() as connection:
        for number, line in enumerate(lines, start=1):
            try:
                said = json.loads(line)
                whose = my_number(said["my_number"])
                if "item" in said:
                    manual = bool(said.get("no_automatic"))
                    content = {f"{said['item']}.{k}": str(v) for k, v in said["content"].items()}
                    _known_content(system, content)
                    _hold(connection, whose, said["item"], said["provider"], content, manual=manual)
                else:
                    names = ("name", "kana", "address", "birth_sort", "sex")
                    connection.execute(delete(resident).where(resident.c.my_number == whose))
                    values = {name: str(said[name]) for name in names}
                    connection.execute(insert(resident).values(my_number=whose, **values))
            except (ValueError, KeyError, TypeError, AttributeError, UserError) as cause:
                raise UserError(
                    "intermediary.line",
                    f"登録するファイルの {number} 行目を読み取れません。",
                    "一件も登録していません。作成元に確かめてください。",
                ) from cause
            count += 1
    return count


def _known_content(system: Intermediary, content: Mapping[str, str]) -> None:
    known = set(system.tables["inquiry_contents"].codes(system.today))
    if unknown := set(content) - known:
        raise ValueError(sorted(unknown))


def _hold(
    connection: Any,
    whose: str,
    item: str,
    provider: str,
    content: Mapping[str, str],
    *,
    manual: bool,
) -> None:
    key = (holding.c.my_number == whose, holding.c.item == item, holding.c.provider == provider)
    connection.execute(delete(holding).where(*key))
    connection.execute(
        insert(holding).values(
            my_number=whose,
            item=item,
            provider=provider,
            content=canonical_json(content),
            no_automatic=int(manual),
        )
    )


def _values(table: Any, record: Any) -> dict[str, str]:
    return {column.name: getattr(record, column.name) for column in table.columns}
