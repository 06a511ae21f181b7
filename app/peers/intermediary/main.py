"""``madoguchi peer intermediary``: 医療保険者等向け中間サーバー as a program.

``run`` answers unions over the line; ``take`` and ``give`` do the same over a medium.
"""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from app.core.clock import Clock, SystemClock
from app.core.errors import MadoguchiError
from app.core.files import write_whole
from app.core.language import in_words
from app.core.tables import load_tables, shipped_tables
from app.core.usage import Parser, command_name
from app.peers.intermediary import desk, inquiries, server, system
from app.peers.intermediary.system import Intermediary
from app.peers.intermediary.tables import METADATA
from app.peers.intermediary.tables import log as log_table
from app.wire.beyond import BEYOND
from app.wire.parcels import head_of

DONE, REFUSED = 0, 1
ENDING = ".parcel"


def main(argv: list[str], clock: Clock | None = None) -> int:
    """Run one command: 0 done, 1 refused (told on stderr)."""
    arguments = _parser().parse_args(argv)
    try:
        return _Program(arguments, clock or SystemClock()).run()
    except MadoguchiError as cause:
        print(f"{cause.message}\n{cause.remedy}", file=sys.stderr)
        return REFUSED


class _Program:
    def __init__(self, arguments: argparse.Namespace, clock: Clock) -> None:
        self._said = arguments
        self._clock = clock
        self._tables = load_tables(shipped_tables())

    def run(self) -> int:
        """The command that was named."""
        commands: dict[str, Callable[[], int]] = {
            "init": self._init,
            "card": self._card,
            "serve": self._serve,
            "permit": self._permit,
            "accounts": self._accounts,
            "load": self._load,
            "take": self._take,
            "give": self._give,
            "held": self._held,
            "let-out": self._let_out,
            "no-automatic": self._no_automatic,
            "set-days": self._set_days,
            "erase": self._erase,
            "status": self._status,
            "log": self._log,
            "run": self._run,
        }
        return commands[self._said.command]()

    @contextmanager
    def _open(self) -> Iterator[Intermediary]:
        opened = system.open_there(self._said.data, self._tables, self._clock)
        try:
            yield opened
        finally:
            opened.close()

    def _init(self) -> int:
        hosts = tuple(self._said.hosts.split(","))
        made = system.make(self._said.data, self._tables, self._clock, hosts)
        made.close()
        print(f"中間サーバーを作りました（{self._said.data}）。")
        return DONE

    def _card(self) -> int:
        with self._open() as here:
            write_whole(self._said.file, here.card())
        print(f"名刺を書き出しました（{self._said.file}）。広域連合に渡してください。")
        return DONE

    def _serve(self) -> int:
        with self._open() as here:
            card = system.serve_insurer(here, self._said.file.read_bytes())
        print(f"{card.title}（保険者番号 {card.number}）と連携します。")
        return DONE

    def _permit(self) -> int:
        with self._open() as here:
            count = desk.permit(here, self._said.file.read_bytes())
        print(f"照会許可用照合リスト {count} 件を取り込みました。")
        return DONE

    def _accounts(self) -> int:
        with self._open() as here:
            count = desk.accounts(here, self._said.file.read_bytes())
        print(f"公金受取口座 {count} 件を取り込みました。")
        return DONE

    def _load(self) -> int:
        with self._open() as here, self._said.file.open("rb") as lines:
            count = desk.load(here, lines)
        print(f"提供機関の情報 {count} 件を登録しました。")
        return DONE

    def _take(self) -> int:
        with self._open() as here:
            answer = desk.take(here, self._said.file.read_bytes())
        print(f"{self._said.file.name} を取り込みました。{self._written(answer)}")
        return DONE

    def _give(self) -> int:
        with self._open() as here:
            giving = desk.give_again if self._said.again else desk.give
            answer, count = giving(here, self._said.insurer)
        print(f"照会結果 {count} 件。{self._written(answer)}")
        return DONE

    def _written(self, data: bytes) -> str:
        head = head_of(data)
        path = self._said.out / f"{head.file_id}_{head.id}{ENDING}"
        write_whole(path, data)
        return f"{BEYOND[head.file_id].title} {head.count} 件を書き出しました（{path}）。"

    def _held(self) -> int:
        with self._open() as here, here.read() as connection:
            for row in inquiries.held(connection):
                print(f"{row.request_id}　管理番号 {row.number}　{row.answered_at}")
        return DONE

    def _let_out(self) -> int:
        said = self._said
        with self._open() as here:
            state = inquiries.let_out(
                here, said.operator, said.role, said.request, give=not said.keep_back
            )
        waits = state == inquiries.HELD
        print("もう一人の確認を待っています。" if waits else "確認が終わりました。")
        return DONE

    def _no_automatic(self) -> int:
        with self._open() as here:
            inquiries.refuse_automatic(here, self._said.branch, on=not self._said.off)
        print("自動応答不可にしました。" if not self._said.off else "自動応答に戻しました。")
        return DONE

    def _set_days(self) -> int:
        with self._open() as here, here.write() as connection:
            system.set_fact(connection, "kept_days", str(self._said.days))
            system.log_act(here, connection, "", "set_days", "kept_days", days=self._said.days)
        print(f"渡した照会結果は、{self._said.days} 日で消去します。")
        return DONE

    def _erase(self) -> int:
        with self._open() as here, here.write() as connection:
            count = inquiries.erase(here, connection)
        print(f"期限の過ぎた照会結果 {count} 件を消去しました。")
        return DONE

    def _status(self) -> int:
        with self._open() as here, here.read() as connection:
            print(f"{here.fact('title')}　照会結果の保存 {here.kept_days} 日")
            for table in METADATA.sorted_tables:
                count = connection.execute(select(func.count()).select_from(table)).scalar()
                print(f"  {table.name:<18}{count:>9,}")
        return DONE

    def _log(self) -> int:
        with self._open() as here, here.read() as connection:
            for row in connection.execute(select(log_table).order_by(log_table.c.id)):
                print(f"{row.at}　{row.operator}　{row.act}　{row.subject}　{row.detail}")
        return DONE

    def _run(self) -> int:
        with self._open() as here:
            listening = socket.create_server((self._said.listen, self._said.port))
            with listening:
                server.LineServer(here, listening, self._say).run()
        return DONE

    @staticmethod
    def _say(address: str) -> None:
        print(f"中間サーバーが動いています（{address}）。Ctrl-C で終わります。", flush=True)


