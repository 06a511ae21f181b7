"""The operator's manual (操作の手引き), rendered from FUNCTIONS: what the screen says is what
the manual says."""

from __future__ import annotations

from datetime import date

from app.catalog import CATALOG
from app.core.tables import load_tables, shipped_tables
from app.security.roles import permission_table
from app.security.spec import Actor, Catalog, MyNumber, SecondPerson, StepUp

_STEP_UP = {
    StepUp.SESSION: "ログインしていれば使えます",
    StepUp.RECENT: "15分以内の本人確認（暗証番号・指紋）が要ります",
    StepUp.TOUCH: "そのたびにセキュリティキーに触れます",
}
_SECOND = {
    SecondPerson.NONE: "",
    SecondPerson.CONFIRM: "別の職員の確認が要ります",
    SecondPerson.SUPERVISOR: "責任者の確認が要ります",
}
_MY_NUMBER = {
    MyNumber.NONE: "",
    MyNumber.SHOW: "個人番号を表示します",
    MyNumber.SEARCH: "個人番号で探します",
    MyNumber.UPDATE: "個人番号を登録します",
}


def operators_manual(catalog: Catalog = CATALOG) -> str:
    """The manual as Markdown, areas and functions in their order."""
    lines = ["# 操作の手引き", "", "この手引きは、端末の機能の登録から作られています。", ""]
    for area in catalog.areas:
        lines += [f"## {area.label}", ""]
        for function in catalog.of_area(area.id):
            if function.actor is Actor.SYSTEM:
                continue
            conditions = [
                _STEP_UP[function.step_up],
                _SECOND[function.second_person],
                _MY_NUMBER[function.my_number],
                "目的を選びます" if function.purpose else "",
            ]
            lines += [
                f"### {function.label}",
                "",
                function.help,
                "",
                *(f"- {text}" for text in conditions if text),
                "",
            ]
    return "\n".join(lines)


def permission_book(day: date, catalog: Catalog = CATALOG) -> str:
    """対応表 (SEC-35) as Markdown: function × role as of ``day``."""
    tables = load_tables(shipped_tables())
    roles = [(r.text("code"), r.text("label")) for r in tables["roles"].rows(day)]
    head = ["事務", "機能", "種別", *(label for _, label in roles)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for line in permission_table(tables, catalog, day):
        marks = ["○" if code in line.roles else "" for code, _ in roles]
        lines.append("| " + " | ".join([line.area, line.label, line.access, *marks]) + " |")
    return "\n".join(lines) + "\n"
