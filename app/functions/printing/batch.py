"""一括印刷: the year's certificates of a municipality, built in parts, seen by two, released once
(FLOW-307, ADD-06; DOMAIN 5.3).

make → build (``batch_building``: paused and resumed at will, killed at any moment) → the samples
seen by two persons → release. The papers come from 被保険者証発行用情報 (FILE-18), never from what
was keyed. Which year is meant is asked, never guessed. Whoever died, is under support measures,
moved, or whose last letter came back is held back in a pile of its own.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from app.cases import print_log
from app.cases.paper_years import share_is_of_year
from app.core.errors import UserError
from app.functions.printing.batch_building import (
    digests_of,
    folder_of,
    require_batch,
    require_parts,
    stale_parts,
)
from app.functions.printing.batch_paper import form_of
from app.rules.calendar.days import judgement_period
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject, WithDocument
from app.security.staff.session import Session
from app.wire.records import CardRecord
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.tables.persons import atena, person, restriction
from db.tables.printing import batch_item, mail_item, print_batch

READS = ("print_batch", "batch_item", "person", "atena", "restriction", "mail_item")
HELD = {
    "death": "死亡",
    "moved": "転出",
    "removed": "転居（住所が変わった）",
    "changed": "氏名などが変わった",
    "restricted": "支援措置",
    "returned": "前の郵便が返戻",
    "unknown": "この端末に記録がない",
    "failed": "券面を作れない",
    "void": "証が無効になった",
}
_STATES = {"2": "moved", "3": "death", "9": "moved"}
_AT_ONCE = 1000
_COUNTED = re.compile(r"([一二三四五六七八九]?十?[一二三四五六七八九]?)(?=丁目|番|号|線|条)")
_FIGURES = {figure: at for at, figure in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class Made:
    """A batch that was made: how many papers it has and how many are held back, by cause."""

    batch_id: str
    papers: int
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Making:
    """What the touch is over: the year and kind of the papers, the received file and the digest of
    its records."""

    judged_year: int
    paper: str
    source_id: str
    source_digest: str
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody saw these samples (positions) of a batch, whose parts have these digests."""

    batch_id: str
    positions: tuple[int, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """The batch goes to the printer or the contractor: its parts by their digests."""

    batch_id: str
    parts: tuple[str, ...]


def prepare_make(
    gate: Gate,
    session: Session,
    cards: Sequence[CardRecord],
    judged_year: int,
    source_id: str = "",
) -> PreparedAct:
    """Make a batch of these papers, all of one kind, for the year that was chosen (the year of its
    1 August). ``source_id`` is the received file that they are from.

    Raises UserError ``printing.batch_empty``, ``printing.batch_year`` (a paper of another year is
    among them: the current paper printed after the new one is the accident of DOMAIN 5.3),
    ``printing.batch_share`` (the share on it is another year's), ``printing.batch_double`` (one
    person twice), ``printing.batch_kinds``, ``printing.batch_paper`` (not printed any more).
    """
    if not cards:
        raise _refuse(
            "batch_empty", "印刷する証がありません。", "受信したファイルを確かめてください。"
        )
    kinds = {one.paper for one in cards}
    if len(kinds) != 1:
        raise _refuse(
            "batch_kinds",
            f"{len(kinds)}種類の証が混ざっています。",
            "印刷する証の種類を一つ選んでください。",
        )
    (paper,) = kinds
    title = form_of(paper, cards[0].issue_on).title
    first, last = judgement_period(judged_year)
    wrong = [one for one in cards if not first <= date.fromisoformat(one.expires_on) <= last]
    if wrong:
        raise _refuse(
            "batch_year",
            f"選んだ年度（{first:%Y-%m-%d}から{last:%Y-%m-%d}）の証でないものが{len(wrong)}件あります。",
            "どの年度の証を印刷するのかを確かめ、選び直してください。",
        )
    _require_shares(cards, gate.now().date())
    numbers = {one.insured_number for one in cards}
    if len(numbers) != len(cards):
        doubled = len(cards) - len(numbers)
        raise _refuse(
            "batch_double",
            f"同じ被保険者番号の証が{doubled}件重なっています。",
            "広域連合に、ファイルの作り直しを依頼してください。",
        )
    return gate.prepare(
        "printing.make_batch",
        session,
        subject=Subject("batch", str(judged_year)),
        content=Making(judged_year, paper, source_id, _digest(cards), len(cards)),
        sentence=f"{first.year}年8月からの{title} {len(cards):,} 件の一括印刷を始めます。",
    )


def _digest(cards: Sequence[CardRecord]) -> str:
    digest = hashlib.sha256()
    for one in cards:
        digest.update(_as_kept(one).encode())
    return digest.hexdigest()


def _as_kept(card: CardRecord) -> str:
    return json.dumps(dataclasses.asdict(card), ensure_ascii=False)


def _require_shares(cards: Sequence[CardRecord], today: date) -> None:
    days = date.fromisoformat
    wrong = [
        one.insured_number
        for one in cards
        if not share_is_of_year(days(one.copay_from), days(one.expires_on), today)
    ]
    if wrong:
        more = f"ほか{len(wrong) - 5}件" if len(wrong) > 5 else ""
        raise _refuse(
            "batch_share",
            f"負担割合の発効期日が、証の年度のものでない証が{len(wrong)}件あります"
            f"（被保険者番号 {'、'.join(wrong[:5])}{more}）。",
            "何も作っていません。広域連合に、この年度の負担割合でファイルの作り直しを依頼してください。",
        )


def perform_make(
    gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...], cards: Sequence[CardRecord]
) -> Made:
    """Write the batch: its papers sorted for the post (post code, then district), those held back
    with their cause. Raises UserError ``printing.batch_other`` for other cards than those that the
    touch was over."""
    with gate.act(prepared, approvals) as work:
        content: Making = work.content
        if _digest(cards) != content.source_digest:
            raise _refuse(
                "batch_other",
                "承認した内容と、印刷する証の一覧が違います。",
                "受信したファイルを選び直してください。",
            )
        batch_id = work.new_id()
        work.run(
            insert(print_batch).values(
                id=batch_id,
                judged_year=content.judged_year,
                form_id=form_of(content.paper, cards[0].issue_on).id,
                state="made",
                made_by=work.staff_id,
                made_at=work.at.isoformat(),
                source_digest=content.source_digest,
                source_id=content.source_id,
            )
        )
        known = _known(work)
        begin = f"{prepared.terminal}-{prepared.epoch}-{work.at:%Y%m%d}"
        held: dict[str, int] = {}
        rows = []
        for position, one in enumerate(sorted(cards, key=posted_order)):
            person_id, cause = known.get((one.municipality_code, one.atena_number), ("", "unknown"))
            cause = cause or ("restricted" if one.support_measure == "1" else "")
            if cause:
                held[cause] = held.get(cause, 0) + 1
            number = f"{begin}-{work.next('certificate'):05d}"
            state = "held" if cause else "waiting"
            who = person_id or f"?{position}"
            rows.append((batch_id, position, who, _as_kept(one), number, state, cause))
        names = ("batch_id", "position", "person_id", "record", "number", "state", "cause")
        work.insert_rows(batch_item, names, rows)
    return Made(batch_id, len(cards), held)


