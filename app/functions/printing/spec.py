"""Functions of paper beside its issue (帳票): post, stock, return, lists, applications."""

from __future__ import annotations

from app.functions.printing import applications, lists, posting, returned
from app.security.spec import Area, Function, Kind, StepUp

AREA = Area("printing", "帳票", 25, posting.WAITS)


def _function(name: str, kind: Kind, label: str, help_: str, **more: object) -> Function:
    return Function(f"printing.{name}", "printing", kind, label, help_, **more)  # type: ignore[arg-type]


FUNCTIONS: tuple[Function, ...] = (
    _function(
        "issues",
        Kind.INQUIRE,
        "発行と印刷の一覧",
        "今日発行した証、無効・書き損じ、印刷の記録を一覧し、証発行一覧と試し刷りを印刷します。",
        step_up=StepUp.RECENT,
        reads=lists.READS,
        screen="app.functions.printing.screens.issues:IssuesScreen",
        menu=True,
    ),
    _function(
        "print_log",
        Kind.INQUIRE,
        "印刷の記録",
        "だれが、何を、だれの分を、何枚、個人番号の有無とともに印刷したかを一覧します。",
        step_up=StepUp.RECENT,
        reads=("print_line",),
    ),
    _function(
        "print_list",
        Kind.PRINT,
        "一覧と試し刷りの印刷",
        "証発行一覧・郵送簿（操作記録の先頭が入ります）と、プリンターの試し刷りを印刷します。",
        step_up=StepUp.RECENT,
        reads=lists.READS,
        writes=("print_line",),
    ),
    _function(
        "letters",
        Kind.INQUIRE,
        "郵送",
        "郵送する証を一覧します。中身と封筒の番号を読み取って照合し、差し出し、返戻を記録します。",
        step_up=StepUp.RECENT,
        reads=posting.READS,
        screen="app.functions.printing.screens.letters:LettersScreen",
        menu=True,
    ),
    _function(
        "check_envelope",
        Kind.UPDATE,
        "封筒の照合",
        "封をする前に、中身と封筒の番号を読み取り、同じ方のものかを確かめます。",
        reads=("mail_item",),
        writes=("mail_item",),
    ),
    _function(
        "change_way",
        Kind.UPDATE,
        "郵送の方法",
        "簡易書留・特定記録・普通の別と、転送不要を選びます。",
        reads=("mail_item",),
        writes=("mail_item",),
    ),
    _function(
        "post",
        Kind.UPDATE,
        "差出しの記録",
        "照合の済んだ郵便を差し出したことを、引受番号とともに郵送簿に記録します。",
        step_up=StepUp.TOUCH,
        reads=("mail_item", "hand_over"),
        writes=("mail_item", "hand_over"),
    ),
    _function(
        "note_returned",
        Kind.UPDATE,
        "返戻の記録",
        "届かずに戻った郵便を、理由とともに記録します。今日の仕事に残り、処理を待ちます。",
        reads=("mail_item",),
        writes=("mail_item",),
    ),
    _function(
        "settle_returned",
        Kind.UPDATE,
        "返戻の処理",
        "戻った郵便をどうしたか（再送・窓口で交付・調査）を記録します。",
        reads=("mail_item",),
        writes=("mail_item",),
    ),
    _function(
        "held_papers",
        Kind.INQUIRE,
        "返してもらう証",
        "この方に交付した証のうち、まだ返っていないものを一覧し、返還を受けます。",
        step_up=StepUp.RECENT,
        reads=returned.READS,
        screen="app.functions.printing.screens.returned:ReturnedScreen",
        from_person=True,
    ),
    _function(
        "take_back",
        Kind.PRINT,
        "証の返還と受領書",
        "返してもらった証を記録し、受領書を印刷します。",
        step_up=StepUp.RECENT,
        reads=("paper_return",),
        writes=("paper_return", "print_line"),
    ),
    _function(
        "note_unable",
        Kind.UPDATE,
        "返還不能の記録",
        "なくした証など、返すことのできない証を記録します（返還不能届を受け取ったとき）。",
        step_up=StepUp.RECENT,
        reads=("paper_return",),
        writes=("paper_return",),
    ),
    _function(
        "stock",
        Kind.INQUIRE,
        "用紙の在庫",
        "年度と色ごとに、用紙の残り・使用・書き損じの枚数を一覧します。",
        reads=("stock_move",),
        screen="app.functions.printing.screens.stock:StockScreen",
        menu=True,
    ),
    _function(
        "move_stock",
        Kind.UPDATE,
        "用紙の受入れと数え直し",
        "受け入れた枚数、または数えた枚数を記録します。",
        reads=("stock_move",),
        writes=("stock_move",),
    ),
    _function(
        "fill_in",
        Kind.INQUIRE,
        "申請書の印刷",
        "記録にあることを書き入れた申請書を、記入例とともに印刷します。個人番号は印刷しません。",
        step_up=StepUp.RECENT,
        reads=applications.READS,
        screen="app.functions.printing.screens.applications:ApplicationsScreen",
        from_person=True,
    ),
    _function(
        "application",
        Kind.PRINT,
        "申請書の作成",
        "申請書を作り、受付用コードの控えを残します。コードには、だれの何かは入っていません。",
        step_up=StepUp.RECENT,
        reads=("application_token",),
        writes=("application_token", "print_line"),
    ),
    _function(
        "read_application",
        Kind.UPDATE,
        "申請書のコードの読み取り",
        "持ち込まれた申請書のコードを読み取り、その方を開きます。期限を過ぎたコードは使えません。",
        step_up=StepUp.RECENT,
        reads=("application_token",),
        writes=("application_token.read_at",),
        screen="app.functions.printing.screens.read_code:ReadCodeScreen",
        menu=True,
    ),
)
