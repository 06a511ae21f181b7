"""Nothing typed is lost (FLOW-103): the page of an entry is kept beside the store while it is
typed, and taken up again in the field and at the cursor where it was left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.cases import drafts
from app.cases.state import CaseState
from app.security.vault.typed_pages import TypedPage, Where
from app.ui.base.desk import Desk

KEEP_EVERY_MS = 3_000
"""At most so much of typing is lost to a power cut."""


class TypedKeeper:
    """Keeps what ``page_of`` gives every few seconds, where something changed. It stops with
    ``parent``, the screen."""

    def __init__(
        self, desk: Desk, parent: QWidget, page_of: Callable[[], TypedPage | None]
    ) -> None:
        self._desk = desk
        self._page_of = page_of
        self._kept: TypedPage | None = None
        self._timer = QTimer(parent)
        self._timer.setInterval(KEEP_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @property
    def keeps(self) -> bool:
        """Whether something of the page was kept."""
        return self._kept is not None

    def look(self) -> None:
        """Keep the page where it is another one than was kept last."""
        page, pages = self._page_of(), self._desk.pages
        if pages is None or page is None or page == self._kept:
            return
        self._kept = page
        self._desk.beside(lambda: pages.keep(page))

    def forget(self, case_id: str) -> None:
        """The case was sent or dropped."""
        self._timer.stop()
        forget(self._desk, case_id)


def forget(desk: Desk, *case_ids: str) -> None:
    """These cases were sent or dropped: nothing of their pages stays."""
    pages = desk.pages
    if pages is not None:
        desk.beside(lambda: pages.drop(*case_ids))


def page_of(
    case: drafts.KeyedCase, staff_id: str, values: Mapping[str, str], step: str, where: Where
) -> TypedPage:
    """The page as ``staff_id`` types it now."""
    typed = {name: text for name, text in values.items() if text}
    kind, at = case.kind, (where.field, where.cursor)
    return TypedPage(case.id, kind.label, kind.opening, staff_id, case.version, typed, step, *at)


def left(desk: Desk, case: drafts.KeyedCase) -> tuple[drafts.KeyedCase, TypedPage | None]:
    """The case as it was left, with the page that was being typed then; one's own is in its draft
    now, a colleague's is put there when the case was taken over (``saved``). On the store's
    worker. Raises UserError ``cases.not_draft``, and as ``drafts.save_draft``."""
    if case.state is not CaseState.DRAFT:
        if desk.pages is not None:
            desk.pages.drop(case.id)
        raise drafts.not_draft()
    page = desk.pages.find(case.id, case.version) if desk.pages is not None else None
    if page is not None and page.staff_id == desk.session.staff_id:
        return saved(desk, case, page), page
    return case, page


def saved(desk: Desk, case: drafts.KeyedCase, page: TypedPage) -> drafts.KeyedCase:
    """The case with the page in its draft. Raises as ``drafts.save_draft``."""
    if page.is_in(case.values, case.step):
        return case
    return drafts.save_draft(desk.gate, desk.session, case, page.values, page.step)
