"""Why a container is refused: each cause with its sentence and what to do (DESIGN 6)."""

from __future__ import annotations

from enum import StrEnum

from app.core.errors import EnvironmentFault


class ContainerCause(StrEnum):
    """The stable part of the code ``container.<cause>``."""

    FORM = "form"
    VERSION = "version"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    DIGEST = "digest"
    SENDER = "sender"
    RECEIVER = "receiver"
    MUNICIPALITY = "municipality"
    LAYOUT = "layout"
    LAYOUT_VERSION = "layout_version"
    RESTORED = "restored"
    EPOCH = "epoch"
    REPEAT = "repeat"
    GAP = "gap"
    PREVIOUS = "previous"
    NOT_OURS = "not_ours"
    BODY = "body"
    PLAIN = "plain"
    COUNT = "count"
    RECIPIENT = "recipient"
    ANNOUNCED = "announced"


_AGAIN = "取り込んでいません。相手にもう一度送ってもらってください。"
_ADMIN = "取り込んでいません。システム管理者に連絡してください。"

SENTENCES: dict[ContainerCause, tuple[str, str]] = {
    ContainerCause.FORM: ("ファイルの先頭が取り決めた形になっていません（壊れています）。", _AGAIN),
    ContainerCause.VERSION: (
        "ファイルの入れ物の版が、このプログラムの知らない版です。",
        "取り込んでいません。プログラムの更新が要るか、システム管理者に確かめてください。",
    ),
    ContainerCause.UNKNOWN_KEY: ("登録されていない鍵で署名されています。", _ADMIN),
    ContainerCause.SIGNATURE: (
        "署名が合いません。途中で書き換えられたか、壊れています。",
        _ADMIN,
    ),
    ContainerCause.DIGEST: (
        "本体が署名された内容と違います（壊れているか、欠けています）。",
        _AGAIN,
    ),
    ContainerCause.SENDER: ("差出人が、この経路の相手ではありません。", _ADMIN),
    ContainerCause.RECEIVER: (
        "宛先がこの端末ではありません。",
        "取り込んでいません。宛先の端末で受け取るか、相手に宛先を確かめてください。",
    ),
    ContainerCause.MUNICIPALITY: ("別の市区町村のファイルです。", _ADMIN),
    ContainerCause.LAYOUT: ("取り決めにない種類のファイルです。", _ADMIN),
    ContainerCause.LAYOUT_VERSION: (
        "ファイルの項目の版が、このプログラムの版と違います。",
        "取り込んでいません。プログラムの更新が要るか、システム管理者に確かめてください。",
    ),
    ContainerCause.RESTORED: (
        "相手がバックアップから復元される前に作られたファイルです。",
        "取り込んでいません。復元のあとの相手から、もう一度送ってもらってください。",
    ),
    ContainerCause.EPOCH: ("世代番号が、ここで待っている世代より新しいものです。", _ADMIN),
    ContainerCause.REPEAT: (
        "同じ番号のファイルをすでに受け取っています。",
        "二重には取り込みません。何もする必要はありません。",
    ),
    ContainerCause.GAP: (
        "順番が飛んでいます。前のファイルがまだ届いていません。",
        "取り込んでいません。前のファイルが届いてから、もう一度受け取ってください。",
    ),
    ContainerCause.PREVIOUS: ("前のファイルとのつながりが合いません。", _ADMIN),
    ContainerCause.NOT_OURS: ("この端末の鍵では開けないファイルです。", _ADMIN),
    ContainerCause.BODY: ("暗号の本体が壊れていて開けません。", _AGAIN),
    ContainerCause.PLAIN: ("開いた中身が、署名された内容と違います。", _ADMIN),
    ContainerCause.COUNT: ("件数が、差出人の示した件数と違います。", _AGAIN),
    ContainerCause.ANNOUNCED: ("案内されたものと違うファイルが届きました。", _AGAIN),
    ContainerCause.RECIPIENT: (
        "相手の受信用の鍵の形が正しくありません。",
        "送っていません。端末の登録をやり直してください。",
    ),
}


class ContainerRefused(EnvironmentFault):
    """A container that is not taken; ``cause`` says why, nothing was changed."""

    def __init__(self, cause: ContainerCause) -> None:
        message, remedy = SENTENCES[cause]
        super().__init__(f"container.{cause}", message, remedy)
        self.cause = cause
