"""``madoguchi demo``: the training terminal in a window; where there is no display, the same
window offscreen through the scripted visit, leaving ``demo-out/``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from app.core.clock import SystemClock
from app.demo.people import CLERK, EVERYBODY


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if sys.platform in ("win32", "darwin"):
        return True
    else:  # noqa: RET505 - the branches are told apart by platform
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(out: Path, *, persons: int, window: str) -> int:
    """Run the demonstration; 0 when every step did what it should."""
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    if window == "yes" or (window == "auto" and has_display()):
        return _in_window(out, persons)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return _scripted(out, persons)


def _say(text: str) -> None:
    print(text, flush=True)


def _scripted(out: Path, persons: int) -> int:
    from app.demo.room import training_room
    from app.demo.visit import Driver, log_in, run_visit, write_report
    from app.start.counter import Counter, make_application
    from forms.fonts import load_fonts
    from forms.press import Press
    from forms.spool import FolderPrinter

    with training_room(SystemClock(), persons=persons, touched_at_once=False, say=_say) as room:
        fonts = load_fonts()
        press = Press(fonts, room.parts.tables)
        make_application(fonts)
        counter = Counter(
            room.parts,
            room.keys.authenticator,
            FolderPrinter(out / "printed"),
            fonts,
            press,
            on_login_try=room.keys.insert,
        )
        try:
            counter.window.show()
            driver = Driver(counter, out, room.keys.touch)
            driver.picture("ログイン")
            log_in(driver, CLERK)
            visits = []
            for mover in room.movers:
                _say(f"{mover.label}：窓口の受付から交付まで")
                visits.append(run_visit(driver, mover, room))
            write_report(out, visits, room.fingerprint)
        finally:
            counter.close()
    for visit in visits:
        keys = sum(step.keys for step in visit.steps)
        spent = sum(step.milliseconds for step in visit.steps) / 1000
        _say(f"{visit.label}　{visit.paper}　{visit.pdf}　{keys} キー　{spent:.1f} 秒")
    _say(f"{out} に券面の PDF・画面の絵・visit.json を置きました。")
    return 0


def _in_window(out: Path, persons: int) -> int:
    from app.demo.panel import KeyPanel
    from app.demo.room import training_room
    from app.start.counter import Counter, make_application
    from forms.fonts import load_fonts
    from forms.press import Press
    from forms.spool import FolderPrinter

    with training_room(SystemClock(), persons=persons, touched_at_once=False, say=_say) as room:
        fonts = load_fonts()
        press = Press(fonts, room.parts.tables)
        app = make_application(fonts)
        counter = Counter(
            room.parts,
            room.keys.authenticator,
            FolderPrinter(out / "printed"),
            fonts,
            press,
            on_login_try=room.keys.insert,
        )
        panel = KeyPanel(room.keys, room.movers, room.parts.tables)
        for person in EVERYBODY:
            _say(f"{person.staff_id} {person.name}　パスワード {person.password}")
        counter.window.show()
        panel.move(counter.window.frameGeometry().topRight())
        panel.show()
        counter.window.activateWindow()
        counter.window.closing.connect(panel.close)
        return int(app.exec())
