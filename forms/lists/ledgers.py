"""The ledgers of administration on paper (SEC-35, SEC-43 … 45): ユーザ管理台帳 (FORM-76),
権限と事務の対応表 (FORM-77) and the record of requests and approvals (FORM-78). They name members
of staff, never an insured person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

USERS = ("職員番号", "氏名", "所属・職名", "利用期間", "キー", "状態", "権限", "最後の利用", "突合")
PERMISSIONS = ("事務", "機能", "種別", "申請できる役割")
DIFFERENCES = ("職員番号", "氏名", "見つけた違い", "すること", "処理")
STEPS = ("職員番号", "氏名", "機能", "種別", "期間", "申請", "承認", "反映", "確認", "段階")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ledger:
    """What every ledger says of itself."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    day: str = item("現在")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLedgerData(_Ledger):
    """Everybody ever registered here; 突合 is left empty to be ticked by hand."""

    rows: tuple[tuple[str, ...], ...] = table("ユーザ管理台帳", USERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionTableData(_Ledger):
    """Which role may be given which function."""

    rows: tuple[tuple[str, ...], ...] = table("対応表", PERMISSIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsLedgerData(_Ledger):
    """Every right with who asked, approved, put in force and checked it, and when."""

    rows: tuple[tuple[str, ...], ...] = table("権限の記録", STEPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonData(_Ledger):
    """What the list of users and the ledger do not say alike; 処理 is left empty to be ticked."""

    rows: tuple[tuple[str, ...], ...] = table("突合の結果", DIFFERENCES)


def _pages(title: str, widths: tuple[float, ...]) -> ListPages:
    return ListPages(
        title=title,
        rows="rows",
        widths=widths,
        head=("day", "terminal", "counted", "list_number"),
        foot=("journal_head", "printed_at"),
        code="list_number",
    )


_USER_PAGES = _pages(
    "ユーザ管理台帳（ユーザ一覧）", (0.08, 0.15, 0.16, 0.16, 0.05, 0.14, 0.12, 0.08, 0.06)
)
_PERMISSION_PAGES = _pages("アクセス権限と事務の対応表", (0.12, 0.3, 0.08, 0.5))
_RIGHTS_PAGES = _pages(
    "権限申請・承認の記録", (0.07, 0.12, 0.16, 0.05, 0.14, 0.1, 0.1, 0.1, 0.1, 0.06)
)
_COMPARISON_PAGES = _pages("ユーザ一覧と管理台帳の突合の結果", (0.1, 0.2, 0.36, 0.24, 0.1))
_HEAD = {
    "day": "令和8年11月21日",
    "terminal": "T01　本庁２番窓口",
    "journal_head": "1024 " + "0123456789abcdef" * 4,
    "printed_at": "令和8年11月21日　17時05分",
}
_LONG_NAME = "委託　アレクサンドラ　マリア　デ・ラ・クルス"


def _examples(data: type, number: str, row: tuple[str, ...], long: tuple[str, ...]) -> Examples:
    typical = data(list_number=number, counted="1件", rows=(row,), **_HEAD)
    return Examples(
        typical=typical,
        longest=replace(typical, counted="40件", rows=(long,) * 40),
        oddest=replace(typical, counted="0件", rows=()),
    )


_USER = (
    "S101",
    "窓口 花子",
    "保険年金課 窓口",
    "R8.4.1〜R9.3.31",
    "1",
    "使えます",
    "窓口職員 53件",
    "R8.11.20",
    "",
)
_LONG_USER = (
    "S10123456789",
    _LONG_NAME,
    "市民福祉部保険年金課後期高齢者医療係　主任",
    "R8.4.1〜R9.3.31",
    "12",
    "R9.3.31 に退職・異動の予定",
    "情報システム管理者 128件",
    "R8.11.20",
    "",
)
_FUNCTION = ("資格", "県外転入の届出の送信", "更新", "窓口職員、出張所職員、責任者")
_LONG_FUNCTION = (
    "ファイル連携",
    "県外転入の届出の送信（住登外の方の個人番号）",
    "更新",
    "窓口職員、出張所職員、賦課担当、収納担当、給付担当、媒体取扱者、責任者、情報システム管理者、監査担当",
)
_STEP = (
    "S101",
    "窓口 花子",
    "検索",
    "照会",
    "R8.11.16〜R9.3.31",
    "S201 R8.11.16",
    "S202 R8.11.16",
    "S301 R8.11.17",
    "S202 R8.11.18",
    "確認済",
)
_LONG_STEP = (
    "S10123456789",
    _LONG_NAME,
    "県外転入の届出の送信（住登外の方の個人番号）",
    "更新",
    "R8.11.16〜R9.11.15",
    "S20123456789 R8.11.16",
    "S20223456789 R8.11.16",
    "S30123456789 R8.11.17",
    "S20223456789 R8.11.18",
    "承認待ち",
)

_DIFFERENCE = (
    "S101",
    "窓口 花子",
    "90日以上使われていない権限が 3件あります",
    "要らない権限を取り消す",
    "",
)
_LONG_DIFFERENCE = (
    "S10123456789",
    _LONG_NAME,
    "退職・異動または期間の終わりのあとに、権限が 128件残っています",
    "不要な番号なら退職・異動を登録する",
    "",
)

USER_LEDGER = Form(
    id="FORM-76",
    title="ユーザ管理台帳",
    kind=LIST,
    data=UserLedgerData,
    draw=_USER_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-76",
    examples=_examples(UserLedgerData, "T01-1-U20261121", _USER, _LONG_USER),
)
PERMISSION_TABLE = Form(
    id="FORM-77",
    title="アクセス権限と事務の対応表",
    kind=LIST,
    data=PermissionTableData,
    draw=_PERMISSION_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-77",
    examples=_examples(PermissionTableData, "T01-1-P20261121", _FUNCTION, _LONG_FUNCTION),
)
RIGHTS_LEDGER = Form(
    id="FORM-78",
    title="権限申請・承認の記録",
    kind=LIST,
    data=RightsLedgerData,
    draw=_RIGHTS_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-78",
    examples=_examples(RightsLedgerData, "T01-1-R20261121", _STEP, _LONG_STEP),
)
COMPARISON = Form(
    id="FORM-N30",
    title="突合の結果",
    kind=LIST,
    data=ComparisonData,
    draw=_COMPARISON_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N30",
    examples=_examples(ComparisonData, "T01-1-D20261121", _DIFFERENCE, _LONG_DIFFERENCE),
)
FORMS = (USER_LEDGER, PERMISSION_TABLE, RIGHTS_LEDGER, COMPARISON)
