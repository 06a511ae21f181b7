"""Cycles of objects are collected on the thread of the windows alone.

Python collects on whatever thread happens to allocate. A closed screen is such a cycle (its buttons
hold what they do, which holds the screen); collected on the thread of an operation, its widgets are
destroyed there, under the hands of the thread that draws them, and the program ends without a word.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

_EVERY_MS = 500


def collect_here(application: QApplication) -> QTimer:
    """From now on cycles are collected by the event loop of ``application``, as often as Python
    would, and by nobody else, as long as the timer runs."""
    gc.disable()
    timer = QTimer(application)
    timer.timeout.connect(collect_when_due)
    timer.start(_EVERY_MS)
    return timer


def collect_when_due() -> None:
    """Collect the oldest generation whose time it is; on the thread of the windows."""
    counts, limits = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > limits[generation]:
            gc.collect(generation)
            return
