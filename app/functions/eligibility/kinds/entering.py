"""取得の届出 (高確法52条・54条; FLOW-101 … 108; DOMAIN 2.3): how somebody becomes insured.

Newcomers are keyed whole (``newcomer``); a resident who is known is shown and changed on no page.
From which day, at which share and on which paper, the union decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases import answers, belonging, blocks, page_rules, reasons
from app.cases.about import KnownPerson, Newcomer
from app.cases.effects import Acquires, TakesLossBack, Together
from app.cases.entry import Entered, EntryField, EntryPage, FieldKind, Finding, Rule, warning
from app.cases.kind import CaseKind, Document, Look, SecondLook
from app.functions.eligibility.kinds.families import DISABILITY_HELD, PROVED
from app.functions.eligibility.kinds.newcomer import (
    COMPARED,
    PERSON_PAGE,
    SECOND_LOOK,
    place_page,
)
from app.persons.eligibility_state import LOST, NEVER

BECOMING = (
    *reasons.RESIDENT,
    *reasons.DATES,
    "under_age",
    "before_system",
    "too_young",
    "before_last_loss",
    "income_unconfirmed",
)
"""What any acquisition of a known resident may be refused or held for."""

ARRIVING = (
    *reasons.NEWCOMER,
    "outside_area",
    "birth_undetermined",
    "disability_paper_missing",
    "before_last_loss",
)
"""What any arrival may be refused or held for."""

CARD_USE = EntryField(
    "card_use",
    "マイナ保険証の利用登録",
    FieldKind.CHOICE,
    codes="card_uses",
    required=True,
)


def _paper_page(*fields: EntryField, rules: tuple[Rule, ...] = ()) -> EntryPage:
    """The card and how the paper reaches the person, behind the kind's own fields."""
    return EntryPage(
        "papers",
        "交付",
        "マイナ保険証の利用登録と、書類の渡し方を尋ねてください。",
        (*fields, CARD_USE, blocks.delivery_field()),
        (page_rules.weak_is_posted, *rules),
        step="交付",
    )


def _arriving(
    place: EntryPage, own: tuple[EntryField, ...] = (), *, label: str, **said: Any
) -> CaseKind:
    """A newcomer's kind; ``own`` are the fields that stand before the paper's, ``said`` the rest
    of the declaration."""
    common: dict[str, Any] = {
        "area": "eligibility",
        "group": "資格の取得",
        "about": Newcomer(),
        "pages": (
            PERSON_PAGE,
            place,
            blocks.notifier(with_number=True, who="person"),
            _paper_page(*own),
        ),
        "sentence": f"{{name}} 様の{label}を、広域連合へ送ります。",
        "second_look": SECOND_LOOK,
        "compared": COMPARED,
        "told": answers.COVERAGE,
        "effect": Acquires(),
        "papers": ("eligibility_certificate", "eligibility_notice"),
    }
    return CaseKind(label=label, **common | said)


def _stay_fields() -> tuple[EntryField, ...]:
    """What the residence card says (則9条)."""
    return (
        EntryField(
            "status", "在留資格", FieldKind.CHOICE, codes="residence_statuses", required=True
        ),
        EntryField("stay", "在留期間", FieldKind.CHOICE, codes="stay_periods", required=True),
        EntryField(
            "proved_longer",
            "3か月を超える在留の証明",
            FieldKind.FLAG,
            note="契約書など、3か月を超えて在留することが分かる書類を見た",
        ),
        EntryField(
            "leisure",
            "医療・観光のための特定活動",
            FieldKind.FLAG,
            note="指定書に書かれている",
        ),
    )


MOVE_IN_ABROAD = _arriving(
    code="move_in_abroad",
    refusals=ARRIVING,
    label="国外転入の届出",
    help="国外から転入した方の届出を、案内に沿って入れます。",
    source="高確法50条・52条2号・54条、DOMAIN 2.3",
    place=place_page(
        "異動日（転入日）",
        EntryField("country", "前の住所の国", FieldKind.TEXT, 40, required=True),
        rules=(
            page_rules.late(
                "異動日から14日を過ぎた届出です。資格は異動日にさかのぼります。",
                "保険料もさかのぼることを説明してください。",
            ),
        ),
    ),
    documents=(
        Document("住民異動届の写し", or_by="住民記録"),
        Document("パスポート（入国の日）", required=False),
    ),
)

