"""The line's troubles, each with its own cause (DESIGN 1.10): "no connection" is not one of
them, because it would be said for every fault."""

from __future__ import annotations

from app.core.errors import EnvironmentFault

_LATER = "送信待ちに残っています。あとで自動的にもう一度つなぎます。"

_FAULTS: dict[str, tuple[str, str]] = {
    "unreachable": (
        "広域連合のシステムにつながりません（回線が切れているか、相手が止まっています）。",
        f"{_LATER}続くときは、専用線の機器とほかの端末の様子を確かめてください。",
    ),
    "timeout": (
        "広域連合のシステムから時間内に返事がありません（回線が混んでいます）。",
        _LATER,
    ),
    "cut": (
        "広域連合のシステムとの通信が途中で切れました。",
        f"{_LATER}途中から続けます。",
    ),
    "certificate_refused": (
        "広域連合のシステムが、この端末の証明書を受け付けませんでした。",
        "端末の登録が取り消されていないか、システム管理者が広域連合に確かめてください。",
    ),
    "certificate_expired": (
        "この端末の証明書の期限が切れています。",
        "システム管理者が端末の登録を更新（enrol）してください。",
    ),
    "peer_expired": (
        "広域連合のシステムの証明書の期限が切れています。",
        "広域連合に連絡してください。端末の時計が正しいかも確かめてください。",
    ),
    "peer_unknown": (
        "つながった相手が、登録された広域連合のシステムではありません。",
        "送受信を止めています。接続先と回線を確かめ、システム管理者に連絡してください。",
    ),
    "not_allowed": (
        "許可されていない接続先です。",
        "接続先は端末の登録で決まります。システム管理者に連絡してください。",
    ),
    "answer": (
        "広域連合のシステムの返事が、取り決めた形ではありません。",
        f"{_LATER}続くときは、この文をシステム管理者に伝えてください。",
    ),
    "peer_fault": (
        "広域連合のシステムの中で誤りが起きています（番号のない返事でした）。",
        f"{_LATER}続くときは、時刻とこの文を広域連合に伝えてください。",
    ),
    "busy": (
        "広域連合のシステムが混み合っているか、途中の機器が取り次げません。",
        _LATER,
    ),
    "too_large": (
        "送ったものが大きすぎると、途中の機器が断りました。",
        "送信待ちに残っています。システム管理者が、専用線の機器の大きさの制限を確かめてください。",
    ),
    "offset": (
        "広域連合のシステムと、どこまで届いたかが合いません。",
        f"{_LATER}続くときは、この文をシステム管理者に伝えてください。",
    ),
    "receipt": (
        "受け取った受領証が、送ったものと合いません。",
        "受理されたとは扱っていません。システム管理者から広域連合に確かめてください。",
    ),
    "time": (
        "広域連合の時刻の署名が、こちらの問い合わせへの返事ではありません。",
        "時刻は使っていません。続くときはシステム管理者に連絡してください。",
    ),
    "copy_lost": (
        "受信してあったファイル（{item}）が、受信フォルダーからなくなったか、読めません。",
        "広域連合から受信し直します。続くときは、システム管理者が、受信フォルダーに手を加える"
        "プログラムがないか確かめてください。",
    ),
    "disk": (
        "受信したファイルを置く場所に書き込めません（空きがないか、壊れています）。",
        "不要なファイルを片付けるか、システム管理者に連絡してください。",
    ),
    "temporary": (
        "一時ファイルのフォルダーがないか、空きがなく、広域連合との通信を始められません。",
        "ディスクの空きと一時フォルダー（TMPDIR、TEMP）を確かめ、システム管理者に連絡してください。",
    ),
}


class LineFault(EnvironmentFault):
    """Trouble on the line; ``code`` is ``line.<cause>``. ``retry_after``: seconds that whoever
    answered asked us to stay away, 0 for none."""

    def __init__(self, cause: str, message: str, remedy: str, retry_after: float = 0.0) -> None:
        super().__init__(f"line.{cause}", message, remedy)
        self.retry_after = retry_after


class PeerRefused(EnvironmentFault):
    """The union answered and refused the request; ``code`` is ``peer.<cause>``, message and
    remedy are the union's. ``offset`` is the true one after ``peer.wrong_offset``;
    ``retry_after`` as in ``LineFault``."""

    def __init__(
        self,
        cause: str,
        message: str,
        remedy: str,
        offset: int = -1,
        *,
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(f"peer.{cause}", message, remedy)
        self.cause = cause
        self.offset = offset
        self.retry_after = retry_after


class ExchangeCancelled(Exception):
    """Somebody asked the contact to stop; nothing failed and nothing is counted as an attempt."""


def line_fault(cause: str, *, item: str = "", retry_after: float = 0.0) -> LineFault:
    """The fault of a cause listed above; ``item`` is the id that some of them name."""
    message, remedy = _FAULTS[cause]
    return LineFault(cause, message.format(item=item), remedy, retry_after)
