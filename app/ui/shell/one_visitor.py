"""One visitor at a time: while a case is open, somebody else's page opens only on the clerk's word.

A clerk who looks for something else in the middle of a case (検索, the menu) still has that visitor
before her. The next person whom she opens is asked about, by the name of the one whose case is
open: an entry that goes on with the wrong person before it pays the wrong heir.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from app.ui.base.choice import choose
from app.ui.base.pages import InHand, Page


class OneVisitor:
    """Whose case is open while another screen stands there. ``parent`` is over which window it
    asks, ``opens`` opens a function's screen."""

    def __init__(self, parent: QWidget, opens: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._parent = parent
        self._opens = opens
        self._in_hand: InHand | None = None

    def leaves(self, screen: QWidget | None) -> None:
        """The menu takes the clerk away from ``screen``, perhaps in the middle of a case."""
        in_hand = screen.in_hand if isinstance(screen, Page) else None
        self._in_hand = in_hand or self._in_hand

    def ended(self) -> None:
        """Nobody's case is open any more: it was sent, dropped or put back among today's work."""
        self._in_hand = None

    def go(self, function_id: str, arguments: Mapping[str, Any]) -> None:
        """Open a function's screen; that of somebody else only when the clerk says so."""
        in_hand, person_id = self._in_hand, arguments.get("person_id", "")
        if in_hand is None or not person_id or person_id in in_hand.whose:
            if arguments.get("case_id"):
                self.ended()  # that case names its own person (app.cases.taking_up)
            self._opens(function_id, arguments)
            return
        self._ask(in_hand, function_id, arguments)

    def _ask(self, in_hand: InHand, function_id: str, arguments: Mapping[str, Any]) -> None:
        def answered(at: int) -> None:
            self.ended()
            if at == 0:
                self._opens(in_hand.function_id, {"case_id": in_hand.case_id})
            else:
                self._opens(function_id, arguments)

        choose(
            self._parent,
            f"{in_hand.called}の受付の途中です。別の方を開きますか。",
            (
                f"{in_hand.called}の受付に戻る",
                "別の方を開く（途中の受付は、今日の仕事に残ります）",
            ),
            answered,
            ok="進む",
        )
