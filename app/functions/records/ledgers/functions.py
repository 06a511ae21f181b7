"""The functions of the ledgers, derived from LEDGERS (DESIGN 3): rights are given by ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.cases.print_log import PRINT_WRITES
from app.functions.records.ledgers.declared import PRINT, SHELF, Ledger
from app.security.spec import Function, Kind, SecondPerson, StepUp

ENTRY_READS = ("ledger_entry", "staff.id")
_LIST = "app.functions.records.screens.ledger:LedgerScreen"
_ENTRY = "app.functions.records.screens.ledger_entry:LedgerEntryScreen"


def ledger_functions(ledgers: Iterable[Ledger]) -> tuple[Function, ...]:
    """Showing and writing each, and one function that prints what may be shown."""
    return (_SHELF, *(one for ledger in ledgers for one in _own(ledger)), _PRINT)


def _own(ledger: Ledger) -> Iterator[Function]:
    given = (("ledger", ledger.id),)
    yield Function(
        id=ledger.shows,
        area="records",
        kind=Kind.INQUIRE,
        label=ledger.title,
        help=f"{ledger.help}一覧し、ことばで探します。",
        step_up=StepUp.RECENT,
        reads=ENTRY_READS,
        screen=_LIST,
        given=given,
        personal=ledger.personal,
    )
    if any(not (step.confirmed or step.by_program) for step in ledger.steps):
        yield _writing(ledger, given)
    if any(step.confirmed for step in ledger.steps):
        yield _confirming(ledger, given)


def _writing(ledger: Ledger, given: tuple[tuple[str, str], ...]) -> Function:
    return Function(
        id=ledger.writes,
        area="records",
        kind=Kind.UPDATE,
        label=f"{ledger.title}に書く",
        help=f"{ledger.noun}を起こし、段階を書き足し、誤りを訂正します。書いたものは消えず、訂正も"
        "書き足しです。",
        step_up=StepUp.TOUCH,
        reads=ENTRY_READS,
        writes=("ledger_entry",),
        screen=_ENTRY,
        given=given,
        from_person=ledger.of_person,
        personal=ledger.personal,
    )


_SECONDS = {
    SecondPerson.SUPERVISOR: ("責任者の承認", "責任者の承認を得て書きます"),
    SecondPerson.CONFIRM: ("もう一人の確認", "もう一人の職員の確認を得て書きます"),
}


def _confirming(ledger: Ledger, given: tuple[tuple[str, str], ...]) -> Function:
    labels = "、".join(step.label for step in ledger.steps if step.confirmed)
    word, how = _SECONDS[ledger.second]
    return Function(
        id=ledger.confirms,
        area="records",
        kind=Kind.UPDATE,
        label=f"{ledger.title}に書く（{word}）",
        help=f"{ledger.noun}の「{labels}」を、{how}。書いたものは消えず、誤りは訂正で直します。",
        step_up=StepUp.TOUCH,
        second_person=ledger.second,
        reads=ENTRY_READS,
        writes=("ledger_entry",),
        screen=_ENTRY,
        given=given,
        personal=ledger.personal,
    )


_SHELF = Function(
    id=SHELF,
    area="records",
    kind=Kind.INQUIRE,
    label="台帳",
    help="見ることのできる台帳を一覧し、選んで開きます。",
    screen="app.functions.records.screens.shelf:ShelfScreen",
    menu=True,
)
_PRINT = Function(
    id=PRINT,
    area="records",
    kind=Kind.PRINT,
    label="台帳の印刷",
    help="見ることのできる台帳の、一件または期間の一覧を印刷します。印刷の記録に残ります。",
    writes=PRINT_WRITES,
)
