"""The ledger's lines for a screen or a paper: the decision's figures in the order in which they
are explained, and the instalments as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.core.tables import NoRowError, Tables
from app.functions.levy.account import Account, Period, State
from app.functions.levy.ledger import Year
from app.functions.levy.proof import PARTS
from app.functions.levy.words import yen
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.levy.premium import Part
from app.rules.money import PERMILLE, RATE_BASE
from app.wire.records import PremiumRecord

STATES: Mapping[State, str] = {
    State.PAID: "納付済み",
    State.OVERPAID: "納め過ぎ",
    State.OPEN: "これから",
    State.NEXT: "次の納期",
    State.LATE: "納期を過ぎて未納",
    State.NOTHING: "なし",
}
INCOME_BASE = "賦課のもととなる所得"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of why it is this amount: what, how much, how it comes about."""

    label: str
    text: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of the picture of a year: yen that are paid for ``label``."""

    label: str
    amount: int


class Words:
    """What codes and days of the ledger are called."""

    def __init__(self, tables: Tables, today: date) -> None:
        self._tables = tables
        self._today = today
        self._eras = Eras(tables["eras"])

    def label(self, table: str, code: str) -> str:
        """The label of a code, the code itself where the table no longer has it."""
        try:
            return self._tables[table].label(code, self._today) if code else ""
        except NoRowError:
            return code

    def day(self, text: str) -> str:
        """A day in the calendar of the window."""
        return on_paper(date.fromisoformat(text), self._eras) if text else ""

    def reasons(self, year: Year) -> Iterator[Reason]:
        """Why it is this amount, from the income to the sum: the decision's own figures."""
        decision = year.account.decision
        if decision is None:
            return
        record = decision.record
        state = self.label("income_states", record.income_state)
        judged = yen(int(record.judged)) if record.judged else "なし"
        yield Reason(INCOME_BASE, yen(int(record.base)), f"所得は{state}")
        reduction = self.label("reduction_classes", record.reduction)
        yield Reason("均等割の軽減", reduction, f"判定の所得　{judged}")
        for part in Part:
            if getattr(record, part.value) != "":
                yield from self._part(record, part, year)
        months = f"{int(record.month_from[5:])}月から{int(record.month_to[5:])}月まで"
        yield Reason("月数", f"{int(record.months)}か月", months)
        if int(record.exempted or 0):
            yield Reason("減免", f"−{yen(int(record.exempted))}", "")
        provisional = "（見込み）" if record.provisional == "1" else ""
        total = " ＋ ".join(
            PARTS[part] for part in Part if getattr(record, part.value) not in ("", "0")
        )
        yield Reason(f"保険料額{provisional}", yen(int(record.amount)), total)

    def _part(self, record: PremiumRecord, part: Part, year: Year) -> Iterator[Reason]:
        name, label = part.value, PARTS[part]

        def said(item: str) -> int:
            return int(getattr(record, f"{name}_{item}") or 0)

        yield Reason(f"{label}　均等割", yen(said("per_capita")), "一人ずつ同じ額")
        if said("reduced"):
            share = said("reduced") * PERMILLE // max(1, said("per_capita"))
            how = f"均等割の{share / 100:g}割" if said("reduced") else ""
            yield Reason(f"{label}　軽減", f"−{yen(said('reduced'))}", how)
        yield Reason(f"{label}　所得割", yen(said("income")), self._rate(record, part, year))
        if getattr(record, f"{name}_capped") == "1":
            yield Reason(f"{label}　限度額", "適用", self._ceiling(part, year))
        how = "100円未満は切り捨て"
        if record.months != "12":
            how = f"12か月のうち{int(record.months)}か月分、{how}"
        yield Reason(f"{label}　計", yen(int(getattr(record, name))), how)

    def _rate(self, record: PremiumRecord, part: Part, year: Year) -> str:
        """The rate, where the rules give the same share by it."""
        proof = year.told.proof
        for one in proof.parts if proof is not None and not year.told.differences else ():
            if one.part is part:
                cut = (
                    f"、独自の軽減{one.income_cut_permille / 100:g}割"
                    if one.income_cut_permille
                    else ""
                )
                rate = one.income_rate * 100 / RATE_BASE
                return f"{yen(int(record.base))} × {rate:g}%{cut}"
        return "所得に応じた額"

    def _ceiling(self, part: Part, year: Year) -> str:
        proof = year.told.proof
        for one in proof.parts if proof is not None else ():
            if one.part is part:
                return f"年{yen(one.ceiling)}まで"
        return ""

    def corrections(self, account: Account) -> Iterator[tuple[str, str, str, str]]:
        """The decisions of a year, newest first: day, reason, before, amount."""
        for at in range(len(account.decisions) - 1, -1, -1):
            record = account.decisions[at].record
            before = record.previous_amount
            if not before and at:
                before = account.decisions[at - 1].record.amount
            yield (
                self.day(record.decided_on),
                self.label("levy_causes", record.cause),
                yen(int(before)) if before else "—",
                yen(int(record.amount)),
            )

    def methods(self, account: Account) -> str:
        """How the year is paid: every method of its instalments."""
        codes = dict.fromkeys(one.record.method for one in account.periods if one.amount)
        return "、".join(self.label("payment_methods", code) for code in codes)

    def period(self, account: Account, period: Period, today: date) -> tuple[str, ...]:
        """One instalment as a line: 期, month, due day, method, due, paid, open, state."""
        record = period.record
        return (
            f"{int(record.period)}期{'（仮）' if record.provisional == '1' else ''}",
            f"{int(record.month[5:])}月",
            self.day(record.due_on),
            self.label("payment_methods", record.method),
            yen(period.amount),
            yen(period.paid),
            yen(period.open),
            self.state(account, period, today),
        )

    def state(self, account: Account, period: Period, today: date) -> str:
        """How an instalment stands, with what was done about it."""
        told = STATES[account.state(period, today)]
        behind = period.arrears
        if behind is not None and period.open and behind.state != "open":
            told += f"（{self.label('arrears_states', behind.state)}）"
        if period.charges:
            told += f"　延滞金 {yen(period.charges)}"
        last = max(
            (one.received_on for one in period.payments if one.kind == "payment"), default=""
        )
        return f"{told}　{self.day(last)}" if last and not period.open else told


def segments(account: Account) -> tuple[Segment, ...]:
    """What a year's amount is made of, for the picture: yearly shares after reductions."""
    decision = account.decision
    if decision is None:
        return ()
    record = decision.record
    found = []
    for part in Part:
        if getattr(record, part.value) in ("", "0"):
            continue
        label = PARTS[part]
        whole = int(getattr(record, part.value))
        capita = int(getattr(record, f"{part.value}_per_capita") or 0) - int(
            getattr(record, f"{part.value}_reduced") or 0
        )
        income = int(getattr(record, f"{part.value}_income") or 0)
        each = whole * capita // max(1, capita + income)
        found += [Segment(f"{label} 均等割", each), Segment(f"{label} 所得割", whole - each)]
    return tuple(one for one in found if one.amount)
