"""Functions of the day (一日の仕事): what waits for somebody, and the end of the day."""

from __future__ import annotations

from app.cases.functions import visit_functions
from app.security.spec import Area, Function, Kind, StepUp

AREA = Area("day", "一日の仕事", 5, before_registration=True)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        id="day.show",
        area="day",
        kind=Kind.INQUIRE,
        label="今日の仕事",
        help="書きかけ、決定待ち、確認の済んでいないものなど、だれかを待っているものをすべて一覧し、"
        "Enter で次にすることへ進みます。自分の事務のものだけが表示されます。",
        screen="app.cases.screens.board:BoardScreen",
        menu=True,
        home=True,
        reads_what_waits=True,
    ),
    Function(
        id="day.settle",
        area="day",
        kind=Kind.UPDATE,
        label="済んだことの記録",
        help="届出の後に続くこと（資格確認書の返還など）が済んだか、不要になったことを記録します。",
        reads=("follow_up",),
        writes=("follow_up",),
    ),
    *visit_functions("day"),
    Function(
        id="day.close",
        area="day",
        kind=Kind.ADMINISTER,
        label="日締め",
        help="一日の窓口を締めます。「締めの前に」と示されたものが一つでも残っている間は"
        "締められません。",
        step_up=StepUp.TOUCH,
        writes=("store_fact.day_closed_on",),
        reads_what_waits=True,
    ),
)
