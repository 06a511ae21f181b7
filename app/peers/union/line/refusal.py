"""Why the union refuses a request on the line: cause, sentence, what to do."""

from __future__ import annotations

import logging

from app.core.shown import log_incident
from app.peers.union.database import is_lost
from app.wire.protocol import Cause, Refusal

_AGAIN = "もう一度送受信してください。繰り返すときは広域連合に連絡してください。"
_UNION = "広域連合の担当者に連絡してください。"

_STOP = "この端末では業務を始めず、責任者とシステム管理者に連絡してください。"

_SENTENCES: dict[Cause, tuple[str, str]] = {
    Cause.MALFORMED: ("要求の内容が取り決めた形式と違います。", _AGAIN),
    Cause.NO_CERTIFICATE: (
        "端末の証明書がない接続です。",
        "登録の済んだ端末から接続してください。",
    ),
    Cause.UNKNOWN_TERMINAL: ("この証明書の端末は登録されていません。", _UNION),
    Cause.EXPIRED: (
        "この端末の証明書は期限が切れています。",
        "端末の時計が正しいかを確かめ、システム管理者が端末の登録を更新（enrol）してください。",
    ),
    Cause.WITHDRAWN: ("この端末の登録は取り消されています。", _UNION),
    Cause.CERTIFICATE_WITHDRAWN: (
        "この端末が示した証明書は、広域連合で失効にされています（端末の登録はそのままです）。",
        "新しい証明書に替えた端末なら、開き直してください。ほかに証明書がないときは、広域連合に"
        "理由を確かめ、端末の登録（enrol）をやり直してください。",
    ),
    Cause.NOT_FOUND: ("求めたものはありません。", _AGAIN),
    Cause.WRONG_OFFSET: ("続きの位置が合いません。", "答えの位置から送り直します。"),
    Cause.OTHER_CONTENT: (
        "同じ送信番号で違う内容が送られました。",
        "どちらも取り込んでいません。システム管理者に連絡してください。",
    ),
    Cause.INCOMPLETE: ("ファイルがまだそろっていません。", "続きから送り直します。"),
    Cause.TOO_LARGE: ("一度に送る量が多すぎます。", _AGAIN),
    Cause.BAD_SIGNATURE: ("署名を確かめられません。", _UNION),
    Cause.FORK: (
        "この端末の操作記録は、広域連合が確かめた所より前で、違う内容になっています"
        "（書き換えられたか、別の記録に置き換えられています）。",
        _STOP,
    ),
    Cause.OLD_COPY: (
        "この端末の操作記録は、広域連合が確かめた所より前で終わっています"
        "（古い複製に戻されています）。",
        "この端末では業務を始めず、システム管理者に連絡してください。バックアップから戻したときは、"
        "復元の手順（restore）で戻し直すと、足りないものが広域連合から届きます。",
    ),
    Cause.OTHER_STORE: (
        "この端末の証明書で、前とは別の保存データがつながってきました"
        "（端末の複製か、登録し直さずに作り直した端末です）。",
        "どちらの端末でも業務を始めず、システム管理者に連絡してください。作り直した端末は、"
        "登録（enrol）をやり直します。",
    ),
    Cause.HEAD_UNKNOWN: (
        "この端末の操作記録は、広域連合が知らない確認印から続いています。",
        "この端末では業務を始めず、システム管理者に連絡してください。つなぎ先の広域連合が"
        "正しいかも確かめます。",
    ),
    Cause.OUT_OF_PLACE: (
        "この送信より前のものが、広域連合にありません。",
        "取り込んでいません。次の送受信で確かめ、順に送り直します。",
    ),
    Cause.RESTORED: (
        "広域連合のデータが、前に確かめた時点より古いものに戻っています（復元または障害）。",
        "広域連合の操作者２名が復元の時点を確かめるまで、送受信を待ちます。この端末の記録と決定は"
        "そのまま残り、確かめが済みしだい、足りないものを自動的に送り直します。",
    ),
    Cause.FAULT: (
        "広域連合のシステムの中で誤りが起きました。",
        "この要求は処理されていません。あとで自動的にもう一度送受信します。"
        "続くときは、エラー番号を広域連合に伝えてください。",
    ),
    Cause.BUSY: ("混み合っています。", "しばらくしてからもう一度送受信してください。"),
}


class Refused(Exception):
    """A request that is not answered as asked. ``offset`` goes with WRONG_OFFSET."""

    def __init__(self, cause: Cause, message: str = "", *, offset: int = 0) -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.offset = offset
        sentence, remedy = _SENTENCES[cause]
        self.body = Refusal(cause, message or sentence, remedy)


def own_mistake(error: Exception, log: logging.Logger) -> Refused:
    """What the union could not do, as it is answered; the request was undone. A database that went
    away (it is being promoted, or restarted) is no mistake: who asked comes again. A mistake of the
    union itself is logged without values, and its incident number (エラー番号) leads to the log."""
    if is_lost(error):
        log.warning("the database went away: %s", type(error).__name__)
        return Refused(Cause.BUSY, "広域連合のデータベースを切り替えています。")
    incident = log_incident(error, log)
    sentence = f"広域連合のシステムの中で誤りが起きました（エラー番号 {incident}）。"
    return Refused(Cause.FAULT, sentence)
