"""Hours, clock mark and settings: pure rules with their borders."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.core.clock import JST
from app.core.errors import UserError
from app.core.settings import SETTINGS, Form, Settings
from app.security.gate.clock_mark import Judgement, believed, judge, moved, moved_by_peer
from app.security.refusals import REFUSAL_CODES, refusal
from app.security.staff.hours import EXCEPTION_UNTIL, hours_of

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=JST)


@pytest.mark.req("SEC-69")
@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (MONDAY.replace(hour=7, minute=59), False),
        (MONDAY.replace(hour=8, minute=0), True),
        (MONDAY.replace(hour=18, minute=59), True),
        (MONDAY.replace(hour=19, minute=0), False),
        (MONDAY - timedelta(days=1), False),
    ],
)
def test_usable_hours_have_a_first_and_no_last_minute(moment: datetime, is_open: bool) -> None:
    assert hours_of(Settings({})).is_open(moment) is is_open


@pytest.mark.req("SEC-69")
def test_an_exception_extends_the_hours_once_and_only_until_then() -> None:
    until = MONDAY.replace(hour=22)
    hours = hours_of(Settings({EXCEPTION_UNTIL: until.isoformat()}))
    assert hours.is_open(until - timedelta(minutes=1))
    assert not hours.is_open(until)
    assert not hours.is_open(until + timedelta(days=6))


def test_hours_follow_the_settings() -> None:
    changed = {"hours.weekdays": "7", "hours.from": "10:30", "hours.to": "12:00"}
    hours = hours_of(Settings(changed))
    sunday = MONDAY - timedelta(days=1)
    assert not hours.is_open(sunday)
    assert hours.is_open(sunday + timedelta(minutes=30))
    assert not hours.is_open(MONDAY + timedelta(minutes=30))


@pytest.mark.req("SEC-69")
def test_hours_to_the_end_of_the_day_leave_no_minute_out() -> None:
    changed = {"hours.weekdays": "1234567", "hours.from": "00:00", "hours.to": "24:00"}
    assert {name: SETTINGS[name].check(value) for name, value in changed.items()} == changed
    hours = hours_of(Settings(changed))
    midnight = MONDAY.replace(hour=0, minute=0)
    assert all(hours.is_open(midnight + timedelta(minutes=minute)) for minute in range(7 * 24 * 60))
    assert hours.is_open(midnight + timedelta(days=1, microseconds=-1))


@pytest.mark.parametrize("name, value", [("hours.from", "24:00"), ("hours.to", "24:01")])
def test_only_a_closing_time_may_be_the_end_of_the_day(name: str, value: str) -> None:
    with pytest.raises(UserError, match=value):
        SETTINGS[name].check(value)


@pytest.mark.parametrize(
    ("step", "judgement"),
    [
        (timedelta(0), Judgement.GOOD),
        (timedelta(minutes=-2), Judgement.GOOD),
        (timedelta(minutes=-2, seconds=-1), Judgement.BACK),
        (timedelta(days=31), Judgement.GOOD),
        (timedelta(days=31, seconds=1), Judgement.LEAP),
    ],
)
def test_the_clock_is_believed_within_its_bounds(step: timedelta, judgement: Judgement) -> None:
    assert judge(MONDAY, MONDAY + step) is judgement
    good = judgement is Judgement.GOOD
    assert believed(MONDAY, MONDAY + step) == (MONDAY + step if good else MONDAY)
    if not good:
        with pytest.raises(ValueError):
            moved(MONDAY, MONDAY + step)


def test_the_mark_never_goes_back() -> None:
    assert moved(MONDAY, MONDAY - timedelta(minutes=1)) == MONDAY
    assert moved(MONDAY, MONDAY + timedelta(days=1)) == MONDAY + timedelta(days=1)
    assert moved_by_peer(MONDAY, MONDAY - timedelta(days=9)) == MONDAY
    assert moved_by_peer(MONDAY, MONDAY + timedelta(days=90)) == MONDAY + timedelta(days=90)


def test_every_default_is_a_value_of_its_setting() -> None:
    for setting in SETTINGS.values():
        assert setting.check(setting.default) == setting.default
        assert setting.label


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lock.idle_minutes", "0"),
        ("lock.idle_minutes", "31"),
        ("lock.idle_minutes", "五"),
        ("lock.idle_minutes", "５"),
        ("lock.idle_minutes", "-1"),
        ("lock.store_minutes", "61"),
        ("journal.keep_months", "12"),
        ("hours.from", "8:00"),
        ("hours.from", "24:00"),
        ("hours.from", "08-00"),
        ("hours.weekdays", "8"),
        ("hours.weekdays", "11"),
        ("hours.weekdays", ""),
        ("slots.keyring", "maybe"),
    ],
)
def test_a_value_outside_its_bounds_is_refused(name: str, value: str) -> None:
    with pytest.raises(UserError) as caught:
        SETTINGS[name].check(value)
    assert (caught.value.code, caught.value.field) == ("settings.value", name)


def test_settings_fall_back_to_the_declared_default() -> None:
    assert Settings({}).number("lock.store_minutes") == 60
    assert Settings({"lock.store_minutes": "10"}).number("lock.store_minutes") == 10
    with pytest.raises(KeyError):
        Settings({}).text("no.such")
    assert {setting.form for setting in SETTINGS.values()} == set(Form)


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    for code in REFUSAL_CODES:
        said = refusal(code)
        assert said.message.endswith("。")
        assert said.remedy.endswith("。")
    assert len({refusal(code).message for code in REFUSAL_CODES}) >= len(REFUSAL_CODES) - 1
