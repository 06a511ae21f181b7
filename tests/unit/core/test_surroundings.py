"""No variable loads code, writes keys to a file, or shows the screen somewhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core import surroundings

ROOT = Path(__file__).resolve().parents[3]
ATTACKS = {
    "OPENSSL_CONF": "/tmp/evil.cnf",
    "OPENSSL_MODULES": "/tmp",
    "OPENSSL_ENGINES": "/tmp",
    "SSLKEYLOGFILE": "/tmp/keys",
    "SSL_CERT_FILE": "/tmp/ca.pem",
    "LD_PRELOAD": "/tmp/evil.so",
}
ONLY_SHIPPED = {
    "QT_QPA_PLATFORM": "vnc",
    "QT_PLUGIN_PATH": "/tmp",
    "QT_QPA_PLATFORM_PLUGIN_PATH": "/tmp",
    "QT_STYLE_OVERRIDE": "evil",
    "QTWEBENGINE_REMOTE_DEBUGGING": "1",
    "QML2_IMPORT_PATH": "/tmp",
    "FONTCONFIG_FILE": "/tmp/fonts.conf",
    "GTK_MODULES": "evil",
    "QT_IM_MODULE": "../../tmp/evil",
}
OURS = {"HOME": "/root", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "MADOGUCHI_DATA": "/d"}


def test_what_libraries_obey_is_gone_in_every_program() -> None:
    environment = {**ATTACKS, **OURS}
    surroundings.clear(environment, shipped=False)
    assert environment == OURS


@pytest.mark.parametrize("display", ["", ":0"])
def test_the_shipped_program_has_its_platform_and_no_plugins_of_others(display: str) -> None:
    environment = {**ATTACKS, **ONLY_SHIPPED, **OURS, "DISPLAY": display}
    surroundings.clear(environment, shipped=True)
    platform = surroundings.PLATFORMS.get(sys.platform, "xcb" if display else "offscreen")
    assert environment == {**OURS, "DISPLAY": display, "QT_QPA_PLATFORM": platform}


def test_kanji_can_still_be_typed() -> None:
    environment = {"QT_IM_MODULE": "ibus", "QT_IM_MODULES": "wayland;ibus"}
    surroundings.clear(environment, shipped=True)
    assert environment["QT_IM_MODULE"] == "ibus"
    assert environment["QT_IM_MODULES"] == "wayland;ibus"


def test_they_are_gone_before_the_first_library_is_loaded() -> None:
    """Asked of the program itself: what OpenSSL's own C code would find, and whether hashlib, ssl
    or a binding was loaded when they went."""
    asked = (
        "import sys, ctypes\n"
        "import app.core.surroundings as here\n"
        "before = set(sys.modules)\n"
        "early = {'_hashlib', '_ssl', 'ssl', 'cryptography', 'sqlcipher3', 'PySide6'} & before\n"
        "import app.main\n"
        "get = ctypes.CDLL(None).getenv\n"
        "get.restype = ctypes.c_char_p\n"
        "print(sorted(early), get(b'OPENSSL_CONF'), get(b'SSLKEYLOGFILE'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, **{k: v for k, v in ATTACKS.items() if k != "LD_PRELOAD"}},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[] None None"


@pytest.mark.skipif(sys.platform != "linux", reason="PR_GET_DUMPABLE is Linux'")
def test_no_core_and_nobody_reads_the_memory() -> None:
    asked = (
        "import ctypes, resource\n"
        "from app.core.process import leave_no_core, leaves_cores\n"
        "leave_no_core()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), leaves_cores())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "False"]
