"""障害認定 of persons of 65 to 74: which proof suffices, and until when (令別表; DOMAIN 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Table, Unconfirmed
from app.rules.calendar.days import ONE_DAY, day_of_75
from app.rules.eligibility.reasons import EligibilityError


@dataclass(frozen=True, slots=True)
class DisabilityProof:
    """The paper shown: ``kind`` and ``grade`` are the key of ``disability_degrees``;
    ``valid_until`` is its last day (精神障害者保健福祉手帳: two years), if it has one."""

    kind: str
    grade: str
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """障害認定 from ``from_on`` to ``until_on``, both included.

    ``certificate_limit``: the day on which a paper issued on this proof expires at the latest
    (None: only the usual 31 July).
    """

    from_on: date
    until_on: date
    certificate_limit: date | None
    unconfirmed: tuple[Unconfirmed, ...] = ()


def recognise(
    proof: DisabilityProof, degrees: Table, birth: date, from_on: date, *, person: str
) -> Recognition:
    """The recognition by ``proof`` from ``from_on`` (資格取得日 by ``acquisition``).

    Raises EligibilityError: degree_too_light, proof_expired; NoRowError for a degree the table
    does not know. From 75 on it means nothing, so it ends the day before.
    """
    row = degrees.at(from_on, kind=proof.kind, grade=proof.grade)
    if not row.flag("qualifies"):
        raise EligibilityError(
            "degree_too_light",
            f"{row.text('label')}は、障害認定の程度に当たりません。",
            "ほかの手帳や年金証書があれば、そちらで確かめてください。",
            person=person,
            missing="proof",
        )
    if proof.valid_until is not None and proof.valid_until < from_on:
        raise EligibilityError(
            "proof_expired",
            f"{row.text('label')}の有効期限が切れています。",
            "更新された手帳を確かめてください。",
            person=person,
            missing="proof",
        )
    last = day_of_75(birth) - ONE_DAY
    until = last if proof.valid_until is None else min(last, proof.valid_until)
    return Recognition(from_on, until, proof.valid_until, row.unconfirmed)
