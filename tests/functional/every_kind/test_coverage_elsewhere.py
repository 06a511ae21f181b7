"""保護, 適用除外: covered elsewhere, and here again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kind_rows import DEAD, NOTHING, PAPER, Row, played_all
from tests.support.stories import Story

ROWS = (
    # 高確法53条2項: the day of 51条1号 itself
    Row(
        "welfare_start",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "welfare_office": "見本福祉事務所"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-10", "loss_reason": "LOS_WELF"},
        {"lost_on": "2026-11-10"},
    ),
    # 高確法53条1項・51条2号: the day after
    Row(
        "exemption",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "ground": "short_stay"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_EXEMPT"},
        {"lost_on": "2026-11-11"},
    ),
    # 高確法51条1号・52条: the day of 廃止
    Row(
        "welfare_end",
        "welfare_start",
        {"event_on": "R8.11.15", "welfare_end": "ended", "welfare_office": "見本福祉事務所"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_WELF_END"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # 高確法51条2号・52条, DOMAIN 2.3: the day on which the exemption is over
    Row(
        "exemption_end",
        "exemption",
        {"event_on": "R8.11.15", "ground": "short_stay"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_EXEMPT_END"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # DOMAIN 2.4: 取得と喪失が同日: never insured
    Row(
        "acquisition_cancelled",
        "welfare_end",
        {**PAPER, "event_on": "R8.11.20", "found_by": "保護廃止の取消し"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-15", "loss_reason": "LOS_EXOFF"},
        {"acquired_on": "2026-11-15", "lost_on": "2026-11-15"},
    ),
    # 則9条, DOMAIN 2.3: more than three months, exactly three are not enough
    Row(
        "longer_stay",
        "acquisition_cancelled",
        {"event_on": "R8.11.16", "status": "long_term", "stay": "y1"},
        {"stay": "m3"},
        "stay_too_short",
        {"acquired_on": "2026-11-16", "acquisition_reason": "ACQ_OTHER"},
        {"acquired_on": "2026-11-16", "lost_on": ""},
    ),
)


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-106")
def test_who_is_covered_elsewhere_and_again_here(story: Story, qtbot: Any) -> None:
    played_all(story, qtbot, ROWS)
