"""表のパッケージ: tables that two persons put in force from a day on (docs/decisions/023).

The package lies in the signed act itself, so there is no second file that could be missing,
older or altered: a changed byte makes the row of the log count for nothing, and it is told as
every such row is.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from app.core.canon import digest_hex
from app.core.tables import Tables, load_tables
from app.security.control.deeds import PutTables
from app.security.control.done import Done
from app.security.control.state import ControlState, PutPackage
from app.wire.table_package import TablePackage, read_package, wrong

AHEAD = timedelta(days=366)


def put(state: ControlState, deed: PutTables, done: Done) -> None:
    """Take a package in. Raises as ``check``."""
    package = check(state, deed, done.day)
    made = PutPackage(
        deed,
        package.number,
        package.title,
        package.program,
        done.staff_id,
        done.second_id,
        done.moment,
    )
    state.packages = (*state.packages, made)


def check(state: ControlState, deed: PutTables, today: date) -> TablePackage:
    """The package of ``deed``. Raises ``UserError`` as ``read_package``, and
    ``tables.package_older`` for one that is not newer than every one before,
    ``tables.package_since`` for a day that is not from tomorrow within a year: a day has one
    version of the tables from its first decision to its last."""
    if digest_hex(deed.package) != deed.digest:
        raise wrong("content", "署名された値と中身が合いません。", "ファイルを選び直してください。")
    package = read_package(deed.package)
    newest = max((one.number for one in state.packages), default=0)
    if package.number <= newest:
        raise wrong(
            "older",
            f"第{package.number}号です。第{newest}号まですでに決められています。",
            f"第{newest + 1}号以降のパッケージを選んでください。元に戻すときも、広域連合に"
            "新しい号で作ってもらってください。",
        )
    if not today < deed.since <= today + AHEAD:
        raise wrong(
            "since",
            "使い始める日が使えません。",
            "明日から1年以内の日を入れてください。一日の途中で表は変わりません。",
            field="since",
        )
    return package


def tables_of(shipped: Path, one: PutPackage | None) -> Tables:
    """The shipped tables with those of the package over them. Raises ``UserError``
    ``tables.package_program`` for a package made for other shipped tables, and as
    ``load_tables``."""
    if one is None:
        return load_tables(shipped)
    package = read_package(one.deed.package)
    check_program(package, load_tables(shipped))
    return load_tables(shipped, package.replaced)


def check_program(package: TablePackage, shipped: Tables) -> None:
    """Raises ``UserError`` ``tables.package_program``."""
    if package.program != shipped.version:
        raise wrong(
            "program",
            f"第{package.number}号は、別の版のプログラム（表の版 {package.program}）の"
            "ためのものです。"
            f"この端末の版は {shipped.version} です。",
            "広域連合に、この版のためのパッケージを作ってもらってください。",
        )
