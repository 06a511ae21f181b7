"""What of a decision is compared with what, and what the union alone says (SEC-119).

A kind of case names its ``compared`` items; ``COVERAGE`` and the like are the items of a
decision's body in the clerk's words, for all kinds that are answered with that body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.values import accounts


@dataclass(frozen=True, slots=True)
class Compared:
    """One item that was keyed, or that stands in the address master for a kind about a known
    person, beside the decision's. ``name`` is the field's or that of ``Whom``; ``decided`` the
    decision's item where it is called otherwise; ``label`` where no field has one. ``is_name``:
    to be shown in its exact variant; ``is_birth``: two writings of one birth date agree.
    ``if_keyed``: compared where something was keyed; what was left to the union is no
    difference."""

    name: str
    label: str = ""
    decided: str = ""
    is_name: bool = False
    is_birth: bool = False
    codes: str = ""
    if_keyed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What a decision's codes and days are told with: the tables as they hold on ``day``."""

    tables: Tables
    eras: Eras
    day: date

    def label(self, table: str, code: str) -> str:
        """A code's label; "" for none."""
        return self.tables[table].label(code, self.day) if code else ""

    def on(self, text: str) -> str:
        """A day as it stands on paper; "" for none."""
        return on_paper(date.fromisoformat(text), self.eras) if text else ""


@dataclass(frozen=True, slots=True)
class Told:
    """One item that the union alone says: its label, and its words from the decision.
    ``large``: to be shown large, because it is read aloud or copied."""

    label: str
    words: Callable[[Any, Words], str]
    large: bool = False


PERSON: tuple[Compared, ...] = (
    Compared("name", "氏名", is_name=True),
    Compared("kana", "フリガナ"),
    Compared("birth_written", "生年月日", is_birth=True),
    Compared("sex", "性別", codes="sexes"),
    Compared("atena_number", "宛名番号"),
)
"""The person of the head, beside the address master."""

PAID_TO: tuple[Compared, ...] = (
    Compared("payee_name", is_name=True),
    Compared("bank_code"),
    Compared("branch_code"),
    Compared("account_type"),
    Compared("account_number"),
    Compared("holder_kana"),
)
"""Who is paid and into which account, as ``blocks.payee_fields`` and ``account_fields`` key it
and the body ``payment`` answers."""


def _ratio(record: Any, words: Words) -> str:
    if not record.copay_ratio:
        return "所得未確認（割合は後で決まります）"
    provisional = "（見込み）" if record.provisional == "1" else ""
    return f"{record.copay_ratio}割{provisional}　{words.on(record.copay_from)} から"


COVERAGE: tuple[Told, ...] = (
    Told("交付する書類", lambda record, words: words.label("papers", record.paper)),
    Told("被保険者番号", lambda record, words: record.insured_number, large=True),
    Told("保険者番号", lambda record, words: f"{record.insurer_number}　{record.insurer_name}"),
    Told("資格取得年月日", lambda record, words: words.on(record.acquired_on)),
    Told("負担割合", _ratio),
    Told("限度区分", lambda record, words: words.label("limit_classes", record.limit_class)),
    Told("有効期限", lambda record, words: words.on(record.expires_on)),
)
"""資格の決定 (body ``coverage``)."""

REISSUED: tuple[Told, ...] = (
    Told(
        "再交付",
        lambda record, words: (
            f"{record.reissue_count}回目（{words.label('reissue_reasons', record.reissue_reason)}）"
        ),
    ),
    *COVERAGE,
)
"""再交付の決定 (body ``reissued``)."""

LOSS: tuple[Told, ...] = (
    Told("被保険者番号", lambda record, words: record.insured_number, large=True),
    Told("資格喪失年月日", lambda record, words: words.on(record.lost_on)),
    Told("喪失事由", lambda record, words: words.label("loss_reasons", record.loss_reason)),
    Told("根拠条文", lambda record, words: record.article),
    Told(
        "資格確認書などの返還",
        lambda record, words: "返還が必要" if record.paper_due == "1" else "不要",
    ),
)
"""喪失の決定 (body ``loss``)."""

PAYMENT: tuple[Told, ...] = (
    Told("給付の種類", lambda record, words: words.label("benefits", record.benefit)),
    Told("支給決定額", lambda record, words: f"{int(record.amount):,} 円", large=True),
    Told("支給決定日", lambda record, words: words.on(record.decided_on)),
    Told("請求できる最後の日", lambda record, words: words.on(record.claim_until)),
)
"""給付の支給決定 (body ``payment``)."""


def _to_account(record: Any, words: Words) -> str:
    """Into which account, without the number's first digits."""
    bank = accounts.bank_name(record.bank_code) or record.bank_code
    branch = accounts.branch_name(record.bank_code, record.branch_code) or record.branch_code
    kind = words.label("account_types", record.account_type)
    return f"{bank}　{branch}　{kind}　＊＊＊＊{record.account_number[-3:]}"


PAID: tuple[Told, ...] = (
    *PAYMENT,
    Told("受取人", lambda record, words: record.payee_name),
    Told("振込先", _to_account),
)
"""給付の支給決定 of a claim whose payee and account the union may know better than the entry."""

HOLDS: tuple[Told, ...] = (
    Told("効力の始まる日", lambda record, words: words.on(record.since)),
    Told("効力の終わる日", lambda record, words: words.on(record.until) or "なし"),
)
"""A decision that repeats what was notified (``app.wire.bodies.repeated``)."""

GROUNDS = Told("判定の根拠", lambda record, words: record.grounds_clerk)
"""Why; the last line of every accepted decision."""
