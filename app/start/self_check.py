"""``madoguchi self-check``: does this program work on this machine, and is the machine fit?

It makes a store in a temporary folder, backs it up and recovers it, draws a form and reads it
back, loads what is loaded late, and looks at the conditions of docs/deployment.md that it can
see. It touches no data of the terminal. A failure is what the program cannot work with; a
warning is what a person must see to.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.files import may_write
from app.core.language import in_words
from app.core.log import without_values
from app.core.paths import RESOURCES, Paths
from app.core.place import System, badly_named, this_system, unfit
from app.core.process import leaves_cores, own_command, program_folder
from app.core.tables import load_tables, shipped_tables
from app.core.this_machine import os_account, refuse_other_account, shared_note

_SCREEN_SECONDS = 60


class Level(Enum):
    """How bad a finding is; the value is the sign it is printed with."""

    OK = "○"
    WARNING = "⚠"
    FAILURE = "×"


SUBJECTS = {
    "コード表": "code tables",
    "暗号化された保存領域": "encrypted store",
    "フォントと券面": "fonts and forms",
    "セキュリティキー": "security keys",
    "画面": "screen",
    "OSのキーリング": "OS keyring",
    "端末の設定": "deployment",
    "プログラムの置き場所": "where the program lies",
    "コアダンプ": "core dumps",
    "OSアカウント": "OS account",
    "スワップ": "swap",
    "データの置き場所": "where the data lie",
}
"""What is looked at, and its name in English."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the result; ``subject`` is a key of ``SUBJECTS``. No personal data."""

    level: Level
    subject: str
    text: str

    @property
    def line(self) -> str:
        """The line as it is printed."""
        colon = in_words("：", ": ")
        return (
            f"{self.level.value} {in_words(self.subject, SUBJECTS[self.subject])}{colon}{self.text}"
        )


@dataclass(frozen=True, slots=True)
class Machine:
    """What is looked at. ``data`` is this terminal's data directory, if there is one;
    ``temporary`` is where the trial store is made (None: the account's own); ``data_would_lie`` is
    where the data directory would be made, when there is none."""

    clock: Clock
    data: Path | None = None
    temporary: Path | None = None
    tables: Path = field(default_factory=shipped_tables)
    fonts: Path = RESOURCES / "fonts" / "fonts.toml"
    swaps: Path = Path("/proc/swaps")
    program: Path = field(default_factory=program_folder)
    screen_command: tuple[str, ...] = field(default_factory=lambda: own_command("screen-check"))
    keyring_service: str = "madoguchi-self-check"
    data_would_lie: Path | None = None
    system: System = field(default_factory=this_system)
    account_note: Path | None = field(default_factory=shared_note)


def self_check(machine: Machine) -> Iterator[CheckResult]:
    """Run every check in turn, each whether or not the one before it failed."""
    steps: tuple[tuple[str, Callable[[Machine], Iterator[CheckResult]]], ...] = (
        ("コード表", check_tables),
        ("暗号化された保存領域", check_store),
        ("フォントと券面", check_form),
        ("セキュリティキー", check_key_library),
        ("画面", check_screen),
        ("OSのキーリング", check_keyring),
        ("データの置き場所", check_place),
        ("端末の設定", check_deployment),
    )
    for subject, step in steps:
        try:
            yield from step(machine)
        except MadoguchiError as error:
            yield CheckResult(Level.FAILURE, subject, error.message + error.remedy)
        except Exception as error:  # whatever is broken is a line of the result, not its end
            logging.getLogger("madoguchi").info("self-check: %s", without_values(error))
            cause = in_words(
                "動きません。プログラムを入れ直してください。",
                f"does not work ({type(error).__name__}); install the program again.",
            )
            yield CheckResult(Level.FAILURE, subject, cause)


def check_tables(machine: Machine) -> Iterator[CheckResult]:
    """The code tables load and prove themselves."""
    tables = load_tables(machine.tables)
    text = in_words(
        f"{len(tables)} 表を読み込みました（要確認の行 {len(tables.unconfirmed())}、"
        f"版 {tables.version}）。",
        f"{len(tables)} tables load ({len(tables.unconfirmed())} rows to be confirmed, version "
        f"{tables.version}).",
    )
    yield CheckResult(Level.OK, "コード表", text)
    used = _version_used(machine)
    if used:
        shipped, _, package = used.partition("+")
        level = Level.OK if shipped == tables.version else Level.WARNING
        text = in_words(
            f"この端末が最後のログインで使った版は {used}"
            + (f"（表のパッケージ第{package}号）です。" if package else "です。"),
            f"the last login on this terminal used version {used}"
            + (f" (package {package})." if package else "."),
        )
        yield CheckResult(level, "コード表", text)


