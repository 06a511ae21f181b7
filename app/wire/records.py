"""The records of the exchanged files (FILE-nn). The seeds give no layouts (CON-06): these
are ours, published in the interface book, with an adapter per union where one differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """The head of every case sent up (FILE-01 届出情報, FILE-10 療養費等関連情報): which kind,
    whom it is about, who brought it and when. The body of the kind follows in the same line."""

    case_id: str = column("受付番号", Kind.ID, 40, required=True)
    kind: str = column("種別", Kind.CODE, codes="notification_kinds", required=True)
    body: str = column("本体の様式", Kind.ID, 40, required=True)
    body_version: str = column("本体の様式の版", Kind.NUMBER, 3, required=True)
    channel: str = column("受付経路", Kind.CODE, codes="channels", required=True)
    event_on: str = column("異動日", Kind.DAY, required=True)
    notified_on: str = column("届出日", Kind.DAY, required=True)
    accepted_on: str = column("受付日", Kind.DAY, required=True)
    processed_on: str = column("処理日", Kind.DAY, required=True)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    notifier: str = column("届出人区分", Kind.CODE, codes="notifiers", required=True)
    proxy_basis: str = column("代理権の確認", Kind.CODE, codes="proxy_bases")
    identity_check: str = column("身元確認", Kind.CODE, codes="identity_checks", required=True)
    warnings: str = column("確認済みの警告", Kind.TEXT, 200)  # codes joined by a space


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionHead:
    """The head of every decision (FILE-16 決定情報, FILE-21 療養費等支給決定情報): on which case,
    what came of it, why, and about whom. A refused or pending one stands alone; of an accepted
    one the body follows in the same line. Whom the union does not know has a number only."""

    decision_id: str = column("決定番号", Kind.ID, 40, required=True)
    notification_id: str = column("届出の送信番号", Kind.ID, 60, required=True)
    case_id: str = column("受付番号", Kind.ID, 40, required=True)
    kind: str = column("種別", Kind.CODE, codes="notification_kinds", required=True)
    body: str = column("本体の様式", Kind.ID, 40)
    body_version: str = column("本体の様式の版", Kind.NUMBER, 3)
    outcome: str = column("結果", Kind.CODE, codes="outcomes", required=True)
    decided_at: str = column("決定日時", Kind.MOMENT, required=True)
    supersedes: str = column("取り消す決定番号", Kind.ID, 40)
    reasons: str = column("理由コード", Kind.TEXT, 200)  # codes joined by a space
    reason_text: str = column("理由（窓口で読み上げる文）", Kind.TEXT, 1000)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8)
    person_kind: str = column("個人区分", Kind.CODE, codes="person_kinds")
    name: str = column("氏名", Kind.TEXT, 100)
    kana: str = column("フリガナ", Kind.KANA, 100)
    birth_written: str = column("生年月日（記載）", Kind.TEXT, 60)
    birth_sort: str = column("生年月日（処理用）", Kind.DAY)
    sex: str = column("性別", Kind.CODE, codes="sexes")
    grounds: str = column("決定の根拠", Kind.JSON, 8000)
    grounds_clerk: str = column("決定の根拠（職員用）", Kind.TEXT, 2000)
    grounds_aloud: str = column("決定の根拠（説明用）", Kind.TEXT, 2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredRecord:
    """FILE-17 被保険者情報: insured persons, those of 65 and over and their households."""

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
class ResidentRecord:
    """FILE-03 住基情報: the resident register's own word on a person, daily, with 個人番号."""

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
class CheckRecord:
    """FILE-24 確認リスト: one contradiction the union found (SEC-108, SEC-110)."""

    entry_id: str = column("整理番号", Kind.ID, 40, required=True)
    cause: str = column("原因", Kind.CODE, codes="check_causes", required=True)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8)
    case_id: str = column("受付番号", Kind.ID, 40)
    items: str = column("相違する項目", Kind.TEXT, 200)  # column names joined by a space
    detail: str = column("内容", Kind.TEXT, 500, required=True)
    listed_at: str = column("作成日時", Kind.MOMENT, required=True)
