"""What is wrong with a file, named so that its maker can mend it (SEC-112).

A fault names file, line, field, kind of value and rule; never the value itself, which may be
somebody's number.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import EnvironmentFault
from app.wire.layout import KIND_NAMES, Column
from app.wire.spec import FileSpec

KEPT = 1000
"""Faults of one file that are kept and listed; what is above is counted."""

RULES: dict[str, str] = {
    "required": "必須の項目が空です",
    "width": "長さが取り決めと違います",
    "digits": "数字だけの、決まった桁数ではありません",
    "number": "数ではないか、桁が多すぎます",
    "kana": "全角カタカナではない文字があります",
    "resident": "宛名番号や世帯番号として使えない文字か、桁数です",
    "municipality": "市区町村コードではありません（桁数か検査数字が違うか、都道府県のコードです）",
    "facility": "施設の番号として使えない文字か、長さです",
    "phone": "電話番号ではありません（市外局番から数字で入れます）",
    "yen": "0以上の金額ではないか、桁が多すぎます",
    "signed": "金額ではないか、桁が多すぎます（負の額は頭に - を付けます）",
    "year": "年度（西暦4桁）ではありません",
    "month": "年月（YYYY-MM）ではありません",
    "day": "暦にある日（YYYY-MM-DD）ではありません",
    "moment": "日時（時差つき）ではありません",
    "code": "コード表にない値です",
    "flag": "0 か 1 ではありません",
    "id": "番号として使えない文字か、11桁以上続く数字があります",
    "json": "構造の書き方が正しくありません",
    "hex": "検査値（16進の小文字）ではありません",
    "bytes": "Base64 として読めないか、長すぎます",
    "control": "使えない制御文字があります",
    "kind": "この種別は、このファイルでは扱えません",
    "body": "種別に合わない様式の本体が付いています",
    "body_version": "本体の様式の版が、受け取る側の知らない版です",
    "encoding": "決めた文字コードとして読めません（別の文字コードで保存されています）",
    "bom": "UTF-8 の目印（BOM）が付いています。BOM なしの UTF-8 で保存し直します",
    "end_mark": "古い形式の終端の記号（Ctrl-Z、16進 1A）が付いています",
    "head": "先頭の行が、取り決めの先頭の行（#HEAD）ではありません",
    "other_file": "先頭の行が、別の種類のファイルだと言っています",
    "version": "レイアウトの版が、受け取る側の知らない版です",
    "header": "項目名の行が、取り決めと違います（項目の過不足か順序）",
    "quoting": "引用符の付け方が正しくありません",
    "columns": "項目の数が違います",
    "end": "最後の行が終わっていません",
    "trailer": "最後の行（件数と検査値、#END）がないか、読めません。途中で切れています",
    "count": "件数が、最後の行の件数と違います",
    "digest": "検査値が、最後の行の検査値と違います。途中で変わったか、手で直されています",
    "after_end": "最後の行（#END）の後ろに、まだ続きがあります",
    "again": "同じ業務日の同じ版のファイルを、すでに受け取っています",
    "unspecified": "内容の定めがないファイルで、送ることも受け取ることもできません",
}
"""The rules that a file can break, in the words of whoever must mend it."""

_AGAIN = "ファイル全体を取り込んでいません。作成元に、取り決めどおりに作り直すよう伝えてください。"
_NEWER = (
    "ファイル全体を取り込んでいません。送る側と受け取る側のプログラムの版が違います。"
    "システム管理者に伝え、版をそろえてからもう一度送ってください。"
)
_UNSPECIFIED = "内容の取り決めができてから使います。広域連合に確かめてください。"
_TWICE = "同じ内容なら、何もしなくてかまいません。直したものなら、次の版にしてもらいます。"
_REMEDIES = {
    "again": _TWICE,
    "kind": _NEWER,
    "body_version": _NEWER,
    "version": _NEWER,
    "unspecified": _UNSPECIFIED,
}


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault: ``line`` counts from 1, as an editor shows it; ``column``, ``label`` and ``kind``
    are "" where a whole line is meant; ``rule`` is a key of ``RULES``."""

    line: int
    rule: str
    column: str = ""
    label: str = ""
    kind: str = ""

    @classmethod
    def at(cls, line: int, rule: str, column: Column | None = None) -> FileFault:
        """A fault of a line, or of one field of it."""
        if column is None:
            return cls(line, rule)
        return cls(line, rule, column.name, column.label, str(column.kind))

    @property
    def told(self) -> str:
        """The fault in one clause, as lists show it."""
        kind = f"（{KIND_NAMES[self.kind]}）" if self.kind else ""
        field = f"「{self.label}」{kind}" if self.label else ""
        return f"{self.line} 行目{field}: {RULES[self.rule]}"


class FileRefused(EnvironmentFault):
    """A file that is not what its layout says; ``file.<rule>`` of its first fault. Nothing of it
    is taken. ``faults`` are all that were found, at most ``KEPT``; ``count`` is how many."""

    def __init__(self, spec: FileSpec, faults: tuple[FileFault, ...], count: int = 0) -> None:
        first = faults[0]
        self.faults = faults
        self.count = max(count, len(faults))
        more = f"ほかに {self.count - 1} か所あります。" if self.count > 1 else ""
        super().__init__(
            f"file.{first.rule}",
            f"{spec.title}（{spec.id}）の{first.told}。{more}",
            _REMEDIES.get(first.rule, _AGAIN),
        )
        self.reason = first.rule
        self.line = first.line
        self.column = first.column


def refused(spec: FileSpec, rule: str, line: int, column: Column | None = None) -> FileRefused:
    """A file refused for one fault."""
    return FileRefused(spec, (FileFault.at(line, rule, column),))