def _version_used(machine: Machine) -> str:
    """What the last login noted beside the store, which this check cannot open."""
    if machine.data is None:
        return ""
    try:
        noted = Paths(machine.data).tables_version.read_bytes()[:60].decode("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
    return noted if re.fullmatch(r"[0-9.]+-[0-9a-f]{8}(\+[0-9]+)?", noted) else ""


def check_store(machine: Machine) -> Iterator[CheckResult]:
    """A store and its journal are made by every version of the schema, proved whole, backed
    up, recovered with two of three shares and opened again."""
    from app.security import vault
    from app.security.keys import recovery
    from db.migrations import SHIPPED

    with _temporary_folder(machine.temporary) as folder:
        paths = Paths(folder / "data")
        key = secrets.token_bytes(32)
        store = vault.create(paths, key, vault.Founding("self-check", "T00", training=True))
        vault.open_journal(paths, key, create=True).close()
        public, shares = _recovery_shares()
        made = vault.backup(store, paths, key, public, machine.clock, "check")
        store.close()
        problems = vault.verify(paths, key)
        if problems:
            yield CheckResult(Level.FAILURE, "暗号化された保存領域", "".join(problems))
            return
        pair = recovery.combine(shares)
        new_key = secrets.token_bytes(32)
        vault.restore(paths, made.folder, pair.private, new_key, vault.PutBack(epoch_over=1))
        vault.migrate(paths, new_key, public, machine.clock)
        vault.open_store(paths, new_key).close()
    text = in_words(
        f"作成・検査・バックアップ・復旧ができました（保存形式の版 {SHIPPED.head}）。",
        f"made, proved, backed up and recovered (version {SHIPPED.head}).",
    )
    yield CheckResult(Level.OK, "暗号化された保存領域", text)


def check_form(machine: Machine) -> Iterator[CheckResult]:
    """The configured fonts load; a slip is drawn and proved from its own PDF."""
    from forms.fonts import absent_fonts, load_fonts
    from forms.notices.acceptance_slip import AcceptanceSlipData
    from forms.press import Press

    fonts = load_fonts(machine.fonts)
    press = Press(fonts, load_tables(shipped_tables()))
    data = AcceptanceSlipData(
        case_id="T00-1-000001",
        accepted_at="令和8年11月20日 10時00分",
        notification="県外転入",
        notified_on="令和8年11月20日",
        name="髙﨑　花子",
        notifier="本人",
        state="広域連合の決定を待っています",
        office="自己検査",
    )
    rendered = press.render("FORM-N2", data, training=True, now=machine.clock.now())
    press.prove(rendered, data)
    text = in_words(
        f"{len(fonts.files)} 書体を読み込み、券面を描いて読み戻しました。",
        f"{len(fonts.files)} fonts load; a form was drawn and read back.",
    )
    yield CheckResult(Level.OK, "フォントと券面", text)
    for name in absent_fonts(machine.fonts):
        text = in_words(
            f"「{name}」がありません。このフォントだけが持つ字は印刷できません。",
            f"{name} is not there; what only it holds cannot be printed.",
        )
        yield CheckResult(Level.WARNING, "フォントと券面", text)


def check_key_library(_: Machine) -> Iterator[CheckResult]:
    """What talks to security keys loads and can list them; none need be plugged in."""
    from app.security.authenticators.devices import usb_and_nfc_devices

    try:
        count = len(list(usb_and_nfc_devices()))
    except OSError:
        text = in_words(
            "読み込みましたが、機器の一覧を取れません。OSアカウントの権限を確かめてください。",
            "it loads, but this account may not list the devices; see to its rights.",
        )
        yield CheckResult(Level.WARNING, "セキュリティキー", text)
        return
    text = in_words(
        f"読み込みました（いま差し込まれているキー {count}）。",
        f"it loads ({count} keys are plugged in).",
    )
    yield CheckResult(Level.OK, "セキュリティキー", text)


def check_screen(machine: Machine) -> Iterator[CheckResult]:
    """A screen is drawn in a process of its own, because Qt ends the process that has no
    screen to draw on."""
    environment = dict(os.environ)
    if not {"DISPLAY", "WAYLAND_DISPLAY"} & set(environment) and sys.platform == "linux":
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(  # noqa: S603  # our own program
        machine.screen_command,
        env=environment,
        cwd=program_folder(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_SCREEN_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise EnvironmentFault(
            "self_check.screen",
            f"画面を描けません（終了コード {done.returncode}）。",
            "画面表示に使うOSの部品が入っているか、システム管理者に確かめてもらってください。",
        )
    yield CheckResult(Level.OK, "画面", done.stdout.strip())


def check_keyring(machine: Machine) -> Iterator[CheckResult]:
    """The keyring's library loads; a service that is not running is a warning, because only
    the account's own desktop session has one."""
    from app.security.keys.os_keyring import OsKeyring
    from app.security.keys.terminal_secret import Mirror

    try:
        keyring = OsKeyring(machine.keyring_service)
        keyring.keep_mirror(Mirror(0, b""))
        kept = keyring.read_mirror()
        keyring.forget()
    except EnvironmentFault as error:
        yield CheckResult(Level.WARNING, "OSのキーリング", error.message + error.remedy)
        return
    if kept != Mirror(0, b""):
        raise EnvironmentFault(
            "self_check.keyring",
            "OSのキーリングに書いたものが、そのまま読み戻せません。",
            "システム管理者に連絡してください。",
        )
    yield CheckResult(
        Level.OK, "OSのキーリング", in_words("書いて読み戻せました。", "written and read back.")
    )


def check_place(machine: Machine) -> Iterator[CheckResult]:
    """The data lie in this machine, in a folder that nobody copies elsewhere, and are this
    account's."""
    place = machine.data or machine.data_would_lie
    if place is not None:
        for fault in unfit(place, machine.system):
            yield CheckResult(Level.FAILURE, "データの置き場所", fault.message + fault.remedy)
        if badly_named(place, machine.system):
            text = in_words(
                f"{place} の字を、この機械の文字コードでは扱えないことがあります。"
                "組み込み済みのプログラム（madoguchi.exe）を使うか、英数字だけの場所を"
                "--data で指定してください。",
                f"{place} may be misread in this machine's code page; use madoguchi.exe of the "
                "bundle, or name a place in plain letters with --data.",
            )
            yield CheckResult(Level.WARNING, "データの置き場所", text)
    if machine.data is None:
        refuse_other_account(machine.account_note, os_account())


def check_deployment(machine: Machine) -> Iterator[CheckResult]:
    """The conditions of docs/deployment.md that a program can see; only warnings."""
    if sys.platform != "win32":
        yield from _check_account(machine)
    if may_write(machine.program):
        text = in_words(
            "いまのアカウントで書き換えられます。書き換えられない場所に置いてください。",
            "this account can change it; put it where it cannot.",
        )
        yield CheckResult(Level.WARNING, "プログラムの置き場所", text)


if sys.platform != "win32":

    def _check_account(machine: Machine) -> Iterator[CheckResult]:
        if leaves_cores():
            text = in_words(
                "無効になっていません。ulimit -c 0 を設定してください。",
                "not off; set ulimit -c 0.",
            )
            yield CheckResult(Level.WARNING, "コアダンプ", text)
        if os.geteuid() == 0:
            text = in_words(
                "管理者で動いています。この端末専用のアカウントで動かしてください。",
                "this is the administrator; use the terminal's own account.",
            )
            yield CheckResult(Level.WARNING, "OSアカウント", text)
        if has_plain_swap(machine.swaps):
            text = in_words(
                "暗号化されていないスワップがあります。止めるか暗号化してください。",
                "some swap is not encrypted; turn it off or encrypt it.",
            )
            yield CheckResult(Level.WARNING, "スワップ", text)
        if machine.data is not None:
            about = machine.data.stat()
            if about.st_uid != os.geteuid():
                text = in_words(
                    "別のアカウントのものです。この端末専用のアカウントで動かしてください。",
                    "it belongs to another account; use the terminal's own account.",
                )
                yield CheckResult(Level.WARNING, "データの置き場所", text)
            if about.st_mode & 0o077:
                mode = f"{about.st_mode & 0o777:o}"
                text = in_words(
                    f"ほかのアカウントから使える設定です（{mode}）。700 にしてください。",
                    f"other accounts can use it ({mode}); make it 700.",
                )
                yield CheckResult(Level.WARNING, "データの置き場所", text)


def has_plain_swap(table: Path) -> bool:
    """Whether a swap area that is not a mapped (encrypted) or in-memory device is in use."""
    try:
        lines = table.read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        return False
    return any(not line.startswith(("/dev/dm-", "/dev/mapper/", "/dev/zram")) for line in lines)


def _recovery_shares() -> tuple[str, list[str]]:
    """The public half of a fresh recovery key, and two of its shares as they are typed."""
    from app.security.keys.recovery import THRESHOLD, RecoveryIssue

    issue = RecoveryIssue()
    typed = []
    while not issue.done:
        words = " ".join(issue.current.words)
        issue.confirm(words)
        typed.append(words)
    return issue.public, typed[:THRESHOLD]


@contextmanager
def _temporary_folder(parent: Path | None) -> Iterator[Path]:
    try:
        held = tempfile.TemporaryDirectory(prefix="madoguchi-check-", dir=parent)
    except OSError as cause:
        raise EnvironmentFault(
            "self_check.temporary",
            "一時ファイルを置く場所に書き込めません。",
            "空き容量と、一時フォルダーの権限を確かめてください。",
        ) from cause
    with held as folder:
        yield Path(folder)
