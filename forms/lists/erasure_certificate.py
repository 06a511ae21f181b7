"""消去証明書（端末の廃止）: what was destroyed of a terminal, and how (SEC-158, FORM-80). It names
members of staff by their number, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

ERASED = ("消去したもの", "ファイル", "大きさ（バイト）", "方法", "結果")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureCertificateData:
    """``union`` says what the union knows of it; ``medium`` what overwriting cannot promise."""

    list_number: str = item("証明書の番号", pattern=r"[!-~]{1,40}")
    terminal: str = item("端末")
    reason: str = item("廃止の理由")
    decided: str = item("決めた職員")
    union: str = item("広域連合")
    erased_at: str = item("消去を終えた日時")
    journal_head: str = item("最後の確認印", pattern=r"[0-9]+ [0-9a-f]{64}")
    medium: str = item("媒体")
    rows: tuple[tuple[str, ...], ...] = table("消去したもの", ERASED)


_PAGES = ListPages(
    title="消去証明書（端末の廃止）",
    rows="rows",
    widths=(0.3, 0.1, 0.18, 0.28, 0.14),
    head=("terminal", "reason", "decided", "union", "erased_at", "list_number"),
    foot=("journal_head", "medium"),
    code="list_number",
)
_ROWS = (
    ("保存データ", "2", "134,217,728", "鍵の破壊、上書き、削除", "消去した"),
    ("端末の秘密（OSの鍵束）", "1", "0", "鍵束から削除", "消去した"),
)
_LONG = (
    "職員ごとの鍵（スロット）",
    "100",
    "1,099,511,627,776",
    "鍵の破壊、上書き、削除",
    "消去した",
)
_TYPICAL = ErasureCertificateData(
    list_number="T01-X20261130-170501",
    terminal="T01　本庁２番窓口",
    reason="機器の更新",
    decided="S201　S202",
    union="届出済み（2026-11-30 17:04 受領）",
    erased_at="令和8年11月30日　17時05分",
    journal_head="1024 " + "0123456789abcdef" * 4,
    medium="半導体の媒体では、上書きしても古い内容が残ることがあります。鍵を破壊したため開けません。",
    rows=_ROWS,
)
FORM = Form(
    id="FORM-N31",
    title="消去証明書（端末の廃止）",
    kind=LIST,
    data=ErasureCertificateData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N31",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            reason="北出張所を本庁舎の窓口に統合し、機器を賃貸借の相手方へ返還するため",
            union="届け出られなかった（回線がつながりません。）",
            rows=(_LONG,) * 20,
        ),
        oddest=replace(_TYPICAL, decided="前に決めた廃止の続き", rows=()),
    ),
)
