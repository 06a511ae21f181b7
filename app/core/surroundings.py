"""What the program takes from its surroundings: no variable may load code, write keys to a file or
show the screen elsewhere.

Libraries read these the moment they are loaded; ``clear`` runs before the first of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

_ALWAYS = (
    "OPENSSL_",  # another configuration or module of OpenSSL
    "SSLKEYLOGFILE",  # the keys of every TLS line, in a file
    "SSL_CERT_",
    "LD_PRELOAD",  # for the programs that we start
    "LD_AUDIT",
    "DYLD_INSERT_LIBRARIES",
    "PYTHONINSPECT",
    "PYTHONSTARTUP",
)
_IN_PRODUCTION = (
    "QT",  # QT_PLUGIN_PATH, QT_QPA_PLATFORM, QT_STYLE_OVERRIDE, QTWEBENGINE_…
    "QML",
    "QSG_",
    "QV4_",
    "FONTCONFIG_",
    "GTK_",
    "PYTHON",
)
"""Beginnings of names; development and tests need some of these."""

_INPUT_METHODS = ("QT_IM_MODULE", "QT_IM_MODULES")
_KNOWN_METHODS = frozenset(("ibus", "compose", "wayland", "xim", "none", ""))
"""Without its input method nobody can type kanji on Linux; only those that are shipped or built in
are left."""

PLATFORMS = {"win32": "windows", "darwin": "cocoa"}
"""The one platform plugin of each system; on Linux it is xcb, and offscreen without a screen."""


def clear(
    environment: MutableMapping[str, str] | None = None, *, shipped: bool | None = None
) -> None:
    """Take out of ``environment`` (this process's) what libraries would obey. In the ``shipped``
    program (this one, if it is a bundle) the platform of the screen is fixed too."""
    environment = os.environ if environment is None else environment
    shipped = bool(getattr(sys, "frozen", False)) if shipped is None else shipped
    gone = _ALWAYS + _IN_PRODUCTION if shipped else _ALWAYS
    methods = {name: environment.get(name, "") for name in _INPUT_METHODS}
    for name in [name for name in environment if name.upper().startswith(gone)]:
        del environment[name]
    if not shipped:
        return
    for name, said in methods.items():
        if said and set(said.split(";")) <= _KNOWN_METHODS:
            environment[name] = said
    seen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    linux = "xcb" if seen else "offscreen"
    environment["QT_QPA_PLATFORM"] = PLATFORMS.get(sys.platform, linux)
