"""Sealed packets at the keyboard (封をした資料): the auditor's, and opening any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault
from app.functions.records.audit import service as audit
from app.functions.records.audit.sections import MachineLine
from app.functions.records.audit.service import Around
from app.security.authenticators.port import Authenticator
from app.security.entry.terminal import OpenTerminal
from app.security.keys.os_keyring import OsKeyring
from app.security.packets import check_folder, lay_out, open_packet
from app.start.auditing import union_word
from app.start.compose import Parts, make_parts
from app.start.self_check import Machine, self_check
from app.start.setting_up import Hands
from app.start.talk import Talk, keyboard, real_authenticator
from forms.fonts import load_fonts
from forms.press import Press
from forms.spool import NoPrinter


def around(parts: Parts, terminal: OpenTerminal) -> Around:
    """The machine and the union, as the packet asks for them."""

    def check() -> Iterator[MachineLine]:
        for found in self_check(Machine(clock=parts.clock, data=parts.paths.data)):
            yield MachineLine(found.level.value, found.subject, found.text)

    return Around(check, lambda: union_word(terminal, parts.clock))


def make_audit_packet(
    data: Path,
    days: tuple[date, date],
    folder: Path,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
) -> int:
    """``madoguchi audit-packet FIRST [--last DAY] [--folder DIR]``.

    Raises UserError ``audit.days``, ``packet.folder``, ``packet.exists`` before anybody logs in,
    and what the door and the gate raise.
    """
    talk = talk or keyboard()
    parts = parts or make_parts(data, SystemClock(), OsKeyring)
    audit.check_days(days, parts.clock.now().date())
    check_folder(folder, "audit")
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        terminal = hands.terminal
        drawing = Drawing(parts.tables, Press(load_fonts(), parts.tables), _training(parts))
        place = parts.installation.office
        desk = ListDesk(terminal.gate, session, drawing, NoPrinter(), place)
        steps = audit.gather(desk, terminal.journal, days, around(parts, terminal))
        while True:
            try:
                next(steps)
            except StopIteration as end:
                packet = end.value
                break
        made = hands.carry_out(
            session,
            lambda: audit.prepare_packet(desk, packet),
            lambda prepared, given: audit.perform_packet(desk, prepared, given, packet, folder),
        )
    finally:
        doorway.log_off(session)
    talk.say(f"監査資料を {made.path} に保存しました（{len(packet.files)}ファイル）。")
    talk.say(f"開く合言葉： {made.words}")
    talk.say("合言葉はいまだけ出ます。ファイルとは別の方法で、受け取る人に伝えてください。")
    return 0


def open_sealed(file: Path, folder: Path, talk: Talk | None = None) -> int:
    """``madoguchi open-packet FILE DIR``: the packet's files in a new folder, proved by its table
    of contents. Raises as ``app.security.packets``."""
    talk = talk or keyboard()
    if not file.is_file():
        raise EnvironmentFault(
            "packet.unreadable",
            f"{file} がありません。",
            "ファイルの場所を確かめてください。",
        )
    packet = open_packet(file, talk.secret("合言葉"))
    lay_out(packet, folder)
    talk.say(f"{len(packet.files)}ファイルを {folder} に置きました。すべて目録と合っています。")
    talk.say(f"目録の印（操作記録の書類の印と比べる）： {packet.digest.hex()}")
    return 0


def _training(parts: Parts) -> bool:
    return parts.installation.training
