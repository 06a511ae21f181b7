"""``madoguchi peer union``: the reference standard system (標準システム) as a program.

run        start it (``--data``); everything else asks a running one
requests, approve ID, refuse ID, terminals, withdraw TERMINAL
inquiries, answer ID --taxed … , settle-birth NOTIFICATION DAY
load FILE, daily MUNICIPALITY FILE, deliver MUNICIPALITY
fault KIND [--route R] [--times N] [--seconds S], behave, clock MOMENT
status, notifications, decisions, check-list, log
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from app.core.errors import MadoguchiError
from app.core.log import keep_values_out
from app.peers.union.client import OperatorClient
from app.peers.union.running import Options, serve

_PLAIN = {
    "requests": "requests",
    "terminals": "terminals",
    "inquiries": "inquiries",
    "behave": "behave",
    "status": "status",
    "notifications": "notifications",
    "decisions": "decisions",
    "check-list": "check_list",
    "log": "log",
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 done, 1 refused, 2 wrong usage). Without
    ``argv`` it is the process's own command line."""
    if argv is None:
        keep_values_out()
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "run":
            return serve(_options(arguments))
        with OperatorClient.of(arguments.data, arguments.operator) as client:
            result = _ask(client, arguments)
    except MadoguchiError as cause:
        print(f"{cause.message}\n{cause.remedy}", file=sys.stderr)
        return 1
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


def _ask(client: OperatorClient, arguments: argparse.Namespace) -> object:
    command = arguments.command
    if command in _PLAIN:
        return client.act(_PLAIN[command])
    if command in ("load", "daily"):
        content = arguments.file.read_bytes()
        if command == "load":
            return client.act("load", body=content)
        return client.act("daily", {"municipality": arguments.municipality}, content)
    named: dict[str, tuple[str, ...]] = {
        "approve": ("id",),
        "refuse": ("id", "note"),
        "withdraw": ("terminal",),
        "deliver": ("municipality",),
        "settle-birth": ("notification", "day"),
        "fault": ("kind", "route", "times", "seconds"),
        "clock": ("moment",),
    }
    if command == "answer":
        facts = {
            "taxed": arguments.taxed,
            "taxable_income": arguments.taxable_income,
            "revenue": arguments.revenue,
            "pension_other": arguments.pension_other,
            "base_income": arguments.base_income,
            "income_zero": arguments.income_zero,
        }
        return client.act("answer", {"id": arguments.id}, json.dumps(facts).encode())
    values = {name: str(getattr(arguments, name)) for name in named[command]}
    return client.act(command.replace("-", "_"), values)


def _options(arguments: argparse.Namespace) -> Options:
    return Options(
        data=arguments.data,
        database=arguments.database,
        prefecture=arguments.prefecture,
        name=arguments.name,
        hosts=tuple(arguments.hosts.split(",")),
        listen=arguments.listen,
        port=arguments.port,
        operators=tuple(arguments.operators.split(",")),
        income_unknown=arguments.income_unknown,
        moment=arguments.moment,
        until_input_ends=arguments.until_input_ends,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("madoguchi peer union", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name)
        made.add_argument("--data", type=Path, required=True, help="データのフォルダー")
        if name != "run":
            made.add_argument("--operator", default="", help="操作者の名前（初めの一人が既定）")
        return made

    run = command("run")
    run.add_argument("--database", default="", help="PostgreSQL の URL（なければ SQLite）")
    run.add_argument("--prefecture", default="15")
    run.add_argument("--name", default="見本県後期高齢者医療広域連合")
    run.add_argument("--hosts", default="127.0.0.1,localhost")
    run.add_argument("--listen", default="127.0.0.1", help="端末を待つアドレス")
    run.add_argument("--port", type=int, default=0, help="端末を待つポート（0: 空いているもの）")
    run.add_argument("--operators", default="研修操作者一,研修操作者二")
    run.add_argument("--income-unknown", default="", choices=["", "post_later", "provisional"])
    run.add_argument("--moment", default="", help="時計を合わせる日時（研修だけ）")
    run.add_argument("--until-input-ends", action="store_true")
    for name in _PLAIN:
        command(name)
    command("approve").add_argument("id")
    refuse = command("refuse")
    refuse.add_argument("id")
    refuse.add_argument("--note", default="")
    command("withdraw").add_argument("terminal")
    command("deliver").add_argument("municipality")
    birth = command("settle-birth")
    birth.add_argument("notification")
    birth.add_argument("day")
    command("load").add_argument("file", type=Path)
    daily = command("daily")
    daily.add_argument("municipality")
    daily.add_argument("file", type=Path)
    fault = command("fault")
    fault.add_argument("kind")
    fault.add_argument("--route", default="*")
    fault.add_argument("--times", type=int, default=1)
    fault.add_argument("--seconds", type=float, default=0.0)
    command("clock").add_argument("moment")
    answer = command("answer")
    answer.add_argument("id")
    answer.add_argument("--taxed", action="store_true")
    answer.add_argument("--income-zero", action="store_true")
    for name in ("taxable-income", "revenue", "pension-other", "base-income"):
        answer.add_argument(f"--{name}", type=int, required=True)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
