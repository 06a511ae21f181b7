"""KINDS: each kind of data with the term for which it is kept, where the term starts, what keeps
it beyond its term, and how it is erased (保存期間; SEC-63, SEC-151, SEC-153, SEC-154, CON-09).

The dead are no other kind: they stay under the same masks and rights, and go by the same term.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select, text

from app.cases.state import OVER
from app.core.settings import Settings
from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers.book import read_records, records_about
from app.rules.calendar.periods import months_before
from app.security.gate.gate import ActWork
from app.security.journal.mirrors import PURGED_DECISIONS, PURGED_MEASURES
from db import erasing
from db.tables.cases import check_entry
from db.tables.exchange import union_paper
from db.tables.printing import print_line
from db.tables.records import ledger_entry
from db.work import ReadRows

PURGED = (f"store_fact.{PURGED_DECISIONS}", f"store_fact.{PURGED_MEASURES}")

Keys = Sequence[str]
_ASKED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something stays beyond its term: the words of a count, and which of ``:keys`` it is
    (SQL that gives their keys)."""

    code: str
    words: str
    query: str


@dataclass(frozen=True, slots=True)
class DataKind:
    """One kind of data. ``expired`` is SQL that gives ``key`` and ``since`` of everything whose
    term began on or before ``:cutoff``; ``cutoff`` says that day from the settings and today;
    ``starts`` says in words what the term begins with. ``shows`` gives the words of a sample,
    ``needed`` which keys a record of a ledger still needs. ``remembered``: what was erased is
    erased again after a restore."""

    id: str
    label: str
    unit: str
    setting: str
    starts: str
    cutoff: Callable[[Settings, date], date]
    expired: str
    erase: Callable[[ActWork, Keys], int]
    holds: tuple[Hold, ...] = ()
    shows: str = ""
    remembered: bool = False
    needed: Callable[[ReadRows, Keys], set[str]] = lambda _work, _keys: set()

    def counted(self, count: int) -> str:
        """A number of it, in words."""
        return f"{self.label} {count:,}{self.unit}"


def _days(name: str) -> Callable[[Settings, date], date]:
    return lambda settings, today: today - timedelta(days=settings.number(name))


def _months(name: str) -> Callable[[Settings, date], date]:
    return lambda settings, today: months_before(today, settings.number(name))


_IN = ":keys"
_ENDED = ", ".join(f"'{state.value}'" for state in sorted(OVER))
_OF_CASES = f"SELECT c.person_id AS key FROM case_file AS c WHERE c.person_id IN {_IN}"

_PERSON_HOLDS = (
    Hold("open_case", "終わっていない受付のある方", f"{_OF_CASES} AND c.state NOT IN ({_ENDED})"),
    Hold(
        "payer",
        "ほかの方の手続で、納める方になっている方",
        f"SELECT payer_id AS key FROM case_file WHERE payer_id IN {_IN}"
        " AND (person_id IS NULL OR person_id <> payer_id)",
    ),
    Hold(
        "sending",
        "広域連合の受領を待っている送信のある方",
        f"{_OF_CASES} AND EXISTS (SELECT 1 FROM outbox AS o WHERE o.case_id = c.id"
        " AND o.settled_at = '')",
    ),
    Hold(
        "check_line",
        "確認リストに残っている方",
        f"SELECT person_id AS key FROM check_entry WHERE person_id IN {_IN} AND disposition = ''"
        " UNION SELECT a.person_id FROM atena AS a JOIN check_entry AS e"
        " ON e.municipality_code = a.municipality_code AND e.atena_number = a.atena_number"
        f" WHERE a.person_id IN {_IN} AND e.disposition = ''"
        f" UNION {_OF_CASES} AND EXISTS (SELECT 1 FROM check_entry AS e WHERE e.case_id = c.id"
        " AND e.disposition = '')",
    ),
    Hold(
        "follow_up",
        "次にすることが残っている方（支払いの済んでいない申請を含む）",
        f"SELECT person_id AS key FROM follow_up WHERE person_id IN {_IN} AND settled_at = ''"
        f" UNION {_OF_CASES} AND EXISTS (SELECT 1 FROM follow_up AS f WHERE f.case_id = c.id"
        " AND f.settled_at = '')",
    ),
    Hold(
        "letter",
        "発送や返戻の処理が終わっていない方",
        f"SELECT person_id AS key FROM mail_item WHERE person_id IN {_IN}"
        " AND state IN ('waiting', 'checked', 'returned')",
    ),
    Hold(
        "paper",
        "発行番号を取ったままの証のある方",
        f"SELECT person_id AS key FROM certificate WHERE person_id IN {_IN} AND state = 'reserved'",
    ),
    Hold(
        "batch",
        "一括印刷の途中の方",
        "SELECT i.person_id AS key FROM batch_item AS i JOIN print_batch AS b ON b.id = i.batch_id"
        f" WHERE i.person_id IN {_IN} AND b.state <> 'ended'",
    ),
)
LEDGER_HOLD = Hold("ledger", "消去を止めている方、台帳の記録が終わっていない方", "")
"""Asked of the records themselves: whether one is closed follows from its entries."""

