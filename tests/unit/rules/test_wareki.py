"""Japanese dates: DOMAIN 2.1 in full, 150 years there and back, an outside era library."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanera import EraDate

from app.core.tables import Tables, load_tables, shipped_tables
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
from app.rules.calendar.wareki_input import may_be_same_day, parse_date, parse_day

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


@pytest.mark.parametrize(
    ("typed", "written", "first", "last"),
    [
        ("1945年00月00日", "1945年 月日不詳", "1945-01-01", "1945-12-31"),
        ("1945-00-00", "1945年 月日不詳", "1945-01-01", "1945-12-31"),
        ("19450000", "1945年 月日不詳", "1945-01-01", "1945-12-31"),
        ("19450500", "1945年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("1945年5月0日", "1945年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("S20.0.0", "昭和20年 月日不詳", "1945-01-01", "1945-12-31"),
        ("S20–05–00", "昭和20年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("3200500", "昭和20年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("昭和20年00月00日", "昭和20年 月日不詳", "1945-01-01", "1945-12-31"),
        ("昭和20年月日不明", "昭和20年 月日不詳", "1945-01-01", "1945-12-31"),
        ("昭和20年（月日不明）", "昭和20年 月日不詳", "1945-01-01", "1945-12-31"),
        ("昭和20年5月 日 不明", "昭和20年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("昭和20年　月　日", "昭和20年 月日不詳", "1945-01-01", "1945-12-31"),
        ("昭和20年5月　日", "昭和20年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("昭和20年不明", "昭和20年 月日不詳", "1945-01-01", "1945-12-31"),
        ("昭和20年5月不明", "昭和20年5月 日不詳", "1945-05-01", "1945-05-31"),
        ("昭和20年前後", "昭和20年前後", "1945-01-01", "1945-12-31"),
        ("昭和20年5月3日–10日", "昭和20年5月3日-10日", "1945-05-03", "1945-05-10"),
        ("昭和20年", "昭和20年", "1945-01-01", "1945-12-31"),
        ("1945年", "1945年", "1945-01-01", "1945-12-31"),
        ("昭和20年春頃", "昭和20年春頃", "1945-01-01", "1945-12-31"),
        ("昭和20年5月", "昭和20年5月", "1945-05-01", "1945-05-31"),
        ("00000000", "年月日不詳", "0001-01-01", "9999-12-31"),
        ("0000年00月00日", "年月日不詳", "0001-01-01", "9999-12-31"),
        ("生年月日不明", "年月日不詳", "0001-01-01", "9999-12-31"),
        ("大正00年00月00日", "大正 年月日不詳", "1912-07-30", "1926-12-24"),
        ("大正年月日不詳", "大正 年月日不詳", "1912-07-30", "1926-12-24"),
        ("推定昭和20年6月上旬", "推定昭和20年6月上旬", "1945-06-01", "1945-06-10"),
        ("推定昭和20年", "推定昭和20年", "1945-01-01", "1945-12-31"),
        ("推定昭和20年6月頃", "推定昭和20年6月頃", "1945-06-01", "1945-06-30"),
        ("昭和20年6月3日（推定）", "昭和20年6月3日推定", "1945-06-03", "1945-06-03"),
        ("昭和20年6月3日ごろ", "昭和20年6月3日ごろ", "1945-06-03", "1945-06-03"),
        ("昭和20年6月初旬", "昭和20年6月初旬", "1945-06-01", "1945-06-10"),
        ("昭和20年6月下旬頃", "昭和20年6月下旬頃", "1945-06-21", "1945-06-30"),
        ("昭和20年5月1日から10日までの間", "昭和20年5月1日から10日までの間",
         "1945-05-01", "1945-05-10"),
        ("昭和20年5月1日から10日頃までの間", "昭和20年5月1日から10日頃までの間",
         "1945-05-01", "1945-05-10"),
        ("推定昭和20年5月3日〜10日", "推定昭和20年5月3日〜10日", "1945-05-03", "1945-05-10"),
        ("昭和20年5月3日～6月2日頃", "昭和20年5月3日〜6月2日頃", "1945-05-03", "1945-06-02"),
        ("昭和20年12月28日から1月3日頃までの間", "昭和20年12月28日から1月3日頃までの間",
         "1945-12-28", "1946-01-03"),
        ("昭和63年12月28日から1月10日まで", "昭和63年12月28日から1月10日まで",
         "1988-12-28", "1989-01-10"),
        ("昭和20年12月25日から昭和21年1月5日頃までの間",
         "昭和20年12月25日から昭和21年1月5日頃までの間", "1945-12-25", "1946-01-05"),
        ("昭和20年12月から1月頃までの間", "昭和20年12月から1月頃までの間",
         "1945-12-01", "1946-01-31"),
        ("昭和20年から21年頃までの間", "昭和20年から21年頃までの間", "1945-01-01", "1946-12-31"),
        ("昭和20年5月上旬から中旬までの間", "昭和20年5月上旬から中旬までの間",
         "1945-05-01", "1945-05-20"),
    ],
)  # fmt: skip
def test_what_was_written_of_an_uncertain_date_is_kept(
    typed: str, written: str, first: str, last: str, eras: Eras
) -> None:
    value = parse_date(typed, eras, uncertain=True)
    assert (value.written, value.sort_date.isoformat(), value.latest.isoformat()) == (
        written, first, last,
    )  # fmt: skip
    assert value.is_unknown
    assert parse_date(value.written, eras, uncertain=True) == value
    with pytest.raises(DateError) as caught:
        parse_date(typed, eras)
    assert caught.value.rule in ("uncertain", "no_such_day", "not_read")


@pytest.mark.parametrize(
    "typed",
    [
        "昭和10年5月3日生",
        "S10.5.3生まれ",
        "昭和10年5月3日（金）",
        "昭和十年五月三日",
        "昭和拾年五月参日",
        "一九三五年五月三日",
        "S10‐5‐3",
        "S10–5–3",
        "S10−5−3",
        "S10ー5ー3",
        "S10─5─3",
        "1935—05—03",
        "Ｓ１０，５，３",
        "㍼10年5月3日",
        "昭和10年⽉3⽇".replace("⽉", "5⽉"),
        "\ufeff昭和\u200b10年5月3日\u3000",
    ],
)
def test_what_looks_like_a_day_is_that_day(typed: str, eras: Eras) -> None:
    assert parse_day(typed, eras) == BORN


@pytest.mark.parametrize(
    "typed",
    [
        "昭和20年5月3日から",
        "から10日",
        "昭和20年から不詳",
        "昭和20年5月10日から3日までの間",
        "昭和20年5月3日から0日",
        "昭和20年0月3日",
        "昭和20年5月3日から13月2日",
        "推定",
        "昭和",
        "不詳20年",
        "昭和20年春不詳",
        "昭和20年5月3日不詳",
        "昭和20年5月上旬日不詳",
        "昭和20年日不詳",
    ],
)
def test_what_says_no_date_is_refused(typed: str, eras: Eras) -> None:
    with pytest.raises(DateError):
        parse_date(typed, eras, uncertain=True)


def test_no_message_names_a_control_that_is_not_there(eras: Eras) -> None:
    for typed in ("S20.13.1", "S20.4.32", "1945年0月3日"):
        with pytest.raises(DateError) as caught:
            parse_date(typed, eras, uncertain=True)
        assert "選んで" not in caught.value.remedy


@given(st.text("昭和大正推定元年月日不詳明頃から〜上旬中春末0123456789十二.-SＳ ", max_size=14))
def test_any_date_that_is_read_is_read_again_as_itself(typed: str) -> None:
    eras = Eras(load_tables(shipped_tables())["eras"])
    try:
        value = parse_date(typed, eras, uncertain=True)
    except DateError:
        return
    assert parse_date(value.written, eras, uncertain=True) == value
    assert value.sort_date <= value.latest


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("昭和20年 月日不詳", "S20.5.3", True),
        ("昭和20年 月日不詳", "昭和20年5月 日不詳", True),
        ("昭和20年 月日不詳", "S21.1.1", False),
        ("昭和20年5月 日不詳", "S20.6.1", False),
        ("昭和20年6月上旬", "S20.6.10", True),
        ("昭和20年6月上旬", "S20.6.11", False),
        ("推定昭和20年6月3日", "S20.6.5", True),
        ("推定昭和20年6月3日", "S20.7.1", False),
        ("昭和20年2月30日", "S20.2.28", True),
        ("年月日不詳", "S20.6.5", True),
        ("S20.5.3", "1945-05-03", True),
        ("S20.5.3", "1945-05-04", False),
        ("昭和20年12月28日から1月3日までの間", "S21.1.2", True),
    ],
)
def test_two_dates_that_may_be_one_day(one: str, other: str, same: bool, eras: Eras) -> None:
    first, second = (parse_date(text, eras, uncertain=True) for text in (one, other))
    assert may_be_same_day(first, second) is may_be_same_day(second, first) is same
