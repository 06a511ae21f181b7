"""認定の申請・届出 and what concerns the paper itself (DOMAIN 2.5, 3.2, 5.1, 5.3, 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.cases import answers, belonging, page_rules
from app.cases.effects import Changes, Ends, Notes, Recognises, same
from app.cases.entry import Entered, EntryField, FieldKind, Finding, Rule, warning
from app.cases.kind import Document, Look, SecondLook
from app.functions.eligibility.kinds.families import (
    DISABILITY_HELD,
    KNOWN,
    PROVED,
    papered,
    stating,
)
from app.persons.at_home import Fits
from app.persons.eligibility_state import DEAD

_PROOF = (
    EntryField(
        "proof", "障害を示す書類", FieldKind.CHOICE, codes="disability_proofs", required=True
    ),
    EntryField("proof_until", "　書類の有効期限", FieldKind.DAY, note="期限のあるものだけ"),
)
_PROOF_REFUSALS = ("disability_after_75", "degree_too_light", "proof_expired")
_NOTEBOOK = Document("手帳・年金証書", or_by="障害福祉の窓口")
_MARKS = Changes("marks", same("limit_printed", "long_stay_on"), "任意記載事項を記録する")
_MARKED = replace(_MARKS, since="limit_from")
_LONG_STAY_MARKED = replace(_MARKS, since="long_stay_on")


def _explained(field: str, code: str, message: str, remedy: str) -> Rule:
    """What must be said to the person before it is sent."""

    def rule(entered: Entered) -> Iterator[Finding]:
        yield warning(field, code, message, remedy)

    return rule


DISABILITY_CHANGE = papered(
    "変わった日",
    _PROOF,
    page_rules.not_run_out("proof_until"),
    code="disability_change",
    group="認定と負担",
    label="障害認定の変更の届出",
    help="障害認定を受けた方の手帳や等級が変わったことを届け出ます。",
    source="則8条、DOMAIN 2.5",
    documents=(Document("障害認定変更届"), _NOTEBOOK),
    compared=(*answers.PERSON, *PROVED),
    effects=(DISABILITY_HELD,),
    refusals=_PROOF_REFUSALS,
)

DISABILITY_RENEWAL = papered(
    "更新された日",
    _PROOF,
    page_rules.not_run_out("proof_until"),
    code="disability_renewal",
    group="認定と負担",
    label="障害認定の更新の届出",
    help="期限のある手帳が更新されたことを届け出ます。書類の有効期限が延びます。",
    source="DOMAIN 2.5（精神手帳は2年、資格確認書は手帳とともに切れる）",
    documents=(_NOTEBOOK,),
    compared=(*answers.PERSON, *PROVED),
    effects=(DISABILITY_HELD,),
    refusals=_PROOF_REFUSALS,
)

DISEASE = papered(
    "申請の日",
    (
        EntryField(
            "disease_kind",
            "特定疾病区分",
            FieldKind.CHOICE,
            codes="specified_diseases",
            required=True,
        ),
        EntryField("physician", "意見書の医療機関", FieldKind.TEXT, 60, required=True),
    ),
    code="disease",
    group="認定と負担",
    label="特定疾病の認定の申請",
    help="人工透析などの特定疾病の認定を申請します。申請した月の初日から効力があります。",
    source="高確法施行令14条、DOMAIN 5.4",
    documents=(Document("特定疾病認定申請書"), Document("医師の意見書", or_by="前の保険者")),
    effects=(
        Recognises(
            "disease",
            (("disease", "disease_kind"),),
            since="disease_from",
            words="特定疾病を記録する",
        ),
    ),
)

LONG_STAY = papered(
    "申請の日",
    (
        EntryField(
            "days",
            "入院の日数",
            FieldKind.COUNT,
            3,
            required=True,
            note="区分Ⅱの間の、過去12か月の日数",
        ),
        EntryField("hospital", "医療機関", FieldKind.TEXT, 60, required=True),
    ),
    code="long_stay",
    group="認定と負担",
    label="長期入院該当の申請",
    help="区分Ⅱの方が90日を超えて入院したとき、食事代が下がる申請です。",
    source="DOMAIN 3.10（玉東町、調布市）",
    documents=(Document("入院の領収書", or_by="医療機関"),),
    effects=(_LONG_STAY_MARKED,),
    refusals=("class_two_only", "stay_under_90"),
)

LIMIT_MARK = papered(
    "申請の日",
    (),
    code="limit_mark",
    group="認定と負担",
    label="任意記載事項の併記の申請",
    help="資格確認書に限度区分を記載する申請です。申請した月の初日から効力があります。",
    source="DOMAIN 5.4",
    documents=(Document("任意記載事項併記申請書"),),
    effects=(_MARKED,),
    refusals=("mark_not_needed",),
)

LIMIT_MARK_END = papered(
    "申請の日",
    (),
    code="limit_mark_end",
    group="認定と負担",
    label="任意記載事項の併記の撤回",
    help="資格確認書に限度区分を記載しないように戻します。",
    source="DOMAIN 5.4",
    documents=(Document("併記の撤回届"),),
    effects=(_MARKS,),
    refusals=("no_mark",),
)

STANDARD_INCOME = papered(
    "申請の日",
    (
        EntryField(
            "year", "収入のあった年（西暦）", FieldKind.DIGITS, 4, required=True, note="4桁"
        ),
        EntryField("revenue", "収入額（円）", FieldKind.MONEY, 10, required=True),
    ),
    code="standard_income",
    group="認定と負担",
    label="基準収入額適用の申請",
    help="3割の方の収入が基準より少ないとき、負担割合を下げる申請です。翌月から変わります。",
    source="高確法施行令7条、DOMAIN 3.2",
    documents=(Document("基準収入額適用申請書"), Document("収入の分かる書類", or_by="市民税")),
    effects=(
        Changes(
            "copay",
            (("ratio", "copay_ratio"), ("provisional", "provisional")),
            "負担割合を変える",
            since="copay_from",
        ),
        Changes("limit", same("limit_class"), "限度区分を変える", since="limit_from"),
    ),
    refusals=("income_year", "not_three_tenths"),
)

COPAY_EXEMPTION = stating(
    "始まる日",
    (
        EntryField("cause", "特別の事情", FieldKind.CHOICE, codes="copay_causes", required=True),
        EntryField("months", "期間（月）", FieldKind.COUNT, 2, required=True),
    ),
    code="copay_exemption",
    group="認定と負担",
    label="一部負担金の減免の申請",
    help="災害などで窓口の支払いが難しい方の、減免・徴収猶予の申請です。",
    source="高確法69条、則33条、DOMAIN 5.5",
    documents=(Document("減免申請書"), Document("り災証明・診断書など")),
    effect=Changes("copay_exemption", same("cause", "months"), "減免の期間を記録する"),
    refusals=("exemption_months",),
)

FORMER_DEPENDANT = stating(
    "資格取得の日",
    (
        EntryField("insurer", "加入していた保険", FieldKind.TEXT, 60, required=True),
        EntryField("dependant_until", "被扶養者でなくなった日", FieldKind.DAY, required=True),
    ),
    code="former_dependant",
    group="認定と負担",
    label="被扶養者であった者の届出",
    help="被用者保険の被扶養者だった方の、保険料を軽くするための届出です。",
    source="高確法99条2項、DOMAIN 4.5",
    documents=(Document("被扶養者の資格喪失証明書", or_by="前の保険者"),),
    effect=Changes("former_dependant", same("insurer", "dependant_until"), "元被扶養者を記録する"),
)

NONDISCLOSURE = stating(
    "始まる日・終わる日（その日まで）",
    (
        EntryField(
            "ending",
            "届出の区分",
            FieldKind.CHOICE,
            codes="settings_of",
            required=True,
            first="set",
        ),
        EntryField(
            "ground", "理由", FieldKind.TEXT, 100, required=True, note="相手の名や場所は書きません"
        ),
    ),
    code="nondisclosure",
    group="認定と負担",
    label="情報不開示の届出",
    help="自己情報の提供（マイナ保険証・マイナポータル）を止める、または戻す届出です。",
    source="DOMAIN 5.1（DV等の支援措置：自己情報提供不可）",
    documents=(Document("不開示の申出書"),),
    second_look=SecondLook(Look.BEFORE),
    effect=Changes("nondisclosure", same("ground"), "情報不開示を記録する"),
    refusals=("nothing_to_end",),
)

_TREATED = (
    EntryField("ground", "理由", FieldKind.CHOICE, codes="special_treatments", required=True),
    EntryField("noticed_on", "予告した日", FieldKind.DAY),
)

SPECIAL_TREATMENT = stating(
    "始まる日",
    _TREATED,
    _explained(
        "ground",
        "ten_tenths",
        "窓口での支払いが、いったん10割になります。",
        "後で特別療養費を請求できることを説明してください。",
    ),
    code="special_treatment",
    group="認定と負担",
    label="特別療養費への変更の届出",
    help="1年以上の滞納により、特別療養費の支給に変えることを届け出ます。",
    source="高確法82条、DOMAIN 5.4",
    documents=(Document("予告の通知の控え"),),
    second_look=SecondLook(Look.BEFORE),
    effect=Changes("special_treatment", same("ground", "noticed_on"), "特別療養費を記録する"),
)

SPECIAL_TREATMENT_END = stating(
    "終わる日（その日まで）",
    (_TREATED[0], EntryField("noticed_on", "納付・事情を確かめた日", FieldKind.DAY)),
    code="special_treatment_end",
    group="認定と負担",
    label="特別療養費の解除の届出",
    help="滞納が解消した、または特別の事情があるときに、通常の給付へ戻します。",
    source="高確法82条、DOMAIN 5.4",
    documents=(Document("納付の確認・特別の事情の届"),),
    effect=Ends("special_treatment", "特別療養費を終える"),
    refusals=("nothing_to_end",),
)

CERTIFICATE_APPLICATION = papered(
    "申請の日",
    (
        EntryField(
            "ground", "申請の理由", FieldKind.CHOICE, codes="certificate_grounds", required=True
        ),
    ),
    code="certificate_application",
    group="書類",
    label="資格確認書の交付申請",
    help="マイナ保険証をお持ちの方が、資格確認書の交付を申請します。",
    source="高確法施行規則16条、DOMAIN 5.1",
    documents=(Document("資格確認書交付申請書"),),
    refusals=("holds_certificate",),
)

CARD_CANCEL = papered(
    "申請の日",
    (
        EntryField(
            "explained",
            "資格確認書の説明",
            FieldKind.FLAG,
            required=True,
            note="解除すると資格確認書で受診することを説明した",
        ),
    ),
    code="card_cancel",
    group="書類",
    label="マイナ保険証の利用登録の解除の申請",
    help="マイナ保険証の利用登録をやめる申請です。資格確認書が交付されます。",
    source="DOMAIN 5.1、SYS-28",
    documents=(Document("利用登録解除申請書"),),
)

_PAPER = EntryField("paper", "返した書類", FieldKind.CHOICE, codes="returned_papers", required=True)
_BACK = (
    _PAPER,
    EntryField(
        "paper_number",
        "書類の番号",
        FieldKind.PAPER,
        40,
        note="発行番号か被保険者番号",
        belongs=belonging.PERSONS_PAPER,
    ),
)

PAPER_BACK = stating(
    "返した日",
    _BACK,
    states=KNOWN,
    code="paper_back",
    group="書類",
    label="書類の返還の届出",
    help="資格確認書などを返してもらったことを記録し、広域連合へ知らせます。",
    source="DOMAIN 5.3",
    effect=Notes("書類の返還を受けた"),
    settles=("paper_to_return",),
)

PAPER_BACK_DEAD = stating(
    "返した日",
    _BACK,
    states=(DEAD,),
    code="paper_back_dead",
    group="書類",
    label="亡くなった方の書類の返還の届出",
    help="亡くなった方の資格確認書などを返してもらったことを記録し、広域連合へ知らせます。",
    source="DOMAIN 5.3",
    effect=Notes("亡くなった方の書類の返還を受けた"),
    settles=("paper_to_return",),
    fits=Fits(
        # where the death was reported here, its follow-up asks for the paper
        lambda one: one.was_insured and one.died_within(730) and "death" not in one.begun,
        "亡くなった方の資格確認書などを返してもらったか確かめます。",
        "亡くなった方の資格確認書などを、窓口にお返しください。",
    ),
)

PAPER_FOUND = stating(
    "見つかった日",
    _BACK,
    _explained(
        "paper",
        "old_is_void",
        "再交付の前の書類は、もう使えません。",
        "見つかった書類を受け取り、いまの書類を使うように説明してください。",
    ),
    states=KNOWN,
    code="paper_found",
    group="書類",
    label="見つかった書類の返還の届出",
    help="再交付の後に見つかった古い書類を返してもらったことを記録します。",
    source="DOMAIN 5.3（再交付の後に見つかったとき）",
    effect=Notes("再交付の前の書類が見つかり、返還を受けた"),
)

PAPER_LOST = stating(
    "分かった日",
    (
        EntryField(
            "paper", "返せない書類", FieldKind.CHOICE, codes="returned_papers", required=True
        ),
        EntryField("ground", "返せない理由", FieldKind.TEXT, 100, required=True),
    ),
    states=KNOWN,
    code="paper_lost",
    group="書類",
    label="書類の返還不能の届出",
    help="返してもらう書類がなくなっていることを記録し、広域連合へ知らせます。",
    source="DOMAIN 5.3（返還不能届）",
    documents=(Document("返還不能届"),),
    effect=Notes("書類が返還できないと届け出があった"),
    settles=("paper_to_return",),
)

KINDS = (
    DISABILITY_CHANGE,
    DISABILITY_RENEWAL,
    DISEASE,
    LONG_STAY,
    LIMIT_MARK,
    LIMIT_MARK_END,
    STANDARD_INCOME,
    COPAY_EXEMPTION,
    FORMER_DEPENDANT,
    NONDISCLOSURE,
    SPECIAL_TREATMENT,
    SPECIAL_TREATMENT_END,
    CERTIFICATE_APPLICATION,
    CARD_CANCEL,
    PAPER_BACK,
    PAPER_BACK_DEAD,
    PAPER_FOUND,
    PAPER_LOST,
)
