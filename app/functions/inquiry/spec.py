"""Functions of inquiry (情報照会): its kinds of case, and the end of what was answered."""

from __future__ import annotations

from app.cases.functions import case_functions
from app.cases.waiting import case_sources
from app.functions.inquiry import erasing
from app.functions.inquiry.kinds import KINDS
from app.security.spec import Actor, Area, Function, Kind

AREA = Area("inquiry", "情報照会", 37, case_sources(KINDS), scheduled=(erasing.SCHEDULED,))

FUNCTIONS: tuple[Function, ...] = (
    *case_functions(AREA.id, KINDS),
    Function(
        id=erasing.ERASE,
        area="inquiry",
        kind=Kind.UPDATE,
        label="照会結果の消去（端末が行う）",
        help="受け取ってから決まった日数が過ぎた照会結果の内容を消します。照会したことは残ります。",
        actor=Actor.SYSTEM,
        reads=("decision", "case_file.kind", "setting", f"store_fact.{erasing.LOOKED_FACT}"),
        writes=("decision", f"store_fact.{erasing.LOOKED_FACT}"),
        run="app.functions.inquiry.erasing:erase_answers",
        at_login=True,
    ),
)
