"""What the product itself holds about individual numbers (個人番号), read off its registries
(SEC-12, FORM-84): the forms that ask for one, the duties that use one, the procedures of inquiry.

Nobody keeps these lists by hand: a form, a function or a procedure that is added is on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.cases.list_paper import ListDesk, head_of, print_list
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, Session
from app.security.spec import Catalog, MyNumber
from forms.catalog import FORMS
from forms.form import Form
from forms.lists import number_registers as paper

SHOW, PRINT = "records.number_registers", "records.print_registers"
FORM_LIST, DUTY_LIST, INQUIRY_LIST = (
    "記入を求める様式",
    "個人番号を利用する事務",
    "情報照会の手続",
)
_USES = {
    MyNumber.SHOW: "画面に出して見る",
    MyNumber.SEARCH: "本人を探す",
    MyNumber.UPDATE: "登録・変更し、広域連合へ送る",
}


@dataclass(frozen=True, slots=True)
class Registered:
    """One line: on which list, its code, its name, and what is done with the number there."""

    register: str
    code: str
    title: str
    what: str


def registers(
    catalog: Catalog, tables: Tables, day: date, forms: Iterable[Form] = FORMS
) -> tuple[Registered, ...]:
    """The three lists as of ``day``."""
    return (*_forms(forms, day), *_duties(catalog), *_procedures(tables, day))


def show(gate: Gate, session: Session, tables: Tables) -> tuple[Registered, ...]:
    """The same for whoever may see them."""
    with gate.view(SHOW, session) as work:
        return registers(gate.catalog, tables, work.at.date())


def print_registers(desk: ListDesk) -> str:
    """Print them (FORM-84); the list's number."""
    found = show(desk.gate, desk.session, desk.drawing.tables)
    counts = Counter(one.register for one in found)
    counted = "　".join(
        f"{word} {counts[name]}"
        for word, name in (("様式", FORM_LIST), ("事務", DUTY_LIST), ("照会", INQUIRY_LIST))
    )
    head = head_of(desk, PRINT, "N", counted)
    day = on_paper(desk.gate.now().date(), Eras(desk.drawing.tables["eras"]))
    rows = tuple((one.register, one.code, one.title, one.what) for one in found)
    data = paper.NumberRegistersData(**head, day=day, rows=rows)
    return print_list(desk, PRINT, paper.FORM.id, data)


def _forms(forms: Iterable[Form], day: date) -> Iterator[Registered]:
    for form in forms:
        if form.asks_number and form.holds_on(day):
            yield Registered(FORM_LIST, form.id, form.title, "書く方が記入する。印刷はしない")


def _duties(catalog: Catalog) -> Iterator[Registered]:
    for one in catalog.values():
        if one.my_number is not MyNumber.NONE:
            area = catalog.area_of(one).label
            yield Registered(DUTY_LIST, one.id, f"{area}　{one.label}", _USES[one.my_number])


def _procedures(tables: Tables, day: date) -> Iterator[Registered]:
    for row in tables["inquiry_procedures"].rows(day):
        yield Registered(
            INQUIRY_LIST, row.text("code"), row.text("label"), "中間サーバーへ照会する"
        )
