"""What may be erased (消去の候補): found every day, looked at by the supervisor, ordered by two.

Nothing is erased by the finding. What a case, a check list line, a letter or a hold still needs
stays and is named.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.core.settings import Settings
from app.functions.records.ledgers.book import NewEntry, put_entry
from app.functions.records.ledgers.erasing import ERASURES
from app.functions.records.retention.kinds import KINDS, DataKind, Hold, expired, held, samples
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Session, Subject, SystemHand
from app.security.scheduled import Due, Scheduled
from app.security.waiting import Source, Waits, WaitWork
from db import again
from db.tables.control import setting
from db.tables.records import erasure, erasure_item
from db.work import ReadRows

SHOW, ORDER, FIND = "records.show_erasure", "records.order_erasure", "records.find_expired"
FOUND_FACT = "records.expired"
"""Fact of the store: what the last look found, as canonical JSON: the day, and by kind how many
could go."""
ORDERED, DONE, REWRITING, CLEAN = "ordered", "done", "rewriting", "clean"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OfKind:
    """What may go of one kind: its keys with the day on which the term began, some of them in
    words, and how many stay for each reason."""

    kind: DataKind
    keys: tuple[str, ...]
    samples: tuple[tuple[str, str], ...]
    stays: tuple[tuple[Hold, int], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was ordered: where it is, how much is left, and what went so far by kind."""

    id: str
    record_id: str
    state: str
    day: str
    left: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the supervisor looks at. ``run`` is the last one that is not clean yet."""

    day: date
    kinds: tuple[OfKind, ...]
    run: Run | None

    @property
    def digest(self) -> bytes:
        """SHA-256 over everything that would go: what is ordered is what was seen."""
        return _digest({one.kind.id: one.keys for one in self.kinds})


@dataclass(frozen=True, slots=True)
class Order:
    """消去の指示: for which day, how many of each kind, and the digest over their keys."""

    day: date
    counts: tuple[tuple[str, int], ...]
    digest: bytes


def find(work: ReadRows, settings: Settings, today: date) -> tuple[OfKind, ...]:
    """What may go of every kind, and what stays."""
    found = []
    for kind in KINDS.values():
        keys = expired(work, kind, settings, today)
        stay = held(work, kind, tuple(keys))
        go = tuple(key for key in keys if key not in stay)
        words = samples(work, kind, go[:_SHOWN])
        shown = tuple((words.get(key, key), keys[key]) for key in go[:_SHOWN])
        counts = Counter(hold.code for hold in stay.values())
        by_code = {hold.code: hold for hold in stay.values()}
        stays = tuple((by_code[code], count) for code, count in counts.most_common())
        found.append(OfKind(kind, go, shown, stays))
    return tuple(found)


def look(gate: Gate, session: Session) -> Proposal:
    """What may be erased today, and the run that is under way."""
    with gate.view(SHOW, session, subject=Subject("list", "erasure")) as work:
        found = find(work, read_settings(work), work.at.date())
        return Proposal(work.at.date(), found, current_run(work))


def current_run(work: ReadRows) -> Run | None:
    """The newest run that is not clean."""
    row = work.first(
        select(erasure).where(erasure.c.state != CLEAN).order_by(erasure.c.ordered_at).limit(1)
    )
    if row is None:
        return None
    left = len(work.all(select(erasure_item.c.key).where(erasure_item.c.erasure_id == row.id)))
    return Run(row.id, row.record_id, row.state, row.day, left, json.loads(row.counts))


def prepare_order(gate: Gate, session: Session, proposal: Proposal) -> PreparedAct:
    """消去の指示 over what was seen. Raises UserError ``erasure.nothing``."""
    counts = tuple((one.kind.id, len(one.keys)) for one in proposal.kinds if one.keys)
    if not counts:
        raise UserError(
            "erasure.nothing",
            "保存期間を過ぎたものはありません。",
            "残しているものは、その理由がなくなると次の日から候補になります。",
        )
    return gate.prepare(
        ORDER,
        session,
        subject=Subject("list", "erasure"),
        content=Order(proposal.day, counts, proposal.digest),
        sentence=f"保存期間を過ぎた {_said(proposal.kinds)}を消去します。元に戻せません。",
    )


def perform_order(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> str:
    """Write the run and its record; the pieces follow (``running``). The run's id. Raises UserError
    ``erasure.changed``, ``erasure.running``."""
    with gate.act(prepared, approvals) as work:
        order: Order = work.content
        if (run := current_run(work)) is not None and run.state == ORDERED:
            raise UserError(
                "erasure.running",
                "前の消去がまだ終わっていません。",
                "終わるのを待ち、読み直して（F5）からもう一度指示してください。",
            )
        found = find(work, read_settings(work), work.at.date())
        if _digest({one.kind.id: one.keys for one in found}) != order.digest:
            raise UserError(
                "erasure.changed",
                "見ていたあいだに、消すものが変わりました（新しい受付や保全など）。",
                "読み直し（F5）、件数をもう一度確かめてください。",
            )
        second = next(one.staff_id for one in approvals if one.staff_id != work.staff_id)
        today = work.at.date().isoformat()
        cells = (
            ("ordered_on", today),
            ("order", _said(found)),
            ("order_count", str(sum(len(one.keys) for one in found))),
            ("order_kept", _kept(found)),
        )
        record = put_entry(work, NewEntry(ERASURES.id, "", "ordered", "", "", "", cells), second)
        run_id = work.new_id()
        work.run(
            insert(erasure).values(
                id=run_id,
                record_id=record,
                state=ORDERED,
                day=today,
                ordered_by=work.staff_id,
                confirmed_by=second,
                ordered_at=work.at.isoformat(),
            )
        )
        rows = [(run_id, one.kind.id, key, "") for one in found for key in one.keys]
        work.insert_rows(erasure_item, ("erasure_id", "kind", "key", "kept"), rows)
        return run_id


def find_expired(hand: SystemHand, _calendar: BusinessCalendar) -> None:
    """The terminal's own daily look, at the first login of a day: how much could go, for the day
    board."""
    with hand.system(FIND) as work:
        if json.loads(work.fact(FOUND_FACT) or "{}").get("day") == work.at.date().isoformat():
            return
        found = find(work, read_settings(work), work.at.date())
        counts = {one.kind.id: len(one.keys) for one in found if one.keys}
        said = {"day": work.at.date().isoformat(), "counts": counts}
        work.set_fact(FOUND_FACT, canonical_json(said))
        again.make_key(work)


def read_settings(work: ReadRows) -> Settings:
    """The settings as they stand in the store."""
    return Settings({row.name: row.value for row in work.all(select(setting))})


def _waits(work: WaitWork) -> Iterator[Waits]:
    said = json.loads(work.fact(FOUND_FACT) or "{}")
    counts = said.get("counts", {})
    known = [KINDS[code].counted(count) for code, count in counts.items() if code in KINDS]
    if known:
        yield Waits(
            key="expired",
            what=f"保存期間を過ぎた情報（{'、'.join(known)}）",
            state="消去の指示を待っています",
            since=said["day"],
            next_step="件数と見本を確かめ、二人で消去を指示する",
            opens=SHOW,
        )
    run = current_run(work)
    if run is not None:
        what, state, step = _RUN_WORDS[run.state]
        yield Waits(
            key=run.id,
            what=what,
            state=state.format(left=run.left),
            since=run.day,
            next_step=step,
            opens=SHOW,
        )


_RUN_WORDS = {
    ORDERED: ("消去", "残り {left:,}件", "端末が少しずつ消します。待つ"),
    DONE: ("消し跡の書き直し", "まだしていません", "窓口の空いているときに始める"),
    REWRITING: (
        "消し跡の書き直し",
        "始まるのを待っています",
        "待つ（数秒から数分、画面が止まります）",
    ),
}


WAITS = Source((f"store_fact.{FOUND_FACT}", "erasure", "erasure_item"), _waits, SHOW)


def _digest(keys: Mapping[str, Sequence[str]]) -> bytes:
    said = {kind: sorted(ones) for kind, ones in keys.items()}
    return hashlib.sha256(canonical_json(said).encode()).digest()


def _said(found: Sequence[OfKind]) -> str:
    return "、".join(one.kind.counted(len(one.keys)) for one in found if one.keys)


def _kept(found: Sequence[OfKind]) -> str:
    said = [f"{hold.words} {count:,}{one.kind.unit}" for one in found for hold, count in one.stays]
    return "、".join(said) or "なし"


def _looking(work: WaitWork) -> Iterator[Due]:
    last = json.loads(work.fact(FOUND_FACT) or "{}").get("day", "")
    yield Due(
        key="find_expired",
        what="保存期間を過ぎた情報を数える",
        every="その日の最初のログインのとき",
        last=last,
        opens=SHOW,
    )


SCHEDULED = Scheduled((f"store_fact.{FOUND_FACT}",), _looking)
