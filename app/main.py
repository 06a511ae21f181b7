"""The command line: ``madoguchi --help``. One module per command does the work.

What is heavy (Qt, the peers, training) is imported by the command that needs it, by name: so
a headless command loads none of it, and the production bundle, which has neither peers nor
training nor the demonstration, says so instead of failing.
"""

# ruff: noqa: E402 - what is imported below obeys variables that must be gone by then
from __future__ import annotations

from app.core import surroundings

surroundings.clear()

import argparse
import contextlib
import importlib
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.core.clock import SystemClock
from app.core.collector import look_less_often
from app.core.errors import MadoguchiError
from app.core.language import VARIABLE, in_words
from app.core.log import keep_values_out
from app.core.paths import Paths
from app.core.process import leave_no_core
from app.core.shown import as_shown
from app.core.stopping import Stopped
from app.core.usage import LANGUAGES, Parser, command_name, without_language
from app.core.version import VERSION

DATA_VARIABLE = "MADOGUCHI_DATA"
DONE, FAILED, NOT_HERE = 0, 1, 2
NOT_IN_PRODUCTION = ("app.demo", "app.peers", "app.training")
"""What the production bundle leaves out (DESIGN 8); ``build.spec`` takes the list from here."""


def default_data() -> Path:
    """The terminal's data directory: the variable, else the account's own place."""
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "Madoguchi"
    else:  # noqa: RET505 - the branches are told apart by platform
        return Path.home() / ".local" / "share" / "madoguchi"


def _late(place: str) -> Callable[..., Any]:
    """The function at ``"module:name"``, imported now."""
    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _demo(arguments: argparse.Namespace) -> int:
    leave_no_core()
    run = _late("app.demo.run:run_demo")
    return int(run(Path(arguments.out), persons=arguments.persons, window=arguments.window))