FOREIGNER = _arriving(
    code="foreigner",
    refusals=(*ARRIVING, *reasons.STAY),
    label="外国人の資格取得の届出",
    help="日本に住むようになった外国人の方の届出です。在留資格と在留期間を確かめます。",
    source="高確法50条・51条2号、則9条、DOMAIN 2.3",
    place=place_page("住むようになった日"),
    own=(*_stay_fields(),),
    documents=(
        Document("在留カード・特別永住者証明書", or_by="住民記録"),
        Document("指定書（特定活動のとき）", required=False),
    ),
)

MOVE_IN_WITHIN = _arriving(
    code="move_in_within",
    refusals=(
        *reasons.DATES,
        "not_elsewhere_here",
        "atena_elsewhere",
        "household_unknown",
        "income_unconfirmed",
    ),
    label="県内転入の届出",
    help="県内のほかの市区町村から転入した方の届出です。資格は続き、保険者番号が変わります。",
    source="高確法54条、DOMAIN 1.3・2.4、FLOW-1011",
    place=place_page(
        "異動日（転入日）",
        EntryField(
            "former_municipality_code",
            "前住所地の市区町村コード",
            FieldKind.MUNICIPALITY,
            6,
            required=True,
            note="6桁",
        ),
        EntryField(
            "former_insured_number",
            "被保険者番号",
            FieldKind.INSURED,
            8,
            required=True,
            note="8桁。資格確認書の番号",
            belongs=belonging.NEWCOMERS_NUMBER,
        ),
        rules=(page_rules.former_place,),
    ),
    documents=(Document("住民異動届の写し", or_by="住民記録"), Document("前の資格確認書")),
)

SPECIAL_ADDRESS = _arriving(
    code="special_address",
    refusals=(*reasons.NEWCOMER, "before_system", "not_carried_over", "before_last_loss"),
    label="住所地特例の引継の届出",
    help="県外の施設にいて国保の住所地特例だった方が、75歳から続けて被保険者となる届出です。",
    source="高確法55条・55条の2、DOMAIN 2.6",
    place=place_page(
        "75歳になった日",
        EntryField(
            "facility_kind",
            "施設の種類",
            FieldKind.CHOICE,
            codes="address_exception_facilities",
            required=True,
        ),
        EntryField("facility_name", "施設の名称", FieldKind.TEXT, 100, required=True),
        elsewhere=True,
    ),
    own=(
        EntryField(
            "under_nhi",
            "国保の住所地特例",
            FieldKind.FLAG,
            note="国民健康保険の住所地特例の対象だったと、証明書で確かめた",
        ),
    ),
    documents=(Document("国保の資格喪失証明書", or_by="国民健康保険の窓口"),),
)


def _becoming(
    event: str,
    own: tuple[EntryField, ...],
    rules: tuple[Rule, ...] = (),
    *,
    label: str,
    **said: Any,
) -> CaseKind:
    """A known resident's kind. ``event`` is what its day is called; ``said`` is the rest of the
    declaration, ``refusals`` beside what any of them has."""
    own_page = EntryPage(
        "becoming",
        label.removesuffix("の届出").removesuffix("の申請"),
        "書類を見ながら入れてください。",
        (*blocks.four_dates(event), *own, CARD_USE, blocks.delivery_field()),
        (
            *blocks.FOUR_DATES,
            page_rules.not_before_known("event_on", "birth_sort", "生年月日"),
            page_rules.weak_is_posted,
            *rules,
        ),
        step="内容",
    )
    common: dict[str, Any] = {
        "area": "eligibility",
        "group": "資格の取得",
        "about": KnownPerson(states=(NEVER, LOST)),
        "pages": (own_page, blocks.notifier()),
        "sentence": f"{{name}} 様（{{birth}}生）の{label}（{event} {{event_on}}）を、"
        "広域連合へ送ります。",
        "compared": answers.PERSON,
        "told": answers.COVERAGE,
        "effect": Acquires(),
        "papers": ("eligibility_certificate", "eligibility_notice"),
    }
    return CaseKind(label=label, **common | said)


_AFTER_LOSS = page_rules.not_before_known("event_on", "lost_on", "前の資格の喪失日")
"""Nobody is insured twice on one day."""


def _old_insurance(entered: Entered) -> Iterator[Finding]:
    """Whoever leaves another insurance for this one chooses; he should know what it costs."""
    if entered.text("former_insurance"):
        yield warning(
            "former_insurance",
            "choice",
            "障害認定を受けると、いまの健康保険をやめることになります。",
            "保険料と窓口負担がどう変わるか説明し、ご本人の意思を確かめてください。",
        )


