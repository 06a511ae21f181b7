"""``madoguchi peer municipality``: the municipal system as a program.

``run`` lives day by day, writes what is due and reads what comes; the other commands do one step.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from app.core.clock import Clock, SystemClock
from app.core.errors import MadoguchiError, UserError
from app.core.language import in_words
from app.core.stopping import Stopped, stopping
from app.core.tables import Tables, load_tables, shipped_tables
from app.core.usage import Parser, command_name
from app.peers.municipality import feeders, life, national, readers, system
from app.peers.municipality.mistakes import Mistake
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import METADATA, file_log
from app.wire.characters import CHARSETS, UTF_8
from app.wire.codec import encode_file
from app.wire.files import FILES
from app.wire.frame import Frame

DONE, REFUSED = 0, 1
TAKEN, ASIDE = "read", "refused"


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
        self._tables: Tables = load_tables(shipped_tables())

    def run(self) -> int:
        """The command that was named."""
        commands: dict[str, Callable[[], int]] = {
            "init": self._init,
            "load": self._load,
            "day": self._day,
            "write": self._write,
            "read": self._read,
            "national": self._national,
            "status": self._status,
            "run": self._run,
        }
        return commands[self._said.command]()

    @contextmanager
    def _open(self) -> Iterator[Municipality]:
        if not (self._said.data / system.FILE).exists():
            raise system.not_made(self._said.data)
        opened = Municipality(self._said.data, self._tables, self._clock)
        try:
            opened.fact("municipality")
            yield opened
        finally:
            opened.close()

    def _init(self) -> int:
        day = self._said.day or self._clock.now().date()
        place, said = self._said.data, self._said
        made = system.make(place, self._tables, self._clock, said.municipality, day, said.charset)
        made.close()
        print(f"市区町村システムを作りました（{self._said.data}、業務日 {day}）。")
        return DONE

    def _load(self) -> int:
        with self._open() as here, self._said.file.open("rb") as lines:
            count = system.load(here, lines)
        print(f"住民 {count:,}人を登録しました。")
        return DONE

    def _day(self) -> int:
        with self._open() as here:
            lived = life.next_day(here, self._said.moves, self._said.seed)
        events = "、".join(f"{name} {count}" for name, count in lived.events.items()) or "なし"
        print(f"{lived.day}　異動：{events}　納付：{lived.payments}件")
        return DONE

    def _write(self) -> int:
        mistake = Mistake(self._said.mistake) if self._said.mistake else None
        with self._open() as here:
            ids = self._said.files or feeders.DAILY
            for file_id in ids:
                made = feeders.write_file(here, file_id, self._said.out, mistake)
                print(
                    f"{made.path}　{made.count:,}件" + (f"　わざと：{mistake}" if mistake else "")
                )
        return DONE

    def _read(self) -> int:
        code = DONE
        with self._open() as here:
            for path in self._said.files:
                try:
                    done = readers.read_file(here, path)
                    print(
                        f"{path.name}　{done.count:,}件を読み、{done.changed:,}件が変わりました。"
                    )
                except MadoguchiError as cause:
                    print(f"{path.name}　{cause.message}{cause.remedy}", file=sys.stderr)
                    code = REFUSED
        return code

    def _national(self) -> int:
        """A file in the national layout as ours, where the table knows every column."""
        file_id = self._said.file_id
        if file_id not in FILES:
            raise UserError(
                "national.file", f"{file_id} はありません。", "番号を確かめてください。"
            )
        with self._open() as here:
            data = self._said.file.read_bytes()
            given = {"municipality_code": here.code}
            records = national.read_national(data, file_id, self._tables, here.today, given)
            frame = Frame(
                sender=f"M-{here.code}",
                municipality=here.code,
                business_on=here.today.isoformat(),
                edition=1,
                made_at=self._clock.now().isoformat(timespec="seconds"),
            )
            made = encode_file(FILES[file_id], records, here.codes, frame)
        self._said.out.write_bytes(made)
        print(f"{self._said.out}　{len(records):,}件")
        return DONE

    def _status(self) -> int:
        with self._open() as here, here.read() as connection:
            print(f"市区町村 {here.code}　業務日 {here.today}")
            for table in METADATA.sorted_tables:
                count = connection.execute(select(func.count()).select_from(table)).scalar()
                print(f"  {table.name:<18}{count:>9,}")
            for row in connection.execute(
                select(file_log).order_by(file_log.c.at.desc(), file_log.c.id.desc()).limit(10)
            ):
                way = "作った" if row.direction == "out" else "読んだ"
                refused = f"　断った：{row.cause}" if row.cause else ""
                print(f"  {way} {row.name} {row.count:,}件{refused}")
        return DONE

    def _run(self) -> int:
        """Day after day until a signal: live, write what is due, read what stands in ``--in``."""
        over = threading.Event()
        left = self._said.days
        with stopping() as stop, self._open() as here:
            try:
                with stop.softly(over.set):
                    while True:
                        life.next_day(here, self._said.moves, self._said.seed)
                        made = feeders.write_day(here, self._said.out)
                        read = take_in(here, self._said.into) if self._said.into else 0
                        count = sum(one.count for one in made)
                        print(
                            f"{here.today}　{len(made)}ファイル {count:,}件　取込 {read}",
                            flush=True,
                        )
                        left -= 1
                        if left == 0 or over.wait(self._said.every):
                            return DONE
            except Stopped:
                return DONE


def take_in(here: Municipality, folder: Path) -> int:
    """Read every whole file in ``folder``; it goes into ``read`` or ``refused`` below. How many
    were read."""
    count = 0
    for path in sorted(folder.glob("FILE-*.csv")):
        try:
            readers.read_file(here, path)
            place, count = TAKEN, count + 1
        except MadoguchiError as cause:
            print(f"{path.name}　{cause.message}", file=sys.stderr, flush=True)
            place = ASIDE
        (folder / place).mkdir(exist_ok=True)
        path.replace(folder / place / path.name)
    return count


def _parser() -> Parser:
    parser = Parser(
        "madoguchi peer municipality",
        description=in_words(
            "市区町村システムの代わり。run で動かし、ほかの命令は一つずつ行います。",
            "The municipal system: run lives day by day, the others do one step.",
        ),
    )
    commands = parser.add_subparsers(
        dest="command", required=True, title=in_words("命令", "commands"), metavar=command_name()
    )

    def command(name: str, *texts: str) -> Parser:
        text = in_words(*texts)
        made: Parser = commands.add_parser(name, help=text, description=text)
        where = in_words("市区町村システムのデータの場所", "the system's data directory")
        made.add_argument("--data", type=Path, required=True, metavar="DIR", help=where)
        return made

    _add_making(command)
    _add_steps(command)
    return parser


def _add_making(command: Callable[..., Parser]) -> None:
    init = command("init", "空のシステムを作る", "make an empty system")
    init.add_argument("--municipality", default="152994", metavar="NNNNNN")
    init.add_argument(
        "--charset",
        choices=tuple(CHARSETS),
        default=UTF_8.id,
        help=in_words("ファイルの文字コード", "character set of its files"),
    )
    init.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    load = command(
        "load", "住民を登録する（標準システムと同じ形）", "load residents from seed lines"
    )
    load.add_argument("file", type=Path)
    running = command("run", "一日ずつ動かす", "live day by day")
    running.add_argument("--out", type=Path, required=True, metavar="DIR")
    running.add_argument("--in", dest="into", type=Path, metavar="DIR")
    running.add_argument("--every", type=float, default=60.0, metavar="SECONDS")
    running.add_argument("--days", type=int, default=0, metavar="N")
    for one in (running, command("day", "次の業務日へ進める", "live one day")):
        one.add_argument("--moves", type=int, default=5, metavar="N")
        one.add_argument("--seed", type=int, default=0, metavar="N")


def _add_steps(command: Callable[..., Parser]) -> None:
    write = command("write", "ファイルを作る", "write files")
    write.add_argument("files", nargs="*", metavar="FILE-nn")
    write.add_argument("--out", type=Path, required=True, metavar="DIR")
    wrong = in_words("わざと誤る", "err on purpose")
    write.add_argument("--mistake", choices=tuple(Mistake), default="", help=wrong)
    read = command("read", "移出されたファイルを読む", "read what was moved out")
    read.add_argument("files", nargs="+", type=Path)
    layout = command(
        "national", "全国共通レイアウトのファイルを直す", "convert the national layout"
    )
    layout.add_argument("file_id", metavar="FILE-nn")
    layout.add_argument("file", type=Path)
    layout.add_argument("--out", type=Path, required=True, metavar="FILE")
    command("status", "業務日・件数・ファイルの記録", "day, counts, files")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
