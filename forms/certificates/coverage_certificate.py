"""資格取得・喪失証明書 (FORM-N8): from when to when somebody was insured (DOMAIN 5.5); N8 is
ours."""

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
class CoverageCertificateData(Certified):
    """The coverage; without a loss it is in force on the day of issue."""

    acquired_on: str = item("資格取得年月日")
    acquisition_reason: str = item("取得の事由", required=False)
    lost_on: str = item("資格喪失年月日", required=False)
    loss_reason: str = item("喪失の事由", required=False)


LETTER = Letter(
    title="後期高齢者医療資格取得・喪失証明書",
    lead=("次の者の後期高齢者医療の資格は、下記のとおりであることを証明します。",),
    rows=(*PERSON_ROWS, "acquired_on", "acquisition_reason", "lost_on", "loss_reason"),
    notes=("この証明書では、医療機関等で診療を受けることはできません。",),
    kept=frozenset({"lost_on", "loss_reason"}),
)


def coverage_of(decision: DecidedCoverage, number: str, tables: Tables) -> CoverageCertificateData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    gained = item_of(decision, "acquisition_reason")
    lost = item_of(decision, "loss_reason")
    return CoverageCertificateData(
        **certified(decision, number, tables),
        acquired_on=printed.day(decision.acquired_on),
        acquisition_reason=label_of(tables, "acquisition_reasons", gained, decision),
        lost_on=printed.day(item_of(decision, "lost_on")),
        loss_reason=label_of(tables, "loss_reasons", lost, decision),
    )


_TYPICAL = CoverageCertificateData(
    **example_of(TYPICAL, CoverageCertificateData, 73),
    acquired_on="令和2年5月3日",
    acquisition_reason="年齢到達",
    lost_on="令和8年11月22日",
    loss_reason="県外転出",
)

FORM = Form(
    id="FORM-N8",
    title="後期高齢者医療資格取得・喪失証明書",
    kind=CERTIFICATE,
    data=CoverageCertificateData,
    draw=LETTER.draw,
    source=DECISION,
    numbered=True,
    paper="FORM-N8",
    decided="coverage_certificate",
    attests=True,
    from_decision=coverage_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **example_of(LONG, CoverageCertificateData, 74),
            acquisition_reason="住所地特例（該当・引継・終了）",
        ),
        oddest=replace(
            _TYPICAL,
            **example_of(ODD, CoverageCertificateData, 75),
            acquisition_reason="",
            lost_on="",
            loss_reason="",
        ),
    ),
)
