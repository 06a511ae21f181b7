"""住登外者の登録 and inquiries: of whom there is no resident record, and what other municipalities
are asked or ask (FLOW-2005, 2008, 3018; SEC-14, 15; FORM-62, FILE-55)."""

from __future__ import annotations

from collections.abc import Iterator

from app.cases import answers, blocks, page_rules, reasons
from app.cases.about import Newcomer
from app.cases.answers import Compared
from app.cases.effects import Knows, Leaves, Notes
from app.cases.entry import Entered, EntryField, EntryPage, FieldKind, Finding, error, warning
from app.cases.kind import CaseKind, Document, FollowUp, Look, SecondLook
from app.functions.eligibility.kinds.families import KNOWN, stating
from app.functions.eligibility.kinds.newcomer import PERSON_PAGE, SECOND_LOOK, place_page

_YEAR = EntryField("year", "所得の年（西暦）", FieldKind.DIGITS, 4, required=True, note="4桁")


def _place(name: str, label: str) -> EntryField:
    return EntryField(name, label, FieldKind.MUNICIPALITY, 6, required=True, note="6桁")


def _is_unregistered(entered: Entered) -> Iterator[Finding]:
    """A resident is registered by the resident register, not here."""
    if entered.text("person_kind") not in ("", "3"):
        yield error(
            "person_kind",
            "not_unregistered",
            "個人区分が住登外ではありません。",
            "住民登録のある方は、住民記録から届きます。住登外の方だけを登録します。",
        )


UNREGISTERED = CaseKind(
    code="unregistered",
    area="eligibility",
    group="調べる・登録する",
    label="住登外者の登録",
    help="市内に住民登録のない方（住所地特例の世帯主、相続人など）を登録します。",
    source="FLOW-2005、SEC-13・14、DOMAIN 1.6",
    about=Newcomer(),
    pages=(
        EntryPage(
            PERSON_PAGE.id,
            PERSON_PAGE.title,
            PERSON_PAGE.lead,
            PERSON_PAGE.fields,
            (*PERSON_PAGE.rules[1:], _is_unregistered),
            step=PERSON_PAGE.step,
        ),
        place_page(
            "登録の日",
            EntryField(
                "ground",
                "登録の理由",
                FieldKind.CHOICE,
                codes="unregistered_grounds",
                required=True,
            ),
            elsewhere=True,
        ),
        blocks.notifier(with_number=True),
    ),
    documents=(Document("登録の理由が分かる書類"),),
    sentence="{name} 様の住登外者としての登録を、広域連合へ送ります。",
    second_look=SECOND_LOOK,
    compared=(
        Compared("name", is_name=True),
        Compared("kana"),
        Compared("birth_written", is_birth=True),
        Compared("sex"),
        Compared("address", is_name=True),
        Compared("atena_number"),
    ),
    told=answers.HOLDS,
    effect=Knows(),
    refusals=(
        *(code for code in reasons.NEWCOMER if code not in ("too_young", "income_unconfirmed")),
        "not_unregistered",
        "already_known",
    ),
)

UNREGISTERED_END = stating(
    "終わる日",
    (EntryField("ground", "終了の理由", FieldKind.TEXT, 100, required=True),),
    states=KNOWN,
    group="調べる・登録する",
    code="unregistered_end",
    label="住登外者の登録の終了",
    help="登録しておく必要のなくなった住登外の方の登録を終えます。",
    source="FLOW-2005",
    effect=Leaves("9"),
    refusals=("not_unregistered", "already_insured"),
)

INCOME_INQUIRY = stating(
    "照会の日",
    (
        _place("to_municipality_code", "照会先の市区町村コード"),
        _YEAR,
        EntryField("letter_number", "文書番号", FieldKind.TEXT, 40),
    ),
    states=KNOWN,
    group="調べる・登録する",
    code="income_inquiry",
    label="所得照会",
    help="前の住所の市区町村へ所得を照会します。返事が来るまで、日次の一覧に残ります。",
    source="FLOW-2008・3018、FORM-62、FILE-55",
    documents=(Document("所得照会書の控え"),),
    effect=Notes("前の住所の市区町村へ所得を照会した"),
    follow_up=(
        FollowUp(
            "income_reply",
            "所得照会の返事",
            "返事を入れる。来ないときは電話で催促する",
            days=14,
            opens="eligibility.open_income_reply",
        ),
    ),
    refusals=("income_year",),
)


