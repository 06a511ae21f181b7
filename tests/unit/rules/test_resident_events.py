"""DOMAIN 2.7: every event of the resident register has a defined effect on eligibility."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from app.core.tables import NoRowError, Tables
from app.rules.eligibility.events import (
    Action,
    Effect,
    EventEffect,
    RegisterState,
    actions,
    effect_of,
)
from app.rules.eligibility.reasons import AcquisitionReason, LossReason

DAY = date(2026, 11, 20)
INSURED = RegisterState(insured=True, may_be_insured=True, insured_in_household=True)
OLD = RegisterState(insured=False, may_be_insured=True, insured_in_household=False)
YOUNG = RegisterState(insured=False, may_be_insured=False, insured_in_household=True)
STRANGER = RegisterState(insured=False, may_be_insured=False, insured_in_household=False)
SHARE = Action.JUDGE_SHARE

# The events of DOMAIN 2.7 (jyuki j210): of one insured, of one old enough, of a young relative.
DOMAIN_2_7 = {
    "国内転入": ((Action.CHECK_LIST, SHARE), (Action.DECIDE_ACQUISITION,), (SHARE,)),
    "国外転入等": ((Action.CHECK_LIST, SHARE), (Action.DECIDE_ACQUISITION,), (SHARE,)),
    "出生": ((), (), ()),
    "職権記載": ((Action.CHECK_LIST, SHARE), (Action.DECIDE_ACQUISITION,), (SHARE,)),
    "改製": ((), (), ()),
    "再製": ((), (), ()),
    "異動の取消し（増）": ((Action.CHECK_LIST, SHARE), (Action.CANCEL_LOSS,), (SHARE,)),
    "国内転出": ((Action.DECIDE_LOSS, SHARE), (), (SHARE,)),
    "国外転出": ((Action.DECIDE_LOSS, SHARE), (), (SHARE,)),
    "死亡": ((Action.DECIDE_LOSS, SHARE), (), (SHARE,)),
    "職権消除": ((Action.DECIDE_LOSS, SHARE), (), (SHARE,)),
    "異動の取消し（減）": ((Action.CANCEL_ACQUISITION, SHARE), (Action.CHECK_LIST,), (SHARE,)),
    "転居": ((Action.UPDATE_RECORD, SHARE), (), (SHARE,)),
    "軽微な修正": ((Action.UPDATE_RECORD,), (), ()),
    "職権修正": ((Action.UPDATE_RECORD,), (), ()),
    "誤記修正": ((Action.UPDATE_RECORD,), (), ()),
    "個人番号の変更請求": ((Action.CHECK_LIST,),) * 3,
    "個人番号の職権修正": ((Action.CHECK_LIST,),) * 3,
    "個人番号の職権記載": ((Action.CHECK_LIST,),) * 3,
    "世帯分離": ((SHARE,), (), (SHARE,)),
    "世帯合併": ((SHARE,), (), (SHARE,)),
    "世帯変更": ((SHARE,), (), (SHARE,)),
    "世帯主変更": ((SHARE,), (), (SHARE,)),
    "旧氏の記載・変更・削除": ((Action.UPDATE_RECORD,), (), ()),
    "通称の記載・変更・削除": ((Action.UPDATE_RECORD,), (), ()),
    "帰化・国籍取得・国籍喪失": ((Action.UPDATE_RECORD,), (), ()),
}


@pytest.mark.parametrize("label", DOMAIN_2_7)
def test_domain_2_7_what_each_event_asks_for(label: str, tables: Tables) -> None:
    (row,) = tables["resident_events"].rows(DAY, label=label)
    effect = effect_of(tables["resident_events"], row.text("code"), DAY)
    found = tuple(actions(effect, standing) for standing in (INSURED, OLD, YOUNG))
    assert found == DOMAIN_2_7[label]


def test_no_event_of_the_table_is_without_a_tested_effect(tables: Tables) -> None:
    assert {row.text("label") for row in tables["resident_events"].rows()} == set(DOMAIN_2_7)


def test_what_an_event_suggests_belongs_to_its_effect(tables: Tables) -> None:
    events = tables["resident_events"]
    effects = [effect_of(events, str(code), DAY) for code in events.codes(DAY)]
    for effect in effects:
        gains = effect.effect is Effect.GAIN and not effect.undoes
        loses = effect.effect is Effect.LOSS and not effect.undoes
        assert (effect.acquisition is not None) is gains
        assert (effect.loss is not None) is loses
    assert {effect.acquisition for effect in effects} == {
        None,
        AcquisitionReason.MOVE_IN,
        AcquisitionReason.FROM_ABROAD,
        AcquisitionReason.EX_OFFICIO,
    }
    assert {effect.loss for effect in effects} == {
        None,
        LossReason.MOVE_OUT,
        LossReason.ABROAD,
        LossReason.DEATH,
        LossReason.EX_OFFICIO,
    }


@pytest.mark.parametrize(
    ("effect", "undoes", "changes"), itertools.product(Effect, (False, True), (False, True))
)
def test_a_stranger_to_the_system_moves_only_the_check_list(
    effect: Effect, undoes: bool, changes: bool
) -> None:
    found = actions(EventEffect("x", effect, undoes, changes, None, None), STRANGER)
    assert found == ((Action.CHECK_LIST,) if effect is Effect.CHECK else ())


def test_an_event_nobody_defined_is_refused(tables: Tables) -> None:
    with pytest.raises(NoRowError, match="住民記録の異動事由") as caught:
        effect_of(tables["resident_events"], "abducted", DAY)
    assert caught.value.key == {"code": "abducted"}
