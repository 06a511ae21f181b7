"""再交付の申請: which paper, and why another is needed (DOMAIN 5.3)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissue(CaseHead):
    """The day of the loss or damage is the head's 異動日."""

    paper: str = column("再交付する書類", Kind.CODE, codes="reissued_papers", required=True)
    reason: str = column("再交付の理由", Kind.CODE, codes="reissue_reasons", required=True)
    old_returned: str = column("もとの書類を返した", Kind.FLAG, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


LAYOUTS = (BodyLayout("reissue", 1, "再交付の申請", Reissue),)
