"""続けて別の手続: the next case of the same sitting, begun from one that is on the screen."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.cases.about import Begin
from app.cases.kind import CaseKind
from app.ui.base.desk import Desk
from app.ui.base.picker import Offer, pick

LABEL = "続けて別の手続"
SEARCH = "persons.search"
"""Where whoever came along and is known here is found."""


_SAME = "同じ方のどの手続を始めますか。今日の本人確認と書類を引き継ぎます。"
_NEXT = "一緒に来た方のどの手続を始めますか。今日の本人確認と書類を引き継ぎます。"
_TOGETHER = "一緒に来た方の転入など"
_KNOWN_HERE = Offer("一緒に来た方", "登録のある方を検索して始める", "search")


def go_on(screen: QWidget, desk: Desk, case_id: str, *, known: bool) -> None:
    """Ask which case follows, of those that may begin now, and open it: identification and
    documents are those of ``case_id``, and the person, where she is ``known`` here. Of a newcomer
    who waits for the decision nothing more can begin, but whoever came along can be next, keyed
    anew or searched."""

    def offer(permitted: frozenset[str]) -> None:
        mine: list[CaseKind] = [
            kind
            for kind in desk.kinds.values()
            if Begin.CASE in kind.beginnings
            and kind.opening in permitted
            and (known or kind.for_newcomer)
        ]
        mine.sort(key=lambda kind: kind.for_newcomer)
        groups = list(dict.fromkeys(map(_group, mine)))
        if not mine:
            desk.say("続けて始められる手続はありません。")
            return
        mine.sort(key=lambda kind: groups.index(_group(kind)))
        offers = [Offer(_group(kind), kind.label, kind.code) for kind in mine]
        ways = [kind.opening for kind in mine]
        if not known and SEARCH in permitted:
            offers.append(_KNOWN_HERE)
            ways.append(SEARCH)
        question = _SAME if known else _NEXT
        pick(screen, question, offers, lambda at: desk.go(ways[at], after=case_id))

    desk.run(screen, lambda: desk.gate.permitted(desk.session), offer)


def _group(kind: CaseKind) -> str:
    return _TOGETHER if kind.for_newcomer else kind.group
