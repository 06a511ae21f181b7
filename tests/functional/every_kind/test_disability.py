"""障害認定: recognised, changed, renewed, certified, withdrawn, ended."""

from __future__ import annotations

from typing import Any

from tests.support.kind_rows import DEAD, NOTHING, PAPER, Row, papers, played_all
from tests.support.stories import Story

ROWS = (
    # DOMAIN 2.5: 令別表
    Row(
        "disability",
        "young",
        {"event_on": "R8.11.15", "proof": "mental_1", "former_insurance": "国民健康保険"},
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquisition_reason": "ACQ_DIS"},
    ),
    papers(
        "disability_change",
        "",
        NOTHING,
        whom="disability",
        wrong={"proof": "physical_5"},
        reason="degree_too_light",
    ),
    # DOMAIN 2.5: the paper expires with the 手帳
    papers(
        "disability_renewal",
        "",
        NOTHING,
        whom="disability",
        wrong={"proof": "physical_5"},
        reason="degree_too_light",
    ),
    papers(
        "disability_paper",
        "",
        NOTHING,
        whom="disability",
        decided={
            "paper": "disability_certificate",
            "disability_degree": "精神障害者保健福祉手帳 2級",  # as it was renewed
        },
    ),
    # 高確法52条3号, DOMAIN 2.3・2.5: the day of 認定, never before the receipt
    Row(
        "disability",
        "young",
        {
            "event_on": "R8.11.15",
            "proof": "physical_2",
            "former_insurance": "国民健康保険",
        },
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquired_on": "2026-11-20", "acquisition_reason": "ACQ_DIS"},
        {"acquired_on": "2026-11-20", "lost_on": ""},
    ),
    # 則8条2項, DOMAIN 2.4: prospective only
    Row(
        "disability_withdrawal",
        "disability",
        {**PAPER, "event_on": "R8.11.20", "next_insurance": "国民健康保険"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-20", "loss_reason": "LOS_DIS_WD"},
        {"lost_on": "2026-11-20"},
    ),
    # 高確法52条3号, DOMAIN 2.3・2.5: the day of 認定, never before the receipt
    Row(
        "disability",
        "young",
        {
            "event_on": "R8.11.15",
            "proof": "physical_2",
            "former_insurance": "国民健康保険",
        },
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquired_on": "2026-11-20", "acquisition_reason": "ACQ_DIS"},
        {"acquired_on": "2026-11-20", "lost_on": ""},
    ),
    # DOMAIN 2.4: 障害認定 is for those under 75
    Row(
        "disability_end",
        "disability",
        {**PAPER, "event_on": "R8.11.20", "ground": "lighter"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-21", "loss_reason": "LOS_DIS"},
        {"lost_on": "2026-11-21"},
    ),
)


def test_every_turn_of_a_recognised_disability(story: Story, qtbot: Any) -> None:
    played_all(story, qtbot, ROWS)
