"""What is decided before a medium is used (電子媒体): which terminal, which medium, which file,
and who stands at the other end. Each is an act of two persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyrage
from sqlalchemy import insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.errors import EnvironmentFault
from app.functions.files.media_list import mark_facts, media_rows, moves_in, moves_out
from app.functions.files.media_use import PRINT, SYSTEM
from app.security.acts.approval import Approval
from app.security.control.deeds import AllowMedia
from app.security.gate.facts import MEDIA_FACT
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject
from app.security.gate.later import Later
from app.security.journal.line import is_id
from app.sync.media import mark
from app.sync.media.desk import MediaDesk
from app.sync.media.faults import media_refusal
from app.sync.media.files import opened, write_file
from app.sync.media.mark import MediumMark
from app.sync.media.port import Attached
from app.sync.terminal_keys import read_keys
from app.wire.cards import Card, card_fingerprint, open_card
from app.wire.files import FILES
from app.wire.statements import sign
from app.wire.strict_cbor import MalformedBody
from db.tables.control import terminal_key
from db.tables.media import courier, medium, medium_approval, medium_use

REGISTER = "files.register_medium"
DISPOSE = "files.dispose_medium"
APPROVE = "files.approve_media_use"
ALLOW = "files.allow_media_here"
COURIER = "files.register_courier"
COURIER_CARD, TERMINAL_CARD = "courier.card", "terminal.card"
LONGEST_DAYS = 31
DIRECTIONS = {"in": "移入", "out": "移出"}
_LONGEST_CARD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Registering:
    """媒体の登録: the hardware's serial, the number written on it, whether it encrypts."""

    serial: str
    label: str
    encrypts: bool


@dataclass(frozen=True, slots=True)
class Disposing:
    """媒体の廃棄 (SEC-86)."""

    medium_id: str
    how: str


@dataclass(frozen=True, slots=True)
class Approving:
    """事前承認 (SEC-61, SEC-80): one file, one way, one medium, to a last day (ISO)."""

    medium_id: str
    direction: str
    file_id: str
    valid_to: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakeCard:
    """The other side's card as it lies on the medium, the digits that were compared, and whose
    side it is (``courier.role``)."""

    card: bytes
    fingerprint: str
    role: str


def prepare_allow(gate: Gate, session: Session, *, allowed: bool) -> PreparedAct:
    """Whether media may be used at this terminal (SEC-59, SEC-81)."""
    what = "扱える端末にします" if allowed else "扱えない端末にします"
    return gate.prepare(
        ALLOW,
        session,
        subject=Subject("setting", "media"),
        content=AllowMedia(allowed),
        sentence=f"この端末を、電子媒体を{what}。",
    )


