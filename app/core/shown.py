"""How an error is told, in a window or on a text screen: the one door (DESIGN 1.10)."""

from __future__ import annotations

import logging
import secrets

from app.core.errors import Bug, EnvironmentFault, MadoguchiError

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
    incident = secrets.token_hex(4).upper()
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place += f" {code.co_qualname}:{trace.tb_lineno}"
        trace = trace.tb_next
    log.error("bug incident=%s type=%s at%s", incident, type(error).__name__, place)
    return (
        _TITLES[kind],
        f"予期しない誤りが起きました（事故番号 {incident}）。行った操作は取り消されています。",
        "もう一度行ってください。同じ表示が出るときは、事故番号を控えてシステム管理者に"
        "連絡してください。",
    )
