"""The kinds of fact that have a history: each declared once, with its items and words.

A kind either stands in columns of the store's current tables, or it stands in the history
alone (障害認定, papers, payments …). ``spans_of_…`` say what rows of the current tables state, as
spans of true time: the one translation between the two, used when a change is written and
when the past is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.canon import canonical_json
from app.rules.calendar.axes import Span

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact. ``items`` names what its value holds, with the clerk's words;
    ``found_by`` is the item that the history is searched by. ``in_store``: what is known now
    stands in a current table as well. ``private``: hidden for persons under support measures
    (支援措置), as everything but name and birth is."""

    code: str
    label: str
    items: Mapping[str, str]
    found_by: str = ""
    in_store: bool = True
    private: bool = True


KINDS: dict[str, FactKind] = {
    kind.code: kind
    for kind in (
        FactKind("name", "氏名", {"name": "氏名", "kana": "フリガナ"}, private=False),
        FactKind("alias", "通称", {"alias": "通称", "alias_kana": "通称フリガナ"}),
        FactKind(
            "birth",
            "生年月日・性別",
            {
                "birth_written": "生年月日",
                "birth_sort": "生年月日（処理用）",
                "birth_precision": "生年月日の精度",
                "sex": "性別",
                "person_kind": "個人区分",
            },
            private=False,
        ),
        FactKind("phone", "電話番号", {"phone": "電話番号"}),
        FactKind("state", "住民状態", {"state": "住民状態"}),
        FactKind(
            "address",
            "住所",
            {
                "municipality_code": "市区町村",
                "postal_code": "郵便番号",
                "written": "住所",
                "building": "方書",
            },
        ),
        FactKind(
            "household",
            "世帯",
            {"household_number": "世帯番号", "relation": "続柄", "is_head": "世帯主"},
            found_by="household_number",
        ),
        FactKind(
            "eligibility",
            "資格",
            {
                "insured_number": "被保険者番号",
                "insurer_number": "保険者番号",
                "acquired_on": "取得日",
                "acquisition_reason": "取得事由",
                "loss_reason": "喪失事由",
            },
            found_by="insured_number",
        ),
        FactKind("copay", "負担割合", {"ratio": "割合", "provisional": "見込み"}),
        FactKind("limit", "限度区分", {"limit_class": "区分"}),
        FactKind("restriction", "取扱注意", {"kind": "種類", "until_on": "期限"}),
        FactKind("mail", "郵便", {"stopped": "止めた理由"}, in_store=False),
        FactKind(
            "disability",
            "障害認定",
            {"proof": "障害を示す書類", "proof_until": "書類の有効期限"},
            in_store=False,
        ),
        FactKind("disease", "特定疾病", {"disease": "区分"}, in_store=False),
        FactKind(
            "paper",
            "交付する書類",
            {"paper": "書類", "reason": "理由", "copy": "回数", "case_id": "受付番号"},
            in_store=False,
        ),
        FactKind(
            "payment",
            "給付",
            {
                "benefit": "給付の種類",
                "amount": "金額（円）",
                "payee": "受取人",
                "case_id": "受付番号",
            },
            in_store=False,
        ),
        FactKind(
            "role",
            "関係者",
            {
                "role": "何の方か",
                "name": "氏名",
                "relation": "続柄",
                "phone": "電話番号",
                "case_id": "受付番号",
            },
            in_store=False,
        ),
        FactKind("note", "記録", {"text": "内容"}, in_store=False),
        FactKind(
            "former_name",
            "旧氏",
            {"former_name": "旧氏", "former_name_kana": "旧氏フリガナ"},
            in_store=False,
        ),
        FactKind(
            "delivery",
            "送付先",
            {
                "addressee": "宛名",
                "in_care": "様方",
                "relation": "本人との関係",
                "to_postal_code": "郵便番号",
                "to_address": "住所",
            },
            in_store=False,
        ),
        FactKind(
            "heir",
            "相続人代表者",
            {
                "heir_name": "氏名",
                "heir_kana": "フリガナ",
                "heir_relation": "続柄",
                "heir_postal_code": "郵便番号",
                "heir_address": "住所",
                "heir_phone": "電話番号",
            },
            in_store=False,
        ),
        FactKind(
            "account",
            "支給口座",
            {
                "bank_code": "金融機関",
                "branch_code": "支店",
                "account_type": "種類",
                "account_number": "口座番号",
                "holder_kana": "名義",
            },
            in_store=False,
        ),
        FactKind(
            "tax_agent",
            "納税管理人",
            {
                "agent_name": "氏名",
                "agent_postal_code": "郵便番号",
                "agent_address": "住所",
                "agent_phone": "電話番号",
            },
            in_store=False,
        ),
        FactKind(
            "marks",
            "任意記載事項",
            {"limit_printed": "限度区分の記載", "long_stay_on": "長期入院該当"},
            in_store=False,
        ),
        FactKind(
            "copay_exemption",
            "一部負担金の減免",
            {"cause": "特別の事情", "months": "期間（月）"},
            in_store=False,
        ),
        FactKind(
            "former_dependant",
            "被扶養者であった者",
            {"insurer": "加入していた保険", "dependant_until": "被扶養者でなくなった日"},
            in_store=False,
        ),
        FactKind("nondisclosure", "情報不開示", {"ground": "理由"}, in_store=False),
        FactKind(
            "special_treatment",
            "特別療養費",
            {"ground": "理由", "noticed_on": "予告した日"},
            in_store=False,
        ),
    )
}
"""Every kind of fact by its code."""


