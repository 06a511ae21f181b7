"""Rules over accounts and claims that many kinds share (DOMAIN 4.9, 5.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date

from app.cases.entry import Entered, Finding, Rule, Values, error, warning
from app.core.banks import bank_list
from app.core.errors import UserError
from app.core.signs import is_blank
from app.core.tables import Tables
from app.rules.calendar.days import judgement_period
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.collection.limitation import limitation
from app.rules.collection.tables import limitation_rule
from app.rules.identifiers import digits_of
from app.rules.values import accounts


def bank_listed(entered: Entered) -> Iterator[Finding]:
    """A code of a bank that the list does not have was looked at."""
    code = accounts.code_of(entered.text("bank_code"))
    if code and not accounts.bank_name(code):
        yield _unlisted("bank_code", f"金融機関コード {code}")


def branch_listed(entered: Entered) -> Iterator[Finding]:
    """A code of a branch that the list does not have was looked at."""
    bank = accounts.code_of(entered.text("bank_code"))
    with suppress(UserError):
        code = accounts.branch(entered.text("branch_code"), "支店", bank).normal
        if accounts.bank_name(bank) and not accounts.branch_name(bank, code):
            what = f"{accounts.bank_name(bank)}の支店コード {code}"
            yield _unlisted("branch_code", what)


def _unlisted(field: str, what: str) -> Finding:
    return warning(
        field,
        "place_unlisted",
        f"{what} は、{bank_list().as_of:%Y-%m-%d} 現在の一覧にありません。",
        "通帳のコードと名前を見比べてください。新しい店か、統合でなくなった店かもしれません。",
    )


def type_of_symbol(entered: Entered) -> Iterator[Finding]:
    """The 口座の種類 is that which the 記号 of ゆうちょ says."""
    said = accounts.type_of_symbol(entered.text("branch_code"))
    post = accounts.code_of(entered.text("bank_code")) == accounts.POST_BANK
    if post and said and said != entered.text("account_type"):
        yield error(
            "account_type",
            "type_of_symbol",
            "ゆうちょの記号が1で始まる口座は普通、0で始まる口座は当座です。",
            "通帳の記号を確かめ、口座の種類を選び直してください。",
        )


def is_filled(name: str) -> Callable[[Values], bool]:
    """For ``shown`` and ``needed``: something is keyed in ``name``."""
    return lambda values: not is_blank(values.get(name, ""))


def until(claim: str) -> Callable[[date, Tables], str]:
    """For ``explained``: through which day a claim of ``limitation_periods`` lives (時効)."""

    def said(since: date, tables: Tables) -> str:
        end = _last_day(tables, claim, since)
        return "" if end is None else f"請求は{on_paper(end, Eras(tables['eras']))}まで"

    return said


def _last_day(tables: Tables, claim: str, since: date) -> date | None:
    return limitation(limitation_rule(tables, claim, since), since).last_day


def claim_limit(claim: str, since: str) -> Rule:
    """A claim that has lapsed, counted from the day ``since``, is taken in all the same: the union
    decides. ``claim`` "": the union alone knows from when it runs."""

    def rule(entered: Entered) -> Iterator[Finding]:
        day, accepted = entered.day(since) if since else None, entered.day("accepted_on")
        if not claim or day is None or day.exact is None or accepted is None:
            return
        end = _last_day(entered.tables, claim, day.exact)
        if end is not None and accepted.sort_date > end:
            yield warning(
                since,
                "lapsed",
                f"請求できるのは {on_paper(end, entered.reader.eras)} まででした（時効）。",
                "支給されない見込みであることを伝え、日付を書類で確かめてください。"
                "申請は受け付けられ、広域連合が決定します。",
            )

    return rule


def payee_of_dead(entered: Entered) -> Iterator[Finding]:
    """Who died is not paid any more."""
    whom = entered.whom
    if whom is not None and whom.died_on and entered.text("payee") == "self":
        yield error(
            "payee",
            "payee_dead",
            "亡くなった方は受取人になれません。",
            "「本人以外」を選び、相続人代表者を受取人にしてください。",
        )


def account_of_payee(entered: Entered) -> Iterator[Finding]:
    """A registered account, and 公金受取口座, are the person's own."""
    if entered.text("payee") == "other" and entered.text("account_from") in ("kept", "public"):
        yield error(
            "account_from",
            "not_payees",
            "登録済みの口座と公金受取口座は、本人の口座です。",
            "本人以外が受け取るときは「通帳の口座」を選び、受取人の口座を入れてください。",
        )


def period_over(entered: Entered) -> Iterator[Finding]:
    """The 計算期間 (1 August to 31 July) of ``year`` has ended."""
    year = digits_of(entered.text("year"))
    if len(year) == 4 and year.isascii() and year.isdigit() and 2000 < int(year) < 3000:
        end = judgement_period(int(year))[1]
        if end < entered.today:
            return
    yield error(
        "year",
        "period_open",
        "その計算期間は、まだ終わっていません。",
        "期間は8月1日から翌年7月31日までで、申請は8月からです。始まりの年を西暦で入れてください。",
    )


def three_meals_a_day(entered: Entered) -> Iterator[Finding]:
    """At most three meals on each day in hospital."""
    first, last = entered.day("event_on"), entered.day("stayed_until")
    typed = digits_of(entered.text("meals"))
    if first is None or last is None or not (typed.isascii() and typed.isdigit()):
        return
    days = (last.sort_date - first.sort_date).days + 1
    if not 0 < int(typed) <= 3 * days:
        yield error(
            "meals",
            "meals_impossible",
            f"{days}日間の食数は1から{3 * days}までです（{int(typed)}食になっています）。",
            "領収書の食数と日付を見比べてください。",
        )
