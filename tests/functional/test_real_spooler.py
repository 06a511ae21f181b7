"""A certificate through a real CUPS with a printer that is a file: what comes out of it is what the
touch was over, byte for byte, and the spooler was told paper, sides and that nothing is scaled."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault
from app.core.tables import load_tables, shipped_tables
from forms.fonts import load_fonts
from forms.press import Press
from forms.spool import CupsPrinter, Queue, form_of
from tests.support.form_examples import CERTIFICATE, NOTICE, NOW

CUPSD = shutil.which("cupsd") or "/usr/sbin/cupsd"
pytestmark = pytest.mark.skipif(
    not Path(CUPSD).exists() or not shutil.which("lpadmin") or os.getuid() != 0,
    reason="no CUPS on this machine (apt-get install cups), or not root",
)


_BACKEND = """#!/bin/sh
if [ $# = 0 ]; then echo 'direct keep "Unknown" "a file"'; exit 0; fi
echo "$3 $5" >> "${DEVICE_URI#keep:}.told"
if [ $# -ge 6 ]; then cat "$6"; else cat; fi > "${DEVICE_URI#keep:}"
"""
"""A printer that is a file: what CUPS hands to a device is kept as it is."""


@pytest.fixture
def spooler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A CUPS of its own, reached by a socket in the folder, with two file printers."""
    tmp_path.chmod(0o755)
    short = Path(tempfile.mkdtemp(prefix="mdg-", dir="/tmp"))  # a socket's path has 107 signs
    socket = short / "cups.sock"
    for name in ("spool", "cache", "state", "temp", "logs"):
        (tmp_path / name).mkdir(mode=0o777)
    programs = tmp_path / "programs"
    (programs / "backend").mkdir(parents=True)
    for part in Path("/usr/lib/cups").iterdir():
        if part.name != "backend":
            (programs / part.name).symlink_to(part)
    backend = programs / "backend" / "keep"
    backend.write_text(_BACKEND)
    backend.chmod(0o700)
    (tmp_path / "cups-files.conf").write_text(
        f"ServerBin {programs}\nServerRoot {tmp_path}\nRequestRoot {tmp_path}/spool\n"
        f"CacheDir {tmp_path}/cache\nStateDir {tmp_path}/state\nTempDir {tmp_path}/temp\n"
        f"ErrorLog {tmp_path}/logs/error\nAccessLog {tmp_path}/logs/access\n"
        f"PageLog {tmp_path}/logs/page\nSystemGroup root\n"
    )
    (tmp_path / "cupsd.conf").write_text(
        f"Listen {socket}\nLogLevel debug\nBrowsing Off\nDefaultAuthType None\n"
        "PreserveJobFiles Yes\nPreserveJobHistory Yes\nWebInterface No\n"
        "<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
        "<Location /admin>\nOrder allow,deny\nAllow all\n</Location>\n"
        "<Policy default>\n<Limit All>\nOrder allow,deny\nAllow all\n</Limit>\n</Policy>\n"
    )
    monkeypatch.setenv("CUPS_SERVER", str(socket))
    files, config = tmp_path / "cups-files.conf", tmp_path / "cupsd.conf"
    server = subprocess.Popen([CUPSD, "-f", "-c", str(config), "-s", str(files)])
    try:
        end = time.monotonic() + 20
        while not socket.exists() and time.monotonic() < end:
            time.sleep(0.05)
        for queue in ("office", "cards"):
            (tmp_path / f"{queue}.out").touch(mode=0o666)
            device = f"keep:{tmp_path}/{queue}.out"
            subprocess.run(
                ["lpadmin", "-p", queue, "-v", device, "-m", "raw", "-E"],
                check=True,
                capture_output=True,
                timeout=20,
            )
        yield tmp_path
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(short)


def came_out(folder: Path, queue: str, wanted: bytes) -> bytes:
    end = time.monotonic() + 20
    out = folder / f"{queue}.out"
    while out.read_bytes() != wanted and time.monotonic() < end:
        time.sleep(0.05)
    return out.read_bytes()


@pytest.mark.req("FORM-04")
def test_what_comes_out_is_what_the_touch_was_over(spooler: Path) -> None:
    press = Press(load_fonts(), load_tables(shipped_tables()))
    card = press.render("FORM-04", CERTIFICATE, training=False, now=NOW).pdf
    notice = press.render("FORM-N1", NOTICE, training=False, now=NOW).pdf
    assert (form_of(card), form_of(notice)) == ("FORM-04", "FORM-N1")
    printer = CupsPrinter(Queue("office", {"91x128": "Bypass"}, {"FORM-04": "cards"}))
    printer.spool(card, "T01-1-20261121-00042")
    printer.spool(notice, "T01-1-20261121-00044")
    assert came_out(spooler, "cards", card) == card
    assert came_out(spooler, "office", notice) == notice
    told = (spooler / "cards.out.told").read_text()
    assert {
        "T01-1-20261121-00042",
        "print-scaling=none",
        "sides=two-sided-long-edge",
        "media=Custom.91x128mm",
        "InputSlot=Bypass",
    } <= set(told.split())
    assert not set("葛城美智子") & set(told), "the job's name and options say nobody's name"
    assert "media=Custom.210x297mm" in (spooler / "office.out.told").read_text()


def test_a_queue_that_is_not_there_is_told(spooler: Path) -> None:
    with pytest.raises(EnvironmentFault) as fault:
        CupsPrinter(Queue("nowhere")).spool(b"%PDF-1.4 x", "T01-1-1")
    assert fault.value.code == "print.refused"
