"""The union's commands towards 中間サーバー (``madoguchi peer union …``)."""

from __future__ import annotations

import argparse
import base64
from collections.abc import Callable
from pathlib import Path

from app.core.files import write_whole
from app.core.language import in_words
from app.core.usage import Parser
from app.peers.union.client import OperatorClient
from app.wire.parcels import head_of

_ENDING = ".parcel"
_PLAIN = {
    "exchange": "exchange",
    "information-inquiries": "information_inquiries",
    "identities": "identities",
}
_NAMED: dict[str, tuple[str, ...]] = {
    "search-identity": ("municipality", "atena", "by", "ground"),
    "settle-identity": ("id",),
    "take-number": ("id",),
}
COMMANDS = frozenset(
    {*_PLAIN, *_NAMED, "intermediary-card", "intermediary", "carry-out", "carry-in"}
)


def add(command: Callable[..., Parser]) -> None:
    """Declare them."""
    card = command("intermediary-card", "名刺を書き出す（中間サーバーに渡す）", "write the card")
    card.add_argument("file", type=Path)
    trust = command("intermediary", "中間サーバーの名刺を登録する", "know the intermediary")
    trust.add_argument("file", type=Path)
    where = in_words("サーバー間連携のアドレス（なければ媒体だけ）", "its address (none: media)")
    trust.add_argument("--address", default="", metavar="HOST:PORT", help=where)
    out = command("carry-out", "情報照会要求を媒体へ書き出す", "write the inquiries to a medium")
    place = in_words("書き出す場所（媒体）", "where it is written (the medium)")
    out.add_argument("--out", type=Path, required=True, metavar="DIR", help=place)
    command(
        "carry-in", "中間サーバーから媒体で届いたファイルを取り込む", "take what came on a medium"
    ).add_argument("file", type=Path)
    command("exchange", "サーバー間連携を一度行う", "exchange once over the line")
    command("information-inquiries", "情報照会の一覧", "the inquiries")
    search = command("search-identity", "本人確認情報を検索する", "search a person's identity")
    code = in_words("市区町村コード", "municipality code")
    search.add_argument("municipality", help=code)
    search.add_argument("atena", help=in_words("宛名番号", "atena number"))
    by = in_words("facts（基本４情報）か number（個人番号）", "by facts or by number")
    search.add_argument("--by", choices=("facts", "number"), default="facts", help=by)
    search.add_argument("--ground", default="", help=in_words("理由", "why"))
    command("identities", "本人確認情報の検索の一覧", "the searches")
    command("settle-identity", "検索を終える", "end a search").add_argument("id")
    command(
        "take-number", "見つかった個人番号を登録する", "take the number that was found"
    ).add_argument("id")


def ask(client: OperatorClient, arguments: argparse.Namespace) -> object:
    """Do one of ``COMMANDS``; what the union answers. Raises as the acts do, and EnvironmentFault
    ``disk.*``."""
    command = arguments.command
    if command in _PLAIN:
        return client.act(_PLAIN[command])
    if command in _NAMED:
        values = {name: str(getattr(arguments, name)) for name in _NAMED[command]}
        return client.act(command.replace("-", "_"), values)
    if command == "intermediary-card":
        write_whole(arguments.file, _bytes(client.act("intermediary_card")))
        return None
    if command == "intermediary":
        return client.act(
            "intermediary", {"address": arguments.address}, arguments.file.read_bytes()
        )
    if command == "carry-in":
        return client.act("carry_in", body=arguments.file.read_bytes())
    data = _bytes(client.act("carry_out"))
    head = head_of(data)
    write_whole(arguments.out / f"{head.file_id}_{head.id}{_ENDING}", data)
    return {"file_id": head.file_id, "count": head.count}


def _bytes(answer: dict[str, str]) -> bytes:
    return base64.b64decode(answer["bytes"])
