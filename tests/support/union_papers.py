"""Papers of the union in parts, as FILE-23 brings them."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from typing import Any

from app.functions.printing import union_papers
from app.sync.inbox import Applied
from app.wire.files import FILES
from app.wire.records import DocumentRecord
from forms.catalog import get_form
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.verbs import shared_press
from tests.support.world import World

CITY = "152994"


@cache
def three_pages() -> bytes:
    """A PDF of three pages."""
    form = get_form("FORM-N23")
    assert form.examples is not None
    now = datetime.fromisoformat("2026-11-16T09:00:00+09:00")
    return shared_press().render(form.id, form.examples.longest, training=False, now=now).pdf


def parts(content: bytes, count: int = 2, **changed: str) -> list[DocumentRecord]:
    """``content`` as so many parts of one paper."""
    each = -(-len(content) // count)
    values = {
        "document_id": "U15-1-9", "title": "未申告者の一覧", "kind": "list",
        "municipality_code": CITY, "made_on": "2026-11-13", "due_on": "2026-11-27", "pages": "3",
        "media_type": "pdf", "digest": hashlib.sha256(content).hexdigest(),
        "parts": str(count), **changed,
    }  # fmt: skip
    return [
        DocumentRecord(
            **values,
            part=str(at + 1),
            content=base64.b64encode(content[at * each : (at + 1) * each]).decode(),
        )
        for at in range(count)
    ]


def receive(world: World, records: list[Any]) -> Applied:
    """Apply them as the engine would."""
    world.set_fact("municipality_code", CITY)
    encode_file(FILES["FILE-23"], records, CODES)
    with world.engine_hand.system(union_papers.RECEIVE) as work:
        return union_papers.receive(work, FILES["FILE-23"], records)
