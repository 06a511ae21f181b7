"""What every test stands on: no display, no network but loopback."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.support.keyring_daemon import os_keyring_session  # noqa: F401
