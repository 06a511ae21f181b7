"""What the exchange shows an auditor: media and their uses (媒体管理簿, FORM-75), sendings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from app.functions.files.media_list import DIRECTIONS, STATES, WIPES
from app.security.evidence import Evidence, Row, Span, within
from app.security.gate.gate import ViewWork
from app.security.spec import Catalog
from db.tables.exchange import inbox, outbox
from db.tables.media import medium, medium_use


def _media(work: ViewWork, days: Span, _catalog: Catalog) -> Iterator[Row]:
    for row in work.all(select(medium).order_by(medium.c.label)):
        kind = "暗号化機能あり" if row.encrypts else "暗号化機能なし"
        gone = f"　廃棄 {row.disposed_at[:10]} {row.disposed_how}" if row.disposed_at else ""
        yield (row.label, f"登録 {row.registered_by}　{kind}{gone}", row.registered_at[:10], "1")
    for row in work.all(select(medium_use).order_by(medium_use.c.begun_at)):
        if not within(row.begun_at, days):
            continue
        way = f"{DIRECTIONS[row.direction]}　{row.file_id}　{STATES.get(row.state, '取りやめ')}"
        wiped = f"媒体の消去 {WIPES.get(row.wipe, row.wipe)}"
        who = "・".join(filter(None, (row.used_by, row.confirmed_by)))
        what = f"{way}　{who}　承認 {row.approval_id or 'なし'}　{wiped}"
        yield (row.medium_id, what, row.begun_at[:16], f"{row.record_count}")


def _exchanged(work: ViewWork, days: Span, _catalog: Catalog) -> Iterator[Row]:
    sent = select(outbox.c.file_id, outbox.c.state, outbox.c.prepared_at.label("at"))
    received = select(inbox.c.file_id, inbox.c.state, inbox.c.announced_at.label("at"))
    for word, rows in (("送信", work.all(sent)), ("受信", work.all(received))):
        counts = Counter((one.file_id, one.state) for one in rows if within(one.at, days))
        for (file_id, state), count in sorted(counts.items()):
            yield (file_id, f"{word}　{state}", "", f"{count}")


EVIDENCE = (
    Evidence("media", "媒体管理簿（数は件数）", ("medium", "medium_use"), _media),
    Evidence(
        "exchange",
        "送受信",
        (
            *("outbox.file_id", "outbox.state", "outbox.prepared_at"),
            *("inbox.file_id", "inbox.state", "inbox.announced_at"),
        ),
        _exchanged,
    ),
)
