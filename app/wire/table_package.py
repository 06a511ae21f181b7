"""A package of tables (表のパッケージ): one file, signed by the union (docs/decisions/023).

It is a signed statement (``app.wire.statements``): number, the program's tables that it is made
for, the proposed first day, and each table with its SHA-256. The signature covers all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.canon import digest_hex
from app.core.errors import EnvironmentFault, UserError
from app.core.tables import Replaced
from app.wire.keys import SigningKeys
from app.wire.statements import open_signed, peek, sign

LARGEST = 1_000_000
"""Bytes of a package file; all tables of the program together are a quarter of that."""
OF_THE_PROGRAM = frozenset({"closed_days", "purposes", "roles", "role_scopes"})
"""Tables by which the signed acts of before are judged: they come with the program alone."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class PackedTable:
    """One whole table as it stands in its TOML file, and the SHA-256 (hex) of it."""

    name: str
    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TablePackage:
    """``number`` counts up, without gaps or with; ``program`` is the version of the shipped tables
    that it goes over (``Tables.version``); ``since`` (YYYY-MM-DD) is the day that is proposed."""

    number: int
    title: str
    program: str
    since: str
    tables: tuple[PackedTable, ...]

    @property
    def first_day(self) -> date:
        """The proposed day."""
        return date.fromisoformat(self.since)

    @property
    def replaced(self) -> Replaced:
        """What stands in the place of the shipped tables."""
        contents = {one.name: one.content.decode("utf-8") for one in self.tables}
        return Replaced(self.number, contents)


def packed(name: str, content: bytes) -> PackedTable:
    """A table with its digest."""
    return PackedTable(name, digest_hex(content), content)


def seal_package(package: TablePackage, key: Ed25519PrivateKey) -> bytes:
    """The package's file. Raises as ``read_package``, for what nobody could take."""
    _check(package)
    return sign(package, key)


def open_package(data: bytes, keys: SigningKeys) -> TablePackage:
    """The package in a file, its signature verified with one of ``keys``.

    Raises ``UserError``, field ``file``: ``tables.package_size``, ``tables.package_file`` (no
    package, cut off), ``tables.package_signature`` (altered, or another signer),
    ``tables.package_content`` (it does not hold what it says).
    """
    _check_size(data)
    try:
        peek(TablePackage, data)
    except EnvironmentFault as cause:
        raise _no_package() from cause
    try:
        package = open_signed(TablePackage, data, keys)
    except EnvironmentFault as cause:
        raise wrong(
            "signature",
            "署名が合いません。途中で書き換えられたか、この端末が登録した広域連合のものではありません。",
            "何も変えていません。広域連合から受け取り直してください。",
        ) from cause
    _check(package)
    return package


def read_package(data: bytes) -> TablePackage:
    """The package in bytes whose signature was verified when two persons put them in force.
    Raises as ``open_package``, but for the signature."""
    _check_size(data)
    try:
        package = peek(TablePackage, data)
    except EnvironmentFault as cause:
        raise _no_package() from cause
    _check(package)
    return package


def wrong(cause: str, what: str, remedy: str, field: str = "file") -> UserError:
    """A package that is not taken."""
    return UserError(f"tables.package_{cause}", f"表のパッケージ: {what}", remedy, field=field)


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST:
        raise wrong(
            "size",
            f"ファイルが大きすぎます（{LARGEST // 1000}KBまで）。",
            "表のパッケージのファイルを選び直してください。",
        )


def _no_package() -> UserError:
    return wrong(
        "file",
        "表のパッケージとして読み取れません。途中で切れているか、別のファイルです。",
        "ファイルを選び直すか、広域連合から受け取り直してください。",
    )


def _check(package: TablePackage) -> None:
    what = _contradiction(package)
    if what:
        raise wrong("content", what, "何も変えていません。広域連合に作り直してもらってください。")


def _contradiction(package: TablePackage) -> str:
    try:
        date.fromisoformat(package.since)
        package.replaced  # noqa: B018 - that every table is text
    except ValueError:
        return "使い始める日か、表の文字を読み取れません。"
    if package.number < 1:
        return "番号が1より小さいです。"
    if not 1 <= len(package.title) <= 60 or not package.title.replace("　", "").isprintable():
        return "件名がないか、使えない字があります。"
    names = [one.name for one in package.tables]
    if not names or len(set(names)) != len(names):
        return "表がないか、同じ表が二つあります。"
    for one in package.tables:
        if not _NAME.fullmatch(one.name):
            return "表の名前に使えない字があります。"
        if one.name in OF_THE_PROGRAM:
            return f"表 {one.name} は、プログラムと一緒にだけ変えられます。"
        if digest_hex(one.content) != one.digest:
            return f"表 {one.name} の中身が、目録の値と合いません。"
    return ""
