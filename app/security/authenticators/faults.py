"""What can go wrong at a security key: each cause its own code, message and way out."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import EnvironmentFault, UserError


def cancelled() -> UserError:
    """The person gave up, at our window or at the key's."""
    return UserError(
        "key.cancelled",
        "セキュリティキーの操作を取りやめました。",
        "続けるときは、もう一度操作してください。",
    )


def timed_out() -> EnvironmentFault:
    """Nobody touched the key in time."""
    return EnvironmentFault(
        "key.timeout",
        "時間内にセキュリティキーに触れられなかったため、中止しました。",
        "もう一度操作し、キーが点滅したら触れてください。",
    )


def no_key() -> EnvironmentFault:
    """No device is there."""
    return EnvironmentFault(
        "key.none",
        "セキュリティキーが見つかりません。",
        "自分のセキュリティキーを差すか、読取り機にかざして、もう一度操作してください。",
    )


def silent(names: Sequence[str]) -> EnvironmentFault:
    """Nothing that is plugged in answers; ``names`` are the devices' own."""
    return EnvironmentFault(
        "key.silent",
        f"つながっているセキュリティキーが答えません（{'、'.join(names)}）。",
        "キーを抜いて差し直し、続くときは別の差込口か予備のキーで操作してください。",
    )


def busy(names: Sequence[str]) -> EnvironmentFault:
    """Another program talks to the device."""
    return EnvironmentFault(
        "key.busy",
        f"セキュリティキーが、ほかのプログラムに使われています（{'、'.join(names)}）。",
        "キーを使うほかのプログラムを閉じてから、もう一度操作してください。",
    )


def forbidden(names: Sequence[str]) -> EnvironmentFault:
    """This OS account may not open the device."""
    return EnvironmentFault(
        "key.forbidden",
        f"このOSアカウントには、セキュリティキーを使う権限がありません（{'、'.join(names)}）。",
        "この端末専用のアカウントでログオンしているか確かめ、システム管理者に連絡してください。",
    )


def pin_must_change() -> EnvironmentFault:
    """The key demands a new PIN before it does anything else."""
    return EnvironmentFault(
        "key.pin_must_change",
        "このセキュリティキーは、暗証番号（PIN）の変更を求めています。",
        "キーの設定ツールで新しい暗証番号（PIN）に変えてから、もう一度操作してください。",
    )


def several_keys() -> EnvironmentFault:
    """More than one device fits."""
    return EnvironmentFault(
        "key.several",
        "セキュリティキーが二つ以上つながっていて、どれを使うか決められません。",
        "使うキーだけを残してほかを抜き、もう一度操作してください。",
    )


def wrong_key() -> UserError:
    """The device holds no credential of ours for this person: somebody else's, or reset."""
    return UserError(
        "key.wrong",
        "このセキュリティキーは、この職員のものとして登録されていません。",
        "自分のセキュリティキーに差し替えて、もう一度操作してください。自分のキーで出るときは、キーが"
        "初期化されています。責任者にキーの再登録を申し出てください。",
    )


def already_registered() -> UserError:
    """The device already holds one of the person's credentials."""
    return UserError(
        "key.already_registered",
        "このセキュリティキーは、この職員のものとしてすでに登録されています。",
        "予備を登録するときは、別のキーを使ってください。",
    )


def pin_wrong(retries_left: int | None) -> UserError:
    """A wrong PIN; the key counts the tries itself."""
    left = (
        "" if retries_left is None else f"あと{retries_left}回間違えると、キーが使えなくなります。"
    )
    return UserError(
        "key.pin_wrong",
        f"セキュリティキーの暗証番号（PIN）が違います。{left}",
        "暗証番号（PIN）を確かめて、もう一度入力してください。",
        field="pin",
    )


def pin_paused() -> EnvironmentFault:
    """Three wrong PINs in a row: the key wants to be taken out first."""
    return EnvironmentFault(
        "key.pin_paused",
        "暗証番号（PIN）を続けて間違えたため、セキュリティキーが入力を受け付けなくなりました。",
        "キーをいったん抜いて差し直し、暗証番号（PIN）を確かめてから入力してください。",
    )


def pin_blocked() -> EnvironmentFault:
    """No PIN tries left: only a reset, which destroys the credentials, helps."""
    return EnvironmentFault(
        "key.pin_blocked",
        "暗証番号（PIN）の間違いが限度を超え、このセキュリティキーは使えなくなりました。",
        "責任者に届け出て、キーの再登録（または予備のキーの使用）を申し出てください。",
    )


def pin_not_set() -> EnvironmentFault:
    """A key without PIN or fingerprint cannot verify its user."""
    return EnvironmentFault(
        "key.pin_not_set",
        "このセキュリティキーには、暗証番号（PIN）も指紋も設定されていません。",
        "キーの設定ツールで暗証番号（PIN）を設定してから、もう一度操作してください。",
    )


def uv_failed(retries_left: int | None) -> UserError:
    """The built-in fingerprint reader did not recognise the person."""
    left = "" if retries_left is None else f"あと{retries_left}回試せます。"
    return UserError(
        "key.uv_failed",
        f"指紋などによる本人の確認ができませんでした。{left}",
        "指をふいて置き直し、もう一度操作してください。",
    )


def uv_blocked() -> EnvironmentFault:
    """The built-in reader refuses; without a PIN there is no other way in."""
    return EnvironmentFault(
        "key.uv_blocked",
        "指紋などの確認に続けて失敗したため、セキュリティキーが確認を受け付けません。",
        "キーに暗証番号（PIN）を設定してあれば暗証番号（PIN）で、"
        "そうでなければ予備のキーで操作してください。",
    )


def removed() -> EnvironmentFault:
    """The device went away in the middle."""
    return EnvironmentFault(
        "key.removed",
        "操作の途中でセキュリティキーが抜かれました。",
        "キーを差し直し、操作が終わるまで抜かずに、もう一度操作してください。",
    )


def refused_by_person() -> UserError:
    """The person declined at the device itself."""
    return UserError(
        "key.denied",
        "セキュリティキーの側で操作が断られました。",
        "もう一度操作し、キーが点滅したら触れてください。",
    )


def full() -> EnvironmentFault:
    """No room for another credential."""
    return EnvironmentFault(
        "key.full",
        "セキュリティキーの保存場所がいっぱいで、登録できません。",
        "不要になった登録をキーの設定ツールで消すか、別のキーを使ってください。",
    )


def unsupported() -> EnvironmentFault:
    """The device cannot do what we need (CTAP2, user verification, ES256 or EdDSA)."""
    return EnvironmentFault(
        "key.unsupported",
        "このセキュリティキーは、この端末で必要な機能（FIDO2、本人の確認）を備えていません。",
        "指定された機種のセキュリティキーを使ってください。",
    )


def hello_unavailable() -> EnvironmentFault:
    """Windows Hello needs Windows 10 1903 or later."""
    return EnvironmentFault(
        "key.hello_unavailable",
        "この端末ではWindows Helloを使えません。",
        "セキュリティキーを使うか、Windowsの設定で指紋または顔の登録を済ませてください。",
    )


def failed(cause_name: str) -> EnvironmentFault:
    """Anything else; ``cause_name`` is a status name, never data."""
    return EnvironmentFault(
        "key.failed",
        f"セキュリティキーとのやりとりに失敗しました（{cause_name}）。",
        "キーを差し直してもう一度操作し、続くときはシステム管理者に連絡してください。",
    )
