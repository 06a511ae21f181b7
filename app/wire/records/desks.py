"""What the desks of one municipality share through the union (DESIGN 4): one stream each."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column

OVER = frozenset({"closed", "withdrawn", "done", "refused", "lapsed"})
"""States of a record after which nothing is told of it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCaseRecord:
    """DESK-01 受付中の案件: whose, since when, at which desk, what comes next; no content."""

    case_id: str = column("受付番号", Kind.ID, 40, required=True)
    desk: str = column("受け付けた端末", Kind.ID, 40, required=True)
    kind: str = column("種別", Kind.CODE, codes="notification_kinds", required=True)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15)
    state: str = column("状態", Kind.CODE, codes="shared_case_states", required=True)
    since: str = column("受付日時", Kind.MOMENT, required=True)
    next_step: str = column("次にすること", Kind.TEXT, 200)
    next_on: str = column("次にする日", Kind.DAY)
    said_at: str = column("知らせた日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """DESK-02 交付の履歴: which paper was handed out by which desk, and what became of it."""

    certificate_number: str = column("発行番号", Kind.ID, 40, required=True)
    desk: str = column("交付した端末", Kind.ID, 40, required=True)
    form_id: str = column("様式", Kind.ID, 20, required=True)
    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8)
    decision_id: str = column("決定番号", Kind.ID, 40, required=True)
    state: str = column("状態", Kind.CODE, codes="issue_states", required=True)
    issued_at: str = column("交付日時", Kind.MOMENT)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries")
    said_at: str = column("知らせた日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecord:
    """DESK-03 二人目を待つ操作: which act waits for a second person, who may be at another desk.
    What is to be approved travels sealed; the digest binds the approval to it."""

    draft_id: str = column("操作の番号", Kind.ID, 60, required=True)
    desk: str = column("用意した端末", Kind.ID, 40, required=True)
    function_id: str = column("操作", Kind.ID, 60, required=True)
    state: str = column("状態", Kind.CODE, codes="waiting_states", required=True)
    prepared_by: str = column("用意した職員", Kind.ID, 40, required=True)
    prepared_at: str = column("用意した日時", Kind.MOMENT, required=True)
    valid_until: str = column("有効な日時", Kind.MOMENT, required=True)
    digest: str = column("内容の検査値（SHA-256）", Kind.HEX, 64, required=True)
    said_at: str = column("知らせた日時", Kind.MOMENT, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLogRecord:
    """DESK-04 市区町村の管理簿: one signed row of staff, rights, restrictions, terminals, media,
    settings; append-only. What stands in ``body`` is settled by the control log itself."""

    position: str = column("順番", Kind.NUMBER, 12, required=True)
    desk: str = column("作成した端末", Kind.ID, 40, required=True)
    subject: str = column("種類", Kind.ID, 40, required=True)
    made_at: str = column("作成日時", Kind.MOMENT, required=True)
    body: str = column("署名した内容（Base64）", Kind.BYTES, 40_000, required=True)