def perform_allow(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Set it."""
    with gate.act(prepared, approvals) as work:
        work.set_fact(MEDIA_FACT, "1" if work.content.allowed else "0")


def prepare_register(gate: Gate, session: Session, asked: Registering) -> PreparedAct:
    """Raises UserError ``media.label``, ``media.no_serial``."""
    if not asked.label.strip():
        raise media_refusal("label", field="label")
    if not asked.serial:
        raise media_refusal("no_serial")
    kind = "パスワード認証機能付き" if asked.encrypts else "暗号化しない媒体"
    return gate.prepare(
        REGISTER,
        session,
        subject=Subject("medium", "new"),
        content=asked,
        sentence=f"媒体「{asked.label}」（機器の番号 {asked.serial}、{kind}）を登録します。",
    )


def perform_register(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], media: MediaDesk
) -> str:
    """Write the row and the signed mark: both or none. The medium's id.

    A medium whose mark was lost is registered anew; its former row ends. Raises UserError
    ``media.not_attached``, ``media.same_serial``, ``media.already``, ``media.label``,
    EnvironmentFault ``media.*``.
    """
    with gate.act(prepared, approvals) as work:
        asked: Registering = work.content
        attached = _attached(media, asked.serial)
        rows = media_rows(work)
        if any(row.label == asked.label and row.state == "registered" for row in rows.values()):
            raise media_refusal("label", field="label")
        key = mark.mark_key(work, make=True)
        assert key is not None
        public, municipality = mark_facts(work)
        (now,) = mark.judged([attached], rows, public, municipality)
        if now.fault is None:
            raise media_refusal("already")
        _end_former(work, asked.serial)
        medium_id = work.new_id()
        made = MediumMark(medium_id, asked.serial, municipality, asked.label, work.at.isoformat())
        data = mark.signed_mark(made, key)
        work.run(
            insert(medium).values(
                id=medium_id,
                serial=asked.serial,
                model=attached.model,
                label=asked.label,
                encrypts=asked.encrypts,
                mark=data,
                state="registered",
                registered_by=work.staff_id,
                registered_at=work.at.isoformat(),
            )
        )
        mark.write_mark(attached, data)
        _write_own_card(work, attached)
        return medium_id


def prepare_dispose(gate: Gate, session: Session, asked: Disposing, label: str) -> PreparedAct:
    """Raises UserError ``media.how``."""
    if not asked.how.strip():
        raise media_refusal("how", field="how")
    return gate.prepare(
        DISPOSE,
        session,
        subject=Subject("medium", asked.medium_id),
        content=asked,
        sentence=f"媒体「{label}」を廃棄したと記録します（方法：{asked.how}）。以後は使えません。",
    )


def perform_dispose(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """End a medium; wipes that it still owed end with it, because it is destroyed (SEC-86)."""
    with gate.act(prepared, approvals) as work:
        asked: Disposing = work.content
        at = work.at.isoformat()
        changed = work.run(
            update(medium)
            .where(medium.c.id == asked.medium_id, medium.c.state == "registered")
            .values(
                state="disposed",
                disposed_by=work.staff_id,
                disposed_at=at,
                disposed_how=asked.how,
                version=medium.c.version + 1,
            )
        )
        if changed != 1:
            raise media_refusal("disposed")
        work.run(
            update(medium_use)
            .where(medium_use.c.medium_id == asked.medium_id, medium_use.c.wipe == "owed")
            .values(
                wipe="destroyed",
                wiped_at=at,
                wiped_by=work.staff_id,
                wiped_how=asked.how,
                version=medium_use.c.version + 1,
            )
        )


def prepare_approve(
    gate: Gate, session: Session, asked: Approving, label: str, today: date
) -> PreparedAct:
    """A prior approval of at most 31 days. Raises UserError ``media.approval_period``,
    ``media.not_movable``."""
    spec = FILES.get(asked.file_id)
    if spec is None or not (moves_in(spec) if asked.direction == "in" else moves_out(spec)):
        raise media_refusal("not_movable", field="file_id")
    try:
        last = date.fromisoformat(asked.valid_to)
    except ValueError as cause:
        raise media_refusal("approval_period", field="valid_to") from cause
    if not today <= last <= today + timedelta(days=LONGEST_DAYS):
        raise media_refusal("approval_period", field="valid_to")
    return gate.prepare(
        APPROVE,
        session,
        subject=Subject("medium", asked.medium_id),
        content=asked,
        sentence=f"{last:%Y年%m月%d日} まで、{spec.title}（{spec.id}）を媒体「{label}」で"
        f"{DIRECTIONS[asked.direction]}することを承認します（理由：{asked.reason}）。",
    )


def perform_approve(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> str:
    """Write the approval; its number. Raises UserError ``media.disposed``."""
    with gate.act(prepared, approvals) as work:
        asked: Approving = work.content
        second = next(one.staff_id for one in approvals if one.staff_id != work.staff_id)
        row = work.first(select(medium).where(medium.c.id == asked.medium_id))
        if row is None or row.state != "registered":
            raise media_refusal("disposed")
        approval_id = work.new_id()
        work.run(
            insert(medium_approval).values(
                id=approval_id,
                medium_id=asked.medium_id,
                direction=asked.direction,
                file_id=asked.file_id,
                valid_from=work.at.date().isoformat(),
                valid_to=asked.valid_to,
                reason=asked.reason,
                asked_by=work.staff_id,
                approved_by=second,
                approved_at=work.at.isoformat(),
            )
        )
        return approval_id


def read_card(attached: Attached) -> tuple[bytes, Card]:
    """The courier's card on a medium. Raises UserError ``media.card``, EnvironmentFault."""
    try:
        with opened(attached, "", COURIER_CARD) as source:
            data = source.read(_LONGEST_CARD)
        card = open_card(data)
        if not is_id(card.name):
            raise media_refusal("card")
        return data, card
    except EnvironmentFault as cause:
        if cause.code.startswith("media."):
            raise
        raise media_refusal("card") from cause
    except (MalformedBody, ValueError) as cause:
        raise media_refusal("card") from cause


def read_courier_card(path: Path) -> tuple[bytes, Card, str]:
    """A courier's card in a file, and the digits to compare. Raises UserError ``media.card``."""
    try:
        with path.open("rb") as source:
            data = source.read(_LONGEST_CARD)
        card = open_card(data)
    except (OSError, ValueError, MalformedBody, EnvironmentFault) as cause:
        raise media_refusal("card") from cause
    if not is_id(card.name) or card.archive or not card.receiving:
        raise media_refusal("card")
    return data, card, card_fingerprint(data)


ROLES = {SYSTEM: "媒体の受渡しの相手", PRINT: "印刷の委託先"}


def prepare_courier(
    gate: Gate, session: Session, attached: Attached, role: str = SYSTEM
) -> PreparedAct:
    """Take the other side's card after comparing its digits. Raises as ``read_card``."""
    data, card = read_card(attached)
    digits = card_fingerprint(data)
    return gate.prepare(
        COURIER,
        session,
        subject=Subject("courier", card.name),
        content=TakeCard(data, digits, role),
        sentence=f"「{card.title}」（{card.name}）と照合コード {digits} を読み合わせました。"
        f"この相手を、{ROLES[role]}として登録します。",
    )


def perform_courier(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], attached: Attached
) -> str:
    """Register it in place of the one before in its role; our own card goes onto the medium. Raises
    UserError ``media.other_municipality``, EnvironmentFault ``media.*``, ``line.not_enrolled``."""
    with gate.act(prepared, approvals) as work:
        card = open_card(work.content.card)
        put_courier(work, card, work.content.role)
        _write_own_card(work, attached)
        return card.name


