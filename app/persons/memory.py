"""Knowledge that comes from one source: its row, what it changes of the past, what it lists.

Every change of a fact goes through ``Memory.remember``; the current tables are their owners'
business (``writing``, ``current``, ``restrictions``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Row, bindparam, func, insert, select, update

from app.persons import facts, papers
from app.persons.judging import Change, Contradiction
from app.rules.calendar.axes import Span
from app.rules.calendar.knowing import Held, Word, as_told, begin, tell
from db.tables.cases import check_entry
from db.tables.history import fact, origin
from db.tables.persons import atena, person
from db.work import Rows

READS = (*papers.READS, "atena", "check_entry")
WRITES = ("fact", "origin", "certificate", "check_entry")
"""What a function declares that changes a fact."""

TRUE_AGAIN = "true_again"
"""The disposition of an entry that a later correction settled; no person chooses it."""

_IDS_OF_A_FILE = 1000


class PersonWork(Rows, Protocol):
    """The unit of work of an act or of the terminal's own work."""

    def new_id(self) -> str: ...

    def new_ids(self, count: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """What brings knowledge. ``kind``: file, decision, act. ``ref``: batch of the file, number
    of the decision, line of the journal. ``at``: ISO moment from which it is known."""

    kind: str
    ref: str
    staff_id: str
    at: str
    reason: str = ""

    @property
    def in_words(self) -> str:
        """What it is, for a clerk."""
        return {
            "file": f"届いた被保険者情報（取込番号 {self.ref}）",
            "decision": f"決定 {self.ref}",
            "act": f"職員 {self.staff_id}（操作記録 {self.ref}）",
        }[self.kind]


class Memory:
    """What one source says. ``of_file``: it says much, so that ids are taken many at once."""

    def __init__(self, work: PersonWork, source: Source, *, of_file: bool = False) -> None:
        self.work = work
        self.source = source
        self.ids = _fresh_ids(work, _IDS_OF_A_FILE if of_file else 1)
        self.entries = 0
        """How many entries were put on the check list."""
        self._origin = 0

    @property
    def origin(self) -> int:
        """The number of the source's row, written when it is first asked for."""
        if not self._origin:
            last = self.work.scalar(select(func.coalesce(func.max(origin.c.id), 0)))
            self._origin = int(last) + 1
            values = {name: getattr(self.source, name) for name in Source.__slots__}
            self.work.run(insert(origin).values(id=self._origin, **values))
        return self._origin

    def list_entry(
        self,
        found: Contradiction,
        *,
        person_id: str = "",
        place: tuple[str, str] = ("", ""),
        case_id: str = "",
    ) -> str:
        """Put one contradiction on the check list (確認リスト); gives the entry's id."""
        entry_id = next(self.ids)
        self.entries += 1
        self.work.run(
            insert(check_entry).values(
                id=entry_id,
                origin="terminal",
                cause=found.cause,
                person_id=person_id or None,
                case_id=case_id or None,
                municipality_code=place[0],
                atena_number=place[1],
                detail=found.detail,
                listed_at=self.source.at,
            )
        )
        return entry_id

    def remember(self, changes: Sequence[Change]) -> int:
        """Write changes into the history, after the current tables or before; the papers of
        these persons are judged anew: marked, listed, settled.
        Gives how many persons' lines changed."""
        if not changes:
            return 0
        persons = {change.person_id for change in changes}
        lines = _Lines(self.work, persons)
        grouped: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
        for change in changes:
            grouped[(change.person_id, *change.of)].append(change)
        told: dict[str, list[tuple[str, Span]]] = {}
        for (person_id, kind, subject), group in grouped.items():
            added = self._lay(lines, person_id, (kind, subject), group)
            if added:
                told.setdefault(person_id, []).extend((kind, span) for span in added)
        if lines.added:
            names = tuple(lines.added[0])
            rows = list(map(itemgetter(*names), lines.added))
            self.work.insert_rows(fact, names, rows)
        if lines.ended:
            self.work.run(_END, lines.ended)
        for paper in papers.judge_papers(self.work, told, self.source.at) if told else ():
            self._list_untrue(paper)
            self._settle_true_again(paper)
        return len(told)

    def _list_untrue(self, paper: papers.Judged) -> None:
        """Put every item that became untrue on the check list, each as an entry of its own."""
        if not paper.became_untrue:
            return
        place = self.work.first(
            select(atena.c.municipality_code, atena.c.atena_number)
            .where(atena.c.person_id == paper.person_id)
            .order_by(atena.c.current.desc())
        )
        for item in paper.became_untrue:
            self.list_entry(
                Contradiction(papers.CAUSE, papers.entry_text(paper.number, item)),
                person_id=paper.person_id,
                place=tuple(place) if place else ("", ""),
            )

    def _settle_true_again(self, paper: papers.Judged) -> None:
        """Settle the open entries all of whose items are true again, saying what brought it; an
        entry that a person settled stays as that person left it."""
        open_ones = self.work.all(
            select(check_entry.c.id, check_entry.c.detail).where(
                check_entry.c.person_id == paper.person_id,
                check_entry.c.cause == papers.CAUSE,
                check_entry.c.disposition == "",
            )
        )
        for row in open_ones:
            items = papers.items_of_entry(row.detail, paper.number)
            if not items or items.intersection(paper.untrue):
                continue
            self.work.run(
                update(check_entry)
                .where(check_entry.c.id == row.id)
                .values(
                    detail=f"{row.detail}その後、{self.source.in_words}により、証のとおりに戻りました。",
                    disposition=TRUE_AGAIN,
                    disposed_by=self.source.staff_id,
                    disposed_at=self.source.at,
                    version=check_entry.c.version + 1,
                )
            )

    def _lay(
        self, lines: _Lines, person_id: str, of: tuple[str, str], group: Sequence[Change]
    ) -> tuple[Span, ...]:
        """Lay what is said over one line; gives the spans that say something new."""
        key = (person_id, *of)
        stored = lines.known.get(key)
        line = stored or begin(group[0].before, *lines.since[person_id])
        said = [span for one in group for span in one.said]
        last = group[-1]
        word = Word(self.source.at, self.origin, last.line, last.reason or self.source.reason)
        told = tell(line, said, word)
        spans = [held.span for held in line]
        if not told.added and (stored or all(as_told(spans, span) in spans for span in said)):
            # a current row can change without saying anything new of any day; from then on it
            # is no longer its own history
            return ()
        if stored is None:
            ended = frozenset(told.ended)
            lines.added += [
                _fact(key, held, told.at if held.number in ended else "") for held in line
            ]
        else:
            lines.ended += [_ended(key, number, told.at) for number in told.ended]
        lines.added += [_fact(key, held, "") for held in told.added]
        return told.news


class _Lines:
    """What is known now of some persons' lines that have a history, and what becomes of it."""

    def __init__(self, work: PersonWork, persons: Collection[str]) -> None:
        self.known: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
        self.added: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []
        rows = work.all(
            select(fact)
            .where(fact.c.person_id.in_(persons), fact.c.known_until == "")
            .order_by(fact.c.true_from)
        )
        for row in rows:
            self.known[(row.person_id, row.kind, row.subject)].append(held_of(row))
        came = work.all(
            select(person.c.id, person.c.origin, func.coalesce(origin.c.at, "").label("at"))
            .select_from(person.outerjoin(origin, origin.c.id == person.c.origin))
            .where(person.c.id.in_(persons))
        )
        self.since = {row.id: (str(row.at), int(row.origin)) for row in came}


def held_of(row: Row[Any]) -> Held:
    """A row of ``fact`` as its line holds it."""
    return Held(
        row.number,
        Span(row.value, row.true_from, row.true_until),
        row.known_from,
        row.origin,
        row.line,
        bool(row.carried),
        tuple(int(number) for number in row.replaces.split()),
        row.reason,
    )


def _fact(key: tuple[str, str, str], row: Held, known_until: str) -> dict[str, Any]:
    return {
        "person_id": key[0],
        "kind": key[1],
        "subject": key[2],
        "number": row.number,
        "value": row.span.value,
        "true_from": row.span.true_from,
        "true_until": row.span.true_until,
        "known_from": row.known_from,
        "known_until": known_until,
        "origin": row.origin,
        "line": row.line,
        "replaces": " ".join(map(str, row.replaces)),
        "carried": int(row.carried),
        "reason": row.reason,
        "found_by": facts.found_by(key[1], row.span.value),
    }


def _ended(key: tuple[str, str, str], number: int, at: str) -> dict[str, Any]:
    names = dict(zip(("of_person", "of_kind", "of_subject"), key, strict=True))
    return {**names, "of_number": number, "at": at}


def _fresh_ids(work: PersonWork, at_once: int) -> Iterator[str]:
    """Ids without end; few are left over, and no query is made for each."""
    while True:
        yield from work.new_ids(at_once)


_END = (
    update(fact)
    .where(
        fact.c.person_id == bindparam("of_person"),
        fact.c.kind == bindparam("of_kind"),
        fact.c.subject == bindparam("of_subject"),
        fact.c.number == bindparam("of_number"),
    )
    .values(known_until=bindparam("at"))
)
