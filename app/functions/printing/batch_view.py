"""一括印刷の一覧: what stands where, the samples for the eyes of two, the held-back pile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.functions.printing.batch_building import (
    digests_of,
    folder_of,
    open_part,
    part_of,
    require_batch,
    stale_parts,
)
from app.functions.printing.batch_paper import card_of
from app.functions.printing.batch_stopped import is_stopped, why_stopped
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from app.wire.records import CardRecord
from db.tables.certificates import certificate
from db.tables.printing import batch_item, batch_part, mail_item, print_batch
from db.work import ReadRows
from forms.catalog import get_form
from forms.preview import sheet_of

SHOW, HELD_PILE = "printing.show_batch", "printing.held_batch"
EYES = 20
"""Samples that are shown of a batch, spread over its parts."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch. ``papers`` are all of it, ``held`` those held back by cause; ``parts`` and
    ``built`` count its parts; ``stale`` tells that somebody was pulled since it was built;
    ``seen_by`` who saw the samples; ``sent`` how many parts have gone out, ``unposted`` how many
    letters are not in the post."""

    id: str
    judged_year: int
    title: str
    state: str
    papers: int
    held: Mapping[str, int]
    parts: int
    built: int
    stale: bool
    seen_by: tuple[str, ...]
    sent: int
    unposted: int
    made_at: str
    released_at: str

    @property
    def standing(self) -> int:
        """Papers that are or will be printed."""
        return self.papers - sum(self.held.values())


@dataclass(frozen=True, slots=True)
class Sample:
    """A paper for the eyes: where it stands, its number, and the decision that it must show."""

    position: int
    part: int
    number: str
    card: CardRecord


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A paper that is held back, with the cause in words."""

    number: str
    name: str
    insured_number: str
    cause: str


def batches(gate: Gate, session: Session, *, background: bool = False) -> tuple[BatchLine, ...]:
    """Every batch, newest first."""
    subject = Subject("list", "batches")
    with gate.view(SHOW, session, subject=subject, background=background) as work:
        rows = work.all(select(print_batch).order_by(print_batch.c.made_at.desc()))
        return tuple(_line(work, row) for row in rows if row.state != "ended")


def _line(work: ReadRows, row: Any) -> BatchLine:
    item, part = batch_item.c, batch_part.c
    counted = work.all(
        select(
            item.state,
            item.cause,
            func.count().label("papers"),
            func.max(item.position).label("last"),
        )
        .where(item.batch_id == row.id)
        .group_by(item.state, item.cause)
    )
    parts = work.all(select(part.part, part.sent_at, part.sheets).where(part.batch_id == row.id))
    released = row.state == "released"
    # what is released is not built again: who is pulled then is taken out by hand
    stale = frozenset() if released else stale_parts(work, row.id)
    if released:
        parts = [one for one in parts if one.sheets]
    return BatchLine(
        id=row.id,
        judged_year=row.judged_year,
        title=get_form(row.form_id).title,
        state=row.state,
        papers=sum(one.papers for one in counted),
        held={one.cause: one.papers for one in counted if one.state in ("held", "left_out")},
        parts=part_of(max((one.last for one in counted), default=0)) + 1,
        built=sum(1 for one in parts if one.part not in stale),
        stale=bool(stale),
        seen_by=tuple(one for one in (row.sampled_by, row.sampled_by_2) if one),
        sent=sum(1 for one in parts if one.sent_at),
        unposted=_unposted(work, row.id) if released else 0,
        made_at=row.made_at,
        released_at=row.released_at,
    )


def _unposted(work: ReadRows, batch_id: str) -> int:
    found = work.scalar(
        select(func.count())
        .select_from(
            mail_item.join(batch_item, batch_item.c.number == mail_item.c.certificate_number)
        )
        .where(batch_item.c.batch_id == batch_id, mail_item.c.state.in_(["waiting", "checked"]))
    )
    return int(found or 0)


def samples(gate: Gate, session: Session, batch_id: str) -> tuple[Sample, ...]:
    """The samples that eyes must see, spread over the parts; picked by chance when the parts were
    built, and proved in full then. Raises UserError ``printing.batch_state``."""
    with gate.view(SHOW, session, subject=Subject("batch", batch_id)) as work:
        require_batch(work, batch_id, ("built", "released"))
        rows = work.all(
            select(batch_part.c.samples)
            .where(batch_part.c.batch_id == batch_id)
            .order_by(batch_part.c.part)
        )
        picked = _spread([int(text) for row in rows for text in row.samples.split()])
        found = work.all(
            select(batch_item)
            .where(
                batch_item.c.batch_id == batch_id,
                batch_item.c.position.in_(picked),
                batch_item.c.state == "built",
            )
            .order_by(batch_item.c.position)
        )
        work.note(shown=tuple(row.person_id for row in found), query_kind="batch_samples")
    return tuple(
        Sample(row.position, part_of(row.position), row.number, card_of(row.record))
        for row in found
    )


def sample_sheet(gate: Gate, session: Session, batch_id: str, root: Path, sample: Sample) -> bytes:
    """The sample's own sheet, cut out of the sealed part that is to be printed. Raises as
    ``batch_building.open_part``."""
    with gate.view(SHOW, session, subject=Subject("batch", batch_id)) as work:
        row = require_batch(work, batch_id, ("built", "released"))
        digest = digests_of(work, batch_id).get(sample.part, "")
        inside = work.all(
            select(batch_item.c.position)
            .where(
                batch_item.c.batch_id == batch_id,
                batch_item.c.part == sample.part + 1,
            )
            .order_by(batch_item.c.position)
        )
    pdf = open_part(digest, row.seal, folder_of(root, batch_id), sample.part)
    at = [one.position for one in inside].index(sample.position)
    return sheet_of(pdf, at, len(inside))


def held_back(gate: Gate, session: Session, batch_id: str) -> tuple[HeldLine, ...]:
    """The held-back pile, by cause; of a released batch also papers that became void since."""
    with gate.view(HELD_PILE, session, subject=Subject("batch", batch_id)) as work:
        released = work.scalar(select(print_batch.c.state).where(print_batch.c.id == batch_id))
        wanted = is_stopped() if released == "released" else batch_item.c.state == "held"
        rows = work.all(
            select(batch_item, certificate.c.state.label("paper"))
            .outerjoin(certificate, certificate.c.number == batch_item.c.number)
            .where(batch_item.c.batch_id == batch_id, wanted)
            .order_by(batch_item.c.cause, batch_item.c.position)
        )
        known = tuple(row.person_id for row in rows if not row.person_id.startswith("?"))
        work.note(shown=known, query_kind="batch_held")
    lines = []
    for row in rows:
        card = card_of(row.record)
        lines.append(HeldLine(row.number, card.name, card.insured_number, why_stopped(row)))
    return tuple(lines)


def _spread(positions: Sequence[int]) -> list[int]:
    """At most ``EYES`` of them, at even distances."""
    count = len(positions)
    if count <= EYES:
        return list(positions)
    return [positions[at * count // EYES] for at in range(EYES)]
