"""The end of the usable hours is told before it comes (SEC-69): with the minutes that are left."""

from __future__ import annotations

import math
from datetime import timedelta

from app.ui.shell.window import MainWindow

WARNED = timedelta(minutes=15)
"""So long before the end the top bar begins to say it."""


def tell(window: MainWindow, left: timedelta | None) -> None:
    """Show the minutes that are left, where they are few; else nothing."""
    window.show_ending(words(left))


def words(left: timedelta | None) -> str:
    """What is said of the time that is left; "" while there is enough."""
    if left is None or left > WARNED or left <= timedelta():
        return ""
    minutes = math.ceil(left / timedelta(minutes=1))
    return f"利用時間の終わりまで あと{minutes}分（入力は保存し、ログオフします）"
