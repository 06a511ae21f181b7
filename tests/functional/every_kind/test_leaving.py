"""Who goes away, and what of it is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kind_rows import DEAD, NO_LOSS, NOTHING, PAPER, Row, played_all
from tests.support.stories import Story

ROWS = (
    # 高確法53条1項: the day after leaving, DOMAIN 2.4
    Row(
        "move_out",
        "insured",
        {
            "event_on": "R8.11.10",
            "confirmed": "1",
            "to_municipality_code": "131016",
            "to_address": "東京都千代田区見本1-1",
            "paper_return": "returned",
        },
        {"to_municipality_code": "152986", "to_address": "見本県手本町1-1"},
        "same_prefecture_out",
        {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT", "article": "高確法53条1項"},
        {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT"},
        "2",
    ),
    # DOMAIN 2.4: 国外転出, the day after leaving
    Row(
        "move_out_abroad",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "confirmed": "1", "country": "ブラジル"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_ABROAD", "paper_due": "1"},
        {"lost_on": "2026-11-11"},
        "2",
    ),
    # 高確法55条, DOMAIN 2.6: the same day as the acquisition there
    Row(
        "special_address_end",
        "insured",
        {
            **PAPER,
            "event_on": "R8.11.10",
            "to_municipality_code": "131016",
            "elsewhere_from": "R8.11.12",
        },
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-12", "loss_reason": "LOS_SPADDR"},
        {"lost_on": "2026-11-12"},
        "2",
    ),
    # DOMAIN 2.4: 職権喪失 by the base event
    Row(
        "ex_officio_loss",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "base": "LOS_OUT", "found_by": "住民票の除票"},
        {"base": "LOS_EXOFF"},
        "base_missing",
        {
            "lost_on": "2026-11-11",
            "loss_reason": "LOS_EXOFF",
            "article": "高確法53条1項（職権）",
        },
        {"lost_on": "2026-11-11"},
    ),
    # DOMAIN 2.4: 居所不明, by the base event (no address: the day after)
    Row(
        "whereabouts",
        "insured",
        {
            **PAPER,
            "event_on": "R8.11.10",
            "letters_on": "R8.9.1",
            "visited_on": "R8.10.1",
            "answers": "近隣の方は姿を見ていない",
            "decided_by": "保険年金課長",
        },
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_EXOFF", "state": "9"},
        {"lost_on": "2026-11-11"},
        "9",
    ),
    # DOMAIN 2.7: 異動の取消し gives the history that would have been
    Row(
        "loss_cancelled",
        "move_out_abroad",
        {"event_on": "R8.11.19", "found_by": "出国の取りやめ"},
        NOTHING,
        NO_LOSS,
        NOTHING,
        {"lost_on": "", "loss_reason": ""},
    ),
    # DOMAIN 2.3: 職権取得, the true day
    Row(
        "ex_officio",
        "ex_officio_loss",
        {"event_on": "R8.11.15", "found_by": "住民票の写し"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_EXOFF"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
)


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-106")
def test_every_loss(story: Story, qtbot: Any) -> None:
    played_all(story, qtbot, ROWS)
