"""一括印刷: the year's certificates of a municipality, built in parts, seen by two, released once
(FLOW-307, ADD-06; DOMAIN 5.3).

make → build (paused and resumed at will, killed at any moment) → the samples seen by two persons
→ release. The papers come from 被保険者証発行用情報 (FILE-18), never from what was keyed. Which
year is meant is asked, never guessed. Whoever died, is under support measures, moved, or whose
last letter came back is held back in a pile of its own.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from app.cases import print_log
from app.cases.paper_years import share_is_of_year
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.days import judgement_period
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject, WithDocument
from app.security.staff.session import Session
from app.wire.records import CardRecord
from db.tables.cases import decision
from db.tables.certificates import certificate
from db.tables.persons import atena, person, restriction
from db.tables.printing import batch_item, mail_item, print_batch
from forms.batch import PART, Built, Job, build, part_path
from forms.catalog import find_decided_form, get_form
from forms.certificates.eligibility_certificate import EligibilityCertificateData

READS = ("print_batch", "batch_item", "person", "atena", "restriction", "mail_item")
HELD = {
    "death": "死亡",
    "moved": "転出",
    "restricted": "支援措置",
    "returned": "前の郵便が返戻",
    "unknown": "この端末に記録がない",
    "failed": "券面を作れない",
}
_STATES = {"2": "moved", "3": "death", "9": "moved"}
_FORM = "FORM-04"


@dataclass(frozen=True, slots=True)
class Made:
    """A batch that was made: how many papers it has and how many are held back, by cause."""

    batch_id: str
    papers: int
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Making:
    """What the touch is over: the year of the papers and the digest of the file's records."""

    judged_year: int
    source_digest: str
    count: int


@dataclass(frozen=True, slots=True)
class PartBuilt:
    """A part of a batch that stands on disk."""

    batch_id: str
    part: int
    positions: tuple[int, ...]
    failed: tuple[tuple[int, str], ...]
    file_digest: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody saw the samples of a batch."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class Released:
    """The batch goes to the printer or the contractor: its parts by their digests."""

    batch_id: str
    parts: tuple[str, ...]


def prepare_make(
    gate: Gate, session: Session, cards: Sequence[CardRecord], judged_year: int
) -> PreparedAct:
    """Make a batch of these papers for the year that was chosen (the year of its 1 August).

    Raises UserError ``printing.batch_empty``, ``printing.batch_year`` (a paper of another year is
    among them: the current paper printed after the new one is the accident of DOMAIN 5.3),
    ``printing.batch_share`` (the share on it is another year's), ``printing.batch_double`` (one
    person twice).
    """
    if not cards:
        raise _refuse(
            "batch_empty", "印刷する証がありません。", "受信したファイルを確かめてください。"
        )
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
    digest = hashlib.sha256()
    for one in cards:
        digest.update(json.dumps(dataclasses.asdict(one), ensure_ascii=False).encode())
    return gate.prepare(
        "printing.make_batch",
        session,
        subject=Subject("batch", str(judged_year)),
        content=Making(judged_year, digest.hexdigest(), len(cards)),
        sentence=f"{first.year}年8月からの証 {len(cards):,} 件の一括印刷を始めます。",
    )


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
    """Write the batch: its papers sorted for the post (post code, then address), those held back
    with their cause."""
    with gate.act(prepared, approvals) as work:
        content: Making = work.content
        batch_id = work.new_id()
        work.run(
            insert(print_batch).values(
                id=batch_id,
                judged_year=content.judged_year,
                form_id=_FORM,
                state="made",
                made_by=work.staff_id,
                made_at=work.at.isoformat(),
                source_digest=content.source_digest,
            )
        )
        known = _known(work)
        begin = f"{prepared.terminal}-{prepared.epoch}-{work.at:%Y%m%d}"
        held: dict[str, int] = {}
        rows = []
        for position, one in enumerate(sorted(cards, key=_posted_order)):
            person_id, cause = known.get((one.municipality_code, one.atena_number), ("", "unknown"))
            cause = cause or ("restricted" if one.support_measure == "1" else "")
            if cause:
                held[cause] = held.get(cause, 0) + 1
            number = f"{begin}-{work.next('certificate'):05d}"
            record = json.dumps(dataclasses.asdict(one), ensure_ascii=False)
            rows.append(
                (
                    batch_id,
                    position,
                    person_id or f"?{position}",
                    record,
                    number,
                    "held" if cause else "waiting",
                    cause,
                )
            )
        names = ("batch_id", "position", "person_id", "record", "number", "state", "cause")
        work.insert_rows(batch_item, names, rows)
    return Made(batch_id, len(cards), held)


