"""The engine's troubles in the clerk's words: each cause its own code, message and way out.

The engine reports by SQLite's result codes; nothing of its texts reaches the outside, because
they may quote values.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound, SQLAlchemyError

from app.core.errors import Bug, EnvironmentFault, MadoguchiError

_FULL_BELOW_BYTES = 1 << 20


class ResultCode(IntEnum):
    """SQLite's primary result codes that mean something to us."""

    BUSY = 5
    LOCKED = 6
    NOMEM = 7
    READONLY = 8
    IOERR = 10
    CORRUPT = 11
    FULL = 13
    CANTOPEN = 14
    CONSTRAINT = 19
    AUTH = 23
    NOTADB = 26


class RowConflict(Bug):
    """A row contradicts a constraint of its table (a nonce used twice, a missing parent).

    Code ``store.conflict``. Callers that expect one (the gate, at a used nonce) catch it.
    """


class Undeclared(Bug):
    """A statement touched what its function's ``reads`` and ``writes`` do not declare.

    Code ``store.undeclared``. The second wall of DESIGN 3: the unit of work is rolled back.
    """


def undeclared() -> Undeclared:
    """The fault of a unit of work that touches what it did not declare."""
    return Undeclared("store.undeclared", "機能の宣言にない項目を使おうとしました。", _REPORT)


def result_code(error: BaseException) -> int | None:
    """The primary SQLite result code behind ``error`` (wrapped by SQLAlchemy or not)."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    extended = getattr(cause, "sqlite_errorcode", None)
    return extended & 0xFF if isinstance(extended, int) else None


def translate(error: Exception, file: Path) -> MadoguchiError:
    """The error of ours for an error of the engine while working on ``file``."""
    if isinstance(error, NoResultFound | MultipleResultsFound):
        return _bug("store.row_missing", "必ずあるはずの記録が1件に決まりませんでした。")
    code = result_code(error)
    if code is None:
        return _bug("store.statement", "保存データへの命令に誤りがありました。")
    if code == ResultCode.IOERR:
        return refused_write(file)
    # a refused function is a plain error for the engine, told apart by its text alone
    if code == ResultCode.AUTH or "not authorized" in str(error.__cause__ or error):
        return undeclared()
    if code == ResultCode.CONSTRAINT:
        return RowConflict("store.conflict", "保存しようとした記録に矛盾がありました。", _REPORT)
    make = _FAULTS.get(code)
    if make is None:
        return _bug("store.statement", "保存データへの命令に誤りがありました。")
    return make()


ENGINE_ERRORS = (SQLAlchemyError,)
"""What a unit of work catches from the engine below it."""

_REPORT = "この操作は取り消されました。表示された番号を添えてシステム管理者に連絡してください。"


def _bug(code: str, message: str) -> Bug:
    return Bug(code, message, _REPORT)


def refused_write(file: Path) -> EnvironmentFault:
    """The fault for a write to ``file`` that the system refused without saying why."""
    return disk_full() if _is_full(file) else io_error()


def _is_full(file: Path) -> bool:
    # a refused write is an "I/O error" for the engine; what is left on the disk tells them apart
    try:
        return shutil.disk_usage(file.parent).free < _FULL_BELOW_BYTES
    except OSError:
        return False


def disk_full() -> EnvironmentFault:
    """ディスクの空きがない: the unit of work was rolled back."""
    return EnvironmentFault(
        "store.disk_full",
        "ディスクの空きが足りないため、保存できませんでした。"
        "この操作は取り消され、前の内容はそのまま残っています。",
        "システム管理者に連絡して空きを作り、もう一度操作してください。",
    )


def io_error() -> EnvironmentFault:
    """The disk refused to read or write."""
    return EnvironmentFault(
        "store.io_error",
        "保存データの読み書きに失敗しました（ディスクの異常、または書き込みの制限）。"
        "この操作は取り消されました。",
        "もう一度操作し、続くときはディスクの点検をシステム管理者に依頼してください。",
    )


def busy() -> EnvironmentFault:
    """Another unit of work holds the store longer than we wait."""
    return EnvironmentFault(
        "store.busy",
        "ほかの処理が保存データを使っているため、待ち時間を過ぎました。",
        "しばらく待って、もう一度操作してください。",
    )


def damaged() -> EnvironmentFault:
    """A page fails its HMAC or the structure is broken."""
    return EnvironmentFault(
        "store.damaged",
        "保存データの一部が壊れています（改ざんの検査に合わない頁があります）。",
        "操作をやめて端末をそのままにし、システム管理者に連絡して"
        "バックアップから復旧してください。",
    )


def wrong_key() -> EnvironmentFault:
    """The file is not a store, or not under this data key."""
    return EnvironmentFault(
        "store.wrong_key",
        "保存データをこの端末の鍵で開けません。"
        "別の端末や別の時点のファイルか、先頭が壊れたファイル、または保存データではないファイルです。",
        "保存データのファイルを入れ替えていないか確かめてください。"
        "元に戻せないときは、システム管理者に連絡してバックアップから復旧してください。",
    )


def read_only() -> EnvironmentFault:
    """The file or its folder cannot be written."""
    return EnvironmentFault(
        "store.read_only",
        "保存データの場所に書き込めません。",
        "この端末専用のOSアカウントでログオンしているか、フォルダーが読み取り専用に"
        "なっていないかを、システム管理者に確かめてください。",
    )


def unreachable() -> EnvironmentFault:
    """The file cannot be opened at all."""
    return EnvironmentFault(
        "store.unreachable",
        "保存データのファイルを開けません。",
        "この端末専用のOSアカウントでログオンしているか確かめ、システム管理者に連絡してください。",
    )


def out_of_memory() -> EnvironmentFault:
    """The machine has no memory left for the engine."""
    return EnvironmentFault(
        "store.out_of_memory",
        "メモリーが足りないため、処理できませんでした。この操作は取り消されました。",
        "ほかのプログラムを閉じて、もう一度操作してください。",
    )


def closed() -> EnvironmentFault:
    """The store was closed: log-off, end of hours, suspend, or the time limit of a lock."""
    return EnvironmentFault(
        "store.closed",
        "保存データは閉じられています。",
        "もう一度ログインしてください。",
    )


_FAULTS: dict[int, Callable[[], EnvironmentFault]] = {
    ResultCode.BUSY: busy,
    ResultCode.LOCKED: busy,
    ResultCode.NOMEM: out_of_memory,
    ResultCode.READONLY: read_only,
    ResultCode.CORRUPT: damaged,
    ResultCode.FULL: disk_full,
    ResultCode.CANTOPEN: unreachable,
    ResultCode.NOTADB: wrong_key,
}
