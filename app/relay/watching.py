"""The watched folders on the municipal side: what stands there is taken over whole or not at all.

``up``: the courier puts sealed files there. A file is first renamed, so that nobody changes it
under our hands; then it is verified, written into the outbox in one transaction with its place in
the courier's stream, and only then removed. ``down``: what the union delivered, still sealed, put
there whole. ``refused``: what cannot be taken, each with its reason beside it. The relay can open
none of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.files import put_in_place, remove, write_fault, write_whole
from app.functions.files.relay_order import StandingOrder
from app.security.gate.gate import ActWork, SystemHand
from app.sync import outbox as outgoing
from app.sync.inbox import keep_place
from app.sync.round import told
from app.sync.states import Outgoing
from app.sync.terminal_keys import LineFacts, read_facts
from app.wire.container import (
    Addressee,
    ContainerPlace,
    Verified,
    check_place,
    first_place,
    peek,
    verify,
)
from app.wire.files import FILES
from app.wire.keys import recipient_id, signing_keys
from app.wire.refusals import ContainerCause, ContainerRefused
from db.tables.exchange import outbox, stream_state
from db.tables.media import courier

RELAY = "relay.carry"
UP, DOWN, REFUSED = "up", "down", "refused"
TAKING = ".taking-"
ENDING = ".mdg"
_STREAMS = "relay_in"
_MOST_AT_ONCE = 200
STILL_SECONDS = 10.0
"""A file that does not verify and was written less than so long ago may still be growing."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file in ``up`` that is not taken, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One look at ``up``."""

    taken: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    refused: tuple[Waiting, ...] = ()


class Folders:
    """The three folders below the one that the order names."""

    def __init__(self, root: Path) -> None:
        self.up, self.down, self.refused = root / UP, root / DOWN, root / REFUSED

    def make(self) -> None:
        """Make them. Raises EnvironmentFault ``relay.folder``."""
        try:
            for one in (self.up, self.down, self.refused):
                one.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as cause:
            raise EnvironmentFault(
                "relay.folder",
                f"監視するフォルダー（{self.up.parent}）を使えません。",
                "フォルダーがつながっているか、中継のアカウントで読み書きできるか確かめてください。",
            ) from cause

    def put(self, name: str, content: bytes) -> None:
        """Put a delivered container there, whole. The same one again is no fault. Raises
        OSError."""
        target = self.down / name
        if target.exists() and target.read_bytes() == content:
            return
        try:
            write_whole(target, content)
        except EnvironmentFault as fault:
            raise OSError(str(fault)) from fault

    def aside(self, path: Path, name: str, why: MadoguchiError) -> None:
        """Put away what cannot be taken, with its reason. Raises OSError."""
        put_in_place(path, self.refused / name)
        reason = f"{why.message}\n{why.remedy}\n（{why.code}）\n"
        write_whole(self.refused / f"{name}.txt", reason.encode())


def take_over(hand: SystemHand, order: StandingOrder, folders: Folders, now: float) -> Taken:
    """Everything that stands in ``up`` and that the order covers; ``now`` is a file-system time in
    seconds. Raises EnvironmentFault ``disk.*`` and what the gate raises."""
    taken, waiting, refused = [], [], []
    try:
        for path, name in _standing(folders):
            try:
                why = _take(hand, order, path)
            except ContainerRefused as cause:
                if _may_grow(cause, path, now):
                    waiting.append(Waiting(name, "書き終わるのを待っています。"))
                elif cause.cause is ContainerCause.GAP:
                    waiting.append(Waiting(name, "前のファイルが届くのを待っています。"))
                    _give_back(path, name)
                else:
                    folders.aside(path, name, cause)
                    refused.append(Waiting(name, told(cause)))
                continue
            if why:
                waiting.append(Waiting(name, why))
                _give_back(path, name)
            else:
                remove(path)
                taken.append(name)
    except OSError as cause:
        raise write_fault(cause) from cause
    return Taken(tuple(taken), tuple(waiting), tuple(refused))


