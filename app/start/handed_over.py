"""What the union's operators hand over (証明書と接続先), and what can be wrong with it.

Each mistake has a sentence of its own, told before anybody is asked or contacted.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.core.errors import UserError

_LARGEST = 1024 * 1024
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_HOST = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?|\[[0-9A-Fa-f:]+\]:[0-9]+"
)
_AGAIN = "広域連合から受け取ったファイル（authority.pem）の場所を確かめて、指定し直してください。"
_ASK = "広域連合の担当者に、証明書（authority.pem）をもう一度渡してもらってください。"


def certificate_of(file: Path) -> bytes:
    """The union's certificate or certificates in ``file``, as plain PEM and nothing else.

    A comment, a BOM, other line ends and DER are read; the bytes returned are the same however
    it was saved. Raises UserError ``enrol.certificate_…``: ``missing``, ``folder``, ``denied``,
    ``empty``, ``too_large``, ``key``, ``request``, ``none``, ``damaged``.
    """
    content = _content(file)
    kinds = [kind for kind, _ in _blocks(content)]
    if any(b"PRIVATE KEY" in kind for kind in kinds):
        raise _refused("key", f"{file} には秘密の鍵が入っています。証明書ではありません。", _ASK)
    if any(b"CERTIFICATE REQUEST" in kind for kind in kinds):
        raise _refused("request", f"{file} は証明書の申請です。証明書ではありません。", _ASK)
    if not kinds and not content.lstrip().startswith(b"0"):
        raise _refused("none", f"{file} に証明書が入っていません。", _AGAIN)
    try:
        found = _certificates(content)
    except ValueError as cause:
        message = f"{file} の証明書が途中で切れているか、壊れています。"
        raise _refused("damaged", message, _ASK) from cause
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def host_of(typed: str) -> str:
    """The union's address as ``host`` or ``host:port``.

    Raises UserError ``enrol.host_…``: ``empty``, ``scheme``, ``wide``, ``blank``, ``path``,
    ``port``, ``signs``.
    """
    host = typed.strip()
    example = "広域連合から知らされた「名前:番号」の形で入れてください（例　union.example:8443）。"
    if not host:
        raise _host("empty", "接続先が入っていません。", example)
    if "://" in host:
        rest = host.partition("://")[2].strip("/")
        raise _host(
            "scheme",
            f"接続先に「{host.partition('://')[0]}://」は要りません。",
            f"「{rest}」と入れてください。",
        )
    if not host.isascii():
        narrow = unicodedata.normalize("NFKC", host)
        remedy = f"半角で「{narrow}」と入れてください。" if narrow.isascii() else example
        raise _host("wide", "接続先に全角の文字があります。", remedy)
    if any(sign.isspace() for sign in host):
        raise _host("blank", "接続先の途中に空白があります。", example)
    if "/" in host:
        raise _host(
            "path",
            "接続先に「/」から後は要りません。",
            f"「{host.partition('/')[0]}」と入れてください。",
        )
    if not _HOST.fullmatch(host):
        raise _host("signs", f"接続先「{host}」に使えない文字があります。", example)
    port = host.rpartition(":")[2] if ":" in host else "443"
    if not 0 < int(port) < 65536:
        raise _host("port", f"接続先の番号 {port} は使えません。", "1 から 65535 までの番号です。")
    return host


def _content(file: Path) -> bytes:
    if file.is_dir():
        raise _refused(
            "folder", f"{file} はフォルダーです。", "その中の証明書のファイルを指定してください。"
        )
    try:
        with file.open("rb") as source:
            content = source.read(_LARGEST + 1)
    except FileNotFoundError as cause:
        raise _refused("missing", f"{file} が見つかりません。", _AGAIN) from cause
    except OSError as cause:
        message = f"{file} を、いまのOSアカウントでは読めません。"
        raise _refused("denied", message, "ファイルのアクセス権を確かめてください。") from cause
    if len(content) > _LARGEST:
        raise _refused("too_large", f"{file} は証明書にしては大きすぎます。", _AGAIN)
    if not content.strip():
        raise _refused("empty", f"{file} は空です。", _ASK)
    return _as_bytes(content)


def _as_bytes(content: bytes) -> bytes:
    """Without the mark of an editor: UTF-8 with BOM, or UTF-16 as Windows' editors save it."""
    for mark, name in (
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"\xef\xbb\xbf", "utf-8-sig"),
    ):
        if content.startswith(mark):
            return content.decode(name, "replace").encode()
    return content


def _blocks(content: bytes) -> list[tuple[bytes, bytes]]:
    return [(one[1], one[0]) for one in _BLOCK.finditer(content)]


def _certificates(content: bytes) -> list[x509.Certificate]:
    blocks = [block for kind, block in _blocks(content) if kind.endswith(b"CERTIFICATE")]
    if blocks:
        return [x509.load_pem_x509_certificate(block) for block in blocks]
    return [x509.load_der_x509_certificate(content)]


def _refused(cause: str, message: str, remedy: str) -> UserError:
    return UserError(f"enrol.certificate_{cause}", message, remedy)


def _host(cause: str, message: str, remedy: str) -> UserError:
    return UserError(f"enrol.host_{cause}", message, remedy)
