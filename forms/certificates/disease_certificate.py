"""特定疾病認定証明書 (FORM-N6): the recognised disease, for the next insurer (DOMAIN 2.6, 5.4).
N6 is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.tables import Tables
from forms.certificates.certified import PERSON_ROWS, Certified, certified, example_of, label_of
from forms.decided import DecidedCoverage, Printed, item_of
from forms.examples import LONG, ODD, TYPICAL
from forms.form import CERTIFICATE, DECISION, Examples, Form
from forms.items import item
from forms.letters import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class DiseaseCertificateData(Certified):
    """The recognition."""

    specified_disease: str = item("認定疾病名")
    specified_disease_from: str = item("認定の発効期日")
    lost_on: str = item("資格喪失年月日", required=False)


ROWS = (*PERSON_ROWS, "specified_disease", "specified_disease_from", "lost_on")
LETTER = Letter(
    title="後期高齢者医療特定疾病認定証明書",
    lead=("次の者は、下記のとおり特定疾病の認定を受けていることを証明します。",),
    rows=ROWS,
    notes=(
        "転入先の市区町村の窓口に、特定疾病認定申請書とともに提出してください。",
        "この証明書では、医療機関等で診療を受けることはできません。",
    ),
)


def disease_of(decision: DecidedCoverage, number: str, tables: Tables) -> DiseaseCertificateData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    return DiseaseCertificateData(
        **certified(decision, number, tables),
        specified_disease=label_of(tables, "specified_diseases", decision.disease_kind, decision),
        specified_disease_from=printed.day(decision.disease_from),
        lost_on=printed.day(item_of(decision, "lost_on")),
    )


_TYPICAL = DiseaseCertificateData(
    **example_of(TYPICAL, DiseaseCertificateData, 67),
    specified_disease="慢性腎不全（人工透析）",
    specified_disease_from="令和4年4月1日",
    lost_on="令和8年11月22日",
)

FORM = Form(
    id="FORM-N6",
    title="後期高齢者医療特定疾病認定証明書",
    kind=CERTIFICATE,
    data=DiseaseCertificateData,
    draw=LETTER.draw,
    source=DECISION,
    numbered=True,
    paper="FORM-N6",
    decided="disease_certificate",
    attests=True,
    from_decision=disease_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(_TYPICAL, **example_of(LONG, DiseaseCertificateData, 68)),
        oddest=replace(
            _TYPICAL,
            **example_of(ODD, DiseaseCertificateData, 69),
            specified_disease="血友病（血漿分画製剤）",
            lost_on="",
        ),
    ),
)
