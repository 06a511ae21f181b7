"""``madoguchi relay``: order, withdraw, run, status."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from pathlib import Path

from app.core.clock import Clock, SystemClock
from app.core.files import write_whole
from app.core.language import in_words
from app.core.place import refuse_place
from app.core.stopping import Stopped, stopping
from app.core.usage import Parser, command_name
from app.functions.files import relay_order
from app.functions.files.media_acts import read_courier_card
from app.functions.files.relay_order import Ordering
from app.relay import opening
from app.relay.service import Relay, Rhythm, told_status, waiting_of
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_day
from app.security.authenticators.port import Authenticator
from app.security.keys.os_keyring import OsKeyring
from app.start.compose import Parts, make_parts
from app.start.setting_up import Hands
from app.start.talk import Talk, keyboard, real_authenticator

DONE, FAILED = 0, 1
RELAY_CARD = "relay.card"


def main(argv: list[str], data: Path) -> int:
    """One command of ``madoguchi relay``. Raises what it raises, SystemExit for wrong usage."""
    arguments = _parser().parse_args(["--help"] if argv in ([], ["help"]) else argv)
    chosen: Callable[[argparse.Namespace, Path], int] = {
        "order": _order,
        "withdraw": _withdraw,
        "run": _run,
        "status": _status,
    }[arguments.act]
    return chosen(arguments, data)


def order(
    arguments: argparse.Namespace,
    parts: Parts,
    talk: Talk,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
) -> int:
    """Two persons give the order; the relay's card lies in the watched folder, the machine key in
    the file that was named. Raises what ``relay_order`` raises."""
    card, _, digits = read_courier_card(arguments.courier)
    talk.say(f"受渡担当の照合コード： {digits}")
    last = parse_day(arguments.until, Eras(parts.tables["eras"]))
    asked = Ordering(
        tuple(arguments.up),
        tuple(arguments.down),
        last.isoformat(),
        str(arguments.folder.resolve()),
        arguments.reason,
        card,
    )
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        gate, today = hands.terminal.gate, parts.clock.now().date()
        given, own = hands.carry_out(
            session,
            lambda: relay_order.prepare_order(gate, session, asked, today),
            lambda prepared, approvals: relay_order.perform_order(gate, prepared, approvals),
        )
        arguments.folder.mkdir(parents=True, exist_ok=True)
        write_whole(arguments.folder / RELAY_CARD, own)
        key = opening.give_key(parts.paths, hands.terminal.access.data_key)
        write_whole(arguments.key_to, key.encode("ascii"))
    finally:
        doorway.log_off(session)
    talk.say(f"指示 {given.id}：{given.valid_to.isoformat()} まで。")
    talk.say(f"中継の名刺： {arguments.folder / RELAY_CARD}")
    talk.say(f"中継の鍵： {arguments.key_to}（サービスに渡したら消してください）")
    return DONE


def withdraw(
    parts: Parts,
    talk: Talk,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
) -> int:
    """One person ends the order; the machine key opens nothing any more."""
    opening.take_key_back(parts.paths)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        gate = hands.terminal.gate
        ended = hands.carry_out(
            session,
            lambda: relay_order.prepare_withdraw(gate, session),
            lambda prepared, approvals: relay_order.perform_withdraw(gate, prepared, approvals),
        )
    finally:
        doorway.log_off(session)
    talk.say("取りやめました。" if ended else "取りやめる指示はありませんでした。")
    return DONE


def run(parts: Parts, key: bytes, seconds: float, *, rounds: int = 0) -> int:
    """Work until a signal asks for the end (0 then); ``rounds``: so many and no more."""
    over = threading.Event()
    left = [rounds]

    def wait(pause: float) -> bool:
        left[0] -= 1
        return left[0] == 0 or waiting_of(over)(pause)

    with stopping() as stop, opening.opened(parts, key) as relay:
        service = Relay(parts, relay, Rhythm(seconds, wait, time.time))

        def end() -> None:
            over.set()
            service.engine.close()

        try:
            with stop.softly(end):
                service.run()
        except Stopped:
            return DONE
    return DONE


def _order(arguments: argparse.Namespace, data: Path) -> int:
    return order(arguments, _parts(data), keyboard())


def _withdraw(_arguments: argparse.Namespace, data: Path) -> int:
    return withdraw(_parts(data), keyboard())


def _run(arguments: argparse.Namespace, data: Path) -> int:
    key = opening.machine_key(arguments.key)
    return run(_parts(data), key, arguments.every, rounds=arguments.rounds)


def _status(_arguments: argparse.Namespace, data: Path, clock: Clock | None = None) -> int:
    lines, well = told_status(data, (clock or SystemClock()).now())
    for line in lines:
        print(line)
    return DONE if well else FAILED


def _parts(data: Path) -> Parts:
    refuse_place(data)
    return make_parts(data, SystemClock(), OsKeyring)


def _parser() -> Parser:
    parser = Parser(
        prog="madoguchi relay",
        description=in_words(
            "人のいない中継。封をしたままのファイルを、常時の指示のとおりに送り受けします。",
            "The unattended relay: carries sealed files as its standing order says.",
        ),
    )
    commands = parser.add_subparsers(
        dest="act", required=True, title=in_words("命令", "commands"), metavar=command_name()
    )

    def command(name: str, *texts: str) -> Parser:
        text = in_words(*texts)
        made: Parser = commands.add_parser(name, help=text, description=text)
        return made

    given = command(
        "order", "二人で常時の指示をする（一年まで）", "give the standing order, by two"
    )
    given.add_argument("--up", nargs="*", default=[], metavar="FILE-nn")
    given.add_argument("--down", nargs="*", default=[], metavar="FILE-nn")
    last = in_words("いつまで（R9.3.31 のように）", "the last day")
    given.add_argument("--until", required=True, metavar="DAY", help=last)
    given.add_argument("--reason", default="自動連携", metavar="TEXT")
    given.add_argument("--folder", type=Path, required=True, metavar="DIR")
    given.add_argument("--courier", type=Path, required=True, metavar="CARD")
    given.add_argument("--key-to", type=Path, required=True, metavar="FILE")
    command("withdraw", "指示を取りやめる", "take the order back")
    running = command("run", "中継を動かす（サービスが呼びます）", "run it (as the service does)")
    running.add_argument("--key", type=Path, metavar="FILE")
    running.add_argument("--every", type=float, default=60.0, metavar="SECONDS")
    running.add_argument("--rounds", type=int, default=0, metavar="N")
    command("status", "中継の状態を見る", "how the relay stands")
    return parser