def _reply_adds_up(entered: Entered) -> Iterator[Finding]:
    """Nobody without income is taxed."""
    if entered.text("income_zero") == "1" and entered.text("taxed") == "1":
        yield warning(
            "income_zero",
            "zero_but_taxed",
            "所得がないのに、住民税が課税になっています。",
            "回答書を見比べてください。",
        )


_FIGURES = (
    EntryField("taxed", "住民税が課税", FieldKind.FLAG),
    EntryField("taxable_income", "課税所得（円）", FieldKind.MONEY, 10, required=True),
    EntryField("revenue", "収入額（円）", FieldKind.MONEY, 10, required=True),
    EntryField(
        "pension_other",
        "年金収入＋その他の合計所得（円）",
        FieldKind.MONEY,
        10,
        required=True,
    ),
    EntryField("base_income", "旧ただし書所得（円）", FieldKind.MONEY, 10, required=True),
    EntryField("income_zero", "所得なし（区分Ⅰ）", FieldKind.FLAG),
)

INCOME_REPLY = stating(
    "回答の日",
    (
        _place("from_municipality_code", "回答した市区町村コード"),
        _YEAR,
        *_FIGURES,
    ),
    _reply_adds_up,
    states=KNOWN,
    group="調べる・登録する",
    code="income_reply",
    label="所得照会の回答の登録",
    help="ほかの市区町村から届いた所得の回答を入れます。世帯の負担割合が判定し直されます。",
    source="FLOW-2008、FILE-55、DOMAIN 3.2",
    documents=(Document("所得照会の回答書"),),
    effect=Notes("所得照会の回答を広域連合へ届け出た"),
    settles=("income_reply",),
    refusals=("income_year",),
)

INCOME_BY_HAND = stating(
    "受け付けた日",
    (
        EntryField("proof", "確かめた書類", FieldKind.CHOICE, codes="income_proofs", required=True),
        _YEAR,
        *_FIGURES,
    ),
    _reply_adds_up,
    states=KNOWN,
    group="調べる・登録する",
    code="income_by_hand",
    label="所得の手入力",
    help="税の情報が届かない方の所得を、書類から入れます。送る前に二人目が書類と見比べます。",
    source="FILE-06、SEC-13、DOMAIN 3.2",
    documents=(Document("所得の分かる書類"),),
    second_look=SecondLook(Look.BEFORE),
    effect=Notes("所得を書類から入れて広域連合へ届け出た"),
    refusals=("income_year", "income_known"),
)

INCOME_ASKED = stating(
    "照会が届いた日",
    (
        _place("from_municipality_code", "照会した市区町村コード"),
        _YEAR,
        EntryField("letter_number", "文書番号", FieldKind.TEXT, 40),
        EntryField("answered_on", "回答した日", FieldKind.DAY, required=True),
    ),
    page_rules.not_in_future("answered_on"),
    states=KNOWN,
    group="調べる・登録する",
    code="income_asked",
    label="他市区町村からの所得照会への回答",
    help="ほかの市区町村からの照会に答えたことを記録します。",
    source="FLOW-3018、FORM-62",
    documents=(Document("照会書と回答書の控え"),),
    effect=Notes("他市区町村からの所得照会に回答した"),
)


def _reason_for_fewer(entered: Entered) -> Iterator[Finding]:
    """Four facts, or three with the address; otherwise with a reason (SEC-15)."""
    if entered.text("facts") == "fewer" and not entered.text("ground"):
        yield error(
            "ground",
            "reason",
            "照会の理由が入っていません。",
            "四つの手がかりがそろわない照会には、理由が要ります。",
        )


IDENTITY_INQUIRY = stating(
    "照会の日",
    (
        EntryField(
            "facts", "照会の手がかり", FieldKind.CHOICE, codes="inquiry_facts", required=True
        ),
        EntryField("ground", "照会の理由", FieldKind.TEXT, 100),
    ),
    _reason_for_fewer,
    states=KNOWN,
    group="調べる・登録する",
    code="identity_inquiry",
    label="本人確認情報の照会",
    help="氏名・住所・生年月日・性別の四つ（または住所を含む三つ）で、本人確認情報を照会します。",
    source="SEC-15、番号法14条2項",
    effect=Notes("本人確認情報を照会した"),
)

KINDS = (
    UNREGISTERED,
    UNREGISTERED_END,
    INCOME_INQUIRY,
    INCOME_REPLY,
    INCOME_BY_HAND,
    INCOME_ASKED,
    IDENTITY_INQUIRY,
)
