"""Somebody who was not here before: what every kind of case about a newcomer says of the person."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer(CaseHead):
    """The person, the household and the address, with 個人番号."""

    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    relation: str = column("続柄", Kind.TEXT, 20, required=True)
    is_head: str = column("世帯主", Kind.FLAG, required=True)
    person_kind: str = column("個人区分", Kind.CODE, codes="person_kinds", required=True)
    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100)
    alias: str = column("通称", Kind.TEXT, 100)
    alias_kana: str = column("通称フリガナ", Kind.KANA, 100)
    birth_written: str = column("生年月日（記載）", Kind.TEXT, 60, required=True)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY, required=True)
    birth_precision: str = column("生年月日の精度", Kind.CODE, codes="birth_precisions")
    sex: str = column("性別", Kind.CODE, codes="sexes", required=True)
    phone: str = column("電話番号", Kind.PHONE, 20)
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    my_number_absent: str = column("個人番号なしの理由", Kind.CODE, codes="number_absent_reasons")
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    facility_code: str = column("入所施設コード", Kind.FACILITY, 20)
