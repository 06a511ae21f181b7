"""取得の届出 (高確法52条; DOMAIN 2.3): what each way of becoming insured has to say.

``Newcomer`` kinds are about somebody who was not here, the others about a resident who is known.
県外転入 has a body of its own (``move_in``).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.bodies.newcomer import Newcomer
from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arriving(Newcomer):
    """A newcomer's number, paper and card."""

    number_check: str = column("番号確認", Kind.CODE, codes="number_checks", required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)
    card_use: str = column("マイナ保険証の利用登録", Kind.CODE, codes="card_uses", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveInAbroad(_Arriving):
    """国外転入: where the person came from; a Japanese has no residence status."""

    country: str = column("前の住所の国", Kind.TEXT, 40, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreigner(_Arriving):
    """外国人の資格取得: what the residence card says (則9条)."""

    status: str = column("在留資格", Kind.CODE, codes="residence_statuses", required=True)
    stay: str = column("在留期間", Kind.CODE, codes="stay_periods", required=True)
    proved_longer: str = column("3か月を超える在留の証明", Kind.FLAG, required=True)
    leisure: str = column("医療・観光のための特定活動", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveInWithin(_Arriving):
    """県内転入: insured here already, from another municipality of the same union."""

    former_municipality_code: str = column(
        "前住所地市区町村コード", Kind.MUNICIPALITY, 6, required=True
    )
    former_insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialAddress(_Arriving):
    """住所地特例の引継 (55条の2): lives in a facility elsewhere and was kept by 国保 here."""

    facility_kind: str = column(
        "施設の種類", Kind.CODE, codes="address_exception_facilities", required=True
    )
    facility_name: str = column("施設の名称", Kind.TEXT, 100, required=True)
    under_nhi: str = column("国保の住所地特例だった", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resident(CaseHead):
    """Somebody known here who becomes insured: the paper and the card."""

    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)
    card_use: str = column("マイナ保険証の利用登録", Kind.CODE, codes="card_uses", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disability(_Resident):
    """障害認定の申請 (65 to 74): the proof shown."""

    proof: str = column("障害を示す書類", Kind.CODE, codes="disability_proofs", required=True)
    proof_until: str = column("書類の有効期限", Kind.DAY)
    former_insurance: str = column("いまの健康保険", Kind.TEXT, 60, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WelfareEnd(_Resident):
    """生活保護の廃止・停止: which of the two, and by which office."""

    welfare_end: str = column("廃止・停止の別", Kind.CODE, codes="welfare_ends", required=True)
    welfare_office: str = column("福祉事務所", Kind.TEXT, 60, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionEnd(_Resident):
    """適用除外でなくなった: which exemption ended."""

    ground: str = column("適用除外の理由", Kind.CODE, codes="exemption_grounds", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LongerStay(_Resident):
    """外国人の在留期間の更新: the stay has become longer than three months (則9条)."""

    status: str = column("在留資格", Kind.CODE, codes="residence_statuses", required=True)
    stay: str = column("在留期間", Kind.CODE, codes="stay_periods", required=True)
    proved_longer: str = column("3か月を超える在留の証明", Kind.FLAG, required=True)
    leisure: str = column("医療・観光のための特定活動", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExOfficio(_Resident):
    """職権による取得: on what it rests."""

    found_by: str = column("確かめた資料", Kind.TEXT, 100, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCancelled(_Resident):
    """資格喪失の取消し: the loss that never should have been, and why."""

    found_by: str = column("取消しの理由", Kind.TEXT, 200, required=True)


MOVE_IN_ABROAD = (BodyLayout("move_in_abroad", 1, "国外転入の届出", MoveInAbroad),)
FOREIGNER = (BodyLayout("foreigner", 1, "外国人の資格取得の届出", Foreigner),)
MOVE_IN_WITHIN = (BodyLayout("move_in_within", 1, "県内転入の届出", MoveInWithin),)
SPECIAL_ADDRESS = (BodyLayout("special_address", 1, "住所地特例の引継の届出", SpecialAddress),)
DISABILITY = (BodyLayout("disability", 1, "障害認定の申請", Disability),)
WELFARE_END = (BodyLayout("welfare_end", 1, "生活保護の廃止・停止の届出", WelfareEnd),)
EXEMPTION_END = (BodyLayout("exemption_end", 1, "適用除外でなくなった届出", ExemptionEnd),)
LONGER_STAY = (BodyLayout("longer_stay", 1, "外国人の在留期間の更新", LongerStay),)
EX_OFFICIO = (BodyLayout("ex_officio", 1, "職権による取得", ExOfficio),)
LOSS_CANCELLED = (BodyLayout("loss_cancelled", 1, "資格喪失の取消し", LossCancelled),)
