"""表のパッケージ: the union's operators sign whole tables for the terminals to take by hand
(docs/decisions/023)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from app.core.errors import EnvironmentFault, UserError
from app.core.tables import load_tables, shipped_tables
from app.peers.union import door
from app.peers.union.system import System, log_act
from app.wire.table_package import TablePackage, packed, seal_package


def table_package(
    system: System, operator: str, said: Mapping[str, str], body: bytes
) -> dict[str, object]:
    """The signed package (base64) of the tables in ``body``, JSON of contents by name.

    Raises UserError ``union.arguments`` for a number or tables that cannot be read,
    ``tables.package_*`` for what no terminal could take: tables that do not load too.
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
        log_act(system, connection, operator, "table_package", str(number), tables=len(contents))
    return {"package": base64.b64encode(sealed).decode("ascii")}
