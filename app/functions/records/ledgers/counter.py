"""What the counter keeps beside its cases: notes and contacts, what came by post or electronically,
appointments, where an original lies (原本の所在, 進達), and benefits that nobody has claimed."""

from __future__ import annotations

from app.cases.from_records import BEGUN, CASE, HOW, STEP
from app.functions.records.ledgers.declared import Form, Item, Ledger, Step
from app.persons.notes import CONSENT, CONSENTS, SAID, WHOSE, WHOSE_HOME, WITH
from app.persons.notes import LEDGER as CONTACTS_ID
from app.persons.notes import RESERVED as RESERVED_ID
from app.security.spec import SecondPerson

_WAYS = (
    ("counter", "窓口"),
    ("phone", "電話"),
    ("letter", "手紙・FAX"),
    ("visit", "訪問"),
    ("other", "その他"),
)
_NEXT = (("none", "これで終わり"), ("call", "こちらから連絡する"), ("wait", "相手の連絡を待つ"))


def _contact(prefix: str) -> tuple[Item, ...]:
    return (
        Item("contact_on", "日", Form.DAY),
        Item("contact_by", "方法", Form.CHOICE, choices=_WAYS),
        Item(WITH, "相手", note="本人、娘、施設の相談員など", limit=60),
        Item(SAID, prefix, limit=400),
        Item(WHOSE, "だれの記録か", Form.CHOICE, choices=(
            ("person", "この方だけ"), (WHOSE_HOME, "同じ世帯の方のページにも出す"))),
        Item(CONSENT, "説明への同意", Form.CHOICE, choices=CONSENTS, required=False),
        Item("next", "次にすること", Form.CHOICE, choices=_NEXT),
        Item("call_by", "いつまでに", Form.DAY, required=False, ahead=True),
    )  # fmt: skip


def _contacts(id_: str, title: str, help_: str) -> Ledger:
    return Ledger(
        id=id_,
        title=title,
        noun="連絡の記録",
        help=help_,
        personal=True,
        of_person=True,
        columns=("contact_on", "contact_by", WITH, SAID, "call_by"),
        board=(WITH, SAID),
        steps=(
            Step(
                "noted",
                "連絡・気づいたこと",
                _contact("内容"),
                ends_on=("next", ("none",)),
            ),
            Step(
                "followed",
                "その後の連絡",
                (
                    Item("followed_on", "連絡の日", Form.DAY),
                    Item("followed_said", "内容", limit=400),
                ),
                ends=True,
                days=7,
                due_item="call_by",
            ),
        ),
    )


CONTACTS = _contacts(
    CONTACTS_ID,
    "連絡・対応の記録",
    "電話や窓口でのやりとりと気づいたことを、その方（または世帯）について残します。"
    "その方のページに新しいものが出ます。",
)
RESERVED = _contacts(
    RESERVED_ID,
    "連絡・対応の記録（責任者限り）",
    "責任者だけが見る連絡の記録です。ほかの職員のページには、あることも出ません。",
)

_CHANNELS = (
    ("post", "郵送"),
    ("electronic", "電子申請"),
    ("branch", "出張所の箱"),
    ("left", "置いていった"),
)
_HOW = (
    (BEGUN, "受付を始めた"),
    ("back", "足りないものがあり返した"),
    ("passed", "ほかの課・市区町村へ回した"),
    ("double", "すでに受け付けていた"),
)


def _begun(label: str, how: tuple[tuple[str, str], ...], days: int, due_item: str = "") -> Step:
    """The end of a record that a case begins from; opening the case writes it."""
    return Step(
        STEP,
        label,
        (
            Item(HOW, "どうしたか", Form.CHOICE, choices=how),
            Item(CASE, "受付番号", required=False, note="受付を始めたとき", limit=40),
            Item("how_note", "覚え", required=False, note="返した・回した先と理由", limit=200),
        ),
        ends=True,
        days=days,
        due_item=due_item,
    )


ARRIVALS = Ledger(
    id="arrivals",
    title="郵送・電子申請の受付箱",
    noun="届いた申請",
    help="郵送や電子申請で届いたものを、届いた日に入れます。ここから、入っているところまで埋めて受付を始めます。",
    personal=True,
    of_person=True,
    alone=True,
    columns=("arrived_on", "channel", "kind", "name", "lacking"),
    board=("kind", "name"),
    steps=(
        Step(
            "arrived",
            "届いた",
            (
                Item("arrived_on", "届いた日", Form.DAY),
                Item("channel", "届き方", Form.CHOICE, choices=_CHANNELS),
                Item("kind", "何の手続か", Form.KIND),
                Item("name", "氏名", note="書かれているとおり", limit=80),
                Item("kana", "フリガナ", required=False, limit=120),
                Item(
                    "birth_written", "生年月日", required=False, note="書かれているとおり", limit=40
                ),
                Item("phone", "電話番号", required=False, limit=30),
                Item("written_on", "書類の日付", Form.DAY, required=False),
                Item("lacking", "足りないもの", required=False, note="なければ空のまま", limit=200),
            ),
        ),
        _begun("処理", _HOW, 2),
    ),
)

