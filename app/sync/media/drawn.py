"""抜き取り: some records of a file as it goes by, for whoever confirms its content (SEC-114)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

AT_MOST = 3
_RESTRICTED = "support_measure"
"""The column that says that a record is of somebody under support measures (支援措置)."""


class Drawn:
    """Passes records on and keeps ``AT_MOST`` of them, each as likely as any other. None of
    somebody under support measures is drawn: where she lives is shown to nobody here."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random(random.SystemRandom().random())  # noqa: S311
        self._kept: list[tuple[int, Any]] = []
        self._seen = 0
        self._place = 0

    def passing(self, records: Iterable[Any]) -> Iterator[Any]:
        """The same records, looked at."""
        for record in records:
            self._place += 1
            if getattr(record, _RESTRICTED, "") != "1":
                self._draw(record)
            yield record

    def records(self) -> tuple[tuple[int, Any], ...]:
        """What was drawn with its place in the file, from 1, in the order of the file."""
        return tuple(sorted(self._kept, key=lambda one: one[0]))

    def _draw(self, record: Any) -> None:
        self._seen += 1
        if len(self._kept) < AT_MOST:
            self._kept.append((self._place, record))
            return
        at = self._chance.randrange(self._seen)
        if at < AT_MOST:
            self._kept[at] = (self._place, record)