_EXPIRED_PERSONS = (
    "WITH lost AS (SELECT person_id, max(lost_on) AS last, min(lost_on) AS least FROM insured"
    " GROUP BY person_id) SELECT p.id AS key, max(p.state_on, coalesce(l.last, '')) AS since"
    " FROM person AS p LEFT JOIN lost AS l ON l.person_id = p.id WHERE p.state <> '1'"
    " AND coalesce(l.least, '-') <> ''"
    " AND max(p.state_on, coalesce(l.last, '')) BETWEEN '0001' AND :cutoff"
)
_EXPIRED_CASES = (
    "SELECT id AS key, substr(opened_at, 1, 10) AS since FROM case_file WHERE person_id IS NULL"
    f" AND state IN ({_ENDED}) AND substr(opened_at, 1, 10) <= :cutoff"
)
_EXPIRED_LINES = (
    "SELECT id AS key, substr(disposed_at, 1, 10) AS since FROM check_entry"
    " WHERE person_id IS NULL AND case_id IS NULL AND disposition <> ''"
    " AND substr(disposed_at, 1, 10) <= :cutoff"
)
_EXPIRED_PRINTS = (
    "SELECT id AS key, substr(at, 1, 10) AS since FROM print_line"
    " WHERE substr(at, 1, 10) <= :cutoff"
)
_EXPIRED_PAPERS = (
    "SELECT id AS key, substr(arrived_at, 1, 10) AS since FROM union_paper"
    " WHERE substr(arrived_at, 1, 10) <= :cutoff"
)
_EXPIRED_RECORDS = (
    "SELECT record_id AS key, substr(max(at), 1, 10) AS since FROM ledger_entry"
    " GROUP BY record_id HAVING substr(max(at), 1, 10) <= :cutoff"
)


def _count(work: ActWork, rows: Mapping[str, int]) -> None:
    """Decisions and measures that went are counted: a store that has fewer is an old one."""
    for name, fact in (("decision", PURGED_DECISIONS), ("restriction", PURGED_MEASURES)):
        if rows[name]:
            work.set_fact(fact, str(int(work.fact(fact) or 0) + rows[name]))


def _erase_persons(work: ActWork, keys: Keys) -> int:
    rows = erasing.erase_persons(work, keys)
    _count(work, rows)
    return rows["person"]


def _erase_cases(work: ActWork, keys: Keys) -> int:
    rows = erasing.erase_cases(work, keys)
    _count(work, rows)
    return rows["case_file"]


def _erase_lines(work: ActWork, keys: Keys) -> int:
    return work.run(delete(check_entry).where(check_entry.c.id.in_(keys)))


def _erase_papers(work: ActWork, keys: Keys) -> int:
    return work.run(delete(union_paper).where(union_paper.c.id.in_(keys)))


def _erase_prints(work: ActWork, keys: Keys) -> int:
    return work.run(delete(print_line).where(print_line.c.id.in_(keys)))


def _erase_records(work: ActWork, keys: Keys) -> int:
    work.run(delete(ledger_entry).where(ledger_entry.c.record_id.in_(keys)))
    return len(keys)


