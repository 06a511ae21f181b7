"""A run, piece by piece: each piece is one act of the terminal, so that a kill leaves nobody half
erased; what has come to be needed meanwhile stays and is named.

The record of the run is written by the act that ends it, over what each piece counted in its own
transaction. Who was erased is kept as a keyed hash of our id, and beside the store, so that a
restored backup is erased again before anybody works (``again``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from app.core.canon import canonical_json
from app.functions.records.ledgers.book import NewEntry, put_entry
from app.functions.records.ledgers.erasing import ERASURES
from app.functions.records.retention.kinds import KINDS, held
from app.functions.records.retention.proposal import CLEAN, DONE, ORDERED, REWRITING
from app.security.gate.gate import ActWork, Gate, Session, Subject, SystemHand
from app.security.vault.store_access import StoreAccess
from app.sync.states import Incoming
from db import again
from db.tables.exchange import inbox
from db.tables.records import erasure, erasure_item
from db.work import ReadRows

PIECE, REWRITE = "records.erase_piece", "records.rewrite_store"
START_REWRITE = "records.start_rewrite"
AT_ONCE = 25
"""Persons, or rows of another kind, that one piece takes at most."""
_FEW = 10
_PIECE = timedelta(milliseconds=40)
"""After so long a piece takes no more: a clerk beside it waits for 100 ms at most."""
_METHOD = (
    "消すものごとに1つの処理で、付属する行・履歴・名前の索引とともに消し、跡をゼロで上書き"
    "（secure_delete）。続けて保存データを書き直す。"
)
_REWRITTEN = "保存データのファイル全体を新しく書き、古いファイルを上書きして消す。"


def erase_piece(hand: SystemHand, access: StoreAccess) -> bool:
    """One piece of the run that was ordered; True while more is left. Raises what the gate and the
    store raise; then nobody of the piece is erased."""
    with access.store.view(("erasure", "erased")) as looking:
        waiting = _ordered(looking)
        if waiting is None:
            again.keep_beside(looking, access.paths.erased)
            return False
    with hand.system(PIECE) as work:
        run = _ordered(work)
        items = _next(work, run.id) if run is not None else []
        if run is not None and not items:
            _end(work, run)
        if run is None or not items:
            return False
        first = items[0].kind
        keys = [row.key for row in items if row.kind == first]
        counts, until = json.loads(run.counts), hand.now() + _PIECE
        for at in range(0, len(keys), _FEW):
            _erase(work, (run.id, counts), first, keys[at : at + _FEW])
            if hand.now() >= until:
                break
    with access.store.view(("erased",)) as looking:
        again.keep_beside(looking, access.paths.erased)
    return True


def start_rewrite(gate: Gate, session: Session) -> None:
    """Somebody says that now is the time: the next piece writes the store's file anew."""
    with gate.act(gate.prepare(START_REWRITE, session, subject=Subject("list", "erasure"))) as work:
        work.run(update(erasure).where(erasure.c.state == DONE).values(state=REWRITING))


def rewrite(hand: SystemHand, access: StoreAccess) -> bool:
    """Write the store's file anew where somebody started it, so that no page of it holds a stale
    copy of what was erased, and say so in the record. Always False: there is no second piece.
    Raises as ``StoreAccess.rewrite``; then it is still to be done."""
    started = select(erasure).where(erasure.c.state == REWRITING)
    with access.store.view(("erasure",)) as looking:
        if looking.first(started) is None:
            return False
    access.rewrite()
    with hand.system(REWRITE) as work:
        for run in work.all(started):
            today = work.at.date().isoformat()
            cells = (("clean_on", today), ("clean_method", _REWRITTEN))
            put_entry(work, NewEntry(ERASURES.id, run.record_id, "clean", "", "", "", cells))
            work.run(update(erasure).where(erasure.c.id == run.id).values(state=CLEAN))
    return False


def _ordered(work: ReadRows) -> Row[Any] | None:
    return work.first(
        select(erasure).where(erasure.c.state == ORDERED).order_by(erasure.c.ordered_at).limit(1)
    )


def _next(work: ReadRows, run_id: str) -> list[Row[Any]]:
    return work.all(
        select(erasure_item.c.kind, erasure_item.c.key)
        .where(erasure_item.c.erasure_id == run_id, erasure_item.c.kept == "")
        .limit(AT_ONCE)
    )


def _erase(
    work: ActWork, run: tuple[str, dict[str, int]], kind_id: str, keys: Sequence[str]
) -> None:
    """Some of a run (its id, and what went so far by kind, which is kept with it)."""
    run_id, counts = run
    kind = KINDS[kind_id]
    stay = held(work, kind, keys)
    go = [key for key in keys if key not in stay]
    mine = (erasure_item.c.erasure_id == run_id, erasure_item.c.kind == kind_id)
    for key, hold in stay.items():
        work.run(
            update(erasure_item).where(*mine, erasure_item.c.key == key).values(kept=hold.words)
        )
    if not go:
        return
    if kind.remembered:
        again.note(work, go)
    gone = kind.erase(work, go)
    work.run(delete(erasure_item).where(*mine, erasure_item.c.key.in_(go)))
    counts[kind_id] = counts.get(kind_id, 0) + gone
    work.run(update(erasure).where(erasure.c.id == run_id).values(counts=canonical_json(counts)))


def _end(work: ActWork, run: Row[Any]) -> None:
    """The record of the run, in the transaction that ends it."""
    counts: dict[str, int] = json.loads(run.counts)
    of_run = erasure_item.c.erasure_id == run.id
    kept = Counter(row.kept for row in work.all(select(erasure_item.c.kept).where(of_run)))
    today = work.at.date().isoformat()
    said = "、".join(KINDS[kind].counted(count) for kind, count in counts.items())
    cells = (
        ("erased_on", today),
        ("erased", said or "なし"),
        ("erased_count", str(sum(counts.values()))),
        ("erased_kept", "、".join(f"{why} {count:,}" for why, count in kept.items()) or "なし"),
        ("method", _METHOD),
        ("containers", _containers(work)),
    )
    put_entry(work, NewEntry(ERASURES.id, run.record_id, "done", "", "", "", cells))
    work.run(delete(erasure_item).where(of_run))
    work.run(
        update(erasure)
        .where(erasure.c.id == run.id)
        .values(state=DONE, ended_at=work.at.isoformat())
    )


def _containers(work: ReadRows) -> str:
    """A sealed file cannot lose one person: it goes whole when its own term is over."""
    settled = (Incoming.APPLIED, Incoming.QUARANTINED)
    rows = work.all(
        select(inbox.c.file_id).where(inbox.c.state.in_(settled), inbox.c.container_digest != "")
    )
    counts = Counter(row.file_id for row in rows)
    said = "、".join(f"{file_id} {count:,}件" for file_id, count in sorted(counts.items()))
    return (
        f"受信した封のファイル（それぞれの保存期間の終わりに、ファイルごと消す）：{said}"
        if said
        else "なし"
    )