def _parser() -> Parser:
    parser = Parser(
        "madoguchi peer intermediary",
        description=in_words(
            "医療保険者等向け中間サーバーの代わり。run で動かし、ほかの命令は一つずつ行います。",
            "The intermediary server: run answers unions, the others do one step.",
        ),
    )
    commands = parser.add_subparsers(
        dest="command", required=True, title=in_words("命令", "commands"), metavar=command_name()
    )

    def command(name: str, *texts: str) -> Parser:
        text = in_words(*texts)
        made: Parser = commands.add_parser(name, help=text, description=text)
        where = in_words("中間サーバーのデータの場所", "the server's data directory")
        made.add_argument("--data", type=Path, required=True, metavar="DIR", help=where)
        return made

    _add_making(command)
    _add_steps(command)
    _add_watching(command)
    return parser


def _add_making(command: Callable[..., Parser]) -> None:
    init = command("init", "空のサーバーを作る", "make an empty server")
    init.add_argument("--hosts", default="127.0.0.1,localhost", metavar="NAMES")
    for name, *texts in (
        ("card", "名刺を書き出す（広域連合に渡す）", "write its card, for the union"),
        ("serve", "広域連合の名刺を登録する", "serve the union of a card"),
        ("permit", "照会許可用照合リスト（FILE-41）を取り込む", "take the permitted list"),
        ("accounts", "公金受取口座情報（FILE-53）を取り込む", "take registered accounts"),
        ("load", "提供機関の情報を登録する", "load what the providers hold"),
    ):
        command(name, *texts).add_argument("file", type=Path)
    running = command("run", "サーバー間連携に答える", "answer unions over the line")
    running.add_argument("--listen", default="127.0.0.1", metavar="IP")
    running.add_argument("--port", type=int, default=0, metavar="N")


def _add_steps(command: Callable[..., Parser]) -> None:
    take = command("take", "媒体で届いたファイルを取り込み、答えを書き出す", "take a parcel")
    take.add_argument("file", type=Path)
    give = command("give", "渡していない照会結果を書き出す", "write the answers not given yet")
    give.add_argument("insurer", metavar="NAME")
    lost = in_words("前に渡したものをもう一度（媒体をなくしたとき）", "the last ones once more")
    give.add_argument("--again", action="store_true", help=lost)
    for one in (take, give):
        one.add_argument("--out", type=Path, required=True, metavar="DIR")
    command("held", "人の確認を待つ回答", "answers that wait for two persons")
    let = command("let-out", "回答を確かめて提供する（二人で一度ずつ）", "let a held answer out")
    let.add_argument("request")
    let.add_argument("--operator", required=True, metavar="NAME")
    let.add_argument("--role", required=True, choices=("担当者", "責任者"))
    let.add_argument("--keep-back", action="store_true", help=in_words("提供しない", "do not give"))
    manual = command("no-automatic", "加入者を自動応答不可にする", "no automatic answers")
    manual.add_argument("branch")
    manual.add_argument("--off", action="store_true", help=in_words("解除する", "take it away"))


def _add_watching(command: Callable[..., Parser]) -> None:
    days = command("set-days", "渡した照会結果を保存する日数", "how long answers are kept")
    days.add_argument("days", type=int)
    command("erase", "期限の過ぎた照会結果を消去する", "erase what is past its term")
    command("status", "件数", "counts")
    command("log", "記録", "what was done")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
