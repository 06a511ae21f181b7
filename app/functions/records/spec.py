"""Functions of the records (記録): looking into the journal and proving it; the ledgers."""

from __future__ import annotations

from app.cases.print_log import PRINT_WRITES
from app.functions.records import diagnosing, number_registers, phases, waiting
from app.functions.records.audit import evidence
from app.functions.records.audit import service as audit
from app.functions.records.disclosure import service as disclosure
from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers import waiting as ledgers_waiting
from app.functions.records.ledgers.functions import ledger_functions
from app.functions.records.retention import kinds, proposal, running
from app.security.spec import Actor, Area, Function, Kind, SecondPerson, StepUp
from db import again

AREA = Area(
    "records",
    "記録",
    80,
    (*waiting.WAITS, *ledgers_waiting.WAITS, proposal.WAITS),
    before_registration=True,
    by_founding=True,
    scheduled=(*waiting.SCHEDULED, proposal.SCHEDULED),
    evidence=evidence.EVIDENCE,
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
        id=phases.SHOW,
        area="records",
        kind=Kind.INQUIRE,
        label="件数と時間",
        help="一日ごと・手続ごとの受付の件数と、来庁の段階（本人の確認、入力、決定を待つ、説明、手渡し）に"
        "かかった時間の合計を見ます。職員や来庁者ごとの数は出ません。",
        step_up=StepUp.RECENT,
        reads=phases.READS,
        screen="app.functions.records.screens.phases:PhasesScreen",
        menu=True,
        personal=True,
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
        id=disclosure.SHOW,
        area="records",
        kind=Kind.INQUIRE,
        label="開示する情報",
        help="開示すると決まった請求の、本人の情報、紙、利用の記録を集めます。台帳「開示・訂正・利用停止の請求」"
        "から開きます。",
        step_up=StepUp.RECENT,
        reads=disclosure.READS,
        screen="app.functions.records.screens.disclosure:DisclosureScreen",
        personal=True,
    ),
    Function(
        id=disclosure.PRINT,
        area="records",
        kind=Kind.PRINT,
        label="開示する情報の印刷",
        help="請求した方に渡す、本人の情報を印刷します。伏せるものは除き、除いたことも載ります。",
        step_up=StepUp.TOUCH,
        reads=("ledger_entry",),
        writes=PRINT_WRITES,
        personal=True,
    ),
    Function(
        id=diagnosing.COUNT,
        area="records",
        kind=Kind.INQUIRE,
        label="診断資料の件数",
        help="診断資料に入れる、保存データと操作記録の件数と状態を数えます。内容は読みません。",
        step_up=StepUp.RECENT,
        reads=diagnosing.READS,
    ),
    Function(
        id=diagnosing.MAKE,
        area="records",
        kind=Kind.UPDATE,
        label="診断資料の作成",
        help="エラー番号を調べる委託先などに渡す診断資料（版、自己点検、技術ログ、件数。個人の情報なし）に封をし、"
        "「委託先への引渡しの記録」に書きます。窓口を閉じて madoguchi diagnostics で行います。",
        step_up=StepUp.TOUCH,
        writes=("ledger_entry",),
    ),
    Function(
        id=audit.MAKE_VIEW,
        area="records",
        kind=Kind.INQUIRE,
        label="監査資料",
        help="期間の監査資料（利用者と権限、操作記録の集計と検証、点検、媒体、消去、事故、研修、端末の"
        "自己点検、自己点検チェックリスト）を集めます。被保険者の情報は入りません。",
        step_up=StepUp.RECENT,
        reads_evidence=True,
        screen="app.functions.records.screens.audit:AuditScreen",
        menu=True,
    ),
    Function(
        id=audit.MAKE,
        area="records",
        kind=Kind.PRINT,
        label="監査資料の作成",
        help="集めた監査資料に封をして、1つのファイルに保存します。開く合言葉は、そのときだけ出ます。"
        "madoguchi audit-packet でも作れます。",
        step_up=StepUp.TOUCH,
        writes=PRINT_WRITES,
    ),
    Function(
        id="records.close_month",
        area="records",
        kind=Kind.ADMINISTER,
        label="月次の締め（端末が行う）",
        help="終わった月の操作記録を、市区町村の保管用の鍵で封をして締め、広域連合へ送ります。",
        actor=Actor.SYSTEM,
        at_the_end=True,
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
    Function(
        id=proposal.SHOW,
        area="records",
        kind=Kind.INQUIRE,
        label="保存期間と消去",
        help="保存期間を過ぎた情報を種類ごとに件数と見本で示し、残すものとその理由を言います。"
        "ここから二人で消去を指示し、終わったら消し跡を書き直します。",
        step_up=StepUp.RECENT,
        reads=(*kinds.READS, "setting", "erasure", "erasure_item"),
        screen="app.functions.records.screens.erasure:ErasureScreen",
        menu=True,
        personal=True,
    ),
    Function(
        id=proposal.ORDER,
        area="records",
        kind=Kind.ADMINISTER,
        label="消去の指示",
        help="保存期間を過ぎた情報を消すことを、責任者二人で指示します。端末が少しずつ消し、"
        "消去の記録を残します。元に戻せません。",
        step_up=StepUp.TOUCH,
        second_person=SecondPerson.SUPERVISOR,
        reads=(*kinds.READS, "setting"),
        writes=("erasure", "erasure_item", "ledger_entry"),
        personal=True,
    ),
    Function(
        id=running.START_REWRITE,
        area="records",
        kind=Kind.ADMINISTER,
        label="消し跡の書き直しの開始",
        help="消去のあと、保存データのファイルを書き直し、消したものの写しがどこにも残らないように"
        "します。そのあいだ、画面は待ちます。",
        step_up=StepUp.RECENT,
        reads=("erasure",),
        writes=("erasure.state",),
    ),
    Function(
        id=proposal.FIND,
        area="records",
        kind=Kind.ADMINISTER,
        label="保存期間を過ぎた情報を探す（端末が行う）",
        help="一日に一度、保存期間を過ぎた情報を数え、今日の仕事に出します。何も消しません。",
        actor=Actor.SYSTEM,
        reads=(*kinds.READS, "setting"),
        writes=(f"store_fact.{proposal.FOUND_FACT}", f"store_fact.{again.KEY_FACT}"),
        run="app.functions.records.retention.proposal:find_expired",
        at_login=True,
    ),
    Function(
        id=running.PIECE,
        area="records",
        kind=Kind.ADMINISTER,
        label="消去（端末が行う）",
        help="二人が指示した消去を、少しずつ行います。途中で終わっても、続きから行います。",
        actor=Actor.SYSTEM,
        reads=(*kinds.READS, "inbox", *again.READS),
        writes=(
            *again.WRITES,
            *kinds.PURGED,
            *("print_line", "union_paper", "ledger_entry", "erasure", "erasure_item"),
        ),
        run="app.functions.records.retention.running:erase_piece",
        in_pieces=True,
    ),
    Function(
        id=running.REWRITE,
        area="records",
        kind=Kind.ADMINISTER,
        label="消し跡の書き直し（端末が行う）",
        help="書き直しを始めた消去について、保存データのファイルを新しく書き、消去の記録に残します。",
        actor=Actor.SYSTEM,
        reads=("erasure",),
        writes=("erasure", "ledger_entry"),
        run="app.functions.records.retention.running:rewrite",
        in_pieces=True,
    ),
    Function(
        id=number_registers.SHOW,
        area="records",
        kind=Kind.INQUIRE,
        label="番号の一覧表",
        help="個人番号の記入を求める様式、個人番号を利用する事務、情報照会の手続を、プログラムの登録から"
        "一覧します。",
        screen="app.functions.records.screens.number_registers:NumberRegistersScreen",
        menu=True,
    ),
    Function(
        id=number_registers.PRINT,
        area="records",
        kind=Kind.PRINT,
        label="個人番号の一覧表の印刷",
        help="個人番号の一覧表を、監査や公表のために印刷します。印刷の記録に残ります。",
        writes=PRINT_WRITES,
    ),
    *ledger_functions(LEDGERS.values()),
)
