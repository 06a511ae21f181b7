"""県外転出者用証明書一式 (FORM-N7): the certificates that somebody takes along who moves out of the
prefecture, as one set under one number (DOMAIN 2.6): 負担区分等 always, 障害認定, 特定疾病 and
被扶養者 where they apply. N7 is ours."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from app.core.tables import Tables
from forms.certificates import (
    burden_certificate,
    dependant_certificate,
    disability_certificate,
    disease_certificate,
)
from forms.certificates.burden_certificate import BurdenCertificateData
from forms.certificates.certified import example_of
from forms.decided import DecidedCoverage, item_of
from forms.drawing import Sheet
from forms.examples import LONG, ODD
from forms.form import CERTIFICATE, DECISION, Examples, Form
from forms.items import item
from forms.papers import SheetSize


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOutSetData(BurdenCertificateData):
    """The items of all four; what does not apply is empty, and its page is left out."""

    disability_degree: str = item("障害の程度", required=False)
    recognised_on: str = item("障害認定年月日", required=False)
    recognised_until: str = item("認定の有効期限", required=False)
    specified_disease: str = item("認定疾病名", required=False)
    specified_disease_from: str = item("認定の発効期日", required=False)
    former_insurer: str = item("以前の保険者", required=False)
    dependant_until: str = item("被扶養者であった最後の日", required=False)
    reduced_until: str = item("軽減の終わりの月", required=False)


_PAGES = (
    (burden_certificate.LETTER, "copay_ratio"),
    (disability_certificate.LETTER, "recognised_on"),
    (disease_certificate.LETTER, "specified_disease"),
    (dependant_certificate.LETTER, "dependant_until"),
)
"""The letters of the set, each with the item without which it does not apply."""


def draw_move_out_set(sheet: Sheet, data: MoveOutSetData, paper: SheetSize) -> None:
    """One page for each certificate that applies."""
    for letter, decisive in _PAGES:
        if getattr(data, decisive):
            letter.draw(sheet, data, paper)


def move_out_set_of(decision: DecidedCoverage, number: str, tables: Tables) -> MoveOutSetData:
    """The printed items of ``decision`` under issue number ``number``."""
    items = _items(burden_certificate.burden_of(decision, number, tables))
    if item_of(decision, "disability_on"):
        items |= _items(disability_certificate.disability_of(decision, number, tables))
    if decision.disease_kind:
        items |= _items(disease_certificate.disease_of(decision, number, tables))
    if item_of(decision, "dependant_until"):
        items |= _items(dependant_certificate.dependant_of(decision, number, tables))
    return MoveOutSetData(**items)


def _items(data: Any) -> dict[str, Any]:
    return {one.name: getattr(data, one.name) for one in fields(data)}


_TYPICAL = MoveOutSetData(
    **(_items(burden_certificate.FORM.examples.typical) if burden_certificate.FORM.examples else {})
)

FORM = Form(
    id="FORM-N7",
    title="県外転出者用証明書一式",
    kind=CERTIFICATE,
    data=MoveOutSetData,
    draw=draw_move_out_set,
    source=DECISION,
    numbered=True,
    paper="FORM-N7",
    decided="move_out_set",
    attests=True,
    from_decision=move_out_set_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **example_of(LONG, MoveOutSetData, 77),
            disability_degree="身体障害者手帳 4級（下肢障害のうち1号・3号・4号のいずれかの障害）",
            recognised_on="令和5年4月1日",
            recognised_until="令和10年12月31日",
            specified_disease="慢性腎不全（人工透析）",
            specified_disease_from="令和4年4月1日",
            former_insurer="架空県及び隣接県電子機器製造業関連企業退職者健康保険組合（被扶養者）",
            dependant_until="令和8年5月2日",
            reduced_until="令和10年4月",
        ),
        oddest=replace(
            _TYPICAL,
            **example_of(ODD, MoveOutSetData, 78),
            specified_disease="血友病（血漿分画製剤）",
            specified_disease_from="令和4年4月1日",
        ),
    ),
)
