"""Printing on Windows, over a played spooler: the same page at the same size, or a refusal."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from app.core.errors import EnvironmentFault
from forms import windows_spool
from forms.pdfium import open_pdf, render_page
from forms.press import Press
from forms.spool import (
    NO_SPOOLER,
    NO_TRAY,
    OTHER_PAPER,
    CupsPrinter,
    NoPrinter,
    Queue,
    WindowsPrinter,
    paper_of,
    printer_on,
    turned_over,
)
from tests.support.form_examples import CERTIFICATE, EXAMPLES, NOW
from tests.support.spooler_dll import (
    ERROR_SERVICE_NOT_ACTIVE,
    RPC_S_SERVER_UNAVAILABLE,
    PlayedPrinter,
    put_in,
)

NAME = PlayedPrinter.name
Put = Callable[[PlayedPrinter], PlayedPrinter]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Lets a played printer be this machine's."""

    def in_place(printer: PlayedPrinter) -> PlayedPrinter:
        for name, value in put_in(printer).items():
            monkeypatch.setattr(ctypes, name, value, raising=False)
        return printer

    return in_place


@pytest.fixture(scope="module")
def certificate(press: Press) -> bytes:
    return press.render("FORM-04", CERTIFICATE, training=False, now=NOW).pdf


def drawn(width: float, height: float, pages: int = 1) -> bytes:
    """Pages with a cross at exact places: a bar from 20 to 21 mm across, 30 to 31 mm down."""
    import io

    mm = 72 / 25.4
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width * mm, height * mm))
    for _ in range(pages):
        canvas.rect(20 * mm, 0, 1 * mm, height * mm, stroke=0, fill=1)
        canvas.rect(0, (height - 31) * mm, width * mm, 1 * mm, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def refused(pdf: bytes, tray: str = "", queue: str = NAME) -> int:
    with pytest.raises(windows_spool.NotTaken) as refusal:
        windows_spool.print_pdf(pdf, queue, "T01-1-1", tray)
    return refusal.value.code


@pytest.mark.parametrize("dpi", [(300, 300), (600, 600), (600, 300), (203, 203)])
@pytest.mark.parametrize("size", [(91, 128), (210, 297), (148, 210), (128, 91), (297, 210)])
@pytest.mark.parametrize("margin", [(0, 0), (50, 40), (118, 71)])
def test_every_millimetre_of_the_page_lies_where_it_lies_on_the_sheet(
    put: Put, dpi: tuple[int, int], size: tuple[int, int], margin: tuple[int, int]
) -> None:
    printer = put(PlayedPrinter(dpi=dpi, margin=margin))
    windows_spool.print_pdf(drawn(*size), NAME, "T01-1-1")
    (job,) = printer.jobs
    (sheet,) = job.sheets
    assert sheet.shape[1] == pytest.approx(size[0] / 25.4 * dpi[0], abs=1)
    assert sheet.shape[0] == pytest.approx(size[1] / 25.4 * dpi[1], abs=1)
    # Half-way into the sheet only the bar is dark: its edges in dots
    line = sheet[sheet.shape[0] // 2, :, 0] < 128
    dark = np.flatnonzero(line)
    assert dark[0] == pytest.approx(20 / 25.4 * dpi[0], abs=1.5)
    assert dark[-1] == pytest.approx(21 / 25.4 * dpi[0], abs=1.5)
    column = np.flatnonzero(sheet[:, sheet.shape[1] // 2, 0] < 128)
    assert column[0] == pytest.approx(30 / 25.4 * dpi[1], abs=1.5)
    assert column[-1] == pytest.approx(31 / 25.4 * dpi[1], abs=1.5)


def test_the_certificate_is_printed_as_the_proof_saw_it(put: Put, certificate: bytes) -> None:
    printer = put(PlayedPrinter(margin=(0, 0)))
    windows_spool.print_pdf(certificate, NAME, "T01-1-1")
    (job,) = printer.jobs
    assert job.ended
    assert job.title == "T01-1-1"
    with open_pdf(certificate) as document:
        assert len(job.sheets) == len(document) == 2
        for at, sheet in enumerate(job.sheets):
            seen = render_page(document, at, 300)[: sheet.shape[0], : sheet.shape[1]]
            printed = sheet[: seen.shape[0], : seen.shape[1]]
            away = np.abs(printed.astype(int) - seen.astype(int)).mean()
            assert away < 2.0, "another picture"
            assert np.abs(printed[8:].astype(int) - seen[:-8].astype(int)).mean() > away * 3


def test_bands_meet_without_a_gap(
    put: Put, certificate: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, banded = PlayedPrinter(), PlayedPrinter()
    windows_spool.print_pdf(certificate, NAME, put(whole) and "1")  # type: ignore[arg-type]
    monkeypatch.setattr(windows_spool, "BAND_BYTES", 7 * 1075 * 4)
    windows_spool.print_pdf(certificate, NAME, put(banded) and "1")  # type: ignore[arg-type]
    for one, other in zip(whole.jobs[0].sheets, banded.jobs[0].sheets, strict=True):
        away = np.abs(one.astype(int) - other.astype(int))
        assert (away <= 8).all()


def test_what_the_driver_is_asked_for(put: Put, certificate: bytes) -> None:
    printer = put(PlayedPrinter())
    windows_spool.print_pdf(certificate, NAME, "T01-1-1", "手差し")
    settings = printer.jobs[0].settings
    assert (settings["width"], settings["length"]) == (910, 1280)
    assert settings["paper"] == 256  # DMPAPER_USER
    assert settings["scale"] == 100
    assert settings["copies"] == 1
    assert settings["source"] == 4
    assert settings["duplex"] == 2  # DMDUP_VERTICAL: turned over the long edge
    for bit in (0x1, 0x2, 0x4, 0x8, 0x10, 0x100, 0x200, 0x1000):
        assert settings["fields"] & bit
    assert (printer.open_handles, printer.devices) == (0, 0)


def test_a_sheet_of_one_side_is_not_printed_on_both(put: Put) -> None:
    printer = put(PlayedPrinter())
    windows_spool.print_pdf(drawn(210, 297), NAME, "1")
    settings = printer.jobs[0].settings
    assert settings["duplex"] == 1
    assert settings["paper"] == 9
    assert not settings["fields"] & (0x4 | 0x8)
    assert settings["source"] == 1  # the driver's own


def test_each_refusal_has_its_code_and_nothing_stays_open(put: Put, certificate: bytes) -> None:
    for fails in (
        *("OpenPrinterW", "DocumentPropertiesW", "CreateDCW", "StartDocW"),
        *("StartPage", "StretchDIBits", "EndPage", "EndDoc"),
    ):
        for error, code in (
            (5, 1),
            (RPC_S_SERVER_UNAVAILABLE, NO_SPOOLER),
            (ERROR_SERVICE_NOT_ACTIVE, NO_SPOOLER),
        ):
            printer = put(PlayedPrinter(fails=fails, error=error))
            assert refused(certificate) == code, fails
            assert not any(job.ended for job in printer.jobs)
            assert (printer.open_handles, printer.devices) == (0, 0)
            assert printer.aborted == (fails in ("StartPage", "StretchDIBits", "EndPage"))


def test_a_printer_that_is_not_there(put: Put, certificate: bytes) -> None:
    put(PlayedPrinter())
    assert refused(certificate, queue="ほかのプリンター") == 1


def test_a_tray_that_is_not_there(put: Put, certificate: bytes) -> None:
    printer = put(PlayedPrinter())
    assert refused(certificate, "カセット 9") == NO_TRAY
    put(PlayedPrinter(trays={}))
    assert refused(certificate, "手差し") == NO_TRAY
    assert printer.jobs == []


def test_a_driver_that_keeps_its_own_paper_prints_nothing(put: Put, certificate: bytes) -> None:
    printer = put(PlayedPrinter(papers_only=(2100, 2970)))
    assert refused(certificate) == OTHER_PAPER
    assert printer.jobs == []
    put(PlayedPrinter(papers_only=(905, 1285)))  # half a millimetre: a driver's rounding
    windows_spool.print_pdf(certificate, NAME, "1")


def test_the_certificate_asks_for_both_sides_and_its_own_size(press: Press) -> None:
    for form_id, data in EXAMPLES.items():
        pdf = press.render(form_id, data, training=False, now=NOW).pdf
        both = form_id in ("FORM-04", "FORM-08", "FORM-N13")
        assert turned_over(pdf) == ("long_edge" if both else ""), form_id
        assert b"/PrintScaling /None" in pdf
        with open_pdf(pdf) as document:
            two_sided = bool(turned_over(pdf))
            assert len(document) == 2 or not two_sided, form_id


def test_the_tray_is_the_paper_s(certificate: bytes) -> None:
    queue = Queue("q", {"91x128": "手差し", "210x297": "カセット 1"})
    assert paper_of(certificate) == "91x128"
    assert queue.tray_of(certificate) == "手差し"
    assert queue.tray_of(drawn(210, 297)) == "カセット 1"
    assert queue.tray_of(drawn(148, 210)) == ""


def test_the_way_is_the_system_s_and_windows_knows_no_lp(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(printer_on(Queue("")), NoPrinter)
    assert isinstance(printer_on(Queue("q")), CupsPrinter)
    monkeypatch.setattr(sys, "platform", "win32")
    assert isinstance(printer_on(Queue("q")), WindowsPrinter)
    assert isinstance(printer_on(Queue("")), NoPrinter)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; sys.stdin.buffer.read(); sys.exit(1)", "print.refused"),
        (f"import sys; sys.exit({NO_SPOOLER})", "print.no_spool"),
        (f"import sys; sys.exit({NO_TRAY})", "print.no_tray"),
        (f"import sys; sys.exit({OTHER_PAPER})", "print.other_paper"),
        ("import sys; sys.exit(77)", "print.refused"),
        ("import sys, time; sys.stdin.buffer.read(); time.sleep(60)", "print.timeout"),
        ("import time; time.sleep(60)", "print.timeout"),
    ],
)
def test_each_end_of_the_process_is_told(certificate: bytes, code: str, told: str) -> None:
    seconds = 1.0 if told == "print.timeout" else 60.0
    printer = WindowsPrinter(Queue("係の机", {"91x128": "手差し"}), seconds, python(code))
    with pytest.raises(EnvironmentFault) as fault:
        printer.spool(certificate, "T01-1-1")
    assert fault.value.code == told
    assert "今日の仕事" in fault.value.remedy
    if told == "print.no_tray":
        assert "手差し" in fault.value.message
    if told == "print.other_paper":
        assert "91×128 mm" in fault.value.message


def test_the_program_s_own_command_prints(certificate: bytes, tmp_path: Path) -> None:
    """From the counter's side through the process, its command line and the played library."""
    module = "tests.support.spooler_dll"
    command = (sys.executable, "-m", module, str(tmp_path / "sheet"))
    WindowsPrinter(Queue(NAME, {"91x128": "手差し"}), 60.0, command).spool(certificate, "T01-1-7")
    sheets = np.load(tmp_path / "sheet-T01-1-7.npy")
    assert sheets.shape[0] == 2
    assert (sheets[0] < 128).any()
    with pytest.raises(EnvironmentFault) as fault:
        WindowsPrinter(Queue("ない"), 60.0, command).spool(certificate, "T01-1-8")
    assert fault.value.code == "print.refused"


def test_elsewhere_the_command_says_that_there_is_no_such_spooler(certificate: bytes) -> None:
    with pytest.raises(EnvironmentFault) as fault:
        WindowsPrinter(Queue("q"), 60.0).spool(certificate, "T01-1-1")
    assert fault.value.code == "print.no_spool"


def test_structures_have_their_documented_size() -> None:
    assert ctypes.sizeof(windows_spool.DevMode) == 220
    assert ctypes.sizeof(windows_spool.DocInfo) == 40
    assert ctypes.sizeof(windows_spool.BitmapInfoHeader) == 40
