"""給付の申請 (FLOW-604; DOMAIN 5.5): what is claimed beside 葬祭費, by kind, each a claim with who
is paid and into which account."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(CaseHead):
    """What every claim says: who is paid (本人, or somebody named), and by which account: one that
    is registered, one that is keyed, or 公金受取口座 with consent (SEC-134)."""

    payee: str = column("受取人", Kind.CODE, codes="claim_payees", required=True)
    payee_name: str = column("受取人の氏名", Kind.TEXT, 100)
    payee_kana: str = column("受取人のフリガナ", Kind.KANA, 100)
    payee_relation: str = column("本人との関係", Kind.TEXT, 20)
    payee_postal_code: str = column("受取人の郵便番号", Kind.DIGITS, 7)
    payee_address: str = column("受取人の住所", Kind.TEXT, 200)
    payee_phone: str = column("受取人の電話番号", Kind.PHONE, 20)
    account_from: str = column("振込先", Kind.CODE, codes="account_sources", required=True)
    consent: str = column("公金受取口座の照会への同意", Kind.FLAG, required=True)
    bank_code: str = column("金融機関コード", Kind.DIGITS, 4)
    branch_code: str = column("支店コード", Kind.DIGITS, 3)
    account_type: str = column("口座の種類", Kind.CODE, codes="account_types")
    account_number: str = column("口座番号", Kind.DIGITS, 7)
    holder_kana: str = column("口座名義（カナ）", Kind.KANA, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense(Claim):
    """療養費: the first day of treatment is the head's 異動日, and the only one without
    ``treated_until``; ``paid`` is what the receipt says, yen."""

    treated_until: str = column("診療・施術の最後の日", Kind.DAY)
    institution: str = column("医療機関・施術所・製作所", Kind.TEXT, 60, required=True)
    paid_on: str = column("費用を支払った日", Kind.DAY, required=True)
    paid: str = column("支払った額（円）", Kind.YEN, 9, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Expense):
    """療養費 that a doctor's paper goes with: 補装具 (意見書), はり・きゅう, あん摩 (同意書)."""

    ordered_on: str = column("医師の意見・同意の日", Kind.DAY, required=True)
    disease: str = column("傷病名", Kind.TEXT, 60, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abroad(Expense):
    """海外療養費: ``paid`` is what it is in yen by the clerk's reckoning; the union decides by the
    rate of the day of its decision."""

    country: str = column("受診した国", Kind.TEXT, 60, required=True)
    amount_abroad: str = column("現地で支払った額と通貨", Kind.TEXT, 40, required=True)
    left_on: str = column("出国した日", Kind.DAY, required=True)
    investigated: str = column("現地の医療機関への照会の同意", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutPaper(Expense):
    """資格確認書などを出せずに受診した: why, and what the insurer before was paid back."""

    ground: str = column("出せなかった理由", Kind.CODE, codes="no_paper_grounds", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport(Expense):
    """移送費: from where to where, and what the doctor says of it."""

    moved_from: str = column("移送の始まり", Kind.TEXT, 100, required=True)
    moved_to: str = column("移送先", Kind.TEXT, 100, required=True)
    suitable_care: str = column("適切な療養のための移送", Kind.FLAG, required=True)
    hard_to_move: str = column("移動が著しく困難", Kind.FLAG, required=True)
    urgent: str = column("緊急その他やむを得ない", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSum(Claim):
    """外来年間合算 and 高額介護合算 of the 計算期間 that began on 1 August of ``year``;
    自己負担額証明書 (FORM-11) of another medical insurer, where there was one."""

    year: str = column("計算期間の始まりの年", Kind.DIGITS, 4, required=True)
    other_insurer: str = column("前の医療保険者番号", Kind.DIGITS, 8)
    other_certificate: str = column("前の保険者の証明書番号", Kind.TEXT, 20)
    other_burden: str = column("前の保険者での自己負担額（円）", Kind.YEN, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined(YearSum):
    """高額介護合算: also what 介護保険 certifies."""

    care_certificate: str = column("介護の証明書番号", Kind.TEXT, 20, required=True)
    care_burden: str = column("介護の自己負担額（円）", Kind.YEN, 9, required=True)
    several_care: str = column("世帯に介護の利用者が複数", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meals(Claim):
    """食事療養差額: the first day in hospital is the head's 異動日."""

    hospital: str = column("入院した医療機関", Kind.TEXT, 60, required=True)
    stayed_until: str = column("差額の最後の日", Kind.DAY, required=True)
    meals: str = column("食数", Kind.NUMBER, 4, required=True)
    paid: str = column("支払った食事代（円）", Kind.YEN, 9, required=True)
    paid_on: str = column("支払った日", Kind.DAY, required=True)
    reason: str = column("減額されなかった理由", Kind.CODE, codes="meal_differences", required=True)


BRACE = (BodyLayout("claim_brace", 1, "療養費（補装具）の申請", Ordered),)
ACUPUNCTURE = (BodyLayout("claim_acupuncture", 1, "療養費（はり・きゅう）の申請", Ordered),)
MASSAGE = (BodyLayout("claim_massage", 1, "療養費（あん摩・マッサージ）の申請", Ordered),)
ABROAD = (BodyLayout("claim_abroad", 1, "海外療養費の申請", Abroad),)
WITHOUT_PAPER = (BodyLayout("claim_without_paper", 1, "療養費（受診時）の申請", WithoutPaper),)
TRANSPORT = (BodyLayout("claim_transport", 1, "移送費の申請", Transport),)
HIGH_COST = (BodyLayout("claim_high_cost", 1, "高額療養費の初回の申請", Claim),)
OUTPATIENT_YEAR = (BodyLayout("claim_outpatient_year", 1, "外来年間合算の申請", YearSum),)
COMBINED = (BodyLayout("claim_combined", 1, "高額介護合算療養費の申請", Combined),)
MEALS = (BodyLayout("claim_meals", 1, "食事療養差額の申請", Meals),)
COPAY_REFUND = (BodyLayout("claim_copay_refund", 1, "一部負担金の還付の請求", Claim),)
