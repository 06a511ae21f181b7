"""What a page of a few fields shares with others: fields of days, errors at their fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from app.core.errors import UserError
from app.core.text import search_key
from app.rules.calendar.wareki import DateError, Eras, on_paper, on_screen
from app.rules.calendar.wareki_input import parse_day
from app.ui.base.fields import Field, TextField


class DayField(TextField):
    """A day, typed as everywhere at the counter; what was understood stands beneath."""

    def __init__(
        self, name: str, label: str, eras: Eras, *, required: bool = True, note: str = ""
    ) -> None:
        self._eras = eras
        super().__init__(
            name, label, required=required, note=note, limit=20, understand=self._understood
        )

    def day(self) -> date:
        """The day. Raises ``UserError`` ``date.*`` for the field."""
        try:
            return parse_day(self.value(), self._eras)
        except DateError as wrong:
            raise UserError(wrong.code, wrong.message, wrong.remedy, field=self.name) from wrong

    def set_day(self, day: date) -> None:
        """Fill the field."""
        self.set_value(on_screen(day, self._eras))

    def _understood(self, text: str) -> str:
        try:
            day = parse_day(text, self._eras)
        except DateError:
            return ""
        return f"{on_paper(day, self._eras)}（{'月火水木金土日'[day.weekday()]}）"


_NAMED = 4
"""So many candidates are named beneath the field."""


class OneOfField(TextField):
    """One of many ``labels``, found by a part of it: whichever it can be stands beneath."""

    def __init__(
        self, name: str, label: str, labels: Sequence[str], *, required: bool = True, note: str = ""
    ) -> None:
        self._labels = tuple(labels)
        super().__init__(
            name, label, required=required, note=note, limit=60, understand=self._understood
        )

    def chosen(self) -> str:
        """The whole label, "" for nothing typed. Raises ``UserError`` ``form.none_of`` for the
        field where no label has what was typed, or more than one."""
        text = self.value().strip()
        found = self._found(text) if text else ("",)
        if len(found) != 1:
            how = "複数あります" if found else "ありません"
            raise UserError(
                "form.none_of",
                f"{self.label}「{text}」に当たるものが{how}。",
                f"{'・'.join(found[:_NAMED]) or '別のことば'}のように、"
                "一つに決まるまで入れてください。",
                field=self.name,
            )
        return found[0]

    def _found(self, text: str) -> tuple[str, ...]:
        if text in self._labels:
            return (text,)
        keys = [key for word in text.split() if (key := search_key(word))]
        return tuple(
            one for one in self._labels if keys and all(key in search_key(one) for key in keys)
        )

    def _understood(self, text: str) -> str:
        found = self._found(text.strip()) if text.strip() else ()
        more = f"　ほか{len(found) - _NAMED}" if len(found) > _NAMED else ""
        return f"→ {'、'.join(found[:_NAMED])}{more}" if found else ""


def needed(field: Field) -> str:
    """What is entered. Raises ``UserError`` ``form.empty`` for the field when nothing is."""
    value = field.value().strip()
    if not value:
        raise UserError(
            "form.empty",
            f"{field.label}が入っていません。",
            f"{field.label}を入れてください。",
            field=field.name,
        )
    return value


def show_at_field(fields: Iterable[Field], error: BaseException) -> bool:
    """Tell ``error`` at the field that it names and go there; False when no field is meant."""
    name = getattr(error, "field", None)
    for field in fields:
        if isinstance(error, UserError) and field.name == name:
            field.set_error(f"{error.message}{error.remedy}")
            field.setFocus()
            return True
    return False


def clear_errors(fields: Iterable[Field]) -> None:
    """Nothing is wrong yet."""
    for field in fields:
        field.set_error("")
