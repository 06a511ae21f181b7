"""年齢到達: who turns 75, from which day, and what such a person is told (DOMAIN 2.2).

Nobody notifies it: the union learns it from the resident register. The counter answers the
question, before the paper is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, select

from app.core.tables import NoRowError, Tables
from app.rules.calendar.days import ELIGIBLE_AGE, anniversary, day_of_75
from app.rules.calendar.wareki import Eras, on_paper, on_screen
from app.rules.practice import practice_of
from app.rules.values.days import kept_birth
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from app.security.waiting import Source, Waits, WaitWork
from db.tables.persons import address, atena, insured, person, restriction
from db.work import ReadRows

LIST = "persons.list_reaching"
READS = ("person", "insured", "restriction")
MONTHS = 3
"""The running month and those after it that the day board names."""
_LIVING = "1"
_ASK = "この端末では分かりません。広域連合に確かめてください。"


@dataclass(frozen=True, slots=True)
class Reaches:
    """One who turns 75 on ``day``. ``care``: 取扱注意, name and birth alone are shown."""

    person_id: str
    name: str
    birth: str
    day: date
    care: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one who turns 75 is told: from which day, which paper, when and where it comes, and
    the sentences to read out in their order."""

    day: str
    paper: str
    comes: str
    where: str
    words: tuple[str, ...]


def month_after(today: date, count: int) -> date:
    """The first day of the month ``count`` months after that of ``today`` (before it, below 0)."""
    months = today.year * 12 + today.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def list_reaching(gate: Gate, session: Session, month: date, tables: Tables) -> tuple[Reaches, ...]:
    """Everybody kept here who turns 75 in the month that begins with ``month`` and is not insured
    already (障害認定), in the order of the days, then of the names' readings."""
    eras = Eras(tables["eras"])
    with gate.view(LIST, session, subject=Subject("list", f"{month:%Y-%m}")) as work:
        rows = list(_rows(work, month, month_after(month, 1)))
        found = tuple(
            Reaches(
                row.id,
                row.name,
                on_screen(kept_birth(row.birth_written, row.birth_sort, eras), eras),
                day_of_75(date.fromisoformat(row.birth_sort)),
                row.restricted is not None,
            )
            for row in rows
        )
        work.note(shown=tuple(one.person_id for one in found), query_kind="reaching")
    return found


def outlook(work: ReadRows, person_id: str, tables: Tables, today: date) -> Outlook | None:
    """What this person is told, None for somebody who is 75 already, insured, gone, younger than
    74, or whose day of birth is not known."""
    row = work.first(select(person).where(person.c.id == person_id))
    eras = Eras(tables["eras"])
    if row is None or row.state != _LIVING or _is_insured(work, person_id):
        return None
    birth = kept_birth(row.birth_written, row.birth_sort, eras)
    if birth.exact is None:
        return None
    day = day_of_75(birth.exact)
    if not today <= day <= anniversary(today, 1):
        return None
    union = _union_of(work, person_id, tables, today)
    return Outlook(
        f"{on_paper(day, eras)}（あと{(day - today).days}日）",
        _paper(tables, union, day) if union else _ASK,
        _comes(tables, union, day, eras) if union else _ASK,
        _where(work, person_id),
        tuple(
            one.text("label")
            for one in sorted(tables["age_words"].rows(today), key=lambda one: one.number("order"))
        ),
    )


def _is_insured(work: ReadRows, person_id: str) -> bool:
    holds = insured.c.person_id == person_id, insured.c.lost_on == ""
    return work.first(select(insured.c.insured_number).where(*holds)) is not None


def _union_of(work: ReadRows, person_id: str, tables: Tables, today: date) -> str:
    """The union of the municipality where the person is registered; "" when the tables do not
    know it."""
    place = select(atena.c.municipality_code).where(
        atena.c.person_id == person_id, atena.c.current.is_(True)
    )
    row = tables["municipalities"].find(today, code=work.scalar(place) or "")
    return row.text("union") if row is not None else ""


def _paper(tables: Tables, union: str, day: date) -> str:
    """By DOMAIN 5.1; the union decides it, nobody here."""
    try:
        practice = practice_of(tables, union, day)
    except NoRowError:
        return _ASK
    if practice.newcomer_by == "registration":
        return (
            "マイナ保険証の利用登録があれば「資格情報のお知らせ」、"
            "なければ「資格確認書」の見込みです。"
        )
    return (
        "マイナ保険証を使っていれば「資格情報のお知らせ」、使っていなければ「資格確認書」の"
        "見込みです。"
    )


def _comes(tables: Tables, union: str, day: date, eras: Eras) -> str:
    sent = tables["age_notices"].at(day, union=union)
    before = sent.number("first_day" if day.day == 1 else "months_before")
    month = month_after(day, -before)
    method = tables["mail_methods"].label(sent.text("method"), day)
    year = on_paper(month, eras).partition("年")[0]
    return f"{year}年{month.month}月に、{method}で届く予定です。"


def _where(work: ReadRows, person_id: str) -> str:
    kinds = {row.kind: row for row in work.all(_addresses(person_id))}
    row = kinds.get("mailing") or kinds.get("current")
    if row is None:
        return "住所がこの端末にありません。広域連合か住民基本台帳で確かめてください。"
    whose = "送付先" if row.kind == "mailing" else "住所"
    return f"{whose}　{row.written}　{row.building}".rstrip("　")


def _addresses(person_id: str) -> Select[Any]:
    return select(address.c.kind, address.c.written, address.c.building).where(
        address.c.person_id == person_id
    )


def _rows(work: ReadRows, first: date, end: date) -> Iterator[Row[Any]]:
    """Those who turn 75 from ``first`` to before ``end``. A 29 February counts as 1 March, so one
    day more is asked for and looked at."""
    low = _birth_of(first) - timedelta(days=1)
    statement = (
        select(person, restriction.c.id.label("restricted"))
        .outerjoin(
            restriction,
            (restriction.c.person_id == person.c.id) & (restriction.c.lifted_at == ""),
        )
        .where(
            person.c.birth_sort >= low.isoformat(),
            person.c.birth_sort < _birth_of(end).isoformat(),
            person.c.birth_precision == "day",
            person.c.state == _LIVING,
            person.c.id.not_in(select(insured.c.person_id).where(insured.c.lost_on == "")),
        )
        .order_by(person.c.birth_sort, person.c.kana_key, person.c.id)
    )
    seen = set()
    for row in work.all(statement):
        turns = day_of_75(date.fromisoformat(row.birth_sort))
        if first <= turns < end and row.id not in seen:
            seen.add(row.id)
            yield row


def _birth_of(day: date) -> date:
    """The first day of a month, so many years before."""
    return day.replace(year=day.year - ELIGIBLE_AGE)


def _lines(work: WaitWork) -> Iterator[Waits]:
    """One line a month: how many turn 75."""
    today = work.at.date()
    for count in range(MONTHS):
        month = month_after(today, count)
        rows = [
            row
            for row in _rows(work, month, month_after(month, 1))
            if day_of_75(date.fromisoformat(row.birth_sort)) >= today
        ]
        if rows:
            yield Waits(
                key=f"reaching-{month:%Y-%m}",
                what=f"75歳になる方（{month.month}月）",
                state=f"{len(rows)}人",
                since=today.isoformat(),
                next_step="一覧を開き、問い合わせに答える（届出はいりません）",
                opens=LIST,
                given=(("month", month.isoformat()),),
            )


WAITS = Source(("person", "insured", "restriction"), _lines, LIST)
