"""続けて別の手続: the next case of the same sitting, begun from one that is on the screen."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.cases.about import Begin
from app.cases.kind import CaseKind
from app.ui.base.desk import Desk
from app.ui.base.picker import Offer, pick

LABEL = "続けて別の手続"


def go_on(screen: QWidget, desk: Desk, case_id: str) -> None:
    """Ask which case follows, of those that this person may begin, and open it: person,
    identification and documents are those of ``case_id``."""

    def offer(permitted: frozenset[str]) -> None:
        mine: list[CaseKind] = [
            kind
            for kind in desk.kinds.values()
            if Begin.CASE in kind.beginnings and kind.opening in permitted
        ]
        groups = list(dict.fromkeys(kind.group for kind in mine))
        if not mine:
            desk.say("続けて始められる手続はありません。")
            return
        mine.sort(key=lambda kind: groups.index(kind.group))
        pick(
            screen,
            "同じ方のどの手続を始めますか。今日の本人確認と書類を引き継ぎます。",
            [Offer(kind.group, kind.label, kind.code) for kind in mine],
            lambda at: desk.go(mine[at].opening, after=case_id),
        )

    desk.run(screen, lambda: desk.gate.permitted(desk.session), offer)
