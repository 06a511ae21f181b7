"""住登外の登録, 所得照会 and 本人確認情報の照会 (FLOW-2005, 2008, 3018; SEC-14, 15; FILE-55)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.bodies.newcomer import Newcomer
from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregistered(Newcomer):
    """住登外者の登録: somebody without a resident record here, and why we need to know her."""

    number_check: str = column("番号確認", Kind.CODE, codes="number_checks", required=True)
    ground: str = column("登録の理由", Kind.CODE, codes="unregistered_grounds", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnregisteredEnd(CaseHead):
    """住登外者の登録の終了."""

    ground: str = column("終了の理由", Kind.TEXT, 100, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeInquiry(CaseHead):
    """所得照会: which municipality is asked for which year."""

    to_municipality_code: str = column(
        "照会先の市区町村コード", Kind.MUNICIPALITY, 6, required=True
    )
    year: str = column("所得の年（西暦）", Kind.DIGITS, 4, required=True)
    letter_number: str = column("文書番号", Kind.TEXT, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeReply(CaseHead):
    """所得照会の回答: the figures that the other municipality gave."""

    from_municipality_code: str = column(
        "回答した市区町村コード", Kind.MUNICIPALITY, 6, required=True
    )
    year: str = column("所得の年（西暦）", Kind.DIGITS, 4, required=True)
    taxed: str = column("住民税課税", Kind.FLAG, required=True)
    taxable_income: str = column("課税所得（円）", Kind.YEN, 10, required=True)
    revenue: str = column("収入額（円）", Kind.YEN, 10, required=True)
    pension_other: str = column("年金収入とその他の合計所得金額（円）", Kind.YEN, 10, required=True)
    base_income: str = column("旧ただし書所得（円）", Kind.YEN, 10, required=True)
    income_zero: str = column("所得なし", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeByHand(CaseHead):
    """所得の手入力: the figures of a paper, where no file of the tax office came."""

    proof: str = column("確かめた書類", Kind.CODE, codes="income_proofs", required=True)
    year: str = column("所得の年（西暦）", Kind.DIGITS, 4, required=True)
    taxed: str = column("住民税課税", Kind.FLAG, required=True)
    taxable_income: str = column("課税所得（円）", Kind.YEN, 10, required=True)
    revenue: str = column("収入額（円）", Kind.YEN, 10, required=True)
    pension_other: str = column("年金収入とその他の合計所得金額（円）", Kind.YEN, 10, required=True)
    base_income: str = column("旧ただし書所得（円）", Kind.YEN, 10, required=True)
    income_zero: str = column("所得なし", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeAsked(CaseHead):
    """他市区町村からの所得照会への回答: who asked, and that it was answered."""

    from_municipality_code: str = column(
        "照会した市区町村コード", Kind.MUNICIPALITY, 6, required=True
    )
    year: str = column("所得の年（西暦）", Kind.DIGITS, 4, required=True)
    letter_number: str = column("文書番号", Kind.TEXT, 40)
    answered_on: str = column("回答した日", Kind.DAY, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityInquiry(CaseHead):
    """本人確認情報の照会: by four facts, or three with a reason (SEC-15)."""

    facts: str = column("照会の手がかり", Kind.CODE, codes="inquiry_facts", required=True)
    ground: str = column("照会の理由", Kind.TEXT, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeInquiry2(IncomeInquiry):
    """所得照会, second version: 不開示該当 (支援措置), as the register says (SEC-124)."""

    nondisclosed: str = column("不開示該当", Kind.FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeAsked2(IncomeAsked):
    """他市区町村からの所得照会への回答, second version: 不開示該当 as in the inquiry."""

    nondisclosed: str = column("不開示該当", Kind.FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityInquiry2(IdentityInquiry):
    """本人確認情報の照会, second version: 不開示該当 as in the inquiry."""

    nondisclosed: str = column("不開示該当", Kind.FLAG)


UNREGISTERED = (BodyLayout("unregistered", 1, "住登外者の登録", Unregistered),)
UNREGISTERED_END = (BodyLayout("unregistered_end", 1, "住登外者の登録の終了", UnregisteredEnd),)
INCOME_INQUIRY = (
    BodyLayout("income_inquiry", 1, "所得照会", IncomeInquiry),
    BodyLayout("income_inquiry", 2, "所得照会", IncomeInquiry2),
)
INCOME_REPLY = (BodyLayout("income_reply", 1, "所得照会の回答", IncomeReply),)
INCOME_BY_HAND = (BodyLayout("income_by_hand", 1, "所得の手入力", IncomeByHand),)
INCOME_ASKED = (
    BodyLayout("income_asked", 1, "他市区町村からの所得照会への回答", IncomeAsked),
    BodyLayout("income_asked", 2, "他市区町村からの所得照会への回答", IncomeAsked2),
)
IDENTITY_INQUIRY = (
    BodyLayout("identity_inquiry", 1, "本人確認情報の照会", IdentityInquiry),
    BodyLayout("identity_inquiry", 2, "本人確認情報の照会", IdentityInquiry2),
)
