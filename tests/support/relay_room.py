"""A relay in a test: a store of its own that opens nothing, a union in memory, watched folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from app.functions.files import relay_order
from app.functions.files.relay_order import Ordering
from app.relay.opening import OpenRelay
from app.relay.service import Relay, Rhythm
from app.relay.watching import Folders
from app.start.compose import Parts
from app.wire.cards import Card
from app.wire.container import ContainerPlace
from app.wire.files import FILES
from app.wire.statements import sign
from db.tables.control import terminal_key
from tests.support.framed import encode_file
from tests.support.line import CODES, LoopUnion, enrol
from tests.support.parties import MUNICIPALITY, Party, container
from tests.support.sendings import sample
from tests.support.world import World

UP, DOWN = "FILE-03", "FILE-17"


class RelayRoom:
    """``courier`` seals what goes up and alone opens what comes down."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder / "srv"
        self.union = LoopUnion()
        self.courier = Party("C-152994")
        enrol(world, self.union)
        with world.hands_on("terminal_key") as work:
            work.run(delete(terminal_key).where(terminal_key.c.name.startswith("receiving:")))
        world.set_fact("profile", "relay")
        world.set_fact("municipality_code", MUNICIPALITY)
        self.folders = Folders(self.folder)
        self.folders.make()
        self.file_time = 1e12  # every file is old
        self.step: Callable[[str], None] = lambda _name: None
        self.parts = Parts(world.paths, world.clock, world.tables, None, None)  # type: ignore[arg-type]
        self._places: dict[str, ContainerPlace] = {}
        self._made = 0

    # -- the order -------------------------------------------------------------------------

    def card(self, **other: Any) -> bytes:
        me = self.courier
        values = {
            "name": me.name,
            "title": "見本市 住民情報",
            "municipality": MUNICIPALITY,
            "signing": me.public,
            "receiving": me.recipient,
            "archive": "",
            "union": "",
            "union_receiving": "",
            "union_signing": (),
            "at": "2026-11-16T09:00:00+09:00",
        }
        return sign(Card(**{**values, **other}), me.signing)

    def order(
        self,
        up: tuple[str, ...] = (UP,),
        down: tuple[str, ...] = (DOWN,),
        until: str = "2027-03-31",
        card: bytes | None = None,
    ) -> tuple[Any, bytes]:
        world = self.world
        asked = Ordering(up, down, until, str(self.folder), "自動連携", card or self.card())
        prepared = relay_order.prepare_order(
            world.gate, world.session("administrator"), asked, date(2026, 11, 16)
        )
        return relay_order.perform_order(world.gate, prepared, world.approvals(prepared))

    def withdraw(self) -> int:
        world = self.world
        prepared = relay_order.prepare_withdraw(world.gate, world.session("administrator"))
        return relay_order.perform_withdraw(world.gate, prepared, world.approvals(prepared))

    # -- the courier -----------------------------------------------------------------------

    def sealed(self, file_id: str = UP, records: Any = None, **other: Any) -> bytes:
        """The next file of the courier's: sealed to the union, addressed to the relay."""
        records = sample(file_id) if records is None else records
        place = self._places.get(file_id, ContainerPlace(1, 1, ""))
        self._made += 1
        through = Party("T01", receiving=self.union.me.receiving)
        data = container(
            self.courier,
            through,
            self.union.archive,
            encode_file(FILES[file_id], records, CODES),
            file_id=file_id,
            idempotency_id=f"C-152994-1-{self._made:06d}",
            place=place,
            count=len(records),
            **other,
        )
        digest = hashlib.sha256(data).hexdigest()
        self._places[file_id] = ContainerPlace(1, place.sequence + 1, digest)
        return data

    def put(self, name: str, data: bytes) -> Path:
        path = self.folders.up / name
        path.write_bytes(data)
        return path

    def names(self, which: str) -> list[str]:
        return sorted(one.name for one in getattr(self.folders, which).iterdir())

    # -- the relay -------------------------------------------------------------------------

    def relay(self) -> Relay:
        world = self.world
        rhythm = Rhythm(60.0, lambda _seconds: True, lambda: self.file_time)
        return Relay(
            self.parts,
            OpenRelay(world.store, world.journal, world.engine_hand),
            rhythm,
            lambda _keys: self.union,
            lambda name: self.step(name),
        )

    def once(self) -> dict[str, Any]:
        return self.relay().once()