def prepare_seen(
    gate: Gate, session: Session, batch_id: str, root: Path, positions: Sequence[int]
) -> PreparedAct:
    """A person saw these samples with his own eyes (two different ones must). What is built again
    meanwhile is not what was seen: then the act is refused as out of date. Raises as
    ``batch_building.require_parts`` for a part that is not as it was built."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        row = require_batch(work, batch_id, ("built",))
        noted = digests_of(work, batch_id)
    parts = require_parts(noted, folder_of(root, batch_id))
    return gate.prepare(
        "printing.see_samples",
        session,
        subject=Subject("batch", batch_id),
        content=Seen(batch_id, tuple(sorted(positions)), parts),
        sentence=f"一括印刷の見本 {len(positions)} 件を、決定と見比べて確かめました。",
        versions=(RowVersion("print_batch", batch_id, row.version),),
    )


def perform_seen(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> None:
    """Write who saw them. Raises UserError ``printing.batch_state``, ``printing.same_eyes``."""
    with gate.act(prepared, approvals) as work:
        content: Seen = work.content
        row = require_batch(work, content.batch_id, ("built",))
        _require_current(work, content.batch_id)
        if row.sampled_by == work.staff_id:
            raise _refuse(
                "same_eyes",
                "見本は、別の職員がもう一人確かめます。",
                "ほかの職員に、見本を確かめてもらってください。",
            )
        column = "sampled_by_2" if row.sampled_by else "sampled_by"
        work.run(
            update(print_batch)
            .where(print_batch.c.id == content.batch_id)
            .values(version=print_batch.c.version + 1, **{column: work.staff_id})
        )


def prepare_release(gate: Gate, session: Session, batch_id: str, root: Path) -> PreparedAct:
    """The touch over the manifest: every sealed part by its digest, as it was built and seen.

    Raises UserError ``printing.batch_state``, and as ``batch_building.require_parts``."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        row = require_batch(work, batch_id, ("built",))
        noted = digests_of(work, batch_id)
        built = work.all(
            select(batch_item.c.position).where(
                batch_item.c.batch_id == batch_id, batch_item.c.state == "built"
            )
        )
    parts = require_parts(noted, folder_of(root, batch_id))
    return gate.prepare(
        "printing.release_batch",
        session,
        subject=Subject("batch", batch_id),
        content=WithDocument(
            Released(batch_id, parts), hashlib.sha256("".join(parts).encode()).digest()
        ),
        sentence=f"一括印刷 {len(built):,} 件（{len(parts)}部）を発行し、印刷に回します。",
        versions=(RowVersion("print_batch", batch_id, row.version),),
    )