DISABILITY = _becoming(
    code="disability",
    refusals=(
        *(code for code in BECOMING if code != "under_age"),
        "degree_too_light",
        "proof_expired",
        "disability_after_75",
    ),
    label="障害認定の申請",
    help="65歳から74歳で一定の障害のある方が、被保険者となることを申請します。",
    source="高確法50条2号・52条3号、則8条、DOMAIN 2.3・2.5",
    event="障害の状態になった日",
    own=(
        EntryField(
            "proof", "障害を示す書類", FieldKind.CHOICE, codes="disability_proofs", required=True
        ),
        EntryField("proof_until", "　書類の有効期限", FieldKind.DAY, note="期限のあるものだけ"),
        EntryField("former_insurance", "いまの健康保険", FieldKind.TEXT, 60, required=True),
    ),
    documents=(
        Document("障害認定申請書"),
        Document("手帳・年金証書", or_by="障害福祉の窓口"),
    ),
    compared=(*answers.PERSON, *PROVED),
    rules=(_old_insurance, page_rules.not_run_out("proof_until")),
    effect=Together((Acquires(), DISABILITY_HELD)),
)

WELFARE_END = _becoming(
    code="welfare_end",
    refusals=BECOMING,
    label="生活保護の廃止・停止の届出",
    help="生活保護が終わった、または止まったことを届け出ます。資格はその日に取得します。",
    source="高確法51条1号・52条、DOMAIN 2.3",
    event="廃止・停止の日",
    own=(
        EntryField(
            "welfare_end", "廃止・停止の別", FieldKind.CHOICE, codes="welfare_ends", required=True
        ),
        EntryField("welfare_office", "決定した福祉事務所", FieldKind.TEXT, 60, required=True),
    ),
    documents=(Document("保護廃止・停止決定通知書", or_by="福祉事務所"),),
    rules=(_AFTER_LOSS,),
)

EXEMPTION_END = _becoming(
    code="exemption_end",
    refusals=BECOMING,
    label="適用除外でなくなった届出",
    help="生活保護のほかの適用除外が終わったことを届け出ます。",
    source="高確法51条2号・52条、則9条、DOMAIN 2.3・2.6",
    event="適用除外でなくなった日",
    own=(
        EntryField(
            "ground", "適用除外の理由", FieldKind.CHOICE, codes="exemption_grounds", required=True
        ),
    ),
    documents=(Document("適用除外が終わったことの分かる書類", or_by="住民記録"),),
    rules=(_AFTER_LOSS,),
)

LONGER_STAY = _becoming(
    code="longer_stay",
    refusals=(*BECOMING, *reasons.STAY),
    label="外国人の在留期間の更新の届出",
    help="在留期間が3か月を超えることになった外国人の方が、被保険者となる届出です。",
    source="高確法51条2号、則9条、DOMAIN 2.3",
    event="更新された日",
    own=(*_stay_fields(),),
    documents=(Document("在留カード", or_by="住民記録"),),
    rules=(_AFTER_LOSS,),
)

EX_OFFICIO = _becoming(
    code="ex_officio",
    refusals=BECOMING,
    label="職権による取得",
    help="届出のない取得を、確かめた資料により職権で行います。送る前に二人目が確かめます。",
    source="高確法52条・138条、DOMAIN 2.3、SEC-13",
    event="取得の原因となった日",
    own=(EntryField("found_by", "確かめた資料", FieldKind.TEXT, 100, required=True),),
    documents=(Document("確かめた資料の写し", or_by="住民記録"),),
    rules=(_AFTER_LOSS,),
    second_look=SecondLook(Look.BEFORE),
)

LOSS_CANCELLED = _becoming(
    code="loss_cancelled",
    effect=TakesLossBack(restores=("disability",)),
    refusals=("unknown_person", *reasons.DATES, "no_loss", "income_unconfirmed"),
    label="資格喪失の取消し",
    help="誤って失われた資格を、喪失がなかったものとして続けます。送る前に二人目が確かめます。",
    source="高確法53条、DOMAIN 2.7（異動の取消し）、SEC-13",
    event="取消しを決めた日",
    own=(EntryField("found_by", "取消しの理由", FieldKind.TEXT, 200, required=True),),
    documents=(Document("取消しの理由が分かる資料", or_by="住民記録"),),
    second_look=SecondLook(Look.BEFORE),
)

KINDS = (
    MOVE_IN_ABROAD,
    FOREIGNER,
    MOVE_IN_WITHIN,
    SPECIAL_ADDRESS,
    DISABILITY,
    WELFARE_END,
    EXEMPTION_END,
    LONGER_STAY,
    EX_OFFICIO,
    LOSS_CANCELLED,
)
