"""受付の続き: a case that was left is taken up only for the person whom it is about.

The next visitor's account, keyed into the case of the one before, pays the wrong heir. So whoever
takes a case up sees whom it is about, and keys one fact of that person anew: the birth date, as
the visitor says it or the notification has it; of a newcomer whose birth date is not keyed yet
the name or its kana.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.cases.about import Newcomer
from app.cases.drafts import KeyedCase
from app.cases.entry import Entered, EntryField, EntryPage, FieldKind, Finding, Rule, error
from app.core.errors import UserError
from app.core.text import search_key
from app.rules.calendar.wareki_input import may_be_same_day, parse_date
from app.rules.values.reader import Reader

HEARD = "birth_heard"
"""The field of the one fact."""

_REMEDY = (
    "別の方の受付を開いていないか確かめてください。別の方なら「戻る」を選び、"
    "その方の受付を今日の仕事から開いてください。"
)


def birth_of(case: KeyedCase) -> str:
    """The birth date of whom the case is about, as it is written; "" while a newcomer's is not
    keyed."""
    if case.whom is not None:
        return case.whom.birth_written
    about = case.kind.about
    return case.values.get(about.birth, "") if isinstance(about, Newcomer) else ""


def name_of(case: KeyedCase) -> str:
    """Whose birth date it is: of a case about a payer the insured person."""
    return case.whom.name if case.whom is not None else case.name


def page_of(case: KeyedCase, reader: Reader) -> EntryPage | None:
    """The question, None where the case names nobody yet: then there is nothing in it that belongs
    to somebody else."""
    try:
        known = parse_date(birth_of(case), reader.eras, uncertain=True)
    except UserError:  # nothing is keyed yet, or nothing that can be read
        return _of_name(case)

    def is_hers(entered: Entered) -> Iterator[Finding]:
        said = entered.day(HEARD)
        if said is not None and not may_be_same_day(said, known):
            yield error(
                HEARD, "somebody_else", f"{name_of(case)} 様の生年月日ではありません。", _REMEDY
            )

    return _asking(
        "次の方の受付を続けます。来庁の方に生年月日を尋ねるか、届書の生年月日を見て入れてください。",
        EntryField(HEARD, "生年月日", FieldKind.BIRTH, 60, required=True),
        is_hers,
    )


def _of_name(case: KeyedCase) -> EntryPage | None:
    names = {search_key(one) for one in (case.name, case.kana) if one} - {""}
    if not names:
        return None

    def is_hers(entered: Entered) -> Iterator[Finding]:
        if search_key(entered.text(HEARD)) not in names:
            yield error(HEARD, "somebody_else", "途中まで入れた方の氏名と違います。", _REMEDY)

    return _asking(
        "次の方の受付を続けます。来庁の方に氏名を尋ね、漢字かカナで入れてください。",
        EntryField(HEARD, "氏名またはフリガナ", FieldKind.NAME, required=True),
        is_hers,
    )


def _asking(lead: str, field: EntryField, rule: Rule) -> EntryPage:
    return EntryPage("taking_up", "受付の続き", lead, (field,), (rule,))


def entered(case: KeyedCase, page: EntryPage, said: str, reader: Reader) -> Entered:
    """What was keyed to the question."""
    fields = {field.name: field for field in page.fields}
    return Entered(fields, {HEARD: said}, reader, case.whom)
