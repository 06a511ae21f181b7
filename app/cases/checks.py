"""What the terminal itself can see in a keyed notification, before anything is sent.

An error stops the sending; a warning must be answered by the clerk (DOMAIN 7.3: both say the
reason and the remedy). The union decides; these checks only spare the person a second visit.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.cases.entry import FIELDS, EntryField, EntryPage, FieldKind, Values
from app.core.errors import UserError
from app.core.signs import is_blank
from app.core.tables import Tables
from app.rules import identifiers
from app.rules.calendar import days
from app.rules.calendar.days import BusinessCalendar
from app.rules.calendar.wareki import Eras, WarekiDate, on_paper
from app.rules.calendar.wareki_input import parse_date
from app.rules.eligibility.notification import is_late
from app.rules.identifiers import DigitCheck
from app.rules.values.amounts import amount
from app.rules.values.reader import Reader


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen: ``level`` error or warning; ``field`` is where; ``code`` is what a
    clerk's answer to a warning refers to."""

    field: str
    level: str
    code: str
    message: str
    remedy: str


def understood(field: EntryField, typed: str, today: date, tables: Tables) -> str:
    """What the program takes ``typed`` for, shown while it is being keyed; the reason when it
    can take it for nothing."""
    if is_blank(typed):
        return ""
    reader = Reader.of(tables, today)
    try:
        if field.kind in (FieldKind.BIRTH, FieldKind.DAY):
            return _understood_date(field, typed, today, reader.eras)
        normal = reader.take(field.kind, typed, field.asked).normal
    except UserError as error:
        return error.message if _is_told_at_once(field, error) else ""
    if field.kind is FieldKind.MONEY:
        return f"→ {int(normal):,} 円"
    if field.kind is FieldKind.KANA or (field.kind in _NUMBERS and normal != typed):
        return f"→ {normal}"
    return ""


_NUMBERS = frozenset(
    {
        FieldKind.DIGITS,
        FieldKind.ATENA,
        FieldKind.HOUSEHOLD,
        FieldKind.INSURED,
        FieldKind.FACILITY,
        FieldKind.PHONE,
        FieldKind.POSTAL,
        FieldKind.MUNICIPALITY,
    }
)


def _is_told_at_once(field: EntryField, error: UserError) -> bool:
    """A number that is not typed to its end lacks digits; nobody needs to be told."""
    return field.kind not in (*_NUMBERS, FieldKind.MY_NUMBER) or error.code.endswith(
        ("not_digits", "too_long")
    )


def _understood_date(field: EntryField, typed: str, today: date, eras: Eras) -> str:
    value = _date(field, typed, eras)
    text = on_paper(value, eras)
    if field.kind is FieldKind.BIRTH and value.exact is not None:
        if value.exact > today:
            return f"{text}　今日より後の日です"
        text += f"（{value.exact:%Y-%m-%d}・{days.age_on(value.exact, today)}歳）"
    return f"→ {text}"


def stored(name: str, typed: str, reader: Reader) -> str:
    """The form in which a field's value is sent and compared: ISO days, numbers in their one
    form, katakana; names stay as typed.

    Raises UserError, which names the field, where the value cannot be taken.
    """
    field = FIELDS[name]
    if is_blank(typed):
        return "0" if field.kind is FieldKind.FLAG else ""
    return reader.take(field.kind, typed, field.asked).normal


def check_page(page: EntryPage, values: Values, tables: Tables, today: date) -> list[Finding]:
    """Errors of one page's own fields: what is missing or cannot be taken."""
    found: list[Finding] = []
    reader = Reader.of(tables, today)
    for field in page.fields:
        if field.shown(values):
            found += _own(field, values, reader)
    errors = {item.field for item in found}
    for rule in _CROSS[page.id]:
        crossing = rule(values, tables, today, reader.eras)
        found += [item for item in crossing if item.field not in errors]
    return found


def _own(field: EntryField, values: Values, reader: Reader) -> Iterator[Finding]:
    """What is wrong with one field alone. Whether it is filled is asked of what will be stored."""
    typed = values.get(field.name, "")
    try:
        kept = stored(field.name, typed, reader)
    except UserError as error:
        yield Finding(field.name, "error", error.code, error.message, error.remedy)
        return
    if field.is_required(values) and (not kept or (field.kind is FieldKind.FLAG and kept == "0")):
        yield _missing(field)


