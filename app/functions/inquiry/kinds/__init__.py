"""The kinds of inquiry (情報照会), one for each procedure that may be asked (SEC-122): whoever has
the right to the kind may ask it, and what is asked is fixed by it. The union passes it on to
中間サーバー unchanged; no terminal has another way to it (SEC-121).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.cases import answers, blocks, page_rules, reasons
from app.cases.about import KnownPerson
from app.cases.answers import Told, Words
from app.cases.effects import Notes
from app.cases.entry import TODAY, Entered, EntryField, EntryPage, FieldKind, Finding, Rule, error
from app.cases.kind import CaseKind, Document, Look, SecondLook
from app.functions.inquiry.contents import lines
from app.persons.eligibility_state import DEAD, INSURED, LOST, NEVER

_CONSENT = EntryField(
    "consent_on",
    "本人の同意の日",
    FieldKind.DAY,
    required=True,
    note="同意書の日付",
)
_MUNICIPALITY = EntryField(
    "asked_municipality",
    "照会先の市区町村コード",
    FieldKind.MUNICIPALITY,
    6,
    required=True,
    note="6桁",
)
_INSURER = EntryField(
    "asked_insurer", "照会先の保険者番号", FieldKind.DIGITS, 8, note="分かるとき、8桁"
)
_YEAR = EntryField("year", "対象の年度（西暦）", FieldKind.DIGITS, 4, required=True, note="4桁")
_OFFICIAL = (
    ("channel", "counter"),
    ("notifier", "official"),
    ("identity_check", "official"),
)
"""Nobody brings an inquiry: the official asks it."""


def _content(record: Any, words: Words) -> str:
    return "\n".join(lines(record, words))


def _outcome(record: Any, words: Words) -> str:
    label = words.label("inquiry_outcomes", record.answer)
    return f"{label}（{record.answer_reason}）" if record.answer_reason else label


ANSWERED: tuple[Told, ...] = (
    Told("照会した情報", lambda record, words: words.label("inquiry_items", record.item)),
    Told("照会の結果", _outcome, large=True),
    Told("回答の内容", _content, large=True),
    Told("回答した機関", lambda record, words: record.provider or "―"),
    Told("回答の日", lambda record, words: words.on(record.answered_at[:10])),
)
"""情報照会の結果 (body ``information_answer``)."""


def _consent_came_first(entered: Entered) -> Iterator[Finding]:
    """An answer is not asked for before the person agreed (SEC-134)."""
    consent, asked = entered.day("consent_on"), entered.day("notified_on")
    if consent and asked and consent.sort_date > asked.sort_date:
        yield error(
            "consent_on",
            "consent_later",
            "本人の同意の日が、照会する日より後になっています。",
            "同意書の日付を確かめてください。同意の前に照会することはできません。",
        )


def _year_is_known(entered: Entered) -> Iterator[Finding]:
    """Of a year that is not over yet nobody knows an income."""
    text = entered.text("year")
    if text.isdecimal() and not 2008 <= int(text) <= _fiscal_year(entered.today):
        yield error(
            "year",
            "year_unknown",
            "対象の年度が、照会できる範囲にありません。",
            f"2008年度から {_fiscal_year(entered.today)} 年度までを入れてください。",
        )


def _fiscal_year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


_AS_OF = EntryField(
    blocks.EVENT_ON, "いつの時点の情報か", FieldKind.DAY, required=True, first=TODAY
)
_RULES: dict[str, Rule] = {"consent_on": _consent_came_first, "year": _year_is_known}


def _page(fields: tuple[EntryField, ...]) -> EntryPage:
    return EntryPage(
        "content",
        "照会の内容",
        "照会する方と、いつの時点の情報かを確かめてください。",
        (*fields, _AS_OF, *blocks.four_dates("")[1:]),
        (
            *blocks.FOUR_DATES,
            page_rules.not_before_known("event_on", "birth_sort", "生年月日"),
            *(_RULES[one.name] for one in fields if one.name in _RULES),
        ),
        step="照会",
    )


def _inquiry(
    procedure: str,
    item: str,
    label: str,
    help_: str,
    *fields: EntryField,
    states: tuple[str, ...] = (INSURED, LOST, NEVER),
) -> CaseKind:
    """One procedure. ``fields`` are what must be said beside whom it is about."""
    return CaseKind(
        code=f"inquiry_{procedure}",
        area="inquiry",
        group="情報照会",
        label=label,
        help=f"{help_}何を照会するかは手続で決まっており、回答は後から届きます。",
        source="FLOW-901・921、SEC-122・124・134、番号法19条8号",
        about=KnownPerson(states=states),
        pages=(_page(fields),),
        documents=(Document("本人の同意書"),) if _CONSENT in fields else (),
        sentence=f"{{name}} 様（{{birth}}生）の{label}を、広域連合を通して照会します。",
        says=(*_OFFICIAL, ("procedure", procedure), ("item", item)),
        second_look=SecondLook(Look.NONE),
        compared=answers.PERSON,
        told=ANSWERED,
        effect=Notes(f"{label}をした"),
        refusals=(
            "unknown_person",
            *reasons.DATES,
            "inquiry_consent",
            "inquiry_waits",
            "inquiry_not_permitted",
        ),
    )


KINDS: tuple[CaseKind, ...] = (
    _inquiry(
        "former_insurer",
        "medical",
        "前の医療保険の資格の照会",
        "転入や年齢到達のとき、前の医療保険の資格がいつ終わったかを確かめます。",
        _INSURER,
    ),
    _inquiry(
        "residents",
        "residents",
        "住民票関係情報の照会",
        "ほかの市区町村での住所や、住民票の状態を確かめます。",
        _MUNICIPALITY,
    ),
    _inquiry(
        "welfare",
        "welfare",
        "生活保護の受給の照会",
        "生活保護の開始・廃止の日を、福祉事務所に確かめます。",
        _MUNICIPALITY,
    ),
    _inquiry(
        "disability",
        "disability",
        "障害者手帳などの照会",
        "障害認定のため、手帳や障害年金の種類・等級・期限を確かめます。",
    ),
    _inquiry(
        "tax",
        "local_tax",
        "所得（地方税関係情報）の照会",
        "負担区分や保険料のため、ほかの市区町村の課税の内容を確かめます。本人の同意が要ります。",
        _MUNICIPALITY,
        _YEAR,
        _CONSENT,
    ),
    _inquiry(
        "pension",
        "pension",
        "年金の受給の照会",
        "年金の種類と年額を確かめます。",
    ),
    _inquiry(
        "care",
        "care",
        "介護保険の給付の照会",
        "高額介護合算のため、介護保険の利用者負担を確かめます。",
        _YEAR,
        states=(INSURED, LOST, NEVER, DEAD),
    ),
    _inquiry(
        "account",
        "account",
        "公金受取口座の照会",
        "給付の振込先に使うため、登録された公金受取口座を確かめます。本人の同意が要ります。",
        _CONSENT,
    ),
)
