"""喪失の届出 (高確法53条・54条; FLOW-101 … 103; DOMAIN 2.4): why somebody ceases to be insured.

One declaration for each reason: what the event is called, what is asked beside it, and what comes
after. From which day the eligibility is lost, the union decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.cases import answers, blocks, page_rules, reasons
from app.cases.about import KnownPerson
from app.cases.answers import Compared
from app.cases.becoming import Becomes
from app.cases.effects import Loses
from app.cases.entry import Entered, EntryField, EntryPage, FieldKind, Finding, Rule, error, when
from app.cases.kind import CaseKind, Document, FollowUp, Look, SecondLook
from app.persons.eligibility_state import DEAD, INSURED

PAPER_TO_RETURN = FollowUp(
    "paper_to_return",
    "資格確認書などの返還",
    "返してもらい、返還を記録する",
    days=14,
    opens="eligibility.open_paper_back",
    applies=lambda keyed: keyed.get("paper_return", "") == "later",
    told="資格確認書などを、窓口か郵送でお返しください。",
)
PAPER = EntryField(
    "paper_return",
    "資格確認書などの返還",
    FieldKind.CHOICE,
    codes="paper_returns",
    required=True,
)
CARD = Document("資格確認書", required=False)
LOSS = (*reasons.INSURED, *reasons.DATES, "before_acquisition")
"""What any loss may be refused for."""


def _page(
    code: str, title: str, lead: str, event: str, fields: tuple[EntryField, ...], *rules: Rule
) -> EntryPage:
    """The page of the event: its day, the reason's own fields, and the paper."""
    return EntryPage(
        code,
        title,
        lead,
        (*blocks.four_dates(event), *fields, PAPER),
        (
            *blocks.FOUR_DATES,
            page_rules.not_before_known("event_on", "birth_sort", "生年月日"),
            page_rules.not_before_known("event_on", "acquired_on", "資格取得日"),
            *rules,
        ),
        step=title,
    )


def _late(event: str) -> Rule:
    return page_rules.late(
        f"{event}から14日を過ぎた届出です。資格は{event}にさかのぼって失われます。",
        "その間に医療機関にかかっていないか尋ねてください。",
    )


def _leaving(page: EntryPage, event: str, *, label: str, **said: Any) -> CaseKind:
    """A reason of loss. ``event`` is what its day is called in the sentence that is signed;
    ``said`` is the rest of the declaration, ``refusals`` and ``follow_up`` beside what any loss
    has."""
    said["refusals"] = (*LOSS, *said.get("refusals", ()))
    said["follow_up"] = (PAPER_TO_RETURN, *said.get("follow_up", ()))
    common: dict[str, Any] = {
        "area": "eligibility",
        "group": "資格の喪失",
        "about": KnownPerson(states=(INSURED,)),
        "pages": (page, blocks.notifier()),
        "sentence": f"{{name}} 様（{{birth}}生）の{label}（{event} {{event_on}}）を、"
        "広域連合へ送ります。",
        "compared": (*answers.PERSON, Compared("event_on")),
        "told": answers.LOSS,
        "effect": Loses(voids_for="資格を喪失した"),
    }
    return CaseKind(label=label, **common | said)


def _confirmed(label: str) -> EntryField:
    """A planned departure is no loss (DOMAIN 2.4)."""
    return EntryField(
        "confirmed",
        f"{label}の確定",
        FieldKind.FLAG,
        required=True,
        note=f"住民記録で{label}が確定したと確かめた（予定のうちは喪失しません）",
    )


def _not_here(entered: Entered) -> Iterator[Finding]:
    """Nobody moves out of the municipality into itself."""
    whom, code = entered.whom, entered.text("to_municipality_code")
    if whom is not None and code and code == whom.municipality_code:
        yield error(
            "to_municipality_code",
            "same_place",
            "転出先が、いまの市区町村です。",
            "市内での引っ越しは「転居」です。転出先のコードを確かめてください。",
        )


