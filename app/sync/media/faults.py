"""Why a medium or a file on it is not used, each with its own cause (DESIGN 1.12)."""

from __future__ import annotations

import errno

from app.core.errors import EnvironmentFault, UserError

_ANOTHER = "登録された媒体を差してください。この媒体を使うときは、管理者が登録してからにします。"
_KEEP = "この媒体は使わず、情報システム管理者に渡してください。"

_CAUSES: dict[str, tuple[str, str]] = {
    "no_serial": (
        "この媒体には機器の番号（製造番号）がなく、ほかの媒体と見分けられません。",
        "製造番号のある、パスワード認証機能付きの媒体を使ってください。",
    ),
    "same_serial": (
        "同じ機器の番号を名のる媒体が、二つ差さっています。",
        "使う媒体だけを残して、ほかを抜いてください。",
    ),
    "unregistered": ("この媒体は登録されていません。読み書きしていません。", _ANOTHER),
    "mark_lost": (
        "登録された媒体ですが、媒体の中の登録の印がなくなっています（初期化されたようです）。",
        "中身を確かめたうえで、管理者がもう一度登録してください。",
    ),
    "mark_forged": ("媒体の中の登録の印が、この端末の付けたものではありません。", _KEEP),
    "copied": (
        "登録の印が、別の媒体から写されています（印の番号と機器の番号が違います）。",
        _KEEP,
    ),
    "disposed": ("この媒体は、廃棄したと記録されています。", _KEEP),
    "other_municipality": ("この媒体は、別の市区町村のものとして登録されています。", _KEEP),
    "not_attached": (
        "その媒体が差さっていません。",
        "媒体を差してから、一覧を読み直してください（F5）。",
    ),
    "already": (
        "この媒体は、すでに登録されています。",
        "一覧で、その媒体の番号を確かめてください。",
    ),
    "label": (
        "媒体番号が空か、使われている番号です。",
        "媒体に書いてある番号を入れてください。",
    ),
    "read_only": (
        "この媒体は書き込み禁止になっています。",
        "書き込み禁止を解いてから、もう一度操作してください。",
    ),
    "no_approval": (
        "この媒体・ファイル・向きの事前承認がありません。",
        "責任者の承認を受けてから操作してください（「承認を受ける」）。",
    ),
    "approval_period": (
        "承認の期間は、今日から31日以内で決めます。",
        "終わりの日を、今日から31日以内の日にしてください。",
    ),
    "no_file": (
        "そのファイルが媒体にありません。",
        "一覧を読み直し（F5）、媒体を確かめてください。",
    ),
    "strange_file": (
        "通常のファイルではないもの（リンクなど）があり、読んでいません。",
        "作成元に、ファイルそのものを媒体に入れるよう伝えてください。",
    ),
    "file_name": (
        "ファイル名の先頭から、どのファイルか分かりません。",
        "ファイル名は「FILE-03_」のように、ファイルの番号で始めてください。",
    ),
    "not_movable": (
        "このファイルは、電子媒体で移すものではありません。",
        "ファイルの番号を確かめてください。",
    ),
    "plain": (
        "暗号化されていないファイルは、設定で認めた、自ら暗号化する媒体でだけ扱えます。",
        "作成元で封をした（courier seal）ファイルを受け取ってください。",
    ),
    "not_scanned": (
        "このファイルのウイルスチェックが記録されていません。",
        "ウイルスチェックを行い、結果を記録してから移入してください。",
    ),
    "changed": (
        "ウイルスチェックのあとで、ファイルの内容が変わっています。読み込んでいません。",
        "もう一度ウイルスチェックからやり直し、続くときは媒体を情報システム管理者に渡してください。",
    ),
    "infected": (
        "ウイルスチェックで問題が見つかりました。ファイルには触れていません。",
        "媒体を抜いてほかに差さず、情報システム管理者に連絡してください。",
    ),
    "again": (
        "このファイルは、すでに移入されています。もう一度は取り込みません。",
        "媒体のファイルを消去してください。訂正のときは、作成元が新しいファイルを作ります。",
    ),
    "unknown_courier": (
        "封をした相手（媒体受渡担当）が、この端末に登録されていません。",
        "相手の名刺を登録してから操作してください。",
    ),
    "no_courier": (
        "移出の宛先（媒体受渡担当）が、まだ登録されていません。",
        "市区町村システム側の名刺を媒体で受け取り、登録してください。",
    ),
    "card": (
        "媒体に、読み取れる名刺がありません。",
        "相手方で「madoguchi courier card」を行い、名刺を媒体に書いてもらってください。",
    ),
    "no_copy": (
        "広域連合から届いた控えが残っていないため、移出できません。",
        "広域連合に、もう一度の配信を依頼してください。",
    ),
    "not_owed": (
        "この行は、消去を待っているものではありません。",
        "一覧を読み直してください（F5）。",
    ),
    "still_there": (
        "消去したはずのファイルが、まだ媒体にあります。",
        "媒体の書き込み禁止を確かめて、もう一度消去してください。",
    ),
    "how": ("廃棄の方法が書かれていません。", "廃棄の方法（破砕など）を入れてください。"),
}


def media_refusal(cause: str, *, field: str | None = None) -> UserError:
    """The refusal ``media.<cause>``; nothing was changed."""
    message, remedy = _CAUSES[cause]
    return UserError(f"media.{cause}", message, remedy, field=field)


def media_fault(cause: OSError) -> EnvironmentFault:
    """What reading or writing a medium fell over: full, read-only, or pulled out."""
    if cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return EnvironmentFault(
            "media.full",
            "媒体の空きが足りず、書き込めませんでした。書きかけは消しました。",
            "要らないファイルを消去してから、もう一度操作してください。",
        )
    if cause.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EnvironmentFault("media.read_only", *_CAUSES["read_only"])
    return EnvironmentFault(
        "media.pulled",
        "媒体が途中で抜かれたか、読み書きできなくなりました。端末には何も取り込んでいません。",
        "媒体を差し直し、一覧を読み直して（F5）、はじめからやり直してください。",
    )
