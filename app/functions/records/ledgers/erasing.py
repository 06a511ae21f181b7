"""What was erased (消去に係る記録, SEC-155, SEC-156, FORM-80), and what may not be (保全)."""

from __future__ import annotations

from app.functions.records.ledgers.declared import Form, Item, Ledger, Step
from app.security.spec import SecondPerson

ERASURES = Ledger(
    id="erasures",
    title="消去の記録",
    noun="消去の記録",
    help="保存期間を過ぎた情報の消去を、指示から確認まで残します。指示と結果は端末が書き、直せません。",
    second=SecondPerson.CONFIRM,
    sheet="FORM-80",
    columns=("ordered_on", "order", "erased_count", "checked_on"),
    steps=(
        Step(
            "ordered",
            "消去の指示",
            (
                Item("ordered_on", "指示の日", Form.DAY),
                Item("order", "消すもの", limit=400),
                Item("order_count", "件数", Form.COUNT),
                Item("order_kept", "残すもの", limit=400),
            ),
            by_program=True,
        ),
        Step(
            "done",
            "消去",
            (
                Item("erased_on", "消去を終えた日", Form.DAY),
                Item("erased", "消したもの", limit=400),
                Item("erased_count", "件数", Form.COUNT),
                Item("erased_kept", "残ったもの", limit=400),
                Item("method", "方法", limit=400),
                Item("containers", "期限まで残る封をしたファイル", limit=400),
            ),
            by_program=True,
        ),
        Step(
            "clean",
            "消し跡の書き直し",
            (
                Item("clean_on", "書き直した日", Form.DAY),
                Item("clean_method", "方法", limit=200),
            ),
            by_program=True,
        ),
        Step(
            "checked",
            "消去の確認",
            (
                Item("checked_on", "確認の日", Form.DAY),
                Item("checked_how", "確認の方法", note="例：消した方を検索し、出ないことを見た"),
            ),
            confirmed=True,
            ends=True,
            days=7,
        ),
    ),
)

_WHY = (
    ("lawsuit", "訴訟・審査請求"),
    ("disclosure", "開示・訂正・利用停止の請求"),
    ("other", "その他"),
)

HOLDS = Ledger(
    id="holds",
    personal=True,
    title="消去を止めている方",
    noun="保全",
    help="訴訟や開示の請求のため、保存期間を過ぎても消さない方を残します。解くと、次から消去の候補に"
    "なります。",
    columns=("hold_from", "hold_why", "hold_note"),
    of_person=True,
    steps=(
        Step(
            "held",
            "保全",
            (
                Item("hold_from", "保全の始まり", Form.DAY),
                Item("hold_why", "理由", Form.CHOICE, choices=_WHY),
                Item("hold_note", "事件・請求の番号など", limit=100),
            ),
        ),
        Step(
            "lifted",
            "解除",
            (
                Item("lifted_on", "解除の日", Form.DAY),
                Item("lifted_note", "解除の理由", limit=200),
            ),
            ends=True,
        ),
    ),
)
