"""認定の申請・届出 (DOMAIN 2.5, 5.1, 5.3, 5.4): what a person holds beside being insured.

The day of the application is the head's 異動日.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabilityChange(CaseHead):
    """障害認定の変更・有期更新: the proof as it is now."""

    proof: str = column("障害を示す書類", Kind.CODE, codes="disability_proofs", required=True)
    proof_until: str = column("書類の有効期限", Kind.DAY)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease(CaseHead):
    """特定疾病の認定."""

    disease_kind: str = column("特定疾病区分", Kind.CODE, codes="specified_diseases", required=True)
    physician: str = column("意見書の医療機関", Kind.TEXT, 60, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LongStay(CaseHead):
    """長期入院該当: the days in hospital that the receipts show."""

    days: str = column("入院の日数", Kind.NUMBER, 3, required=True)
    hospital: str = column("医療機関", Kind.TEXT, 60, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitMark(CaseHead):
    """任意記載事項の併記 (限度区分), or its withdrawal."""

    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardIncome(CaseHead):
    """基準収入額適用: the revenue that the papers show (令7条)."""

    year: str = column("収入のあった年（西暦）", Kind.DIGITS, 4, required=True)
    revenue: str = column("収入額（円）", Kind.YEN, 10, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopayExemption(CaseHead):
    """一部負担金の減免・徴収猶予."""

    cause: str = column("特別の事情", Kind.CODE, codes="copay_causes", required=True)
    months: str = column("期間（月）", Kind.NUMBER, 2, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerDependant(CaseHead):
    """被用者保険の被扶養者であった者."""

    insurer: str = column("加入していた保険", Kind.TEXT, 60, required=True)
    dependant_until: str = column("被扶養者でなくなった日", Kind.DAY, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nondisclosure(CaseHead):
    """情報不開示 (自己情報提供不可): set from 異動日, or ended: 異動日 is then the last day."""

    ending: str = column("届出の区分", Kind.CODE, codes="settings_of", required=True)
    ground: str = column("理由", Kind.TEXT, 100, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialTreatment(CaseHead):
    """特別療養費への変更 from 異動日, or its 解除: 異動日 is then the last day."""

    ground: str = column("理由", Kind.CODE, codes="special_treatments", required=True)
    noticed_on: str = column("予告した日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateApplication(CaseHead):
    """資格確認書交付申請: why, although the card is registered."""

    ground: str = column("申請の理由", Kind.CODE, codes="certificate_grounds", required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCancel(CaseHead):
    """マイナ保険証利用登録の解除."""

    explained: str = column("資格確認書の説明", Kind.FLAG, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperBack(CaseHead):
    """書類の返還: which paper came back."""

    paper: str = column("返した書類", Kind.CODE, codes="returned_papers", required=True)
    paper_number: str = column("書類の番号", Kind.PAPER, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLost(CaseHead):
    """返還不能: which paper cannot be returned, and why."""

    paper: str = column("返せない書類", Kind.CODE, codes="returned_papers", required=True)
    ground: str = column("返せない理由", Kind.TEXT, 100, required=True)


DISABILITY_CHANGE = (BodyLayout("disability_change", 1, "障害認定の変更", DisabilityChange),)
DISEASE = (BodyLayout("disease", 1, "特定疾病の認定申請", Disease),)
LONG_STAY = (BodyLayout("long_stay", 1, "長期入院該当の申請", LongStay),)
LIMIT_MARK = (BodyLayout("limit_mark", 1, "任意記載事項の併記の申請", LimitMark),)
STANDARD_INCOME = (BodyLayout("standard_income", 1, "基準収入額適用の申請", StandardIncome),)
COPAY_EXEMPTION = (BodyLayout("copay_exemption", 1, "一部負担金の減免の申請", CopayExemption),)
FORMER_DEPENDANT = (BodyLayout("former_dependant", 1, "被扶養者であった者の届出", FormerDependant),)
NONDISCLOSURE = (BodyLayout("nondisclosure", 1, "情報不開示の届出", Nondisclosure),)
SPECIAL_TREATMENT = (BodyLayout("special_treatment", 1, "特別療養費の届出", SpecialTreatment),)
CERTIFICATE_APPLICATION = (
    BodyLayout("certificate_application", 1, "資格確認書交付申請", CertificateApplication),
)
CARD_CANCEL = (BodyLayout("card_cancel", 1, "マイナ保険証利用登録解除の申請", CardCancel),)
PAPER_BACK = (BodyLayout("paper_back", 1, "書類の返還", PaperBack),)
PAPER_LOST = (BodyLayout("paper_lost", 1, "書類の返還不能", PaperLost),)
