"""What somebody must look at of a file of premiums (確認リスト): each kind with its own words.

A finding changes nothing of the ledger. It says what, where, and what to do (SEC-110).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.core.tables import Tables
from app.functions.levy.account import (
    ARREARS,
    COLLECTION,
    INSTALMENT,
    PREMIUM,
    Account,
    Said,
    accounts,
    places,
    said,
)
from app.functions.levy.proof import Prover
from app.functions.levy.words import fiscal_year, yen
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from app.wire.records import CollectionRecord
from db.tables.money import premium_record

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever a record is about, as the terminal knows them: ``periods`` of insurance are number,
    acquired, lost (ISO days, "" for not lost), oldest first."""

    person_id: str
    born: str
    periods: tuple[tuple[str, str, str], ...]

    def with_period(self, number: str, acquired: str, lost: str) -> Person:
        """The same with one more period."""
        return replace(self, periods=(*self.periods, (number, acquired, lost or "")))

    @property
    def left_on(self) -> str:
        """The day on which the last period was lost, "" for somebody insured or never insured."""
        return self.periods[-1][2] if self.periods else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One entry for the check list; ``cause`` is a code of ``check_causes``."""

    cause: str
    detail: str
    municipality_code: str = ""
    atena_number: str = ""
    person_id: str = ""


def repeats(spec: FileSpec, count: int) -> Finding:
    """Records of a file that are in the ledger already, word for word."""
    return Finding(
        "premium_repeats",
        f"{spec.title}（{spec.id}）の{count:,}件は、同じ内容がすでに台帳にあります。"
        "重ねては記録していません。同じファイルが二度届いていないか、作成元に確かめてください。",
    )


class Finder:
    """Finds what somebody must look at, by the tables of the day."""

    def __init__(self, spec: FileSpec, tables: Tables) -> None:
        self._spec = spec
        self._tables = tables
        self._prover = Prover(tables)

    def of_record(
        self, record: Any, person: Person | None, *, contradicts: bool
    ) -> Iterator[Finding]:
        """What one new record is, beside the person and what its key said before."""
        about = _About((record.municipality_code, record.atena_number), person)
        title, name = self._spec.title, self._name(record)
        if contradicts:
            yield about.finding(
                "premium_contradicts",
                f"{title}の{name}は、前に届いた内容と違います。台帳は前のままにし、届いた内容は"
                "別に残しました。どちらが正しいか、作成元に確かめてください。",
            )
        if person is None:
            yield about.finding(
                "premium_unknown",
                f"{title}の宛名番号の方が、この端末にいません（{name}）。内容は残しました。"
                "被保険者情報が届くと台帳に出ます。届かなければ、広域連合に確かめてください。",
            )
            return
        if record.insured_number not in {number for number, _, _ in person.periods}:
            yield about.finding(
                "premium_number",
                f"{title}の被保険者番号 {record.insured_number} は、この宛名番号の方の番号では"
                f"ありません（{name}）。だれの分か、作成元に確かめてください。",
            )
        if self._spec.id == COLLECTION:
            yield from _left(about, record, person, name)
        if self._spec.id == PREMIUM and not contradicts:
            differences = self._prover.of(record, person.born, person.periods).differences
            if differences:
                yield about.finding(
                    "premium_reckoned",
                    f"保険料の決定（{name}）は、端末の計算と違います。{'、'.join(differences)}。"
                    "決定の額はそのまま示します。広域連合に確かめてください。",
                )

    def of_accounts(
        self,
        work: EngineWork,
        touched: Collection[tuple[str, str, str]],
        persons: Mapping[Place, Person],
    ) -> Iterator[Finding]:
        """What the accounts say after new records of a file: decisions that do not follow each
        other, instalments that do not add up, collection of a period that there is none of."""
        numbers = {number for _, number, _ in touched}
        rows = work.all(select(premium_record).where(premium_record.c.atena_number.in_(numbers)))
        by_person: dict[Place, list[Said]] = {}
        for row in rows:
            by_person.setdefault((row.municipality_code, row.atena_number), []).append(said(row))
        for municipality, number, year in sorted(touched):
            place = (municipality, number)
            account = accounts(by_person.get(place, ())).get(year)
            if account is not None:
                about = _About(place, persons.get(place))
                words = fiscal_year(year, self._tables)
                for look in _LOOKS[self._spec.id]:
                    yield from look(about, account, words)

    def _name(self, record: Any) -> str:
        """Which of a person's records it is, in words."""
        year = f"{fiscal_year(record.equivalent_year, self._tables)}分"
        if self._spec.id == PREMIUM:
            return f"{year}、賦課の番号 {record.levy_id}"
        where = f"{year}、通知書番号 {record.notice_number} の{int(record.period)}期"
        if self._spec.id == COLLECTION:
            return f"{where}、整理番号 {record.entry_id}"
        return where


