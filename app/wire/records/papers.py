"""Documents and lists (FILE-15, 23, 24)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """FILE-23 各種ファイルや帳票等: one part of a document that the union lays out for a desk."""

    document_id: str = column("帳票番号", Kind.ID, 40, required=True)
    title: str = column("帳票名", Kind.TEXT, 100, required=True)
    kind: str = column("帳票の種類", Kind.CODE, codes="document_kinds", required=True)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    made_on: str = column("作成日", Kind.DAY, required=True)
    due_on: str = column("処理の期限", Kind.DAY)
    pages: str = column("枚数", Kind.NUMBER, 6, required=True)
    media_type: str = column("形式", Kind.CODE, codes="document_forms", required=True)
    part: str = column("部分の番号", Kind.NUMBER, 6, required=True)
    parts: str = column("部分の数", Kind.NUMBER, 6, required=True)
    digest: str = column("全体の検査値（SHA-256）", Kind.HEX, 64, required=True)
    content: str = column("内容（Base64）", Kind.BYTES, 400_000, required=True)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalProgrammeRecord:
    """FILE-15 地方単独事業に関する情報: named once in the sources, with no word on what is in it.
    Head and trailer are all that is agreed, and nobody can send or take it (CON-06)."""