def put_courier(work: ActWork, card: Card, role: str = SYSTEM) -> None:
    """Register the other side in place of the one before in its role. Raises UserError
    ``media.other_municipality``, ``media.other_role`` (it is registered in another role),
    EnvironmentFault ``line.not_enrolled``."""
    if card.municipality != read_keys(work).facts.municipality:
        raise media_refusal("other_municipality")
    at = work.at.isoformat()
    mine = (courier.c.ended_at == "", courier.c.id == card.name, courier.c.role != role)
    if work.first(select(courier.c.id).where(*mine)) is not None:
        raise media_refusal("other_role")
    former = (courier.c.ended_at == "", courier.c.role == role)
    work.run(update(courier).where(*former).values(ended_at=at))
    values = {
        "name": card.title,
        "signing": card.signing,
        "receiving": card.receiving,
        "registered_by": work.staff_id,
        "registered_at": at,
        "ended_at": "",
        "role": role,
    }
    work.run(
        upsert(courier)
        .values(id=card.name, **values)
        .on_conflict_do_update(index_elements=[courier.c.id], set_=values)
    )


def own_card(work: ActWork) -> bytes:
    """This terminal as a courier must know it. Raises EnvironmentFault ``line.not_enrolled``."""
    keys = read_keys(work)
    facts, signing = keys.facts, keys.signing_key
    newest = (
        select(terminal_key.c.value)
        .where(terminal_key.c.name.startswith("receiving:"))
        .order_by(terminal_key.c.valid_to.desc())
    )
    held = work.scalar(newest)  # None in a relay, which opens nothing
    card = Card(
        name=facts.terminal,
        title=f"窓口端末 {facts.terminal}",
        municipality=facts.municipality,
        signing=signing.public_key().public_bytes_raw(),
        receiving=_recipient(held),
        archive=facts.archive_receiving,
        union=facts.union,
        union_receiving=facts.union_receiving,
        union_signing=keys.union_signing,
        at=work.at.isoformat(),
    )
    return sign(card, signing)


def _recipient(identity: bytes | None) -> str:
    if identity is None:
        return ""
    return str(pyrage.x25519.Identity.from_str(bytes(identity).decode("ascii")).to_public())


def _write_own_card(work: ActWork, attached: Attached) -> None:
    """Our card for the other side, once there is one: before enrolment there is nothing to say."""
    try:
        data = own_card(work)
    except EnvironmentFault as cause:
        if cause.code != "line.not_enrolled":
            raise
        return
    write_file(attached, "", TERMINAL_CARD, lambda out: out.write(data))


def _attached(media: MediaDesk, serial: str) -> Attached:
    found = [one for one in media.attached() if one.serial == serial]
    if not found:
        raise media_refusal("not_attached")
    if len(found) > 1:
        raise media_refusal("same_serial")
    return found[0]


def _end_former(work: ActWork, serial: str) -> None:
    work.run(
        update(medium)
        .where(medium.c.serial == serial, medium.c.state == "registered")
        .values(
            state="disposed",
            disposed_by=work.staff_id,
            disposed_at=work.at.isoformat(),
            disposed_how="登録し直した",
            version=medium.c.version + 1,
        )
    )


# A supervisor may sign these later: nothing of them hangs on a medium that is attached now.
ALLOW_LATER = Later(
    AllowMedia, lambda gate, prepared, given, _access: perform_allow(gate, prepared, given)
)
DISPOSE_LATER = Later(
    Disposing, lambda gate, prepared, given, _access: perform_dispose(gate, prepared, given)
)
APPROVE_LATER = Later(
    Approving, lambda gate, prepared, given, _access: perform_approve(gate, prepared, given)
)
