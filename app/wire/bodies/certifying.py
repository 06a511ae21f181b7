"""証明書の請求 (DOMAIN 2.6, 5.5): what somebody takes along to the next union or insurer."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.bodies.coverage import Coverage
from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest(CaseHead):
    """Where the certificate is to be shown; which one it is, the kind says."""

    shown_to: str = column("提出先", Kind.TEXT, 60, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedFacts(Coverage):
    """What a certificate says beside the coverage; an item that it does not certify is empty."""

    lost_on: str = column("資格喪失年月日", Kind.DAY)
    loss_reason: str = column("喪失事由", Kind.CODE, codes="loss_reasons")
    judged_year: str = column("判定の年度", Kind.TEXT, 20)
    burden_grounds: str = column("負担区分の判定の根拠", Kind.TEXT, 200)
    disability_degree: str = column("障害の程度", Kind.TEXT, 60)
    disability_on: str = column("障害認定の年月日", Kind.DAY)
    disability_until: str = column("障害認定の有効期限", Kind.DAY)
    former_insurer: str = column("被扶養者であった保険", Kind.TEXT, 60)
    dependant_until: str = column("被扶養者でなくなった日", Kind.DAY)
    reduced_until: str = column("軽減の終わる日", Kind.DAY)


REQUEST = (BodyLayout("certificate_request", 1, "証明書の請求", CertificateRequest),)
CERTIFIED = (BodyLayout("certified", 1, "証明書の決定", CertifiedFacts),)
