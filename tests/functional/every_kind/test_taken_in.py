"""What is taken in, handed on, asked and answered."""

from __future__ import annotations

from typing import Any

from tests.support.kind_rows import ALIVE, played_all, states, taken_in
from tests.support.stories import Story

ROWS = (
    taken_in("paper_back", "書類の返還を受けた"),
    states(
        "paper_back_dead",
        "note",
        {"text": "亡くなった方の書類の返還を受けた"},
        whom="dead",
        reason=ALIVE,
        subject=True,
    ),
    taken_in("paper_found", "再交付の前の書類が見つかり、返還を受けた"),
    taken_in("paper_lost", "書類が返還できないと届け出があった"),
    *(
        taken_in(code, f"{words}を受け付け、引き継いだ")
        for code, words in (
            ("direct_debit", "口座振替の申込・変更"),
            ("direct_debit_payer", "納める方の口座からの口座振替の申込"),
            ("debit_cancel", "口座振替の取消し"),
            ("ordinary_collection", "普通徴収への変更の申出"),
            ("levy_reduction", "保険料の減免の申請"),
            ("levy_deferral", "徴収猶予の申請"),
            ("pledge", "納税誓約"),
            ("refund_claim", "還付の請求"),
            ("slip_again", "納付書の再発行"),
            ("payment_proof", "納付証明・完納証明の請求"),
            ("third_party", "第三者行為の届出"),
            ("other_desk", "ほかの窓口への引継"),
        )
    ),
    # FLOW-2008: of the year before the judgement year
    states(
        "income_inquiry",
        "note",
        {"text": "前の住所の市区町村へ所得を照会した"},
        subject=True,
        wrong={"year": "2020"},
        reason="income_year",
    ),
    states(
        "income_reply",
        "note",
        {"text": "所得照会の回答を広域連合へ届け出た"},
        subject=True,
        wrong={"year": "2020"},
        reason="income_year",
    ),
    states(
        "income_by_hand",
        "note",
        {"text": "所得を書類から入れて広域連合へ届け出た"},
        subject=True,
        wrong={"year": "2025"},
        reason="income_known",
    ),
    taken_in("income_asked", "他市区町村からの所得照会に回答した"),
    taken_in("identity_inquiry", "本人確認情報を照会した"),
)


def test_everything_taken_in_and_asked(story: Story, qtbot: Any) -> None:
    played_all(story, qtbot, ROWS)
