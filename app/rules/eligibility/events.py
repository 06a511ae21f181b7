"""What each event of the resident register (住民記録の異動事由) does to somebody's eligibility.

DOMAIN 2.7: every event has a defined effect, cancellations and changed numbers included. The
effects are rows of ``resident_events``; what follows from one depends on whether the person is
insured and old enough, and is decided here. An event the table does not know is refused
(``tables.no_row``), never passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Table, Unconfirmed
from app.rules.eligibility.reasons import AcquisitionReason, LossReason


class Effect(StrEnum):
    """The column ``effect`` of ``resident_events``."""

    GAIN = "gain"
    LOSS = "loss"
    CHANGE = "change"
    HOUSEHOLD = "household"
    CHECK = "check"
    NONE = "none"


class Action(StrEnum):
    """What is to be done on the 後期 side."""

    DECIDE_ACQUISITION = "decide_acquisition"
    """資格取得: ``acquisition.acquire`` with the event's reason."""
    DECIDE_LOSS = "decide_loss"
    """資格喪失: ``loss.lose`` with the event's reason."""
    CANCEL_LOSS = "cancel_loss"
    """喪失の取消し: the event that ended the residence is taken back."""
    CANCEL_ACQUISITION = "cancel_acquisition"
    """取得の取消し: the event that began the residence is taken back."""
    UPDATE_RECORD = "update_record"
    """記載の変更: name, address and the paper that shows them."""
    JUDGE_SHARE = "judge_share"
    """負担割合の再判定 of the household (``copay_days.from_household_change``)."""
    CHECK_LIST = "check_list"
    """確認リスト: a person looks at it; nothing is overwritten."""


@dataclass(frozen=True, slots=True)
class EventEffect:
    """One row: ``undoes`` an earlier event; ``reasons`` that it suggests, where it does.

    ``household_changes``: somebody joins or leaves a household, so its share is judged again.
    """

    event: str
    effect: Effect
    undoes: bool
    household_changes: bool
    acquisition: AcquisitionReason | None
    loss: LossReason | None
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterState:
    """How the person of the event stands on its day.

    ``may_be_insured``: 75 or older, or of 65 to 74 with a recognised disability.
    ``insured_in_household``: somebody of the household before or after the event is insured.
    """

    insured: bool
    may_be_insured: bool
    insured_in_household: bool


def effect_of(events: Table, code: str, day: date) -> EventEffect:
    """The effect of the event ``code`` on ``day``; raises NoRowError for an unknown event."""
    row = events.at(day, code=code)
    acquisition = row.text_or_none("acquisition")
    loss = row.text_or_none("loss")
    return EventEffect(
        code,
        Effect(row.text("effect")),
        row.flag("undoes"),
        row.flag("household_changes"),
        None if acquisition is None else AcquisitionReason(acquisition),
        None if loss is None else LossReason(loss),
        row.unconfirmed,
    )


def actions(effect: EventEffect, standing: RegisterState) -> tuple[Action, ...]:
    """What the event asks for, in the order in which it is to be done; () means nothing.

    What contradicts the person's standing (a gain of somebody insured, the cancellation of
    something that never was) goes to the check list.
    """
    found = list(_own(effect, standing))
    if effect.household_changes and standing.insured_in_household:
        found.append(Action.JUDGE_SHARE)
    return tuple(found)


def _own(effect: EventEffect, standing: RegisterState) -> tuple[Action, ...]:
    if effect.effect is Effect.CHECK:
        return (Action.CHECK_LIST,)
    if effect.effect is Effect.CHANGE:
        return (Action.UPDATE_RECORD,) if standing.insured else ()
    if effect.effect is Effect.GAIN:
        if not standing.may_be_insured:
            return ()
        if standing.insured:
            return (Action.CHECK_LIST,)
        return (Action.CANCEL_LOSS if effect.undoes else Action.DECIDE_ACQUISITION,)
    if effect.effect is Effect.LOSS:
        if standing.insured:
            return (Action.CANCEL_ACQUISITION if effect.undoes else Action.DECIDE_LOSS,)
        return (Action.CHECK_LIST,) if effect.undoes and standing.may_be_insured else ()
    return ()
