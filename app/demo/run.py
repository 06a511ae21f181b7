"""``madoguchi demo``: the training terminal in a window; where there is no display, the same
window offscreen through the scripted visit, leaving ``demo-out/``."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.clock import SystemClock
from app.core.errors import UserError
from app.core.language import in_words
from app.core.process import hang_up
from app.core.stopping import Stop, stopping
from app.demo.output import output_folder
from app.demo.people import CLERK
from app.training.movers import LEAST_PERSONS, MOST_PERSONS

if TYPE_CHECKING:
    from app.demo.room import Room
    from app.start.counter import Counter


VISIT = timedelta(seconds=15)
"""Longer than one scripted visit takes."""


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if sys.platform in ("win32", "darwin"):
        return True
    else:  # noqa: RET505 - the branches are told apart by platform
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(out: Path, *, persons: int, window: str) -> int:
    """Run the demonstration; 0 when every step did what it should.

    Raises UserError ``demo.persons`` and what ``output_folder`` raises before anything is set up,
    and Stopped after everything is taken down again.
    """
    from app.ui.base.application import open_application

    if not LEAST_PERSONS <= persons <= MOST_PERSONS:
        raise UserError(
            "demo.persons",
            f"--persons {persons} では始められません。"
            f"研修の住民は {LEAST_PERSONS:,} 人から {MOST_PERSONS:,} 人までです。",
            "--persons にこの間の数を指定してください。指定しなければ 10,000 人です。",
            field="persons",
        )
    in_window = window == "yes" or (window == "auto" and has_display())
    if not in_window:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    open_application()
    show = _in_window if in_window else _scripted
    with stopping() as stop, output_folder(out):
        return show(out, persons, stop)


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as cause:  # nobody listens any more
        if cause.errno == errno.EIO:
            # The terminal is closed. Whoever stands between it and us (make, as the terminal's
            # own program) may keep the signal to itself.
            hang_up()


def _scripted(out: Path, persons: int, stop: Stop) -> int:
    from app.demo.midnight import begin_within_a_day
    from app.demo.room import Plan, training_room
    from app.demo.stories import run_stories
    from app.demo.visit import Driver, Visit, log_in, run_visit, write_report

    visits: list[Visit] = []
    plan = Plan(persons=persons, touched_at_once=False)
    with (
        training_room(SystemClock(), plan, say=_say) as room,
        _counter(room, out) as counter,
        stop.softly(_nothing),  # the driver looks whether a signal came
    ):
        counter.window.show()
        driver = Driver(counter, out, room.keys.touch, stop.check)
        driver.picture("ログイン")
        log_in(driver, CLERK)
        for mover in room.movers:
            begin_within_a_day(room.parts.clock, VISIT, _say)
            _say(in_words(f"{mover.label}：窓口の受付から交付まで", mover.label))
            visits.append(run_visit(driver, mover, room))
        _say(in_words("続けて、三つの用件", "then three stories"))
        begin_within_a_day(room.parts.clock, VISIT, _say)
        stories = run_stories(driver, room)
        write_report(out, visits, stories, room.fingerprint)
    papers = room.parts.tables["papers"]
    for visit in (*visits, *stories):
        keys = sum(step.keys for step in visit.steps)
        spent = sum(step.milliseconds for step in visit.steps) / 1000
        paper = papers.label(visit.paper, room.place.on) if visit.paper else "―"
        _say(
            in_words(
                f"{visit.label}　{paper}　{visit.pdf}　{keys} キー　{spent:.1f} 秒",
                f"{visit.label}: {paper}, {visit.pdf}, {keys} keys, {spent:.1f} s",
            )
        )
    _say(
        in_words(
            f"{out} に券面の PDF・画面の絵・記録（visit.json）を置きました。",
            f"{out} holds the papers (PDF), a picture of every step and the record (visit.json).",
        )
    )
    return 0


def _nothing() -> None:
    """The signal is remembered; whoever waits looks at it."""


def _in_window(out: Path, persons: int, stop: Stop) -> int:
    from app.demo.panel import KeyPanel
    from app.demo.room import Plan, training_room
    from app.ui.base.application import open_application, run_until_closed

    plan = Plan(persons=persons, touched_at_once=False)
    with (
        training_room(SystemClock(), plan, say=_say) as room,
        _counter(room, out) as counter,
    ):
        panel = KeyPanel(room.keys, room.movers, room.parts.tables)
        counter.window.show()
        panel.show_beside(counter.window)
        counter.window.activateWindow()
        counter.window.closing.connect(panel.close)
        _say(_what_to_try())
        return run_until_closed(open_application(), counter.window, stop)


@contextmanager
def _counter(room: Room, out: Path) -> Iterator[Counter]:
    from app.start.counter import Counter
    from app.start.running import make_application
    from forms.fonts import load_fonts
    from forms.press import Press
    from forms.spool import FolderPrinter

    fonts = load_fonts()
    make_application(fonts)
    counter = Counter(
        room.parts,
        room.keys.authenticator,
        FolderPrinter(out / "printed"),
        fonts,
        Press(fonts, room.parts.tables),
        on_login_try=room.keys.insert,
    )
    try:
        yield counter
    finally:
        counter.close()


def _what_to_try() -> str:
    return in_words(
        f"職員番号 {CLERK.staff_id}、パスワード {CLERK.password} でログインして"
        "「キーに触れる」を押し、研修の窓に並ぶ転入者の一人の届出を受け付けて、"
        "資格確認書を交付してみてください（窓を閉じると終わります）。",
        f"Log in as {CLERK.staff_id} with {CLERK.password} and press 「キーに触れる」; then take "
        "the notification of one of the movers in the training window and issue the certificate "
        "(closing the window ends it).",
    )
