"""What the union says of insured persons (FILE-17 … 19), and what the register shows (FILE-43)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredRecord1:
    """FILE-17 被保険者情報, first version: no day of the change (the file's own day counts)."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    former_atena: str = column("過去の宛名番号", Kind.RESIDENTS, 100)  # joined by a space
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
    state: str = column("住民状態", Kind.CODE, codes="resident_states", required=True)
    state_on: str = column("住民状態の日", Kind.DAY)
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    support_measure: str = column("支援措置", Kind.FLAG, required=True)
    support_from: str = column("支援措置の開始日", Kind.DAY)
    support_until: str = column("支援措置の終了日", Kind.DAY)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8)
    insurer_number: str = column("保険者番号", Kind.DIGITS, 8)
    acquired_on: str = column("資格取得年月日", Kind.DAY)
    acquisition_reason: str = column("取得事由", Kind.CODE, codes="acquisition_reasons")
    lost_on: str = column("資格喪失年月日", Kind.DAY)
    loss_reason: str = column("喪失事由", Kind.CODE, codes="loss_reasons")
    copay_ratio: str = column("負担割合（割）", Kind.NUMBER, 1)
    copay_from: str = column("負担割合の発効期日", Kind.DAY)
    limit_class: str = column("限度区分", Kind.CODE, codes="limit_classes")
    limit_from: str = column("限度区分の発効期日", Kind.DAY)
    provisional: str = column("見込み", Kind.FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredRecord(InsuredRecord1):
    """FILE-17 被保険者情報: insured persons, those of 65 and over and their households.

    ``event_on`` is the day on which what is new in this line took effect, "" where the union
    only repeats what it said before."""

    event: str = column("異動事由", Kind.CODE, codes="resident_events")
    event_on: str = column("異動日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRecord:
    """FILE-18 被保険者証発行用情報: one paper to be printed and handed over or posted."""

    issue_id: str = column("発行番号", Kind.ID, 40, required=True)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    insurer_number: str = column("保険者番号", Kind.DIGITS, 8, required=True)
    insurer_name: str = column("保険者名", Kind.TEXT, 60, required=True)
    paper: str = column("書類の種類", Kind.CODE, codes="issued_papers", required=True)
    cause: str = column("発行の事由", Kind.CODE, codes="card_causes", required=True)
    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100)
    birth_written: str = column("生年月日（記載）", Kind.TEXT, 60, required=True)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY, required=True)
    sex: str = column("性別", Kind.CODE, codes="sexes", required=True)
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    send_name: str = column("送付先の宛名", Kind.TEXT, 100)
    send_postal_code: str = column("送付先の郵便番号", Kind.DIGITS, 7)
    send_address: str = column("送付先の住所", Kind.TEXT, 200)
    send_building: str = column("送付先の方書", Kind.TEXT, 100)
    acquired_on: str = column("資格取得年月日", Kind.DAY, required=True)
    copay_ratio: str = column("負担割合（割）", Kind.NUMBER, 1, required=True)
    copay_from: str = column("負担割合の発効期日", Kind.DAY, required=True)
    limit_class: str = column("限度区分", Kind.CODE, codes="limit_classes")
    limit_from: str = column("限度区分の発効期日", Kind.DAY)
    limit_printed: str = column("限度区分の記載", Kind.FLAG)
    long_stay_on: str = column("長期入院該当年月日", Kind.DAY)
    disease_kind: str = column("特定疾病区分", Kind.CODE, codes="specified_diseases")
    disease_from: str = column("特定疾病の発効期日", Kind.DAY)
    issue_on: str = column("交付年月日", Kind.DAY, required=True)
    expires_on: str = column("有効期限", Kind.DAY, required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)
    support_measure: str = column("支援措置", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressExceptionRecord:
    """FILE-19 住所地特例者情報: who is insured by another union than that of the address."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY, required=True)
    facility_kind: str = column(
        "施設の種類", Kind.CODE, codes="address_exception_facilities", required=True
    )
    facility_code: str = column("施設の番号", Kind.FACILITY, 20)
    facility_name: str = column("施設の名称", Kind.TEXT, 100, required=True)
    facility_municipality: str = column("施設の市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    facility_postal_code: str = column("施設の郵便番号", Kind.DIGITS, 7)
    facility_address: str = column("施設の所在地", Kind.TEXT, 200, required=True)
    facility_phone: str = column("施設の電話番号", Kind.PHONE, 20)
    began: str = column("適用の事由", Kind.CODE, codes="exception_causes", required=True)
    began_on: str = column("適用年月日", Kind.DAY, required=True)
    began_told_on: str = column("適用の連絡年月日", Kind.DAY)
    ended: str = column("終了の事由", Kind.CODE, codes="exception_causes")
    ended_on: str = column("終了年月日", Kind.DAY)
    ended_told_on: str = column("終了の連絡年月日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRecord:
    """FILE-43 住民票に記載するための被保険者情報: the insured person's own number and days, no
    member of the household and nothing else (移転先1)."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    acquired_on: str = column("資格取得年月日", Kind.DAY, required=True)
    lost_on: str = column("資格喪失年月日", Kind.DAY)
