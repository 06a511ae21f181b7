"""Named rules that pages of many kinds share (DOMAIN 2.1, 7.1, 7.3)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

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


def identification(entered: Entered) -> Iterator[Finding]:
    """The way of identifying fits the channel by which the notification came."""
    channel, code = entered.text("channel"), entered.text("identity_check")
    table = entered.tables["identity_checks"]
    if not code or not table.has(code):
        return
    manner = table.at(entered.today, code=code).text("manner")
    by = {"post": "post", "electronic": "electronic"}.get(channel, "face")
    if manner not in ("all", by):
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


def holder_is(kana: str, who: str) -> Rule:
    """The account's holder is the person whose kana the field ``kana`` has."""

    def rule(entered: Entered) -> Iterator[Finding]:
        mine, holder = (search_key(entered.text(name)) for name in (kana, "holder_kana"))
        if mine and holder and mine != holder:
            yield warning(
                "holder_kana",
                "holder_differs",
                f"口座名義が{who}のフリガナと違います。",
                f"通帳の名義を確かめてください。{who}でない方の口座には、委任状が要ります。",
            )

    return rule