def _standing(folders: Folders) -> Iterator[tuple[Path, str]]:
    """What may be looked at: what an earlier run had begun, then the others by name."""
    names = sorted(path.name for path in folders.up.iterdir() if path.is_file())
    begun = [name for name in names if name.startswith(TAKING)]
    fresh = [name for name in names if not name.startswith(".") and name.endswith(ENDING)]
    for name in begun:
        yield folders.up / name, name.removeprefix(TAKING)
    for name in fresh[:_MOST_AT_ONCE]:
        path = folders.up / name
        if path.is_symlink():
            continue
        under_way = folders.up / f"{TAKING}{name}"
        put_in_place(path, under_way)
        yield under_way, name


def _take(hand: SystemHand, order: StandingOrder, path: Path) -> str:
    """Take one file; "" when it is in the outbox, else why it waits. Raises ContainerRefused."""
    content = path.read_bytes()
    head = peek(io.BytesIO(content))
    if head.file_id not in order.up:
        return "常時の指示にないファイルです。"
    with hand.system(RELAY) as work:
        facts = read_facts(work)
        found = verify(io.BytesIO(content), _addressee(work, facts, head.file_id))
        if not _check_place(work, found):
            return ""
        body = found.header.body
        ours = (recipient_id(facts.union_receiving), recipient_id(facts.archive_receiving))
        if (body.receiver_key, body.archive_key) != ours:
            raise ContainerRefused(ContainerCause.NOT_OURS)
        sealed = outgoing.SealedFile(
            head.file_id,
            body,
            content[found.body_at :],
            head.count,
            layout_version=head.layout_version,
        )
        outbox_id = outgoing.put(work, sealed, prepared_by=found.header.sender)
        work.run(
            update(outbox)
            .where(outbox.c.id == outbox_id)
            .values(state=Outgoing.CONFIRMED, confirmed_by=" ".join(order.persons))
        )
        place = (head.epoch, head.sequence, found.digest)
        keep_place(work, _STREAMS, head.sender, head.stream, place)
    return ""


def _check_place(work: ActWork, found: Verified) -> bool:
    """Whether it is the next of its stream; False for one that was taken before a kill. Raises
    ContainerRefused for every other place."""
    head = found.header
    last = work.first(
        select(stream_state).where(
            stream_state.c.direction == _STREAMS,
            stream_state.c.peer == head.sender,
            stream_state.c.stream == head.stream,
            stream_state.c.epoch == head.epoch,
        )
    )
    if last is not None and last.digest == found.digest:
        return False
    expected = (
        first_place(head.epoch)
        if last is None
        else ContainerPlace(last.epoch, last.sequence + 1, last.digest)
    )
    check_place(head, expected)
    return True


def _addressee(work: Any, facts: LineFacts, file_id: str) -> Addressee:
    row = work.first(select(courier).where(courier.c.ended_at == "", courier.c.role == "system"))
    spec = FILES[file_id]
    return Addressee(
        facts.terminal,
        facts.municipality,
        row.id if row is not None else "",
        signing_keys(bytes(row.signing)) if row is not None else {},
        {spec.id: (spec.layout, spec.versions)},
    )


def _may_grow(cause: ContainerRefused, path: Path, now: float) -> bool:
    """Whether a file that does not verify may not have been written to its end: it goes back under
    its name and is looked at again."""
    cut = cause.cause in (ContainerCause.FORM, ContainerCause.DIGEST)
    if not cut or now - path.stat().st_mtime > STILL_SECONDS:
        return False
    _give_back(path, path.name.removeprefix(TAKING))
    return True


def _give_back(path: Path, name: str) -> None:
    """Under its own name again, unless a newer one stands there by now."""
    target = path.with_name(name)
    if not target.exists():
        put_in_place(path, target)
