"""The interface book (インタフェース仕様), rendered from FILES.

``python -m app.wire.book`` prints it; ``docs/interface-book.md`` is that text, kept current by
a test.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from app.wire.beyond import BEYOND
from app.wire.files import FILES, FileSpec, Route
from app.wire.frame import END, HEAD, HEAD_COLUMNS, TRAILER_COLUMNS
from app.wire.layout import KIND_NAMES, BodyLayout, Column, columns

_ROUTES = {
    Route.ONLINE: "即時（専用線）",
    Route.UP: "上り（端末 → 標準システム）",
    Route.DOWN: "下り（標準システム → 端末）",
    Route.SHARED: "端末間（標準システムを経て、同じ市区町村のほかの端末へ）",
    Route.CONTACT: "連絡の答え（ほかの何よりも先に受け取る）",
    Route.MEDIUM_IN: "電子媒体による移入",
    Route.MEDIUM_OUT: "電子媒体による移出",
    Route.BEYOND: "標準システムと中間サーバーの間（端末には届かない）",
}
_MEDIA = {True: "移入してから送る", False: "受け取ってから移出する"}
_PREFACE = """\
# 外部インタフェース仕様書

この文書は `app/wire/files.py` から作る（`madoguchi interface-book`）。手で直さない。

## ファイルの書き方

- 文字コードは UTF-8（先頭の印なし）。市区町村のシステムが要るときは、相手ごとの設定で
  Shift_JIS 系にする。その文字コードにない文字は 〓 にして文字リストに載せ、黙って落とさない。
- 先頭の行（#HEAD）・項目名の行・記録・最後の行（#END）の順に並べ、改行（LF）で終わる。どの値も
  二重引用符で囲み、値の中の引用符は二つ重ねる。
- 「先頭と最後の行: なし」のファイルは、項目名の行と記録だけからなり、入れ物の頭が
  件数と検査値を持つ。
- 値はすべて文字。ない値は空。名前は正規化しない。字数は異体字セレクタと合成記号を数えない。
- 番号・電話番号・金額・カナは一通りの書き方に決まっている。同じ値の別の書き方（先頭の0がない
  宛名番号、ハイフンの入った電話番号、コンマの入った金額、半角のカナ）は、受け取るときに直す。
- 一つでも取り決めと違う値があれば、ファイル全体を受け取らず、違うところを全部並べて知らせる
  （SEC-112）。個人番号そのものは、知らせる文に出さない。
- 同じファイル番号・市区町村・業務日・版のファイルは、二度目から受け取らない。直したファイルは、
  その業務日の次の版にする。
- レイアウトの版が二つ以上あるときは、どれも受け取り、最も新しい版で書く。
- 種別ごとに内容の違うファイルは、共通の頭と、種別の本体からなる。項目名の行は頭の項目名だけを
  並べる。記録は、頭の値に続けて、頭の `kind`・`body`・`body_version` が指す様式の値を並べる。
- 専用線では、ファイルを署名と暗号の入れ物（`app/wire/container.py`）に入れて運ぶ。
"""


def interface_book(files: Mapping[str, FileSpec] = {**FILES, **BEYOND}) -> str:
    """The whole book as Markdown."""
    chapters = (_frame(), *(_chapter(spec) for spec in files.values()))
    return _PREFACE + "".join("\n" + "\n".join(chapter) + "\n" for chapter in chapters)


def _frame() -> Iterator[str]:
    yield "## 先頭の行と最後の行"
    yield ""
    yield f"先頭の行は、一つ目の値が `{HEAD}`、続けて次の値。"
    yield ""
    yield from _table(HEAD_COLUMNS, start=2)
    yield ""
    yield f"最後の行は、一つ目の値が `{END}`、続けて次の値。"
    yield ""
    yield from _table(TRAILER_COLUMNS, start=2)


def _chapter(spec: FileSpec) -> Iterator[str]:
    yield f"## {spec.id} {spec.title}"
    yield ""
    yield f"- 呼び名: {'、'.join(spec.names)}"
    yield f"- 経路: {_ROUTES[spec.route]}"
    yield f"- 周期: {spec.frequency}"
    earlier = "".join(f"、第 {one.version} 版も受け取る" for one in spec.earlier)
    yield f"- レイアウト: `{spec.layout}` 第 {spec.version} 版{earlier}"
    yield f"- 先頭と最後の行: {'あり' if spec.framed else 'なし'}"
    if spec.moved_in or spec.moved_out:
        yield f"- 市区町村のシステムとの間: {_MEDIA[spec.moved_in]}"
    if spec.relayed:
        yield "- 連携サーバーによる自動連携: できる"
    if spec.told_back:
        yield "- 窓口端末への返し: 受け取った内容を、その市区町村のすべての窓口端末に送る"
    if spec.unspecified:
        yield f"- 送受信: できない（{spec.unspecified}。先頭の行と最後の行だけを定める）"
        return
    yield f"- 一件を定める項目: {'、'.join(spec.key)}"
    yield f"- 送信前の確認: {spec.confirmations} 人"
    yield f"- 控えの保存: {spec.retention_days} 日"
    yield f"- 個人番号: {'含む' if spec.holds_my_number else '含まない'}"
    yield ""
    yield from _table(spec.columns)
    for one in spec.earlier:
        left = [item.label for item in spec.columns if item not in columns(one.record)]
        head = "" if one.framed else "先頭と最後の行がない。"
        without = f"次の項目がない: {'、'.join(left)}。" if left else "項目は同じ。"
        yield ""
        yield f"第 {one.version} 版との違い: {head}{without}"
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
        f"| {number} | `{column.name}` | {label} | {KIND_NAMES[column.kind]} | {width} |"
        f" {required} | {codes} |"
    )


if __name__ == "__main__":
    sys.stdout.write(interface_book())
