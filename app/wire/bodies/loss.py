"""喪失の決定: from which day somebody is not insured any more (FLOW-106)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import DecisionHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss(DecisionHead):
    """The loss, and what changes with it at once."""

    event_on: str = column("異動日", Kind.DAY, required=True)
    lost_on: str = column("資格喪失年月日", Kind.DAY, required=True)
    loss_reason: str = column("喪失事由", Kind.CODE, codes="loss_reasons", required=True)
    article: str = column("根拠条文", Kind.TEXT, 60)
    state: str = column("住民状態", Kind.CODE, codes="resident_states", required=True)
    paper_due: str = column("資格確認書などの返還が必要", Kind.FLAG, required=True)


LAYOUTS = (BodyLayout("loss", 1, "喪失の決定", Loss),)
