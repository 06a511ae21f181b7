"""受け付けて引き継ぐもの (FLOW-2033; FORM-26 … 30, 34): taken in with all papers and handed on; the
areas of money decide them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases import belonging, blocks
from app.cases.about import Payer
from app.cases.effects import Notes
from app.cases.entry import Entered, EntryField, FieldKind, Finding, error
from app.cases.kind import CaseKind, Document, FollowUp, HandedOn
from app.functions.eligibility.kinds.families import KNOWN, stating
from app.persons.eligibility_state import INSURED, LOST

_YEAR = EntryField(
    "fiscal_year", "対象の年度（西暦）", FieldKind.DIGITS, 4, required=True, note="4桁"
)
_CAUSE = EntryField("cause", "特別の事情", FieldKind.CHOICE, codes="copay_causes", required=True)


def _some_paper(entered: Entered) -> Iterator[Finding]:
    """What is handed on is on paper."""
    if entered.text("papers_count") == "0":
        yield error(
            "papers_count",
            "no_paper",
            "引き継ぐ書類がありません。",
            "申請書を受け取ってから、書類の数を入れてください。",
        )


def _handed_on(
    code: str, label: str, source: str, *own: EntryField, document: str, **said: Any
) -> CaseKind:
    """``said`` is what differs: ``desk`` whom it is for, ``about`` whom it is about, ``rules`` of
    its own fields."""
    desk, rules = said.pop("desk", "levy"), said.pop("rules", ())
    names = {field.name for field in own}
    matter, wanted = (name if name in names else "" for name in ("matter", "wanted"))
    return stating(
        "受け付けた日",
        (
            *own,
            EntryField(
                "to_desk",
                "引き継ぐ窓口",
                FieldKind.CHOICE,
                codes="desks",
                required=True,
                first=desk,
            ),
            EntryField(
                "papers_count", "引き継ぐ書類の数", FieldKind.COUNT, 2, required=True, first="1"
            ),
        ),
        _some_paper,
        *rules,
        states=KNOWN,
        group="受け付けて引き継ぐもの",
        handed_on=HandedOn("to_desk", "papers_count", matter, wanted),
        code=code,
        label=label,
        help=f"{label}を書類とともに受け付け、担当の窓口へ引き継ぎます。",
        source=source,
        documents=(Document(document),),
        effect=Notes(f"{label}を受け付け、引き継いだ"),
        follow_up=(
            FollowUp(
                f"handed_{code}",
                f"{label}の引継",
                "書類を担当の窓口に渡し、受取りを確かめる",
                days=1,
            ),
        ),
        **said,
    )


KINDS: tuple[CaseKind, ...] = (
    _handed_on(
        "direct_debit",
        "口座振替の申込・変更",
        "FLOW-2033、FORM-27、DOMAIN 4.7",
        *blocks.account_fields(belonging.of_person),
        document="口座振替依頼書",
    ),
    _handed_on(
        "direct_debit_payer",
        "納める方の口座からの口座振替の申込",
        "高確法108条2項・3項、FLOW-2033、FORM-27、DOMAIN 4.7（連帯納付義務）",
        *blocks.payer_fields(),
        *blocks.account_fields(belonging.of_payer),
        document="口座振替依頼書",
        about=Payer(states=(INSURED, LOST), roles=("payer",)),
        sentence="{name} 様の保険料を {paid_by_name} 様の口座から納める申込を、"
        "広域連合へ送ります。",
    ),
    _handed_on(
        "debit_cancel",
        "口座振替の取消し",
        "FLOW-2033、FORM-27、DOMAIN 4.7",
        document="口座振替取消届",
    ),
    _handed_on(
        "ordinary_collection",
        "普通徴収への変更の申出",
        "FLOW-2033、FORM-26、DOMAIN 4.7",
        document="納付方法変更申出書",
    ),
    _handed_on(
        "levy_reduction",
        "保険料の減免の申請",
        "FLOW-2033、FORM-28、DOMAIN 4.8",
        _CAUSE,
        _YEAR,
        document="保険料減免申請書",
    ),
    _handed_on(
        "levy_deferral",
        "徴収猶予の申請",
        "FLOW-2033、FORM-29、DOMAIN 4.8",
        _CAUSE,
        _YEAR,
        document="徴収猶予申請書",
    ),
    _handed_on(
        "pledge",
        "納税誓約",
        "FLOW-2033、FORM-30",
        EntryField("monthly", "毎月の額（円）", FieldKind.MONEY, 8, required=True),
        EntryField("first_on", "はじめの納付日", FieldKind.DAY, required=True),
        document="納税誓約書",
        desk="collection",
    ),
    _handed_on(
        "refund_claim",
        "還付の請求",
        "FLOW-2033、FORM-34、DOMAIN 4.9",
        EntryField("claimant_name", "請求者の氏名", FieldKind.NAME, required=True),
        EntryField(
            "claimant_kana",
            "請求者のフリガナ",
            FieldKind.KANA,
            required=True,
            note="口座名義と見比べます",
            kept_here=True,
        ),
        *blocks.account_fields(belonging.Keyed("claimant", "請求者")),
        document="還付請求書",
        desk="collection",
    ),
    _handed_on(
        "slip_again",
        "納付書の再発行",
        "FLOW-2033",
        _YEAR,
        document="再発行の申請書",
    ),
    _handed_on(
        "payment_proof",
        "納付証明・完納証明の請求",
        "FLOW-2033",
        _YEAR,
        document="証明の請求書",
        desk="collection",
    ),
    _handed_on(
        "third_party",
        "第三者行為の届出",
        "高確法58条、FORM-62、DOMAIN 5.5",
        EntryField("injured_by", "相手の氏名", FieldKind.NAME),
        EntryField("accident_place", "事故の場所", FieldKind.TEXT, 100, required=True),
        EntryField("hospital", "かかった医療機関", FieldKind.TEXT, 60, required=True),
        document="第三者行為による被害届・事故証明・念書",
        desk="benefits",
    ),
    _handed_on(
        "other_desk",
        "ほかの窓口への引継",
        "ACT-01、FLOW-3018",
        EntryField(
            "matter", "引き継ぐ用件", FieldKind.CHOICE, codes="handed_matters", required=True
        ),
        EntryField(
            "wanted",
            "お願いしたいこと",
            FieldKind.TEXT,
            60,
            note="引継票に載ります",
        ),
        document="引き継ぐ書類",
        desk="residents",
    ),
)
