"""資格の決定: the coverage, the share and the paper of an insured person (FLOW-106)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import DecisionHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(DecisionHead):
    """Everything that a certificate shows beside the person of the head."""

    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    insurer_number: str = column("保険者番号", Kind.DIGITS, 8)
    insurer_name: str = column("保険者名", Kind.TEXT, 60)
    acquired_on: str = column("資格取得年月日", Kind.DAY)
    acquisition_reason: str = column("取得事由", Kind.CODE, codes="acquisition_reasons")
    copay_ratio: str = column("負担割合（割）", Kind.NUMBER, 1)
    copay_from: str = column("負担割合の発効期日", Kind.DAY)
    provisional: str = column("見込み", Kind.FLAG)
    income_state: str = column("所得の状態", Kind.CODE, codes="income_states")
    limit_class: str = column("限度区分", Kind.CODE, codes="limit_classes")
    limit_from: str = column("限度区分の発効期日", Kind.DAY)
    limit_printed: str = column("限度区分の記載", Kind.FLAG)
    long_stay_on: str = column("長期入院該当年月日", Kind.DAY)
    disease_kind: str = column("特定疾病区分", Kind.CODE, codes="specified_diseases")
    disease_from: str = column("特定疾病の発効期日", Kind.DAY)
    paper: str = column("交付する書類", Kind.CODE, codes="papers")
    expires_on: str = column("有効期限", Kind.DAY)
    issue_on: str = column("交付年月日", Kind.DAY)
    address_printed: str = column("住所の記載", Kind.FLAG)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition(Coverage):
    """The coverage, and the 障害認定 that founds or changes it."""

    disability_proof: str = column("障害を示す書類", Kind.CODE, codes="disability_proofs")
    disability_on: str = column("障害認定の始まる日", Kind.DAY)
    disability_until: str = column("障害を示す書類の有効期限", Kind.DAY)


LAYOUTS = (BodyLayout("coverage", 1, "資格の決定", Coverage),)
RECOGNITION = (*LAYOUTS, BodyLayout("recognition", 1, "障害認定の決定", Recognition))
"""Of a kind of 障害認定: until this layout its decisions said nothing of the recognition."""
