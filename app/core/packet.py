"""A packet (資料の束): files with a table of contents that names the digest of each, as one ZIP.

The table's digest is what an act signs and the journal keeps: whoever has the packet and the
journal's export can prove that it is the one that was made.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.canon import canonical_json, digest_hex
from app.core.errors import EnvironmentFault
from app.core.files import is_file_name

CONTENTS = "contents.json"
_FORMAT = 1
_MOST_FILES = 10_000
_LARGEST = 2 * 1024**3
_DAY = (1980, 1, 1, 0, 0, 0)  # the same files make the same bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """``said`` is what the packet says of itself, ``files`` its files by name."""

    said: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def contents(self) -> bytes:
        """The table of contents."""
        digests = {name: digest_hex(self.files[name]) for name in sorted(self.files)}
        table = {"format": _FORMAT, "said": dict(self.said), "files": digests}
        return canonical_json(table).encode()

    @property
    def digest(self) -> bytes:
        """SHA-256 of the table of contents."""
        return hashlib.sha256(self.contents).digest()

    def as_zip(self) -> bytes:
        """Everything as one file, still open to everybody."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as into:
            for name, content in ((CONTENTS, self.contents), *sorted(self.files.items())):
                into.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def read_packet(data: bytes) -> Packet:
    """What ``Packet.as_zip`` made. Raises EnvironmentFault ``packet.damaged`` when a file is
    missing, too many, or not what the table says."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            entries = source.infolist()
            if len(entries) > _MOST_FILES or sum(one.file_size for one in entries) > _LARGEST:
                raise ValueError("too large")
            held = {one.filename: source.read(one) for one in entries}
        contents = held.pop(CONTENTS)
        packet = Packet(json.loads(contents)["said"], held)
        if packet.contents != contents or not all(map(is_file_name, held)):
            raise ValueError("not what the table says")
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError) as cause:
        raise EnvironmentFault(
            "packet.damaged",
            "資料の中身が、目録と合いません。壊れているか、書き換えられています。",
            "作った端末で、もう一度作ってください。",
        ) from cause
    return packet
