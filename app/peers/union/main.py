"""``madoguchi peer union``: the reference standard system (標準システム) as a program.

``run`` starts it; everything else asks a running one and tells the answer in words (``--json``:
as the program gives it).
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.clock import SystemClock
from app.core.errors import MadoguchiError, UserError
from app.core.files import write_whole
from app.core.language import in_words
from app.core.log import keep_values_out
from app.core.progress import Progress
from app.core.tables import load_tables, shipped_tables
from app.core.usage import Parser, command_name
from app.peers.union.beyond import commands as beyond
from app.peers.union.client import OperatorClient
from app.peers.union.running import Options, certificate_of, serve
from app.peers.union.runs.kinds import RUNS
from app.peers.union.shown import as_words

_PLAIN = {
    "requests": "requests",
    "terminals": "terminals",
    "certificates": "certificates",
    "ended": "ended",
    "inquiries": "inquiries",
    "behave": "behave",
    "status": "status",
    "notifications": "notifications",
    "decisions": "decisions",
    "check-list": "check_list",
    "log": "log",
    "restores": "restores",
    "restored": "restored",
    "returned": "returned",
    "runs": "runs",
    "settlements": "settlements",
    "stopped": "stopped",
    "claims": "claims",
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
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        if isinstance(result, dict) and arguments.command == "status":
            result["certificate"] = str(certificate_of(arguments.data).resolve())
        if isinstance(result, int):
            result = {"count": result}
        tables = load_tables(shipped_tables())
        print(as_words(result, tables, SystemClock().now().date()))
    return 0


def _ask(client: OperatorClient, arguments: argparse.Namespace) -> object:
    command = arguments.command
    if command in _PLAIN:
        return client.act(_PLAIN[command])
    if command in beyond.COMMANDS:
        return beyond.ask(client, arguments)
    if command in ("load", "daily", "treatments"):
        content = arguments.file.read_bytes()
        if command != "daily":
            return client.act(command, body=content)
        return client.act("daily", {"municipality": arguments.municipality}, content)
    if command in ("confirm-run", "go-on"):
        return _work_off(client, command, arguments.id)
    if command == "table-package":
        return _table_package(client, arguments)
    named: dict[str, tuple[str, ...]] = {
        "approve": ("id",),
        "refuse": ("id", "note"),
        "withdraw": ("terminal",),
        "withdraw-site": ("municipality", "site"),
        "withdraw-certificate": ("fingerprint",),
        "fill-again": ("terminal",),
        "deliver": ("municipality",),
        "confirm-delivery": ("municipality",),
        "settle-birth": ("notification", "day"),
        "fault": ("kind", "route", "times", "seconds"),
        "clock": ("moment",),
        "confirm-restored": ("id",),
        "confirm-tables": ("number",),
        "let-go": ("id",),
        "discard": ("id",),
        "propose-run": ("kind", "municipality", "day"),
        "assess": ("notification", "standard", "paid"),
        "not-necessary": ("notification",),
        "unclaimed": ("municipality",),
        "came-back": ("notification",),
        "reckon-month": ("municipality", "month"),
    }
    if command == "tell-account":
        body = arguments.file.read_bytes() if arguments.file else b"{}"
        return client.act("tell_account", {"notification": arguments.notification}, body)
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


def _work_off(client: OperatorClient, command: str, run: str) -> object:
    """Begin a yearly run, or go on with it, until there is no more to do; how far it is stands
    on the error stream meanwhile."""
    if command == "confirm-run":
        client.confirm_run(run)
    progress = Progress()
    told = client.go_on(run)
    progress.begin(in_words("年次処理", "yearly run"), told["total"], in_words("人", " persons"))
    while not told["finished_at"]:
        progress.at(told["done"])
        shown = progress.shown()
        if shown is not None:
            print(shown.told, file=sys.stderr, flush=True)
        told = client.go_on(run)
    return told


def _table_package(client: OperatorClient, arguments: argparse.Namespace) -> object:
    """Sign the tables and write the package, whole or not at all."""
    try:
        contents = {file.stem: file.read_text(encoding="utf-8") for file in arguments.files}
    except (OSError, UnicodeDecodeError) as cause:
        raise UserError(
            "union.arguments",
            "表のファイルを読めません。",
            "UTF-8 の TOML のファイルを指定してください。",
        ) from cause
    values = {name: str(getattr(arguments, name)) for name in ("number", "title", "since")}
    answer = client.act("table_package", values, json.dumps(contents).encode())
    write_whole(arguments.out, base64.b64decode(answer["package"]))
    return None


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


def _parser() -> Parser:
    parser = Parser(
        "madoguchi peer union",
        description=in_words(
            "広域連合の標準システムの代わり。run で動かし、ほかの命令は動いているものに尋ねます。",
            "The reference standard system: run starts it, everything else asks a running one.",
        ),
    )
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        title=in_words("命令", "commands"),
        metavar=command_name(),
    )

    def command(name: str, *texts: str) -> Parser:
        text = in_words(*texts)
        made: Parser = commands.add_parser(name, help=text, description=text)
        where = in_words("標準システムのデータの場所", "the system's data directory")
        made.add_argument("--data", type=Path, required=True, metavar="DIR", help=where)
        if name != "run":
            who = in_words("操作者の名前（なければ初めの一人）", "operator (the first by default)")
            made.add_argument("--operator", default="", metavar="NAME", help=who)
            raw = in_words("プログラム用の形で出す", "answer for programs")
            made.add_argument("--json", action="store_true", help=raw)
        return made

    _add_run(command("run", "標準システムを動かす", "start the standard system"))
    _add_terminals(command)
    _add_tables(command)
    _add_cases(command)
    beyond.add(command)
    _add_training(command)
    return parser


_Command = Callable[..., Parser]


def _add_run(run: Parser) -> None:
    def option(name: str, default: str, *texts: str, **more: Any) -> None:
        run.add_argument(name, default=default, help=in_words(*texts), **more)

    option("--listen", "127.0.0.1", "端末を待つアドレス", "address to listen on", metavar="IP")
    port = in_words("端末を待つポート（0 は空いているもの）", "port (0: any free one)")
    run.add_argument("--port", type=int, default=0, metavar="N", help=port)
    option(
        "--hosts",
        "127.0.0.1,localhost",
        "証明書に書く名前（カンマで区切る）",
        "names in its certificate, separated by commas",
        metavar="NAMES",
    )
    option(
        "--database", "", "PostgreSQL の URL（なければ SQLite）", "PostgreSQL URL", metavar="URL"
    )
    option("--prefecture", "15", "都道府県の番号", "number of the prefecture", metavar="NN")
    option("--name", "見本県後期高齢者医療広域連合", "名称", "its name", metavar="NAME")
    option(
        "--operators",
        "研修操作者一,研修操作者二",
        "操作者の名前（カンマで区切る）",
        "operators' names, separated by commas",
        metavar="NAMES",
    )
    option(
        "--income-unknown",
        "",
        "所得が分からないときの扱い",
        "what is done when an income is unknown",
        choices=["", "post_later", "provisional"],
    )
    option(
        "--moment",
        "",
        "時計を合わせる日時（研修だけ）",
        "sets its clock (training)",
        metavar="TIME",
    )
    ends = in_words("標準入力が閉じたら終わる", "end when standard input is closed")
    run.add_argument("--until-input-ends", action="store_true", help=ends)


def _add_terminals(command: _Command) -> None:
    command("status", "名称・アドレス・証明書の場所", "name, address, where the certificate lies")
    command("requests", "端末の登録の申請", "enrolment requests")
    command(
        "approve", "申請を承認する（二人で一度ずつ）", "approve a request (both operators)"
    ).add_argument("id")
    refuse = command("refuse", "申請を却下する", "refuse a request")
    refuse.add_argument("id")
    refuse.add_argument("--note", default="", help=in_words("理由", "why"))
    command("terminals", "登録された端末", "enrolled terminals")
    command("withdraw", "端末の登録を取り消す", "withdraw a terminal").add_argument("terminal")
    whole = command(
        "withdraw-site", "拠点の端末すべての登録を取り消す", "withdraw every terminal of a site"
    )
    whole.add_argument("municipality", help=in_words("市区町村コード", "municipality code"))
    named = in_words("窓口の名前（terminals の一覧のとおり）", "the office's name, as listed")
    whole.add_argument("site", help=named)
    command("certificates", "端末の証明書の一覧", "certificates of the terminals")
    command("ended", "廃止された端末と消去証明書の控え", "terminals that ended, what they erased")
    command(
        "withdraw-certificate",
        "端末の証明書を１枚だけ失効にする（端末の登録は残る）",
        "withdraw one certificate; the terminal stays",
    ).add_argument(
        "fingerprint",
        help=in_words(
            "証明書の照合コード（certificates の一覧にある16進数）",
            "its fingerprint, as the list of certificates shows it",
        ),
    )
    command(
        "fill-again",
        "端末の初期登録を初めから送り直す",
        "give a terminal its first load once more",
    ).add_argument("terminal")
    command("log", "操作者の記録", "what operators did")
    command("restored", "データベースを復元したことを知らせる", "tell that the data were restored")
    command("restores", "気づいた復元と、その時点", "restores and the point they go to")
    command(
        "confirm-restored",
        "復元の時点を確かめる（二人で一度ずつ）",
        "confirm a restored point (both operators)",
    ).add_argument("id")
    command("returned", "復元後に端末から戻された決定", "decisions that terminals gave back")


def _add_tables(command: _Command) -> None:
    package = command(
        "table-package", "表のパッケージに署名する", "sign a package of tables for terminals"
    )
    tables = in_words("載せる表のファイル", "the tables that it carries")
    package.add_argument("files", type=Path, nargs="+", metavar="TOML", help=tables)
    number = in_words("号（前より大きい数）", "its number, larger than those before")
    package.add_argument("--number", type=int, required=True, metavar="N", help=number)
    title = in_words("件名", "what it is about")
    package.add_argument("--title", required=True, help=title)
    since = in_words("使い始める日の案", "the first day that is proposed")
    package.add_argument("--since", required=True, metavar="YYYY-MM-DD", help=since)
    out = in_words("書き出すファイル", "the file to write")
    package.add_argument("--out", type=Path, required=True, metavar="FILE", help=out)
    command(
        "confirm-tables",
        "署名した表で広域連合も決定する（署名した人とは別の操作者）",
        "let the union decide by a signed package (the other operator)",
    ).add_argument("number", help=in_words("パッケージの号", "the number of the package"))


def _add_cases(command: _Command) -> None:
    command("notifications", "届いた届出", "notifications")
    command("decisions", "決定", "decisions")
    command("check-list", "確認リスト", "check list")
    command("inquiries", "所得照会", "income inquiries")
    answer = command("answer", "所得照会に回答する", "answer an income inquiry")
    answer.add_argument("id")
    answer.add_argument("--taxed", action="store_true", help=in_words("住民税課税", "taxed"))
    zero = in_words("すべての所得が0円", "no income of any kind")
    answer.add_argument("--income-zero", action="store_true", help=zero)
    for name, *texts in (
        ("taxable-income", "課税所得（円）", "taxable income (yen)"),
        ("revenue", "収入（円）", "revenue (yen)"),
        ("pension-other", "年金収入とその他の所得（円）", "pension and other income (yen)"),
        ("base-income", "賦課のもととなる所得（円）", "base income (yen)"),
    ):
        answer.add_argument(
            f"--{name}", type=int, required=True, metavar="N", help=in_words(*texts)
        )
    birth = command("settle-birth", "不詳の生年月日を決める", "decide an unknown birth date")
    birth.add_argument("notification")
    birth.add_argument("day", metavar="YYYY-MM-DD")
    load = command("load", "空の標準システムに住民を取り込む", "load persons into an empty system")
    load.add_argument("file", type=Path)
    daily = command("daily", "住基情報を取り込む", "feed the resident register's daily file")
    daily.add_argument("municipality")
    daily.add_argument("file", type=Path)
    command("stopped", "確認を待つ住基情報", "resident files that wait for two operators")
    command(
        "let-go",
        "止めた住基情報を、そのまま取り込む（二人で一度ずつ）",
        "take a stopped file as it stands (both operators)",
    ).add_argument("id")
    command(
        "discard",
        "止めた住基情報を、取り込まないことにする（二人で一度ずつ）",
        "never take a stopped file (both operators)",
    ).add_argument("id")
    deliver = command("deliver", "配信を指示する（もう一人が確かめる）", "ask for a delivery")
    deliver.add_argument("municipality")
    confirm = command(
        "confirm-delivery",
        "指示された配信を確かめて行う",
        "let a delivery go, asked by another",
    )
    confirm.add_argument("municipality")
    _add_runs(command)
    _add_claims(command)


def _add_runs(command: _Command) -> None:
    run = command(
        "propose-run",
        "年次処理を指示する（もう一人が確かめて始める）",
        "ask for a yearly run (another operator begins it)",
    )
    kinds = in_words(
        "share: 8月1日の定期判定（負担割合・限度区分）、levy: 4月1日の当初賦課（保険料）",
        "share: judgement of 1 August, levy: premiums of 1 April",
    )
    run.add_argument("kind", choices=sorted(RUNS), help=kinds)
    code = in_words("市区町村コード", "municipality code")
    run.add_argument("municipality", help=code)
    day = in_words("この日から有効な判定にする", "the day from which it holds")
    run.add_argument("day", metavar="YYYY-MM-DD", help=day)
    command(
        "confirm-run",
        "指示された年次処理を確かめて始め、終わりまで行う",
        "begin a yearly run, asked by another, and work it off",
    ).add_argument("id")
    command(
        "go-on",
        "途中で止まった年次処理を、続きから終わりまで行う",
        "go on with a yearly run that stopped",
    ).add_argument("id")
    treated = command("treatments", "診療の一覧（レセプト）を取り込む", "take treatments in")
    treated.add_argument("file", type=Path)
    command("settlements", "負担割合の更正による還付と徴収", "refunds and bills of corrections")
    command("runs", "年次処理の一覧と進み具合", "yearly runs and how far they are")


def _add_claims(command: _Command) -> None:
    command("claims", "審査や口座の照会を待つ給付の申請", "claims that wait for an official")
    assess = command(
        "assess", "療養費の基準額を入れて決定する", "enter the assessed cost of a claim"
    )
    which = in_words("届出の番号（claims の一覧にある）", "the notification, as claims lists it")
    assess.add_argument("notification", help=which)
    assess.add_argument("standard", help=in_words("基準額（円）", "assessed cost, yen"))
    assess.add_argument("--paid", default="", help=in_words("支払った額（円）", "paid, yen"))
    command("not-necessary", "療養の必要を認めない", "find no need of the treatment").add_argument(
        "notification", help=which
    )
    told = command("tell-account", "公金受取口座の答えを入れる", "enter the account that was asked")
    told.add_argument("notification", help=which)
    told.add_argument("file", type=Path, nargs="?", help=in_words("口座（JSON）", "account (JSON)"))
    listed = command("unclaimed", "未請求の給付のリストを作って送る", "list unclaimed benefits")
    code = in_words("市区町村コード", "municipality code")
    listed.add_argument("municipality", help=code)
    back = command("came-back", "振込不能で戻った給付を記録する", "a transfer that came back")
    back.add_argument("notification", help=which)
    month = command("reckon-month", "高額療養費を計算する", "reckon a month's high-cost benefits")
    month.add_argument("municipality", help=code)
    month.add_argument("month", help=in_words("月の初日（2026-09-01）", "first of the month"))


def _add_training(command: _Command) -> None:
    fault = command("fault", "わざと不調にする（研修）", "misbehave (training)")
    fault.add_argument("kind")
    fault.add_argument("--route", default="*", help=in_words("どの通信か", "which route"))
    fault.add_argument("--times", type=int, default=1, help=in_words("回数", "how often"))
    seconds = in_words("遅らせる秒数", "seconds of delay")
    fault.add_argument("--seconds", type=float, default=0.0, help=seconds)
    command("behave", "不調をやめる（研修）", "behave again (training)")
    command("clock", "時計を合わせる（研修）", "set the clock (training)").add_argument("moment")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
