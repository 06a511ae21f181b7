"""Japanese dates: DOMAIN 2.1 in full, 150 years there and back, an outside era library."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanera import EraDate

from app.core.tables import Tables
from app.rules.calendar.wareki import (
    DateError,
    Eras,
    Precision,
    WarekiDate,
    from_day,
    in_era_file,
    in_file,
    on_paper,
    on_screen,
)
from app.rules.calendar.wareki_input import parse_date, parse_day

pytestmark = pytest.mark.req("DATA-27")

BORN = date(1935, 5, 3)
days_of_150_years = st.dates(date(1873, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        "S10.5.3",
        "s10/5/3",
        "S10.5.3",
        "昭10-5-3",
        "昭和10年5月3日",
        "昭和10年5月3日",
        " 昭和 10年 5月 3日 ",
        "昭和10.05.03",
        "1935-05-03",
        "1935/5/3",
        "1935.5.3",
        "19350503",
        "1935年5月3日",
        "西暦1935年5月3日",
        "3100503",
        "S100503",
        "昭和100503",
    ],
)
def test_what_clerks_type_is_understood(typed: str, eras: Eras) -> None:
    assert parse_day(typed, eras) == BORN


@pytest.mark.parametrize("typed", ["10/5/3", "10.5.3", "10-05-03", "100503", "10年5月3日"])
@pytest.mark.parametrize("key", ["S", "昭和", "昭", "3"])
def test_a_year_without_era_takes_the_era_key(typed: str, key: str, eras: Eras) -> None:
    assert parse_day(typed, eras, era_key=key) == BORN


@pytest.mark.parametrize(
    ("rule", "typed"),
    [
        ("empty", " 　"),
        ("not_read", "きのう"),
        ("not_read", "9100503"),
        ("not_read", "昭和0年5月3日"),
        ("not_read", "S1005033"),
        ("not_read", "昭和10年5月3日ごろか"),
        ("not_read", "昭和10年3日"),
        ("not_read", "昭和10年3日頃"),
        ("not_read", "昭和10年13月 日不詳"),
        ("not_read", "昭和10年0月頃"),
        ("not_read", "推定昭和10年5月32日"),
        ("not_read", "昭和10年5月3日から0日頃までの間"),
        ("not_read", "昭和10年5月3日から2日頃までの間"),
        ("no_such_day", "0000-01-01"),
        ("era_missing", "10/5/3"),
        ("no_such_day", "S10.2.29"),
        ("no_such_day", "1935-13-01"),
        ("no_such_day", "S10.4.31"),
        ("no_such_day", "S10.4.0"),
        ("out_of_era", "昭和65年1月1日"),
        ("out_of_era", "昭和64年1月8日"),
        ("out_of_era", "平成元年1月7日"),
        ("out_of_era", "H31.5.1"),
        ("out_of_era", "R1.4.30"),
        ("out_of_era", "大正元年7月29日"),
        ("old_calendar", "明治5年12月2日"),
        ("old_calendar", "1872-12-31"),
        ("uncertain", "年月日不詳"),
        ("uncertain", "昭和10年頃"),
        ("uncertain", "昭和10年5月 日不詳"),
    ],
)
def test_what_cannot_be_taken_says_which_rule(rule: str, typed: str, eras: Eras) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(typed, eras)
    assert caught.value.rule == rule
    assert caught.value.code == f"date.{rule}"
    assert caught.value.remedy


@pytest.mark.parametrize("typed", ["10/5/3", "100503", "10年5月3日"])
@pytest.mark.parametrize(
    ("key", "message"), [(None, "元号がありません"), ("X", "元号の指定"), ("9", "元号の指定")]
)
def test_a_year_without_era_is_never_guessed(
    typed: str, key: str | None, message: str, eras: Eras
) -> None:
    with pytest.raises(DateError, match=message) as caught:
        parse_date(typed, eras, era_key=key)
    assert caught.value.rule == "era_missing"


@pytest.mark.parametrize(
    "typed", ["昭和10年5月吉日", "昭和10年吉日", "昭和10年5月3日吉日", "昭和10年5月3日から吉日"]
)
def test_an_uncertainty_that_is_not_known_is_not_taken_for_another(typed: str, eras: Eras) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(typed, eras, uncertain=True)
    assert caught.value.rule == "not_read"


def test_a_year_beyond_its_era_names_the_right_one(eras: Eras) -> None:
    with pytest.raises(DateError) as caught:
        parse_date("平成32年5月1日", eras)
    assert "令和2年" in caught.value.remedy


@pytest.mark.parametrize(
    ("spelled", "other", "day"),
    [
        ("明治45年7月30日", "大正元年7月30日", date(1912, 7, 30)),
        ("大正15年12月25日", "昭和元年12月25日", date(1926, 12, 25)),
    ],
)
def test_border_days_keep_the_spelling_and_map_to_one_day(
    spelled: str, other: str, day: date, eras: Eras
) -> None:
    first, second = parse_date(spelled, eras), parse_date(other, eras)
    assert first.sort_date == second.sort_date == day
    assert (on_paper(first, eras), on_paper(second, eras)) == (spelled, other)
    assert first != second
    assert on_paper(day, eras) == other
    assert on_screen(first, eras) == f"{'M45.7.30' if day.year == 1912 else 'T15.12.25'}"


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2027, 7, 31), "令和9年7月31日"),
    ],
)
def test_first_and_last_days_and_the_first_year(day: date, written: str, eras: Eras) -> None:
    assert on_paper(day, eras) == written
    assert parse_day(written, eras) == day
    assert parse_day(written.replace("元", "1"), eras) == day


def test_outputs_for_paper_screen_and_files(eras: Eras) -> None:
    typed = parse_date("1935-05-03", eras)
    assert on_paper(typed, eras) == "昭和10年5月3日"
    assert on_paper(typed, eras, western=True) == "1935年5月3日"
    assert on_paper(parse_date("S10.5.3", eras), eras, western=True) == "1935年5月3日"
    assert on_screen(typed, eras) == "S10.5.3"
    assert on_screen(typed, eras, western=True) == "1935.5.3"
    assert on_screen(parse_date("平成元年1月8日", eras), eras) == "H1.1.8"
    assert in_file(typed) == "19350503"
    assert in_era_file(typed, eras) == "3100503"


@pytest.mark.parametrize(
    ("written", "precision", "first", "last"),
    [
        ("昭和11年2月30日", Precision.NONCALENDAR, date(1936, 2, 29), date(1936, 2, 29)),
        ("昭和10年2月29日", Precision.NONCALENDAR, date(1935, 2, 28), date(1935, 2, 28)),
        ("令和5年頃", Precision.YEAR, date(2023, 1, 1), date(2023, 12, 31)),
        ("推定令和5年3月4日", Precision.AROUND, date(2023, 3, 4), date(2023, 3, 4)),
        ("令和5年3月4日頃", Precision.AROUND, date(2023, 3, 4), date(2023, 3, 4)),
        ("年月日不詳", Precision.UNKNOWN, date.min, date.max),
        ("昭和10年 月日不詳", Precision.YEAR, date(1935, 1, 1), date(1935, 12, 31)),
        ("昭和64年 月日不詳", Precision.YEAR, date(1989, 1, 1), date(1989, 1, 7)),
        ("昭和元年 月日不詳", Precision.YEAR, date(1926, 12, 25), date(1926, 12, 31)),
        ("昭和10年5月 日不詳", Precision.MONTH, date(1935, 5, 1), date(1935, 5, 31)),
        ("昭和10年2月頃", Precision.MONTH, date(1935, 2, 1), date(1935, 2, 28)),
        ("令和5年3月上旬", Precision.PART_OF_MONTH, date(2023, 3, 1), date(2023, 3, 10)),
        ("令和5年3月中旬", Precision.PART_OF_MONTH, date(2023, 3, 11), date(2023, 3, 20)),
        ("令和5年2月下旬", Precision.PART_OF_MONTH, date(2023, 2, 21), date(2023, 2, 28)),
        (
            "令和5年3月4日から10日頃までの間",
            Precision.PART_OF_MONTH,
            date(2023, 3, 4),
            date(2023, 3, 10),
        ),
        (
            "令和5年3月30日から4月2日頃までの間",
            Precision.PART_OF_MONTH,
            date(2023, 3, 30),
            date(2023, 4, 2),
        ),
        ("1935年 月日不詳", Precision.YEAR, date(1935, 1, 1), date(1935, 12, 31)),
    ],
)
def test_unknown_and_unreal_dates_are_kept_as_written(
    written: str, precision: Precision, first: date, last: date, eras: Eras
) -> None:
    value = parse_date(written, eras, uncertain=True)
    assert value == WarekiDate(written, first, last, precision)
    assert value.is_unknown
    assert value.exact is None
    assert on_paper(value, eras) == on_screen(value, eras) == written
    assert in_file(value) == "00000000"
    assert in_file(value, unknown="99999999") == "99999999"
    assert in_era_file(value, eras) == "0000000"
    assert parse_date(value.written, eras, uncertain=True) == value


def test_every_precision_is_a_code_of_the_table(tables: Tables) -> None:
    assert {p.value for p in Precision} == set(tables["birth_precisions"].codes(date(2026, 1, 1)))


@given(day=days_of_150_years)
def test_150_years_there_and_back(day: date, eras: Eras) -> None:
    value = from_day(day, eras)
    assert parse_date(on_paper(value, eras), eras) == value
    for text in (
        on_screen(value, eras),
        in_file(value),
        in_era_file(value, eras),
        day.isoformat(),
        on_paper(day, eras, western=True),
    ):
        assert parse_day(text, eras) == day


@given(day=days_of_150_years)
def test_era_and_year_agree_with_japanera(day: date, eras: Eras) -> None:
    judged = EraDate.from_date(day)
    era = eras.of(day)
    assert era.name == judged.era.kanji
    assert day.year - era.base_year + 1 == judged.era.calc_relative_year(day)


@given(day=st.dates(date(1912, 1, 1), date(2030, 12, 30)))
def test_sorting_by_the_working_day_is_sorting_by_time(day: date, eras: Eras) -> None:
    later = from_day(day + timedelta(days=1), eras)
    assert from_day(day, eras).sort_date < later.sort_date
