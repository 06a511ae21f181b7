"""One entry of a ledger: the fields of its step, and for a correction why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.book import Place
from app.functions.records.ledgers.declared import Form, Item
from app.functions.records.ledgers.record import Record, Written
from app.rules.calendar.wareki import Eras
from app.security.gate.carry_out import Steps
from app.security.spec import SecondPerson
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, TextField
from app.ui.base.form_parts import DayField, OneOfField


class LedgerEntryScreen(ActForm):
    """Writes one step of a record, or corrects an entry of it."""

    def __init__(
        self,
        desk: Desk,
        ledger: str,
        step: str = "",
        record: Record | None = None,
        corrected: Written | None = None,
        person_id: str = "",
    ) -> None:
        self.ledger = LEDGERS[ledger]
        self.step = self.ledger.step(step) if step else self.ledger.steps[0]
        self._record, self._corrected = record, corrected
        self._person_id = record.entries[0].person_id if record is not None else person_id
        eras = Eras(desk.tables["eras"])
        kinds = [kind.label for kind in desk.kinds.values()]
        fields = [_field(item, eras, kinds) for item in self.step.items]
        if corrected is not None:
            fields.append(
                TextField("why", "訂正の理由", required=True, note="何が誤っていたか", limit=200)
            )
        word = "訂正する" if corrected is not None else "書く"
        super().__init__(desk, self._title(), self._lead(), word, fields)
        if corrected is not None:
            self._fill(corrected)

    def _title(self) -> str:
        what = "の訂正" if self._corrected is not None else ""
        number = f" {self._record.id}" if self._record is not None else ""
        return f"{self.ledger.noun}{number}　{self.step.label}{what}"

    def _lead(self) -> str:
        second = (
            "責任者の承認が要ります。"
            if self.step.confirmed and self.ledger.second is SecondPerson.SUPERVISOR
            else "もう一人の確認が要ります。"
            if self.step.confirmed
            else ""
        )
        if self._corrected is not None:
            return f"正しい内容に直し、理由を入れて Ctrl+Enter。前の記入も残ります。{second}"
        return f"入れて Ctrl+Enter。書いたものは消せません（誤りは訂正で直します）。{second}"

    def _fill(self, corrected: Written) -> None:
        for field in self.fields:
            value = corrected.cells.get(field.name, "")
            if isinstance(field, DayField):
                if value:
                    field.set_day(date.fromisoformat(value))
            elif value:
                field.set_value(value)

    def leave(self) -> None:
        self._back(self._record.id if self._record is not None else "")

    def _back(self, record: str) -> None:
        self._desk.go(self.ledger.shows, record=record)

    def steps(self) -> Steps[Any]:
        desk = self._desk
        typed = {field.name: _typed(field) for field in self.fields}
        why = typed.pop("why", "")
        place = Place(
            self._record.id if self._record is not None else "",
            self.step.code,
            self._corrected.id if self._corrected is not None else "",
            why,
            self._person_id,
        )
        book.check_cells(self.step, typed, desk.clock.now().date())
        return self.act(
            lambda: book.prepare_entry(desk.gate, desk.session, self.ledger, place, typed),
            lambda prepared, given: book.perform_entry(desk.gate, prepared, given),
        )

    def done(self, outcome: str) -> None:
        said = "訂正しました" if self._corrected is not None else "書きました"
        self._desk.say(f"{self.ledger.noun} {outcome} に「{self.step.label}」を{said}。")
        self._back(outcome)


def _field(item: Item, eras: Eras, kinds: Sequence[str]) -> Field:
    if item.form is Form.DAY:
        return DayField(item.name, item.label, eras, required=item.required, note=item.note)
    if item.form is Form.KIND:
        note = item.note or "手続の名前の一部（例：再交付）"
        return OneOfField(item.name, item.label, kinds, required=item.required, note=note)
    if item.form is Form.CHOICE:
        return ChoiceField(
            item.name, item.label, list(item.choices), required=item.required, note=item.note
        )
    return TextField(
        item.name, item.label, required=item.required, note=item.note, limit=item.limit
    )


def _typed(field: Field) -> str:
    """What was typed; a day as ISO text. Raises UserError for a day or a kind that is none."""
    if isinstance(field, DayField):
        return field.day().isoformat() if field.value().strip() else ""
    return field.chosen() if isinstance(field, OneOfField) else field.value()
