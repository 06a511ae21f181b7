"""変更の届出 (高確則10条の2ほか; DOMAIN 2.7): who one is, where one lives and what reaches one.

The day of the change is the head's 異動日. Most are answered by what they said (``repeated``).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange(CaseHead):
    """氏名の変更."""

    new_name: str = column("新しい氏名", Kind.TEXT, 100, required=True)
    new_kana: str = column("新しいフリガナ", Kind.KANA, 100)
    ground: str = column("変更の理由", Kind.CODE, codes="name_changes", required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias(CaseHead):
    """通称の記載・変更・削除 (外国人住民). Both empty: deleted."""

    alias: str = column("通称", Kind.TEXT, 100)
    alias_kana: str = column("通称フリガナ", Kind.KANA, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerName(CaseHead):
    """旧氏の記載・変更・削除. Both empty: deleted."""

    former_name: str = column("旧氏", Kind.TEXT, 60)
    former_name_kana: str = column("旧氏フリガナ", Kind.KANA, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthCorrection(CaseHead):
    """生年月日・性別の訂正."""

    new_birth_written: str = column("正しい生年月日（記載）", Kind.TEXT, 60, required=True)
    new_birth_sort: str = column("正しい生年月日（処理用）", Kind.DAY, required=True)
    new_birth_precision: str = column("正しい生年月日の精度", Kind.CODE, codes="birth_precisions")
    new_sex: str = column("正しい性別", Kind.CODE, codes="sexes", required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChange(CaseHead):
    """個人番号の変更・訂正."""

    number_check: str = column("番号確認", Kind.CODE, codes="number_checks", required=True)
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    my_number_absent: str = column("個人番号なしの理由", Kind.CODE, codes="number_absent_reasons")
    ground: str = column("変更の理由", Kind.CODE, codes="my_number_changes", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWithin(CaseHead):
    """市内での転居."""

    new_household_number: str = column("新しい世帯番号", Kind.RESIDENT, 15, required=True)
    relation: str = column("続柄", Kind.TEXT, 20, required=True)
    is_head: str = column("世帯主", Kind.FLAG, required=True)
    new_postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    new_address: str = column("新しい住所", Kind.TEXT, 200, required=True)
    new_building: str = column("方書", Kind.TEXT, 100)
    facility_code: str = column("入所施設コード", Kind.FACILITY, 20)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntoFacility(CaseHead):
    """住所地特例の該当・変更: into which facility elsewhere (高確法55条)."""

    to_facility: str = column(
        "施設の種類", Kind.CODE, codes="address_exception_facilities", required=True
    )
    facility_name: str = column("施設の名称", Kind.TEXT, 100, required=True)
    small_regional: str = column("地域密着型", Kind.FLAG, required=True)
    paid_home: str = column("有料老人ホーム", Kind.FLAG, required=True)
    to_municipality_code: str = column("施設の市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    new_postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    new_address: str = column("施設の住所", Kind.TEXT, 200, required=True)
    new_building: str = column("方書", Kind.TEXT, 100)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdChange(CaseHead):
    """世帯の変更 (分離・合併・変更)."""

    new_household_number: str = column("新しい世帯番号", Kind.RESIDENT, 15, required=True)
    relation: str = column("続柄", Kind.TEXT, 20, required=True)
    is_head: str = column("世帯主", Kind.FLAG, required=True)
    ground: str = column("変更の理由", Kind.CODE, codes="household_changes", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChangeOfOne(CaseHead):
    """世帯主の変更 as it was: how one person stands to the new head."""

    relation: str = column("新しい世帯主との続柄", Kind.TEXT, 20, required=True)
    is_head: str = column("世帯主になる", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChange(CaseHead):
    """世帯主の変更: the person of the head becomes the head of her household; ``members`` are
    those who live in it."""

    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    members: str = column("世帯の方の宛名番号", Kind.RESIDENTS, 400, required=True)
    former_relation: str = column("前の世帯主の新しい続柄", Kind.TEXT, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAddress(CaseHead):
    """送付先: whereto what is sent, for one kind of paper or all. ``ends_on`` is the last day; of
    one that ends (``ending``) the head's 異動日 is."""

    papers: str = column("送付するもの", Kind.CODE, codes="delivered_papers", required=True)
    ending: str = column("届出の区分", Kind.CODE, codes="settings_of", required=True)
    addressee: str = column("宛名", Kind.TEXT, 100)
    in_care: str = column("様方", Kind.TEXT, 100)
    relation: str = column("本人との関係", Kind.TEXT, 20)
    to_postal_code: str = column("郵便番号", Kind.DIGITS, 7)
    to_address: str = column("送付先の住所", Kind.TEXT, 200)
    ends_on: str = column("終わる日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heir(CaseHead):
    """相続人代表者の指定."""

    heir_name: str = column("相続人代表者の氏名", Kind.TEXT, 100, required=True)
    heir_kana: str = column("同 フリガナ", Kind.KANA, 100, required=True)
    heir_relation: str = column("同 続柄", Kind.TEXT, 20, required=True)
    heir_postal_code: str = column("同 郵便番号", Kind.DIGITS, 7, required=True)
    heir_address: str = column("同 住所", Kind.TEXT, 200, required=True)
    heir_phone: str = column("同 電話番号", Kind.PHONE, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(CaseHead):
    """支給口座: where benefits and refunds go."""

    bank_code: str = column("金融機関コード", Kind.DIGITS, 4, required=True)
    branch_code: str = column("支店コード", Kind.DIGITS, 3, required=True)
    account_type: str = column("口座の種類", Kind.CODE, codes="account_types", required=True)
    account_number: str = column("口座番号", Kind.DIGITS, 7, required=True)
    holder_kana: str = column("口座名義（カナ）", Kind.KANA, 40, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(CaseHead):
    """連絡先."""

    phone: str = column("電話番号", Kind.PHONE, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAgent(CaseHead):
    """納税管理人."""

    agent_name: str = column("納税管理人の氏名", Kind.TEXT, 100, required=True)
    agent_postal_code: str = column("同 郵便番号", Kind.DIGITS, 7, required=True)
    agent_address: str = column("同 住所", Kind.TEXT, 200, required=True)
    agent_phone: str = column("同 電話番号", Kind.PHONE, 20)


NAME_CHANGE = (BodyLayout("name_change", 1, "氏名の変更", NameChange),)
ALIAS = (BodyLayout("alias_change", 1, "通称の記載・変更・削除", Alias),)
FORMER_NAME = (BodyLayout("former_name", 1, "旧氏の記載・変更・削除", FormerName),)
BIRTH_CORRECTION = (BodyLayout("birth_correction", 1, "生年月日・性別の訂正", BirthCorrection),)
NUMBER_CHANGE = (BodyLayout("number_change", 1, "個人番号の変更・訂正", NumberChange),)
MOVE_WITHIN = (BodyLayout("move_within", 1, "転居の届出", MoveWithin),)
SPECIAL_ADDRESS_BEGIN = (
    BodyLayout("special_address_begin", 1, "住所地特例の該当の届出", IntoFacility),
)
SPECIAL_ADDRESS_CHANGE = (
    BodyLayout("special_address_change", 1, "住所地特例の変更の届出", IntoFacility),
)
HOUSEHOLD_CHANGE = (BodyLayout("household_change", 1, "世帯の変更", HouseholdChange),)
HEAD_CHANGE = (
    BodyLayout("head_change", 1, "世帯主の変更（一人）", HeadChangeOfOne),
    BodyLayout("head_change", 2, "世帯主の変更", HeadChange),
)
DELIVERY_ADDRESS = (BodyLayout("delivery_address", 1, "送付先の変更", DeliveryAddress),)
HEIR = (BodyLayout("heir", 1, "相続人代表者の指定", Heir),)
ACCOUNT = (BodyLayout("account", 1, "支給口座の届出", Account),)
CONTACT = (BodyLayout("contact", 1, "連絡先の変更", Contact),)
TAX_AGENT = (BodyLayout("tax_agent", 1, "納税管理人の届出", TaxAgent),)
