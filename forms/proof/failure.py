"""What a failed proof says."""

from __future__ import annotations

from enum import Enum

from app.core.errors import Bug


class Check(Enum):
    """The checks of DESIGN 7, with what each looks at."""

    TEXT = "text"  # (a) the text layer equals the data
    BOX = "box"  # (b) every character inside its field and on the sheet
    FONT = "font"  # (b) every font embedded
    INK = "ink"  # (b) the ink of every item is whole, nothing over it
    OUTLINE = "outline"  # (c) the drawn outline is the source font's
    BARCODE = "barcode"  # (d) barcodes decode from the picture
    PICTURE = "picture"  # the image of a seal is there


_SAID = {
    Check.TEXT: "印刷される文字が決定の内容と一致しません",
    Check.BOX: "文字が枠又は用紙からはみ出しています",
    Check.FONT: "埋め込まれていないフォントが使われています",
    Check.INK: "文字の一部が欠けているか、上に何かが重なっています",
    Check.OUTLINE: "字形がフォントの字形と一致しません",
    Check.BARCODE: "バーコードを読み取れないか、内容が違います",
    Check.PICTURE: "画像（公印の印影など）が印刷されません",
}


class ProofFailed(Bug):
    """The print must not be used. ``check`` says which check failed, ``where`` which item.

    The message names item and page, never the item's content.
    """

    def __init__(self, check: Check, where: str, page: int | None = None) -> None:
        place = f"「{where}」" if page is None else f"「{where}」（{page + 1}ページ）"
        super().__init__(
            f"forms.proof_{check.value}",
            f"印刷前の検査で誤りが見つかりました。{place}：{_SAID[check]}。",
            "この証は印刷できません。番号は使わずに無効とし、システム管理者に連絡してください。",
        )
        self.check = check
        self.where = where
        self.page = page
