"""情報照会: what another body is asked of a person, and what it answered (FLOW-901, 913, 921, 931).

What is asked is fixed by the procedure (事務手続): nobody types whom or what (SEC-122). The union
passes on the very text that the terminal sent (``asked_text``), so that the digest of it is the
same at the terminal, the union and the intermediary (SEC-133).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from app.core.canon import canonical_json
from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead, DecisionHead


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationInquiry(CaseHead):
    """情報照会要求 (FILE-11): by codes alone. ``event_on`` of the head is the day as of which is
    asked, ``consent_on`` the day of the person's consent (FORM-91) where the procedure needs it
    (SEC-134), ``nondisclosed`` what the register says of her (SEC-124)."""

    procedure: str = column("事務手続", Kind.CODE, codes="inquiry_procedures", required=True)
    item: str = column("照会する情報", Kind.CODE, codes="inquiry_items", required=True)
    asked_municipality: str = column("照会先の市区町村コード", Kind.MUNICIPALITY, 6)
    asked_insurer: str = column("照会先の保険者番号", Kind.DIGITS, 8)
    year: str = column("対象の年度", Kind.DIGITS, 4)
    consent_on: str = column("本人の同意の日", Kind.DAY)
    nondisclosed: str = column("不開示該当", Kind.FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationAnswer(DecisionHead):
    """情報照会結果 (FILE-22): whether the other body answered, and what. ``asked_digest`` is
    SHA-256 of what was asked (``asked_text``); ``content`` holds codes of ``inquiry_contents``."""

    procedure: str = column("事務手続", Kind.CODE, codes="inquiry_procedures", required=True)
    item: str = column("照会する情報", Kind.CODE, codes="inquiry_items", required=True)
    asked_digest: str = column("照会の検査値（SHA-256）", Kind.HEX, 64, required=True)
    answer: str = column("照会の結果", Kind.CODE, codes="inquiry_outcomes", required=True)
    answer_reason: str = column("回答がない理由", Kind.TEXT, 200)
    provider: str = column("回答した機関", Kind.TEXT, 100)
    answered_at: str = column("回答日時", Kind.MOMENT)
    content: str = column("回答の内容", Kind.JSON, 8000)


_ASKED = (
    "case_id",
    "event_on",
    "municipality_code",
    "procedure",
    "item",
    "asked_municipality",
    "asked_insurer",
    "year",
    "consent_on",
    "nondisclosed",
)


def asked_text(record: Any) -> str:
    """What an inquiry asks, as one text: everything but who keyed it. Whoever passes it on passes
    on this text."""
    return canonical_json({name: getattr(record, name) for name in _ASKED})


def digest_of(asked: str) -> str:
    """SHA-256 of an ``asked_text``, in hex."""
    return hashlib.sha256(asked.encode()).hexdigest()


INQUIRY = (BodyLayout("information_inquiry", 1, "情報照会", InformationInquiry),)
ANSWER = (BodyLayout("information_answer", 1, "情報照会の結果", InformationAnswer),)

PROCEDURES = (
    "inquiry_former_insurer",
    "inquiry_residents",
    "inquiry_welfare",
    "inquiry_disability",
    "inquiry_tax",
    "inquiry_pension",
    "inquiry_care",
    "inquiry_account",
)
"""The kinds of case that ask another body, each for one procedure."""
