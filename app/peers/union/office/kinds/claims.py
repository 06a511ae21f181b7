"""給付の申請 on the union's side (FLOW-605, FLOW-606; 高確法74条・77条・83-85条): what is due is
reckoned from receipts (レセプト) and certificates, and 療養費 from what an official assessed.

All claims have in common: whom they are about, the day of eligibility, the two years, whether the
same was claimed before, and which account is paid. A kind says how much.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, select

from app.peers.union.office import benefits, receipts
from app.peers.union.office.benefits import ACCOUNT, OPEN
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
    find_whom,
)
from app.peers.union.office.checks import DATES, four_dates
from app.peers.union.office.history import say
from app.peers.union.office.kinds.inquiring import put_in_queue
from app.peers.union.office.notices import deliver_notice
from app.peers.union.office.persons import (
    PersonRow,
    all_shares_of,
    coverages_of,
    get_person,
    insured_on,
)
from app.peers.union.tables import claim_finding, decision, entitlement, notification
from app.rules.benefits.combined import MedicalBurden, combined_benefit
from app.rules.benefits.hospital_charges import meal_class
from app.rules.benefits.meal_difference import DifferenceReason, meal_difference
from app.rules.benefits.medical_expense import (
    Expense,
    ExpenseBenefit,
    ExpenseKind,
    ExpenseOutcome,
    Transport,
    medical_expense,
    transport_benefit,
)
from app.rules.benefits.tables import combined_limits, meal_row, year_limits, year_rule
from app.rules.benefits.yearly import BurdenMonth, yearly_outpatient_benefit
from app.rules.calendar.days import judgement_period
from app.rules.copay.explain import unconfirmed_lines
from app.rules.errors import RuleError
from app.wire.bodies import payment

COMMON = (
    "unknown_person",
    *DATES,
    "claim_twice",
    "claim_lapsed",
    "claim_dates",
    "no_account",
    "account_awaited",
    "public_account_none",
    "nothing_due",
)
_FIRST_YEAR = 2008
"""高齢者医療確保法 is in force since April 2008."""
_ASSESSED = ("not_insured_on_day", "claim_assessed", "not_necessary")
_SUMMED = ("period_open", "receipts_missing", "burden_impossible", "amount_undecided")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with whom it is about, and what the officials found out about it (None: nothing)."""

    office: Office
    case: Case
    row: PersonRow
    found: Row[Any] | None

    @property
    def record(self) -> Any:
        """What is claimed."""
        return self.case.record

    @property
    def event(self) -> date:
        """異動日."""
        return date.fromisoformat(self.record.event_on)

    @property
    def place(self) -> tuple[str, str]:
        """The household."""
        return self.row.municipality_code, self.row.household_number


@dataclass(frozen=True, slots=True)
class Due:
    """What is paid and how it was reckoned; ``until`` is the last day of the claim, ``rights``
    those that it settles."""

    amount: int
    steps: tuple[str, ...]
    until: str
    rights: tuple[int, ...] = ()