def check_all(
    pages: tuple[EntryPage, ...], values: Values, tables: Tables, today: date
) -> list[Finding]:
    """Errors and warnings of the whole entry, in the order of its pages."""
    return [item for page in pages for item in check_page(page, values, tables, today)]


def _missing(field: EntryField) -> Finding:
    if field.kind is FieldKind.FLAG:
        message, remedy = f"「{field.label}」がまだです。", "行ってから、チェックを入れてください。"
    elif field.kind is FieldKind.CHOICE:
        message, remedy = (
            f"{field.label}が選ばれていません。",
            "番号キーか矢印キーで選んでください。",
        )
    else:
        message, remedy = f"{field.label}が入っていません。", "届出のとおりに入れてください。"
    return Finding(field.name, "error", "missing", message, remedy)


Rule = Callable[[Values, Tables, date, Eras], Iterator[Finding]]


def _birth(values: Values, tables: Tables, today: date, eras: Eras) -> Iterator[Finding]:
    birth = _try_date("birth_written", values, eras)
    if birth is None:
        return
    if birth.sort_date > today:
        yield Finding(
            "birth_written",
            "error",
            "birth_future",
            "生年月日が今日より後の日です。",
            "元号と年を確かめてください。",
        )
    elif birth.is_unknown:
        yield Finding(
            "birth_written",
            "warning",
            "birth_unknown",
            "生年月日に不詳があるか、暦にない日です。年齢は広域連合が判断します。",
            "転入通知の記載のとおりか確かめてください。",
        )
    elif today < days.day_of_75(birth.sort_date) and values.get("disability_paper", "") != "1":
        yield Finding(
            "birth_written",
            "warning",
            "under_75",
            "75歳に達していません。障害認定証明書がなければ却下されます。",
            "生年月日と、障害認定証明書の有無を確かめてください。",
        )


def _four_dates(values: Values, tables: Tables, today: date, eras: Eras) -> Iterator[Finding]:
    """異動日 ≤ today (moving out excepted), then 届出日 ≤ 受付日 ≤ 処理日 (DOMAIN 2.1)."""
    order = ("event_on", "notified_on", "accepted_on", "processed_on")
    found = {name: _try_date(name, values, eras) for name in order}
    for name, value in found.items():
        if value is not None and value.sort_date > today:
            yield Finding(
                name,
                "error",
                "in_future",
                f"{FIELDS[name].label}が今日より後の日です。",
                "日付を確かめてください。",
            )
    birth = _try_date("birth_written", values, eras)
    event, notified = found["event_on"], found["notified_on"]
    if birth and event and birth.exact and event.sort_date < birth.exact:
        yield Finding(
            "event_on",
            "error",
            "before_birth",
            "異動日が生年月日より前です。",
            "異動日と生年月日を確かめてください。",
        )
    for earlier, later in itertools.pairwise(order[1:]):
        first, second = found[earlier], found[later]
        if first and second and first.sort_date > second.sort_date:
            yield Finding(
                earlier,
                "error",
                "order",
                f"{FIELDS[earlier].label}が{FIELDS[later].label}より後です。",
                "日付の順を確かめてください。",
            )
    if event and notified and event.sort_date > notified.sort_date:
        yield Finding(
            "notified_on",
            "error",
            "order",
            "届出日が異動日より前です。",
            "転入してからの届出か、日付を確かめてください。",
        )
    if event and notified:
        yield from _late(event.sort_date, notified.sort_date, tables)


def _late(event_on: date, notified_on: date, tables: Tables) -> Iterator[Finding]:
    """届出遅延 (高確法54条: 14 days, moved to the next working day)."""
    try:
        late = is_late(event_on, notified_on, BusinessCalendar.from_table(tables["closed_days"]))
    except UserError as error:  # a year whose holidays nobody keeps any more
        yield Finding("notified_on", "error", error.code, error.message, error.remedy)
        return
    if late:
        yield Finding(
            "notified_on",
            "warning",
            "late",
            "異動日から14日を過ぎた届出です。資格は異動日にさかのぼります。",
            "保険料もさかのぼることを説明してください。",
        )


def _places(values: Values, tables: Tables, today: date, eras: Eras) -> Iterator[Finding]:
    if _is_doubtful(values.get("former_insured_number", "")):
        yield Finding(
            "former_insured_number",
            "warning",
            "insured_digit",
            "前の被保険者番号の検証番号が合いません。",
            "証明書の番号と見比べてください。",
        )
    if not is_blank(values.get("facility_code", "")):
        yield Finding(
            "facility_code",
            "warning",
            "facility",
            "住所が施設です。住所地特例に当たると、前の広域連合の被保険者のままです。",
            "施設の名称と種類を確かめてください。",
        )


