"""The past of one person in the clerk's words: as of a day, as known on a day, and what changed
when (二つの時間軸). Persons under support measures are hidden in the past as they are today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.core.errors import UserError
from app.core.tables import NoRowError, Tables
from app.persons import history
from app.persons.facts import KINDS
from app.persons.history import AsOf, Known, Origin
from app.persons.restrictions import unknown_person
from app.persons.show import PersonLine, person_lines
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.search import by_ids
from db.tables.history import fact
from db.tables.persons import household_member, person, restriction

Value = Mapping[str, str]

_EXACT = frozenset({"name", "alias", "address"})
_WITHOUT_PERIOD = frozenset({"name", "birth"})


@dataclass(frozen=True, slots=True)
class PastRow:
    """One fact that held: its label, the words, whether they must show exact variants, and
    from when to when it was so."""

    label: str
    text: str
    exact: bool
    period: str


@dataclass(frozen=True, slots=True)
class PastView:
    """A person as of ``day``, as known at the end of ``known_on``. Without rows when nothing
    was known of the person then, or when the person is under support measures."""

    line: PersonLine
    day: date
    known_on: date
    rows: tuple[PastRow, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a person's history: what, since when it was so, since when it was known,
    what brought it, and whether it was put right later."""

    label: str
    text: str
    exact: bool
    period: str
    known: str
    source: str
    note: str


def open_past(
    gate: Gate,
    session: Session,
    person_id: str,
    tables: Tables,
    *,
    today: date,
    day: date,
    known_on: date | None = None,
) -> PastView:
    """Open one person as of a day (個人の照会). ``known_on`` None: as known today. Raises
    UserError ``persons.unknown``, ``persons.known_in_future``."""
    known_on = known_on or today
    if known_on > today:
        raise UserError(
            "persons.known_in_future",
            "「分かっていた日」が今日より後です。",
            "今日か、それより前の日を入れてください。空けておくと今日になります。",
            field="known_on",
        )
    with gate.view("persons.open", session, subject=Subject("person", person_id)) as work:
        line = _line(work, person_id, tables, today)
        found = None if line.care else history.as_of(work, person_id, day, known_on)
        words = _Words(tables, today)
        rows = words.rows(found) if found is not None else []
        if found is not None:
            others = ("、".join(_household(work, found)), "同じ世帯の方")
            rows += [PastRow(others[1], others[0], True, "")] if others[0] else []
        work.note(shown=(person_id,), query_kind="person", numbers=False)
    return PastView(line, day, known_on, tuple(rows), found is not None)


def open_history(
    gate: Gate, session: Session, person_id: str, tables: Tables, *, today: date
) -> tuple[ChangeLine, ...]:
    """What was ever known of a person, newest knowledge first; nothing of a person under support
    measures. Raises UserError ``persons.unknown``."""
    with gate.view("persons.open", session, subject=Subject("person", person_id)) as work:
        line = _line(work, person_id, tables, today)
        found = () if line.care else history.history(work, person_id)
        work.note(shown=(person_id,), query_kind="person", numbers=False)
    words = _Words(tables, today)
    by_number = {(known.kind, known.subject, known.number): known for known in found}
    return tuple(words.change(known, _replaced(known, by_number)) for known in found)


def _replaced(known: Known, by_number: Mapping[tuple[str, str, int], Known]) -> tuple[Known, ...]:
    """What a correction stands for: spans of the same fact that said otherwise."""
    if known.carried:
        return ()
    ones = (by_number.get((known.kind, known.subject, number)) for number in known.replaces)
    return tuple(one for one in ones if one is not None and one.span.value != known.span.value)


def _line(work: GateWork, person_id: str, tables: Tables, today: date) -> PersonLine:
    hits = by_ids(work, [person_id])
    if not hits:
        raise unknown_person()
    return person_lines(hits, tables, today)[0]


def _household(work: GateWork, seen: AsOf) -> list[str]:
    """Relation and name of those in the same household on that day; whoever is under a support
    measure today is not named to the others."""
    mine = {(place, value["household_number"]) for place, value in seen.values("household").items()}
    numbers = [number for _, number in mine]
    ids = select(household_member.c.person_id).where(
        household_member.c.household_number.in_(numbers)
    )
    former = select(fact.c.person_id).where(
        fact.c.kind == "household", fact.c.found_by.in_(numbers)
    )
    hidden = select(restriction.c.person_id).where(restriction.c.lifted_at == "")
    rows = work.all(
        select(person.c.id, person.c.birth_sort)
        .where(
            person.c.id.in_(ids.union(former)),
            person.c.id != seen.person_id,
            person.c.id.not_in(hidden),
        )
        .order_by(person.c.birth_sort, person.c.id)
    )
    lines = history.lines_of(work, [row.id for row in rows], kinds=("household", "name"))
    found = []
    for row in rows:
        other = history.seen(row.id, lines[row.id], seen.day, seen.known_on)
        for place, value in other.values("household").items() if other is not None else ():
            if other is not None and (place, value["household_number"]) in mine:
                found.append(f"{value['relation']}　{other.value('name').get('name', '')}")
    return found


