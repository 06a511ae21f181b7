"""負担区分等証明書 (FORM-N4): what the next union needs to decide the share of somebody who moves
out of the prefecture (DOMAIN 2.6, 3.2). The requirement list has no id for it; N4 is ours."""

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
class BurdenCertificateData(Certified):
    """The share and what it rests on."""

    acquired_on: str = item("資格取得年月日")
    lost_on: str = item("資格喪失年月日", required=False)
    copay_ratio: str = item("一部負担金の割合", pattern=r"[1-3１-３]割")
    copay_from: str = item("割合の発効期日")
    provisional: str = item("見込みの表示", required=False)
    copay_class: str = item("負担区分")
    judged_year: str = item("判定の年度", required=False)
    grounds: str = item("判定の根拠", required=False)


ROWS = (
    *PERSON_ROWS,
    "acquired_on",
    "lost_on",
    "copay_ratio",
    "copay_from",
    "provisional",
    "copay_class",
    "judged_year",
    "grounds",
)
LETTER = Letter(
    title="後期高齢者医療負担区分等証明書",
    lead=(
        "次の者の負担区分等は、下記のとおりであることを証明します。"
        "転入先の市区町村の窓口に、資格取得の届出とともに提出してください。",
    ),
    rows=ROWS,
    notes=(
        "この証明書では、医療機関等で診療を受けることはできません。",
        "転入先の広域連合は、転入した日から改めて負担割合を判定します。",
    ),
)


def burden_of(decision: DecidedCoverage, number: str, tables: Tables) -> BurdenCertificateData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    return BurdenCertificateData(
        **certified(decision, number, tables),
        acquired_on=printed.day(decision.acquired_on),
        lost_on=printed.day(item_of(decision, "lost_on")),
        copay_ratio=printed.ratio,
        copay_from=printed.day(decision.copay_from),
        provisional=printed.provisional,
        copay_class=label_of(tables, "limit_classes", decision.limit_class, decision),
        judged_year=item_of(decision, "judged_year"),
        grounds=item_of(decision, "burden_grounds"),
    )


_TYPICAL = BurdenCertificateData(
    **example_of(TYPICAL, BurdenCertificateData, 61),
    acquired_on="令和2年5月3日",
    lost_on="令和8年11月22日",
    copay_ratio="１割",
    copay_from="令和8年8月1日",
    copay_class="区分Ⅱ",
    judged_year="令和8年度",
    grounds="世帯の全員が住民税非課税",
)

FORM = Form(
    id="FORM-N4",
    title="後期高齢者医療負担区分等証明書",
    kind=CERTIFICATE,
    data=BurdenCertificateData,
    draw=LETTER.draw,
    source=DECISION,
    numbered=True,
    paper="FORM-N4",
    decided="burden_certificate",
    attests=True,
    from_decision=burden_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **example_of(LONG, BurdenCertificateData, 62),
            provisional="見込み",
            copay_class="区分Ⅰ（老齢福祉年金受給者）",
            grounds="課税標準額（調整控除後）145万円以上の被保険者がいる世帯で、基準収入額適用申請により判定",
        ),
        oddest=replace(
            _TYPICAL,
            **example_of(ODD, BurdenCertificateData, 63),
            lost_on="",
            judged_year="",
            grounds="",
        ),
    ),
)