MOVE_OUT = _leaving(
    code="move_out",
    refusals=(
        "planned_departure",
        "same_prefecture_out",
        "special_address_kept",
    ),
    label="県外転出の届出",
    help="被保険者が県外へ転出したことを届け出ます。証明書を渡すまで、日次の一覧に残ります。",
    source="高確法53条1項・55条、FLOW-101 … 103、DOMAIN 2.4・2.6",
    page=_page(
        "move_out",
        "転出",
        "住民異動届の写しを見ながら入れてください。",
        "転出日",
        (
            _confirmed("転出"),
            EntryField(
                "to_facility",
                "転出先の施設",
                FieldKind.CHOICE,
                codes="address_exception_facilities",
                note="まず、移る先が施設かどうかを尋ねます。施設なら種類を選びます。"
                "住所地特例に当たれば資格は続きます",
            ),
            EntryField(
                "small_regional",
                "　地域密着型（定員29人以下）",
                FieldKind.FLAG,
                shown=lambda values: bool(values.get("to_facility", "")),
            ),
            EntryField(
                "paid_home",
                "　有料老人ホームに当たる",
                FieldKind.FLAG,
                shown=when("to_facility", "serviced_housing"),
            ),
            EntryField(
                "to_municipality_code",
                "転出先の市区町村コード",
                FieldKind.MUNICIPALITY,
                6,
                required=True,
                note="6桁",
            ),
            EntryField("to_address", "転出先の住所", FieldKind.ADDRESS, 200, required=True),
            EntryField(
                "elsewhere_from",
                "転出先で住所を定めた日",
                FieldKind.DAY,
                note="分かるときだけ。転出日と同じ日なら、その日に喪失します",
            ),
        ),
        _not_here,
        page_rules.not_in_future("elsewhere_from"),
        _late("転出日"),
    ),
    event="転出日",
    documents=(
        Document("住民異動届の写し", or_by="住民記録"),
        CARD,
    ),
    follow_up=(
        FollowUp(
            "moving_papers",
            "負担区分等証明書などの交付",
            "負担区分等・障害認定・特定疾病認定・被扶養者の証明書のうち要るものを渡す",
            days=14,
            opens="eligibility.open_move_out_papers",
            told="新しい市区町村の窓口に出す証明書を、お受け取りください。",
        ),
    ),
)

MOVE_OUT_ABROAD = _leaving(
    code="move_out_abroad",
    refusals=("planned_departure",),
    label="国外転出の届出",
    help="被保険者が国外へ転出したことを届け出ます。資格は出国の翌日に失われます。",
    source="高確法53条1項、DOMAIN 2.4",
    page=_page(
        "move_out_abroad",
        "国外転出",
        "住民異動届の写しを見ながら入れてください。",
        "出国の日",
        (
            _confirmed("出国"),
            EntryField("country", "転出先の国", FieldKind.TEXT, 40, required=True),
        ),
        _late("出国の日"),
    ),
    event="出国の日",
    documents=(
        Document("住民異動届の写し", or_by="住民記録"),
        CARD,
    ),
    follow_up=(
        FollowUp(
            "tax_agent",
            "納税管理人の届出",
            "保険料の通知を国内で受け取る方を届け出てもらう",
            days=14,
            opens="eligibility.open_tax_agent",
            told="保険料の通知を国内で受け取る方（納税管理人）をお届けください。",
        ),
    ),
)

WELFARE_START = _leaving(
    code="welfare_start",
    label="生活保護の開始の届出",
    help="生活保護が始まったことを届け出ます。資格は保護を開始した日に失われます。",
    source="高確法51条1号・53条2項、DOMAIN 2.4",
    page=_page(
        "welfare_start",
        "保護の開始",
        "保護決定通知書を見ながら入れてください。",
        "保護を開始した日",
        (EntryField("welfare_office", "決定した福祉事務所", FieldKind.TEXT, 60, required=True),),
        _late("保護を開始した日"),
    ),
    event="保護を開始した日",
    documents=(
        Document("保護決定通知書", or_by="福祉事務所"),
        CARD,
    ),
)

EXEMPTION = _leaving(
    code="exemption",
    label="適用除外に該当した届出",
    help="生活保護のほかの適用除外に当たったことを届け出ます。資格は翌日に失われます。",
    source="高確法51条2号・53条1項、則9条、DOMAIN 2.4・2.6",
    page=_page(
        "exemption",
        "適用除外",
        "届出の書類を見ながら入れてください。",
        "該当した日",
        (
            EntryField(
                "ground",
                "適用除外の理由",
                FieldKind.CHOICE,
                codes="exemption_grounds",
                required=True,
            ),
        ),
        _late("該当した日"),
    ),
    event="該当した日",
    documents=(
        Document("支援給付の決定通知書・在留カードなど", or_by="住民記録"),
        CARD,
    ),
)


