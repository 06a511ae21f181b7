"""How an error is told, in a window or on a text screen: the one door (DESIGN 1.10)."""

from __future__ import annotations

import logging
import secrets

from app.core.errors import Bug, EnvironmentFault, MadoguchiError
from app.core.log import without_values

_TITLES = {
    "user": "確認してください",
    "environment": "機器・回線・ファイルの状態",
    "bug": "プログラムの誤り",
}


def kind_of(error: BaseException) -> str:
    """user, environment or bug."""
    if isinstance(error, EnvironmentFault):
        return "environment"
    if isinstance(error, MadoguchiError) and not isinstance(error, Bug):
        return "user"
    return "bug"


def as_shown(error: BaseException, log: logging.Logger) -> tuple[str, str, str]:
    """Title, message and remedy. A bug is logged under an incident number: the kind of error
    and where it happened, never its text, which may hold personal data."""
    kind = kind_of(error)
    if isinstance(error, MadoguchiError):
        if kind != "user":
            log.error("%s %s", kind, error.code)
        return _TITLES[kind], error.message, error.remedy
    incident = log_incident(error, log)
    return (
        _TITLES[kind],
        f"予期しない誤りが起きました（エラー番号 {incident}）。行った操作は取り消されています。",
        "もう一度行ってください。同じ表示が出るときは、エラー番号を控えてシステム管理者に"
        "連絡してください。",
    )


def log_incident(error: BaseException, log: logging.Logger) -> str:
    """Log a mistake of ours without its text, which may hold personal data; returns the number
    under which it stands in the log (エラー番号)."""
    incident = secrets.token_hex(4).upper()
    log.error("bug incident=%s %s", incident, without_values(error))
    return incident
