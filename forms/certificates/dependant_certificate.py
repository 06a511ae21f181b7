"""被扶養者証明書 (FORM-10): that somebody was a dependant of an employee's insurance on the day
before the acquisition, for the reduced premium at the next union (DOMAIN 2.6, 4.5; 法99条2項)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.tables import Tables
from forms.certificates.certified import PERSON_ROWS, Certified, certified, example_of
from forms.decided import DecidedCoverage, Printed, item_of
from forms.examples import LONG, ODD, TYPICAL
from forms.form import CERTIFICATE, DECISION, Examples, Form
from forms.items import item
from forms.letters import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class DependantCertificateData(Certified):
    """The former insurance."""

    acquired_on: str = item("資格取得年月日")
    former_insurer: str = item("以前の保険者", required=False)
    dependant_until: str = item("被扶養者であった最後の日")
    reduced_until: str = item("軽減の終わりの月", required=False)
    lost_on: str = item("資格喪失年月日", required=False)


ROWS = (
    *PERSON_ROWS,
    "acquired_on",
    "former_insurer",
    "dependant_until",
    "reduced_until",
    "lost_on",
)
LETTER = Letter(
    title="被扶養者であった者に関する証明書",
    lead=(
        "次の者は、高齢者の医療の確保に関する法律第99条第2項に規定する被扶養者であった"
        "被保険者であることを証明します。",
    ),
    rows=ROWS,
    notes=("転入先の市区町村の窓口に、資格取得の届出とともに提出してください。",),
)


def dependant_of(
    decision: DecidedCoverage, number: str, tables: Tables
) -> DependantCertificateData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    return DependantCertificateData(
        **certified(decision, number, tables),
        acquired_on=printed.day(decision.acquired_on),
        former_insurer=item_of(decision, "former_insurer"),
        dependant_until=printed.day(item_of(decision, "dependant_until")),
        reduced_until=item_of(decision, "reduced_until"),
        lost_on=printed.day(item_of(decision, "lost_on")),
    )


_TYPICAL = DependantCertificateData(
    **example_of(TYPICAL, DependantCertificateData, 70),
    acquired_on="令和8年5月3日",
    former_insurer="見本健康保険組合",
    dependant_until="令和8年5月2日",
    reduced_until="令和10年4月",
    lost_on="令和8年11月22日",
)

FORM = Form(
    id="FORM-10",
    title="被扶養者であった者に関する証明書",
    kind=CERTIFICATE,
    data=DependantCertificateData,
    draw=LETTER.draw,
    source=DECISION,
    numbered=True,
    paper="FORM-10",
    decided="dependant_certificate",
    attests=True,
    from_decision=dependant_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **example_of(LONG, DependantCertificateData, 71),
            former_insurer="架空県及び隣接県電子機器製造業関連企業退職者健康保険組合（被扶養者）",
        ),
        oddest=replace(
            _TYPICAL,
            **example_of(ODD, DependantCertificateData, 72),
            former_insurer="",
            reduced_until="",
            lost_on="",
        ),
    ),
)
