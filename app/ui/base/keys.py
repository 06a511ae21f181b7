"""The one table of keys of the program (キーの表): what works on every screen, and means one thing.

What a single screen adds are letters with Alt, written on its buttons; ``?`` shows both."""

from __future__ import annotations

from dataclasses import dataclass

HELP, SEARCH, AGAIN, KEYS = "F1", "F2", "F5", "?"
LOCK, LOG_OFF, GO_BACK = "F12", "Shift+F12", "Shift+F11"
BACK, MARKED, PRINT = "Esc", "Ctrl+Return", "Ctrl+P"
LARGER = ("Ctrl++", "Ctrl+;", "Ctrl+=", "Ctrl+^")
"""The key beside the minus is another on a Japanese keyboard, with and without Shift."""
SMALLER = ("Ctrl+-",)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is written, and what it does on every screen that has it."""

    key: str
    does: str


EVERYWHERE: tuple[Key, ...] = (
    Key(HELP, "この画面の手引き"),
    Key(SEARCH, "検索"),
    Key(AGAIN, "読み直す"),
    Key(KEYS, "この画面のキー"),
    Key(BACK, "一つ前に戻る、やめる"),
    Key("Enter", "次の欄へ進む、選んだ行を開く"),
    Key(MARKED, "青いボタンの操作"),
    Key("Alt+1 … 9", "メニュー"),
    Key(PRINT, "画面を印刷"),
    Key("Ctrl+＋ ・ Ctrl+－", "文字を大きく・小さく"),
    Key(LOCK, "離席（ロック）"),
    Key(LOG_OFF, "終了（ログオフ）"),
    Key(GO_BACK, "離席の前の続きに戻る"),
)

OF_THE_WINDOW = frozenset({HELP, SEARCH, KEYS, LOCK, LOG_OFF, GO_BACK, PRINT, *LARGER, *SMALLER})
"""What the window itself hears: a page that writes one on a button does not hear it too."""


_WRITTEN = {"Ctrl+Return": "Ctrl+Enter", "Return": "Enter", "Left": "←", "Right": "→"}


def written(key: str) -> str:
    """A key as it stands on buttons."""
    return _WRITTEN.get(key, key)
