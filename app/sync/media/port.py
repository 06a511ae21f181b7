"""What the machine says of its removable media; tests give images with serials of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attached:
    """One medium that is plugged in and can be read. ``serial`` is the hardware's ("" when the
    device has none), ``mount`` where its files stand."""

    serial: str
    mount: Path
    model: str = ""
    read_only: bool = False


class MediaPort(Protocol):
    """The machine's list of removable media."""

    def attached(self) -> tuple[Attached, ...]:
        """What is plugged in now. Raises EnvironmentFault ``media.list``."""
        ...


class NoMedia:
    """A machine on which no medium is looked for (SEC-81)."""

    def attached(self) -> tuple[Attached, ...]:
        return ()
