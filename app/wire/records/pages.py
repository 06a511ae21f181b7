"""What goes to a contractor (委託先) beside the pages themselves."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """PAGE-01 印刷データ: one sheet, in the order of the post: in which file, at which place of it,
    under which number. Nothing of whom it is for: that stands on the sheet."""

    sheet: str = column("枚目", Kind.NUMBER, 7, required=True)
    file: str = column("部のファイル名", Kind.ID, 40, required=True)
    place: str = column("部の中の枚目", Kind.NUMBER, 7, required=True)
    pages: str = column("ページ数", Kind.NUMBER, 3, required=True)
    number: str = column("発行番号", Kind.ID, 40, required=True)
    form_id: str = column("様式", Kind.ID, 20, required=True)
    file_digest: str = column("部の検査値（SHA-256）", Kind.HEX, 64, required=True)
