"""障害認定証明書 (FORM-N5): that somebody of 65 to 74 was recognised as disabled by this union
(DOMAIN 2.5, 2.6); the next union may then recognise from the day of moving in. N5 is ours."""

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
class DisabilityCertificateData(Certified):
    """The recognition."""

    disability_degree: str = item("障害の程度")
    recognised_on: str = item("障害認定年月日")
    recognised_until: str = item("認定の有効期限", required=False)
    lost_on: str = item("資格喪失年月日", required=False)


ROWS = (*PERSON_ROWS, "disability_degree", "recognised_on", "recognised_until", "lost_on")
LETTER = Letter(
    title="後期高齢者医療障害認定証明書",
    lead=(
        "次の者は、高齢者の医療の確保に関する法律第50条第2号の規定により、一定の障害の状態に"
        "あることの認定を受けていることを証明します。",
    ),
    rows=ROWS,
    notes=(
        "転入先の市区町村の窓口に、資格取得の届出とともに提出してください。",
        "障害の程度を証する書類（手帳、年金証書など）の提示を求められることがあります。",
    ),
)


def disability_of(
    decision: DecidedCoverage, number: str, tables: Tables
) -> DisabilityCertificateData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    return DisabilityCertificateData(
        **certified(decision, number, tables),
        disability_degree=item_of(decision, "disability_degree"),
        recognised_on=printed.day(item_of(decision, "disability_on")),
        recognised_until=printed.day(item_of(decision, "disability_until")),
        lost_on=printed.day(item_of(decision, "lost_on")),
    )


_TYPICAL = DisabilityCertificateData(
    **example_of(replace(TYPICAL, birth_date="昭和30年5月3日"), DisabilityCertificateData, 64),
    disability_degree="身体障害者手帳 2級",
    recognised_on="令和5年4月1日",
    lost_on="令和8年11月22日",
)

FORM = Form(
    id="FORM-N5",
    title="後期高齢者医療障害認定証明書",
    kind=CERTIFICATE,
    data=DisabilityCertificateData,
    draw=LETTER.draw,
    source=DECISION,
    numbered=True,
    paper="FORM-N5",
    decided="disability_certificate",
    attests=True,
    from_decision=disability_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **example_of(LONG, DisabilityCertificateData, 65),
            disability_degree="身体障害者手帳 4級（下肢障害のうち1号・3号・4号のいずれかの障害）",
            recognised_until="令和10年12月31日",
        ),
        oddest=replace(_TYPICAL, **example_of(ODD, DisabilityCertificateData, 66), lost_on=""),
    ),
)
