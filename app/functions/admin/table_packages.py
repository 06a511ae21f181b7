"""表のパッケージ: rates, thresholds and codes that come signed, put in force by two for a day (SYS,
docs/decisions/023)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.core.canon import digest_hex
from app.core.errors import EnvironmentFault, UserError
from app.core.tables import Row, Table, Tables, load_tables
from app.functions.admin.table_words import RowWords
from app.functions.admin.words import day_words
from app.security.acts.approval import Approval
from app.security.control.deeds import PutTables
from app.security.control.state import PutPackage
from app.security.control.table_packages import check, check_program, tables_of
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.security.gate.later import Later
from app.sync.terminal_keys import read_union_keys
from app.wire.table_package import LARGEST, TablePackage, open_package, wrong

__all__ = ["PutPackage"]

_SUBJECT = Subject("setting", "tables")
_NAMED = 6
"""So many tables are named in the sentence; all of them stand on the screen."""


@dataclass(frozen=True, slots=True)
class TableChange:
    """What becomes different in one table. ``lines`` say each row, the column, before and after;
    ``unconfirmed`` counts the rows of the new table that no official text confirms yet."""

    name: str
    title: str
    added: int
    changed: int
    removed: int
    unconfirmed: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A package as it would be put in force from ``since``: what two persons decide upon.
    ``deed`` is what they sign, ``version`` the tables' version from then on."""

    package: TablePackage
    deed: PutTables
    version: str
    changes: tuple[TableChange, ...]


def list_packages(gate: Gate, session: Session) -> tuple[PutPackage, ...]:
    """Every package that two persons ever put in force here, the newest first."""
    with gate.view("admin.list_tables", session, subject=Subject("list", "tables")) as work:
        found = work.control.packages
    return tuple(sorted(found, key=lambda one: one.number, reverse=True))


def read_file(path: str) -> bytes:
    """The bytes of a chosen file, no more than can be a package. Raises ``UserError``
    ``tables.package_unreadable``."""
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as cause:
        raise wrong(
            "unreadable",
            "ファイルを開けません。",
            "ファイルの場所と、このOSアカウントで読めることを確かめてください。",
        ) from cause


def look(gate: Gate, session: Session, data: bytes, since: date | None, shipped: Path) -> Looked:
    """What the package in ``data`` changes from ``since`` on (None: the day it proposes, or
    tomorrow if that is over). ``shipped`` is the folder of the program's tables.

    Raises ``UserError`` as ``open_package``, ``check``, ``tables_of`` and
    ``tables.package_content`` for tables that do not load or contradict the others;
    EnvironmentFault ``line.not_enrolled``.
    """
    today = gate.now().date()
    with gate.view("admin.list_tables", session, subject=Subject("list", "tables")) as work:
        package = open_package(data, read_union_keys(work))
        state = work.control
    tomorrow = date.fromordinal(today.toordinal() + 1)
    deed = PutTables(data, digest_hex(data), since or max(package.first_day, tomorrow))
    check(state, deed, today)
    check_program(package, load_tables(shipped))
    before = _before(shipped, state.table_package(deed.since))
    try:
        after = load_tables(shipped, package.replaced)
    except EnvironmentFault as cause:
        raise wrong(
            "content",
            cause.message,
            "何も変えていません。広域連合に作り直してもらってください。",
        ) from cause
    return Looked(package, deed, after.version, tuple(_changes(before, after)))


def prepare_put(
    gate: Gate, session: Session, data: bytes, since: date, shipped: Path
) -> PreparedAct:
    """Raises as ``look``."""
    seen = look(gate, session, data, since, shipped)
    return gate.prepare(
        "admin.put_tables",
        session,
        subject=_SUBJECT,
        content=seen.deed,
        sentence=f"{day_words(since)}から、表のパッケージ第{seen.package.number}号"
        f"「{seen.package.title}」（{mark_of(seen.deed.digest)}）の表を使います。"
        f"{summary(seen.changes)}",
    )


def perform_put(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Put it in force. The union's signature is verified once more, by the keys of now. Raises
    as ``open_package``; nothing happened then."""
    with gate.act(prepared, approvals) as work:
        assert isinstance(prepared.content, PutTables)
        open_package(prepared.content.package, read_union_keys(work))


TABLES_LATER = Later(
    PutTables, lambda gate, prepared, given, _access: perform_put(gate, prepared, given)
)


def mark_of(digest: str) -> str:
    """What two persons compare of a package with who sent it, by telephone for example."""
    return f"照合 {digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def summary(changes: Sequence[TableChange]) -> str:
    """What changes, in one sentence."""
    if not changes:
        return "いまの表と同じ内容です。"
    named = "、".join(one.title for one in changes[:_NAMED])
    more = f"ほか{len(changes) - _NAMED}表" if len(changes) > _NAMED else ""
    added, changed, removed, open_ = (
        sum(getattr(one, name) for one in changes)
        for name in ("added", "changed", "removed", "unconfirmed")
    )
    return (
        f"変わる表は{named}{more}（追加{added}行、変更{changed}行、削除{removed}行、"
        f"確認待ち{open_}行）です。"
    )


def _before(shipped: Path, one: PutPackage | None) -> Tables:
    try:
        return tables_of(shipped, one)
    except UserError:  # it was made for another version of the program, and is not used
        return load_tables(shipped)


def _changes(before: Tables, after: Tables) -> Iterator[TableChange]:
    for name, table in after.items():
        old, new = _by_key(before[name]), _by_key(table)
        added = [one for one in new if one not in old]
        removed = [one for one in old if one not in new]
        changed = [one for one in new if one in old and old[one] != new[one]]
        if not (added or removed or changed):
            continue
        now, then = RowWords(table, after), RowWords(before[name], before)
        lines = (
            *(
                f"変更　{now.where(new[one])}: {_differs(now, old[one], new[one])}"
                for one in changed
            ),
            *(f"追加　{now.where(new[one])}: {_said(now, new[one])}" for one in added),
            *(f"削除　{then.where(old[one])}: {_said(then, old[one])}" for one in removed),
        )
        unconfirmed = sum(not row.confirmed for row in new.values())
        counts = len(added), len(changed), len(removed)
        yield TableChange(name, table.title, *counts, unconfirmed, lines)


def _by_key(table: Table) -> dict[tuple[object, ...], Row]:
    """The rows by key and beginning, which no two of a table share."""
    return {
        (*(row.values[column] for column in table.key), row.valid_from): row for row in table.rows()
    }


def _differs(words: RowWords, old: Row, new: Row) -> str:
    before, after = words.fields(old), words.fields(new)
    return "、".join(
        f"{name} {before[name]} → {value}" for name, value in after.items() if before[name] != value
    )


def _said(words: RowWords, row: Row) -> str:
    return "、".join(f"{name} {value}" for name, value in words.fields(row).items())
