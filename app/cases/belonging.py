"""Whose a thing is (だれのものか): what is read off a passbook, a card or a paper that lies on the
counter belongs to whom the case is about, to who pays, or to who claims.

An interrupted entry that received the next visitor's account has paid the wrong heir. So a field
that names such a thing declares whose it must be (``EntryField.belongs``), and what belongs to
somebody else is asked about, or refused where the terminal knows whose it is; both by name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.cases.about import PAID_BY, Newcomer
from app.cases.entry import (
    Belongs,
    Entered,
    EntryField,
    EntryPage,
    Finding,
    Owner,
    Thing,
    Values,
    error,
    warning,
)
from app.cases.whom import Whom, read_whom
from app.core.errors import UserError
from app.core.text import search_key
from app.rules.calendar.wareki import Eras, WarekiDate
from app.rules.calendar.wareki_input import may_be_same_day, parse_date
from app.rules.identifiers import digits_of
from app.rules.values.days import kept_birth
from app.security.acts.approval import Subject
from app.security.gate.gate import Gate
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.items import HIDDEN
from db.tables.certificates import certificate
from db.tables.persons import atena, insured

if TYPE_CHECKING:
    from app.cases.drafts import KeyedCase
    from app.cases.kind import CaseKind

READS = ("certificate.number", "certificate.person_id")
"""What ``look`` reads beside ``WHOM_READS``."""


def of_person(entered: Entered) -> Owner | None:
    """Whom the case is about, as the address master knows her."""
    whom = entered.whom
    return None if whom is None else Owner("この方", whom.name, whom.kana)


def of_payer(entered: Entered) -> Owner:
    """Who pays, of the register or keyed."""
    payer = entered.whom.payer if entered.whom is not None else None
    if payer is not None:
        return Owner("納める方", payer.name, payer.kana)
    return Owner("納める方", entered.text(f"{PAID_BY}_name"), entered.text(f"{PAID_BY}_kana"))


@dataclass(frozen=True, slots=True)
class Keyed:
    """Somebody whom the entry itself names: the fields ``<prefix>_name`` and ``<prefix>_kana``."""

    prefix: str
    words: str

    def __call__(self, entered: Entered) -> Owner:
        """As it is keyed so far."""
        name, kana = (entered.text(f"{self.prefix}_{item}") for item in ("name", "kana"))
        return Owner(self.words, name, kana)


def of_newcomer(_entered: Entered) -> Owner | None:
    """Who comes to live here: nobody knows her yet, so her things are compared with what the
    terminal knows of others."""
    return None


NEWCOMERS_NUMBER = Belongs(Thing.INSURED_NUMBER, of_newcomer)
"""The number by which the union insures a newcomer already (県内転入). Another union's number
(県外転入) may be the same as somebody's here by chance, and is not compared."""

NEWCOMERS_ATENA = Belongs(Thing.ATENA_NUMBER, of_newcomer)
"""The 宛名番号 that the resident record has given a newcomer."""

PERSONS_PAPER = Belongs(Thing.PAPER, of_person)
"""The number of a paper that the person brings back."""


def asked_about(field: EntryField, entered: Entered) -> Iterator[Finding]:
    """What the entry itself shows to be somebody else's."""
    typed = entered.text(field.name)
    owner = field.belongs.whose(entered) if field.belongs is not None else None
    if field.belongs is None or owner is None or not typed or typed == HIDDEN:
        return
    if field.belongs.thing is Thing.ACCOUNT_HOLDER:
        yield from _other_holder(field.name, typed, owner)
    if field.belongs.thing is Thing.PAPER:
        yield from _other_number(field, typed, entered.whom)


def _other_holder(name: str, typed: str, owner: Owner) -> Iterator[Finding]:
    hers, holder = search_key(owner.kana), search_key(typed)
    if owner.kana != HIDDEN and hers and holder and hers != holder:
        called = f"{owner.name} 様（{owner.kana}）" if owner.name else owner.kana
        yield warning(
            name,
            "holder_differs",
            f"口座名義「{typed}」は、{owner.words}の {called} と違います。",
            "通帳が別の来庁者のものでないか、名義を確かめてください。"
            f"{owner.words}でない方の口座には、委任状が要ります。",
        )


