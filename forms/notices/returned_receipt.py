"""返還された証の受領書 (FORM-N10): given to whoever brings an old paper back (DOMAIN 5.3; FORM-83
is another receipt, of contractors). N10 is ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from forms.certificates.seal import Seal, SealCharacters, SealOmitted
from forms.examples import LONG, ODD, TYPICAL
from forms.form import ISSUE, SLIP, Examples, Form
from forms.items import item
from forms.notices.slip import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedReceiptData:
    """Which paper of whom came back, when and why."""

    receipt_number: str = item("受領番号", pattern=r"[!-~]{1,40}")
    received_at: str = item("受領日時")
    paper: str = item("返還された証")
    certificate_number: str = item("証の発行番号", required=False)
    insured_number: str = item("被保険者番号", pattern=r"[0-9]{8}")
    name: str = item("氏名")
    brought_by: str = item("持参された方")
    reason: str = item("返還の理由")
    office: str = item("受領した窓口")
    staff: str = item("受領した職員")
    issuer: str = item("発行者", required=False)
    seal: Seal = field(default_factory=SealOmitted)


SLIP_OF = Slip(
    title="証の受領書",
    stressed="次の証の返還を受けました。",
    rows=(
        "receipt_number",
        "received_at",
        "paper",
        "certificate_number",
        "insured_number",
        "name",
        "brought_by",
        "reason",
        "office",
        "staff",
    ),
    code="receipt_number",
    notes=("返還された証は、使えないようにしたうえで市区町村が処分します。",),
)

_TYPICAL = ReturnedReceiptData(
    receipt_number="T01-1-000101",
    received_at="令和8年11月21日　10時15分",
    paper="後期高齢者医療資格確認書",
    certificate_number="T01-1-20260801-00011",
    insured_number=TYPICAL.insured_number,
    name=TYPICAL.name,
    brought_by="本人",
    reason="県外への転出",
    office="見本市役所　保険年金課　２番窓口",
    staff="1204　窓口 一郎",
    issuer="見本市長　見本　太郎",
)

FORM = Form(
    id="FORM-N10",
    title="証の受領書",
    kind=SLIP,
    data=ReturnedReceiptData,
    draw=SLIP_OF.draw,
    source=ISSUE,
    numbered=False,
    paper="FORM-N10",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            name=LONG.name,
            paper="限度額適用・標準負担額減額認定証（旧様式）",
            brought_by="法定代理人（成年後見人　社会福祉法人見本会　権利擁護センター）",
            reason="一部負担金の割合の変更に伴う新しい証との引換え",
            office="見本市役所　市民福祉部　保険年金課　後期高齢者医療係　１２番窓口",
            issuer="見本市長職務代理者　副市長　髙橋　長右衛門",
            seal=SealCharacters(("見本", "市長")),
        ),
        oddest=replace(
            _TYPICAL,
            name=ODD.name,
            certificate_number="",
            insured_number="00000018",
            issuer="",
        ),
    ),
)
