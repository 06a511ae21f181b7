"""受け付けて引き継ぐもの: taken in with all papers and handed on; decided elsewhere (issue by issue
the terminal learns more of them, and their bodies get a next version)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn(CaseHead):
    """To which desk, and with how many papers."""

    to_desk: str = column("引き継ぐ窓口", Kind.CODE, codes="desks", required=True)
    papers_count: str = column("引き継ぐ書類の数", Kind.NUMBER, 2, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDesk(HandedOn):
    """ほかの窓口への引継: what the visitor came for."""

    matter: str = column("用件", Kind.CODE, codes="handed_matters", required=True)
    wanted: str = column("お願いしたいこと", Kind.TEXT, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDebit(HandedOn):
    """口座振替の申込・変更: the account; an authority of the holder goes with it."""

    bank_code: str = column("金融機関コード", Kind.DIGITS, 4, required=True)
    branch_code: str = column("支店コード", Kind.DIGITS, 3, required=True)
    account_type: str = column("口座の種類", Kind.CODE, codes="account_types", required=True)
    account_number: str = column("口座番号", Kind.DIGITS, 7, required=True)
    holder_kana: str = column("口座名義（カナ）", Kind.KANA, 40, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDebitOfPayer(DirectDebit):
    """口座振替の申込 from the account of who pays for the insured person (高確法108条2項・3項)."""

    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    paid_by_atena_number: str = column("納める方の宛名番号", Kind.RESIDENT, 15)
    paid_by_name: str = column("納める方の氏名", Kind.TEXT, 100, required=True)
    paid_by_kana: str = column("納める方のフリガナ", Kind.KANA, 100, required=True)
    paid_by_relation: str = column("納める方の続柄", Kind.TEXT, 20)
    paid_by_phone: str = column("納める方の電話番号", Kind.PHONE, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction(HandedOn):
    """減免・徴収猶予の申請: the cause."""

    cause: str = column("特別の事情", Kind.CODE, codes="copay_causes", required=True)
    fiscal_year: str = column("対象の年度（西暦）", Kind.DIGITS, 4, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge(HandedOn):
    """納税誓約: how much, how often, from when."""

    monthly: str = column("毎月の額（円）", Kind.YEN, 8, required=True)
    first_on: str = column("はじめの納付日", Kind.DAY, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundClaim(DirectDebit):
    """還付請求: the account, and who claims."""

    claimant_name: str = column("請求者の氏名", Kind.TEXT, 100, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips(HandedOn):
    """納付書の再発行・納付証明: for which year."""

    fiscal_year: str = column("対象の年度（西暦）", Kind.DIGITS, 4, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdParty(HandedOn):
    """第三者行為: when, where, by whom the person was hurt."""

    injured_by: str = column("相手の氏名", Kind.TEXT, 100)
    accident_place: str = column("事故の場所", Kind.TEXT, 100, required=True)
    hospital: str = column("かかった医療機関", Kind.TEXT, 60, required=True)


DIRECT_DEBIT = (BodyLayout("direct_debit", 1, "口座振替の申込・変更", DirectDebit),)
DIRECT_DEBIT_PAYER = (
    BodyLayout("direct_debit_payer", 1, "納める方の口座からの口座振替の申込", DirectDebitOfPayer),
)
DEBIT_CANCEL = (BodyLayout("debit_cancel", 1, "口座振替の取消し", HandedOn),)
ORDINARY_COLLECTION = (BodyLayout("ordinary_collection", 1, "普通徴収への変更申出", HandedOn),)
REDUCTION = (BodyLayout("levy_reduction", 1, "保険料の減免の申請", Reduction),)
DEFERRAL = (BodyLayout("levy_deferral", 1, "徴収猶予の申請", Reduction),)
PLEDGE = (BodyLayout("pledge", 1, "納税誓約", Pledge),)
REFUND_CLAIM = (BodyLayout("refund_claim", 1, "還付請求", RefundClaim),)
SLIP_AGAIN = (BodyLayout("slip_again", 1, "納付書の再発行", Slips),)
PAYMENT_PROOF = (BodyLayout("payment_proof", 1, "納付証明・完納証明の請求", Slips),)
THIRD_PARTY = (BodyLayout("third_party", 1, "第三者行為の届出", ThirdParty),)
OTHER_DESK = (
    BodyLayout("other_desk", 1, "ほかの窓口への引継", HandedOn),
    BodyLayout("other_desk", 2, "ほかの窓口への引継", OtherDesk),
)