def _other_number(field: EntryField, typed: str, whom: Whom | None) -> Iterator[Finding]:
    """An insured number on the paper that is not the one by which she is insured now."""
    number = digits_of(typed)
    hers = whom.insured_number if whom is not None else ""
    if whom is not None and hers and _is_insured_number(number) and number != hers:
        yield warning(
            field.name,
            "number_differs",
            f"{field.label}「{typed}」は、{whom.name} 様の今の被保険者番号ではありません。",
            "書類の氏名を見て、別の方の書類が混ざっていないか確かめてください。",
        )


def _is_insured_number(number: str) -> bool:
    return len(number) == 8 and number.isascii() and number.isdigit()  # DOMAIN 1.3


def look(
    gate: Gate, session: Session, case: KeyedCase, values: Values, eras: Eras
) -> tuple[Finding, ...]:
    """What of ``values`` is known here to be somebody else's: an error at its field that says
    whose. Of somebody under support measures (支援措置) who is not open to who works, no name."""
    filled = [field for field in case.kind.fields.values() if _is_looked_for(field, values)]
    if not filled:
        return ()
    subject = Subject("case", case.id)
    with gate.view(case.kind.function("load_case"), session, subject=subject) as work:
        found = [
            (field, owner)
            for field in filled
            for owner in _others(work, case, field, values, eras)[:1]
        ]
        shown = tuple(owner.person_id for _field, owner in found)
        work.note(shown=shown, query_kind="owner", numbers=False)
    return tuple(_refused(field, values[field.name], owner) for field, owner in found)


def looks(page: EntryPage) -> bool:
    """Whether a page has a field of which the store may know whose it is."""
    return any(_is_known_by_number(field) for field in page.fields)


def _is_known_by_number(field: EntryField) -> bool:
    return field.belongs is not None and field.belongs.thing is not Thing.ACCOUNT_HOLDER


def _is_looked_for(field: EntryField, values: Values) -> bool:
    typed = values.get(field.name, "").strip()
    return _is_known_by_number(field) and typed not in ("", HIDDEN) and field.shown(values)


def _others(
    work: GateWork, case: KeyedCase, field: EntryField, values: Values, eras: Eras
) -> list[Whom]:
    """Who else owns what the field names; nobody where it may be hers."""
    assert field.belongs is not None
    owners = _owners(work, field.belongs.thing, values[field.name].strip(), values)
    known = [read_whom(work, one) for one in sorted(owners)]
    if case.whom is not None:
        hers = {case.whom.person_id} & {one.person_id for one in known}
    else:
        hers = {one.person_id for one in known if _is_newcomer(case.kind, one, values, eras)}
    return [] if hers else known


def _owners(work: GateWork, thing: Thing, typed: str, values: Values) -> Collection[str]:
    """Whose a thing is that the terminal knows by its number."""
    number = digits_of(typed)
    asked = []
    if thing is Thing.ATENA_NUMBER:
        here = values.get("municipality_code", "")
        asked.append(
            select(atena.c.person_id).where(
                atena.c.municipality_code == here, atena.c.atena_number == number.zfill(15)
            )
        )
    if thing is Thing.PAPER:
        printed = unicodedata.normalize("NFKC", typed).upper()
        asked.append(select(certificate.c.person_id).where(certificate.c.number == printed))
    if thing in (Thing.PAPER, Thing.INSURED_NUMBER) and _is_insured_number(number):
        asked.append(select(insured.c.person_id).where(insured.c.insured_number == number))
    return {row.person_id for one in asked for row in work.all(one) if row.person_id}


def _is_newcomer(kind: CaseKind, known: Whom, values: Values, eras: Eras) -> bool:
    """Whether somebody known here may be the newcomer: who came back, perhaps with another name,
    was born on the same day. Nobody is refused before the day of birth can be read."""
    assert isinstance(kind.about, Newcomer)
    birth = _birth(values.get(kind.about.birth, ""), eras)
    return birth is None or may_be_same_day(
        birth, kept_birth(known.birth_written, known.birth_sort, eras)
    )


def _birth(typed: str, eras: Eras) -> WarekiDate | None:
    try:
        return parse_date(typed, eras, uncertain=True)
    except UserError:
        return None


def _refused(field: EntryField, typed: str, owner: Whom) -> Finding:
    called = "取扱注意の方" if owner.care else f"{owner.name} 様（{owner.birth_written}生）"
    return error(
        field.name,
        "somebody_elses",
        f"{field.label.strip('　')}「{typed}」は、{called}のものです。",
        "別の方の書類が混ざっていないか、番号を書類と見比べてください。別の方のものなら、"
        "この受付には入れず、その方を検索で開いて受け付けてください。",
        "" if owner.care else owner.person_id,
    )
