"""引継票 (FORM-N11): takes a visitor's matter to another desk or section with all that was said, so
that nobody tells it twice. N11 is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.examples import LONG, ODD, TYPICAL
from forms.form import CASE, SLIP, Examples, Form
from forms.items import item
from forms.notices.slip import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOnSlipData:
    """What is handed on to whom. It holds no insured number and no amounts."""

    case_id: str = item("受付番号", pattern=r"[!-~]{1,40}")
    handed_at: str = item("引継ぎ日時")
    from_desk: str = item("引き継ぐ窓口")
    to_desk: str = item("引継ぎ先")
    contact: str = item("連絡先")
    name: str = item("対象の方の氏名")
    matter: str = item("用件")
    done: str = item("ここまでに済んだこと", required=False)
    wanted: str = item("お願いしたいこと")
    papers: str = item("一緒に渡す書類", required=False)
    staff: str = item("引き継ぐ職員")


SLIP_OF = Slip(
    title="引継票",
    stressed="来庁された方に、同じことをもう一度お尋ねしないでください。",
    rows=(
        "case_id",
        "handed_at",
        "from_desk",
        "to_desk",
        "contact",
        "name",
        "matter",
        "done",
        "wanted",
        "papers",
        "staff",
    ),
    code="case_id",
    signed=("受け取った職員",),
)

_TYPICAL = HandOnSlipData(
    case_id="T01-1-000051",
    handed_at="令和8年11月21日　10時15分",
    from_desk="保険年金課　２番窓口",
    to_desk="介護保険課　５番窓口",
    contact="内線 2451　8時30分から17時15分",
    name=TYPICAL.name,
    matter="県外からの転入",
    done="後期高齢者医療の資格取得の届出",
    wanted="介護保険の住所異動の手続",
    papers="負担区分等証明書の写し",
    staff="1204　窓口 一郎",
)

FORM = Form(
    id="FORM-N11",
    title="引継票",
    kind=SLIP,
    data=HandOnSlipData,
    draw=SLIP_OF.draw,
    source=CASE,
    numbered=False,
    paper="FORM-N11",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            name=LONG.name,
            from_desk="市民福祉部　保険年金課　後期高齢者医療係　１２番窓口",
            to_desk="市民福祉部　高齢者いきがい支援課　介護保険認定給付係　２１番窓口",
            contact="引継ぎ元に問い合わせる（保険年金課　後期高齢者医療係　0250-00-1234）",
            matter="住所地特例の適用を受ける方の施設から他の施設への住所の変更",
            done="後期高齢者医療の届出の受付と、証の返還の受領（新しい証は郵送の予定）",
            wanted="介護保険負担割合証と負担限度額認定証の住所の変更、受領の確認",
            papers="施設の入所証明書、本人確認書類の写し、委任状",
        ),
        oddest=replace(_TYPICAL, name=ODD.name, done="", papers=""),
    ),
)
