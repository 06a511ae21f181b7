"""The operator's manual (操作の手引き) and the permission table (対応表), rendered from the
registries: what the gate demands is what the manual says.

``madoguchi manual`` prints them; ``docs/manual.md`` and ``docs/permission-table.md`` are those
texts, kept current by a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.catalog import CATALOG
from app.core.glossary import glossary
from app.core.paths import RESOURCES
from app.core.settings import OFFERED
from app.core.tables import Tables
from app.security.spec import (
    Actor,
    Area,
    Catalog,
    Function,
    Kind,
    MyNumber,
    Need,
    SecondPerson,
    StepUp,
)
from app.security.staff.roles import PermissionLine, Role, permission_table, roles_on
from app.ui.base.keys import EVERYWHERE, written

KINDS = {
    Kind.INQUIRE: "照会",
    Kind.UPDATE: "更新",
    Kind.SEND: "送信",
    Kind.PRINT: "印刷",
    Kind.ADMINISTER: "管理",
}
STEP_UPS = {
    StepUp.SESSION: "ログインしていれば使えます",
    StepUp.RECENT: "暗証番号（PIN）や指紋による15分以内の本人の確認が要ります",
    StepUp.TOUCH: "そのたびに自分のセキュリティキーに触れます",
}
SECONDS = {
    SecondPerson.CONFIRM: "効力が生じる前に、別の職員の確認が要ります",
    SecondPerson.SUPERVISOR: "効力が生じる前に、責任者の確認が要ります",
}
NUMBERS = {
    MyNumber.SHOW: "個人番号を表示します",
    MyNumber.SEARCH: "個人番号で探します",
    MyNumber.UPDATE: "個人番号を登録・変更します",
}
NEEDS = {
    Need.PEER: "広域連合とつながっていることが要ります",
    Need.MEDIA_TERMINAL: "電子媒体を扱う端末でだけ使えます",
    Need.SCANNED_MEDIUM: "ウイルス検査の済んだ媒体が要ります",
    Need.FILLED: "端末への初期登録が済むまでは使えません",
}
PEOPLE = RESOURCES / "texts" / "manual_people.md"
"""The chapter for supervisors and administrators, in its own words: what to do in which order."""
FIRST_CHAPTER = "はじめに"
_PREFACE = """\
# 操作の手引き

この手引きは機能の登録から作られています（`madoguchi manual`）。手で直しません。
{day} 現在の役割によります。権限は、ここに示す役割の範囲で、職員ごとに期間を決めて与えられます。

## はじめに

- **ログイン**: 職員番号とパスワードを入れ、自分のセキュリティキーに触れます。
- **キーに触れる**: 送信・発行・承認などの前に、これから行うことが一文で表示されます。
  その文を読み、正しければキーに触れます。触れたことは、あなたの署名として操作記録に残ります。
- **断られたとき**: 画面に理由と、次にすることが出ます。断られたことも操作記録に残ります。
- **席を離れるとき**: ロックします。書きかけの届出は自動で保存され、続きから始められます。
- **一度に一人**: 途中の受付を続けるときは、来庁の方に生年月日を尋ねて入れます。受付の途中で
  別の方を開こうとすると、だれの受付の途中かが出ます。別の方の口座や書類の番号を入れると、
  注意が出るか、だれのものかが出て先へ進めません。
- **検索**: 氏名・カナ・ローマ字・生年月日（S200503 など）・番号・電話番号で探せます。氏名と
  生年月日が同じ方がほかにいると、最初の Enter では開かず、住所を確かめるように出ます。
- **短い入力**: 日付は「.」で今日、「1121」で今年の11月21日です。市区町村コードの欄には名前でも
  入れられ、続柄は下に出ている番号でも選べます。選択肢は番号キーで選ぶと次の欄へ進みます。
  世帯番号を入れると、世帯主が出て、空いている住所・電話番号が入ります。違うときは直してください。
- **画面を印刷するとき**: Ctrl+P か PrintScreen を押して目的を選ぶと、開いている画面が一枚出ます。
  個人番号は＊になります。印刷の記録と操作記録に残ります。
