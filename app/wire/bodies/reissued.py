"""再交付の決定: the paper as it is now, why it is issued again, and the how-manieth time."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.bodies.coverage import Coverage
from app.wire.layout import BodyLayout, Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissued(Coverage):
    """Everything that the paper shows, as for a first issue; the ones before are void."""

    reissue_reason: str = column("再交付の理由", Kind.CODE, codes="reissue_reasons", required=True)
    reissue_count: str = column("再交付の回数", Kind.NUMBER, 3, required=True)


LAYOUTS = (BodyLayout("reissued", 1, "再交付の決定", Reissued),)
