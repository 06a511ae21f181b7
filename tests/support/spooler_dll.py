"""``winspool.drv`` and ``gdi32.dll`` where they are loaded (``ctypes.WinDLL``): a printer with
drawers, a margin that it cannot print, and a sheet of paper that keeps what was painted.

What each call must be given and answers is Microsoft's documentation
(learn.microsoft.com/windows/win32/printdocs and …/gdi, read 2026-11-29); the page's name stands
beside each answer. Structures are read from the memory that was handed over, byte by byte by
their documented offsets, not through the product's own declarations.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ERROR_INVALID_PRINTER_NAME, ERROR_SERVICE_NOT_ACTIVE, ERROR_ACCESS_DENIED = 1801, 1062, 5
RPC_S_SERVER_UNAVAILABLE = 1722
DEVMODE_SIZE, DRIVER_EXTRA = 220, 36
# "DEVMODEW structure (wingdi.h)": where each member lies
AT = {
    "size": 68,
    "extra": 70,
    "fields": 72,
    "orientation": 76,
    "paper": 78,
    "length": 80,
    "width": 82,
    "scale": 84,
    "copies": 86,
    "source": 88,
    "duplex": 94,
}
NUMBERED = {9: (2100, 2970), 11: (1480, 2100), 13: (1820, 2570), 43: (1000, 1480)}  # 0.1 mm
DM_PAPERSIZE, DM_PAPERLENGTH, DM_PAPERWIDTH = 0x2, 0x4, 0x8


@dataclass
class Job:
    """One document that the spooler took; ``sheets`` are the sides, in dots, 255 is paper."""

    title: str
    sheets: list[np.ndarray] = field(default_factory=list)
    ended: bool = False
    settings: dict[str, int] = field(default_factory=dict)


@dataclass
class PlayedPrinter:
    """One printer. ``margin`` is its unprintable border in dots, ``trays`` its drawers,
    ``papers_only`` the one size it takes (0.1 mm), whatever is asked. ``fails`` names a call
    that answers its documented failure, with ``error`` as the last error."""

    name: str = "証明書プリンター"
    dpi: tuple[int, int] = (300, 300)
    margin: tuple[int, int] = (50, 40)
    trays: dict[str, int] = field(default_factory=lambda: {"カセット 1": 1, "手差し": 4})
    papers_only: tuple[int, int] | None = None
    fails: str = ""
    error: int = ERROR_ACCESS_DENIED
    jobs: list[Job] = field(default_factory=list)
    open_handles: int = 0
    devices: int = 0
    aborted: int = 0
    last_error: int = 0
    _mode: bytes = b""

    def refuse(self, call: str, answer: int) -> int | None:
        if self.fails == call:
            self.last_error = self.error
            return answer
        return None


def text_at(address: Any) -> str:
    """The wide text at an address."""
    where = ctypes.cast(address, ctypes.c_void_p).value
    assert where
    units = b""
    while (unit := ctypes.string_at(where + len(units), 2)) != b"\0\0":
        units += unit
    return units.decode("utf-16-le")


def address_of(given: Any) -> int:
    """The address that an argument stands for."""
    return int(ctypes.cast(given, ctypes.c_void_p).value or 0)


@dataclass
class Function:
    """One exported function: it must have been declared before it is called, else a pointer
    would be cut to 32 bits on Windows."""

    name: str
    run: Any
    argtypes: Any = None
    restype: Any = None

    def __call__(self, *arguments: Any) -> Any:
        assert self.argtypes is not None and self.restype is not None, f"{self.name}: not declared"
        assert len(arguments) == len(self.argtypes), f"{self.name}: {len(arguments)} arguments"
        for kind, given in zip(self.argtypes, arguments, strict=True):
            kind.from_param(given)
        return self.run(*arguments)


class Library:
    """Every method of ``Spooler`` or ``Gdi`` as an exported function."""

    def __init__(self, printer: PlayedPrinter) -> None:
        self.printer = printer
        for name in dir(type(self)):
            if name[0].isupper():
                setattr(self, name, Function(name, getattr(self, name)))


class Spooler(Library):
    def OpenPrinterW(self, name: Any, handle: Any, defaults: Any) -> int:
        """ "OpenPrinter function": nonzero on success; the last error tells."""
        assert defaults is None
        if (failed := self.printer.refuse("OpenPrinterW", 0)) is not None:
            return failed
        if text_at(name) != self.printer.name:
            self.printer.last_error = ERROR_INVALID_PRINTER_NAME
            return 0
        struct.pack_into("<Q", _memory(address_of(handle), 8), 0, 0x1234_5678_9ABC)
        self.printer.open_handles += 1
        return 1

    def ClosePrinter(self, handle: Any) -> int:
        assert handle.value == 0x1234_5678_9ABC
        self.printer.open_handles -= 1
        return 1

    def DocumentPropertiesW(
        self, window: Any, handle: Any, name: Any, out: Any, given: Any, mode: int
    ) -> int:
        """ "DocumentProperties function": with fMode zero the bytes of the structure with the
        driver's own part; IDOK (1) with DM_OUT_BUFFER; less than zero on failure."""
        assert window is None and handle.value == 0x1234_5678_9ABC
        assert text_at(name) == self.printer.name
        if (failed := self.printer.refuse("DocumentPropertiesW", -1)) is not None:
            return failed
        if mode == 0:
            assert out is None and given is None
            return DEVMODE_SIZE + DRIVER_EXTRA
        assert mode in (2, 2 | 8)
        memory = _memory(address_of(out), DEVMODE_SIZE + DRIVER_EXTRA)
        if mode & 8:
            merged = bytearray(_memory(address_of(given), DEVMODE_SIZE + DRIVER_EXTRA))
            assert merged[DEVMODE_SIZE:] == b"D" * DRIVER_EXTRA, "the driver's own part is lost"
            memory[:] = self._merge(merged)
        else:
            memory[:] = self._defaults()
        return 1

    def _defaults(self) -> bytes:
        """A4, one side, 97 % as somebody once set it, two copies."""
        mode = bytearray(DEVMODE_SIZE) + b"D" * DRIVER_EXTRA
        struct.pack_into("<HH", mode, AT["size"], DEVMODE_SIZE, DRIVER_EXTRA)
        for name, value in {
            "orientation": 1,
            "paper": 9,
            "length": 2970,
            "width": 2100,
            "scale": 97,
            "copies": 2,
            "source": 1,
            "duplex": 3,
        }.items():
            struct.pack_into("<h", mode, AT[name], value)
        struct.pack_into("<I", mode, AT["fields"], 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100 | 0x200)
        return bytes(mode)

    def _merge(self, mode: bytearray) -> bytes:
        """Only members whose bit stands in dmFields are looked at; width and length override
        the paper's number."""
        fields = struct.unpack_from("<I", mode, AT["fields"])[0]
        length, width = struct.unpack_from("<hh", mode, AT["length"])
        if self.printer.papers_only:
            width, length = self.printer.papers_only
        elif not fields & (DM_PAPERLENGTH | DM_PAPERWIDTH) and fields & DM_PAPERSIZE:
            width, length = NUMBERED[struct.unpack_from("<h", mode, AT["paper"])[0]]
        struct.pack_into("<hh", mode, AT["length"], length, width)
        return bytes(mode)

    def DeviceCapabilitiesW(self, name: Any, port: Any, what: int, out: Any, mode: Any) -> int:
        """ "DeviceCapabilities function": DC_BINS fills WORDs, DC_BINNAMES 24 signs a tray;
        the number of entries, whether a buffer is given or not."""
        assert text_at(name) == self.printer.name
        assert port is None and mode is None
        trays = self.printer.trays
        if what == 6 and out is not None:
            data = struct.pack(f"<{len(trays)}H", *trays.values())
            _memory(address_of(out), len(data))[:] = data
        elif what == 12 and out is not None:
            data = b"".join(n.encode("utf-16-le").ljust(48, b"\0") for n in trays)
            _memory(address_of(out), len(data))[:] = data
        return len(trays) or -1