- **操作記録**: だれの情報をいつ開いたかは、すべて記録され、消すことも直すこともできません。
"""


def operators_manual(day: date, tables: Tables, catalog: Catalog = CATALOG) -> str:
    """The manual as Markdown: areas and functions in their order, roles as of ``day``."""
    roles = roles_on(tables, catalog, day)
    lines = [_PREFACE.format(day=f"{day:%Y-%m-%d}"), *_keys(), PEOPLE.read_text(encoding="utf-8")]
    for area in catalog.areas:
        lines += _area(area, catalog, roles)
    lines += ["## 端末が自動で行うこと", ""]
    lines += [
        f"- **{function.label}**: {function.help}"
        for function in catalog.values()
        if function.actor is Actor.SYSTEM
    ]
    lines += ["", "## 設定", "", *_settings(), "", "## 用語集", "", *_terms()]
    return "\n".join(lines) + "\n"


def permission_book(day: date, tables: Tables, catalog: Catalog = CATALOG) -> str:
    """アクセス権限と事務の対応表 (SEC-35) as Markdown: function by role as of ``day``."""
    roles = roles_on(tables, catalog, day)
    head = ["事務", "機能", "種別", *(role.label for role in roles)]
    lines = [
        "# アクセス権限と事務の対応表",
        "",
        "この表は機能と役割の登録から作られています（`madoguchi manual --table`）。",
        f"{day:%Y-%m-%d} 現在。○ の機能だけが、その役割で申請できます。",
        "",
        _cells(head),
        "|" + "---|" * len(head),
    ]
    staff_only = (
        line
        for line in permission_table(tables, catalog, day)
        if catalog[line.function_id].actor is Actor.STAFF
    )
    return "\n".join([*lines, *(_permission(line, roles) for line in staff_only)]) + "\n"


def _permission(line: PermissionLine, roles: tuple[Role, ...]) -> str:
    marks = ("○" if role.code in line.roles else "" for role in roles)
    return _cells([line.area, line.label, line.access, *marks])


def _cells(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _area(area: Area, catalog: Catalog, roles: tuple[Role, ...]) -> Iterator[str]:
    yield f"## {area.label}"
    yield ""
    for function in catalog.of_area(area.id):
        if function.actor is Actor.STAFF:
            yield from _function(function, roles)


def _function(function: Function, roles: tuple[Role, ...]) -> Iterator[str]:
    holders = [role.label for role in roles if function.id in role.function_ids]
    yield f"### {function.label}"
    yield ""
    yield function.help
    yield ""
    yield f"- 種別: {KINDS[function.kind]}" + ("（メニューにあります）" if function.menu else "")
    yield f"- 使える役割: {'、'.join(holders) or 'なし'}"
    for condition in conditions(function):
        yield f"- {condition}"
    yield ""


def conditions(function: Function) -> list[str]:
    """What the gate demands for this function, each as a sentence for the clerk."""
    said = [STEP_UPS[function.step_up]]
    if function.second_person in SECONDS:
        said.append(SECONDS[function.second_person])
    if function.purpose:
        said.append("目的を選びます")
    if function.my_number in NUMBERS:
        said.append(NUMBERS[function.my_number])
    return said + [NEEDS[need] for need in function.needs]


def _settings() -> Iterator[str]:
    yield _cells(["設定", "はじめの値", "決められる範囲", "意味"])
    yield "|---|---|---|---|"
    for setting in OFFERED.values():
        first = setting.word(setting.default) + setting.unit
        yield _cells([setting.label, first, setting.span, setting.meaning])


def _keys() -> Iterator[str]:
    yield "## キー\n"
    yield "どの画面でも同じ働きをします。画面ごとのキーは Alt と文字で、ボタンに書いてあります。"
    yield "? を押すと、開いている画面で使えるキーが並びます。"
    yield "ファンクションキーは、この表のほかには使いません。\n"
    yield _cells(["キー", "はたらき"])
    yield "|---|---|"
    for one in EVERYWHERE:
        yield _cells([written(one.key), one.does])
    yield ""


def _terms() -> Iterator[str]:
    yield _cells(["言葉", "読み", "意味"])
    yield "|---|---|---|"
    for term in glossary():
        yield _cells([term.word, term.reading, term.meaning])
