"""Windows' spooler: each page of a PDF is painted onto the printer's sheet at its own size.

The way is winspool's and GDI's (learn.microsoft.com/windows/win32/printdocs and …/gdi, read
2026-11-29; the page's name stands beside each call). The printer gets a picture of each page in
its own resolution, in bands, so that what is printed is what the proof saw, and memory stays
bounded. Nothing is scaled: a printer that does not take the paper's size refuses the sheet.

The structures are declared by exact widths (a ``WCHAR`` has 16 bits), so that the same bytes
are made on every system and a played library can read them.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from app.core.errors import MadoguchiError
from forms.pdfium import open_pdf
from forms.record import MM_PER_POINT
from forms.spool import NO_SPOOLER, NO_TRAY, OTHER_PAPER, turned_over

MM_PER_INCH = 25.4
PAPER_TOLERANCE_MM = 1.5
"""How far the printer's sheet may differ from the page: drivers round to whole dots and 0.1 mm."""

BAND_BYTES = 8 << 20

# wingdi.h: DEVMODEW's dmFields, and what is set ("DEVMODEW structure (wingdi.h)")
DM_ORIENTATION, DM_PAPERSIZE, DM_PAPERLENGTH, DM_PAPERWIDTH = 0x1, 0x2, 0x4, 0x8
DM_SCALE, DM_COPIES, DM_DEFAULTSOURCE, DM_DUPLEX = 0x10, 0x100, 0x200, 0x1000
DMORIENT_PORTRAIT, DMORIENT_LANDSCAPE = 1, 2
DMPAPER_USER = 256
PAPERS = {(210, 297): 9, (148, 210): 11, (182, 257): 13, (100, 148): 43}
"""Sizes that have a number of their own: A4, A5, B5 (JIS), Japanese postcard."""
DMDUP_SIMPLEX, DMDUP_VERTICAL, DMDUP_HORIZONTAL = 1, 2, 3
_DUPLEX = {"": DMDUP_SIMPLEX, "long_edge": DMDUP_VERTICAL, "short_edge": DMDUP_HORIZONTAL}
DM_OUT_BUFFER, DM_IN_BUFFER, IDOK = 2, 8, 1  # "DocumentProperties function"
DC_BINS, DC_BINNAMES, BIN_NAME_SIGNS = 6, 12, 24  # "DeviceCapabilities function"
# "GetDeviceCaps function"
LOGPIXELSX, LOGPIXELSY = 88, 90
PHYSICALWIDTH, PHYSICALHEIGHT, PHYSICALOFFSETX, PHYSICALOFFSETY = 110, 111, 112, 113
DIB_RGB_COLORS, SRCCOPY = 0, 0x00CC0020  # "StretchDIBits function"
ERROR_SERVICE_NOT_ACTIVE, RPC_S_SERVER_UNAVAILABLE = 1062, 1722  # the spooler does not run


class DevMode(ctypes.Structure):
    """DEVMODEW, its part that every driver shares (220 bytes); the driver's own follows."""

    _fields_ = [
        ("dmDeviceName", ctypes.c_uint16 * 32),
        ("dmSpecVersion", ctypes.c_uint16),
        ("dmDriverVersion", ctypes.c_uint16),
        ("dmSize", ctypes.c_uint16),
        ("dmDriverExtra", ctypes.c_uint16),
        ("dmFields", ctypes.c_uint32),
        ("dmOrientation", ctypes.c_int16),
        ("dmPaperSize", ctypes.c_int16),
        ("dmPaperLength", ctypes.c_int16),
        ("dmPaperWidth", ctypes.c_int16),
        ("dmScale", ctypes.c_int16),
        ("dmCopies", ctypes.c_int16),
        ("dmDefaultSource", ctypes.c_int16),
        ("dmPrintQuality", ctypes.c_int16),
        ("dmColor", ctypes.c_int16),
        ("dmDuplex", ctypes.c_int16),
        ("dmYResolution", ctypes.c_int16),
        ("dmTTOption", ctypes.c_int16),
        ("dmCollate", ctypes.c_int16),
        ("dmFormName", ctypes.c_uint16 * 32),
        ("dmLogPixels", ctypes.c_uint16),
        ("dmRest", ctypes.c_uint32 * 13),
    ]


