"""喪失の届出 (高確法53条; DOMAIN 2.4): what each reason of loss has to say beside the head.

The day of the event (転出日, 保護の開始日 …) is the head's 異動日. Somebody's death has a body
of its own (``death``).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaving(CaseHead):
    """What becomes of the paper, whatever the reason."""

    paper_return: str = column(
        "資格確認書などの返還", Kind.CODE, codes="paper_returns", required=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOut(_Leaving):
    """県外転出: whereto, and from when the person has an address there."""

    confirmed: str = column("転出の確定", Kind.FLAG, required=True)
    to_municipality_code: str = column("転出先市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    to_address: str = column("転出先の住所", Kind.TEXT, 200, required=True)
    elsewhere_from: str = column("転出先で住所を定めた日", Kind.DAY)
    to_facility: str = column("転出先の施設の種類", Kind.CODE, codes="address_exception_facilities")
    small_regional: str = column("地域密着型（定員29人以下）", Kind.FLAG, required=True)
    paid_home: str = column("有料老人ホームに当たる", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOutAbroad(_Leaving):
    """国外転出: whereto; who receives what still comes by post stands in its own case."""

    confirmed: str = column("出国の確定", Kind.FLAG, required=True)
    country: str = column("転出先の国", Kind.TEXT, 40, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WelfareStart(_Leaving):
    """生活保護の開始: which office decided it."""

    welfare_office: str = column("福祉事務所", Kind.TEXT, 60, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption(_Leaving):
    """適用除外に該当 (51条2号, 則9条): why."""

    ground: str = column("適用除外の理由", Kind.CODE, codes="exemption_grounds", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabilityWithdrawal(_Leaving):
    """障害認定の撤回 (則8条2項): which insurance follows."""

    next_insurance: str = column("これから加入する保険", Kind.TEXT, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabilityEnd(_Leaving):
    """障害認定の非該当: why the state has ended."""

    ground: str = column("非該当の理由", Kind.CODE, codes="disability_ends", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialAddressEnd(_Leaving):
    """住所地特例の終了 (55条): where the person lives now, and from when."""

    to_municipality_code: str = column(
        "いまの住所の市区町村コード", Kind.MUNICIPALITY, 6, required=True
    )
    elsewhere_from: str = column("いまの住所を定めた日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExOfficioLoss(_Leaving):
    """職権による喪失: the reason it goes by, and on what it rests."""

    base: str = column("もとになる事由", Kind.CODE, codes="loss_reasons", required=True)
    found_by: str = column("確かめた資料", Kind.TEXT, 100, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts(_Leaving):
    """居所不明による喪失: the inquiry file (letters, visits, answers) and who decided."""

    letters_on: str = column("文書を送った日", Kind.DAY, required=True)
    visited_on: str = column("訪ねた日", Kind.DAY, required=True)
    answers: str = column("近隣・施設などの答え", Kind.TEXT, 200, required=True)
    decided_by: str = column("決裁した職", Kind.TEXT, 40, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionCancelled(_Leaving):
    """資格取得の取消し: the acquisition that never should have been, and why."""

    found_by: str = column("取消しの理由", Kind.TEXT, 200, required=True)


MOVE_OUT = (BodyLayout("move_out", 1, "県外転出の届出", MoveOut),)
MOVE_OUT_ABROAD = (BodyLayout("move_out_abroad", 1, "国外転出の届出", MoveOutAbroad),)
WELFARE_START = (BodyLayout("welfare_start", 1, "生活保護の開始の届出", WelfareStart),)
EXEMPTION = (BodyLayout("exemption", 1, "適用除外に該当した届出", Exemption),)
DISABILITY_WITHDRAWAL = (
    BodyLayout("disability_withdrawal", 1, "障害認定の撤回の届出", DisabilityWithdrawal),
)
DISABILITY_END = (BodyLayout("disability_end", 1, "障害認定の非該当の届出", DisabilityEnd),)
SPECIAL_ADDRESS_END = (
    BodyLayout("special_address_end", 1, "住所地特例の終了の届出", SpecialAddressEnd),
)
EX_OFFICIO_LOSS = (BodyLayout("ex_officio_loss", 1, "職権による喪失", ExOfficioLoss),)
WHEREABOUTS = (BodyLayout("whereabouts", 1, "居所不明による喪失", Whereabouts),)
ACQUISITION_CANCELLED = (
    BodyLayout("acquisition_cancelled", 1, "資格取得の取消し", AcquisitionCancelled),
)
