"""What is shown to a person of her own data (開示), said once by table (FORM-89, SEC-170).

Every table whose rows are a person's (``db.erasing``) is either one of ``SHOWN``, with the columns
and what they are called, or one of ``HELD_BACK`` with the reason; a test asks it of every table and
every column. What other people are called by, keys, digests and sealed bytes are never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.persons.facts import KINDS
from app.persons.words import CASE_STATES, PAPER_STATES
from app.wire import bodies
from forms.catalog import FORMS


@dataclass(frozen=True, slots=True)
class Shown:
    """A table in the packet: its title, its columns in words, which column is a document of many
    items (JSON), which says when; ``codes`` names the code table of a column, ``words`` gives the
    words of one whose values are the program's own."""

    title: str
    columns: Mapping[str, str]
    document: str = ""
    when: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_FORMS = {"form_id": {form.id: form.title for form in FORMS}}
_KINDS = {code: layouts[-1].title for code, layouts in bodies.NOTIFICATIONS.items()}

SHOWN: Mapping[str, Shown] = {
    "person": Shown(
        "氏名など",
        {
            "name": "氏名",
            "kana": "フリガナ",
            "alias": "通称",
            "alias_kana": "通称のフリガナ",
            "birth_written": "生年月日",
            "sex": "性別",
            "phone": "電話番号",
            "kind": "個人区分",
            "state": "住民状態",
            "state_on": "住民状態の日",
        },
        when="state_on",
        codes={"sex": "sexes", "kind": "person_kinds", "state": "resident_states"},
    ),
    "atena": Shown("宛名番号", {"municipality_code": "市区町村コード", "atena_number": "宛名番号"}),
    "address": Shown(
        "住所",
        {
            "kind": "種類",
            "postal_code": "郵便番号",
            "written": "住所",
            "building": "方書",
            "since": "いつから",
        },
        when="since",
        words={"kind": {"current": "住所", "former": "前住所", "mailing": "送付先"}},
    ),
    "insured": Shown(
        "資格",
        {
            "insured_number": "被保険者番号",
            "insurer_number": "保険者番号",
            "acquired_on": "取得日",
            "acquisition_reason": "取得の理由",
            "lost_on": "喪失日",
            "loss_reason": "喪失の理由",
            "copay_ratio": "負担割合",
            "copay_from": "負担割合の適用日",
            "limit_class": "限度区分",
            "limit_from": "限度区分の適用日",
        },
        when="acquired_on",
        codes={
            "acquisition_reason": "acquisition_reasons",
            "loss_reason": "loss_reasons",
            "limit_class": "limit_classes",
        },
    ),
    "fact": Shown(
        "記録の履歴",
        {"kind": "事実", "true_from": "いつから"},
        "value",
        "true_from",
        words={"kind": {one.code: one.label for one in KINDS.values()}},
    ),
    "case_file": Shown(
        "受けた届出・申請",
        {"kind": "手続", "state": "状態", "opened_at": "受付"},
        "draft",
        "opened_at",
        words={"kind": _KINDS, "state": CASE_STATES},
    ),
    "decision": Shown(
        "広域連合の決定",
        {"outcome": "結果", "received_at": "受領"},
        "record",
        "received_at",
        codes={"outcome": "outcomes"},
    ),
    "certificate": Shown(
        "発行した紙",
        {
            "number": "番号",
            "form_id": "帳票",
            "state": "状態",
            "issued_at": "発行",
            "delivery": "渡し方",
            "untrue_items": "いまと違う項目",
        },
        when="issued_at",
        codes={"delivery": "deliveries"},
        words=_FORMS | {"state": PAPER_STATES},
    ),
    "mail_item": Shown(
        "郵送",
        {
            "method": "方法",
            "state": "状態",
            "posted_on": "差出日",
            "returned_on": "返戻日",
            "return_reason": "返戻の理由",
            "settled_how": "その後",
        },
        when="posted_on",
        codes={"method": "mail_methods", "return_reason": "mail_return_reasons"},
    ),
    "paper_return": Shown(
        "返してもらった紙",
        {"form_id": "帳票", "state": "状態", "reason": "理由", "at": "日時"},
        when="at",
        words=_FORMS,
    ),
    "hand_over": Shown("渡した紙", {"how": "渡し方", "at": "日時"}, when="at"),
    "follow_up": Shown(
        "手続のあとのこと",
        {"code": "内容", "since": "いつから", "due_on": "期限", "how": "済み方"},
        when="since",
    ),
    "premium_record": Shown(
        "保険料", {"year": "年度", "standing": "状態", "arrived_at": "受領"}, "record", "arrived_at"
    ),
    "batch_item": Shown("一括で作った紙", {"number": "番号", "state": "状態"}, "record"),
    "ledger_entry": Shown("台帳の記入", {"at": "日時"}, "cells", "at"),
}

_SENT = "届出・決定と同じ内容を送受信の形で持つもの"
_OTHERS = "ほかの方のことが分かる"
_INSIDE = "事務の検査や手配の途中の記録"
HELD_BACK: Mapping[str, str] = {
    "outbox": _SENT,
    "desk_case": _SENT,
    "desk_issue": _SENT,
    "recall": _INSIDE,
    "sending_sample": _INSIDE,
    "check_entry": _INSIDE,
    "sheet": _INSIDE,
    "application_token": _INSIDE,
    "household_member": _OTHERS,
    "same_person": _OTHERS,
    "restriction": "支援措置。開示できるかを責任者が別に決める",
    "restriction_opening": "支援措置。開示できるかを責任者が別に決める",
    "my_number": "番号そのものは載せない。登録の有無は本人確認のうえ窓口で答える",
}
"""Tables that do not go into the packet, and why: the packet says so."""

NEVER = frozenset(
    (
        *(
            "id",
            "person_id",
            "payer_id",
            "case_id",
            "decision_id",
            "outbox_id",
            "batch_id",
            "sitting",
        ),
        *("row_number", "name_key", "kana_key", "alias_kana_key", "phone_key", "birth_sort"),
        *("birth_precision", "origin", "batch", "version", "current", "provisional", "digest"),
        *("pdf_digest", "supersedes", "came_in", "line", "position", "part", "key", "file_id"),
        *("certificate_number", "no_forward", "begun_from", "step", "record_id", "ledger"),
        *("corrects", "subject", "true_until", "known_from", "known_until", "replaces", "carried"),
        *("found_by", "post_number", "cause", "reserved_at", "untrue_at", "checked_at"),
        *("compared_at", "second_look_at", "prepared_at", "settled_at", "why"),
        # who worked on it: named by the office, not by the person
        *("opened_by", "keyed_by", "compared_by", "second_look_by", "reserved_by", "issued_by"),
        *("prepared_by", "checked_by", "posted_by", "settled_by", "staff_id", "written_by"),
        *("confirmed_by", "brought_by", "given_to", "carried_by"),
        *("municipality_code", "atena_number", "number", "reason"),
    )
)
"""Columns that are no data of the person: ids, keys, digests, who worked on it, other people."""

OTHERS = (
    *("agent_", "heir_", "mourner_", "paid_by_", "payer_", "claimant_", "holder_", "proxy"),
    *("notifier", "visitor_", "household", "former_relation", "staff", "keyed_by", "my_number"),
)
"""How the names of items begin that tell of other people: never among a document's items."""
TECHNICAL = frozenset(
    (
        *("body", "body_version", "notification_id", "case_id", "birth_sort", "birth_precision"),
        *("new_birth_sort", "new_birth_precision", "members", "decision_id", "supersedes"),
    )
)
"""Items that only say how a record was sent."""
