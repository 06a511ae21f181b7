"""The union's operators sign a package of tables by the command line."""

from __future__ import annotations

from datetime import date

from app.peers.union.embed import embedded
from app.peers.union.main import main
from app.wire.keys import signing_keys
from app.wire.table_package import open_package
from tests.support.table_packages import MEALS, dearer_meals
from tests.support.union_terminal import MORNING, TABLES


def test_a_package_is_signed_and_tables_that_do_not_load_are_refused(tmp_path, capsys):
    """A union as a program (a second): its key and its operators' door are what is shown."""
    data, out, table = tmp_path / "union", tmp_path / "package", tmp_path / f"{MEALS}.toml"

    def ask(*more: str) -> int:
        words = ("--number", "2", "--title", "食事代の改定", "--since", "2026-12-01")
        where = ("--data", str(data), "--out", str(out))
        return main(["table-package", *where, *words, *more])

    with embedded(data, moment=MORNING) as union:
        table.write_text(dearer_meals(), encoding="utf-8")
        assert ask(str(table)) == 0
        package = open_package(
            out.read_bytes(), signing_keys(bytes.fromhex(union.first.act("status")["signing"]))
        )
        assert (package.number, package.first_day) == (2, date(2026, 12, 1))
        assert package.program == TABLES.version
        assert package.replaced.contents == {MEALS: dearer_meals()}
        out.unlink()
        capsys.readouterr()
        table.write_text(dearer_meals().replace("2025-04-01", "2025-03-01"), encoding="utf-8")
        assert ask(str(table)) == 1
        assert "重なって" in capsys.readouterr().err and not out.exists()
        assert ask(str(tmp_path / "none.toml")) == 1
        assert "読めません" in capsys.readouterr().err
        table.write_text(dearer_meals(), encoding="utf-8")
        assert ask(str(table), "--number", "0") == 1
        assert not out.exists()