class _Words:
    """Facts in the clerk's words."""

    def __init__(self, tables: Tables, today: date) -> None:
        self._tables = tables
        self._today = today
        self._eras = Eras(tables["eras"])
        self._texts: dict[str, Callable[[Value], str]] = {
            "name": lambda value: _with(value["name"], value["kana"]),
            "alias": lambda value: _with(value["alias"], value["alias_kana"]),
            "birth": lambda value: (
                f"{value['birth_written']}　{self._label('sexes', value['sex'])}"
            ),
            "state": lambda value: self._label("resident_states", value["state"]),
            "address": lambda value: f"{value['written']}{value['building']}",
            "household": lambda value: _with(value["household_number"], value["relation"]),
            "eligibility": self._eligibility,
            "copay": lambda value: (
                f"{value['ratio']}割{'（見込み）' if value['provisional'] == '1' else ''}"
            ),
            "limit": lambda value: self._label("limit_classes", value["limit_class"]),
            "restriction": lambda value: "支援措置",
            "mail": lambda value: _with("送らない", self._label("loss_reasons", value["stopped"])),
            "disability": lambda value: _with(
                self._label("disability_proofs", value["proof"]),
                f"{self._day(value['proof_until'])}まで有効" if value["proof_until"] else "",
            ),
            "disease": lambda value: self._label("specified_diseases", value["disease"]),
            "paper": lambda value: self._label("papers", value["paper"]),
            "role": lambda value: (
                f"{self._label('person_roles', value['role'])}　"
                f"{_with(value['name'], value['relation'])}　{value['phone']}".rstrip("　")
            ),
        }

    def rows(self, seen: AsOf) -> list[PastRow]:
        """What held, in the order of the kinds. 割合 and 限度区分 only of the insured."""
        found = []
        for code, kind in KINDS.items():
            if code in ("copay", "limit") and not seen.is_insured:
                continue
            for (of, _), known in sorted(seen.facts.items()):
                if of == code and known.span.value:
                    period = "" if code in _WITHOUT_PERIOD else self._period(known)
                    found.append(PastRow(kind.label, self._text(known), code in _EXACT, period))
        return found

    def change(self, known: Known, replaced: Sequence[Known]) -> ChangeLine:
        """One line of the history: of a correction also what it stands for."""
        return ChangeLine(
            KINDS[known.kind].label,
            self._text(known),
            known.kind in _EXACT,
            self._period(known),
            self._moment(known.known_from),
            self._source(known.origin, known.line),
            self._note(known, replaced),
        )

    def _text(self, known: Known) -> str:
        value = known.value
        if not value:
            return "（なし）"
        of = self._texts.get(known.kind)
        return of(value) if of is not None else "　".join(text for text in value.values() if text)

    def _eligibility(self, value: Value) -> str:
        if "loss_reason" in value:
            return _with("資格なし", self._label("loss_reasons", value["loss_reason"]))
        reason = self._label("acquisition_reasons", value["acquisition_reason"])
        return _with(f"被保険者番号 {value['insured_number']}", reason)

    def _label(self, table: str, code: str) -> str:
        """The label of a code that may be older than the table: then the code itself."""
        try:
            return self._tables[table].label(code, self._today) if code else ""
        except NoRowError:
            return code

    def _period(self, known: Known) -> str:
        first = self._day(known.span.true_from)
        last = known.span.true_until
        until = self._day(_day_before(last)) if last else ""
        return (
            f"{first}から{until}まで"
            if first and until
            else (f"{first}から" if first else f"{until}まで" if until else "")
        )

    def _day(self, text: str) -> str:
        return on_paper(date.fromisoformat(text), self._eras) if text else ""

    def _moment(self, text: str) -> str:
        return self._day(text[:10]) or "記録を始める前"

    def _source(self, origin: Origin, line: int) -> str:
        at = self._moment(origin.at)
        number = f"（{line}件目）" if line else ""
        return {
            "file": f"{at}の被保険者情報{number}",
            "decision": f"決定 {origin.ref}",
            "act": f"職員 {origin.staff_id}（操作記録 {origin.ref}）",
        }.get(origin.kind, "記録を始める前")

    def _note(self, known: Known, replaced: Sequence[Known]) -> str:
        until = self._moment(known.known_until) if known.known_until else ""
        before = "、".join(dict.fromkeys(f"「{self._text(one)}」" for one in replaced))
        parts = [
            f"{before}を改めた" if before else "",
            f"理由：{known.reason}" if known.reason else "",
            f"{until}に改められた" if until else "",
        ]
        return "　".join(part for part in parts if part)


def _with(text: str, more: str) -> str:
    return f"{text}（{more}）" if more else text


def _day_before(text: str) -> str:
    return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
