"""What is recognised or certified, 障害認定 apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.support.kind_rows import NOTHING, papers, played_all, states
from tests.support.stories import Story

ROWS = (
    # DOMAIN 5.4: from the 1st of the month of application
    papers(
        "disease",
        "disease",
        {"disease": "1"},
        decided={"disease_kind": "1", "disease_from": "2026-11-01"},
    ),
    # DOMAIN 3.10: 区分Ⅱ, more than 90 days, from the month after
    papers(
        "long_stay",
        "marks",
        {"long_stay_on": "2026-12-01"},
        whom="low2",
        decided={"long_stay_on": "2026-12-01", "limit_printed": "1"},
        wrong={"days": "90"},
        reason="stay_under_90",
    ),
    # DOMAIN 5.4: from the 1st of the month of application
    papers(
        "limit_mark",
        "marks",
        {"limit_printed": "1"},
        whom="low2",
        decided={"limit_printed": "1", "limit_from": "2026-11-01"},
        on=date(2026, 11, 1),
    ),
    papers("limit_mark_end", "", NOTHING, whom="limit_mark", decided={"limit_printed": "0"}),
    # DOMAIN 3.2: released by 基準収入額, so the 2割 line decides; from the month after it
    papers(
        "standard_income",
        "copay",
        {"ratio": "2"},
        whom="three",
        decided={"copay_from": "2026-12-01"},
        wrong={"year": "2023"},
        reason="income_year",
    ),
    # 則33条: six months at most
    states(
        "copay_exemption",
        "copay_exemption",
        {"cause": "disaster", "months": "6"},
        decided={"since": "2026-11-10", "until": "2027-05-09"},
        wrong={"months": "7"},
        reason="exemption_months",
    ),
    states("former_dependant", "former_dependant", {"insurer": "見本健康保険組合"}),
    states("nondisclosure", "nondisclosure", {"ground": "本人の申出"}),
    states("special_treatment", "special_treatment", {"ground": "arrears"}),
    # 終わる日 is the last day on which it holds (docs/decisions/018)
    states(
        "special_treatment_end",
        "special_treatment",
        NOTHING,
        whom="special_treatment",
        decided={"since": "2026-11-10", "until": "2026-11-10"},
    ),
    # DOMAIN 5.1: 要配慮者 by application
    papers("certificate_application", "", NOTHING),
    papers("card_cancel", "", NOTHING),
    # DOMAIN 2.6: what somebody who moves out takes along
    papers(
        "burden_paper",
        "",
        NOTHING,
        decided={"paper": "burden_certificate", "judged_year": "2026年度"},
    ),
    papers("coverage_paper", "", NOTHING, decided={"paper": "coverage_certificate"}),
    papers(
        "disease_paper",
        "",
        NOTHING,
        whom="disease",
        decided={"paper": "disease_certificate", "disease_kind": "1"},
    ),
    papers(
        "dependant_paper",
        "",
        NOTHING,
        whom="former_dependant",
        decided={"former_insurer": "見本健康保険組合", "dependant_until": "2026-10-31"},
    ),
    papers(
        "move_out_papers",
        "",
        NOTHING,
        whom="disease",
        decided={"paper": "move_out_set", "disease_kind": "1"},
    ),
    # SEC-124: both go with it; the last row, because she is restricted from then on
    states(
        "protection",
        "",
        NOTHING,
        decided={"nondisclosed": "1", "self_info_off": "1", "until_on": "2027-11-09"},
    ),
)


def test_everything_recognised_and_certified(story: Story, qtbot: Any) -> None:
    played_all(story, qtbot, ROWS)
