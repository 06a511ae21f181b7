"""When claims lapse (時効) and until when a levy may be corrected (賦課の期間制限).

Source: DOMAIN 4.9; 高確法160条, 160条の2; 民法147-152条 (完成猶予, 更新). Periods are counted by
民法140・143条.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed, joined
from app.rules.calendar.days import ONE_DAY, next_month_start
from app.rules.calendar.periods import last_day_of
from app.rules.errors import RuleError


class Start(StrEnum):
    """From which day a period runs."""

    NEXT_DAY = "next_day"
    """The day after the event (due date, funeral, payment)."""
    NEXT_MONTH = "next_month"
    """The first day of the month after the event (treatment of 高額療養費)."""


@dataclass(frozen=True, slots=True)
class LimitationRule:
    """How long one kind of claim lives. ``years`` None: without limit."""

    claim: str
    years: int | None
    start: Start
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class Limitation:
    """First day of the period and first day on which the claim no longer exists (None: never, or
    not while an act holds it back)."""

    starts_on: date
    lapsed_from: date | None
    unconfirmed: tuple[Unconfirmed, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day on which the claim can be made; None for ever."""
        return None if self.lapsed_from is None else self.lapsed_from - ONE_DAY

    def is_lapsed(self, day: date) -> bool:
        """True when on ``day`` the claim can no longer be made."""
        return self.lapsed_from is not None and day >= self.lapsed_from


class ActKind(StrEnum):
    """What can hold limitation back or let it begin anew; the table ``limitation_acts``."""

    DEMAND = "demand"
    """督促."""
    ACKNOWLEDGED = "acknowledged"
    """承認 (分納誓約, 一部納付)."""
    REMINDER = "reminder"
    """催告."""
    SEIZURE = "seizure"
    """差押."""
    DEFERRAL = "deferral"
    """徴収猶予."""


class ActEffect(StrEnum):
    """What an act does."""

    RENEW = "renew"
    """更新: the whole period begins anew on the day after."""
    RENEW_AT_END = "renew_at_end"
    """完成猶予 while it lasts, 更新 when it ends; called off, 完成猶予 for ``months`` more."""
    POSTPONE = "postpone"
    """完成猶予 for ``months``; not again while already postponed."""
    STAND_STILL = "stand_still"
    """The period does not run on the days from the act to its end."""


@dataclass(frozen=True, slots=True)
class ActRule:
    """A row of ``limitation_acts``."""

    kind: ActKind
    effect: ActEffect
    months: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Something done on ``day``; ``ended_on``: last day of a seizure or deferral (None: it goes
    on).

    ``called_off``: the seizure was withdrawn or annulled, so that nothing begins anew.
    """

    kind: ActKind
    day: date
    ended_on: date | None = None
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class LimitationStep:
    """An act and the period after it; ``effective`` False: it changed nothing (too early, or the
    claim had lapsed, or it was postponed already)."""

    act: Act
    effective: bool
    starts_on: date
    lapsed_from: date | None


@dataclass(frozen=True, slots=True)
class LimitationHistory:
    """The period after all acts, and every step to it."""

    period: Limitation
    steps: tuple[LimitationStep, ...]


def limitation(rule: LimitationRule, event: date, renewed_on: date | None = None) -> Limitation:
    """The period of a claim that arose by ``event``.

    ``renewed_on`` is the last act that made the period begin anew (督促, 一部納付, 承認); it
    counts only when the claim still lived on that day.
    """
    first = _limitation(rule, event)
    if renewed_on is None or renewed_on < first.starts_on or first.is_lapsed(renewed_on):
        return first
    return _limitation(replace(rule, start=Start.NEXT_DAY), renewed_on)


def limitation_after(
    rule: LimitationRule, event: date, acts: Iterable[Act], act_rules: Mapping[ActKind, ActRule]
) -> LimitationHistory:
    """The period of a claim that arose by ``event`` after ``acts``, in the order of their days.

    Raises RuleError ``limitation.ended_before`` for an act that ends before it began.
    """
    first = _limitation(rule, event)
    state = _State(first, first.lapsed_from)
    used = [first.unconfirmed]
    steps = []
    for act in sorted(acts, key=lambda act: (act.day, act.kind)):
        _check(act)
        act_rule = act_rules[act.kind]
        used.append(act_rule.unconfirmed)
        effective = state.takes(act, act_rule)
        if effective:
            state = _after(replace(rule, start=Start.NEXT_DAY), act_rule, act, state)
        steps.append(
            LimitationStep(act, effective, state.period.starts_on, state.period.lapsed_from)
        )
    return LimitationHistory(replace(state.period, unconfirmed=joined(*used)), tuple(steps))


@dataclass(frozen=True, slots=True)
class _State:
    """``plain``: when the period would end without postponements. ``still_until``: last day on
    which it stands still."""

    period: Limitation
    plain: date | None
    still_until: date = date.min

    def takes(self, act: Act, act_rule: ActRule) -> bool:
        """Does the act change anything? Not before the claim is due nor after it lapsed, and while
        only a postponement keeps it alive another one does nothing (民法150条2項)."""
        if act.day < self.period.starts_on or self.period.is_lapsed(act.day):
            return False
        postponed = self.plain is not None and act.day >= self.plain
        return not (act_rule.effect is ActEffect.POSTPONE and postponed)


def _after(rule: LimitationRule, act_rule: ActRule, act: Act, state: _State) -> _State:
    """The state after an effective act; ``rule`` begins on the day after an event."""
    if act_rule.effect is ActEffect.RENEW:
        return _renewed(rule, act.day, state.still_until)
    if act_rule.effect is ActEffect.POSTPONE:
        return replace(state, period=_postponed(state.period, act.day, act_rule.months))
    if act.ended_on is None:
        return _State(replace(state.period, lapsed_from=None), None)
    if act_rule.effect is ActEffect.STAND_STILL:
        return _stood_still(state, act.day, act.ended_on)
    if act.called_off:
        return replace(state, period=_postponed(state.period, act.ended_on, act_rule.months))
    return _renewed(rule, act.ended_on, state.still_until)


def _renewed(rule: LimitationRule, day: date, still_until: date) -> _State:
    period = _limitation(rule, day)
    state = _State(period, period.lapsed_from)
    return state if still_until <= day else _stood_still(state, period.starts_on, still_until)


def _stood_still(state: _State, first: date, last: date) -> _State:
    if state.period.lapsed_from is None:
        return replace(state, still_until=last)
    later = state.period.lapsed_from + (last - first) + ONE_DAY
    return _State(replace(state.period, lapsed_from=later), later, last)


def _postponed(period: Limitation, day: date, months: int) -> Limitation:
    if period.lapsed_from is None:
        return period
    until = last_day_of(day + ONE_DAY, months) + ONE_DAY
    return replace(period, lapsed_from=max(period.lapsed_from, until))


def _check(act: Act) -> None:
    if act.ended_on is not None and act.ended_on < act.day:
        raise RuleError(
            "limitation.ended_before",
            f"終わりの日（{act.ended_on:%Y-%m-%d}）が始まりの日（{act.day:%Y-%m-%d}）より前です。",
            "差押や猶予の日付を確かめてください。",
            missing="ended_on",
        )


def _limitation(rule: LimitationRule, event: date) -> Limitation:
    starts_on = event + ONE_DAY if rule.start is Start.NEXT_DAY else next_month_start(event)
    if rule.years is None:
        return Limitation(starts_on, None, rule.unconfirmed)
    lapsed_from = last_day_of(starts_on, 12 * rule.years) + ONE_DAY
    return Limitation(starts_on, lapsed_from, rule.unconfirmed)
