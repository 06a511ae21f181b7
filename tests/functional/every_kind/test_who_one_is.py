"""Name, number, address, household, and who else stands for her."""

from __future__ import annotations

from typing import Any

from tests.support.kind_rows import ALIVE, NOTHING, papers, played_all, states
from tests.support.stories import Story

ROWS = (
    # DOMAIN 2.7; the paper shows the name
    papers("name_change", "name", {"name": "見本　花子", "kana": "ミホン　ハナコ"}),
    states("alias_change", "alias", {"alias": "見本　花", "alias_kana": "ミホン　ハナ"}),
    states(
        "former_name", "former_name", {"former_name": "旧見本", "former_name_kana": "キュウミホン"}
    ),
    # DOMAIN 2.2: who acquired by age did so on the 75th birthday, so another birth moves the day
    papers(
        "birth_correction",
        "",
        NOTHING,
        wrong={"new_birth_written": "S10.1.1"},
        reason="birth_moves_acquisition",
    ),
    # SEC-04: the number belongs to somebody else
    states(
        "number_change",
        "note",
        {"text": "個人番号の変更・訂正を広域連合へ届け出た"},
        subject=True,
        wrong={"my_number": "{others_number}"},
        reason="number_elsewhere",
    ),
    # DOMAIN 2.7, 5.2: this union's papers show no address, so no paper follows
    papers(
        "move_within",
        "address",
        {"written": "見本県見本市港町9番9号"},
        decided={"paper": "none"},
        wrong={"new_address": "見本県手本町1-1"},
        reason="outside_area",
    ),
    # 高確法55条, DOMAIN 2.6: 地域密着型 keeps nobody; each further facility keeps the first union
    papers(
        "special_address_begin",
        "address",
        {"written": "東京都千代田区見本2-2"},
        decided={"paper": "none"},
        wrong={"small_regional": "1"},
        reason="no_special_address",
    ),
    papers(
        "special_address_change",
        "address",
        {"written": "東京都千代田区見本2-2"},
        whom="special_address_begin",
        decided={"paper": "none"},
        wrong={"to_municipality_code": "152986"},
        reason="same_prefecture_out",
    ),
    # DOMAIN 3.2: 世帯異動
    states(
        "household_change",
        "household",
        {"household_number": "000000000001234"},
        wrong={"new_household_number": "000000000777777", "is_head": "0", "relation": "子"},
        reason="household_unknown",
    ),
    states("head_change", "household", {"relation": "世帯主", "is_head": "1"}, whom="wife"),
    # DOMAIN 5.5: per kind of paper, with an end
    states(
        "delivery_address",
        "delivery",
        {"addressee": "見本　一郎", "in_care": "例示"},
        decided={"since": "2026-11-10", "papers": "certificates", "ends_on": "2027-03-31"},
    ),
    states("heir", "heir", {"heir_name": "見本　一郎"}, whom="dead", reason=ALIVE),
    states("account", "account", {"account_number": "0123456"}),
    states("contact", "phone", {"phone": "0250002222"}),
    states("tax_agent", "tax_agent", {"agent_name": "見本　一郎"}),
)


def test_every_change_of_who_one_is(story: Story, qtbot: Any) -> None:
    played_all(story, qtbot, ROWS)