def _prospective(entered: Entered) -> Iterator[Finding]:
    """撤回 works for the future only (則8条2項; DOMAIN 2.4)."""
    event, notified = entered.day("event_on"), entered.day("notified_on")
    if event and notified and event.sort_date < notified.sort_date:
        yield error(
            "event_on",
            "not_prospective",
            "撤回の日が届出日より前です。",
            "障害認定の撤回はさかのぼれません。届出日以後の日にしてください。",
        )


DISABILITY_WITHDRAWAL = _leaving(
    code="disability_withdrawal",
    refusals=(
        "not_prospective",
        "disability_after_75",
    ),
    label="障害認定の撤回の届出",
    help="65歳から74歳の方が障害認定を取り下げることを届け出ます。さかのぼれません。",
    source="高確法施行規則8条2項、DOMAIN 2.4・2.5",
    page=_page(
        "disability_withdrawal",
        "撤回",
        "撤回届を見ながら入れてください。ほかの健康保険に加入することを確かめます。",
        "撤回の日",
        (EntryField("next_insurance", "これから加入する保険", FieldKind.TEXT, 60),),
        _prospective,
    ),
    event="撤回の日",
    effect=Loses(voids_for="資格を喪失した", ends=("disability",)),
    documents=(
        Document("障害認定申請撤回届"),
        CARD,
    ),
)

DISABILITY_END = _leaving(
    code="disability_end",
    refusals=("disability_after_75",),
    label="障害認定の非該当の届出",
    help="65歳から74歳の方が障害の状態でなくなったことを届け出ます。資格は翌日に失われます。",
    source="高確法50条2号・53条1項、DOMAIN 2.4・2.5",
    page=_page(
        "disability_end",
        "非該当",
        "手帳や年金証書を見ながら入れてください。",
        "障害の状態でなくなった日",
        (
            EntryField(
                "ground",
                "非該当の理由",
                FieldKind.CHOICE,
                codes="disability_ends",
                required=True,
            ),
        ),
        _late("障害の状態でなくなった日"),
    ),
    event="障害の状態でなくなった日",
    effect=Loses(voids_for="資格を喪失した", ends=("disability",)),
    documents=(
        Document("手帳・年金証書", or_by="障害福祉の窓口"),
        CARD,
    ),
)

SPECIAL_ADDRESS_END = _leaving(
    code="special_address_end",
    label="住所地特例の終了の届出",
    help="県外の施設にいた方が施設を出て、その地の住民になったことを届け出ます。",
    source="高確法55条、DOMAIN 2.6",
    page=_page(
        "special_address_end",
        "特例の終了",
        "住所地特例の終了届を見ながら入れてください。",
        "特例が終わった日",
        (
            EntryField(
                "to_municipality_code",
                "いまの住所の市区町村コード",
                FieldKind.MUNICIPALITY,
                6,
                required=True,
                note="6桁",
            ),
            EntryField("elsewhere_from", "いまの住所を定めた日", FieldKind.DAY),
        ),
        page_rules.not_in_future("elsewhere_from"),
    ),
    event="特例が終わった日",
    documents=(
        Document("住所地特例の終了届", or_by="転出先の広域連合"),
        CARD,
    ),
)

EX_OFFICIO_LOSS = _leaving(
    code="ex_officio_loss",
    refusals=(
        "base_missing",
        "not_prospective",
        "disability_after_75",
    ),
    label="職権による喪失",
    help="届出のない喪失を、確かめた資料により職権で行います。送る前に二人目が確かめます。",
    source="高確法53条・138条、DOMAIN 2.4、SEC-13",
    page=_page(
        "ex_officio_loss",
        "職権喪失",
        "もとになる事由と、確かめた資料を入れてください。",
        "もとになる事由の日",
        (
            EntryField(
                "base", "もとになる事由", FieldKind.CHOICE, codes="loss_reasons", required=True
            ),
            EntryField("found_by", "確かめた資料", FieldKind.TEXT, 100, required=True),
        ),
    ),
    event="もとになる事由の日",
    documents=(Document("確かめた資料の写し", or_by="住民記録"),),
    second_look=SecondLook(Look.BEFORE),
)

