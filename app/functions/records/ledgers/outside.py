"""What goes out of the section and who comes from outside: files that are lent (SEC-90), print data
and papers handed to a contractor (FORM-83, ADD-06, SEC-163), maintenance (SEC-104, ADD-07, ACT-38),
what contractors report (SEC-48, ADD-12), and what a person asks for of the own data (SEC-170)."""

from __future__ import annotations

from app.functions.records.ledgers.declared import Form, Item, Ledger, Step
from app.security.spec import SecondPerson

LENDINGS = Ledger(
    id="lendings",
    title="外部へ貸したファイルの記録",
    noun="貸出し",
    help="外部へ渡したファイルを、許可から返還・廃棄まで残します。期限までに戻らないものは、今日の仕事に"
    "出ます。",
    second=SecondPerson.SUPERVISOR,
    columns=("lent_on", "lent_to", "lent_what", "back_until"),
    steps=(
        Step(
            "lent",
            "許可と貸出し",
            (
                Item("lent_on", "貸出しの日", Form.DAY),
                Item("lent_to", "貸す相手", note="組織と担当者", limit=100),
                Item("lent_what", "ファイルと項目", limit=200),
                Item("lent_count", "件数", Form.COUNT),
                Item("lent_ground", "貸す理由と根拠", limit=200),
                Item("lent_password", "パスワード", note="設定した方法と、伝えた方法", limit=100),
                Item("back_until", "返還・廃棄の期限", Form.DAY, ahead=True),
            ),
            confirmed=True,
        ),
        Step(
            "back",
            "返還・廃棄",
            (
                Item("back_on", "返還・廃棄の日", Form.DAY),
                Item("back_how", "方法と、確かめたもの", note="返還されたファイル、廃棄の証明など"),
            ),
            ends=True,
            due_item="back_until",
        ),
    ),
)

HANDINGS = Ledger(
    id="handings",
    title="委託先への引渡しの記録",
    noun="引渡し",
    help="印刷用のデータや書類を委託先へ引き渡してから、受領、返還・消去までを残します。受領証を印刷して"
    "相手に渡します。",
    sheet="FORM-83",
    columns=("handed_on", "contractor", "handed_what", "ended_until"),
    steps=(
        Step(
            "handed",
            "引渡し",
            (
                Item("handed_on", "引渡しの日", Form.DAY),
                Item("contractor", "委託先", limit=100),
                Item("handed_what", "引き渡すもの", limit=200),
                Item("handed_count", "件数", Form.COUNT),
                Item("handed_seal", "封の方法", note="暗号化、封印の番号など", limit=100),
                Item("ended_until", "返還・消去の期限", Form.DAY, ahead=True),
            ),
        ),
        Step(
            "received",
            "受領",
            (
                Item("received_on", "受領の日", Form.DAY),
                Item("received_by", "受領した人", limit=60),
                Item("receipt_number", "受領証の番号", required=False, limit=40),
            ),
            days=3,
        ),
        Step(
            "ended",
            "返還・消去",
            (
                Item("ended_on", "返還・消去の日", Form.DAY),
                Item("ended_proof", "報告書・証明書", note="番号と、確かめたこと", limit=200),
            ),
            ends=True,
            due_item="ended_until",
        ),
    ),
)

_WORK = (
    ("patch", "データの修正"),
    ("operation", "直接の操作"),
    ("inspection", "点検・調査"),
    ("exchange", "機器の交換"),
)

WORKS = Ledger(
    id="works",
    title="保守作業の記録",
    noun="保守作業",
    help="保守の委託先が行った作業を、始まりから結果の確認まで残します。作業のたびに、立ち会う職員が"
    "書きます。",
    second=SecondPerson.CONFIRM,
    columns=("work_on", "worker", "work_kind", "work_reason"),
    steps=(
        Step(
            "begun",
            "作業の始まり",
            (
                Item("work_on", "作業の日", Form.DAY),
                Item("work_from", "始まりの時刻", limit=20),
                Item("worker", "作業者", note="会社と氏名", limit=100),
                Item("work_kind", "作業の種類", Form.CHOICE, choices=_WORK),
                Item("work_reason", "作業の理由と指示書の番号", limit=200),
                Item("attended", "立ち会う職員", Form.STAFF),
            ),
        ),
        Step(
            "done",
            "作業の結果",
            (
                Item("work_until", "終わりの時刻", limit=20),
                Item("work_done", "したこと", limit=400),
                Item("work_data", "変えたデータ", note="件数と範囲。なければ「なし」", limit=200),
                Item("work_taken", "持ち出したもの", note="なければ「なし」", limit=200),
            ),
            confirmed=True,
            ends=True,
            days=1,
        ),
    ),
)

