"""What is plugged in, and asking it: one bad device does not spoil a good one.

Every device is opened and asked on a thread of its own. The one that answers wins; a device that
never answers is left behind with its thread, and is not asked again until it has answered.
"""

from __future__ import annotations

import errno
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from fido2.ctap import CtapDevice, CtapError
from fido2.hid import CtapHidDevice, list_descriptors, open_connection
from fido2.hid.base import HidDescriptor, parse_report_descriptor

from app.core.errors import MadoguchiError
from app.security.authenticators import faults
from app.security.authenticators.interruption import Interruption

S = TypeVar("S")
T = TypeVar("T")

_RAW = Path("/sys/class/hidraw")
_PATIENCE = 5.0
"""So long devices may take to say whether they can help; no touch is asked for in it."""

_GRACE = 1.0
"""So long others may still speak up when one has answered, or was told to stop."""

_POLL = 0.05


class Plug(Protocol):
    """A device that is there and not opened. ``key`` tells it from others, ``name`` is what
    the person can read on it."""

    @property
    def key(self) -> object: ...

    @property
    def name(self) -> str: ...

    def open(self) -> CtapDevice:
        """Raises OSError, or what the device answers."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A device that is open already: a software key, or one on a card reader."""

    device: CtapDevice

    @property
    def key(self) -> object:
        return id(self.device)

    @property
    def name(self) -> str:
        return str(getattr(self.device, "product_name", "") or "読取り機のキー")

    def open(self) -> CtapDevice:
        return self.device


@dataclass(frozen=True, slots=True)
class Usb:
    """A security key in a USB port."""

    descriptor: HidDescriptor

    @property
    def key(self) -> object:
        return str(self.descriptor.path)

    @property
    def name(self) -> str:
        return self.descriptor.product_name or "名前のないキー"

    def open(self) -> CtapDevice:
        return CtapHidDevice(self.descriptor, open_connection(self.descriptor))


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A security key that this account may not open: the library does not even list it."""

    path: Path

    @property
    def key(self) -> object:
        return str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    def open(self) -> CtapDevice:
        raise PermissionError(errno.EACCES, "not for this account")


def usb_and_nfc_devices() -> Iterator[Plug]:
    """The security keys now plugged in or lying on a reader.

    NFC needs the package ``pyscard`` and a PC/SC service; without them only USB is asked.
    """
    for descriptor in list_descriptors():
        yield Usb(descriptor)
    yield from _forbidden()
    try:
        from fido2.pcsc import CtapPcscDevice
    except ImportError:
        return
    for device in CtapPcscDevice.list_devices():
        yield Opened(device)


def _forbidden(folder: Path = _RAW, devices: Path = Path("/dev")) -> Iterator[Plug]:
    """Keys by what the system tells everybody of them, where the device itself is closed."""
    if not folder.is_dir():  # only Linux has it
        return
    for raw in sorted(folder.iterdir()):
        device = devices / raw.name
        try:
            parse_report_descriptor((raw / "device" / "report_descriptor").read_bytes())
        except (OSError, ValueError):
            continue  # gone again, or no security key
        if device.exists() and not os.access(device, os.R_OK | os.W_OK):
            yield Forbidden(device)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What one device said: ``value``, or the fault for which it is skipped."""

    plug: Plug
    device: CtapDevice | None = None
    value: T | None = None
    fault: MadoguchiError | None = None


class Asking:
    """Asks devices, each on its own thread, and remembers those that have not answered yet."""

    def __init__(self, told_apart: Callable[[BaseException], MadoguchiError]) -> None:
        self._told_apart = told_apart
        self._held: set[object] = set()

    def everyone(
        self,
        plugs: Iterable[Plug],
        question: Callable[[CtapDevice, Interruption], T],
        stop: Interruption,
        wanted: Callable[[T], bool],
    ) -> list[Answer[T]]:
        """The answers of those that answer in time; soon after one is ``wanted`` nobody else is
        waited for. A device in an answer is open; whoever takes it closes it."""
        asked = list(plugs)
        over = threading.Event()
        came: queue.SimpleQueue[Answer[T]] = queue.SimpleQueue()
        answers: list[Answer[T]] = []
        for plug in asked:
            if plug.key in self._held:
                answers.append(Answer(plug, fault=faults.silent([plug.name])))
            else:
                self._start(plug, partial(self._one, plug, question, over), came.put)
        end = time.monotonic() + _PATIENCE
        while len(answers) < len(asked) and not stop.is_set() and time.monotonic() < end:
            try:
                answer = came.get(timeout=_POLL)
            except queue.Empty:
                continue
            answers.append(answer)
            if answer.value is not None and wanted(answer.value):
                end = min(end, time.monotonic() + _GRACE)
        over.set()  # whoever answers later closes what it has opened
        while not came.empty():
            answers.append(came.get())
        heard = {id(answer.plug) for answer in answers}
        silent = (plug for plug in asked if id(plug) not in heard)
        return answers + [Answer(plug, fault=faults.silent([plug.name])) for plug in silent]

    def run(self, plug: Plug, work: Callable[[], T], stop: Interruption) -> T:
        """Run ``work`` with a chosen device. A device that does not even answer to being told to
        stop is left behind: raises ``key.timeout`` or ``key.cancelled`` then."""
        done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

        def whole() -> tuple[T | None, BaseException | None]:
            try:
                return work(), None
            except BaseException as error:
                return None, error

        self._start(plug, whole, done.put)
        end: float | None = None
        while True:
            try:
                result, error = done.get(timeout=_POLL)
                break
            except queue.Empty:
                now = time.monotonic()
                if end is None and stop.is_set():
                    end = now + _GRACE
                if end is not None and now >= end:
                    raise (faults.timed_out() if stop.expired else faults.cancelled()) from None
        if error is not None:
            raise error
        return result  # type: ignore[return-value]  # there is no error: the work's own result

    def _start(self, plug: Plug, work: Callable[[], S], put: Callable[[S], None]) -> None:
        """Do ``work`` on a thread of the device's own and hand its outcome over. Until then the
        device is held: it may never come back."""

        def whole() -> None:
            outcome = work()
            self._held.discard(plug.key)
            put(outcome)

        self._held.add(plug.key)
        threading.Thread(target=whole, name="key", daemon=True).start()

    def _one(
        self, plug: Plug, question: Callable[[CtapDevice, Interruption], T], over: threading.Event
    ) -> Answer[T]:
        device: CtapDevice | None = None
        try:
            device = plug.open()
            value = question(device, Interruption(over, _PATIENCE))
        except BaseException as error:
            _close(device)
            return Answer(plug, fault=self._told_apart(error))
        if over.is_set():
            _close(device)
        return Answer(plug, device, value)


def _close(device: CtapDevice | None) -> None:
    if device is None:
        return
    try:
        device.close()
    except (OSError, CtapError):
        return  # it is gone: closed enough
