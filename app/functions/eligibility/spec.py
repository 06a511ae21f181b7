"""Functions of eligibility (資格): its kinds of case, and what the area has beside them."""

from __future__ import annotations

from app.cases import check_list, check_notice, explaining
from app.cases.functions import case_functions, guide_functions
from app.cases.waiting import CHECKS, case_sources
from app.functions.eligibility.kinds import KINDS
from app.security.spec import Area, Function, Kind, StepUp

AREA = Area("eligibility", "資格", 20, (*case_sources(KINDS), CHECKS))

FUNCTIONS: tuple[Function, ...] = (
    *case_functions(AREA.id, KINDS),
    *guide_functions(AREA.id),
    Function(
        id=explaining.EXPLAIN,
        area="eligibility",
        kind=Kind.INQUIRE,
        label="割合の理由",
        help="いまの割合と限度区分の理由を、広域連合の決定の根拠から、読み上げる文と職員用の文で出します。"
        "いつから、いつまで、どの申請で変えられるかも出ます。",
        step_up=StepUp.RECENT,
        reads=explaining.READS,
        screen="app.cases.screens.explaining:ExplainScreen",
        person_key="Alt+R",
        hands_out=True,
    ),
    Function(
        id="eligibility.list_checks",
        area="eligibility",
        kind=Kind.INQUIRE,
        label="確認リスト",
        help="広域連合や住民記録と食い違う届出を一覧し、処理を記録します。",
        reads=check_list.READS,
        screen="app.cases.screens.checks:CheckListScreen",
        menu=True,
    ),
    Function(
        id="eligibility.open_list",
        area="eligibility",
        kind=Kind.UPDATE,
        label="届いたリストを開く",
        help="広域連合から届いたリストを開きます。だれがいつ開いたかが記録され、最後の一件の処理を"
        "記録するまで「今日の仕事」に期限とともに残ります。",
        reads=("delivered_list",),
        writes=("delivered_list.opened_by", "delivered_list.opened_at"),
    ),
    Function(
        id="eligibility.settle_check",
        area="eligibility",
        kind=Kind.UPDATE,
        label="確認リストの処理",
        help="確認リストの一件に、問題なし・通知・再作成依頼のどれかを記録します。",
        reads=("check_entry", "delivered_list"),
        writes=("check_entry", "delivered_list.closed_by", "delivered_list.closed_at"),
    ),
    Function(
        id=check_notice.PRINT,
        area="eligibility",
        kind=Kind.PRINT,
        label="確認リストの通知の印刷",
        help="確認リストや届いたリストの、問題なしとした行のほかを、送り元に渡す通知（再作成の"
        "お願い）に印刷します。取扱注意の方の行は載りません。",
        step_up=StepUp.RECENT,
        reads=check_notice.READS,
        writes=("print_line",),
    ),
)