def perform_release(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> int:
    """Issue every built paper at once: its row, its letter for the posting list, one line of the
    print log for the batch. Raises UserError ``printing.batch_state``, ``printing.not_seen``
    (two persons have not seen the samples), ``printing.batch_changed`` (somebody was pulled
    after the building: build again), ``printing.batch_part_changed``."""
    with gate.act(prepared, approvals) as work:
        content: Released = work.content
        batch_id = content.batch_id
        row = require_batch(work, batch_id, ("built",))
        _require_current(work, batch_id)
        if not (row.sampled_by and row.sampled_by_2):
            raise _refuse(
                "not_seen",
                "見本を二人が確かめていません。",
                "二人の職員が見本を確かめてから、発行してください。",
            )
        noted = digests_of(work, batch_id)
        if content.parts != tuple(noted[part] for part in sorted(noted) if noted[part]):
            raise _refuse(
                "batch_part_changed",
                "承認した印刷用ファイルと、作ったときの控えが違います。",
                "一覧を読み直し、もう一度見本から確かめてください。",
            )
        count, item = 0, batch_item.c
        after = -1
        while items := work.all(
            select(batch_item)
            .where(item.batch_id == batch_id, item.state == "built", item.position > after)
            .order_by(item.position)
            .limit(_AT_ONCE)
        ):
            _issue(work, row, items, prepared.digest.hex())
            count, after = count + len(items), items[-1].position
        printed = print_log.Print(
            row.form_id,
            ("batch", batch_id),
            "",
            print_log.BATCH,
            prepared.digest.hex(),
            copies=count,
        )
        print_log.note_print(work, printed)
        work.run(
            update(print_batch)
            .where(print_batch.c.id == batch_id)
            .values(
                state="released",
                file_digest=prepared.digest.hex(),
                released_at=work.at.isoformat(),
                version=print_batch.c.version + 1,
            )
        )
    return count


def _require_current(work: ActWork, batch_id: str) -> None:
    if stale_parts(work, batch_id):
        raise _refuse(
            "batch_changed",
            "作成のあとで止まった方がいるため、そのままでは発行できません。",
            "「作成」をもう一度押してください（その部だけが作り直されます）。",
        )


def _issue(work: ActWork, batch: Any, items: Sequence[Any], digest: str) -> None:
    at, who = work.at.isoformat(), work.staff_id
    decisions, papers, letters = [], [], []
    for one, letter in zip(items, work.new_ids(len(items)), strict=True):
        source = f"{batch.id}.{one.position}"
        decisions.append((source, "accepted", one.record, digest, at))
        papers.append(
            (
                one.number,
                batch.form_id,
                source,
                one.person_id,
                "issued",
                who,
                at,
                digest,
                who,
                at,
                "post",
            )
        )
        letters.append(
            (letter, one.number, one.person_id, print_log.SIMPLE_REGISTERED, "waiting", who, at)
        )
    names = ("id", "outcome", "record", "digest", "received_at")
    work.insert_rows(decision, names, decisions)
    names_of_paper = (
        "number",
        "form_id",
        "decision_id",
        "person_id",
        "state",
        "reserved_by",
        "reserved_at",
        "pdf_digest",
        "issued_by",
        "issued_at",
        "delivery",
    )
    work.insert_rows(certificate, names_of_paper, papers)
    names_of_letter = (
        "id",
        "certificate_number",
        "person_id",
        "method",
        "state",
        "prepared_by",
        "prepared_at",
    )
    work.insert_rows(mail_item, names_of_letter, letters)


def _known(work: ActWork) -> dict[tuple[str, str], tuple[str, str]]:
    """Everybody here by 市区町村コード and 宛名番号, with the cause to hold their paper, if any."""
    restricted = {
        row.person_id
        for row in work.all(select(restriction.c.person_id).where(restriction.c.lifted_at == ""))
    }
    returned = {
        row.person_id
        for row in work.all(select(mail_item.c.person_id).where(mail_item.c.state == "returned"))
    }
    found = {}
    for row in work.all(
        select(atena.c.municipality_code, atena.c.atena_number, person.c.id, person.c.state)
        .select_from(atena.join(person, person.c.id == atena.c.person_id))
        .where(atena.c.current)
    ):
        cause = _STATES.get(row.state, "")
        cause = cause or ("restricted" if row.id in restricted else "")
        cause = cause or ("returned" if row.id in returned else "")
        found[row.municipality_code, row.atena_number] = (row.id, cause)
    return found


def posted_order(one: CardRecord) -> tuple[str, tuple[tuple[int, str], ...], str]:
    """Where a letter stands in the post: by post code, then by district (町・字), then by the
    house's numbers as numbers (2番 before 10番)."""
    code = one.send_postal_code or one.postal_code
    written = one.send_address or one.address
    flat = unicodedata.normalize("NFKC", _COUNTED.sub(_in_figures, written))
    parts = tuple(
        (int(part), "") if part.isdecimal() else (0, part)
        for part in re.split(r"([0-9]+)", flat)
        if part
    )
    return code, parts, one.insured_number


def _in_figures(found: re.Match[str]) -> str:
    """「十二」丁目 as 12; "" where nothing is counted."""
    tens, ten, ones = found[1].partition("十")
    if not ten:
        return str(_FIGURES[tens]) if tens else ""
    return str(10 * _FIGURES.get(tens, 1) + _FIGURES.get(ones, 0))


def _refuse(code: str, message: str, remedy: str) -> UserError:
    return UserError(f"printing.{code}", message, remedy)
