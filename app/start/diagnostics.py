"""``madoguchi diagnostics``: one sealed file for whoever mends a fault, without personal data."""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.core.clock import Clock, SystemClock
from app.core.errors import EnvironmentFault
from app.core.log import LOG_NAME
from app.core.packet import Packet
from app.core.paths import Paths
from app.core.signs import plain
from app.core.tables import load_tables, shipped_tables
from app.core.version import VERSION
from app.functions.records import diagnosing
from app.functions.records.diagnosing import Handing
from app.security.authenticators.port import Authenticator
from app.security.keys.os_keyring import OsKeyring
from app.security.packets import check_folder, write_packet
from app.start.compose import Parts, make_parts
from app.start.self_check import Machine, self_check
from app.start.setting_up import Hands
from app.start.talk import Talk, keyboard, not_blank, real_authenticator, until_right

_KEPT_DAYS = 30


def make_diagnostics(
    data: Path,
    folder: Path,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
    *,
    closed: bool = False,
) -> int:
    """``madoguchi diagnostics [--folder DIR] [--closed]``.

    ``closed``: the store does not open, so nothing is counted and no ledger is written. Raises
    UserError ``packet.folder``, ``packet.exists`` before anything is asked, and what door, gate
    and ledger raise.
    """
    talk = talk or keyboard()
    clock = parts.clock if parts is not None else SystemClock()
    path = check_folder(folder, f"diagnostics-{clock.now():%Y%m%d-%H%M%S}")
    if closed:
        packet = _packet(path.name, Paths(data), clock, {})
        talk.say(
            "保存データを開かずに作ります。「委託先への引渡しの記録」に、あとで手で書いてください。"
        )
        _sealed(talk, path, packet)
        return 0
    parts = parts or make_parts(data, clock, OsKeyring)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        terminal = hands.terminal
        counted = diagnosing.count(terminal.gate, session, terminal.journal)
        packet = _packet(path.name, parts.paths, clock, counted)
        handing = Handing(
            until_right(talk, lambda: not_blank("渡す相手")(talk.ask("渡す相手（会社と担当者）"))),
            plain(talk.ask("エラー番号、または調べてほしいこと")) or "点検",
            clock.now().date() + timedelta(days=_KEPT_DAYS),
        )
        record = hands.carry_out(
            session,
            lambda: diagnosing.prepare(terminal.gate, session, packet, handing),
            lambda prepared, given: diagnosing.perform(terminal.gate, prepared, given),
        )
    finally:
        doorway.log_off(session)
    _sealed(talk, path, packet)
    talk.say(f"「委託先への引渡しの記録」{record} に書きました。返還・消去まで残ります。")
    return 0


def _sealed(talk: Talk, path: Path, packet: Packet) -> None:
    made = write_packet(path, packet)
    talk.say(
        f"診断資料を {made.path} に保存しました（{len(packet.files)}ファイル、個人の情報なし）。"
    )
    talk.say(f"開く合言葉： {made.words}")


def _packet(name: str, paths: Paths, clock: Clock, counted: dict[str, Any]) -> Packet:
    files = {
        "versions.json": _json(_versions()),
        "self-check.txt": _self_check(paths, clock),
        "counts.json": _json(counted),
    }
    for file in sorted(paths.log.glob(f"{LOG_NAME}*")) if paths.log.is_dir() else ():
        files[file.name] = _read(file)
    said = {"number": name.partition(".")[0], "made_at": clock.now().isoformat()}
    return Packet(said, files)


def _versions() -> dict[str, str]:
    return {
        "madoguchi": VERSION,
        "python": sys.version.split()[0],
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "sqlite": sqlite3.sqlite_version,
        "tables": load_tables(shipped_tables()).version,
        "today": date.today().isoformat(),  # noqa: DTZ011 - the machine's own day is meant
    }


def _self_check(paths: Paths, clock: Clock) -> bytes:
    found = self_check(Machine(clock=clock, data=paths.data if paths.data.exists() else None))
    # the words of a finding name places of this machine; the account's name may be in them
    lines = (f"{one.level.value} {one.subject}" for one in found)
    return ("\n".join(lines) + "\n").encode()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as cause:
        raise EnvironmentFault(
            "diagnostics.log",
            f"技術ログ {file.name} を読めません。",
            "この端末専用のOSアカウントで行ってください。",
        ) from cause


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
