"""The interface book (インタフェース仕様), rendered from FILES.

``python -m app.wire.book`` prints it; ``docs/interface-book.md`` is that text, kept current by
a test.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from app.wire.files import FILES, FileSpec, Route
from app.wire.layout import BodyLayout, Column, Kind

_ROUTES = {
    Route.ONLINE: "即時（専用線）",
    Route.UP: "上り（端末 → 標準システム）",
    Route.DOWN: "下り（標準システム → 端末）",
    Route.MEDIUM_IN: "電子媒体による移入",
    Route.MEDIUM_OUT: "電子媒体による移出",
}
_KINDS = {
    Kind.DIGITS: "数字（固定長）",
    Kind.NUMBER: "数（最大桁）",
    Kind.TEXT: "文字（最大字数）",
    Kind.KANA: "全角カタカナ（最大字数）",
    Kind.RESIDENT: "番号（数字15桁、先頭を0で埋める）",
    Kind.RESIDENTS: "番号（数字15桁）を空白で並べる",
    Kind.MUNICIPALITY: "全国地方公共団体コード（検査数字つき6桁）",
    Kind.FACILITY: "番号（数字と英大文字）",
    Kind.PHONE: "電話番号（市外局番からの数字。国外は + と国番号から）",
    Kind.YEN: "金額（円、先頭に0を付けない）",
    Kind.DAY: "日 YYYY-MM-DD",
    Kind.MOMENT: "日時 ISO 8601（時差つき）",
    Kind.CODE: "コード",
    Kind.FLAG: "0 / 1",
    Kind.ID: "番号（最大長）",
    Kind.JSON: "構造（JSON）",
}
_PREFACE = """\
# インタフェース仕様書

この文書は `app/wire/files.py` から作る（`python -m app.wire.book`）。手で直さない。

- 文字コードは UTF-8（先頭の印なし）。1 行目は項目名。2 行目からが記録で、どの値も二重引用符で
  囲み、宣言の順に並べ、改行（LF）で終わる。値の中の引用符は二つ重ねる。
- 値はすべて文字。ない値は空。名前は正規化しない。字数は異体字セレクタと合成記号を数えない。
- 番号・電話番号・金額・カナは一通りの書き方に決まっている。同じ値の別の書き方（先頭の0がない
  宛名番号、ハイフンの入った電話番号、コンマの入った金額、半角のカナ）は、受け取るときに直す。
- 一つでも取り決めと違う値があれば、ファイル全体を受け取らない（SEC-112）。
- 種別ごとに内容の違うファイルは、共通の頭と、種別の本体からなる。1 行目は頭の項目名だけを並べる。
  記録は、頭の値に続けて、頭の `kind`・`body`・`body_version` が指す様式の値を同じ行に並べる。
- ファイルは署名と暗号の入れ物（`app/wire/container.py`）に入れて運ぶ。
"""


def interface_book(files: Mapping[str, FileSpec] = FILES) -> str:
    """The whole book as Markdown."""
    return _PREFACE + "".join("\n" + "\n".join(_chapter(spec)) + "\n" for spec in files.values())


def _chapter(spec: FileSpec) -> Iterator[str]:
    yield f"## {spec.id} {spec.title}"
    yield ""
    yield f"- 呼び名: {'、'.join(spec.names)}"
    yield f"- 経路: {_ROUTES[spec.route]}"
    yield f"- 周期: {spec.frequency}"
    yield f"- レイアウト: `{spec.layout}` 第 {spec.version} 版"
    yield f"- 一件を定める項目: {'、'.join(spec.key)}"
    yield f"- 送信前の確認: {spec.confirmations} 人"
    yield f"- 控えの保存: {spec.retention_days} 日"
    yield f"- 個人番号: {'含む' if spec.holds_my_number else '含まない'}"
    yield ""
    yield from _table(spec.columns)
    for layout in spec.layouts:
        yield ""
        yield from _body(spec, layout)


def _body(spec: FileSpec, layout: BodyLayout) -> Iterator[str]:
    """The columns that follow the head's where it names this body."""
    kinds = [kind for kind, group in spec.bodies.items() if layout in group]
    yield f"### {spec.id} の本体: {layout.title}"
    yield ""
    yield f"- 様式: `{layout.id}` 第 {layout.version} 版"
    yield f"- 種別: {'、'.join(f'`{kind}`' for kind in kinds)}"
    yield ""
    yield from _table(layout.own_columns(spec.record), start=len(spec.columns) + 1)


def _table(declared: tuple[Column, ...], start: int = 1) -> Iterator[str]:
    yield "| # | 項目名 | 内容 | 型 | 長さ | 必須 | コード表 |"
    yield "|---|---|---|---|---|---|---|"
    for number, column in enumerate(declared, start=start):
        yield _row(number, column)


def _row(number: int, column: Column) -> str:
    label = column.label + (
        "（個人番号）" if column.my_number and "個人番号" not in column.label else ""
    )
    width = str(column.width) if column.width else ""
    required = "○" if column.required else ""
    codes = f"`{column.codes}`" if column.codes else ""
    return (
        f"| {number} | `{column.name}` | {label} | {_KINDS[column.kind]} | {width} |"
        f" {required} | {codes} |"
    )


if __name__ == "__main__":
    sys.stdout.write(interface_book())