class DocInfo(ctypes.Structure):
    """DOCINFOW ("DOCINFOW structure (wingdi.h)")."""

    _fields_ = [
        ("cbSize", ctypes.c_int32),
        ("lpszDocName", ctypes.c_void_p),
        ("lpszOutput", ctypes.c_void_p),
        ("lpszDatatype", ctypes.c_void_p),
        ("fwType", ctypes.c_uint32),
    ]


class BitmapInfoHeader(ctypes.Structure):
    """BITMAPINFOHEADER ("BITMAPINFOHEADER structure (wingdi.h)"); a negative height is a
    picture whose first line is its top."""

    _fields_ = [
        ("biSize", ctypes.c_uint32),
        ("biWidth", ctypes.c_int32),
        ("biHeight", ctypes.c_int32),
        ("biPlanes", ctypes.c_uint16),
        ("biBitCount", ctypes.c_uint16),
        ("biCompression", ctypes.c_uint32),
        ("biSizeImage", ctypes.c_uint32),
        ("biXPelsPerMeter", ctypes.c_int32),
        ("biYPelsPerMeter", ctypes.c_int32),
        ("biClrUsed", ctypes.c_uint32),
        ("biClrImportant", ctypes.c_uint32),
    ]


class NotTaken(Exception):
    """The spooler or the driver refused; ``code`` is the exit code of ``print-sheet``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_POINTER, _INT, _DWORD, _WORD = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32, ctypes.c_uint16
_SPOOL_CALLS: dict[str, tuple[Any, list[Any]]] = {
    "OpenPrinterW": (_INT, [_POINTER, _POINTER, _POINTER]),
    "ClosePrinter": (_INT, [_POINTER]),
    "DocumentPropertiesW": (_INT, [_POINTER, _POINTER, _POINTER, _POINTER, _POINTER, _DWORD]),
    "DeviceCapabilitiesW": (_INT, [_POINTER, _POINTER, _WORD, _POINTER, _POINTER]),
}
_GDI_CALLS: dict[str, tuple[Any, list[Any]]] = {
    "CreateDCW": (_POINTER, [_POINTER, _POINTER, _POINTER, _POINTER]),
    "DeleteDC": (_INT, [_POINTER]),
    "GetDeviceCaps": (_INT, [_POINTER, _INT]),
    "StartDocW": (_INT, [_POINTER, _POINTER]),
    "StartPage": (_INT, [_POINTER]),
    "EndPage": (_INT, [_POINTER]),
    "EndDoc": (_INT, [_POINTER]),
    "AbortDoc": (_INT, [_POINTER]),
    "StretchDIBits": (_INT, [_POINTER, *[_INT] * 8, _POINTER, _POINTER, _DWORD, _DWORD]),
}


class Libraries:
    """winspool.drv and gdi32.dll with the calls used here. Raises ``OSError`` and
    ``AttributeError`` where they are not."""

    def __init__(self) -> None:
        load: Callable[..., Any] = getattr(ctypes, "WinDLL")  # noqa: B009 - only Windows has it
        self.last_error: Callable[[], int] = getattr(ctypes, "get_last_error")  # noqa: B009
        self.spool = load("winspool.drv", use_last_error=True)
        self.gdi = load("gdi32.dll", use_last_error=True)
        for library, calls in ((self.spool, _SPOOL_CALLS), (self.gdi, _GDI_CALLS)):
            for name, (answer, given) in calls.items():
                call = getattr(library, name)
                call.restype, call.argtypes = answer, given

    def refusal(self) -> NotTaken:
        """What the last call's error means."""
        if self.last_error() in (ERROR_SERVICE_NOT_ACTIVE, RPC_S_SERVER_UNAVAILABLE):
            return NotTaken(NO_SPOOLER)
        return NotTaken(1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a document is to be printed; the paper in millimetres, as the pages lie."""

    width: float
    height: float
    turned_over: str
    tray: str


def print_pdf(pdf: bytes, queue: str, number: str, tray: str = "") -> None:
    """Print every page at its own size. ``number`` names the job in the system's list.

    Raises NotTaken; then nothing is printed. Raises EnvironmentFault ``forms.pdf_unreadable``.
    """
    libraries = Libraries()
    with open_pdf(pdf) as document:
        sizes = {tuple(round(side, 1) for side in page.get_size()) for page in document}
        if len(sizes) != 1:
            raise NotTaken(OTHER_PAPER)
        width, height = (side * MM_PER_POINT for side in sizes.pop())
        wanted = Wanted(width, height, turned_over(pdf), tray)
        mode = _ask_for(libraries, queue, wanted)
        with _device(libraries, queue, mode) as device:
            _check_paper(libraries.gdi, device, wanted)
            _print(libraries, device, document, number)


def _text(text: str) -> ctypes.Array[ctypes.c_uint16]:
    """A wide text that ends with 0."""
    units = text.encode("utf-16-le") + b"\0\0"
    return (ctypes.c_uint16 * (len(units) // 2)).from_buffer_copy(units)


def _ask_for(libraries: Libraries, queue: str, wanted: Wanted) -> ctypes.Array[ctypes.c_char]:
    """The driver's DEVMODEW with paper, sides and tray set, as the driver itself merged it."""
    spool, name = libraries.spool, _text(queue)
    handle = ctypes.c_void_p()
    # "OpenPrinter function": 0 is failure; a name that no printer has is ERROR_INVALID_PRINTER_NAME
    if not spool.OpenPrinterW(name, ctypes.byref(handle), None):
        raise libraries.refusal()
    try:
        # "DocumentProperties function": with fMode 0 the size of the buffer, else IDOK
        size = spool.DocumentPropertiesW(None, handle, name, None, None, 0)
        if size < ctypes.sizeof(DevMode):
            raise libraries.refusal()
        buffer = ctypes.create_string_buffer(size)
        if spool.DocumentPropertiesW(None, handle, name, buffer, None, DM_OUT_BUFFER) != IDOK:
            raise libraries.refusal()
        _set(DevMode.from_buffer(buffer), wanted, _tray(libraries, name, wanted.tray))
        both = DM_IN_BUFFER | DM_OUT_BUFFER
        if spool.DocumentPropertiesW(None, handle, name, buffer, buffer, both) != IDOK:
            raise libraries.refusal()
        return buffer
    finally:
        spool.ClosePrinter(handle)


def _set(mode: DevMode, wanted: Wanted, tray: int | None) -> None:
    """Write what is wanted; a sheet that lies is told as a standing one that is turned."""
    lies = wanted.width > wanted.height
    across, along = sorted((wanted.width, wanted.height))
    mode.dmOrientation = DMORIENT_LANDSCAPE if lies else DMORIENT_PORTRAIT
    mode.dmPaperSize = PAPERS.get((round(across), round(along)), DMPAPER_USER)
    mode.dmPaperWidth, mode.dmPaperLength = round(across * 10), round(along * 10)  # 0.1 mm
    mode.dmScale, mode.dmCopies = 100, 1
    mode.dmDuplex = _DUPLEX[wanted.turned_over]
    mode.dmFields |= DM_ORIENTATION | DM_PAPERSIZE | DM_SCALE | DM_COPIES | DM_DUPLEX
    own_size = DM_PAPERWIDTH | DM_PAPERLENGTH
    if mode.dmPaperSize == DMPAPER_USER:
        mode.dmFields |= own_size
    else:
        mode.dmFields &= ~own_size  # they would override the paper's number
    if tray is not None:
        mode.dmDefaultSource = tray
        mode.dmFields |= DM_DEFAULTSOURCE


def _tray(libraries: Libraries, name: ctypes.Array[ctypes.c_uint16], wanted: str) -> int | None:
    """The driver's number of the tray that it calls ``wanted``."""
    if not wanted:
        return None
    ask = libraries.spool.DeviceCapabilitiesW
    count = ask(name, None, DC_BINS, None, None)
    if count > 0:
        numbers = (ctypes.c_uint16 * count)()
        names = (ctypes.c_uint16 * (count * BIN_NAME_SIGNS))()
        ask(name, None, DC_BINS, numbers, None)
        ask(name, None, DC_BINNAMES, names, None)
        raw, width = bytes(names), BIN_NAME_SIGNS * 2
        for at, number in enumerate(numbers):
            text = raw[at * width : (at + 1) * width].decode("utf-16-le", "replace")
            if text.partition("\0")[0].strip() == wanted:
                return int(number)
    raise NotTaken(NO_TRAY)


@contextmanager
def _device(
    libraries: Libraries, queue: str, mode: ctypes.Array[ctypes.c_char]
) -> Iterator[ctypes.c_void_p]:
    # "CreateDC function": the driver's name for a printer is WINSPOOL, the port is not given
    device = libraries.gdi.CreateDCW(_text("WINSPOOL"), _text(queue), None, mode)
    if not device:
        raise libraries.refusal()
    try:
        yield device
    finally:
        libraries.gdi.DeleteDC(device)


def _check_paper(gdi: Any, device: ctypes.c_void_p, wanted: Wanted) -> None:
    for size, resolution, millimetres in (
        (PHYSICALWIDTH, LOGPIXELSX, wanted.width),
        (PHYSICALHEIGHT, LOGPIXELSY, wanted.height),
    ):
        dots, per_inch = gdi.GetDeviceCaps(device, size), gdi.GetDeviceCaps(device, resolution)
        if per_inch <= 0 or abs(dots / per_inch * MM_PER_INCH - millimetres) > PAPER_TOLERANCE_MM:
            raise NotTaken(OTHER_PAPER)


def _print(
    libraries: Libraries, device: ctypes.c_void_p, document: pypdfium2.PdfDocument, number: str
) -> None:
    gdi = libraries.gdi
    title = _text(number)
    about = DocInfo(ctypes.sizeof(DocInfo), ctypes.addressof(title), None, None, 0)
    # "StartDoc function": the job's number, which is more than 0
    if gdi.StartDocW(device, ctypes.byref(about)) <= 0:
        raise libraries.refusal()
    try:
        for page in document:
            # "StartPage function", "EndPage function": more than 0 when they succeed
            if gdi.StartPage(device) <= 0:
                raise libraries.refusal()
            _paint(libraries, device, page)
            if gdi.EndPage(device) <= 0:
                raise libraries.refusal()
    except BaseException:
        gdi.AbortDoc(device)  # "AbortDoc function": what was spooled of it is erased
        raise
    if gdi.EndDoc(device) <= 0:
        raise libraries.refusal()


def _paint(libraries: Libraries, device: ctypes.c_void_p, page: pypdfium2.PdfPage) -> None:
    """Paint the page band by band; its corner is the sheet's, not the printable area's."""
    caps = libraries.gdi.GetDeviceCaps
    width, height = (
        round(points / 72 * caps(device, resolution))
        for points, resolution in zip(page.get_size(), (LOGPIXELSX, LOGPIXELSY), strict=True)
    )
    left, top = -caps(device, PHYSICALOFFSETX), -caps(device, PHYSICALOFFSETY)
    lines = max(1, BAND_BYTES // (width * 4))
    for first in range(0, height, lines):
        count = min(lines, height - first)
        header = BitmapInfoHeader(
            ctypes.sizeof(BitmapInfoHeader), width, -count, 1, 32, 0, width * count * 4
        )
        with _band(page, width, height, first, count) as band:
            # "StretchDIBits function": the number of lines copied, 0 or GDI_ERROR on failure
            copied = libraries.gdi.StretchDIBits(
                *(device, left, top + first, width, count, 0, 0, width, count),
                *(band, ctypes.byref(header), DIB_RGB_COLORS, SRCCOPY),
            )
        if copied <= 0:
            raise libraries.refusal()


@contextmanager
def _band(
    page: pypdfium2.PdfPage, width: int, height: int, first: int, count: int
) -> Iterator[Any]:
    """The lines ``first`` … of the page's picture of ``width`` × ``height`` dots, 4 bytes a dot."""
    bitmap = pypdfium2.PdfBitmap.new_native(width, count, pdfium.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, count)
        pdfium.FPDF_RenderPageBitmap(
            bitmap, page, 0, -first, width, height, 0, pdfium.FPDF_PRINTING
        )
        yield bitmap.buffer
    finally:
        bitmap.close()


def print_sheet(queue: str, number: str, tray: str) -> int:
    """``madoguchi print-sheet``: print the PDF on the standard input; the exit code tells
    ``forms.spool.WindowsPrinter`` what happened. Says nothing: nobody reads it."""
    pdf = sys.stdin.buffer.read()
    try:
        print_pdf(pdf, queue, number, tray)
    except NotTaken as refusal:
        return refusal.code
    except (AttributeError, OSError):  # no such library: this is not Windows
        return NO_SPOOLER
    except MadoguchiError:
        return 1
    return 0