class Gdi(Library):
    def CreateDCW(self, driver: Any, name: Any, port: Any, mode: Any) -> int | None:
        """ "CreateDC function": a handle, NULL on failure; printers' driver is WINSPOOL, the
        port is NULL."""
        assert (text_at(driver), text_at(name), port) == ("WINSPOOL", self.printer.name, None)
        if self.printer.fails == "CreateDCW":
            self.printer.last_error = self.printer.error
            return None
        self.printer._mode = bytes(_memory(address_of(mode), DEVMODE_SIZE))
        self.printer.devices += 1
        return 0xABCD_EF01_2345

    def DeleteDC(self, device: Any) -> int:
        self.printer.devices -= 1
        return 1

    def _setting(self, name: str) -> int:
        return int(struct.unpack_from("<h", self.printer._mode, AT[name])[0])

    def _sheet(self) -> tuple[int, int]:
        """The sheet in dots as the page lies."""
        width, length = self._setting("width"), self._setting("length")
        if self._setting("orientation") == 2:
            width, length = length, width
        dpi = self.printer.dpi
        return round(width / 254 * dpi[0]), round(length / 254 * dpi[1])

    def GetDeviceCaps(self, device: Any, what: int) -> int:
        """ "GetDeviceCaps function": the physical sheet and the offset of what can be printed,
        in dots."""
        assert device == 0xABCD_EF01_2345
        width, height = self._sheet()
        answers = {88: self.printer.dpi[0], 90: self.printer.dpi[1], 110: width, 111: height}
        return (answers | {112: self.printer.margin[0], 113: self.printer.margin[1]})[what]

    def StartDocW(self, device: Any, about: Any) -> int:
        """ "StartDoc function": the job's number, more than zero; else it failed."""
        size, _, title, out, kind, _ = struct.unpack("<iiQQQI", _memory(address_of(about), 36))
        assert (size, out, kind) == (40, 0, 0)
        if (failed := self.printer.refuse("StartDocW", -1)) is not None:
            return failed
        settings = {name: self._setting(name) for name in AT if name not in ("fields", "size")}
        settings["fields"] = struct.unpack_from("<I", self.printer._mode, AT["fields"])[0]
        self.printer.jobs.append(Job(text_at(title), settings=settings))
        return len(self.printer.jobs)

    def StartPage(self, device: Any) -> int:
        """ "StartPage function": more than zero when it succeeds."""
        if (failed := self.printer.refuse("StartPage", 0)) is not None:
            return failed
        width, height = self._sheet()
        self.printer.jobs[-1].sheets.append(np.full((height, width, 3), 255, np.uint8))
        return 1

    def StretchDIBits(self, device: Any, x: int, y: int, w: int, h: int, *rest: Any) -> int:
        """ "StretchDIBits function": the lines copied; only what lies in the printable area is
        printed. A picture of another size than its place would be stretched."""
        from_x, from_y, from_w, from_h, bits, info, usage, operation = rest
        assert (from_x, from_y, usage, operation) == (0, 0, 0, 0x00CC0020)
        assert (from_w, from_h) == (w, h), "stretched"
        if (failed := self.printer.refuse("StretchDIBits", 0)) is not None:
            return failed
        size, width, height, planes, depth, packing, _ = struct.unpack(
            "<IiiHHII", _memory(address_of(info), 24)
        )
        assert (size, planes, depth, packing) == (40, 1, 32, 0)
        assert (width, height) == (w, -h), "upside down"
        picture = np.frombuffer(_memory(address_of(bits), w * h * 4), np.uint8)
        sheet = self.printer.jobs[-1].sheets[-1]
        (left, top), (rows, columns) = self.printer.margin, sheet.shape[:2]
        x, y = x + left, y + top  # on the sheet
        into = (max(y, top), min(y + h, rows - top), max(x, left), min(x + w, columns - left))
        upper, lower, start, end = into
        if upper < lower:
            part = picture.reshape(h, w, 4)[upper - y : lower - y, start - x : end - x, :3]
            sheet[upper:lower, start:end] = part
        return h

    def EndPage(self, device: Any) -> int:
        """ "EndPage function": more than zero when it succeeds."""
        failed = self.printer.refuse("EndPage", 0)
        return 1 if failed is None else failed

    def EndDoc(self, device: Any) -> int:
        """ "EndDoc function": more than zero when it succeeds."""
        if (failed := self.printer.refuse("EndDoc", 0)) is not None:
            return failed
        self.printer.jobs[-1].ended = True
        return 1

    def AbortDoc(self, device: Any) -> int:
        """ "AbortDoc function": what was spooled since StartDoc is erased."""
        self.printer.jobs.pop()
        self.printer.aborted += 1
        return 1


def _memory(address: int, length: int) -> Any:
    assert address > 0xFFFF, "a null pointer"
    return memoryview((ctypes.c_char * length).from_address(address)).cast("B")


def put_in(printer: PlayedPrinter) -> dict[str, Any]:
    """What takes the place of ``ctypes``' own loading: name and value, to be set on it."""

    def load(name: str, *, use_last_error: bool = False) -> Library:
        assert use_last_error, "the last error would be another call's"
        return {"winspool.drv": Spooler, "gdi32.dll": Gdi}[name](printer)

    return {"WinDLL": load, "get_last_error": lambda: printer.last_error}


def main() -> int:
    """``print-sheet`` with the played libraries, as a process of its own: what a test gives the
    counter instead of the program. Its first argument says where the sheets go (.npy)."""
    from app.main import main as program

    printer = PlayedPrinter()
    for name, value in put_in(printer).items():
        setattr(ctypes, name, value)
    code = program(["print-sheet", *sys.argv[2:]])
    for job in printer.jobs:
        np.save(f"{sys.argv[1]}-{job.title}.npy", np.stack(job.sheets))
    return code


if __name__ == "__main__":
    sys.exit(main())
