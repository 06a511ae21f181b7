"""Named rules that pages of many kinds share (DOMAIN 2.1, 7.1, 7.3)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from unicodedata import normalize

from app.cases.entry import Entered, Finding, Rule, error, warning
from app.core.errors import UserError
from app.core.signs import is_blank
from app.core.tables import Tables
from app.core.text import search_key
from app.rules import identifiers
from app.rules.calendar.days import BusinessCalendar
from app.rules.eligibility.notification import is_late
from app.rules.identifiers import DigitCheck


def four_dates(entered: Entered) -> Iterator[Finding]:
    """異動日 ≤ today (moving out excepted), then 届出日 ≤ 受付日 ≤ 処理日 (DOMAIN 2.1)."""
    order = ("event_on", "notified_on", "accepted_on", "processed_on")
    yield from not_in_future(*order)(entered)
    found = {name: entered.day(name) for name in order}
    event, notified = found["event_on"], found["notified_on"]
    for earlier, later in itertools.pairwise(order[1:]):
        first, second = found[earlier], found[later]
        if first and second and first.sort_date > second.sort_date:
            yield error(
                earlier,
                "order",
                f"{entered.label(earlier)}が{entered.label(later)}より後です。",
                "日付の順を確かめてください。",
            )
    if event and notified and event.sort_date > notified.sort_date:
        what = entered.label("event_on").partition("（")[0]
        yield error(
            "notified_on",
            "order",
            f"届出日が{what}より前です。",
            "事が起きてからの届出か、日付を確かめてください。",
        )


_OTHERS = ("proxy", "household")


def support_measures(entered: Entered) -> Iterator[Finding]:
    """Of somebody under support measures (支援措置) nothing is taken by telephone, nor from a proxy
    or a member of the household, until she is opened (DOMAIN 7.3)."""
    if entered.whom is None or not entered.whom.care:
        return
    remedy = "本人が窓口に来ているか確かめ、一時解除の権限がある職員に引き継いでください。"
    if entered.text("notifier") in _OTHERS:
        yield error(
            "notifier",
            "support_closed",
            "取扱注意（支援措置）の方です。代理人や同じ世帯の方からの届出は受けられません。",
            remedy,
        )
    if entered.text("channel") == "phone":
        yield error(
            "channel",
            "support_closed",
            "取扱注意（支援措置）の方です。電話での受付や回答はできません。",
            remedy,
        )


def not_in_future(*names: str, code: str = "in_future") -> Rule:
    """None of these days is after today."""

    def rule(entered: Entered) -> Iterator[Finding]:
        for name in names:
            value = entered.day(name)
            if value is not None and entered.is_shown(name) and value.sort_date > entered.today:
                yield error(
                    name,
                    code,
                    f"{entered.label(name)}が今日より後の日です。",
                    "日付を確かめてください。",
                )

    return rule


def not_before(name: str, other: str, code: str) -> Rule:
    """The day ``name`` is not before the day ``other``."""

    def rule(entered: Entered) -> Iterator[Finding]:
        value, earliest = entered.day(name), entered.day(other)
        if value is None or earliest is None or earliest.exact is None:
            return
        if value.sort_date < earliest.exact:
            yield error(
                name,
                code,
                f"{entered.label(name)}が{entered.label(other)}より前です。",
                "二つの日を書類と見比べてください。",
            )

    return rule


def not_before_known(name: str, item: str, words: str) -> Rule:
    """The day ``name`` is not before a day of the shown person (``item`` of ``Whom``)."""

    def rule(entered: Entered) -> Iterator[Finding]:
        value = entered.day(name)
        known = getattr(entered.whom, item, "") if entered.whom is not None else ""
        if value is not None and known and value.sort_date < date.fromisoformat(known):
            yield error(
                name,
                f"before_{item}",
                f"{entered.label(name)}が、この方の{words}より前です。",
                "届出の方とこの方が同じか、日付が正しいか確かめてください。",
            )

    return rule


def not_run_out(name: str, on: str = "event_on") -> Rule:
    """The paper that is shown, good until the day ``name``, has not run out on the day ``on``."""

    def rule(entered: Entered) -> Iterator[Finding]:
        until, day = entered.day(name), entered.day(on)
        if until is not None and day is not None and until.sort_date < day.sort_date:
            yield error(
                name,
                "run_out",
                f"{entered.label(name)}が切れています。",
                "更新された書類を見せてもらうか、更新の後に届け出るように案内してください。",
            )

    return rule


def late(text: str, remedy: str) -> Rule:
    """届出遅延 (高確法54条: 14 days, moved to the next working day); ``text`` and ``remedy`` say
    what follows from it for this kind."""

    def rule(entered: Entered) -> Iterator[Finding]:
        event, notified = entered.day("event_on"), entered.day("notified_on")
        if event is None or notified is None:
            return
        calendar = BusinessCalendar.from_table(entered.tables["closed_days"])
        try:
            late_one = is_late(event.sort_date, notified.sort_date, calendar)
        except UserError as cause:  # a year whose holidays nobody keeps any more
            yield error("notified_on", cause.code, cause.message, cause.remedy)
            return
        if late_one:
            yield warning("notified_on", "late", text, remedy)

    return rule


def former_place(entered: Entered) -> Iterator[Finding]:
    """The former insured number has a check digit that fits, unless somebody looked."""
    try:
        number = identifiers.insured_number(entered.text("former_insured_number"), DigitCheck.WARN)
    except UserError:
        return  # told by the field's own check
    if number.doubtful:
        yield warning(
            "former_insured_number",
            "insured_digit",
            "前の被保険者番号の検証番号が合いません。",
            "証明書の番号と見比べてください。",
        )


def facility(entered: Entered) -> Iterator[Finding]:
    """An address in a facility may be 住所地特例."""
    if not is_blank(entered.values.get("facility_code", "")):
        yield warning(
            "facility_code",
            "facility",
            "住所が施設です。住所地特例に当たると、前の広域連合の被保険者のままです。",
            "施設の名称と種類を確かめてください。",
        )


def is_weak(code: str, tables: Tables, today: date) -> bool:
    """Whether an identification is one that leads to posting (DOMAIN 5.3)."""
    row = tables["identity_checks"].find(today, code=code)
    return row is not None and row.flag("weak")


PAPERS_SHOWN = ("identity_paper", "identity_paper_two")
"""The fields of the papers that were shown, where several are needed."""
_POINTS_NEEDED = 2
_HEARD = (
    ("heard_kana", "kana", "フリガナ"),
    ("heard_birth", "birth_sort", "生年月日"),
    ("heard_postal", "postal_code", "郵便番号"),
)
"""電話: the fields of what was heard, and the item of ``Whom`` that each must equal."""


def identification(entered: Entered) -> Iterator[Finding]:
    """The way of identifying fits the channel by which the notification came, and what was shown
    or heard is enough (SEC-02; DOMAIN 7.1)."""
    yield from _manner(entered)
    yield from _points(entered)
    yield from _by_phone(entered)


def _points(entered: Entered) -> Iterator[Finding]:
    """The papers that were shown come to two points; what is missing is named."""
    if not entered.is_shown(PAPERS_SHOWN[0]):
        return
    table = entered.tables["identity_papers"]
    shown = {entered.text(name) for name in PAPERS_SHOWN}
    rows = [row for code in shown if (row := table.find(entered.today, code=code)) is not None]
    if all(entered.text(name) for name in PAPERS_SHOWN) and (
        sum(row.number("points") for row in rows) < _POINTS_NEEDED
    ):
        others = [
            row.text("label")
            for row in table.rows(entered.today)
            if row.number("points") < _POINTS_NEEDED and row.text("code") not in shown
        ]
        yield error(
            PAPERS_SHOWN[1],
            "points",
            f"身元確認が1点足りません（「{rows[0].text('label')}」だけです）。",
            f"{'、'.join(others)}のどれか、または写真付きの証明書を見せてもらってください。",
        )


def _by_phone(entered: Entered) -> Iterator[Finding]:
    """The caller is known here and said three things of herself as they are registered; the
    individual number is not asked for by telephone."""
    if entered.text("channel") != "phone":
        return
    whom = entered.whom
    if whom is None:
        yield error(
            "channel",
            "nobody_known",
            "この端末に登録のない方の届出は、電話では受け付けられません。",
            "来庁か郵送で届け出てもらってください。",
        )
        return
    if "number_check" in entered.fields and entered.text("number_check") not in ("", "none"):
        yield error(
            "number_check",
            "number_by_phone",
            "電話では個人番号を尋ねません。",
            "「個人番号なし」を選び、番号は来庁か郵送で確かめてください。",
        )
    for name, item, words in _HEARD:
        if entered.is_shown(name) and entered.text(name) and not _same(entered, name, item):
            yield error(
                name,
                "heard_differs",
                f"聞き取った{words}が、登録と一致しません。",
                "登録の内容は伝えず、来庁か郵送で届け出るように案内してください。",
            )


def _same(entered: Entered, name: str, item: str) -> bool:
    known, typed = str(getattr(entered.whom, item)), entered.text(name)
    day = entered.day(name) if item == "birth_sort" else None
    if item == "birth_sort":
        return day is not None and day.sort_date.isoformat() == known
    if item == "postal_code":
        return [one for one in normalize("NFKC", typed) if one.isdigit()] == list(known)
    return search_key(typed) == search_key(known)


def _manner(entered: Entered) -> Iterator[Finding]:
    channel, code = entered.text("channel"), entered.text("identity_check")
    table = entered.tables["identity_checks"]
    if not code or not table.has(code):
        return
    manner = table.at(entered.today, code=code).text("manner")
    by = channel if channel in ("post", "electronic", "phone") else "face"
    if manner != by and (manner != "all" or by == "phone"):
        yield error(
            "identity_check",
            "manner",
            "この受付経路では使えない身元確認の方法です。",
            "受付経路か、身元確認の方法を選び直してください。",
        )


def number_absent(entered: Entered) -> Iterator[Finding]:
    """Without 個人番号 it is taken, and the check list asks for it later."""
    if entered.text("number_check") == "none":
        yield warning(
            "number_check",
            "number_absent",
            "個人番号なしで受け付けます。確認リストに載り、後で番号を確かめます。",
            "番号の分かる書類が本当にないか、もう一度尋ねてください。",
        )


def weak_is_posted(entered: Entered) -> Iterator[Finding]:
    """Who was identified weakly gets the paper by post (DOMAIN 5.3)."""
    weak = is_weak(entered.text("identity_check"), entered.tables, entered.today)
    if weak and entered.text("delivery") == "counter":
        yield error(
            "delivery",
            "weak_identity",
            "この身元確認の方法では、窓口で手渡しできません。",
            "「郵送」を選んでください。届出はこのまま受け付けられます。",
        )
