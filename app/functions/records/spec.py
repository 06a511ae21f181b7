"""Functions of the records (記録): looking into the journal and proving it; the ledgers."""

from __future__ import annotations

from app.functions.records import waiting
from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers.functions import ledger_functions
from app.security.spec import Actor, Area, Function, Kind, StepUp

AREA = Area(
    "records",
    "記録",
    80,
    waiting.WAITS,
    before_registration=True,
    by_founding=True,
    scheduled=waiting.SCHEDULED,
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        id="records.view_lines",
        area="records",
        kind=Kind.INQUIRE,
        label="操作記録の点検",
        help="だれが、いつ、どの機能で、だれの情報を扱ったかを期間で一覧します。"
        "時間外の利用や拒否された操作も見られます。",
        step_up=StepUp.RECENT,
        reads=(
            "setting",
            "outbox.file_id",
            "outbox.route",
            "outbox.state",
            "outbox.case_id",
        ),
        screen="app.functions.records.screens.review:ReviewScreen",
        menu=True,
    ),
    Function(
        id="records.verify",
        area="records",
        kind=Kind.INQUIRE,
        label="操作記録の検証",
        help="操作記録が書き換えられていないことを、連鎖・署名・広域連合の確認印で確かめます。",
        step_up=StepUp.RECENT,
        reads=("credential", "control_row"),
    ),
    Function(
        id="records.note_review",
        area="records",
        kind=Kind.UPDATE,
        label="点検記録",
        help="操作記録を点検した期間と結果を、自分の署名で残します（定期点検）。",
        step_up=StepUp.TOUCH,
        writes=("store_fact.records.reviewed",),
    ),
    Function(
        id="records.print_report",
        area="records",
        kind=Kind.PRINT,
        label="点検報告の印刷",
        help="選んだ期間の時間外の利用、拒否、頻度の高い日、管理の操作、点検記録を"
        "一枚の報告に印刷します（年１回以上の分析報告）。",
        step_up=StepUp.RECENT,
        reads=("print_line",),
        writes=("print_line",),
    ),
    Function(
        id="records.close_month",
        area="records",
        kind=Kind.ADMINISTER,
        label="月次の締め（端末が行う）",
        help="終わった月の操作記録を、市区町村の保管用の鍵で封をして締め、広域連合へ送ります。",
        actor=Actor.SYSTEM,
        reads=("store_fact.store_id", "setting"),
        writes=("store_fact.records.*",),
    ),
    Function(
        id="records.drop_month",
        area="records",
        kind=Kind.ADMINISTER,
        label="保存期間を過ぎた操作記録（端末が行う）",
        help="広域連合が受領した月の操作記録を、保存期間が過ぎてからこの端末から消します。",
        actor=Actor.SYSTEM,
    ),
    *ledger_functions(LEDGERS.values()),
)