WHEREABOUTS = _leaving(
    code="whereabouts",
    label="居所不明による喪失",
    help="文書も訪問も届かない方を、調査の記録により職権で喪失とします。郵送物はすぐに止まります。",
    source="高確法53条1項、DOMAIN 2.4、SEC-13",
    page=_page(
        "whereabouts",
        "調査の記録",
        "調査票を見ながら、送った文書、訪問、聞き取りを入れてください。",
        "居所が分からなくなった日",
        (
            EntryField("letters_on", "文書を送った日", FieldKind.DAY, required=True),
            EntryField("visited_on", "訪ねた日", FieldKind.DAY, required=True),
            EntryField("answers", "近隣・施設などの答え", FieldKind.TEXT, 200, required=True),
            EntryField("decided_by", "決裁した職", FieldKind.TEXT, 40, required=True),
        ),
        page_rules.not_in_future("letters_on", "visited_on"),
    ),
    event="居所が分からなくなった日",
    documents=(
        Document("居所不明の調査票"),
        Document("戻ってきた郵便物", required=False),
    ),
    second_look=SecondLook(Look.BEFORE),
    effect=Loses(stops_mail=True, voids_for="資格を喪失した"),
)

ACQUISITION_CANCELLED = _leaving(
    code="acquisition_cancelled",
    label="資格取得の取消し",
    help="誤って取得した資格を、取得した日にさかのぼって取り消します。送る前に二人目が確かめます。",
    source="高確法52条・53条（取得と喪失が同日）、DOMAIN 2.4・2.7、SEC-13",
    page=_page(
        "acquisition_cancelled",
        "取得の取消し",
        "取り消す理由と、確かめた資料を入れてください。",
        "取消しを決めた日",
        (EntryField("found_by", "取消しの理由", FieldKind.TEXT, 200, required=True),),
    ),
    event="取消しを決めた日",
    documents=(Document("取消しの理由が分かる資料", or_by="住民記録"),),
    second_look=SecondLook(Look.BEFORE),
)

DEATH = CaseKind(
    code="death",
    area="eligibility",
    group="資格の喪失",
    label="死亡の届出",
    help="被保険者が亡くなったことを届け出ます。決定が届くと、郵送物はすぐに止まり、"
    "交付した書類は無効になります。",
    source="高確法53条1項・54条、FLOW-101 … 103、DOMAIN 2.4・5.3",
    about=KnownPerson(states=(INSURED,)),
    pages=(
        _page(
            "death",
            "死亡",
            "死亡届の写しを見ながら入れてください。",
            "死亡日",
            (
                EntryField(
                    "day_estimated",
                    "死亡日が推定",
                    FieldKind.FLAG,
                    note="死亡届に「推定」「頃」とあるとき",
                ),
            ),
            page_rules.late(
                "死亡日から14日を過ぎた届出です。資格は死亡日の翌日にさかのぼって失われます。",
                "その間に医療機関にかかっていないか尋ねてください。",
            ),
        ),
        EntryPage(
            "roles",
            "後の手続の方",
            "分かる方だけ入れてください。後からでも届け出られます。",
            (
                *blocks.role("mourner", "喪主"),
                *blocks.role("heir", "相続人代表"),
                *blocks.role("payer", "保険料を納める方"),
            ),
            step="後の手続",
        ),
        blocks.notifier(),
    ),
    documents=(Document("死亡届の写し", or_by="住民記録"), CARD),
    sentence="{name} 様（{birth}生）の死亡の届出（死亡日 {event_on}）を、広域連合へ送ります。",
    compared=(*answers.PERSON, Compared("event_on")),
    told=answers.LOSS,
    effect=Loses(stops_mail=True, voids_for="死亡により資格を喪失した"),
    keeps_roles=("mourner", "heir", "payer"),
    becomes=Becomes(DEAD, "event_on"),
    follow_up=(
        replace(PAPER_TO_RETURN, opens="eligibility.open_paper_back_dead"),
        FollowUp(
            "funeral_benefit",
            "葬祭費の案内",
            "喪主の方に申請を案内する（葬祭から2年）",
            days=60,
            opens="benefits.open_funeral",
            told="葬祭を行った方（喪主）に葬祭費を支給します。"
            "葬祭の日の翌日から2年以内に申請してください。",
        ),
    ),
    refusals=LOSS,
)

KINDS = (
    DEATH,
    MOVE_OUT,
    MOVE_OUT_ABROAD,
    WELFARE_START,
    EXEMPTION,
    DISABILITY_WITHDRAWAL,
    DISABILITY_END,
    SPECIAL_ADDRESS_END,
    EX_OFFICIO_LOSS,
    WHEREABOUTS,
    ACQUISITION_CANCELLED,
)
