"""The media of this machine while the program runs: port, scanner, and what was just checked."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import EnvironmentFault
from app.sync.media.faults import media_refusal
from app.sync.media.files import digest_of, path_of
from app.sync.media.mark import Judged
from app.sync.media.port import Attached, MediaPort, NoMedia
from app.sync.media.scan import BY_HAND, Scanner, Verdict


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was found clean, and on which medium. It counts while the medium stays in."""

    attached: Attached
    folder: str
    name: str
    digest: str


class MediaDesk:
    """One for the process. ``scanner`` None: the check is a person's own (SEC-85)."""

    def __init__(self, port: MediaPort | None = None, scanner: Scanner | None = None) -> None:
        self._port = port or NoMedia()
        self._scanner = scanner
        self._checked: Checked | None = None

    @property
    def has_scanner(self) -> bool:
        """Whether this machine's own scanner is asked."""
        return self._scanner is not None

    def attached(self) -> tuple[Attached, ...]:
        """What is plugged in now. Raises EnvironmentFault ``media.list``."""
        return self._port.attached()

    def is_still(self, attached: Attached) -> bool:
        """Whether this very medium still stands where it stood."""
        there = {(one.serial, one.mount) for one in self.attached()}
        return (attached.serial, attached.mount) in there

    def find(self, media: tuple[Judged, ...], medium_id: str) -> Judged:
        """The medium of this id among those that are plugged in. Raises its own refusal, or
        UserError ``media.not_attached``."""
        for one in media:
            if one.medium_id == medium_id:
                if one.fault is not None:
                    raise one.fault
                return one
        raise media_refusal("not_attached")

    def check(
        self, attached: Attached, folder: str, name: str, *, by_hand: bool
    ) -> tuple[str, Verdict]:
        """Let a file be looked at; its SHA-256 and what was said. A clean one is remembered, so
        that the gate lets it be read. Raises UserError and EnvironmentFault ``media.*``."""
        self._checked = None
        digest = digest_of(attached, folder, name)
        if by_hand or self._scanner is None:
            verdict = Verdict(clean=True, by=BY_HAND)
        else:
            verdict = self._scanner.scan(path_of(attached, folder, name))
        if digest_of(attached, folder, name) != digest:
            raise media_refusal("changed")
        if verdict.clean:
            self._checked = Checked(attached, folder, name, digest)
        return digest, verdict

    def scanned(self) -> bool:
        """Whether a file was found clean on a medium that is still plugged in (the gate asks)."""
        checked = self._checked
        try:
            return checked is not None and self.is_still(checked.attached)
        except EnvironmentFault:
            return False

    def is_checked(self, attached: Attached, name: str, digest: str) -> bool:
        """Whether just this file is the one that was found clean."""
        checked = self._checked
        return checked is not None and (
            (checked.attached.serial, checked.attached.mount, checked.name, checked.digest)
            == (attached.serial, attached.mount, name, digest)
        )

    def forget(self) -> None:
        """The checked file was read; the next one is checked anew."""
        self._checked = None


def no_media() -> MediaDesk:
    """A desk on which no medium is looked for."""
    return MediaDesk()
