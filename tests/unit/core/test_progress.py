"""Progress: rate and rest of the present step, and a wish to cancel heard at the next one."""

from __future__ import annotations

import pytest

from app.core.progress import Progress, WorkCancelled


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_rest_are_those_of_the_step() -> None:
    watch = Watch()
    progress = Progress(watch)
    assert progress.shown() is None
    progress.begin("取り込み", 50_000, "件")
    first = progress.shown()
    assert first is not None and first.told == "取り込み　0／50,000件"
    watch.now += 4
    progress.at(10_000)
    shown = progress.shown()
    assert shown is not None and (shown.rate, shown.left) == (2500.0, 16.0)
    assert shown.told == "取り込み　10,000／50,000件　1秒あたり 2,500件　あと 16秒"
    progress.begin("確認", 0, "件")
    watch.now += 1
    progress.at(10)
    other = progress.shown()
    assert other is not None and other.left == -1 and "／" not in other.told
    progress.end()
    assert progress.shown() is None


def test_a_cancel_is_heard_once_and_only_while_something_runs() -> None:
    progress = Progress(Watch())
    progress.cancel()
    progress.begin("受信", 10, "KB")
    progress.at(1)
    progress.cancel()
    with pytest.raises(WorkCancelled):
        progress.at(2)
    with pytest.raises(WorkCancelled):
        progress.begin("次", 1, "件")
    progress.end()
    progress.begin("もう一度", 1, "件")
