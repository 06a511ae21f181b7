"""広域連合の帳票 (FORM-N24): papers that the union drew (FILE-23). The terminal prints their pages
unchanged and draws none; the print log knows them by this name."""

from __future__ import annotations

from dataclasses import dataclass

from forms.form import DAY, LIST, Form
from forms.items import item


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionPaperData:
    """What the print log knows of one."""

    number: str = item("番号", required=False)


FORM = Form(
    id="FORM-N24",
    title="広域連合の帳票",
    kind=LIST,
    data=UnionPaperData,
    draw=None,
    source=DAY,
    numbered=False,
    paper="",
)
