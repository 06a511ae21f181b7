"""The command line: ``madoguchi --help``. One module per command does the work.

What is heavy (Qt, the peers, training) is imported by the command that needs it, by name: so
a headless command loads none of it, and the production bundle, which has neither peers nor
training nor the demonstration, says so instead of failing.
"""

from __future__ import annotations

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
from app.core.language import in_words
from app.core.log import keep_values_out
from app.core.shown import as_shown
from app.core.stopping import Stopped

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


def leave_no_core() -> None:
    """A crash writes no memory to disk: a core dump would hold what the store keeps sealed."""
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _demo(arguments: argparse.Namespace) -> int:
    leave_no_core()
    run = _late("app.demo.run:run_demo")
    return int(run(Path(arguments.out), persons=arguments.persons, window=arguments.window))


def _run(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.counter:run_counter")(_data(arguments)))


def _found(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.setting_up:found_terminal")(_data(arguments)))


def _recover(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.setting_up:recover_terminal")(_data(arguments)))


def _enrol(arguments: argparse.Namespace) -> int:
    leave_no_core()
    enrol = _late("app.start.setting_up:enrol_terminal")
    return int(enrol(_data(arguments), arguments.host, Path(arguments.ca)))


def _journal(arguments: argparse.Namespace) -> int:
    leave_no_core()
    return int(_late("app.start.setting_up:verify_journal")(_data(arguments), arguments.anchor))


def _peer(arguments: argparse.Namespace) -> int:
    return int(_late("app.peers.union.main:main")(arguments.arguments))


def _self_check(arguments: argparse.Namespace) -> int:
    from app.start.self_check import Level, Machine, self_check

    data = _data(arguments)
    machine = Machine(clock=SystemClock(), data=data if data.exists() else None)
    worst = DONE
    for finding in self_check(machine):
        print(f"{finding.level.value} {finding.subject}：{finding.text}", flush=True)
        worst = FAILED if finding.level is Level.FAILURE else worst
    return worst


def _screen_check(_: argparse.Namespace) -> int:
    print(_late("app.ui.base.screen_check:draw_one_screen")())
    return DONE


def _interface_book(_: argparse.Namespace) -> int:
    print(_late("app.wire.book:interface_book")(), end="")
    return DONE


def _manual(arguments: argparse.Namespace) -> int:
    from app.core.tables import load_tables, shipped_tables

    book = "permission_book" if arguments.table else "operators_manual"
    day = arguments.day or SystemClock().now().date()
    print(_late(f"app.start.manual:{book}")(day, load_tables(shipped_tables())), end="")
    return DONE


def _data(arguments: argparse.Namespace) -> Path:
    return Path(arguments.data) if arguments.data else default_data()


def parser() -> argparse.ArgumentParser:
    """Every command of the program."""
    top = argparse.ArgumentParser(
        prog="madoguchi",
        description="Counter terminal (窓口端末) for the late-stage elderly medical care system.",
        epilog=f"Data directory: --data, else ${DATA_VARIABLE}, else the account's own place.",
    )
    top.add_argument("--data", help="data directory of this terminal")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str, **more: Any) -> Any:
        added = commands.add_parser(name, help=text, description=text, **more)
        added.set_defaults(run=run)
        return added

    demo = command("demo", _demo, "training terminal; scripted where there is no display")
    demo.add_argument("--out", default="demo-out", help="where prints and pictures go")
    demo.add_argument("--persons", type=int, default=10_000, help="size of the municipality")
    demo.add_argument(
        "--window", choices=("auto", "yes", "no"), default="auto", help="open a window or script it"
    )
    command("run", _run, "open the counter's window")
    command("found", _found, "first start: two founders, their keys, recovery shares")
    command("recover", _recover, "two recovery shares and two supervisors open a lost terminal")
    enrol = command("enrol", _enrol, "ask the union for this terminal's certificate")
    enrol.add_argument("host", help="host of the union's standard system")
    enrol.add_argument("ca", help="file with the union's root certificate")
    peer = command("peer", _peer, "reference peers: madoguchi peer union …", add_help=False)
    peer.add_argument("name", choices=("union",))
    peer.add_argument("arguments", nargs=argparse.REMAINDER)
    command("self-check", _self_check, "does the program work on this machine, is the machine fit")
    journal = command("journal", _journal, "journal verify: prove the journal of operations")
    journal.add_argument("action", choices=("verify",))
    journal.add_argument("--anchor", default="", help="fingerprint of the genesis (union keeps it)")
    command("interface-book", _interface_book, "render the interface book (Markdown)")
    manual = command("manual", _manual, "render the operator's manual (Japanese, Markdown)")
    manual.add_argument(
        "--table", action="store_true", help="the permission table (対応表) instead"
    )
    manual.add_argument("--day", type=date.fromisoformat, help="roles as of this day (YYYY-MM-DD)")
    screen = commands.add_parser("screen-check")  # a part of self-check, in a process of its own
    screen.set_defaults(run=_screen_check)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 refused or failed (the reason on stderr), 2 wrong usage or
    not part of this program. Without ``argv`` it is the process's own command line."""
    if argv is None:
        keep_values_out()
    arguments = parser().parse_args(argv)
    look_less_often()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console may know less than our messages
            stream.reconfigure(errors="replace")
    try:
        return int(arguments.run(arguments))
    except MadoguchiError as error:
        return _tell(error.message, error.remedy, FAILED)
    except Stopped as stop:
        told = in_words(
            "途中で止められたため、終わりました。動かしたものは、すべて終了しました。",
            "Stopped. Everything that was started has been ended.",
        )
        return _tell(told, "", stop.code)
    except (EOFError, KeyboardInterrupt):
        return _tell("入力の途中で終わりました。", "はじめから実行し直してください。", FAILED)
    except Exception as error:  # whatever is left is ours: told without its text
        missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
        if missing.startswith(NOT_IN_PRODUCTION):
            told = "この命令は、研修用の命令です。本番用のプログラムには入っていません。"
            return _tell(told, "研修用のプログラムで実行してください。", NOT_HERE)
        _, message, remedy = as_shown(error, logging.getLogger("madoguchi"))
        return _tell(message, remedy, FAILED)


def _tell(message: str, remedy: str, code: int) -> int:
    with contextlib.suppress(OSError):  # a closed terminal hears nothing
        print(*filter(None, (message, remedy)), sep="\n", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
