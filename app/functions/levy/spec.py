"""Functions of the premium (保険料): the ledger, and the files that fill it."""

from __future__ import annotations

from app.functions.levy import ledger, receiving, trial
from app.security.spec import Actor, Area, Function, Kind, StepUp
from app.sync.inbox import APPLYING

AREA = Area("levy", "保険料", 35)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        id=ledger.OPEN,
        area="levy",
        kind=Kind.INQUIRE,
        label="保険料の台帳",
        help="一人の保険料を年度ごとに開きます。いくらか、なぜその額か、どの期にいくら納めるか、納めたかを、"
        "決定と市区町村の記録の額のとおりに示し、前の年度と並べます。",
        step_up=StepUp.RECENT,
        reads=ledger.READS,
        screen="app.functions.levy.screens.ledger:PremiumLedgerScreen",
        person_key="Alt+M",
    ),
    Function(
        id=trial.TRY,
        area="levy",
        kind=Kind.INQUIRE,
        label="保険料の試算",
        help="来庁者の収入、世帯、加入や脱退の日から、保険料がいくらになりそうかを計算します。入れたことも"
        "結果も端末に残らず、試算したことだけが操作記録に残ります。",
        reads=("store_fact.municipality_code",),
        screen="app.functions.levy.screens.trial:TrialScreen",
        menu=True,
    ),
    Function(
        id=trial.PRINT,
        area="levy",
        kind=Kind.PRINT,
        label="試算の印刷",
        help="試算を一枚に印刷します。紙の全面に「試算」と入り、氏名は入りません。",
        step_up=StepUp.RECENT,
        reads=("print_line",),
        writes=("print_line",),
    ),
    Function(
        id="levy.receive_premium",
        area="levy",
        kind=Kind.UPDATE,
        label="保険料情報の取り込み（端末が行う）",
        help="広域連合の保険料情報を台帳に入れます。前と違うもの、計算と違うものは確認リストに載せます。",
        actor=Actor.SYSTEM,
        reads=receiving.READS,
        writes=(*APPLYING, *receiving.WRITES),
    ),
    Function(
        id="levy.receive_collection",
        area="levy",
        kind=Kind.UPDATE,
        label="期割・収納・滞納の取り込み（端末が行う）",
        help="期割情報、収納情報、滞納者情報を台帳に入れます。前と違うもの、合計の合わないものは"
        "確認リストに載せます。",
        actor=Actor.SYSTEM,
        reads=receiving.READS,
        writes=(*APPLYING, *receiving.WRITES),
    ),
)
