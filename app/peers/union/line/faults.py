"""What the union can be told to do wrong (DESIGN 8): drop, delay, repeat, reorder, corrupt."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum


class FaultKind(StrEnum):
    """落とす, 落とす（処理後）, 遅らせる, 繰り返す, 順を変える, 壊す."""

    DROP = "drop"  # the connection ends before anything is done
    DROP_ANSWER = "drop_answer"  # the work is done, the answer is lost
    DELAY = "delay"  # the answer comes after ``seconds``
    REPEAT = "repeat"  # the list of waiting files names acknowledged ones again
    REORDER = "reorder"  # the list of waiting files is turned round
    CORRUPT = "corrupt"  # one bit of a fetched file is turned


@dataclass(frozen=True, slots=True)
class Fault:
    """``route``: enrol, renew, contact, head, time, up, complete, receipt, down, fetch,
    acknowledge, or "*". ``times``: how many requests it still befalls."""

    kind: FaultKind
    route: str = "*"
    times: int = 1
    seconds: float = 0.0


class Faults:
    """The faults that are waiting to happen. Used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let ``fault`` happen from the next fitting request on."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._waiting.clear()

    def take(self, route: str, *kinds: FaultKind) -> Fault | None:
        """The first waiting fault of these kinds for ``route``; it happens once less."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.kind in kinds and fault.route in ("*", route):
                    if fault.times <= 1:
                        del self._waiting[index]
                    else:
                        self._waiting[index] = replace(fault, times=fault.times - 1)
                    return fault
        return None
