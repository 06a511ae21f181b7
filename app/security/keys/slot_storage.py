"""The slot file on disk: frame, checksum, version, terminal and MAC, in this order.

Layout: 8 bytes mark, 32 bytes SHA-256 over everything after it, 2 bytes version (big
endian), 32 bytes HMAC-SHA256 under the terminal secret over version and content, content.
The content is CBOR: ``plain``, what recovery needs without the terminal secret, and
``holders``, everybody's keys sealed under it (AES-SIV), so that a stolen disk tells no staff
id. Version 1 had the holders in ``plain`` and is still read.
The order of the checks tells the causes apart (DESIGN 4): a torn file is never called
tampered, another terminal's file never damaged.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from app.core.errors import EnvironmentFault
from app.core.files import write_whole
from app.security.keys.slot_model import (
    ContentError,
    SlotFile,
    decode_holders,
    decode_slot_file,
    encode_holders,
    encode_slot_file,
)
from app.security.keys.terminal_secret import TerminalSecret

VERSION = 2
_FIRST = 1  # the holders lay in clear
_MARK = b"MDGSLOTS"
_DIGEST_BYTES = 32
_VERSION_FIELD = struct.Struct(">H")
_BODY_START = len(_MARK) + _DIGEST_BYTES
_MAC_START = _BODY_START + _VERSION_FIELD.size
_CONTENT_START = _MAC_START + _DIGEST_BYTES


@dataclass(frozen=True, slots=True)
class _Frame:
    version: int
    mac: bytes
    content: bytes


def write_slot_file(path: Path, file: SlotFile, terminal: TerminalSecret) -> None:
    """Write the whole file, durable on return. Raises ``EnvironmentFault`` ``disk.*``."""
    if file.terminal_id != terminal.terminal_id:
        raise ValueError("a slot file is written with its own terminal's secret")
    write_whole(path, frame(_content_of(file, terminal), terminal))


def frame(content: bytes, terminal: TerminalSecret, version: int = VERSION) -> bytes:
    """The bytes of a slot file with this content."""
    body = _VERSION_FIELD.pack(version) + _mac(content, terminal, version) + content
    return _MARK + hashlib.sha256(body).digest() + body


def read_slot_file(path: Path, terminal: TerminalSecret | None, account: str = "") -> SlotFile:
    """Read and check the file against the secret that the OS keyring gave (or nothing).

    ``account`` is the OS account now in use, if known. Raises ``EnvironmentFault``, first
    cause first: ``keyslots.missing``, ``keyslots.unreadable``, ``keyslots.damaged``,
    ``keyslots.version``, ``keyslots.other_account`` or ``keyslots.keyring_lost`` (there is no
    secret), ``keyslots.other_terminal``, ``keyslots.tampered``.
    """
    parsed = _unframe(_read(path))
    file, sealed = _decode(parsed)
    if terminal is None:
        if account and file.account and account != file.account:
            raise _other_account(file.account)
        raise _keyring_lost()
    if terminal.terminal_id != file.terminal_id:
        raise _other_terminal()
    if not hmac.compare_digest(parsed.mac, _mac(parsed.content, terminal, parsed.version)):
        raise tampered()
    return file if parsed.version == _FIRST else _with_holders(file, sealed, terminal)


def read_unauthenticated(path: Path) -> SlotFile:
    """Read without the terminal secret, for recovery (復旧) only: the seals in it prove
    themselves when the recovery key opens them. Nobody's keys are in what it gives, except from a
    file of version 1. Raises as ``read_slot_file`` up to version."""
    return _decode(_unframe(_read(path)))[0]


def _content_of(file: SlotFile, terminal: TerminalSecret) -> bytes:
    plain = encode_slot_file(replace(file, holders=()))
    sealed = _siv(terminal).encrypt(encode_holders(file.holders), [plain])
    return cbor2.dumps({"plain": plain, "holders": sealed}, canonical=True)


def _with_holders(file: SlotFile, sealed: bytes, terminal: TerminalSecret) -> SlotFile:
    plain = encode_slot_file(file)
    try:
        return replace(file, holders=decode_holders(_siv(terminal).decrypt(sealed, [plain])))
    except (InvalidTag, ValueError) as cause:
        raise tampered() from cause
    except ContentError as cause:
        raise _damaged() from cause


def _siv(terminal: TerminalSecret) -> AESSIV:
    return AESSIV(terminal.key_for("slot holders 1") + terminal.key_for("slot holders 2"))


def _mac(content: bytes, terminal: TerminalSecret, version: int) -> bytes:
    key = terminal.key_for("slot file")
    return hmac.digest(key, _VERSION_FIELD.pack(version) + content, "sha256")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as cause:
        raise EnvironmentFault(
            "keyslots.missing",
            "鍵ファイルが見つかりません。この端末の保存データを開けません。",
            "端末を初期設定していないときは初期設定を、そうでないときは"
            "システム管理者に連絡し、復旧の手順を始めてください。",
        ) from cause
    except OSError as cause:
        raise EnvironmentFault(
            "keyslots.unreadable",
            "鍵ファイルを読み取れません。",
            "この端末専用のOSアカウントでログオンしているか確かめ、システム管理者に連絡してください。",
        ) from cause


def _unframe(raw: bytes) -> _Frame:
    body = raw[_BODY_START:]
    digest = raw[len(_MARK) : _BODY_START]
    if not raw.startswith(_MARK) or not hmac.compare_digest(digest, hashlib.sha256(body).digest()):
        raise _damaged()
    if len(raw) < _CONTENT_START:
        raise _damaged()
    (version,) = _VERSION_FIELD.unpack_from(raw, _BODY_START)
    if version not in (_FIRST, VERSION):
        raise EnvironmentFault(
            "keyslots.version",
            f"鍵ファイルの版（{version}）は、このプログラムが扱える版（{VERSION}）ではありません。",
            "新しい版のプログラムで作られたファイルです。プログラムを更新するか、"
            "システム管理者に連絡してください。",
        )
    return _Frame(version, raw[_MAC_START:_CONTENT_START], raw[_CONTENT_START:])


def _decode(parsed: _Frame) -> tuple[SlotFile, bytes]:
    """What lies in clear, and everybody's keys as they are sealed."""
    try:
        if parsed.version == _FIRST:
            return decode_slot_file(parsed.content), b""
        fields = cbor2.loads(parsed.content)
        return decode_slot_file(fields["plain"]), bytes(fields["holders"])
    except (ContentError, cbor2.CBORDecodeError, KeyError, TypeError, ValueError) as cause:
        raise _damaged() from cause


