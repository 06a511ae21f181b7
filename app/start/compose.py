"""The composition root: what is made once and handed on (DESIGN 1.9). No room imports it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.cases import decisions
from app.cases.state import was_rejected
from app.catalog import CASES, CATALOG
from app.core.clock import Clock
from app.core.errors import MadoguchiError
from app.core.paths import Paths
from app.core.place import refuse_place
from app.core.tables import Tables, load_tables, shipped_tables
from app.core.this_machine import os_account
from app.functions.admin.upkeep import take_peer_time
from app.functions.files import check_list, insured
from app.functions.files.delivered import receive_delivered
from app.functions.files.desks import receiver as desk_receiver
from app.functions.files.desks import teller
from app.functions.levy import receiving as premiums
from app.functions.printing import union_papers
from app.functions.records.months import MonthKeeper
from app.rules.calendar.days import BusinessCalendar
from app.security.authenticators.verify import verify_assertion
from app.security.control.table_packages import tables_of
from app.security.entry.doorway import Doorway
from app.security.entry.entrance import Entrance
from app.security.entry.lockout import LockoutRule
from app.security.entry.terminal import OpenTerminal
from app.security.gate.checks import Conditions, GateRules
from app.security.keys.terminal_secret import SecretShelf
from app.security.staff.roles import roles_on
from app.security.vault.removal import end_if_left, finish_removal, is_begun, removed
from app.start.found import found_at
from app.start.installation import Installation, account_note, read_installation
from app.sync.engine import Engine
from app.sync.inbox import Handler
from app.sync.media.desk import MediaDesk, no_media
from app.sync.media.devices import SystemMedia
from app.sync.media.scan import CommandScanner
from app.sync.round import EngineParts, Round
from app.sync.terminal_keys import read_keys
from app.sync.transport import open_line
from app.sync.watched import Limits
from app.sync.work import EXCHANGE
from app.wire.heads import CountersignedHead, is_countersigned
from app.wire.values import code_sets

_CERTIFIER = "app.start.decommission:certifier"
"""Read only where a removal was cut short: it is made of what is put together here."""
_AT_THE_DOOR = Limits(connect=2.0, answer=3.0)
"""Seconds that a login waits for the union's last head."""


_log = logging.getLogger(__name__)
_LOST = (
    "管理の手続きの記録に、署名と合わない行があり、数えていません。表のパッケージがその中にあれば、"
    "その表は使われません。「料率・基準の表」で版を確かめ、システム管理者に連絡してください。"
)


def handlers(tables: Tables) -> dict[str, Handler]:
    """Every apply handler by its function's id; the engine refuses to start if one is missing."""
    return {
        "files.receive_insured": insured.receiver(tables),
        "files.receive_check_list": check_list.receiver(tables),
        "files.receive_desk_word": desk_receiver(tables),
        "files.receive_delivered": receive_delivered,
        union_papers.RECEIVE: union_papers.receive,
        "levy.receive_premium": premiums.receiver(tables),
        "levy.receive_collection": premiums.receiver(tables),
        **_receivers(tables),
    }


def _receivers(tables: Tables) -> dict[str, Handler]:
    """The handler of decisions under the function of every area that has kinds of case."""
    receive = decisions.receiver(tables, CASES)
    return {kind.function("receive_decision"): receive for kind in CASES.values()}


