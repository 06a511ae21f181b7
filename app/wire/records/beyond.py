"""What the union and 中間サーバー exchange, which no terminal sees (FILE-31 … 36, 41, 53)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryOrder:
    """FILE-31 情報照会要求. ``member`` is the union's own name of the person, ``branch``
    被保険者枝番, "" until the intermediary has given one: only then 個人番号 and the four facts go
    along, so that it can. ``asked`` is the text that the terminal sent, unchanged, ``digest``
    SHA-256 of it (SEC-133)."""

    request_id: str = column("照会番号", Kind.ID, 60, required=True)
    insurer_number: str = column("保険者番号", Kind.DIGITS, 8, required=True)
    number: str = column("事務手続の管理番号", Kind.TEXT, 20, required=True)
    member: str = column("保険者側の加入者の番号", Kind.ID, 40, required=True)
    branch: str = column("被保険者枝番", Kind.TEXT, 40)
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    name: str = column("氏名", Kind.TEXT, 100)
    kana: str = column("フリガナ", Kind.KANA, 100)
    birth_sort: str = column("生年月日", Kind.DAY)
    sex: str = column("性別", Kind.CODE, codes="sexes")
    asked: str = column("照会の内容", Kind.JSON, 2000, required=True)
    digest: str = column("照会の検査値（SHA-256）", Kind.HEX, 64, required=True)
    asked_at: str = column("照会日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryRegistered:
    """FILE-32 情報照会要求登録結果: taken, or refused by the permitted list and why (SEC-123)."""

    request_id: str = column("照会番号", Kind.ID, 60, required=True)
    outcome: str = column("登録の結果", Kind.CODE, codes="registration_outcomes", required=True)
    reason: str = column("登録できない理由", Kind.TEXT, 200)
    branch: str = column("被保険者枝番", Kind.TEXT, 40)
    digest: str = column("照会の検査値（SHA-256）", Kind.HEX, 64, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWanted:
    """FILE-33 情報照会結果取得要求 (サーバー間連携 only): which inquiries wait for their answer."""

    request_id: str = column("照会番号", Kind.ID, 60, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryResult:
    """FILE-34 情報照会結果: what the other body answered to which request."""

    request_id: str = column("照会番号", Kind.ID, 60, required=True)
    branch: str = column("被保険者枝番", Kind.TEXT, 40, required=True)
    item: str = column("照会する情報", Kind.CODE, codes="inquiry_items", required=True)
    digest: str = column("照会の検査値（SHA-256）", Kind.HEX, 64, required=True)
    outcome: str = column("結果", Kind.CODE, codes="inquiry_outcomes", required=True)
    reason: str = column("回答がない理由", Kind.TEXT, 200)
    provider: str = column("回答した機関", Kind.TEXT, 100)
    answered_at: str = column("回答日時", Kind.MOMENT, required=True)
    content: str = column("回答の内容", Kind.JSON, 8000)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAsked:
    """FILE-35 本人確認情報検索要求: by 個人番号, or by the four facts, or by fewer with a reason
    (SEC-15)."""

    request_id: str = column("検索番号", Kind.ID, 60, required=True)
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    name: str = column("氏名", Kind.TEXT, 100)
    address: str = column("住所", Kind.TEXT, 200)
    birth_sort: str = column("生年月日", Kind.DAY)
    sex: str = column("性別", Kind.CODE, codes="sexes")
    ground: str = column("照会の理由", Kind.TEXT, 100)
    asked_at: str = column("照会日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFound:
    """FILE-36 本人確認情報: the one person found, or why none is told."""

    request_id: str = column("検索番号", Kind.ID, 60, required=True)
    outcome: str = column("結果", Kind.CODE, codes="identity_outcomes", required=True)
    my_number: str = column("個人番号", Kind.DIGITS, 12, my_number=True)
    name: str = column("氏名", Kind.TEXT, 100)
    kana: str = column("フリガナ", Kind.KANA, 100)
    address: str = column("住所", Kind.TEXT, 200)
    birth_sort: str = column("生年月日", Kind.DAY)
    sex: str = column("性別", Kind.CODE, codes="sexes")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermittedInquiry:
    """FILE-41 照会許可用照合リスト: who may ask whom for what under which 管理番号, with the permit
    (情報提供許可証) and from when until when."""

    number: str = column("事務手続の管理番号", Kind.TEXT, 20, required=True)
    item: str = column("照会する情報", Kind.CODE, codes="inquiry_items", required=True)
    asker: str = column("情報照会者（保険者番号、すべては空）", Kind.TEXT, 8)
    permit: str = column("情報提供許可証の番号", Kind.TEXT, 40, required=True)
    valid_from: str = column("有効の初日", Kind.DAY, required=True)
    valid_to: str = column("有効の末日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAccount:
    """FILE-53 公金受取口座情報, as it is registered with デジタル庁."""

    my_number: str = column("個人番号", Kind.DIGITS, 12, required=True, my_number=True)
    bank_code: str = column("金融機関コード", Kind.DIGITS, 4, required=True)
    branch_code: str = column("支店コード", Kind.DIGITS, 3, required=True)
    account_type: str = column("口座の種類", Kind.CODE, codes="account_types", required=True)
    account_number: str = column("口座番号", Kind.DIGITS, 7, required=True)
    holder_kana: str = column("口座名義（カナ）", Kind.KANA, 40, required=True)
    registered_on: str = column("登録の日", Kind.DAY, required=True)