@dataclass(frozen=True, slots=True)
class _About:
    """Whom the findings of a record are about."""

    place: Place
    person: Person | None

    def finding(self, cause: str, detail: str) -> Finding:
        return Finding(cause, detail, *self.place, self.person.person_id if self.person else "")


def _left(about: _About, record: CollectionRecord, person: Person, name: str) -> Iterator[Finding]:
    """A payment after somebody has left: to be refunded, or for a year before."""
    if record.kind != "payment" or not person.left_on or record.received_on < person.left_on:
        return
    yield about.finding(
        "collection_left",
        f"資格を失った方（{person.left_on} 喪失）の収納です（{record.received_on} 領収 "
        f"{yen(int(record.amount))}、{name}）。台帳には入れました。"
        "納め過ぎでないか、収納担当に確かめてください。",
    )


def _previous(about: _About, account: Account, year: str) -> Iterator[Finding]:
    """A decision that says another amount was there before it than the ledger holds."""
    if len(account.decisions) < 2:
        return
    before, last = account.decisions[-2], account.decisions[-1]
    told = last.record.previous_amount
    if told and int(told) != before.amount:
        yield about.finding(
            "premium_previous",
            f"賦課の番号 {last.record.levy_id} は変更前を{yen(int(told))}としていますが、台帳では"
            f"{yen(before.amount)}です（{year}分）。間の決定が届いていないおそれがあります。"
            "広域連合に確かめてください。",
        )


def _sum(about: _About, account: Account, year: str) -> Iterator[Finding]:
    """Instalments that do not add up to the decision that they follow from."""
    if account.sum_differs and account.decision is not None:
        yield about.finding(
            "instalment_sum",
            f"{year}分の期割の合計は{yen(account.billed)}で、決定の保険料額"
            f"{yen(account.decision.amount)}と違います。期割と決定の両方を残しています。"
            "賦課担当に確かめてください。",
        )


def _undone(about: _About, account: Account, year: str) -> Iterator[Finding]:
    """A collection that undoes one which is not here."""
    there = account.collected
    for one in there.values():
        if one.undoes and one.undoes not in there:
            yield about.finding(
                "collection_undoes",
                f"収納の整理番号 {one.entry_id} が取り消す {one.undoes} は、台帳にありません"
                f"（{year}分）。先の収納が届いていないおそれがあります。"
                "収納担当に確かめてください。",
            )


def _stray(about: _About, account: Account, year: str) -> Iterator[Finding]:
    """A collection that stands in a period of none, where there are periods."""
    for one in account.stray if account.periods else ():
        where = "、".join(f"{notice} の{period}期" for notice, period in places(one))
        yield about.finding(
            "collection_stray",
            f"収納の整理番号 {one.entry_id}（{yen(int(one.amount))}）の納める先が期割にありません"
            f"（{year}分、通知書番号 {where}）。納めた額には入れています。"
            "収納担当に確かめてください。",
        )


_LOOKS: Mapping[str, tuple[Callable[[_About, Account, str], Iterator[Finding]], ...]] = {
    PREMIUM: (_previous, _sum),
    INSTALMENT: (_sum,),
    COLLECTION: (_undone, _stray),
    ARREARS: (),
}
"""What is looked at in an account after each of the files."""
