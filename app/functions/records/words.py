"""The journal's own codes in the words of whoever reviews it."""

from __future__ import annotations

from collections.abc import Mapping

from app.functions.records.review import Sort
from app.security.journal.journal import SYSTEM

EVENTS: Mapping[str, str] = {
    "journal.genesis": "初期設定",
    "journal.head": "広域連合の確認印",
    "journal.recovery": "復旧",
    "vault.restored": "バックアップからの復元",
    "support.brought": "支援措置の控え",
    "control.head": "権限の手続きの記録の位置",
    "journal.segment_closed": "月次の締め",
    "journal.segment_dropped": "保存期間を過ぎた月の消去",
    "terminal.state": "端末の状態の控え",
    "session.login": "ログイン",
    "session.lock": "離席",
    "session.unlock": "離席から戻る",
    "session.logoff": "ログオフ",
    "session.refresh": "本人の再確認",
    "session.vestibule": "ログイン前の失敗",
}
"""What stands in a line without being a function of the catalogue."""

CAUSES: Mapping[str, str] = {
    "login.unknown_staff": "登録のない職員番号",
    "login.wrong_password": "パスワードの誤り",
    "login.wrong_key": "キーの誤り",
    "key.wrong": "キーの誤り",
    "key.pin_wrong": "暗証番号（PIN）の誤り",
    "login.locked_out": "続けて失敗し、待ち時間中",
    "login.not_effective": "権限がまだ有効でない",
    "hours.closed": "利用時間外",
    "clock.back": "時計が戻っている",
    "clock.leap": "時計が進みすぎている",
    "clock.ahead": "時計が広域連合より進んでいる",
    "journal.fork": "操作記録が続いていない",
    "gate.interrupted": "途中で切れた",
    "vestibule.removed": "ログインの記録が取り除かれた",
    "vestibule.changed": "ログインの記録が書き換えられた",
    "vestibule.rolled_back": "ログインの記録が古い",
}
"""Why something was refused or ended; another cause is shown by its code."""

SORTS: tuple[tuple[str, Sort | None], ...] = (
    ("すべて", None),
    ("時間外の利用", Sort.OFF_HOURS),
    ("拒否された操作", Sort.REFUSED),
    ("ログインの失敗", Sort.LOGIN_FAILED),
    ("管理の操作", Sort.ADMINISTERED),
    ("送信したもの", Sort.SENT),
    ("個人番号を見た操作", Sort.NUMBERS),
)
"""What may be looked for, in the order of the screen."""


def who_words(staff_id: str) -> str:
    """A staff id as it is shown; the terminal's own work has a name of its own."""
    return {"": "端末", SYSTEM: "端末", "unknown": "登録なし"}.get(staff_id, staff_id)
