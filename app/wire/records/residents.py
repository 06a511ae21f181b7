"""What the resident register and the addressee master say (FILE-02 … 05, 12, 13, 14)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRecord1:
    """FILE-03 住基情報, first version: without head, trailer and where somebody moved to."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
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
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    state: str = column("住民状態", Kind.CODE, codes="resident_states", required=True)
    event: str = column("異動事由", Kind.CODE, codes="resident_events", required=True)
    event_on: str = column("異動日", Kind.DAY, required=True)
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    former_municipality_code: str = column("前住所地市区町村コード", Kind.MUNICIPALITY, 6)
    former_address: str = column("前住所", Kind.TEXT, 200)
    support_measure: str = column("支援措置", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRecord(ResidentRecord1):
    """FILE-03 住基情報: the resident register's own word on a person, daily, with 個人番号."""

    nationality: str = column("国籍・地域", Kind.TEXT, 60)
    resident_since: str = column("住民となった日", Kind.DAY)
    next_municipality_code: str = column("転出先市区町村コード", Kind.MUNICIPALITY, 6)
    next_address: str = column("転出先住所", Kind.TEXT, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRecord(ResidentRecord):
    """FILE-02 住民票の異動に関する情報等: what the municipal system hands to the terminal, the
    registered and the others (住登外, 個人区分 3) in one file; each goes up in its own."""

    serial: str = column("異動の整理番号", Kind.ID, 40, required=True)
    processed_on: str = column("処理日", Kind.DAY, required=True)
    notified_on: str = column("届出日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRecord(MovementRecord):
    """FILE-05 異動連携ファイル: the same, sent by the relay without anybody (自動連携)."""

    linked_at: str = column("連携日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnregisteredRecord:
    """FILE-04 住登外登録情報: who has no 住民票 here and is insured, or of such a household."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    relation: str = column("続柄", Kind.TEXT, 20, required=True)
    is_head: str = column("世帯主", Kind.FLAG, required=True)
    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100)
    alias: str = column("通称", Kind.TEXT, 100)
    alias_kana: str = column("通称フリガナ", Kind.KANA, 100)
    birth_written: str = column("生年月日（記載）", Kind.TEXT, 60, required=True)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY, required=True)
    birth_precision: str = column("生年月日の精度", Kind.CODE, codes="birth_precisions")
    sex: str = column("性別", Kind.CODE, codes="sexes", required=True)
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    reason: str = column("住登外の理由", Kind.CODE, codes="unregistered_reasons", required=True)
    event: str = column("登録の異動", Kind.CODE, codes="register_events", required=True)
    event_on: str = column("異動日", Kind.DAY, required=True)
    valid_from: str = column("登録の開始日", Kind.DAY, required=True)
    valid_until: str = column("登録の終了日", Kind.DAY)
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    registered_code: str = column("住民票のある市区町村コード", Kind.MUNICIPALITY, 6)
    registered_address: str = column("住民票の住所", Kind.TEXT, 200)
    support_measure: str = column("支援措置", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeReachedRecord:
    """FILE-12 年齢到達の宛名情報: who reaches 75 soon, and from which insurance they come."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    person_kind: str = column("個人区分", Kind.CODE, codes="person_kinds", required=True)
    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100)
    birth_written: str = column("生年月日（記載）", Kind.TEXT, 60, required=True)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY, required=True)
    sex: str = column("性別", Kind.CODE, codes="sexes", required=True)
    reaches_on: str = column("75歳到達日", Kind.DAY, required=True)
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
    building: str = column("方書", Kind.TEXT, 100)
    former_insurance: str = column("前の保険", Kind.CODE, codes="former_insurances", required=True)
    former_insurer: str = column("前の保険者番号", Kind.DIGITS, 8)
    was_dependant: str = column("被扶養者であった", Kind.FLAG, required=True)
    former_exception: str = column("国保の住所地特例", Kind.FLAG, required=True)
    exempt: str = column("適用除外の見込み", Kind.FLAG, required=True)
    support_measure: str = column("支援措置", Kind.FLAG, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddresseeRecord:
    """FILE-13 宛名異動情報: a change of an addressee that is none of the register: where letters
    go, who stands for the person, which numbers are one person (名寄せ)."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8)
    change: str = column("異動の種類", Kind.CODE, codes="addressee_changes", required=True)
    changed_on: str = column("異動日", Kind.DAY, required=True)
    same_person: str = column("同一人の宛名番号", Kind.RESIDENTS, 100)
    name: str = column("氏名", Kind.TEXT, 100)
    kana: str = column("フリガナ", Kind.KANA, 100)
    send_name: str = column("送付先の宛名", Kind.TEXT, 100)
    send_relation: str = column("送付先の続柄", Kind.TEXT, 20)
    send_postal_code: str = column("送付先の郵便番号", Kind.DIGITS, 7)
    send_address: str = column("送付先の住所", Kind.TEXT, 200)
    send_building: str = column("送付先の方書", Kind.TEXT, 100)
    send_from: str = column("送付先の開始日", Kind.DAY)
    send_until: str = column("送付先の終了日", Kind.DAY)
    phone: str = column("電話番号", Kind.PHONE, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabilityRecord:
    """FILE-14 障害認定対象者情報: who of 65 to 74 may be recognised, and by which proof."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY, required=True)
    sex: str = column("性別", Kind.CODE, codes="sexes", required=True)
    proof: str = column("障害の証明", Kind.CODE, codes="disability_proofs", required=True)
    grade: str = column("等級", Kind.TEXT, 40, required=True)
    issued_on: str = column("証明の交付日", Kind.DAY)
    valid_until: str = column("証明の有効期限", Kind.DAY)
    ended_on: str = column("障害の状態でなくなった日", Kind.DAY)
    applied_on: str = column("認定の申請日", Kind.DAY)
    withdrawn_on: str = column("認定の撤回日", Kind.DAY)
    postal_code: str = column("郵便番号", Kind.DIGITS, 7, required=True)
    address: str = column("住所", Kind.TEXT, 200, required=True)