def _run(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.running:run_counter")(_data(arguments)))


def _found(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.founding:found_terminal")(_data(arguments)))


def _recover(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.setting_up:recover_terminal")(_data(arguments)))


def _restore(arguments: argparse.Namespace) -> int:
    leave_no_core()
    if arguments.list:
        return int(_late("app.start.setting_up:list_backups_of")(_data(arguments)))
    if arguments.drill:
        return int(_late("app.start.setting_up:drill_backup")(_data(arguments), arguments.name))
    restore = _late("app.start.setting_up:restore_terminal")
    return int(restore(_data(arguments), arguments.name))


def _decommission(arguments: argparse.Namespace) -> int:
    leave_no_core()
    end = _late("app.start.decommission:decommission")
    return int(end(_data(arguments), alone=arguments.no_line))


def _enrol(arguments: argparse.Namespace) -> int:
    leave_no_core()
    enrol = _late("app.start.setting_up:enrol_terminal")
    courier = Path(arguments.courier) if arguments.courier else None
    return int(enrol(_data(arguments), arguments.host, Path(arguments.ca), courier=courier))


def _journal(arguments: argparse.Namespace) -> int:
    leave_no_core()
    data, file = _data(arguments), arguments.file
    if arguments.action == "verify" and not file:
        return int(_late("app.start.auditing:verify_journal")(data, arguments.anchor))
    if arguments.action == "export" and file:
        control = arguments.control
        return int(_late("app.start.auditing:export_journal")(data, Path(file), control=control))
    arguments.wrong(
        in_words(
            "export には書き出すファイル名が要り、verify には要りません",
            "export needs a file name, verify takes none",
        )
    )
    return NOT_HERE


def _audit_packet(arguments: argparse.Namespace) -> int:
    leave_no_core()
    make = _late("app.start.packets:make_audit_packet")
    days = (arguments.first, arguments.last or SystemClock().now().date())
    return int(make(_data(arguments), days, arguments.folder))


def _diagnostics(arguments: argparse.Namespace) -> int:
    leave_no_core()
    make = _late("app.start.diagnostics:make_diagnostics")
    return int(make(_data(arguments), arguments.folder, closed=arguments.closed))


def _open_packet(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.packets:open_sealed")(arguments.file, arguments.folder))


def _peer(arguments: argparse.Namespace) -> int:
    if arguments.name is None:
        print(arguments.usage(), end="")
        return DONE
    return int(_late(f"app.peers.{arguments.name}.main:main")(arguments.arguments))


def _courier(arguments: argparse.Namespace) -> int:
    leave_no_core()
    home = Path(arguments.data) if arguments.data else default_data().with_name("courier")
    return int(_late("app.courier.main:main")(arguments.arguments, home))


def _relay(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.relay.main:main")(arguments.arguments, _data(arguments)))


def _self_check(arguments: argparse.Namespace) -> int:
    from app.start.self_check import Level, Machine, self_check

    data = _data(arguments)
    there = data.exists()
    machine = Machine(
        clock=SystemClock(), data=data if there else None, data_would_lie=None if there else data
    )
    worst = DONE
    for finding in self_check(machine):
        print(finding.line, flush=True)
        worst = FAILED if finding.level is Level.FAILURE else worst
    return worst


def _screen_check(_: argparse.Namespace) -> int:
    print(_late("app.ui.base.screen_check:draw_one_screen")())
    return DONE


def _print_sheet(arguments: argparse.Namespace) -> int:
    leave_no_core()
    printed = _late("forms.windows_spool:print_sheet")
    return int(printed(arguments.queue, arguments.number, arguments.tray))


def _interface_book(arguments: argparse.Namespace) -> int:
    book = _late("app.wire.book:interface_book")()
    if arguments.html is None and arguments.pdf is None:
        print(book, end="")
        return DONE
    font = _late("forms.fonts:load_fonts")().chain("gothic")[0].spec.path.read_bytes()
    _late("app.ui.base.book_pages:write_pages")(
        book, "外部インタフェース仕様書", font, html=arguments.html, pdf=arguments.pdf
    )
    return DONE


def _manual(arguments: argparse.Namespace) -> int:
    from app.core.tables import load_tables, shipped_tables

    book = "app.start.manual:operators_manual"
    if arguments.table:
        book = "app.start.manual:permission_book"
    elif arguments.cases:
        book = "app.start.cases_book:cases_book"
    day = arguments.day or SystemClock().now().date()
    print(_late(book)(day, load_tables(shipped_tables())), end="")
    return DONE


def _data(arguments: argparse.Namespace) -> Path:
    return Path(arguments.data) if arguments.data else default_data()


def next_steps(data: Path) -> str:
    """What to do next on this machine, for who gave no command."""
    if Paths(data).settings.exists():
        state = in_words(
            f"この端末は初期設定されています（{data}）。",
            f"This terminal is founded ({data}).",
        )
        steps = [
            ("madoguchi run", "窓口の画面を開く", "open the counter's window"),
            (
                "madoguchi enrol HOST CA",
                "広域連合への登録がまだなら、登録する",
                "enrol it with the union, if it is not yet",
            ),
        ]
    else:
        state = in_words(
            f"この端末は、まだ初期設定されていません（{data}）。",
            f"This terminal is not founded yet ({data}).",
        )
        steps = [
            ("madoguchi demo", "研修の端末で試す", "try it on a training terminal"),
            (
                "madoguchi found",
                "本番の端末を初期設定する（責任者二人とキー二つ）",
                "found a real terminal (two supervisors, two keys)",
            ),
        ]
    steps.append(("madoguchi --help", "すべての命令", "all commands"))
    lines = [f"  {command:<26}{in_words(*texts)}" for command, *texts in steps]
    head = in_words("次にできること：", "What to do next:")
    return "\n".join([state, head, *lines])


def parser() -> Parser:
    """Every command of the program, in the language that is asked for."""
    top = Parser(
        prog="madoguchi",
        description=in_words(
            "後期高齢者医療制度の窓口端末",
            "Counter terminal (窓口端末) for the late-stage elderly medical care system",
        ),
        epilog=in_words(
            f"データの場所は --data、なければ環境変数 {DATA_VARIABLE}、"
            "なければアカウントの決まった場所です。",
            f"Data directory: --data, else ${DATA_VARIABLE}, else the account's own place",
        ),
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"madoguchi {VERSION}",
        help=in_words("版", "version"),
    )
    language = in_words("言葉（en は英語）", "language (ja: Japanese, the default)")
    top.add_argument("--lang", choices=LANGUAGES, help=language)
    place = in_words("この端末のデータの場所", "data directory of this terminal")
    top.add_argument("--data", metavar="DIR", help=place)
    commands = top.add_subparsers(
        dest="command", title=in_words("命令", "commands"), metavar=command_name()
    )

    def command(name: str, run: Callable[[argparse.Namespace], int], *texts: str) -> Parser:
        text = in_words(*texts)
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    _add_training(command)
    _add_terminal(command)
    _add_books(command)
    screen = commands.add_parser("screen-check")  # a part of self-check, in a process of its own
    screen.set_defaults(run=_screen_check)
    sheet = commands.add_parser("print-sheet")  # what the counter prints by, on Windows
    for option in ("--queue", "--number", "--tray"):
        sheet.add_argument(option, default="")
    sheet.set_defaults(run=_print_sheet)
    return top


def _add_training(command: Callable[..., Parser]) -> None:
    demo = command(
        "demo",
        _demo,
        "研修の端末（画面のないところでは台本どおりに動かす）",
        "training terminal; scripted where there is no display",
    )
    demo.add_argument(
        "--out",
        metavar="DIR",
        default="demo-out",
        help=in_words("印刷物と画面の絵を置く場所", "where prints and pictures go"),
    )
    demo.add_argument(
        "--persons",
        metavar="N",
        type=int,
        default=10_000,
        help=in_words("住民の人数（10000）", "size of the municipality (10000)"),
    )
    demo.add_argument(
        "--window",
        choices=("auto", "yes", "no"),
        default="auto",
        help=in_words("画面を開くか、台本で動かすか", "open a window or script it"),
    )
    peer = command(
        "peer",
        _peer,
        "相手方のシステムの代わり（peer union、municipality、intermediary の --help）",
        "the other side's reference systems (peer union, municipality, intermediary --help)",
    )
    name = in_words(
        "union：広域連合の標準システム、municipality：市区町村システム",
        "union: the union's standard system; municipality: the municipal system",
    )
    peers = ("union", "municipality", "intermediary")
    peer.add_argument("name", nargs="?", choices=peers, metavar="NAME", help=name)
    rest = in_words("NAME --help で見られます", "see NAME --help")
    peer.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help=rest)
    peer.set_defaults(usage=peer.format_help)


def _add_journal(command: Callable[..., Parser]) -> None:
    journal = command(
        "journal", _journal, "操作記録を検証する・書き出す", "prove or export the journal"
    )
    verify = in_words(
        "verify：検証する。export：外部の人が検証できる形で書き出す（個人の情報なし）",
        "verify: prove it; export: write it for a proof by others, without personal data",
    )
    journal.add_argument(
        "action", choices=("verify", "export"), metavar="verify|export", help=verify
    )
    file = in_words("export の書き出し先（まだないファイル）", "export to this file, not there yet")
    journal.add_argument("file", nargs="?", default="", metavar="FILE", help=file)
    journal.set_defaults(wrong=journal.error)
    journal.add_argument(
        "--anchor",
        metavar="MARK",
        default="",
        help=in_words(
            "初期設定のときに控えた照合コード、または「行番号:64桁」の印と照らし合わせる",
            "compare with the genesis' fingerprint, or with a head as number:hash",
        ),
    )
    journal.add_argument(
        "--control",
        action="store_true",
        help=in_words(
            "export に権限の手続きの記録（制御ログ）も入れる（職員の氏名と職を含む）",
            "export the control log too, which names staff",
        ),
    )


def _add_packets(command: Callable[..., Parser]) -> None:
    audit = command(
        "audit-packet",
        _audit_packet,
        "期間の監査資料を集め、封をしたファイルにする",
        "gather a period's evidence for an auditor into one sealed file",
    )
    first = in_words("期間の始まり", "first day of the period")
    audit.add_argument("first", metavar="YYYY-MM-DD", type=date.fromisoformat, help=first)
    last = in_words("期間の終わり（なければきょう）", "last day (today by default)")
    audit.add_argument("--last", metavar="YYYY-MM-DD", type=date.fromisoformat, help=last)
    folder = in_words("保存先のフォルダー", "folder to write it into")
    audit.add_argument("--folder", metavar="DIR", type=Path, default=Path.cwd(), help=folder)
    told = command(
        "diagnostics",
        _diagnostics,
        "エラー番号を調べる人に渡す診断資料を作る（個人の情報なし）",
        "seal what helps to find a fault, without personal data",
    )
    told.add_argument("--folder", metavar="DIR", type=Path, default=Path.cwd(), help=folder)
    closed = in_words("保存データが開けない（件数と台帳の記入なし）", "the store does not open")
    told.add_argument("--closed", action="store_true", help=closed)
    opened = command(
        "open-packet",
        _open_packet,
        "封をした資料を合言葉で開き、目録と照らし合わせる",
        "open a sealed packet by its words and prove its contents",
    )
    sealed = in_words("封をしたファイル（.zip.age）", "the sealed file (.zip.age)")
    opened.add_argument("file", metavar="FILE", type=Path, help=sealed)
    target = in_words("中身を置く、まだないフォルダー", "new folder for what is in it")
    opened.add_argument("folder", metavar="DIR", type=Path, help=target)


def _add_unattended(command: Callable[..., Parser]) -> None:
    relay = command(
        "relay",
        _relay,
        "人のいない中継を動かす（relay help で見られます）",
        "the unattended relay (see relay help)",
    )
    more = in_words("relay help で見られます", "see relay help")
    relay.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help=more)
    courier = command(
        "courier",
        _courier,
        "市区町村システムの側で、二人で封をし、開ける（courier help で見られます）",
        "seal and open at the municipal system's side, by two (see courier help)",
    )
    rest = in_words("courier help で見られます", "see courier help")
    courier.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help=rest)


def _add_terminal(command: Callable[..., Parser]) -> None:
    command(
        "found",
        _found,
        "初期設定（責任者二人、キー、復旧鍵の控え）",
        "first start: two founders, their keys, recovery shares",
    )
    enrol = command(
        "enrol", _enrol, "広域連合にこの端末を登録する", "enrol this terminal with the union"
    )
    host = in_words("標準システムのアドレス（名前:ポート）", "the standard system's host:port")
    enrol.add_argument("host", metavar="HOST", help=host)
    certificate = in_words(
        "広域連合から受け取った証明書のファイル", "file with the union's root certificate"
    )
    enrol.add_argument("ca", metavar="CA", help=certificate)
    card = in_words("中継の登録：受渡担当の名刺のファイル", "for a relay: the courier's card")
    enrol.add_argument("--courier", metavar="CARD", default="", help=card)
    command("run", _run, "窓口の画面を開く", "open the counter's window")
    command(
        "recover",
        _recover,
        "復旧鍵の控え2枚と責任者二人で、開けなくなった端末を開く",
        "two recovery shares and two supervisors open a lost terminal",
    )
    restore = command(
        "restore",
        _restore,
        "バックアップを元に戻す（復旧鍵の控え2枚と責任者二人）",
        "put a backup back (two recovery shares and two supervisors)",
    )
    which = in_words(
        "バックアップのフォルダー（なければ、いちばん新しいもの）",
        "the backup's folder (the newest where none is named)",
    )
    restore.add_argument("name", nargs="?", default="", metavar="BACKUP", help=which)
    listed = in_words("選べるバックアップを並べるだけ", "only list the backups there are")
    restore.add_argument("--list", action="store_true", help=listed)
    drilled = in_words(
        "訓練：いまの保存データに触れずに、元に戻せることを確かめる",
        "drill: prove that it comes back, without touching the live store",
    )
    restore.add_argument("--drill", action="store_true", help=drilled)
    end = command(
        "decommission",
        _decommission,
        "この端末を廃止し、すべて消去して消去証明書を印刷する（管理者と責任者）",
        "end this terminal: erase everything, print the certificate of erasure",
    )
    no_line = in_words("広域連合との回線がもう使えない", "the line to the union is gone for good")
    end.add_argument("--no-line", action="store_true", help=no_line)
    _add_journal(command)
    _add_packets(command)
    _add_unattended(command)
    command(
        "self-check",
        _self_check,
        "プログラムと、この機械の状態を確かめる",
        "does the program work on this machine, is the machine fit",
    )


def _add_books(command: Callable[..., Parser]) -> None:
    book = command(
        "interface-book",
        _interface_book,
        "連携ファイルの仕様書を書き出す（Markdown・HTML・PDF）",
        "write the interface book (Markdown, HTML, PDF)",
    )
    for form in ("html", "pdf"):
        words = in_words(f"{form.upper()} を書き出すファイル", f"write {form.upper()} into a file")
        book.add_argument(f"--{form}", type=Path, default=None, metavar="FILE", help=words)
    manual = command(
        "manual",
        _manual,
        "操作手引を書き出す（Markdown）",
        "write the operator's manual (Japanese, Markdown)",
    )
    table = in_words("手引の代わりに対応表を書き出す", "the permission table (対応表) instead")
    manual.add_argument("--table", action="store_true", help=table)
    kinds = in_words("手引の代わりに届出・申請の種別を書き出す", "the kinds of case instead")
    manual.add_argument("--cases", action="store_true", help=kinds)
    manual.add_argument(
        "--day",
        metavar="YYYY-MM-DD",
        type=date.fromisoformat,
        help=in_words("この日の権限で書く", "roles as of this day"),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 refused or failed (the reason on stderr), 2 wrong usage or
    not part of this program, 128 and the signal's number when a signal ended it. Without
    ``argv`` it is the process's own command line."""
    if argv is None:
        _draw_for_another()
        keep_values_out()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console may know less than our messages
            stream.reconfigure(errors="replace")
    language, rest = without_language(list(sys.argv[1:] if argv is None else argv))
    if language:
        os.environ[VARIABLE] = language
    arguments = parser().parse_args(rest)
    if arguments.command is None:
        print(next_steps(_data(arguments)))
        return DONE
    look_less_often()
    return _told(lambda: int(arguments.run(arguments)))


def _draw_for_another() -> None:
    """The bundle starts itself for each process that draws a batch: such a one never comes back
    from here. Without this every one of them would open the program once more."""
    if getattr(sys, "frozen", False):
        from multiprocessing import freeze_support

        freeze_support()


def _told(run: Callable[[], int]) -> int:
    """The code of ``run``; what it raises is told on stderr."""
    try:
        return run()
    except MadoguchiError as error:
        return _tell(error.message, error.remedy, FAILED)
    except Stopped as stop:
        told = in_words(
            "途中で止められたため、終わりました。動かしたものは、すべて終了しました。",
            "Stopped. Everything that was started has been ended.",
        )
        return _tell(told, "", stop.code)
    except (EOFError, KeyboardInterrupt):
        return _tell(
            in_words("入力の途中で終わりました。", "The input ended half-way."),
            in_words("はじめから実行し直してください。", "Run the command again."),
            FAILED,
        )
    except Exception as error:  # whatever is left is ours: told without its text
        missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
        if missing.startswith(NOT_IN_PRODUCTION):
            return _tell(
                in_words(
                    "この命令は、研修用の命令です。本番用のプログラムには入っていません。",
                    "This command is for training and not part of the production program.",
                ),
                in_words("研修用のプログラムで実行してください。", "Use the training program."),
                NOT_HERE,
            )
        _, message, remedy = as_shown(error, logging.getLogger("madoguchi"))
        return _tell(message, remedy, FAILED)


def _tell(message: str, remedy: str, code: int) -> int:
    with contextlib.suppress(OSError):  # a closed terminal hears nothing
        print(*filter(None, (message, remedy)), sep="\n", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
