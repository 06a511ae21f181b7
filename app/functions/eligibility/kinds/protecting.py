"""支援措置 (DOMAIN 7.3; SEC-124, FLOW-5013): the union is told that somebody is protected.

The mark itself is set at the counter at once (``persons.mark_provisional``); this carries it to
the union and so to every desk, with 不開示該当 and 自己情報提供不可.
"""

from __future__ import annotations

from app.cases.effects import Restricts
from app.cases.entry import EntryField, FieldKind
from app.cases.kind import Document
from app.cases.page_rules import not_before
from app.functions.eligibility.kinds.families import KNOWN, stating

PROTECTION = stating(
    "措置の始まる日",
    (
        EntryField(
            "measure",
            "措置の区分",
            FieldKind.CHOICE,
            codes="support_measures",
            required=True,
            first="provisional",
        ),
        EntryField(
            "until_on",
            "措置の終了日",
            FieldKind.DAY,
            required=True,
            note="決定は開始日から1年の前の日。過ぎても自動では終わりません",
        ),
    ),
    not_before("until_on", "event_on", "until_before_start"),
    states=KNOWN,
    code="protection",
    group="本人と世帯",
    label="支援措置の届出",
    help="DV等支援措置（仮支援措置を含む）を広域連合へ知らせ、自己情報の提供を止めます。"
    "端末の取扱注意は、先に「取扱注意を付ける」ですぐに付けてください。",
    source="DOMAIN 7.3（支援措置）、SEC-124、FLOW-5013",
    documents=(Document("支援措置の申出書", required=False),),
    says=(("nondisclosed", "1"), ("self_info_off", "1")),
    effect=Restricts(),
    refusals=("measure_days",),
)

KINDS = (PROTECTION,)
