"""The journal from the outside (操作記録の検証): proved at the keyboard, and exported for a proof
by somebody else (docs/auditing.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.clock import Clock, SystemClock
from app.core.errors import MadoguchiError, UserError
from app.core.files import whole_file
from app.functions.records import service as records
from app.security.authenticators.port import Authenticator
from app.security.authenticators.verify import verify_assertion
from app.security.entry.terminal import OpenTerminal
from app.security.journal.findings import UNCHECKED, Report, UnionWord, read_anchor
from app.security.keys.os_keyring import OsKeyring
from app.security.staff.session import Session
from app.start.compose import Parts, make_parts
from app.start.setting_up import Hands
from app.start.talk import Talk, keyboard, real_authenticator
from app.sync.terminal_keys import read_keys
from app.sync.transport import open_line
from app.sync.work import EXCHANGE


def verify_journal(
    data: Path,
    anchor: str,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
) -> int:
    """``madoguchi journal verify [--anchor MARK]``: prove chain, signatures and heads, and ask
    the union for its last head while it can be reached.

    ``anchor`` is the fingerprint that the founders wrote down and the union keeps, or a head as
    ``number:hash``. 0 when the journal is whole and is the anchor's, 1 with the findings else.
    Raises UserError ``journal.anchor`` before anybody logs in, and what the door raises.
    """
    talk = talk or keyboard()
    mark = read_anchor(anchor) if anchor.strip() else None
    with _auditor(data, talk, parts, authenticator_of) as here:
        report = records.verify_journal(
            here.terminal.gate,
            here.session,
            here.terminal.journal,
            verify_assertion,
            anchor=mark,
            union=here.union,
        )
    for sentence in told(report):
        talk.say(sentence)
    return 0 if report.whole else 1


def export_journal(
    data: Path,
    target: Path,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
    *,
    control: bool = False,
) -> int:
    """``madoguchi journal export FILE [--control]``: lines, signatures and public keys, without
    personal data; with ``--control`` the rows of the control log too, which name staff.

    Raises UserError ``export.exists`` before anybody logs in when the file is there, and
    EnvironmentFault ``disk.*``; a file that could not be written whole is taken away.
    """
    talk = talk or keyboard()
    if target.exists():
        raise UserError(
            "export.exists",
            f"書き出し先 {target.name} は、すでにあります。",
            "別の名前を指定してください。前のファイルは変えていません。",
        )
    with _auditor(data, talk, parts, authenticator_of) as here, whole_file(target) as out:

        def write(text: str) -> None:
            out(text.encode() + b"\n")

        lines = records.export_journal(
            here.terminal.gate,
            here.session,
            here.terminal.journal,
            here.clock,
            here.union,
            write,
            control=control,
        )
    what = "制御ログの職員の氏名と職を含みます。" if control else "個人の情報は含みません。"
    talk.say(f"操作記録 {lines} 行目までを {target} に書き出しました。{what}")
    talk.say("形式と検証の方法は docs/auditing.md にあります。")
    return 0


@dataclass(frozen=True, slots=True)
class _Here:
    """An auditor at the open terminal."""

    terminal: OpenTerminal
    session: Session
    union: UnionWord
    clock: Clock


@contextmanager
def _auditor(
    data: Path,
    talk: Talk,
    parts: Parts | None,
    authenticator_of: Callable[[Talk], Authenticator],
) -> Iterator[_Here]:
    """Log in, ask the union, log off at the end."""
    parts = parts or make_parts(data, SystemClock(), OsKeyring)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        with union_word(hands.terminal, parts.clock) as union:
            yield _Here(hands.terminal, session, union, parts.clock)
    finally:
        doorway.log_off(session)


@contextmanager
def union_word(terminal: OpenTerminal, clock: Clock) -> Iterator[UnionWord]:
    """What the union says of this terminal's journal; without its last head where it cannot be
    reached, without its keys before enrolment."""
    try:
        with terminal.engine_hand.system(EXCHANGE) as work:
            keys = read_keys(work)
    except MadoguchiError:
        yield UnionWord()
        return
    line = None
    word = UnionWord(keys.union_keys)
    try:
        try:
            line = open_line(keys, clock)
            word = UnionWord(keys.union_keys, line.last_head(), line.digests)
        except MadoguchiError:
            pass  # the report says that the union was not asked
        yield word
    finally:
        if line is not None:
            line.close()


def told(report: Report) -> list[str]:
    """The report in the auditor's words, each fault once."""
    said = [f"{report.lines} 行、署名 {report.signatures}、広域連合の確認印 {report.heads}"]
    if report.fingerprint:
        said.append(f"最初の行の照合コード： {report.fingerprint}")
    said += [f"× {finding.message}" for finding in report.findings]
    said += [f"△ {UNCHECKED[code]}" for code in report.unchecked]
    window = report.window
    since = f"（{window.since}）" if window.since else ""
    said.append(
        f"広域連合の確認印{since}より後の {window.lines} 行、{_length(window.seconds)}の間は、"
        "この検証だけでは書き換えのないことを言えません。"
        if window.since
        else f"広域連合の確認印がまだないため、{window.lines} 行すべてが、この端末だけの記録です。"
    )
    return said


def _length(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f"{hours} 時間 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
