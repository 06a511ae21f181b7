"""Questions (受付票, SEC-107, FORM-85) and incidents (SEC-106)."""

from __future__ import annotations

from app.functions.records.ledgers.declared import Form, Item, Ledger, Step
from app.security.spec import SecondPerson

_CHANNELS = (("counter", "窓口"), ("phone", "電話"), ("letter", "文書"), ("other", "その他"))
_FROM = (
    ("insured", "被保険者・家族"),
    ("union", "広域連合"),
    ("contractor", "委託先"),
    ("section", "庁内の課"),
    ("other", "その他"),
)

QUESTIONS = Ledger(
    id="questions",
    personal=True,
    title="問合せの受付票",
    noun="受付票",
    help="問合せや苦情を受け付けてから答えるまでを残します。",
    sheet="FORM-85",
    columns=("received_on", "asked_by", "question", "answer_due_on"),
    steps=(
        Step(
            "received",
            "受付",
            (
                Item("received_on", "受付の日", Form.DAY),
                Item("channel", "受付の方法", Form.CHOICE, choices=_CHANNELS),
                Item("asked_from", "問合せ元", Form.CHOICE, choices=_FROM),
                Item("asked_by", "問合せた方", note="氏名と連絡先", limit=100),
                Item("question", "内容", limit=400),
                Item("answer_due_on", "答える期限", Form.DAY, ahead=True),
            ),
        ),
        Step(
            "handled",
            "対応",
            (
                Item("handled_on", "対応の日", Form.DAY),
                Item("handling", "対応の内容", limit=400),
            ),
            again=True,
            due_item="answer_due_on",
        ),
        Step(
            "closed",
            "完了",
            (
                Item("closed_on", "完了の日", Form.DAY),
                Item("outcome", "結果", limit=400),
            ),
            ends=True,
            due_item="answer_due_on",
        ),
    ),
)

_FOUND = (
    ("staff", "職員"),
    ("insured", "被保険者・家族"),
    ("outside", "外部"),
    ("journal", "点検"),
)
_DATA = (
    ("my_number", "個人番号を含む"),
    ("personal", "個人番号を含まない個人情報"),
    ("none", "個人情報を含まない"),
)

INCIDENTS = Ledger(
    id="incidents",
    title="事故の記録",
    noun="事故の記録",
    help="漏えい等の事故と、そのおそれを、六つの段階（報告、調査、範囲、再発防止、本人への連絡と公表、"
    "報告先への報告）で残します。",
    second=SecondPerson.SUPERVISOR,
    sheet="FORM-N21",
    columns=("found_on", "what_happened", "data_kind", "persons_count"),
    steps=(
        Step(
            "report",
            "1 発見と報告",
            (
                Item("found_on", "発見の日", Form.DAY),
                Item("found_time", "発見の時刻", note="例：9時15分ごろ", limit=20),
                Item("found_by_whom", "発見した人", Form.CHOICE, choices=_FOUND),
                Item("what_happened", "何が起きたか", limit=400),
                Item("first_aid", "すぐにしたこと", limit=400),
                Item(
                    "reported_to", "報告した相手", note="所属長、情報セキュリティ責任者", limit=100
                ),
            ),
        ),
        Step(
            "inquiry",
            "2 事実の調査",
            (
                Item("happened_on", "起きた日", Form.DAY),
                Item("course", "経過", limit=400),
                Item("cause", "原因", limit=400),
            ),
            days=3,
        ),
        Step(
            "extent",
            "3 影響範囲の特定",
            (
                Item("data_kind", "情報の種類", Form.CHOICE, choices=_DATA),
                Item("persons_count", "対象の人数", Form.COUNT),
                Item("extent", "範囲", note="項目、媒体、見た人", limit=400),
            ),
            days=3,
        ),
        Step(
            "prevention",
            "4 再発防止",
            (
                Item("prevention", "再発防止の策", limit=400),
                Item("prevention_from", "実施の日", Form.DAY, ahead=True),
            ),
            confirmed=True,
            days=30,
        ),
        Step(
            "telling",
            "5 本人への連絡と公表",
            (
                Item("told_on", "本人に連絡した日", Form.DAY, required=False),
                Item("told_how", "連絡の方法", note="連絡しないときは、その理由", limit=400),
                Item("published", "公表", note="公表の日と方法。しないときは、その理由", limit=400),
            ),
            confirmed=True,
            days=30,
        ),
        Step(
            "authority",
            "6 報告先への報告",
            (
                Item("authority", "報告先", note="個人情報保護委員会、広域連合など", limit=200),
                Item("authority_on", "報告した日", Form.DAY, required=False),
                Item("authority_note", "報告の内容", note="要らないときは、その理由", limit=400),
            ),
            confirmed=True,
            ends=True,
            days=30,
        ),
    ),
)
