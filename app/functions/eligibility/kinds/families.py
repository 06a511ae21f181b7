"""Kinds about somebody known that are answered by what they said, or by the paper as it stands:
what all of them have in common."""

from __future__ import annotations

from typing import Any

from app.cases import answers, blocks, page_rules, reasons
from app.cases.about import KnownPerson
from app.cases.answers import Compared
from app.cases.effects import NewPaper, Recognises, Together
from app.cases.entry import EntryField, EntryPage, FieldKind, Rule
from app.cases.kind import CaseKind
from app.persons.eligibility_state import DEAD, INSURED, LOST, NEVER

DISABILITY_HELD = Recognises(
    "disability",
    (("proof", "disability_proof"), ("proof_until", "disability_until")),
    since="disability_on",
    words="障害認定を記録する",
)
"""障害認定 as a decision says it."""

PROVED = (
    Compared("proof", decided="disability_proof"),
    Compared("proof_until", decided="disability_until", if_keyed=True),
)
"""What was keyed of the proof, beside the decision's."""

KNOWN = (INSURED, LOST, NEVER)
"""Anybody known who lives."""

_REFUSED = {
    (INSURED,): reasons.INSURED,
    KNOWN: ("unknown_person", "already_dead"),
    (DEAD,): ("unknown_person", "not_dead"),
}
_NAMES = (FieldKind.NAME, FieldKind.ADDRESS)


def page(event: str, fields: tuple[EntryField, ...], *rules: Rule, lead: str = "") -> EntryPage:
    """The kind's own fields and the four dates."""
    return EntryPage(
        "content",
        "届出・申請の内容",
        lead or "申請書・届書を見ながら入れてください。",
        (*fields, *blocks.four_dates(event)),
        (
            *blocks.FOUR_DATES,
            page_rules.not_before_known("event_on", "birth_sort", "生年月日"),
            *rules,
        ),
        step="内容",
    )


def stating(
    event: str, fields: tuple[EntryField, ...], *rules: Rule, label: str, **said: Any
) -> CaseKind:
    """A kind that is answered by what it said. ``event`` is what its day is called, ``said`` the
    rest of the declaration, with ``states`` for one that is not about an insured person
    (``KNOWN``, ``(DEAD,)``), ``with_number`` for one that asks for 個人番号 and ``lead`` for what
    its first page says."""
    states = said.pop("states", (INSURED,))
    with_number = said.pop("with_number", False)
    lead = said.pop("lead", "")
    said["refusals"] = (*_REFUSED[states], *reasons.DATES, *said.get("refusals", ()))
    repeated = tuple(
        Compared(field.name, is_name=field.kind in _NAMES, codes=field.codes)
        for field in fields
        if not field.kept_here and field.kind is not FieldKind.MY_NUMBER
    )
    common: dict[str, Any] = {
        "area": "eligibility",
        "group": "本人と世帯",
        "about": KnownPerson(states=states),
        "pages": (
            page(event, fields, *rules, lead=lead),
            blocks.notifier(with_number=with_number),
        ),
        "sentence": f"{{name}} 様（{{birth}}生）の{label}を、広域連合へ送ります。",
        "compared": (*answers.PERSON, *repeated),
        "told": answers.HOLDS,
    }
    return CaseKind(label=label, **common | said)


def papered(
    event: str, fields: tuple[EntryField, ...], *rules: Rule, label: str, **said: Any
) -> CaseKind:
    """A kind whose decision orders the paper as it stands from now on. ``effect`` is what else
    it changes."""
    said["refusals"] = (*reasons.INSURED, *reasons.DATES, *said.get("refusals", ()))
    said["effect"] = Together((*said.pop("effects", ()), NewPaper(f"{label}により記載が変わった")))
    fields = (*fields, blocks.delivery_field())
    common: dict[str, Any] = {
        "area": "eligibility",
        "group": "本人と世帯",
        "about": KnownPerson(states=(INSURED,)),
        "pages": (page(event, fields, page_rules.weak_is_posted, *rules), blocks.notifier()),
        "sentence": f"{{name}} 様（{{birth}}生）の{label}を、広域連合へ送ります。",
        "compared": answers.PERSON,
        "told": answers.COVERAGE,
        "papers": ("eligibility_certificate", "eligibility_notice"),
    }
    return CaseKind(label=label, **common | said)
