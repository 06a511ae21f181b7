"""給付の支給決定: the amount, to whom and into which account (FLOW-606, FLOW-607)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import DecisionHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(DecisionHead):
    """An amount that was decided. The notice to the payee is the union's own (CON-08)."""

    benefit: str = column("給付の種類", Kind.CODE, codes="benefits", required=True)
    event_on: str = column("給付の原因の日", Kind.DAY, required=True)
    amount: str = column("支給決定額（円）", Kind.NUMBER, 9, required=True)
    decided_on: str = column("支給決定日", Kind.DAY, required=True)
    claim_until: str = column("請求できる最後の日", Kind.DAY)
    payee_name: str = column("受取人の氏名", Kind.TEXT, 100, required=True)
    bank_code: str = column("金融機関コード", Kind.DIGITS, 4, required=True)
    branch_code: str = column("支店コード", Kind.DIGITS, 3, required=True)
    account_type: str = column("口座の種類", Kind.CODE, codes="account_types", required=True)
    account_number: str = column("口座番号", Kind.DIGITS, 7, required=True)
    holder_kana: str = column("口座名義（カナ）", Kind.KANA, 40, required=True)


LAYOUTS = (BodyLayout("payment", 1, "給付の支給決定", Payment),)