def text_of(value: Mapping[str, str]) -> str:
    """A value as the history keeps it; "" when all its items are empty: nothing holds."""
    return canonical_json(dict(value)) if any(value.values()) else ""


def value_of(text: str) -> dict[str, str]:
    """What ``text_of`` kept."""
    return json.loads(text) if text else {}


def found_by(kind: str, text: str) -> str:
    """What a span of this kind is searched by."""
    item = KINDS[kind].found_by
    return value_of(text).get(item, "") if item and text else ""


def spans_of_person(row: Row) -> dict[str, list[Span]]:
    """By kind what a row of ``person`` states."""
    birth = {name: row[name] for name in ("birth_written", "birth_sort", "birth_precision", "sex")}
    return {
        "name": _always({"name": row["name"], "kana": row["kana"]}),
        "alias": _always({"alias": row["alias"], "alias_kana": row["alias_kana"]}),
        "birth": _always({**birth, "person_kind": row["kind"]}),
        "phone": _always({"phone": row["phone"]}),
        "state": [Span(text_of({"state": row["state"]}), row["state_on"])],
    }


def _always(value: Mapping[str, str]) -> list[Span]:
    return [Span(text_of(value))]


def spans_of_address(row: Row) -> list[Span]:
    """What a row of ``address`` states."""
    names = ("municipality_code", "postal_code", "written", "building")
    return [Span(text_of({name: row[name] for name in names}), row["since"])]


def spans_of_member(row: Row) -> list[Span]:
    """What a row of ``household_member`` states."""
    value = {
        "household_number": row["household_number"],
        "relation": row["relation"],
        "is_head": "1" if row["is_head"] else "0",
    }
    return [Span(text_of(value), row["since"])]


def spans_of_periods(rows: Iterable[Row]) -> list[Span]:
    """What all of a person's rows of ``insured`` state of eligibility: insured from 取得 up to
    喪失, and from there, until the next period, lost for a reason."""
    spans = []
    ordered = sorted(rows, key=lambda row: row["acquired_on"])
    for at, row in enumerate(ordered):
        following = ordered[at + 1]["acquired_on"] if at + 1 < len(ordered) else ""
        names = ("insured_number", "insurer_number", "acquired_on", "acquisition_reason")
        value = text_of({name: row[name] for name in names})
        spans.append(Span(value, row["acquired_on"], row["lost_on"] or following))
        if row["lost_on"]:
            lost = text_of({"loss_reason": row["loss_reason"]})
            spans.append(Span(lost, row["lost_on"], following))
    return [span for span in spans if not span.is_empty]


def spans_of_share(row: Row, following: str = "") -> dict[str, list[Span]]:
    """By kind what a row of ``insured`` states of 負担割合 and 限度区分: the ones in force
    from their day until the loss, none after it. What was in force before stays as it is
    known. ``following`` is the day on which the person's next period begins."""
    provisional = "1" if row["provisional"] else "0"
    copay = {"ratio": row["copay_ratio"], "provisional": provisional} if row["copay_ratio"] else {}
    limit = {"limit_class": row["limit_class"]}
    return {
        "copay": _in_force(row, text_of(copay), row["copay_from"], following),
        "limit": _in_force(row, text_of(limit), row["limit_from"], following),
    }


def _in_force(row: Row, value: str, since: str, following: str) -> list[Span]:
    until = row["lost_on"] or following
    spans = []
    if value or not row["lost_on"]:
        # 割合 can be in force from a day before the period, after a correction of the period
        spans.append(Span(value, max(since, row["acquired_on"]), until))
    if row["lost_on"]:
        spans.append(Span("", row["lost_on"], following))
    return [span for span in spans if not span.is_empty]


def spans_of_restriction(row: Row) -> list[Span]:
    """What a row of ``restriction`` states: it holds until it is lifted, past its last day."""
    value = text_of({"kind": row["kind"], "until_on": row["until_on"]})
    span = Span(value, row["from_on"], row["lifted_at"][:10])
    return [] if span.is_empty else [span]