def build_parts(
    gate: Gate,
    session: Session,
    batch_id: str,
    job: Job,
    tables: Tables,
    *,
    cores: int = 0,
    paused: Callable[[], bool] = lambda: False,
) -> Iterator[Built]:
    """Build what is not built yet; each part is written down as soon as it stands on disk, so
    that a kill loses at most the parts under way, which are built again to the same bytes."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        rows = work.all(
            select(batch_item)
            .where(batch_item.c.batch_id == batch_id)
            .order_by(batch_item.c.position)
        )
    stale = {row.part - 1 for row in rows if row.state == "held" and row.part}
    built = (
        {row.position // PART for row in rows if row.state == "built"}
        - stale
        - {row.position // PART for row in rows if row.state == "waiting"}
    )

    def done(part: int) -> bool:
        return part in built and part_path(job.folder, part).exists()

    papers = (
        (row.position, _data(json.loads(row.record), row.number, tables))
        for row in rows
        if row.state in ("waiting", "built")
    )
    filled = {row.position // PART for row in rows if row.state in ("waiting", "built")}
    for part in sorted(stale - filled):  # nobody is left in it
        part_path(job.folder, part).unlink(missing_ok=True)
        one = Built(part, (), "", "", ())
        _note_built(gate, session, batch_id, one)
        yield one
    for one in build(job, papers, done=done, cores=cores, paused=paused):
        _note_built(gate, session, batch_id, one)
        yield one


def see_samples(gate: Gate, session: Session, batch_id: str) -> PreparedAct:
    """A person saw the samples of every part with his own eyes (two different ones must). What is
    built again meanwhile is not what was seen: then the act is refused as out of date."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        row = work.one(select(print_batch).where(print_batch.c.id == batch_id))
    return gate.prepare(
        "printing.see_samples",
        session,
        subject=Subject("batch", batch_id),
        content=Seen(batch_id),
        sentence="一括印刷の見本（各部の抜き取り）を、決定と見比べて確かめました。",
        versions=(RowVersion("print_batch", batch_id, row.version),),
    )


