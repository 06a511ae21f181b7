"""What a rule refuses: which fact is missing or cannot be, and for whom."""

from __future__ import annotations

from app.core.errors import UserError


class RuleError(UserError):
    """A rule cannot answer. ``person`` is the neutral key the caller gave (never a name);
    ``missing`` names the fact that is missing or wrong, as the caller's field is called.
    """

    def __init__(
        self, code: str, message: str, remedy: str, *, person: str = "", missing: str = ""
    ) -> None:
        shown = f"{message}（対象 {person}）" if person else message
        super().__init__(code, shown, remedy, field=missing or None)
        self.person = person
        self.missing = missing
