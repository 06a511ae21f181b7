"""監査資料: one section of the packet for an auditor, and the checklist of self-inspection
(自己点検チェックリスト, FORM-88) filled as far as the program knows (SEC-165)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

SECTION = ("対象", "内容", "いつ", "数")
CHECKS = ("番号", "点検すること", "結果", "根拠", "備考")
MOST_SIGNS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionData:
    """One section of a period."""

    list_number: str = item("資料番号", pattern=r"[!-~]{1,40}")
    section: str = item("資料")
    period: str = item("期間")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("作成日時")
    rows: tuple[tuple[str, ...], ...] = table("監査資料", SECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistData:
    """What is inspected. 結果 is 適, 否, or empty where a person must look; 備考 is written by
    hand."""

    list_number: str = item("資料番号", pattern=r"[!-~]{1,40}")
    period: str = item("期間")
    terminal: str = item("端末")
    counted: str = item("項目")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("作成日時")
    rows: tuple[tuple[str, ...], ...] = table("点検", CHECKS)


_FOOT = ("journal_head", "printed_at")
_SECTION_PAGES = ListPages(
    title="監査資料",
    rows="rows",
    widths=(0.22, 0.54, 0.16, 0.08),
    head=("section", "period", "terminal", "counted", "list_number"),
    foot=_FOOT,
    code="list_number",
)
_CHECK_PAGES = ListPages(
    title="自己点検チェックリスト",
    rows="rows",
    widths=(0.06, 0.38, 0.07, 0.34, 0.15),
    head=("period", "terminal", "counted", "list_number"),
    foot=_FOOT,
    code="list_number",
)
_SAID = {
    "list_number": "T01-A20261130-170501",
    "period": "令和7年12月1日から令和8年11月30日まで",
    "terminal": "T01　本庁２番窓口",
    "journal_head": "1024 " + "0123456789abcdef" * 4,
    "printed_at": "令和8年11月30日　17時05分",
}
_ROW = ("S101　窓口 花子", "職員　保険年金課", "R8.4.1からR9.3.31まで", "2")
_LONG_ROW = (
    "S10123456789　委託　アレクサンドラ　マリア　デ・ラ・クルス",
    "資格　資格確認書の再交付（更新）　申請 S10123456789　承認 S20123456789　反映 S30123456789",
    "2026-04-01から2027-03-31まで",
    "1,000,000",
)
_SECTION = SectionData(section="ユーザの一覧（数はキー）", counted="1件", rows=(_ROW,), **_SAID)
_CHECK = ("1", "操作記録が書き換えられていない", "適", "1,024行を検証。不備 0件", "")
_LONG_CHECK = (
    "30",
    "保存期間を過ぎた情報の消去を、もう一人の職員が確認し、消去に係る記録を作成して管理している",
    "否",
    "確認していない消去の記録が 1,000件あります。台帳「消去の記録」で確かめてください",
    "",
)
_CHECKLIST = ChecklistData(counted="1項目", rows=(_CHECK,), **_SAID)
SECTION_FORM = Form(
    id="FORM-N32",
    title="監査資料",
    kind=LIST,
    data=SectionData,
    draw=_SECTION_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N32",
    examples=Examples(
        typical=_SECTION,
        longest=replace(_SECTION, counted="1,000,000件", rows=(_LONG_ROW,) * 20),
        oddest=replace(_SECTION, counted="0件", rows=()),
    ),
)
CHECKLIST_FORM = Form(
    id="FORM-88",
    title="自己点検チェックリスト",
    kind=LIST,
    data=ChecklistData,
    draw=_CHECK_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-88",
    examples=Examples(
        typical=_CHECKLIST,
        longest=replace(_CHECKLIST, counted="30項目", rows=(_LONG_CHECK,) * 20),
        oddest=replace(_CHECKLIST, counted="0項目", rows=()),
    ),
)
FORMS = (SECTION_FORM, CHECKLIST_FORM)
