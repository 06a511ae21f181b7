"""What somebody who has the key can still read from a store's pages, live or not.

Reads SQLCipher 4's file format by itself (4096-byte pages, AES-256-CBC, IV and HMAC in the last
80 bytes of a page), so that free pages and slack are seen, which SQL never shows.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_RESERVED = 80
_SALT = 16
_IV = 16
_LOG_HEAD, _FRAME_HEAD = 32, 24


def decrypted(path: Path, key: bytes) -> bytes:
    """All pages of the database file in clear, one after another."""
    content = path.read_bytes()
    starts = range(0, len(content), PAGE)
    return b"".join(_clear(content[at : at + PAGE], key, first=at == 0) for at in starts)


def decrypted_log(path: Path, key: bytes) -> bytes:
    """All pages of a write-ahead log in clear, those that were checkpointed included."""
    content = path.read_bytes()
    clear = []
    for at in range(_LOG_HEAD, len(content) - PAGE - _FRAME_HEAD + 1, PAGE + _FRAME_HEAD):
        number = int.from_bytes(content[at : at + 4], "big")
        page = content[at + _FRAME_HEAD : at + _FRAME_HEAD + PAGE]
        clear.append(_clear(page, key, first=number == 1))
    return b"".join(clear)


def _clear(page: bytes, key: bytes, *, first: bool) -> bytes:
    body = page[_SALT if first else 0 : PAGE - _RESERVED]
    iv = page[PAGE - _RESERVED : PAGE - _RESERVED + _IV]
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return opener.update(body) + opener.finalize()
