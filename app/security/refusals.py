"""Why the gate refuses: each cause its own code, message and way out (拒否の理由).

Refusals hold no personal data; the code goes into the journal line of the refusal.
"""

from __future__ import annotations

from app.core.errors import Bug, UserError

_ASK_SUPERVISOR = "必要なときは、所属の責任者に権限の申請を依頼してください。"
_ASK_ADMINISTRATOR = "システム管理者に連絡してください。"
_AGAIN = "もう一度、はじめから操作してください。"

_CAUSES: dict[str, tuple[str, str]] = {
    "session.none": (
        "ログインしていないか、ログインの期限が切れています。",
        "もう一度ログインしてください。",
    ),
    "session.locked": ("画面がロックされています。", "ロックを解除してから操作してください。"),
    "session.second": (
        "この職員番号は、すでにログインしています。",
        "前のログインをログオフしてから操作してください。心当たりがなければ責任者に連絡してください。",
    ),
    "session.other": (
        "画面をロックした職員とは別の職員です。",
        "ロックした本人が解除するか、いったんログオフしてからログインしてください。",
    ),
    "session.limited": (
        "今のログインでは、この操作はできません。",
        "案内された操作（パスワードの変更、日時の設定など）を済ませ、ログインし直してください。",
    ),
    "session.password_only": (
        "パスワードの有効期限が近いため、パスワードの変更だけができます。",
        "新しいパスワードに変更し、ログインし直してください。",
    ),
    "session.clock_only": (
        "端末の日時が確かめられていないため、日時の設定だけができます。",
        "責任者二人で日時の設定を行い、ログインし直してください。",
    ),
    "session.hours_only": (
        "利用可能時間の外のため、時間外の利用の申請だけができます。",
        "時間外の利用を登録してから、ログインし直してください。",
    ),
    "staff.unknown": ("この職員番号は、この端末に登録されていません。", _ASK_ADMINISTRATOR),
    "staff.not_yet": (
        "この職員番号は、まだ利用開始日になっていません。",
        "利用開始日を責任者に確かめてください。",
    ),
    "staff.ended": ("この職員番号は、利用終了日を過ぎています。", _ASK_SUPERVISOR),
    "staff.left": ("この職員番号は、退職または異動により使えません。", _ASK_ADMINISTRATOR),
    "staff.password_expired": (
        "パスワードの有効期限が過ぎたため、職員番号が失効しました。",
        "システム管理者に再発行を申請してください。",
    ),
    "right.none": ("この操作の権限がありません。", _ASK_SUPERVISOR),
    "right.not_yet": (
        "この操作の権限は、まだ有効開始日になっていません。",
        "有効開始日を責任者に確かめてください。",
    ),
    "right.ended": ("この操作の権限は、有効終了日を過ぎています。", _ASK_SUPERVISOR),
    "right.revoked": ("この操作の権限は取り消されています。", _ASK_SUPERVISOR),
    "right.unsigned": (
        "この権限は、署名のある手続きによらずに書き込まれたもので、効力がありません。",
        "操作をやめ、不正な書き込みのおそれとして責任者とシステム管理者に知らせてください。",
    ),
    "staff.unsigned": (
        "この職員の登録は、署名のある手続きによらずに書き込まれたもので、効力がありません。",
        "操作をやめ、不正な書き込みのおそれとして責任者とシステム管理者に知らせてください。",
    ),
    "right.pending": (
        "この操作の権限は申請中で、まだ有効になっていません。",
        "承認と反映の状況を責任者に確かめてください。",
    ),
    "right.lapsed": (
        "この操作の権限は、反映後の確認が期限内に行われなかったため失効しました。",
        _ASK_SUPERVISOR,
    ),
    "hours.closed": (
        "利用可能時間の外です。",
        "利用可能時間内に操作してください。やむを得ないときは、システム管理者に時間外の利用を申請してください。",
    ),
    "clock.back": (
        "この端末の時計が、前回の操作より前に戻っています。",
        "責任者二人による日時の確認（日時の設定）を行ってください。それまで業務はできません。",
    ),
    "clock.leap": (
        "この端末の時計が、前回の操作から大きく進んでいます。",
        "責任者二人による日時の確認（日時の設定）を行ってください。それまで業務はできません。",
    ),
    "terminal.founders_alone": (
        "初期設定をした二人のほかに、責任者と情報システム管理者がまだいません。",
        "責任者と情報システム管理者を一人ずつ登録し、権限の確認まで済ませてください。"
        "それまで窓口の業務は始められません。",
    ),
    "terminal.not_registered": (
        "この端末は、まだ広域連合に登録されていません。",
        "端末の登録（enrol）を済ませてから操作してください。",
    ),
    "terminal.withdrawn": ("この端末の登録は取り消されています。", _ASK_ADMINISTRATOR),
    "terminal.other": ("別の端末、または復元前の端末で準備された操作です。", _AGAIN),
    "need.peer": (
        "広域連合標準システムに接続できないため、この操作はできません。",
        "回線の状態を確かめ、しばらくしてからもう一度操作してください。",
    ),
    "need.media_terminal": (
        "この端末では電子記録媒体を扱えません。",
        "媒体の使用が認められた端末で操作してください。",
    ),
    "need.scanned_medium": (
        "媒体のウイルスチェックが済んでいないため、この操作はできません。",
        "ウイルスチェックを行い、結果を記録してから操作してください。",
    ),
    "fresh.recent": (
        "本人の確認（PIN、指紋など）から15分が過ぎています。",
        "セキュリティキーで本人の確認をしてから、もう一度操作してください。",
    ),
    "fresh.not_asked": (
        "本人の確認は、この端末の今の問い合わせに対するものではありません。",
        "本人の確認をはじめからやり直してください。",
    ),
    "fresh.touch": (
        "この操作には、その都度セキュリティキーでの承認が必要です。",
        "表示された内容を確かめ、セキュリティキーに触れて承認してください。",
    ),
    "fresh.verification": (
        "この承認には、本人の確認（PIN、指紋など）が必要です。",
        "PINの入力または指紋の確認をして、もう一度承認してください。",
    ),
    "purpose.missing": ("利用目的が選ばれていません。", "利用目的を選んでから操作してください。"),
    "purpose.unknown": ("この利用目的は使えません。", "一覧にある利用目的を選んでください。"),
    "act.nonce_used": (
        "この操作はすでに実行されています。",
        "結果を画面で確かめてください。二重には実行されません。",
    ),
    "act.row_changed": (
        "操作の間に、対象の記録がほかの処理で変わりました。",
        "最新の内容を表示し直し、確かめてからもう一度操作してください。",
    ),
    "act.registry_changed": ("操作の準備の後に、プログラムが更新されました。", _AGAIN),
    "act.expired": ("操作の準備をした日が過ぎています。", _AGAIN),
    "act.altered": (
        "承認の対象と、実行しようとした内容が違います。",
        "操作をやめ、" + _ASK_ADMINISTRATOR,
    ),
    "act.journal_lost": (
        "操作を準備した時点の操作記録が、この端末に見つかりません。",
        "操作をやめ、" + _ASK_ADMINISTRATOR,
    ),
    "approval.none": (
        "操作者本人の承認がありません。",
        "セキュリティキーに触れて承認してください。",
    ),
    "approval.second_missing": (
        "別の職員による承認がありません。",
        "権限のある別の職員に内容を確かめてもらい、その人のセキュリティキーで承認を受けてください。",
    ),
    "approval.same_person": (
        "操作者本人は、二人目の承認者になれません。",
        "別の職員の承認を受けてください。",
    ),
    "approval.twice": ("同じ役割の承認が二つあります。", _AGAIN),
    "approval.not_asked": ("この操作に必要のない承認が含まれています。", _AGAIN),
    "approval.right": (
        "承認した職員に、この操作を承認する権限がありません。",
        "権限のある別の職員の承認を受けてください。",
    ),
    "approval.unknown_key": (
        "承認に使われたセキュリティキーは、その職員のものとして登録されていません。",
        "本人のセキュリティキーで承認してください。",
    ),
    "approval.key_revoked": (
        "承認に使われたセキュリティキーは、登録が取り消されています。",
        "有効なセキュリティキーで承認してください。",
    ),
    "number.no_key_to_change": (
        "個人番号を扱っていた職員が離れるため、個人番号の鍵も新しくしなければなりません。",
        "個人番号の鍵を持つ責任者がログインして、鍵の更新を行ってください。",
    ),
    "number.no_key": (
        "個人番号を扱う鍵がないため、この操作はできません。",
        "個人番号を扱う権限の付与を、責任者に確かめてください。",
    ),
}

REFUSAL_CODES = frozenset(_CAUSES)
"""Every cause that the gate itself can give."""


class Refusal(UserError):
    """The gate said no; ``code`` is one of ``REFUSAL_CODES``."""


def refusal(code: str) -> Refusal:
    """The refusal of this cause."""
    message, remedy = _CAUSES[code]
    return Refusal(code, message, remedy)


def misuse(code: str, message: str) -> Bug:
    """Our own mistake in calling the gate."""
    return Bug(code, message, "操作は取り消されました。表示された番号を添えて" + _ASK_ADMINISTRATOR)
