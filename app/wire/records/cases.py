"""What is notified and claimed, and what the union decides on it (FILE-01, 10, 16, 21)."""

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