def _persons_in_ledgers(work: ReadRows, keys: Keys) -> set[str]:
    about = select(ledger_entry.c.ledger).where(ledger_entry.c.person_id.in_(keys)).distinct()
    ledgers = [LEDGERS[row.ledger] for row in work.all(about) if row.ledger in LEDGERS]
    return {
        record.entries[0].person_id
        for ledger in ledgers  # of most persons nothing is written anywhere
        for record in records_about(work, ledger, keys)
        if not record.closed
    }


def _open_records(work: ReadRows, keys: Keys) -> set[str]:
    wanted = set(keys)
    return {
        record.id
        for ledger in LEDGERS.values()
        for record in read_records(work, ledger)
        if record.id in wanted and not record.closed
    }


PERSONS = DataKind(
    "persons",
    "資格を失った方・住民でなくなった方",
    "人",
    "retention.person_days",
    "資格を失った日と、転出・死亡などの日の、遅いほう",
    _days("retention.person_days"),
    _EXPIRED_PERSONS,
    _erase_persons,
    _PERSON_HOLDS,
    f"SELECT id AS key, name AS words FROM person WHERE id IN {_IN}",
    remembered=True,
    needed=_persons_in_ledgers,
)
KINDS: dict[str, DataKind] = {
    kind.id: kind
    for kind in (
        PERSONS,
        DataKind(
            "cases",
            "だれのものか決まらないまま終わった受付",
            "件",
            "retention.person_days",
            "受付の日",
            _days("retention.person_days"),
            _EXPIRED_CASES,
            _erase_cases,
        ),
        DataKind(
            "check_lines",
            "処理の済んだ確認リストの行",
            "件",
            "retention.person_days",
            "処理の日",
            _days("retention.person_days"),
            _EXPIRED_LINES,
            _erase_lines,
        ),
        DataKind(
            "union_papers",
            "広域連合から届いた帳票",
            "件",
            "retention.person_days",
            "届いた日",
            _days("retention.person_days"),
            _EXPIRED_PAPERS,
            _erase_papers,
        ),
        DataKind(
            "prints",
            "印刷の記録",
            "件",
            "retention.print_months",
            "印刷の日",
            _months("retention.print_months"),
            _EXPIRED_PRINTS,
            _erase_prints,
        ),
        DataKind(
            "records",
            "終わった台帳の記録",
            "件",
            "retention.ledger_months",
            "最後の記入の日",
            _months("retention.ledger_months"),
            _EXPIRED_RECORDS,
            _erase_records,
            needed=_open_records,
        ),
    )
}
"""Every kind that is erased, in the order in which a run takes them."""

READS = tuple(
    dict.fromkeys((*erasing.READS, "print_batch", "print_line", "ledger_entry", "union_paper"))
)
"""What finding, holding back and erasing read."""


def expired(work: ReadRows, kind: DataKind, settings: Settings, today: date) -> dict[str, str]:
    """What is out of its term, with the day on which the term began (ISO), oldest first."""
    cutoff = kind.cutoff(settings, today).isoformat()
    rows = work.all(text(kind.expired), {"cutoff": cutoff})
    return dict(sorted(((row.key, row.since) for row in rows), key=lambda pair: pair[::-1]))


def held(work: ReadRows, kind: DataKind, keys: Keys) -> dict[str, Hold]:
    """What of ``keys`` stays after all, and why."""
    found: dict[str, Hold] = {}
    for at in range(0, len(keys), _ASKED_AT_ONCE):
        part = keys[at : at + _ASKED_AT_ONCE]
        for hold in kind.holds:
            for row in work.all(erasing.by_keys(hold.query), {"keys": list(part)}):
                found.setdefault(row.key, hold)
        for key in kind.needed(work, part):
            found.setdefault(key, LEDGER_HOLD)
    return found


def samples(work: ReadRows, kind: DataKind, keys: Keys) -> dict[str, str]:
    """The words of some keys."""
    if not kind.shows:
        return {key: key for key in keys}
    rows = work.all(erasing.by_keys(kind.shows), {"keys": list(keys)})
    return {row.key: row.words for row in rows}
