"""A media terminal in a test: who does what with which stick, through the real gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.functions.files import media_acts, media_in, media_out, media_wipe
from app.functions.files.media_acts import COURIER_CARD, Approving, Registering
from app.functions.files.media_list import MediaView, look
from app.functions.files.media_use import FINISH, Carrying, Moved
from app.security.acts.prepared import PreparedAct
from app.wire.cards import Card
from app.wire.characters import charset_of
from app.wire.statements import sign
from db.tables.media import medium_use
from tests.support.line import CODES, LoopUnion, engine_of, enrol
from tests.support.parties import MUNICIPALITY
from tests.support.sendings import sample
from tests.support.sticks import CourierSide, Scanner, Stick, Sticks, desk_with, stick_in
from tests.support.world import World

DAILY = "FILE-03"
NAME = "FILE-03_20261116_C-152994-1-000001.mdg"
HANDLER, ADMINISTRATOR = "clerk", "administrator"
RIGHTS = (
    "files.show_media",
    "files.show_ledger",
    "files.print_media_ledger",
    "files.approve_media_use",
    "files.scan_medium",
    "files.move_in",
    "files.move_out",
    "files.wipe_medium",
)


class MediaRoom:
    """``handler`` is the clerk with the media handler's rights."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.union = LoopUnion()
        enrol(world, self.union)
        world.set_fact("municipality_code", MUNICIPALITY)
        world.set_fact("terminal_media", "1")
        self.scanner = Scanner()
        self.stick = stick_in(folder)
        self.port = Sticks([self.stick])
        self.media = desk_with(scanner=self.scanner)
        self.media._port = self.port
        self.courier = CourierSide(self.union.terminal, self.union.archive)
        self.engine = engine_of(world, self.union)
        self.steps: list[str] = []
        self.at_step: Any = lambda name: None
        self.medium_id = ""
        for function_id in RIGHTS:
            for who in (HANDLER, "branch"):
                world.add_grant(who, function_id)

    def set_up(self) -> None:
        """Register the stick and the courier; approve FILE-03 in and FILE-17 out."""
        self.medium_id = self.register(self.stick)
        self.register_courier()
        self.approve("in", DAILY)
        self.approve("out", "FILE-17")

    # -- acts ------------------------------------------------------------------------------

    def session(self, who: str = HANDLER) -> Any:
        return self.world.session(who)

    def given(self, prepared: PreparedAct) -> Any:
        return self.world.approvals(prepared)

    def register(self, stick: Stick, label: str = "", **other: Any) -> str:
        asked = Registering(stick.serial, label or f"M-{stick.serial}", True, **other)
        gate = self.world.gate
        prepared = media_acts.prepare_register(gate, self.session(ADMINISTRATOR), asked)
        return media_acts.perform_register(gate, prepared, self.given(prepared), self.media)

    def put_card(self, municipality: str = MUNICIPALITY) -> None:
        """The courier writes its card onto the stick."""
        me = self.courier.me
        card = Card(
            me.name,
            "見本市 住民情報",
            municipality,
            me.public,
            me.recipient,
            "",
            "",
            "",
            (),
            "2026-11-16T09:00:00+09:00",
        )
        self.stick.put_file(COURIER_CARD, sign(card, me.signing), "")

    def register_courier(self) -> str:
        self.put_card()
        gate, attached = self.world.gate, self.stick.attached
        prepared = media_acts.prepare_courier(gate, self.session(ADMINISTRATOR), attached)
        return media_acts.perform_courier(gate, prepared, self.given(prepared), attached)

    def approve(self, direction: str, file_id: str, until: str = "2026-11-30") -> str:
        gate, today = self.world.gate, self.world.clock.now().date()
        asked = Approving(self.medium_id, direction, file_id, until, "日次の連携")
        prepared = media_acts.prepare_approve(gate, self.session(), asked, "M-1", today)
        return media_acts.perform_approve(gate, prepared, self.given(prepared))

    def scan(self, name: str = NAME, *, by_hand: bool = False) -> str:
        return media_in.scan(
            self.world.gate, self.session(), self.media, self.medium_id, name, by_hand=by_hand
        )

    def move_in(self, use_id: str) -> Moved:
        gate = self.world.gate
        prepared = media_in.prepare_move_in(gate, self.session(), self.media, use_id)
        return media_in.perform_move_in(gate, prepared, self.given(prepared), self.carrying)

    def taken_in(self, name: str = NAME) -> Moved:
        return self.move_in(self.scan(name))

    def move_out(self, inbox_id: str) -> Moved:
        gate = self.world.gate
        prepared = media_out.prepare_move_out(
            gate, self.session(), self.media, inbox_id, self.medium_id
        )
        return media_out.perform_move_out(gate, prepared, self.given(prepared), self.carrying)

    def wipe(self, use_id: str) -> str:
        return media_wipe.wipe_now(self.world.gate, self.session(), self.carrying, use_id)

    def look(self) -> MediaView:
        return look(self.world.gate, self.session(), self.media)

    @property
    def carrying(self) -> Carrying:
        def step(name: str) -> None:
            self.steps.append(name)
            self.at_step(name)

        return Carrying(
            self.media,
            CODES,
            self.engine.folder,
            self.world.scheduler_hand.only(FINISH),
            lambda one: charset_of(self.world.tables, one, self.world.clock.now().date()),
            step,
        )

    # -- what there is ---------------------------------------------------------------------

    def uses(self) -> list[Any]:
        with self.world.store.view(("medium_use",)) as work:
            return work.all(select(medium_use).order_by(medium_use.c.id))

    def delivered(self, file_id: str = "FILE-17") -> str:
        """A file of the union's that was received and applied; its id."""
        item = self.union.announce(file_id, list(sample(file_id)))
        report = self.engine.contact()
        assert report.problem is None, report.problem
        return item.id