def perform_seen(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> None:
    """Write who saw them. Raises UserError ``printing.batch_state``, ``printing.same_eyes``."""
    with gate.act(prepared, approvals) as work:
        content: Seen = work.content
        row = _require(work, content.batch_id, ("built",))
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


def prepare_release(gate: Gate, session: Session, batch_id: str, folder: Path) -> PreparedAct:
    """The touch over the manifest: every sealed part by its digest. Raises UserError
    ``printing.batch_part`` for a part that is not there."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        row = work.one(select(print_batch).where(print_batch.c.id == batch_id))
        items = work.all(
            select(batch_item.c.position, batch_item.c.state).where(
                batch_item.c.batch_id == batch_id
            )
        )
    wanted = sorted({one.position // PART for one in items if one.state == "built"})
    digests = []
    for part in wanted:
        path = part_path(folder, part)
        if not path.exists():
            raise _refuse(
                "batch_part",
                f"印刷用ファイルの第{part + 1}部がありません。",
                "一括印刷の作成をもう一度行ってください（足りない部だけが作られます）。",
            )
        digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
    count = sum(1 for one in items if one.state == "built")
    return gate.prepare(
        "printing.release_batch",
        session,
        subject=Subject("batch", batch_id),
        content=WithDocument(
            Released(batch_id, tuple(digests)), hashlib.sha256("".join(digests).encode()).digest()
        ),
        sentence=f"一括印刷 {count:,} 件（{len(digests)}部）を発行し、印刷に回します。",
        versions=(RowVersion("print_batch", batch_id, row.version),),
    )


def perform_release(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> int:
    """Issue every built paper at once: its row, its letter for the posting list, one line of the
    print log for the batch. Raises UserError ``printing.batch_state``, ``printing.not_seen``
    (two persons have not seen the samples), ``printing.batch_changed`` (somebody was pulled
    after the building: build again)."""
    with gate.act(prepared, approvals) as work:
        content: Released = work.content
        row = _require(work, content.batch_id, ("built",))
        if not (row.sampled_by and row.sampled_by_2):
            raise _refuse(
                "not_seen",
                "見本を二人が確かめていません。",
                "二人の職員が見本を確かめてから、発行してください。",
            )
        mine = batch_item.c.batch_id == content.batch_id
        items = work.all(select(batch_item).where(mine).order_by(batch_item.c.position))
        if any(one.state == "held" and one.part for one in items) or any(
            one.state == "waiting" for one in items
        ):
            raise _refuse(
                "batch_changed",
                "作成のあとで止まった方がいるため、そのままでは発行できません。",
                "一括印刷の作成をもう一度行ってください（その部だけが作り直されます）。",
            )
        built = [one for one in items if one.state == "built"]
        _issue(work, content.batch_id, built, prepared.digest.hex())
        work.run(
            update(print_batch)
            .where(print_batch.c.id == content.batch_id)
            .values(
                state="released",
                file_digest=prepared.digest.hex(),
                released_at=work.at.isoformat(),
                version=print_batch.c.version + 1,
            )
        )
    return len(built)


def _issue(work: ActWork, batch_id: str, items: Sequence[Any], digest: str) -> None:
    at, who = work.at.isoformat(), work.staff_id
    decisions, papers, letters = [], [], []
    for one, letter in zip(items, work.new_ids(len(items)), strict=True):
        source = f"{batch_id}.{one.position}"
        decisions.append((source, "accepted", one.record, digest, at))
        papers.append(
            (one.number, _FORM, source, one.person_id, "issued", who, at, digest, who, at, "post")
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
    printed = print_log.Print(
        _FORM, ("batch", batch_id), "", print_log.BATCH, digest, copies=len(items)
    )
    print_log.note_print(work, printed)


def _note_built(gate: Gate, session: Session, batch_id: str, one: Built) -> None:
    prepared = gate.prepare(
        "printing.note_built",
        session,
        subject=Subject("batch", batch_id),
        content=PartBuilt(batch_id, one.part, one.positions, one.failed, one.file_digest),
    )
    with gate.act(prepared) as work:
        content: PartBuilt = work.content
        mine = batch_item.c.batch_id == content.batch_id
        low = content.part * PART
        within = (batch_item.c.position >= low, batch_item.c.position < low + PART)
        work.run(update(batch_item).where(mine, *within).values(part=0))
        failed = {position for position, _ in content.failed}
        if content.positions:
            work.run(
                update(batch_item)
                .where(
                    mine,
                    *within,
                    batch_item.c.state != "held",
                    batch_item.c.position.not_in(sorted(failed)),
                )
                .values(state="built", part=content.part + 1)
            )
            # Who was pulled while the part was being built stands in it: it is built again.
            work.run(
                update(batch_item)
                .where(
                    mine,
                    *within,
                    batch_item.c.state == "held",
                    batch_item.c.position.in_(content.positions),
                )
                .values(part=content.part + 1)
            )
        for position in sorted(failed):
            work.run(
                update(batch_item)
                .where(mine, batch_item.c.position == position)
                .values(state="held", cause="failed")
            )
        left = work.first(
            select(batch_item.c.position).where(mine, batch_item.c.state == "waiting")
        )
        work.run(
            update(print_batch)
            .where(print_batch.c.id == content.batch_id)
            .values(
                state="building" if left is not None else "built",
                # whoever saw the samples saw other sheets
                sampled_by="",
                sampled_by_2="",
                version=print_batch.c.version + 1,
            )
        )


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


def _posted_order(one: CardRecord) -> tuple[str, str, str]:
    code = one.send_postal_code or one.postal_code
    return code, one.send_address or one.address, one.insured_number


def _data(record: Mapping[str, str], number: str, tables: Tables) -> EligibilityCertificateData:
    card = CardRecord(**record)
    form = find_decided_form("eligibility_certificate", date.fromisoformat(card.issue_on))
    form = form or get_form(_FORM)
    data = form.fill(_Decided(card), number, tables)
    assert isinstance(data, EligibilityCertificateData)
    return data


class _Decided:
    """A record of FILE-18 under the names by which forms know a decision."""

    def __init__(self, card: CardRecord) -> None:
        self._card = card

    def __getattr__(self, name: str) -> str:
        own = {"decision_id": "issue_id"}
        if name in ("person_kind", "provisional", "special_care_from"):
            return ""
        if name == "address_printed":
            return "0"
        return str(getattr(self._card, own.get(name, name)))


def _require(work: ActWork, batch_id: str, states: Iterable[str]) -> Any:
    row = work.first(select(print_batch).where(print_batch.c.id == batch_id))
    if row is None or row.state not in states:
        raise _refuse(
            "batch_state",
            "この一括印刷は、今はこの操作ができません。",
            "一覧を読み直し、作成が終わっているかを確かめてください。",
        )
    return row


def _refuse(code: str, message: str, remedy: str) -> UserError:
    return UserError(f"printing.{code}", message, remedy)


def job_of(folder: Path, recipients: tuple[str, ...], now: datetime, *, training: bool) -> Job:
    """How the parts of a batch are built and where they lie."""
    return Job(_FORM, training, now, recipients, folder)