def _is_doubtful(insured_number: str) -> bool:
    try:
        return identifiers.insured_number(insured_number, DigitCheck.WARN).doubtful
    except UserError:
        return False  # told by the field's own check


def is_weak(values: Values, tables: Tables, today: date) -> bool:
    """Whether the identification is one that leads to posting (DOMAIN 5.3)."""
    row = tables["identity_checks"].find(today, code=values.get("identity_check", ""))
    return row is not None and row.flag("weak")


def _identity(values: Values, tables: Tables, today: date, eras: Eras) -> Iterator[Finding]:
    channel, code = values.get("channel", ""), values.get("identity_check", "")
    if code and tables["identity_checks"].has(code):
        manner = tables["identity_checks"].at(today, code=code).text("manner")
        by = {"post": "post", "electronic": "electronic"}.get(channel, "face")
        if manner not in ("all", by):
            yield Finding(
                "identity_check",
                "error",
                "manner",
                "この受付経路では使えない身元確認の方法です。",
                "受付経路か、身元確認の方法を選び直してください。",
            )
    if values.get("number_check", "") == "none":
        yield Finding(
            "number_check",
            "warning",
            "number_absent",
            "個人番号なしで受け付けます。確認リストに載り、後で番号を確かめます。",
            "番号の分かる書類が本当にないか、もう一度尋ねてください。",
        )


def _papers(values: Values, tables: Tables, today: date, eras: Eras) -> Iterator[Finding]:
    if values.get("copay_paper", "") != "1":
        yield Finding(
            "copay_paper",
            "warning",
            "income_unknown",
            "負担区分等証明書がないため、所得が分からないまま決定されます。",
            "お持ちでないか尋ねてください。広域連合が前の住所地に照会します。",
        )
    if is_weak(values, tables, today) and values.get("delivery", "") == "counter":
        yield Finding(
            "delivery",
            "error",
            "weak_identity",
            "この身元確認の方法では、窓口で手渡しできません。",
            "「郵送」を選んでください。届出はこのまま受け付けられます。",
        )
    for name in ("copay_paper_on", "disability_on", "disease_on"):
        value = _try_date(name, values, eras)
        if value is not None and FIELDS[name].shown(values) and value.sort_date > today:
            yield Finding(
                name,
                "error",
                "in_future",
                "証明書の日付が今日より後です。",
                "証明書の記載を確かめてください。",
            )


def _amounts(values: Values, tables: Tables, today: date, eras: Eras) -> Iterator[Finding]:
    """Income is what is left of revenue, and base income of income: neither is above it."""
    if values.get("copay_paper", "") != "1":
        return
    found = {name: _try_amount(name, values) for name in _INCOMES}
    revenue = found.pop("copay_revenue")
    for name, income in found.items():
        if revenue is not None and income is not None and income > revenue:
            label = FIELDS[name].asked.label.removesuffix("（円）")
            yield Finding(
                name,
                "warning",
                f"{name}_above_revenue",
                f"{label}が収入額を上回っています。",
                "欄の取り違えや桁の間違いがないか、証明書と見比べてください。",
            )
    income = found["copay_taxable_income"]
    if income and values.get("copay_all_income_zero", "") == "1":
        yield Finding(
            "copay_all_income_zero",
            "warning",
            "income_not_zero",
            "「所得なし」ですが、課税所得が入っています。",
            "証明書の課税所得と、区分Ⅰの記載を見比べてください。",
        )


_INCOMES = ("copay_revenue", "copay_taxable_income", "copay_base_income")


def _try_amount(name: str, values: Values) -> int | None:
    try:
        return int(amount(values.get(name, ""), "").normal)
    except UserError:
        return None


_CROSS: Mapping[str, tuple[Rule, ...]] = {
    "person": (_birth,),
    "move": (_four_dates, _places),
    "identity": (_identity,),
    "papers": (_papers, _amounts),
}


def _date(field: EntryField, typed: str, eras: Eras) -> WarekiDate:
    return parse_date(typed, eras, uncertain=field.kind is FieldKind.BIRTH)


def _try_date(name: str, values: Values, eras: Eras) -> WarekiDate | None:
    try:
        return _date(FIELDS[name], values.get(name, ""), eras)
    except UserError:
        return None