_REPORTS = (("yearly", "年次"), ("periodic", "定期"), ("urgent", "緊急"))

REPORTS = Ledger(
    id="reports",
    title="委託先の報告の記録",
    noun="委託先の報告",
    help="委託先から受けた、取扱いとアクセス権限の管理の報告（年次・定期・緊急）と、その確認を残します。",
    columns=("reported_on", "contractor", "report_kind", "report_text"),
    steps=(
        Step(
            "reported",
            "報告",
            (
                Item("reported_on", "報告を受けた日", Form.DAY),
                Item("contractor", "委託先", limit=100),
                Item("report_kind", "報告の種類", Form.CHOICE, choices=_REPORTS),
                Item("report_text", "報告の内容", limit=400),
                Item("report_people", "アクセス権限のある人数", Form.COUNT),
            ),
        ),
        Step(
            "checked",
            "確認",
            (
                Item("checked_on", "確認の日", Form.DAY),
                Item("checked_text", "確かめたことと、求めたこと", limit=400),
            ),
            ends=True,
            days=14,
        ),
    ),
)

_ASKED = (("disclosure", "開示"), ("correction", "訂正"), ("stop", "利用停止"))
_ASKERS = (("person", "本人"), ("legal", "法定代理人"), ("proxy", "任意代理人"))
_DECIDED = (("all", "全部認める"), ("part", "一部認める"), ("none", "認めない"))
_TOLD = (("told", "知らせた"), ("not_theirs", "原本は広域連合にない"))

DISCLOSURES = Ledger(
    id="disclosures",
    personal=True,
    title="開示・訂正・利用停止の請求",
    noun="請求",
    help="開示・訂正・利用停止の請求を、受付から30日以内の決定、実施まで残します。書面で受け付け、方を"
    "開いた画面から始めます。",
    second=SecondPerson.SUPERVISOR,
    sheet="FORM-89",
    gives="records.show_disclosed",
    of_person=True,
    columns=("asked_on", "asked_what", "asker", "decided"),
    steps=(
        Step(
            "asked",
            "請求の受付",
            (
                Item("asked_on", "受付の日", Form.DAY),
                Item("asked_what", "請求の種類", Form.CHOICE, choices=_ASKED),
                Item("asker", "請求した方", Form.CHOICE, choices=_ASKERS),
                Item("identified", "本人・代理人の確認", note="見た書類と、代理の資格の書類"),
                Item("asked_scope", "請求の範囲", note="どの情報を、いつの分を", limit=400),
                Item("fee", "手数料", note="額。なければ「なし」", limit=40),
            ),
        ),
        Step(
            "decided",
            "決定",
            (
                Item("decided_on", "決定の日", Form.DAY),
                Item("decided", "決定", Form.CHOICE, choices=_DECIDED),
                Item("held_back", "伏せるものと理由", note="なければ「なし」", limit=400),
                Item(
                    "kind",
                    "訂正・利用停止の手続",
                    Form.KIND,
                    required=False,
                    note="訂正や利用停止を認めるとき。選ぶと、この請求から手続を始められます",
                ),
            ),
            confirmed=True,
            days=30,
        ),
        Step(
            "done",
            "実施",
            (
                Item("done_on", "実施の日", Form.DAY),
                Item("done_how", "渡したもの・直したこと・止めたこと", limit=400),
                Item("union_told", "広域連合への連絡", Form.CHOICE, choices=_TOLD),
            ),
            ends=True,
            days=30,
        ),
    ),
)