@dataclass(frozen=True, slots=True)
class Parts:
    """What every start needs, made once."""

    paths: Paths
    clock: Clock
    tables: Tables
    installation: Installation
    shelf: SecretShelf
    media: MediaDesk = field(default_factory=no_media)

    def rules(self, peer_reachable: Callable[[], bool]) -> GateRules:
        """What the gate's checks need besides the store."""
        today = self.clock.now().date()
        return GateRules(
            calendar=BusinessCalendar.from_table(self.tables["closed_days"]),
            purposes=frozenset(str(code) for code in self.tables["purposes"].codes(today)),
            conditions=Conditions(peer_reachable, self.media.scanned),
            check_assertion=verify_assertion,
            catalog=CATALOG,
            registry=CATALOG.version,
            roles=lambda day: roles_on(self.tables, CATALOG, day),
        )

    def in_force(self, terminal: OpenTerminal) -> tuple[Parts, str]:
        """The same with the tables that two persons put in force for today, and what a person
        must be told, "" when nothing is wrong. A package that was made for another version of
        the program does not count (docs/decisions/023)."""
        lost = _LOST if terminal.control.faults else ""
        put = terminal.gate.table_package()
        if put is None:
            return self, lost
        try:
            return replace(self, tables=tables_of(shipped_tables(), put)), lost
        except MadoguchiError as cause:
            return self, f"{cause.message}プログラムに入っている表を使います。{cause.remedy}"

    def doorway(self, peer_reachable: Callable[[], bool]) -> Doorway:
        """The door of this process. Raises as ``Entrance.open``."""
        entrance = Entrance.open(self.paths, self.shelf, LockoutRule(), self.clock, os_account())
        rules = self.rules(peer_reachable)
        rp_id = self.installation.rp_id
        return Doorway(
            self.paths, entrance, CATALOG, self.clock, rules, rp_id, self._last_head_of_the_union
        )

    def _last_head_of_the_union(self, terminal: OpenTerminal) -> CountersignedHead | None:
        """What the union countersigned last, asked for a moment only: a login does not wait for
        a line that is down. What answers and is wrong is told by the first contact."""
        try:
            with terminal.engine_hand.system(EXCHANGE) as work:
                keys = read_keys(work)
            line = open_line(keys, self.clock, _AT_THE_DOOR)
        except MadoguchiError:
            return None  # not enrolled yet, or the clock or the certificate does not let it
        try:
            head = line.last_head()
        except MadoguchiError:
            return None
        finally:
            line.close()
        signed = head is not None and is_countersigned(keys.first_union_key, head)
        return head if signed else None

    def engine(self, terminal: OpenTerminal, quiet: Callable[[], bool]) -> Engine:
        """The exchange with the union over an open terminal."""
        codes = code_sets(self.tables, self.clock.now().date())
        bench = EngineParts(
            terminal.engine_hand,
            handlers(self.tables),
            self.clock,
            codes=codes,
            folder=self.paths.data / "inbox",
            quiet=quiet,
            step=lambda name: None,
            on_rejected=was_rejected,
            tell=teller(terminal.engine_hand, codes),
        )
        months = MonthKeeper(terminal.engine_hand, terminal.journal, self.clock)

        def after_contact(here: Round) -> None:
            try:
                terminal.follow_log()
            except MadoguchiError as fault:  # owed to the next contact or login
                _log.warning("the keys did not follow the log: %s", fault.code)
            months.look_after(here)
            terminal.mirrors.write()

        return Engine(
            bench,
            lambda keys: open_line(keys, self.clock),
            journal=terminal.journal,
            control=terminal.municipal_log,
            on_time=lambda moment: take_peer_time(terminal.engine_hand, moment),
            on_contact=after_contact,
        )


def make_parts(data: Path, clock: Clock, shelf_of: Callable[[str], SecretShelf]) -> Parts:
    """Read what lies before the door. Raises EnvironmentFault ``place.*``, ``settings.*``,
    ``tables.*``, and ``terminal.removed`` after finishing a removal that was cut short."""
    paths = Paths(data)
    refuse_place(data)
    end_if_left(paths)
    installation = read_installation(paths)
    shelf = shelf_of(installation.keyring_service)
    if is_begun(paths):  # a removal was cut short
        certify = found_at(_CERTIFIER)(paths, installation, clock)
        finish_removal(paths, shelf, account_note(installation), certify)
        raise removed(paths)
    return Parts(
        paths,
        clock,
        load_tables(shipped_tables()),
        installation,
        shelf,
        MediaDesk(
            SystemMedia(), CommandScanner(installation.scanner) if installation.scanner else None
        ),
    )