class _AgainstError(Exception):
    """A reason against a claim, or one for which it waits."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.reason = RefusalReason(code, detail)


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """One kind of claim: its ``benefit`` (of the table ``benefits``), how it is reckoned, by which
    items of the record one claim is known from another, and from which day it lapses (``limit``:
    the row of ``limitation_periods`` and the item; ("", ""): the rights say)."""

    code: str
    benefit: str
    reckon: Callable[[Claimed], Due]
    known_by: tuple[str, ...]
    limit: tuple[str, str] = ("", "")
    refusals: tuple[str, ...] = ()
    keeps_account: bool = False
    told: tuple[str, ...] = field(default=COMMON)

    @property
    def kind(self) -> OfficeKind:
        """As the office decides it."""
        refusals = (*self.told, *self.refusals)
        return OfficeKind(
            self.code,
            self.check,
            self.decide,
            self.effect,
            waits=ask_account,
            goes_on=True,
            refusals=refusals,
        )

    def check(self, office: Office, case: Case) -> Checked:
        """Every reason against it, or how much is due."""
        row = find_whom(office, case)
        if row is None:
            return Checked(refused=(RefusalReason("unknown_person"),))
        findings = four_dates(office, case, row.birth_sort)
        if findings:
            return Checked(refused=tuple(findings))
        claimed = Claimed(office, case, row, _found(office, case))
        try:
            until = self._alive(claimed)
            account = _account(claimed)
            due = self.reckon(claimed)
        except _AgainstError as cause:
            waits = cause.reason.code in ("claim_assessed", "account_awaited")
            if waits:
                return Checked(pending=(cause.reason,), person=row)
            return Checked(refused=(cause.reason,))
        if due.amount <= 0:
            detail = "".join(f"（{line}）" for line in due.steps)
            return Checked(refused=(RefusalReason("nothing_due", detail),))
        return Checked(person=row, facts=(due, due.until or until, account))

    def _alive(self, claimed: Claimed) -> str:
        """The last day of the claim; raises what stands against it."""
        record, row = claimed.record, claimed.row
        connection = claimed.office.connection
        twice = benefits.paid_before(connection, row.id, self.code, self.claim_of(record))
        if twice or self._waits_already(claimed):
            raise _AgainstError("claim_twice")
        rule, item = self.limit
        if not rule:
            return ""
        since = date.fromisoformat(getattr(record, item))
        until = benefits.claim_until(claimed.office.system, rule, since)
        if record.accepted_on > until:
            raise _AgainstError("claim_lapsed", f"請求できるのは {until} まででした。")
        return until

    def _waits_already(self, claimed: Claimed) -> bool:
        """Whether the same claim, sent before, waits for an official."""
        rows = claimed.office.connection.execute(
            select(notification.c.id, notification.c.record).where(
                notification.c.person_id == claimed.row.id,
                notification.c.id != claimed.case.id,
                notification.c.record.like(f'%"kind": "{self.code}"%'),
            )
        )
        for row in rows:
            said = json.loads(row.record)
            same = all(said[name] == getattr(claimed.record, name) for name in self.known_by)
            if same and _last_outcome(claimed.office, row.id) == "pending":
                return True
        return False

    def claim_of(self, record: Any) -> str:
        """By what the same claim is known again."""
        return " ".join(str(getattr(record, name)) for name in self.known_by)

    def decide(self, office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
        """The amount with its steps, and into which account."""
        due, until, account = checked.facts
        record, row = case.record, checked.person
        assert row is not None, "a claim is about somebody known"
        periods = coverages_of(office.connection, [person_id]).get(person_id, [])
        name = row.name if record.payee == "self" else record.payee_name
        title = office.system.tables["benefits"].label(self.benefit, office.system.today())
        values = {
            **account,
            "insured_number": periods[-1].insured_number if periods else "",
            "benefit": self.benefit,
            "event_on": record.event_on,
            "amount": str(due.amount),
            "decided_on": office.system.today().isoformat(),
            "claim_until": until,
            "payee_name": name,
            "grounds_clerk": "\n".join(due.steps),
            "grounds_aloud": f"{title}として {due.amount:,}円が、指定の口座に振り込まれます。",
        }
        return Answer(person_id, payment.LAYOUTS[-1], values)

    def effect(self, office: Office, case: Case, answer: Answer) -> None:
        """The payment stands in the books, the rights are settled, the notice is on its way."""
        record, values, connection = case.record, answer.values, office.connection
        found = self.check(office, case)
        due = found.facts[0]
        benefits.settle_rights(office.system, connection, due.rights)
        paid = {
            "notification_id": case.id,
            "kind": self.code,
            "amount": int(values["amount"]),
            "payee": values["payee_name"],
            "decided_on": values["decided_on"],
            "claim": self.claim_of(record),
            "claim_until": values["claim_until"],
            "steps": values["grounds_clerk"],
        }
        benefits.keep(connection, answer.person_id, paid)
        if self.keeps_account and record.payee == "self":
            account = {name: values[name] for name in ACCOUNT}
            since = values["decided_on"]
            say(connection, answer.person_id, ("account", ""), account, since=since)
        deliver_notice(office, case.terminal, answer.person_id, values, self.benefit)


def _last_outcome(office: Office, notification_id: str) -> str:
    mine = select(decision.c.outcome).where(decision.c.notification_id == notification_id)
    return str(office.connection.execute(mine.order_by(decision.c.id.desc())).scalar() or "")


def _found(office: Office, case: Case) -> Row[Any] | None:
    mine = select(claim_finding).where(claim_finding.c.notification_id == case.id)
    return office.connection.execute(mine).first()


def _account(claimed: Claimed) -> dict[str, str]:
    """Which account is paid. 公金受取口座 is asked for by the union where the person agreed
    (SEC-134); until the answer is there the claim waits."""
    record, found = claimed.record, claimed.found
    if record.account_from == "keyed":
        return {name: getattr(record, name) for name in ACCOUNT}
    if record.account_from == "kept":
        today = claimed.office.system.today().isoformat()
        kept = benefits.account_of(claimed.office.connection, claimed.row.id, today)
        if kept is None:
            raise _AgainstError("no_account")
        return kept
    if record.consent != "1":
        raise _AgainstError("public_account_none", "照会への同意がありません。")
    if found is None or not found.account:
        raise _AgainstError("account_awaited")
    account = json.loads(found.account)
    if not account:
        raise _AgainstError("public_account_none")
    return {name: account[name] for name in ACCOUNT}


def ask_account(office: Office, case: Case, person_id: int) -> None:
    """A claim that waits for 公金受取口座 causes the inquiry that the person agreed to."""
    record, row = case.record, get_person(office.connection, person_id)
    if record.account_from != "public":
        return
    today = office.system.today().isoformat()
    measures = row.support_from and not (row.support_until and row.support_until < today)
    line = office.system.tables["inquiry_procedures"].at(office.system.today(), code=_PROCEDURE)
    asked = SimpleNamespace(
        case_id=record.case_id,
        event_on=record.accepted_on,
        municipality_code=record.municipality_code,
        procedure=_PROCEDURE,
        item=line.text("item"),
        asked_municipality="",
        asked_insurer="",
        year="",
        consent_on=record.notified_on,
        nondisclosed="1" if measures else "0",
    )
    put_in_queue(office, case, person_id, asked)


_PROCEDURE = "account"
"""Code of ``inquiry_procedures``."""


# -- 療養費, 移送費 ------------------------------------------------------------------------------


def _insured(claimed: Claimed) -> None:
    periods = coverages_of(claimed.office.connection, [claimed.row.id]).get(claimed.row.id, [])
    if not insured_on(periods, claimed.record.event_on):
        raise _AgainstError("not_insured_on_day", f"受けた日は {claimed.record.event_on} です。")


def _ratio(claimed: Claimed) -> int:
    rows = all_shares_of(claimed.office.connection, [claimed.row.id]).get(claimed.row.id, [])
    begun = [row for row in rows if row.copay_from <= claimed.record.event_on]
    if not begun:
        raise _AgainstError("not_insured_on_day", "その日の負担割合が決まっていません。")
    return int(begun[-1].copay_ratio)


def _assessed(claimed: Claimed) -> tuple[int, int, bool]:
    """What was paid and the assessed cost (基準額), yen, and whether it was necessary."""
    found = claimed.found
    if found is None or (found.standard is None and not found.not_necessary):
        raise _AgainstError("claim_assessed")
    paid = int(claimed.record.paid) if found.paid is None else found.paid
    return paid, found.standard or 0, not found.not_necessary


def _expense(kind: ExpenseKind) -> Callable[[Claimed], Due]:
    def reckon(claimed: Claimed) -> Due:
        _insured(claimed)
        ratio = _ratio(claimed)
        paid, standard, necessary = _assessed(claimed)
        expense = Expense(kind, paid, standard, necessary)
        done = medical_expense(expense, ratio, person=claimed.row.atena_number)
        return _due(done, f"自己負担（{ratio}割）", paid, standard)

    return reckon


def _transport(claimed: Claimed) -> Due:
    _insured(claimed)
    record = claimed.record
    paid, standard, necessary = _assessed(claimed)
    grounds = (record.suitable_care, record.hard_to_move, record.urgent)
    suitable, hard, urgent = (necessary and said == "1" for said in grounds)
    done = transport_benefit(Transport(paid, standard, suitable, hard, urgent))
    return _due(done, "自己負担", paid, standard)


def _due(done: ExpenseBenefit, words: str, paid: int, standard: int) -> Due:
    if done.outcome is ExpenseOutcome.NOT_NECESSARY:
        raise _AgainstError("not_necessary")
    steps = (
        f"支払った額 {paid:,}円、基準額 {standard:,}円 → 対象の額 {done.base:,}円",
        f"{words} {done.share:,}円",
        f"支給額 {done.base:,}円 － {done.share:,}円 ＝ {done.benefit:,}円",
    )
    return Due(done.benefit, steps, "")


# -- 高額療養費, yearly sums ---------------------------------------------------------------------


def _rights(*kinds: str) -> Callable[[Claimed], Due]:
    """All that was reckoned and is not paid yet."""

    def reckon(claimed: Claimed) -> Due:
        connection, system = claimed.office.connection, claimed.office.system
        accepted = claimed.record.accepted_on
        rows = benefits.open_rights(connection, claimed.row.id, kinds, accepted)
        if not rows:
            mine = (entitlement.c.person_id == claimed.row.id, entitlement.c.benefit.in_(kinds))
            lapsed = connection.execute(
                select(entitlement.c.claim_until).where(*mine, entitlement.c.claim_until < accepted,
                                                        entitlement.c.state != benefits.PAID)
            ).scalar()  # fmt: skip
            if lapsed:
                raise _AgainstError("claim_lapsed", f"請求できるのは {lapsed} まででした。")
            raise _AgainstError("nothing_due")
        steps = [line for row in rows for line in row.steps.splitlines()]
        total = sum(row.amount for row in rows)
        if len(rows) > 1:
            steps.append(f"合わせて {total:,}円")
        until = min(row.claim_until for row in rows)
        assert all(row.state == OPEN for row in rows) and system is not None
        return Due(total, tuple(steps), until, tuple(row.id for row in rows))

    return reckon


def _period(claimed: Claimed) -> tuple[int, date]:
    """The year of the 計算期間 and its last day, which is over and not two years ago."""
    year = int(claimed.record.year)
    if not _FIRST_YEAR <= year <= claimed.office.system.today().year:
        raise _AgainstError("period_open", f"始まりの年が {claimed.record.year} 年になっています。")
    last = judgement_period(year)[1]
    if last >= claimed.office.system.today():
        raise _AgainstError("period_open")
    until = benefits.claim_until(claimed.office.system, "yearly_benefit", last)
    if claimed.record.accepted_on > until:
        raise _AgainstError("claim_lapsed", f"請求できるのは {until} まででした。")
    return year, last


def _months(claimed: Claimed, year: int) -> list[receipts.PersonsMonth]:
    office, first = claimed.office, judgement_period(year)[0]
    months = receipts.year_of(
        office.system, office.connection, claimed.place, claimed.row.id, first
    )
    if not months:
        raise _AgainstError("receipts_missing")
    return months


def _class_on(claimed: Claimed, last: date) -> str:
    rows = all_shares_of(claimed.office.connection, [claimed.row.id]).get(claimed.row.id, [])
    begun = [row for row in rows if row.copay_from <= last.isoformat()]
    if not begun:
        raise _AgainstError("receipts_missing", "7月31日の限度区分が決まっていません。")
    return str(begun[-1].limit_class)


def _other(claimed: Claimed) -> int:
    return int(claimed.record.other_burden or 0)


def _outpatient_year(claimed: Claimed) -> Due:
    year, last = _period(claimed)
    months, tables = _months(claimed, year), claimed.office.system.tables
    try:
        limits = year_limits(tables, _class_on(claimed, last), year)
        rule = year_rule(tables, year)
    except RuleError as cause:
        raise _AgainstError("amount_undecided", cause.message) from cause
    burdens = [
        BurdenMonth(one.outpatient - one.outpatient_benefit, one.three_tenths) for one in months
    ]
    if _other(claimed):
        burdens.append(BurdenMonth(_other(claimed)))
    done = yearly_outpatient_benefit(limits, rule, burdens)
    whole = done.benefit
    # each insurer pays its part by the burden that arose with it; a fraction of a yen is cut
    part = whole * (done.burden - _other(claimed)) // done.burden if done.burden else 0
    limit = "なし" if done.limit is None else f"{done.limit:,}円"
    steps = [
        f"{year}年8月から翌年7月までの外来の自己負担 {done.burden:,}円"
        f"（うち前の保険者の証明書 {_other(claimed):,}円）",
        f"年間の限度額 {limit} → 超えた額 {whole:,}円",
        f"この広域連合の支給額 {part:,}円",
        *unconfirmed_lines(done.unconfirmed).splitlines(),
    ]
    return Due(
        part, tuple(steps), benefits.claim_until(claimed.office.system, "yearly_benefit", last)
    )


def _combined(claimed: Claimed) -> Due:
    year, last = _period(claimed)
    months, tables, record = _months(claimed, year), claimed.office.system.tables, claimed.record
    own = sum(one.copay - one.benefit for one in months)
    burdens = [MedicalBurden("own", own)]
    if _other(claimed):
        burdens.append(MedicalBurden(record.other_insurer or "other", _other(claimed)))
    try:
        limits = combined_limits(tables, _class_on(claimed, last), year)
        done = combined_benefit(
            limits, burdens, int(record.care_burden), several_care=record.several_care == "1"
        )
    except RuleError as cause:
        code = "amount_undecided" if cause.code == "benefits.no_limits" else "burden_impossible"
        raise _AgainstError(code, cause.message) from cause
    steps = [
        f"{year}年8月から翌年7月までの自己負担　この広域連合 {own:,}円、"
        f"前の保険者 {_other(claimed):,}円、介護 {done.care:,}円",
        f"合計 {done.medical + done.care:,}円、限度額 {done.limit:,}円 → 超えた額 {done.over:,}円",
        f"按分　この広域連合 {done.shares[0].benefit:,}円、介護保険 {done.care_benefit:,}円",
        *unconfirmed_lines(done.unconfirmed).splitlines(),
    ]
    until = benefits.claim_until(claimed.office.system, "yearly_benefit", last)
    return Due(done.shares[0].benefit, tuple(steps), until)


# -- 食事療養差額 --------------------------------------------------------------------------------


def _meals(claimed: Claimed) -> Due:
    _insured(claimed)
    record, tables = claimed.record, claimed.office.system.tables
    long = record.reason == DifferenceReason.LONG_STAY.value
    kind = meal_class(_class_on(claimed, claimed.event), long_stay=long)
    reason = DifferenceReason(record.reason)
    try:
        row = meal_row(tables, claimed.event)
        done = meal_difference(
            row, kind, int(record.meals), int(record.paid), reason, claimed.row.atena_number
        )
    except RuleError as cause:
        raise _AgainstError("amount_undecided", cause.message) from cause
    each = done.owed // done.meals if done.meals else 0
    steps = [
        f"支払った食事代 {done.paid:,}円（{done.meals}食）",
        f"標準負担額 {each:,}円 × {done.meals}食 ＝ {done.owed:,}円",
        f"差額の支給 {done.benefit:,}円",
        *unconfirmed_lines(done.unconfirmed).splitlines(),
    ]
    return Due(done.benefit, tuple(steps), "")


_BENEFIT = ("benefit", "paid_on")
_RECEIPT = ("event_on", "institution", "paid")

_FAMILY = (
    *(
        ClaimKind(
            f"claim_{code}", "medical_expense", _expense(kind), _RECEIPT, _BENEFIT, _ASSESSED
        )
        for code, kind in (
            ("brace", ExpenseKind.BRACE),
            ("acupuncture", ExpenseKind.ACUPUNCTURE),
            ("massage", ExpenseKind.ACUPUNCTURE),
            ("abroad", ExpenseKind.ABROAD),
            ("without_paper", ExpenseKind.WITHOUT_CERTIFICATE),
        )
    ),
    ClaimKind("claim_transport", "transport", _transport, _RECEIPT, _BENEFIT, _ASSESSED),
    ClaimKind(
        "claim_high_cost", "high_cost", _rights("high_cost", "returned"), ("event_on",),
        refusals=("receipts_missing", "amount_undecided"), keeps_account=True,
    ),
    ClaimKind("claim_outpatient_year", "outpatient_year", _outpatient_year, ("year",),
              refusals=_SUMMED),
    ClaimKind("claim_combined", "combined", _combined, ("year",), refusals=_SUMMED),
    ClaimKind("claim_meals", "meal_difference", _meals, ("event_on", "hospital", "paid"), _BENEFIT,
              ("not_insured_on_day", "amount_undecided")),
    ClaimKind("claim_copay_refund", "copay_refund", _rights("copay_refund"), ("event_on",)),
)  # fmt: skip

KINDS: tuple[OfficeKind, ...] = tuple(one.kind for one in _FAMILY)
BY_CODE = {one.code: one for one in _FAMILY}
"""The kinds of claim by their codes."""
