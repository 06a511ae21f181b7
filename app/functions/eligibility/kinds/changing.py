"""変更の届出 (高確則10条の2ほか; DOMAIN 2.7, 5.5): who one is, where one lives, what
reaches one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases import answers, belonging, blocks, page_rules
from app.cases.about import Household, KnownPerson
from app.cases.answers import Compared, Told, Words
from app.cases.effects import (
    Changes,
    CorrectsBirth,
    MovesWithin,
    Notes,
    OfMembers,
    StandsToHead,
    same,
)
from app.cases.entry import Entered, EntryField, FieldKind, Finding, Values, error, when
from app.cases.kind import CaseKind, Document, Look, SecondLook
from app.functions.eligibility.kinds.families import KNOWN, papered, stating
from app.persons.at_home import Fits
from app.persons.eligibility_state import DEAD

_RECORD = Document("住民異動届の写し", or_by="住民記録")


def _other_name(entered: Entered) -> Iterator[Finding]:
    """The same name as before is no change."""
    whom = entered.whom
    if whom is None:
        return
    said = (entered.text("new_name"), entered.text("new_kana"))
    if said == (whom.name, whom.kana):
        yield error(
            "new_name", "unchanged", "いまの氏名と同じです。", "届書の氏名を確かめてください。"
        )


NAME_CHANGE = papered(
    "変わった日",
    (
        EntryField("new_kana", "新しいフリガナ", FieldKind.KANA),
        EntryField(
            "new_name", "新しい氏名", FieldKind.NAME, required=True, note="異体字は届書のとおりに"
        ),
        EntryField("ground", "変更の理由", FieldKind.CHOICE, codes="name_changes", required=True),
    ),
    _other_name,
    code="name_change",
    label="氏名の変更の届出",
    help="被保険者の氏名が変わったことを届け出ます。新しい氏名の書類が交付されます。",
    source="高確法54条、則10条の2、DOMAIN 2.7",
    documents=(_RECORD, Document("前の資格確認書")),
    compared=(
        *answers.PERSON,
        Compared("new_name", decided="name", is_name=True),
        Compared("new_kana", decided="kana", if_keyed=True),
    ),
    effects=(Changes("name", same("name", "kana"), "氏名を変える"),),
)


def _alias_kana(values: Values) -> bool:
    return bool(values.get("alias", ""))


ALIAS = stating(
    "記載・変更・削除の日",
    (
        EntryField("alias", "通称", FieldKind.NAME, note="削除するときは空けておきます"),
        EntryField(
            "alias_kana", "通称フリガナ", FieldKind.KANA, shown=_alias_kana, needed=_alias_kana
        ),
    ),
    code="alias_change",
    label="通称の記載・変更・削除",
    help="外国人住民の通称が記載された、変わった、または削除されたことを届け出ます。",
    source="DOMAIN 2.7（通称の記載/変更/削除）",
    documents=(_RECORD,),
    effect=Changes("alias", same("alias", "alias_kana"), "通称を変える"),
)

FORMER_NAME = stating(
    "記載・変更・削除の日",
    (
        EntryField("former_name", "旧氏", FieldKind.NAME, 60, note="削除するときは空けておきます"),
        EntryField("former_name_kana", "旧氏フリガナ", FieldKind.KANA, 60),
    ),
    code="former_name",
    label="旧氏の記載・変更・削除",
    help="旧氏が住民票に記載された、変わった、または削除されたことを届け出ます。",
    source="DOMAIN 2.7（旧氏の記載/変更/削除）",
    documents=(_RECORD,),
    effect=Changes("former_name", same("former_name", "former_name_kana"), "旧氏を記録する"),
)

BIRTH_CORRECTION = papered(
    "訂正された日",
    (
        EntryField("new_birth_written", "正しい生年月日", FieldKind.BIRTH, 60, required=True),
        EntryField("new_sex", "正しい性別", FieldKind.CHOICE, codes="sexes", required=True),
    ),
    code="birth_correction",
    label="生年月日・性別の訂正",
    help="生年月日か性別の誤りを訂正します。取得日が変わるときは、先に資格を職権で直します。",
    source="DOMAIN 2.1・2.2・2.7、SEC-13",
    documents=(_RECORD, Document("戸籍の証明", required=False)),
    second_look=SecondLook(Look.BEFORE),
    compared=(
        Compared("name", "氏名", is_name=True),
        Compared("atena_number", "宛名番号"),
        Compared("new_birth_written", decided="birth_written", is_birth=True),
        Compared("new_sex", decided="sex"),
    ),
    effects=(CorrectsBirth(),),
    refusals=("birth_moves_acquisition",),
)

NUMBER_CHANGE = stating(
    "変わった日",
    (
        EntryField(
            "ground", "変更の理由", FieldKind.CHOICE, codes="my_number_changes", required=True
        ),
    ),
    with_number=True,
    code="number_change",
    label="個人番号の変更・訂正",
    help="個人番号が変わった、または誤っていたことを届け出ます。送る前に二人目が確かめます。",
    source="番号法7条2項・16条、DOMAIN 2.7・7.1、SEC-04・13",
    documents=(Document("個人番号カード・番号入りの住民票", or_by="住民記録"),),
    second_look=SecondLook(Look.BEFORE),
    effect=Notes("個人番号の変更・訂正を広域連合へ届け出た"),
    refusals=("number_invalid", "number_elsewhere"),
)

_HOUSEHOLD = (
    EntryField("new_household_number", "新しい世帯番号", FieldKind.HOUSEHOLD, 15, required=True),
    EntryField("relation", "世帯主との続柄", FieldKind.TEXT, 20, required=True),
    EntryField("is_head", "世帯主", FieldKind.FLAG, note="本人が世帯主のとき", first="0"),
)
_IN_HOUSEHOLD = (("household_number", "new_household_number"), *same("relation", "is_head"))

MOVE_WITHIN = papered(
    "転居した日",
    (
        EntryField("new_postal_code", "郵便番号", FieldKind.POSTAL, 7, required=True, note="7桁"),
        EntryField("new_address", "新しい住所", FieldKind.ADDRESS, 200, required=True),
        EntryField("new_building", "方書", FieldKind.ADDRESS),
        EntryField(
            "facility_code", "入所施設コード", FieldKind.FACILITY, 20, note="住所が施設のときだけ"
        ),
        *_HOUSEHOLD,
    ),
    page_rules.facility,
    code="move_within",
    label="転居の届出",
    help="市内で引っ越したことを届け出ます。住所を書類に載せる広域連合では、書類が変わります。",
    source="高確法54条、DOMAIN 2.7・5.2",
    documents=(_RECORD, Document("資格確認書", required=False)),
    compared=(
        *answers.PERSON,
        Compared("new_address", decided="address", is_name=True),
        Compared("new_building", decided="building", is_name=True),
        Compared("new_postal_code", decided="postal_code"),
    ),
    effects=(MovesWithin(),),
    refusals=("household_unknown", "outside_area"),
)


def _into_facility(label: str, code: str, help_: str, refusals: tuple[str, ...]) -> CaseKind:
    """住所地特例: who goes into a facility elsewhere, or on into another, stays insured here."""
    return papered(
        "施設の住所を定めた日",
        (
            EntryField(
                "to_facility",
                "施設の種類",
                FieldKind.CHOICE,
                codes="address_exception_facilities",
                required=True,
            ),
            EntryField("facility_name", "施設の名称", FieldKind.TEXT, 100, required=True),
            EntryField("small_regional", "　地域密着型（定員29人以下）", FieldKind.FLAG),
            EntryField(
                "paid_home",
                "　有料老人ホームに当たる",
                FieldKind.FLAG,
                shown=when("to_facility", "serviced_housing"),
            ),
            EntryField(
                "to_municipality_code",
                "施設の市区町村コード",
                FieldKind.MUNICIPALITY,
                6,
                required=True,
                note="6桁",
            ),
            EntryField("new_postal_code", "郵便番号", FieldKind.POSTAL, 7, required=True),
            EntryField("new_address", "施設の住所", FieldKind.ADDRESS, 200, required=True),
            EntryField("new_building", "方書", FieldKind.ADDRESS),
        ),
        code=code,
        label=label,
        help=help_,
        source="高確法55条、DOMAIN 2.6（様式6）",
        documents=(
            Document("住所地特例該当・変更届"),
            Document("施設の入所証明書", or_by="施設"),
        ),
        compared=(
            *answers.PERSON,
            Compared("new_address", decided="address", is_name=True),
            Compared("new_postal_code", decided="postal_code"),
        ),
        effects=(MovesWithin("住所を施設の住所に変える"),),
        refusals=("same_prefecture_out", "no_special_address", *refusals),
    )


SPECIAL_ADDRESS_BEGIN = _into_facility(
    "住所地特例の該当の届出",
    "special_address_begin",
    "県外の対象施設に入った方が、引き続きこの広域連合の被保険者であることを届け出ます。",
    (),
)

SPECIAL_ADDRESS_CHANGE = _into_facility(
    "住所地特例の変更の届出",
    "special_address_change",
    "住所地特例の方が別の対象施設に移ったことを届け出ます。最初の広域連合のままです。",
    ("not_under_special_address",),
)

HOUSEHOLD_CHANGE = stating(
    "変わった日",
    (
        *_HOUSEHOLD,
        EntryField(
            "ground", "変更の理由", FieldKind.CHOICE, codes="household_changes", required=True
        ),
    ),
    code="household_change",
    label="世帯の変更の届出",
    help="世帯の分離・合併などを届け出ます。両方の世帯の負担割合が判定し直されます。",
    source="高確法54条、DOMAIN 2.7・3.2（世帯異動）",
    documents=(_RECORD,),
    effect=Changes("household", _IN_HOUSEHOLD, "世帯を変える"),
    refusals=("household_unknown",),
)


def _former_head(entered: Entered) -> Iterator[Finding]:
    """Somebody else of the household is the head now, and how a head who stays in it stands to the
    new one is said (the union refuses it otherwise)."""
    whom = entered.whom
    heads = [one for one in whom.members if one.is_head] if whom is not None else []
    for head in heads:
        if whom is not None and head.person_id == whom.person_id:
            yield error(
                "event_on",
                "head_already",
                "開いた方は、すでにこの世帯の世帯主です。",
                "この届出を取りやめ、新しく世帯主になる方を開いて始めてください。",
            )
        elif not entered.text("former_relation"):
            # of somebody under support measures (支援措置) the name is not told
            who = "いまの世帯主" if head.care else f"いまの世帯主（{head.name} 様）"
            yield error(
                "former_relation",
                "former_head_stays",
                f"{who}が同じ世帯に残りますが、新しい続柄が入っていません。",
                "新しい世帯主から見た続柄（夫、父など）を、異動届の写しのとおりに入れてください。"
                "世帯を出た方なら、先に転居・世帯の変更などを届け出てください。",
            )


def _said_of_one(record: Any, words: Words) -> str:
    """What a decision of the first version says, which the entry no longer asks for."""
    head = "（世帯主になる）" if getattr(record, "is_head", "") == "1" else ""
    return f"{getattr(record, 'relation', '')}{head}"


HEAD_CHANGE = stating(
    "変わった日",
    (
        EntryField(
            "former_relation",
            "前の世帯主の新しい続柄",
            FieldKind.TEXT,
            20,
            note="前の世帯主が同じ世帯に残るときに要ります。新しい世帯主から見た続柄",
        ),
    ),
    _former_head,
    lead="新しい世帯主になる方を開いて始めます。世帯の方は上に出ています。",
    states=KNOWN,
    about=Household(states=KNOWN),
    code="head_change",
    label="世帯主の変更の届出",
    help="開いた方が新しい世帯主になったことを届け出ます。世帯の負担割合が判定し直されます。",
    source="高確法54条、DOMAIN 2.7・3.2（世帯異動）",
    documents=(_RECORD,),
    sentence="{name} 様が、世帯（{household}）の世帯主になる届出を、広域連合へ送ります。",
    told=(*answers.HOLDS, Told("世帯主との続柄（以前の届出）", _said_of_one)),
    effect=OfMembers(StandsToHead()),
    refusals=("household_differs",),
    fits=Fits(
        lambda one: one.head_gone and not one.dead,
        "世帯主だった方が、もうこの世帯にいません。新しい世帯主になる方を開いて始めます。",
        "新しい世帯主になる方を決めて、お届けください。",
        once=True,
    ),
)


def _is_set(values: Values) -> bool:
    return values.get("ending", "") == "set"


def _ends_later(entered: Entered) -> Iterator[Finding]:
    """The end lies behind the beginning."""
    event, end = entered.day("event_on"), entered.day("ends_on")
    if event and end and end.sort_date < event.sort_date:
        yield error(
            "ends_on",
            "order",
            "終わる日が、始まる日より前です。",
            "届書の期間を確かめてください。",
        )


DELIVERY_ADDRESS = stating(
    "始まる日・終わる日（その日まで）",
    (
        EntryField(
            "papers", "送付するもの", FieldKind.CHOICE, codes="delivered_papers", required=True
        ),
        EntryField(
            "ending",
            "届出の区分",
            FieldKind.CHOICE,
            codes="settings_of",
            required=True,
            first="set",
        ),
        EntryField("addressee", "宛名", FieldKind.NAME, shown=_is_set, needed=_is_set),
        EntryField(
            "in_care", "　様方", FieldKind.NAME, shown=_is_set, note="「○○様方」と書くときの○○"
        ),
        EntryField("relation", "　本人との関係", FieldKind.TEXT, 20, shown=_is_set, needed=_is_set),
        EntryField(
            "to_postal_code", "　郵便番号", FieldKind.POSTAL, 7, shown=_is_set, needed=_is_set
        ),
        EntryField(
            "to_address", "　送付先の住所", FieldKind.ADDRESS, 200, shown=_is_set, needed=_is_set
        ),
        EntryField(
            "ends_on",
            "　終わる日",
            FieldKind.DAY,
            shown=_is_set,
            note="その日まで送ります。期限を決めないときは空けておきます",
        ),
    ),
    _ends_later,
    states=KNOWN,
    code="delivery_address",
    label="送付先の変更の届出",
    help="通知や書類を、住所と別の所へ送るように届け出ます。送るものごとに決められます。",
    source="DOMAIN 5.5（調布市ほか：届出人、関係、期間、業務）",
    documents=(Document("送付先変更届"), Document("届出人の本人確認書類")),
    effect=Changes(
        "delivery",
        same("addressee", "in_care", "relation", "to_postal_code", "to_address"),
        "送付先を変える",
        subject="papers",
    ),
    refusals=("nothing_to_end",),
    fits=Fits(
        lambda one: (
            one.insured and "delivery" not in one.noted and ("delivery" in one.beside or one.alone)
        ),
        "同じ世帯の方の送付先が届け出てあるか、お一人になった方です。通知の届け先を尋ねます。",
        "通知や書類をお住まいのほかで受け取りたいときは、送付先をお届けください。",
    ),
)

HEIR = stating(
    "指定の日",
    (
        EntryField("heir_kana", "フリガナ", FieldKind.KANA, required=True),
        EntryField("heir_name", "相続人代表者の氏名", FieldKind.NAME, required=True),
        EntryField("heir_relation", "亡くなった方との続柄", FieldKind.TEXT, 20, required=True),
        EntryField("heir_postal_code", "郵便番号", FieldKind.POSTAL, 7, required=True),
        EntryField("heir_address", "住所", FieldKind.ADDRESS, 200, required=True),
        EntryField("heir_phone", "電話番号", FieldKind.PHONE, 20),
    ),
    states=(DEAD,),
    about=KnownPerson(states=(DEAD,), from_roles=(("heir", "heir"),)),
    code="heir",
    label="相続人代表者の指定の届出",
    help="亡くなった方の還付や給付を受け取り、通知を受ける方を届け出ます。",
    source="DOMAIN 5.5（続柄、戸籍、念書）",
    documents=(Document("相続人代表者指定届"), Document("戸籍の証明", or_by="戸籍の窓口")),
    effect=Changes(
        "heir",
        same(
            "heir_name",
            "heir_kana",
            "heir_relation",
            "heir_postal_code",
            "heir_address",
            "heir_phone",
        ),
        "相続人代表者を記録する",
    ),
    fits=Fits(
        lambda one: one.was_insured and one.died_within(730) and "heir" not in one.noted,
        "還付や給付を受け取る方（相続人代表者）の届出がありません。",
        "還付金などを受け取る、ご遺族の代表の方をお届けください。",
    ),
)


ACCOUNT = stating(
    "届出の日",
    blocks.account_fields(belonging.of_person),
    states=KNOWN,
    code="account",
    label="支給口座の届出",
    help="高額療養費などの給付と還付を受け取る口座を届け出ます。",
    source="DOMAIN 5.5（高額療養費の初回の口座）",
    documents=(Document("通帳・キャッシュカード"), Document("委任状", required=False)),
    effect=Changes(
        "account",
        same("bank_code", "branch_code", "account_type", "account_number", "holder_kana"),
        "支給口座を記録する",
    ),
    fits=Fits(
        lambda one: one.insured and "account" not in one.noted,
        "支給口座の届出がありません。高額療養費などの給付を振り込めません。",
        "高額療養費などを受け取る口座をお届けください。",
    ),
)

CONTACT = stating(
    "変わった日",
    (EntryField("phone", "電話番号", FieldKind.PHONE, 20, note="なくなったときは空けておきます"),),
    states=KNOWN,
    code="contact",
    label="連絡先の変更の届出",
    help="電話番号が変わったことを届け出ます。",
    source="DOMAIN 5.5、DATA-04",
    effect=Changes("phone", same("phone"), "電話番号を変える"),
)

TAX_AGENT = stating(
    "指定の日",
    (
        EntryField("agent_name", "納税管理人の氏名", FieldKind.NAME, required=True),
        EntryField("agent_postal_code", "郵便番号", FieldKind.POSTAL, 7, required=True),
        EntryField("agent_address", "住所", FieldKind.ADDRESS, 200, required=True),
        EntryField("agent_phone", "電話番号", FieldKind.PHONE, 20),
    ),
    states=KNOWN,
    code="tax_agent",
    label="納税管理人の届出",
    help="保険料の通知を受け取り、納める方を届け出ます（国外へ行く方など）。",
    source="地方税法300条の例による条例、DOMAIN 5.5",
    documents=(Document("納税管理人申告書"),),
    effect=Changes(
        "tax_agent",
        same("agent_name", "agent_postal_code", "agent_address", "agent_phone"),
        "納税管理人を記録する",
    ),
    settles=("tax_agent",),
)

KINDS = (
    NAME_CHANGE,
    ALIAS,
    FORMER_NAME,
    BIRTH_CORRECTION,
    NUMBER_CHANGE,
    MOVE_WITHIN,
    SPECIAL_ADDRESS_BEGIN,
    SPECIAL_ADDRESS_CHANGE,
    HOUSEHOLD_CHANGE,
    HEAD_CHANGE,
    DELIVERY_ADDRESS,
    HEIR,
    ACCOUNT,
    CONTACT,
    TAX_AGENT,
)
