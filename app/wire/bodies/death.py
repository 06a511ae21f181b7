"""死亡の届出: what becomes of the paper, and who stands for the dead (FLOW-101 … 103)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Death(CaseHead):
    """The day of death is the head's 異動日. Each of the three roles may not be known yet."""

    day_estimated: str = column("死亡日が推定", Kind.FLAG, required=True)
    paper_return: str = column(
        "資格確認書などの返還", Kind.CODE, codes="paper_returns", required=True
    )
    mourner_name: str = column("喪主の氏名", Kind.TEXT, 100)
    mourner_relation: str = column("同 続柄", Kind.TEXT, 20)
    mourner_phone: str = column("同 電話番号", Kind.PHONE, 20)
    heir_name: str = column("相続人代表の氏名", Kind.TEXT, 100)
    heir_relation: str = column("同 続柄", Kind.TEXT, 20)
    heir_phone: str = column("同 電話番号", Kind.PHONE, 20)
    payer_name: str = column("保険料を納める方の氏名", Kind.TEXT, 100)
    payer_relation: str = column("同 続柄", Kind.TEXT, 20)
    payer_phone: str = column("同 電話番号", Kind.PHONE, 20)


LAYOUTS = (BodyLayout("death", 1, "死亡の届出", Death),)
