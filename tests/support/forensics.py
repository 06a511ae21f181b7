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


def decrypted(path: Path, key: bytes) -> bytes:
    """All pages of the database file in clear, one after another."""
    content = path.read_bytes()
    clear = []
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        begin = _SALT if start == 0 else 0
        body = page[begin : PAGE - _RESERVED]
        iv = page[PAGE - _RESERVED : PAGE - _RESERVED + _IV]
        opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        clear.append(opener.update(body) + opener.finalize())
    return b"".join(clear)