def _damaged() -> EnvironmentFault:
    return EnvironmentFault(
        "keyslots.damaged",
        "鍵ファイルが壊れています（検査値が合いません）。",
        "操作をやめてシステム管理者に連絡し、鍵ファイルの控えから戻すか、"
        "復旧の手順を始めてください。",
    )


def _keyring_lost() -> EnvironmentFault:
    return EnvironmentFault(
        "keyslots.keyring_lost",
        "この端末の秘密がOSのキーリングにありません。"
        "キーリングが失われたか、別の機械から持ち込まれたファイルです。",
        "この端末専用のOSアカウントでログオンしているか確かめてください。"
        "正しいアカウントであれば、復旧鍵（3枚のうち2枚）による復旧が必要です。",
    )


def _other_account(account: str) -> EnvironmentFault:
    return EnvironmentFault(
        "keyslots.other_account",
        f"この端末はOSのアカウント「{account}」で使うように設定されています。",
        f"いったんOSからログオフし、「{account}」でログオンし直してください。",
    )


def _other_terminal() -> EnvironmentFault:
    return EnvironmentFault(
        "keyslots.other_terminal",
        "この鍵ファイルは別の端末のものです。この端末では開けません。",
        "元の端末で使ってください。心当たりがないときはシステム管理者に連絡してください。",
    )


def tampered() -> EnvironmentFault:
    """The fault for content that the terminal secret does not vouch for."""
    return EnvironmentFault(
        "keyslots.tampered",
        "鍵ファイルがこのプログラム以外によって書き換えられています。",
        "操作をやめ、端末をそのままにしてシステム管理者に連絡してください。",
    )
