"""What stays inside the town hall: training of the staff (SEC-164), and data that another section
wants (庁内移転: SEC-135, SEC-136, SEC-138, FORM-81, FORM-82)."""

from __future__ import annotations

from app.functions.records.ledgers.declared import Form, Item, Ledger, Step
from app.security.spec import SecondPerson

_COURSES = (
    ("security", "情報セキュリティ"),
    ("my_number", "特定個人情報の取扱い"),
    ("cyber", "サイバーセキュリティ"),
    ("terminal", "統合専用端末の操作"),
)

TRAINING = Ledger(
    id="training",
    title="研修の記録",
    noun="研修の記録",
    help="だれが、いつ、何の研修を受け、いつまで有効かを残します。",
    columns=("trained", "course", "trained_on", "good_until"),
    steps=(
        Step(
            "attended",
            "受講",
            (
                Item("trained", "受講した職員", Form.STAFF),
                Item("course", "研修", Form.CHOICE, choices=_COURSES),
                Item("trained_on", "受講の日", Form.DAY),
                Item("good_until", "有効期限", Form.DAY, ahead=True),
                Item("how", "方法", note="集合、eラーニングなど", limit=60),
            ),
            ends=True,
        ),
    ),
)

_JUDGED = (("yes", "認める"), ("no", "認めない"))
_REFUSED = ("judgement", ("no",))


def _asking(day: str, asked: str) -> tuple[Item, ...]:
    """What both ways of asking say, with their own words for the day and for who asks."""
    return (
        Item("asked_on", day, Form.DAY),
        Item("section", asked, note="課と担当者", limit=100),
        Item("purpose", "利用の目的", limit=400),
        Item("whose", "対象者", note="だれの情報か。範囲で書く", limit=200),
        Item("items", "必要な項目", note="必要な項目だけを、一つずつ", limit=400),
        Item("used_from", "利用の始まり", Form.DAY, ahead=True),
        Item("used_until", "利用の終わり", Form.DAY, ahead=True),
    )


_JUDGING = Step(
    "judged",
    "内容の検査と法的根拠の判断",
    (
        Item("judgement", "判断", Form.CHOICE, choices=_JUDGED),
        Item("ground", "法的根拠", note="法律・条例の条。認めないときは、その理由", limit=200),
        Item("left_out", "除いた項目", note="なければ「なし」", limit=200),
    ),
    ends_on=_REFUSED,
    days=7,
)
_APPROVED = Step(
    "approved",
    "所属長の承認",
    (
        Item("approval", "承認", Form.CHOICE, choices=_JUDGED),
        Item("approval_note", "条件", note="なければ「なし」", limit=200),
    ),
    confirmed=True,
    ends_on=("approval", ("no",)),
    days=14,
)
_GIVEN = Step(
    "given",
    "提供",
    (
        Item("given_on", "提供の日", Form.DAY),
        Item("given_items", "提供した項目", limit=400),
        Item("given_count", "提供した人数", Form.COUNT),
        Item("given_how", "提供の方法", limit=100),
        Item("given_to", "受け取った人", limit=100),
    ),
    confirmed=True,
    again=True,
)
_GIVEN_BACK = Step(
    "ended",
    "返還・廃棄",
    (
        Item("ended_on", "返還・廃棄の日", Form.DAY),
        Item("ended_how", "返還・廃棄の方法", note="返還されないときは、その理由", limit=200),
    ),
    ends=True,
    due_item="used_until",
)

REQUESTS = Ledger(
    id="requests",
    personal=True,
    title="庁内移転の依頼票",
    noun="依頼票",
    help="ほかの課からの依頼を、内容の検査、所属長の承認、提供、返還・廃棄の順に残します。"
    "承認されるまで提供を書くことはできません。",
    second=SecondPerson.SUPERVISOR,
    sheet="FORM-81",
    columns=("asked_on", "section", "purpose", "judgement", "used_until"),
    steps=(
        Step("asked", "依頼", _asking("依頼の日", "依頼した課")),
        _JUDGING,
        _APPROVED,
        _GIVEN,
        _GIVEN_BACK,
    ),
)

USES = Ledger(
    id="uses",
    personal=True,
    title="データ利用申請",
    noun="データ利用申請",
    help="ほかの課が申請したデータの利用を、法的根拠の判断、所属長の承認、移転、返還・廃棄の順に残します。"
    "承認されるまで移転を書くことはできません。",
    second=SecondPerson.SUPERVISOR,
    sheet="FORM-82",
    columns=("asked_on", "section", "purpose", "judgement", "used_until"),
    steps=(
        Step("asked", "申請", _asking("申請の日", "申請した課")),
        _JUDGING,
        _APPROVED,
        _GIVEN,
        _GIVEN_BACK,
    ),
)
