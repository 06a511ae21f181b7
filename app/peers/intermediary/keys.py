"""The intermediary's keys: what it signs, opens and speaks TLS with, made once by ``init``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import EnvironmentFault
from app.core.files import write_whole
from app.peers.line_pair import line_pair
from app.wire.parcels import Own

_FILES = ("signing", "receiving", "line.key", "line.pem")


@dataclass(frozen=True, slots=True)
class Keys:
    """``own`` signs and opens parcels; the two files are for the TLS library."""

    own: Own
    line_key: Path
    line_certificate: Path


def make_keys(folder: Path, name: str, hosts: tuple[str, ...], now: datetime) -> None:
    """Write new keys into ``folder``. Raises EnvironmentFault ``disk.*``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, certificate = line_pair(name, hosts, now)
    for file, content in (
        ("signing", Ed25519PrivateKey.generate().private_bytes_raw()),
        ("receiving", str(pyrage.x25519.Identity.generate()).encode()),
        ("line.key", key),
        ("line.pem", certificate),
    ):
        write_whole(folder / file, content)


def open_keys(folder: Path, name: str) -> Keys:
    """The keys in ``folder``. Raises EnvironmentFault ``intermediary.keys``."""
    try:
        signing, receiving, *_ = ((folder / file).read_bytes() for file in _FILES)
        own = Own(name, Ed25519PrivateKey.from_private_bytes(signing), receiving.decode())
        _ = own.recipient
    except (OSError, ValueError, pyrage.IdentityError) as cause:
        raise EnvironmentFault(
            "intermediary.keys",
            "中間サーバーの鍵のファイルがそろっていないか、壊れています。",
            "鍵のフォルダーを控えから戻してください。新しい鍵は自動では作りません。",
        ) from cause
    return Keys(own, folder / "line.key", folder / "line.pem")
