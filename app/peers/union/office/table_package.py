"""表のパッケージ: one of the union's operators signs whole tables for the terminals to take by
hand, a second one lets the union decide by them from their first day on (docs/decisions/023)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from sqlalchemy import func, insert, select, update

from app.core.errors import EnvironmentFault, UserError
from app.core.tables import load_tables, shipped_tables
from app.peers.union import door
from app.peers.union import tables as kept
from app.peers.union.system import System, log_act
from app.wire.table_package import TablePackage, packed, seal_package

_PACKAGE = kept.table_package


def table_package(
    system: System, operator: str, said: Mapping[str, str], body: bytes
) -> dict[str, object]:
    """The signed package (base64) of the tables in ``body``, JSON of contents by name.

    Raises UserError ``union.arguments`` for a number or tables that cannot be read,
    ``tables.package_*`` for what no terminal could take: tables that do not load too, and
    ``tables.package_older`` for a number that is not above every one signed before.
    """
    try:
        number = door.count(said["number"])
        contents = {str(name): str(text) for name, text in door.json_of(body).items()}
    except (KeyError, ValueError, AttributeError) as cause:
        raise UserError(
            "union.arguments",
            "パッケージの番号か、表のファイルを読み取れません。",
            "番号は1以上の数、表は UTF-8 の TOML で指定してください。",
        ) from cause
    package = TablePackage(
        number,
        said["title"],
        load_tables(shipped_tables()).version,
        said["since"],
        tuple(packed(name, text.encode("utf-8")) for name, text in sorted(contents.items())),
    )
    sealed = seal_package(package, system.keys.signing)
    try:
        load_tables(shipped_tables(), package.replaced)
    except EnvironmentFault as cause:
        raise UserError(
            "tables.package_content", cause.message, "表のその行を直して、作り直してください。"
        ) from cause
    with system.database.write() as connection:
        newest = connection.execute(select(func.max(_PACKAGE.c.number))).scalar() or 0
        if number <= newest:
            raise UserError(
                "tables.package_older",
                f"第{newest}号まですでに署名しています。",
                f"第{newest + 1}号以降の番号にしてください。",
            )
        connection.execute(
            insert(_PACKAGE).values(
                number=number,
                first_day=package.since,
                body=sealed,
                signed_by=operator,
                signed_at=system.now(),
            )
        )
        log_act(system, connection, operator, "table_package", str(number), tables=len(contents))
    return {"package": base64.b64encode(sealed).decode("ascii")}


def confirm(system: System, operator: str, number: int) -> dict[str, object]:
    """Let the union decide by package ``number`` from its first day on, which is still to come: a
    day has one version of the tables from its first decision to its last.

    Raises UserError ``union.nothing_proposed``, ``union.same_operator``, ``tables.package_since``
    for a day that has begun.
    """
    with system.database.write() as connection:
        row = connection.execute(select(_PACKAGE).where(_PACKAGE.c.number == number)).first()
        if row is None or row.confirmed_at:
            raise UserError(
                "union.nothing_proposed",
                f"確かめを待っている第{number}号のパッケージはありません。",
                "番号を確かめてください。署名したパッケージは log で見られます。",
            )
        if row.signed_by == operator:
            raise UserError(
                "union.same_operator",
                "パッケージに署名した本人は、使い始めを決められません。",
                "別の操作者が確かめてください。",
            )
        if row.first_day <= system.today().isoformat():
            raise UserError(
                "tables.package_since",
                f"第{number}号の使い始める日（{row.first_day}）は、もう始まっています。",
                "明日以降の日で、新しい号を作ってください。一日の途中で表は変わりません。",
            )
        connection.execute(
            update(_PACKAGE)
            .where(_PACKAGE.c.number == number)
            .values(confirmed_by=operator, confirmed_at=system.now())
        )
        log_act(system, connection, operator, "confirm_tables", str(number), day=row.first_day)
    system.shelf.forget()
    return {"number": number, "first_day": row.first_day}
