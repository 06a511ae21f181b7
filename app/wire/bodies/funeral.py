"""葬祭費の申請: who held the funeral, and the account (FLOW-604, FLOW-2026; 高確法86条)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Funeral(CaseHead):
    """About the dead person of the head; the day of the funeral is the head's 異動日. Who is
    paid is the chief mourner (喪主), who need not be in any register here."""

    payee_name: str = column("申請者（喪主）の氏名", Kind.TEXT, 100, required=True)
    payee_kana: str = column("申請者のフリガナ", Kind.KANA, 100, required=True)
    payee_relation: str = column("亡くなった方との続柄", Kind.TEXT, 20, required=True)
    payee_postal_code: str = column("申請者の郵便番号", Kind.DIGITS, 7, required=True)
    payee_address: str = column("申請者の住所", Kind.TEXT, 200, required=True)
    payee_phone: str = column("申請者の電話番号", Kind.PHONE, 20)
    proof: str = column("葬祭を行ったことの確認", Kind.CODE, codes="funeral_proofs", required=True)
    other_law: str = column("他の法令による葬祭の給付", Kind.FLAG, required=True)
    bank_code: str = column("金融機関コード", Kind.DIGITS, 4, required=True)
    branch_code: str = column("支店コード", Kind.DIGITS, 3, required=True)
    account_type: str = column("口座の種類", Kind.CODE, codes="account_types", required=True)
    account_number: str = column("口座番号", Kind.DIGITS, 7, required=True)
    holder_kana: str = column("口座名義（カナ）", Kind.KANA, 40, required=True)


LAYOUTS = (BodyLayout("funeral", 1, "葬祭費の申請", Funeral),)