_CAME = ((BEGUN, "来庁し、受付を始めた"), ("came", "来庁し、相談だけで終わった"),
         ("away", "来なかった"), ("moved", "日を変えた（新しく予約する）"))  # fmt: skip

APPOINTMENTS = Ledger(
    id="appointments",
    title="来庁の予約",
    noun="予約",
    help="来庁の予約と、それまでに用意するものを残します。前の日から「今日の仕事」に出ます。",
    personal=True,
    of_person=True,
    alone=True,
    columns=("visit_on", "visit_time", "visitor", "kind", "prepare"),
    board=("visit_on", "visit_time", "visitor", "prepare"),
    steps=(
        Step(
            "booked",
            "予約",
            (
                Item("visit_on", "来庁の日", Form.DAY, ahead=True),
                Item("visit_time", "時刻", note="例：10時30分", limit=20),
                Item("visitor", "来る方", note="氏名と続柄", limit=80),
                Item("visitor_phone", "連絡先", required=False, limit=30),
                Item("kind", "何の手続か", Form.KIND, required=False),
                Item(
                    "prepare",
                    "用意するもの",
                    required=False,
                    note="書類、部屋、通訳など",
                    limit=200,
                ),
            ),
        ),
        Step(
            "prepared",
            "用意",
            (Item("prepared_what", "用意したもの", note="どこに置いたか", limit=200),),
            may_skip=True,
            due_item="visit_on",
        ),
        _begun("来庁", _CAME, 0, "visit_on"),
    ),
)

ORIGINALS = Ledger(
    id="originals",
    title="原本の所在",
    noun="原本",
    help="受け付けた申請書の原本が、どの箱・どの束にあるか、いつ広域連合へ送ったか（進達）、"
    "受け取られたかを残します。",
    second=SecondPerson.NONE,
    personal=True,
    of_person=True,
    columns=("paper", CASE, "box", "bundle", "sent_on"),
    board=("paper", "box", "bundle"),
    steps=(
        Step(
            "kept",
            "保管",
            (
                Item("paper", "書類", note="申請書の名前", limit=80),
                Item(CASE, "受付番号", limit=40),
                Item("kept_on", "受け取った日", Form.DAY),
                Item("box", "箱・棚", note="例：３番箱", limit=40),
                Item("bundle", "束", note="例：11月16日の束", limit=60),
                Item("send_by", "進達の期限", Form.DAY, ahead=True),
            ),
        ),
        Step(
            "sent",
            "進達（広域連合へ送った）",
            (
                Item("sent_on", "送った日", Form.DAY),
                Item("sent_by", "送り方", note="便の名前、送付書の番号", limit=100),
            ),
            due_item="send_by",
        ),
        Step(
            "taken",
            "広域連合が受け取った",
            (Item("taken_on", "受取の日", Form.DAY), Item("taken_by", "受取の確認", limit=100)),
            ends=True,
            days=30,
        ),
    ),
)

_BENEFITS = (
    ("high_cost", "高額療養費"),
    ("combined", "高額介護合算療養費"),
    ("medical", "療養費"),
    ("funeral", "葬祭費"),
    ("other", "その他"),
)

UNCLAIMED = Ledger(
    id="unclaimed",
    title="未請求の給付",
    noun="未請求の給付",
    help="まだ請求されていない給付と、勧奨の手紙、時効の日を残します。手紙の期限と時効が近いものは"
    "「今日の仕事」に出ます。",
    personal=True,
    of_person=True,
    columns=("benefit", "of_when", "claim_until", "letter_sent_on"),
    board=("benefit", "of_when"),
    steps=(
        Step(
            "listed",
            "未請求",
            (
                Item("benefit", "給付", Form.CHOICE, choices=_BENEFITS),
                Item("of_when", "いつの分", note="診療月、葬祭の日など", limit=60),
                Item("claim_until", "時効の日", Form.DAY, ahead=True),
                Item("letter_by", "勧奨の手紙の期限", Form.DAY, ahead=True),
            ),
        ),
        Step(
            "letter",
            "勧奨の手紙",
            (
                Item("letter_sent_on", "出した日", Form.DAY),
                Item("letter_to", "宛て", note="本人、送付先、相続人代表など", limit=80),
            ),
            again=True,
            due_item="letter_by",
        ),
        Step(
            "ended",
            "請求・終わり",
            (
                Item("ended_how", "どうなったか", Form.CHOICE, choices=(
                    ("claimed", "請求された"), ("none", "請求しないと言われた"),
                    ("over", "時効になった"))),
                Item("ended_note", "覚え", required=False, limit=200),
            ),
            ends=True,
            due_item="claim_until",
        ),
    ),
)  # fmt: skip
