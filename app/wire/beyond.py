"""BEYOND: the files between the union and 医療保険者等向け中間サーバー (FLOW-902 … 912, 922 … 930,
1002 … 1004), declared like FILES. No terminal sends, takes or knows one of them (SEC-121).

They travel in the same signed and sealed containers as everything else, on a medium carried by the
union's operators (統合専用端末連携) or from server to server (サーバー間連携).
"""

from __future__ import annotations

from functools import partial

from app.wire.records import beyond as records
from app.wire.spec import FileSpec, Route

_beyond = partial(FileSpec, route=Route.BEYOND, version=1, framed=False)

BEYOND: dict[str, FileSpec] = {
    spec.id: spec
    for spec in (
        _beyond(
            id="FILE-31",
            title="情報照会要求ファイル",
            names=("情報照会要求ファイル",),
            frequency="随時",
            record=records.InquiryOrder,
            layout="inquiry_order",
            key=("request_id",),
        ),
        _beyond(
            id="FILE-32",
            title="情報照会要求登録結果ファイル",
            names=("情報照会要求登録結果ファイル",),
            frequency="随時",
            record=records.InquiryRegistered,
            layout="inquiry_registered",
            key=("request_id",),
        ),
        _beyond(
            id="FILE-33",
            title="情報照会結果取得要求ファイル",
            names=("情報照会結果取得要求ファイル",),
            frequency="随時（サーバー間連携だけ）",
            record=records.ResultWanted,
            layout="result_wanted",
            key=("request_id",),
        ),
        _beyond(
            id="FILE-34",
            title="情報照会結果ファイル",
            names=("情報照会結果ファイル",),
            frequency="随時",
            record=records.InquiryResult,
            layout="inquiry_result",
            key=("request_id",),
        ),
        _beyond(
            id="FILE-35",
            title="本人確認情報検索要求",
            names=("本人確認情報検索要求",),
            frequency="随時（即時照会）",
            record=records.IdentityAsked,
            layout="identity_asked",
            key=("request_id",),
        ),
        _beyond(
            id="FILE-36",
            title="本人確認情報検索結果",
            names=("本人確認情報検索結果", "本人確認情報（個人番号を含む）"),
            frequency="即時",
            record=records.IdentityFound,
            layout="identity_found",
            key=("request_id",),
        ),
        _beyond(
            id="FILE-41",
            title="照会許可用照合リスト",
            names=("照会許可用照合リスト", "情報提供許可証", "経路情報"),
            frequency="随時",
            record=records.PermittedInquiry,
            layout="permitted_inquiry",
            key=("number", "item", "asker"),
        ),
        _beyond(
            id="FILE-53",
            title="公金受取口座情報",
            names=("公金受取口座情報", "口座登録・連携ファイル関係情報"),
            frequency="申請の都度",
            record=records.PublicAccount,
            layout="public_account",
            key=("my_number",),
        ),
    )
}
"""Every file that goes on beyond the union, by its id."""
