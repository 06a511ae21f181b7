"""支援措置 (DOMAIN 7.3; SEC-124, FLOW-5013): somebody is protected, decided or provisionally.

Who is the threat, and where anybody is, does not travel.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection(CaseHead):
    """支援措置の届出: until when. Whoever is protected is 不開示該当 and 自己情報提供不可."""

    measure: str = column("措置の区分", Kind.CODE, codes="support_measures", required=True)
    until_on: str = column("措置の終了日", Kind.DAY, required=True)
    nondisclosed: str = column("不開示該当", Kind.FLAG, required=True)
    self_info_off: str = column("自己情報提供不可", Kind.FLAG, required=True)


PROTECTION = (BodyLayout("protection", 1, "支援措置の届出", Protection),)
